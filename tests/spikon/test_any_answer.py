"""Whatever a server answers is a result or an error of ours, and shows no secret."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikon_async import RetryPolicy, SpikonClient, TelephonyError, WireFormat
from tests.any_answers import AnyAnswer, any_answers
from tests.spikon.endpoints import ENDPOINTS, Endpoint
from tests.spikon.helpers import KEY, told

BODIES = [
    *(row.json.encode() for row in ENDPOINTS),
    *(row.xml.encode() for row in ENDPOINTS),
    f'{{"errors": {{"error": {{"id": "-3", "text": "Unknown API key {KEY}"}}}}}}'.encode(),
    f"<html>{KEY}</html>".encode(),
]


async def made(endpoint: Endpoint, answer: AnyAnswer, wire_format: WireFormat) -> object:
    """Make a call that is answered so, and return its result or the error; no error but ours."""

    def handle(_request: httpx.Request) -> httpx.Response:
        headers = {"content-type": answer.content_type}
        return httpx.Response(answer.status, content=answer.body, headers=headers)

    http_client = httpx.AsyncClient(transport=httpx.MockTransport(handle), trust_env=False)
    async with (
        http_client,
        SpikonClient(
            KEY,
            http_client=http_client,
            wire_format=wire_format,
            retry=RetryPolicy(attempts=1),
        ) as spikon,
    ):
        try:
            return await endpoint.call(spikon)
        except TelephonyError as error:
            assert KEY not in told(error)  # noqa: PT017  # no error is as good
            return error


@pytest.mark.repetitive
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_a_good_answer_gets_through_here_too(endpoint: Endpoint) -> None:
    for body, result in (
        (endpoint.json, endpoint.result),
        (endpoint.xml, endpoint.xml_result or endpoint.result),
    ):
        answer = AnyAnswer(200, "", body.encode())
        assert asyncio.run(made(endpoint, answer, WireFormat.JSON)) == result


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
    own = [endpoint.json.encode(), endpoint.xml.encode()]
    answer = data.draw(any_answers(own))
    asyncio.run(made(endpoint, AnyAnswer(200, "", answer.body), WireFormat.JSON))
