"""Long answers are read in a thread: the loop goes on, and nothing is lost or left behind."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path

import anyio
import anyio.lowlevel
import attrs
import pytest

from _telephony_core.attempts import Delivery, Reply
from _telephony_core.calls import Call, Semantics
from _telephony_core.converter import Record
from _telephony_core.documents import Plain
from _telephony_core.downloads import DownloadOptions
from _telephony_core.errors import (
    ApiError,
    DeadlineExceeded,
    OutcomeUnknown,
    ProtocolError,
    StatusError,
    TelephonyError,
)
from _telephony_core.exchange import Request
from _telephony_core.json_rows import RowReader
from tests.core.helpers import KEY, Answer, TinyError, TinySession, client_of, planned, settings

both = pytest.mark.anyio

READS, ACTS = Semantics.SAFE, Semantics.NON_IDEMPOTENT
LONG = 70_000

#: Says which call is made, as the redactors of a session want to know.
current: ContextVar[str] = ContextVar("current", default="none")


@attrs.frozen(kw_only=True)
class Thing(Record):
    id: int


class Watched(TinySession):
    """Know in which thread and which context answers are read; hold them up there if asked to."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__(settings(max_body=1 << 24), http_client=client_of(planned(*answers)))
        self.threads: list[threading.Thread] = []
        self.contexts: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.go_on = threading.Event()
        self.go_on.set()
        self.began = threading.Event()

    def _parse(self, reply: Reply, rows: RowReader | None) -> Plain:
        self.threads.append(threading.current_thread())
        self.contexts.append(current.get())
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.began.set()
        assert self.go_on.wait(20)
        self.at_once -= 1
        return super()._parse(reply, rows)


def body(size: int = LONG, **more: object) -> bytes:
    return json.dumps({"id": 7, **more, "padding": "x" * size}).encode()


def call(semantics: Semantics = READS) -> Call[Thing]:
    return Call("/thing", Thing, semantics=semantics, check="Look at the things.")


async def until(happened: Callable[[], bool]) -> None:
    with anyio.fail_after(20):
        while not happened():  # noqa: ASYNC110  # it happens in a thread
            await anyio.sleep(0.001)


@both
@pytest.mark.parametrize("semantics", list(Semantics))
async def test_a_long_answer_is_read_in_a_thread_and_a_short_one_is_not(
    semantics: Semantics,
) -> None:
    session = Watched(Answer(body=body()), Answer(body=body(10)))
    current.set("this call")
    for _ in range(2):
        assert (await session.send(call(semantics))).id == 7
    away, here = session.threads
    assert away is not threading.current_thread()
    assert here is threading.current_thread()
    assert session.contexts == ["this call"] * 2


@both
async def test_the_loop_goes_on_meanwhile() -> None:
    session = Watched(Answer(body=body()))
    session.go_on.clear()
    async with anyio.create_task_group() as group:
        group.start_soon(session.send, call())
        await until(session.began.is_set)
        for _ in range(100):
            await anyio.lowlevel.checkpoint()
        session.go_on.set()


@both
async def test_few_are_read_at_once_and_all_are_read() -> None:
    session = Watched(*[Answer(body=body())] * 10)
    found: list[Thing] = []

    async def one() -> None:
        found.append(await session.send(call()))

    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(one)
    assert len(found) == 10
    assert session.most_at_once <= 2


@both
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(body=body(error="no credit")), TinyError),
        (Answer(body=body() + b"x"), ProtocolError),
        (Answer(body=body(id="seven")), ProtocolError),
        (Answer(body=b"[" * LONG), ProtocolError),
        (Answer(body=b"<html>" + b"x" * LONG), ProtocolError),
        (Answer(500, body()), StatusError),
    ],
)
@pytest.mark.parametrize("semantics", [READS, ACTS])
async def test_what_goes_wrong_in_the_thread_is_told_as_ever(
    answer: Answer, kind: type[TelephonyError], semantics: Semantics
) -> None:
    session = Watched(answer)
    with pytest.raises(TelephonyError) as caught:
        await session.send(call(semantics))
    assert session.threads[0] is not threading.current_thread()
    error: BaseException | None = caught.value
    if semantics is ACTS and not issubclass(kind, ApiError):
        assert type(error) is OutcomeUnknown
        error = error.__cause__
    assert isinstance(error, kind)
    assert error.call == "POST /thing"


@both
async def test_no_secret_shows_in_what_the_thread_tells() -> None:
    with pytest.raises(ProtocolError) as caught:
        await Watched(Answer(body=body(id=f"a {KEY}"))).send(call())
    assert KEY not in str(caught.value)
    assert "***" in str(caught.value)


# Giving up.


@both
async def test_a_cancelled_read_ends_at_once_and_leaves_nothing_behind() -> None:
    session = Watched(Answer(body=body()), Answer(body=body()))
    session.go_on.clear()
    ended = anyio.Event()

    async def give_up() -> None:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(session.send, call())
                await until(session.began.is_set)
                scope.cancel()
        ended.set()

    async with anyio.create_task_group() as group:
        group.start_soon(give_up)
        with anyio.fail_after(20):
            await ended.wait()
        # The thread is still busy with it.
        assert session.at_once == 1
        session.go_on.set()
    await until(lambda: session.at_once == 0)
    assert (await session.send(call())).id == 7


@both
async def test_the_answer_of_a_call_that_acts_is_not_given_up_once_it_is_here() -> None:
    session = Watched(Answer(body=body()))
    session.go_on.clear()
    found: list[Thing] = []

    async def act() -> None:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(cancel_later, scope)
                found.append(await session.send(call(ACTS)))
        assert scope.cancel_called

    async def cancel_later(scope: anyio.CancelScope) -> None:
        await until(session.began.is_set)
        scope.cancel()
        session.go_on.set()

    await act()
    assert found == [Thing(id=7)]


@both
async def test_the_deadline_holds_for_the_reading_of_what_can_be_asked_again() -> None:
    session = Watched(Answer(body=body()))
    session.go_on.clear()
    began = time.monotonic()
    try:
        with pytest.raises(
            DeadlineExceeded, match=r"its 0\.3 s passed while its answer of"
        ) as caught:
            await session.send(call(), timeout=0.3)
    finally:
        session.go_on.set()
    assert time.monotonic() - began < 15
    assert caught.value.what.startswith("its 0.3 s passed while its answer of 70")
    assert caught.value.call == "POST /thing"
    assert caught.value.acted == "no"
    await until(lambda: session.at_once == 0)


@both
async def test_the_deadline_does_not_hold_for_the_answer_of_a_call_that_acts() -> None:
    session = Watched(Answer(body=body()))
    session.go_on.clear()
    async with anyio.create_task_group() as group:

        async def act() -> None:
            assert (await session.send(call(ACTS), timeout=0.3)).id == 7

        group.start_soon(act)
        await until(session.began.is_set)
        await anyio.sleep(0.5)
        session.go_on.set()


@both
async def test_an_error_in_place_of_a_file_is_read_in_a_thread_too(tmp_path: Path) -> None:
    session = Watched(Answer(body=body(error="no such file")))
    options = DownloadOptions(accept=lambda _type, _start: False)
    with pytest.raises(TinyError):
        await session.download(
            Request("GET", "https://service.test/file"),
            tmp_path / "file",
            Delivery(name="GET /file"),
            options,
        )
    assert session.threads[0] is not threading.current_thread()
