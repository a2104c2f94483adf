"""What one small call costs: the processor time of typed calls beside the bare HTTP libraries.

Everybody speaks to the same server and may have as many connections as there are calls at once,
so that nobody queues. The other SDKs make the smallest call that they have; the one of the
`daktela` package is synchronous and made for another version of the API (6, REST).
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from daktela_async import DaktelaClient
from spikon_async import SpikonClient

from .alternate import alternate_async
from .servers.answers import BALANCE, QUEUE_PRESENCE
from .servers.running import CannedServer, canned_server
from .table import Row, ratio_at_most

#: Calls at once, and the connections that everybody may have.
AT_ONCE = 50

Call = Callable[[], Awaitable[object]]

_KEY = "BXlmr2sN5lphLwYftAaJPyWgmctXtest"
_FORM = {"key": _KEY, "json": "1", "sign": "1"}
_TOKEN = "0123456789abcdef0123456789abcdef01234567"

SPIKON = "SpikonClient.account.balance()"
DAKTELA = "DaktelaClient.realtime.queue_presence()"
HTTPX_POST = "httpx, post + json()"
HTTPX_GET = "httpx, get + json()"
SYNCHRONOUS = "daktela SDK (synchronous)"


def run(*, quick: bool) -> list[Row]:
    return asyncio.run(_run(quick=quick))


async def _run(*, quick: bool) -> list[Row]:
    rounds = 3 if quick else 7
    with canned_server() as server:
        async with AsyncExitStack() as stack:
            calls = await contestants(server, stack, large_sdks=not quick)
            figures = await _measure(in_turn, calls, rounds, 30 if quick else 200, warm_up=5)
            rows = _rows("one after the other", figures, 0.55)
            # It blocks the event loop while it waits.
            del calls[SYNCHRONOUS]
            figures = await _measure(
                at_once, calls, rounds, AT_ONCE if quick else 400, warm_up=AT_ONCE
            )
            rows += _rows(f"{AT_ONCE} at once", figures, 0.40)
    return rows


async def _measure(
    how: Callable[[Call, int], Call],
    calls: Mapping[str, Call],
    rounds: int,
    count: int,
    *,
    warm_up: int,
) -> dict[str, float]:
    """Return the seconds of one call of each, with all connections open before each turn."""
    return await alternate_async(
        {name: how(call, count) for name, call in calls.items()},
        rounds=rounds,
        per_turn=count,
        warm_ups={name: how(call, warm_up) for name, call in calls.items()},
    )


def _rows(how: str, figures: Mapping[str, float], target: float) -> list[Row]:
    def row(ours: str, theirs: str, target: float | None = None) -> Row:
        return Row(
            what=f"{ours}, {how}",
            ours=figures[ours] * 1e6,
            unit="µs",
            peer=theirs,
            theirs=figures[theirs] * 1e6,
            target=None if target is None else ratio_at_most(target),
        )

    told = [name for name in figures if name not in {SPIKON, DAKTELA, HTTPX_POST, HTTPX_GET}]
    return [
        row(SPIKON, HTTPX_POST, target),
        row(DAKTELA, HTTPX_GET, target),
        *(row(SPIKON, name) for name in told),
    ]


def in_turn(call: Call, count: int) -> Call:
    """Make so many calls one after the other."""

    async def play() -> None:
        for _ in range(count):
            await call()

    return play


def at_once(call: Call, count: int) -> Call:
    """Keep so many calls under way until all are made."""

    async def worker() -> None:
        for _ in range(count // AT_ONCE):
            await call()

    async def play() -> None:
        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))

    return play


async def contestants(
    server: CannedServer, stack: AsyncExitStack, *, large_sdks: bool
) -> dict[str, Call]:
    """Return one small call of each; their clients are closed with the stack.

    The large SDKs take seconds to be imported.
    """
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    spikon = await stack.enter_async_context(
        SpikonClient(_KEY, base_url=server.url, max_connections=AT_ONCE)
    )
    daktela = await stack.enter_async_context(
        DaktelaClient(server.url, access_token=_TOKEN, max_connections=AT_ONCE)
    )
    bare = await stack.enter_async_context(httpx.AsyncClient(limits=limits))
    over_aiohttp = await stack.enter_async_context(
        httpx.AsyncClient(transport=AiohttpTransport(limits=limits))
    )
    session = await stack.enter_async_context(
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE))
    )
    balance = f"{server.url}{BALANCE}"
    presence = f"{server.url}{QUEUE_PRESENCE}"
    cookie = {"cookie": f"access_token={_TOKEN}"}

    async def httpx_post() -> object:
        return (await bare.post(balance, data=_FORM)).json()

    async def httpx_get() -> object:
        return (await bare.get(presence, params={"queue": "2005"}, headers=cookie)).json()

    async def httpx_over_aiohttp() -> object:
        return (await over_aiohttp.post(balance, data=_FORM)).json()

    async def bare_aiohttp() -> object:
        async with session.post(balance, data=_FORM) as reply:
            return await reply.json()

    calls: dict[str, Call] = {
        SPIKON: spikon.account.balance,
        HTTPX_POST: httpx_post,
        DAKTELA: lambda: daktela.realtime.queue_presence("2005"),
        HTTPX_GET: httpx_get,
        "aiohttp": bare_aiohttp,
        "httpx-aiohttp": httpx_over_aiohttp,
        SYNCHRONOUS: _daktela_sdk(server, stack),
    }
    if large_sdks:
        calls["telnyx SDK"] = await _telnyx(server, stack)
        calls["openai SDK"] = await _openai(server, stack)
    return calls


# The SDKs are imported by name: the type checkers need neither have them nor read their thousands
# of models.


async def _telnyx(server: CannedServer, stack: AsyncExitStack) -> Call:
    sdk: Any = importlib.import_module("telnyx")
    client = await stack.enter_async_context(
        sdk.AsyncTelnyx(api_key=_KEY, base_url=f"{server.url}/v2")
    )

    async def call() -> object:
        return await client.balance.retrieve()

    return call


async def _openai(server: CannedServer, stack: AsyncExitStack) -> Call:
    sdk: Any = importlib.import_module("openai")
    client = await stack.enter_async_context(
        sdk.AsyncOpenAI(api_key=_KEY, base_url=f"{server.url}/v1")
    )

    async def call() -> object:
        return await client.models.retrieve("small")

    return call


def _daktela_sdk(server: CannedServer, stack: AsyncExitStack) -> Call:
    sdk: Any = importlib.import_module("daktela")
    client = stack.enter_context(sdk.DaktelaClient(sdk.DaktelaConfig(server.url, _TOKEN)))

    async def call() -> object:
        return client.get("queues/2005")

    return call
