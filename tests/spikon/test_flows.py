"""The long-running flows, on virtual time, on asyncio and on trio."""

from __future__ import annotations

import asyncio
import gc
import pickle
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import anyio
import pytest

from _telephony_core.sandbox.exchange import Exchange
from spikon_async import (
    AudioFormat,
    CallRecord,
    DeadlineExceeded,
    Direction,
    Forbidden,
    GeneralFailure,
    HistoryUpdate,
    InvalidRequest,
    JobFailed,
    JobNotFound,
    NoElementsFound,
    NotReady,
    OutcomeUnknown,
    Polling,
    RateLimited,
    Report,
    ReportWindow,
    RetryPolicy,
    Sender,
    ServerUnavailable,
    SmsState,
    SmsStatus,
    Speech,
    SpeechState,
    SpikonClient,
    WaitTimeout,
    WaitUpdate,
)
from spikon_async.resources import call_lists, sms, tts
from spikon_async.sandbox import (
    FAILING_NUMBER,
    SILENT_NUMBER,
    UNREACHABLE_NUMBER,
    Sandbox,
    SandboxCall,
    faults,
)
from tests.spikon.helpers import names_in, playing, told, usable

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]

WARSAW = ZoneInfo("Europe/Warsaw")
NUMBER = "600123456"
#: A schedule that leaves nothing to chance.
EXACT = Polling(jitter=0.0)
#: No call is made twice: what a test counts is what the flow itself does.
ONCE = RetryPolicy(attempts=1)

each_format = pytest.mark.parametrize("wire_format", ["json", "xml"])


@pytest.fixture
def on_asyncio(anyio_backend_name: str) -> None:
    """Skip what is asyncio's alone."""
    if anyio_backend_name != "asyncio":
        pytest.skip("asyncio's own way to cancel")


def looks(polling: Polling, until: float, *, part: float = 1.0) -> list[float]:
    """Return when a wait looks that begins at 0 and is over at the first look after `until`.

    `part` of each delay is left by the jitter.
    """
    moments = [0.0]
    while moments[-1] < until:
        delay = polling.delay(moments[-1], lambda low, high: low + (high - low) * part)
        moments.append(moments[-1] + delay)
    return moments


def times(sandbox: Sandbox, path: str) -> list[float]:
    return [record.at for record in sandbox.log.of(path)]


def about(waited: float, deadline: float) -> bool:
    """Tell whether a wait ended at its deadline; shared looks are a second apart."""
    return deadline - 1e-6 <= waited <= deadline + 1.0 + 1e-6


async def after(seconds: float, action: Callable[[], None]) -> None:
    await anyio.sleep(seconds)
    action()


def row(call: SandboxCall) -> tuple[object, ...]:
    return (
        call.start.replace(tzinfo=WARSAW),
        call.source,
        call.destination,
        timedelta(seconds=call.duration),
        call.state,
        bool(call.recording),
    )


def rows(calls: tuple[CallRecord, ...] | list[CallRecord]) -> list[tuple[object, ...]]:
    return [
        (c.started_at, c.source, c.destination, c.duration, c.state, c.recording is not None)
        for c in calls
    ]


def history(sandbox: Sandbox, start: date, end: date) -> list[tuple[object, ...]]:
    """Return what the sandbox itself has for a range, by time."""
    return [row(call) for call in sorted(sandbox.calls.between(start, end), key=lambda c: c.start)]


class Later(faults.Fault):
    """Answer properly some times, and only then in another way."""

    def __init__(self, times: int, fault: faults.Fault) -> None:
        self._left = times
        self._fault = fault

    async def apply(self, exchange: Exchange) -> None:
        self._left -= 1
        if self._left >= 0:
            await exchange.send(exchange.act())
        else:
            await self._fault.apply(exchange)


# Many wait, few requests.


@pytest.mark.repetitive
@pytest.mark.parametrize("count", [1, 20, 300])
async def test_any_number_of_waits_costs_one_request_a_tick(count: int) -> None:
    async with playing(order_delay=600) as (sandbox, spikon):
        ids = [
            await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, day))
            for day in range(1, 21)
        ]
        begin = anyio.current_time()
        done: list[Report] = []

        async def wait(report_id: str) -> None:
            done.append(await spikon.call_lists.wait(report_id, polling=EXACT))

        async with anyio.create_task_group() as group:
            for number in range(count):
                group.start_soon(wait, ids[number % 20])
        asked = [moment - begin for moment in times(sandbox, "call_list/list")]
        assert asked == pytest.approx(looks(EXACT, 600))
        assert Counter(report.id for report in done) == Counter(
            ids[number % 20] for number in range(count)
        )
        assert all(report.ready for report in done)


@pytest.mark.repetitive
async def test_waits_that_begin_at_any_moment_share_their_looks() -> None:
    async with playing(order_delay=100) as (sandbox, spikon):
        report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))

        async def wait(delay: float) -> None:
            await anyio.sleep(delay)
            assert (await spikon.call_lists.wait(report_id)).ready

        async with anyio.create_task_group() as group:
            for number in range(60):
                group.start_soon(wait, number * 1.5)
        asked = times(sandbox, "call_list/list")
        assert min(later - earlier for earlier, later in pairwise(asked)) >= 1.0
        # One a second at the most, however many wait.
        assert len(asked) <= 130


@pytest.mark.parametrize("how", ["wait", "fetch"])
async def test_an_hour_is_waited_for_with_few_requests(how: str) -> None:
    async with playing(order_delay=3000, calls=()) as (sandbox, spikon):
        begin = anyio.current_time()
        if how == "wait":
            report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))
            assert (await spikon.call_lists.wait(report_id)).ready
        else:
            assert await spikon.call_lists.fetch(date(2021, 1, 1), date(2023, 12, 31)) == ()
        took = anyio.current_time() - begin
        assert 3000 <= took <= 3000 * call_lists.GENERATION.factor + 1
        few = len(looks(call_lists.GENERATION, 3000))
        many = len(looks(call_lists.GENERATION, 3000, part=0.0))
        assert few <= sandbox.log.count("call_list/list") <= many <= 80


# A deadline, and what comes after it.


@each_format
async def test_a_wait_that_is_over_can_be_taken_up_by_another_client(wire_format: str) -> None:
    async with playing(wire_format=wire_format, order_delay=7200) as (sandbox, spikon):
        begin = anyio.current_time()
        report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))
        with pytest.raises(WaitTimeout) as caught:
            await spikon.call_lists.wait(report_id, timeout=90)
        error = caught.value
        assert isinstance(error, TimeoutError)
        assert error.ids == (report_id,)
        assert error.last_state == "waiting"
        assert about(error.waited, 90)
        assert about(anyio.current_time() - begin, 90)
        # The last look is taken when the deadline passes, not before.
        assert about(times(sandbox, "call_list/list")[-1] - begin, 90)
        assert report_id in str(error)
        assert pickle.loads(pickle.dumps(error)).ids == (report_id,)  # noqa: S301  # our own
        async with sandbox.http_client() as other_http:
            other = SpikonClient(sandbox.api_key, base_url=sandbox.url, http_client=other_http)
            assert (await other.call_lists.wait(error.ids[0], timeout=7200)).ready


