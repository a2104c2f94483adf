"""What several of the core's tests need: planned answers, servers on loopback, a tiny API."""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC
from typing import TypeVar
from urllib.parse import urlencode

import anyio
import anyio.abc
import httpx
from attrs import define, field, frozen

from _telephony_core.calls import Call
from _telephony_core.documents import Plain
from _telephony_core.errors import ApiError
from _telephony_core.exchange import Request
from _telephony_core.redaction import Secret
from _telephony_core.retries import RetryPolicy
from _telephony_core.session import ApiSession
from _telephony_core.settings import TransportSettings
from _telephony_core.transport import Transport

T = TypeVar("T")

#: An address that no test reaches: what goes there is answered by a plan.
BASE = "https://service.test"
#: A secret with characters that are spelled differently everywhere.
KEY = "s3cr/et &'\"ż key"

logger = logging.getLogger("tests.core")


@frozen
class Answer:
    """Say how one request is answered: after how long, with what, or with which error."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(factory=dict[str, str])
    delay: float = 0.0
    error: Exception | None = None
    #: Raised when all of the body was sent.
    cut: Exception | None = None
    #: The body comes in pieces of so many bytes, and each piece takes so long.
    piece: int = 1 << 16
    pause: float = 0.0


class Body(httpx.AsyncByteStream):
    """Bring the body of an answer in its pieces."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        answer = self._answer
        for start in range(0, len(answer.body), answer.piece):
            if answer.pause:
                await anyio.sleep(answer.pause)
            yield answer.body[start : start + answer.piece]
        if answer.cut is not None:
            raise answer.cut


@define
class Script:
    """Answer one request after the other as planned; the last answer is given ever after."""

    answers: Sequence[Answer]
    requests: list[httpx.Request] = field(factory=list[httpx.Request])
    times: list[float] = field(factory=list[float])

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
        self.requests.append(request)
        self.times.append(anyio.current_time())
        if answer.delay:
            await anyio.sleep(answer.delay)
        if answer.error is not None:
            raise answer.error
        return httpx.Response(answer.status, headers=dict(answer.headers), stream=Body(answer))


def planned(*answers: Answer) -> Script:
    return Script(answers or (Answer(),))


def client_of(handler: Callable[[httpx.Request], Awaitable[httpx.Response]]) -> httpx.AsyncClient:
    async def handle(request: httpx.Request) -> httpx.Response:
        return await handler(request)

    return httpx.AsyncClient(transport=httpx.MockTransport(handle))


def settings(
    base_url: str = BASE,
    *,
    retry: RetryPolicy | None = None,
    timeout: float = 60.0,
    connect_timeout: float = 10.0,
    read_timeout: float = 30.0,
    max_connections: int = 20,
    max_body: int = 1 << 20,
) -> TransportSettings:
    return TransportSettings(
        base_url=base_url,
        retry=RetryPolicy(first_delay=0) if retry is None else retry,
        timeout=timeout,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
        max_connections=max_connections,
        max_body=max_body,
    )


def scripted(script: Script, how: TransportSettings | None = None) -> Transport:
    return Transport(how or settings(), logger, client_of(script))


# Servers on loopback, with nothing between the test and the bytes.


Serve = Callable[[anyio.abc.ByteStream], Awaitable[None]]


@asynccontextmanager
async def serving(serve: Serve) -> AsyncGenerator[int, None]:
    """Serve every connection with a function; yield the port."""

    async def guarded(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            # Whatever the client does to a connection is the client's business.
            try:
                await serve(stream)
            except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                return

    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as listener,
        anyio.create_task_group() as group,
    ):
        group.start_soon(listener.serve, guarded)
        try:
            yield listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610
        finally:
            group.cancel_scope.cancel()


async def read_request(stream: anyio.abc.ByteStream) -> bytes:
    """Return one whole request, head and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += await stream.receive()
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    while len(body) < length:
        body += await stream.receive()
    return head + b"\r\n\r\n" + body


def reply(body: bytes = b"{}", *, status: str = "200 OK", headers: str = "") -> bytes:
    """Return the bytes of one answer; the headers are whole lines that end in \\r\\n."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def refusing_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


# A tiny API.


class TinyError(ApiError):
    """Tell of what the tiny API refuses."""


class TinySession(ApiSession):
    """Carry out the calls of the tiny API: forms out, JSON or XML in, `error` is a fault."""

    def __init__(
        self,
        how: TransportSettings | None = None,
        *,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        how = how or settings()
        super().__init__(
            how,
            secrets=(Secret(KEY),),
            timezone=UTC,
            logger=logger,
            http_client=http_client,
        )
        self.closed = 0
        self._base = how.base_url

    def _encode(self, call: Call[T]) -> Request:
        form = urlencode({"key": KEY, **call.params}, doseq=True)
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return Request("POST", f"{self._base}{call.path}", headers, form.encode())

    def _normalise(self, plain: Plain) -> Plain:
        if isinstance(plain, dict):
            return {name: self._normalise(value) for name, value in plain.items()}
        return [self._normalise(value) for value in plain] if isinstance(plain, list) else plain

    def _fault(self, plain: Plain) -> ApiError | None:
        if isinstance(plain, dict) and "error" in plain:
            return TinyError(str(plain["error"]))
        return None

    async def aclose(self) -> None:
        self.closed += 1
        await super().aclose()


# A certificate of localhost that no authority signed, good for the whole century, and its key.

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBeDCCAR2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMDAwMTAxMDAwMDAwWhgPMjA5OTEyMzEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHPOnE86N98gchaj
68lXZWoP+5zZhwlH6j0DrcGO+feUH8Fst3LBPeHHcgHQdY2Lr/rh24wE81wBZB9n
kwM5Aj6jXjBcMA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0
hwR/AAABMB0GA1UdDgQWBBQk7vJvEYuTUqkC/h9yxMRgDLfaEjAOBgNVHQ8BAf8E
BAMCAoQwCgYIKoZIzj0EAwIDSQAwRgIhAIuOxa4w0cBVHx1PI3PyKf8VESAXJ++c
A8IKwNHRAP0DAiEA1CgnzGuLqUiQJtqQ6Cc1j6oULRY2KQhcFwq0PLtzNKY=
-----END CERTIFICATE-----
"""
CERTIFICATE_KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7rGMCUxC2u4uhI0j
jObShgXUxB4tti2OPmWb5wnPiGqhRANCAARzzpxPOjffIHIWo+vJV2VqD/uc2YcJ
R+o9A63Bjvn3lB/BbLdywT3hx3IB0HWNi6/64duMBPNcAWQfZ5MDOQI+
-----END PRIVATE KEY-----
"""
