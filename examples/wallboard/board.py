"""The board: all that the pages show, and what of it has just changed. No input or output here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from daktela_async import LiveCall, Pause, Queue, QueueLoad, UserState

from .shown import (
    AgentShown,
    IncomingShown,
    LineShown,
    Link,
    Patch,
    QueueShown,
    agent_shown,
    lines_shown,
    queues_shown,
    seconds_ahead,
)

#: Clocks that differ by less are taken for equal: what Daktela tells is cut to whole seconds.
_SAME_CLOCK = 2.5


def _nobody_listens(patch: Patch) -> None:
    """Do nothing: the board is used without a hub."""


class Board:
    """Hold what the pages show; `on_patch` hears of every change, and of nothing else."""

    def __init__(self, server: str, clock: Callable[[], float] = time.time) -> None:
        self.on_patch: Callable[[Patch], None] = _nobody_listens
        self._server = server
        self._clock = clock
        self._ahead = 0.0
        self._states: dict[str, UserState] = {}
        self._agents: dict[str, AgentShown] = {}
        self._stale: set[str] = set()
        self._queues: list[QueueShown] = []
        self._lines: list[LineShown] = []
        self._incoming: list[IncomingShown] = []
        self._names: dict[str, str] = {}
        self._pauses: Mapping[str, str] = {}
        # Until everybody was heard once, nothing is known.
        self._troubles = {"agents": "", "queues": ""}
        self._link: Link = {"up": False, "since": self.now(), "reason": ""}

    def now(self) -> int:
        """Return the time on Daktela's clock, in milliseconds."""
        return int((self._clock() + self._ahead) * 1000)

    def snapshot(self) -> Patch:
        """Return all of it, for a page that has just come."""
        return {
            "now": self.now(),
            "full": True,
            "server": self._server,
            "link": self._link,
            "agents": dict(self._agents),
            "queues": self._queues,
            "lines": self._lines,
            "incoming": self._incoming,
        }

    # Agents.

    def show_agents(self, states: Mapping[str, UserState]) -> None:
        """Show these agents and nobody else."""
        for login in self._states.keys() - states.keys():
            self.drop_agent(login)
        for login, state in states.items():
            self.show_agent(login, state)

    def show_agent(self, login: str, state: UserState) -> None:
        """Show what an agent does; nothing is shown of one who is not logged in."""
        if not state.logged_in:
            self.drop_agent(login)
            return
        self._states[login] = state
        shown = agent_shown(
            state, pauses=self._pauses, names=self._names, stale=login in self._stale
        )
        if shown != self._agents.get(login):
            self._agents[login] = shown
            self.on_patch({"now": self.now(), "agents": {login: shown}})

    def drop_agent(self, login: str) -> None:
        """Show an agent no more."""
        self._stale.discard(login)
        self._states.pop(login, None)
        if self._agents.pop(login, None) is not None:
            self.on_patch({"now": self.now(), "agents": {login: None}})

    def doubt_agent(self, login: str, *, stale: bool) -> None:
        """Mark an agent of whom nothing new can be heard at present, or take the mark away."""
        if login in self._states:
            (self._stale.add if stale else self._stale.discard)(login)
            self.show_agent(login, self._states[login])

    def agent_at(self, extension: str) -> str:
        """Return the name of the agent at an extension; empty when nobody sits there."""
        found = (one["name"] for one in self._agents.values() if one["extension"] == extension)
        return next(found, "") if extension else ""

    def knows_agent(self, login: str) -> bool:
        """Tell whether an agent is shown."""
        return login in self._agents

    # Queues.

    def show_pauses(self, pauses: Iterable[Pause]) -> None:
        """Learn the names of the pauses."""
        self._pauses = {pause.id: pause.title for pause in pauses}
        self._show_agents_again()

    def show_lines(self, queues: Iterable[Queue]) -> None:
        """Show through which queues customers can be called."""
        lines = lines_shown(queues)
        if lines != self._lines:
            self._lines = lines
            self.on_patch({"now": self.now(), "lines": lines})

    def knows_line(self, number: str) -> bool:
        """Tell whether customers can be called through a queue."""
        return any(line["number"] == number for line in self._lines)

    def show_queues(
        self, calls: Iterable[LiveCall], loads: Iterable[QueueLoad], queues: Mapping[str, Queue]
    ) -> None:
        """Show who waits where; what the calls tell of Daktela's clock is taken over, too."""
        calls = tuple(calls)
        ahead = seconds_ahead(calls, self._clock())
        if ahead is not None and abs(ahead - self._ahead) > _SAME_CLOCK:
            self._ahead = ahead
        shown = queues_shown(calls, loads, queues)
        if shown != self._queues:
            self._queues = shown
            self.on_patch({"now": self.now(), "queues": shown})

    # Incoming calls.

    def show_incoming(self, incoming: list[IncomingShown], names: Mapping[str, str]) -> None:
        """Show the incoming calls, and give their callers' names to the agents' calls, too."""
        self._incoming = incoming
        self.on_patch({"now": self.now(), "incoming": incoming})
        if names != self._names:
            self._names = dict(names)
            self._show_agents_again()

    # Whether all this is true.

    def trouble(self, source: str, reason: str) -> None:
        """Show that a source of what is shown does not answer."""
        self._troubles[source] = reason
        self._show_link()

    def well(self, source: str) -> None:
        """Show that a source answers, if no other is in trouble."""
        if self._troubles.pop(source, None) is not None:
            self._show_link()

    def _show_link(self) -> None:
        up, reason = not self._troubles, next(filter(None, self._troubles.values()), "")
        if (up, reason) != (self._link["up"], self._link["reason"]):
            since = self._link["since"] if up == self._link["up"] else self.now()
            self._link = {"up": up, "since": since, "reason": reason}
            self.on_patch({"now": self.now(), "link": self._link})

    def _show_agents_again(self) -> None:
        for login, state in tuple(self._states.items()):
            self.show_agent(login, state)
