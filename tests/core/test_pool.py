"""A connection serves one request at a time, is used again only when whole, and is never lost."""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import NoReturn

import anyio
import anyio.abc
import httpcore
import httpx
import pytest

from _telephony_core.pool import ConnectionPool
from tests.core.helpers import read_request, refusing_port, reply, serving

both = pytest.mark.anyio


def pool_of(*, most_idle: int = 10, keepalive: float = 5.0) -> ConnectionPool:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return ConnectionPool(tls, most_idle=most_idle, keepalive=keepalive)


def get(port: int, path: str = "/") -> httpx.Request:
    return httpx.Request("GET", f"http://127.0.0.1:{port}{path}", extensions={"timeout": {}})


async def ask(pool: ConnectionPool, port: int, path: str = "/") -> bytes:
    response = await pool.send(get(port, path))
    body = await response.aread()
    await response.aclose()
    return body


class Server:
    """Answer every request with the number of its connection; know how many are open."""

    def __init__(self) -> None:
        self.connections = 0
        self.open = 0

    async def serve(self, stream: anyio.abc.ByteStream) -> None:
        self.connections += 1
        self.open += 1
        number = self.connections
        try:
            while True:
                request = await read_request(stream)
                body = str(number).encode()
                if b"/slow" in request:
                    await anyio.sleep(0.02)
                if b"/half" in request:
                    await stream.send(reply(bytes(100_000))[:50_000])
                    await stream.receive()
                if b"/never" in request:
                    # It ends when the client closes the connection.
                    await stream.receive()
                close = "Connection: close\r\n" if b"/close" in request else ""
                await stream.send(reply(body, headers=close))
        finally:
            self.open -= 1

    async def settled(self, count: int) -> None:
        """Wait until so many connections are open."""
        with anyio.fail_after(2):
            while self.open != count:  # noqa: ASYNC110
                await anyio.sleep(0.001)


@both
async def test_a_connection_is_used_again() -> None:
    server, pool = Server(), pool_of()
    async with serving(server.serve) as port:
        assert [await ask(pool, port) for _ in range(5)] == [b"1"] * 5
        await pool.aclose()
        await server.settled(0)


@both
async def test_requests_at_once_have_a_connection_each_and_the_last_one_serves_next() -> None:
    server, pool = Server(), pool_of()
    async with serving(server.serve) as port:
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(ask, pool, port, "/slow")
        assert server.connections == 5
        answers = {await ask(pool, port) for _ in range(5)}
        assert len(answers) == 1
        assert server.connections == 5
        await pool.aclose()
        await server.settled(0)


@both
async def test_no_more_than_so_many_stay_idle() -> None:
    server, pool = Server(), pool_of(most_idle=2)
    async with serving(server.serve) as port:
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(ask, pool, port, "/slow")
        await server.settled(2)
        await pool.aclose()
        await server.settled(0)


@both
async def test_an_idle_connection_is_kept_for_its_time_only() -> None:
    server, pool = Server(), pool_of(keepalive=0.01)
    async with serving(server.serve) as port:
        assert await ask(pool, port) == b"1"
        await anyio.sleep(0.02)
        assert await ask(pool, port) == b"2"
        await server.settled(1)
        await pool.aclose()


@both
async def test_those_that_waited_too_long_are_closed_when_another_comes_back() -> None:
    server, pool = Server(), pool_of(keepalive=0.02)
    async with serving(server.serve) as port:
        response = await pool.send(get(port))
        assert await ask(pool, port) == b"2"
        await anyio.sleep(0.03)
        await response.aread()
        await server.settled(1)
        assert await ask(pool, port) == b"1"
        await pool.aclose()


@both
async def test_a_connection_that_the_server_closed_is_not_used_again() -> None:
    server, pool = Server(), pool_of()

    async def once(stream: anyio.abc.ByteStream) -> None:
        server.connections += 1
        await read_request(stream)
        await stream.send(reply(str(server.connections).encode()))

    async with serving(once) as port:
        assert await ask(pool, port) == b"1"
        await anyio.sleep(0.01)
        assert await ask(pool, port) == b"2"
        await pool.aclose()


@both
async def test_a_connection_that_the_server_will_close_is_not_kept() -> None:
    server, pool = Server(), pool_of()
    async with serving(server.serve) as port:
        assert await ask(pool, port, "/close") == b"1"
        await server.settled(0)
        assert await ask(pool, port) == b"2"
        await pool.aclose()


