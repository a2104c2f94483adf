"""The command that watches agents live."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Annotated

import anyio
from cyclopts import Parameter

from _telephony_core.cli.exit_codes import ExitCode
from _telephony_core.cli.options import Seconds

from ..agent_states import WatchFailed, WatchTrouble
from .board import Board, WatchEvent, line, plain_event, trouble_line
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
    board = Board(users)
    on_board = run.show.on_terminal and not run.show.as_json
    failed = False

    def take(event: WatchEvent) -> None:
        nonlocal failed
        failed |= isinstance(event, WatchFailed)
        if on_board:
            board.take(event)
        elif run.show.as_json:
            run.show.json(plain_event(event))
        else:
            run.show.line(line(event))

    def on_trouble(notice: WatchTrouble) -> None:
        if on_board:
            board.take_trouble(notice)
        else:
            run.show.note(trouble_line(notice))

    with run.show.live(board.draw) if on_board else nullcontext():
        with anyio.move_on_after(seconds):
            if users:
                await _follow_users(users, take, on_trouble, run)
            else:
                await _follow_team(every, take, on_trouble, run)
    return ExitCode.FAILED if failed else ExitCode.OK


async def _follow_users(
    users: tuple[str, ...],
    take: Callable[[WatchEvent], None],
    on_trouble: Callable[[WatchTrouble], None],
    run: DaktelaRun,
) -> None:
    """Tell of every change of some agents for as long as one of them can be watched."""
    async with run.client.realtime.watch_users(users, on_trouble=on_trouble) as changes:
        async for event in changes:
            take(event)
            if isinstance(event, WatchFailed) and not changes.users:
                raise event.error


async def _follow_team(
    every: float,
    take: Callable[[WatchEvent], None],
    on_trouble: Callable[[WatchTrouble], None],
    run: DaktelaRun,
) -> None:
    """Tell of every change of all who are logged in, for ever."""
    async for event in run.client.realtime.watch_team(interval=every, on_trouble=on_trouble):
        take(event)
