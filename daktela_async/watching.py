"""Watching agents: long polls made one after the other, for one agent or for many.

What is iterated here is no async generator: whoever leaves a loop early leaves nothing behind that
would have to be closed, on asyncio and on trio. The tasks that watch many agents live in a task
group that an `async with` block owns, and nothing is ever yielded from inside it (PEP 789).
"""

from __future__ import annotations

import logging
import random
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from math import inf
from typing import Generic, Self, TypeVar

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup
from attrs import field, frozen, validators

from _telephony_core.errors import (
    ApiError,
    InvalidRequest,
    ProtocolError,
    StatusError,
    TelephonyError,
)

from .agent_states import (
    AgentChange,
    AgentEvent,
    AgentView,
    HashedT,
    StateT,
    TeamEvent,
    TeamView,
    WatchFailed,
    WatchRecovery,
    WatchTrouble,
)

EventT = TypeVar("EventT")

#: One long poll of one agent: it takes the hash of the last state, or None to ask in full.
Poll = Callable[[str | None], Awaitable[HashedT]]

logger = logging.getLogger("daktela_async")


@frozen(kw_only=True)
class WatchPace:
    """Say how often a watch asks.

    Attributes:
        spacing: seconds between the starts of two requests, so that a server that answers at once
            is not flooded. After a change a fifth of them, unless several in a row came sooner.
        without_hash: the same where the server gives no hash, and so cannot hold a request.
        first_delay: bound of the wait after the first failed request, in seconds; the bound
            doubles with each further one, and the wait is drawn evenly from 0 to the bound.
        longest_delay: bound of all these waits, in seconds.
        longest_retry_after: how long a server's Retry-After is waited for beside that, in seconds:
            a watch that a server sent away for a day would be blind for it.
        stagger: seconds between the first requests of many watched agents: a server and a machine
            do not like a thousand new TLS connections at once.
    """

    spacing: float = field(default=1.0, validator=validators.gt(0))
    without_hash: float = field(default=5.0, validator=validators.gt(0))
    first_delay: float = field(default=1.0, validator=validators.ge(0))
    longest_delay: float = field(default=30.0, validator=validators.ge(0))
    longest_retry_after: float = field(default=60.0, validator=validators.ge(0))
    stagger: float = field(default=0.02, validator=validators.ge(0))


DEFAULT_PACE = WatchPace()
#: After a change the next request may start so many times sooner than `spacing`; so many times in
#: a row, since a state that is another one each time it is asked for is no state.
_SOONER = 5
_MOST_IN_A_ROW = 5
#: Statuses that ask for other credentials.
_ACCESS = frozenset({401, 403, 407})


@frozen(kw_only=True)
class WatchOptions:
    """Say how a watch bears trouble.

    Attributes:
        pace: how often it asks.
        max_outage: seconds without a good answer, from the start of the first request that failed,
            after which the last error is raised. None, the default, bears any outage: a watch runs
            for months, waiting costs next to nothing, and the full state that it begins again with
            makes up for all that was missed. What an end would bring is somebody who has to start
            it anew. One failure of a request that the service held is no such end: it is quiet on
            purpose, and nobody knows for how long it was lost.
        on_trouble: hears of every failed request that is followed by another one.
        on_recovery: hears of the first good answer after that: a watch that goes on yields nothing
            unless a state changed, so nothing else tells that the trouble is over.
    """

    pace: WatchPace = DEFAULT_PACE
    max_outage: float | None = field(default=None, validator=validators.optional(validators.ge(0)))
    on_trouble: Callable[[WatchTrouble], None] | None = None
    on_recovery: Callable[[WatchRecovery], None] | None = None


DEFAULT_OPTIONS = WatchOptions()


