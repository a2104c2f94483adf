"""Streams on trio."""

from __future__ import annotations

import socket

import trio

from .failures import ConnectionLost, TimedOut
from .network import Address, Stream, readable

_PIECE = 64 * 1024


async def dial(address: Address) -> Stream:
    """Return a stream to an address, or raise `OSError`."""
    family, place = address
    raw = trio.socket.socket(family, socket.SOCK_STREAM)
    try:
        await raw.connect(place)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        raw.close()
        raise
    return TrioStream(raw)


class TrioStream(Stream):
    """One connection of a trio run."""

    __slots__ = ("_socket",)

    def __init__(self, raw: trio.socket.SocketType) -> None:
        self._socket = raw

    async def read(self, timeout: float) -> bytes:
        with trio.move_on_after(timeout):
            try:
                return await self._socket.recv(_PIECE)
            except OSError as error:
                raise ConnectionLost(f"the connection broke: {error}") from error
        raise TimedOut(f"nothing came for {timeout:g} s")

    async def write(self, data: bytes, timeout: float) -> None:
        left = memoryview(data)
        with trio.move_on_after(timeout) as scope:
            while left:
                try:
                    left = left[await self._socket.send(left) :]
                except OSError:
                    # What the server said before it closed is still to be read.
                    return
        if left and scope.cancelled_caught:
            raise TimedOut(f"nothing went for {timeout:g} s")

    def close(self) -> None:
        self._socket.close()

    @property
    def disturbed(self) -> bool:
        return readable(self._socket.fileno())
