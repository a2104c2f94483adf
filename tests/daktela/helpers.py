"""What the tests of the Daktela client share: a table's row, a service, XML made of JSON."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Coroutine, Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

import attrs
import httpx
import respx
from attrs import field, frozen

from _telephony_core.converter import Record
from _telephony_core.documents import Plain
from _telephony_core.session import Resource
from daktela_async.client import DaktelaClient
from daktela_async.errors import TelephonyError
from daktela_async.session import DaktelaSession
from tests.intercepted import intercepted

SERVER = "mojevu.daktela.com"
BASE_URL = f"https://{SERVER}"
#: The token of the document's own examples.
TOKEN = "1234567890123456789012345678901234567890"
PRAGUE = ZoneInfo("Europe/Prague")


@frozen(kw_only=True)
class Endpoint:
    """One way to call one action of the document, and what comes of it."""

    #: Action and version, as the document has them: "GetQueues 3.0".
    variant: str
    #: Resource and method, as "queues.get".
    name: str
    call: Callable[[DaktelaClient], Coroutine[Any, Any, object]]
    #: Where it goes, between "/api/" and the format: "3.0/GetQueues/3".
    path: str
    #: The query, in order; a key with several values stands once for each.
    query: tuple[tuple[str, str], ...] = ()
    #: The cookies beside the token.
    cookies: dict[str, str] = field(factory=dict[str, str])
    #: The documented answer, in JSON; the XML ones are made of it.
    body: str
    result: object


# The service.


@contextmanager
def service() -> Generator[respx.MockRouter]:
    """Stand in for the service; a request to an address that no route has is an error."""
    with intercepted(BASE_URL, assert_all_called=False) as router:
        yield router


def answer(body: str | bytes, status: int = 200, content_type: str = "") -> httpx.Response:
    """Return an answer, as JSON or as XML by its first character."""
    content = body.encode() if isinstance(body, str) else body
    kind = content_type or f"application/{'xml' if content[:1] == b'<' else 'json'}"
    return httpx.Response(status, content=content, headers={"content-type": kind})


def query_of(request: httpx.Request) -> tuple[tuple[str, str], ...]:
    """Return the parameters of a request in order."""
    text = request.url.query.decode("ascii")
    return tuple(parse_qsl(text, keep_blank_values=True, strict_parsing=True)) if text else ()


def requests_of(route: respx.Route) -> list[httpx.Request]:
    """Return the requests that came by a route, in order."""
    calls: list[respx.models.Call] = list(route.calls)
    return [call.request for call in calls]


def cookies_of(request: httpx.Request) -> dict[str, str]:
    """Return the cookies of a request as PHP would read them."""
    pairs = [pair.split("=", 1) for pair in request.headers.get("cookie", "").split("; ") if pair]
    return {unquote(name): unquote(value) for name, value in pairs}


async def sent(
    call: Callable[[DaktelaClient], Coroutine[Any, Any, object]],
    body: str = '{"status":1,"error":null,"result":null}',
) -> httpx.Request:
    """Make a call and return the one request that it sent."""
    with service() as router:
        route = router.route().mock(return_value=answer(body))
        async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
            await call(daktela)
    assert route.call_count == 1
    request: httpx.Request = route.calls.last.request
    return request


# XML, the ways in which writers for PHP's arrays make it.

#: `repeated`: <item> again and again, numeric keys with letters before them; `numbered`: <item0>,
#: <item1> ...; `keyed`: <item key="0">; `unkeyed`: <item> for lists and for maps of maps.
XmlStyle = Literal["repeated", "numbered", "keyed", "unkeyed"]
XML_STYLES: tuple[XmlStyle, ...] = ("repeated", "numbered", "keyed", "unkeyed")
_PREFIX = {"repeated": "n", "numbered": "item", "keyed": "_", "unkeyed": "_"}


def plain_of(body: str) -> Plain:
    """Return what a JSON answer of the document means: two of its samples are no JSON."""
    plain: Plain
    plain, end = json.JSONDecoder(strict=False).raw_decode(body)
    assert body[end:] in {"", "}"}
    return plain


def as_xml(body: str, style: XmlStyle, root: str = "response") -> str:
    """Return a JSON answer as XML."""
    plain = plain_of(body)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_element(root, plain, style)}\n'


def _element(name: str, value: Plain, style: XmlStyle, attribute: str = "") -> str:
    if value is None or value == "" or value is False:
        return f"<{name}{attribute}/>"
    return f"<{name}{attribute}>{_content(value, style)}</{name}>"


def _content(value: Plain, style: XmlStyle) -> str:
    if isinstance(value, list):
        return _rows([(str(number), item) for number, item in enumerate(value)], style, True)
    if isinstance(value, dict):
        if value and all(key[:1].isdigit() for key in value):
            return _rows(list(value.items()), style, False)
        return "".join(_element(key, item, style) for key, item in value.items())
    return "1" if value is True else escape(str(value))


def _rows(rows: list[tuple[str, Plain]], style: XmlStyle, is_list: bool) -> str:
    if style == "keyed":
        return "".join(_element("item", row, style, f" key={quoteattr(key)}") for key, row in rows)
    maps = all(isinstance(row, dict) for _, row in rows)
    if (style != "numbered" and is_list) or (style == "unkeyed" and maps):
        return "".join(_element("item", row, style) for _, row in rows)
    return "".join(_element(f"{_PREFIX[style]}{key}", row, style) for key, row in rows)


# Looks into results, clients and errors.


def undocumented(result: object) -> Iterator[Mapping[str, object]]:
    """Yield the fields that the models did not know, at any depth."""
    if isinstance(result, tuple):
        for item in result:  # pyright: ignore[reportUnknownVariableType]
            yield from undocumented(item)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(result, Record):
        if result.extra:
            yield result.extra
        for attribute in attrs.fields(type(result)):
            if attribute.name != "extra":
                yield from undocumented(getattr(result, attribute.name))


def resources(daktela: DaktelaClient) -> dict[str, Resource[DaktelaSession]]:
    """Return the resources of a client by their names."""
    found: dict[str, Resource[DaktelaSession]] = {
        name: getattr(daktela, name)
        for name, member in vars(type(daktela)).items()
        if isinstance(member, cached_property)
    }
    assert len(found) == 14
    return found


def public_coroutines(daktela: DaktelaClient) -> dict[str, Callable[..., Any]]:
    """Return what can be awaited or iterated of all resources, as "queues.list"."""
    return {
        f"{resource}.{name}": member
        for resource, holder in resources(daktela).items()
        for name, member in inspect.getmembers(holder)
        if not name.startswith("_")
        and (
            inspect.iscoroutinefunction(member)
            or inspect.isasyncgenfunction(member)
            or name.startswith(("iter", "watch"))
        )
    }


def told(error: BaseException) -> str:
    """Return all that an exception shows to whoever prints or logs it, its causes included."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is None or current in seen:
            continue
        seen.append(current)
        waiting += [current.__cause__, current.__context__]
    parts: list[str] = []
    for one in seen:
        parts += [str(one), repr(one), repr(one.args), *getattr(one, "__notes__", [])]
        if isinstance(one, TelephonyError):
            parts += [f"{name}={value!r}" for name, value in vars(one).items()]
    return "\n".join(parts)
