"""Answers of all kinds, for tests that hold decoders to our own errors."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen
from hypothesis import strategies as st

#: As deep as the recursion of most readers does not go.
DEEP = 100_000


@frozen
class AnyAnswer:
    """An HTTP answer with anything in it."""

    status: int
    content_type: str
    body: bytes


_PIECES = [
    *(b"{", b"}", b"[", b"]", b":", b",", b'"', b"null", b"true", b"1e999", b"-", b"NaN"),
    *(b"\\ud800", b"\\u0030", b"9" * 30, b"\xff", b"\0", b"\xef\xbb\xbf", b" "),
    *(b"<", b">", b"</", b"/>", b"&", b"<!DOCTYPE html>", b"<html>", b"<?xml version='1.0'?>"),
    *(b"<![CDATA[", b"]]>", b"<!--", b"&lt;", b"<!DOCTYPE x [<!ENTITY e 'e'>]>", b"&e;"),
    *(b"<error>", b"</error>", b'"status"', b'"error"', b'"result"', b'"data"'),
    *(b"<item key='3'>", b"</item>", b"0000-00-00", b"2024-01-01 00:00:00"),
]
_TYPES = [
    *("", "application/json", "text/xml", "text/html; charset=iso-8859-2"),
    *("application/json; charset=utf-16", "application/json; charset=x-none"),
]
_NESTED = [b"[" * DEEP, b'{"a":' * DEEP, b"<a>" * DEEP, b"<a>" * DEEP + b"</a>" * DEEP]


def any_answers(good: Iterable[bytes]) -> st.SearchStrategy[AnyAnswer]:
    """Return answers of any bytes, and good ones that were damaged."""
    good = list(good)
    return st.builds(
        AnyAnswer,
        st.sampled_from([200, 200, 200, 201, 302, 400, 403, 429, 500, 503]),
        st.sampled_from([*_TYPES, "application/json; charset=x-none"])
        | st.text(max_size=30).map(_tame),
        st.one_of(
            st.binary(max_size=200),
            st.lists(st.sampled_from(_PIECES), max_size=20).map(b"".join),
            st.sampled_from(good),
            st.builds(_damaged, st.sampled_from(good), st.data()),
            st.sampled_from(
                [b"[" * DEEP, b'{"a":' * DEEP, b"<a>" * DEEP, b"<a>" * DEEP + b"</a>" * DEEP]
            ),
        ),
    )


def _damaged(body: bytes, data: st.DataObject) -> bytes:
    """Cut a piece out of a body, or put something else in its place."""
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 40)))
    instead = data.draw(st.sampled_from([b"", *_PIECES]) | st.binary(max_size=8))
    return body[:start] + instead + body[end:]


def _tame(text: str) -> str:
    """Return what can stand in a header."""
    return "".join(c for c in text if c.isascii() and c.isprintable())
