"""Whatever a server answers is a result or an error of ours, and shows no secret."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daktela_async import RetryPolicy
from daktela_async.client import DaktelaClient
from daktela_async.errors import TelephonyError
from daktela_async.service import WireFormat
from tests.any_answers import AnyAnswer, any_answers
from tests.daktela.endpoints import ENDPOINTS
from tests.daktela.helpers import SERVER, TOKEN, Endpoint, as_xml, told

BODIES = [
    *(row.body.encode() for row in ENDPOINTS),
    *(as_xml(row.body, "keyed").encode() for row in ENDPOINTS),
    *(as_xml(row.body, "repeated").encode() for row in ENDPOINTS),
    f'{{"status":0,"error":["bad token {TOKEN}"],"result":null}}'.encode(),
    f"<html>{TOKEN}</html>".encode(),
]


async def made(endpoint: Endpoint, answer: AnyAnswer, wire_format: WireFormat) -> object:
    """Make a call that is answered so, and return its result or the error; no error but ours."""

    def handle(_request: httpx.Request) -> httpx.Response:
        headers = {"content-type": answer.content_type}
        return httpx.Response(answer.status, content=answer.body, headers=headers)

    http_client = httpx.AsyncClient(transport=httpx.MockTransport(handle), trust_env=False)
    async with (
        http_client,
        DaktelaClient(
            SERVER,
            access_token=TOKEN,
            http_client=http_client,
            wire_format=wire_format,
            retry=RetryPolicy(attempts=1),
        ) as daktela,
    ):
        try:
            return await endpoint.call(daktela)
        except TelephonyError as error:
            assert TOKEN not in told(error)  # noqa: PT017  # no error is as good
            return error


@pytest.mark.repetitive
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_a_good_answer_gets_through_here_too(endpoint: Endpoint) -> None:
    answer = AnyAnswer(200, "", endpoint.body.encode())
    found = asyncio.run(made(endpoint, answer, WireFormat.JSON))
    assert found == endpoint.result


@pytest.mark.repetitive
@pytest.mark.parametrize("wire_format", list(WireFormat))
@settings(max_examples=150, deadline=None)
@given(endpoint=st.sampled_from(ENDPOINTS), answer=any_answers(BODIES))
def test_any_answer_is_a_result_or_an_error_of_ours(
    wire_format: WireFormat, endpoint: Endpoint, answer: AnyAnswer
) -> None:
    asyncio.run(made(endpoint, answer, wire_format))


@pytest.mark.repetitive
@settings(max_examples=300, deadline=None)
@given(data=st.data(), endpoint=st.sampled_from(ENDPOINTS))
def test_a_damaged_answer_of_its_own_is_a_result_or_an_error_of_ours(
    data: st.DataObject, endpoint: Endpoint
) -> None:
    own = [endpoint.body.encode(), as_xml(endpoint.body, "keyed").encode()]
    answer = data.draw(any_answers(own))
    asyncio.run(made(endpoint, AnyAnswer(200, "", answer.body), WireFormat.JSON))
