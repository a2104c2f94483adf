"""The way of a call from `Call` to model, and every way in which it can end otherwise."""

from __future__ import annotations

import json
import traceback

import anyio
import attrs
import httpx
import pytest

from _telephony_core.calls import Call, Semantics
from _telephony_core.converter import Record
from _telephony_core.documents import Plain
from _telephony_core.errors import (
    Acted,
    ApiError,
    ClientClosed,
    DeadlineExceeded,
    InvalidRequest,
    NotSent,
    OutcomeUnknown,
    ProtocolError,
    RateLimited,
    ReplyLost,
    ServerUnavailable,
    StatusError,
    TelephonyError,
    TransportError,
)
from _telephony_core.retries import RetryPolicy
from tests.core.helpers import (
    KEY,
    Answer,
    Script,
    TinyError,
    TinySession,
    client_of,
    planned,
    settings,
)
from tests.faults.exposure import told_with_locals

# See test_transport.py.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")

both = pytest.mark.anyio
virtual = pytest.mark.virtual_time

READS, AGAIN, ACTS = Semantics.SAFE, Semantics.IDEMPOTENT, Semantics.NON_IDEMPOTENT


@attrs.frozen(kw_only=True)
class Thing(Record):
    id: int
    name: str = ""


def session(script: Script, *, max_connections: int = 20, attempts: int = 1) -> TinySession:
    how = settings(
        retry=RetryPolicy(attempts=attempts, first_delay=0), max_connections=max_connections
    )
    return TinySession(how, http_client=client_of(script))


def call(semantics: Semantics = READS, *, held: bool = False) -> Call[Thing]:
    return Call(
        "/thing",
        Thing,
        params={"to": ["1", "2"]},
        semantics=semantics,
        check="Look at the list of things.",
        held=held,
    )


async def failing(
    answer: Answer, semantics: Semantics = READS, *, attempts: int = 1
) -> TelephonyError:
    with pytest.raises(TelephonyError) as caught:
        await session(planned(answer), attempts=attempts).send(call(semantics))
    assert caught.value.call == "POST /thing"
    return caught.value


