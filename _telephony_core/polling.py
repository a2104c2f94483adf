"""Waiting for what a server does in its own time: when to look again, until when, and together."""

from __future__ import annotations

import copy
import random
from collections.abc import Awaitable, Callable
from enum import Enum
from math import inf
from typing import Generic, TypeVar, cast

import anyio
import anyio.lowlevel
from attrs import field, frozen, validators

from .errors import (
    DeadlineExceeded,
    InvalidRequest,
    JobNotFound,
    ProtocolError,
    TelephonyError,
    WaitTimeout,
    started,
)

T = TypeVar("T")
S = TypeVar("S")

#: What the last look at a job may take longer than the deadline of its wait, in seconds.
LAST_LOOK = 5.0
#: How often a service that is out of reach is looked for, at least, before a wait gives up.
LOOKS_AN_OUTAGE = 5


@frozen(kw_only=True)
class Polling:
    """Say when to look at a job: at once, then after delays that grow with the time waited.

    With a factor of 1.1 a job is noticed at the latest a tenth of its duration after it was done
    (or `first_delay` after it, for one that is done sooner than ten of these), and the looks grow
    with the logarithm of the duration: 11 for ten seconds, 47 for five minutes, 73 for an hour.

    Attributes:
        first_delay: the shortest delay between two looks, in seconds.
        factor: how many times longer, at the latest, the next look finds the wait than the last
            one did; 1 keeps to `first_delay`.
        longest_delay: the longest delay, in seconds.
        jitter: the part of each delay that is left to chance, from 0 to 1, so that many waits
            do not look at the same moment. It only ever shortens a delay.
        timeout: seconds until the wait gives up, unless the wait says otherwise.
        outage: seconds for which the service may be out of reach before the wait gives up, from
            the first look that found it so. Until then no delay is longer than a fifth of them,
            or than `first_delay`.
    """

    first_delay: float = field(default=1.0, validator=validators.gt(0))
    factor: float = field(default=1.1, validator=validators.ge(1))
    longest_delay: float = field(default=21_600.0, validator=validators.gt(0))
    jitter: float = field(default=0.1, validator=[validators.ge(0), validators.le(1)])
    timeout: float = field(default=3600.0, validator=validators.gt(0))
    outage: float = field(default=300.0, validator=validators.ge(0))

    def delay(
        self, waited: float, uniform: Callable[[float, float], float] = random.uniform
    ) -> float:
        """Return the seconds until the next look, after so many seconds of waiting.

        It depends on nothing else: looks that others took for this wait do not make it less
        patient or more so.
        """
        bound = min(self.longest_delay, max(self.first_delay, waited * (self.factor - 1)))
        return bound * uniform(1 - self.jitter, 1)


@frozen
class Pending:
    """Say that a job is not done: the state it is in, in the words of the API."""

    state: str


@frozen
class Ready(Generic[T]):
    """Say that a job is done, with what it gave, and in which state it is."""

    value: T
    state: str = "ready"


@frozen(kw_only=True)
class WaitUpdate:
    """Tell how a wait goes on, after each look.

    Attributes:
        id: the job that is waited for.
        state: its state in the words of the API; None when the service was out of reach.
        looks: how often it was looked at.
        waited: the seconds waited until now.
        error: why the service was out of reach, if it was.
    """

    id: str
    state: str | None
    looks: int
    waited: float
    error: TelephonyError | None = None


@frozen(kw_only=True)
class Look:
    """Ask for one look at a job: not later than `due`, answered within `timeout` seconds."""

    due: float
    timeout: float


async def poll_until(
    look: Callable[[Look], Awaitable[Pending | Ready[T]]],
    *,
    id: str,  # noqa: A002  # jobs are known by their ids in both APIs
    what: str,
    polling: Polling,
    timeout: float | None = None,
    on_update: Callable[[WaitUpdate], None] | None = None,
) -> T:
    """Look at a job at once and then by the schedule until it is done; return what it gave.

    `look` itself waits until `due`, so that several waits can share one look. A service out of
    reach, or one whose answers cannot be understood any more, is borne for `polling.outage`
    seconds. The last look is taken when the deadline passes,
    and may take `LAST_LOOK` seconds longer; then `WaitTimeout` is raised, with the id to go on
    from. Nothing is cancelled at the server.
    """
    limit = time_limit(polling, timeout)
    wait = _Wait(id, polling, limit)
    with started((id,)):
        while True:
            outcome = await wait.look(look)
            if on_update is not None:
                on_update(wait.update(outcome))
            if isinstance(outcome, Ready):
                return outcome.value
            if anyio.current_time() >= wait.deadline:
                break
        raise WaitTimeout(
            f"{what} was not done after {limit:g} s ({wait.looks} looks);"
            f" its last state: {wait.last_state or 'never seen'}.",
            last_state=wait.last_state,
            waited=anyio.current_time() - wait.began,
        ) from wait.error


def time_limit(polling: Polling, timeout: float | None) -> float:
    """Return how long a wait may take; flows ask before they begin, to begin nothing in vain."""
    limit = polling.timeout if timeout is None else timeout
    if not 0 < limit < inf:
        raise InvalidRequest(f"timeout= is {limit}; a wait must be finite and longer than 0.")
    return limit


