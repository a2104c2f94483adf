"""How long the event loop stands still while a long answer becomes models."""

from __future__ import annotations

import asyncio
import gc
import statistics

from .stalls import watching_stalls
from .stats_calls import Reader, as_json, as_xml
from .table import Row, at_most

#: Seconds between two looks at the clock: stalls of a few milliseconds are to be seen.
_PERIOD = 0.001
#: The most milliseconds for so many rows.
_TARGETS = {1000: 10.0, 100_000: 100.0}


def run(*, quick: bool) -> list[Row]:
    return asyncio.run(_run(quick=quick))


async def _run(*, quick: bool) -> list[Row]:
    reader = Reader()
    rows: list[Row] = []
    for count in (1000, 10_000 if quick else 100_000):
        for form, body in (("JSON", as_json(count)), ("XML", as_xml(count))):
            rounds = 3 if quick or count > 1000 else 21
            stalls = [await _stall(reader, body) for _ in range(rounds)]
            rows.append(
                Row(
                    what=f"longest stall of the loop, {count} rows of {form} into models",
                    ours=statistics.median(stalls) * 1e3,
                    unit="ms",
                    target=at_most(_TARGETS[count]) if count in _TARGETS else None,
                )
            )
    await reader.aclose()
    return rows


async def _stall(reader: Reader, body: bytes) -> float:
    gc.collect()
    async with watching_stalls(_PERIOD) as stalls:
        page = await reader.read_unhurried(body)
    longest = stalls.longest
    assert page.rows
    return longest
