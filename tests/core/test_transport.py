"""Bytes out, bytes in: what was sent, what may be repeated, and when it is over."""

from __future__ import annotations

import errno
import gzip
import logging
import ssl
import struct
import traceback
from contextlib import suppress
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET, socket

import anyio
import anyio.abc
import anyio.streams.tls
import httpx
import pytest

from _telephony_core.attempts import Delivery, Reply
from _telephony_core.calls import Semantics
from _telephony_core.errors import (
    Acted,
    ClientClosed,
    DeadlineExceeded,
    InvalidRequest,
    NotSent,
    ProtocolError,
    ReplyLost,
    TelephonyError,
    TransportError,
)
from _telephony_core.exchange import Attempt, Request
from _telephony_core.failures import ConnectionLost
from _telephony_core.retries import RetryPolicy
from _telephony_core.settings import TransportSettings
from _telephony_core.transport import Transport
from tests.core.helpers import (
    BASE,
    CERTIFICATE,
    CERTIFICATE_KEY,
    Answer,
    Serve,
    client_of,
    logger,
    planned,
    read_request,
    refusing_port,
    reply,
    scripted,
    serving,
    settings,
)

ACTS, READS, AGAIN = Semantics.NON_IDEMPOTENT, Semantics.SAFE, Semantics.IDEMPOTENT
POST = Request("POST", f"{BASE}/x", {"x-key": "k"}, b"a=b")

# httpx and httpcore iterate over a body by generators in generators; when a body is left unread,
# trio tells of those inside, which only httpx could close.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")

both = pytest.mark.anyio
virtual = pytest.mark.virtual_time


def of(
    semantics: Semantics, timeout: float | None = None, read_timeout: float | None = None
) -> Delivery:
    return Delivery(name="POST /x", semantics=semantics, timeout=timeout, read_timeout=read_timeout)


def real(port: int, *, attempts: int = 4, timeout: float = 5.0, **limits: float) -> Transport:
    how = TransportSettings(
        base_url=f"http://127.0.0.1:{port}",
        retry=RetryPolicy(attempts=attempts, first_delay=0),
        timeout=timeout,
        connect_timeout=limits.get("connect_timeout", 5.0),
        read_timeout=limits.get("read_timeout", 5.0),
    )
    return Transport(how, logger)


def to(port: int, scheme: str = "http") -> Request:
    return Request("POST", f"{scheme}://127.0.0.1:{port}/x", {"x-key": "k"}, b"a=b")


async def failing(transport: Transport, request: Request, delivery: Delivery) -> TransportError:
    with pytest.raises(TransportError) as caught:
        await transport.request(request, delivery)
    assert caught.value.call == delivery.name
    return caught.value


# What goes out and what comes in.


@both
async def test_a_request_goes_out_and_its_answer_comes_in() -> None:
    seen: list[bytes] = []

    async def serve(stream: anyio.abc.ByteStream) -> None:
        seen.append(await read_request(stream))
        await stream.send(reply(b"hello", headers="X-Mixed-Case: Yes\r\n"))

    async with serving(serve) as port:
        transport = real(port)
        found = await transport.request(to(port), of(ACTS))
        await transport.aclose()
    assert (found.status, found.body, found.repeated) == (200, b"hello", False)
    assert found.headers["x-mixed-case"] == "Yes"
    (head, _, body) = seen[0].partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    assert lines[0] == b"post /x http/1.1"
    assert b"x-key: k" in lines
    assert b"accept-encoding: gzip" in lines
    assert body == b"a=b"


@both
async def test_connections_are_used_again_and_renewed_when_the_server_closed_them() -> None:
    connections = 0

    async def serve(stream: anyio.abc.ByteStream) -> None:
        nonlocal connections
        connections += 1
        for _ in range(2):
            await read_request(stream)
            await stream.send(reply())

    async with serving(serve) as port:
        transport = real(port)
        for _ in range(4):
            await transport.request(to(port), of(ACTS))
            # The end of a connection takes a moment to arrive.
            await anyio.sleep(0.01)
        await transport.aclose()
    assert connections == 2


