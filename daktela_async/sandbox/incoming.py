"""A request as it came in, taken apart but not yet judged."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import parse_qsl, unquote, unquote_plus

import attrs
from starlette.requests import Request

from _telephony_core.sandbox.request_log import HIDDEN, visible_headers
from daktela_async.sandbox.php import Value, flatten, parse

TOKEN = "access_token"  # noqa: S105  (a parameter's name)

_SECRET_HEADERS = ("authorization", "proxy-authorization", "cookie")
_SECRET_PARAMETERS = (TOKEN, "password")


@attrs.frozen(repr=False)
class Incoming:
    """One request; ``path`` are the parts of the URL's path, without "api".

    ``query`` and ``cookies`` are the parameters in both places, the token included.
    """

    verb: str
    url: str
    path: tuple[str, ...]
    query: Mapping[str, Value]
    cookies: Mapping[str, Value]
    headers: Mapping[str, str]

    @property
    def version(self) -> str:
        """The version asked for."""
        return self.path[0] if self.path else ""

    @property
    def action(self) -> str:
        """The action asked for."""
        return self.path[1] if len(self.path) > 1 else ""

    @property
    def id(self) -> str | None:
        """The id in the path, if there is one."""
        return self.path[2] if len(self.path) > 3 else None

    @property
    def format(self) -> str:
        """The last part of the path, which should be json or xml."""
        return self.path[-1] if len(self.path) in (3, 4) else ""

    @property
    def token_in(self) -> str | None:
        """Where the token came."""
        if self.query.get(TOKEN):
            return "query"
        return "cookie" if self.cookies.get(TOKEN) else None

    @property
    def token(self) -> str:
        """The token; empty if there is none."""
        token = self.query.get(TOKEN) or self.cookies.get(TOKEN)
        return token if isinstance(token, str) else ""

    def secrets(self) -> Iterator[str]:
        """Yield what the request itself tells is secret."""
        for place in (self.query, self.cookies):
            for name, value in flatten(dict(place)):
                if name in _SECRET_PARAMETERS:
                    yield value


def read(request: Request) -> Incoming:
    """Take a request apart."""
    raw: bytes = request.scope["query_string"]
    cookies = (
        one.strip().partition("=") for one in request.headers.get("cookie", "").split(";") if one
    )
    path = request.url.path.strip("/").split("/")
    return Incoming(
        verb=request.method,
        url=_url(request, raw.decode("latin-1")),
        path=tuple(path[1:]) if path[0] == "api" else (),
        query=parse(parse_qsl(raw.decode("latin-1"), keep_blank_values=True)),
        cookies=parse((unquote_plus(name), unquote_plus(value)) for name, _, value in cookies),
        headers={name.lower(): value for name, value in request.headers.items()},
    )


def action_name(path: str) -> str:
    """Return "SendSMS" for "/api/3.1/SendSMS/json" and for "SendSMS" itself."""
    parts = path.strip("/").split("/")
    return parts[2] if parts[0] == "api" and len(parts) > 2 else path.strip("/")


class Veil:
    """Hide secrets in what is to be logged, wherever they turn up and however escaped."""

    def __init__(self, secrets: Collection[str]) -> None:
        self._secrets = _pattern(frozenset(secret for secret in secrets if secret))

    def text(self, text: str) -> str:
        """Return the text without the secrets."""
        return self._secrets.sub(HIDDEN, text)

    def params(self, incoming: Incoming) -> dict[str, str]:
        """Return the parameters under their full names, without the token."""
        both = {**incoming.cookies, **incoming.query}
        both.pop(TOKEN, None)
        return {
            self.text(name): HIDDEN if name in _SECRET_PARAMETERS else self.text(value)
            for name, value in flatten(both)
        }

    def headers(self, incoming: Incoming) -> dict[str, str]:
        """Return the headers without the secrets."""
        seen = visible_headers(incoming.headers.items(), _SECRET_HEADERS)
        return {name: self.text(value) for name, value in seen.items()}


# A blank may be a plus, and PHP makes underscores of both in names.
_MANGLED = {" ": "|[+_]", ".": "|_"}


@functools.lru_cache(maxsize=64)
def _pattern(secrets: frozenset[str]) -> re.Pattern[str]:
    written = sorted(map(_written, secrets), key=len, reverse=True)
    return re.compile("|".join(written) or "(?!)")


@functools.lru_cache(maxsize=256)
def _written(secret: str) -> str:
    """Return a pattern of the secret in which any character may be escaped as in a URL."""
    return "".join(
        f"(?:{re.escape(character)}|(?i:{quoted}){plus})"
        for character in secret
        for quoted in ["".join(f"%{byte:02x}" for byte in character.encode())]
        for plus in [_MANGLED.get(character, "")]
    )


def _url(request: Request, query: str) -> str:
    """Return the URL as it came, but for the secret parameters."""
    raw: bytes = request.scope["raw_path"]
    url = f"{request.url.scheme}://{request.headers.get('host', '')}{raw.decode('latin-1')}"
    if not query:
        return url
    fields = (
        name + equals + (HIDDEN if unquote(name).strip() in _SECRET_PARAMETERS else value)
        for name, equals, value in (field.partition("=") for field in query.split("&"))
    )
    return f"{url}?{'&'.join(fields)}"
