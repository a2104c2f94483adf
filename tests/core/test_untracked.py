"""Long lists of records cost the garbage collector nothing, and nothing is lost by that."""

from __future__ import annotations

import ctypes
import gc
import json
import pickle
import weakref
from collections.abc import Generator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import attrs
import pytest

import _telephony_core.untracked
from _telephony_core.converter import ModelConverter, NotStructured, Record, Wire
from _telephony_core.documents import Plain
from _telephony_core.untracked import untrack
from tests.core.test_building import PRAGUE
from tests.core.test_converter import Colour

MANY = 2000


@attrs.frozen(kw_only=True, weakref_slot=True)
class Flat(Record):
    """Nothing in it could lead back to it."""

    number: int
    name: str | None = None
    colour: Colour | str = ""
    at: datetime | None = None
    price: Decimal | None = None


@attrs.frozen(kw_only=True)
class Bent(Record):
    number: int
    parts: tuple[Flat, ...] = ()


@attrs.frozen(kw_only=True)
class FlatPage(Record):
    rows: Annotated[tuple[Flat, ...], Wire("data")] = ()


def page(count: int, **more: Plain) -> Plain:
    return {"data": [{"number": str(number), "name": "x", **more} for number in range(count)]}


def rows(count: int, **more: Plain) -> tuple[Flat, ...]:
    return ModelConverter(PRAGUE).structure(page(count, **more), FlatPage).rows


def tracked(records: tuple[Record, ...]) -> int:
    return sum(map(gc.is_tracked, records))


def test_many_flat_records_are_left_out() -> None:
    found = rows(MANY)
    assert tracked(found) == 0
    gc.collect()
    assert [record.number for record in found] == list(range(MANY))
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301


def test_few_records_and_those_with_more_in_them_are_not() -> None:
    assert tracked(rows(MANY - 1)) == MANY - 1
    assert tracked(rows(MANY, new=[1])) == MANY
    ones: list[Plain] = [{"number": 1} for _ in range(MANY)]
    bent = ModelConverter(PRAGUE).structure(ones, tuple[Bent, ...])
    assert tracked(bent) == MANY


def test_they_are_freed_all_the_same() -> None:
    found = rows(MANY)
    ends = [weakref.ref(record) for record in found]
    gc.disable()
    try:
        del found
        assert not any(end() for end in ends)
    finally:
        gc.enable()


@pytest.fixture
def without_the_function(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    monkeypatch.delattr(ctypes, "pythonapi")
    _telephony_core.untracked._teller.cache_clear()  # pyright: ignore[reportPrivateUsage]
    yield
    _telephony_core.untracked._teller.cache_clear()  # pyright: ignore[reportPrivateUsage]


@pytest.mark.usefixtures("without_the_function")
def test_where_there_is_no_such_function_all_stays_as_it_is() -> None:
    found = rows(MANY)
    untrack(found)
    assert tracked(found) == MANY


# Rows that are used up.


def test_many_rows_are_used_up_and_few_are_not() -> None:
    many, few = page(MANY), page(MANY - 1)
    for plain in (many, few):
        ModelConverter(PRAGUE).structure(plain, FlatPage)
    assert many == {"data": [None] * MANY}
    assert few == page(MANY - 1)


@pytest.mark.parametrize("place", [0, MANY - 1])
def test_what_is_wrong_with_one_of_many_is_found_in_fresh_ones(place: int) -> None:
    def fresh() -> Any:  # noqa: ANN401
        found = json.loads(json.dumps(page(MANY)))
        found["data"][place]["number"] = "none"
        return found

    with pytest.raises(NotStructured, match=rf"not 'none' @ \.rows\[{place}\]\.number"):
        ModelConverter(PRAGUE).structure(fresh(), FlatPage, fresh)