@both
@pytest.mark.parametrize("status", [200, 204, 302, 307, 404, 500])
async def test_any_status_is_an_answer_and_no_redirect_is_followed(status: int) -> None:
    script = planned(Answer(status, headers={"location": "https://other.test/"}))
    found = await scripted(script).request(POST, of(READS))
    assert found.status == status
    assert len(script.requests) == 1


@both
async def test_a_compressed_answer_is_undone() -> None:
    body = gzip.compress(b"hello")
    script = planned(Answer(body=body, headers={"content-encoding": "gzip"}, piece=3))
    found = await scripted(script).request(POST, of(READS))
    assert found.body == b"hello"


@both
@pytest.mark.parametrize(("semantics", "acted"), [(READS, "no"), (AGAIN, "maybe"), (ACTS, "maybe")])
@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (Answer(body=bytes((1 << 20) + 1)), "larger than 1048576 bytes"),
        (
            Answer(body=gzip.compress(bytes(1 << 24)), headers={"content-encoding": "gzip"}),
            "larger than 1048576 bytes",
        ),
        (Answer(body=b"xx", headers={"content-encoding": "br"}), "not asked for: 'br'"),
        (Answer(503, body=b"xx", headers={"content-encoding": "gzip"}), "damaged"),
    ],
)
async def test_an_unreadable_body_is_a_protocol_error_and_not_repeated(
    semantics: Semantics, acted: str, answer: Answer, what: str
) -> None:
    script = planned(answer)
    with pytest.raises(ProtocolError, match=what) as caught:
        await scripted(script).request(POST, of(semantics))
    assert (caught.value.acted, caught.value.status) == (acted, answer.status)
    assert caught.value.call == "POST /x"
    assert len(script.requests) == 1


@both
async def test_a_cookie_is_not_stored() -> None:
    seen: list[bytes] = []

    async def serve(stream: anyio.abc.ByteStream) -> None:
        while True:
            seen.append(await read_request(stream))
            await stream.send(reply(headers="Set-Cookie: session=1; Path=/\r\n"))

    async with serving(serve) as port:
        transport = real(port)
        await transport.request(to(port), of(READS))
        await transport.request(to(port), of(READS))
        await transport.aclose()
    assert len(seen) == 2
    assert b"cookie" not in seen[1].lower()


@both
@pytest.mark.parametrize(
    ("headers", "url"),
    [
        ({"x-key": "hunter2\r\nX-Admin: 1"}, f"{BASE}/"),
        ({"x-key": "hunter2\n"}, f"{BASE}/"),
        ({"x-key": "hunter2\0"}, f"{BASE}/"),
        ({"x hunter2": "k"}, f"{BASE}/"),
        ({"x-key": "hunter2ż"}, f"{BASE}/"),
        ({}, f"{BASE}/hunter2\r\nX-Admin: 1"),
        ({}, f"{BASE}/?{'hunter2' * 20_000}"),
    ],
)
async def test_what_no_request_can_hold_is_refused_and_not_repeated_in_the_error(
    headers: dict[str, str], url: str
) -> None:
    seen: list[bytes] = []

    async def serve(stream: anyio.abc.ByteStream) -> None:
        seen.append(await stream.receive())

    async with serving(serve) as port:
        transport = real(port)
        request = Request("GET", url.replace(BASE, f"http://127.0.0.1:{port}"), headers)
        with pytest.raises(InvalidRequest) as caught:
            await transport.request(request, of(ACTS))
        await transport.aclose()
    assert "hunter2" not in str(caught.value)
    assert seen == []


# What may be repeated.


@both
@virtual
@pytest.mark.parametrize(
    ("status", "semantics", "attempts"),
    [
        (429, READS, 4),
        (502, AGAIN, 4),
        (503, READS, 4),
        (504, READS, 4),
        (429, ACTS, 1),
        (503, ACTS, 1),
    ],
)
async def test_a_passing_trouble_is_met_with_four_attempts(
    status: int, semantics: Semantics, attempts: int
) -> None:
    script = planned(Answer(status, b"busy"))
    found = await scripted(script).request(POST, of(semantics))
    assert (found.status, found.body) == (status, b"busy")
    assert len(script.requests) == attempts
    # Who counts requests has not acted on those that are too many.
    assert found.repeated is (attempts > 1 and status != 429)
    assert {request.content for request in script.requests} == {b"a=b"}


