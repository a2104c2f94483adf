"""Chapter Statistiky, realtime: what the call centre does at this moment."""

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import cast, overload

from _telephony_core import checks

from ..agent_states import WatchRecovery, WatchTrouble
from ..errors import ProtocolError
from ..models.realtime import (
    AgentSession,
    LiveCall,
    PauseUse,
    QueueLoad,
    QueuePresence,
    QueuesSummary,
    UserState,
)
from ..watching import (
    DEFAULT_PACE,
    AgentChanges,
    AgentWatch,
    Poll,
    TeamWatch,
    WatchOptions,
    WatchPace,
    watch_agents,
)
from .base import DaktelaResource, exactly_one, listed

#: Seconds of silence that a held request is given: the service holds it for 60, and the document
#: wants at least 70 (RTUserState 4.0).
HELD_READ_TIMEOUT = 70.0
#: Seconds for the whole of a held request, connecting included.
HELD_TIMEOUT = 80.0

_NOBODY = UserState()


class RealtimeResource(DaktelaResource):
    """Queues, calls and agents at this moment."""

    async def queue_presence(
        self, queue: str, *, version: str = "3.9", timeout: float | None = None
    ) -> QueuePresence:
        """Tell whether anybody is there for a queue. Daktela RTQueuePresence, chapter Statistiky.

        `queue` is the number of a queue for chats or clicks.
        """
        return await self._ask(
            "RTQueuePresence",
            QueuePresence,
            {"queue": checks.text("queue", queue, "Daktela RTQueuePresence")},
            version=version,
            timeout=timeout,
        )

    async def calls(
        self, *, version: str = "3.5", timeout: float | None = None
    ) -> tuple[LiveCall, ...]:
        """List the calls that go on. Daktela RTStatsCalls, chapter Statistiky."""
        return await self._ask(
            "RTStatsCalls", tuple[LiveCall, ...], version=version, timeout=timeout
        )

    async def pauses(
        self, *, version: str = "3.5", timeout: float | None = None
    ) -> tuple[PauseUse, ...]:
        """List the pauses that agents have. Daktela RTStatsPauses, chapter Statistiky."""
        return await self._ask(
            "RTStatsPauses", tuple[PauseUse, ...], version=version, timeout=timeout
        )

    async def queues_summary(
        self,
        *,
        users: Iterable[str] | None = None,
        queues: Iterable[str] | None = None,
        version: str = "3.5",
        timeout: float | None = None,
    ) -> QueuesSummary:
        """Count the agents and calls of all queues. Daktela RTStatsQueuesSummary, Statistiky.

        `users` and `queues` are ids, to count only those.
        """
        return await self._ask(
            "RTStatsQueuesSummary",
            QueuesSummary,
            {
                "users": listed("users", users, "Daktela RTStatsQueuesSummary"),
                "queues": listed("queues", queues, "Daktela RTStatsQueuesSummary"),
            },
            version=version,
            timeout=timeout,
        )

    async def queues(
        self, *, version: str = "3.5", timeout: float | None = None
    ) -> tuple[QueueLoad, ...]:
        """Count the agents and calls of each queue. Daktela RTStatsQueues, chapter Statistiky."""
        return await self._ask(
            "RTStatsQueues", tuple[QueueLoad, ...], version=version, timeout=timeout
        )

    async def sessions(
        self,
        *,
        users: Iterable[str] | None = None,
        queues: Iterable[str] | None = None,
        version: str = "3.5",
        timeout: float | None = None,
    ) -> tuple[AgentSession, ...]:
        """List the agents who are logged in. Daktela RTStatsSessions, chapter Statistiky.

        `users` and `queues` are ids, to list only those, and only those in these queues.
        """
        return await self._ask(
            "RTStatsSessions",
            tuple[AgentSession, ...],
            {
                "users": listed("users", users, "Daktela RTStatsSessions"),
                "queues": listed("queues", queues, "Daktela RTStatsSessions"),
            },
            version=version,
            timeout=timeout,
        )

    @overload
    async def user_state(
        self, *, user: str, hash: str | None = ..., version: str = ..., timeout: float | None = ...
    ) -> UserState: ...

    @overload
    async def user_state(
        self,
        *,
        extension: str,
        hash: str | None = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> UserState: ...

    async def user_state(
        self,
        *,
        user: str | None = None,
        extension: str | None = None,
        hash: str | None = None,  # noqa: A002  # the document's own word
        version: str = "4.0",
        timeout: float | None = None,
    ) -> UserState:
        """Return what an agent does, or wait for a change. Daktela RTUserState 4.0, Statistiky.

        The agent is named by login or by extension. With the `hash` of the state before, the
        answer comes when the state is another, or after 60 seconds with the same one. `timeout` is
        80 seconds unless given; less than 70 can end before the service answers.
        """
        exactly_one("RTUserState", user=user, extension=extension)
        call = self._call(
            "RTUserState",
            UserState,
            {"user": user, "extension": extension, "hash": hash or None},
            version=version,
            held=True,
        )
        return await self._send(
            call,
            timeout=HELD_TIMEOUT if timeout is None else timeout,
            read_timeout=HELD_READ_TIMEOUT,
        )

    @overload
    async def user_state_once(
        self, *, user: str, version: str = ..., timeout: float | None = ...
    ) -> UserState: ...

    @overload
    async def user_state_once(
        self, *, extension: str, version: str = ..., timeout: float | None = ...
    ) -> UserState: ...

    async def user_state_once(
        self,
        *,
        user: str | None = None,
        extension: str | None = None,
        version: str = "3.9",
        timeout: float | None = None,
    ) -> UserState:
        """Return what an agent does, without queues and hash. Daktela RTUserState 3.9, Statistiky.

        The agent is named by login or by extension.
        """
        exactly_one("RTUserState", user=user, extension=extension)
        return await self._ask(
            "RTUserState",
            UserState,
            {"user": user, "extension": extension},
            version=version,
            timeout=timeout,
        )

    async def users_state(
        self, *, version: str = "4.1", timeout: float | None = None
    ) -> tuple[UserState, ...]:
        """List what all agents do who are logged in. Daktela RTUsersState, chapter Statistiky.

        An entry that is empty is nobody. One that tells a state and not whose it is raises
        `ProtocolError`: to leave it out would say that its agent has logged out.
        """
        states = await self._ask(
            "RTUsersState", tuple[UserState, ...], version=version, timeout=timeout
        )
        found = tuple(state for state in states if state != _NOBODY or state.extra)
        if not all(state.login or state.id for state in found):
            raise ProtocolError(
                "the answer has an agent with neither agent_name nor id_agent.",
                call="GET RTUsersState",
                advice="Ask the provider whose state that is.",
            )
        return found

    # Watching.

    @overload
    def watch_user(
        self,
        *,
        user: str,
        on_trouble: Callable[[WatchTrouble], None] | None = ...,
        on_recovery: Callable[[WatchRecovery], None] | None = ...,
        max_outage: float | None = ...,
        pace: WatchPace = ...,
    ) -> AgentWatch[UserState]: ...

    @overload
    def watch_user(
        self,
        *,
        extension: str,
        on_trouble: Callable[[WatchTrouble], None] | None = ...,
        on_recovery: Callable[[WatchRecovery], None] | None = ...,
        max_outage: float | None = ...,
        pace: WatchPace = ...,
    ) -> AgentWatch[UserState]: ...

    def watch_user(
        self,
        *,
        user: str | None = None,
        extension: str | None = None,
        on_trouble: Callable[[WatchTrouble], None] | None = None,
        on_recovery: Callable[[WatchRecovery], None] | None = None,
        max_outage: float | None = None,
        pace: WatchPace = DEFAULT_PACE,
    ) -> AgentWatch[UserState]:
        """Watch one agent: `async for change in ...`. Daktela RTUserState 4.0, Statistiky.

        Yields the present state and then every other one, once, for as long as it is iterated. Each
        request is held by the service for up to 60 seconds. Lost connections and restarts are borne
        (`on_trouble` hears of each failure, `on_recovery` of the first good answer after them) and
        followed by the full state; `max_outage` seconds without a good answer, if given, are too
        many. Raises what cannot get better: an unknown agent, a bad token, a closed client. What
        comes of an agent who is not logged in is not documented: an empty answer is yielded as a
        state that is empty, and a refusal is raised.
        """
        exactly_one("RTUserState", user=user, extension=extension)
        options = WatchOptions(
            pace=pace, max_outage=max_outage, on_trouble=on_trouble, on_recovery=on_recovery
        )
        if user is not None:
            return AgentWatch(self._poll_of(user), user, options)
        number = cast("str", extension)
        return AgentWatch(
            lambda hash_: self.user_state(extension=number, hash=hash_), number, options
        )

    def watch_users(
        self,
        users: Iterable[str],
        *,
        buffer: int = 100,
        on_trouble: Callable[[WatchTrouble], None] | None = None,
        on_recovery: Callable[[WatchRecovery], None] | None = None,
        max_outage: float | None = None,
        pace: WatchPace = DEFAULT_PACE,
    ) -> AbstractAsyncContextManager[AgentChanges[UserState]]:
        """Watch many agents by login. Daktela RTUserState 4.0, Statistiky.

        `async with realtime.watch_users([...]) as changes: async for change in changes: ...`. As
        `watch_user` does for each; the changes of one agent come in order. An agent that cannot be
        watched gives one `WatchFailed`, and the others go on. `changes.add(user)` and
        `changes.remove(user)` work at any time. At most `buffer` changes wait to be taken; while
        they do, nothing is asked. For all who are logged in, `watch_team` needs fewer connections.
        """
        options = WatchOptions(
            pace=pace, max_outage=max_outage, on_trouble=on_trouble, on_recovery=on_recovery
        )
        return watch_agents(self._poll_of, users, options, buffer=buffer)

    def watch_team(
        self,
        *,
        interval: float = 5.0,
        on_trouble: Callable[[WatchTrouble], None] | None = None,
        on_recovery: Callable[[WatchRecovery], None] | None = None,
        max_outage: float | None = None,
        pace: WatchPace = DEFAULT_PACE,
    ) -> TeamWatch[UserState]:
        """Watch all agents who are logged in: `async for event in ...`. Daktela RTUsersState.

        Asks every `interval` seconds; what comes and goes in between is not seen. Yields
        `AgentChange`, `AgentLoggedIn` and `AgentLoggedOut`, each once; the agents of the first
        answer come as changes without a previous state. Trouble is borne as by `watch_user`.
        """
        options = WatchOptions(
            pace=pace, max_outage=max_outage, on_trouble=on_trouble, on_recovery=on_recovery
        )
        return TeamWatch(self.users_state, lambda state: state.login or state.id, interval, options)

    def _poll_of(self, user: str) -> Poll[UserState]:
        return lambda hash_: self.user_state(user=user, hash=hash_)