class Outage:
    """Keep count of failed requests: decide what is borne, and how long to wait after it."""

    def __init__(
        self,
        user: str | None,
        options: WatchOptions,
        *,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._user = user
        self._options = options
        self._uniform = uniform
        self._failures = 0
        #: When the first of the requests started that failed in a row.
        self._since = 0.0

    def over(self, now: float) -> None:
        """Note a good answer."""
        failures, self._failures = self._failures, 0
        if not failures:
            return
        logger.info("watch of %s: back after %d failures", self._name, failures)
        if self._options.on_recovery is not None:
            self._options.on_recovery(
                WatchRecovery(user=self._user, failures=failures, lost_for=now - self._since)
            )

    def bear(
        self,
        error: TelephonyError,
        now: float,
        *,
        bearable: bool,
        started: float | None = None,
        held: bool = False,
    ) -> float:
        """Return the seconds to wait before the next request, or raise the error.

        `started` is when the request did, and `held` whether the service was to hold it.
        """
        if not self._failures:
            self._since = now if started is None else started
        lost_for = now - self._since
        longest = inf if self._options.max_outage is None else self._options.max_outage
        first_of_held = held and not self._failures
        if not bearable or (lost_for >= longest and not first_of_held):
            raise error
        pace = self._options.pace
        bound = min(pace.longest_delay, pace.first_delay * 2.0 ** min(self._failures, 64))
        retry_after: float = getattr(error, "retry_after", None) or 0.0
        delay = self._uniform(0, bound) + min(retry_after, pace.longest_retry_after)
        # The last look is taken when the time is over, and not long after.
        delay = max(0.0, min(delay, longest - lost_for))
        self._failures += 1
        # One line an outage: a thousand watches that all fail would fill a log.
        level = logging.WARNING if self._failures == 1 else logging.DEBUG
        logger.log(level, "watch of %s: %s; again in %.1f s", self._name, error, delay)
        if self._options.on_trouble is not None:
            self._options.on_trouble(
                WatchTrouble(
                    user=self._user,
                    error=error,
                    failures=self._failures,
                    lost_for=lost_for,
                    delay=delay,
                )
            )
        return delay

    @property
    def _name(self) -> str:
        return "the team" if self._user is None else self._user


def passes(error: TelephonyError, *, seen: bool) -> bool:
    """Tell whether an error may pass without anybody's doing; `seen` is whether it ever worked.

    What cannot be read, and a status such as 404, is what a restart looks like, unless there never
    was anything else: then the address is wrong.
    """
    if error.transient:
        return True
    if isinstance(error, StatusError):
        return seen and error.status not in _ACCESS and not 300 <= error.status < 400
    return seen and isinstance(error, ProtocolError)


class Watch(AsyncIterator[EventT], ABC):
    """Be an endless iterator of events; between two of them it holds nothing.

    Iterate it from one task at a time. `break` needs no clean-up; `aclose` ends it for good.
    """

    def __init__(self) -> None:
        self._waiting: deque[EventT] = deque()
        self._closed = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> EventT:
        while not self._closed:
            if self._waiting:
                return self._waiting.popleft()
            self._waiting += await self._look()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """End the iteration."""
        self._closed = True
        self._waiting.clear()

    @property
    @abstractmethod
    def seen(self) -> bool:
        """Whether any good answer came yet."""

    @abstractmethod
    async def _look(self) -> Iterable[EventT]:
        """Make one request when it is due, and return what it tells, which may be nothing."""


class AgentWatch(Watch[AgentChange[HashedT]], Generic[HashedT]):
    """Yield every distinct state of one agent once, the present one first."""

    def __init__(
        self, poll: Poll[HashedT], user: str, options: WatchOptions = DEFAULT_OPTIONS
    ) -> None:
        super().__init__()
        self._poll = poll
        self._pace = options.pace
        self._outage = Outage(user, options)
        self._view: AgentView[HashedT] = AgentView(user)
        self._due = 0.0
        #: Changes in a row that came sooner than `spacing`.
        self._quick = 0

    @property
    def seen(self) -> bool:
        """Whether any good answer came yet."""
        return self._view.seen

    async def _look(self) -> Iterable[AgentChange[HashedT]]:
        await anyio.sleep_until(self._due)
        started = anyio.current_time()
        asked_with = self._view.hash
        # Should this task be cancelled here and go on later, it asks no sooner than allowed.
        self._due = started + self._pace.spacing
        try:
            state = await self._poll(asked_with)
        except TelephonyError as error:
            # Whatever became of the request, the hash is given up: the next answer is whole.
            self._view.forget_hash()
            now = anyio.current_time()
            delay = self._outage.bear(
                error,
                now,
                bearable=self._bearable(error, asked_with),
                started=started,
                held=asked_with is not None,
            )
            self._due = max(self._due, now + delay)
            return ()
        now = anyio.current_time()
        self._outage.over(now)
        change = self._view.observe(state, datetime.now(UTC))
        quick = change is not None and now - started < self._pace.spacing
        self._quick = self._quick + 1 if quick else 0
        if self._view.hash is None and asked_with is None:
            self._due = started + self._pace.without_hash
        elif change is not None and self._quick <= _MOST_IN_A_ROW:
            self._due = started + self._pace.spacing / _SOONER
        return () if change is None else (change,)

    def _bearable(self, error: TelephonyError, asked_with: str | None) -> bool:
        """Tell whether another request may help.

        A refusal may mean the hash alone, which a restarted server does not know; asked in full,
        it means the agent or the token.
        """
        if isinstance(error, ApiError) and asked_with is not None:
            return True
        return passes(error, seen=self._view.seen)


class TeamWatch(Watch[TeamEvent[StateT]], Generic[StateT]):
    """Yield what changes among all agents who are logged in, each change once."""

    def __init__(
        self,
        poll: Callable[[], Awaitable[Iterable[StateT]]],
        login: Callable[[StateT], str],
        interval: float = 5.0,
        options: WatchOptions = DEFAULT_OPTIONS,
    ) -> None:
        if not 0 < interval < float("inf"):
            raise InvalidRequest(f"interval= is {interval}; it must be finite and above 0.")
        super().__init__()
        self._poll = poll
        self._interval = interval
        self._outage = Outage(None, options)
        self._view = TeamView(login)
        self._due = 0.0

    @property
    def seen(self) -> bool:
        """Whether any good answer came yet."""
        return self._view.seen

    async def _look(
        self,
    ) -> Iterable[TeamEvent[StateT]]:
        await anyio.sleep_until(self._due)
        started = anyio.current_time()
        self._due = started + self._interval
        try:
            states = await self._poll()
        except TelephonyError as error:
            now = anyio.current_time()
            bearable = passes(error, seen=self._view.seen)
            delay = self._outage.bear(error, now, bearable=bearable, started=started)
            self._due = max(self._due, now + delay)
            return ()
        self._outage.over(anyio.current_time())
        return self._view.observe(states, datetime.now(UTC))


class AgentChanges(AsyncIterator[AgentEvent[HashedT]], Generic[HashedT]):
    """Yield what changes among many agents, each change once, and those of one agent in order.

    Agents can be added and removed at any time. An agent that cannot be watched any more gives
    one `WatchFailed` and is no longer watched; the others go on. The iterator ends when its block
    does and not before, even when nobody is watched: somebody may be added.
    """

    def __init__(
        self,
        poll_of: Callable[[str], Poll[HashedT]],
        options: WatchOptions,
        buffer: int,
        group: TaskGroup,
    ) -> None:
        self._poll_of = poll_of
        self._options = options
        self._group = group
        self._scopes: dict[str, anyio.CancelScope] = {}
        self._next_start = 0.0
        # A cancelled receive of anyio's memory streams can lose an item; here it is taken out
        # of the buffer only when nothing is awaited any more.
        self._buffer: deque[AgentEvent[HashedT]] = deque()
        self._room = anyio.Semaphore(buffer)
        self._woken = anyio.Event()
        self._closed = False
        self._crash: Exception | None = None

    @property
    def users(self) -> frozenset[str]:
        """The agents who are watched now."""
        return frozenset(self._scopes)

    def add(self, user: str) -> None:
        """Watch one more agent; nothing happens if it is watched already."""
        if self._closed:
            raise InvalidRequest("this watch has ended.", advice="Add agents inside its block.")
        if user in self._scopes:
            return
        scope = self._scopes[user] = anyio.CancelScope()
        start = max(anyio.current_time(), self._next_start)
        self._next_start = start + self._options.pace.stagger
        self._group.start_soon(self._follow, user, scope, start, name=f"watch of {user}")

    def remove(self, user: str) -> None:
        """Watch an agent no longer; nothing more of it is yielded."""
        scope = self._scopes.pop(user, None)
        if scope is not None:
            scope.cancel()
        kept = [event for event in self._buffer if event.user != user]
        for _ in range(len(self._buffer) - len(kept)):
            self._room.release()
        self._buffer = deque(kept)

    def close(self) -> None:
        """End the iteration; the block does so when it is left."""
        self._closed = True
        self._woken.set()

    def take_crash(self) -> Exception | None:
        """Return, once, what broke the watch as a whole, if anything did."""
        crash, self._crash = self._crash, None
        return crash

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AgentEvent[HashedT]:
        await anyio.lowlevel.checkpoint()
        while not self._closed:
            if (crash := self.take_crash()) is not None:
                raise crash
            if self._buffer:
                self._room.release()
                return self._buffer.popleft()
            if self._woken.is_set():
                self._woken = anyio.Event()
            await self._woken.wait()
        raise StopAsyncIteration

    async def _follow(self, user: str, scope: anyio.CancelScope, start: float) -> None:
        with scope:
            try:
                await anyio.sleep_until(start)
                watch = AgentWatch(self._poll_of(user), user, self._options)
                while True:
                    await self._put(await anext(watch))
            except TelephonyError as error:
                if self._scopes.get(user) is scope:
                    del self._scopes[user]
                await self._put(WatchFailed(user=user, error=error))
            except Exception as error:
                # No trouble of one agent's but a mistake, say in on_trouble: it must be seen.
                self._crash = error
                self._woken.set()

    async def _put(self, event: AgentEvent[HashedT]) -> None:
        await self._room.acquire()
        self._buffer.append(event)
        self._woken.set()


@asynccontextmanager
async def watch_agents(
    poll_of: Callable[[str], Poll[HashedT]],
    users: Iterable[str],
    options: WatchOptions = DEFAULT_OPTIONS,
    *,
    buffer: int = 100,
) -> AsyncGenerator[AgentChanges[HashedT], None]:
    """Watch `users` by the polls that `poll_of` makes for each of them: `async with`.

    At most `buffer` events wait to be taken; while they do, agents are not asked.
    """
    if buffer < 1:
        raise InvalidRequest(f"buffer= is {buffer}; it must be at least 1.")
    if isinstance(users, str):
        # A text is a collection of texts, too: every letter would be watched.
        raise InvalidRequest("users is one text; it must be a list of users.")
    group = anyio.create_task_group()
    changes = AgentChanges(poll_of, options, buffer, group)
    await group.__aenter__()
    try:
        for user in users:
            changes.add(user)
        yield changes
    finally:
        changes.close()
        group.cancel_scope.cancel()
        # An exception of the block is not shown to the task group, which would wrap it.
        await group.__aexit__(None, None, None)
    if (crash := changes.take_crash()) is not None:
        raise crash
