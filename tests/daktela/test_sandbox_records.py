"""Records, forms, events, activities, e-mails and the autodialer of the fake Daktela."""

from __future__ import annotations

from typing import Any

import pytest

from daktela_async.sandbox import Sandbox
from tests.daktela.sandbox_api import Api, monday_sandbox

pytestmark = pytest.mark.anyio

GONE = "Záznam neexistuje"


@pytest.fixture
def sandbox() -> Sandbox:
    return monday_sandbox()


@pytest.fixture
def api(sandbox: Sandbox) -> Api:
    return Api(sandbox)


async def rows(api: Api, query: str = "") -> list[Any]:
    found: list[Any] = (await api.ok("4.1/GetRecords", query))["data"]
    return found


async def test_a_record_is_made_changed_and_deleted(sandbox: Sandbox, api: Api) -> None:
    new = {"queue": "2003", "phonenumber": "777111222", "user": 2}
    query = "fields[1]=Jan&fields[17][]=ANO&fields[17][]=NE&nextcall=2016-09-27 08:00:00"
    record = (await api.ok("4.1/CreateRecord", query, **new))["record"]
    assert (record["record"], record["user"], record["queue"]) == (14, "2", "7")
    (listed,) = await rows(api, "q=777111222")
    assert listed["fields"] == {"1": ["Jan"], "2": [], "3": [], "4": [], "17": ["ANO", "NE"]}
    assert listed["nextcall"] == "2016-09-27 08:00:00"
    sandbox.clock.advance(60)
    query = "fields[3]=x&user=&status=9&nextcall=&queue=8&action=5"
    changed = (await api.ok("4.1/UpdateRecord", query, record=14))["record"]
    assert (changed["user"], changed["status"], changed["nextcall"]) == (None, "9", None)
    assert (changed["queue"], changed["action"]) == ("8", "5")
    assert changed["fields"]["1"] == []
    changed = (await api.ok("4.1/UpdateRecord", "user=3&status=", record=14))["record"]
    assert (changed["user"], changed["status"], changed["action"]) == ("3", None, "UpdateRecord")
    assert (await rows(api, "q=777111222"))[0]["action"] == "5"
    snapshots = (await api.ok("4.1/GetRecordSnapshots", record=14))["data"]
    assert [one["fields"]["1"] for one in snapshots] == [["Jan"], [], []]
    assert snapshots[1]["created"] == "2016-09-26 10:01:00"
    assert await api.ok("4.1/DeleteRecord", record=14) == 1
    for action in ("DeleteRecord", "UpdateRecord", "GetRecordAttempts", "GetRecordSnapshots"):
        assert await api.error(f"4.1/{action}", record=14) == GONE
    assert await rows(api, "q=777111222") == []
    assert (await api.ok("4.1/CreateRecord", **new))["record"]["record"] == 15


async def test_what_a_record_cannot_be(api: Api) -> None:
    new = {"queue": "2003", "phonenumber": "777111222"}
    assert "fields" in await api.error("4.1/CreateRecord", "fields[99]=x", **new)
    assert "Fronta" in await api.error("4.1/CreateRecord", **{**new, "queue": "9999"})
    assert "Fronta" in await api.error("4.1/CreateRecord", **{**new, "queue": "x"})
    assert "Uživatel" in await api.error("4.1/CreateRecord", **new, user=99)
    assert "Stav" in await api.error("4.1/UpdateRecord", record=9, status=99)
    assert "action" in await api.error("4.1/UpdateRecord", record=9, action=4)
    assert "Uživatel" in await api.error("4.1/UpdateRecord", record=9, user="x")
    assert (await api.ok("4.1/CreateRecord", **{**new, "queue": "7"}))["count"] == 1