@both
@pytest.mark.parametrize("status", [200, 302, 400, 401, 404, 500, 501, 505])
async def test_what_does_not_pass_is_not_repeated(status: int) -> None:
    script = planned(Answer(status))
    assert not (await scripted(script).request(POST, of(READS))).repeated
    assert len(script.requests) == 1


@both
async def test_an_answer_after_a_repetition_says_so() -> None:
    script = planned(Answer(503), Answer(200, b"ok"))
    assert await scripted(script).request(POST, of(READS)) == Reply(200, {}, b"ok", repeated=True)
    script = planned(Answer(error=httpx.ConnectError("refused")), Answer(200, b"ok"))
    # The first attempt never arrived: nothing was repeated.
    assert await scripted(script).request(POST, of(READS)) == Reply(200, {}, b"ok")


@both
@virtual
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 0),
        (
            {
                "retry-after": "Thu, 29 Feb 2024 12:00:30 GMT",
                "date": "Thu, 29 Feb 2024 12:00:00 GMT",
            },
            30,
        ),
    ],
)
async def test_retry_after_is_obeyed(headers: dict[str, str], wait: float) -> None:
    script = planned(Answer(503, headers=headers), Answer())
    await scripted(script).request(POST, of(READS))
    assert script.times[1] - script.times[0] == pytest.approx(wait, abs=0.1)


@both
@virtual
@pytest.mark.parametrize(("retry_after", "timeout"), [("61", 3600), ("50", 40)])
async def test_a_retry_after_that_is_too_long_ends_the_call_at_once(
    retry_after: str, timeout: float
) -> None:
    script = planned(Answer(429, headers={"retry-after": retry_after}))
    began = anyio.current_time()
    found = await scripted(script).request(POST, of(READS, timeout))
    assert found.status == 429
    assert anyio.current_time() - began < 1
    assert len(script.requests) == 1


@both
@pytest.mark.parametrize("semantics", [READS, AGAIN, ACTS])
async def test_a_call_is_repeated_when_the_connection_was_refused(semantics: Semantics) -> None:
    script = planned(
        Answer(error=httpx.ConnectError("refused")),
        Answer(error=httpx.ConnectTimeout("slow")),
        Answer(error=httpx.ProxyError("bad gateway")),
        Answer(),
    )
    found = await scripted(script).request(POST, of(semantics))
    assert found.status == 200
    assert len(script.requests) == 4


@both
@pytest.mark.parametrize("semantics", [READS, AGAIN, ACTS])
async def test_a_refused_connection_is_not_sent(semantics: Semantics) -> None:
    port = refusing_port()
    transport = real(port)
    error = await failing(transport, to(port), of(semantics))
    await transport.aclose()
    assert isinstance(error, NotSent)
    assert error.acted is Acted.NO
    assert error.transient
    assert not error.repeated
    assert "no connection, nothing was sent" in error.what
    assert "(attempt 4)" in error.what
    assert f"127.0.0.1:{port} cannot be reached" in error.what
    assert "Check the address" in error.advice
    assert isinstance(error.__cause__, ConnectionRefusedError)


@both
async def test_a_repetition_meets_the_server_that_comes_up_meanwhile() -> None:
    class Late(logging.Handler):
        """Let the server up when the first attempt has failed."""

        def emit(self, record: logging.LogRecord) -> None:
            failed.set()

    failed, handler, port = anyio.Event(), Late(), refusing_port()
    own = logging.getLogger("tests.core.late")
    own.setLevel(logging.INFO)
    own.addHandler(handler)
    how = TransportSettings(
        base_url=f"http://127.0.0.1:{port}",
        retry=RetryPolicy(attempts=100, first_delay=0.01, longest_delay=0.01),
    )
    transport = Transport(how, own)
    seen: list[bytes] = []

    async def serve() -> None:
        await failed.wait()
        async with (
            await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port) as listener,
        ):
            await listener.serve(answer)

    async def answer(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            seen.append(await read_request(stream))
            await stream.send(reply(headers="Connection: close\r\n"))

    async with anyio.create_task_group() as group:
        group.start_soon(serve)
        found = await transport.request(to(port), of(ACTS))
        assert found.status == 200
        assert not found.repeated
        group.cancel_scope.cancel()
    await transport.aclose()
    own.removeHandler(handler)
    assert len(seen) == 1


async def close_at_once(stream: anyio.abc.ByteStream) -> None:
    await read_request(stream)


async def reset(stream: anyio.abc.ByteStream) -> None:
    await read_request(stream)
    raw: socket = stream.extra(anyio.abc.SocketAttribute.raw_socket)  # noqa: S610
    raw.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))


