"""Parameters the way PHP reads them, and envelopes in every shape."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import cast
from urllib.parse import parse_qsl, unquote
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from _telephony_core.documents import Plain, Unreadable, parse_document
from daktela_async.wire import (
    Envelope,
    PhpValue,
    encode_cookies,
    encode_query,
    local_time,
    normalise,
    php_params,
    shown_since,
    shown_until,
    true_false,
    yes_no,
)
from tests.daktela.helpers import PRAGUE, XML_STYLES, XmlStyle, as_xml


def parsed(body: str) -> Envelope:
    return normalise(parse_document(body.encode(), attributes=True))


# Out.


@pytest.mark.parametrize(
    ("value", "flat"),
    [
        ({"queues": [1, 2]}, {"queues[]": ["1", "2"]}),
        ({"queues": ("a", None)}, {"queues[]": ["a"]}),
        ({"queues": []}, {}),
        ({"fields": {3: "x"}}, {"fields[3]": "x"}),
        ({"params": {"foo": {"bar": "y"}}}, {"params[foo][bar]": "y"}),
        ({"number": {0: "1", 1: "2"}}, {"number[0]": "1", "number[1]": "2"}),
        ({"x": [{"a": 1}, {"a": 2}]}, {"x[0][a]": "1", "x[1][a]": "2"}),
        ({"x": [["a"], "b"]}, {"x[0][]": ["a"], "x[1]": "b"}),
        ({"a": None, "b": ""}, {"b": ""}),
        ({"a": True, "b": False}, {"a": "1", "b": "0"}),
        ({"a": 1.5, "b": Decimal("1E+2")}, {"a": "1.5", "b": "100"}),
        ({"a": timedelta(minutes=2, microseconds=999)}, {"a": "120"}),
        ({"a": datetime(2024, 7, 1, 12, 30, 5, 999)}, {"a": "2024-07-01 12:30:05"}),
        ({"a": datetime(2024, 7, 1, 12, 30, tzinfo=UTC)}, {"a": "2024-07-01 14:30:00"}),
    ],
)
def test_parameters(value: dict[str, PhpValue], flat: dict[str, str | list[str]]) -> None:
    assert php_params(value) == flat


def test_times_are_written_in_the_zone_of_the_client() -> None:
    moment = datetime(2024, 1, 1, 0, 30, tzinfo=UTC)
    flat = php_params({"a": moment}, ZoneInfo("America/New_York"))
    assert flat == {"a": "2023-12-31 19:30:00"}


def test_flags_in_words() -> None:
    assert [yes_no(value) for value in (True, False, None)] == ["yes", "no", None]
    assert [true_false(value) for value in (True, False, None)] == ["true", "false", None]


texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(texts.filter(bool), st.lists(texts, min_size=1)))
def test_a_query_is_read_as_it_was_meant(params: dict[str, list[str]]) -> None:
    pairs = [(name, value) for name, values in params.items() for value in values]
    query = encode_query(params)
    assert query.isascii()
    assert parse_qsl(query, keep_blank_values=True, max_num_fields=None) == pairs


@given(st.dictionaries(texts.filter(bool), texts))
def test_cookies_are_read_as_they_were_meant(cookies: dict[str, str]) -> None:
    header = encode_cookies(cookies)
    assert header.isascii()
    assert header.isprintable()
    pairs = [pair.split("=") for pair in header.split("; ")] if header else []
    assert {unquote(name): unquote(value) for name, value in pairs} == cookies


_keys = st.text("abc", min_size=1, max_size=3)
_nested: st.SearchStrategy[PhpValue] = st.recursive(
    texts, lambda inner: st.dictionaries(_keys, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(_keys, _nested, max_size=3))
def test_nested_parameters_lead_back_to_their_values(params: dict[str, PhpValue]) -> None:
    for name, text in php_params(params).items():
        value: object = params
        for key in name.replace("]", "").split("["):
            value = cast("dict[str, object]", value)[key]
        assert value == text


# In.


@pytest.mark.parametrize(
    ("body", "envelope"),
    [
        ('{"status":1,"error":null,"result":7}', Envelope(True, (), 7)),
        ('{"status":"1"}', Envelope(True, (), None)),
        ('{"status":true,"error":""}', Envelope(True, (), None)),
        ('{"status":0}', Envelope(False, (), None)),
        ('{"status":"0","error":[]}', Envelope(False, (), None)),
        ('{"status":null}', Envelope(False, (), None)),
        ('{"error":null}', Envelope(True, (), None)),
        ('{"error":false,"result":[]}', Envelope(True, (), [])),
        ('{"error":"Ne"}', Envelope(False, ("Ne",), None)),
        ('{"status":0,"error":["a","", "b"]}', Envelope(False, ("a", "b"), None)),
        ('{"status":0,"error":{"number":"Chybí","0":["x"]}}',
         Envelope(False, ("number: Chybí", "x"), None)),
        ('{"status":1,"error":"jen varování"}', Envelope(True, ("jen varování",), None)),
        ('{"result":"0000-00-00 00:00:00"}', Envelope(True, (), None)),
        ("<r><status>1</status><error/><result/></r>", Envelope(True, (), None)),
        ("<result><status>0</status><error>Ne</error></result>", Envelope(False, ("Ne",), None)),
        ("<r><status/><error><item>a</item><item>b</item></error></r>",
         Envelope(False, ("a", "b"), None)),
        ("<error>Ne</error>", Envelope(False, ("Ne",), None)),
        ('<r><status type="int">1</status><result id="5" key="3"><item key="3"><a>1</a></item>'
         "</result></r>", Envelope(True, (), {"3": {"a": "1"}})),
        ("<r><status>1</status><result><n3>x</n3><n7/></result></r>",
         Envelope(True, (), {"3": "x", "7": None})),
        ("<r><status>1</status><result><data1>x</data1><data2/></result></r>",
         Envelope(True, (), {"data1": "x", "data2": None})),
        ("<r><status>1</status><result><a>0000-00-00</a></result></r>",
         Envelope(True, (), {"a": None})),
        ("<r><status>1</status><result><item/></result></r>", Envelope(True, (), [None])),
        ("<r><status>1</status><result><user>a</user><user>b</user></result></r>",
         Envelope(True, (), {"user": ["a", "b"]})),
        # Nothing is lost when keys or numbers come twice.
        ('<r><status>1</status><result><item key="3">a</item><item key="3">b</item></result></r>',
         Envelope(True, (), ["a", "b"])),
        ("<r><status>1</status><result><n3>a</n3><_3>b</_3></result></r>",
         Envelope(True, (), {"n3": "a", "_3": "b"})),
    ],
)  # fmt: skip
def test_envelopes(body: str, envelope: Envelope) -> None:
    assert parsed(body) == envelope


@pytest.mark.parametrize(
    "body", ["7", "[]", "{}", '{"message":"x"}', "<r/>", "<r><a>1</a></r>", '{"status":"maybe"}']
)
def test_what_is_no_envelope(body: str) -> None:
    with pytest.raises(Unreadable):
        parsed(body)


_names = st.from_regex(r"[a-z]{1,6}_[a-z]{1,3}", fullmatch=True)
_scalars = st.one_of(
    st.none(),
    st.text(st.characters(min_codepoint=33, max_codepoint=0x17F), min_size=1).filter(
        lambda text: text.strip() == text and "\x7f" not in text and text.isprintable()
    ),
)
# A list without entries and an empty map have no difference from null in XML.
_plain: st.SearchStrategy[Plain] = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4),
        st.dictionaries(_names, inner, min_size=1, max_size=4),
        st.dictionaries(st.integers(1, 99).map(str), inner, min_size=1, max_size=4),
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("style", [style for style in XML_STYLES if style != "unkeyed"])
@given(plain=_plain)
def test_xml_says_what_json_says(style: XmlStyle, plain: Plain) -> None:
    body = json.dumps({"status": 1, "error": None, "result": plain})
    assert parsed(as_xml(body, style)) == parsed(body)


@given(st.binary(max_size=200) | _plain.map(lambda plain: json.dumps(plain).encode()))
def test_anything_is_an_envelope_or_unreadable(body: bytes) -> None:
    with suppress(Unreadable):
        assert isinstance(normalise(parse_document(body, attributes=True)), Envelope)


# The hour that comes twice.

LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # half an hour comes twice there


@pytest.mark.parametrize(
    ("zone", "moment", "since", "until"),
    [
        (PRAGUE, datetime(2026, 10, 24, 23, 59, 59, tzinfo=UTC), "01:59:59", "01:59:59"),
        (PRAGUE, datetime(2026, 10, 25, 0, 0, tzinfo=UTC), "01:59:59", "03:00:00"),
        (PRAGUE, datetime(2026, 10, 25, 0, 45, tzinfo=UTC), "01:59:59", "03:00:00"),
        (PRAGUE, datetime(2026, 10, 25, 1, 0, tzinfo=UTC), "01:59:59", "03:00:00"),
        (PRAGUE, datetime(2026, 10, 25, 1, 59, 59, 900_000, tzinfo=UTC), "01:59:59", "03:00:00"),
        (PRAGUE, datetime(2026, 10, 25, 2, 0, tzinfo=UTC), "03:00:00", "03:00:00"),
        (PRAGUE, datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=PRAGUE), "01:59:59", "03:00:00"),
        (PRAGUE, datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "03:30:00", "03:30:00"),
        (LORD_HOWE, datetime(2026, 4, 4, 15, 10, tzinfo=UTC), "01:29:59", "02:00:00"),
        (LORD_HOWE, datetime(2026, 4, 4, 15, 30, tzinfo=UTC), "02:00:00", "02:00:00"),
        # What a clock shows is taken as it is.
        (PRAGUE, datetime(2026, 10, 25, 2, 30), "02:30:00", "02:30:00"),
        (UTC, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "00:30:00", "00:30:00"),
    ],
)
def test_a_range_reaches_past_the_hour_that_comes_twice(
    zone: tzinfo, moment: datetime, since: str, until: str
) -> None:
    assert f"{shown_since(moment, zone):%H:%M:%S}" == since
    assert f"{shown_until(moment, zone):%H:%M:%S}" == until


@given(
    zone=st.sampled_from([PRAGUE, LORD_HOWE]),
    seconds=st.lists(st.integers(-7200, 7200), min_size=3, max_size=3).map(sorted),
)
def test_a_range_misses_no_moment_in_it(zone: ZoneInfo, seconds: list[int]) -> None:
    put_back = {
        PRAGUE: datetime(2026, 10, 25, 1, tzinfo=UTC),
        LORD_HOWE: datetime(2026, 4, 4, 15, tzinfo=UTC),
    }
    since, moment, until = (put_back[zone] + timedelta(seconds=second) for second in seconds)
    shown = local_time(moment, zone)
    assert shown_since(since, zone) <= shown <= shown_until(until, zone)
