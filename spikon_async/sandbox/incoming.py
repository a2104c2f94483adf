"""A request as it came in, taken apart but not yet judged."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, unquote_plus

import attrs
from starlette.requests import Request

from _telephony_core.sandbox.request_log import HIDDEN, visible_headers

FORM = "application/x-www-form-urlencoded"
KEY_PARAMETER = "api_key"
KEY_HEADER = "spikon-api-key"

_SECRET_HEADERS = (KEY_HEADER, "authorization", "proxy-authorization", "cookie")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@attrs.frozen(repr=False)
class Incoming:
    """One request; ``form`` is None if the body couldn't be understood.

    ``repeated`` names a form field that came more than once.
    """

    verb: str
    path: str
    url: str
    query: Mapping[str, str]
    form: Mapping[str, str] | None
    repeated: str | None
    headers: Mapping[str, str]
    client: str

    @property
    def form_key(self) -> str:
        """The key in the form; empty if there is none."""
        return (self.form or {}).get(KEY_PARAMETER, "")

    @property
    def header_key(self) -> str:
        """The key in the header; empty if there is none."""
        return self.headers.get(KEY_HEADER, "")

    @property
    def key_in(self) -> str | None:
        """Where the key came."""
        if self.form_key:
            return "form"
        if self.header_key:
            return "header"
        return "query" if self.query.get(KEY_PARAMETER) else None

    @property
    def sent(self) -> dict[str, str]:
        """All parameters but the key."""
        both = {**self.query, **(self.form or {})}
        both.pop(KEY_PARAMETER, None)
        return both

    @property
    def wants_xml(self) -> bool:
        """Whether the answer shall be XML."""
        return self.sent.get("api_format") == "1"


async def read(request: Request) -> Incoming:
    """Receive the whole request."""
    pairs = _form(request.headers.get("content-type", ""), await request.body())
    names = [name for name, _ in pairs or ()]
    return Incoming(
        verb=request.method,
        path=request.url.path,
        url=_url(request),
        query=dict(parse_qsl(_query(request), keep_blank_values=True)),
        form=None if pairs is None else dict(pairs),
        repeated=next((name for name in names if names.count(name) > 1), None),
        headers={name.lower(): value for name, value in request.headers.items()},
        client=request.client.host if request.client is not None else "",
    )


class Veil:
    """Hide the keys in what is to be logged, wherever they turn up and however escaped."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = re.compile("|".join(_written(key) for key in keys if key) or "(?!)")

    def text(self, text: str) -> str:
        """Return the text without the keys."""
        return self._keys.sub(HIDDEN, text)

    def params(self, incoming: Incoming) -> dict[str, str]:
        """Return the parameters without the keys."""
        return {self.text(name): self.text(value) for name, value in incoming.sent.items()}

    def headers(self, incoming: Incoming) -> dict[str, str]:
        """Return the headers without the keys."""
        seen = visible_headers(incoming.headers.items(), _SECRET_HEADERS)
        return {name: self.text(value) for name, value in seen.items()}


@functools.lru_cache(maxsize=64)
def _written(key: str) -> str:
    """Return a pattern of the key in which any character may be escaped as in a URL."""
    return "".join(
        f"(?:{re.escape(character)}|(?i:{quoted}){plus})"
        for character in key
        for quoted in ["".join(f"%{byte:02x}" for byte in character.encode())]
        for plus in ["|[+]" if character == " " else ""]
    )


def _form(content_type: str, body: bytes) -> list[tuple[str, str]] | None:
    if not body:
        return []
    if content_type.partition(";")[0].strip().lower() != FORM:
        return None
    try:
        text = body.decode("ascii")
        if _BROKEN_ESCAPE.search(text):
            return None
        return parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        return None


def _query(request: Request) -> str:
    raw: bytes = request.scope["query_string"]
    return raw.decode("latin-1")


def _url(request: Request) -> str:
    """Return the URL as it came, but for the key."""
    raw: bytes = request.scope["raw_path"]
    host = request.headers.get("host", "")
    url = f"{request.url.scheme}://{host}{raw.decode('latin-1')}"
    query = _query(request)
    if not query:
        return url
    fields = (
        f"{name}={HIDDEN}" if unquote_plus(name) == KEY_PARAMETER else name + equals + value
        for name, equals, value in (field.partition("=") for field in query.split("&"))
    )
    return f"{url}?{'&'.join(fields)}"