async def test_a_wait_gives_up_after_an_hour_unless_told_otherwise() -> None:
    async with playing(order_delay=1e6) as (_, spikon):
        report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))
        with pytest.raises(WaitTimeout) as caught:
            await spikon.call_lists.wait(report_id)
        assert about(caught.value.waited, 3600)


async def test_a_history_that_is_late_can_be_collected_by_another_client() -> None:
    start, end = date(2023, 1, 1), date(2023, 12, 31)
    async with playing(order_delay=5000) as (sandbox, spikon):
        with pytest.raises(WaitTimeout) as caught:
            await spikon.call_lists.fetch(start, end, timeout=60)
        assert sorted(caught.value.ids) == ["1", "2", "3", "4"]
        async with sandbox.http_client() as other_http:
            other = SpikonClient(sandbox.api_key, base_url=sandbox.url, http_client=other_http)
            calls = await other.call_lists.collect(caught.value.ids, timeout=6000)
        assert rows(calls) == history(sandbox, start, end)
        assert sandbox.log.count("call_list/order") == 4


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan")])
async def test_a_wait_must_be_finite(timeout: float) -> None:
    async with playing() as (sandbox, spikon):
        waits: list[Callable[[], Awaitable[object]]] = [
            lambda: spikon.call_lists.wait("1", timeout=timeout),
            lambda: spikon.call_lists.collect(["1"], timeout=timeout),
            lambda: spikon.sms.wait_delivered("1", timeout=timeout),
            lambda: spikon.tts.wait("1", timeout=timeout),
            lambda: spikon.tts.collect("1", to="never", timeout=timeout),
        ]
        for wait in waits:
            with pytest.raises(InvalidRequest, match="timeout="):
                await wait()
        assert len(sandbox.log) == 0


@pytest.mark.parametrize("timeout", [0, float("inf")])
async def test_a_flow_that_cannot_wait_does_not_begin(timeout: float) -> None:
    """`InvalidRequest` says that nothing was sent, and sending costs money."""
    async with playing() as (sandbox, spikon):
        day = date(2024, 5, 1)

        async def stream() -> None:
            async with aclosing(spikon.call_lists.stream(day, day, timeout=timeout)) as calls:
                async for _ in calls:
                    pass

        flows: list[Callable[[], Awaitable[object]]] = [
            lambda: spikon.call_lists.fetch(day, day, timeout=timeout),
            stream,
            lambda: spikon.sms.send_and_wait(NUMBER, "x", sender="SMS", timeout=timeout),
            lambda: spikon.tts.synthesize("x", voice="Ewa", to="never", timeout=timeout),
        ]
        for flow in flows:
            with pytest.raises(InvalidRequest, match="timeout="):
                await flow()
        assert [record.path for record in sandbox.log] == []


# Call history.


async def test_three_years_are_fetched_as_eleven_windows() -> None:
    start, end = date(2021, 1, 1), date(2023, 12, 31)
    async with playing(order_delay=40) as (sandbox, spikon):
        calls = await spikon.call_lists.fetch(start, end)
        assert rows(calls) == history(sandbox, start, end)
        assert len(calls) > 5000
        assert sandbox.log.count("call_list/order") == sandbox.log.count("call_list/show") == 11
        windows = sorted(
            (record.params["date_start"], record.params["date_end"])
            for record in sandbox.log.of("call_list/order")
        )
        assert windows[0] == ("2021-01-01", "2021-04-10")
        assert windows[-1] == ("2023-09-28", "2023-12-31")
        await usable(spikon)


async def test_a_stream_yields_what_fetch_returns() -> None:
    start, end = date(2023, 1, 1), date(2023, 12, 31)
    async with playing(order_delay=40) as (sandbox, spikon):
        async with aclosing(spikon.call_lists.stream(start, end)) as stream:
            streamed = [call async for call in stream]
        assert rows(streamed) == history(sandbox, start, end)
        assert sandbox.log.count("call_list/order") == sandbox.log.count("call_list/show") == 4


async def test_a_stream_left_early_asks_for_no_more() -> None:
    async with playing() as (sandbox, spikon):
        stream = spikon.call_lists.stream(date(2023, 1, 1), date(2023, 12, 31))
        async with aclosing(stream):
            async for call in stream:
                assert call.started_at.date() == date(2023, 1, 2)
                break
        assert sandbox.log.count("call_list/order") == 4
        assert sandbox.log.count("call_list/show") == 1
        await usable(spikon)


async def test_a_stream_that_fails_tells_all_ids() -> None:
    async with playing(order_delay=500) as (_, spikon):
        stream = spikon.call_lists.stream(date(2023, 1, 1), date(2023, 12, 31), timeout=10)
        with pytest.raises(WaitTimeout) as caught:
            await anext(stream)
        assert sorted(caught.value.ids) == ["1", "2", "3", "4"]


@each_format
async def test_the_filters_reach_the_service(wire_format: str) -> None:
    start, end = date(2024, 5, 6), date(2024, 5, 17)
    async with playing(wire_format=wire_format) as (sandbox, spikon):
        all_calls = sandbox.calls.between(start, end)
        fetched = await spikon.call_lists.fetch(
            start,
            end,
            direction=Direction.OUTGOING,
            with_recordings_only=True,
            number="221234567",
        )
        expected = [
            row(call)
            for call in sorted(all_calls, key=lambda call: call.start)
            if call.outgoing and call.recording and "221234567" in (call.source, call.destination)
        ]
        assert rows(fetched) == expected
        assert 0 < len(fetched) < len(all_calls)
        async with aclosing(
            spikon.call_lists.stream(
                start,
                end,
                direction=Direction.OUTGOING,
                with_recordings_only=True,
                number="221234567",
            )
        ) as stream:
            assert rows([call async for call in stream]) == expected


async def test_times_of_day_are_taken_as_their_days() -> None:
    async with playing(calls=()) as (sandbox, spikon):
        sandbox.calls.add(datetime(2024, 5, 6, 23, 59, 59))
        sandbox.calls.add(datetime(2024, 5, 8, 0, 0, 0))
        noon = datetime(2024, 5, 6, 12, 0, tzinfo=WARSAW)
        calls = await spikon.call_lists.fetch(noon, noon + timedelta(days=1))
        assert [call.started_at.day for call in calls] == [6]


async def test_calls_at_a_seam_come_once_and_equal_calls_both() -> None:
    async with playing(calls=()) as (sandbox, spikon):
        seam = datetime(2024, 4, 9, 23, 59, 59)
        for moment in (seam, seam, seam + timedelta(seconds=1)):
            sandbox.calls.add(moment)
        start, end = date(2024, 1, 1), date(2024, 6, 1)
        assert date(2024, 1, 1) + timedelta(days=99) == seam.date()
        assert rows(await spikon.call_lists.fetch(start, end)) == history(sandbox, start, end)


