"""A bad network and a bad server, over real sockets: what is repeated, raised and shown."""

from __future__ import annotations

import logging
import socket
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import anyio
import pytest
from attrs import frozen

from spikon_async import (
    Acted,
    ClientClosed,
    DeadlineExceeded,
    GeneralFailure,
    NotSent,
    OutcomeUnknown,
    ProtocolError,
    RateLimited,
    ReplyLost,
    RetryPolicy,
    ServerUnavailable,
    SpikonClient,
    StatusError,
    TelephonyError,
    UnknownApiKey,
)
from spikon_async.sandbox import Sandbox, faults
from tests.spikon.helpers import KEY, names_in, playing, told

pytestmark = pytest.mark.anyio

#: Repeats as often as the default, without waiting.
AT_ONCE = RetryPolicy(first_delay=0.0, longest_delay=0.0)
DAY = date(2024, 5, 6)


@frozen
class Action:
    """A call that acts: its method, the call, and how the sandbox remembers what was done."""

    path: str
    call: Callable[[SpikonClient], Coroutine[Any, Any, object]]
    done: Callable[[Sandbox], int]


ACTIONS = (
    Action(
        "sms/send",
        lambda spikon: spikon.sms.send("600123456", "Dzień dobry", sender="SMS"),
        lambda sandbox: len(sandbox.sent_sms),
    ),
    Action(
        "call/initiate",
        lambda spikon: spikon.account.initiate_call("1", "600123456"),
        lambda sandbox: len(sandbox.initiated_calls),
    ),
    Action(
        "tts/generate",
        lambda spikon: spikon.tts.generate("Dzień dobry", voice="Ewa", name="Powitanie"),
        lambda sandbox: len(sandbox.state.speech.announcements),
    ),
    Action(
        "phone_book/add",
        lambda spikon: spikon.phone_books.add("Nowa"),
        lambda sandbox: sum(book.name == "Nowa" for book in sandbox.state.books.books),
    ),
    Action(
        "phone_book_element/add",
        lambda spikon: spikon.phone_books.add_entry("0", "Nowy", "600123456"),
        lambda sandbox: sum(entry.name == "Nowy" for entry in sandbox.state.books.entries),
    ),
)


def client(
    sandbox: Sandbox,
    *,
    wire_format: str = "json",
    retry: RetryPolicy = AT_ONCE,
    max_connections: int = 20,
    read_timeout: float = 10.0,
) -> SpikonClient:
    return SpikonClient(
        sandbox.api_key,
        base_url=sandbox.url,
        wire_format=wire_format,
        retry=retry,
        max_connections=max_connections,
        read_timeout=read_timeout,
        max_body=1_000_000,
    )


async def arrived(sandbox: Sandbox, count: int) -> None:
    """Wait until so many requests have reached the server, which runs in a thread of its own."""
    with anyio.fail_after(10):
        while len(sandbox.log) < count:  # noqa: ASYNC110  # nothing else tells
            await anyio.sleep(0.001)