async def test_records_are_found_sorted_and_paged(api: Api) -> None:
    assert [row["record"] for row in await rows(api)] == ["9", "10", "11", "12", "13"]
    assert [row["record"] for row in await rows(api, "q=černá")] == ["10"]
    assert [row["record"] for row in await rows(api, "filter[queue]=7&sort[record]=desc")] == [
        "11", "10", "9",
    ]  # fmt: skip
    numbers = [row["number"] for row in await rows(api, "sort[number]=asc&sort[user]=asc")]
    assert numbers == sorted(numbers)
    by_title = [row["title"] for row in await rows(api, "sort[status]=asc")]
    assert len(by_title) == 5
    page = await api.ok("4.1/GetRecords", skip=3, take=1)
    assert ([row["record"] for row in page["data"]], page["total"]) == (["12"], "5")
    assert "sort" in await api.error("4.1/GetRecords", "sort[x]=asc")
    assert "filter" in await api.error("4.1/GetRecords", "filter[x]=1")


async def test_records_are_copied_and_moved(sandbox: Sandbox, api: Api) -> None:
    await rows(api)
    sandbox.clock.advance(3600)
    await api.ok("4.1/UpdateRecord", "nextcall=2016-10-01 08:00:00", record=9)
    span = "search_datetime_modify_from=2016-09-26 10:30:00"
    await api.ok("3.3/CopyRecords", f"{span}&update_agent=2", src_queue=2003, dst_queue=2009)
    copied = (await rows(api, "filter[queue]=8"))[1:]
    assert [(row["number"], row["user"]) for row in copied] == [("226211245", "2")]
    query = "update_action=6&update_callstatus=9&update_datetime_modify=yes"
    await api.ok("3.3/CopyRecords", f"{query}&update_datetime_nextcall=2016-10-02 08:00:00",
                 id=9, dst_queue=1002)  # fmt: skip
    copied = (await rows(api, "filter[queue]=3"))[1:]
    assert (copied[0]["action"], copied[0]["status"]) == ("6", "9")
    assert copied[0]["nextcall"] == "2016-10-02 08:00:00"
    query = "search_datetime_nextcall_to=2016-10-01 09:00:00&update_callstatus=&update_agent="
    await api.ok("3.3/MoveRecords", query, src_queue=2003, dst_queue=1000)
    assert [row["record"] for row in await rows(api, "filter[queue]=13")] == ["9"]
    assert [row["record"] for row in await rows(api, "filter[queue]=7")] == ["10", "11"]
    await api.ok("3.3/MoveRecords", id=10, dst_queue=1000)
    query = "search_datetime_created_to=2016-09-26 09:00:00"
    await api.ok("3.3/MoveRecords", query, src_queue=2003, dst_queue=1000)
    assert [row["record"] for row in await rows(api, "filter[queue]=13")] == ["9", "10"]
    assert "update_action" in await api.error(
        "3.3/MoveRecords", "update_action=1", id=9, dst_queue=2003
    )
    assert "Fronta" in await api.error("3.3/MoveRecords", id=9, dst_queue=9999)
    assert await api.error("3.3/MoveRecords", id=99, dst_queue=2003) == GONE


async def test_export_and_search(api: Api) -> None:
    await api.ok("4.1/UpdateRecord", "user=2&status=9&nextcall=2016-10-01 08:00:00", record=9)
    (row,) = await api.ok("3.8/ExportData", "agents[]=2&callstatuses[]=9&actions[]=0", queue=2003)
    assert row["sysdata_date_nextcall"]["value"] == "01.10.2016 08:00:00"
    assert row["sysdata_callstatus"]["value"] == "Objednávka"
    assert row["sysdata_agent_login"]["value"] == "novak"
    assert len(await api.ok("3.8/ExportData", queue=2003)) == 3
    assert await api.ok("3.8/ExportData", phonenumber="1", queue=2003) == []
    assert len(await api.ok("3.2/SimpleSearchContact", phonenumber="2262")) == 2
    (found,) = await api.ok("3.2/SimpleSearchContact", "queues[]=1002", phonenumber="2262")
    assert found["number_campaign"] == "1002"