@pytest.mark.parametrize("empty_lists", ["count", "error"])
@each_format
async def test_days_without_calls_are_no_error(wire_format: str, empty_lists: str) -> None:
    async with playing(
        wire_format=wire_format,
        calls=(),
        empty_lists="error" if empty_lists == "error" else "count",
    ) as (sandbox, spikon):
        start, end = date(2023, 1, 1), date(2023, 12, 31)
        assert await spikon.call_lists.fetch(start, end) == ()
        async with aclosing(spikon.call_lists.stream(start, end)) as stream:
            assert [call async for call in stream] == []
        (window,) = await spikon.call_lists.order_range(start, start)
        await spikon.call_lists.wait(window.id)
        assert await spikon.call_lists.show(window.id) == ()
        assert sandbox.log.count("call_list/show") == 9


async def test_a_report_is_collected_once_however_often_it_is_named() -> None:
    async with playing() as (sandbox, spikon):
        day = date(2024, 5, 6)
        windows = await spikon.call_lists.order_range(day, day)
        assert windows == (ReportWindow(id="1", start=day, end=day),)
        calls = await spikon.call_lists.collect(["1", "1"])
        assert rows(calls) == history(sandbox, day, day)
        assert sandbox.log.count("call_list/show") == 1


async def test_nothing_is_collected_of_no_reports() -> None:
    async with playing() as (sandbox, spikon):
        assert await spikon.call_lists.collect([]) == ()
        assert len(sandbox.log) == 0


async def test_an_order_that_fails_tells_what_was_ordered_before() -> None:
    async with playing() as (sandbox, spikon):
        sandbox.faults.add("call_list/order", Later(2, faults.ApiError(-1000)), times=None)
        with pytest.raises(GeneralFailure) as caught:
            await spikon.call_lists.fetch(date(2021, 1, 1), date(2023, 12, 31))
        assert sorted(caught.value.ids) == ["1", "2"]


async def test_an_order_that_fails_says_which_days_the_ids_stand_for() -> None:
    async with playing(retry=ONCE) as (sandbox, spikon):
        start, end = date(2024, 1, 1), date(2024, 12, 31)
        ids: tuple[str, ...] = ()
        for flow in (spikon.call_lists.fetch, spikon.call_lists.order_range):
            sandbox.faults.clear()
            sandbox.faults.add("call_list/order", Later(2, Slow503()), times=None)
            with pytest.raises(ServerUnavailable) as caught:
                await flow(start, end)
            ids = caught.value.ids
            first, second = sorted(ids)
            assert caught.value.__notes__ == [
                f"2 of 4 reports were ordered: {first} (2024-01-01 to 2024-04-09),"
                f" {second} (2024-04-10 to 2024-07-18). collect() gives only those."
            ]
            again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  # our own
            assert again.__notes__ == caught.value.__notes__
        # What the note says is so: the rest of the year is missing.
        calls = await spikon.call_lists.collect(ids)
        assert rows(calls) == history(sandbox, start, date(2024, 7, 18))


class Slow503(faults.Fault):
    """Answer 503 after the others have been answered."""

    async def apply(self, exchange: Exchange) -> None:
        await exchange.pause(1)
        await faults.Status(503).apply(exchange)


async def test_an_order_that_fails_alone_or_last_has_no_note() -> None:
    async with playing(retry=ONCE) as (sandbox, spikon):
        sandbox.faults.add("call_list/order", faults.Status(503), times=None)
        with pytest.raises(ServerUnavailable) as none_ordered:
            await spikon.call_lists.order_range(date(2024, 1, 1), date(2024, 12, 31))
        assert not hasattr(none_ordered.value, "__notes__")
        sandbox.faults.clear()
        sandbox.faults.add("call_list/list", faults.ApiError(-11))
        with pytest.raises(Forbidden) as all_ordered:
            await spikon.call_lists.fetch(date(2024, 1, 1), date(2024, 12, 31))
        assert len(all_ordered.value.ids) == 4
        assert not hasattr(all_ordered.value, "__notes__")


async def test_an_ordering_that_is_cancelled_says_which_days_were_ordered() -> None:
    async with playing() as (sandbox, spikon):
        sandbox.faults.add("call_list/order", Later(1, faults.Late(50)), times=None)
        notes: list[str] = []
        with anyio.move_on_after(5):
            try:
                await spikon.call_lists.fetch(date(2024, 1, 1), date(2024, 12, 31))
            except BaseException as error:
                notes += error.__notes__
                raise
        assert any(note.startswith("1 of 4 reports were ordered: 1 (2024-") for note in notes)


async def test_each_order_of_a_range_has_a_timeout() -> None:
    async with playing() as (sandbox, spikon):
        sandbox.faults.add("call_list/order", faults.Late(10), times=None)
        begin = anyio.current_time()
        with pytest.raises(DeadlineExceeded):
            await spikon.call_lists.order_range(date(2024, 1, 1), date(2024, 12, 31), timeout=3)
        assert anyio.current_time() - begin == pytest.approx(3)
        # Eleven orders, four at a time, of two seconds each.
        sandbox.faults.clear()
        sandbox.faults.add("call_list/order", faults.Late(2), times=None)
        windows = await spikon.call_lists.order_range(date(2021, 1, 1), date(2024, 1, 1), timeout=3)
        assert len(windows) == 11


async def test_a_report_that_is_listed_as_waiting_has_no_calls_yet() -> None:
    async with playing(order_delay=1000) as (sandbox, spikon):
        day = date(2024, 5, 6)
        report_id = await spikon.call_lists.order(day, day)
        sandbox.faults.add("call_list/show", faults.ApiError(-8))
        with pytest.raises(NotReady) as caught:
            await spikon.call_lists.show(report_id)
        assert caught.value.call == "POST /api/call_list/show"
        assert isinstance(caught.value.__cause__, NoElementsFound)
        assert "wait()" in caught.value.advice
        await anyio.sleep(1000)
        sandbox.faults.add("call_list/show", faults.ApiError(-8))
        assert await spikon.call_lists.show(report_id) == ()
        assert await spikon.call_lists.show(report_id)


class LateNothing(faults.Fault):
    """Take four seconds to find nothing."""

    async def apply(self, exchange: Exchange) -> None:
        await exchange.pause(4)
        await exchange.send(exchange.error(-8))


@pytest.mark.parametrize("given", [True, False], ids=["of the call", "of the client"])
@pytest.mark.parametrize("what", ["call_list", "phone_book"])
async def test_the_list_that_tells_nothing_from_none_has_what_is_left(
    what: str, given: bool
) -> None:
    async with playing(timeout=60 if given else 5) as (sandbox, spikon):
        show = spikon.call_lists.show if what == "call_list" else spikon.phone_books.show
        sandbox.faults.add(f"{what}/show", LateNothing())
        sandbox.faults.add(f"{what}/list", faults.Late(4))
        begin = anyio.current_time()
        with pytest.raises(DeadlineExceeded) as caught:
            await (show("0", timeout=5) if given else show("0"))
        assert anyio.current_time() - begin == pytest.approx(5)
        assert caught.value.call == f"POST /api/{what}/list"


