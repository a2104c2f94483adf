"""Who hears of a call hears everything that happens to it, no secret, and can do it no harm."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import NoReturn

import anyio
import httpx
import pytest
from attrs import define, evolve, field, frozen

from _telephony_core.attempts import Delivery
from _telephony_core.calls import Call, Semantics
from _telephony_core.converter import Record
from _telephony_core.downloads import DownloadOptions
from _telephony_core.errors import (
    Acted,
    DeadlineExceeded,
    InvalidRequest,
    ProtocolError,
    TelephonyError,
    TransportError,
)
from _telephony_core.exchange import Request
from _telephony_core.hooks import (
    AttemptOutcome,
    Hooks,
    RequestEvent,
    ResponseEvent,
    ResultEvent,
    RetryEvent,
)
from _telephony_core.retries import RetryPolicy
from _telephony_core.settings import TransportSettings
from _telephony_core.transport import Transport
from tests.core.helpers import BASE, Answer, TinySession, client_of, logger, planned, settings

# When a body is left unread, trio tells of generators that only httpx could close.
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning"),
]

ACTS, READS = Semantics.NON_IDEMPOTENT, Semantics.SAFE
POST = Request("POST", f"{BASE}/x?key=hunter2", {"x-key": "hunter2"}, b"key=hunter2")
ORDER = ("Request", "Response", "Retry", "Request", "Response")
Event = RequestEvent | ResponseEvent | RetryEvent


@define
class Ear:
    """Remember what was told."""

    events: list[Event] = field(factory=list[Event])

    def hooks(self) -> Hooks:
        hear: Callable[[Event], None] = self.events.append
        return Hooks(on_request=hear, on_response=hear, on_retry=hear)


def heard(ear: Ear, *answers: Answer, redact: Callable[[str], str] = str) -> Transport:
    how = evolve(settings(), hooks=ear.hooks())
    return Transport(how, logger, client_of(planned(*answers)), redact)


def short(event: Event) -> tuple[str, int, str]:
    end = ""
    if isinstance(event, ResponseEvent):
        end = event.outcome.value
    elif isinstance(event, RetryEvent):
        end = event.reason
    return type(event).__name__, event.attempt, end


def of(semantics: Semantics, timeout: float | None = None) -> Delivery:
    return Delivery(name="POST /x", semantics=semantics, timeout=timeout)


async def test_an_answer_is_told_with_its_status_and_its_time() -> None:
    ear = Ear()
    with anyio.fail_after(5):
        await heard(ear, Answer(404, delay=0.01)).request(POST, of(ACTS))
    asked, answered = ear.events
    assert isinstance(asked, RequestEvent)
    assert (asked.call, asked.semantics, asked.attempt) == ("POST /x", ACTS, 1)
    assert isinstance(answered, ResponseEvent)
    assert (answered.call, answered.semantics, answered.attempt) == ("POST /x", ACTS, 1)
    assert (answered.outcome, answered.status) == (AttemptOutcome.ANSWERED, 404)
    assert answered.error == ""
    assert answered.seconds >= 0.01
    assert answered.call_id == asked.call_id


async def test_every_attempt_and_every_repetition_is_told() -> None:
    ear = Ear()
    transport = heard(
        ear, Answer(503), Answer(error=httpx.ConnectError("no")), Answer(error=OSError("cut"))
    )
    with pytest.raises(TransportError):
        await transport.request(POST, of(READS))
    found = [
        (
            type(event).__name__,
            event.attempt,
            getattr(event, "outcome", getattr(event, "reason", "")),
        )
        for event in ear.events
    ]
    assert found == [
        ("RequestEvent", 1, ""),
        ("ResponseEvent", 1, "answered"),
        ("RetryEvent", 1, "HTTP 503"),
        ("RequestEvent", 2, ""),
        ("ResponseEvent", 2, "not sent"),
        ("RetryEvent", 2, "ConnectError: no"),
        ("RequestEvent", 3, ""),
        ("ResponseEvent", 3, "lost"),
        ("RetryEvent", 3, "OSError: cut"),
        ("RequestEvent", 4, ""),
        ("ResponseEvent", 4, "lost"),
    ]
    assert len({event.call_id for event in ear.events}) == 1
    assert [event.delay for event in ear.events if isinstance(event, RetryEvent)] == [0, 0, 0]


async def test_calls_are_told_apart() -> None:
    ear = Ear()
    transport = heard(ear)
    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(transport.request, POST, of(READS))
    assert len({event.call_id for event in ear.events}) == 10
    assert len(ear.events) == 20


@pytest.mark.virtual_time
async def test_what_is_given_up_is_told() -> None:
    ear = Ear()
    transport = heard(ear, Answer(delay=3600))
    with pytest.raises(DeadlineExceeded):
        await transport.request(POST, of(READS, timeout=7))
    with anyio.move_on_after(3):
        await transport.request(POST, of(READS))
    responses = [event for event in ear.events if isinstance(event, ResponseEvent)]
    assert [event.outcome for event in responses] == [AttemptOutcome.GIVEN_UP] * 2
    assert [event.seconds for event in responses] == pytest.approx([7, 3], abs=0.1)
    assert [event.status for event in responses] == [None, None]


async def test_what_fails_otherwise_is_told() -> None:
    ear = Ear()
    transport = heard(ear, Answer(body=bytes(2 << 20)))
    with pytest.raises(ProtocolError):
        await transport.request(POST, of(READS))
    over = ear.events[-1]
    assert isinstance(over, ResponseEvent)
    assert over.outcome is AttemptOutcome.FAILED
    assert "larger than" in over.error


# The end of a call.


@frozen(kw_only=True)
class Thing(Record):
    id: int


@define
class Results:
    """Remember how calls ended, and what was told before."""

    events: list[ResultEvent] = field(factory=list[ResultEvent])
    attempts: list[ResponseEvent] = field(factory=list[ResponseEvent])

    def session(self, *answers: Answer) -> TinySession:
        hooks = Hooks(on_response=self.attempts.append, on_result=self.events.append)
        return TinySession(
            evolve(settings(), hooks=hooks), http_client=client_of(planned(*answers))
        )

    @property
    def only(self) -> ResultEvent:
        """The one end that was told; it belongs to the attempts."""
        [event] = self.events
        assert {attempt.call_id for attempt in self.attempts} <= {event.call_id}
        return event


def thing(semantics: Semantics = READS) -> Call[Thing]:
    return Call("/thing", Thing, {"to": "600100200"}, semantics)


async def test_the_end_of_a_call_is_told_after_its_repetitions() -> None:
    results = Results()
    await results.session(Answer(503, delay=0.01), Answer(body=b'{"id": 1}')).send(thing())
    assert (results.only.call, results.only.semantics) == ("POST /thing", READS)
    assert (results.only.error, results.only.acted) == ("", None)
    assert len(results.attempts) == 2
    assert results.only.seconds >= sum(attempt.seconds for attempt in results.attempts)


@pytest.mark.parametrize(
    ("answer", "semantics", "error", "acted"),
    [
        (Answer(error=OSError("cut")), ACTS, "OutcomeUnknown", Acted.MAYBE),
        (Answer(error=OSError("cut")), READS, "ReplyLost", Acted.NO),
        (Answer(error=httpx.ConnectError("no")), ACTS, "NotSent", Acted.NO),
        (Answer(503), READS, "ServerUnavailable", Acted.NO),
        (Answer(body=b'{"error": "600100200 is no number"}'), ACTS, "TinyError", Acted.NO),
        (Answer(body=b"not json"), READS, "ProtocolError", Acted.NO),
        (Answer(body=b'{"id": "600100200x"}'), READS, "ProtocolError", Acted.NO),
    ],
)
async def test_the_error_of_the_caller_is_told_by_its_name(
    answer: Answer, semantics: Semantics, error: str, acted: Acted
) -> None:
    results = Results()
    with pytest.raises(TelephonyError):
        await results.session(answer).send(thing(semantics))
    assert (results.only.error, results.only.acted) == (error, acted)
    assert "600100200" not in repr(results)


@pytest.mark.virtual_time
async def test_the_end_of_a_call_that_is_cancelled_is_told() -> None:
    results = Results()
    with anyio.move_on_after(3):
        await results.session(Answer(delay=3600)).send(thing(ACTS))
    assert results.only.error in {"CancelledError", "Cancelled"}
    assert results.only.acted is None
    assert results.only.seconds == pytest.approx(3, abs=0.1)


async def test_the_end_of_a_call_that_never_began_is_told() -> None:
    results = Results()
    with pytest.raises(InvalidRequest):
        await results.session().send(thing(), timeout=-1)
    assert (results.only.error, results.only.acted) == ("InvalidRequest", Acted.NO)
    assert results.attempts == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(body=b"sound"), ""),
        (Answer(404, body=b'{"error": "no such file"}'), "TinyError"),
        (Answer(404, body=b"{}"), "StatusError"),
    ],
)
async def test_the_end_of_a_download_is_told(tmp_path: Path, answer: Answer, error: str) -> None:
    results = Results()
    with nullcontext() if not error else pytest.raises(TelephonyError):
        await results.session(answer).download(
            Request("GET", f"{BASE}/file"),
            tmp_path / "sound",
            Delivery(name="GET /file"),
            DownloadOptions(),
        )
    assert (results.only.call, results.only.error) == ("GET /file", error)


async def test_no_secret_is_told() -> None:
    ear = Ear()

    def redact(text: str) -> str:
        return text.replace("hunter2", "***")

    echo = Answer(error=httpx.RemoteProtocolError("illegal line: hunter2"))
    with pytest.raises(TransportError):
        await heard(ear, echo, redact=redact).request(POST, of(READS))
    assert "illegal line: ***" in repr(ear.events)
    assert "hunter2" not in repr(ear.events)


async def test_a_hook_that_fails_does_no_harm_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(event: object) -> NoReturn:
        raise KeyError(type(event).__name__)

    how = TransportSettings(
        base_url=BASE,
        retry=RetryPolicy(first_delay=0),
        hooks=Hooks(on_request=fail, on_response=fail, on_retry=fail),
    )
    transport = Transport(how, logger, client_of(planned(Answer(503), Answer(body=b"ok"))))
    with caplog.at_level(logging.ERROR):
        reply = await transport.request(POST, of(READS))
    assert reply.body == b"ok"
    told = [str(record.exc_info[1]) for record in caplog.records if record.exc_info]
    assert told == [
        f"'{name}Event'" for name in ["Request", "Response", "Retry", "Request", "Response"]
    ]
    assert {record.getMessage().partition(":")[0] for record in caplog.records} == {
        "a hook failed, which changes nothing for the call"
    }


@pytest.mark.parametrize("way", ["on_request", "on_response", "on_retry"])
async def test_each_can_be_heard_alone(way: str) -> None:
    events: list[object] = []
    how = evolve(settings(), hooks=evolve(Hooks(), **{way: events.append}))
    transport = Transport(how, logger, client_of(planned(Answer(503), Answer())))
    await transport.request(POST, of(READS))
    assert len(events) == (1 if way == "on_retry" else 2)