async def cut_head(stream: anyio.abc.ByteStream) -> None:
    await read_request(stream)
    await stream.send(b"HTTP/1.1 200 OK\r\nContent-Le")


async def cut_body(stream: anyio.abc.ByteStream) -> None:
    await read_request(stream)
    await stream.send(reply(b"hello")[:-2])


async def cut_chunks(stream: anyio.abc.ByteStream) -> None:
    await read_request(stream)
    await stream.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")


async def speak_otherwise(stream: anyio.abc.ByteStream) -> None:
    await read_request(stream)
    await stream.send(b"220 mail.example.com ESMTP\r\n")


async def say_nothing(stream: anyio.abc.ByteStream) -> None:
    await read_request(stream)
    await anyio.sleep_forever()


async def stop_in_the_body(stream: anyio.abc.ByteStream) -> None:
    await read_request(stream)
    await stream.send(reply(b"hello")[:-2])
    await anyio.sleep_forever()


LOSSES = [
    *(close_at_once, reset, cut_head, cut_body, cut_chunks, speak_otherwise),
    *(say_nothing, stop_in_the_body),
]


@both
@pytest.mark.parametrize("lose", LOSSES)
@pytest.mark.parametrize(
    ("semantics", "attempts", "acted"), [(READS, 2, "no"), (AGAIN, 2, "maybe"), (ACTS, 1, "maybe")]
)
async def test_a_lost_answer_is_fetched_again_only_if_that_does_no_harm(
    lose: Serve,
    semantics: Semantics,
    attempts: int,
    acted: str,
) -> None:
    requests = 0

    async def serve(stream: anyio.abc.ByteStream) -> None:
        nonlocal requests
        requests += 1
        await lose(stream)

    async with serving(serve) as port:
        transport = real(port, attempts=2, read_timeout=0.02)
        error = await failing(transport, to(port), of(semantics))
        await transport.aclose()
    assert isinstance(error, ReplyLost)
    assert requests == attempts
    assert (error.acted, error.repeated) == (acted, attempts > 1)
    assert f"(attempt {attempts})" in error.what


@both
async def test_the_read_timeout_of_a_call_wins() -> None:
    async with serving(say_nothing) as port:
        transport = real(port, attempts=1)
        with anyio.fail_after(2):
            error = await failing(transport, to(port), of(READS, read_timeout=0.02))
        await transport.aclose()
    assert "nothing came for 0.02 s" in error.what


@both
async def test_a_connection_that_is_never_made_is_not_sent() -> None:
    async def accept(stream: anyio.abc.ByteStream) -> None:
        # No handshake is ever answered.
        await anyio.sleep_forever()

    async with serving(accept) as port:
        transport = real(port, attempts=2, connect_timeout=0.02)
        error = await failing(transport, to(port, "https"), of(ACTS))
        await transport.aclose()
    assert isinstance(error, NotSent)
    assert f"nothing was sent: no connection to 127.0.0.1:{port} within 0.02 s" in error.what
    assert "(attempt 2)" in error.what


# The one deadline.


async def connect_without_end(request: httpx.Request) -> httpx.Response:
    """Stand for httpcore, which tells of every step and waits for the network."""
    if trace := request.extensions.get("trace"):
        await trace("connection.connect_tcp.started", {})
    await anyio.sleep_forever()
    raise AssertionError


@both
@virtual
@pytest.mark.parametrize("semantics", [AGAIN, ACTS])
async def test_a_deadline_while_connecting_says_that_nothing_was_sent(
    semantics: Semantics,
) -> None:
    transport = Transport(settings(), logger, client_of(connect_without_end))
    error = await failing(transport, POST, of(semantics, 30))
    assert isinstance(error, DeadlineExceeded)
    assert error.acted is Acted.NO
    assert "its 30 s passed while a connection was being made (attempt 1)" in error.what