async def test_a_report_that_is_listed_as_ready_and_is_not_is_looked_at_again() -> None:
    async with playing() as (sandbox, spikon):
        day = date(2024, 5, 6)
        sandbox.faults.add("call_list/show", faults.ApiError(-9), times=2)
        assert rows(await spikon.call_lists.fetch(day, day)) == history(sandbox, day, day)
        assert sandbox.log.count("call_list/show") == 3


async def test_a_report_that_fails_stops_the_others_and_tells_all_ids() -> None:
    async with playing() as (sandbox, spikon):
        sandbox.faults.add("call_list/show", Later(1, faults.ApiError(-11)), times=None)
        with pytest.raises(Forbidden) as caught:
            await spikon.call_lists.fetch(date(2023, 1, 1), date(2023, 12, 31))
        assert sorted(caught.value.ids) == ["1", "2", "3", "4"]
        await usable(spikon)


async def test_a_state_that_is_not_documented_is_waited_on() -> None:
    async with playing() as (sandbox, spikon):
        body = b'{"call-lists": {"count": "1", "call-list-1": {"id": "5", "generated": "7"}}}'
        sandbox.faults.add("call_list/list", faults.Malformed(body), times=None)
        with pytest.raises(WaitTimeout) as caught:
            await spikon.call_lists.wait("5", timeout=30)
        assert caught.value.last_state == "7"


async def test_an_id_listed_twice_is_ready_if_either_is() -> None:
    async with playing() as (sandbox, spikon):
        row = '"call-list-{}": {{"id": "2", "generated": "{}"}}'
        for first, second in (("0", "1"), ("1", "0")):
            body = f'{{"call-lists": {{{row.format(1, first)}, {row.format(2, second)}}}}}'
            sandbox.faults.add("call_list/list", faults.Malformed(body.encode()))
            assert (await spikon.call_lists.wait("2", timeout=1)).ready


@pytest.mark.parametrize("empty_lists", ["count", "error"])
async def test_an_id_that_nobody_knows_is_given_up_after_a_minute(empty_lists: str) -> None:
    async with playing(empty_lists="error" if empty_lists == "error" else "count") as (_, spikon):
        for flow in (
            lambda: spikon.call_lists.wait("999"),
            lambda: spikon.call_lists.collect(["999"]),
        ):
            begin = anyio.current_time()
            with pytest.raises(JobNotFound) as caught:
                await flow()
            assert caught.value.ids == ("999",)
            assert "999" in str(caught.value)
            assert 60 < anyio.current_time() - begin <= 90


async def test_a_report_that_is_listed_late_is_waited_for() -> None:
    async with playing() as (sandbox, spikon):
        none = b'{"call-lists": {"count": "0"}}'
        sandbox.faults.add("call_list/list", faults.Malformed(none), times=None)
        report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))
        async with anyio.create_task_group() as group:
            group.start_soon(after, 40, sandbox.faults.clear)
            assert (await spikon.call_lists.wait(report_id)).ready


@pytest.mark.parametrize("path", ["call_list/list", "tts/status"])
async def test_being_missing_twice_for_a_moment_is_no_long_absence(path: str) -> None:
    async with playing(order_delay=500, speech_delay=500) as (sandbox, spikon):

        def hide() -> None:
            sandbox.faults.add(path, faults.ApiError(-8))

        hide()
        async with anyio.create_task_group() as group:
            group.start_soon(after, 200, hide)
            if path == "tts/status":
                tts_id = await spikon.tts.generate("Hej", voice="Ewa", name="Powitanie")
                assert (await spikon.tts.wait(tts_id)).ready
            else:
                report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))
                assert (await spikon.call_lists.wait(report_id)).ready


async def test_an_sms_that_is_missing_for_a_moment_twice_is_waited_for() -> None:
    async with playing(sms_steps=(10, 20, 500)) as (sandbox, spikon):

        def hide() -> None:
            sandbox.faults.add("sms/state", faults.ApiError(-8))

        hide()
        updates: list[WaitUpdate] = []
        async with anyio.create_task_group() as group:
            group.start_soon(after, 200, hide)
            await spikon.sms.send_and_wait(NUMBER, "x", sender="SMS", on_update=updates.append)
        assert [update.state for update in updates].count("not listed") == 2


# What is not ready yet, in the words of the service.


@each_format
async def test_not_ready_is_a_state_in_every_look(wire_format: str, tmp_path: Path) -> None:
    async with playing(wire_format=wire_format) as (sandbox, spikon):
        updates: list[WaitUpdate] = []
        report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))
        sandbox.faults.add("call_list/list", faults.ApiError(-9))
        assert (await spikon.call_lists.wait(report_id, on_update=updates.append)).ready
        (sms_id,) = (await spikon.sms.send(NUMBER, "x", sender="SMS")).ids
        sandbox.faults.add("sms/state", faults.ApiError(-9))
        await spikon.sms.wait_delivered(sms_id, on_update=updates.append)
        tts_id = await spikon.tts.generate("Hej", voice="Ewa", name="Powitanie")
        sandbox.faults.add("tts/status", faults.ApiError(-9))
        await spikon.tts.wait(tts_id, on_update=updates.append)
        for name in ("a", "b"):
            sandbox.faults.add("tts/download", faults.ApiError(-9))
            path = tmp_path / name
            if name == "a":
                await spikon.tts.collect(tts_id, to=path, on_update=updates.append)
            else:
                await spikon.tts.synthesize("Hej", voice="Ewa", to=path, on_update=updates.append)
        assert [update.state for update in updates].count("not ready") == 5
        assert {update.error for update in updates} == {None}
        assert names_in(tmp_path) == ["a", "b"]
        assert sandbox.log.acted("tts/generate") == 2


async def test_a_download_that_is_never_ready_ends_with_the_deadline(tmp_path: Path) -> None:
    async with playing() as (sandbox, spikon):
        sandbox.faults.add("tts/download", faults.ApiError(-9), times=None)
        begin = anyio.current_time()
        with pytest.raises(WaitTimeout) as caught:
            await spikon.tts.synthesize("Hej", voice="Ewa", to=tmp_path / "a", timeout=90)
        assert about(anyio.current_time() - begin, 90)
        assert (caught.value.ids, caught.value.last_state) == (("1",), "not ready")
        assert names_in(tmp_path) == []