@both
async def test_every_server_has_connections_of_its_own() -> None:
    one, other, pool = Server(), Server(), pool_of()
    async with serving(one.serve) as port, serving(other.serve) as second:
        for _ in range(2):
            await ask(pool, port)
            await ask(pool, second)
        assert (one.connections, other.connections) == (1, 1)
        await pool.aclose()
        await one.settled(0)
        await other.settled(0)


@both
async def test_an_answer_left_early_costs_its_connection_and_nothing_else() -> None:
    server, pool = Server(), pool_of()
    async with serving(server.serve) as port:
        response = await pool.send(get(port, "/half"))
        assert isinstance(response.stream, httpx.AsyncByteStream)
        assert await anext(aiter(response.stream))
        await response.aclose()
        await response.aclose()
        await server.settled(0)
        # An answer of which nothing was read at all.
        response = await pool.send(get(port, "/half"))
        await response.aclose()
        await server.settled(0)
        assert await ask(pool, port) == b"3"
        await pool.aclose()


@both
@pytest.mark.parametrize("path", ["/never", "/half"])
async def test_a_cancelled_request_costs_its_connection_and_nothing_else(path: str) -> None:
    server, pool = Server(), pool_of()

    async def asked() -> None:
        response = await pool.send(get(port, path))
        try:
            await response.aread()
        finally:
            await response.aclose()

    async with serving(server.serve) as port:
        assert await ask(pool, port) == b"1"
        with anyio.move_on_after(0.02) as scope:
            async with anyio.create_task_group() as group:
                for _ in range(5):
                    group.start_soon(asked)
        assert scope.cancelled_caught
        await server.settled(0)
        assert await ask(pool, port) == b"6"
        await pool.aclose()


@both
async def test_a_closed_pool_keeps_nothing() -> None:
    server, pool = Server(), pool_of()
    async with serving(server.serve) as port:
        response = await pool.send(get(port))
        await pool.aclose()
        assert await response.aread() == b"1"
        await server.settled(0)


@both
async def test_an_answer_that_is_cut_is_an_error_of_httpx() -> None:
    async def cut(stream: anyio.abc.ByteStream) -> None:
        await read_request(stream)
        await stream.send(reply(b"hello")[:-1])

    pool = pool_of()
    async with serving(cut) as port:
        response = await pool.send(get(port))
        with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
            await response.aread()
        await response.aclose()
        await pool.aclose()


@both
async def test_a_connection_that_cannot_be_made_is_an_error_of_httpx() -> None:
    with pytest.raises(httpx.ConnectError):
        await ask(pool_of(), refusing_port())


@both
@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (httpcore.ConnectTimeout, httpx.ConnectTimeout),
        (httpcore.ReadTimeout, httpx.ReadTimeout),
        (httpcore.WriteTimeout, httpx.WriteTimeout),
        (httpcore.ConnectError, httpx.ConnectError),
        (httpcore.ReadError, httpx.ReadError),
        (httpcore.WriteError, httpx.WriteError),
        (httpcore.LocalProtocolError, httpx.LocalProtocolError),
        (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
        # It comes from httpcore's own pool alone.
        (httpcore.PoolTimeout, httpcore.PoolTimeout),
        (KeyError, KeyError),
    ],
)
async def test_the_errors_are_those_of_httpx(
    theirs: type[Exception], ours: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> NoReturn:
        raise theirs("why")

    monkeypatch.setattr(httpcore.AsyncHTTPConnection, "handle_async_request", fail)
    with pytest.raises(ours, match="why") as caught:
        await ask(pool_of(), 1)
    assert type(caught.value) is ours


@both
async def test_chaos_loses_no_connection() -> None:
    server, pool = Server(), pool_of(most_idle=3)
    paths = ["/", "/slow", "/never", "/half", "/close"]

    async def one(number: int, timeout: float) -> None:
        with suppress(httpx.TransportError), anyio.move_on_after(timeout):
            response = await pool.send(get(port, paths[number % len(paths)]))
            try:
                await response.aread()
            finally:
                await response.aclose()

    async with serving(server.serve) as port:
        async with anyio.create_task_group() as group:
            for number in range(60):
                group.start_soon(one, number, 0.001 * (number % 40))
        await anyio.sleep(0.01)
        assert server.open <= 3
        await ask(pool, port)
        await pool.aclose()
        await server.settled(0)