@both
@pytest.mark.parametrize(("semantics", "acted"), [(READS, "no"), (AGAIN, "maybe"), (ACTS, "maybe")])
@pytest.mark.parametrize("lose", [say_nothing, stop_in_the_body])
async def test_a_deadline_after_sending_says_what_may_be(
    semantics: Semantics,
    acted: str,
    lose: Serve,
) -> None:
    async with serving(lose) as port:
        transport = real(port)
        error = await failing(transport, to(port), of(semantics, 0.03))
        await transport.aclose()
    assert isinstance(error, DeadlineExceeded)
    assert error.acted == acted
    assert "without an answer" in error.what


@both
async def test_a_deadline_on_a_connection_used_again_says_what_may_be() -> None:
    async def serve(stream: anyio.abc.ByteStream) -> None:
        await read_request(stream)
        await stream.send(reply())
        await read_request(stream)
        await anyio.sleep_forever()

    async with serving(serve) as port:
        transport = real(port)
        await transport.request(to(port), of(ACTS))
        error = await failing(transport, to(port), of(ACTS, 0.03))
        await transport.aclose()
    assert error.acted is Acted.MAYBE


@both
@virtual
async def test_the_deadline_is_over_connecting_repeating_and_reading() -> None:
    retry = RetryPolicy(attempts=1000, first_delay=20, longest_delay=20)
    for answer in (
        Answer(delay=3600),
        Answer(503, delay=7),
        Answer(error=httpx.ConnectError("refused"), delay=7),
        Answer(error=httpx.ReadError("cut"), delay=7),
        Answer(body=bytes(100), piece=1, pause=10),
    ):
        script = planned(answer)
        began = anyio.current_time()
        try:
            await scripted(script, settings(retry=retry)).request(POST, of(READS, 100))
        except TransportError as error:
            assert error.call == "POST /x"  # noqa: PT017
        assert anyio.current_time() - began <= 100.5


@both
@virtual
async def test_a_deadline_tells_of_what_failed_before() -> None:
    script = planned(Answer(error=httpx.ReadError("cut")), Answer(delay=3600))
    error = await failing(scripted(script), POST, of(AGAIN, 20))
    assert isinstance(error, DeadlineExceeded)
    assert "its 20 s passed without an answer (attempt 2; before that: ReadError: cut)" in (
        error.what
    )
    assert error.repeated
    assert isinstance(error.__cause__, httpx.ReadError)


@both
@virtual
async def test_no_wait_reaches_beyond_the_deadline() -> None:
    script = planned(Answer(503, headers={"retry-after": "30"}))
    began = anyio.current_time()
    found = await scripted(script).request(POST, of(READS, 70))
    assert found.status == 503
    # After 30 and 60 s comes 90, which is too late, so the answer is given at once.
    assert len(script.requests) == 3
    assert anyio.current_time() - began == pytest.approx(60, abs=0.5)


@both
@virtual
async def test_the_deadline_of_the_settings_holds_unless_a_call_has_its_own() -> None:
    transport = scripted(planned(Answer(delay=3600)), settings(timeout=45))
    began = anyio.current_time()
    await failing(transport, POST, of(READS))
    assert anyio.current_time() - began == pytest.approx(45, abs=0.5)


@both
@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan")])
async def test_a_deadline_is_finite_and_above_nothing(timeout: float) -> None:
    script = planned()
    with pytest.raises(InvalidRequest, match=r"POST /x: timeout= is"):
        await scripted(script).request(POST, of(READS, timeout))
    assert script.requests == []


# The queue.


@both
@virtual
async def test_the_queue_is_fair_and_bounded() -> None:
    script = planned(Answer(delay=1))
    transport = scripted(script, settings(max_connections=3))

    async def call(number: int) -> None:
        await transport.request(Request("GET", f"{BASE}/{number}"), of(READS))

    async with anyio.create_task_group() as group:
        for number in range(9):
            group.start_soon(call, number)
            # So that they come in this order.
            await anyio.sleep(0.01)
    assert [request.url.path for request in script.requests] == [f"/{n}" for n in range(9)]
    assert script.times[-1] - script.times[0] == pytest.approx(2, abs=0.3)