async def test_a_download_in_an_outage_is_tried_again(tmp_path: Path) -> None:
    async with playing(retry=ONCE) as (sandbox, spikon):
        sandbox.faults.add("tts/download", faults.Status(503), times=2)
        updates: list[WaitUpdate] = []
        await spikon.tts.synthesize("Hej", voice="Ewa", to=tmp_path / "a", on_update=updates.append)
        assert [type(update.error) for update in updates][-3:] == [
            ServerUnavailable,
            ServerUnavailable,
            type(None),
        ]
        assert names_in(tmp_path) == ["a"]


@pytest.mark.parametrize("path", ["call_list/list", "call_list/show", "tts/status", "sms/state"])
async def test_a_failure_of_the_service_passes(path: str, tmp_path: Path) -> None:
    async with playing() as (sandbox, spikon):
        day = date(2024, 5, 6)

        async def flows() -> None:
            assert await spikon.call_lists.fetch(day, day)
            await spikon.sms.send_and_wait(NUMBER, "x", sender="SMS")
            await spikon.tts.synthesize("Hej", voice="Ewa", to=tmp_path / "a")

        sandbox.faults.add(path, faults.ApiError(-1000), times=2)
        await flows()
        # But not one that lasts.
        sandbox.faults.add(path, faults.ApiError(-1000), times=None)
        begin = anyio.current_time()
        with pytest.raises(GeneralFailure) as caught:
            await flows()
        assert caught.value.ids
        assert anyio.current_time() - begin > 300


# The ids, the moment they are known.


async def test_the_ids_are_heard_before_anything_is_waited_for(tmp_path: Path) -> None:
    async with playing() as (sandbox, spikon):
        heard: list[str] = []
        asked: list[int] = []

        def hear(job: str) -> None:
            heard.append(job)
            asked.append(sum(map(sandbox.log.count, ("call_list/list", "sms/state", "tts/status"))))

        start, end = date(2023, 1, 1), date(2023, 12, 31)
        windows = await spikon.call_lists.order_range(start, end, on_started=hear)
        assert sorted(heard) == sorted(window.id for window in windows)
        heard.clear()
        await spikon.call_lists.fetch(start, end, on_started=hear)
        assert sorted(heard) == ["5", "6", "7", "8"]
        assert set(asked) == {0}
        before = sandbox.log.count("call_list/list")
        heard.clear()
        async with aclosing(spikon.call_lists.stream(start, end, on_started=hear)) as stream:
            await anext(stream)
        assert sorted(heard) == ["10", "11", "12", "9"]
        assert set(asked) == {0, before}
        for path, flow in (
            ("sms/state", partial(spikon.sms.send_and_wait, NUMBER, "x", sender="SMS")),
            (
                "tts/status",
                partial(spikon.tts.synthesize, "Hej", voice="Ewa", to=tmp_path / "a"),
            ),
        ):
            heard.clear()
            sandbox.log.clear()
            asked.clear()
            await flow(on_started=hear)
            assert heard == ["1"]
            assert asked == [0]
            assert sandbox.log.count(path) > 0


@pytest.mark.parametrize("name", ["order_range", "fetch", "stream", "send_and_wait", "synthesize"])
async def test_who_cannot_store_an_id_is_told_it(name: str, tmp_path: Path) -> None:
    async with playing() as (sandbox, spikon):
        start, end = date(2023, 1, 1), date(2023, 12, 31)

        def fail(_: str) -> None:
            raise OSError("the disk is full")

        async def stream() -> None:
            async with aclosing(spikon.call_lists.stream(start, end, on_started=fail)) as calls:
                await anext(calls)

        flows: dict[str, Callable[[], Awaitable[object]]] = {
            "order_range": lambda: spikon.call_lists.order_range(start, end, on_started=fail),
            "fetch": lambda: spikon.call_lists.fetch(start, end, on_started=fail),
            "stream": stream,
            "send_and_wait": lambda: spikon.sms.send_and_wait(
                NUMBER, "x", sender="SMS", on_started=fail
            ),
            "synthesize": lambda: spikon.tts.synthesize(
                "Hej", voice="Ewa", to=tmp_path / "a", on_started=fail
            ),
        }
        with pytest.raises(OSError, match="the disk is full") as caught:
            await flows[name]()
        assert any(note.startswith("Started before this: id 1") for note in caught.value.__notes__)
        waited = sum(map(sandbox.log.count, ("call_list/list", "sms/state", "tts/status")))
        assert waited == 0


# Cancelling.


async def test_a_cancelled_wait_leaves_everything_usable() -> None:
    async with playing(order_delay=100, max_connections=2) as (sandbox, spikon):
        report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))
        # In the middle of a delay, and in the middle of a request.
        for slow in (False, True):
            if slow:
                sandbox.faults.add("call_list/list", faults.Late(50))
            for _ in range(2):
                with anyio.move_on_after(4) as scope:
                    await spikon.call_lists.wait(report_id)
                assert scope.cancelled_caught
        sandbox.faults.clear()
        await usable(spikon)
        assert (await spikon.call_lists.wait(report_id)).ready
        assert sandbox.log.count("call_list/order") == 1


async def test_when_the_one_who_asks_is_cancelled_the_next_takes_over() -> None:
    async with playing(order_delay=3) as (sandbox, spikon):
        report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))
        sandbox.faults.add("call_list/list", faults.Late(20))
        done: list[float] = []
        leader = anyio.CancelScope()

        async def lead() -> None:
            with leader:
                await spikon.call_lists.wait(report_id, polling=EXACT)

        async def follow() -> None:
            await spikon.call_lists.wait(report_id, polling=EXACT)
            done.append(anyio.current_time() - begin)

        begin = anyio.current_time()
        async with anyio.create_task_group() as group:
            group.start_soon(lead)
            await anyio.sleep(0.5)
            for _ in range(5):
                group.start_soon(follow)
            await anyio.sleep(4.5)
            leader.cancel()
        # At once, not when the answer of the cancelled one would have come.
        assert done == pytest.approx([5.0] * 5)
        assert sandbox.log.count("call_list/list") == 2


async def test_a_task_can_be_cancelled(on_asyncio: None) -> None:
    async with playing(order_delay=100) as (_, spikon):
        report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))
        task = asyncio.create_task(spikon.call_lists.wait(report_id))
        await asyncio.sleep(3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert task.cancelled()
        assert f"Started before this: id {report_id}." in caught.value.__notes__
        await usable(spikon)


async def test_a_timeout_of_asyncio_shows_the_ids(on_asyncio: None) -> None:
    async with playing(order_delay=100) as (_, spikon):
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(10):
                await spikon.call_lists.fetch(date(2023, 1, 1), date(2023, 12, 31))
        shown = "".join(traceback.format_exception(caught.value))
        assert "Started before this: id 1, 2, 3, 4." in shown
        await usable(spikon)


# Progress.


@each_format
async def test_a_wait_tells_of_every_look(wire_format: str) -> None:
    async with playing(wire_format=wire_format, order_delay=10) as (_, spikon):
        report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))
        updates: list[WaitUpdate] = []
        await spikon.call_lists.wait(report_id, polling=EXACT, on_update=updates.append)
        moments = looks(EXACT, 10)
        assert [update.looks for update in updates] == list(range(1, len(moments) + 1))
        assert [update.waited for update in updates] == pytest.approx(moments)
        assert [update.state for update in updates] == [
            *["waiting"] * (len(moments) - 1),
            "ready",
        ]
        assert {update.id for update in updates} == {report_id}
        assert {update.error for update in updates} == {None}


