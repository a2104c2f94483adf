"""A benchmark of a few calls, as small as one can be."""

from __future__ import annotations

import asyncio

import httpx

from spikon_async import SpikonClient
from tests.benchmarks.alternate import alternate_async
from tests.benchmarks.servers.answers import BALANCE
from tests.benchmarks.servers.running import canned_server
from tests.benchmarks.table import Row, ratio_at_most


def run(*, quick: bool) -> list[Row]:
    return asyncio.run(_run(rounds=1 if quick else 3))


async def _run(*, rounds: int) -> list[Row]:
    with canned_server() as server:
        async with SpikonClient("key", base_url=server.url) as spikon, httpx.AsyncClient() as bare:
            figures = await alternate_async(
                {
                    "ours": spikon.account.balance,
                    "theirs": lambda: bare.post(f"{server.url}{BALANCE}"),
                },
                rounds=rounds,
            )
        # The round before the first one is made, too.
        assert server.statistics()["requests"] == {BALANCE: 2 * (rounds + 1)}
    return [
        Row(
            what="a call",
            ours=figures["ours"],
            unit="s",
            peer="httpx",
            theirs=figures["theirs"],
            target=ratio_at_most(100),
        )
    ]
