"""Messages in groups: split, sent, and each told of."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Coroutine
from typing import Any, Literal

import httpx
import pytest

from _telephony_core.polling import Polling
from _telephony_core.retries import RetryPolicy
from daktela_async.client import DaktelaClient
from daktela_async.errors import (
    DaktelaApiError,
    InvalidRequest,
    JobFailed,
    JobNotFound,
    NotSent,
    OutcomeUnknown,
    UserNotFound,
    WaitTimeout,
)
from daktela_async.models.sms import (
    FollowedGroup,
    FollowedSending,
    GroupSmsEntry,
    GroupSmsResult,
    GroupSmsStatus,
    SmsOutcome,
    SmsText,
)
from daktela_async.resources.sms import SmsResource
from daktela_async.resources.sms_connect import SmsConnectResource
from daktela_async.session import LONGEST_URL
from tests.daktela.helpers import SERVER, TOKEN, answer, query_of, requests_of, service

pytestmark = pytest.mark.asyncio

Either = SmsResource | SmsConnectResource
EITHER: list[Callable[[DaktelaClient], Either]] = [lambda d: d.sms, lambda d: d.sms_connect]
either = pytest.mark.parametrize("of", EITHER, ids=["sms", "sms_connect"])


def client(place: Literal["cookie", "query"] = "cookie") -> DaktelaClient:
    return DaktelaClient(SERVER, access_token=TOKEN, retry=RetryPolicy(attempts=1), token_in=place)


def texts(count: int, length: int = 100) -> list[SmsText]:
    return [SmsText(f"6{number:08}", "á" * length) for number in range(count)]


# Sent.


def receipt(request: httpx.Request, group: int, *, count: int | None = None) -> httpx.Response:
    numbers = [value for name, value in query_of(request) if name.startswith("number[")]
    count = len(numbers) if count is None else count
    rows = [{"count_sms": 0, "id": group, "group_id": group}] + [
        {"count_sms": 2, "id": group + index + 1, "group_id": group} for index in range(count)
    ]
    return answer(
        json.dumps({"status": 1, "error": None, "result": {str(row["id"]): row for row in rows}})
    )


@either
@pytest.mark.parametrize("place", ["cookie", "query"])
async def test_everything_is_sent_once_by_addresses_that_fit(
    of: Callable[[DaktelaClient], Either], place: Literal["cookie", "query"]
) -> None:
    messages = texts(100)
    heard: list[GroupSmsEntry] = []
    with service() as router:
        groups = iter(range(1000, 100_000, 1000))

        def reply(request: httpx.Request) -> httpx.Response:
            return receipt(request, next(groups))

        route = router.route().mock(side_effect=reply)
        async with client(place) as daktela:
            result = await of(daktela).send_group(
                messages, priority=3, on_entries=lambda entries: heard.extend(entries)
            )
    requests = requests_of(route)
    lengths = [
        len(f"{request.url.scheme}://{request.url.host}{request.url.raw_path.decode()}")
        for request in requests
    ]
    assert len(requests) == 9
    assert max(lengths) <= LONGEST_URL
    assert min(sorted(lengths)[1:]) > LONGEST_URL - 700
    sent = [
        value
        for request in requests
        for name, value in query_of(request)
        if name.startswith("number[")
    ]
    assert sorted(sent) == [message.number for message in messages]
    assert {dict(query_of(request))["priority"] for request in requests} == {"3"}
    assert [entry.index for entry in result.entries] == list(range(100))
    assert [entry.message for entry in result.entries] == messages
    assert result.accepted == result.entries
    assert result.refused == result.unknown == ()
    assert set(result.group_ids) == {str(1000 * number) for number in range(1, 10)}
    first = result.entries[0]
    assert (first.group_id, first.sms_id, first.parts) == ("1000", "1001", 2)
    assert sorted(heard, key=lambda entry: entry.index) == list(result.entries)


@either
async def test_one_that_fails_does_not_hide_the_others(
    of: Callable[[DaktelaClient], Either],
) -> None:
    outcomes: list[httpx.Response | Exception | int] = [
        100,
        answer('{"error":"Malo kreditu","status":0}'),
        httpx.ReadTimeout("no answer"),
        httpx.ConnectError("refused"),
        500,
        answer("", status=503),
        -600,
    ]
    waiting = iter(outcomes)

    def reply(request: httpx.Request) -> httpx.Response:
        outcome = next(waiting)
        if isinstance(outcome, Exception):
            raise outcome
        if isinstance(outcome, int):
            # A negative one leaves a message out.
            return receipt(request, abs(outcome), count=3 if outcome < 0 else None)
        return outcome

    messages = texts(7 * 12)
    with service() as router:
        route = router.route().mock(side_effect=reply)
        async with client() as daktela:
            result = await of(daktela).send_group(messages, concurrency=1)
    assert route.call_count == len(outcomes)
    numbers = [
        value
        for request in requests_of(route)
        for name, value in query_of(request)
        if name.startswith("number[")
    ]
    # Not one message went out twice.
    assert numbers == [message.number for message in messages]
    by_group: dict[str, list[GroupSmsEntry]] = {}
    for entry in result.entries:
        by_group.setdefault(f"{entry.outcome} {type(entry.error).__name__}", []).append(entry)
    assert list(by_group) == [
        "accepted NoneType",
        "refused DaktelaApiError",
        "unknown OutcomeUnknown",
        "refused NotSent",
    ]
    assert [entry.index for entry in result.entries] == list(range(len(messages)))
    assert len(result.entries) == len(messages)
    assert result.group_ids == ("100", "500", "600")
    assert {type(entry.error) for entry in result.refused} == {DaktelaApiError, NotSent}
    assert {type(entry.error) for entry in result.unknown} == {OutcomeUnknown}
    last = result.entries[-1]
    assert (last.outcome, last.group_id, last.sms_id) == (SmsOutcome.UNKNOWN, "600", None)
    assert last.error is not None
    assert last.error.ids == ("600",)
    assert "3 messages for" in last.error.what


@either
async def test_an_answer_without_groups_leaves_the_outcome_open(
    of: Callable[[DaktelaClient], Either],
) -> None:
    with service() as router:
        router.route().mock(return_value=answer('{"status":1,"error":null,"result":[]}'))
        async with client() as daktela:
            result = await of(daktela).send_group([SmsText("1", "a")])
    assert result.unknown == result.entries
    assert result.group_ids == ()


@either
async def test_a_message_without_an_id_may_have_been_accepted(
    of: Callable[[DaktelaClient], Either],
) -> None:
    rows: list[dict[str, object]] = [
        {"count_sms": 0, "id": 100, "group_id": 100},
        {"count_sms": 1, "id": 101, "group_id": 100},
        {"count_sms": 0, "id": None, "group_id": 100, "error": "neplatne cislo"},
        {"count_sms": 1, "id": 103, "group_id": 100},
    ]
    body = json.dumps({"status": 1, "error": None, "result": rows})
    with service() as router:
        router.route().mock(return_value=answer(body))
        async with client() as daktela:
            result = await of(daktela).send_group(texts(3))
            group = await of(daktela).send_batch(texts(3))
    assert [entry.sms_id for entry in result.accepted] == ["101", "103"]
    assert [entry.index for entry in result.accepted] == [0, 2]
    assert [entry.message for entry in result.entries] == texts(3)
    (open_,) = result.unknown
    assert (open_.index, open_.group_id, open_.sms_id) == (1, "100", None)
    assert isinstance(open_.error, OutcomeUnknown)
    assert open_.error.ids == ("100",)
    assert ([sms.id for sms in group.messages], group.without_id) == (["101", "103"], (1,))


@either
async def test_without_any_id_nothing_is_accepted(of: Callable[[DaktelaClient], Either]) -> None:
    body = '{"status":1,"error":null,"result":[{"count_sms":1,"id":" "},{"count_sms":1}]}'
    with service() as router:
        router.route().mock(return_value=answer(body))
        async with client() as daktela:
            result = await of(daktela).send_group(texts(2))
    assert result.unknown == result.entries
    assert result.group_ids == ()


@either
async def test_the_ids_of_groups_are_told_at_once(of: Callable[[DaktelaClient], Either]) -> None:
    heard: list[object] = []
    groups = iter((100, 200))

    def reply(request: httpx.Request) -> httpx.Response:
        return receipt(request, next(groups))

    with service() as router:
        router.route().mock(side_effect=reply)
        async with client() as daktela:
            await of(daktela).send_group(
                texts(20),
                concurrency=1,
                on_started=heard.append,
                on_entries=lambda entries: heard.append(len(entries)),
            )
    assert heard == ["100", 12, "200", 8]


@pytest.mark.virtual_time
async def test_a_cancelled_sending_tells_the_groups_so_far() -> None:
    async def reply(request: httpx.Request) -> httpx.Response:
        if dict(query_of(request))["number[0]"] == "600000000":
            return receipt(request, 100)
        await asyncio.sleep(50)
        raise AssertionError  # pragma: no cover

    with service() as router:
        router.route().mock(side_effect=reply)
        async with client() as daktela:
            with pytest.raises(TimeoutError) as caught:
                async with asyncio.timeout(10):
                    await daktela.sms.send_group(texts(30))
    cause = caught.value.__cause__
    assert cause is not None
    assert cause.__notes__ == ["Started before this: id 100."]


@either
@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ([], "messages is empty"),
        ([SmsText("1", "a"), SmsText(" ", "a")], r"messages\[1\].number is empty"),
        ([SmsText("1", "")], r"messages\[0\].text is empty"),
        ([SmsText("1", "a" * 1378)], "at most 1377"),
        ([SmsText("1", "😀" * 1000)], r"messages\[0\] needs an address of"),
    ],
)
async def test_nothing_is_sent_when_one_message_is_wrong(
    of: Callable[[DaktelaClient], Either], messages: list[SmsText], message: str
) -> None:
    with service() as router:
        route = router.route()
        async with client() as daktela:
            with pytest.raises(InvalidRequest, match=message):
                await of(daktela).send_group(messages)
    assert not route.called


@either
async def test_one_group_has_at_most_20_000_messages(
    of: Callable[[DaktelaClient], Either],
) -> None:
    async with client() as daktela:
        with pytest.raises(InvalidRequest, match="at most 20000"):
            await of(daktela).send_batch([SmsText("1", "a")] * 20_001)
        with pytest.raises(InvalidRequest, match="at most 8000"):
            await of(daktela).send_batch([SmsText("1", "a")] * 20_000)


async def test_accents_shorten_the_text() -> None:
    async with client() as daktela:
        with pytest.raises(InvalidRequest, match="at most 603"):
            await daktela.sms.send_group([SmsText("1", "č" * 604)], unicode=True)


@either
@pytest.mark.parametrize("priority", [-1, 21])
async def test_priorities(of: Callable[[DaktelaClient], Either], priority: int) -> None:
    async with client() as daktela:
        with pytest.raises(InvalidRequest, match="from 0"):
            await of(daktela).send_group([SmsText("1", "a")], priority=priority)
        with pytest.raises(InvalidRequest, match="at least 1"):
            await of(daktela).send_group([SmsText("1", "a")], concurrency=0)


# Followed.

POLLING = Polling(first_delay=1, factor=1, jitter=0, timeout=30)


def status(group: str, total: int, waiting: int, failed: int = 0) -> httpx.Response:
    row = {
        "group_id": group,
        "accountcode": None,
        "datetime_processed": "0000-00-00 00:00:00",
        "datetime": "2012-04-14 02:43:33",
        "count_total": str(total),
        "count_ok": str(total - waiting - failed),
        "count_waiting": str(waiting),
        "count_error": str(failed),
    }
    return answer(json.dumps({"status": 1, "error": None, "result": {group: row}}))


EMPTY = '{"status":1,"error":null,"result":[]}'


@pytest.mark.virtual_time
async def test_a_group_is_followed_to_its_end() -> None:
    states: list[str | None] = []
    replies = [status("7", 0, 0), status("7", 3, 2), status("7", 3, 0, failed=1)]
    with service() as router:
        route = router.get("/api/3.1/StatusGroupSMS/7/json").mock(side_effect=replies)
        async with client() as daktela:
            end = await daktela.sms.wait_group(
                "7", polling=POLLING, on_update=lambda update: states.append(update.state)
            )
    assert route.call_count == 3
    assert (end.total, end.sent, end.waiting, end.failed) == (3, 2, 0, 1)
    assert end.processed_at is None
    assert states == ["0 of 0 waiting", "2 of 3 waiting", "0 of 3 waiting"]


@pytest.mark.virtual_time
async def test_all_who_wait_for_a_group_share_its_looks() -> None:
    replies = [status("7", 3, 1), status("7", 3, 1), status("7", 3, 0)]
    with service() as router:
        route = router.route().mock(side_effect=replies)
        async with client() as daktela, asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(daktela.sms.wait_group("7", polling=POLLING))
    assert route.call_count == 3


@pytest.mark.virtual_time
async def test_the_wait_for_a_group_ends() -> None:
    with service() as router:
        router.route().mock(return_value=status("7", 3, 1))
        async with client() as daktela:
            with pytest.raises(WaitTimeout) as caught:
                await daktela.sms.wait_group("7", polling=POLLING)
    assert caught.value.ids == ("7",)
    assert caught.value.last_state == "1 of 3 waiting"


@pytest.mark.virtual_time
async def test_a_group_that_is_not_there() -> None:
    with service() as router:
        router.route().mock(return_value=answer(EMPTY))
        async with client() as daktela:
            with pytest.raises(JobNotFound):
                await daktela.sms.wait_group("7")


@pytest.mark.virtual_time
async def test_sent_and_followed() -> None:
    statuses = {"100": status("100", 12, 0), "200": status("200", 8, 3)}

    def reply(request: httpx.Request) -> httpx.Response:
        group = request.url.path.split("/")[4]
        if group in statuses:
            return statuses[group]
        first = dict(query_of(request))["number[0]"] == "600000000"
        return receipt(request, 100 if first else 200)

    with service() as router:
        router.route().mock(side_effect=reply)
        async with client() as daktela:
            sending = await daktela.sms.send_group_and_wait(texts(20), polling=POLLING)
            statuses["200"] = status("200", 8, 0)
            complete = await daktela.sms.send_group_and_wait(texts(20), polling=POLLING)
    assert sending.result.group_ids == ("100", "200")
    first, second = sending.groups
    assert first.status is not None
    assert first.status.finished
    assert isinstance(second.error, WaitTimeout)
    assert (second.id, second.status) == ("200", None)
    assert not sending.complete
    assert complete.complete


@pytest.mark.parametrize(
    ("total", "sent", "complete"),
    [
        (3, 3, True),
        # Each of them takes two SMS.
        (6, 6, True),
        # Others were removed.
        (1, 1, False),
        (3, 1, False),
        (4, 4, False),
    ],
)
async def test_what_was_removed_was_not_sent(total: int, sent: int, complete: bool) -> None:
    counts = {"count_total": total, "count_ok": sent, "count_waiting": 0, "count_error": 0}
    body = json.dumps({"status": 1, "result": [{"group_id": "100", **counts}]})

    def reply(request: httpx.Request) -> httpx.Response:
        return receipt(request, 100) if "SendGroupSMS" in request.url.path else answer(body)

    with service() as router:
        router.route().mock(side_effect=reply)
        async with client() as daktela:
            heard: list[str] = []
            sending = await daktela.sms.send_group_and_wait(texts(3), on_started=heard.append)
    assert heard == ["100"]
    assert len(sending.result.accepted) == 3
    assert sending.complete is complete


@pytest.mark.virtual_time
async def test_a_group_that_is_removed_is_not_waited_for() -> None:
    replies = [status("7", 3, 3), status("7", 0, 0)]
    with service() as router:
        route = router.route().mock(side_effect=replies)
        async with client() as daktela:
            with pytest.raises(JobNotFound, match="was removed") as caught:
                await daktela.sms.wait_group("7")
    assert route.call_count == 2
    assert caught.value.ids == ("7",)


@pytest.mark.virtual_time
async def test_a_group_that_never_has_a_message() -> None:
    with service() as router:
        router.route().mock(return_value=status("7", 0, 0))
        async with client() as daktela:
            began = asyncio.get_running_loop().time()
            with pytest.raises(JobNotFound, match="a message of group 7"):
                await daktela.sms.wait_group("7")
            assert 60 <= asyncio.get_running_loop().time() - began <= 75


async def test_nothing_accepted_is_nothing_followed() -> None:
    with service() as router:
        router.route().mock(return_value=answer('{"error":"Malo kreditu","status":0}'))
        async with client() as daktela:
            sending = await daktela.sms.send_group_and_wait([SmsText("1", "a")])
    assert sending.groups == ()
    assert not sending.complete


async def test_complete_is_all_sent() -> None:
    failed = GroupSmsStatus(id="1", total=2, failed=1)
    followed = (FollowedGroup(id="1", status=failed),)
    assert not FollowedSending(result=GroupSmsResult(entries=()), groups=followed).complete


# One SMS.


def sms(result: str, *, confirmed: int = 0, requested: int = 1) -> httpx.Response:
    row = {
        "id": "2222",
        "result": result,
        "confirmed": str(confirmed),
        "confirmation_enable": str(requested),
        "code_error": "0x1F" if result == "error" else None,
    }
    return answer(json.dumps({"status": 1, "error": None, "result": [row]}))


def connect(result: str, *, requested: int = 1) -> httpx.Response:
    row = {"id": "2222", "result": result, "request_dlr": str(requested), "direction": "OUT"}
    return answer(json.dumps({"status": 1, "error": None, "result": {"2222": row}}))


Doing = Callable[[DaktelaClient], Coroutine[Any, Any, object]]
SENT = '{"error":null,"status":1,"result":{"id":"2222"}}'


@pytest.mark.virtual_time
async def test_sms_sent_and_delivered() -> None:
    replies = [answer(SENT), answer(EMPTY), sms(""), sms("ok"), sms("ok", confirmed=1)]
    with service() as router:
        route = router.route().mock(side_effect=replies)
        async with client() as daktela:
            message = await daktela.sms.send_and_wait("123456789", "Ahoj", polling=POLLING)
    assert message.confirmed
    first, second, *_ = requests_of(route)
    assert dict(query_of(first))["confirmation"] == "yes"
    assert second.url.path == "/api/3.1/GetSMS/2222/json"


@pytest.mark.virtual_time
async def test_sms_connect_sent_and_delivered() -> None:
    replies = [answer(SENT), answer(EMPTY), connect("NEW"), connect("SENT"), connect("DELIVERED")]
    with service() as router:
        route = router.route().mock(side_effect=replies)
        async with client() as daktela:
            message = await daktela.sms_connect.send_and_wait(
                "+420123456789", "Ahoj", polling=POLLING
            )
    assert message.result == "DELIVERED"
    first, second, *_ = requests_of(route)
    assert dict(query_of(first))["confirmation"] == "yes"
    assert second.url.path == "/api/4.1/GetSMSConnect/2222/json"


@either
@pytest.mark.virtual_time
async def test_all_who_wait_for_an_sms_share_its_looks(
    of: Callable[[DaktelaClient], Either],
) -> None:
    row = {"id": "2222", "result": "DELIVERED", "confirmed": "1"}
    reply = answer(json.dumps({"status": 1, "error": None, "result": [row]}))
    with service() as router:
        route = router.route().mock(return_value=reply)
        async with client() as daktela, asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(of(daktela).wait_delivered("2222", polling=POLLING))
    assert route.call_count == 1


TEN_SECONDS = Polling(first_delay=10, factor=1, jitter=0, timeout=600)
WAITS: list[Doing] = [
    lambda d: d.sms.wait_delivered("2222", polling=TEN_SECONDS),
    lambda d: d.sms_connect.wait_delivered("2222", polling=TEN_SECONDS),
    lambda d: d.sms.wait_group("2222", polling=TEN_SECONDS),
]
each_wait = pytest.mark.parametrize("wait", WAITS, ids=["sms", "sms_connect", "group"])
UNKNOWN_ID = '{"error":"Zadana zprava neexistuje","status":0}'


@each_wait
@pytest.mark.virtual_time
async def test_a_refusal_may_mean_that_it_is_not_there_yet(wait: Doing) -> None:
    row = {"id": "2222", "group_id": "2222", "result": "SENT", "request_dlr": "1", "confirmed": "0"}
    counts = {"count_total": "3", "count_ok": "0", "count_waiting": "3"}
    seen = answer(json.dumps({"status": 1, "result": [{**row, **counts}]}))
    counts = {"count_total": "3", "count_ok": "3", "count_waiting": "0"}
    row = {**row, "result": "DELIVERED", "confirmed": "1"}
    done = answer(json.dumps({"status": 1, "result": [{**row, **counts}]}))
    gone = answer(UNKNOWN_ID)
    replies = [*[gone] * 5, seen, *[gone] * 5, done]
    with service() as router:
        route = router.route().mock(side_effect=replies)
        async with client() as daktela:
            await wait(daktela)
    assert route.call_count == len(replies)


@each_wait
@pytest.mark.virtual_time
async def test_a_refusal_is_the_cause_when_it_does_not_come(wait: Doing) -> None:
    with service() as router:
        route = router.route().mock(return_value=answer(UNKNOWN_ID))
        async with client() as daktela:
            began = asyncio.get_running_loop().time()
            with pytest.raises(JobNotFound) as caught:
                await wait(daktela)
            assert 60 <= asyncio.get_running_loop().time() - began <= 90
    assert route.call_count == 8
    assert caught.value.ids == ("2222",)
    assert isinstance(caught.value.__cause__, DaktelaApiError)
    assert "Zadana zprava neexistuje" in str(caught.value.__cause__)


@each_wait
async def test_a_bad_token_is_told_at_once(wait: Doing) -> None:
    with service() as router:
        route = router.route().mock(
            return_value=answer('{"error":"Uživatel neexistuje","status":0}')
        )
        async with client() as daktela:
            with pytest.raises(UserNotFound):
                await wait(daktela)
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("of", "reply", "reason"),
    [
        (EITHER[0], sms("error"), "error 0x1F"),
        (EITHER[0], sms("ok", requested=0), "without asking for a delivery report"),
        (EITHER[1], connect("NOTDELIVERED"), "not_delivered"),
        (EITHER[1], connect("EXPIRED"), "expired"),
        (EITHER[1], connect("ERROR"), "error"),
        (EITHER[1], connect("FORBIDDEN"), "forbidden"),
        (EITHER[1], connect("SENT", requested=0), "sent without asking"),
    ],
)
async def test_sms_that_will_not_be_delivered(
    of: Callable[[DaktelaClient], Either], reply: httpx.Response, reason: str
) -> None:
    with service() as router:
        router.route().mock(return_value=reply)
        async with client() as daktela:
            with pytest.raises(JobFailed, match=reason) as caught:
                await of(daktela).wait_delivered("2222")
    assert caught.value.ids == ("2222",)


WRONG: list[Doing] = [
    lambda d: d.sms.send("1", "a" * 1378),
    lambda d: d.sms.send("1", "č" * 604, unicode=True),
    lambda d: d.sms.send("1", "a", gateway="1"),
    lambda d: d.sms.send("1", "a", slot="1", port="1"),
    lambda d: d.sms.send("", "a"),
    lambda d: d.sms.change_settings(sending_rate_limit=1),
    lambda d: d.sms.change_settings(allowed_from_hour=24),
    lambda d: d.sms.change_settings(allowed_to_hour=-1),
    lambda d: d.sms.list(direction="sideways"),
    lambda d: d.sms_connect.send("123456789", "a"),
    lambda d: d.sms_connect.send("+420 1", "a"),
    lambda d: d.sms_connect.list(direction="sideways"),
]


@pytest.mark.parametrize("call", WRONG)
async def test_limits(call: Doing) -> None:
    with service() as router:
        route = router.route()
        async with client() as daktela:
            with pytest.raises(InvalidRequest):
                await call(daktela)
    assert not route.called


SENDING: list[Callable[[DaktelaClient, float], Coroutine[Any, Any, object]]] = [
    lambda d, seconds: d.sms.send_and_wait("1", "a", timeout=seconds),
    lambda d, seconds: d.sms_connect.send_and_wait("+420123456789", "a", timeout=seconds),
    lambda d, seconds: d.sms.send_group_and_wait([SmsText("1", "a")], timeout=seconds),
]


@pytest.mark.parametrize("seconds", [math.inf, math.nan, 0, -1])
@pytest.mark.parametrize("send", SENDING)
async def test_a_wait_without_an_end_is_refused_before_anything_is_sent(
    send: Callable[[DaktelaClient, float], Coroutine[Any, Any, object]], seconds: float
) -> None:
    with service() as router:
        route = router.route()
        async with client() as daktela:
            with pytest.raises(InvalidRequest, match="timeout="):
                await send(daktela, seconds)
    assert not route.called


ACTING: list[Doing] = [
    lambda d: d.sms.send("1", "a"),
    lambda d: d.sms.send_and_wait("1", "a"),
    lambda d: d.sms_connect.send("+420123456789", "a"),
    lambda d: d.sms_connect.send_and_wait("+420123456789", "a"),
    lambda d: d.calls.create_for_user("novak", "602123456"),
    lambda d: d.calls.create_for_extension("300", "602123456"),
    lambda d: d.calls.click_to_call("2005", "602123456"),
    lambda d: d.calls.create_remote("602123456", "602123457"),
]


@pytest.mark.virtual_time
@pytest.mark.parametrize("empty", ["null", '""', '" "', "false", "[]"])
@pytest.mark.parametrize("act", ACTING)
async def test_without_an_id_nobody_knows_what_became_of_it(act: Doing, empty: str) -> None:
    body = f'{{"status":1,"error":null,"result":{{"id":{empty},"id_call":{empty}}}}}'
    with service() as router:
        route = router.route().mock(return_value=answer(body))
        async with client() as daktela:
            with pytest.raises(OutcomeUnknown, match="missing") as caught:
                await act(daktela)
    assert route.call_count == 1
    assert not caught.value.repeatable


async def test_the_id_is_told_before_anything_is_waited_for() -> None:
    heard: list[str] = []

    def on_started(sms_id: str) -> None:
        assert route.call_count == 1
        heard.append(sms_id)
        raise LookupError("a full disk")

    flows: list[Doing] = [
        lambda d: d.sms.send_and_wait("1", "a", on_started=on_started),
        lambda d: d.sms_connect.send_and_wait("+420123456789", "a", on_started=on_started),
    ]
    for flow in flows:
        with service() as router:
            route = router.route().mock(return_value=answer(SENT))
            async with client() as daktela:
                with pytest.raises(LookupError) as caught:
                    await flow(daktela)
        assert caught.value.__notes__ == ["Started before this: id 2222."]
    assert heard == ["2222"] * 2


async def test_the_longest_texts_pass() -> None:
    with service() as router:
        router.route().mock(return_value=answer(SENT))
        async with client() as daktela:
            await daktela.sms.send("1", "a" * 1377)
            await daktela.sms.send("1", "č" * 603, unicode=True)
            await daktela.sms_connect.send("+420123456789", "a" * 1377, priority=20)


async def test_a_lost_answer_is_not_asked_for_again() -> None:
    with service() as router:
        route = router.route().mock(side_effect=httpx.ReadTimeout("no answer"))
        async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
            with pytest.raises(OutcomeUnknown, match=r"sms\.list"):
                await daktela.sms.send("1", "a")
    assert route.call_count == 1


async def test_an_sms_that_is_not_there() -> None:
    with service() as router:
        router.route().mock(return_value=sms("ok"))
        async with client() as daktela:
            assert await daktela.sms.get("1") is None
            assert await daktela.sms_connect.get("1") is None
