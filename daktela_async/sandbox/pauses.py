"""The kinds of pauses (Daktela API, chapter "Pauzy")."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import attrs

from daktela_async.sandbox.errors import NO_PAUSE, Refusal
from daktela_async.sandbox.render import Node

WRAP = 2
"""The id of the pause in which an agent finishes off a call."""

_NEVER = "0000-00-00 00:00:00"


@attrs.define(kw_only=True, eq=False)
class Pause:
    """A kind of pause; ``code`` is its unique name."""

    id: int
    code: str
    title: str
    type: str = "normal"
    paid: bool = False
    deleted: bool = False


class Pauses:
    """All kinds of pauses."""

    def __init__(self, pauses: Iterable[Pause]) -> None:
        self._pauses = {pause.id: pause for pause in pauses}

    @property
    def all(self) -> tuple[Pause, ...]:
        """The kinds of pauses in the order of their making."""
        return tuple(self._pauses.values())

    def find(self, pause_id: int) -> Pause:
        """Return the pause with that id."""
        if pause_id not in self._pauses:
            raise Refusal(NO_PAUSE)
        return self._pauses[pause_id]

    def called(self, text: str) -> Pause:
        """Return a pause by its title (accents and case aside), its code or its unique name."""
        wanted = _plain(text).removeprefix("pause_")
        for pause in self._pauses.values():
            if wanted in (_plain(pause.title), _plain(pause.code)):
                return pause
        raise Refusal(NO_PAUSE)

    def put(
        self, pause_id: int | None, *, title: str, kind: str, paid: bool, code: str | None
    ) -> None:
        """Create a pause, or change the one with that id."""
        if pause_id is None:
            pause_id = max(self._pauses) + 1
            self._pauses[pause_id] = Pause(id=pause_id, code=code or str(660 + pause_id), title="")
        pause = self.find(pause_id)
        pause.title, pause.type, pause.paid = title, kind, paid
        pause.code = code or pause.code


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def listed(pause: Pause) -> dict[str, Node]:
    """Return a pause as GetPauses of version 3.3 gives it."""
    return {
        "pause": str(pause.id),
        "name": pause.code,
        "title": pause.title,
        "type": "" if pause.type == "normal" else pause.type,
        "paid": str(int(pause.paid)),
        "deleted": str(int(pause.deleted)),
    }


def listed_before(pause: Pause) -> dict[str, Node]:
    """Return a pause as GetPauses of version 3.0 gives it."""
    return {
        "pcode_id": str(pause.id),
        "pcode": pause.code,
        "pcode_desc": pause.title,
        "read_key": "",
        "isBillable": str(int(pause.paid)),
        "isPayable": "0",
        "pauseType": "-" if pause.type == "normal" else "w",
        "sys_dt_creazione": _NEVER,
        "sys_user_creazione": "0",
        "sys_dt_modifica": _NEVER,
        "sys_user_modifica": "0",
        "sys_optilock": "0",
    }
