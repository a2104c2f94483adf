"""A pool of HTTP connections that suits held requests and cancelled ones.

httpcore's own pool compares every request with every connection, and loses a slot for good when a
request is cancelled while it is given a connection (encode/httpcore issue 1093). Here a request
owns its connection from beginning to end: it takes the one used last, or makes a new one, and gives
it back only when the answer was read to its end; else the connection is closed, whatever happens.
Both take the same time with one connection as with thousands.
"""

import ssl
from collections import deque
from collections.abc import AsyncIterator, Generator, Iterable
from contextlib import contextmanager, suppress
from typing import cast

import anyio
import httpcore
import httpx

Origin = tuple[bytes, bytes, int]

#: httpcore's exceptions by those of httpx, the special ones before the general ones.
_TRANSLATED: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.ReadTimeout, httpx.ReadTimeout),
    (httpcore.WriteTimeout, httpx.WriteTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.ReadError, httpx.ReadError),
    (httpcore.WriteError, httpx.WriteError),
    (httpcore.LocalProtocolError, httpx.LocalProtocolError),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
)


class ConnectionPool:
    """Send requests over connections that each serve one request at a time."""

    def __init__(self, tls: ssl.SSLContext, *, most_idle: int, keepalive: float) -> None:
        """Keep at most so many idle connections, each for so many seconds."""
        self._tls = tls
        self._most_idle = most_idle
        self._keepalive = keepalive
        #: The connection used last stands at the right end; the left end has waited longest.
        self._idle: dict[Origin, deque[httpcore.AsyncHTTPConnection]] = {}
        self._closed = False

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Return the answer with its body still to be read; closing it frees the connection."""
        url = request.url
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        origin = (target.scheme, target.host, target.origin.port)
        connection = await self._take(origin, target.origin)
        outgoing = httpcore.Request(
            method=request.method,
            url=target,
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            with _translated():
                response = await connection.handle_async_request(outgoing)
        except BaseException:
            await _close(connection)
            raise
        body = _Body(self, origin, connection, response)
        return httpx.Response(response.status, headers=response.headers, stream=body)

    async def aclose(self) -> None:
        """Close the idle connections, and from now on every other one after its answer."""
        self._closed = True
        while self._idle:
            _, waiting = self._idle.popitem()
            for connection in waiting:
                await _close(connection)

    async def give_back(self, origin: Origin, connection: httpcore.AsyncHTTPConnection) -> None:
        """Keep a connection whose answer was read to its end, and close any other."""
        if self._closed or not connection.is_idle():
            await _close(connection)
            return
        waiting = self._idle.setdefault(origin, deque())
        waiting.append(connection)
        while len(waiting) > self._most_idle or (waiting and waiting[0].has_expired()):
            await _close(waiting.popleft())

    async def _take(self, origin: Origin, place: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        waiting = self._idle.get(origin)
        while waiting:
            connection = waiting.pop()
            # It also counts as expired when the server has closed it in the meantime.
            if not connection.has_expired():
                return connection
            await _close(connection)
        return _Connection(place, self._tls, self._keepalive)


#: It serves asyncio and trio alike. httpcore has a stand-in for it where anyio is missing.
_BACKEND = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())


class _Network(httpcore.AsyncNetworkBackend):
    """Remember the stream of a connection: httpcore forgets it when TLS is cancelled."""

    stream: httpcore.AsyncNetworkStream | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.stream = await _BACKEND.connect_tcp(host, port, timeout, local_address, socket_options)
        return self.stream


class _Connection(httpcore.AsyncHTTPConnection):
    """A connection whose closing leaves no socket behind, in whatever state it was."""

    def __init__(self, place: httpcore.Origin, tls: ssl.SSLContext, keepalive: float) -> None:
        self._network = _Network()
        super().__init__(
            place, ssl_context=tls, keepalive_expiry=keepalive, network_backend=self._network
        )

    async def aclose(self) -> None:
        """Close what httpcore knows of, and what it does not."""
        await super().aclose()
        if self._network.stream is not None:
            await self._network.stream.aclose()


class _Body(httpx.AsyncByteStream):
    """The body of an answer, which holds its connection until it is closed."""

    def __init__(
        self,
        pool: ConnectionPool,
        origin: Origin,
        connection: httpcore.AsyncHTTPConnection,
        response: httpcore.Response,
    ) -> None:
        self._pool = pool
        self._origin = origin
        self._connection = connection
        self._response = response
        self._parts = response.aiter_stream()
        self._ended = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            with _translated():
                return await anext(self._parts)
        except BaseException:
            self._ended = True
            raise

    async def aclose(self) -> None:
        """Free the connection; httpx calls this once."""
        connection = self._connection
        with anyio.CancelScope(shield=True):
            if self._ended:
                await self._response.aclose()
                await self._pool.give_back(self._origin, connection)
                return
            # Left early, it is closed and not given back: httpcore might take it for idle now.
            await connection.aclose()
            # On the closed connection httpcore's generators come to their end by themselves; left
            # hanging, trio would warn of each of them.
            with suppress(Exception):
                while True:
                    await anext(self._parts)


async def _close(connection: httpcore.AsyncHTTPConnection) -> None:
    with anyio.CancelScope(shield=True):
        await connection.aclose()


@contextmanager
def _translated() -> Generator[None, None, None]:
    """Raise httpx's exceptions for httpcore's."""
    try:
        yield
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        for theirs, ours in _TRANSLATED:
            if isinstance(error, theirs):
                raise ours(str(error)) from error
        raise
