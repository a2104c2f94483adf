"""Calls cancelled at random moments, each of three ways: what they leave behind.

More tasks than there are connections make calls, and each call is cancelled after a random time or
a random number of turns of the event loop, until enough of them were. Then all connections must be
there for use, and when the client was closed, no socket may be open, nor may one have been closed
by the garbage collector alone, which warns of it. Every scenario runs in a process of its own.
"""

from __future__ import annotations

import asyncio
import gc
import random
import ssl
import warnings
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from enum import StrEnum
from functools import partial

import anyio
import httpx
from attrs import define, frozen

from spikon_async import SpikonClient
from tests.core.helpers import CERTIFICATE

from .process import TELLS, in_fresh_process, open_sockets, raise_file_limit
from .servers.answers import BALANCE, HELD
from .servers.running import CannedServer, canned_server
from .table import Row, at_most

#: The connections of each client, and the tasks that contend for them.
CONNECTIONS = 20
TASKS = 60
#: The shortest and the longest time that the server takes for an answer, in seconds.
DELAY = (0.0, 0.02)
#: The most turns of the event loop, and the longest time, after which a call is cancelled.
TURNS = 40
MOMENT = 0.05
#: Calls that must succeed afterwards.
NEXT = 100

_KEY = "BXlmr2sN5lphLwYftAaJPyWgmctXtest"

Call = Callable[[], Awaitable[object]]


class Way(StrEnum):
    """How a call is cancelled."""

    SCOPE = "anyio scope"
    TIMEOUT = "asyncio.timeout"
    TASK = "task.cancel()"


class Whose(StrEnum):
    """Whose calls they are."""

    OURS = "SpikonClient"
    HTTPX = "httpx"


@frozen(kw_only=True)
class Scenario:
    """Whose calls are cancelled, how many of them, how, and where they go."""

    whose: Whose
    way: Way
    calls: int
    server: str


@define
class Tally:
    """What became of the calls."""

    cancelled: int = 0
    failed: int = 0


@frozen(kw_only=True)
class Outcome:
    """What was left.

    Attributes:
        sockets: open when the client was closed, before the garbage was collected.
        slots: connections that can be used no more.
        failed: of the next calls.
        warnings: `ResourceWarning`s of sockets and transports that nobody closed.
    """

    sockets: int
    slots: int
    failed: int
    warnings: int


@frozen
class Client:
    """A call that is answered at once, and one that is held.

    `patience` are the seconds after which what is not there is not waited for any more.
    """

    small: Call
    held: Call
    patience: float


def run(*, quick: bool) -> list[Row]:
    if not TELLS:
        return []
    ours, theirs = (200, 0) if quick else (10_000, 1_000)
    # What is counted does not depend on how fast it goes, so both go on at once.
    with ThreadPoolExecutor() as pool:
        halves = pool.map(partial(_play_all, ours=ours, theirs=theirs), (False, True))
        return [row for half in halves for row in half]


def _play_all(tls: bool, *, ours: int, theirs: int) -> list[Row]:
    with canned_server(tls=tls, delay=DELAY) as server:

        def play(whose: Whose, calls: int) -> dict[Way, Outcome]:
            return {
                way: in_fresh_process(
                    measure, Scenario(whose=whose, way=way, calls=calls, server=server.url)
                )
                for way in Way
            }

        beside = play(Whose.HTTPX, theirs) if theirs else None
        return _rows(tls, ours, play(Whose.OURS, ours), theirs, beside)


def _rows(
    tls: bool,
    our_calls: int,
    ours: Mapping[Way, Outcome],
    their_calls: int,
    theirs: Mapping[Way, Outcome] | None,
) -> list[Row]:
    what = f"{our_calls} calls cancelled{' over TLS' if tls else ''}"

    def row(told: str, ways: Iterable[Way], of: Callable[[Outcome], int]) -> Row:
        return Row(
            what=f"{what}{told}",
            ours=sum(of(ours[way]) for way in ways),
            unit="",
            peer=f"httpx, {their_calls} calls" if theirs else "",
            theirs=sum(of(theirs[way]) for way in ways) if theirs else None,
            target=at_most(0),
        )

    return [
        *(row(f" by {way}: sockets left", (way,), lambda outcome: outcome.sockets) for way in Way),
        row(f", each way: slots lost of {CONNECTIONS}", Way, lambda outcome: outcome.slots),
        row(f", each way: failed of the next {NEXT}", Way, lambda outcome: outcome.failed),
        row(", each way: ResourceWarnings", Way, lambda outcome: outcome.warnings),
    ]