class _Wait:
    """Remember what one wait has seen."""

    def __init__(self, job: str, polling: Polling, limit: float) -> None:
        self.began = anyio.current_time()
        self.deadline = self.began + limit
        self.looks = 0
        self.last_state: str | None = None
        self.error: TelephonyError | None = None
        self._job = job
        self._polling = polling
        #: When the first look was due that found the service out of reach, if it still is.
        self._lost: float | None = None
        self._not_before = self.began

    async def look(
        self, look: Callable[[Look], Awaitable[Pending | Ready[T]]]
    ) -> Pending | Ready[T] | None:
        """Take one look; None means that the service was out of reach for once."""
        due = self._due()
        self.looks += 1
        try:
            outcome = await look(Look(due=due, timeout=self.deadline - due + LAST_LOOK))
        except TelephonyError as error:
            now = anyio.current_time()
            if self._lost is None:
                self._lost = due
            if not self._bearable(error) or now - self._lost >= self._polling.outage:
                raise
            retry_after: float | None = getattr(error, "retry_after", None)
            self._not_before = now + (retry_after or 0.0)
            self.error = error
            return None
        self._lost = None
        self.error = None
        self.last_state = outcome.state
        return outcome

    def _bearable(self, error: TelephonyError) -> bool:
        """Tell whether another look may show more.

        What cannot be understood is what maintenance looks like, unless there never was anything
        else: then the address is wrong.
        """
        return error.transient or (isinstance(error, ProtocolError) and self.last_state is not None)

    def _due(self) -> float:
        """Return when the next look is due."""
        if not self.looks:
            return self.began
        now = anyio.current_time()
        delay = self._polling.delay(now - self.began)
        if self._lost is not None:
            # A delay may be longer than the outage that is borne: two looks would not tell one
            # long outage from two short ones.
            often = self._polling.outage / LOOKS_AN_OUTAGE
            delay = min(delay, max(self._polling.first_delay, often))
        return min(max(now + delay, self._not_before), self.deadline)

    def update(self, outcome: object) -> WaitUpdate:
        """Tell what the last look showed."""
        return WaitUpdate(
            id=self._job,
            state=None if outcome is None else self.last_state,
            looks=self.looks,
            waited=anyio.current_time() - self.began,
            error=self.error,
        )


@frozen(eq=False)
class _Alarm:
    """The moment at which somebody wakes up."""

    at: float


class SharedPoll(Generic[S]):
    """Let one request serve everybody who waits for what it answers.

    There is no task behind it: one of the waiting asks for all of them. When that one is
    cancelled, the next takes over. Nobody is given an answer that was asked for before it began
    to wait, so that an answer always knows the job.
    """

    def __init__(self, ask: Callable[[], Awaitable[S]], *, spacing: float = 1.0) -> None:
        """Ask with `ask`, at most once in `spacing` seconds."""
        self._ask = ask
        self._spacing = spacing
        self._busy = False
        self._asked = 0
        self._last_asked = -inf
        self._answered = 0
        self._answer: S | TelephonyError | None = None
        #: Who wakes up first, to ask for all: a thousand who wait need one timer.
        self._next: _Alarm | None = None
        self._changed: anyio.Event | None = None

    async def look(self, look: Look) -> S:
        """Return an answer not later than it is due, if somebody else's comes no sooner."""
        wanted = self._asked + 1
        with anyio.CancelScope(deadline=look.due + look.timeout):
            while self._answered < wanted:
                await self._step(look.due)
            if isinstance(self._answer, TelephonyError):
                # One exception raised by many would gather their tracebacks and ids.
                raise copy.copy(self._answer) from self._answer
            return cast("S", self._answer)
        raise DeadlineExceeded(f"no answer came {look.timeout:g} s after it was due.")

    async def _step(self, due: float) -> None:
        """Wait for somebody's answer, or fetch it when it is due and nobody else does."""
        start = inf if self._busy else max(due, self._last_asked + self._spacing)
        if anyio.current_time() >= start:
            await self._fetch()
            return
        if self._changed is None:
            self._changed = anyio.Event()
        changed = self._changed
        if self._busy or (self._next is not None and self._next.at <= start):
            await changed.wait()
            return
        mine = self._next = _Alarm(start)
        try:
            with anyio.CancelScope(deadline=start):
                await changed.wait()
        except BaseException:
            if self._next is mine:
                # Cancelled: another one takes over.
                self._wake()
            raise
        if self._next is mine:
            self._next = None

    async def _fetch(self) -> None:
        before, self._busy = self._last_asked, True
        try:
            # Whoever begins to wait at this very moment is let in.
            await anyio.lowlevel.checkpoint()
            self._asked += 1
            number, self._last_asked = self._asked, anyio.current_time()
            try:
                self._answer = await self._ask()
            except TelephonyError as error:
                self._answer = error
            self._answered = number
        finally:
            self._busy = False
            if self._answered < self._asked:
                # Cancelled: the next one need not wait for what never came.
                self._last_asked = before
            self._wake()

    def _wake(self) -> None:
        """Let everybody look whether it is over, and else who is to ask next."""
        self._next = None
        changed, self._changed = self._changed, None
        if changed is not None:
            changed.set()


class Absence:
    """Decide when a job that an answer does not list is not just new, but unknown."""

    #: A server may list a new job a little late.
    patience = 60.0

    def __init__(self) -> None:
        self._since: float | None = None

    def over(self) -> None:
        """Note that the job is listed."""
        self._since = None

    def noted(self, what: str) -> Pending:
        """Return that the job is pending still, or raise `JobNotFound` after long absence."""
        now = anyio.current_time()
        if self._since is None:
            self._since = now
        if now - self._since > self.patience:
            raise JobNotFound(f"{what} has not been listed for {self.patience:g} s.")
        return Pending("not listed")


def state_name(state: str) -> str:
    """Return how a state is called in updates and errors: its English name, if it has one."""
    return state.name.lower() if isinstance(state, Enum) else state
