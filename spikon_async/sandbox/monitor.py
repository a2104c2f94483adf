"""What the call centre's monitor shows: numbers that follow from the time alone."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

import attrs

from spikon_async.sandbox.call_center import Agent

MAX_WAITING = 20
MEASURED_SLA = 60
_OPENS, _CLOSES = 8 * 60, 18 * 60
_NO_WORK = 6
NO_DATA = "Brak danych"


@attrs.frozen
class MonitoredAgent:
    """An agent at this moment; ``since_call`` are seconds since the last call, if any."""

    agent: Agent
    busy: bool
    paused: bool
    answered: int
    since_call: int | None


@attrs.frozen
class WaitingCall:
    """A call in the queue and for how many seconds it has waited."""

    number: str
    waiting: int


@attrs.frozen
class Monitor:
    """A campaign at this moment; times are in seconds."""

    answered: int
    unanswered: int
    average_waiting: int
    average_call: int
    sla: int
    members: tuple[MonitoredAgent, ...]
    waiting: tuple[WaitingCall, ...]


def monitor(campaign_id: int, members: Sequence[Agent], now: dt.datetime) -> Monitor:
    """Return a campaign's state: calls from 8 to 18 from Monday to Saturday, rest otherwise.

    The counts grow through the day; who talks and who waits changes every minute.
    """
    minute = now.hour * 60 + now.minute
    passed = min(max(minute - _OPENS, 0), _CLOSES - _OPENS)
    if now.weekday() == _NO_WORK:
        passed = 0
    working = 0 < passed < _CLOSES - _OPENS
    day = _dice(campaign_id, now.date())
    per_member = [passed // day.randint(12, 25) for _ in members]
    answered = sum(per_member)
    unanswered = passed // day.randint(40, 90)
    this_minute = _dice(campaign_id, now.date(), minute)
    states = [
        MonitoredAgent(
            agent,
            busy=working and calls > 0 and this_minute.random() < 0.5,
            paused=working and this_minute.random() < 0.2,
            answered=calls,
            since_call=this_minute.randint(5, 600) if calls else None,
        )
        for agent, calls in zip(members, per_member, strict=True)
    ]
    queue = [
        WaitingCall(f"50{this_minute.randint(0, 9_999_999):07d}", this_minute.randint(1, 59))
        for _ in range(this_minute.randint(0, 3) if working else 0)
    ]
    return Monitor(
        answered=answered,
        unanswered=unanswered,
        average_waiting=day.randint(5, 40) if answered else 0,
        average_call=day.randint(60, 240) if answered else 0,
        sla=100 * answered // (answered + unanswered) if answered else 0,
        members=tuple(states),
        waiting=tuple(queue),
    )


def clock_time(seconds: int) -> str:
    """Return seconds as "MM:SS"."""
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def _dice(*seed: object) -> random.Random:
    return random.Random(repr(seed))  # noqa: S311  (reproducible, nothing secret)
