"""The settings that both clients share, checked once."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import field, frozen

from .errors import InvalidRequest
from .hooks import NO_HOOKS, Hooks
from .retries import RetryPolicy

if TYPE_CHECKING:
    import ssl
    from collections.abc import Collection

#: The largest answer that is read into memory unless told otherwise: 64 MiB.
MAX_BODY = 64 * 1024 * 1024


@frozen(kw_only=True)
class TransportSettings:
    """Say how the requests of one client travel.

    Attributes:
        base_url: scheme, host and port (and a path, if the API sits below one) of the service.
        timeout: seconds for a whole call (queueing, connecting, repeating, reading) unless the
            call says otherwise.
        connect_timeout: seconds for making one connection.
        read_timeout: seconds of silence after which one attempt is given up.
        retry: what is repeated, and when.
        max_connections: requests under way at once; more of them queue fairly.
        max_body: bytes of the largest answer read into memory, after decompression.
        verify: the TLS settings; None verifies against the well-known authorities.
        proxy: the URL of a proxy; None takes it from the environment (never for loopback).
        allow_http: hosts to which plain http:// may go, beside loopback.
        hooks: who hears of what happens.
    """

    base_url: str
    timeout: float = 60.0
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    retry: RetryPolicy = field(factory=RetryPolicy)
    max_connections: int = 20
    max_body: int = MAX_BODY
    verify: ssl.SSLContext | None = None
    proxy: str | None = field(default=None, repr=False)
    allow_http: Collection[str] = ()
    hooks: Hooks = NO_HOOKS

    def __attrs_post_init__(self) -> None:
        parts = split_url(self.base_url)
        if parts.username is not None or parts.query or parts.fragment:
            raise InvalidRequest(
                "base_url holds more than scheme, host, port and path.",
                advice="Give credentials by their own arguments.",
            )
        check_scheme(parts, self.allow_http)
        for name in ("timeout", "connect_timeout", "read_timeout", "max_connections", "max_body"):
            value: float = getattr(self, name)
            if not 0 < value < float("inf"):
                raise InvalidRequest(f"{name} is {value}; it must be finite and above 0.")


def split_url(url: str) -> SplitResult:
    """Return the parts of an absolute http or https URL, or raise `InvalidRequest`."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname)
        _ = parts.port  # raises ValueError when it is no number
    except ValueError:
        valid = False
        parts = SplitResult("", "", "", "", "")
    if not valid:
        # The URL is not repeated here: it may hold a password.
        raise InvalidRequest(
            "the address is no absolute http:// or https:// URL.",
            advice='Give it like "https://panel.example.com".',
        )
    return parts


def check_scheme(parts: SplitResult, allow_http: Collection[str]) -> None:
    """Raise `InvalidRequest` for plain http:// to a host that is neither loopback nor allowed."""
    host = parts.hostname or ""
    # A text is a collection too, of characters.
    names = (allow_http,) if isinstance(allow_http, str) else allow_http
    allowed = host in {name.lower() for name in names}
    if parts.scheme == "https" or allowed or is_loopback(host):
        return
    raise InvalidRequest(
        f"plain http:// to {host} would show keys and calls to everybody on the way.",
        advice=f'Use https://, or allow it by name: allow_http=["{host}"].',
    )


def is_loopback(host: str) -> bool:
    """Tell whether a host name means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a URL: two URLs share a key only when these are equal."""
    parts = split_url(url)
    return (
        parts.scheme,
        parts.hostname or "",
        parts.port or (443 if parts.scheme == "https" else 80),
    )


def time_zone(zone: ZoneInfo | str) -> ZoneInfo:
    """Return a time zone, by its name if need be, or raise `InvalidRequest`."""
    if not isinstance(zone, str):
        return zone
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidRequest(
            f"timezone is {zone!r}; no zone has that name.",
            advice='Give one of the IANA database, such as "Europe/Warsaw".',
        ) from None
