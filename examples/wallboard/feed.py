"""The feed: one set of watches keeps the board true, however many pages are open."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import cast

import anyio

from daktela_async import (
    AgentChanges,
    AgentLoggedOut,
    DaktelaApiError,
    DaktelaClient,
    NotSent,
    ProtocolError,
    Queue,
    StatusError,
    TelephonyError,
    UserState,
    WatchFailed,
    WatchPace,
    WatchRecovery,
    WatchTrouble,
)

from .board import Board

#: Seconds between two looks at the queues, for which there is no long poll.
QUEUES_EVERY = 2.0
#: Seconds between two looks at who has logged in or out; what those do comes by long polls.
TEAM_EVERY = 3.0
#: Seconds for which the names of queues and pauses are good.
NAMES_FOR = 60.0
#: Seconds after which a watch that ended begins anew.
AGAIN_AFTER = 3.0
#: A screen that is looked at should be true again soon after an outage.
PACE = WatchPace(longest_delay=5.0)
#: Seconds for one look at the queues; an older answer would be of no use.
_LOOK = 10.0

logger = logging.getLogger("wallboard")


class Feed:
    """Ask Daktela for all that the board shows, for ever."""

    def __init__(self, daktela: DaktelaClient, board: Board) -> None:
        self._daktela = daktela
        self._board = board
        self._queues: dict[str, Queue] = {}
        self._names_until = float("-inf")

    async def run(self) -> None:
        """Follow agents and queues until cancelled."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._keep, "agents", self._follow_agents)
            group.start_soon(self._keep, "queues", self._follow_queues)

    async def _keep(self, source: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do something for ever. Whatever ends it is shown, and it begins anew.

        That is also what to do about a bad token, which somebody may mend, and about a mistake of
        ours: a screen that nobody sits at must never stay as it is without saying so.
        """
        while True:
            try:
                await work()
            except Exception as error:
                cause = _cause(error)
                known = isinstance(cause, TelephonyError)
                logger.warning("%s: %s", source, cause, exc_info=None if known else error)
                self._board.trouble(source, reason(cause))
            await anyio.sleep(AGAIN_AFTER)

    # Agents: who is there comes every three seconds, what they do at once.

    async def _follow_agents(self) -> None:
        realtime = self._daktela.realtime
        team = {state.login or state.id: state for state in await realtime.users_state()}
        self._board.show_agents(team)
        self._board.well("agents")
        async with (
            realtime.watch_users(
                team, on_trouble=self._trouble, on_recovery=self._recovery, pace=PACE
            ) as changes,
            anyio.create_task_group() as group,
        ):
            group.start_soon(self._follow_team, changes)
            async for event in changes:
                # One who cannot be watched has logged out, most likely: the team will tell.
                if not isinstance(event, WatchFailed):
                    self._board.show_agent(event.user, event.state)

    async def _follow_team(self, changes: AgentChanges[UserState]) -> None:
        team = self._daktela.realtime.watch_team(
            interval=TEAM_EVERY, on_trouble=self._trouble, on_recovery=self._recovery, pace=PACE
        )
        async for event in team:
            if isinstance(event, AgentLoggedOut):
                changes.remove(event.user)
                self._board.drop_agent(event.user)
            elif event.user not in changes.users:
                # Of those who are watched already, their own long polls know more, and sooner.
                self._board.show_agent(event.user, event.state)
                changes.add(event.user)

    def _trouble(self, trouble: WatchTrouble) -> None:
        if trouble.user is None:
            self._board.trouble("agents", reason(trouble.error))
        else:
            self._board.doubt_agent(trouble.user, stale=True)

    def _recovery(self, recovery: WatchRecovery) -> None:
        if recovery.user is None:
            self._board.well("agents")
        else:
            self._board.doubt_agent(recovery.user, stale=False)

    # Queues.

    async def _follow_queues(self) -> None:
        while True:
            if anyio.current_time() >= self._names_until:
                await self._learn_names()
            calls = await self._daktela.realtime.calls(timeout=_LOOK)
            loads = await self._daktela.realtime.queues(timeout=_LOOK)
            self._board.show_queues(calls, loads, self._queues)
            self._board.well("queues")
            await anyio.sleep(QUEUES_EVERY)

    async def _learn_names(self) -> None:
        try:
            queues = await self._daktela.queues.list(timeout=_LOOK)
            self._queues = {queue.id: queue for queue in queues}
            self._board.show_lines(queues)
            self._board.show_pauses(await self._daktela.pauses.list(timeout=_LOOK))
        except DaktelaApiError as error:
            # The user of the token may not see them: ids must do.
            logger.warning("names: %s", error)
        self._names_until = anyio.current_time() + NAMES_FOR


def reason(error: Exception) -> str:
    """Say what is wrong to people who look at a screen; all details are in the log."""
    match error:
        case NotSent():
            return "it cannot be reached"
        case StatusError():
            return f"it answers with HTTP status {error.status}"
        case DaktelaApiError():
            return f"it refuses: {error.what}"
        case ProtocolError():
            return "it answers with something else"
        case TelephonyError():
            return "it does not answer"
        case _:
            return "an error of the wallboard itself"


def _cause(error: Exception) -> Exception:
    """Return what a task group has wrapped."""
    while isinstance(error, ExceptionGroup):
        # cast: the type of what is inside is lost by the check.
        error = cast("ExceptionGroup[Exception]", error).exceptions[0]
    return error
