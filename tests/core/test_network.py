"""Streams are made once or not at all, bear what servers do, and are never left behind."""

from __future__ import annotations

import asyncio
import gc
import random
import socket
import ssl
import struct
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import anyio.abc
import anyio.streams.tls
import pytest

from _telephony_core import network, network_asyncio
from _telephony_core.failures import ConnectionLost, NotConnected, TimedOut
from _telephony_core.network import Address, Stream, connect
from tests.core.helpers import CERTIFICATE, CERTIFICATE_KEY, refusing_port, serving

both = pytest.mark.anyio
MEGABYTE = 1 << 20
#: Seconds that nothing here takes, even on a busy machine.
PATIENCE = 30


def sockets() -> int:
    """Count the sockets that this process holds."""
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("only Linux lists what a process has open there")
    count = 0
    for path in descriptors.iterdir():
        try:
            count += str(path.readlink()).startswith("socket:")
        except OSError:
            continue
    return count


@pytest.fixture
def server_tls(tmp_path: Path) -> ssl.SSLContext:
    (tmp_path / "server.pem").write_text(CERTIFICATE_KEY + CERTIFICATE)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "server.pem")
    return context


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cadata=CERTIFICATE)


async def echo(stream: anyio.abc.ByteStream) -> None:
    while True:
        await stream.send(await stream.receive())


def over_tls(
    context: ssl.SSLContext, serve: Callable[[anyio.abc.ByteStream], Awaitable[None]]
) -> Callable[[anyio.abc.ByteStream], Awaitable[None]]:
    async def serve_tls(stream: anyio.abc.ByteStream) -> None:
        await serve(
            await anyio.streams.tls.TLSStream.wrap(
                stream, ssl_context=context, server_side=True, standard_compatible=False
            )
        )

    return serve_tls