def measure(scenario: Scenario) -> Outcome:
    raise_file_limit()
    with _resource_warnings() as unclosed:
        sockets, slots, failed = asyncio.run(_measure(scenario))
        gc.collect()
    return Outcome(sockets=sockets, slots=slots, failed=failed, warnings=len(unclosed))


async def _measure(scenario: Scenario) -> tuple[int, int, int]:
    tls = ssl.create_default_context(cadata=CERTIFICATE)
    server = CannedServer(scenario.server, tls)
    before = open_sockets()
    client_of = {Whose.OURS: _ours, Whose.HTTPX: _httpx}[scenario.whose]
    async with client_of(server) as client:
        await _cancel_many(client.small, scenario.way, scenario.calls)
        failed = await _failures(client.small, NEXT)
        slots = CONNECTIONS - await _held_at_once(client, server)
    # asyncio closes sockets a turn of the loop later, those of TLS after their farewell.
    await asyncio.sleep(0.5)
    return open_sockets() - before, slots, failed


async def _cancel_many(call: Call, way: Way, count: int) -> Tally:
    """Make calls in many tasks until so many were cancelled."""
    tally = Tally()
    cancel = {Way.SCOPE: _by_scope, Way.TIMEOUT: _by_timeout, Way.TASK: _by_task}[way]

    async def worker() -> None:
        while tally.cancelled < count:
            try:
                cancelled = await cancel(call)
            except Exception:  # a call may fail by itself: what counts is what it leaves behind
                tally.failed += 1
            else:
                tally.cancelled += cancelled

    await asyncio.gather(*(worker() for _ in range(TASKS)))
    return tally


async def _by_scope(call: Call) -> bool:
    """Make a call and cancel it; tell whether it had not ended before."""
    with anyio.CancelScope() as scope, _soon(scope.cancel):
        await call()
    return scope.cancelled_caught


async def _by_timeout(call: Call) -> bool:
    loop = asyncio.get_running_loop()
    timeout = asyncio.timeout(None)
    try:
        async with timeout:
            with _soon(lambda: timeout.reschedule(loop.time())):
                await call()
    except TimeoutError:
        if not timeout.expired():
            raise
    return timeout.expired()


async def _by_task(call: Call) -> bool:
    task = asyncio.ensure_future(call())
    with _soon(task.cancel):
        await asyncio.wait([task])
    if not task.cancelled():
        task.result()
        return False
    return True


@contextmanager
def _soon(act: Callable[[], object]) -> Generator[None, None, None]:
    """Act at a random moment, unless the block ends before it."""

    async def wait_and_act() -> None:
        if random.random() < 0.5:
            for _ in range(random.randrange(TURNS)):
                await asyncio.sleep(0)
        else:
            await asyncio.sleep(random.uniform(0, MOMENT))
        act()

    task = asyncio.create_task(wait_and_act())
    try:
        yield
    finally:
        task.cancel()


async def _failures(call: Call, count: int) -> int:
    results = await asyncio.gather(*(call() for _ in range(count)), return_exceptions=True)
    return sum(isinstance(result, BaseException) for result in results)


async def _held_at_once(client: Client, server: CannedServer) -> int:
    """Return how many calls reach the server at the same time, when all that may be are made."""
    calls = [asyncio.ensure_future(client.held()) for _ in range(CONNECTIONS)]
    try:
        await asyncio.to_thread(server.wait_until_held, CONNECTIONS, patience=client.patience)
    except TimeoutError:
        held = (await asyncio.to_thread(server.statistics))["held"]
    else:
        held = CONNECTIONS
    await asyncio.to_thread(server.release)
    await asyncio.gather(*calls, return_exceptions=True)
    return held


@asynccontextmanager
async def _ours(server: CannedServer) -> AsyncGenerator[Client, None]:
    async with SpikonClient(
        _KEY, base_url=server.url, max_connections=CONNECTIONS, verify=server.verify
    ) as spikon:
        yield Client(spikon.account.balance, spikon.call_center.campaigns, patience=30)


@asynccontextmanager
async def _httpx(server: CannedServer) -> AsyncGenerator[Client, None]:
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    # It finds no connection any more, and there is no sense in waiting long for it.
    async with httpx.AsyncClient(limits=limits, verify=server.verify, timeout=2) as client:

        async def post(path: str) -> object:
            return (await client.post(f"{server.url}{path}", data={"key": _KEY})).json()

        yield Client(lambda: post(BALANCE), lambda: post(HELD), patience=1)


@contextmanager
def _resource_warnings() -> Generator[list[warnings.WarningMessage], None, None]:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", ResourceWarning)
        yield seen
