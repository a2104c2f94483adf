"""Watch a team of agents live: who logs in, whose phone rings, who speaks, who has a break.

Without credentials it runs against the built-in sandbox, where three agents live through a short
scene:

    python examples/agents.py

With DAKTELA_SERVER and DAKTELA_ACCESS_TOKEN set (or DAKTELA_LOGIN and DAKTELA_PASSWORD) it watches
the real call centre until Ctrl-C. Watching changes nothing there.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING

from daktela_async import (
    AgentChange,
    AgentState,
    DaktelaClient,
    TelephonyError,
    UserState,
    WatchFailed,
    WatchTrouble,
)

if TYPE_CHECKING:
    from daktela_async.sandbox import Sandbox

COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ

#: A mark and a colour for each documented state; what is not documented is shown as it is.
LOOKS = {
    AgentState.LOGGED: ("○", "2"),
    AgentState.IDLE: ("●", "32"),
    AgentState.PAUSED: ("◌", "33"),
    AgentState.CALLING: ("↗", "36"),
    AgentState.RINGING: ("◍", "35"),
    AgentState.SPEAKING: ("◉", "1;36"),
    AgentState.ON_HOLD: ("◎", "36"),
}


class Options(argparse.Namespace):
    """The command line."""

    users: list[str]
    seconds: float | None


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("users", nargs="*", help="logins to watch; everybody unless given")
    parser.add_argument("--seconds", type=float, help="stop after so long; else with Ctrl-C")
    return parser.parse_args(arguments, namespace=Options())


def paint(text: str, code: str) -> str:
    """Return a text in a colour, where colours are shown."""
    return f"\x1b[{code}m{text}\x1b[0m" if COLOUR else text


def describe(state: UserState) -> str:
    """Say what an agent does, in a few words."""
    if not state.logged_in:
        return paint("- logged out", "2")
    mark, colour = LOOKS.get(AgentState(state.state), ("?", "0")) if known(state) else ("?", "0")
    callers = ", ".join(call.customer_number for call in state.calls if call.customer_number)
    return paint(f"{mark} {state.state}", colour) + (f" with {callers}" if callers else "")


def known(state: UserState) -> bool:
    """Tell whether the state is one of the documented ones."""
    return isinstance(state.state, AgentState)


def show(event: AgentChange[UserState] | WatchFailed) -> None:
    """Print one line for one event."""
    if isinstance(event, WatchFailed):
        print(f"          {event.user:<14} cannot be watched: {event.error}")
        return
    name = event.state.full_name or event.user
    before = f"   (was {event.previous.state or 'logged out'})" if event.previous else ""
    print(
        f"{event.at.astimezone():%H:%M:%S}  {name:<18} {describe(event.state)}{paint(before, '2')}"
    )


def trouble(notice: WatchTrouble) -> None:
    """Print that a request failed and will be made again."""
    print(f"          {notice.user or 'the team'}: {notice.error} Again in {notice.delay:.0f} s.")


async def watch(daktela: DaktelaClient, users: Sequence[str]) -> None:
    """Print every change of every agent, for ever."""
    async with daktela.realtime.watch_users(users, on_trouble=trouble) as changes:
        async for event in changes:
            show(event)


async def play(sandbox: Sandbox, users: Sequence[str], pause: float = 0.7) -> None:
    """Let the agents of the sandbox live through a short scene."""
    first, second, third = (sandbox.agents[user] for user in users)
    queue = "5001"
    scene = [
        lambda: first.log_in(queue),
        lambda: second.log_in(queue),
        lambda: first.ring("777123456"),
        first.answer,
        lambda: third.log_in(queue),
        lambda: second.pause("Oběd"),
        first.hold,
        lambda: third.ring("602555444"),
        first.hold,
        third.answer,
        first.hang_up,
        second.unpause,
        third.hang_up,
        first.log_out,
    ]
    for step in scene:
        await asyncio.sleep(pause)
        step()
    await asyncio.sleep(pause)


async def run(options: Options) -> None:
    """Watch the real call centre, or a sandbox started for it."""
    async with AsyncExitStack() as stack:
        if os.environ.get("DAKTELA_SERVER"):
            daktela = await stack.enter_async_context(DaktelaClient.from_env())
            everybody = options.users or [user.login for user in await daktela.users.list()]
            print(paint(f"Watching {len(everybody)} agents", "1") + " of the real call centre")
            async with asyncio.timeout(options.seconds):
                await watch(daktela, everybody)
            return
        # Imported here: the sandbox needs the extra of that name, the real service does not.
        from daktela_async.sandbox import Sandbox

        sandbox = await stack.enter_async_context(Sandbox.serve())
        daktela = await stack.enter_async_context(
            DaktelaClient(sandbox.url, access_token=sandbox.access_token)
        )
        users = ["novak", "novotna", "svoboda"]
        print(
            paint("Watching three agents", "1") + f" of a sandbox on this machine ({sandbox.url})"
        )
        watching = asyncio.create_task(watch(daktela, users))
        async with asyncio.timeout(options.seconds):
            await play(sandbox, users)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    print("The end.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Watch; 0 at the end, 1 with the reason when it cannot go on."""
    options = read_options(arguments)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets a question mark, not a crash.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        asyncio.run(run(options))
    except TelephonyError as error:
        print(f"\n{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except (TimeoutError, KeyboardInterrupt):
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
