"""Locks between processes that the operating system takes back when a process dies."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import anyio

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Locks:
    """Named locks, each an empty file in a folder.

    A lock is held by an open file: so it also keeps two tasks of one process apart, and a process
    that is killed lets go of it at once. The files stay, for removing one that somebody else has
    just opened would give two holders.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder

    @contextmanager
    def attempt(self, name: str) -> Generator[bool, None, None]:
        """Take a lock for the time of the block, or tell that somebody else has it."""
        descriptor = os.open(self._folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                _lock(descriptor)
            except OSError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncGenerator[None, None]:
        """Take a lock for the time of the block, waiting for it if need be."""
        while True:
            with self.attempt(name) as held:
                if held:
                    yield
                    return
            await anyio.sleep(0.05)
