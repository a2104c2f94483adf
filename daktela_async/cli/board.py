"""What a watch shows of the agents: a board that changes on a terminal, or a line each time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from _telephony_core.cli.plain import JsonValue, cell, clock, plain_fields

from ..agent_states import (
    AgentChange,
    AgentLoggedIn,
    AgentLoggedOut,
    WatchFailed,
    WatchRecovery,
    WatchTrouble,
)
from ..models.realtime import AgentState, UserState

#: What a watch can tell.
WatchEvent: TypeAlias = (
    AgentChange[UserState] | AgentLoggedIn[UserState] | AgentLoggedOut[UserState] | WatchFailed
)

#: A mark and a colour for each documented state; what is not documented is shown as it is.
_LOOKS: dict[str, tuple[str, str]] = {
    "": ("-", "dim"),
    AgentState.LOGGED: ("○", "dim"),
    AgentState.IDLE: ("●", "green"),
    AgentState.PAUSED: ("◌", "yellow"),
    AgentState.CALLING: ("↗", "cyan"),
    AgentState.RINGING: ("◍", "magenta"),
    AgentState.SPEAKING: ("◉", "bold cyan"),
    AgentState.ON_HOLD: ("◎", "cyan"),
}


class Board:
    """Remember the last state of every agent, and draw them all."""

    def __init__(self, users: Iterable[str] = ()) -> None:
        # Agents who were asked for have their places from the beginning.
        self._states: dict[str, UserState | None] = dict.fromkeys(users)
        self._failed: dict[str, str] = {}
        #: By the agent that is watched, None for the team: the last one is shown.
        self._troubles: dict[str | None, str] = {}

    def take(self, event: WatchEvent) -> None:
        """Take what a watch tells."""
        for user in (event.user, None):
            self._troubles.pop(user, None)
        if isinstance(event, WatchFailed):
            self._failed[event.user] = str(event.error)
        elif isinstance(event, AgentLoggedOut):
            self._states[event.user] = None
        else:
            self._states[event.user] = event.state

    def take_trouble(self, notice: WatchTrouble) -> None:
        """Take a request that failed; it is shown until something better comes."""
        self._troubles.pop(notice.user, None)
        self._troubles[notice.user] = trouble_line(notice)

    def take_recovery(self, notice: WatchRecovery) -> None:
        """Take the end of trouble, which is shown no longer."""
        self._troubles.pop(notice.user, None)

    def draw(self, now: datetime | None = None) -> RenderableType:
        """Return the board as it is at this moment."""
        at = datetime.now(UTC) if now is None else now
        # The screen is drawn by a thread of its own.
        states, failed = dict(self._states), dict(self._failed)
        trouble = next(reversed(dict(self._troubles).values()), "")
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for heading in ("agent", "state", "for", "with", "queues"):
            table.add_column(heading, justify="right" if heading == "for" else "left")
        for user, state in states.items():
            if user in failed:
                table.add_row(Text(cell(user)), Text(cell(failed[user]), "red"))
            elif state is None or not state.logged_in:
                name = state.full_name if state else ""
                table.add_row(Text(cell(name or user)), Text("- logged out", "dim"))
            else:
                queues = (queue.number for queue in state.queues if queue.logged_in)
                table.add_row(
                    Text(cell(state.full_name or user), "bold"),
                    _state(state),
                    _since(state, at),
                    Text(cell(_callers(state))),
                    Text(cell(", ".join(queues)), "dim"),
                )
        return Group(table, Text(trouble, "yellow")) if trouble else table


def line(event: WatchEvent) -> str:
    """Return what a watch tells as one line."""
    if isinstance(event, WatchFailed):
        return cell(f"{event.user}: cannot be watched: {event.error}")
    at = f"{event.at.astimezone():%H:%M:%S}"
    if isinstance(event, AgentLoggedOut):
        return cell(f"{at}  {event.previous.full_name or event.user}: logged out")
    callers = _callers(event.state)
    words = [f"{event.state.full_name or event.user}: {event.state.state or 'logged out'}"]
    words += [f"with {callers}"] if callers else []
    if isinstance(event, AgentLoggedIn):
        words.append("(logged in)")
    elif event.previous is not None:
        words.append(f"(was {event.previous.state or 'logged out'})")
    return cell(f"{at}  {' '.join(words)}")


def trouble_line(notice: WatchTrouble) -> str:
    """Return a request that failed as one line."""
    return cell(f"{notice.user or 'the team'}: {notice.error} Again in {notice.delay:.0f} s.")


def recovery_line(notice: WatchRecovery) -> str:
    """Return the end of trouble as one line."""
    return cell(f"{notice.user or 'the team'}: back after {notice.lost_for:.0f} s.")


def plain_event(event: WatchEvent) -> dict[str, JsonValue]:
    """Return what a watch tells as JSON has it; `event` says what it is."""
    return {"event": _kind(event), **plain_fields(event)}


def _kind(event: WatchEvent) -> str:
    if isinstance(event, AgentChange):
        return "change"
    if isinstance(event, AgentLoggedIn):
        return "logged_in"
    return "logged_out" if isinstance(event, AgentLoggedOut) else "failed"


def _state(state: UserState) -> Text:
    mark, style = _LOOKS.get(state.state, ("?", ""))
    return Text(cell(f"{mark} {state.state}"), style)


def _since(state: UserState, now: datetime) -> str:
    # The clock of the service may be a little before ours.
    return clock(max(timedelta(), now - state.state_since)) if state.state_since else ""


def _callers(state: UserState) -> str:
    return ", ".join(call.customer_number for call in state.calls if call.customer_number)
