"""The past of the fake Daktela: made-up days, its own calls, recordings, and the agents' work."""

from __future__ import annotations

import datetime as dt
import io
import wave
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from daktela_async.sandbox import Clock, Sandbox
from daktela_async.sandbox.past_calls import calls_on
from daktela_async.sandbox.work_history import entries_on
from tests.daktela.sandbox_api import Answer, Api, StandingStill, monday_sandbox

pytestmark = pytest.mark.anyio

WEEK = {"datetime_from": "2016-09-19 00:00:00", "datetime_to": "2016-09-25 23:59:59"}
TODAY = {"datetime_from": "2016-09-26 00:00:00", "datetime_to": "2016-09-26 23:59:59"}
QUARTER = {"datetime_from": "2016-06-10 00:00:00", "datetime_to": "2016-09-25 23:59:59"}


@pytest.fixture
def sandbox() -> Sandbox:
    return monday_sandbox()


@pytest.fixture
def api(sandbox: Sandbox) -> Api:
    return Api(sandbox)


async def talk(sandbox: Sandbox, number: str = "226211245") -> str:
    sandbox.agents["novak"].log_in("2000")
    call_id = sandbox.agents["novak"].ring(number)
    sandbox.clock.advance(5)
    sandbox.agents["novak"].answer()
    sandbox.clock.advance(20)
    sandbox.agents["novak"].hang_up()
    return call_id


def test_a_made_up_day_is_always_the_same() -> None:
    monday, saturday, sunday = (dt.date(2016, 9, day) for day in (19, 24, 25))
    assert 12 <= len(calls_on(monday)) <= 40
    assert 2 <= len(calls_on(saturday)) <= 6
    assert not calls_on(sunday)
    assert not entries_on(sunday)
    before = calls_on(monday)
    calls_on.cache_clear()
    assert calls_on(monday) == before
    assert len({call.id for call in before}) == len(before)


async def test_pages_make_up_the_whole(api: Api) -> None:
    whole = await api.ok("4.1/StatsCalls", take=1000, **WEEK)
    assert whole["total"] == str(len(whole["data"]))
    times = [row["call_time"] for row in whole["data"]]
    assert times == sorted(times, reverse=True)
    pages: list[Any] = []
    for skip in range(0, int(whole["total"]), 30):
        page = await api.ok("4.1/StatsCalls", skip=skip, take=30, **WEEK)
        assert page["total"] == whole["total"]
        pages += page["data"]
    assert pages == whole["data"]
    assert len((await api.ok("4.1/StatsCalls", **QUARTER))["data"]) == 100


async def test_at_most_1000_are_given(api: Api) -> None:
    error = "Maximální limit vrácených hovorů je 1000"
    assert await api.error("4.1/StatsCalls", take=1001, **WEEK) == error
    assert int((await api.ok("4.1/GetAttempts", take=1000, **QUARTER))["total"]) > 1000
    api.sandbox.limit = "answer"
    assert await api.error("4.1/GetAttempts", **QUARTER) == error
    await api.ok("4.1/GetAttempts", **WEEK)


async def test_calls_are_chosen_by_each_parameter(api: Api) -> None:
    whole = (await api.ok("4.1/StatsCalls", take=1000, **QUARTER))["data"]
    row = next(row for row in whole if row["answered"] == "1" and row["did"])
    chosen: list[tuple[str, str, str]] = [
        ("phonenumber", "clid", row["clid"]), ("did", "did", row["did"]),
        ("id_call", "name", row["name"]), ("queues[]", "queue", row["queue"]),
        ("users[]", "user", row["user"]), ("answered", "answered", row["answered"]),
    ]  # fmt: skip
    for parameter, field, value in chosen:
        got = await api.ok("4.1/StatsCalls", f"{parameter}={value}", take=1000, **QUARTER)
        assert got["data"]
        assert {one[field] for one in got["data"]} == {value}
    assert (await api.ok("4.1/StatsCalls", callstatus=9, **WEEK))["total"] == "0"


