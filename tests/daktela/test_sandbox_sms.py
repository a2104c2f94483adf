"""Messages of the fake Daktela: sent, delivered, in groups, and the settings."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from daktela_async.sandbox import FAILING_NUMBER, UNREACHABLE_NUMBER, Sandbox
from tests.daktela.sandbox_api import Api, monday_sandbox

pytestmark = pytest.mark.anyio

ONE = {"number": "123456789", "message": "Ahoj"}
CONNECT = {"number": "+420123456789", "message": "Ahoj"}


@pytest.fixture
def sandbox() -> Sandbox:
    return monday_sandbox()


@pytest.fixture
def api(sandbox: Sandbox) -> Api:
    return Api(sandbox)


async def test_a_message_leaves_and_is_delivered_by_the_clock(sandbox: Sandbox, api: Api) -> None:
    sent = await api.ok("3.1/SendSMS", **ONE, confirmation="yes", accountcode="A1")
    assert sent == {"count_sms": "1", "id": "2222"}
    seen: list[tuple[str, str, str | None]] = []
    for seconds in (0, 1, 2):
        sandbox.clock.advance(seconds)
        (sms,) = await api.ok("3.1/GetSMS/2222")
        seen.append((sms["result"], sms["confirmed"], sms["datetime_processed"]))
    leaves = "2016-09-26 10:00:01"
    assert seen == [("waiting", "0", None), ("ok", "0", leaves), ("ok", "1", leaves)]
    status = await api.ok("3.1/StatusSMS")
    assert status == {"count_waiting": "0", "last_datetime_processed": leaves}
    await api.ok("3.1/SendSMS", **{**ONE, "number": FAILING_NUMBER})
    assert (await api.ok("3.1/StatusSMS"))["count_waiting"] == "1"
    sandbox.clock.advance(1)
    assert (await api.ok("3.1/GetSMS/2223"))[0]["code_error"] == "0x1e"
    assert await api.error("3.1/GetSMS/9") == "SMS zpráva neexistuje"
    assert await api.error("4.1/GetSMSConnect/2222") == "SMS zpráva neexistuje"


async def test_with_nothing_sent_there_is_no_last_time(api: Api) -> None:
    status = await api.ok("3.1/StatusSMS")
    assert status == {"count_waiting": "0", "last_datetime_processed": None}


async def test_messages_are_counted_in_parts(api: Api) -> None:
    for length, unicode, parts in (
        (160, "no", "1"), (161, "no", "2"), (1377, "no", "9"), (70, "yes", "1"), (603, "yes", "9"),
    ):  # fmt: skip
        message = {"number": "123456789", "message": "x" * length, "unicode": unicode}
        assert (await api.ok("3.1/SendSMS", **message))["count_sms"] == parts
    for more in (
        {"message": "x" * 1378}, {"message": "x" * 604, "unicode": "yes"}, {"number": "abc"},
        {"priority": 21}, {"gw": 1}, {"gw": 1, "slot": 1},
    ):  # fmt: skip
        assert "Chybná hodnota" in await api.error("3.1/SendSMS", **{**ONE, **more})
    await api.ok("3.1/SendSMS", **ONE, gw=1, slot=2, port=3, priority=20)
    (sms,) = await api.ok("3.1/GetSMS", slot=2)
    assert (sms["gw_number"], sms["slot_number"], sms["port_number"]) == ("1", "2", "3")


async def test_messages_are_found(sandbox: Sandbox, api: Api) -> None:
    await api.ok("3.1/SendSMS", **ONE, accountcode="A1", email="a@b.cz")
    sandbox.receive_sms("603927227", "Dobrý den")
    sandbox.clock.advance(60)
    await api.ok("3.1/SendSMS", number="987654321", message="Nashle", accountcode="A2")

    async def found(query: str = "") -> list[str]:
        return [sms["message"] for sms in await api.ok("3.1/GetSMS", query)]

    assert await found() == ["Ahoj", "Dobrý den", "Nashle"]
    assert await found("direction=in") == ["Dobrý den"]
    assert await found("keyword=AHO") == await found("keyword=1234") == ["Ahoj"]
    assert await found("accountcode[]=A1&accountcode[]=A2") == ["Ahoj", "Nashle"]
    assert await found("email=a@b.cz") == ["Ahoj"]
    assert await found("datetime_from=2016-09-26 10:00:30") == ["Nashle"]
    assert await found("datetime_to=2016-09-26 10:00:30") == ["Ahoj", "Dobrý den"]
    sandbox.clock.advance(184 * 86_400)
    assert await found() == []


async def test_sms_connect(sandbox: Sandbox, api: Api) -> None:
    assert "+420" in await api.error("4.1/SendSMSConnect", **ONE)
    assert await api.ok("4.1/SendSMSConnect", **CONNECT) == {"id": "2222"}
    await api.ok("4.1/SendSMSConnect", **CONNECT, confirmation="yes", sender="Info")
    lost = {"number": f"+420{UNREACHABLE_NUMBER}", "message": "x"}
    await api.ok("4.1/SendSMSConnect", **lost, confirmation="yes")
    await api.ok("4.1/SendSMSConnect", number=f"+420{FAILING_NUMBER}", message="x")
    assert await api.ok("4.1/StatusSMSConnect") == {"count_waiting": "4"}

    async def results() -> list[str]:
        return [sms["result"] for sms in (await api.ok("4.1/GetSMSConnect")).values()]

    assert await results() == ["NEW"] * 4
    sandbox.clock.advance(1)
    assert await results() == ["SENT", "SENT", "SENT", "ERROR"]
    sandbox.clock.advance(2)
    assert await results() == ["SENT", "DELIVERED", "NOTDELIVERED", "ERROR"]
    found = await api.ok("4.1/GetSMSConnect")
    assert found["2223"]["datetime_delivered"] == "2016-09-26 10:00:03"
    assert found["2224"]["datetime_notdelivered"] == "2016-09-26 10:00:03"
    assert found["2223"]["recipient"] == "00420123456789"
    assert await api.ok("3.1/GetSMS") == []
    query = "number[]=1234567&message[]=x&number[]=7654321&message[]=y"
    group = await api.ok("4.1/SendGroupSMSConnect", query)
    assert [one["count_sms"] for one in group.values()] == [0, 1, 1]
    assert (await api.ok("4.1/GetSMSConnect/2227"))["2227"]["group_id"] == "2226"


async def test_a_group_leaves_one_by_one(sandbox: Sandbox, api: Api) -> None:
    sandbox.state.messages.pace = 1.0
    numbers = ["601111111", FAILING_NUMBER, "602222222", "603333333"]
    query = "&".join(f"number[{i}]={number}&message[{i}]=x" for i, number in enumerate(numbers))
    group_id = next(iter(await api.ok("3.1/SendGroupSMS", query, accountcode="G")))
    status = await api.ok("3.1/StatusGroupSMS")
    assert status[group_id]["datetime_processed"] is None
    assert status[group_id]["count_waiting"] == "4"
    sandbox.clock.advance(2)
    (status,) = (await api.ok(f"3.1/StatusGroupSMS/{group_id}")).values()
    assert {key: status[key] for key in status if key.startswith(("count", "acc", "group"))} == {
        "group_id": group_id, "accountcode": "G", "count_total": "4", "count_ok": "1",
        "count_waiting": "2", "count_error": "1",
    }  # fmt: skip
    assert list(await api.ok("3.1/StatusGroupSMS", waiting="true")) == [group_id]
    assert await api.ok(f"3.1/RemoveGroupSMS/{group_id}") == {"count_removed": 2}
    assert await api.ok(f"3.1/RemoveGroupSMS/{group_id}") == {"count_removed": 0}
    assert await api.ok("3.1/StatusGroupSMS", waiting="true") == []
    assert (await api.ok("3.1/StatusGroupSMS"))[group_id]["count_total"] == "2"
    assert len(await api.ok("3.1/GetSMS")) == 2
    assert "neexistuje" in await api.error("3.1/RemoveGroupSMS/1")
    assert "neexistuje" in await api.error("3.1/StatusGroupSMS/1")


async def test_a_group_is_taken_whole_or_not_at_all(api: Api) -> None:
    bad = "number[]=601111111&message[]=x&number[]=abc&message[]=y"
    assert "number" in await api.error("3.1/SendGroupSMS", bad)
    assert "message" in await api.error("3.1/SendGroupSMS", "number[]=1&number[]=2&message[]=x")
    assert "number" in await api.error("3.1/SendGroupSMS", "number=1&message=x&priority=1")
    assert await api.ok("3.1/GetSMS") == []
    assert list(await api.ok("3.1/SendGroupSMS", "number[]=601111111&message[]=x")) == [
        "2222", "2223",
    ]  # fmt: skip


async def test_a_group_that_is_too_large(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daktela_async.sandbox.sms_actions.MAX_GROUP", 1)
    query = "number[]=601111111&message[]=x&number[]=602222222&message[]=y"
    assert "nejvýše 1 zpráv" in await api.error("3.1/SendGroupSMS", query)


async def test_messages_wait_for_their_time_and_for_the_allowed_hours(
    sandbox: Sandbox, api: Api
) -> None:
    await api.ok("3.1/SendSMS", **ONE, datetime_scheduled="2016-09-26 12:00:00")
    await api.ok("3.1/SetSMSSettings", allowed_hour_begin=11, allowed_hour_end=16)
    await api.ok("3.1/SendSMS", **ONE)
    await api.ok("3.1/SendSMS", **ONE, datetime_scheduled="2016-09-26 20:00:00")
    await api.ok("3.1/SendSMS", **ONE, datetime_scheduled="2016-09-26 15:00:00")
    sandbox.clock.advance(2 * 86_400)
    assert [sms["datetime_processed"] for sms in await api.ok("3.1/GetSMS")] == [
        "2016-09-26 12:00:01", "2016-09-26 11:00:00", "2016-09-27 11:00:00", "2016-09-26 15:00:01",
    ]  # fmt: skip


async def test_the_settings_are_kept_and_limit_the_rate(sandbox: Sandbox, api: Api) -> None:
    await api.ok("3.1/SetSMSSettings", incoming_email="a@b.cz", sending_rate_limit=2)
    await api.ok("3.1/SetSMSSettings", sending_rate_time=60)
    settings = (await api.ok("3.1/GetSMSSettings"))["settings"]
    assert (settings["incoming_email"], settings["sending_rate_limit"]) == ("a@b.cz", "2")
    await api.ok("3.1/SetSMSSettings", incoming_email="")
    assert (await api.ok("3.1/GetSMSSettings"))["settings"]["incoming_email"] is None
    assert "allowed_hour_end" in await api.error("3.1/SetSMSSettings", allowed_hour_end=24)
    for _ in range(2):
        await api.ok("3.1/SendSMS", **ONE)
    assert "Překročen limit" in await api.error("3.1/SendSMS", **ONE)
    sandbox.clock.advance(60)
    await api.ok("3.1/SendSMS", **ONE)


async def test_the_callbacks_about_messages(sandbox: Sandbox, api: Api) -> None:
    sms = sandbox.receive_sms("603927227", "Ahoj & díky")
    assert sandbox.sms_callback_url(sms) is None
    callback = "https://crm.example/sms?own_number=$number&own_text=$message&x=$unknown"
    await api.ok("3.1/SetSMSSettings", incoming_callback=callback)
    url = sandbox.sms_callback_url(sms) or ""
    query = parse_qs(urlsplit(url).query)
    assert query["own_number"] == ["603927227"]
    assert query["own_text"] == ["Ahoj & díky"]
    assert query["x"] == ["$unknown"]
    assert (query["id"], query["direction"], query["result"]) == (["2222"], ["in"], ["ok"])
    assert "number" not in query
    await api.ok("3.1/SetSMSSettings", outgoing_callback="https://crm.example/out")
    await api.ok("3.1/SendSMS", **ONE, confirmation="yes", accountcode="A1")
    sandbox.clock.advance(3)
    (sent,) = sandbox.sent_sms
    query = parse_qs(urlsplit(sandbox.sms_callback_url(sent) or "").query)
    assert (query["accountcode"], query["confirmed"]) == (["A1"], ["1"])
