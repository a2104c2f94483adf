"""Rows read without a dict for each are those that the general way reads."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from types import GenericAlias
from typing import Annotated, Any, cast

import attrs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import _telephony_core.json_rows
from _telephony_core.converter import ModelConverter, NotStructured, Record, Wire
from _telephony_core.documents import Plain, parse_document
from _telephony_core.drift import Drift
from _telephony_core.json_rows import read_in_pieces
from tests.core.test_building import GOOD, PRAGUE, TEXTS, Row, Unusual, extras, scalars
from tests.core.test_converter import Odd, Part, Sample, values


def loud(text: str) -> str:
    return text.upper()


@attrs.frozen(kw_only=True)
class Rest(Record):
    """What has no place of its own kind: several names, lists, records, made defaults."""

    number: Annotated[int, Wire("number", "nr", "no")]
    tags: tuple[str, ...] = ()
    part: Part | None = None
    title: str = "untitled"
    count: int = 7
    name: str | None = "nobody"
    made: Mapping[str, str] = attrs.field(factory=dict[str, str])
    loud: str = attrs.field(default="low", converter=loud)


@attrs.frozen(kw_only=True)
class RowPage(Record):
    rows: Annotated[tuple[Row, ...], Wire("data")] = ()
    total: int | None = None


@attrs.frozen(kw_only=True)
class RestPage(Record):
    rows: Annotated[tuple[Rest, ...], Wire("data", "items")] = ()


def both_ways(answer: Plain, model: type[Any]) -> Any:  # noqa: ANN401
    """Return what the rows of an answer are, or None; both ways agree on it."""
    body = json.dumps(answer).encode()
    converter = ModelConverter(PRAGUE)
    reader = converter.row_reader(model, "result")
    assert reader is not None
    plain = of_result(reader.read(body))
    try:
        expected = converter.structure(of_result(parse_document(body)), model)
    except NotStructured:
        with pytest.raises((TypeError, KeyError, AttributeError)):
            converter.structure_rows(plain, model)
        return None
    found = converter.structure_rows(plain, model)
    assert found == expected
    assert repr(found) == repr(expected)
    assert extras(found) == extras(expected)
    return found


def of_result(answer: Plain) -> Plain:
    assert isinstance(answer, dict)
    return answer["result"]


def rows_of(answer: Plain) -> list[type]:
    """Return what the rows of an answer are read into."""
    result = of_result(answer)
    rows = result["data"] if isinstance(result, dict) else result
    assert isinstance(rows, list)
    return [type(row) for row in rows]


def in_page(*rows: Plain) -> Plain:
    return {"status": 1, "error": None, "result": {"data": list(rows), "total": str(len(rows))}}


finite = scalars.filter(lambda value: not isinstance(value, float) or math.isfinite(value))
some_fields = st.dictionaries(
    st.sampled_from([each.name for each in attrs.fields(Row)]) | st.just("new"), finite
)


@settings(max_examples=200)
@given(st.lists(some_fields, max_size=5))
def test_any_rows_are_read_alike(rows: list[dict[str, Plain]]) -> None:
    both_ways(in_page(*({**GOOD, **row} for row in rows)), RowPage)
    both_ways(in_page(*rows), RowPage)
    both_ways({"result": [{**GOOD, **row} for row in rows]}, tuple[Row, ...])


@pytest.mark.parametrize("text", TEXTS)
def test_each_text_is_read_alike_in_each_field(text: str) -> None:
    for name in GOOD:
        both_ways(in_page(GOOD, {**GOOD, name: text}, GOOD), RowPage)
        both_ways(in_page(GOOD, {**GOOD, f"maybe_{name}": text}, GOOD), RowPage)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from([*("number", "nr", "no", "tags", "part", "title", "count", "name")])
            | st.sampled_from(["made", "loud", "new"]),
            finite | st.lists(finite, max_size=2) | st.dictionaries(st.text(), finite, max_size=2),
        ),
        max_size=4,
    )
)
def test_unusual_fields_are_read_alike(rows: list[dict[str, Plain]]) -> None:
    both_ways(in_page(*rows), RestPage)
    both_ways(in_page(*({"number": 1, **row} for row in rows)), RestPage)


def test_what_a_field_is_when_it_is_not_there() -> None:
    page = both_ways(in_page({"no": "5"}, {"nr": 6, "no": 5}), RestPage)
    assert page.rows == (Rest(number=5), Rest(number=6))
    assert page.rows[0].loud == "LOW"
    assert page.rows[0].made is not page.rows[1].made
    assert both_ways(in_page({"title": "no number"}), RestPage) is None


@given(values, st.sampled_from([Sample, Part, Row, Rest]))
def test_any_value_in_the_place_of_rows_is_read_alike(plain: Plain, model: type[Any]) -> None:
    body = json.dumps({"result": plain, "error": [plain], "other": {"data": plain}}).encode()
    converter = ModelConverter(PRAGUE)
    reader = converter.row_reader(cast("type[object]", GenericAlias(tuple, (model, ...))), "result")
    assert reader is not None
    try:
        found = reader.read(body)
    except msgspec.DecodeError:
        # It reads rows, and whoever asks it reads all else in the general way.
        return
    assert isinstance(found, dict)
    expected = parse_document(body)
    assert isinstance(expected, dict)
    assert {**found, "result": None} == {**expected, "result": None}


def test_rows_are_structs_as_long_as_they_fit() -> None:
    reader = ModelConverter(PRAGUE).row_reader(RowPage, "result")
    assert reader is not None
    good: Plain = {**GOOD}
    struct, *_ = rows_of(reader.read(json.dumps(in_page(good)).encode()))
    assert issubclass(struct, msgspec.Struct)
    odd: Plain = {**GOOD, "new": 1}
    body = json.dumps(in_page(*[good] * 120, odd, *[good] * 80)).encode()
    found = rows_of(reader.read(body))
    # Fifty are read at a time, and there is one more exception than that is worth.
    assert found == [struct] * 100 + [dict] * 101


def test_undocumented_fields_of_rows_are_kept_and_told() -> None:
    drifts: list[Drift] = []
    converter = ModelConverter(PRAGUE, drifts.append)
    reader = converter.row_reader(RowPage)
    assert reader is not None
    body = json.dumps({"result": {"data": [{**GOOD, "new": 1}, {**GOOD, "colour": "mauve"}]}})
    page = converter.structure_rows(of_result(reader.read(body.encode())), RowPage)
    assert [row.extra for row in page.rows] == [{"new": 1}, {}]
    assert page.rows[1].colour == "mauve"
    assert {drift.what for drift in drifts} == {"new", "mauve"}


@pytest.mark.parametrize("model", [Record, Part, Sample, tuple[str, ...], tuple[Odd, ...], str])
def test_what_has_no_rows_has_no_reader(model: type[Any]) -> None:
    converter = ModelConverter(PRAGUE)
    assert converter.row_reader(model, "result") is None
    assert converter.row_reader(model, "result") is None


def test_where_fields_share_a_name_there_is_no_reader() -> None:
    assert ModelConverter(PRAGUE).row_reader(tuple[Unusual, ...], "result") is None


def test_a_reader_is_made_once() -> None:
    converter = ModelConverter(PRAGUE)
    assert converter.row_reader(RowPage) is converter.row_reader(RowPage)


# Long answers in pieces.


@given(
    values.filter(
        lambda plain: "Infinity" not in json.dumps(plain) and "NaN" not in json.dumps(plain)
    )
)
def test_pieces_make_the_whole(plain: Plain) -> None:
    body = json.dumps(plain).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_telephony_core.json_rows, "_LONG", 2)
        assert read_in_pieces(body) == parse_document(body)
        with pytest.raises(msgspec.DecodeError):
            read_in_pieces(body[:-1] if body[-1:] in b']}"' else body + b"x")


def test_what_is_deep_is_not_taken_apart_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    whole = msgspec.json.decode

    def decode(raw: msgspec.Raw, **how: Any) -> Any:  # noqa: ANN401
        read.append(len(memoryview(raw)))
        return whole(raw, **how)

    monkeypatch.setattr(msgspec.json, "decode", decode)
    body = b"[" * 500 + b"1," * 100_000 + b"1" + b"]" * 500
    assert json.dumps(read_in_pieces(body), separators=(",", ":")).encode() == body
    assert len(read) == 4
