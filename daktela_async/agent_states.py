"""The states of agents compared: what changed, who came, who went. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Generic, Protocol, TypeAlias, TypeVar, cast

import attrs
from attrs import field, frozen

from _telephony_core.errors import TelephonyError


class HashedState(Protocol):
    """Be the state of an agent, with the hash by which the server knows it."""

    @property
    def hash(self) -> str:
        """The hash to hand back in the next long poll; empty when the server gave none."""
        ...


StateT = TypeVar("StateT")
HashedT = TypeVar("HashedT", bound=HashedState)


@frozen(kw_only=True)
class AgentChange(Generic[StateT]):
    """An agent's state is another than before. Daktela, RTUserState and RTUsersState.

    Attributes:
        user: the agent: the login, or the extension if that was watched.
        state: the state now.
        previous: the state before; None for the first one that a watch sees.
        changed: the names of the fields that differ; empty for the first one.
        at: when the change was seen here (UTC).
    """

    user: str
    state: StateT
    previous: StateT | None
    changed: frozenset[str]
    at: datetime


@frozen(kw_only=True)
class AgentLoggedIn(Generic[StateT]):
    """An agent logged in who was not there at the last look. Daktela, RTUsersState.

    Attributes:
        user: the agent's login.
        state: the state now.
        at: when it was seen here (UTC).
    """

    user: str
    state: StateT
    at: datetime


@frozen(kw_only=True)
class AgentLoggedOut(Generic[StateT]):
    """An agent logged out who was there at the last look. Daktela, RTUsersState.

    Attributes:
        user: the agent's login.
        previous: the last state that was seen.
        at: when it was seen here (UTC).
    """

    user: str
    previous: StateT
    at: datetime


@frozen(kw_only=True)
class WatchFailed:
    """One of several watched agents cannot be watched any more; the others go on.

    Attributes:
        user: the agent.
        error: why.
    """

    user: str
    error: TelephonyError = field(eq=False)


#: What the watch of several agents yields.
AgentEvent: TypeAlias = AgentChange[StateT] | WatchFailed
#: What the watch of the whole team yields.
TeamEvent: TypeAlias = AgentChange[StateT] | AgentLoggedIn[StateT] | AgentLoggedOut[StateT]


@frozen(kw_only=True)
class WatchTrouble:
    """A request of a watch failed, and another one will be made.

    Attributes:
        user: the agent that is watched; None for a whole team.
        error: what happened.
        failures: the requests that failed since the last good answer.
        lost_for: the seconds since the first of them started; a request that the service holds is
            quiet for 60 of them on purpose.
        delay: the seconds until the next request, unless spacing makes it later.
    """

    user: str | None
    error: TelephonyError = field(eq=False)
    failures: int
    lost_for: float
    delay: float


@frozen(kw_only=True)
class WatchRecovery:
    """A watch has a good answer again, after requests that failed.

    Attributes:
        user: the agent that is watched; None for a whole team.
        failures: the requests that failed in a row.
        lost_for: the seconds since the first of them started.
    """

    user: str | None
    failures: int
    lost_for: float


def differences(before: object, after: object) -> frozenset[str]:
    """Return the names of the fields in which two states differ; the hash is none of them.

    Undocumented fields (`extra`) count, although models leave them out when they compare.
    """
    names = [
        attribute.name
        for attribute in attrs.fields(cast("type[attrs.AttrsInstance]", type(after)))
        if attribute.name != "hash"
    ]
    return frozenset(
        name for name in names if getattr(before, name, None) != getattr(after, name, None)
    )


class AgentView(Generic[HashedT]):
    """Follow one agent through the answers to long polls."""

    def __init__(self, user: str) -> None:
        self._user = user
        self._state: HashedT | None = None
        #: What the next poll hands back: the hash of the last state, or None to ask in full.
        self.hash: str | None = None

    @property
    def seen(self) -> bool:
        """Whether any state was seen yet."""
        return self._state is not None

    def forget_hash(self) -> None:
        """Ask in full next time; what was seen is remembered, so that nothing is told twice."""
        self.hash = None

    def observe(self, state: HashedT, at: datetime) -> AgentChange[HashedT] | None:
        """Take an answer; return what changed, or None when nothing did."""
        if self.hash is not None and not state.hash:
            # No state: the server does not know the hash any more, or answers with nothing
            # after its 60 s. What an agent who logged out looks like is told by asking in full.
            self.forget_hash()
            return None
        self.hash = state.hash or None
        previous, self._state = self._state, state
        if previous is None:
            changed = frozenset[str]()
        elif state.hash and state.hash == previous.hash:
            # An unchanged answer may be abridged: keep the whole one.
            self._state = previous
            return None
        else:
            changed = differences(previous, state)
            if not changed:
                return None
        return AgentChange(user=self._user, state=state, previous=previous, changed=changed, at=at)


class TeamView(Generic[StateT]):
    """Follow all agents who are logged in through the answers to RTUsersState."""

    def __init__(self, login: Callable[[StateT], str]) -> None:
        self._login = login
        self._states: dict[str, StateT] | None = None

    @property
    def seen(self) -> bool:
        """Whether any answer was seen yet."""
        return self._states is not None

    def observe(self, states: Iterable[StateT], at: datetime) -> list[TeamEvent[StateT]]:
        """Take an answer; return what changed: first who went, then the others in its order.

        Who is there in the first answer did not log in just now: it is an `AgentChange` without
        a previous state.
        """
        before = self._states
        now = self._states = {self._login(state): state for state in states}
        events: list[TeamEvent[StateT]] = [
            AgentLoggedOut(user=user, previous=state, at=at)
            for user, state in (before or {}).items()
            if user not in now
        ]
        for user, state in now.items():
            if before is None:
                events.append(_change(user, state, None, frozenset(), at))
            elif user not in before:
                events.append(AgentLoggedIn(user=user, state=state, at=at))
            elif changed := differences(before[user], state):
                events.append(_change(user, state, before[user], changed, at))
        return events


def _change(
    user: str, state: StateT, previous: StateT | None, changed: frozenset[str], at: datetime
) -> AgentChange[StateT]:
    return AgentChange(user=user, state=state, previous=previous, changed=changed, at=at)
