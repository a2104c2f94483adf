"""How long an event loop stood still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from attrs import define

#: Seconds between two looks at the clock: often enough to see, and seldom enough to cost nothing.
_PERIOD = 0.02


@define
class Stalls:
    """What was seen: the longest time, in seconds, for which a timer that was due had to wait."""

    longest: float = 0.0


@asynccontextmanager
async def watching_stalls() -> AsyncGenerator[Stalls, None]:
    """Watch the running loop: asyncio only."""
    stalls = Stalls()

    async def look() -> None:
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(_PERIOD)
            stalls.longest = max(stalls.longest, loop.time() - before - _PERIOD)

    task = asyncio.create_task(look())
    # From its first look on.
    await asyncio.sleep(0)
    try:
        yield stalls
        # A stall that lasts to the end is seen by the look after it.
        await asyncio.sleep(2 * _PERIOD)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
