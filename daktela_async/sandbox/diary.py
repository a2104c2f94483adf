"""What the agents did and for how long: the ground of the statistics."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

LOGIN, QUEUE, PAUSE = "login", "queue", "pause"

_FIRST_ID = 900_000_000


@attrs.define(eq=False)
class Entry:
    """Something that an agent did; ``subject`` is the queue's or the pause's id.

    ``end`` is None while it lasts.
    """

    id: int
    kind: str
    user_id: int
    subject: int
    start: float
    end: float | None = None


class Diary:
    """All entries in the order of their beginning."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def open(self, kind: str, user_id: int, subject: int, now: float) -> Entry:
        """Note that something begins."""
        entry = Entry(_FIRST_ID + len(self._entries), kind, user_id, subject, now)
        self._entries.append(entry)
        return entry

    def between(self, kind: str, first: float, last: float) -> Iterator[Entry]:
        """Yield what began in this time, in order."""
        for entry in self._entries:
            if entry.kind == kind and first <= entry.start <= last:
                yield entry
