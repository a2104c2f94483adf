"""The fake server's log of requests: all that came, and never a key."""

from __future__ import annotations

import httpx
import pytest

from spikon_async.sandbox import RequestLog, RequestRecord, Sandbox, faults

pytestmark = pytest.mark.anyio

KEY = "very secret+key/of ours"
WRITTEN = (KEY, "very+secret", "very%20secret")


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(api_key=KEY)


def test_it_has_the_promised_types(sandbox: Sandbox) -> None:
    assert isinstance(sandbox.log, RequestLog)
    assert len(sandbox.log) == 0


async def test_a_record_tells_all_about_a_request(sandbox: Sandbox) -> None:
    async with sandbox.http_client() as client:
        await client.post(
            "/api/sms/send",
            data={"api_key": KEY, "from": "SMS", "to": "123456789", "message": "Zażółć"},
            headers={"user-agent": "test"},
        )
    (record,) = sandbox.log
    assert isinstance(record, RequestRecord)
    assert (record.number, record.method, record.path) == (1, "POST", "sms/send")
    assert record.url == "http://127.0.0.1/api/sms/send"
    assert record.params == {"from": "SMS", "to": "123456789", "message": "Zażółć"}
    assert record.api_key_in == "form"
    assert record.headers["user-agent"] == "test"
    assert (record.acted, record.status, record.fault) == (True, 200, None)
    assert 0 <= sandbox.clock.now() - record.at < 10


async def test_what_arrived_and_what_was_carried_out_are_two_counts(sandbox: Sandbox) -> None:
    sandbox.faults.add("sms/send", faults.LostReply(after_acting=True))
    sandbox.faults.add("sms/send", faults.LostReply(after_acting=False))
    sandbox.faults.add("sms/send", faults.Status(503))
    sms = {"api_key": KEY, "from": "SMS", "to": "123456789", "message": "x"}
    async with sandbox.http_client() as client:
        for _ in range(2):
            with pytest.raises(httpx.ReadError):
                await client.post("/api/sms/send", data=sms)
        assert (await client.post("/api/sms/send", data=sms)).status_code == 503
        await client.post("/api/sms/send", data={**sms, "to": "1"})
        await client.post("/api/sms/send", data=sms)
    assert (sandbox.log.count("sms/send"), sandbox.log.acted("/api/sms/send")) == (5, 2)
    assert [(one.acted, one.status, one.fault) for one in sandbox.log] == [
        (True, None, "LostReply"),
        (False, None, "LostReply"),
        (False, 503, "Status"),
        (False, 200, None),
        (True, 200, None),
    ]
    assert len(sandbox.sent_sms) == 2


async def test_the_key_is_in_no_record_wherever_it_was_sent(sandbox: Sandbox) -> None:
    async with sandbox.http_client() as client:
        await client.post("/api/balance/show", data={"api_key": KEY})
        await client.post("/api/balance/show", params={"api_key": KEY, "a": "b"})
        await client.get("/api/tts/download", headers={"Spikon-API-Key": KEY})
        await client.post("/api/balance/show", data={"api_kye": KEY, KEY: "x"})
        await client.get(f"/api/{KEY}/x", headers={"X-Wrong": KEY, "Cookie": KEY})
        await client.get("/x", params={"api%5Fkey": "other", "b": KEY})
        await client.get("/x?api%5Fkey=unknown-key&flag", headers={"Authorization": "unknown-key"})
    assert [record.api_key_in for record in sandbox.log] == [
        "form", "query", "header", None, None, None, "query",
    ]  # fmt: skip
    for record in sandbox.log:
        for written in (*WRITTEN, "unknown-key"):
            assert written not in repr(record)
    assert sandbox.log[1].url.endswith("/api/balance/show?api_key=***&a=b")
    assert sandbox.log[3].params == {"api_kye": "***", "***": "x"}
    assert sandbox.log[4].headers["x-wrong"] == "***"
    assert sandbox.log[6].url.endswith("/x?api%5Fkey=***&flag")
    assert KEY not in repr(sandbox)


async def test_a_path_that_is_no_method_is_logged_as_it_is(sandbox: Sandbox) -> None:
    async with sandbox.http_client() as client:
        await client.get("/favicon.ico?x=1")
    assert (sandbox.log[0].path, sandbox.log[0].params) == ("favicon.ico", {"x": "1"})
    assert sandbox.log[0].url == "http://127.0.0.1/favicon.ico?x=1"


async def test_a_proxys_word_about_the_address_is_not_taken() -> None:
    sandbox = Sandbox(allowed_ips=["10.0.0.1"])
    async with sandbox.http_client() as client:
        response = await client.post(
            "/api/balance/show",
            data={"api_key": sandbox.api_key},
            headers={"X-Forwarded-For": "10.0.0.1"},
        )
    assert response.json()["errors"]["error"]["id"] == "-5"