async def test_its_own_calls_come_after_the_made_up_ones(sandbox: Sandbox, api: Api) -> None:
    before = await api.ok("4.1/StatsCalls", **TODAY)
    call_id = await talk(sandbox)
    after = await api.ok("4.1/StatsCalls", **TODAY)
    assert after["data"][0]["name"] == call_id
    assert after["data"][1:] == before["data"]
    (leg,) = await api.ok("4.1/AboutCall", id_call=call_id)
    assert (leg["billsec"], leg["duration"], leg["disposition"]) == ("20", "25", "ANSWERED")
    last = await api.ok("4.1/LastCallNumber", phonenumber="226211245", answered="true")
    assert (last["call"], last["queue_number"], last["user_login"]) == (call_id, "2000", "novak")
    assert await api.ok("4.1/LastCallNumber", phonenumber="1") is None
    assert await api.ok("4.1/LastCallNumber", "queues[]=2", phonenumber="226211245") is None
    last = await api.ok("4.1/LastCall", user="novak")
    assert (last["id_call"], last["_is_realtime"]) == (call_id, False)
    sandbox.agents["novak"].ring("601234567", queue="5001")
    assert (await api.ok("4.1/LastCall", user="novak"))["_is_realtime"]
    assert not (await api.ok("4.1/LastCall", user="hajek"))["_is_realtime"]
    assert await api.error("4.1/AboutCall", id_call="1.1") == "Hovor nebyl nalezen"
    assert await api.error("4.1/AboutCall", id_call="x") == "Hovor nebyl nalezen"


async def test_without_a_made_up_history_there_are_its_own_calls_only() -> None:
    sandbox = monday_sandbox(history=False)
    api = Api(sandbox)
    assert await api.ok("4.1/StatsCalls", **QUARTER) == {"data": [], "total": "0"}
    assert await api.ok("4.1/LastCall", extension="999") is None
    call_id = await talk(sandbox)
    assert [row["name"] for row in (await api.ok("4.1/StatsCalls", **TODAY))["data"]] == [call_id]
    assert (await api.ok("4.1/StatsUsersSessions", **TODAY))["total"] == "1"


async def test_a_line_without_agent_and_queue_has_a_last_call(sandbox: Sandbox, api: Api) -> None:
    call_id = (await api.ok("4.1/CreateCall", extension=400, number="800123456"))["id_call"]
    sandbox.clock.advance(100)
    last = await api.ok("4.1/LastCallNumber", phonenumber="800123456")
    assert (last["call"], last["queue_title"], last["user_login"]) == (call_id, None, None)
    (row,) = (await api.ok("4.1/StatsCalls", id_call=call_id, **TODAY))["data"]
    assert (row["queue"], row["user"]) == (None, None)


async def test_calls_with_prices(api: Api) -> None:
    whole = await api.ok("4.1/CDR", **QUARTER)
    assert [row["date"] for row in whole] == sorted(row["date"] for row in whole)
    assert {row["destination"] for row in whole} > {"Ceska republika"}
    assert "price" not in (await api.ok("4.1/CDR", billing="false", **WEEK))[0]
    checks: tuple[tuple[str, Callable[[Answer], bool]], ...] = (
        ("direction=in", lambda row: row["direction"] == "in" and row["price"] == "0.00000000"),
        ("disposition=ANSWERED", lambda row: row["disposition"] == "ANSWERED"),
        ("real_extens[]=101&real_extens[]=102", lambda row: row["real_exten"] in ("101", "102")),
        ("min_price_call=1.2", lambda row: float(row["price"]) > 1.2),
        ("destinations[]=Ceska republika", lambda row: row["destination"] == "Ceska republika"),
        ("dst_channels[]=SIP/gsm", lambda row: row["dst"].startswith("6")),
        ("src_channels[]=SIP/proxy", lambda row: row["direction"] == "in"),
    )
    for query, check in checks:
        rows = await api.ok("4.1/CDR", query, **WEEK)
        assert rows
        assert all(check(row) for row in rows)
    assert await api.ok("4.1/CDR", "accountcodes[]=x", **WEEK) == []
    assert "direction" in await api.error("4.1/CDR", direction="up", **WEEK)
    assert "min_price_call" in await api.error("4.1/CDR", min_price_call="x", **WEEK)


