"""An httpx transport that calls the ASGI application without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import attrs
import httpx
from starlette.types import ASGIApp, Message

from _telephony_core.sandbox.exchange import CONNECTION


@attrs.define
class _Line:
    """The imagined connection of one request; it offers what a real one offers a fault."""

    body: bytes
    parts: list[bytes] = attrs.field(factory=list[bytes])
    status: int | None = None
    headers: list[tuple[bytes, bytes]] = attrs.field(factory=list[tuple[bytes, bytes]])
    body_taken: bool = False
    dropped: bool = False
    was_reset: bool = False

    def write(self, data: bytes) -> None:
        """Lose bytes beyond the answer, as an HTTP client does that leaves them in its buffer."""

    def drop(self, *, reset: bool) -> None:
        """End the connection."""
        self.dropped = True
        self.was_reset = reset

    async def receive(self) -> Message:
        """Give the body once, then wait for the end."""
        if not self.body_taken:
            self.body_taken = True
            return {"type": "http.request", "body": self.body, "more_body": False}
        if not self.dropped:
            await anyio.sleep_forever()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take a piece of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = message["headers"]
        else:
            self.parts.append(message["body"])


class _Body(httpx.AsyncByteStream):
    """The body piece by piece, and then the connection's bad end, if it has one.

    No generator, because one left in the middle is a warning on trio.
    """

    def __init__(self, line: _Line) -> None:
        self._line = line
        self._parts = iter(line.parts)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        for part in self._parts:
            return part
        if self._line.was_reset:
            raise httpx.ReadError("Connection reset by peer")
        if self._line.dropped:
            raise httpx.RemoteProtocolError(
                "peer closed connection without sending complete message body"
            )
        raise StopAsyncIteration


class InProcessTransport(httpx.AsyncBaseTransport):
    """Call the application in the caller's own task, on asyncio and trio, in virtual time too.

    httpx's own timeouts don't apply here; a surrounding deadline (a cancel scope) does. The answer
    is handed over when it is complete, so that a slow body delays the status as well.
    """

    def __init__(self, app: ASGIApp, client: tuple[str, int] = ("127.0.0.1", 50_000)) -> None:
        self._app = app
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        line = _Line(await request.aread())
        await self._app(
            {
                "type": "http",
                "asgi": {"version": "3.0"},
                "http_version": "1.1",
                "method": request.method,
                "scheme": request.url.scheme,
                "path": request.url.path,
                "raw_path": request.url.raw_path.partition(b"?")[0],
                "query_string": request.url.query,
                "root_path": "",
                "headers": [(name.lower(), value) for name, value in request.headers.raw],
                "client": self._client,
                "server": (request.url.host, request.url.port),
                "state": {CONNECTION: line},
            },
            line.receive,
            line.send,
        )
        if line.status is None:
            if line.was_reset:
                raise httpx.ReadError("Connection reset by peer", request=request)
            raise httpx.RemoteProtocolError(
                "Server disconnected without sending a response.", request=request
            )
        return httpx.Response(line.status, headers=line.headers, stream=_Body(line))
