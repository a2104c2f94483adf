"""Answers with many rows say what the same rows say in short answers, however odd some are."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import daktela_async.session
from _telephony_core.attempts import Delivery, Reply
from _telephony_core.errors import ProtocolError
from daktela_async import DaktelaApiError
from tests.benchmarks.stats_calls import Reader, as_json, as_xml

Row = dict[str, Any]


def page(change: Callable[[list[Row]], object] = len) -> bytes:
    """Return an answer with a thousand rows, which may be changed before."""
    answer = json.loads(as_json(1000))
    change(answer["result"]["data"])
    return json.dumps(answer).encode()


def in_the_general_way(body: bytes) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(daktela_async.session, "_MANY_ROWS", len(body) + 1)
        return repr(Reader().read(body))


ODD: dict[str, Callable[[list[Row]], object]] = {
    "as documented": len,
    "an undocumented field": lambda rows: rows[500].update(new="1"),
    "undocumented fields in all": lambda rows: [row.update(new="1") for row in rows],
    "a field is missing": lambda rows: rows[3].pop("note"),
    "no date": lambda rows: rows[7].update(call_time="0000-00-00 00:00:00"),
    "an empty date": lambda rows: rows[7].update(call_time=""),
    "a date with an offset": lambda rows: rows[7].update(call_time="2024-01-01T00:00:00+05:00"),
    "numbers as numbers": lambda rows: [row.update(call=7, duration=90) for row in rows],
    "a flag as a flag": lambda rows: rows[9].update(answered=True),
    "an undocumented word": lambda rows: rows[9].update(direction="sideways"),
    "blanks": lambda rows: rows[9].update(clid=" 468000000 ", duration=" 90 "),
    "letters beyond ASCII": lambda rows: rows[9].update(note="žluťoučký kůň"),
    "no rows": lambda rows: rows.clear(),
}


@pytest.mark.parametrize("odd", ODD)
def test_many_rows_are_what_few_are(odd: str) -> None:
    body = page(ODD[odd])
    assert repr(Reader().read(body)) == in_the_general_way(body)


def test_rows_of_xml_are_those_of_json() -> None:
    assert Reader().read(as_xml(1000)).rows == Reader().read(as_json(1000)).rows


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("call", None, "the field 'call' is missing @ .rows[2].id"),
        ("duration", "long", "not 'long' @ .rows[2].duration"),
    ],
)
def test_what_is_wrong_in_one_of_many_rows_is_told(
    field: str, value: str | None, what: str
) -> None:
    def spoil(rows: list[Row]) -> None:
        rows[2][field] = value
        if value is None:
            del rows[2][field]

    with pytest.raises(ProtocolError) as caught:
        Reader().read(page(spoil))
    assert what in caught.value.what


@pytest.mark.parametrize("cut", [1, 1000, 400_000])
def test_many_rows_that_are_cut_are_no_answer(cut: int) -> None:
    with pytest.raises(ProtocolError, match="no JSON"):
        Reader().read(as_json(1000)[:-cut])


def test_an_error_beside_many_rows_is_an_error() -> None:
    answer = json.loads(as_json(1000))
    body = json.dumps({**answer, "status": 0, "error": ["no", {"field": "bad"}]}).encode()
    with pytest.raises(DaktelaApiError, match="no; field: bad"):
        Reader().read(body)


def test_a_body_in_another_charset_is_read_by_it() -> None:
    body = page(lambda rows: rows[0].update(note="kůň")).decode("unicode_escape")
    reply = Reply(200, {"content-type": "application/json; charset=utf-16"}, body.encode("utf-16"))
    reader = Reader()
    found = reader._model(type(reader.read(page())), reply, Delivery(name="GET StatsCalls"))  # pyright: ignore[reportPrivateUsage]
    assert found.rows[0].note == "kůň"
