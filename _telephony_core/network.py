"""Byte streams to servers, over TCP and TLS, on asyncio and on trio.

What this library needs of a stream is little, and every bit of it must hold when a task is
cancelled at the worst moment: a stream that was begun is either handed over or closed, and closing
is no await, so that nothing can come between.
"""

from __future__ import annotations

import asyncio
import ipaddress
import select
import socket
import ssl
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import anyio

from .failures import ConnectionLost, NotConnected

#: Family and address of a server, as `socket` wants them.
Address: TypeAlias = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]

#: Seconds after which the next address of a server is tried beside the one before (RFC 8305, 5).
_NEXT_ADDRESS = 0.25
#: Read at most so many bytes of TLS at once.
_TLS_PIECE = 256 * 1024


class Stream(ABC):
    """One connection; a single task uses it at a time."""

    __slots__ = ()

    @abstractmethod
    async def read(self, timeout: float) -> bytes:
        """Return what came, at least one byte, or nothing when the server has closed.

        Raise `TimedOut` after so many seconds without a byte, `ConnectionLost` when it is broken.
        """

    @abstractmethod
    async def write(self, data: bytes, timeout: float) -> None:
        """Send everything, or raise what `read` raises."""

    @abstractmethod
    def close(self) -> None:
        """Close it at once; what was not sent yet is lost."""

    @property
    @abstractmethod
    def disturbed(self) -> bool:
        """Whether something came, or the server closed, while nobody was reading."""


def readable(descriptor: int) -> bool:
    """Tell whether a socket has something to read, be it its end, that nobody has seen yet."""
    if not hasattr(select, "poll"):
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def on_asyncio() -> bool:
    """Tell whether the current task runs on asyncio; else it does on trio."""
    return anyio.get_cancelled_exc_class() is asyncio.CancelledError


class TlsStream(Stream):
    """TLS over another stream.

    asyncio's own TLS holds a quarter of a megabyte for each connection, which is too much for
    thousands of them.
    """

    __slots__ = ("_incoming", "_object", "_outgoing", "_stream")

    def __init__(self, stream: Stream, tls: ssl.SSLContext, host: str) -> None:
        self._stream = stream
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = tls.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    @classmethod
    async def over(cls, stream: Stream, tls: ssl.SSLContext, host: str, timeout: float) -> Stream:
        """Return a stream whose handshake is done."""
        secured = cls(stream, tls, host)
        try:
            while not secured._shake_hands():
                await secured._flush(timeout)
                data = await stream.read(timeout)
                if not data:
                    raise ConnectionLost("the server closed the connection")
                secured._take(data)
        except ssl.SSLError:
            # The server is told why, as far as that is possible at once.
            await secured._flush(timeout)
            raise
        await secured._flush(timeout)
        return secured

    async def read(self, timeout: float) -> bytes:
        while (data := self._decrypted()) is None:
            # The server may want new keys, which asks for an answer.
            await self._flush(timeout)
            self._take(await self._stream.read(timeout))
        return data

    async def write(self, data: bytes, timeout: float) -> None:
        try:
            self._object.write(data)
        except ssl.SSLError as error:
            raise ConnectionLost(f"TLS broke: {error}") from error
        await self._flush(timeout)

    def close(self) -> None:
        self._stream.close()

    @property
    def disturbed(self) -> bool:
        return self._stream.disturbed

    def _shake_hands(self) -> bool:
        """Go on with the handshake as far as what came allows; tell whether it is done."""
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def _decrypted(self) -> bytes | None:
        """Return what came, or None while that is nothing."""
        incoming = self._incoming
        if not (incoming.pending or incoming.eof or self._object.pending()):
            # Asking would be answered by an exception, which takes its time.
            return None
        try:
            return self._object.read(_TLS_PIECE)
        except ssl.SSLWantReadError:
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            # That an answer was cut shows in its length, as it does without TLS.
            return b""
        except ssl.SSLError as error:
            raise ConnectionLost(f"TLS broke: {error}") from error

    async def _flush(self, timeout: float) -> None:
        if self._outgoing.pending:
            await self._stream.write(self._outgoing.read(), timeout)

    def _take(self, data: bytes) -> None:
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()


async def connect(host: str, port: int, tls: ssl.SSLContext | None, timeout: float) -> Stream:
    """Return a stream to a server, or raise `NotConnected`."""
    place = f"{host}:{port}"
    with anyio.move_on_after(timeout):
        try:
            stream = await _dial(host, port)
        except OSError as error:
            raise NotConnected(f"{place} cannot be reached: {error}") from error
        if tls is None:
            return stream
        try:
            return await TlsStream.over(stream, tls, host, timeout)
        except (ssl.SSLError, ConnectionLost) as error:
            stream.close()
            raise NotConnected(
                f"no TLS with {place}: {error}",
                permanent=isinstance(error, ssl.SSLCertVerificationError),
            ) from error
        except BaseException:
            stream.close()
            raise
    raise NotConnected(f"no connection to {place} within {timeout:g} s")


async def _dial(host: str, port: int) -> Stream:
    if on_asyncio():
        from .network_asyncio import dial
    else:
        from .network_trio import dial
    addresses = await _addresses(host, port)
    if len(addresses) == 1:
        return await dial(addresses[0])
    return await _Race(dial).run(addresses)


async def _addresses(host: str, port: int) -> list[Address]:
    """Return the addresses of a host, the families in turn (RFC 8305, 4)."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        if ip.version == 4:
            return [(socket.AF_INET, (host, port))]
        return [(socket.AF_INET6, (host, port, 0, 0))]
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    families: dict[socket.AddressFamily, list[Address]] = {}
    for family, _, _, _, address in found:
        families.setdefault(family, []).append((family, address))
    columns = list(families.values())
    longest = max(map(len, columns), default=0)
    return [column[i] for i in range(longest) for column in columns if i < len(column)]


class _Race:
    """Try several addresses, each a little later than the one before, and take the first."""

    def __init__(self, dial: Callable[[Address], Awaitable[Stream]]) -> None:
        self._dial = dial
        self._winner: Stream | None = None
        self._errors: list[OSError] = []

    async def run(self, addresses: list[Address]) -> Stream:
        try:
            async with anyio.create_task_group() as group:
                for address in addresses:
                    over = anyio.Event()
                    group.start_soon(self._try, address, over, group.cancel_scope)
                    with anyio.move_on_after(_NEXT_ADDRESS):
                        await over.wait()
        except BaseException:
            if self._winner is not None:
                self._winner.close()
            raise
        if self._winner is None:
            raise self._errors[0] if self._errors else OSError("it has no address")
        return self._winner

    async def _try(self, address: Address, over: anyio.Event, scope: anyio.CancelScope) -> None:
        try:
            stream = await self._dial(address)
        except OSError as error:
            self._errors.append(error)
        else:
            if self._winner is None:
                self._winner = stream
                scope.cancel()
            else:
                stream.close()
        over.set()
