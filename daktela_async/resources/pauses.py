"""Chapter Pauzy: pauses, and the agents in them."""

from typing import overload

from _telephony_core import checks
from _telephony_core.calls import Semantics

from ..models.common import Done
from ..models.pauses import DefinedPause, Pause, PauseType
from ..wire import PhpValue, yes_no
from .base import DaktelaResource, exactly_one, only


class PausesResource(DaktelaResource):
    """Pauses, and agents who go into them and come back."""

    async def list(
        self, *, version: str = "3.3", timeout: float | None = None
    ) -> tuple[Pause, ...]:
        """List the pauses, deleted ones too. Daktela GetPauses 3.3, chapter Pauzy."""
        return await self._ask("GetPauses", tuple[Pause, ...], version=version, timeout=timeout)

    async def list_defined(
        self, *, version: str = "3.0", timeout: float | None = None
    ) -> tuple[DefinedPause, ...]:
        """List the pauses as the older version has them. Daktela GetPauses 3.0, chapter Pauzy."""
        return await self._ask(
            "GetPauses", tuple[DefinedPause, ...], version=version, timeout=timeout
        )

    async def get_defined(
        self, pause_id: str, *, version: str = "3.0", timeout: float | None = None
    ) -> DefinedPause:
        """Return a pause as the older version has it. Daktela GetPauses 3.0, chapter Pauzy.

        Raises `NotFound` when the answer is empty, or is another one.
        """
        found = await self._ask(
            "GetPauses",
            tuple[DefinedPause, ...],
            version=version,
            record_id=pause_id,
            timeout=timeout,
        )
        return only(found, pause_id, "GetPauses", "pause")

    async def create(
        self,
        title: str,
        *,
        paid: bool,
        pause_type: PauseType | str = PauseType.NORMAL,
        code: str | None = None,
        version: str = "3.3",
        timeout: float | None = None,
    ) -> Done:
        """Make a pause. Daktela CreatePause, chapter Pauzy."""
        return await self._act(
            "CreatePause",
            Done,
            _pause(title, paid, pause_type, code),
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check="Look for the title with pauses.list() before making the pause again.",
            timeout=timeout,
        )

    async def edit(
        self,
        pause_id: str,
        title: str,
        *,
        paid: bool,
        pause_type: PauseType | str = PauseType.NORMAL,
        code: str | None = None,
        version: str = "3.3",
        timeout: float | None = None,
    ) -> Done:
        """Change a pause; all but the code is set anew. Daktela CreatePause, chapter Pauzy."""
        return await self._act(
            "CreatePause",
            Done,
            _pause(title, paid, pause_type, code),
            version=version,
            record_id=pause_id,
            semantics=Semantics.IDEMPOTENT,
            timeout=timeout,
        )

    @overload
    async def on(
        self,
        pause_id: str,
        *,
        user: str,
        force: bool = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    @overload
    async def on(
        self,
        pause_id: str,
        *,
        extension: str,
        force: bool = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    async def on(
        self,
        pause_id: str,
        *,
        user: str | None = None,
        extension: str | None = None,
        force: bool = False,
        version: str = "3.0",
        timeout: float | None = None,
    ) -> Done:
        """Put an agent into a pause, or into another one. Daktela PauseOn, chapter Pauzy.

        The agent is named by login or by extension. During a call the agent goes into it only
        with `force`. Raises `PauseNotFound` for an id that does not exist.
        """
        exactly_one("PauseOn", user=user, extension=extension)
        return await self._act(
            "PauseOn",
            Done,
            {
                "user": user,
                "extension": extension,
                "pause": checks.text("pause_id", pause_id, "Daktela PauseOn"),
                "force": yes_no(force or None),
            },
            version=version,
            semantics=Semantics.IDEMPOTENT,
            timeout=timeout,
        )

    @overload
    async def off(self, *, user: str, version: str = ..., timeout: float | None = ...) -> Done: ...

    @overload
    async def off(
        self, *, extension: str, version: str = ..., timeout: float | None = ...
    ) -> Done: ...

    async def off(
        self,
        *,
        user: str | None = None,
        extension: str | None = None,
        version: str = "3.0",
        timeout: float | None = None,
    ) -> Done:
        """Take an agent out of the pause. Daktela PauseOff, chapter Pauzy.

        The agent is named by login or by extension. A repetition would end whatever pause the
        agent has by then, so there is none: a lost answer raises `OutcomeUnknown`.
        """
        exactly_one("PauseOff", user=user, extension=extension)
        return await self._act(
            "PauseOff",
            Done,
            {"user": user, "extension": extension},
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check="Look with realtime.user_state() which pause the agent has before ending it.",
            timeout=timeout,
        )


def _pause(title: str, paid: bool, pause_type: str, code: str | None) -> dict[str, PhpValue]:
    # The samples send name= and billable=, which are not among the parameters of the action. The
    # text says title and paid, and so GetPauses 3.3 answers; there, name is the code.
    source = "Daktela CreatePause"
    return {
        "title": checks.text("title", title, source),
        "type": checks.one_of("pause_type", pause_type, PauseType, source),
        "paid": yes_no(paid),
        "code": code,
    }