async def test_a_history_tells_how_far_it_is() -> None:
    async with playing(order_delay=10) as (_, spikon):
        updates: list[HistoryUpdate] = []
        calls = await spikon.call_lists.fetch(
            date(2023, 1, 1), date(2023, 12, 31), polling=EXACT, on_update=updates.append
        )
        reports = updates[0].reports
        assert updates[0] == HistoryUpdate(reports=reports, ready=0, fetched=0, calls=0, waited=0)
        assert sorted(reports) == ["1", "2", "3", "4"]
        assert updates[-1] == HistoryUpdate(
            reports=reports, ready=4, fetched=4, calls=len(calls), waited=updates[-1].waited
        )
        for before, now in pairwise(updates):
            assert before.ready <= now.ready
            assert before.fetched <= now.fetched <= now.ready
            assert before.calls <= now.calls
            assert before.waited <= now.waited
        # At the beginning, for each report that is ready, and after each of the looks.
        moments = looks(EXACT, 10)
        assert len(updates) == 1 + 4 + 4 * len(moments)
        assert sorted({update.waited for update in updates}) == pytest.approx(moments)
        assert {update.error for update in updates} == {None}


@pytest.mark.parametrize("how", ["fetch", "collect"])
async def test_a_history_tells_of_looks_that_find_nobody(how: str) -> None:
    async with playing(order_delay=600, retry=ONCE) as (sandbox, spikon):
        updates: list[HistoryUpdate] = []
        day = date(2024, 5, 6)

        def fail() -> None:
            sandbox.faults.add("call_list/list", faults.Status(503), times=3)

        async with anyio.create_task_group() as group:
            group.start_soon(after, 100, fail)
            if how == "fetch":
                await spikon.call_lists.fetch(day, day, on_update=updates.append)
            else:
                report_id = await spikon.call_lists.order(day, day)
                await spikon.call_lists.collect([report_id], on_update=updates.append)
        assert len(updates) == 1 + 1 + sandbox.log.count("call_list/list")
        out = [update for update in updates if update.error is not None]
        assert len(out) == 3
        assert all(isinstance(update.error, ServerUnavailable) for update in out)
        assert all(100 < update.waited < 300 for update in out)
        assert (updates[-1].error, updates[-1].fetched) == (None, 1)


async def test_progress_that_fails_ends_the_wait() -> None:
    async with playing(order_delay=10) as (_, spikon):
        report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))

        def fail(_: WaitUpdate) -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError) as caught:
            await spikon.call_lists.wait(report_id, on_update=fail)
        assert f"Started before this: id {report_id}." in caught.value.__notes__
        await usable(spikon)


# Outages.


@pytest.mark.parametrize(
    "fault",
    [faults.Status(503), faults.LostReply(after_acting=True), faults.Status(429, "120")],
    ids=["503", "lost", "429"],
)
async def test_an_outage_in_the_middle_is_survived(fault: faults.Fault) -> None:
    async with playing(order_delay=100) as (sandbox, spikon):
        report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))
        updates: list[WaitUpdate] = []

        async with anyio.create_task_group() as group:
            group.start_soon(after, 20, lambda: sandbox.faults.add("*", fault, times=None))
            group.start_soon(after, 200, sandbox.faults.clear)
            assert (await spikon.call_lists.wait(report_id, on_update=updates.append)).ready
        out = [update for update in updates if update.state is None]
        assert out
        assert all(update.error is not None for update in out)
        assert updates[-1].state == "ready"
        assert updates[-1].error is None


async def test_retry_after_is_heeded_between_looks() -> None:
    async with playing(order_delay=1, retry=ONCE) as (sandbox, spikon):
        report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))
        sandbox.faults.add("call_list/list", faults.Status(429, "77"))
        await spikon.call_lists.wait(report_id, polling=EXACT)
        first, second = times(sandbox, "call_list/list")
        assert second - first == pytest.approx(77)


async def test_an_outage_that_lasts_ends_the_wait_with_the_ids() -> None:
    async with playing(order_delay=5000) as (sandbox, spikon):
        report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))
        begin = anyio.current_time()
        sandbox.faults.add("*", faults.Status(503), times=None)
        with pytest.raises(ServerUnavailable) as caught:
            await spikon.call_lists.wait(report_id)
        assert caught.value.ids == (report_id,)
        assert 300 < anyio.current_time() - begin < 400


async def test_a_deadline_during_an_outage_tells_why() -> None:
    async with playing(order_delay=5000) as (sandbox, spikon):
        report_id = await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))
        sandbox.faults.add("*", faults.Status(429), times=None)
        with pytest.raises(WaitTimeout) as caught:
            await spikon.call_lists.wait(report_id, timeout=60)
        assert caught.value.ids == (report_id,)
        assert caught.value.last_state is None
        assert "never seen" in str(caught.value)
        assert isinstance(caught.value.__cause__, RateLimited)


async def test_an_error_is_shared_and_everybody_has_ids_of_their_own() -> None:
    async with playing(order_delay=5000) as (sandbox, spikon):
        sandbox.faults.add("call_list/list", faults.ApiError(-11))
        errors: list[Forbidden] = []

        async def wait(report_id: str) -> None:
            with pytest.raises(Forbidden) as caught:
                await spikon.call_lists.wait(report_id)
            errors.append(caught.value)

        async with anyio.create_task_group() as group:
            for number in range(5):
                group.start_soon(wait, str(number))
        assert sorted(error.ids for error in errors) == [(str(number),) for number in range(5)]
        assert sandbox.log.count("call_list/list") == 1


# Speech.


@each_format
async def test_one_announcement_is_looked_at_by_its_status(wire_format: str) -> None:
    async with playing(wire_format=wire_format, speech_delay=20) as (sandbox, spikon):
        tts_id = await spikon.tts.generate("Dzień dobry", voice="Ewa", name="Powitanie")
        updates: list[WaitUpdate] = []
        speech = await spikon.tts.wait(tts_id, on_update=updates.append)
        assert speech == Speech(id=tts_id, name="", state=SpeechState.READY)
        assert sandbox.log.count("tts/list") == 0
        assert sandbox.log.count("tts/status") == len(updates)
        assert [update.state for update in updates] == ["waiting"] * (len(updates) - 1) + ["ready"]


