"""Each variant of each action: what is sent for it, and what the documented answers become."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeAlias

import pytest

from daktela_async.client import DaktelaClient
from daktela_async.service import WireFormat
from tests.daktela.endpoints import DOWNLOADS, ENDPOINTS, FLOWS
from tests.daktela.helpers import (
    BASE_URL,
    SERVER,
    TOKEN,
    XML_STYLES,
    Endpoint,
    XmlStyle,
    answer,
    as_xml,
    cookies_of,
    plain_of,
    public_coroutines,
    query_of,
    service,
    undocumented,
)

pytestmark = pytest.mark.asyncio

each_endpoint = pytest.mark.parametrize(
    "endpoint",
    ENDPOINTS,
    ids=[f"{number} {row.variant} {row.name}" for number, row in enumerate(ENDPOINTS)],
)


def same(result: object, expected: object) -> None:
    """Compare results by their types too: a text equals the member of an enumeration."""
    assert result == expected
    assert repr(result) == repr(expected)


async def answered(endpoint: Endpoint, body: str) -> object:
    with service() as router:
        router.route().mock(return_value=answer(body))
        async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
            return await endpoint.call(daktela)


async def test_every_public_coroutine_has_a_row() -> None:
    rows = {row.name for row in ENDPOINTS} | {name for _, name in DOWNLOADS}
    async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
        assert set(public_coroutines(daktela)) == rows | FLOWS
    assert not rows & FLOWS


@pytest.mark.parametrize("wire_format", list(WireFormat))
@each_endpoint
async def test_what_is_sent(endpoint: Endpoint, wire_format: WireFormat) -> None:
    xml = wire_format is WireFormat.XML
    body = as_xml(endpoint.body, "repeated") if xml else endpoint.body
    with service() as router:
        route = router.route().mock(return_value=answer(body))
        async with DaktelaClient(SERVER, access_token=TOKEN, wire_format=wire_format) as daktela:
            await endpoint.call(daktela)
    assert route.call_count == 1
    request = route.calls.last.request
    assert request.method == "GET"
    address = str(request.url).partition("?")[0]
    assert address == f"{BASE_URL}/api/{endpoint.path}/{wire_format.value}"
    assert query_of(request) == endpoint.query
    assert cookies_of(request) == {"access_token": TOKEN, **endpoint.cookies}
    assert request.content == b""


@each_endpoint
async def test_the_documented_json(endpoint: Endpoint) -> None:
    result = await answered(endpoint, endpoint.body)
    same(result, endpoint.result)
    assert list(undocumented(result)) == []


@pytest.mark.repetitive
@pytest.mark.parametrize("style", XML_STYLES)
@each_endpoint
async def test_the_same_as_xml(endpoint: Endpoint, style: XmlStyle) -> None:
    same(await answered(endpoint, as_xml(endpoint.body, style)), endpoint.result)


Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


def _with_scalars(change: Callable[[Json], Json]) -> Callable[[Json], Json]:
    def rewrite(value: Json) -> Json:
        if isinstance(value, dict):
            return {key: rewrite(item) for key, item in value.items()}
        return [rewrite(item) for item in value] if isinstance(value, list) else change(value)

    return rewrite


def _as_number(value: Json) -> Json:
    if isinstance(value, str) and value.isdecimal() and value == str(int(value)):
        return int(value)
    return value


def _as_text(value: Json) -> Json:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _empty_map_as_list(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _empty_map_as_list(item) for key, item in value.items()} or []
    return [_empty_map_as_list(item) for item in value] if isinstance(value, list) else value


REWRITES: dict[str, Callable[[Json], Json]] = {
    "numbers as numbers": _with_scalars(_as_number),
    "numbers as texts": _with_scalars(_as_text),
    "empty maps as lists": _empty_map_as_list,
}


@pytest.mark.repetitive
@pytest.mark.parametrize("how", REWRITES)
@each_endpoint
async def test_other_spellings_are_the_same(endpoint: Endpoint, how: str) -> None:
    rewritten = REWRITES[how](plain_of(endpoint.body))
    same(await answered(endpoint, json.dumps(rewritten)), endpoint.result)
