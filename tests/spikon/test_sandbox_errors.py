"""What the fake server refuses, with which error, and in which order it looks."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TypeAlias

import httpx
import pytest

from spikon_async.sandbox import Sandbox, faults
from spikon_async.sandbox.errors import TEXTS

pytestmark = pytest.mark.anyio

Error: TypeAlias = dict[str, str]


async def post(sandbox: Sandbox, method: str, **params: str) -> httpx.Response:
    async with sandbox.http_client() as client:
        return await client.post(f"/api/{method}", data={"api_key": sandbox.api_key, **params})


def error_of(response: httpx.Response) -> Error:
    error: Error = response.json()["errors"]["error"]
    return error


async def refused(sandbox: Sandbox, method: str, **params: str) -> Error:
    response = await post(sandbox, method, **params)
    assert response.status_code == 200
    assert not sandbox.log[-1].acted
    return error_of(response)


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


# The documents


async def test_the_xml_body_is_the_documented_one(sandbox: Sandbox) -> None:
    response = await post(sandbox, "balance/show", api_key="wrong", api_format="1")
    assert response.headers["content-type"] == "application/xml; charset=utf-8"
    assert "".join(line.strip() for line in response.text.splitlines()) == (
        '<?xml version="1.0" encoding="UTF-8"?>'
        "<errors><error><id>-3</id><text>Unknown API key</text></error></errors>"
    )


async def test_the_json_body_is_the_same_tree(sandbox: Sandbox) -> None:
    response = await post(sandbox, "balance/show", api_key="wrong")
    assert response.json() == {"errors": {"error": {"id": "-3", "text": "Unknown API key"}}}


async def test_the_description_is_a_field_in_xml_too(sandbox: Sandbox) -> None:
    response = await post(sandbox, "sms/state", api_format="1")
    error = ET.fromstring(response.text)  # noqa: S314  (our own server's)
    assert [(e.tag, e.text) for e in error[0]] == [
        ("id", "-7"),
        ("text", "Parameter missing"),
        ("desc", "id"),
    ]


async def test_the_http_status_of_errors_can_be_set(sandbox: Sandbox) -> None:
    sandbox.error_status = 400
    response = await post(sandbox, "sms/state")
    assert (response.status_code, error_of(response)["id"]) == (400, "-7")
    assert (await post(sandbox, "balance/show")).status_code == 200


# -1 to -5: before the method


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", "/api/balance/shwo"),
        ("POST", "/balance/show"),
        ("POST", "/api//balance/show"),
        ("POST", "/api/balance/show/"),
        ("POST", "/"),
        ("GET", "/api/balance/show"),
        ("POST", "/api/tts/download"),
        ("PUT", "/api/balance/show"),
        ("POST", "/channels/lists/call/get_playback_file"),
    ],
)
async def test_minus_1_for_an_unknown_path_or_the_wrong_verb(
    sandbox: Sandbox, verb: str, path: str
) -> None:
    async with sandbox.http_client() as client:
        response = await client.request(verb, path)
    assert error_of(response) == {"id": "-1", "text": "Unknown method"}


async def test_minus_2_without_a_key(sandbox: Sandbox) -> None:
    async with sandbox.http_client() as client:
        for sent in ({}, {"api_key": ""}, {"other": "x"}):
            response = await client.post("/api/balance/show", data=sent)
            assert error_of(response) == {"id": "-2", "text": "API key missing"}


async def test_minus_2_with_the_key_where_the_document_does_not_want_it(sandbox: Sandbox) -> None:
    key = sandbox.api_key
    async with sandbox.http_client() as client:
        in_query = await client.post("/api/balance/show", params={"api_key": key})
        in_header = await client.post("/api/balance/show", headers={"Spikon-API-Key": key})
        download = await client.get("/api/tts/download", params={"api_key": key, "tts_id": "1"})
    assert [error_of(one)["id"] for one in (in_query, in_header, download)] == ["-2"] * 3
    assert [record.api_key_in for record in sandbox.log] == ["query", "header", "query"]


async def test_minus_3_with_an_unknown_key(sandbox: Sandbox) -> None:
    assert await refused(sandbox, "balance/show", api_key="other") == {
        "id": "-3",
        "text": "Unknown API key",
    }


async def test_further_keys_can_be_accepted() -> None:
    sandbox = Sandbox(api_key="one", extra_api_keys=("two",))
    for key in ("one", "two"):
        assert "account" in (await post(sandbox, "balance/show", api_key=key)).json()
    sandbox.api_key = "three"
    assert (await refused(sandbox, "balance/show", api_key="one"))["id"] == "-3"


async def test_minus_4_when_switched_off(sandbox: Sandbox) -> None:
    sandbox.enabled = False
    error = await refused(sandbox, "balance/show")
    assert error == {"id": "-4", "text": "API turned off"}


async def test_minus_5_from_an_address_not_on_the_list() -> None:
    sandbox = Sandbox(allowed_ips=["10.0.0.1"])
    error = await refused(sandbox, "balance/show")
    assert error == {"id": "-5", "text": "IP address not whitelisted"}
    sandbox.allowed_ips = ["127.0.0.1"]
    assert "account" in (await post(sandbox, "balance/show")).json()


# -6, -7, -12: the parameters

LONG = "x" * 3001
GOOD: dict[str, dict[str, str]] = {
    "balance/show": {},
    "call/initiate": {"phone_account_id": "1", "destination_number": "1" * 25},
    "phone_book/add": {"phone_book_name": "ą" * 25},
    "phone_book/show": {"phone_book_id": "0"},
    "phone_book_element/add": {
        "phone_book_id": "0",
        "phone_book_element_name": "ż" * 120,
        "phone_book_element_number": "1" * 25,
    },
    "call_list/order": {
        "dir": "0",
        "date_start": "2024-01-01",
        "date_end": "2024-04-10",
        "with_records_only": "0",
        "number": "1" * 25,
    },
    "sms/send": {"from": "2way", "to": "123456789", "message": "ł" * 918},
    "tts/generate": {"voice": "Jacek", "name": "n", "text": "ó" * 3000},
    "tts/price": {"voice": "Ewa", "text": "t" * 3000},
    "tts/voice_list": {"language": "en-US"},
}


@pytest.mark.parametrize("method", GOOD)
async def test_values_at_their_limits_are_accepted(sandbox: Sandbox, method: str) -> None:
    assert "errors" not in (await post(sandbox, method, **GOOD[method])).json()
    assert sandbox.log[-1].acted


@pytest.mark.parametrize(
    ("method", "parameter", "value", "complaint"),
    [
        ("balance/show", "sign", "2", "not one of 0, 1"),
        ("balance/show", "api_format", "2", "not one of 0, 1"),
        ("call/initiate", "destination_number", "1" * 26, "longer than 25 characters"),
        ("call/initiate", "phone_account_id", "one", "not an id"),
        ("call/initiate", "phone_account_id", "٣", "not an id"),
        ("phone_book/add", "phone_book_name", "ą" * 26, "longer than 25 characters"),
        ("phone_book_element/add", "phone_book_element_name", "ż" * 121, "longer than 120"),
        ("phone_book_element/add", "phone_book_element_number", "1" * 26, "longer than 25"),
        ("phone_book/show", "phone_book_id", "-1", "not an id"),
        ("phone_book/show", "phone_book_id", "9" * 5000, "not an id"),
        ("call_list/order", "dir", "3", "not one of 0, 1, 2"),
        ("call_list/order", "date_start", "01.01.2024", "not a date as YYYY-MM-DD"),
        ("call_list/order", "date_start", "2024-1-1", "not a date as YYYY-MM-DD"),
        ("call_list/order", "date_start", "2024-02-30", "no such date"),
        ("call_list/order", "date_end", "2023-12-31", "before date_start"),
        ("call_list/order", "date_end", "2024-04-11", "the maximum range is 100 days"),
        ("call_list/order", "with_records_only", "yes", "not one of 0, 1"),
        ("call_list/order", "number", "1" * 26, "longer than 25 characters"),
        ("sms/send", "from", "Firma", "not one of SMS, Informacja"),
        ("sms/send", "to", "48123456789", "not 9 digits"),
        ("sms/send", "to", "12345678", "not 9 digits"),
        ("sms/send", "to", "12345678a", "not 9 digits"),
        ("sms/send", "message", "ł" * 919, "longer than 918 characters"),
        ("tts/generate", "text", LONG, "longer than 3000 characters"),
        ("tts/generate", "voice", "Nobody", "unknown voice"),
        ("tts/price", "text", LONG, "longer than 3000 characters"),
        ("tts/price", "voice", "Nobody", "unknown voice"),
        ("tts/voice_list", "language", "xx-XX", "unknown language"),
        ("balance/show", "singn", "1", "no such parameter"),
        ("call_list/order", "sign", "1", "no such parameter"),
    ],
)
async def test_minus_6_names_the_parameter_and_what_is_wrong(
    sandbox: Sandbox, method: str, parameter: str, value: str, complaint: str
) -> None:
    error = await refused(sandbox, method, **{**GOOD[method], parameter: value})
    assert (error["id"], error["text"]) == ("-6", "Wrong value for parameter")
    assert error["desc"].startswith(f"{parameter}: {complaint}")
    assert sandbox.log[-1].params[parameter] == value


async def test_minus_6_for_an_answer_in_neither_format_comes_in_json(sandbox: Sandbox) -> None:
    response = await post(sandbox, "balance/show", api_format="2")
    assert error_of(response)["desc"] == "api_format: not one of 0, 1"


async def test_minus_6_for_what_is_in_the_wrong_place(sandbox: Sandbox) -> None:
    key = sandbox.api_key
    async with sandbox.http_client() as client:
        query = await client.post("/api/balance/show", params={"sign": "1"}, data={"api_key": key})
        body = await client.request(
            "GET",
            "/api/tts/download",
            data={"tts_id": "1"},
            headers={"spikon-api-key": key},
        )
    assert error_of(query)["desc"] == "sign: not in the query"
    assert error_of(body)["desc"] == "tts_id: not in the body"
    assert [record.params for record in sandbox.log] == [{"sign": "1"}, {"tts_id": "1"}]


async def test_minus_6_for_what_comes_twice(sandbox: Sandbox) -> None:
    async with sandbox.http_client() as client:
        response = await client.post(
            "/api/balance/show", data={"api_key": sandbox.api_key, "sign": ["0", "1"]}
        )
    assert error_of(response)["desc"] == "sign: given more than once"


async def test_names_of_senders_can_be_added(sandbox: Sandbox) -> None:
    sandbox.sender_names.add("Firma")
    send = {"to": "123456789", "message": "x"}
    assert "sms" in (await post(sandbox, "sms/send", **send, **{"from": "Firma"})).json()
    assert Sandbox(sender_names=["Inna"]).sender_names == {"Inna"}


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize(
    ("method", "parameter"),
    [(method, parameter) for method, params in GOOD.items() for parameter in params],
)
async def test_minus_7_names_the_missing_parameter(
    sandbox: Sandbox, method: str, parameter: str, value: str | None
) -> None:
    params = {name: text for name, text in GOOD[method].items() if name != parameter}
    if value is not None:
        params[parameter] = value
    if parameter in ("with_records_only", "number"):
        assert "call_list" in (await post(sandbox, method, **params)).json()
    else:
        error = await refused(sandbox, method, **params)
        assert error == {"id": "-7", "text": "Parameter missing", "desc": parameter}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"api_key": "sandbox-key"}'),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("application/x-www-form-urlencoded", b"api_key"),
        ("application/x-www-form-urlencoded", b"api_key=sandbox-key&sign=%zz"),
        ("application/x-www-form-urlencoded", b"api_key=sandbox-key&sign=%ff"),
        ("application/x-www-form-urlencoded", b"api_key=sandbox-key&sign=\xc5\x82"),
    ],
)
async def test_minus_12_for_a_form_that_cannot_be_read(
    sandbox: Sandbox, content_type: str, body: bytes
) -> None:
    async with sandbox.http_client() as client:
        response = await client.post(
            "/api/balance/show", content=body, headers={"content-type": content_type}
        )
    assert error_of(response) == {"id": "-12", "text": "Data in wrong format"}
    assert sandbox.log[-1].params == {}


async def test_a_form_says_its_charset_and_is_still_a_form(sandbox: Sandbox) -> None:
    async with sandbox.http_client() as client:
        response = await client.post(
            "/api/balance/show",
            content=b"api_key=sandbox-key",
            headers={"content-type": "application/x-www-form-urlencoded; charset=UTF-8"},
        )
    assert "account" in response.json()


async def test_the_checks_come_in_the_order_of_the_codes() -> None:
    sandbox = Sandbox(allowed_ips=[])
    sandbox.enabled = False
    none: dict[str, str] = {}
    found = [
        (await refused(sandbox, "sms/state", **params))["id"]
        for params in ({"api_key": ""}, {"api_key": "x"}, none)
    ]
    sandbox.enabled = True
    found.append((await refused(sandbox, "sms/state"))["id"])
    sandbox.allowed_ips = None
    found.append((await refused(sandbox, "sms/state", idd="1"))["id"])
    found.append((await refused(sandbox, "sms/state"))["id"])
    found.append((await refused(sandbox, "sms/state", id="1"))["id"])
    assert found == ["-2", "-3", "-4", "-5", "-6", "-7", "-8"]


# -8, -10, -11, -1000


@pytest.mark.parametrize(
    ("method", "params", "detail"),
    [
        ("phone_book/show", {"phone_book_id": "123"}, "phonebook with id = '123'"),
        ("phone_book/delete", {"phone_book_id": "123"}, "phonebook with id = '123'"),
        (
            "phone_book_element/add",
            {**GOOD["phone_book_element/add"], "phone_book_id": "9"},
            "phonebook with id = '9'",
        ),
        (
            "phone_book_element/delete",
            {"phone_book_element_id": "123"},
            "phonebook element with id = '123'",
        ),
        (
            "call/initiate",
            {"phone_account_id": "9", "destination_number": "1"},
            "phone account with id = '9'",
        ),
        ("call_list/show", {"call_list_id": "5"}, "call list with id = '5'"),
        ("cc_monitor/show", {"cc_campaign_id": "9"}, "campaign with id = '9'"),
        (
            "cc_in_campaign/add_agent",
            {"agent_id": "9", "campaign_id": "1"},
            "agent with id = '9'",
        ),
        (
            "cc_out_campaign/set_default",
            {"agent_id": "1", "campaign_id": "9"},
            "campaign with id = '9'",
        ),
        (
            "cc_out_campaign/remove_agent",
            {"agent_id": "1", "campaign_id": "2"},
            "agent 1 in campaign with id = '2'",
        ),
        ("sms/state", {"id": "7"}, "sms with id = '7'"),
        ("tts/status", {"tts_id": "7"}, "tts with id = '7'"),
        ("tts/delete", {"tts_id": "7"}, "tts with id = '7'"),
    ],
)
async def test_minus_8_says_what_was_not_found(
    sandbox: Sandbox, method: str, params: dict[str, str], detail: str
) -> None:
    error = await refused(sandbox, method, **params)
    assert error == {"id": "-8", "text": f"No elements found (Could not find {detail})"}


EMPTY: list[tuple[str, dict[str, str]]] = [
    ("phone_account/list", {}),
    ("phone_book/show", {"phone_book_id": "2"}),
    ("call_list/list", {}),
    ("cc_campaigns/list", {}),
    ("cc_agent/list", {}),
    ("tts/list", {}),
]


@pytest.mark.parametrize(("method", "params"), EMPTY)
async def test_an_empty_list_is_a_count_of_0_or_minus_8(
    sandbox: Sandbox, method: str, params: dict[str, str]
) -> None:
    sandbox.state.accounts.clear()
    sandbox.state.center.clear()
    sandbox.state.books.add("Pusta")
    (body,) = (await post(sandbox, method, **params)).json().values()
    assert body == {"count": "0"}
    sandbox.empty_lists = "error"
    error = await refused(sandbox, method, **params)
    assert error == {"id": "-8", "text": "No elements found"}


def test_a_setting_that_means_nothing_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="empty_lists"):
        sandbox.empty_lists = "none"  # type: ignore[assignment]  # that it is refused is tested


async def test_minus_10_for_a_book_that_is_there(sandbox: Sandbox) -> None:
    error = await refused(sandbox, "phone_book/add", phone_book_name="Klienci")
    assert error == {"id": "-10", "text": "Already exist"}


async def test_minus_10_for_an_agent_that_is_in_the_campaign(sandbox: Sandbox) -> None:
    for direction in ("in", "out"):
        error = await refused(
            sandbox, f"cc_{direction}_campaign/add_agent", agent_id="1", campaign_id="1"
        )
        assert error["id"] == "-10"


async def test_minus_11_for_deleting_the_main_book(sandbox: Sandbox) -> None:
    error = await refused(sandbox, "phone_book/delete", phone_book_id="0")
    assert error == {"id": "-11", "text": "Forbidden (Cannot delete phonebook with id = 0)"}


async def test_minus_1000_on_demand(sandbox: Sandbox) -> None:
    sandbox.fail_generally("sms/send")
    sandbox.fail_generally(times=2)
    error = await refused(sandbox, "sms/send", **GOOD["sms/send"])
    assert error == {"id": "-1000", "text": "General failure, please contact service!"}
    assert sandbox.sent_sms == ()
    assert (await refused(sandbox, "balance/show"))["id"] == "-1000"
    assert "<id>-1000</id>" in (await post(sandbox, "balance/show", api_format="1")).text
    assert "account" in (await post(sandbox, "balance/show")).json()


@pytest.mark.parametrize("code", TEXTS)
async def test_every_documented_error_can_be_had_by_a_fault(sandbox: Sandbox, code: int) -> None:
    sandbox.faults.add("balance/show", faults.ApiError(code))
    assert await refused(sandbox, "balance/show") == {"id": str(code), "text": TEXTS[code]}


def test_a_fault_for_a_method_that_does_not_exist_is_refused(sandbox: Sandbox) -> None:
    sandbox.faults.add("/api/sms/send", faults.Late(1))
    with pytest.raises(ValueError, match="no method"):
        sandbox.faults.add("sms/sned", faults.Late(1))
