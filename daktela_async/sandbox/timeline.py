"""What is going to happen, and when: the fake server's own future."""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
from collections.abc import Callable

import attrs

from _telephony_core.sandbox.clock import PRAGUE, Clock

# Loops' clocks may stop a hair before the moment that was waited for.
CLOSE_ENOUGH = 0.001


@attrs.define(eq=False)
class Plan:
    """Something that will be done at ``due``, unless it is called off before."""

    due: float
    action: Callable[[], None]
    called_off: bool = False

    def call_off(self) -> None:
        """Let it not be done."""
        self.called_off = True


class Timeline:
    """The server's time as POSIX time, and the plans for later.

    Nothing runs by itself: whoever wants to see the state calls ``catch_up()`` first, and each
    plan that has come due is then carried out at its own moment, as if it had been on time.
    """

    def __init__(self, clock: Clock) -> None:
        self.on_sooner: Callable[[], None] = lambda: None
        self.on_first: Callable[[], None] = lambda: None
        self.clock = clock
        self._plans: list[tuple[float, int, Plan]] = []
        self._numbers = itertools.count()
        self._moment: float | None = None
        self._begun = False

    def now(self) -> float:
        """Return the present moment, which is the plan's own while one is carried out."""
        return self.clock.datetime().timestamp() if self._moment is None else self._moment

    def text(self, moment: float) -> str:
        """Return a moment as the API writes it."""
        return f"{self.local(moment):%Y-%m-%d %H:%M:%S}"

    def local(self, moment: float) -> dt.datetime:
        """Return a moment as local time."""
        return dt.datetime.fromtimestamp(moment, PRAGUE)

    def after(self, seconds: float, action: Callable[[], None]) -> Plan:
        """Plan something for later."""
        return self.at(self.now() + seconds, action)

    def at(self, due: float, action: Callable[[], None]) -> Plan:
        """Plan something for a moment."""
        soonest = self.next_due()
        plan = Plan(due, action)
        heapq.heappush(self._plans, (due, next(self._numbers), plan))
        if soonest is None or due < soonest:
            self.on_sooner()
        return plan

    def next_due(self) -> float | None:
        """Return when something will happen next."""
        while self._plans and self._plans[0][2].called_off:
            heapq.heappop(self._plans)
        return self._plans[0][0] if self._plans else None

    def catch_up(self) -> None:
        """Carry out all that has come due."""
        now = self.now()
        if not self._begun:
            self._begun = True
            self.on_first()
        try:
            while (due := self.next_due()) is not None and due <= now + CLOSE_ENOUGH:
                plan = heapq.heappop(self._plans)[2]
                self._moment = due
                plan.action()
        finally:
            self._moment = None
