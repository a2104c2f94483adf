"""A call while it lasts, and a call that is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from daktela_async.sandbox.queues import Queue
from daktela_async.sandbox.timeline import Plan

if TYPE_CHECKING:
    from daktela_async.sandbox.operators import Operator

WAITING, RINGING, CALLING, SPEAKING = "Waiting", "Ringing", "Calling", "Speaking"
ON_HOLD, TRANSFERRED = "On Hold", "Transfered"  # the vendor's spelling

IN, OUT, LOCAL = "in", "out", "local"


@attrs.frozen
class Attempt:
    """A try to reach an agent or a customer."""

    start: float
    end: float
    user_id: int


@attrs.define(eq=False, repr=False, kw_only=True)
class PhoneCall:
    """A call that goes on; times are POSIX times.

    ``state`` is Calling while a customer's phone rings in an outgoing call, which the realtime
    statistics show as Ringing. ``by_itself`` lets the call go on by the clock alone.
    """

    id: str
    serial: int
    direction: str
    clid: str
    entered: float
    state: str
    queue: Queue | None = None
    operator: Operator | None = None
    extension: str = ""
    did: str = ""
    accountcode: str = ""
    ringed: float | None = None
    answered: float | None = None
    held: float | None = None
    hold_time: float = 0.0
    gives_up: float = 0.0
    attempts: list[Attempt] = attrs.field(factory=list[Attempt])
    by_itself: bool = False
    playback: str = ""
    plan: Plan | None = None

    def next(self, plan: Plan | None) -> None:
        """Replace what is planned for the call."""
        if self.plan is not None:
            self.plan.call_off()
        self.plan = plan


@attrs.frozen(kw_only=True)
class PastCall:
    """A call that is over; ``waiting`` to ``duration`` are seconds.

    ``cause`` says who hung up: agent or caller.
    """

    id: str
    serial: int
    direction: str
    clid: str
    start: float
    queue_id: int | None
    user_id: int | None
    extension: str
    did: str = ""
    accountcode: str = ""
    waiting: int
    ringing: int
    hold: int = 0
    duration: int
    answered: bool
    cause: str
    attempts: tuple[Attempt, ...] = ()

    @property
    def end(self) -> float:
        """When the call ended."""
        return self.start + self.waiting + self.duration