def shown(error: BaseException) -> str:
    """Return all that a traceback shows, the causes and notes too."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))


@both
@pytest.mark.parametrize("body", [b'{"id": "7", "name": "x"}', b"<thing><id>7</id></thing>"])
async def test_a_call_becomes_a_model(body: bytes) -> None:
    script = planned(Answer(body=body))
    if body.startswith(b"<"):
        # The tiny API has no root to take off; its record shows what came.
        found = await session(script).send(Call("/thing", Record))
        assert found.extra == {"thing": {"id": "7"}}
    else:
        assert await session(script).send(call()) == Thing(id=7, name="x")
    assert script.requests[0].method == "POST"
    assert script.requests[0].url == "https://service.test/thing"
    assert script.requests[0].content.startswith(b"key=")


@both
@virtual
async def test_a_call_has_the_time_it_is_given() -> None:
    with pytest.raises(DeadlineExceeded):
        await session(planned(Answer(delay=100))).send(call(), timeout=10)
    script = planned()
    with pytest.raises(ProtocolError):
        await session(script).send(call(), read_timeout=70)
    assert script.requests[0].extensions["timeout"]["read"] == 70


# HTTP statuses where an answer should stand.

S, R, U = StatusError, RateLimited, ServerUnavailable
NO, MAYBE = Acted.NO, Acted.MAYBE


@both
@pytest.mark.parametrize(
    ("status", "kind", "undecided"),
    [
        *((429, R, False), (500, U, True), (502, U, True), (503, U, True), (504, U, True)),
        *((501, S, True), (505, S, True), (520, U, True), (599, U, True)),
        *((408, S, False), (425, S, False)),
        *((302, S, True), (303, S, True), (301, S, False), (307, S, False), (308, S, False)),
        *((400, S, False), (401, S, False), (403, S, False), (404, S, False), (407, S, False)),
    ],
)
@pytest.mark.parametrize("semantics", [READS, AGAIN, ACTS])
async def test_a_status_where_an_answer_should_stand(
    status: int, kind: type[StatusError], undecided: bool, semantics: Semantics
) -> None:
    for body in (b"<html>no</html>", b'{"id": 7}', b""):
        error = await failing(Answer(status, body), semantics)
        cause: BaseException | None = error
        if undecided and semantics is ACTS:
            assert type(error) is OutcomeUnknown
            assert error.acted is MAYBE
            assert error.advice == "Look at the list of things."
            assert error.what.startswith(f"HTTP {status}")
            cause = error.__cause__
        assert type(cause) is kind
        assert isinstance(cause, StatusError)
        assert cause.status == status
        assert cause.acted is (MAYBE if undecided and semantics is not READS else NO)
        assert cause.transient is (kind is not S or status in {408, 425})
        assert error.repeatable is (type(error) is not OutcomeUnknown)
        assert cause.excerpt == body.decode()
        assert not cause.repeated


@both
@pytest.mark.parametrize(
    ("status", "advice"),
    [(401, "the key"), (403, "address filter"), (407, "the proxy"), (429, "retry_after")],
)
async def test_a_status_comes_with_advice(status: int, advice: str) -> None:
    assert advice in (await failing(Answer(status))).advice


@both
async def test_a_redirect_says_where_to_and_hides_the_key() -> None:
    location = f"https://other.test/login?{httpx.QueryParams({'k': KEY})}"
    error = await failing(Answer(302, headers={"location": location}))
    assert "redirects to 'https://other.test/login?k=***', which is not followed" in error.what
    assert "base_url" in error.advice
    assert "redirects to ''" in (await failing(Answer(308))).what


@both
async def test_the_wish_of_the_server_is_told() -> None:
    error = await failing(Answer(429, headers={"retry-after": "120"}))
    assert isinstance(error, RateLimited)
    assert error.retry_after == 120


@both
@pytest.mark.parametrize(("semantics", "acted"), [(READS, NO), (AGAIN, MAYBE)])
async def test_a_refusal_after_a_repetition_leaves_open_what_the_first_did(
    semantics: Semantics, acted: Acted
) -> None:
    script = planned(Answer(503), Answer(404, b"gone"))
    with pytest.raises(StatusError) as caught:
        await session(script, attempts=4).send(call(semantics))
    assert caught.value.status == 404
    assert caught.value.repeated
    assert caught.value.acted is acted


# The errors of the API itself.


@both
@pytest.mark.parametrize("status", [200, 400, 404, 429, 500, 503])
@pytest.mark.parametrize("semantics", [READS, AGAIN, ACTS])
async def test_an_error_of_the_api_wins_over_the_status(status: int, semantics: Semantics) -> None:
    error = await failing(Answer(status, b'{"error": "no credit"}'), semantics)
    assert type(error) is TinyError
    assert error.what == "no credit"
    assert error.acted is NO
    assert not error.repeated


@both
@pytest.mark.parametrize(("semantics", "acted"), [(READS, NO), (AGAIN, MAYBE), (ACTS, MAYBE)])
async def test_an_error_of_the_api_keeps_what_it_knows_unless_the_call_only_reads(
    semantics: Semantics, acted: Acted
) -> None:
    class Unsure(TinySession):
        def _fault(self, plain: Plain) -> ApiError | None:
            return ApiError("broke", acted=MAYBE)

    script = planned(Answer(503), Answer(200))
    with pytest.raises(ApiError) as caught:
        await Unsure(http_client=client_of(script)).send(call(semantics))
    assert caught.value.acted is acted
    assert caught.value.repeated is (semantics is not ACTS)


@both
@pytest.mark.parametrize(("semantics", "acted"), [(READS, NO), (AGAIN, MAYBE)])
async def test_an_error_of_the_api_after_a_repetition_leaves_open_what_the_first_did(
    semantics: Semantics, acted: Acted
) -> None:
    script = planned(Answer(503), Answer(200, b'{"error": "there is no such thing"}'))
    with pytest.raises(TinyError) as caught:
        await session(script, attempts=4).send(call(semantics))
    assert caught.value.repeated
    assert caught.value.acted is acted
    assert ("may have succeeded" in caught.value.advice) is (acted is MAYBE)


# What cannot be understood.

UNREADABLE = [b"", b"<html>Login</html>", b'{"id": ', b"\xff\xfe", b"[" * 100_000]


@both
@pytest.mark.parametrize("body", [*UNREADABLE, b'{"name": "x"}', b'{"id": "seven"}', b"[1]", b"7"])
@pytest.mark.parametrize("semantics", [READS, AGAIN, ACTS])
async def test_an_answer_that_cannot_be_understood(body: bytes, semantics: Semantics) -> None:
    error = await failing(Answer(body=body), semantics)
    cause = error.__cause__ if semantics is ACTS else error
    assert type(error) is (OutcomeUnknown if semantics is ACTS else ProtocolError)
    assert isinstance(cause, ProtocolError)
    assert cause.status == 200
    assert cause.acted is (NO if semantics is READS else MAYBE)
    assert len(cause.excerpt) <= 201
    assert len(str(error)) < 1500


@both
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<a>" * 50_000 + b"</a>" * 50_000),
        (500, b"[" * 900 + b"]" * 900),
        (200, b"[" * 100_000 + b"]" * 100_000),
        (500, b"[" * 100_000 + b"]" * 100_000),
        (200, b'{"error":' * 800 + b"1" + b"}" * 800),
    ],
)
async def test_an_answer_nested_without_end_is_an_error_of_ours(status: int, body: bytes) -> None:
    error = await failing(Answer(status, body))
    assert isinstance(error, ProtocolError | StatusError | TinyError)


@both
async def test_a_body_too_large_of_a_call_that_acts_leaves_the_outcome_unknown() -> None:
    huge = Answer(body=bytes(2 << 20))
    assert type(await failing(huge, READS)) is ProtocolError
    assert type(await failing(huge, AGAIN)) is ProtocolError
    assert type(await failing(huge, ACTS)) is OutcomeUnknown


# No answer at all.


@both
@virtual
@pytest.mark.parametrize(
    ("answer", "kind", "sent"),
    [
        (Answer(error=httpx.ConnectError("refused")), NotSent, False),
        (Answer(error=httpx.ReadError("cut")), ReplyLost, True),
        (Answer(cut=httpx.ReadError("cut")), ReplyLost, True),
        (Answer(delay=3600), DeadlineExceeded, True),
    ],
)
@pytest.mark.parametrize("semantics", [READS, AGAIN, ACTS])
async def test_a_lost_answer(
    answer: Answer, kind: type[TransportError], sent: bool, semantics: Semantics
) -> None:
    error = await failing(answer, semantics)
    if sent and semantics is ACTS:
        assert type(error) is OutcomeUnknown
        assert error.acted is MAYBE
        assert error.advice == "Look at the list of things."
        assert type(error.__cause__) is kind
        assert not error.transient
    else:
        assert type(error) is kind
        assert error.acted is (MAYBE if sent and semantics is AGAIN else NO)
        assert error.transient


@both
async def test_an_unknown_outcome_without_a_place_to_look_has_the_usual_advice() -> None:
    cut = Answer(error=httpx.ReadError("cut"))
    with pytest.raises(OutcomeUnknown, match="Find out whether it took effect"):
        await session(planned(cut)).send(Call("/thing", Thing, semantics=ACTS))


@both
@pytest.mark.parametrize("error", [TinyError("no"), InvalidRequest("no"), KeyError("a bug")])
async def test_what_is_certain_stays_so(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise error

    tiny = session(planned(Answer()))
    monkeypatch.setattr(tiny, "_model", fail)
    with pytest.raises(type(error)) as caught:
        await tiny.send(call(ACTS))
    assert caught.value is error


# Secrets.


ECHOES = [
    f"your key is {KEY}",
    f"<html>{KEY}</html>",
    json.dumps({"id": KEY}),
    json.dumps({"id": "x" * 50 + KEY}),
    json.dumps({"id": "x" * 1990 + KEY}),
    json.dumps([KEY]),
    json.dumps({KEY: 1, "name": KEY}),
    f"<a>{KEY}",
]


@both
@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("semantics", [READS, ACTS])
async def test_no_error_shows_the_key_that_a_server_echoes(
    status: int, semantics: Semantics
) -> None:
    for body in ECHOES:
        error = await failing(Answer(status, body.encode()), semantics)
        text = shown(error)
        for part in (KEY, KEY[:9], json.dumps(KEY)[1:-1]):
            assert part not in text


@both
@pytest.mark.parametrize("status", [200, 400])
async def test_no_variable_on_the_way_of_an_error_holds_what_a_server_echoes(status: int) -> None:
    for body in [*ECHOES, json.dumps({"id": "ż" + KEY})]:
        error = await failing(Answer(status, body.encode("iso-8859-2")))
        for variable in told_with_locals(error):
            assert KEY not in variable
            assert repr(KEY)[1:-1] not in variable


@both
async def test_no_error_shows_the_key_of_a_server_that_sends_the_request_back() -> None:
    # So httpx tells of an answer that begins with what was sent.
    echo = httpx.RemoteProtocolError(f"illegal status line: bytearray(b'GET /?key={KEY}')")
    assert KEY not in str(await failing(Answer(error=echo)))


# Held calls, and closing.


@both
@virtual
async def test_held_calls_do_not_stand_in_the_way_of_others() -> None:
    class Holding(Script):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/held":
                await anyio.sleep(50)
            return await super().__call__(request)

    tiny = session(Holding([Answer(body=b'{"id": 7}')]), max_connections=1)
    held = attrs.evolve(call(), path="/held", held=True)
    began = anyio.current_time()
    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(tiny.send, held)
        await anyio.sleep(1)
        assert await tiny.send(call()) == Thing(id=7)
        assert anyio.current_time() - began < 5
    assert anyio.current_time() - began < 70


@both
async def test_a_closed_session_sends_nothing() -> None:
    script = planned()
    tiny = session(script)
    await tiny.aclose()
    for held in (False, True):
        with pytest.raises(ClientClosed):
            await tiny.send(call(held=held))
    assert script.requests == []
