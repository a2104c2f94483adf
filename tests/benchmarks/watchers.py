"""A thousand agents watched from one process, each by a long poll that is held for seconds.

Every scenario runs in a process of its own: ours, and the shortest loop that does the same with
aiohttp. A poll is answered after 2 to 5 seconds (when it is quick: after 0.3 to 0.6 seconds), with
another state each time.
"""

from __future__ import annotations

import asyncio
import gc
import ssl
import statistics
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import aiohttp
from attrs import define, frozen

from daktela_async import DaktelaClient, WatchFailed, WatchPace
from tests.core.helpers import CERTIFICATE

from .process import TELLS, in_fresh_process, raise_file_limit, resident_memory
from .servers.answers import USER_STATE
from .servers.running import canned_server
from .stalls import watching_stalls
from .table import Row, at_most, ratio_at_most

_TOKEN = "0123456789abcdef0123456789abcdef01234567"


@frozen(kw_only=True)
class Scenario:
    """How many agents are watched, and how.

    Attributes:
        few: agents whose memory is the beginning of the count.
        many: all agents.
        stagger: seconds between the starts of two of them.
        longest_hold: seconds after which the server answers a poll at the latest.
        window: seconds for which the processor's time is measured.
    """

    url: str
    few: int
    many: int
    stagger: float
    longest_hold: float
    window: float


@define
class Tally:
    """What has happened so far."""

    polls: int = 0
    errors: int = 0


@frozen(kw_only=True)
class Outcome:
    """What one scenario cost; memory is 0 where the system does not tell."""

    polls: int
    errors: int
    cpu_per_poll: float
    longest_stall: float
    busiest_stall: float
    memory_per_watcher: float


#: Starts to watch with a scenario and a tally; what it yields adds watchers up to a number.
Watching = Callable[[Scenario, Tally], AbstractAsyncContextManager[Callable[[int], None]]]


def run(*, quick: bool) -> list[Row]:
    if quick:
        return _compare(tls=True, many=120, hold=(0.3, 0.6), window=1.2, rounds=1)
    hold = (2.0, 5.0)
    return [
        *_compare(tls=False, many=1000, hold=hold, window=8, rounds=1),
        *_compare(tls=True, many=2000, hold=hold, window=8, rounds=1),
    ]


def _compare(
    *, tls: bool, many: int, hold: tuple[float, float], window: float, rounds: int
) -> list[Row]:
    ours: list[Outcome] = []
    theirs: list[Outcome] = []
    with canned_server(tls=tls, hold=hold) as server:
        scenario = Scenario(
            url=server.url,
            few=many // 10,
            many=many,
            stagger=0.01 if tls else 0.005,
            longest_hold=hold[1],
            window=window,
        )
        for _ in range(rounds):
            ours.append(in_fresh_process(measure_ours, scenario))
            theirs.append(in_fresh_process(measure_aiohttp, scenario))
    what = f"{many} agents watched{' over TLS' if tls else ''}"

    def median(outcomes: list[Outcome], value: Callable[[Outcome], float]) -> float:
        return statistics.median(map(value, outcomes))

    rows = [
        Row(
            what=f"{what}: errors",
            ours=sum(outcome.errors for outcome in ours),
            unit="",
            peer="aiohttp",
            theirs=sum(outcome.errors for outcome in theirs),
            target=at_most(0),
        ),
        Row(
            what=f"{what}: CPU per poll",
            ours=median(ours, lambda outcome: outcome.cpu_per_poll) * 1e3,
            unit="ms",
            peer="aiohttp",
            theirs=median(theirs, lambda outcome: outcome.cpu_per_poll) * 1e3,
            target=ratio_at_most(2.0),
        ),
        Row(
            what=f"{what}: longest stall of the loop",
            ours=max(outcome.longest_stall for outcome in ours),
            unit="s",
            peer="aiohttp",
            theirs=max(outcome.longest_stall for outcome in theirs),
            target=at_most(0.5),
        ),
        Row(
            what=f"{what}: the same in CPU time",
            ours=max(outcome.busiest_stall for outcome in ours),
            unit="s",
            peer="aiohttp",
            theirs=max(outcome.busiest_stall for outcome in theirs),
        ),
    ]
    if TELLS:
        rows.append(
            Row(
                what=f"{what}: memory per watcher",
                ours=median(ours, lambda outcome: outcome.memory_per_watcher) / 1024,
                unit="KB",
                peer="aiohttp",
                theirs=median(theirs, lambda outcome: outcome.memory_per_watcher) / 1024,
                target=at_most(80) if tls else None,
            )
        )
    return rows


