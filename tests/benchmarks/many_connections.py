"""Whether a small call costs more when thousands of connections stand beside it, idle or busy."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack

import httpx
from attrs import field, frozen

from spikon_async import SpikonClient

from .process import raise_file_limit
from .servers.answers import BALANCE, HELD
from .servers.running import CannedServer, canned_server
from .table import Row, ratio_at_most

_KEY = "BXlmr2sN5lphLwYftAaJPyWgmctXtest"
#: Seconds for all that is held.
_PATIENCE = 120.0

Call = Callable[[], Awaitable[object]]


@frozen
class Contestant:
    """A client with so many connections beside the one of its small calls."""

    small: Call
    held: Call
    connections: int
    busy: list[float] = field(factory=list[float])
    idle: list[float] = field(factory=list[float])

    async def play(self, server: CannedServer, count: int) -> None:
        """Measure so many small calls beside busy connections, and then beside idle ones."""
        await self.small()
        holding = [asyncio.ensure_future(self.held()) for _ in range(self.connections)]
        await asyncio.to_thread(server.wait_until_held, self.connections)
        self.busy.append(await self._measure(count))
        await asyncio.to_thread(server.release)
        await asyncio.gather(*holding)
        # They stay idle for a few seconds only: what follows takes less than one.
        self.idle.append(await self._measure(count))

    async def _measure(self, count: int) -> float:
        gc.collect()
        started = time.process_time()
        for _ in range(count):
            await self.small()
        return (time.process_time() - started) / count


def run(*, quick: bool) -> list[Row]:
    raise_file_limit()
    return asyncio.run(_run(quick=quick))


async def _run(*, quick: bool) -> list[Row]:
    sizes, of_httpx = ((1, 1000), 30) if quick else ((1, 10, 100, 1000), 300)
    rounds, count = (2, 50) if quick else (8, 200)
    with canned_server() as server:
        async with AsyncExitStack() as stack:
            ours = {size: await _ours(server, stack, size) for size in {*sizes, of_httpx}}
            for _ in range(rounds):
                for contestant in ours.values():
                    await contestant.play(server, count)
            theirs = await _httpx(server, stack, of_httpx)
            for _ in range(max(1, rounds // 3)):
                await theirs.play(server, 20)
    return [
        *_growth(ours, sizes, "busy", lambda contestant: contestant.busy),
        *_growth(ours, sizes, "idle", lambda contestant: contestant.idle),
        _beside(ours[of_httpx], theirs, "busy", lambda contestant: contestant.busy),
        _beside(ours[of_httpx], theirs, "idle", lambda contestant: contestant.idle),
    ]


def _growth(
    ours: Mapping[int, Contestant],
    sizes: tuple[int, ...],
    state: str,
    seconds: Callable[[Contestant], list[float]],
) -> list[Row]:
    smallest, *others = sizes
    return [
        Row(
            what=f"small call beside {size} {state} connections",
            ours=statistics.median(seconds(ours[size])) * 1e6,
            unit="µs",
            peer=f"beside {smallest}",
            theirs=statistics.median(seconds(ours[smallest])) * 1e6,
            target=ratio_at_most(1.3),
        )
        for size in others
    ]


def _beside(
    ours: Contestant,
    theirs: Contestant,
    state: str,
    seconds: Callable[[Contestant], list[float]],
) -> Row:
    return Row(
        what=f"small call beside {ours.connections} {state} connections",
        ours=statistics.median(seconds(ours)) * 1e6,
        unit="µs",
        peer="httpx",
        theirs=statistics.median(seconds(theirs)) * 1e6,
    )


async def _ours(server: CannedServer, stack: AsyncExitStack, connections: int) -> Contestant:
    spikon = await stack.enter_async_context(
        SpikonClient(
            _KEY,
            base_url=server.url,
            max_connections=connections + 1,
            timeout=_PATIENCE,
            read_timeout=_PATIENCE,
        )
    )
    return Contestant(spikon.account.balance, spikon.call_center.campaigns, connections)


async def _httpx(server: CannedServer, stack: AsyncExitStack, connections: int) -> Contestant:
    limits = httpx.Limits(
        max_connections=connections + 1, max_keepalive_connections=connections + 1
    )
    client = await stack.enter_async_context(httpx.AsyncClient(limits=limits, timeout=_PATIENCE))

    async def small() -> object:
        return (await client.post(f"{server.url}{BALANCE}", data={"key": _KEY})).json()

    async def held() -> object:
        return (await client.post(f"{server.url}{HELD}", data={"key": _KEY})).json()

    return Contestant(small, held, connections)