@each_format
async def test_several_announcements_share_the_list(wire_format: str) -> None:
    async with playing(wire_format=wire_format, speech_delay=60) as (sandbox, spikon):
        ids = [
            await spikon.tts.generate("Dzień dobry", voice="Ewa", name=f"Zapowiedź {number}")
            for number in range(8)
        ]
        begin = anyio.current_time()
        polling = Polling(first_delay=0.5, jitter=0.0)

        async def wait(tts_id: str) -> None:
            assert (await spikon.tts.wait(tts_id, polling=polling)).ready

        async with anyio.create_task_group() as group:
            for tts_id in ids * 3:
                group.start_soon(wait, tts_id)
        asked = [moment - begin for moment in times(sandbox, "tts/list")]
        assert sandbox.log.count("tts/status") == 0
        # Not oftener than once a second, whatever the schedules say.
        assert len(asked) <= len(looks(polling, 60))
        assert min(later - earlier for earlier, later in pairwise(asked)) >= 1.0 - 1e-9
        # Afterwards one alone is asked for by its status again.
        await spikon.tts.wait(ids[0])
        assert sandbox.log.count("tts/status") == 1


async def test_an_announcement_that_nobody_knows() -> None:
    async with playing(speech_delay=200) as (_, spikon):
        begin = anyio.current_time()
        with pytest.raises(JobNotFound) as by_status:
            await spikon.tts.wait("999")
        assert by_status.value.ids == ("999",)
        assert 60 < anyio.current_time() - begin <= 90
        # What costs money is looked for before it is begun again, and may never have been begun.
        assert "tts.list()" in by_status.value.advice
        assert "Waited for: id 999." in str(by_status.value)
        known = await spikon.tts.generate("Dzień dobry", voice="Ewa", name="Powitanie")
        begin = anyio.current_time()
        async with anyio.create_task_group() as group:
            group.start_soon(spikon.tts.wait, known)
            with pytest.raises(JobNotFound) as by_list:
                await spikon.tts.wait("999")
            assert by_list.value.ids == ("999",)
            assert 60 < anyio.current_time() - begin <= 90


async def test_a_wait_for_speech_gives_up_after_ten_minutes() -> None:
    async with playing(speech_delay=1e6) as (_, spikon):
        tts_id = await spikon.tts.generate("Dzień dobry", voice="Ewa", name="Powitanie")
        with pytest.raises(WaitTimeout) as caught:
            await spikon.tts.wait(tts_id)
        assert caught.value.ids == (tts_id,)
        assert tts.GENERATION.timeout == 600
        assert about(caught.value.waited, 600)


@pytest.mark.parametrize(
    ("audio_format", "start"), [(AudioFormat.MP3, b"\xff\xfb"), (AudioFormat.WAV, b"RIFF")]
)
async def test_a_text_becomes_a_file(
    audio_format: AudioFormat, start: bytes, tmp_path: Path
) -> None:
    async with playing(speech_delay=5) as (sandbox, spikon):
        updates: list[WaitUpdate] = []
        saved = await spikon.tts.synthesize(
            "Dzień\n dobry!",
            voice="Ewa",
            to=tmp_path / "hello",
            audio_format=audio_format,
            on_update=updates.append,
        )
        assert saved.id == "1"
        assert saved.file.path == tmp_path / "hello"
        assert await anyio.Path(saved.file.path).read_bytes() == sound_of(sandbox, audio_format)
        assert sound_of(sandbox, audio_format)[:4].startswith(start)
        assert updates[-1].state == "ready"
        assert [record.path for record in sandbox.log if record.path != "tts/status"] == [
            "tts/generate",
            "tts/download",
        ]
        # The name is the beginning of the text, on one line.
        assert sandbox.log.of("tts/generate")[0].params["name"] == "Dzień dobry!"
        assert names_in(tmp_path) == ["hello"]


def sound_of(sandbox: Sandbox, audio_format: AudioFormat) -> bytes:
    return sandbox.state.speech.sound(1, as_wave=audio_format is AudioFormat.WAV)


async def test_a_long_text_has_a_short_name_unless_it_is_given_one(tmp_path: Path) -> None:
    async with playing() as (sandbox, spikon):
        for name in (None, "Powitanie"):
            await spikon.tts.synthesize("ha " * 900, voice="Ewa", to=tmp_path / "a", name=name)
        names = [record.params["name"] for record in sandbox.log.of("tts/generate")]
        assert names == [("ha " * 900)[:40], "Powitanie"]


async def test_speech_that_is_late_can_be_collected_by_another_client(tmp_path: Path) -> None:
    async with playing(speech_delay=100) as (sandbox, spikon):
        with pytest.raises(WaitTimeout) as caught:
            await spikon.tts.synthesize(
                "Dzień dobry", voice="Ewa", to=tmp_path / "a.mp3", timeout=30
            )
        assert caught.value.ids == ("1",)
        assert names_in(tmp_path) == []
        async with sandbox.http_client() as other_http:
            other = SpikonClient(sandbox.api_key, base_url=sandbox.url, http_client=other_http)
            saved = await other.tts.collect(*caught.value.ids, to=tmp_path / "a.mp3")
        assert saved.file.content_type == "audio/mpeg"
        assert names_in(tmp_path) == ["a.mp3"]
        assert sandbox.log.count("tts/generate") == 1


@pytest.mark.parametrize("where", ["no folder", "a folder"])
async def test_nothing_is_bought_or_waited_for_that_cannot_be_saved(
    where: str, tmp_path: Path
) -> None:
    async with playing() as (sandbox, spikon):
        to = tmp_path if where == "a folder" else tmp_path / "none" / "a.mp3"
        with pytest.raises(InvalidRequest, match="folder") as caught:
            await spikon.tts.synthesize("Hej", voice="Ewa", to=to)
        assert caught.value.ids == ()
        assert len(sandbox.log) == 0
        with pytest.raises(InvalidRequest, match="folder") as collecting:
            await spikon.tts.collect("7", to=str(to))
        assert collecting.value.ids == ("7",)
        with pytest.raises(InvalidRequest, match="audio_format"):
            await spikon.tts.collect(
                "7", to=tmp_path / "a", audio_format=cast("AudioFormat", "ogg")
            )
        assert len(sandbox.log) == 0


async def test_a_download_that_fails_tells_the_id(tmp_path: Path) -> None:
    async with playing() as (sandbox, spikon):
        sandbox.faults.add("tts/download", faults.ApiError(-11))
        with pytest.raises(Forbidden) as caught:
            await spikon.tts.synthesize("Dzień dobry", voice="Ewa", to=tmp_path / "a.mp3")
        assert caught.value.ids == ("1",)
        assert names_in(tmp_path) == []


async def test_an_order_for_speech_that_is_lost_is_not_made_again(tmp_path: Path) -> None:
    async with playing() as (sandbox, spikon):
        sandbox.faults.add("tts/generate", faults.LostReply(after_acting=True))
        with pytest.raises(OutcomeUnknown):
            await spikon.tts.synthesize("Dzień dobry", voice="Ewa", to=tmp_path / "a.mp3")
        assert sandbox.log.count() == sandbox.log.acted("tts/generate") == 1


# SMS.