def free_port() -> int:
    """Return a port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


# Calls that act are made once.


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "closed"])
@pytest.mark.parametrize("acted", [True, False], ids=["acted", "not acted"])
async def test_a_lost_reply_leaves_the_outcome_unknown(acted: bool, reset: bool) -> None:
    async with Sandbox.serve() as sandbox, client(sandbox) as spikon:
        for action in ACTIONS:
            sandbox.log.clear()
            sandbox.faults.add("*", faults.LostReply(after_acting=acted, reset=reset))
            with pytest.raises(OutcomeUnknown) as caught:
                await action.call(spikon)
            assert caught.value.call == f"POST /api/{action.path}"
            assert caught.value.acted is Acted.MAYBE
            assert "The server may have acted on it." in str(caught.value)
            assert isinstance(caught.value.__cause__, ReplyLost)
            assert sandbox.log.count() == sandbox.log.count(action.path) == 1
            assert sandbox.log.acted(action.path) == action.done(sandbox) == int(acted)
            # What to look at before making the call again.
            assert "before" in caught.value.advice


@frozen
class Bad:
    """A bad answer: the fault, the error of a call that acts, and that of a read."""

    name: str
    fault: faults.Fault
    of_action: type[TelephonyError]
    of_read: type[TelephonyError]


BAD = (
    Bad("cut body", faults.CutBody(), OutcomeUnknown, ReplyLost),
    Bad("HTML page", faults.HtmlPage(after_acting=True), OutcomeUnknown, ProtocolError),
    Bad("HTML 404", faults.HtmlPage(404), StatusError, StatusError),
    Bad("500", faults.Status(500, after_acting=True), OutcomeUnknown, ServerUnavailable),
    Bad("502", faults.Status(502), OutcomeUnknown, ServerUnavailable),
    Bad("503", faults.Status(503), OutcomeUnknown, ServerUnavailable),
    Bad("504", faults.Status(504, after_acting=True), OutcomeUnknown, ServerUnavailable),
    Bad("HTML 503", faults.HtmlPage(503), OutcomeUnknown, ServerUnavailable),
    Bad("429", faults.Status(429), RateLimited, RateLimited),
    Bad("403", faults.Status(403), StatusError, StatusError),
    Bad("malformed", faults.Malformed(), OutcomeUnknown, ProtocolError),
    Bad("no body", faults.Malformed(b""), OutcomeUnknown, ProtocolError),
    Bad("nothing", faults.Malformed(b'{"x": {"y": {}}}'), OutcomeUnknown, ProtocolError),
    Bad("another shape", faults.Malformed(b'{"x": {"y": 1}}'), OutcomeUnknown, ProtocolError),
    Bad("false gzip", faults.FalseGzip(), OutcomeUnknown, ProtocolError),
    Bad("bomb", faults.GzipBomb(size=20_000_000), OutcomeUnknown, ProtocolError),
    Bad("redirect", faults.Redirect("/login", after_acting=True), OutcomeUnknown, StatusError),
    Bad("moved", faults.Redirect("https://x.example/", 301), StatusError, StatusError),
    Bad("general", faults.ApiError(-1000, after_acting=True), GeneralFailure, GeneralFailure),
)

each_bad = pytest.mark.parametrize("bad", BAD, ids=[bad.name for bad in BAD])


@each_bad
async def test_a_bad_answer_to_a_call_that_acts(bad: Bad) -> None:
    async with Sandbox.serve() as sandbox, client(sandbox) as spikon:
        for action in ACTIONS:
            sandbox.log.clear()
            sandbox.faults.add("*", bad.fault)
            with pytest.raises(bad.of_action) as caught:
                await action.call(spikon)
            assert type(caught.value) is bad.of_action
            assert caught.value.call == f"POST /api/{action.path}"
            assert sandbox.log.count() == 1
            assert sandbox.log.acted() == action.done(sandbox) <= 1
            if action.done(sandbox):
                assert caught.value.acted is Acted.MAYBE
            # The connection, or its successor, is good again.
            await spikon.account.balance()


@each_bad
async def test_a_bad_answer_to_a_read(bad: Bad) -> None:
    async with Sandbox.serve() as sandbox, client(sandbox) as spikon:
        sandbox.faults.add("*", bad.fault, times=4)
        with pytest.raises(bad.of_read) as caught:
            await spikon.account.balance()
        assert type(caught.value) is bad.of_read
        assert caught.value.acted is Acted.NO
        again = bad.of_read in {ReplyLost, RateLimited} or bad.name in {
            "502",
            "503",
            "504",
            "HTML 503",
        }
        assert sandbox.log.count() == (4 if again else 1)


@pytest.mark.parametrize(
    "fault",
    [
        faults.LostReply(after_acting=True),
        faults.LostReply(after_acting=False, reset=False),
        faults.CutBody(),
        faults.Status(429),
        faults.Status(502),
        faults.HtmlPage(503),
        faults.Status(504),
    ],
    ids=repr,
)
@pytest.mark.parametrize("wire_format", ["json", "xml"])
async def test_a_read_is_repeated_and_succeeds(wire_format: str, fault: faults.Fault) -> None:
    async with Sandbox.serve() as sandbox, client(sandbox, wire_format=wire_format) as spikon:
        sandbox.faults.add("*", fault, times=3)
        assert str(await spikon.account.balance()) == "123.45"
        assert sandbox.log.count("balance/show") == 4


async def test_an_order_of_a_report_is_repeated() -> None:
    async with Sandbox.serve() as sandbox, client(sandbox) as spikon:
        sandbox.faults.add("*", faults.LostReply(after_acting=True))
        assert await spikon.call_lists.order(DAY, DAY) == "2"
        assert sandbox.log.acted("call_list/order") == 2


async def test_what_is_deleted_by_an_attempt_whose_reply_was_lost_is_deleted() -> None:
    async with Sandbox.serve(speech_delay=0) as sandbox, client(sandbox) as spikon:
        tts_id = await spikon.tts.generate("Dzień dobry", voice="Ewa", name="Powitanie")
        deletions: list[Callable[[], Awaitable[object]]] = [
            lambda: spikon.phone_books.delete_entry("1"),
            lambda: spikon.phone_books.delete("1"),
            lambda: spikon.tts.delete(tts_id),
            lambda: spikon.call_center.remove_from_incoming("1", "2"),
            lambda: spikon.call_center.remove_from_outgoing("1", "1"),
            lambda: spikon.call_center.add_to_incoming("1", "4"),
            lambda: spikon.call_center.add_to_outgoing("1", "4"),
            lambda: spikon.call_center.set_default_outgoing("1", "4"),
        ]
        for number, delete in enumerate(deletions, 1):
            sandbox.faults.add("*", faults.LostReply(after_acting=True))
            result = await delete()
            assert getattr(result, "state", "") in {"deleted", ""}
            assert getattr(result, "status", "OK") == "OK"
            assert sandbox.log.count() == 1 + 2 * number


async def test_a_refused_connection_is_known_not_to_have_sent() -> None:
    spikon = SpikonClient(KEY, base_url=f"http://127.0.0.1:{free_port()}", retry=AT_ONCE)
    async with spikon:
        for action in ACTIONS:
            with pytest.raises(NotSent) as caught:
                await action.call(spikon)
            assert caught.value.acted is Acted.NO
            assert "attempt 4" in str(caught.value)
        with pytest.raises(NotSent):
            await spikon.account.balance()


async def test_a_call_that_never_left_is_repeated_even_if_it_acts() -> None:
    port = free_port()
    sandbox = Sandbox()
    retry = RetryPolicy(first_delay=0.001, longest_delay=0.001, attempts=1000)
    async with (
        SpikonClient(sandbox.api_key, base_url=f"http://127.0.0.1:{port}", retry=retry) as spikon,
        anyio.create_task_group() as group,
    ):
        group.start_soon(ACTIONS[0].call, spikon)
        await anyio.sleep(0.01)
        async with sandbox.serving(port=port):
            with anyio.fail_after(5):
                while not sandbox.sent_sms:  # noqa: ASYNC110  # another thread serves
                    await anyio.sleep(0.001)
            # Its answer must come before the server goes.
            await spikon.account.balance()
    assert len(sandbox.sent_sms) == 1


async def test_a_deadline_that_passes_after_sending() -> None:
    async with Sandbox.serve() as sandbox, client(sandbox) as spikon:
        sandbox.faults.add("*", faults.Late(60), times=None)
        with pytest.raises(OutcomeUnknown) as caught:
            await spikon.sms.send("600123456", "Dzień dobry", sender="SMS", timeout=0.5)
        assert isinstance(caught.value.__cause__, DeadlineExceeded)
        with pytest.raises(DeadlineExceeded) as read:
            await spikon.account.balance(timeout=0.1)
        assert isinstance(read.value, TimeoutError)
        assert read.value.acted is Acted.NO
        assert len(sandbox.sent_sms) == 1


async def test_a_silent_server_is_left_after_the_read_timeout() -> None:
    async with Sandbox.serve() as sandbox, client(sandbox, read_timeout=0.5) as spikon:
        sandbox.faults.add("sms/send", faults.WrongLength(10))
        with pytest.raises(OutcomeUnknown) as caught:
            await spikon.sms.send("600123456", "Dzień dobry", sender="SMS")
        assert isinstance(caught.value.__cause__, ReplyLost)
        assert len(sandbox.sent_sms) == 1


async def test_a_surplus_on_the_connection_is_not_the_next_answer() -> None:
    async with Sandbox.serve() as sandbox, client(sandbox) as spikon:
        sandbox.faults.add("*", faults.WrongLength(-5))
        with pytest.raises(ProtocolError):
            await spikon.account.balance()
        assert str(await spikon.account.balance()) == "123.45"


async def test_cookies_are_not_kept() -> None:
    async with Sandbox.serve() as sandbox, client(sandbox) as spikon:
        sandbox.faults.add("*", faults.SetCookie())
        await spikon.account.balance()
        await spikon.account.balance()
        assert [record.headers.get("cookie") for record in sandbox.log] == [None, None]


# Retry-After, on a clock that costs nothing.


@pytest.mark.virtual_time
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("how", ["seconds", "date"])
async def test_the_server_says_when_to_come_again(how: str, status: int) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    async with playing(retry=AT_ONCE) as (sandbox, spikon):
        sandbox.faults.add("*", faults.Status(status, "20" if how == "seconds" else later))
        await spikon.account.balance()
        first, second = (record.at for record in sandbox.log)
        # A date has no fractions of a second, and the answer is made a moment later than it.
        assert 17 < second - first <= 21


@pytest.mark.virtual_time
async def test_a_server_that_wants_to_be_left_alone_for_long_is_not_asked_again() -> None:
    async with playing(retry=AT_ONCE) as (sandbox, spikon):
        sandbox.faults.add("*", faults.Status(503, "3600"))
        with pytest.raises(ServerUnavailable) as caught:
            await spikon.account.balance()
        assert caught.value.retry_after == 3600
        assert sandbox.log.count() == 1


# Cancelling.


async def test_cancelled_calls_leave_the_pool_usable() -> None:
    async with Sandbox.serve() as sandbox, client(sandbox, max_connections=5) as spikon:
        sandbox.faults.add("*", faults.Late(60), times=None)
        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(spikon.account.balance)
            await arrived(sandbox, 5)
            group.cancel_scope.cancel()
        assert sandbox.log.count() == 5
        sandbox.faults.clear()
        with anyio.fail_after(5):
            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(spikon.account.balance)
        assert sandbox.log.count() == 25


async def test_cancelled_waits_leave_the_pool_usable() -> None:
    async with (
        Sandbox.serve(order_delay=3600) as sandbox,
        client(sandbox, max_connections=2) as spikon,
    ):
        report_id = await spikon.call_lists.order(DAY, DAY)
        sandbox.faults.add("call_list/list", faults.Late(60), times=None)
        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(spikon.call_lists.wait, report_id)
            await arrived(sandbox, 2)
            group.cancel_scope.cancel()
        sandbox.faults.clear()
        with anyio.fail_after(5):
            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(spikon.account.balance)
        sandbox.clock.advance(3600)
        assert (await spikon.call_lists.wait(report_id)).ready


async def test_a_closed_client_says_so() -> None:
    async with Sandbox.serve() as sandbox:
        async with client(sandbox) as spikon:
            await spikon.account.balance()
        with pytest.raises(ClientClosed):
            await spikon.account.balance()
        assert sandbox.log.count() == 1


# Secrets.

SECRET = "Kl<u&cz+do/panelu='7%"


@pytest.mark.parametrize("wire_format", ["json", "xml"])
async def test_the_key_shows_nowhere(
    wire_format: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, logger=name)
    error = f'{{"errors": {{"error": {{"id": "-3", "text": "Unknown {SECRET}"}}}}}}'.encode()
    shown: list[str] = []
    async with Sandbox.serve(api_key=SECRET, speech_delay=0, calls=()) as sandbox:
        calls_of: list[tuple[faults.Fault | None, type[TelephonyError] | None]] = [
            (None, None),
            (faults.LostReply(after_acting=True), None),
            *((bad.fault, bad.of_read) for bad in BAD if bad.name not in {"false gzip", "bomb"}),
            (faults.Malformed(SECRET.encode(), "text/plain"), ProtocolError),
            (faults.Malformed(SECRET.encode(), "text/plain", 500), ServerUnavailable),
            (faults.Malformed(error), UnknownApiKey),
        ]
        async with client(sandbox, wire_format=wire_format) as spikon:
            for fault, kind in calls_of:
                sandbox.faults.clear()
                if fault is not None:
                    sandbox.faults.add("*", fault, times=None if kind else 1)
                if kind is None:
                    await spikon.account.balance()
                    continue
                with pytest.raises(kind) as caught:
                    await spikon.account.balance()
                shown.append(told(caught.value))
                with pytest.raises(TelephonyError) as downloading:
                    await spikon.tts.download("999", tmp_path / "a")
                shown.append(told(downloading.value))
            sandbox.faults.clear()
            saved = await spikon.tts.synthesize("x", voice="Ewa", to=tmp_path / "a")
            shown += [repr(saved), repr(spikon), str(spikon), repr(vars(spikon))]
        shown += [record.url for record in sandbox.log]
    assert names_in(tmp_path) == ["a"]
    shown += [record.getMessage() + repr(record.args) for record in caplog.records]
    assert any(record.name == "spikon_async" for record in caplog.records)
    for spelling in (SECRET, "Kl%3Cu%26cz%2Bdo%2Fpanelu%3D%277%25", "Kl&lt;u&amp;cz"):
        assert [text for text in shown if spelling in text] == []


@pytest.mark.parametrize("wire_format", ["json", "xml"])
async def test_the_key_shows_nowhere_when_it_comes_back_as_a_value(wire_format: str) -> None:
    async with Sandbox.serve() as sandbox, client(sandbox, wire_format=wire_format) as spikon:
        key = sandbox.api_key
        for body in (f'{{"account": {{"balance": "{key}"}}}}', f"<account>{key}</account>", key):
            sandbox.faults.add("*", faults.Malformed(body.encode()))
            with pytest.raises(ProtocolError) as caught:
                await spikon.account.balance()
            # The causes are printed with every traceback.
            assert key not in told(caught.value)
        sandbox.faults.add("*", faults.Redirect(f"/login?key={key}"))
        with pytest.raises(StatusError) as redirected:
            await spikon.account.balance()
        assert key not in told(redirected.value)
