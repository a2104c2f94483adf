"""The worker's call histories: ordered once, collected, recordings saved."""

from __future__ import annotations

import csv
from collections.abc import AsyncGenerator
from datetime import date, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from examples.worker.history import enqueue_history
from examples.worker.journal import JobState, StepState
from spikon_async.sandbox import faults
from tests.examples.worker_scene import Scene, scene

pytestmark = [pytest.mark.asyncio, pytest.mark.virtual_time]

START, END = date(2026, 1, 1), date(2026, 9, 7)  # 250 days, three reports


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Scene, None]:
    async with scene(tmp_path) as it:
        for month in range(1, 10):
            it.sandbox.calls.add(datetime(2026, month, 5, 12), duration=5, recording="link")
            it.sandbox.calls.add(datetime(2026, month, 6, 12), recording="ftp")
            it.sandbox.calls.add(datetime(2026, month, 7, 12))
        yield it


def rows(stage: Scene, job: str) -> list[dict[str, str]]:
    with (stage.results(job) / "calls.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


async def test_calls_and_recordings_are_saved(stage: Scene) -> None:
    job = enqueue_history(stage.journal, START, END, wait=0)
    await stage.work()
    found = rows(stage, job)
    assert [row["started_at"][:10] for row in found][:3] == [
        "2026-01-05",
        "2026-01-06",
        "2026-01-07",
    ]
    assert len(found) == 27
    recordings = sorted((stage.results(job) / "recordings").iterdir())
    assert len(recordings) == 9
    assert all(path.suffix == ".mp3" for path in recordings)
    assert stage.job(job).note == "27 calls; recordings: 9 NoRecording, 9 saved"
    assert stage.states(job) == [StepState.DONE] * 3
    assert stage.sandbox.log.acted("call_list/order") == 3
    windows = [
        (request.params["date_start"], request.params["date_end"])
        for request in stage.sandbox.log.of("call_list/order")
    ]
    assert windows == [
        ("2026-01-01", "2026-04-10"),
        ("2026-04-11", "2026-07-19"),
        ("2026-07-20", "2026-09-07"),
    ]


async def test_nothing_is_left_to_do_after_the_end(stage: Scene) -> None:
    enqueue_history(stage.journal, START, END, wait=0)
    await stage.work()
    requests = len(stage.sandbox.log)
    await stage.work()
    assert len(stage.sandbox.log) == requests


async def test_an_order_whose_worker_died_is_found(stage: Scene) -> None:
    job = enqueue_history(stage.journal, START, END, wait=0)
    stage.intend(job, before="[]")
    lost = await stage.spikon.call_lists.order(START, date(2026, 4, 10))
    await stage.work()
    assert stage.sandbox.log.acted("call_list/order") == 3
    assert stage.journal.step(job, 1).ids == (lost,)
    assert len(rows(stage, job)) == 27


async def test_reports_that_were_there_before_are_not_taken(stage: Scene) -> None:
    before = await stage.spikon.call_lists.order(date(2026, 1, 5), date(2026, 1, 5))
    job = enqueue_history(stage.journal, START, END, wait=0)
    stage.intend(job, before=f'["{before}"]')
    await stage.work()
    assert stage.sandbox.log.acted("call_list/order") == 1 + 3
    assert len(rows(stage, job)) == 27


async def test_an_order_that_never_arrived_is_made(stage: Scene) -> None:
    job = enqueue_history(stage.journal, START, END, wait=0)
    stage.intend(job, before="[]")
    await stage.work()
    assert stage.sandbox.log.acted("call_list/order") == 3
    assert stage.job(job).state is JobState.DONE


async def test_an_order_on_its_way_is_waited_for(stage: Scene) -> None:
    job = enqueue_history(stage.journal, START, END, wait=0)
    died_at = stage.intend(job, before="[]").changed_at
    await stage.work()
    first_look = stage.sandbox.log.of("call_list/list")[0].at
    assert first_look >= died_at + stage.settings.settle - 0.01


async def test_of_several_new_reports_none_is_taken(stage: Scene) -> None:
    job = enqueue_history(stage.journal, START, END, wait=0)
    stage.intend(job, before="[]")
    for _ in range(2):
        await stage.spikon.call_lists.order(date(2026, 1, 5), date(2026, 1, 5))
    await stage.work()
    assert stage.sandbox.log.acted("call_list/order") == 2 + 3
    assert len(rows(stage, job)) == 27


async def test_on_a_shared_account_a_lost_order_is_made_anew(stage: Scene) -> None:
    job = enqueue_history(stage.journal, START, END, wait=0)
    stage.intend(job, before="[]")
    await stage.spikon.call_lists.order(date(2026, 1, 5), date(2026, 1, 5))
    await stage.work(shared_account=True)
    assert stage.sandbox.log.acted("call_list/order") == 1 + 3
    assert len(rows(stage, job)) == 27


async def test_a_report_of_other_days_is_not_taken_for_ours(stage: Scene) -> None:
    job = enqueue_history(stage.journal, START, END, wait=0)
    stage.intend(job, before="[]")
    foreign = await stage.spikon.call_lists.order(date(2026, 8, 1), date(2026, 8, 31))
    await stage.work()
    assert stage.sandbox.log.acted("call_list/order") == 1 + 3
    assert stage.journal.step(job, 1).ids != (foreign,)
    assert len(rows(stage, job)) == 27
    assert stage.job(job).state is JobState.DONE


async def test_two_histories_lose_nothing_to_each_other(stage: Scene) -> None:
    first = enqueue_history(stage.journal, START, END, wait=0)
    second = enqueue_history(stage.journal, START, END, wait=0)
    stage.intend(first, before="[]")
    lost = await stage.spikon.call_lists.order(START, date(2026, 4, 10))
    await stage.work()
    assert stage.journal.step(first, 1).ids == (lost,)
    assert stage.sandbox.log.acted("call_list/order") == 6
    assert rows(stage, first) == rows(stage, second)


async def test_a_recording_that_may_come_later_is_tried_again(stage: Scene) -> None:
    recording = "channels/lists/call/get_playback_file"
    stage.sandbox.faults.add(recording, faults.Status(503), times=20)
    job = enqueue_history(stage.journal, START, END, wait=0)
    await stage.work()
    assert stage.job(job).state is JobState.DONE
    assert len(list((stage.results(job) / "recordings").iterdir())) == 9


async def test_what_a_killed_worker_left_of_a_download_goes(stage: Scene) -> None:
    job = enqueue_history(stage.journal, START, END, wait=0)
    folder = stage.results(job) / "recordings"
    folder.mkdir(parents=True)
    (folder / ".download-0123456789abcdef.part").write_bytes(b"half")
    await stage.work()
    assert all(path.suffix == ".mp3" for path in folder.iterdir())


async def test_a_history_ends_after_it_starts(stage: Scene) -> None:
    with pytest.raises(ValueError, match="before it starts"):
        enqueue_history(stage.journal, END, START, wait=0)
    assert stage.journal.jobs() == []
