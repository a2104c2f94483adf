"""Records built quickly are those that the slow, detailed way builds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import GenericAlias
from typing import Annotated, Any, cast
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from _telephony_core.building import without_none
from _telephony_core.converter import ModelConverter, NotStructured, Record, Wire, make_converter
from _telephony_core.documents import Plain
from tests.core.test_converter import Colour, Odd, Part, Sample, names, values

PRAGUE = ZoneInfo("Europe/Prague")


@attrs.frozen(kw_only=True)
class Row(Record):
    """A field of each kind that is written out, required and not."""

    text: str
    maybe_text: str | None = None
    number: int
    maybe_number: int | None = None
    flag: bool
    maybe_flag: bool | None = None
    length: timedelta
    maybe_length: timedelta | None = None
    price: Decimal
    maybe_price: Decimal | None = None
    at: datetime
    maybe_at: datetime | None = None
    colour: Colour | str
    maybe_colour: Colour | str | None = None


def _loud(text: str) -> str:
    return text.upper()


@attrs.frozen(kw_only=True)
class Unusual(Record):
    """What few models have: names shared by fields, values that are changed, made defaults."""

    first: Annotated[str, Wire("name", "title")] = "?"
    second: Annotated[str | None, Wire("title")] = None
    third: str = attrs.field(default="low", converter=_loud)
    fourth: Mapping[str, str] = attrs.field(factory=dict[str, str])


quick = ModelConverter(PRAGUE)
detailed = make_converter(PRAGUE)


def built(plain: Plain, model: Any) -> str | None:  # noqa: ANN401
    """Return what is built, by its types too, or None; both ways agree on it."""
    try:
        expected = detailed.structure(plain, model)
    except Exception:
        with pytest.raises(NotStructured):
            quick.structure(plain, model)
        return None
    found = quick.structure(plain, model)
    assert found == expected
    assert type(found) is type(expected)
    assert repr(found) == repr(expected)
    assert extras(found) == extras(expected)
    return repr(found)


def extras(value: object) -> object:
    """Return the undocumented fields at any depth, in their order."""
    if isinstance(value, tuple):
        return [extras(item) for item in cast("tuple[object, ...]", value)]
    if not isinstance(value, Record):
        return None
    fields = [extras(getattr(value, each.name)) for each in attrs.fields(type(value))]
    return [repr(list(value.extra.items())), fields]


@settings(max_examples=200)
@given(values, st.sampled_from([Sample, Part, Odd, Record, Unusual, tuple[Part, ...]]))
def test_any_value_is_the_same_record(plain: Plain, model: type[Any]) -> None:
    built(plain, model)
    fields: Plain = {"id": 1, "src": "", **(plain if isinstance(plain, dict) else {"tags": plain})}
    built(fields, model)
    built([fields, plain, fields], GenericAlias(tuple, (model, ...)))


TEXTS = [
    *("", " ", "0", " 1 ", "1", "-1", "+1", "1_0", "1,5", "1.50", "01:30", "yes", "no", "red"),
    *("2024-02-29 13:14:15", "2024-02-29T13:14:15", " 2024-02-29 13:14:15", "2024-02-29 13:14"),
    *("2024-02-30 13:14:15", "2024-02-29 24:00:00", "2014-W33-5 12:00:00", "0000-00-00"),
    *("2024-02-29 13:14:15Z", "2024-10-27 02:30:00", "0001-01-01 00:00:00"),
    *("9999-12-31 23:59:59", "20240101T000000.123", "2024-01-01x00:00:00"),
    # Digits of other scripts.
    *("\uff12\uff10\uff12\uff14-01-01 00:00:00", "\u0662\u0660\u0662\u0664-01-01 00:00:00"),
    *("2024-01-01T00+01:00", "2024-01-01 00:00:6", "x" * 50, "9" * 18, "9" * 19),
]
scalars: st.SearchStrategy[Plain] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(),
    st.floats(),
    st.sampled_from([0.0, 1.0, -0.0]),
    st.sampled_from(TEXTS),
    st.text(max_size=20),
    st.just([]),
    st.just({}),
    st.just([1]),
)
GOOD: dict[str, Plain] = {
    "text": "a",
    "number": "1",
    "flag": "1",
    "length": "90",
    "price": "1,5",
    "at": "2024-02-29 13:14:15",
    "colour": "red",
}


@settings(max_examples=400)
@given(st.dictionaries(st.sampled_from([each.name for each in attrs.fields(Row)]), scalars))
def test_each_field_is_read_alike(fields: dict[str, Plain]) -> None:
    built({**GOOD, **fields}, Row)


@pytest.mark.parametrize("text", TEXTS)
def test_each_text_is_read_alike_in_each_field(text: str) -> None:
    for name in GOOD:
        built({**GOOD, name: text}, Row)
        built({**GOOD, f"maybe_{name}": text}, Row)


@given(st.sampled_from(list(GOOD)))
def test_a_required_field_is_missed_alike(name: str) -> None:
    fields = {**GOOD}
    del fields[name]
    assert built(fields, Row) is None


@pytest.mark.parametrize("value", [1, True, 1.0, "1", [], {}, None, "", 0, False, 0.0])
@pytest.mark.parametrize("before", [1, True, 1.0, "1"])
def test_what_was_read_before_makes_no_difference(before: Plain, value: Plain) -> None:
    # In Python, 1 == True == 1.0.
    for name in GOOD:
        for field in (name, f"maybe_{name}"):
            built({**GOOD, field: before}, Row)
            built({**GOOD, field: value}, Row)


@given(st.dictionaries(names | st.sampled_from(["title", "third", "fourth"]), scalars, max_size=6))
def test_unusual_fields_are_read_alike(fields: dict[str, Plain]) -> None:
    built(fields, Unusual)


def test_unusual_fields() -> None:
    found = quick.structure({"title": "a", "new": 1}, Unusual)
    assert found == Unusual(first="a", second="a", third="LOW", fourth={})
    assert found.extra == {"new": 1}
    other = quick.structure({"name": "b", "title": "a", "third": "high"}, Unusual)
    assert other == Unusual(first="b", second="a", third="HIGH", fourth={})
    assert other.extra == {}
    assert found.fourth is not other.fourth


def test_no_more_is_remembered_than_a_number_of_short_texts() -> None:
    converter = ModelConverter(PRAGUE)
    for _ in range(2):
        for number in range(5000):
            found = converter.structure({"number": str(number)}, Part)
            assert found.number == number
    long = "9" * 17 + " " * 1000
    assert converter.structure({"number": long}, Part).number == int(long)


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59)))
def test_a_moment_is_what_the_clock_showed(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, fold=0)
    for zone in (PRAGUE, UTC, ZoneInfo("America/New_York")):
        converter = ModelConverter(zone)
        for text in (moment.isoformat(" "), moment.isoformat("T")):
            found = converter.structure({**GOOD, "at": text}, Row).at
            assert found == moment.replace(tzinfo=zone)
            assert found.replace(tzinfo=None) == moment
            assert found.tzinfo is zone


def test_a_type_without_its_none() -> None:
    assert without_none(str | None) is str
    assert without_none(str | int) == (str | int)
    assert without_none(Colour | str | None) == (Colour | str)
    assert without_none(str) is str