def measure_ours(scenario: Scenario) -> Outcome:
    return asyncio.run(_measure(_ours, scenario))


def measure_aiohttp(scenario: Scenario) -> Outcome:
    return asyncio.run(_measure(_aiohttp, scenario))


async def _measure(watching: Watching, scenario: Scenario) -> Outcome:
    raise_file_limit()
    tally = Tally()
    async with watching(scenario, tally) as watch_up_to:
        watch_up_to(scenario.few)
        await _all_under_way(scenario.few, scenario)
        # Garbage is collected to know the memory, which makes a stall of its own: not counted.
        memory = _memory()
        async with watching_stalls() as stalls:
            watch_up_to(scenario.many)
            await _all_under_way(scenario.many - scenario.few, scenario)
            polls, cpu = tally.polls, time.process_time()
            await asyncio.sleep(scenario.window)
            polls, cpu = tally.polls - polls, time.process_time() - cpu
        memory = _memory() - memory
    return Outcome(
        polls=polls,
        errors=tally.errors,
        cpu_per_poll=cpu / polls,
        longest_stall=stalls.longest,
        busiest_stall=stalls.busiest,
        memory_per_watcher=memory / (scenario.many - scenario.few),
    )


async def _all_under_way(started: int, scenario: Scenario) -> None:
    """Wait until each has had the answer to a poll that was held, and polls again."""
    await asyncio.sleep(started * scenario.stagger + scenario.longest_hold + 0.5)


def _memory() -> int:
    gc.collect()
    return resident_memory() if TELLS else 0


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context(cadata=CERTIFICATE)


@asynccontextmanager
async def _ours(scenario: Scenario, tally: Tally) -> AsyncGenerator[Callable[[int], None], None]:
    def trouble(_: object) -> None:
        tally.errors += 1

    async with (
        DaktelaClient(scenario.url, access_token=_TOKEN, verify=_tls()) as daktela,
        daktela.realtime.watch_users(
            [], on_trouble=trouble, pace=WatchPace(stagger=scenario.stagger)
        ) as changes,
    ):

        async def take() -> None:
            async for event in changes:
                if isinstance(event, WatchFailed):
                    tally.errors += 1
                else:
                    tally.polls += 1

        def watch_up_to(count: int) -> None:
            for number in range(len(changes.users), count):
                changes.add(f"agent{number}")

        taking = asyncio.create_task(take())
        yield watch_up_to
        changes.close()
        await taking


@asynccontextmanager
async def _aiohttp(scenario: Scenario, tally: Tally) -> AsyncGenerator[Callable[[int], None], None]:
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=_tls()),
        timeout=aiohttp.ClientTimeout(total=80, sock_read=70),
    ) as session:
        url = f"{scenario.url}{USER_STATE}"
        headers = {"cookie": f"access_token={_TOKEN}"}

        async def watch(user: str, delay: float) -> None:
            await asyncio.sleep(delay)
            hash_ = ""
            while True:
                params = {"user": user, "hash": hash_} if hash_ else {"user": user}
                try:
                    async with session.get(url, params=params, headers=headers) as reply:
                        state: dict[str, Any] = (await reply.json())["result"]
                except (aiohttp.ClientError, TimeoutError):
                    tally.errors += 1
                    await asyncio.sleep(1)
                    continue
                hash_ = state["hash"]
                tally.polls += 1

        tasks: list[asyncio.Task[None]] = []

        def watch_up_to(count: int) -> None:
            already = len(tasks)
            tasks.extend(
                asyncio.create_task(watch(f"agent{number}", (number - already) * scenario.stagger))
                for number in range(already, count)
            )

        yield watch_up_to
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
