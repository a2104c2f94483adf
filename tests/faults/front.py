"""A server with bad manners: what it does to a connection is decided byte by byte.

A sandbox behind it carries the calls out and answers them; in between, a `Play` says what the
client gets of that. It runs in a thread of its own, so that asyncio and trio are served alike.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator
from email.utils import formatdate
from typing import Any, Self, TypeVar

from attrs import define, field, frozen
from starlette.types import ASGIApp, Message

from _telephony_core.sandbox.exchange import CONNECTION

T = TypeVar("T")

#: Closing a socket set like this sends a TCP reset.
_LINGER_NOT = struct.pack("ii", 1, 0)


@frozen
class Answer:
    """A whole HTTP answer."""

    body: bytes = b"{}"
    content_type: str = "application/json; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    def wire(self, *, length: int | None = None) -> bytes:
        """Return its bytes, with a Content-Length that may be wrong."""
        lines = [
            f"HTTP/1.1 {self.status} X",
            f"Date: {formatdate(usegmt=True)}",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body) if length is None else length}",
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        return "\r\n".join([*lines, "\r\n"]).encode() + self.body


@frozen
class Asked:
    """A whole HTTP request, and its bytes."""

    method: str
    target: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    raw: bytes


class Exchange:
    """One request on one connection: what a `Play` works with."""

    def __init__(self, connection: _Connection, asked: Asked) -> None:
        self._connection = connection
        self.asked = asked
        self.site = connection.site

    async def act(self) -> Answer:
        """Let the sandbox carry the request out, and return its answer."""
        return await self._connection.site.ask(self.asked)

    def send(self, answer: Answer) -> None:
        """Send an answer in one piece."""
        self.write(answer.wire())

    def write(self, data: bytes) -> None:
        """Send any bytes."""
        self._connection.transport.write(data)

    def close(self) -> None:
        """End the connection in the ordinary way, after what was written."""
        self._connection.transport.close()

    def reset(self) -> None:
        """End the connection by a TCP reset."""
        link = self._connection.transport.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        self._connection.transport.abort()

    async def writable(self) -> None:
        """Wait until the client has taken what was written, or is gone."""
        # The loop has to hear of that first.
        await asyncio.sleep(0)
        await self._connection.writable.wait()

    async def gone(self) -> None:
        """Wait until the client ends the connection."""
        await self._connection.gone.wait()

    @property
    def is_gone(self) -> bool:
        """Whether the client has ended the connection."""
        return self._connection.gone.is_set()


#: What becomes of one request.
Play = Callable[[Exchange], Awaitable[None]]


async def good(exchange: Exchange) -> None:
    """Do what was asked and say so."""
    exchange.send(await exchange.act())


@define
class _Planned:
    play: Play
    left: int


@define(eq=False)
class Site:
    """One address of the server: whom it stands for, what it does, and what it has seen."""

    front: Front
    listener: socket.socket
    tls: ssl.SSLContext | None
    #: What a request is for, by its path; and the applications by that.
    name_of: Callable[[str], str]
    apps: dict[str, ASGIApp] = field(factory=dict[str, ASGIApp])
    #: What it does unless told otherwise.
    default: Play = good
    #: All requests, in the order of their arrival.
    asked: list[Asked] = field(factory=list[Asked])
    #: Those that were handed to an application.
    acted: list[Asked] = field(factory=list[Asked])
    #: Connections made, and those that are open.
    made: int = 0
    open: int = 0
    #: So many of the next connections are reset before anything is said.
    slams: int = 0
    _plans: dict[str, _Planned] = field(factory=dict[str, "_Planned"])
    _accepting: asyncio.Task[None] | None = None
    _connections: set[_Connection] = field(factory=set["_Connection"])

    @property
    def url(self) -> str:
        """Its address."""
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://127.0.0.1:{self.listener.getsockname()[1]}"

    def play(self, name: str, play: Play, times: int) -> None:
        """Let so many of the next requests for something end in this way."""
        self._plans[name] = _Planned(play, times)

    def behave(self) -> None:
        """Answer all that follows as it should be."""
        self._plans = {}
        self.slams = 0

    def listen(self) -> None:
        """Take connections from now on; before, they are refused."""
        self.listener.listen(512)

        async def begin() -> None:
            self._accepting = asyncio.create_task(self._accept())

        self.front.run(begin())

    def close(self) -> None:
        """End all connections and the address."""

        async def end() -> None:
            if self._accepting is not None:
                self._accepting.cancel()
                await asyncio.wait([self._accepting])
            for connection in tuple(self._connections):
                connection.transport.abort()
            while self._connections:  # noqa: ASYNC110  # a turn of the loop or two
                await asyncio.sleep(0)

        self.front.run(end())
        self.listener.close()

    def take(self, asked: Asked) -> Play:
        """Return how a request ends."""
        planned = self._plans.get(self.named(asked))
        if planned is None or not planned.left:
            return self.default
        planned.left -= 1
        return planned.play

    def named(self, asked: Asked) -> str:
        """Return what a request is for."""
        return self.name_of(asked.target.partition("?")[0])

    async def ask(self, asked: Asked) -> Answer:
        """Hand a request to the application."""
        self.acted.append(asked)
        path, _, query = asked.target.partition("?")
        messages: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": asked.body, "more_body": False}

        async def send(message: Message) -> None:
            messages.append(message)

        await self.apps[self.named(asked)](
            {
                "type": "http",
                "asgi": {"version": "3.0"},
                "http_version": "1.1",
                "method": asked.method,
                "scheme": "http",
                "path": path,
                "raw_path": path.encode(),
                "query_string": query.encode(),
                "root_path": "",
                "headers": list(asked.headers),
                "client": ("127.0.0.1", 50_000),
                "server": ("127.0.0.1", 80),
                "state": {CONNECTION: None},
            },
            receive,
            send,
        )
        start, *parts = messages
        named = {name.decode(): value.decode() for name, value in start["headers"]}
        ours = ("date", "content-length", "content-type")
        return Answer(
            b"".join(part["body"] for part in parts),
            named["content-type"],
            start["status"],
            tuple((name, value) for name, value in named.items() if name not in ours),
        )

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            link, _ = await loop.sock_accept(self.listener)
            self.made += 1
            if self.slams:
                self.slams -= 1
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
                link.close()
                continue
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.front.spawn(self._greet(link))

    async def _greet(self, link: socket.socket) -> None:
        # A client may well go away in the middle of it.
        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: _Connection(self), link, ssl=self.tls
            )

    def came(self, connection: _Connection) -> None:
        """Note a connection that is ready."""
        self._connections.add(connection)
        self.open += 1

    def went(self, connection: _Connection) -> None:
        """Note a connection that has ended."""
        self._connections.discard(connection)
        self.open -= 1


class _Connection(asyncio.Protocol):
    """Take requests out of the bytes of one connection, one after the other."""

    transport: asyncio.Transport

    def __init__(self, site: Site) -> None:
        self.site = site
        self.gone = asyncio.Event()
        self.writable = asyncio.Event()
        self.writable.set()
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.site.came(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        self.writable.set()
        self.site.went(self)

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, end, rest = self._data.partition(b"\r\n\r\n")
        if not end:
            return
        first, *lines = head.split(b"\r\n")
        headers = tuple(
            (name.strip().lower(), value.strip())
            for name, _, value in (line.partition(b":") for line in lines)
        )
        length = int(dict(headers).get(b"content-length", b"0"))
        if len(rest) < length:
            return
        raw, self._data = self._data[: len(head) + 4 + length], rest[length:]
        method, target, _ = first.decode().split(" ")
        asked = Asked(method, target, headers, rest[:length], raw)
        self.site.asked.append(asked)
        self.site.front.spawn(self._play(asked))

    async def _play(self, asked: Asked) -> None:
        await self.site.take(asked)(Exchange(self, asked))


class Front:
    """The thread in which the sites are served."""

    def __init__(self) -> None:
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="faults", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @contextlib.contextmanager
    def site(
        self,
        name_of: Callable[[str], str] = str,
        tls: ssl.SSLContext | None = None,
        *,
        listening: bool = True,
    ) -> Generator[Site]:
        """Serve an address while the block lasts; connections may be refused at first."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)
        site = Site(self, listener, tls, name_of)
        if listening:
            site.listen()
        try:
            yield site
        finally:
            site.close()
            self.run(self._finish())
        if self._failures:
            raise self._failures.pop()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run something in the thread, and wait for it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run something in the thread, which calls this itself."""
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def idle(self) -> None:
        """Wait in the thread until all that was spawned has ended."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._failures.append(failure)

    async def _finish(self) -> None:
        mine = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in mine:
            task.cancel()
        if mine:
            await asyncio.wait(mine)
