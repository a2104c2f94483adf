"""Requests are written to the letter, and refused when they are none; answers are h11's to read."""

from __future__ import annotations

import pytest

from _telephony_core.exchange import Request
from _telephony_core.failures import Unwritable
from _telephony_core.http11 import Head, HeadWriter, Origin
from _telephony_core.version import __version__


def head_of(request: Request) -> Head:
    return HeadWriter().head_of(request)


def headers(head: Head) -> dict[bytes, bytes]:
    return dict(head.event.headers)


@pytest.mark.parametrize(
    ("url", "host", "port", "authority", "target"),
    [
        ("https://a.test/x?y=1#z", "a.test", 443, b"a.test", b"/x?y=1"),
        ("http://a.test", "a.test", 80, b"a.test", b"/"),
        ("http://a.test?x=1", "a.test", 80, b"a.test", b"/?x=1"),
        ("http://a.test#x", "a.test", 80, b"a.test", b"/"),
        ("https://a.test:80/", "a.test", 80, b"a.test:80", b"/"),
        ("https://a.test:443/", "a.test", 443, b"a.test", b"/"),
        ("http://[::1]:81/x", "::1", 81, b"[::1]:81", b"/x"),
        # Whoever put credentials into a link does not make us send them as something else.
        ("https://user:pass@A.test/", "a.test", 443, b"a.test", b"/"),
        ("https://žluťoučký.test/kůň a%20b", "xn--luouk-uva4it5a4g.test", 443,
         b"xn--luouk-uva4it5a4g.test", b"/k%C5%AF%C5%88%20a%20b"),
        ("https://a.test/q?name[]=1&b={2}|3", "a.test", 443, b"a.test", b"/q?name[]=1&b={2}|3"),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart(
    url: str, host: str, port: int, authority: bytes, target: bytes
) -> None:
    head = head_of(Request("GET", url))
    scheme = url.partition(":")[0]
    assert head.origin == Origin(scheme, host, port, authority)
    assert head.event.target == target
    assert headers(head)[b"host"] == authority


def test_every_request_says_who_asks_and_what_it_takes() -> None:
    asked = Request("GET", "http://a.test/", {"accept-encoding": "identity", "x-a": "b"})
    assert headers(head_of(asked)) == {
        b"host": b"a.test",
        b"accept": b"*/*",
        b"accept-encoding": b"identity",
        b"user-agent": f"spikon-daktela-async/{__version__}".encode(),
        b"x-a": b"b",
    }


@pytest.mark.parametrize(
    ("method", "content", "length"),
    [("GET", b"", None), ("GET", b"x", b"1"), ("POST", b"", b"0"), ("POST", b"abc", b"3")],
)
def test_the_length_of_a_body_is_told(method: str, content: bytes, length: bytes | None) -> None:
    head = head_of(Request(method, "http://a.test/", {"x-a": "b"}, content))
    assert headers(head).get(b"content-length") == length
    assert headers(head)[b"x-a"] == b"b"


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "http://a.test/\n"),
        Request("GET", "http://a.test/\x7f"),
        Request("GET", f"http://a.test/{'x' * 65536}"),
        Request("GET", f"http://{'x' * 64}.test/"),
        Request("G T", "http://a.test/"),
        Request("GET", "http://a.test/", {"x": "a\r\nb: c"}),
        Request("GET", "http://a.test/", {"x": "ż"}),
        Request("GET", "http://a.test/", {"x y": "a"}),
    ],
)
def test_what_is_no_http_is_refused_without_being_quoted(request_: Request) -> None:
    with pytest.raises(Unwritable) as caught:
        head_of(request_)
    assert str(caught.value) == ""
    assert caught.value.__context__ is None


def test_headers_that_were_checked_are_not_taken_for_others() -> None:
    writer = HeadWriter()
    one = Request("POST", "http://a.test/x", {"x-a": "b"}, b"abc")
    for request in (
        one,
        Request("POST", "http://a.test/y", {"x-a": "b"}, b"xyz"),
        Request("POST", "http://a.test/x", {"x-a": "c"}, b"abc"),
        Request("POST", "http://b.test/x", {"x-a": "c"}, b"abc"),
        Request("POST", "http://b.test/x", {"x-a": "c"}, b"abcd"),
        Request("GET", "http://b.test/x", {"x-a": "c"}),
        Request("GET", "http://b.test/x", {"x-a": "c", "x-b": "d"}),
        one,
    ):
        found, expected = writer.head_of(request), head_of(request)
        assert found.event.target == expected.event.target
        assert headers(found) == headers(expected)
        with pytest.raises(Unwritable):
            writer.head_of(Request("GET", request.url, {"x-a": "ż"}))
        assert headers(writer.head_of(request)) == headers(expected)
