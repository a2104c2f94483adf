"""The wire: forms that survive, and answers of any shape that become plain values or faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from _telephony_core.documents import Plain, Unreadable, parse_document
from spikon_async import Fault, WireFormat
from spikon_async.wire import (
    _ROOTS,  # pyright: ignore[reportPrivateUsage]
    encode_form,
    find_faults,
    normalise,
)
from tests.spikon.endpoints import ENDPOINTS

# Keys that look like the document's, and any others.
keys = st.one_of(
    st.sampled_from(
        ["error", "errors", "rows", "count", "id", "code", "text", "desc", "tts ", "tts- 1"]
    ),
    st.from_regex(r"\A[ab]?[-_ ]{0,2}[0-9]{0,10}\Z"),
    st.text(max_size=6),
)
plains: st.SearchStrategy[Plain] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=20,
)


# Forms.


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    params=st.dictionaries(
        st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"))
    ),
    api_key=st.text(st.characters(codec="utf-8"), min_size=1),
    wire_format=st.sampled_from(WireFormat),
)
def test_any_form_survives(params: dict[str, str], api_key: str, wire_format: WireFormat) -> None:
    body = encode_form(params, api_key, wire_format)
    api_format = {WireFormat.JSON: "0", WireFormat.XML: "1"}[wire_format]
    expected = {"api_key": api_key, "api_format": api_format, **params}
    read = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    assert read == list(expected.items())


def test_a_form_is_what_a_browser_would_send() -> None:
    body = encode_form({"message": "Zażółć & 1+1=2 %\n€😀"}, "klucz", WireFormat.XML)
    assert body == (
        b"api_key=klucz&api_format=1&message=Za%C5%BC%C3%B3%C5%82%C4%87+%26+1%2B1%3D2+%25%0A"
        b"%E2%82%AC%F0%9F%98%80"
    )


def test_a_key_of_several_values_is_written_for_each() -> None:
    body = encode_form({"ids": ["1", "2"]}, "klucz", WireFormat.JSON)
    assert body == b"api_key=klucz&api_format=0&ids=1&ids=2"


# Answers.


def leaves(plain: Plain) -> Iterator[Plain]:
    """Yield all that stands in a value, but for a count beside or under its root."""
    if isinstance(plain, dict):
        for key, item in plain.items():
            if "".join(key.split()) != "count":
                yield from leaves(item)
    elif isinstance(plain, list):
        for item in plain:
            yield from leaves(item)
    else:
        yield plain


@settings(deadline=None, derandomize=True, max_examples=60)
@given(plain=plains)
def test_anything_can_be_normalised_and_searched(plain: Plain) -> None:
    try:
        read = normalise(plain)
    except Unreadable:
        assert plain != []
        assert all(leaf is None or not str(leaf).strip() for leaf in leaves(plain))
        return
    faults = find_faults(read)
    assert all(isinstance(fault.text, str) for fault in faults)
    assert all(isinstance(fault.desc, str) for fault in faults)
    assert all(fault.code is None or abs(fault.code) < 10**9 for fault in faults)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(plain=plains)
def test_anything_can_be_searched_as_it_is(plain: Plain) -> None:
    find_faults(plain)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(rows=st.lists(st.dictionaries(st.sampled_from("abc"), st.text(max_size=3), min_size=1)))
def test_numbered_children_keep_their_order_however_they_come(rows: list[dict[str, str]]) -> None:
    numbered: list[tuple[str, Plain]] = [
        (f"call-list-{number}", {**row}) for number, row in enumerate(rows, 1)
    ]
    for order in (numbered, numbered[::-1]):
        root: Plain = {"call-lists": {"count": str(len(rows)), **dict(order)}}
        assert normalise(root) == (rows or {"count": "0"})


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b"<a>"])
def test_any_depth_is_read_or_refused(opening: bytes) -> None:
    closing = {b"[": b"]", b'{"a":': b"}", b"<a>": b"</a>"}[opening]
    for depth in (10, 1000, 100_000):
        body = opening * depth + (b"" if opening == b"<a>" else b"1") + closing * depth
        # Whoever calls these turns it into an error of ours.
        with suppress(RecursionError, Unreadable):
            find_faults(normalise(parse_document(body)))


def test_a_value_nested_too_deep_is_a_recursion_error() -> None:
    deep: Plain = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(RecursionError):
        normalise(deep)


# The spellings of the document.


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        # 4.5.3 and 4.5.5: JSON has in one key what XML has in two.
        ({"add_agent_status": "OK"}, {"status": "OK"}),
        ({"add-agent-status": "OK"}, {"status": "OK"}),
        ({"add-agent": {"status": "OK"}}, {"status": "OK"}),
        ({"remove_agent": {"status": "OK"}}, {"status": "OK"}),
        ({"out-campaign-set-default": {"status": "OK"}}, {"status": "OK"}),
        # 4.3.3: one element in its list, by either spelling.
        ({"phone-books": {"phone_book": {"id": "1"}}}, {"id": "1"}),
        ({"phone-books": {"phone-book": {"id": "1"}}}, {"id": "1"}),
        ({"phone-book-elements": {"phone_book_element": {"id": "1"}}}, {"id": "1"}),
        # 4.4.1: hyphens and underscores.
        ({"call_list": {"call_list_id": "1"}}, {"call_list_id": "1"}),
        ({"call-list": {"call-list-id": "1"}}, {"call_list_id": "1"}),
        # 4.7.4: blanks in keys.
        (
            {"tts ": {"count": "2", "tts- 1": {"id": "1"}, "tts- 2": {"id": "2"}}},
            [{"id": "1"}, {"id": "2"}],
        ),
        ({"tts": {"tts-10": {"id": "10"}, "tts-9": {"id": "9"}}}, [{"id": "9"}, {"id": "10"}]),
        ({"tts": {"tts_1": None}}, [None]),
        # One number twice: both stay.
        (
            {"tts": {"tts-1": {"id": "1"}, "tts- 1": {"id": "2"}}},
            [{"id": "1"}, {"id": "2"}],
        ),
        # Numbered children beside other fields.
        (
            {"x": {"name": "n", "member-1": {"login": "1"}}},
            {"name": "n", "rows": [{"login": "1"}]},
        ),
        # A number at the end of a field is no numbered child.
        ({"x": {"line_1": "a", "line_2": "b"}}, {"line_1": "a", "line_2": "b"}),
        # 4.4.3: no root of the kind expected.
        ([{"a-b": 1}], [{"a_b": 1}]),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}),
        ({"tts": {"tts": "1"}}, {"tts": "1"}),
        ("text", "text"),
        # XML with one number twice or more, and with an element that is empty.
        (
            {"tts": {"tts-1": [{"id": "1"}, {"id": "2"}], "tts-2": {"id": "3"}}},
            [{"id": "1"}, {"id": "2"}, {"id": "3"}],
        ),
        (
            {"tts": {"tts-2": {"id": "3"}, "tts-1": [{"id": "1"}, None]}},
            [{"id": "1"}, None, {"id": "3"}],
        ),
        # A list of anything else stays what it is.
        ({"tts": {"tts-1": ["a", "b"]}}, {"tts_1": ["a", "b"]}),
        ({"tts": {"tts-1": []}}, {"tts_1": []}),
        # 1.0.3, 4.5.2: closed too soon.
        (
            {"cc-monitor": {"basic-data": {"sla": 0}}, "waiting-calls": {}},
            {"basic_data": {"sla": 0}, "waiting_calls": {}},
        ),
        ({"cc-monitor": None, "waiting-calls": {}}, {"cc_monitor": None, "waiting_calls": {}}),
        # No rows: an empty list, and a root that the document names.
        ([], []),
        ({"call-lists": None}, None),
        ({"call-lists": {}}, {}),
        ({"sms": ""}, ""),
        # A root that it does not name, with something under it.
        ({"x": {"count": "0"}}, {"count": "0"}),
        ({"x": {"id": "1", "name": None}}, {"id": "1", "name": None}),
    ],
)
def test_the_spellings_of_the_document(answer: Plain, expected: Plain) -> None:
    assert normalise(answer) == expected


HOLLOW = [
    *("null", '""', '" "', "{}", "[null]", "[[]]", "[{}]", '{"count": "0"}'),
    *('{"errors": []}', '{"errors": {}}', '{"errors": null}', '{"count": 0, "errors": []}'),
    *('{"x": null}', '{"x": {}}', '{"x": [{}]}', '{"x": {"y": {"z": " "}}}', '{"x": "", "y": []}'),
    *("<x/>", "<x> </x>", "<x><y/></x>", "<errors/>"),
]


@pytest.mark.parametrize("answer", HOLLOW)
def test_what_holds_nothing_is_no_answer(answer: str) -> None:
    with pytest.raises(Unreadable, match="holds nothing"):
        normalise(parse_document(answer.encode()))


def test_the_roots_are_those_of_the_document() -> None:
    roots = {next(iter(json.loads(row.json))).strip().replace("-", "_") for row in ENDPOINTS} | {
        row.xml.partition("?>")[2].strip()[1:].partition(">")[0] for row in ENDPOINTS
    }
    assert {root.replace("-", "_") for root in roots} == _ROOTS


@pytest.mark.parametrize(
    "answer",
    [
        {"sms": {"state": 2, "error": "Operator odrzucił"}},
        {"account": {"balance": "1,00"}},
        {"error": "x", "state": "OK"},
        {"errors": "x", "count": "0"},
        [],
        "error",
        7,
        # What could be an error, and is none: it has a number of its own, or no text, or more.
        {"x": {"id": "3", "text": "Unknown API key"}},
        {"x": {"id": "-3"}},
        {"x": {"id": "-3", "text": "a", "name": "b"}},
        {"x": {"id": "x", "text": "a"}},
        [{"id": "-3", "text": "a"}, {"id": "3", "text": "b"}],
    ],
)
def test_a_good_answer_holds_no_fault(answer: Plain) -> None:
    assert find_faults(normalise(answer)) == ()


@pytest.mark.parametrize(
    "answer",
    [
        {"id": "-3", "text": "Unknown API key"},
        {"id": -3, "text": "Unknown API key", "desc": ""},
        {"code": "-3", "text": "Unknown API key"},
        {"response": {"id": "-3", "text": "Unknown API key"}},
        [{"id": "-3", "text": "Unknown API key"}],
    ],
)
def test_an_error_without_a_root_is_one(answer: Plain) -> None:
    assert find_faults(normalise(answer)) == (Fault(-3, "Unknown API key", ""),)


def test_faults_are_found_in_order() -> None:
    answer: Plain = {
        "errors": {
            "count": 2,
            "error-2": {"id": -7, "text": " b ", "desc": None},
            "error-1": {"id": " -6 ", "text": "a", "desc": "to"},
        }
    }
    assert find_faults(normalise(answer)) == (Fault(-6, "a", "to"), Fault(-7, "b", ""))
