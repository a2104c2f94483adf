"""Settings are checked once, before anything goes out, and no message holds a password."""

from __future__ import annotations

import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from _telephony_core.errors import InvalidRequest
from _telephony_core.retries import RetryPolicy
from _telephony_core.settings import (
    MAX_BODY,
    TransportSettings,
    check_scheme,
    is_loopback,
    origin,
    split_url,
)


def test_an_address_is_all_that_is_needed() -> None:
    settings = TransportSettings(base_url="https://panel.example.com")
    assert (settings.timeout, settings.connect_timeout, settings.read_timeout) == (60, 10, 30)
    assert (settings.max_connections, settings.max_body) == (20, MAX_BODY)
    assert settings.retry == RetryPolicy()
    assert (settings.verify, settings.proxy, settings.allow_http) == (None, None, ())


@pytest.mark.parametrize(
    "url",
    [
        "https://panel.example.com/",
        "https://panel.example.com:8443/api",
        "HTTPS://PANEL.example.com",
        "http://localhost:8000",
        "http://api.localhost",
        "http://127.0.0.1:1",
        "http://127.255.255.254",
        "http://[::1]:8000",
    ],
)
def test_an_address_is_https_or_this_machine(url: str) -> None:
    assert TransportSettings(base_url=url).base_url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "panel.example.com",
        "/api",
        "//panel.example.com",
        "ftp://panel.example.com",
        "file:///etc/passwd",
        "https://",
        "https:///api",
        "https://panel.example.com:hunter2",
        "https://panel.example.com:99999",
        "https://[::1",
        "https://user:hunter2@[::1",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InvalidRequest, match="no absolute http:// or https:// URL") as caught:
        TransportSettings(base_url=url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hunter2@panel.example.com",
        "https://hunter2@panel.example.com",
        "https://:hunter2@panel.example.com",
        "https://panel.example.com/?key=hunter2",
        "https://panel.example.com/#hunter2",
    ],
)
def test_credentials_in_the_address_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InvalidRequest, match="by their own arguments") as caught:
        TransportSettings(base_url=url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["http://panel.example.com", "http://10.0.0.1", "http://localhost.example.com", "http://[::2]"],
)
def test_plain_http_to_others_is_refused_unless_allowed_by_name(url: str) -> None:
    with pytest.raises(InvalidRequest, match="plain http:// to ") as caught:
        TransportSettings(base_url=url)
    host = split_url(url).hostname or ""
    assert f'allow_http=["{host}"]' in caught.value.advice
    assert TransportSettings(base_url=url, allow_http=[host]).base_url == url
    with pytest.raises(InvalidRequest):
        TransportSettings(base_url=url, allow_http=["other.example.com"])


@pytest.mark.parametrize(
    "name", ["timeout", "connect_timeout", "read_timeout", "max_connections", "max_body"]
)
@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan")])
def test_a_limit_is_finite_and_above_nothing(name: str, value: float) -> None:
    with pytest.raises(InvalidRequest, match=f"{name} is .*; it must be finite and above 0"):
        TransportSettings(base_url="https://x.test", **{name: value})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_the_proxy_shows_in_no_repr() -> None:
    settings = TransportSettings(
        base_url="https://x.test",
        proxy="http://user:hunter2@proxy.test",
        verify=ssl.create_default_context(),
    )
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("a.localhost", True),
        ("notlocalhost", False),
        ("localhost.evil.test", False),
        ("127.0.0.1", True),
        ("127.0.0.1.evil.test", False),
        ("128.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("::1", True),
        ("", False),
    ],
)
def test_loopback_is_this_machine_and_nothing_like_it(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin("https://a.test/x?y") == ("https", "a.test", 443)
    assert origin("https://A.test:443") == origin("HTTPS://a.TEST/")
    assert origin("http://a.test") == ("http", "a.test", 80)
    different = ["https://a.test:444", "https://b.test", "http://a.test", "https://a.test.b.test"]
    assert origin("https://a.test") not in {origin(url) for url in different}
    assert origin("https://a.test@b.test") == ("https", "b.test", 443)


def test_the_scheme_is_checked_by_host_name_alone() -> None:
    check_scheme(split_url("http://a.test:8080/x"), ["a.test"])
    check_scheme(split_url("https://a.test"), [])
    with pytest.raises(InvalidRequest):
        check_scheme(split_url("http://a.test@b.test"), ["a.test"])


@given(st.text() | st.text().map("https://{}".format) | st.text().map("http://a{}".format))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        TransportSettings(base_url=text)
    except InvalidRequest:
        return
    assert split_url(text).hostname


def test_a_single_host_can_be_allowed_by_its_name_in_any_case() -> None:
    check_scheme(split_url("http://pbx.example/"), "PBX.example")
    with pytest.raises(InvalidRequest):
        check_scheme(split_url("http://pbx/"), "pbx.example")