@both
@virtual
async def test_a_call_still_queued_at_its_deadline_was_not_sent() -> None:
    script = planned(Answer(delay=50))
    transport = scripted(script, settings(max_connections=1))
    errors: list[TransportError] = []

    async def second() -> None:
        errors.append(await failing(transport, POST, of(ACTS, 10)))

    async with anyio.create_task_group() as group:
        group.start_soon(transport.request, POST, of(ACTS))
        await anyio.sleep(1)
        group.start_soon(second)
    assert isinstance(errors[0], DeadlineExceeded)
    assert errors[0].acted is Acted.NO
    assert "while it waited for a free connection slot" in errors[0].what
    assert len(script.requests) == 1


@both
@virtual
async def test_a_slot_is_held_until_the_body_is_read_and_given_back_by_every_end() -> None:
    endings = [
        Answer(body=bytes(10), piece=1, pause=1),
        Answer(error=httpx.ReadError("cut")),
        Answer(body=bytes(2 << 20)),
        Answer(delay=3600),
        Answer(error=KeyError("a bug")),
    ]
    for ending in endings:
        script = planned(ending, Answer())
        transport = scripted(script, settings(max_connections=1, retry=RetryPolicy(attempts=1)))
        with suppress(TelephonyError, KeyError):
            await transport.request(POST, of(READS, 20))
        await transport.request(POST, of(READS, 1))


@both
async def test_cancelled_calls_leave_the_client_usable() -> None:
    async def serve(stream: anyio.abc.ByteStream) -> None:
        while True:
            data = await read_request(stream)
            if b"/slow" in data:
                await stream.send(reply(bytes(10))[:-5])
                await anyio.sleep_forever()
            await stream.send(reply())

    async with serving(serve) as port:
        transport = Transport(
            TransportSettings(base_url=f"http://127.0.0.1:{port}", max_connections=2), logger
        )
        slow = Request("GET", f"http://127.0.0.1:{port}/slow")
        for _ in range(3):
            with anyio.move_on_after(0.02) as scope:
                async with anyio.create_task_group() as group:
                    for _ in range(10):
                        group.start_soon(transport.request, slow, of(READS))
            assert scope.cancelled_caught
        for _ in range(5):
            assert (await transport.request(to(port), of(ACTS, 2))).status == 200
        await transport.aclose()


@both
@virtual
async def test_a_cancellation_from_outside_is_no_deadline() -> None:
    with anyio.move_on_after(5) as scope:
        await scripted(planned(Answer(delay=100))).request(POST, of(READS, 10))
    assert scope.cancelled_caught


# Closing.


@both
async def test_a_closed_client_sends_nothing() -> None:
    transport = Transport(settings(), logger)
    await transport.aclose()
    with pytest.raises(ClientClosed, match="POST /x: the client was closed"):
        await transport.request(POST, of(READS))


@both
async def test_a_client_that_was_handed_in_stays_open() -> None:
    client = client_of(planned())
    transport = Transport(settings(), logger, client)
    await transport.request(POST, of(READS))
    await transport.aclose()
    assert not client.is_closed
    with pytest.raises(ClientClosed):
        await transport.request(POST, of(READS))
    await client.aclose()


@both
async def test_closing_lets_the_calls_under_way_finish_and_keeps_no_connection() -> None:
    began, go_on, closed = anyio.Event(), anyio.Event(), anyio.Event()
    bodies: list[bytes] = []

    async def serve(stream: anyio.abc.ByteStream) -> None:
        await read_request(stream)
        began.set()
        await go_on.wait()
        await stream.send(reply(b"done"))
        with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
            await stream.receive()
        closed.set()

    async with serving(serve) as port:
        transport = real(port)

        async def call() -> None:
            bodies.append((await transport.request(to(port), of(ACTS))).body)

        with anyio.fail_after(2):
            async with anyio.create_task_group() as group:
                group.start_soon(call)
                await began.wait()
                await transport.aclose()
                go_on.set()
            await closed.wait()
        with pytest.raises(ClientClosed):
            await transport.request(to(port), of(ACTS))
    assert bodies == [b"done"]


