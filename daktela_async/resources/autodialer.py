"""Chapter Autodialer: numbers checked."""

from _telephony_core import checks

from ..errors import NotFound
from ..models.autodialer import CheckStatus, NumberCheck
from .base import DaktelaResource


class AutodialerResource(DaktelaResource):
    """Checks of numbers by the autodialer.

    The samples of the document send these actions to api.daktela.com and not to the call centre's
    own server: make a client for the one where yours are.
    """

    async def check_number(
        self, number: str, *, version: str = "4.0", timeout: float | None = None
    ) -> NumberCheck:
        """Look a number up in the autodialer. Daktela CheckNumber, chapter Autodialer.

        Raises `NotFound` when the answer is empty.
        """
        # The document lists no parameters; this is the one of its sample.
        found = await self._ask(
            "CheckNumber",
            tuple[NumberCheck, ...],
            {"number": checks.text("number", number, "Daktela CheckNumber")},
            version=version,
            timeout=timeout,
        )
        if not found:
            raise NotFound("the answer is empty: there is no such number.", call="GET CheckNumber")
        return found[0]

    async def statuses(
        self, *, version: str = "4.0", timeout: float | None = None
    ) -> tuple[CheckStatus, ...]:
        """List what a check can find. Daktela GetStatuses 4.0, chapter Autodialer.

        The statuses of records are another action of the same name: `records.statuses`.
        """
        return await self._ask(
            "GetStatuses", tuple[CheckStatus, ...], version=version, timeout=timeout
        )
