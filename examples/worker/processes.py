"""Several worker processes, each replaced when it dies."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

logger = logging.getLogger("worker")

#: Seconds until a worker that died is replaced, so that one that cannot start does no harm.
PAUSE = 1.0


async def keep_running(count: int, command: Sequence[str], *, pause: float = PAUSE) -> None:
    """Run so many workers until each has ended well by itself, or this is cancelled."""
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(_keep_one(command, pause))


async def _keep_one(command: Sequence[str], pause: float) -> None:
    while True:
        process = await asyncio.create_subprocess_exec(*command)
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
        if code == 0:
            return
        logger.warning("worker %d ended with %d; another one takes its place", process.pid, code)
        await asyncio.sleep(pause)
