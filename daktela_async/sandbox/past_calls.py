"""The calls that are over: made-up ones of the days before, and those the sandbox has seen."""

from __future__ import annotations

import datetime as dt
import functools
import random
import re
from collections.abc import Iterator

from _telephony_core.sandbox.clock import PRAGUE
from daktela_async.sandbox import recordings, seed_data
from daktela_async.sandbox.errors import NO_CALL, Refusal
from daktela_async.sandbox.phone_call import IN, OUT, Attempt, PastCall

DAYS = 5 * 366
"""How far the made-up history goes back."""

_SATURDAY, _SUNDAY = 5, 6
_CALLS_A_DAY_AT_MOST = 1000
_ID = re.compile(r"(\d{1,12})\.(\d{1,3})", re.ASCII)

_QUEUES = seed_data.queues()
_STAFF = tuple((user.id, user.extension or "", user.queues) for user in seed_data.users())
_NUMBERS = ("226211245", "468008585", "603927227", "468008580", "491200163")
_DIDS = {queue.id: queue.did for queue in _QUEUES}
_DIRECTIONS = {queue.id: queue.direction for queue in _QUEUES}
_CALLED = frozenset(queue.id for queue in _QUEUES if queue.type in ("in", "out", "outbounder"))


class PastCalls:
    """All calls that are over.

    ``born`` is the moment at which the sandbox was first used: made-up calls ended before, and
    the sandbox's own came after. With ``made_up`` False there are only its own.
    """

    def __init__(self, *, made_up: bool) -> None:
        self.born = 0.0
        self._made_up = made_up
        self._own: dict[str, PastCall] = {}

    def add(self, call: PastCall) -> None:
        """Add a call that has just ended."""
        self._own[call.id] = call

    def find(self, call_id: str) -> PastCall:
        """Return the call with that id."""
        call = self._own.get(call_id)
        if call is None:
            call = self._made_up_call(call_id)
        if call is None:
            raise Refusal(NO_CALL)
        return call

    def between(self, first: float, last: float) -> Iterator[PastCall]:
        """Yield the calls that began in this time, the newest first."""
        own = [call for call in self._own.values() if first <= call.start <= last]
        yield from sorted(own, key=lambda call: (call.start, call.serial), reverse=True)
        for day in self._days(first, last):
            for call in reversed(calls_on(day)):
                if first <= call.start <= last and call.end < self.born:
                    yield call

    def days_between(self, first: float, last: float) -> Iterator[dt.date]:
        """Yield the made-up days in this time, the newest first."""
        return self._days(first, last)

    def _days(self, first: float, last: float) -> Iterator[dt.date]:
        if not self._made_up:
            return
        born = dt.datetime.fromtimestamp(self.born, PRAGUE).date()
        oldest = born - dt.timedelta(days=DAYS)
        day = dt.datetime.fromtimestamp(min(last, self.born), PRAGUE).date()
        while day >= oldest and (_midnight(day) + dt.timedelta(days=1)).timestamp() > first:
            yield day
            day -= dt.timedelta(days=1)

    def _made_up_call(self, call_id: str) -> PastCall | None:
        found = _ID.fullmatch(call_id)
        if found is None:
            return None
        start = float(found[1])
        return next((one for one in self.between(start, start + 1) if one.id == call_id), None)


def recording_hash(call: PastCall) -> str | None:
    """Return the hash by which the call's recording is fetched, if there is one."""
    return recordings.hash_of(call.id) if call.answered else None


@functools.lru_cache(maxsize=4096)
def calls_on(day: dt.date) -> tuple[PastCall, ...]:
    """Return the made-up calls of one day, the same ones each time, in order.

    From 12 to 40 on a working day, from 2 to 6 on a Saturday, none on a Sunday.
    """
    if day.weekday() == _SUNDAY:
        return ()
    dice = random.Random(f"calls on {day}")  # noqa: S311  (reproducible, nothing secret)
    count = dice.randint(2, 6) if day.weekday() == _SATURDAY else dice.randint(12, 40)
    opening = _midnight(day).replace(hour=8).timestamp()
    seconds = sorted(dice.sample(range(8 * 3600), count))
    serial = (day.toordinal() - 730_000) * _CALLS_A_DAY_AT_MOST
    return tuple(
        _call(dice, opening + second, index, serial + index) for index, second in enumerate(seconds)
    )


def _call(dice: random.Random, start: float, index: int, serial: int) -> PastCall:
    user_id, extension, queues = dice.choice(_STAFF)
    queue_id = dice.choice([queue for queue in queues if queue in _CALLED])
    direction = _DIRECTIONS[queue_id]
    number = dice.choice(_NUMBERS) if dice.random() < 0.3 else f"60{dice.randrange(10**7):07d}"
    ringing = dice.randint(2, 20)
    waiting = ringing + (dice.randint(0, 40) if direction == IN else 0)
    answered = dice.random() < 0.75
    attempts = [Attempt(start + waiting - ringing, start + waiting, user_id)]
    if dice.random() < 0.2:
        attempts.insert(0, Attempt(start, start + waiting - ringing, user_id))
    return PastCall(
        id=f"{int(start)}.{index}",
        serial=serial,
        direction=direction,
        clid=number,
        start=start,
        queue_id=queue_id,
        user_id=user_id if answered or direction == OUT else None,
        extension=extension,
        did=_DIDS[queue_id],
        waiting=waiting,
        ringing=ringing,
        hold=dice.choice((0, 0, 0, 0, 12)) if answered else 0,
        duration=dice.randint(5, 600) if answered else 0,
        answered=answered,
        cause=dice.choice(("agent", "caller")),
        attempts=tuple(attempts),
    )


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, PRAGUE)
