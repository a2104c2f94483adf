"""Mixed calls, flows, watches and cancellations against troubled servers, for any length of time.

`python -m tests.faults.soak --seconds 600` prints what it costs as it goes. At the end nothing may
be left: no socket and no task; and no memory may have been needed beyond what the beginning took.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Coroutine,
    Generator,
    Mapping,
    Sequence,
)
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import anyio
import psutil
from attrs import define, field, frozen

from _telephony_core.errors import TelephonyError
from _telephony_core.polling import Polling
from daktela_async import DaktelaClient, SmsText, WatchFailed, WatchPace
from spikon_async import SpikonClient
from tests.faults.actions import Action, Stage
from tests.faults.apis import DAKTELA, SPIKON, Api, ClientT, SandboxT

#: What memory may grow by from the warm-up to the end. What is made once (the readers of a hundred
#: models, the threads for long answers) is there by then, or nearly so; what is left is the
#: allocator, which gives back no page in which something lives. A leak of a kilobyte a call would
#: be as much in a minute, and ten times as much in ten.
MEMORY = 12 * 1024 * 1024
#: The share of the time that counts as warm-up.
WARM_UP = 0.4
#: Sockets that there may be at once: the slots of four clients, and what two of them watch.
_SLOTS = 8
_WATCHED = ("admin", "novak", "hajekhu", "hajek", "michalhajek", "pavelmoravec", "demouser",
            "klatil", "novotna", "svoboda")  # fmt: skip
SOCKETS = 4 * _SLOTS + 2 * 3 * len(_WATCHED)

_QUICK = Polling(first_delay=0.05, longest_delay=0.2)
_PACE = WatchPace(spacing=0.05, without_hash=0.2, first_delay=0.05, longest_delay=0.2, stagger=0.01)
#: They need the server's own state at hand.
_NOT_HERE = ("GetRecording 3.0", "Hangup 3.0 (by id)")


@frozen
class Figures:
    """What the process uses at one moment."""

    seconds: float
    memory: int
    sockets: int
    tasks: int

    def __str__(self) -> str:
        return (
            f"{self.seconds:6.1f} s  {self.memory / 2**20:6.1f} MiB"
            f"  {self.sockets:4} sockets  {self.tasks:4} tasks"
        )


@define
class Soak:
    """What a soak has seen."""

    before: Figures
    warm: Figures | None = None
    after: Figures | None = None
    most_sockets: int = 0
    ends: Counter[str] = field(factory=Counter[str])

    @property
    def missing(self) -> list[str]:
        """What should happen sooner or later, and has not yet."""
        return [what for what in ("good", "changed", "event", "flow") if not self.ends[what]]

    def broken(self) -> list[str]:
        """Return what is not as it should be."""
        assert self.warm is not None
        assert self.after is not None
        found: list[str] = []
        if self.after.sockets != self.before.sockets:
            found.append(f"{self.after.sockets - self.before.sockets} sockets are left open")
        if self.after.tasks != self.before.tasks:
            found.append(f"{self.after.tasks - self.before.tasks} tasks are left")
        if self.most_sockets - self.before.sockets > SOCKETS:
            found.append(f"{self.most_sockets} sockets were open at once")
        growth = self.after.memory - self.warm.memory
        if growth > MEMORY:
            found.append(f"the memory grew by {growth / 2**20:.1f} MiB")
        return [*found, *(f"nothing {what} ever came" for what in self.missing)]


def figures(began: float) -> Figures:
    """Return what the process uses now."""
    process = psutil.Process()
    return Figures(
        time.monotonic() - began,
        process.memory_info().rss,
        len(process.net_connections("inet")),
        len(asyncio.all_tasks()),
    )


@contextlib.asynccontextmanager
async def _servers() -> AsyncGenerator[dict[str, str]]:
    """Start the servers in a process of their own, and return their addresses."""
    command = [sys.executable, "-m", "tests.faults.soak_server"]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(  # noqa: ASYNC220
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = await asyncio.to_thread(process.stdout.readline)
        yield json.loads(line)
    finally:
        process.stdin.close()
        await asyncio.to_thread(process.wait)
        process.stdout.close()


class _Workers:
    """Those who use the clients until the time is over."""

    def __init__(self, soak: Soak, until: float, folder: Path) -> None:
        self._soak = soak
        self._until = until
        self._folder = folder
        self._dice = random.Random(7)
        self._files = 0

    @property
    def _going(self) -> bool:
        late = time.monotonic() - self._until
        # On a busy machine, a short soak is made longer until there is something to look at.
        return late < 0 or (late < 60 and bool(self._soak.missing))

    async def call(self, calls: Sequence[Callable[[], Awaitable[object]]], what: str) -> None:
        """Make calls, one after the other, and cancel some of them in each way there is."""
        while self._going:
            await self._end(self._somehow(self._dice.choice(calls)), what)
            await asyncio.sleep(self._dice.uniform(0, 0.01))

    async def watch(self, daktela: DaktelaClient) -> None:
        """Watch agents, for a while each time."""
        while self._going:
            with anyio.move_on_after(self._dice.uniform(0.2, 2)):
                async with daktela.realtime.watch_users(_WATCHED, pace=_PACE) as changes:
                    async for change in changes:
                        self._soak.ends[
                            "not watched" if isinstance(change, WatchFailed) else "changed"
                        ] += 1

    async def watch_team(self, daktela: DaktelaClient) -> None:
        """Watch all agents all the time."""
        watch = daktela.realtime.watch_team(interval=0.1, pace=_PACE)
        while self._going:
            with anyio.move_on_after(0.5):
                await self._end(anext(watch), "event")

    def calls(
        self, client: ClientT, api: Api[ClientT, SandboxT]
    ) -> list[Callable[[], Awaitable[object]]]:
        """Return all calls of an API."""
        # The calls take their sandbox from it only where they need its state.
        nobody = api.new_sandbox()

        async def make(action: Action[ClientT, SandboxT]) -> None:
            await action.call(client, Stage(nobody, self._file().parent, 3.0))

        return [partial(make, action) for action in api.actions if action.name not in _NOT_HERE]

    def spikon_flows(self, spikon: SpikonClient) -> list[Callable[[], Awaitable[object]]]:
        """Return the flows of SPIKON, which wait for what takes the service a while."""
        last = date.today()
        return [
            lambda: spikon.call_lists.fetch(last - timedelta(200), last, timeout=3, polling=_QUICK),
            lambda: spikon.tts.synthesize(
                "Dzień dobry", voice="Ewa", to=self._file(), timeout=3, polling=_QUICK
            ),
            lambda: spikon.sms.send_and_wait(
                "600123456", "Dzień dobry", sender="SMS", timeout=3, polling=_QUICK
            ),
        ]

    def daktela_flows(self, daktela: DaktelaClient) -> list[Callable[[], Awaitable[object]]]:
        """Return the flows of Daktela."""
        now = datetime.now()

        async def all_calls() -> int:
            rows = daktela.stats.iter_calls(now - timedelta(3), now, page_size=50)
            async with contextlib.aclosing(rows):
                return len([row async for row in rows])

        messages = [SmsText("602123456", f"Ahoj {number}") for number in range(20)]
        return [
            all_calls,
            lambda: daktela.sms.send_group_and_wait(messages, timeout=3, polling=_QUICK),
            lambda: daktela.sms.send_and_wait("602123456", "Ahoj", timeout=3, polling=_QUICK),
        ]

    def _file(self) -> Path:
        self._files += 1
        folder = self._folder / str(self._files % 50)
        folder.mkdir(exist_ok=True)
        return folder / "file"

    async def _somehow(self, call: Callable[[], Awaitable[object]]) -> None:
        """Make a call; three times in ten, give it up at some moment."""
        way, moment = self._dice.random(), self._dice.uniform(0, 0.05)
        if way < 0.1:
            with anyio.move_on_after(moment):
                await call()
        elif way < 0.2:
            async with asyncio.timeout(moment):
                await call()
        elif way < 0.3:
            task = asyncio.ensure_future(call())
            await asyncio.wait([task], timeout=moment)
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                await task
        else:
            await call()

    async def _end(self, call: Awaitable[object], what: str) -> None:
        try:
            await call
        except TelephonyError as error:
            self._soak.ends[type(error).__name__] += 1
        except TimeoutError:
            self._soak.ends["given up"] += 1
        else:
            self._soak.ends[what] += 1


@contextlib.contextmanager
def _quiet() -> Generator[None]:
    """Let no logger say anything: whoever keeps what they say would need the memory for that."""
    logging.disable()
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


async def soak(seconds: float, say: Callable[[str], object] = str) -> Soak:
    """Let everything go on for so long, and return what was seen."""
    began = time.monotonic()
    async with _servers() as urls:
        gc.collect()
        result = Soak(figures(began))
        until = time.monotonic() + seconds
        with _quiet(), tempfile.TemporaryDirectory() as folder:
            async with asyncio.TaskGroup() as group:
                group.create_task(_measure(result, began, seconds, say))
                group.create_task(_use(urls, _Workers(result, until, Path(folder)), group))
        # The last connections are closed by the loop's next turns.
        await asyncio.sleep(0.1)
        gc.collect()
        result.after = figures(began)
    return result


async def _measure(
    result: Soak, began: float, seconds: float, say: Callable[[str], object]
) -> None:
    until = time.monotonic() + seconds
    step = max(0.2, seconds / 40)
    while (left := until - time.monotonic()) > 0:
        await asyncio.sleep(min(step, left))
        if result.warm is None and left < seconds * (1 - WARM_UP):
            gc.collect()
            result.warm = figures(began)
        now = figures(began)
        result.most_sockets = max(result.most_sockets, now.sockets)
        say(str(now))


async def _use(urls: Mapping[str, str], workers: _Workers, group: asyncio.TaskGroup) -> None:
    """Use all four servers until the time is over."""
    async with contextlib.AsyncExitStack() as stack:
        tasks: list[asyncio.Task[None]] = []

        def begin(work: Coroutine[object, object, None]) -> None:
            tasks.append(group.create_task(work))

        for name, url in urls.items():
            if name.startswith("spikon"):
                spikon = SPIKON.client(url, max_connections=_SLOTS, read_timeout=0.5, timeout=2)
                await stack.enter_async_context(spikon)
                calls, flows = workers.calls(spikon, SPIKON), workers.spikon_flows(spikon)
            else:
                daktela = DAKTELA.client(url, max_connections=_SLOTS, read_timeout=0.5, timeout=2)
                await stack.enter_async_context(daktela)
                calls, flows = workers.calls(daktela, DAKTELA), workers.daktela_flows(daktela)
                begin(workers.watch(daktela))
                begin(workers.watch(daktela))
                begin(workers.watch_team(daktela))
            for _ in range(4):
                begin(workers.call(calls, "good"))
            begin(workers.call(flows, "flow"))
        await asyncio.wait(tasks)


def main() -> int:
    """Soak for as long as the command line says, and print what it costs."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="for how long")
    seconds: float = parser.parse_args().seconds
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        result = runner.run(soak(seconds, print))
    print(summary(result))
    return 1 if result.broken() else 0


def summary(result: Soak) -> str:
    """Return what was seen, in a few lines."""
    ends = ", ".join(f"{count} {what}" for what, count in result.ends.most_common())
    return "\n".join(
        [
            f"before   {result.before}",
            f"warm     {result.warm}",
            f"after    {result.after}",
            f"most     {result.most_sockets} sockets at once",
            f"ends     {ends}",
            *(f"BROKEN   {what}" for what in result.broken()),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