async def test_statuses(api: Api) -> None:
    assert (await api.ok("3.8/GetStatuses/9"))["9"]["code"] == "objednavka"
    assert len(await api.ok("3.8/GetStatuses", queue=2003)) == 8
    assert await api.error("3.8/GetStatuses/99") == "Stav neexistuje"
    assert "Fronta" in await api.error("3.8/GetStatuses", queue=1)


async def test_a_form_is_closed(sandbox: Sandbox, api: Api) -> None:
    assert await api.error("4.0/CallScriptClose", record=9, status="nebere") == (
        "Formulář není otevřený"
    )
    sandbox.agents["novak"].open_form(9)
    assert (await api.ok("4.0/CallScriptOpened", user="novak"))["record"]["record"] == "9"
    close = {"record": 9, "number": "777", "nextcall": "2016-10-01 08:00:00"}
    assert "status" in await api.error("4.0/CallScriptClose", **close)
    query = "status=objednavka&user=hajek&fields[field_poznamka]=x"
    closed = (await api.ok("4.0/CallScriptClose", query, **close))["record"]
    assert (closed["user"], closed["status"], closed["action"]) == ("4", "9", 6)
    assert (await rows(api, "q=777"))[0]["fields"]["3"] == ["x"]
    assert (await api.ok("4.0/CallScriptOpened", user="novak")) == {"record": None}
    sandbox.agents["novak"].open_form(9)
    closed = await api.ok("4.0/CallScriptClose", "user=", record=9)
    assert (closed["record"]["user"], closed["record"]["action"]) == (None, 5)
    assert closed["cc"] == {"result": True, "error": None}
    assert await api.error("4.0/CallScriptClose", call_id="1.1", status="nebere") == GONE


async def test_events(sandbox: Sandbox, api: Api) -> None:
    assert await api.ok("3.8/CreateEvent", event="Custom_A") == [[]]
    await api.ok("3.8/CreateEvent", "params[a][b]=1", event="Custom_B", time="+2 hours")
    await api.ok("3.8/CreateEvent", event="Custom_C", time="2016-09-26 11:00:00")
    first, second, third = sandbox.events
    assert (second.name, second.params) == ("Custom_B", {"a": {"b": "1"}})
    assert (second.due - first.due, third.due - first.due) == (7200, 3600)
    assert "Custom_" in await api.error("3.8/CreateEvent", event="A")
    assert "time" in await api.error("3.8/CreateEvent", event="Custom_A", time="soon")


async def test_activities_and_emails(sandbox: Sandbox, api: Api) -> None:
    mail = {"queue": 2010, "subject": "Dotaz", "from": "a@b.cz", "body": "Text", "user": "novak"}
    made = await api.ok("4.1/EmailCreate", **mail, name="email_1")
    assert made["email"]["user"] == "2"
    assert "již existuje" in await api.error("4.1/EmailCreate", **mail, name="email_1")
    name = made["activity"]["name"]
    await api.ok("4.0/ActivityUpdate", f"activities[]={name}", status="nezajem")
    await api.ok("4.0/ActivityClose", activity=name, status="objednavka")
    activity = sandbox.state.activities.all[-1]
    assert (activity.status, activity.closed is None) == ("objednavka", False)
    assert "uzavřena" in await api.error("4.0/ActivityClose", activity=name, status="objednavka")
    assert "Aktivita" in await api.error("4.0/ActivityClose", activity="x", status="nezajem")
    assert "Stav" in await api.error("4.0/ActivityUpdate", "activities[]=x", status="x")


async def test_the_autodialer(api: Api) -> None:
    statuses = {one["status"] for one in await api.ok("4.0/GetStatuses")}
    checked = await api.ok("4.0/CheckNumber", number="777888999")
    assert checked["status"] in statuses
    assert checked == await api.ok("4.0/CheckNumber", number="777888999")
    assert "number" in await api.error("4.0/CheckNumber", number="x")
