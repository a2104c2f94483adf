"""How fast a large recording is on the disk, and how much memory that takes, plain and over TLS.

Ours is checked by its SHA-256 and its length, brought to the disk and renamed; the peer does none
of these, and writes unbuffered pieces of a megabyte in anyio's worker threads.
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import httpx

from spikon_async import RecordingLink, SpikonClient

from .alternate import alternate_async, wall_time
from .process import TELLS, forget_peak_memory, in_fresh_process, peak_memory, resident_memory
from .servers.running import CannedServer, recordings_server
from .table import Row, at_most, ratio_at_least

_MEGABYTE = 1_000_000
#: Whatever the first download needs once, its libraries and threads, is needed before.
_WARM = 1

OURS = "call_lists.download_recording()"
PEER = "httpx, aiter_bytes(1 << 20) + anyio.open_file(buffering=0)"

Download = Callable[[], Awaitable[object]]


def run(*, quick: bool) -> list[Row]:
    size = (60 if quick else 200) * _MEGABYTE
    rows: list[Row] = []
    for tls in (False,) if quick else (False, True):
        how = f"{size // _MEGABYTE} MB{' over TLS' if tls else ''}"
        speeds = asyncio.run(_speeds(size, tls, rounds=4 if quick else 5))
        rows.append(
            Row(
                what=f"{OURS}, {how}",
                ours=speeds[OURS],
                unit="MB/s",
                peer=PEER,
                theirs=speeds[PEER],
                target=ratio_at_least(0.95),
            )
        )
        if TELLS:
            # Side by side: memory, unlike speed, is nobody else's.
            with ThreadPoolExecutor() as pool:
                ours, theirs = (
                    measured.result()
                    for measured in [
                        pool.submit(in_fresh_process, _memory, name, size, tls)
                        for name in (OURS, PEER)
                    ]
                )
            rows.append(
                Row(
                    what=f"the same, {how}: memory",
                    ours=ours,
                    unit="MB",
                    peer=PEER,
                    theirs=theirs,
                    target=at_most(8),
                )
            )
    return rows


async def _speeds(size: int, tls: bool, rounds: int) -> dict[str, float]:
    """Return the megabytes a second of both."""
    with recordings_server(size, tls=tls) as server, tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            downloads = await _contestants(server, Path(folder), stack)
            seconds = await alternate_async(downloads, rounds=rounds, clock=wall_time)
    return {name: size / _MEGABYTE / took for name, took in seconds.items()}


def _memory(name: str, size: int, tls: bool) -> float:
    """Return by how many megabytes this process grows while it downloads."""

    async def download(size: int) -> None:
        with recordings_server(size, tls=tls) as server, tempfile.TemporaryDirectory() as folder:
            async with AsyncExitStack() as stack:
                await (await _contestants(server, Path(folder), stack))[name]()

    async def measure() -> float:
        await download(_WARM * _MEGABYTE)
        gc.collect()
        before = resident_memory()
        forget_peak_memory()
        await download(size)
        return (peak_memory() - before) / _MEGABYTE

    return asyncio.run(measure())


async def _contestants(
    server: CannedServer, folder: Path, stack: AsyncExitStack
) -> dict[str, Download]:
    spikon = await stack.enter_async_context(
        SpikonClient("key", base_url=server.url, verify=server.verify)
    )
    bare = await stack.enter_async_context(httpx.AsyncClient(verify=server.verify, timeout=60))
    url = f"{server.url}/recording"

    async def by_httpx() -> None:
        path = folder / "theirs.wav"
        async with (
            bare.stream("GET", url) as response,
            await anyio.open_file(path, "wb", buffering=0) as file,
        ):
            async for piece in response.aiter_bytes(1 << 20):
                await file.write(piece)

    link = RecordingLink(url)

    async def by_us() -> None:
        await spikon.call_lists.download_recording(link, folder / "ours.wav")

    return {OURS: by_us, PEER: by_httpx}
