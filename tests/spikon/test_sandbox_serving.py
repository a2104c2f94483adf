"""The fake server over real sockets, from asyncio, trio and plain programs."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import anyio
import httpx
import pytest
from starlette.types import Message

from spikon_async.sandbox import Sandbox, faults

pytestmark = pytest.mark.anyio


def plain_client(sandbox: Sandbox, timeout: float = 5) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=sandbox.url, trust_env=False, timeout=timeout)


async def balance(client: httpx.AsyncClient, sandbox: Sandbox) -> str:
    response = await client.post("/api/balance/show", data={"api_key": sandbox.api_key})
    found: str = response.json()["account"]["balance"]
    return found


async def test_it_serves_asyncio_and_trio_and_leaves_no_thread() -> None:
    begin = time.monotonic()
    async with Sandbox.serve(order_delay=60) as sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")
        async with plain_client(sandbox) as client:
            assert await balance(client, sandbox) == "123,45"
            key = {"api_key": sandbox.api_key}
            order = {"dir": "2", "date_start": "2024-05-06", "date_end": "2024-05-07"}
            await client.post("/api/call_list/order", data={**key, **order})
            show = {**key, "call_list_id": "1"}
            early = await client.post("/api/call_list/show", data=show)
            assert early.json()["errors"]["error"]["id"] == "-9"
            sandbox.clock.advance(60)
            ready = (await client.post("/api/call_list/show", data=show)).json()
            file = ready["call-lists"]["call-list-1"]["file"]
            assert file.startswith(sandbox.url) or file.endswith(".mp3")
        assert sandbox.log.count() == sandbox.log.acted() + 1 == 4
        assert {record.status for record in sandbox.log} == {200}
    assert time.monotonic() - begin < 30
    assert not [t for t in threading.enumerate() if t.name.startswith("sandbox on port")]


async def test_links_to_recordings_lead_to_the_server_itself() -> None:
    async with Sandbox.serve(calls=(), order_delay=0) as sandbox:
        today = sandbox.clock.datetime()
        sandbox.calls.add(today, recording="link", audio=b"sound")
        async with plain_client(sandbox) as client:
            key = {"api_key": sandbox.api_key}
            order = {"dir": "2", "date_start": f"{today:%Y-%m-%d}", "date_end": f"{today:%Y-%m-%d}"}
            await client.post("/api/call_list/order", data={**key, **order})
            show = await client.post("/api/call_list/show", data={**key, "call_list_id": "1"})
            link = show.json()["call-lists"]["call-list-1"]["file"]
            sound = await client.get(link, headers={"Spikon-API-Key": sandbox.api_key})
            assert link.startswith(f"{sandbox.url}/")
            assert sound.content == b"sound"


async def test_two_servers_know_nothing_of_each_other() -> None:
    async with Sandbox.serve(api_key="one") as one, Sandbox.serve(api_key="two") as two:
        assert one.url != two.url
        sms = {"from": "SMS", "to": "123456789", "message": "x"}
        async with plain_client(one) as first, plain_client(two) as second:
            await first.post("/api/sms/send", data={"api_key": "one", **sms})
            assert await balance(second, two) == "123,45"
            assert await balance(first, one) == "123,35"
        assert (len(one.sent_sms), len(two.sent_sms)) == (1, 0)


async def test_an_instance_can_be_served_again_and_keeps_its_state() -> None:
    sandbox = Sandbox()
    before = sandbox.url
    for number in (1, 2):
        async with sandbox.serving() as same:
            assert same is sandbox
            assert sandbox.url != before
            async with plain_client(sandbox) as client:
                await balance(client, sandbox)
        assert (sandbox.url, len(sandbox.log)) == (before, number)


def test_a_plain_program_can_use_it() -> None:
    with Sandbox().running() as sandbox:
        data = {"api_key": sandbox.api_key}
        response = httpx.post(f"{sandbox.url}/api/balance/show", data=data, trust_env=False)
        assert response.json() == {"account": {"balance": "123,45"}}


async def test_it_stops_at_once_though_a_request_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    # It would wait so long for whoever does not listen.
    monkeypatch.setattr("_telephony_core.sandbox.runner._STOP_WITHIN", 60.0)
    async with contextlib.AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox.serve())
        sandbox.faults.add("*", faults.Late(3600))
        client = await stack.enter_async_context(plain_client(sandbox, timeout=0.3))
        with pytest.raises(httpx.ReadTimeout):
            await balance(client, sandbox)
        sandbox.faults.add("*", faults.Late(3600, after_acting=False))
        host, port = sandbox.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as held:
            held.sendall(b"POST /api/balance/show HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            while len(sandbox.log) < 2:  # noqa: ASYNC110  (it happens in another thread)
                await anyio.sleep(0.001)
            begin = time.monotonic()
            await stack.aclose()
            assert time.monotonic() - begin < 10
            assert held.recv(100) == b""
    assert sandbox.log[1].status is None


async def test_a_caller_that_hangs_up_while_sending_is_no_request() -> None:
    async with Sandbox.serve() as sandbox:
        host, port = sandbox.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as link:
            link.sendall(b"POST /api/balance/show HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
            await anyio.sleep(0.02)
        async with plain_client(sandbox) as client:
            await balance(client, sandbox)
        assert len(sandbox.log) == 1


async def test_state_and_log_can_be_used_while_requests_are_answered() -> None:
    async with Sandbox.serve() as sandbox, plain_client(sandbox) as client:

        async def send() -> None:
            for _ in range(20):
                sms = {"from": "SMS", "to": "123456789", "message": "x"}
                await client.post("/api/sms/send", data={"api_key": sandbox.api_key, **sms})
                assert sandbox.log[-1].number <= len(sandbox.log)
                assert sandbox.sent_sms

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(send)
        assert len(sandbox.sent_sms) == sandbox.log.acted("sms/send") == 100
        assert [sms.id for sms in sandbox.sent_sms] == list(range(1, 101))


async def test_the_application_speaks_http_only() -> None:
    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        raise AssertionError(message)

    with pytest.raises(RuntimeError, match="HTTP only, not lifespan"):
        await Sandbox().app({"type": "lifespan"}, receive, send)
