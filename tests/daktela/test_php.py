"""Parameters survive being written by us and read by PHP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daktela_async.wire import PhpScalar, PhpValue, encode_cookies, encode_query, php_params
from tests.daktela.php import PhpArray, parse_str


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        # From PHP's manual, and what PHP 8 answered.
        (
            "first=value&arr[]=foo+bar&arr[]=baz",
            {"first": "value", "arr": {0: "foo bar", 1: "baz"}},
        ),
        ("a[x][y]=1&a[x][z]=2", {"a": {"x": {"y": "1", "z": "2"}}}),
        ("a[3]=x&a[]=y", {"a": {3: "x", 4: "y"}}),
        ("My Value=1&b.c=2", {"My_Value": "1", "b_c": "2"}),
        ("a=1&a=2", {"a": "2"}),
        ("a[b=1", {"a_b": "1"}),
        ("a[b]c[d]=1", {"a": {"b": "1"}}),
        ("a=1&a[]=2", {"a": {0: "2"}}),
        ("a[007]=x&a[-1]=y", {"a": {"007": "x", -1: "y"}}),
        ("=1&&a", {"a": ""}),
        ("a[ ]=x&a[ b]=y", {"a": {0: "x", " b": "y"}}),
    ],
)
def test_php_reads_queries(query: str, variables: PhpArray) -> None:
    assert parse_str(query) == variables


def expected(value: PhpValue) -> str | PhpArray | None:
    """Return what PHP is to read; None for what has no spelling."""
    if isinstance(value, Mapping):
        inner = {str(key): expected(item) for key, item in value.items()}
        array = {_key(key): item for key, item in inner.items() if item is not None}
        return array or None
    if isinstance(value, Sequence) and not isinstance(value, str):
        nested = any(isinstance(i, Sequence | Mapping) and not isinstance(i, str) for i in value)
        items = [expected(item) for item in value]
        if not nested:
            # Entries that are left out leave no gap.
            items = [item for item in items if item is not None]
        return {number: item for number, item in enumerate(items) if item is not None} or None
    return None if value is None else _text(value)


def _key(key: str) -> int | str:
    return int(key) if key.isascii() and key.isdigit() and str(int(key)) == key else key


def _text(value: PhpScalar) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, timedelta):
        return str(value.days * 86_400 + value.seconds)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S").zfill(19)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
#: The names of parameters are ours. Keys are given by users; brackets and one blank alone mean
#: something else to PHP.
names = st.from_regex(r"\A[a-z_][a-z0-9_]{0,5}\Z")
keys = st.one_of(
    names,
    st.integers(0, 30).map(str),
    st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="[]\0"), min_size=1, max_size=5
    ).filter(lambda key: not key.isspace()),
)
scalars = st.one_of(
    st.none(),
    texts,
    st.booleans(),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
    st.timedeltas(timedelta(0), timedelta(days=1000)),
    st.datetimes(datetime(1970, 1, 1)),
)
nested: st.SearchStrategy[PhpValue] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
        st.dictionaries(st.integers(0, 10**6), texts, max_size=4),
    ),
    max_leaves=10,
)


@pytest.mark.repetitive
@settings(max_examples=400)
@given(st.dictionaries(names, nested, max_size=4))
def test_any_parameters_survive(params: dict[str, PhpValue]) -> None:
    meant = {name: read for name, value in params.items() if (read := expected(value)) is not None}
    query = encode_query(php_params(params))
    assert query.isascii()
    assert parse_str(query) == meant


@given(st.dictionaries(names, nested, max_size=4))
def test_any_parameters_survive_as_cookies(params: dict[str, PhpValue]) -> None:
    # A cookie of several values has no spelling: none of the secret ones has.
    flat = {name: value for name, value in php_params(params).items() if isinstance(value, str)}
    header = encode_cookies(flat)
    pairs = [pair.partition("=") for pair in header.split("; ")] if header else []
    assert {unquote(name): unquote(value) for name, _, value in pairs} == flat
