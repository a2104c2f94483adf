"""Streams on asyncio: a protocol that does what one reader needs, and no more.

anyio's streams tell the selector to stop and to go on with every read, and measure each by a cancel
scope; for a small call that costs more than all else.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import cast

from .failures import ConnectionLost, TimedOut
from .network import Address, Stream, readable

#: Stop reading from the socket while so many bytes wait to be taken.
_ENOUGH = 256 * 1024


async def dial(address: Address) -> Stream:
    """Return a stream to an address, or raise `OSError`."""
    loop = asyncio.get_running_loop()
    family, place = address
    raw = socket.socket(family, socket.SOCK_STREAM)
    try:
        raw.setblocking(False)
        await loop.sock_connect(raw, place)
    except BaseException:
        raw.close()
        raise
    # From here on asyncio owns the socket, and closes it when this is cancelled.
    _, stream = await loop.create_connection(AsyncioStream, sock=raw)
    return stream


class AsyncioStream(asyncio.Protocol, Stream):
    """One connection of an asyncio loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._received: list[bytes] = []
        self._size = 0
        self._held_back = False
        self._ended = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._full = False

    # What a task does.

    async def read(self, timeout: float) -> bytes:
        if not self._received and not self._ended:
            self._reader = self._loop.create_future()
            timer = self._loop.call_later(timeout, _expire, self._reader, "came", timeout)
            try:
                await self._reader
            finally:
                timer.cancel()
                self._reader = None
        if self._received:
            received = self._received
            data = received[0] if len(received) == 1 else b"".join(received)
            received.clear()
            self._size = 0
            if self._held_back and self._transport is not None:
                self._held_back = False
                self._transport.resume_reading()
            return data
        if self._error is not None:
            raise ConnectionLost(f"the connection broke: {self._error}") from self._error
        return b""

    async def write(self, data: bytes, timeout: float) -> None:
        if self._transport is None or self._ended:
            # What the server said before it closed is still to be read.
            return
        self._transport.write(data)
        if self._full:
            self._writer = self._loop.create_future()
            timer = self._loop.call_later(timeout, _expire, self._writer, "went", timeout)
            try:
                await self._writer
            finally:
                timer.cancel()
                self._writer = None

    def close(self) -> None:
        if self._transport is not None:
            # On a loop that is closed already there is nobody to close it.
            with suppress(RuntimeError):
                self._transport.abort()

    @property
    def disturbed(self) -> bool:
        return bool(
            self._ended
            or self._received
            or self._transport is None
            or self._loop is not asyncio.get_running_loop()
            or readable(self._transport.get_extra_info("socket").fileno())
        )

    # What the loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received.append(data)
        self._size += len(data)
        if self._size >= _ENOUGH and not self._held_back and self._transport is not None:
            self._held_back = True
            self._transport.pause_reading()
        _wake(self._reader)

    def eof_received(self) -> None:
        self._ended = True
        _wake(self._reader)

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended, self._error, self._transport = True, exc, None
        _wake(self._reader)
        _wake(self._writer)

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        _wake(self._writer)


def _wake(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)


def _expire(future: asyncio.Future[None], what: str, timeout: float) -> None:
    # In the same turn of the loop it may have been woken before.
    with suppress(asyncio.InvalidStateError):
        future.set_exception(TimedOut(f"nothing {what} for {timeout:g} s"))
