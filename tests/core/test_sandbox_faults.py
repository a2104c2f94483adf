"""Every fault, seen over a real connection and through the in-process client."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import TypeAlias

import anyio
import httpx
import pytest
import trio.testing
from starlette.types import Message, Receive, Scope, Send

from _telephony_core.sandbox import faults
from _telephony_core.sandbox.exchange import Exchange, Reply
from _telephony_core.sandbox.in_process import InProcessTransport
from _telephony_core.sandbox.runner import ServerThread

pytestmark = pytest.mark.anyio

BODY = '{"account": {"balance": "123,45 zł"}}'.encode()


class App:
    """An application that does one thing, with the planned faults."""

    def __init__(self) -> None:
        self.plan = faults.FaultPlan()
        self.acted = 0
        self.statuses: list[int | None] = []

    def _act(self) -> Reply:
        self.acted += 1
        return Reply(BODY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        exchange = Exchange(
            scope,
            receive,
            send,
            act=self._act,
            error=lambda code: Reply(f"error {code}".encode()),
            note=self.statuses.append,
        )
        fault = self.plan.take(scope["path"])
        if fault is None:
            await exchange.send(exchange.act())
        else:
            await fault.apply(exchange)


Client: TypeAlias = httpx.AsyncClient


async def until(done: Callable[[], bool]) -> None:
    with anyio.fail_after(5):
        while not done():  # noqa: ASYNC110  (it happens in the server's thread)
            await anyio.sleep(0.001)


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture(params=["socket", "in process"])
async def client(app: App, request: pytest.FixtureRequest) -> AsyncGenerator[Client]:
    if request.param == "socket":
        server = ServerThread(app)
        server.start()
        try:
            async with Client(base_url=server.url, trust_env=False) as client:
                yield client
        finally:
            server.stop()
    else:
        async with Client(transport=InProcessTransport(app), base_url="http://server") as client:
            yield client


async def test_without_a_fault_all_is_well(app: App, client: Client) -> None:
    response = await client.post("/", content=b"x" * 100_000)
    assert (response.status_code, response.content) == (200, BODY)
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert "date" in response.headers
    assert app.statuses == [200]


@pytest.mark.parametrize("after_acting", [True, False])
async def test_late(app: App, client: Client, after_acting: bool) -> None:
    app.plan.add("*", faults.Late(0.06, after_acting=after_acting))
    begin = time.monotonic()
    response = await client.get("/")
    assert response.content == BODY
    # The clock of Windows may tick only every 16 ms.
    assert time.monotonic() - begin >= 0.03
    assert app.acted == 1


async def test_late_while_a_long_request_still_arrives(app: App, client: Client) -> None:
    app.plan.add("*", faults.Late(0.03))
    assert (await client.post("/", content=b"x" * 1_000_000)).content == BODY


@pytest.mark.parametrize("after_acting", [True, False])
async def test_late_for_a_caller_that_hangs_up(after_acting: bool) -> None:
    app = App()
    app.plan.add("*", faults.Late(60, after_acting=after_acting))
    server = ServerThread(app)
    server.start()
    try:
        async with Client(base_url=server.url, trust_env=False, timeout=0.5) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get("/")
        await until(lambda: app.statuses == [None])  # the server has noticed
        assert app.acted == int(after_acting)
    finally:
        server.stop()


@pytest.mark.parametrize("after_acting", [True, False])
async def test_lost_reply_by_a_reset(app: App, client: Client, after_acting: bool) -> None:
    app.plan.add("*", faults.LostReply(after_acting=after_acting))
    with pytest.raises(httpx.ReadError):
        await client.get("/")
    await until(lambda: app.statuses[-1:] == [None])
    assert app.acted == int(after_acting)
    assert (await client.get("/")).content == BODY


async def test_lost_reply_by_a_closed_connection(app: App, client: Client) -> None:
    app.plan.add("*", faults.LostReply(after_acting=True, reset=False))
    with pytest.raises(httpx.RemoteProtocolError):
        await client.get("/")
    assert app.acted == 1


@pytest.mark.parametrize("keep", [0.0, 0.5])
async def test_cut_body(app: App, client: Client, keep: float) -> None:
    app.plan.add("*", faults.CutBody(keep))
    got: list[bytes] = []

    async def read(response: httpx.Response) -> None:
        async for part in response.aiter_bytes():
            got.append(part)  # noqa: PERF401  (what came before the error counts)

    async with client.stream("GET", "/") as response:
        assert response.headers["content-length"] == str(len(BODY))
        with pytest.raises(httpx.RemoteProtocolError):
            await read(response)
    assert b"".join(got) == BODY[: int(len(BODY) * keep)]
    await until(lambda: app.statuses == [200, None, None])
    assert app.acted == 1


async def test_a_reset_in_the_middle_of_a_body(app: App, client: Client) -> None:
    class Reset(faults.Fault):
        async def apply(self, exchange: Exchange) -> None:
            await exchange.start(exchange.act())
            await exchange.part(b"x")
            await exchange.drop(reset=True)

    app.plan.add("*", Reset())
    with pytest.raises(httpx.ReadError):
        await client.get("/")


async def test_a_length_that_promises_too_little(app: App, client: Client) -> None:
    app.plan.add("*", faults.WrongLength(-5))
    assert (await client.get("/")).content == BODY[:-5]
    assert (app.acted, app.statuses) == (1, [200])


async def test_a_length_below_nothing_is_nothing(app: App, client: Client) -> None:
    app.plan.add("*", faults.WrongLength(-1000))
    assert (await client.get("/")).content == b""


def test_the_surplus_is_there_on_the_connection(app: App) -> None:
    app.plan.add("*", faults.WrongLength(-5))
    server = ServerThread(app)
    server.start()
    try:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=5) as link:
            link.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            got = b""
            while not got.endswith(BODY):
                got += link.recv(65536)
        assert f"content-length: {len(BODY) - 5}\r\n".encode() in got
    finally:
        server.stop()


async def test_a_length_that_promises_too_much(app: App, client: Client) -> None:
    app.plan.add("*", faults.WrongLength(3))
    with anyio.move_on_after(0.5) as scope:
        await client.get("/")
    assert scope.cancelled_caught
    assert app.acted == 1


@pytest.mark.parametrize("after_acting", [True, False])
async def test_html_page(app: App, client: Client, after_acting: bool) -> None:
    app.plan.add("*", faults.HtmlPage(after_acting=after_acting))
    response = await client.get("/")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert "prace serwisowe" in response.text
    assert app.acted == int(after_acting)


@pytest.mark.parametrize("after_acting", [True, False])
async def test_status(app: App, client: Client, after_acting: bool) -> None:
    app.plan.add("*", faults.Status(429, "7", b"slowly", after_acting=after_acting))
    response = await client.get("/")
    assert (response.status_code, response.content) == (429, b"slowly")
    assert response.headers["retry-after"] == "7"
    assert app.acted == int(after_acting)


async def test_status_without_advice(app: App, client: Client) -> None:
    app.plan.add("*", faults.Status(503))
    response = await client.get("/")
    assert (response.status_code, "retry-after" in response.headers) == (503, False)
    assert (app.acted, app.statuses) == (0, [503])


@pytest.mark.parametrize("after_acting", [True, False])
async def test_api_error(app: App, client: Client, after_acting: bool) -> None:
    app.plan.add("*", faults.ApiError(-1000, after_acting=after_acting))
    assert (await client.get("/")).text == "error -1000"
    assert app.acted == int(after_acting)


async def test_api_error_of_an_api_without_codes(app: App, client: Client) -> None:
    app.plan.add("*", faults.ApiError("in words"))
    assert (await client.get("/")).text == "error in words"


@pytest.mark.parametrize("after_acting", [True, False])
async def test_malformed(app: App, client: Client, after_acting: bool) -> None:
    app.plan.add("*", faults.Malformed(b"\xff{", "text/json", after_acting=after_acting))
    response = await client.get("/")
    assert (response.content, response.headers["content-type"]) == (b"\xff{", "text/json")
    assert app.acted == int(after_acting)


async def test_slow_drip(app: App, client: Client) -> None:
    app.plan.add("*", faults.SlowDrip(size=10, delay=0.03))
    begin = time.monotonic()
    assert (await client.get("/")).content == BODY
    assert time.monotonic() - begin >= 0.02


async def test_slow_drip_ends_with_the_caller(app: App) -> None:
    app.plan.add("*", faults.SlowDrip(size=1, delay=0.02))
    server = ServerThread(app)
    server.start()
    try:
        async with (
            Client(base_url=server.url, trust_env=False) as client,
            client.stream("GET", "/") as response,
        ):
            assert response.status_code == 200
        await until(lambda: app.statuses == [200, None])
    finally:
        server.stop()


@pytest.mark.parametrize("after_acting", [True, False])
async def test_redirect(app: App, client: Client, after_acting: bool) -> None:
    app.plan.add("*", faults.Redirect("http://elsewhere/", 307, after_acting=after_acting))
    response = await client.get("/")
    assert (response.status_code, response.headers["location"]) == (307, "http://elsewhere/")
    assert app.acted == int(after_acting)


async def test_set_cookie(app: App, client: Client) -> None:
    app.plan.add("*", faults.SetCookie("a=b"))
    response = await client.get("/")
    assert (response.headers["set-cookie"], response.content) == ("a=b", BODY)


async def test_wrong_encoding(app: App, client: Client) -> None:
    app.plan.add("*", faults.WrongEncoding())
    response = await client.get("/")
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.content.decode("iso-8859-2") == BODY.decode()
    with pytest.raises(UnicodeDecodeError):
        response.content.decode()


async def test_false_gzip(app: App, client: Client) -> None:
    app.plan.add("*", faults.FalseGzip())
    async with client.stream("GET", "/") as response:
        raw = b"".join([part async for part in response.aiter_raw()])
    assert (response.headers["content-encoding"], raw) == ("gzip", BODY)


async def test_gzip_bomb(app: App, client: Client) -> None:
    app.plan.add("*", faults.GzipBomb(1_000_001))
    async with client.stream("GET", "/") as response:
        packed = b"".join([part async for part in response.aiter_raw()])
    assert response.headers["content-encoding"] == "gzip"
    assert len(packed) < 10_000
    assert gzip.decompress(packed) == b" " * 1_000_001
    assert app.acted == 1


async def test_huge_body(app: App, client: Client) -> None:
    app.plan.add("*", faults.HugeBody(200_001))
    response = await client.get("/")
    assert response.content == b" " * 200_001


async def test_a_huge_body_ends_with_the_reader(app: App) -> None:
    app.plan.add("*", faults.HugeBody())
    server = ServerThread(app)
    server.start()
    try:
        async with (
            Client(base_url=server.url, trust_env=False) as client,
            client.stream("GET", "/") as response,
        ):
            assert response.headers["content-length"] == "5000000000"
        await until(lambda: app.statuses == [200, None])
    finally:
        server.stop()


async def test_on_another_server_a_fault_that_needs_the_connection_says_so(app: App) -> None:
    app.plan.add("*", faults.LostReply(after_acting=False))

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    with pytest.raises(RuntimeError, match="the sandbox's own server"):
        await app({"type": "http", "path": "/"}, receive, send)


async def test_in_process_a_body_is_read_whole(app: App) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"piece"

    async with Client(transport=InProcessTransport(app), base_url="http://server") as client:
        assert (await client.post("/", content=pieces())).content == BODY


def test_in_process_waiting_takes_virtual_time(app: App) -> None:
    app.plan.add("*", faults.Late(3600))
    app.plan.add("*", faults.SlowDrip(delay=60))

    async def main() -> tuple[float, bool]:
        async with Client(transport=InProcessTransport(app), base_url="http://server") as client:
            begin = anyio.current_time()
            await client.get("/")
            took = anyio.current_time() - begin
            with anyio.move_on_after(30) as scope:
                await client.get("/")
        return took, scope.cancelled_caught

    virtual = trio.testing.MockClock(autojump_threshold=0)
    took, timed_out = trio.run(main, clock=virtual)
    assert took == pytest.approx(3600)
    assert timed_out


def drawn(plan: faults.FaultPlan, *paths: str) -> list[faults.Fault | None]:
    return [plan.take(path) for path in paths]


def test_faults_come_in_order_and_as_often_as_planned() -> None:
    plan = faults.FaultPlan()
    late, html = faults.Late(1), faults.HtmlPage()
    plan.add("a", late, times=2)
    plan.add("*", html)
    assert repr(plan) == "<FaultPlan of 2 faults>"
    assert drawn(plan, "b", "a", "a", "a") == [html, late, late, None]
    assert len(plan) == 0


def test_a_fault_may_stay_until_it_is_cleared() -> None:
    plan = faults.FaultPlan()
    plan.add("a", faults.Status(503), times=None)
    assert drawn(plan, *"aaab") == [faults.Status(503)] * 3 + [None]
    plan.clear()
    assert plan.take("a") is None


def test_names_are_brought_to_one_form_and_misspelt_ones_refused() -> None:
    bare: Callable[[str], str] = lambda path: path.strip("/")  # noqa: E731
    plan = faults.FaultPlan(["sms/send"], bare)
    plan.add("/sms/send/", faults.Late(1))
    assert plan.take("sms/send") == faults.Late(1)
    with pytest.raises(ValueError, match="no method 'sms/sned'"):
        plan.add("sms/sned", faults.Late(1))
    with pytest.raises(ValueError, match="at least once"):
        plan.add("sms/send", faults.Late(1), times=0)