async def read_all(stream: Stream, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = await stream.read(PATIENCE)
        assert piece, "the server closed early"
        data += piece
    return data


@both
@pytest.mark.parametrize("tls", [False, True])
async def test_bytes_go_and_come(tls: bool, server_tls: ssl.SSLContext) -> None:
    data = random.Random(1).randbytes((2 if tls else 16) * MEGABYTE)
    async with serving(over_tls(server_tls, echo) if tls else echo) as port:
        stream = await connect("127.0.0.1", port, trusting() if tls else None, PATIENCE)

        async def write() -> None:
            await stream.write(data, PATIENCE)

        async with anyio.create_task_group() as group:
            group.start_soon(write)
            assert await read_all(stream, len(data)) == data
        stream.close()


@both
@pytest.mark.parametrize("tls", [False, True])
async def test_the_end_of_a_stream_is_no_bytes(tls: bool, server_tls: ssl.SSLContext) -> None:
    async def bye(stream: anyio.abc.ByteStream) -> None:
        await stream.send(b"bye")

    async with serving(over_tls(server_tls, bye) if tls else bye) as port:
        stream = await connect("127.0.0.1", port, trusting() if tls else None, PATIENCE)
        assert await read_all(stream, 3) == b"bye"
        assert await stream.read(PATIENCE) == b""
        assert await stream.read(PATIENCE) == b""
        assert stream.disturbed
        stream.close()


@both
async def test_what_the_server_said_before_it_closed_can_be_read_after_a_failed_write() -> None:
    async def refuse(stream: anyio.abc.ByteStream) -> None:
        await stream.send(b"too large")

    async with serving(refuse) as port:
        stream = await connect("127.0.0.1", port, None, PATIENCE)
        await anyio.sleep(0.02)
        for _ in range(3):
            await stream.write(bytes(100), PATIENCE)
        assert await stream.read(PATIENCE) == b"too large"
        stream.close()


@both
async def test_a_reset_is_a_lost_connection() -> None:
    async def reset(stream: anyio.abc.ByteStream) -> None:
        await stream.receive()
        raw: socket.socket = stream.extra(anyio.abc.SocketAttribute.raw_socket)  # noqa: S610
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async with serving(reset) as port:
        stream = await connect("127.0.0.1", port, None, PATIENCE)
        await stream.write(b"x", PATIENCE)
        with pytest.raises(ConnectionLost, match=r"the connection broke: .*reset"):
            await stream.read(PATIENCE)
        stream.close()


@both
@pytest.mark.parametrize("tls", [False, True])
async def test_silence_has_a_limit(tls: bool, server_tls: ssl.SSLContext) -> None:
    async def hush(stream: anyio.abc.ByteStream) -> None:
        await anyio.sleep_forever()

    async with serving(over_tls(server_tls, hush) if tls else hush) as port:
        stream = await connect("127.0.0.1", port, trusting() if tls else None, PATIENCE)
        with pytest.raises(TimedOut, match=r"nothing came for 0\.02 s"):
            await stream.read(0.02)
        stream.close()


@both
async def test_a_server_that_takes_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        stream = await connect("127.0.0.1", server.getsockname()[1], None, PATIENCE)
        with pytest.raises(TimedOut, match=r"nothing went for 0\.1 s"):
            await stream.write(bytes(32 * MEGABYTE), 0.1)
        stream.close()


@pytest.mark.repetitive
@pytest.mark.asyncio
async def test_a_slow_reader_holds_the_server_back() -> None:
    sent = 0

    async def flood(stream: anyio.abc.ByteStream) -> None:
        nonlocal sent
        for _ in range(64):
            await stream.send(bytes(MEGABYTE))
            sent += 1

    async with serving(flood) as port:
        stream = await connect("127.0.0.1", port, None, PATIENCE)
        await anyio.sleep(0.1)
        # What the system's buffers take, and one portion.
        assert sent < 32
        assert len(await read_all(stream, 64 * MEGABYTE)) == 64 * MEGABYTE
        stream.close()


@both
async def test_what_comes_while_nobody_reads_disturbs() -> None:
    go = anyio.Event()

    async def talk(stream: anyio.abc.ByteStream) -> None:
        await go.wait()
        await stream.send(b"?")
        await anyio.sleep_forever()

    async with serving(talk) as port:
        stream = await connect("127.0.0.1", port, None, PATIENCE)
        assert not stream.disturbed
        go.set()
        await anyio.sleep(0.02)
        assert stream.disturbed
        stream.close()


@both
async def test_nobody_there_is_not_connected() -> None:
    port = refusing_port()
    with pytest.raises(NotConnected, match=f"127.0.0.1:{port} cannot be reached: .*111"):
        await connect("127.0.0.1", port, None, PATIENCE)
    with pytest.raises(NotConnected, match=f"::1:{port} cannot be reached"):
        await connect("::1", port, None, PATIENCE)


@both
async def test_a_handshake_that_is_cut_or_no_tls_is_not_connected() -> None:
    async def hang_up(stream: anyio.abc.ByteStream) -> None:
        await stream.receive()

    async def speak_otherwise(stream: anyio.abc.ByteStream) -> None:
        await stream.receive()
        await stream.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await stream.receive()

    for serve, what in ((hang_up, "closed the connection"), (speak_otherwise, "WRONG_VERSION")):
        async with serving(serve) as port:
            with pytest.raises(NotConnected, match=f"no TLS with 127.0.0.1:{port}: .*{what}"):
                await connect("127.0.0.1", port, trusting(), PATIENCE)


@both
async def test_a_broken_tls_record_is_a_lost_connection(server_tls: ssl.SSLContext) -> None:
    async def spoil(stream: anyio.abc.ByteStream) -> None:
        await anyio.streams.tls.TLSStream.wrap(
            stream, ssl_context=server_tls, server_side=True, standard_compatible=False
        )
        await stream.send(b"\x17\x03\x03\x00\x10" + bytes(16))
        await anyio.sleep_forever()

    async with serving(spoil) as port:
        stream = await connect("127.0.0.1", port, trusting(), PATIENCE)
        with pytest.raises(ConnectionLost, match="TLS broke"):
            await stream.read(PATIENCE)
        with pytest.raises(ConnectionLost, match="TLS broke"):
            await stream.write(b"x", PATIENCE)
        stream.close()


# Several addresses.


class Dialled:
    """Stand for the system: some addresses answer after a while, some never, some refuse."""

    def __init__(self, **delays: float | None) -> None:
        self.delays = delays
        self.closed: list[str] = []
        self.tried: list[str] = []

    async def __call__(self, address: Address) -> Stream:
        name = str(address[1][0])
        self.tried.append(name)
        delay = self.delays[name]
        if delay is None:
            raise ConnectionRefusedError(111, f"{name} refuses")
        await anyio.sleep(delay)
        return Silent(name, self)


class Silent(Stream):
    def __init__(self, name: str, dialled: Dialled) -> None:
        self.name = name
        self._dialled = dialled

    async def read(self, timeout: float) -> bytes:
        return b""

    async def write(self, data: bytes, timeout: float) -> None:
        del data, timeout

    def close(self) -> None:
        self._dialled.closed.append(self.name)

    @property
    def disturbed(self) -> bool:
        return False


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make up a host with three addresses of two families."""

    async def getaddrinfo(*_: object, **__: object) -> list[tuple[object, ...]]:
        v6, v4 = socket.AF_INET6, socket.AF_INET
        return [
            (v6, 1, 6, "", ("a", 80, 0, 0)),
            (v6, 1, 6, "", ("b", 80, 0, 0)),
            (v4, 1, 6, "", ("c", 80)),
        ]

    monkeypatch.setattr(anyio, "getaddrinfo", getaddrinfo)


def dial_by(dialled: Dialled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_asyncio, "dial", dialled)
    monkeypatch.setattr("_telephony_core.network_trio.dial", dialled)


@both
@pytest.mark.virtual_time
@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("delays", "winner", "tried", "seconds"),
    [
        ({"a": 0.1, "b": 0, "c": 0}, "a", "a", 0.1),
        # The families take turns, and a slow address is not waited for alone.
        ({"a": 9, "b": 0, "c": 0.1}, "c", "ac", 0.35),
        ({"a": None, "b": 9, "c": None}, "b", "acb", 9),
        ({"a": 0.4, "b": 0, "c": 9}, "a", "ac", 0.4),
    ],
)
async def test_the_first_address_that_answers_is_taken(
    delays: dict[str, float | None],
    winner: str,
    tried: str,
    seconds: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dialled = Dialled(**delays)
    dial_by(dialled, monkeypatch)
    began = anyio.current_time()
    stream = await connect("host.test", 80, None, 60)
    assert isinstance(stream, Silent)
    assert stream.name == winner
    assert "".join(dialled.tried) == tried
    assert anyio.current_time() - began == pytest.approx(seconds, abs=0.01)
    assert dialled.closed == []


@both
@pytest.mark.virtual_time
@pytest.mark.usefixtures("known")
async def test_two_that_answer_at_once_leave_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stubborn(Dialled):
        async def __call__(self, address: Address) -> Stream:
            stream: Stream | None = None
            with anyio.CancelScope(shield=True):
                stream = await super().__call__(address)
            assert stream is not None
            return stream

    dialled = Stubborn(a=1.0, b=1.0, c=1.0)
    dial_by(dialled, monkeypatch)
    stream = await connect("host.test", 80, None, 60)
    assert isinstance(stream, Silent)
    assert stream.name == "a"
    assert sorted(dialled.closed) == ["b", "c"]


@both
@pytest.mark.usefixtures("known")
async def test_the_first_address_says_why_none_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    dial_by(Dialled(a=None, b=None, c=None), monkeypatch)
    with pytest.raises(NotConnected, match=r"host\.test:80 cannot be reached: .*a refuses"):
        await connect("host.test", 80, None, 60)


@both
@pytest.mark.virtual_time
@pytest.mark.usefixtures("known")
async def test_connecting_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    dial_by(Dialled(a=99, b=99, c=99), monkeypatch)
    with pytest.raises(NotConnected, match=r"no connection to host\.test:80 within 7 s"):
        await connect("host.test", 80, None, 7)


@both
@pytest.mark.usefixtures("known")
async def test_a_winner_is_closed_when_nobody_wants_it_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Last(Dialled):
        async def __call__(self, address: Address) -> Stream:
            scope.cancel()
            stream: Stream | None = None
            with anyio.CancelScope(shield=True):
                stream = await super().__call__(address)
            assert stream is not None
            return stream

    dialled = Last(a=0.0, b=0.0, c=0.0)
    dial_by(dialled, monkeypatch)
    with anyio.CancelScope() as scope:
        await connect("host.test", 80, None, 60)
    assert scope.cancelled_caught
    assert dialled.closed == dialled.tried


@both
async def test_a_host_without_addresses_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object, **__: object) -> list[object]:
        return []

    monkeypatch.setattr(anyio, "getaddrinfo", nothing)
    with pytest.raises(NotConnected, match=r"host\.test:80 cannot be reached: it has no address"):
        await connect("host.test", 80, None, 60)


# Nothing is left behind.


@pytest.mark.repetitive
@pytest.mark.asyncio
@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("way", ["scope", "timeout", "cancel"])
async def test_no_socket_is_left_of_a_connection_cancelled_at_any_moment(
    way: str, tls: bool, server_tls: ssl.SSLContext
) -> None:
    dice = random.Random(f"{way}, {tls}")

    async def hush(stream: anyio.abc.ByteStream) -> None:
        await stream.receive()

    async def guarded(stream: anyio.abc.ByteStream) -> None:
        try:
            await over_tls(server_tls, hush)(stream)
        except ssl.SSLError:
            return

    client_tls = trusting() if tls else None

    async def use(port: int) -> None:
        stream = await connect("127.0.0.1", port, client_tls, PATIENCE)
        try:
            await stream.read(PATIENCE)
        finally:
            stream.close()

    async def one(port: int) -> None:
        moment = dice.uniform(0, 0.03)
        if way == "scope":
            with anyio.move_on_after(moment):
                await use(port)
        elif way == "timeout":
            try:
                async with asyncio.timeout(moment):
                    await use(port)
            except TimeoutError:
                return
        else:
            task = asyncio.create_task(use(port))
            await asyncio.sleep(moment)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    before = sockets()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with serving(guarded if tls else hush) as port:
            for _ in range(10):
                async with anyio.create_task_group() as group:
                    for _ in range(30):
                        group.start_soon(one, port)
        await asyncio.sleep(0.05)
        assert sockets() == before
        gc.collect()
    # The listener's side runs in this very process and is anyio's own affair.
    ours = [w for w in caught if "AsyncioStream" in str(w.message) or "_telephony" in w.filename]
    assert ours == []


def test_a_stream_of_a_loop_that_has_ended_is_of_no_use() -> None:
    async def disturbed(stream: Stream) -> bool:
        return stream.disturbed

    async def make(port: int) -> Stream:
        return await connect("127.0.0.1", port, None, PATIENCE)

    with warnings.catch_warnings():
        # Only its own loop could have closed it.
        warnings.simplefilter("ignore", ResourceWarning)
        with socket.create_server(("127.0.0.1", 0)) as server:
            stream = asyncio.run(make(server.getsockname()[1]))
            assert asyncio.run(disturbed(stream))
        stream.close()
        del stream
        gc.collect()


def test_readiness_is_known_without_poll_too(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = socket.socketpair()
    with one, other:
        for _ in range(2):
            assert not network.readable(one.fileno())
            other.send(b"x")
            assert network.readable(one.fileno())
            one.recv(1)
            monkeypatch.delattr("select.poll", raising=False)
