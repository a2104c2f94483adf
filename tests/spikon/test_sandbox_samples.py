"""The fake server's answers have the shapes of the document's samples, in both formats."""

from __future__ import annotations

import datetime as dt
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TypeAlias, TypedDict, cast

import httpx
import pytest

from spikon_async.sandbox import Clock, Sandbox
from spikon_async.sandbox.methods import METHODS

pytestmark = pytest.mark.anyio

Shape: TypeAlias = "str | dict[str, Shape] | list[Shape]"
Json: TypeAlias = "str | int | dict[str, Json] | list[Json]"


class Sample(TypedDict):
    method: str
    section: str
    json: str
    xml: str


SAMPLES: list[Sample] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))

# What to send for an answer with something in it, and what must have happened before.
AGENT = {"agent_id": "1", "campaign_id": "3"}
PARAMETERS: dict[str, dict[str, str]] = {
    "call/initiate": {"phone_account_id": "1", "destination_number": "123456789"},
    "phone_book/show": {"phone_book_id": "0"},
    "phone_book/add": {"phone_book_name": "Testowa"},
    "phone_book/delete": {"phone_book_id": "1"},
    "phone_book_element/add": {
        "phone_book_id": "0",
        "phone_book_element_name": "Jan Kowalski",
        "phone_book_element_number": "123456789",
    },
    "phone_book_element/delete": {"phone_book_element_id": "1"},
    "call_list/order": {
        "dir": "2",
        "date_start": "2024-05-06",
        "date_end": "2024-05-10",
        "with_records_only": "0",
    },
    "call_list/show": {"call_list_id": "1"},
    "cc_in_campaign/add_agent": AGENT,
    "cc_in_campaign/remove_agent": {"agent_id": "1", "campaign_id": "2"},
    "cc_out_campaign/add_agent": AGENT,
    "cc_out_campaign/remove_agent": {"agent_id": "1", "campaign_id": "1"},
    "cc_out_campaign/set_default": AGENT,
    "cc_monitor/show": {"cc_campaign_id": "2"},
    "sms/send": {"from": "SMS", "to": "123456789", "message": "Zażółć"},
    "sms/state": {"id": "1"},
    "tts/voice_list": {"language": "pl-PL"},
    "tts/generate": {"voice": "Ewa", "name": "Zapowiedź 1", "text": "Dzień dobry"},
    "tts/delete": {"tts_id": "1"},
    "tts/price": {"voice": "Ewa", "text": "Dzień dobry"},
    "tts/status": {"tts_id": "1"},
}
BEFORE = {
    "call_list/list": "call_list/order",
    "call_list/show": "call_list/order",
    "sms/state": "sms/send",
    "tts/list": "tts/generate",
    "tts/delete": "tts/generate",
    "tts/status": "tts/generate",
}


async def answer(method: str, **more: str) -> httpx.Response:
    # On a Sunday nobody waits in a queue, as in the sample.
    sandbox = Sandbox(entry_ids=False, clock=Clock(start=dt.datetime(2024, 5, 12, 12)))
    async with sandbox.http_client() as client:

        async def post(step: str) -> httpx.Response:
            data = {"api_key": sandbox.api_key, **PARAMETERS.get(step, {}), **more}
            return await client.post(f"/api/{step}", data=data)

        if method in BEFORE:
            await post(BEFORE[method])
            sandbox.clock.advance(10)
        response = await post(method)
    assert (sandbox.log.acted(), response.status_code) == (len(sandbox.log), 200)
    return response


def same_name(name: str) -> str:
    return re.sub(r"(?<=-| )\d+$", "N", name)


def json_shape(node: Json) -> Shape:
    """Return the types in place of the values, with one child for all numbered ones."""
    if isinstance(node, dict):
        return {same_name(name): json_shape(value) for name, value in node.items()}
    if isinstance(node, list):
        return [json_shape(value) for value in node[:1]]
    return type(node).__name__


def xml_shape(element: ET.Element) -> Shape:
    children = {same_name(child.tag): xml_shape(child) for child in element}
    attributes = {f"@{name}": value for name, value in element.attrib.items()}
    return {**attributes, **children} or "text"


