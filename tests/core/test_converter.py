"""Lenient in what a value looks like, strict in what comes out."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from _telephony_core.converter import (
    NO_EXTRA,
    ModelConverter,
    NotStructured,
    Record,
    Wire,
    find_rows,
    read_decimal,
    read_duration,
    read_flag,
    read_integer,
    read_moment,
    read_text,
)
from _telephony_core.documents import Plain

PRAGUE = ZoneInfo("Europe/Prague")


class Colour(StrEnum):
    RED = "red"
    BLUE = "1"


@attrs.frozen(kw_only=True)
class Part(Record):
    number: int
    name: str = ""


@attrs.frozen(kw_only=True)
class Sample(Record):
    id: int
    source: Annotated[str, Wire("src", "from", "source")]
    active: bool = False
    price: Decimal | None = None
    length: Annotated[timedelta | None, Wire("billsec")] = None
    start: datetime | None = None
    colour: Colour | str = ""
    shade: Annotated[Colour | str | None, Wire("tint", "shade")] = None
    main: Part | None = None
    parts: tuple[Part, ...] = ()
    tags: tuple[str, ...] = ()
    counts: Annotated[tuple[int, ...], Wire("nums")] = ()


@attrs.frozen(kw_only=True)
class Odd(Record):
    """A record that the server sometimes writes as a bare number."""

    number: int

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        return {"number": plain} if isinstance(plain, str) else plain


convert = ModelConverter(PRAGUE).structure


def why(plain: Plain, model: type[object]) -> str:
    with pytest.raises(NotStructured) as caught:
        convert(plain, model)
    return str(caught.value)


# Scalars.


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" a b\n", "a b"),
        ("", ""),
        (None, ""),
        ([], ""),
        ({}, ""),
        (True, "1"),
        (False, "0"),
        (0, "0"),
        (-12, "-12"),
        (1.5, "1.5"),
    ],
)
def test_a_text(value: Plain, expected: str) -> None:
    assert read_text(value) == expected


@pytest.mark.parametrize("value", [["a"], {"a": "b"}, [None], [[]]])
def test_what_is_no_text(value: Plain) -> None:
    with pytest.raises(TypeError, match="a text was expected"):
        read_text(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, 7),
        (10**30, 10**30),
        ("7", 7),
        (" -7\n", -7),
        ("+7", 7),
        ("007", 7),
        ("9" * 18, 10**18 - 1),
        (7.0, 7),
        (-0.0, 0),
        (True, 1),
        (False, 0),
    ],
)
def test_a_whole_number(value: Plain, expected: int) -> None:
    found = read_integer(value)
    assert found == expected
    assert type(found) is int


#: What int() or float() would take, and a reader of documents would not.
NO_NUMBERS = ["1_0", "1.5", "1,5", "0x10", "1e3", "- 7", "--7", "7-", "1 0", "seven", "inf", "nan"]
#: The same in other scripts, and with a minus that is no hyphen.
FOREIGN = ["\u0667", "\uff17", "\u2166", "\u00b2", "1\u0663", "\u22127", ""]
NOT_WHOLE: list[Plain] = [1.5, float("inf"), float("nan"), None, [], {}, [7], {"a": 7}]


@pytest.mark.parametrize("value", [*NO_NUMBERS, *FOREIGN, " ", "9" * 19, *NOT_WHOLE])
def test_what_is_no_whole_number(value: Plain) -> None:
    with pytest.raises(TypeError, match="a whole number was expected"):
        read_integer(value)


YES: list[Plain] = [True, 1, "1", "true", "TRUE", " Yes ", "tak", "on", "OK", "ok"]
NO: list[Plain] = [False, 0, "0", "", None, [], {}, "false", "No", "nie", "off", "none", "NONE"]


@pytest.mark.parametrize("value", YES)
def test_yes_in_every_spelling(value: Plain) -> None:
    assert read_flag(value) is True


@pytest.mark.parametrize("value", NO)
def test_no_in_every_spelling(value: Plain) -> None:
    assert read_flag(value) is False


@pytest.mark.parametrize("value", ["2", 2, -1, "maybe", "y", "t", 0.5, "null", "１"])  # noqa: RUF001
def test_what_is_neither_yes_nor_no(value: Plain) -> None:
    with pytest.raises(TypeError, match="yes or no was expected"):
        read_flag(value)


@pytest.mark.parametrize("value", [["1"], {"a": "1"}])
def test_a_shape_is_neither_yes_nor_no(value: Plain) -> None:
    with pytest.raises(TypeError):
        read_flag(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("123,45", "123.45"),
        ("123.45", "123.45"),
        (" -0,50 ", "-0.50"),
        ("+1", "1"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234\u202f567,8", "1234567.8"),
        (7, "7"),
        (-1.25, "-1.25"),
        (0.1, "0.1"),
        # JSON writes small and large numbers so.
        (0.00001, "0.00001"),
        (1e16, "10000000000000000"),
        ("0." + "1" * 40, "0." + "1" * 40),
    ],
)
def test_an_exact_number(value: Plain, expected: str) -> None:
    assert read_decimal(value) == Decimal(expected)


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", "1_0", "1,2,3", "1,234.56", "1.", ".5", "abc", "12 zł", "0x1", "--1"),
        *("NaN", "Infinity", "sNaN", "-inf", "٧", "１", "1٫5"),  # noqa: RUF001
        *(float("nan"), float("inf"), True, False, None, [], {}, ["1"], {"a": 1}),
    ],
)
def test_what_is_no_exact_number(value: Plain) -> None:
    with pytest.raises(TypeError, match="a decimal number was expected"):
        read_decimal(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        ("90", 90),
        (90.0, 90),
        (" 90 ", 90),
        ("-5", -5),
        ("1:30", 90),
        ("01:30", 90),
        ("90:00", 5400),
        ("999:59", 59999),
        ("1:00:05", 3605),
        ("100:00:00", 360_000),
        (" 00:00:07 ", 7),
    ],
)
def test_a_duration(value: Plain, expected: int) -> None:
    assert read_duration(value) == timedelta(seconds=expected)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            "1:2",
            "1:002",
            ":30",
            "1:30:",
            "a:30",
            "-1:30",
            "1:00:00:00",
            "1,5",
            "\u0661:\u0663\u0660",
            "1_0",
        ),
        *(1.5, float("inf"), 10**20, "9" * 18, "9" * 30 + ":00:00", None, [], {}, [90]),
    ],
)
def test_what_is_no_duration(value: Plain) -> None:
    with pytest.raises(TypeError, match="a duration in seconds, MM:SS or HH:MM:SS was expected"):
        read_duration(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-02-29 13:14:15", datetime(2024, 2, 29, 13, 14, 15, tzinfo=PRAGUE)),
        ("2024-07-01T13:14", datetime(2024, 7, 1, 13, 14, tzinfo=PRAGUE)),
        (" 2024-07-01 13:14:15\n", datetime(2024, 7, 1, 13, 14, 15, tzinfo=PRAGUE)),
        ("2024-07-01T13:14:15Z", datetime(2024, 7, 1, 13, 14, 15, tzinfo=UTC)),
        ("2024-07-01T13:14:15+02:00", datetime(2024, 7, 1, 11, 14, 15, tzinfo=UTC)),
        ("2024-07-01T13:14:15-0330", datetime(2024, 7, 1, 16, 44, 15, tzinfo=UTC)),
        ("2024-07-01t13:14:15z", datetime(2024, 7, 1, 13, 14, 15, tzinfo=UTC)),
        ("2024-07-01 13:14:15.5", datetime(2024, 7, 1, 13, 14, 15, 500_000, tzinfo=PRAGUE)),
        ("2024-07-01 13:14:15.000001Z", datetime(2024, 7, 1, 13, 14, 15, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_aware(value: str, expected: datetime) -> None:
    found = read_moment(value, PRAGUE)
    assert found == expected
    assert found.utcoffset() is not None
    assert found.utcoffset() == expected.utcoffset() or found.tzinfo is not PRAGUE


@pytest.mark.parametrize(
    "value",
    [
        *("", "2014-W33-5", "0000-00-00 00:00:00", "2023-02-29 00:00:00", "2024-01-01"),
        *("2024-01-01 24:00:00", "2024-01-01 00:60:00", "20240101T000000", "2024-1-1 0:00:00"),
        *("01.01.2024 00:00:00", "2024-01-01 00:00:00 CET", "2024-01-01 00:00:00."),
        *("2024-01-01 00:00:00.1234567", "2024-01-01 00:00.5", "2024-01-01 00:00:00,5"),
        *("2024-01-01 00:00:00+99:00", "２０２４-01-01 00:00:00", "٢٠٢٤-01-01 00:00:00"),  # noqa: RUF001
        *("2024-01-01\n00:00:00", 1704067200, 0, True, None, [], {}),
    ],
)
def test_what_is_no_moment(value: Plain) -> None:
    with pytest.raises(TypeError, match="a time as YYYY-MM-DD HH:MM:SS was expected"):
        read_moment(value, PRAGUE)


def test_the_hour_that_comes_twice_is_taken_as_the_first() -> None:
    found = read_moment("2024-10-27 02:30:00", PRAGUE)
    assert found.utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize("value", ["x" * 100_000, ["x" * 100_000], {"x" * 100_000: 1}])
def test_a_message_about_a_value_stays_short(value: Plain) -> None:
    assert len(why({"id": value, "src": ""}, Sample)) < 2500


def test_a_message_says_what_a_shape_is_and_not_what_it_holds() -> None:
    assert "not 'a list'" in why({"id": ["hidden"], "src": ""}, Sample)
    assert "not 'a map'" in why({"id": {"hidden": 1}, "src": ""}, Sample)


# Records.


def test_a_whole_record() -> None:
    found = convert(
        {
            "id": "7",
            "src": " 123 ",
            "active": "yes",
            "price": "1,50",
            "billsec": "01:30",
            "start": "2024-07-01 10:00:00",
            "colour": "red",
            "tint": "1",
            "main": {"number": 1, "name": "m"},
            "parts": [{"number": "1"}, {"number": 2, "name": "b"}],
            "tags": {"tag": ["a", "b"]},
            "nums": "5",
        },
        Sample,
    )
    assert found == Sample(
        id=7,
        source="123",
        active=True,
        price=Decimal("1.50"),
        length=timedelta(seconds=90),
        start=datetime(2024, 7, 1, 10, tzinfo=PRAGUE),
        colour=Colour.RED,
        shade=Colour.BLUE,
        main=Part(number=1, name="m"),
        parts=(Part(number=1), Part(number=2, name="b")),
        tags=("a", "b"),
        counts=(5,),
    )
    assert found.extra is NO_EXTRA


def test_a_record_with_what_is_required_alone() -> None:
    assert convert({"id": 1, "src": None}, Sample) == Sample(id=1, source="")


@pytest.mark.parametrize("name", ["price", "billsec", "start", "tint", "main"])
@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_nothing_in_every_spelling_is_none(name: str, nothing: Plain) -> None:
    assert convert({"id": 1, "src": "", name: nothing}, Sample) == Sample(id=1, source="")


@pytest.mark.parametrize("name", ["src", "from", "source"])
def test_a_field_by_any_of_its_names(name: str) -> None:
    found = convert({"id": 1, name: "x"}, Sample)
    assert found.source == "x"
    assert found.extra is NO_EXTRA


def test_of_several_names_the_first_wins() -> None:
    assert convert({"id": 1, "source": "c", "from": "b", "src": "a"}, Sample).source == "a"
    assert convert({"id": 1, "source": "c", "from": "b"}, Sample).source == "b"


def test_the_name_in_python_is_no_name_on_the_wire() -> None:
    found = convert({"id": 1, "src": "", "length": "5", "counts": "5"}, Sample)
    assert found.length is None
    assert found.counts == ()
    assert found.extra == {"length": "5", "counts": "5"}


def test_what_was_answered_is_not_changed() -> None:
    plain: Plain = {"id": 1, "from": "x", "new": [1]}
    before = copy.deepcopy(plain)
    convert(plain, Sample)
    assert plain == before


def test_undocumented_fields_are_kept_in_their_order() -> None:
    found = convert({"z": 1, "id": 1, "extra": "e", "a": {"b": [None]}, "src": ""}, Sample)
    assert list(found.extra.items()) == [("z", 1), ("extra", "e"), ("a", {"b": [None]})]
    assert found.main is None


def test_one_record_does_not_get_the_fields_of_another() -> None:
    first = convert([{"number": 1, "x": 1}, {"number": 2}], tuple[Part, ...])
    assert [part.extra for part in first] == [{"x": 1}, {}]
    assert NO_EXTRA == {}


@pytest.mark.parametrize("nothing", [None, "", []])
def test_nothing_is_an_empty_record(nothing: Plain) -> None:
    assert convert(nothing, Record) == Record()
    assert "the field" in why(nothing, Part)


@pytest.mark.parametrize("value", ["x", 7, ["x"], [{"number": 1}], True])
def test_what_is_no_record(value: Plain) -> None:
    assert "a record was expected, not" in why(value, Part)


def test_a_record_evens_out_its_own_oddities() -> None:
    assert convert("5", Odd) == Odd(number=5)
    assert convert({"number": "5"}, Odd) == Odd(number=5)
    assert convert(["5", {"number": 6}], tuple[Odd, ...]) == (Odd(number=5), Odd(number=6))
    assert "a record was expected" in why(7, Odd)
    assert Record.prepare(7) == 7


def test_records_are_frozen_hashable_and_equal_whatever_is_extra() -> None:
    plain = convert({"number": 1}, Part)
    more = convert({"number": 1, "new": ["unhashable"]}, Part)
    assert plain == more
    assert hash(plain) == hash(more)
    assert len({plain, more, Part(number=2)}) == 2
    assert "new" not in repr(more)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        more.number = 2  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    assert not hasattr(more, "__dict__")


def test_records_survive_pickle_and_copy_with_what_is_extra() -> None:
    record = convert({"id": 1, "src": "", "parts": [{"number": 1, "x": 2}], "new": 3}, Sample)
    for again in (pickle.loads(pickle.dumps(record)), copy.copy(record), copy.deepcopy(record)):  # noqa: S301
        assert again == record
        assert again.extra == {"new": 3}
        assert again.parts[0].extra == {"x": 2}


# Vocabularies.


@pytest.mark.parametrize(
    ("value", "expected"),
    [("red", Colour.RED), (" red ", Colour.RED), (1, Colour.BLUE), (True, Colour.BLUE)],
)
def test_a_documented_value_is_a_member(value: Plain, expected: Colour) -> None:
    found = convert({"id": 1, "src": "", "colour": value, "tint": value}, Sample)
    assert found.colour is expected
    assert found.shade is expected


@pytest.mark.parametrize(("value", "expected"), [("RED", "RED"), ("pink", "pink"), (2, "2")])
def test_an_undocumented_value_stays_a_text(value: Plain, expected: str) -> None:
    found = convert({"id": 1, "src": "", "colour": value, "tint": value}, Sample)
    assert found.colour == found.shade == expected
    assert type(found.colour) is str


def test_a_shape_is_no_value_of_a_vocabulary() -> None:
    assert "a text was expected" in why({"id": 1, "src": "", "colour": ["red"]}, Sample)


# What is empty.


@attrs.frozen(kw_only=True)
class Sums(Record):
    count: int = 0
    length: timedelta = timedelta(seconds=5)
    price: Decimal = Decimal("1.5")
    maybe: int | None = 3


@attrs.frozen(kw_only=True)
class MoreSums(Record):
    count: int = 7
    length: timedelta = timedelta()


@pytest.mark.parametrize("empty", [None, "", []])
def test_an_empty_number_is_the_default_where_there_is_one(empty: Plain) -> None:
    fields: Plain = {"count": empty, "length": empty, "price": empty, "maybe": empty}
    converter = ModelConverter(PRAGUE)
    for _ in range(2):
        assert converter.structure(fields, Sums) == Sums(maybe=None)
        assert converter.structure(fields, MoreSums) == MoreSums()
    assert "a whole number was expected" in why({"number": empty}, Part)


@pytest.mark.parametrize("odd", ["none", "-", {}, [0], "1 2"])
def test_what_is_no_number_is_no_empty_one(odd: Plain) -> None:
    assert "a whole number was expected" in why({"count": odd}, Sums)


# Rows.

ROW: dict[str, Plain] = {"number": 1}
OTHER: dict[str, Plain] = {"number": 2}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([ROW, OTHER], [ROW, OTHER]),
        ([], []),
        (None, []),
        ("", []),
        ({}, []),
        ({"count": "0"}, []),
        ({"rows": [ROW]}, [ROW]),
        ({"rows": ROW, "count": 1}, [ROW]),
        ({"rows": None, "name": "x"}, []),
        ({"rows": {"1": ROW, "2": OTHER}}, [ROW, OTHER]),
        ({"1": ROW, "2": OTHER}, [ROW, OTHER]),
        ({"1": ROW, "2": OTHER, "count": 2}, [ROW, OTHER]),
        ({"7": ROW}, [ROW]),
        ({"novak": ROW, "svoboda": OTHER}, [ROW, OTHER]),
        ({"1": ROW, "2": [], "5": None, "6": "", "9": OTHER}, [ROW, OTHER]),
        ({"1": ROW, "2": [], "count": 2}, [ROW]),
        ({"1": []}, []),
        ({"1": [], "2": []}, []),
        ({"part": ROW}, [ROW]),
        ({"part": [ROW, OTHER]}, [ROW, OTHER]),
        ({"part": [ROW], "count": "1"}, [ROW]),
        ({"parts": {"part": [ROW, OTHER]}}, [ROW, OTHER]),
        ({"part": None}, []),
        ({"part": ""}, []),
        (ROW, [ROW]),
        ({"number": 1, "name": "x"}, [{"number": 1, "name": "x"}]),
    ],
)
def test_the_rows_of_records_in_every_wrapping(value: Plain, expected: list[Plain]) -> None:
    assert find_rows(value, records=True) == expected
    found = convert(value, tuple[Part, ...])
    assert [part.number for part in found] == [
        row["number"] for row in expected if isinstance(row, dict)
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["a", "b"], ["a", "b"]),
        ("a", ["a"]),
        (0, ["0"]),
        (None, []),
        ("", []),
        ({"tag": "a"}, ["a"]),
        ({"tag": ["a", "b"]}, ["a", "b"]),
        ({"tags": {"tag": ["a"]}}, ["a"]),
        ({"tag": None}, []),
        ({"rows": "a"}, ["a"]),
        ({"tag": "a", "count": "1"}, ["a"]),
    ],
)
def test_the_rows_of_texts_in_every_wrapping(value: Plain, expected: list[str]) -> None:
    assert list(convert(value, tuple[str, ...])) == expected


def test_a_map_of_several_texts_is_no_row_of_text() -> None:
    assert "a text was expected" in why({"a": "1", "b": "2"}, tuple[str, ...])


def test_rows_that_are_no_records_are_refused() -> None:
    assert "a record was expected, not '7'" in why(7, tuple[Part, ...])


# Where the trouble is.


def test_the_path_of_a_wrong_field_is_told() -> None:
    text = why({"id": 1, "src": "", "main": {"number": "x"}}, Sample)
    assert "a whole number was expected, not 'x'" in text
    assert "main" in text
    assert "number" in text


def test_the_index_of_a_wrong_row_is_told() -> None:
    text = why({"id": 1, "src": "", "parts": [{"number": 1}, {"number": None}]}, Sample)
    assert "parts[1]" in text


def test_a_missing_field_is_told_by_its_wire_name() -> None:
    assert "the field 'src' is missing" in why({"id": 1}, Sample)


def test_no_more_than_three_troubles_are_told() -> None:
    rows: Plain = [{"number": f"x{n}"} for n in range(50)]
    text = why(rows, tuple[Part, ...])
    assert text.count("was expected") == 3


class Fickle(Record):
    """A record that is wrong at the first look alone."""

    looks = 0

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        cls.looks += 1
        return plain if cls.looks > 1 else "wrong"


def test_a_trouble_that_cannot_be_explained_is_told_all_the_same() -> None:
    assert why({}, Fickle) == "it does not fit"


def test_a_value_nested_without_end_is_told() -> None:
    deep: Plain = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(NotStructured):
        convert({"id": deep, "src": ""}, Sample)


names = st.sampled_from(["id", "src", "active", "price", "billsec", "start", "colour", "tint"]) | (
    st.sampled_from(["main", "parts", "tags", "nums", "number", "name", "rows", "count", "extra"])
)
scalars: st.SearchStrategy[Plain] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["1", "1,5", "01:30", "2024-01-01 00:00:00", "yes", "red"])
)
values: st.SearchStrategy[Plain] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6),
    max_leaves=12,
)


@settings(max_examples=60)
@given(values, st.sampled_from([Sample, Part, Odd, Record]))
def test_any_value_is_the_model_or_not_structured(plain: Plain, model: type[Record]) -> None:
    try:
        found = convert(plain, model)
    except NotStructured:
        return
    assert type(found) is model
    hash(found)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301


@settings(max_examples=60)
@given(values)
def test_a_record_with_any_fields_is_the_model_or_not_structured(value: Plain) -> None:
    fields: Plain = {"id": 1, "src": "", **(value if isinstance(value, dict) else {"tags": value})}
    try:
        found = convert(fields, Sample)
    except NotStructured:
        assert 0 < len(why(fields, Sample)) < 1000
    else:
        assert type(found) is Sample


@settings(max_examples=60)
@given(values, st.booleans())
def test_any_value_has_rows(value: Plain, records: bool) -> None:
    assert isinstance(find_rows(value, records=records), list)
