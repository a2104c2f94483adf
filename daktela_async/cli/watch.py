"""The command that watches agents live."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated

import anyio
from cyclopts import Parameter

from _telephony_core.cli.exit_codes import ExitCode
from _telephony_core.cli.options import Seconds

from ..agent_states import WatchFailed, WatchRecovery, WatchTrouble
from .board import Board, WatchEvent, line, plain_event, recovery_line, trouble_line
from .run import DaktelaRun


async def watch(
    *users: str,
    every: Seconds = 5.0,
    seconds: Annotated[Seconds | None, Parameter(name="--for")] = None,
    run: DaktelaRun,
) -> ExitCode:
    """Watch agents live until Ctrl-C: a board on a terminal, lines or JSON elsewhere.

    Args:
        users: the logins of agents, each of whom a long poll follows; else all who are logged in.
        every: seconds between two looks at all who are logged in.
        seconds: stop after so many seconds.
    """
    run.then = "it is asked again and again until Ctrl-C."
    ears = _Ears(run, Board(users))
    with run.show.live(ears.board.draw) if ears.on_board else nullcontext():
        with anyio.move_on_after(seconds):
            if users:
                await _follow_users(users, ears)
            else:
                await _follow_team(every, ears)
    if ears.failed:
        return ExitCode.FAILED
    if not ears.good:
        run.show.error("there was no good answer.")
        return ExitCode.OUT_OF_REACH
    return ExitCode.OK


class _Ears:
    """Hear what a watch tells, show it, and know how the command ends."""

    def __init__(self, run: DaktelaRun, board: Board) -> None:
        self.board = board
        self.on_board = run.show.on_terminal and not run.show.as_json
        #: Whether some agent cannot be watched, and whether anything good was heard at all.
        self.failed = self.good = False
        self.realtime = run.client.realtime
        self._show = run.show

    def take(self, event: WatchEvent) -> None:
        """Hear what a watch yields."""
        if isinstance(event, WatchFailed):
            self.failed = True
        else:
            self.good = True
        if self.on_board:
            self.board.take(event)
        elif self._show.as_json:
            self._show.json(plain_event(event))
        else:
            self._show.line(line(event))

    def on_trouble(self, notice: WatchTrouble) -> None:
        """Hear of a request that failed."""
        if self.on_board:
            self.board.take_trouble(notice)
        else:
            self._show.note(trouble_line(notice))

    def on_recovery(self, notice: WatchRecovery) -> None:
        """Hear of the end of trouble."""
        if self.on_board:
            self.board.take_recovery(notice)
        else:
            self._show.note(recovery_line(notice))


async def _follow_users(users: tuple[str, ...], ears: _Ears) -> None:
    """Tell of every change of some agents for as long as one of them can be watched."""
    async with ears.realtime.watch_users(
        users, on_trouble=ears.on_trouble, on_recovery=ears.on_recovery
    ) as changes:
        async for event in changes:
            ears.take(event)
            if isinstance(event, WatchFailed) and not changes.users:
                raise event.error


async def _follow_team(every: float, ears: _Ears) -> None:
    """Tell of every change of all who are logged in, for ever."""
    team = ears.realtime.watch_team(
        interval=every, on_trouble=ears.on_trouble, on_recovery=ears.on_recovery
    )
    try:
        async for event in team:
            ears.take(event)
    finally:
        # Where nobody is logged in nothing is told, and all is well.
        ears.good = team.seen
