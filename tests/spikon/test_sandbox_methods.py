"""What the fake server does and remembers, chapter by chapter."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncGenerator, Awaitable, Callable
from decimal import Decimal
from typing import Any, TypeAlias

import anyio
import pytest
import trio.testing

from spikon_async.sandbox import (
    FAILING_NUMBER,
    SILENT_NUMBER,
    UNREACHABLE_NUMBER,
    Clock,
    Sandbox,
    SandboxCall,
    SentSms,
)

pytestmark = pytest.mark.anyio

# Answers are as varied as JSON; each test looks at its own.
Ask: TypeAlias = Callable[..., Awaitable[Any]]

MONDAY = dt.datetime(2024, 5, 13, 12)


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(clock=Clock(start=MONDAY))


@pytest.fixture
async def ask(sandbox: Sandbox) -> AsyncGenerator[Ask]:
    async with sandbox.http_client() as client:

        async def post(method: str, **params: object) -> Any:  # noqa: ANN401
            given = {name: str(value) for name, value in params.items()}
            response = await client.post(
                f"/api/{method}", data={"api_key": sandbox.api_key, **given}
            )
            answer = response.json()
            (body,) = answer.values()
            return int(body["error"]["id"]) if "errors" in answer else body

        yield post


def children(body: dict[str, Any]) -> list[Any]:
    listed = [node for name, node in body.items() if name != "count"]
    assert body["count"] == str(len(listed))
    return listed


# 4.2 The account


async def test_a_balance_may_be_negative_and_be_set(sandbox: Sandbox, ask: Ask) -> None:
    sandbox.balance = Decimal("-5")
    assert await ask("balance/show", sign=1) == {"balance": "-5.00"}
    assert Sandbox(balance=Decimal(7)).balance == 7


async def test_an_initiated_call_is_remembered(sandbox: Sandbox, ask: Ask) -> None:
    await ask("call/initiate", phone_account_id=2, destination_number="+48 123 456 789")
    (call,) = sandbox.initiated_calls
    assert (call.account_id, call.number) == (2, "+48 123 456 789")


# 4.3 Phone books


async def test_books_and_entries_come_and_go(sandbox: Sandbox, ask: Ask) -> None:
    added = (await ask("phone_book/add", phone_book_name="Nowa <&>"))["phone_book"]
    assert added == {"id": "2", "name": "Nowa <&>"}
    assert [book["name"] for book in children(await ask("phone_book/list"))] == [
        "Książka główna",
        "Klienci",
        "Nowa <&>",
    ]
    entry = {"phone_book_element_name": "Żółw", "phone_book_element_number": "123"}
    first = await ask("phone_book_element/add", phone_book_id=2, **entry)
    assert first["phone_book_element"] == {"id": "5", "name": "Żółw", "number": "123"}
    await ask("phone_book_element/add", phone_book_id=2, **entry)
    shown = children(await ask("phone_book/show", phone_book_id=2))
    assert shown == [
        {"id": "5", "name": "Żółw", "number": "123"},
        {"id": "6", "name": "Żółw", "number": "123"},
    ]
    deleted = await ask("phone_book_element/delete", phone_book_element_id=5)
    assert deleted["phone_book_element"] == {"id": "5", "state": "deleted"}
    assert await ask("phone_book_element/delete", phone_book_element_id=5) == -8
    assert len(children(await ask("phone_book/show", phone_book_id=2))) == 1
    assert (await ask("phone_book/delete", phone_book_id=2))["phone_book"]["state"] == "deleted"
    assert await ask("phone_book/show", phone_book_id=2) == -8
    assert {entry.book_id for entry in sandbox.state.books.entries} == {0, 1}


async def test_ids_are_not_given_again(ask: Ask) -> None:
    await ask("phone_book/delete", phone_book_id=1)
    assert (await ask("phone_book/add", phone_book_name="A"))["phone_book"]["id"] == "2"


async def test_entries_may_be_shown_without_their_ids(sandbox: Sandbox, ask: Ask) -> None:
    sandbox.entry_ids = False
    first, *_ = children(await ask("phone_book/show", phone_book_id=0))
    assert first == {"name": "Jan Kowalski", "number": "123456789"}


async def test_characters_that_xml_does_not_know_do_not_break_it(sandbox: Sandbox) -> None:
    async with sandbox.http_client() as client:
        response = await client.post(
            "/api/phone_book/add",
            data={
                "api_key": sandbox.api_key,
                "api_format": "1",
                "phone_book_name": "a\x00b\r<>&]]>",
            },
        )
    assert "<name>a\ufffdb&#13;&lt;&gt;&amp;]]&gt;</name>" in response.text


# 4.4 The call history


async def order(ask: Ask, first: str, last: str, **more: object) -> str:
    params = {"dir": 2, "with_records_only": 0, "date_start": first, "date_end": last, **more}
    ordered: str = (await ask("call_list/order", **params))["call_list_id"]
    return ordered


async def fetch(
    sandbox: Sandbox, ask: Ask, first: str, last: str, **more: object
) -> list[dict[str, str]]:
    report = await order(ask, first, last, **more)
    sandbox.clock.advance(3)
    return children(await ask("call_list/show", call_list_id=report))


async def test_a_report_takes_its_time(sandbox: Sandbox, ask: Ask) -> None:
    report = await order(ask, "2024-05-06", "2024-05-06")
    assert children(await ask("call_list/list")) == [{"id": report, "generated": "0"}]
    assert await ask("call_list/show", call_list_id=report) == -9
    sandbox.clock.advance(3)
    assert children(await ask("call_list/list")) == [{"id": report, "generated": "1"}]
    assert children(await ask("call_list/show", call_list_id=report))


async def test_a_report_is_kept_for_a_month(sandbox: Sandbox, ask: Ask) -> None:
    old = await order(ask, "2024-05-06", "2024-05-06")
    sandbox.clock.advance(29 * 86400)
    new = await order(ask, "2024-05-06", "2024-05-06")
    assert [one["id"] for one in children(await ask("call_list/list"))] == [old, new]
    assert children(await ask("call_list/show", call_list_id=old))
    sandbox.clock.advance(86400 + 3)
    assert [one["id"] for one in children(await ask("call_list/list"))] == [new]
    assert await ask("call_list/show", call_list_id=old) == -8


async def test_the_sample_history_is_the_same_each_time(sandbox: Sandbox, ask: Ask) -> None:
    whole = await fetch(sandbox, ask, "2024-01-01", "2024-04-10")
    assert whole == await fetch(sandbox, ask, "2024-01-01", "2024-04-10")
    begin = await fetch(sandbox, ask, "2024-01-01", "2024-02-10")
    end = await fetch(sandbox, ask, "2024-02-11", "2024-04-10")
    assert whole == end + begin
    assert whole == sorted(whole, key=lambda call: call["date"], reverse=True)


async def test_the_sample_history_looks_like_an_offices(sandbox: Sandbox, ask: Ask) -> None:
    calls = await fetch(sandbox, ask, "2024-01-01", "2024-04-10")
    by_day: dict[dt.date, int] = {}
    for call in calls:
        day = dt.datetime.fromisoformat(call["date"]).date()
        by_day[day] = by_day.get(day, 0) + 1
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=number) for number in range(101)]
    for day in days:
        count = by_day.get(day, 0)
        assert {5: 1 <= count <= 4, 6: count == 0}.get(day.weekday(), 5 <= count <= 20)
    link = "http://127.0.0.1/channels/lists/call/get_playback_file?id="
    kinds = {"link" if call["file"].startswith(link) else call["file"][-4:] for call in calls}
    assert kinds == {"link", ".mp3", ""}
    assert {call["state"] for call in calls} == {"Odebrane", "Nieodebrane", "Zajęte"}


async def test_a_report_holds_what_was_asked_for(sandbox: Sandbox, ask: Ask) -> None:
    span = ("2024-05-06", "2024-05-11")
    everything = await fetch(sandbox, ask, *span)
    incoming = await fetch(sandbox, ask, *span, dir=0)
    outgoing = await fetch(sandbox, ask, *span, dir=1)
    ours = {"221234567", "221234568", "221234569"}
    assert {call["dst"] for call in incoming} <= ours
    assert {call["src"] for call in outgoing} <= ours
    assert len(incoming) + len(outgoing) == len(everything)
    recorded = await fetch(sandbox, ask, *span, with_records_only=1)
    assert recorded == [call for call in everything if call["file"]]
    number = everything[0]["src"]
    found = await fetch(sandbox, ask, *span, number=number)
    assert found == [call for call in everything if number in (call["src"], call["dst"])]


async def test_by_default_only_calls_with_recordings(sandbox: Sandbox, ask: Ask) -> None:
    report = await ask("call_list/order", dir=2, date_start="2024-05-06", date_end="2024-05-06")
    sandbox.clock.advance(3)
    calls = children(await ask("call_list/show", **report))
    assert calls
    assert all(call["file"] for call in calls)


async def test_calls_can_be_added_and_the_sample_left_out() -> None:
    given = SandboxCall(
        id=5, start=dt.datetime(2024, 5, 6, 8), source="1", destination="2", recording="link"
    )
    sandbox = Sandbox(calls=[given], order_delay=0)
    added = sandbox.calls.add(
        dt.datetime(2024, 5, 7, 23, 59, 59), source="3", destination="4", duration=9,
        state="Zajęte", outgoing=True, recording="ftp",
    )  # fmt: skip
    assert added.id == 6
    async with sandbox.http_client() as client:
        key = {"api_key": sandbox.api_key}
        order = {"dir": "2", "date_start": "2024-05-06", "date_end": "2024-05-07"}
        await client.post("/api/call_list/order", data={**key, **order})
        shown = await client.post("/api/call_list/show", data={**key, "call_list_id": "1"})
    assert children(shown.json()["call-lists"]) == [
        {
            "date": "2024-05-07 23:59:59",
            "src": "3",
            "dst": "4",
            "duration": "9",
            "state": "Zajęte",
            "file": "20240507-235959-3-4.mp3",
        },
        {
            "date": "2024-05-06 08:00:00",
            "src": "1",
            "dst": "2",
            "duration": "60",
            "state": "Odebrane",
            "file": "http://127.0.0.1/channels/lists/call/get_playback_file?id=5",
        },
    ]


async def test_a_report_without_calls_is_an_empty_list(sandbox: Sandbox, ask: Ask) -> None:
    assert await fetch(sandbox, ask, "2024-05-12", "2024-05-12") == []
    sandbox.empty_lists = "error"
    assert await ask("call_list/show", call_list_id=1) == -8


# 4.5 The call centre


async def agent(ask: Ask) -> dict[str, Any]:
    first: dict[str, Any] = children(await ask("cc_agent/list"))[0]
    return first


async def test_agents_join_and_leave_campaigns(sandbox: Sandbox, ask: Ask) -> None:
    await ask("cc_in_campaign/add_agent", agent_id=1, campaign_id=4)
    await ask("cc_out_campaign/add_agent", agent_id=1, campaign_id=2)
    joined = await agent(ask)
    assert (joined["in_campains"], joined["out_campains"]) == ([1, 2, 4], [1, 2])
    await ask("cc_in_campaign/remove_agent", agent_id=1, campaign_id=2)
    await ask("cc_out_campaign/remove_agent", agent_id=1, campaign_id=2)
    left = await agent(ask)
    assert (left["in_campains"], left["out_campains"]) == ([1, 4], [1])
    assert left["default_out_campain"] == 1
    assert sandbox.state.center.agents[0].in_campaigns == (1, 4)


async def test_the_default_campaign_is_set_and_lost_on_leaving_it(ask: Ask) -> None:
    await ask("cc_out_campaign/set_default", agent_id=1, campaign_id=3)
    assert (await agent(ask))["default_out_campain"] == 3
    await ask("cc_out_campaign/set_default", agent_id=1, campaign_id=1)
    await ask("cc_out_campaign/remove_agent", agent_id=1, campaign_id=1)
    assert (await agent(ask))["default_out_campain"] == 0
    assert (await agent(ask))["out_campains"] == []


async def test_the_monitor_changes_with_the_time(sandbox: Sandbox, ask: Ask) -> None:
    seen: list[dict[str, Any]] = []
    for _ in range(60):
        now = await ask("cc_monitor/show", cc_campaign_id=2)
        assert now == await ask("cc_monitor/show", cc_campaign_id=2)
        seen.append(now)
        sandbox.clock.advance(60)
    basics = [now["basic-data"] for now in seen]
    answered = [basic["answered"] for basic in basics]
    assert answered == sorted(answered)
    assert answered[-1] > answered[0] > 0
    assert {basic["busy-members"] for basic in basics} > {0}
    assert {len(now["waiting-calls"]) for now in seen} == {0, 1, 2, 3}
    members = [member for now in seen for member in now["campaign-members"].values()]
    assert {member["state"] for member in members} == {"Wolny", "Zajęty"}
    assert {member["pause"] for member in members} == {"Tak", "Nie"}
    for now, basic in zip(seen, basics, strict=True):
        states = [member["state"] for member in now["campaign-members"].values()]
        assert basic["free-members"] == states.count("Wolny")
        assert basic["busy-members"] == states.count("Zajęty")
        assert basic["calls-waiting"] == basic["in-queue"] == len(now["waiting-calls"])
        assert 0 < basic["sla"] <= 100
        assert basic["average-call-time"][2] == ":"


async def test_the_monitor_rests_before_the_day_and_on_sundays() -> None:
    for moment in (dt.datetime(2024, 5, 13, 7), dt.datetime(2024, 5, 12, 12)):
        sandbox = Sandbox(clock=Clock(start=moment))
        async with sandbox.http_client() as client:
            response = await client.post(
                "/api/cc_monitor/show", data={"api_key": sandbox.api_key, "cc_campaign_id": "2"}
            )
        now = response.json()["cc-monitor"]
        assert now["basic-data"]["answered"] == 0
        assert now["basic-data"]["average-waiting-time"] == "00:00"
        assert now["waiting-calls"] == {}
        assert {member["last-call"] for member in now["campaign-members"].values()} == {
            "Brak danych"
        }


# 4.6 Messages


async def send(ask: Ask, number: str = "601234567", text: str = "Dzień dobry") -> int:
    sent = await ask("sms/send", **{"from": "INFO", "to": number, "message": text})
    assert sent["state"] == "OK"
    (sms_id,) = sent["ids"]
    assert isinstance(sms_id, int)
    return sms_id


async def states(sandbox: Sandbox, ask: Ask, number: str) -> list[dict[str, object]]:
    sms_id = await send(ask, number)
    seen = [await ask("sms/state", id=sms_id)]
    for _ in range(3):
        sandbox.clock.advance(1)
        seen.append(await ask("sms/state", id=sms_id))
    return seen


async def test_a_message_is_delivered_step_by_step(sandbox: Sandbox, ask: Ask) -> None:
    assert await states(sandbox, ask, "601234567") == [{"state": n} for n in (0, 1, 4, 5)]


async def test_some_numbers_end_differently(sandbox: Sandbox, ask: Ask) -> None:
    error = {"state": 2, "error": "Operator odrzucił wiadomość"}
    assert await states(sandbox, ask, FAILING_NUMBER) == [{"state": 0}, {"state": 1}, error, error]
    assert await states(sandbox, ask, UNREACHABLE_NUMBER) == [{"state": n} for n in (0, 1, 4, 3)]
    assert await states(sandbox, ask, SILENT_NUMBER) == [{"state": n} for n in (0, 1, 4, 4)]


async def test_what_was_sent_can_be_looked_at(sandbox: Sandbox, ask: Ask) -> None:
    first, second = await send(ask), await send(ask, "500600700", "x")
    assert [sms.id for sms in sandbox.sent_sms] == [first, second]
    (sms,) = sandbox.inbox["601234567"]
    assert sms == SentSms(first, "INFO", "601234567", "Dzień dobry", sms.at, 1, paid=True)
    assert list(sandbox.inbox) == ["601234567", "500600700"]


@pytest.mark.parametrize(
    ("length", "parts"), [(1, 1), (160, 1), (161, 2), (306, 2), (307, 3), (918, 6)]
)
async def test_each_part_of_a_message_costs(
    sandbox: Sandbox, ask: Ask, length: int, parts: int
) -> None:
    before = sandbox.balance
    await send(ask, text="x" * length)
    assert before - sandbox.balance == Decimal("0.10") * parts


async def test_without_money_a_message_is_not_sent(sandbox: Sandbox, ask: Ask) -> None:
    sandbox.balance = Decimal("0.15")
    sent, unpaid = await send(ask), await send(ask)
    sandbox.clock.advance(10)
    assert await ask("sms/state", id=sent) == {"state": 5}
    assert await ask("sms/state", id=unpaid) == {"state": -1}
    assert [sms.paid for sms in sandbox.sent_sms] == [True, False]
    assert sandbox.balance == Decimal("0.05")


# 4.7 Speech


async def test_there_are_28_languages_with_voices(ask: Ask) -> None:
    listed = await ask("tts/language_list")
    assert listed["count"] == "28" == str(len(listed["languages"]))
    assert {"language": "pl-PL", "description": "Polski"} in listed["languages"]
    voices = await ask("tts/voice_list", language="pl-PL")
    assert voices == {
        "count": "4",
        "voices": [
            {"name": "Ewa", "gender": "F"},
            {"name": "Maja", "gender": "F"},
            {"name": "Jacek", "gender": "M"},
            {"name": "Jan", "gender": "M"},
        ],
    }
    for language in listed["languages"]:
        assert (await ask("tts/voice_list", language=language["language"]))["voices"]


@pytest.mark.parametrize(
    ("length", "net", "gross"),
    [(1, "0.3", "0.37"), (100, "0.3", "0.37"), (101, "0.6", "0.74"), (3000, "9.0", "11.07")],
)
async def test_speech_costs_by_100_characters(
    sandbox: Sandbox, ask: Ask, length: int, net: str, gross: str
) -> None:
    text = "x" * length
    price = await ask("tts/price", voice="Ewa", text=text)
    assert price == {"cost_net": net, "cost_gross": gross}
    before = sandbox.balance
    await ask("tts/generate", voice="Ewa", name="n", text=text)
    assert before - sandbox.balance == Decimal(gross)


async def test_without_money_nothing_is_spoken(sandbox: Sandbox, ask: Ask) -> None:
    sandbox.balance = Decimal("0.36")
    assert await ask("tts/generate", voice="Ewa", name="n", text="x") == -11
    assert sandbox.balance == Decimal("0.36")


async def test_speech_takes_its_time(sandbox: Sandbox, ask: Ask) -> None:
    made = (await ask("tts/generate", voice="Ewa", name="Powitanie", text="Dzień dobry"))["tts_id"]
    assert await ask("tts/status", tts_id=made) == {"id": made, "generated": "0"}
    sandbox.clock.advance(2)
    assert await ask("tts/status", tts_id=made) == {"id": made, "generated": "1"}
    await ask("tts/generate", voice="Jan", name="Drugie", text="Do widzenia")
    assert children(await ask("tts/list")) == [
        {"id": "1", "name": "Powitanie", "generated": "1"},
        {"id": "2", "name": "Drugie", "generated": "0"},
    ]
    assert await ask("tts/delete", tts_id=1) == {"id": "1", "state": "deleted"}
    assert [one.id for one in sandbox.state.speech.announcements] == [2]
    assert (await ask("tts/generate", voice="Ewa", name="n", text="x"))["tts_id"] == "3"


def test_with_the_loops_clock_everything_happens_in_virtual_time() -> None:
    async def main() -> list[int]:
        sandbox = Sandbox(clock=Clock(source=anyio.current_time), sms_steps=(60, 120, 180))
        async with sandbox.http_client() as client:
            key = {"api_key": sandbox.api_key}
            sms = {"from": "SMS", "to": "601234567", "message": "x"}
            await client.post("/api/sms/send", data={**key, **sms})
            seen: list[int] = []
            for _ in range(4):
                state = await client.post("/api/sms/state", data={**key, "id": "1"})
                seen.append(state.json()["sms"]["state"])
                await anyio.sleep(61)
        return seen

    virtual = trio.testing.MockClock(autojump_threshold=0)
    assert trio.run(main, clock=virtual) == [0, 1, 4, 5]