def test_there_is_a_sample_of_every_method_but_the_download() -> None:
    assert {sample["method"] for sample in SAMPLES} == set(METHODS) - {"tts/download"}
    assert len(METHODS) == 30


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["section"])
async def test_json(sample: Sample) -> None:
    documented = sample["json"]
    if sample["method"] == "tts/language_list":
        # The one sample that is no JSON lacks these words, which the XML sample has.
        documented = documented.replace('"28",\n', '"28", "languages": [')
    response = await answer(sample["method"])
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert json_shape(response.json()) == json_shape(json.loads(documented))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["section"])
async def test_xml(sample: Sample) -> None:
    response = await answer(sample["method"], api_format="1")
    assert response.headers["content-type"] == "application/xml; charset=utf-8"
    assert response.text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<')
    # The text is what the test has written down, and what the server under test has made.
    documented = ET.fromstring(sample["xml"])  # noqa: S314
    answered = ET.fromstring(response.text)  # noqa: S314
    assert answered.tag == documented.tag
    assert xml_shape(answered) == xml_shape(documented)


# The oddities word by word, so that no normalizing above can hide one.


async def test_the_key_with_a_blank_in_the_list_of_announcements() -> None:
    assert (await answer("tts/list")).json() == {
        "tts ": {"count": "1", "tts- 1": {"id": "1", "name": "Zapowiedź 1", "generated": "1"}}
    }
    assert "  <tts-1>\n    <id>1</id>" in (await answer("tts/list", api_format="1")).text
    assert (await answer("tts/delete")).json() == {"tts ": {"id": "1", "state": "deleted"}}


async def test_the_blanks_around_ok_in_xml_only() -> None:
    assert (await answer("sms/send")).json() == {"sms": {"state": "OK", "ids": [1]}}
    assert (await answer("sms/send", api_format="1")).text == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<sms>\n  <state> OK </state>\n'
        '  <ids type="array">\n    <id type="integer">1</id>\n  </ids>\n</sms>\n'
    )


async def test_the_two_forms_of_a_status() -> None:
    for direction in ("in", "out"):
        added = f"cc_{direction}_campaign/add_agent"
        assert (await answer(added)).json() == {"add_agent_status": "OK"}
        assert "<add-agent>\n  <status>OK</status>" in (await answer(added, api_format="1")).text
        removed = f"cc_{direction}_campaign/remove_agent"
        assert (await answer(removed)).json() == {"remove_agent": {"status": "OK"}}


async def test_underscores_in_json_and_hyphens_in_xml() -> None:
    assert (await answer("call_list/order")).text == '{"call_list": {"call_list_id": "1"}}'
    ordered = (await answer("call_list/order", api_format="1")).text
    assert "<call-list>\n  <call-list-id>1</call-list-id>\n</call-list>" in ordered
    added = cast("dict[str, dict[str, object]]", (await answer("phone_book/add")).json())
    assert list(added["phone-books"]) == ["phone_book"]


async def test_the_spelling_of_campaigns_and_their_numbers() -> None:
    agents = (await answer("cc_agent/list")).json()["cc-agents"]
    assert agents["count"] == "3"
    assert agents["cc-agent-1"]["in_campains"] == [1, 2]
    assert agents["cc-agent-1"]["default_out_campain"] == 1
    assert (
        '    <out-campains type="array">\n      <out-campain type="integer">1</out-campain>\n'
        '    </out-campains>\n    <default-out-campain type="integer">1</default-out-campain>'
    ) in (await answer("cc_agent/list", api_format="1")).text


async def test_a_state_is_a_number_and_a_balance_has_a_comma() -> None:
    assert (await answer("sms/state")).json() == {"sms": {"state": 5}}
    assert (await answer("balance/show")).json() == {"account": {"balance": "123,45"}}
    assert (await answer("balance/show", sign="1")).json() == {"account": {"balance": "123.45"}}
    assert (await answer("balance/show", sign="0")).json() == {"account": {"balance": "123,45"}}


async def test_an_empty_field_of_a_call_is_an_empty_element() -> None:
    text = (await answer("call_list/show", api_format="1")).text
    assert "    <file></file>\n" in text
