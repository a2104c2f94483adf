"""What agents did on the made-up days, so that it fits the made-up calls, and after."""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections.abc import Iterator

import attrs

from daktela_async.sandbox import diary
from daktela_async.sandbox.diary import Entry
from daktela_async.sandbox.past_calls import PastCalls, calls_on
from daktela_async.sandbox.pauses import WRAP
from daktela_async.sandbox.state import State

_LUNCH = 7
_ENTRIES_A_DAY_AT_MOST = 1000


def entries(state: State, kind: str, first: float, last: float) -> Iterator[Entry]:
    """Yield what the agents did that began in this time, in order."""
    past = state.past_calls
    for day in reversed(tuple(past.days_between(first, last))):
        for entry in entries_on(day):
            if entry.kind == kind and first <= entry.start <= last and entry.start < past.born:
                yield _until_born(entry, past)
    yield from state.operators.diary.between(kind, first, last)


def _until_born(entry: Entry, past: PastCalls) -> Entry:
    """Let what would last longer end when the sandbox begins."""
    return attrs.evolve(entry, end=min(entry.end or past.born, past.born))


@functools.lru_cache(maxsize=4096)
def entries_on(day: dt.date) -> tuple[Entry, ...]:
    """Return what the agents did on a made-up day, the same each time, in order."""
    calls = calls_on(day)
    dice = random.Random(f"work on {day}")  # noqa: S311  (reproducible, nothing secret)
    found: list[tuple[str, int, int, float, float]] = []
    for user_id in sorted({call.attempts[0].user_id for call in calls}):
        own = [call for call in calls if call.attempts[0].user_id == user_id]
        begin = own[0].start - dice.randint(60, 1200)
        end = max(call.end for call in own) + dice.randint(60, 1200)
        found.append((diary.LOGIN, user_id, 0, begin, end))
        queue_ids = {call.queue_id for call in own if call.queue_id is not None}
        found.extend((diary.QUEUE, user_id, one, begin + 5, end - 5) for one in sorted(queue_ids))
        noon = begin + (end - begin) * dice.uniform(0.4, 0.6)
        found.append((diary.PAUSE, user_id, _LUNCH, noon, min(noon + 1800, end - 10)))
        for call in own:
            if call.answered:
                wrapped = call.end + dice.randint(5, 15)
                found.append((diary.PAUSE, user_id, WRAP, call.end, wrapped))
    found.sort(key=lambda one: (one[3], one[1], one[0], one[2]))
    serial = (day.toordinal() - 730_000) * _ENTRIES_A_DAY_AT_MOST
    return tuple(Entry(serial + index, *one) for index, one in enumerate(found))
