"""What waiting costs: requests at the sandbox, and how late a job that is done is noticed.

Time is virtual: a day passes in an instant, and the figures are the same on every machine, but for
the jitter of the delays.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import TypeVar

import anyio
from attrs import frozen

from _telephony_core.polling import Polling, WaitUpdate
from spikon_async import SpikonClient
from spikon_async.resources import call_lists, sms, tts
from spikon_async.sandbox import Clock, Sandbox
from tests.virtual_time import VirtualTimeLoop

from .table import Row, at_most, ratio_at_most

T = TypeVar("T")

_DAY = 86_400.0
_HOUR = 3600.0
#: An hour is as many times as long as this as a day is as long as an hour.
_MINUTES = _HOUR * _HOUR / _DAY

#: Start a job of a client, and return what waits for it, within so many seconds.
Start = Callable[[SpikonClient], Awaitable[Callable[[float], Awaitable[object]]]]


@frozen
class Job:
    """A kind of job that takes the service a while."""

    what: str
    #: What the sandbox is asked, again and again.
    path: str
    polling: Polling
    start: Start


def run(*, quick: bool) -> list[Row]:
    counts = (1, 100) if quick else (1, 10, 100, 1000)
    rows = [_concurrent(count) for count in counts]
    for job in JOBS:
        rows += _noticed(job, samples=8 if quick else 30)
    rows += [_requests(job) for job in JOBS]
    return rows


# Many waits.


def _concurrent(count: int) -> Row:
    requests, looks = _on_virtual_time(lambda: _wait_together(count))
    return Row(
        what=f"requests of {count} concurrent waits for reports, 10 min",
        ours=requests,
        unit="",
        peer="looks that each of them takes",
        theirs=looks,
        target=ratio_at_most(1.0),
    )


async def _wait_together(count: int) -> tuple[int, int]:
    async with _service(600) as (sandbox, spikon):
        ids = [await _order(spikon) for _ in range(min(count, 20))]
        looks: list[int] = []

        async def wait(report_id: str) -> None:
            heard: list[WaitUpdate] = []
            await spikon.call_lists.wait(report_id, on_update=heard.append)
            looks.append(len(heard))

        async with anyio.create_task_group() as group:
            for number in range(count):
                group.start_soon(wait, ids[number % len(ids)])
        return sandbox.log.count("call_list/list"), min(looks)


# One wait.


async def _order(spikon: SpikonClient) -> str:
    return await spikon.call_lists.order(date(2024, 5, 1), date(2024, 5, 2))


async def _report(spikon: SpikonClient) -> Callable[[float], Awaitable[object]]:
    report_id = await _order(spikon)
    return lambda timeout: spikon.call_lists.wait(report_id, timeout=timeout)


async def _speech(spikon: SpikonClient) -> Callable[[float], Awaitable[object]]:
    tts_id = await spikon.tts.generate("Dzień dobry", voice="Ewa", name="Powitanie")
    return lambda timeout: spikon.tts.wait(tts_id, timeout=timeout)


async def _sms(spikon: SpikonClient) -> Callable[[float], Awaitable[object]]:
    (sms_id,) = (await spikon.sms.send("600123456", "Dzień dobry", sender="SMS")).ids
    return lambda timeout: spikon.sms.wait_delivered(sms_id, timeout=timeout)


JOBS = (
    Job("a report", "call_list/list", call_lists.GENERATION, _report),
    Job("speech", "tts/status", tts.GENERATION, _speech),
    Job("the delivery of an SMS", "sms/state", sms.DELIVERY, _sms),
)


def _noticed(job: Job, *, samples: int) -> list[Row]:
    """Return how late a job is noticed at worst, as a share of its duration."""
    # Whatever is done within four of its shortest delays is noticed after one more of them.
    shortest = 4 * job.polling.first_delay
    chance = random.Random(4)
    durations = [shortest * (_DAY / shortest) ** chance.random() for _ in range(samples)]
    late = {duration: _wait_alone(job, duration)[0] for duration in (shortest, *durations, _DAY)}
    soon = [_wait_alone(job, shortest * chance.random())[0] for _ in range(samples)]
    return [
        Row(
            what=f"{job.what}, {shortest:g} s to 24 h: noticed late / its duration, at worst",
            ours=max(delay / duration for duration, delay in late.items()),
            unit="",
            target=at_most(0.25),
        ),
        Row(what=f"{job.what}, done sooner: noticed late, at worst", ours=max(soon), unit="s"),
    ]


def _requests(job: Job) -> Row:
    """Compare what a day costs more than an hour with what an hour costs more than some minutes."""
    minutes, hour, day = (_wait_alone(job, duration)[1] for duration in (_MINUTES, _HOUR, _DAY))
    return Row(
        what=f"{job.what}, 24 h: requests more than for 1 h ({hour})",
        ours=day - hour,
        unit="",
        peer=f"for 1 h: more than for {_MINUTES:g} s",
        theirs=hour - minutes,
        # The logarithm grows by as much; jitter may add some.
        target=ratio_at_most(1.2),
    )


def _wait_alone(job: Job, duration: float) -> tuple[float, int]:
    """Return by how much too late a job is noticed, and after how many requests."""

    async def wait() -> tuple[float, int]:
        async with _service(duration) as (sandbox, spikon):
            began = anyio.current_time()
            until_done = await job.start(spikon)
            await until_done(2 * duration + 60)
            late = anyio.current_time() - began - duration
            return late, sandbox.log.count(job.path)

    return _on_virtual_time(wait)


@asynccontextmanager
async def _service(duration: float) -> AsyncGenerator[tuple[Sandbox, SpikonClient], None]:
    """Yield a sandbox on the clock of the event loop, in which everything takes so long."""
    sandbox = Sandbox(
        clock=Clock(source=anyio.current_time),
        order_delay=duration,
        speech_delay=duration,
        sms_steps=(duration / 3, duration / 2, duration),
    )
    async with (
        sandbox.http_client() as http_client,
        SpikonClient(sandbox.api_key, base_url=sandbox.url, http_client=http_client) as spikon,
    ):
        yield sandbox, spikon


def _on_virtual_time(function: Callable[[], Awaitable[T]]) -> T:
    async def main() -> T:
        return await function()

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main())
