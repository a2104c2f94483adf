"""A bad network and a bad server, over real sockets: what acts is done once, and nothing leaks."""

from __future__ import annotations

import asyncio
import logging
import random
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import pytest
from attrs import frozen

from daktela_async import (
    DaktelaClient,
    NotSent,
    OutcomeUnknown,
    ProtocolError,
    RateLimited,
    ReplyLost,
    RetryPolicy,
    ServerUnavailable,
    StatusError,
    TelephonyError,
)
from daktela_async.sandbox import Sandbox, faults

#: Repeats as often as the default, without waiting.
AT_ONCE = RetryPolicy(first_delay=0.0, longest_delay=0.0)
PASSWORD = "hunter2-in-the-rain"


@frozen
class Action:
    """A call that acts anew each time, by the action that it sends."""

    name: str
    call: Callable[[DaktelaClient], Coroutine[Any, Any, object]]


ACTIONS = (
    Action("CreateCall", lambda daktela: daktela.calls.create_for_user("novak", "602123456")),
    Action("SendSMS", lambda daktela: daktela.sms.send("602123456", "Dobrý den")),
    Action("SendSMSConnect", lambda daktela: daktela.sms_connect.send("+420602123456", "Ahoj")),
    Action(
        "CreateRecord", lambda daktela: daktela.records.create(queue="5001", number="602123456")
    ),
    Action(
        "CreateEvent", lambda daktela: daktela.events.create("Custom_order", params={"id": "7"})
    ),
)


@frozen
class Bad:
    """A bad answer, the error of a call that acts, and that of a read."""

    name: str
    fault: faults.Fault
    of_action: type[TelephonyError]
    of_read: type[TelephonyError]


BAD = (
    Bad("lost", faults.LostReply(after_acting=True), OutcomeUnknown, ReplyLost),
    Bad("lost early", faults.LostReply(after_acting=False), OutcomeUnknown, ReplyLost),
    Bad("cut body", faults.CutBody(), OutcomeUnknown, ReplyLost),
    Bad("HTML page", faults.HtmlPage(after_acting=True), OutcomeUnknown, ProtocolError),
    Bad("500", faults.Status(500, after_acting=True), OutcomeUnknown, ServerUnavailable),
    Bad("503", faults.Status(503), OutcomeUnknown, ServerUnavailable),
    Bad("429", faults.Status(429), RateLimited, RateLimited),
    Bad("malformed", faults.Malformed(), OutcomeUnknown, ProtocolError),
    Bad("false gzip", faults.FalseGzip(), OutcomeUnknown, ProtocolError),
    Bad("bomb", faults.GzipBomb(size=20_000_000), OutcomeUnknown, ProtocolError),
    Bad("moved", faults.Redirect("https://x.example/", 301), StatusError, StatusError),
)


def client(sandbox: Sandbox) -> DaktelaClient:
    return DaktelaClient(
        sandbox.url, login="boss", password=PASSWORD, retry=AT_ONCE, max_body=1_000_000
    )


def serving_sandbox() -> Sandbox:
    return Sandbox(login="boss", password=PASSWORD)


def told(error: BaseException | None) -> str:
    """Return all that an exception and what led to it would show."""
    texts: list[str] = []
    while error is not None:
        texts += [str(error), repr(error), *getattr(error, "__notes__", ())]
        error = error.__cause__ or error.__context__
    return "\n".join(texts)


@pytest.mark.anyio
@pytest.mark.parametrize("bad", BAD, ids=[bad.name for bad in BAD])
async def test_what_acts_is_done_once_and_shows_no_secret(
    bad: Bad, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sandbox = serving_sandbox()
    async with sandbox.serving(), client(sandbox) as daktela:
        sandbox.agents["novak"].log_in("5001")
        shown = repr(daktela)
        for action in ACTIONS:
            sandbox.log.clear()
            sandbox.faults.add(action.name, bad.fault)
            with pytest.raises(bad.of_action) as caught:
                await action.call(daktela)
            assert sandbox.log.count() == sandbox.log.count(action.name) == 1
            assert sandbox.log.acted(action.name) <= 1
            assert caught.value.call == f"GET {action.name}"
            shown += told(caught.value)
        sandbox.faults.add("GetQueues", bad.fault, times=None)
        with pytest.raises(bad.of_read) as read:
            await daktela.queues.list()
        shown += told(read.value)
        shown += "".join(f"{record.url}{record!r}" for record in sandbox.log)
        sandbox.faults.clear()
        assert await daktela.queues.list()
    for secret in (PASSWORD, sandbox.access_token):
        assert secret not in shown
        assert secret not in caplog.text


@pytest.mark.anyio
async def test_a_read_is_made_again_and_succeeds() -> None:
    sandbox = serving_sandbox()
    async with sandbox.serving(), client(sandbox) as daktela:
        sandbox.faults.add("GetQueues", faults.LostReply(after_acting=True), times=2)
        assert await daktela.queues.list()
        assert sandbox.log.count("GetQueues") == 3


@pytest.mark.anyio
async def test_nobody_there_is_not_sent(unused_port: int) -> None:
    async with DaktelaClient(
        f"http://127.0.0.1:{unused_port}", access_token="t0ken", retry=AT_ONCE
    ) as daktela:
        with pytest.raises(NotSent):
            await daktela.sms.send("602123456", "Dobrý den")


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


# Cancellation.


@pytest.mark.repetitive
@pytest.mark.asyncio
@pytest.mark.parametrize("how", ["scope", "timeout", "cancel"])
async def test_thousands_of_cancelled_calls_leave_the_client_whole(how: str) -> None:
    """10 000 calls in all, cancelled at random moments in each of the three ways."""
    dice = random.Random(f"cancelled by {how}")
    sandbox = serving_sandbox()

    async def one(daktela: DaktelaClient) -> None:
        moment = dice.uniform(0, 0.05)
        call = daktela.queues.list()
        if how == "scope":
            with anyio.move_on_after(moment):
                await call
            return
        if how == "timeout":
            try:
                async with asyncio.timeout(moment):
                    await call
            except TimeoutError:
                return
            return
        task = asyncio.create_task(call)
        await asyncio.sleep(moment)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async with (
        sandbox.serving(),
        DaktelaClient(sandbox.url, login="boss", password=PASSWORD, max_connections=8) as daktela,
    ):
        for _ in range(34):
            await asyncio.gather(*(one(daktela) for _ in range(100)))
        answers = await asyncio.gather(*(daktela.queues.list() for _ in range(100)))
        assert all(answers)
