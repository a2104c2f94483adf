"""What an error says, that it survives pickle, and that the drawing of the tree is true."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from collections.abc import Iterator
from typing import NoReturn

import anyio
import pytest

from _telephony_core import errors
from _telephony_core.errors import (
    Acted,
    ClientClosed,
    DeadlineExceeded,
    InvalidRequest,
    JobNotFound,
    NotSent,
    OutcomeUnknown,
    ProtocolError,
    RateLimited,
    StatusError,
    TelephonyError,
    WaitTimeout,
    started,
)

#: A value for every argument that an error of the tree takes.
ARGUMENTS: dict[str, object] = {
    "what": "it broke.",
    "call": "POST /api/sms/send",
    "acted": Acted.MAYBE,
    "advice": "Do something else.",
    "ids": ("17", "a-1"),
    "repeated": True,
    "permanent": True,
    "status": 418,
    "retry_after": 7.5,
    "excerpt": "<html>",
    "last_state": "in progress",
    "waited": 12.5,
    "state": "error",
    "reason": "no credit",
}


def family(kind: type[TelephonyError]) -> Iterator[type[TelephonyError]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from family(child)


EVERY = list(family(TelephonyError))


def complete(kind: type[TelephonyError]) -> TelephonyError:
    names = list(inspect.signature(kind).parameters)
    assert names[0] == "what"
    arguments = {name: ARGUMENTS[name] for name in names}
    error = kind(**arguments)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    for name in set(arguments) - {"permanent"}:
        assert getattr(error, name) == ARGUMENTS[name]
    return error


def test_the_drawing_of_the_tree_is_the_tree() -> None:
    drawn: list[tuple[int, str, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.fullmatch(r"    ((?:│   |    )*)(?:├── |└── )?(\w+)(?: \((\w+)\))?(  .*)?", line)
        if found and hasattr(errors, found[2]):
            # The root has no branch before it.
            depth = (line.find("── ") - 1) // 4 if "── " in line else 0
            drawn.append((depth, found[2], found[3] or ""))

    def walk(kind: type[TelephonyError], depth: int) -> Iterator[tuple[int, str, str]]:
        others = [base.__name__ for base in kind.__bases__ if not issubclass(base, TelephonyError)]
        yield depth, kind.__name__, "" if kind is TelephonyError else "".join(others)
        for child in kind.__subclasses__():
            if child.__module__ == errors.__name__:
                yield from walk(child, depth + 1)

    assert drawn == list(walk(TelephonyError, 0))
    assert len(drawn) == len(EVERY)


@pytest.mark.parametrize("kind", EVERY)
def test_an_error_survives_pickle_and_copy_whole(kind: type[TelephonyError]) -> None:
    error = complete(kind)
    error.add_note("a note")
    again: TelephonyError
    for again in (
        *(pickle.loads(pickle.dumps(error, n)) for n in range(pickle.HIGHEST_PROTOCOL + 1)),  # noqa: S301
        copy.copy(error),
        copy.deepcopy(error),
    ):
        assert type(again) is kind
        assert again.args == error.args
        assert vars(again) == vars(error)
        assert str(again) == str(error)
        assert again.transient is error.transient


@pytest.mark.parametrize("kind", EVERY)
def test_an_error_needs_nothing_and_says_its_advice(kind: type[TelephonyError]) -> None:
    error = kind()
    assert error.acted is Acted.NO
    assert error.ids == ()
    assert error.repeated is False
    assert error.advice == kind.default_advice
    assert str(error).strip() == error.advice


@pytest.mark.parametrize("kind", EVERY)
def test_an_error_says_what_where_and_what_next(kind: type[TelephonyError]) -> None:
    text = str(complete(kind))
    assert text.startswith("POST /api/sms/send: it broke. ")
    assert "Do something else." in text
    # A job that the server does not know may be none.
    word = "Waited for" if kind is JobNotFound else "Started before this"
    assert f"{word}: id 17, a-1." in text
    takes_acted = "acted" in inspect.signature(kind).parameters
    assert ("The server may have acted on it." in text) is takes_acted


def test_an_error_says_no_more_than_it_knows() -> None:
    assert str(TelephonyError("it broke.")) == "it broke."
    assert str(TelephonyError("it broke.", call="GET /")) == "GET /: it broke."
    assert str(StatusError("HTTP 418.", status=418, excerpt="x")) == "HTTP 418."


def test_a_protocol_error_shows_the_excerpt_when_there_was_an_answer() -> None:
    error = ProtocolError("cut.", advice="Look.", status=200, excerpt='{"a')
    assert str(error) == "cut. Look. HTTP 200, excerpt: '{\"a'"
    assert str(ProtocolError("cut.", advice="Look.")) == "cut. Look."


def test_the_advice_given_wins() -> None:
    assert OutcomeUnknown("x").advice.startswith("Find out")
    assert OutcomeUnknown("x", advice="Ask Bob.").advice == "Ask Bob."


def test_builtin_kinds_catch_what_they_should() -> None:
    assert isinstance(InvalidRequest(), ValueError)
    assert isinstance(ClientClosed(), RuntimeError)
    assert isinstance(DeadlineExceeded(), TimeoutError)
    assert isinstance(WaitTimeout(), TimeoutError)


def test_transient_is_what_may_succeed_later() -> None:
    transient = {kind.__name__ for kind in EVERY if kind().transient}
    assert transient == {
        "TransportError",
        "NotSent",
        "ReplyLost",
        "DeadlineExceeded",
        "RateLimited",
        "ServerUnavailable",
        "WaitTimeout",
    }
    assert not NotSent(permanent=True).transient
    assert RateLimited(retry_after=3).retry_after == 3


def test_started_adds_ids_before_those_there_and_none_twice() -> None:
    inner = TelephonyError("x", ids=("b", "c"))
    with pytest.raises(TelephonyError) as caught, started(["a"]), started(["b"]):
        raise inner
    assert caught.value is inner
    assert inner.ids == ("a", "b", "c")


def test_started_takes_the_ids_known_when_the_error_comes() -> None:
    ids: list[str] = []
    error = TelephonyError("x")

    def begin() -> NoReturn:
        ids.append("7")
        raise error

    with pytest.raises(TelephonyError), started(ids):
        begin()
    assert error.ids == ("7",)


def test_started_notes_the_ids_on_foreign_exceptions() -> None:
    with pytest.raises(KeyError) as caught, started(["1", "2"]):
        raise KeyError("x")
    assert caught.value.__notes__ == ["Started before this: id 1, 2."]


@pytest.mark.parametrize("foreign", [KeyError("x"), KeyboardInterrupt()])
def test_started_notes_nothing_when_nothing_was_started(foreign: BaseException) -> None:
    with pytest.raises(type(foreign)) as caught, started([]):
        raise foreign
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.anyio
@pytest.mark.virtual_time
async def test_started_notes_the_ids_on_a_cancellation_and_lets_it_pass() -> None:
    notes: list[str] = []
    with anyio.move_on_after(3600) as scope:
        try:
            with started(["7"]):
                await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class() as error:
            notes += error.__notes__
            raise
    assert scope.cancelled_caught
    assert notes == ["Started before this: id 7."]


def test_started_is_silent_when_all_is_well() -> None:
    with started(["1"]):
        pass
