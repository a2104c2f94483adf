"""A connection serves one request at a time, is used again only when whole, and is never lost."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress

import anyio
import anyio.abc
import pytest

from _telephony_core.exchange import Answer, Attempt, Request, Timeouts
from _telephony_core.failures import ConnectionFailure, ConnectionLost, NotConnected, TimedOut
from _telephony_core.network import Stream
from _telephony_core.pool import ConnectionPool
from tests.core.helpers import read_request, refusing_port, reply, serving

both = pytest.mark.anyio


def pool_of(*, most_idle: int = 10, keepalive: float = 5.0) -> ConnectionPool:
    return ConnectionPool(
        lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), most_idle=most_idle, keepalive=keepalive
    )


async def send(pool: ConnectionPool, port: int, path: str = "/", *, read: float = 5) -> Answer:
    request = Request("GET", f"http://127.0.0.1:{port}{path}")
    return await pool.send(request, Timeouts(connect=5, read=read), Attempt())


async def read(answer: Answer) -> bytes:
    try:
        return b"".join([piece async for piece in answer])
    finally:
        await answer.aclose()


async def ask(pool: ConnectionPool, port: int, path: str = "/") -> bytes:
    return await read(await send(pool, port, path))


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
        answer = await send(pool, port)
        assert await ask(pool, port) == b"2"
        await anyio.sleep(0.03)
        await read(answer)
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
        answer = await send(pool, port, "/half")
        assert await anext(answer)
        await answer.aclose()
        await answer.aclose()
        await server.settled(0)
        # It has an end now.
        assert [piece async for piece in answer] == []
        # An answer of which nothing was read at all.
        answer = await send(pool, port, "/half")
        await answer.aclose()
        await server.settled(0)
        assert await ask(pool, port) == b"3"
        await pool.aclose()


@both
@pytest.mark.parametrize("path", ["/never", "/half"])
async def test_a_cancelled_request_costs_its_connection_and_nothing_else(path: str) -> None:
    server, pool = Server(), pool_of()

    async def asked() -> None:
        await ask(pool, port, path)

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
        answer = await send(pool, port)
        await pool.aclose()
        assert await read(answer) == b"1"
        await server.settled(0)


@both
async def test_an_answer_that_is_cut_is_lost() -> None:
    async def cut(stream: anyio.abc.ByteStream) -> None:
        await read_request(stream)
        await stream.send(reply(b"hello")[:-1])

    pool = pool_of()
    async with serving(cut) as port:
        answer = await send(pool, port)
        with pytest.raises(ConnectionLost, match="no whole HTTP answer: peer closed connection"):
            await read(answer)
        await pool.aclose()


@both
async def test_what_comes_before_an_answer_is_passed_over() -> None:
    async def hint(stream: anyio.abc.ByteStream) -> None:
        await read_request(stream)
        await stream.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n")
        await stream.send(reply(b"hello"))

    pool = pool_of()
    async with serving(hint) as port:
        assert await ask(pool, port) == b"hello"
        await pool.aclose()


@both
async def test_a_connection_with_something_left_over_is_not_used_again() -> None:
    async def babble(stream: anyio.abc.ByteStream) -> None:
        await read_request(stream)
        await stream.send(reply(b"hello") + b"more")

    pool = pool_of()
    async with serving(babble) as port:
        assert await ask(pool, port) == b"hello"
        assert await ask(pool, port) == b"hello"
        await pool.aclose()


@both
async def test_a_connection_that_cannot_be_made_means_that_nothing_was_sent() -> None:
    port, attempt = refusing_port(), Attempt(queued=False)
    request = Request("GET", f"http://127.0.0.1:{port}/")
    with pytest.raises(NotConnected, match=f"127.0.0.1:{port} cannot be reached"):
        await pool_of().send(request, Timeouts(5, 5), attempt)
    assert not attempt.reached


@both
async def test_silence_is_borne_for_so_long() -> None:
    server, pool = Server(), pool_of()
    async with serving(server.serve) as port:
        with pytest.raises(TimedOut, match=r"nothing came for 0\.02 s"):
            await send(pool, port, "/never", read=0.02)
        await server.settled(0)
        answer = await send(pool, port, "/half", read=0.02)
        with pytest.raises(TimedOut):
            await read(answer)
        await server.settled(0)
        await pool.aclose()


class Canned(Stream):
    """Answer every request at once; know when it was closed."""

    def __init__(self) -> None:
        self.closed_at: float | None = None

    async def read(self, timeout: float) -> bytes:
        return reply(b"hello")

    async def write(self, data: bytes, timeout: float) -> None:
        del data, timeout

    def close(self) -> None:
        self.closed_at = asyncio.get_running_loop().time()

    @property
    def disturbed(self) -> bool:
        return False


@pytest.mark.asyncio
@pytest.mark.virtual_time
async def test_what_nobody_uses_any_more_is_closed_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    streams: list[Canned] = []

    async def connect(*_: object) -> Stream:
        streams.append(Canned())
        return streams[-1]

    monkeypatch.setattr("_telephony_core.pool.connect", connect)
    pool, began = pool_of(keepalive=5), anyio.current_time()
    # One is given back at once, one after 2 s, and one, to another place, after 3 s.
    first, second, third = await send(pool, 1), await send(pool, 1), await send(pool, 2)
    await read(first)
    await anyio.sleep(2)
    await read(second)
    await anyio.sleep(1)
    await read(third)
    await anyio.sleep(60)
    closed = [stream.closed_at and stream.closed_at - began for stream in streams]
    # It is looked at every 5 s, and none is closed before its time.
    assert closed == pytest.approx([5, 10, 10])
    # And so it is when something comes back again later.
    await read(await send(pool, 1))
    await anyio.sleep(60)
    assert streams[-1].closed_at == pytest.approx(began + 68)
    await pool.aclose()


@both
async def test_chaos_loses_no_connection() -> None:
    server, pool = Server(), pool_of(most_idle=3)
    paths = ["/", "/slow", "/never", "/half", "/close"]

    async def one(number: int, timeout: float) -> None:
        with suppress(ConnectionFailure), anyio.move_on_after(timeout):
            await ask(pool, port, paths[number % len(paths)])

    async with serving(server.serve) as port:
        async with anyio.create_task_group() as group:
            for number in range(60):
                group.start_soon(one, number, 0.001 * (number % 40))
        with anyio.fail_after(2):
            while server.open > 3:  # noqa: ASYNC110
                await anyio.sleep(0.001)
        await ask(pool, port)
        await pool.aclose()
        await server.settled(0)