@both
@virtual
async def test_a_call_between_two_attempts_is_ended_by_closing() -> None:
    transport = scripted(planned(Answer(503, headers={"retry-after": "30"})))

    async def call() -> None:
        with pytest.raises(ClientClosed):
            await transport.request(POST, of(READS))

    async with anyio.create_task_group() as group:
        group.start_soon(call)
        await anyio.sleep(10)
        await transport.aclose()


# TLS, proxies and the system.


def certified(folder: Path) -> ssl.SSLContext:
    (folder / "server.pem").write_text(CERTIFICATE_KEY + CERTIFICATE)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context


@both
@pytest.mark.parametrize("trusted", [False, True])
async def test_a_certificate_is_checked(trusted: bool, tmp_path: Path) -> None:
    context, handshakes = certified(tmp_path), 0

    async def serve(stream: anyio.abc.ByteStream) -> None:
        nonlocal handshakes
        handshakes += 1
        # A client that does not trust the certificate says so in an alert.
        with suppress(ssl.SSLError):
            await answer(
                await anyio.streams.tls.TLSStream.wrap(
                    stream, ssl_context=context, server_side=True, standard_compatible=False
                )
            )

    async def answer(tls: anyio.abc.ByteStream) -> None:
        await read_request(tls)
        await tls.send(reply(b"hello"))

    async with serving(serve) as port:
        verify = ssl.create_default_context(cadata=CERTIFICATE) if trusted else None
        how = TransportSettings(
            base_url=f"https://127.0.0.1:{port}",
            verify=verify,
            retry=RetryPolicy(first_delay=0),
        )
        transport = Transport(how, logger)
        if trusted:
            found = await transport.request(to(port, "https"), of(ACTS))
            assert found.body == b"hello"
        else:
            error = await failing(transport, to(port, "https"), of(ACTS))
            assert isinstance(error, NotSent)
            # Trying again cannot help.
            assert not error.transient
            assert "certificate" in error.what.lower()
            assert "verify=ssl.create_default_context(cafile=...)" in error.advice
        await transport.aclose()
    assert handshakes == 1


@both
@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE])
@pytest.mark.parametrize("grouped", [False, True])
async def test_want_of_file_descriptors_is_told_as_such(code: int, grouped: bool) -> None:
    system = OSError(code, "Too many open files")
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = ExceptionGroup("all", [system]) if grouped else system
    found = await failing(scripted(planned(Answer(error=error))), POST, of(ACTS))
    assert isinstance(found, NotSent)
    assert "Too many open files" in found.what
    assert "ulimit -n" in found.advice
    assert "max_connections" in found.advice


@both
async def test_a_chain_of_errors_without_end_is_told() -> None:
    first, second = httpx.ReadError("first"), OSError("second")
    first.__cause__, second.__cause__ = second, first
    found = await failing(scripted(planned(Answer(error=first))), POST, of(ACTS))
    assert "ReadError: first" in found.what


@both
async def test_an_address_that_httpx_does_not_know_is_not_tried_again() -> None:
    script = planned(Answer(error=httpx.UnsupportedProtocol("gopher")))
    error = await failing(scripted(script), POST, of(ACTS))
    assert isinstance(error, NotSent)
    assert not error.transient
    assert len(script.requests) == 1


