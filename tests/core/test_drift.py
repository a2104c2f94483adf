"""What an API's document does not name is told of, once and without secrets."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC
from typing import Any

import attrs
import pytest

from _telephony_core.calls import Call, Semantics
from _telephony_core.converter import ModelConverter, NotStructured, Record
from _telephony_core.documents import Plain
from _telephony_core.drift import MOST_NOTICES, Drift, DriftKind
from _telephony_core.errors import ProtocolError
from _telephony_core.hooks import Hooks
from tests.core.helpers import KEY, Answer, TinySession, client_of, planned, settings
from tests.core.test_converter import Colour, Part, Sample

both = pytest.mark.anyio


def found_in(*plains: Plain, model: type[Any] = Sample) -> list[Drift]:
    notices: list[Drift] = []
    converter = ModelConverter(UTC, notices.append)
    for plain in plains:
        converter.structure(plain, model)
    return notices


GOOD: dict[str, Plain] = {"id": 1, "src": "", "colour": "red", "tint": ""}


def test_what_is_documented_is_no_news() -> None:
    assert found_in(GOOD, {**GOOD, "parts": [{"number": 1}]}) == []


def test_an_unknown_field_is_told_by_its_name_alone() -> None:
    notices = found_in({**GOOD, "new": "a value", "also": 1, "main": {"number": 1, "newer": []}})
    assert notices == [
        Drift(DriftKind.FIELD, "Part", "newer"),
        Drift(DriftKind.FIELD, "Sample", "also"),
        Drift(DriftKind.FIELD, "Sample", "new"),
    ]
    assert str(notices[0]) == "Part has an undocumented field 'newer'"
    assert "a value" not in str(notices)


def test_an_unknown_value_is_told() -> None:
    notices = found_in({**GOOD, "colour": " pink ", "tint": "RED"})
    assert notices == [
        Drift(DriftKind.VALUE, "Colour", "pink"),
        Drift(DriftKind.VALUE, "Colour", "RED"),
    ]
    assert str(notices[0]) == "Colour has an undocumented value 'pink'"


def test_each_thing_is_told_once() -> None:
    odd: dict[str, Plain] = {**GOOD, "new": 1, "colour": "pink"}
    assert len(found_in(odd, [odd], odd, model=tuple[Sample, ...])) == 2
    rows: Plain = [{"number": 1, "new": n} for n in range(100)]
    assert found_in(rows, model=tuple[Part, ...]) == [Drift(DriftKind.FIELD, "Part", "new")]


def test_a_server_that_makes_up_names_is_not_listened_to_for_ever() -> None:
    rows: Plain = [{"number": 1, f"x{n}": 1} for n in range(MOST_NOTICES + 500)]
    assert len(found_in(rows, model=tuple[Part, ...])) == MOST_NOTICES


def test_long_names_and_values_are_cut() -> None:
    notices = found_in({**GOOD, "n" * 5000: 1, "colour": "v" * 5000})
    assert sorted(notice.what for notice in notices) == ["n" * 100, "v" * 100]


def test_secrets_are_hidden_before_anything_is_cut() -> None:
    notices: list[Drift] = []
    converter = ModelConverter(UTC, notices.append, lambda text: text.replace(KEY, "***"))
    value = "x" * (100 - len(KEY) // 2) + KEY
    converter.structure({**GOOD, "colour": value, f"a {KEY}": 1}, Sample)
    assert KEY[:6] not in str(notices)
    assert [notice.what for notice in notices if notice.kind is DriftKind.FIELD] == ["a ***"]


def test_an_answer_that_does_not_fit_is_looked_at_once() -> None:
    notices: list[Drift] = []
    converter = ModelConverter(UTC, notices.append)
    with pytest.raises(NotStructured):
        converter.structure({**GOOD, "new": 1, "colour": "pink", "main": {"number": "x"}}, Sample)
    assert len(notices) <= 2


# In a session.


@attrs.frozen(kw_only=True)
class Thing(Record):
    id: int
    colour: Colour | str = ""


THING = Call("/thing", Thing)


def listened_to(body: bytes, on_drift: Callable[[Drift], None]) -> TinySession:
    how = attrs.evolve(settings(), hooks=Hooks(on_drift=on_drift))
    return TinySession(how, http_client=client_of(planned(Answer(body=body))))


@both
async def test_a_listener_hears_of_drift_when_the_answer_is_there() -> None:
    heard: list[Drift] = []
    body = b'{"id": 7, "colour": "pink", "new": 1}'
    session = listened_to(body, heard.append)
    for _ in range(2):
        assert (await session.send(THING)).extra == {"new": 1}
    assert {str(drift) for drift in heard} == {
        "Colour has an undocumented value 'pink'",
        "Thing has an undocumented field 'new'",
    }
    assert len(heard) == 2


@both
async def test_drift_is_told_of_an_answer_that_breaks_later() -> None:
    heard: list[Drift] = []
    body = b'[{"id": 7, "new": 1}, {"id": "x"}]'
    session = listened_to(body, heard.append)
    with pytest.raises(ProtocolError):
        await session.send(Call("/thing", tuple[Thing, ...]))
    assert [drift.what for drift in heard] == ["new"]


@both
async def test_a_listener_that_fails_loses_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Drift] = []

    def fail(drift: Drift) -> None:
        heard.append(drift)
        raise RuntimeError("broken listener")

    body = b'{"id": 7, "colour": "pink", "new": 1}'
    session = listened_to(body, fail)
    acts = attrs.evolve(THING, semantics=Semantics.NON_IDEMPOTENT)
    with caplog.at_level(logging.ERROR):
        assert (await session.send(acts)).id == 7
    assert len(heard) == 2
    assert len(caplog.records) == 2


@both
async def test_no_secret_is_told() -> None:
    heard: list[Drift] = []
    body = json.dumps({"id": 7, "colour": KEY}).encode()
    session = listened_to(body, heard.append)
    assert (await session.send(THING)).colour == KEY
    assert KEY not in str(heard)
    assert heard[0].what == "***"
