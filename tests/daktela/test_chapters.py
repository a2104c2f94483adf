"""What the tables do not show: held requests, whole lists, alternatives, limits, odd shapes."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Coroutine
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import anyio
import httpx
import pytest

from _telephony_core.converter import ModelConverter
from _telephony_core.documents import Plain
from daktela_async.agent_states import AgentChange, WatchTrouble
from daktela_async.client import DaktelaClient
from daktela_async.errors import (
    DeadlineExceeded,
    InvalidRequest,
    NotAnEmailQueue,
    NotFound,
    OutcomeUnknown,
    ProtocolError,
    StatusNotFound,
)
from daktela_async.models.emails import Email, EmailActivity
from daktela_async.models.events import CreatedEvent
from daktela_async.models.paging import Page
from daktela_async.models.realtime import AgentQueue, QueuePresence, QueuesSummary, UserState
from daktela_async.models.records import (
    CallRecordForm,
    ClosedCallScript,
    DeletedRecord,
    Export,
    FormItem,
    FoundContact,
    RecordAttempts,
    RecordChanges,
    RecordSnapshot,
    RecordTimes,
    RecordUpdate,
)
from daktela_async.models.sms import RemovedGroup, SentGroup, SmsBacklog, SmsSettings
from daktela_async.models.sms_connect import SmsConnectMessage
from daktela_async.models.stats import CallPage
from tests.daktela.clock import at
from tests.daktela.helpers import (
    PRAGUE,
    SERVER,
    TOKEN,
    answer,
    query_of,
    requests_of,
    sent,
    service,
)

pytestmark = pytest.mark.asyncio

Doing = Callable[[DaktelaClient], Coroutine[Any, Any, object]]


def client() -> DaktelaClient:
    return DaktelaClient(SERVER, access_token=TOKEN)


# Held requests.


async def test_a_held_request_is_given_the_time_that_the_document_wants() -> None:
    request = await sent(lambda daktela: daktela.realtime.user_state(user="novak", hash="abc"))
    assert request.extensions["timeout"]["read"] == 70
    request = await sent(lambda daktela: daktela.realtime.user_state_once(user="novak"))
    assert request.extensions["timeout"]["read"] == 30


@pytest.mark.virtual_time
@pytest.mark.parametrize(("timeout", "seconds"), [(None, 80), (75.0, 75)])
async def test_a_held_request_ends(timeout: float | None, seconds: float) -> None:
    async def hold(_: httpx.Request) -> httpx.Response:
        await anyio.sleep(100)
        raise AssertionError  # pragma: no cover

    with service() as router:
        router.route().mock(side_effect=hold)
        async with client() as daktela:
            began = anyio.current_time()
            with pytest.raises(DeadlineExceeded):
                await daktela.realtime.user_state(extension="500", timeout=timeout)
            assert anyio.current_time() - began == pytest.approx(seconds)


@pytest.mark.virtual_time
async def test_held_requests_leave_the_connections_to_others() -> None:
    async def reply(request: httpx.Request) -> httpx.Response:
        if "RTUserState" in request.url.path:
            await anyio.sleep(60)
        return answer('{"status":1,"error":null,"result":[]}')

    with service() as router:
        router.route().mock(side_effect=reply)
        async with DaktelaClient(SERVER, access_token=TOKEN, max_connections=1) as daktela:

            async def hold(user: str) -> None:
                await daktela.realtime.user_state(user=user)

            began = anyio.current_time()
            async with anyio.create_task_group() as group:
                for number in range(50):
                    group.start_soon(hold, str(number))
                await anyio.sleep(1)
                assert await daktela.realtime.calls() == ()
                assert anyio.current_time() - began == pytest.approx(1)


async def test_an_empty_hash_is_none() -> None:
    request = await sent(lambda daktela: daktela.realtime.user_state(user="novak", hash=""))
    assert query_of(request) == (("user", "novak"),)


async def test_who_is_logged_in() -> None:
    assert not UserState().logged_in
    assert UserState(state="Logged").logged_in


# Whole lists.

SINCE, UNTIL = at(2014, 8, 1), at(2014, 9, 1)
Lists = Callable[[DaktelaClient], AsyncGenerator[Any, None]]
WHOLE: dict[str, Lists] = {
    "StatsCalls": lambda d: d.stats.iter_calls(SINCE, UNTIL, queues=(q for q in "12"), users="4"),
    "StatsUsersPauses": lambda d: d.stats.iter_user_pauses(SINCE, UNTIL, users="4", pauses="2"),
    "StatsUsersQueues": lambda d: d.stats.iter_user_queues(SINCE, UNTIL, users="4"),
    "StatsUsersSessions": lambda d: d.stats.iter_user_sessions(SINCE, UNTIL, users="4"),
    "GetRecords": lambda d: d.records.iter(query="800", filter="x", sort="y"),
}


def row(number: int, *, ids: bool) -> dict[str, object]:
    start = f"2014-08-{1 + number // 1440:02} {number // 60 % 24:02}:{number % 60:02}:00"
    named = {"id": number, "call": number, "record": number} if ids else {"record": number}
    return {"user": "4", "start_time": start, "queue": "1", "pause": "2", **named}


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("action", WHOLE)
async def test_a_list_of_several_pages(action: str, ids: bool) -> None:
    if action == "StatsCalls" and not ids:
        ids = True

    def reply(request: httpx.Request) -> httpx.Response:
        params = dict(query_of(request))
        skip, take = int(params["skip"]), int(params["take"])
        # The last row of each page stands on the next one too.
        numbers = [max(0, number - skip // take) for number in range(skip, min(skip + take, 2503))]
        result = {"data": [row(number, ids=ids) for number in numbers], "total": "2503"}
        return answer(json.dumps({"status": 1, "error": None, "result": result}))

    with service() as router:
        route = router.route().mock(side_effect=reply)
        async with client() as daktela:
            rows = [found async for found in WHOLE[action](daktela)]
    assert len(rows) == 2501
    assert len(set(map(repr, rows))) == 2501
    requests = requests_of(route)
    assert [request.url.path.split("/")[3] for request in requests] == [action] * 3
    assert {dict(query_of(request))["take"] for request in requests} == {"1000"}


async def test_times_of_another_zone_are_split_by_the_clock_of_the_service() -> None:
    since = datetime(2014, 8, 1, tzinfo=UTC)
    asked: list[tuple[str, str]] = []

    def reply(request: httpx.Request) -> httpx.Response:
        params = dict(query_of(request))
        asked.append((params["datetime_from"], params["datetime_to"]))
        if len(asked) == 1:
            return answer('{"status":0,"error":"Prekrocen limit 1000 hovoru"}')
        return answer('{"status":1,"error":null,"result":{"data":[],"total":0}}')

    with service() as router:
        router.route().mock(side_effect=reply)
        async with client() as daktela:
            rows = [
                call
                async for call in daktela.stats.iter_calls(since, since + timedelta(seconds=10))
            ]
    assert rows == []
    assert asked == [
        ("2014-08-01 02:00:00", "2014-08-01 02:00:10"),
        ("2014-08-01 02:00:09", "2014-08-01 02:00:10"),
        ("2014-08-01 02:00:04", "2014-08-01 02:00:10"),
        ("2014-08-01 02:00:00", "2014-08-01 02:00:05"),
    ]


# Alternatives and limits.

WRONG: dict[str, Doing] = {
    "no agent": lambda d: d.realtime.user_state(),  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    "two agents": lambda d: d.realtime.user_state_once(user="a", extension="1"),  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    "two of a last call": lambda d: d.stats.last_call(user="a", extension="1"),  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    "no form": lambda d: d.records.close_script(),  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    "nothing to move": lambda d: d.records.move(to_queue="1"),  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    "times of one record": lambda d: d.records.copy(  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
        record_id="1", to_queue="2", times=RecordTimes(edited_since=SINCE)
    ),
    "a form that is open": lambda d: d.records.copy(
        record_id="1", to_queue="2", update=RecordUpdate(action="4")
    ),
    "an unknown action": lambda d: d.records.export("2003", actions="7"),
    "what cannot be set": lambda d: d.records.update("64", action="1"),
    "times upside down": lambda d: d.records.export(
        "2003", times=RecordTimes(created_since=UNTIL, created_until=SINCE)
    ),
    "a range upside down": lambda d: d.stats.calls(UNTIL, SINCE),
    "a direction": lambda d: d.stats.call_details(SINCE, UNTIL, direction="up"),
    "a trace": lambda d: d.stats.trace("a", SINCE, UNTIL, actions="sleep"),
    "no time": lambda d: d.stats.last_call_of_number("1", within=timedelta(0)),
    "a page of calls": lambda d: d.stats.calls(SINCE, UNTIL, take=1001),
    "a page before the first": lambda d: d.records.list(skip=-1),
    "another event": lambda d: d.events.create("SendSMS"),
    "an event without a name": lambda d: d.events.create("Custom_"),
    "no activity": lambda d: d.activities.update([], "objednavka"),
    "an empty activity": lambda d: d.activities.update([""], "objednavka"),
    "a long e-mail": lambda d: d.emails.create("1", subject="a", sender="b", body="c" * 8000),
    "sms upside down": lambda d: d.sms.list(since=UNTIL, until=SINCE),
    "sms_connect upside down": lambda d: d.sms_connect.list(since=UNTIL, until=SINCE),
}


@pytest.mark.parametrize("what", WRONG)
async def test_what_is_wrong_is_not_sent(what: str) -> None:
    with service() as router:
        route = router.route()
        async with client() as daktela:
            with pytest.raises(InvalidRequest):
                await WRONG[what](daktela)
    assert not route.called


NOTHING: dict[str, Doing] = {
    "summary, users": lambda d: d.realtime.queues_summary(users=[]),
    "summary, queues": lambda d: d.realtime.queues_summary(queues=[]),
    "sessions, users": lambda d: d.realtime.sessions(users=[]),
    "sessions, queues": lambda d: d.realtime.sessions(queues=()),
    "CDR, extensions": lambda d: d.stats.call_details(SINCE, UNTIL, extensions=[]),
    "CDR, account codes": lambda d: d.stats.call_details(SINCE, UNTIL, account_codes=[]),
    "CDR, destinations": lambda d: d.stats.call_details(SINCE, UNTIL, destination_types=[]),
    "CDR, source": lambda d: d.stats.call_details(SINCE, UNTIL, source_channels=[]),
    "CDR, destination": lambda d: d.stats.call_details(SINCE, UNTIL, destination_channels=[]),
    "CDR, disposition": lambda d: d.stats.call_details(SINCE, UNTIL, disposition=""),
    "calls, queues": lambda d: d.stats.calls(SINCE, UNTIL, queues=[]),
    "calls, users": lambda d: d.stats.calls(SINCE, UNTIL, users=iter([])),
    "calls, one user": lambda d: d.stats.calls(SINCE, UNTIL, users=""),
    "calls, a user of several": lambda d: d.stats.calls(SINCE, UNTIL, users=["1", " "]),
    "calls, number": lambda d: d.stats.calls(SINCE, UNTIL, number=""),
    "calls, did": lambda d: d.stats.calls(SINCE, UNTIL, did=""),
    "calls, status": lambda d: d.stats.calls(SINCE, UNTIL, status_id=""),
    "calls, call": lambda d: d.stats.calls(SINCE, UNTIL, call_id=""),
    "repeated, queues": lambda d: d.stats.repeated_calls(SINCE, UNTIL, queues=[]),
    "repeated, number": lambda d: d.stats.repeated_calls(SINCE, UNTIL, number=""),
    "last, ids": lambda d: d.stats.last_call_of_number("1", queue_ids=[]),
    "last, numbers": lambda d: d.stats.last_call_of_number("1", queue_numbers=[]),
    "pauses, users": lambda d: d.stats.user_pauses(SINCE, UNTIL, users=[]),
    "pauses, pauses": lambda d: d.stats.user_pauses(SINCE, UNTIL, pauses=[]),
    "queues, users": lambda d: d.stats.user_queues(SINCE, UNTIL, users=[]),
    "sessions of users": lambda d: d.stats.user_sessions(SINCE, UNTIL, users=[]),
    "sms, codes": lambda d: d.sms.list(account_codes=[]),
    "sms, keyword": lambda d: d.sms.list(keyword=""),
    "sms, email": lambda d: d.sms.list(email=""),
    "sms, gateway": lambda d: d.sms.list(gateway=""),
    "sms, slot": lambda d: d.sms.list(slot=""),
    "sms, port": lambda d: d.sms.list(port=""),
    "sms_connect, codes": lambda d: d.sms_connect.list(account_codes=[]),
    "sms_connect, keyword": lambda d: d.sms_connect.list(keyword=""),
    "export, actions": lambda d: d.records.export("1", actions=[]),
    "export, statuses": lambda d: d.records.export("1", status_ids=[]),
    "export, users": lambda d: d.records.export("1", user_ids=[]),
    "export, number": lambda d: d.records.export("1", number=""),
    "records, query": lambda d: d.records.list(query=""),
    "statuses, queue": lambda d: d.records.statuses(queue=""),
    "contacts, queues": lambda d: d.records.search_contacts("1", queues=[]),
    "activities": lambda d: d.activities.update([], "a"),
}


@pytest.mark.parametrize("what", NOTHING)
async def test_a_filter_that_lets_nothing_through_is_not_sent_as_none(what: str) -> None:
    with service() as router:
        route = router.route()
        async with client() as daktela:
            with pytest.raises(InvalidRequest, match="is empty"):
                await NOTHING[what](daktela)
    assert not route.called


async def test_empty_filters_of_whole_lists_are_told_when_they_are_asked_for() -> None:
    async with client() as daktela:
        for nothing in (
            lambda: daktela.stats.iter_calls(SINCE, UNTIL, queues=[]),
            lambda: daktela.stats.iter_calls(SINCE, UNTIL, users=[]),
            lambda: daktela.stats.iter_calls(SINCE, UNTIL, number=""),
            lambda: daktela.stats.iter_calls(SINCE, UNTIL, did=""),
            lambda: daktela.stats.iter_calls(SINCE, UNTIL, status_id=""),
            lambda: daktela.stats.iter_calls(SINCE, UNTIL, call_id=""),
            lambda: daktela.stats.iter_user_pauses(SINCE, UNTIL, users=[]),
            lambda: daktela.stats.iter_user_pauses(SINCE, UNTIL, pauses=[]),
            lambda: daktela.stats.iter_user_queues(SINCE, UNTIL, users=[]),
            lambda: daktela.stats.iter_user_sessions(SINCE, UNTIL, users=[]),
            lambda: daktela.records.iter(query=""),
        ):
            with pytest.raises(InvalidRequest, match="is empty"):
                nothing()


async def test_lists_are_checked_when_they_are_asked_for() -> None:
    async with client() as daktela:
        for wrong in (
            lambda: daktela.stats.iter_calls(UNTIL, SINCE),
            lambda: daktela.stats.iter_user_pauses(UNTIL, SINCE),
            lambda: daktela.stats.iter_user_queues(UNTIL, SINCE),
            lambda: daktela.stats.iter_user_sessions(UNTIL, SINCE),
            lambda: daktela.records.iter(page_size=1001),
        ):
            with pytest.raises(InvalidRequest):
                wrong()


# The hour that comes twice: 2:45 in summer time is before 2:00 in winter time.

FIRST = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
SECOND = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
TIMES = RecordTimes(
    edited_since=FIRST, edited_until=SECOND, next_call_since=FIRST, created_until=SECOND
)


async def first_of(rows: AsyncGenerator[object, None]) -> None:
    async for _ in rows:
        raise AssertionError  # pragma: no cover


RANGES: dict[str, Callable[[DaktelaClient, datetime, datetime], Coroutine[Any, Any, object]]] = {
    "call_details": lambda d, since, until: d.stats.call_details(since, until),
    "calls": lambda d, since, until: d.stats.calls(since, until),
    "iter_calls": lambda d, since, until: first_of(d.stats.iter_calls(since, until)),
    "repeated_calls": lambda d, since, until: d.stats.repeated_calls(since, until),
    "trace": lambda d, since, until: d.stats.trace("novak", since, until),
    "user_pauses": lambda d, since, until: d.stats.user_pauses(since, until),
    "iter_user_pauses": lambda d, since, until: first_of(d.stats.iter_user_pauses(since, until)),
    "user_queues": lambda d, since, until: d.stats.user_queues(since, until),
    "iter_user_queues": lambda d, since, until: first_of(d.stats.iter_user_queues(since, until)),
    "user_sessions": lambda d, since, until: d.stats.user_sessions(since, until),
    "iter_user_sessions": lambda d, since, until: first_of(
        d.stats.iter_user_sessions(since, until)
    ),
    "attempts": lambda d, since, until: d.calls.attempts(since, until),
    "iter_attempts": lambda d, since, until: first_of(d.calls.iter_attempts(since, until)),
    "sms": lambda d, since, until: d.sms.list(since=since, until=until),
    "sms_connect": lambda d, since, until: d.sms_connect.list(since=since, until=until),
}


@pytest.mark.parametrize("what", RANGES)
@pytest.mark.parametrize("zone", [UTC, PRAGUE])
async def test_a_range_in_the_hour_that_comes_twice(what: str, zone: tzinfo) -> None:
    since, until = FIRST.astimezone(zone), SECOND.astimezone(zone)
    request = await sent(lambda daktela: RANGES[what](daktela, since, until))
    query = dict(query_of(request))
    assert query["datetime_from"] == "2026-10-25 01:59:59"
    assert query["datetime_to"] == "2026-10-25 03:00:00"
    async with client() as daktela:
        with pytest.raises(InvalidRequest, match="before it starts"):
            await RANGES[what](daktela, until, since)


async def test_open_ranges_in_the_hour_that_comes_twice() -> None:
    query = dict(query_of(await sent(lambda d: d.records.export("2003", times=TIMES))))
    assert {name: text for name, text in query.items() if name.startswith("datetime_")} == {
        "datetime_modify_from": "2026-10-25 01:59:59",
        "datetime_modify_to": "2026-10-25 03:00:00",
        "datetime_nextcall_from": "2026-10-25 01:59:59",
        "datetime_created_to": "2026-10-25 03:00:00",
    }


async def test_nothing_is_done_to_records_beyond_what_was_said() -> None:
    for times in (
        RecordTimes(edited_since=FIRST, edited_until=datetime(2026, 10, 26, tzinfo=UTC)),
        RecordTimes(created_until=SECOND),
        RecordTimes(next_call_since=FIRST),
    ):
        async with client() as daktela:
            for act in (daktela.records.move, daktela.records.copy):
                with pytest.raises(InvalidRequest, match="comes twice"):
                    await act(from_queue="2003", to_queue="2009", times=times)
    shown = RecordTimes(edited_since=datetime(2026, 10, 25, 2, 45))
    request = await sent(lambda d: d.records.move(from_queue="2003", to_queue="2009", times=shown))
    assert dict(query_of(request))["search_datetime_modify_from"] == "2026-10-25 02:45:00"


async def test_a_time_of_the_clock_beside_one_with_a_zone() -> None:
    shown = datetime(2026, 10, 25, 2, 15)
    request = await sent(lambda daktela: daktela.stats.calls(FIRST, shown))
    assert dict(query_of(request))["datetime_from"] == "2026-10-25 01:59:59"
    assert dict(query_of(request))["datetime_to"] == "2026-10-25 02:15:00"
    async with client() as daktela:
        with pytest.raises(InvalidRequest):
            await daktela.stats.calls(FIRST, datetime(2026, 10, 25, 1, 15))


# Meaning.

ACTING: dict[str, tuple[Doing, bool]] = {
    "close_script": (lambda d: d.records.close_script(record_id="1"), False),
    "copy": (lambda d: d.records.copy(record_id="1", to_queue="2"), False),
    "move one": (lambda d: d.records.move(record_id="1", to_queue="2"), True),
    "move a campaign": (lambda d: d.records.move(from_queue="1", to_queue="2"), False),
    "create": (lambda d: d.records.create("1", "2"), False),
    "update": (lambda d: d.records.update("1"), True),
    "delete": (lambda d: d.records.delete("1"), True),
    "event": (lambda d: d.events.create("Custom_X"), False),
    "close": (lambda d: d.activities.close("a", "b"), True),
    "update activities": (lambda d: d.activities.update("a", "b"), True),
    "email": (lambda d: d.emails.create("1", subject="a", sender="b", body="c"), False),
    "settings": (lambda d: d.sms.change_settings(allowed_from_hour=8), True),
    "remove_group": (lambda d: d.sms.remove_group("1"), True),
    "send_batch": (lambda d: d.sms.send("1", "a"), False),
    "calls": (lambda d: d.stats.calls(SINCE, UNTIL), True),
}


@pytest.mark.virtual_time
@pytest.mark.parametrize("what", ACTING)
async def test_what_is_asked_for_again(what: str) -> None:
    call, repeated = ACTING[what]
    fine = answer('{"status":1,"error":null,"result":null}')
    with service() as router:
        route = router.route().mock(side_effect=[httpx.ReadTimeout("no answer"), fine])
        async with client() as daktela:
            if repeated:
                await call(daktela)
            else:
                with pytest.raises(OutcomeUnknown) as caught:
                    await call(daktela)
                assert caught.value.advice.startswith("Look ")
    assert route.call_count == 1 + repeated


# Documented errors.


async def test_documented_errors() -> None:
    with service() as router:
        answers = [
            '{"error":"Stav neexistuje","status":0}',
            '{"error":"Zadana fronta neni typu email","status":0}',
            '{"status":1,"error":null,"result":null}',
        ]
        router.route().mock(side_effect=[answer(body) for body in answers])
        async with client() as daktela:
            with pytest.raises(StatusNotFound):
                await daktela.activities.close("activity_123", "nevolat")
            with pytest.raises(NotAnEmailQueue):
                await daktela.emails.create("6666", subject="a", sender="b", body="c")
            with pytest.raises(NotFound):
                await daktela.autodialer.check_number("777888999")


# Odd shapes.

CONVERTER = ModelConverter(PRAGUE)


def column(value: Plain) -> Plain:
    return {"label": "", "value": value, "id": ""}


WRAPPED: list[Callable[[Plain], Plain]] = [
    lambda one: [one],
    lambda one: one,
    lambda one: {"318": one},
    lambda one: {"record": {"318": one}},
]


@pytest.mark.parametrize("wrapped", WRAPPED)
async def test_an_export_however_it_is_wrapped(wrapped: Callable[[Plain], Plain]) -> None:
    one: Plain = {"sysdata_id": column("318"), "sysdata_date": "28.08.2012 16:20:17", "data_1": "x"}
    (record,) = CONVERTER.structure(wrapped(one), Export).records
    assert record.id == "318"
    assert record.edited_at == at(2012, 8, 28, 16, 20, 17)
    assert [(item.id, item.value) for item in record.items] == [("data_1", "x")]


async def test_an_export_of_several_records_by_their_ids() -> None:
    plain: Plain = {str(n): {"sysdata_id": column(n), "data_1": column("x")} for n in (1, 2)}
    assert [record.id for record in CONVERTER.structure(plain, Export).records] == ["1", "2"]
    assert CONVERTER.structure(None, Export).records == ()


async def test_maps_that_come_as_lists() -> None:
    empty: Plain = []
    assert CONVERTER.structure({"queue": "1", "options": empty}, AgentQueue).options == {}
    assert CONVERTER.structure({"record": "1", "fields": empty}, CallRecordForm).fields == {}
    listed: Plain = {"record_snapshot": "1", "fields": [["a"], "b"]}
    snapshot = CONVERTER.structure(listed, RecordSnapshot)
    assert snapshot.fields == {"0": ("a",), "1": ("b",)}
    assert CONVERTER.structure({"record": "1", "fields": None}, CallRecordForm).fields == {}


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ({"type": "in", "record": 1}, {"type": "in", "record": "1"}),
        ({"members": ["1", "2"], "more": {"a": "b"}, "none": [], "nil": None},
         {"members": '["1", "2"]', "more": '{"a": "b"}', "none": "", "nil": ""}),
        ('{"type": "outbounder", "members": [1]}', {"type": "outbounder", "members": "[1]"}),
        (["a", "b"], {"0": "a", "1": "b"}),
        ("[]", {}),
        ("", {}),
        (None, {}),
        ("no JSON", {}),
        ("[" * 100_000, {}),
    ],
)  # fmt: skip
async def test_options_of_a_queue_in_any_shape(options: Plain, texts: dict[str, str]) -> None:
    state = {"id_agent": "1", "login_oqueues": [{"queue": "1", "options": options}]}
    body = json.dumps({"status": 1, "result": {"1": state}})
    with service() as router:
        router.route().mock(return_value=answer(body))
        async with client() as daktela:
            ((found,),) = [one.queues for one in await daktela.realtime.users_state()]
    assert found.options == texts
    assert found.extra == {}


@pytest.mark.parametrize(
    ("users", "found"),
    [
        ([], ()),
        (["3"], ("3",)),
        ({"1": "3"}, ("3",)),
        ({"0": "3", "2": 5}, ("3", "5")),
        ({"7": "7", "9": "9"}, ("7", "9")),
    ],
)
async def test_lists_of_php_with_gaps(users: Plain, found: tuple[str, ...]) -> None:
    call: Plain = {"id": "1.2", "users": users}
    pause: Plain = {"id": "4", "count": None, "users": users}
    record: Plain = {"record": "52", "fields": {"1": users, "17": []}}
    bodies: list[Plain] = [{"1.2": call}, {"4": pause}, {"data": [record], "total": 1}]
    with service() as router:
        router.route().mock(
            side_effect=[answer(json.dumps({"status": 1, "result": body})) for body in bodies]
        )
        async with client() as daktela:
            (live,) = await daktela.realtime.calls()
            (use,) = await daktela.realtime.pauses()
            (form,) = (await daktela.records.list()).rows
    assert live.user_ids == found
    assert (use.users, use.user_ids) == (0, found)
    assert form.fields == {"1": found, "17": ()}


@pytest.mark.parametrize("nothing", [None, ""])
async def test_numbers_that_are_nothing(nothing: Plain) -> None:
    def of(*names: str) -> httpx.Response:
        return answer(json.dumps({"status": 1, "result": dict.fromkeys(names, nothing)}))

    with service() as router:
        router.route().mock(
            side_effect=[
                of("count_answered", "count_unanswered", "last_datetime"),
                of("users_total", "users_ready", "calls_count", "calls_time"),
                of("count_waiting", "last_datetime_processed"),
                of("count_removed"),
                of("count_users", "online_presence"),
            ]
        )
        async with client() as daktela:
            assert await daktela.records.attempts("5") == RecordAttempts()
            assert await daktela.realtime.queues_summary() == QueuesSummary()
            assert await daktela.sms.backlog() == SmsBacklog()
            assert await daktela.sms.remove_group("5") == RemovedGroup()
            assert await daktela.realtime.queue_presence("2005") == QueuePresence()


# Who is logged in.


def of_agent(number: int) -> Plain:
    return {"agent_name": f"agent{number}", "id_agent": str(number), "agent_state": "Idle"}


@pytest.mark.parametrize("nobody", [[], None, "", {}])
async def test_an_entry_that_is_empty_is_nobody(nobody: Plain) -> None:
    shapes: list[Plain] = [
        {"1": of_agent(1), "2": nobody, "3": of_agent(3)},
        [of_agent(1), nobody, of_agent(3)],
        {"1": nobody, "3": of_agent(3)},
        [nobody],
    ]
    for shape in shapes:
        with service() as router:
            body = json.dumps({"status": 1, "result": shape})
            router.route().mock(return_value=answer(body))
            async with client() as daktela:
                states = await daktela.realtime.users_state()
        assert {state.login for state in states} <= {"agent1", "agent3"}
        assert len(states) == str(shape).count("agent_name")
        assert not any(state.extra for state in states)


@pytest.mark.parametrize(
    "nameless", [{"agent_state": "Idle"}, {"agent_name": "", "id_agent": None, "foo": "bar"}]
)
async def test_a_state_of_nobody_is_refused(nameless: Plain) -> None:
    body = json.dumps({"status": 1, "result": {"1": of_agent(1), "3": nameless}})
    with service() as router:
        router.route().mock(return_value=answer(body))
        async with client() as daktela:
            with pytest.raises(ProtocolError, match="neither agent_name nor id_agent") as caught:
                await daktela.realtime.users_state()
    assert caught.value.call == "GET RTUsersState"


@pytest.mark.virtual_time
async def test_odd_entries_log_nobody_out() -> None:
    good: Plain = {"1": of_agent(1), "3": of_agent(3)}
    odd: list[Plain] = [
        {"1": of_agent(1), "2": [], "3": of_agent(3)},
        {"1": of_agent(1), "3": {"agent_state": "Idle"}},
        {"agent1": of_agent(1), "agent3": []},
    ]
    shapes: list[Plain] = [good, *(shape for one in odd for shape in (one, good))]
    heard: list[WatchTrouble] = []
    with service() as router:
        router.route().mock(
            side_effect=[answer(json.dumps({"status": 1, "result": shape})) for shape in shapes]
        )
        async with client() as daktela:
            events: list[object] = []
            with anyio.move_on_after(5.0 * len(shapes) - 1):
                async for event in daktela.realtime.watch_team(on_trouble=heard.append):
                    events.append(event)  # noqa: PERF401  # what came before the end is kept
    assert [type(event) for event in events] == [AgentChange, AgentChange]
    assert [type(trouble.error) for trouble in heard] == [ProtocolError, ProtocolError]


async def test_changes_of_a_record() -> None:
    plain: Plain = {"record": "1", "changes": {"fields": {"3": "42"}, "record_snapshots": []}}
    assert CONVERTER.structure(plain, CallRecordForm).changes == RecordChanges(fields=True)


async def test_options_of_any_shape() -> None:
    plain: Plain = {"email": "1", "activity": "1", "field": "1", "options": {"a": ["b"]}}
    assert CONVERTER.structure(plain, Email).options == '{"a": ["b"]}'
    assert CONVERTER.structure(plain, EmailActivity).options == '{"a": ["b"]}'
    assert CONVERTER.structure(plain, FormItem).options == '{"a": ["b"]}'
    empty: Plain = {"email": "1", "options": []}
    assert CONVERTER.structure(empty, Email).options is None


async def test_an_event_with_lists() -> None:
    (event,) = CONVERTER.structure([{"a": ["x", {"b": "y"}]}], tuple[CreatedEvent, ...])
    assert event.params == {"a[0]": "x", "a[1][b]": "y"}


async def test_a_form_without_columns() -> None:
    contact = CONVERTER.structure({"array_struct": {"id_field": ["1"]}}, FoundContact)
    assert [item.id for item in contact.items] == ["1"]
    gaps: Plain = {"id_field": {"0": "1", "2": "3"}, "value_data": {"0": "a", "2": "b"}}
    contact = CONVERTER.structure({"array_struct": gaps}, FoundContact)
    assert [(item.id, item.value) for item in contact.items] == [("1", "a"), ("3", "b")]


async def test_records_in_shapes_that_nothing_documents() -> None:
    page = CONVERTER.structure([{"call": "1"}], CallPage)
    assert (page.total, [call.id for call in page.rows]) == (None, ["1"])
    assert CONVERTER.structure("", CallPage) == CallPage()
    assert isinstance(page, Page)
    assert CONVERTER.structure({"count": 2}, DeletedRecord).count == 2
    assert CONVERTER.structure(False, DeletedRecord).count == 0
    assert CONVERTER.structure(None, ClosedCallScript) == ClosedCallScript()
    assert CONVERTER.structure({"id": "1", "direction": None}, SmsConnectMessage).direction == ""
    assert CONVERTER.structure(["nothing"], SentGroup) == SentGroup()


async def test_sms_settings_of_other_shapes() -> None:
    flat: Plain = {"lang": "cs_CZ", "email_notification_allow": ["in"], "sim": ["a", {"b": "c"}]}
    settings = CONVERTER.structure(flat, SmsSettings)
    assert (settings.language, settings.notified_by_email) == ("cs_CZ", ("in",))
    assert [dict(card.extra) for card in settings.sim_cards] == [{"value": "a"}, {"b": "c"}]
    assert CONVERTER.structure({"settings": None}, SmsSettings) == SmsSettings()


async def test_callbacks_do_not_show() -> None:
    secret = "https://login:heslo@pbx.in:8080/path"
    assert "heslo" not in repr(SmsSettings(incoming_callback=secret, outgoing_callback=secret))


@pytest.mark.parametrize(
    "model", [SmsSettings, FoundContact, CallRecordForm, Email, SmsConnectMessage]
)
async def test_what_is_no_record(model: type[object]) -> None:
    with pytest.raises(Exception, match="a record was expected"):
        CONVERTER.structure("text", model)
