"""A pool of HTTP connections that suits held requests and cancelled ones.

A request owns its connection from beginning to end: it takes the one used last, or makes a new one,
and gives it back only when the answer was read to its end; else the connection is closed, whatever
happens. Both take the same time with one connection as with thousands, and closing is no await.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Mapping

import anyio
import anyio.lowlevel
from attrs import frozen

from .exchange import Answer, Attempt, Carrier, Request, Timeouts
from .http11 import HeadWriter, HttpConnection, Origin
from .network import connect, on_asyncio


@frozen
class _Idle:
    connection: HttpConnection
    until: float


class ConnectionPool(Carrier):
    """Carry requests over connections that each serve one request at a time."""

    def __init__(
        self, tls: Callable[[], ssl.SSLContext], *, most_idle: int, keepalive: float
    ) -> None:
        """Keep at most so many idle connections to each origin, each for so many seconds."""
        self._tls = tls
        self._heads = HeadWriter()
        self._most_idle = most_idle
        self._keepalive = keepalive
        #: The connection used last stands at the right end; the left end has waited longest.
        self._idle: dict[Origin, deque[_Idle]] = {}
        self._reaper: asyncio.TimerHandle | None = None
        self._closed = False

    async def send(self, request: Request, timeouts: Timeouts, attempt: Attempt) -> Answer:
        """Return the answer with its body still to be read; closing it frees the connection."""
        connection = await self._sent(request, timeouts, attempt)
        try:
            status, headers = await connection.receive_head(timeouts.read)
        except BaseException:
            connection.close()
            raise
        return _PooledAnswer(self, connection, status, headers, timeouts.read)

    async def _sent(self, request: Request, timeouts: Timeouts, attempt: Attempt) -> HttpConnection:
        """Return a connection to which the request was written.

        What only this needs is gone while the answer is awaited, which can take a minute.
        """
        head = self._heads.head_of(request)
        connection = self._take(head.origin)
        if connection is None:
            attempt.connecting = True
            connection = await self._connect(head.origin, timeouts.connect)
            attempt.connecting = False
        try:
            await connection.send(head, request.content, timeouts.read)
        except BaseException:
            connection.close()
            raise
        return connection

    async def aclose(self) -> None:
        """Close the idle connections, and from now on every other one after its answer."""
        self._closed = True
        if self._reaper is not None:
            self._reaper.cancel()
        while self._idle:
            _, waiting = self._idle.popitem()
            for idle in waiting:
                idle.connection.close()
        # asyncio closes the sockets in its next turn.
        await anyio.lowlevel.cancel_shielded_checkpoint()

    def give_back(self, connection: HttpConnection) -> None:
        """Keep a connection whose answer was read to its end, and close any other."""
        if self._closed or not connection.ready_again():
            connection.close()
            return
        now = anyio.current_time()
        waiting = self._idle.setdefault(connection.origin, deque())
        waiting.append(_Idle(connection, now + self._keepalive))
        while len(waiting) > self._most_idle or (waiting and waiting[0].until < now):
            waiting.popleft().connection.close()
        # A timer whose time is over belongs to a loop that has ended.
        if (self._reaper is None or self._reaper.when() < now) and on_asyncio():
            loop = asyncio.get_running_loop()
            self._reaper = loop.call_later(self._keepalive, self._reap)

    def _reap(self) -> None:
        """Close what has waited too long; trio has no timers, there the next answer does that."""
        self._reaper = None
        loop = asyncio.get_running_loop()
        for origin, waiting in list(self._idle.items()):
            while waiting and waiting[0].until <= loop.time():
                waiting.popleft().connection.close()
            if not waiting:
                del self._idle[origin]
        if self._idle:
            self._reaper = loop.call_later(self._keepalive, self._reap)

    def _take(self, origin: Origin) -> HttpConnection | None:
        waiting = self._idle.get(origin)
        while waiting:
            idle = waiting.pop()
            if idle.until >= anyio.current_time() and not idle.connection.disturbed:
                return idle.connection
            idle.connection.close()
        return None

    async def _connect(self, origin: Origin, timeout: float) -> HttpConnection:
        tls = self._tls() if origin.scheme == "https" else None
        return HttpConnection(origin, await connect(origin.host, origin.port, tls, timeout))


class _PooledAnswer(Answer):
    """An answer that holds its connection until it is closed."""

    __slots__ = ("_connection", "_pool", "_timeout", "headers", "status")

    def __init__(
        self,
        pool: ConnectionPool,
        connection: HttpConnection,
        status: int,
        headers: Mapping[str, str],
        timeout: float,
    ) -> None:
        self.status = status
        self.headers = headers
        self._pool = pool
        self._connection: HttpConnection | None = connection
        self._timeout = timeout

    async def __anext__(self) -> bytes:
        if self._connection is not None:
            piece = await self._connection.receive_piece(self._timeout)
            if piece is not None:
                return piece
            connection, self._connection = self._connection, None
            self._pool.give_back(connection)
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Close the connection, unless the body was read to its end."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