async def test_a_special_number_has_a_price_of_its_own(sandbox: Sandbox, api: Api) -> None:
    sandbox.agents["novak"].log_in("99990")
    await api.ok("4.1/CreateCall", user="novak", number="800123456")
    sandbox.clock.advance(100)
    row = (await api.ok("4.1/CDR", **TODAY))[-1]
    assert (row["destination_type"], row["price"]) == ("Specialni_Cisla", "1.91500000")


async def test_repeated_calls(api: Api) -> None:
    rows = await api.ok("4.1/StatsCallsRepeated", count=3, **WEEK)
    totals = [row["call_total"] for row in rows]
    assert totals == sorted(totals, reverse=True)
    assert min(totals) > 3
    for row in rows:
        assert row["call_answered"] + row["call_unanswered"] == row["call_total"]


async def test_the_agents_work_fits_their_calls(sandbox: Sandbox, api: Api) -> None:
    await talk(sandbox)
    sandbox.clock.advance(5)
    span = {"datetime_from": WEEK["datetime_from"], "datetime_to": TODAY["datetime_to"]}
    sessions = await api.ok("4.1/StatsUsersSessions", "users[]=2", take=1000, **span)
    assert sessions["data"][-1] == {
        "id": "900000000", "user": "2", "start_time": "2016-09-26 10:00:00", "end_time": None,
        "duration": 30,
    }  # fmt: skip
    pauses = await api.ok("4.1/StatsUsersPauses", "users[]=2&pauses[]=2", take=1000, **span)
    assert {row["pause"] for row in pauses["data"]} == {2}
    assert pauses["data"][-1]["end_time"] is None
    queues = await api.ok("4.1/StatsUsersQueues", take=1000, **span)
    assert queues["total"] == len(queues["data"])
    calls = (await api.ok("4.1/StatsCalls", "users[]=2", take=1000, **WEEK))["data"]
    for call in calls:
        assert any(
            one["start_time"] <= call["call_time"] <= one["end_time"]
            for one in sessions["data"][:-1]
        )


async def test_nothing_made_up_lasts_into_the_present(api: Api) -> None:
    rows = (await api.ok("4.1/StatsUsersSessions", take=1000, **TODAY))["data"]
    assert max(row["end_time"] for row in rows) == "2016-09-26 10:00:00"


async def test_a_trace(sandbox: Sandbox, api: Api) -> None:
    await talk(sandbox)
    sandbox.agents["novak"].ring("601111111")
    sandbox.agents["novak"].hang_up()
    sandbox.agents["novak"].log_in("99990")
    await api.ok("4.1/CreateCall", user="novak", number="800123456")
    sandbox.clock.advance(100)
    now = {"datetime_from": "2016-09-26 10:00:00", "datetime_to": "2016-09-26 10:15:00"}
    rows = await api.ok("4.1/StatsTrace", user="novak", trace="login", **now)
    assert [row["action_start"] for row in rows] == ["1"]
    sandbox.agents["novak"].log_out()
    rows = await api.ok("4.1/StatsTrace", user="novak", **now)
    seen = [(row["action_name"], row["action_start"]) for row in rows]
    assert seen == [
        ("login", "1"), ("queue", "1"), ("ring_in", "1"), ("ring_in", "0"), ("call", "1"),
        ("call", "0"), ("queue", "1"), ("pause", "1"), ("ring_in", "1"), ("ring_in", "0"),
        ("ring_out", "1"), ("ring_out", "0"), ("call", "1"), ("pause", "0"), ("call", "0"),
        ("pause", "1"), ("pause", "0"), ("login", "0"), ("queue", "0"), ("queue", "0"),
    ]  # fmt: skip
    only = await api.ok("4.1/StatsTrace", user="novak", trace="call", **now)
    assert {row["action_name"] for row in only} == {"ring_in", "ring_out", "call"}
    assert all(int(row["time_unixtime"]) > 1_400_000_000 for row in only)
    only = await api.ok("4.1/StatsTrace", user="novak", trace="pause", **now)
    assert {row["event_title"] for row in only} == {"Wrap"}
    assert "trace" in await api.error("4.1/StatsTrace", user="novak", trace="x", **now)


