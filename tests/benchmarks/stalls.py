"""How long an event loop stood still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from attrs import define

#: Seconds between two looks at the clock: often enough to see, and seldom enough to cost nothing.
_PERIOD = 0.02


@define
class Stalls:
    """What was seen.

    Attributes:
        longest: the longest time, in seconds, for which a timer that was due had to wait.
        busiest: the most seconds of the processor that the loop's thread used in between: the
            stall that it would have been on a machine with nothing else to do.
    """

    longest: float = 0.0
    busiest: float = 0.0


@asynccontextmanager
async def watching_stalls(period: float = _PERIOD) -> AsyncGenerator[Stalls, None]:
    """Watch the running loop, looking at the clock every `period` seconds: asyncio only."""
    stalls = Stalls()

    async def look() -> None:
        loop = asyncio.get_running_loop()
        while True:
            before, used = loop.time(), time.thread_time()
            await asyncio.sleep(period)
            stalls.longest = max(stalls.longest, loop.time() - before - period)
            stalls.busiest = max(stalls.busiest, time.thread_time() - used)

    task = asyncio.create_task(look())
    # From its first look on.
    await asyncio.sleep(0)
    try:
        yield stalls
        # A stall that lasts to the end is seen by the look after it.
        await asyncio.sleep(2 * period)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