@each_format
async def test_an_sms_is_followed_to_delivery(wire_format: str) -> None:
    async with playing(wire_format=wire_format, sms_steps=(5, 10, 60)) as (sandbox, spikon):
        updates: list[WaitUpdate] = []
        delivered = await spikon.sms.send_and_wait(
            NUMBER, "Dzień dobry", sender=Sender.INFO, on_update=updates.append
        )
        assert delivered.ids == ("1",)
        assert delivered.statuses == (SmsStatus(state=SmsState.DELIVERED),)
        states = [update.state for update in updates]
        assert list(dict.fromkeys(states)) == ["new", "in_progress", "sent", "delivered"]
        assert sandbox.log.count("sms/send") == 1
        assert sandbox.log.count("sms/state") == len(updates)


@pytest.mark.parametrize("wait", ["send_and_wait", "wait_delivered"])
@pytest.mark.parametrize(
    ("number", "balance", "state", "reason"),
    [
        (FAILING_NUMBER, "10", SmsState.ERROR, "Operator odrzucił wiadomość"),
        (UNREACHABLE_NUMBER, "10", SmsState.UNDELIVERED, ""),
        (NUMBER, "0.05", SmsState.NO_FUNDS, ""),
    ],
)
@each_format
async def test_an_sms_that_does_not_arrive(
    wire_format: str, number: str, balance: str, state: SmsState, reason: str, wait: str
) -> None:
    async with playing(wire_format=wire_format, balance=Decimal(balance)) as (sandbox, spikon):
        if wait == "wait_delivered":
            sent = await spikon.sms.send(number, "Dzień dobry", sender="SMS")
            following: Awaitable[object] = spikon.sms.wait_delivered(*sent.ids)
        else:
            following = spikon.sms.send_and_wait(number, "Dzień dobry", sender="SMS")
        with pytest.raises(JobFailed) as caught:
            await following
        error = caught.value
        assert error.ids == ("1",)
        assert error.state == state
        assert error.reason == reason
        assert state.name.lower() in str(error)
        assert reason in str(error)
        assert "does not say that this state is final" in error.advice
        assert sandbox.log.count("sms/send") == 1


async def test_an_sms_without_a_report_ends_in_a_timeout_with_the_id() -> None:
    async with playing() as (_, spikon):
        with pytest.raises(WaitTimeout) as caught:
            await spikon.sms.send_and_wait(SILENT_NUMBER, "Dzień dobry", sender="SMS")
        assert caught.value.ids == ("1",)
        assert caught.value.last_state == "sent"
        assert sms.DELIVERY.timeout == 900
        assert about(caught.value.waited, 900)


async def test_any_failure_after_the_sending_tells_the_id() -> None:
    async with playing() as (sandbox, spikon):
        sandbox.faults.add("sms/state", faults.ApiError(-11))
        with pytest.raises(Forbidden) as caught:
            await spikon.sms.send_and_wait(NUMBER, "Dzień dobry", sender="SMS")
        assert caught.value.ids == ("1",)
        begin = anyio.current_time()
        with pytest.raises(JobNotFound) as unknown:
            await spikon.sms.wait_delivered("999")
        assert unknown.value.ids == ("999",)
        assert 60 < anyio.current_time() - begin <= 90
        assert "do not send it again before" in unknown.value.advice
        with pytest.raises(NoElementsFound) as one_look:
            await spikon.sms.state("999")
        assert one_look.value.advice == unknown.value.advice


async def test_the_reason_of_a_failure_shows_no_key() -> None:
    async with playing() as (sandbox, spikon):
        body = f'{{"sms": {{"state": 2, "error": "refused for {sandbox.api_key}!"}}}}'
        sandbox.faults.add("sms/state", faults.Malformed(body.encode()))
        with pytest.raises(JobFailed) as caught:
            await spikon.sms.wait_delivered("1")
        assert caught.value.reason == "refused for ***!"
        assert sandbox.api_key not in told(caught.value)


async def test_an_undocumented_state_of_an_sms_is_no_success() -> None:
    async with playing() as (sandbox, spikon):
        body = b'{"sms": {"state": 6}}'
        sandbox.faults.add("sms/state", faults.Malformed(body), times=None)
        with pytest.raises(WaitTimeout) as caught:
            await spikon.sms.wait_delivered("1", timeout=20)
        assert caught.value.last_state == "6"


async def test_an_sms_without_an_id_cannot_be_followed() -> None:
    async with playing() as (sandbox, spikon):
        sandbox.faults.add("sms/send", faults.Malformed(b'{"sms": {"state": "OK", "ids": []}}'))
        with pytest.raises(JobNotFound, match="Do not send it again"):
            await spikon.sms.send_and_wait(NUMBER, "Dzień dobry", sender="SMS")
        assert len(sandbox.log) == 1


async def test_an_sms_of_several_ids_is_followed_by_all_of_them() -> None:
    async with playing() as (sandbox, spikon):
        body = b'{"sms": {"state": "OK", "ids": [1, 2]}}'
        assert (await spikon.sms.send(NUMBER, "1", sender="SMS")).ids == ("1",)
        sandbox.faults.add("sms/send", faults.Malformed(body, after_acting=False))
        with pytest.raises(JobNotFound) as caught:
            await spikon.sms.send_and_wait(NUMBER, "2", sender="SMS")
        assert set(caught.value.ids) == {"1", "2"}


async def test_all_who_wait_for_an_sms_share_its_looks() -> None:
    async with playing(sms_steps=(10, 20, 300)) as (sandbox, spikon):
        (sms_id,) = (await spikon.sms.send(NUMBER, "Dzień dobry", sender="SMS")).ids
        begin = anyio.current_time()
        polling = Polling(first_delay=2.0, jitter=0.0)

        async def wait() -> None:
            status = await spikon.sms.wait_delivered(sms_id, polling=polling)
            assert status.state == SmsState.DELIVERED

        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(wait)
        asked = [moment - begin for moment in times(sandbox, "sms/state")]
        assert asked == pytest.approx(looks(polling, 300))
        gc.collect()
        # The looks are forgotten with the last who waits: a worker that never stops does not grow.
        assert len(spikon.sms._shared) == 0  # pyright: ignore[reportPrivateUsage]


async def test_a_cancelled_wait_for_an_sms_leaves_the_others_waiting() -> None:
    async with playing(sms_steps=(10, 20, 30)) as (sandbox, spikon):
        (sms_id,) = (await spikon.sms.send(NUMBER, "Dzień dobry", sender="SMS")).ids
        delivered: list[SmsStatus] = []

        async def wait() -> None:
            delivered.append(await spikon.sms.wait_delivered(sms_id))

        async with anyio.create_task_group() as group:
            group.start_soon(wait)
            with anyio.move_on_after(8) as scope:
                await spikon.sms.wait_delivered(sms_id)
            assert scope.cancelled_caught
        assert [status.state for status in delivered] == [SmsState.DELIVERED]
        await usable(spikon)
        assert sandbox.log.count("sms/send") == 1