@both
@pytest.mark.parametrize("by", ["settings", "environment"])
async def test_a_proxy_is_used(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []

    async def serve(stream: anyio.abc.ByteStream) -> None:
        seen.append(await read_request(stream))
        await stream.send(reply())

    async with serving(serve) as port:
        proxy = f"http://127.0.0.1:{port}"
        monkeypatch.setenv("HTTP_PROXY", proxy if by == "environment" else "http://127.0.0.1:1")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        how = TransportSettings(
            base_url="http://service.test",
            allow_http=["service.test"],
            proxy=proxy if by == "settings" else None,
        )
        transport = Transport(how, logger)
        await transport.request(Request("GET", "http://service.test/x"), of(READS))
        await transport.aclose()
    assert seen[0].startswith(b"GET http://service.test/x HTTP/1.1\r\n")


@both
async def test_no_proxy_of_the_environment_comes_before_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{refusing_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    async def serve(stream: anyio.abc.ByteStream) -> None:
        await read_request(stream)
        await stream.send(reply())

    async with serving(serve) as port:
        transport = real(port)
        assert (await transport.request(to(port), of(ACTS))).status == 200
        await transport.aclose()


@both
async def test_a_proxy_that_is_away_means_not_sent() -> None:
    how = TransportSettings(
        base_url=BASE,
        proxy=f"http://user:{'hunter2'}@127.0.0.1:{refusing_port()}",
        retry=RetryPolicy(attempts=1),
    )
    transport = Transport(how, logger)
    error = await failing(transport, POST, of(ACTS))
    await transport.aclose()
    assert isinstance(error, NotSent)
    assert "hunter2" not in str(error)


# What is told of it.


@both
async def test_the_log_tells_of_every_attempt(caplog: pytest.LogCaptureFixture) -> None:
    script = planned(Answer(503), Answer(error=httpx.ReadError("cut")), Answer())
    with caplog.at_level(logging.DEBUG, logger.name):
        await scripted(script).request(POST, of(READS))
    assert [record.getMessage() for record in caplog.records if record.name == logger.name] == [
        "POST /x: attempt 1: HTTP 503",
        "POST /x: again in 0.0 s",
        "POST /x: attempt 2: ReadError: cut",
        "POST /x: again in 0.0 s",
        "POST /x: attempt 3: HTTP 200",
    ]


@both
async def test_no_log_of_any_library_holds_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def serve(stream: anyio.abc.ByteStream) -> None:
        await read_request(stream)
        await stream.send(reply(b"hunter2", status="503 Busy", headers="Connection: close\r\n"))

    async with serving(serve) as port:
        transport = real(port)
        request = Request("POST", to(port).url, {"cookie": "hunter2"}, b"key=hunter2")
        await transport.request(request, of(READS))
        await transport.aclose()
    assert "POST /x: attempt 4: HTTP 503" in caplog.text
    assert "hunter2" not in caplog.text
    for shown in (repr(request), repr(Reply(200, {"set-cookie": "hunter2"}, b"hunter2"))):
        assert "hunter2" not in shown


@both
@pytest.mark.parametrize("lose", [say_nothing, reset, speak_otherwise])
async def test_no_variable_of_a_traceback_holds_a_secret(lose: Serve) -> None:
    async with serving(lose) as port:
        transport = real(port, attempts=1, read_timeout=0.02)
        request = Request("POST", to(port).url, {"cookie": "hunter2"}, b"key=hunter2")
        with pytest.raises(TransportError) as caught:
            await transport.request(request, of(READS))
        await transport.aclose()
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "ReplyLost" in (text := "".join(told.format()))
    assert "lost: " in text
    # The test's own line that makes the request is shown as source.
    assert "hunter2" not in text.replace('{"cookie": "hunter2"}, b"key=hunter2"', "")


@both
@pytest.mark.parametrize(
    ("events", "reached"),
    [
        ([], True),
        (["connection.connect_tcp.started"], False),
        (["connection.connect_unix_socket.started"], False),
        (["connection.connect_tcp.started", "connection.start_tls.started"], False),
        (["connection.connect_tcp.started", "connection.connect_tcp.complete"], False),
        (["connection.connect_tcp.started", "http11.send_request_headers.started"], True),
        (["http2.send_request_headers.started"], True),
    ],
)
async def test_an_attempt_by_httpx_knows_whether_it_reached_the_server(
    events: list[str], reached: bool
) -> None:
    async def tell(request: httpx.Request) -> httpx.Response:
        for event in events:
            await request.extensions["trace"](event, {})
        raise httpx.ReadError("cut")

    attempt = Attempt()
    assert not attempt.reached
    transport = Transport(settings(), logger, client_of(tell))

    async def nothing_comes(_answer: object) -> None:
        raise AssertionError

    with pytest.raises(ConnectionLost):
        await transport.exchange(POST, of(ACTS), nothing_comes, attempt)
    assert attempt.reached is reached
