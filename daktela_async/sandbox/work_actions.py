"""The actions about what agents did in the past (chapter "Statistiky")."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from daktela_async.sandbox import diary
from daktela_async.sandbox.action import Action, Result
from daktela_async.sandbox.diary import Entry
from daktela_async.sandbox.errors import wrong_value
from daktela_async.sandbox.given import Given
from daktela_async.sandbox.phone_call import PastCall
from daktela_async.sandbox.render import Node
from daktela_async.sandbox.settings import Settings
from daktela_async.sandbox.state import State
from daktela_async.sandbox.statistics_actions import take_page
from daktela_async.sandbox.work_history import entries

# At the same moment what ends comes first, as in the document's sample.
_ENDS, _STARTS, _ENDS_AT_ONCE = range(3)

Adder: TypeAlias = Callable[[str, float, float | None, str, str], None]

_TRACES = ("all", "call", "pause", "queue", "login")
_TITLES = {
    "login": ("Přihlášení na ústřednu", "Odhlášení z ústředny"),
    "queue": ("Přihlášení do fronty", "Odhlášení z fronty"),
    "pause": ("Začátek pauzy", "Konec pauzy"),
    "ring_in": ("Začátek vyzvánění - Příchod", "Konec vyzvánění - Příchod"),
    "ring_out": ("Začátek vyzvánění - Odchod", "Konec vyzvánění - Odchod"),
    "call": ("Začátek hovoru", "Konec hovoru"),
}


def _found(state: State, given: Given, kind: str) -> Iterator[Entry]:
    user_ids = given.ids("users")
    for entry in entries(state, kind, *given.span()):
        if user_ids is None or entry.user_id in user_ids:
            yield entry


def _row(state: State, entry: Entry) -> dict[str, Node]:
    """Return what all these statistics have in common; what still lasts has no end."""
    end = state.timeline.now() if entry.end is None else entry.end
    return {
        "user": str(entry.user_id),
        "start_time": state.timeline.text(entry.start),
        "end_time": None if entry.end is None else state.timeline.text(entry.end),
        "duration": int(end - entry.start),
    }


def _sessions(state: State, settings: Settings, given: Given) -> Result:
    rows: list[Node] = [
        {"id": str(entry.id), **_row(state, entry)} for entry in _found(state, given, diary.LOGIN)
    ]
    return {"data": take_page(rows, given), "total": str(len(rows))}


def _pauses(state: State, settings: Settings, given: Given) -> Result:
    pause_ids = given.ids("pauses")
    rows: list[Node] = [
        {"id": str(entry.id), **_row(state, entry), "pause": entry.subject}
        for entry in _found(state, given, diary.PAUSE)
        if pause_ids is None or entry.subject in pause_ids
    ]
    return {"data": take_page(rows, given), "total": str(len(rows))}


def _queues(state: State, settings: Settings, given: Given) -> Result:
    rows: list[Node] = [
        {**_row(state, entry), "queue": entry.subject}
        for entry in _found(state, given, diary.QUEUE)
    ]
    # The document's sample has a number here and a text in the other statistics.
    return {"data": take_page(rows, given), "total": len(rows)}


def _trace(state: State, settings: Settings, given: Given) -> Result:
    first, last = given.span()
    user = state.users.named(given.text("user"))
    kind = given.text("trace", "all")
    if kind not in _TRACES:
        raise wrong_value("trace", f"má být {', '.join(_TRACES)}")
    rows: list[tuple[float, int, dict[str, Node]]] = []

    def add(action: str, start: float, end: float | None, event: str, title: str) -> None:
        begun, ended = _TITLES[action]
        row = _event(state, start, 0, action, "1", begun, event, title)
        rows.append((start, _STARTS, row))
        if end is not None:
            row = _event(state, end, int(end - start), action, "0", ended, event, title)
            rows.append((end, _ENDS if end > start else _ENDS_AT_ONCE, row))

    for one in (diary.LOGIN, diary.QUEUE, diary.PAUSE):
        if kind in ("all", one):
            for entry in entries(state, one, first, last):
                if entry.user_id == user.id:
                    add(one, entry.start, entry.end, *_subject(state, entry))
    if kind in ("all", "call"):
        for call in state.past_calls.between(first, last):
            if call.user_id == user.id:
                _add_call(add, call)
    return [row for _, _, row in sorted(rows, key=lambda one: one[:2])]


def _event(
    state: State, moment: float, duration: int, action: str, start: str, title: str,
    event: str, event_title: str,
) -> dict[str, Node]:  # fmt: skip
    return {
        "time": state.timeline.text(moment),
        "duration": duration,
        "action_name": action,
        "action_start": start,
        "action_title": title,
        "event_id": event,
        "event_title": event_title,
        # In the description, though not in the sample.
        "time_unixtime": str(int(moment)),
    }


def _subject(state: State, entry: Entry) -> tuple[str, str]:
    if entry.kind == diary.QUEUE:
        return str(entry.subject), state.queues.find(entry.subject).title
    if entry.kind == diary.PAUSE:
        return str(entry.subject), state.pauses.find(entry.subject).title
    return "", ""


def _add_call(add: Adder, call: PastCall) -> None:
    reached = call.start + call.waiting
    if call.direction == "in":
        add("ring_in", reached - call.ringing, reached, str(call.serial), call.extension)
    else:
        add("ring_out", reached - call.ringing, reached, call.extension, call.clid)
    if call.answered:
        add("call", reached, reached + call.duration, call.extension, call.clid)


_SPAN = ("datetime_from", "datetime_to")
_PAGED = ("users", "skip", "take")

ACTIONS = (
    Action(
        name="StatsUsersSessions",
        version="4.1",
        handler=_sessions,
        required=_SPAN,
        optional=_PAGED,
    ),
    Action(
        name="StatsUsersPauses",
        version="4.1",
        handler=_pauses,
        required=_SPAN,
        optional=(*_PAGED, "pauses"),
    ),
    Action(
        name="StatsUsersQueues", version="4.1", handler=_queues, required=_SPAN, optional=_PAGED
    ),
    Action(
        name="StatsTrace",
        version="3.5",
        handler=_trace,
        required=(*_SPAN, "user"),
        optional=("trace",),
    ),
)
