"""Requests carried by httpx: through proxies, and by a client that was handed in.

It is imported only where it is needed. Our own connections do without it: they cost a third, bear
cancellation at any moment, store no cookies and log no addresses.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import contextmanager
from typing import TypeAlias, cast

import anyio
import httpx

from .exchange import Answer, Attempt, Carrier, Request, Timeouts, without_query
from .failures import ConnectionLost, NotConnected, Unwritable

#: What httpx raises when no connection was made, so that nothing was sent.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
#: Everything that a failed attempt can raise: httpx's tree, and what may slip through it.
_FAILURES = (
    httpx.HTTPError,
    httpx.StreamError,
    OSError,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    anyio.EndOfStream,
)

#: Listens to httpcore, which tells of every step.
_Trace: TypeAlias = Callable[[str, Mapping[str, object]], object]


class PrivateURL(httpx.URL):
    """An address that keeps its query to itself.

    httpx logs the text of every address ("HTTP Request: GET ...") with a logger that belongs to
    the whole process, and the `repr` of its requests holds it too. A filter or a level set on that
    logger would hold only until the application sets up its own logging; a text without the query
    holds wherever it goes. What travels is not made from the text, but from `raw_path`.
    """

    def __str__(self) -> str:
        return without_query(super().__str__())

    def __repr__(self) -> str:
        return f"URL({str(self)!r})"


class HttpxCarrier(Carrier):
    """Carry requests by an httpx client or transport."""

    def __init__(self, via: httpx.AsyncClient | httpx.AsyncHTTPTransport) -> None:
        """Carry by a client, which stays open, or by a transport, which is closed in the end."""
        self._via = via

    async def send(self, request: Request, timeouts: Timeouts, attempt: Attempt) -> Answer:
        """Return the answer with its body still to be read."""
        outgoing = _outgoing(request, timeouts, attempt)
        if outgoing is None:
            raise Unwritable
        try:
            with _translated():
                response = await self._send(outgoing)
        except httpx.LocalProtocolError:
            response = None
        if response is None:
            raise Unwritable
        return _HttpxAnswer(response)

    async def aclose(self) -> None:
        """Close the connections, unless they belong to a client that was handed in."""
        if isinstance(self._via, httpx.AsyncHTTPTransport):
            await self._via.aclose()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        if isinstance(self._via, httpx.AsyncClient):
            return await self._via.send(request, stream=True, follow_redirects=False)
        return await self._via.handle_async_request(request)


class _HttpxAnswer(Answer):
    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.headers = {name.lower(): value for name, value in response.headers.items()}
        self._response = response
        self._pieces = cast("AsyncGenerator[bytes, None]", response.aiter_raw())
        if response.is_stream_consumed:
            # Somebody has read it before, say a hook that logs: what is left of it is unpacked.
            self._pieces = _read_before(response)
            self.headers.pop("content-encoding", None)

    async def __anext__(self) -> bytes:
        with _translated():
            return await anext(self._pieces)

    async def aclose(self) -> None:
        await self._pieces.aclose()
        await self._response.aclose()


async def _read_before(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    yield response.content


def _outgoing(request: Request, timeouts: Timeouts, attempt: Attempt) -> httpx.Request | None:
    async def trace(event: str, _info: Mapping[str, object]) -> None:
        step = event.partition(".")[2]
        if step in {"connect_tcp.started", "connect_unix_socket.started", "start_tls.started"}:
            attempt.connecting = True
        elif step == "send_request_headers.started":
            attempt.connecting = False

    extensions: dict[str, object] = {
        "timeout": {
            "connect": timeouts.connect,
            "read": timeouts.read,
            "write": timeouts.read,
        },
        "trace": trace,
    }
    try:
        outgoing = httpx.Request(
            request.method,
            request.url,
            headers=request.all_headers(),
            content=request.content,
            extensions=extensions,
        )
    except (httpx.InvalidURL, ValueError):
        # What they say quotes the header.
        return None
    if request.private:
        outgoing.url = PrivateURL(outgoing.url)
    return outgoing


@contextmanager
def _translated() -> Generator[None, None, None]:
    """Raise our failures for httpx's."""
    try:
        yield
    except httpx.LocalProtocolError:
        raise
    except _NOT_SENT as error:
        permanent = isinstance(error, httpx.UnsupportedProtocol)
        raise NotConnected(_text(error), permanent=permanent) from error
    except _FAILURES as error:
        raise ConnectionLost(_text(error)) from error


def _text(error: Exception) -> str:
    name = type(error).__name__
    return f"{name}: {error}" if str(error) else name


def proxied(proxy: str, verify: object, most_idle: int, keepalive: float) -> HttpxCarrier:
    """Return a carrier that goes through a proxy."""
    return HttpxCarrier(
        httpx.AsyncHTTPTransport(
            verify=verify,  # type: ignore[arg-type]
            proxy=proxy,
            # The number of connections is bounded by the queue before them.
            limits=httpx.Limits(
                max_connections=None,
                max_keepalive_connections=most_idle,
                keepalive_expiry=keepalive,
            ),
        )
    )