# Recordings


async def recording(
    sandbox: Sandbox, headers: dict[str, str] | None = None, **params: str
) -> httpx.Response:
    async with sandbox.http_client() as client:
        return await client.get("/api/3.0/GetRecording/json", params=params, headers=headers)


async def test_recordings_are_genuine_and_resumed(sandbox: Sandbox, api: Api) -> None:
    kinds: set[str] = set()
    known = call_id = ""
    whole = httpx.Response(404)
    answered = (await api.ok("4.1/StatsCalls", answered="true", **WEEK))["data"]
    for row in answered[:10]:
        (leg,) = await api.ok("4.1/AboutCall", id_call=row["name"])
        known, call_id = leg["recording_hash"], leg["id_call"]
        whole = await recording(sandbox, recording_hash=known)
        kinds.add(whole.headers["content-type"])
        if whole.headers["content-type"] == "audio/x-wav":
            with wave.open(io.BytesIO(whole.content)) as file:
                assert file.getnframes() == int(row["duration"]) * 8000
        else:
            assert whole.content.startswith(b"\xff\xfb")
        assert leg["userfield"].rpartition("/")[2] in whole.headers["content-disposition"]
    assert kinds == {"audio/x-wav", "audio/mpeg"}
    etag = whole.headers["etag"]
    part = await recording(sandbox, {"Range": "bytes=100-", "If-Range": etag}, recording_hash=known)
    assert (part.status_code, part.content) == (206, whole.content[100:])
    octets = await recording(sandbox, recording_hash=known, octetstream="true")
    assert octets.headers["content-type"] == "application/octet-stream"
    sandbox.set_recording(call_id, b"changed")
    changed = await recording(
        sandbox, {"Range": "bytes=100-", "If-Range": etag}, recording_hash=known
    )
    assert (changed.status_code, changed.content) == (200, b"changed")


async def test_a_hash_that_is_none_and_a_call_without_a_recording(
    sandbox: Sandbox, api: Api
) -> None:
    from daktela_async.sandbox.recordings import hash_of

    wrong = "x" * 40 + "1.1"
    for one in ("x", wrong):
        answer = (await recording(sandbox, recording_hash=one)).json()
        assert answer == {"error": "Nahrávka nebyla nalezena", "status": 0}
    refused = await recording(sandbox, recording_hash=wrong, access_token="wrong")
    assert refused.json()["error"] == "Chybný access token"
    missed = (await api.ok("4.1/StatsCalls", answered="false", **WEEK))["data"][0]["name"]
    (leg,) = await api.ok("4.1/AboutCall", id_call=missed)
    assert (leg["recording_hash"], leg["userfield"]) == (None, "")
    answer = (await recording(sandbox, recording_hash=hash_of(missed))).json()
    assert answer["error"] == "Nahrávka nebyla nalezena"


async def test_the_time_is_that_of_prague_though_its_clocks_change() -> None:
    sandbox = Sandbox(clock=Clock(StandingStill(), dt.datetime(2016, 10, 30, 1, 59, 59)))
    sandbox.agents["novak"].log_in()
    sandbox.clock.advance(7200)
    sandbox.agents["novak"].log_in("2000")
    state = await Api(sandbox).ok("4.1/RTUserState", user="novak")
    assert (state["logintime"], state["state_time"]) == (
        "2016-10-30 01:59:59",
        "2016-10-30 02:59:59",
    )
