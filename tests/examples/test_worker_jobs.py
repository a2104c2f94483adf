"""How the worker takes up jobs: by message or by sweep, one worker at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from datetime import date
from itertools import pairwise
from pathlib import Path

import anyio
import pytest
import pytest_asyncio

from examples.worker import worker as worker_module
from examples.worker.history import enqueue_history
from examples.worker.journal import JobState
from examples.worker.locks import Locks
from examples.worker.pace import for_each
from examples.worker.service import serve
from examples.worker.work import Ended, Task, Then, Work
from examples.worker.worker import Worker
from tests.examples.worker_scene import Scene, scene

pytestmark = [pytest.mark.asyncio, pytest.mark.virtual_time]


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Scene, None]:
    async with scene(tmp_path) as it:
        yield it


class Recorder:
    """A task that writes down when it is at work, and does as it is told."""

    def __init__(self, *outcomes: Then | Ended | Exception, takes: float = 10.0) -> None:
        self.outcomes = list(outcomes)
        self.takes = takes
        self.begun: list[float] = []
        self.at_once = self.most_at_once = 0

    async def __call__(self, work: Work) -> Then | Ended:
        self.begun.append(work.journal.now())
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await anyio.sleep(self.takes)
        finally:
            self.at_once -= 1
        outcome = self.outcomes.pop(0) if self.outcomes else Ended(note="done")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def let_tasks_be(monkeypatch: pytest.MonkeyPatch, **tasks: Task) -> None:
    monkeypatch.setattr(worker_module, "TASKS", tasks)


def make_worker(stage: Scene) -> Worker:
    async def kick(_job: str, _task: str) -> None:
        """Lose the message."""

    return Worker(stage.settings, stage.journal, stage.spikon, kick)


def add(stage: Scene, wait: float = 0.0) -> str:
    return stage.journal.add("order_history", {}, [], wait=wait)


async def test_a_message_that_comes_twice_does_no_harm(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = Recorder()
    let_tasks_be(monkeypatch, order_history=task)
    job = add(stage, wait=30)
    mine, yours = make_worker(stage), make_worker(stage)
    await asyncio.gather(
        *(worker.perform(job, "order_history") for worker in (mine, yours, mine, yours))
    )
    await yours.perform(job, "order_history")
    assert len(task.begun) == 1
    assert stage.job(job).state is JobState.DONE


async def test_a_message_whose_turn_is_not_is_dropped(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Recorder(Then(task="collect_history")), Recorder()
    let_tasks_be(monkeypatch, order_history=first, collect_history=second)
    job = add(stage, wait=30)
    worker = make_worker(stage)
    for task in ("collect_history", "order_history", "order_history", "collect_history"):
        await worker.perform(job, task)
    await worker.perform("history-0123456789", "order_history")
    assert first.begun == pytest.approx([0])
    assert second.begun == pytest.approx([10])


async def test_a_lost_message_delays_its_job_and_no_more(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Recorder(Then(task="collect_history")), Recorder()
    let_tasks_be(monkeypatch, order_history=first, collect_history=second)
    add(stage, wait=0)
    worker = make_worker(stage)
    sweeping = asyncio.create_task(worker.sweep())
    await worker.until_done()
    await worker.stop()
    await sweeping
    waited = second.begun[0] - (first.begun[0] + first.takes)
    assert 0 <= waited - stage.settings.patience <= stage.settings.sweep + 0.01


async def test_the_job_of_a_dead_worker_is_taken_up_at_once(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = Recorder()
    let_tasks_be(monkeypatch, order_history=task)
    job = add(stage, wait=1e6)
    stage.journal.begin(job)
    with Locks(stage.settings.folder / "locks").attempt(job):
        working = asyncio.create_task(stage.work())
        await asyncio.sleep(60)
        assert not task.begun  # for its worker lives
    await working
    assert task.begun[0] <= 60 + stage.settings.sweep + 0.01


async def test_no_more_jobs_than_allowed_are_at_work(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = Recorder()
    let_tasks_be(monkeypatch, order_history=task)
    for _ in range(25):
        add(stage)
    await stage.work()
    assert len(task.begun) == 25
    assert task.most_at_once == stage.settings.jobs_at_once


async def test_a_trouble_that_may_pass_is_tried_again_ever_later(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = Recorder(*[OSError("the disk is full")] * 4, takes=0)
    let_tasks_be(monkeypatch, order_history=task)
    job = add(stage)
    await stage.work()
    gaps = [after - before for before, after in pairwise(task.begun)]
    assert [round(gap / stage.settings.retry) for gap in gaps] == [1, 2, 4, 8]
    assert stage.job(job).note == "done"


async def test_a_trouble_that_does_not_pass_ends_the_job(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = Recorder(*[OSError("the disk is full")] * 20, takes=0)
    let_tasks_be(monkeypatch, order_history=task)
    job = add(stage)
    await stage.work()
    assert len(task.begun) == worker_module.MOST_ATTEMPTS
    assert stage.job(job).state is JobState.FAILED
    assert stage.job(job).note == "the disk is full"


async def test_a_mistake_in_a_task_is_told_and_not_repeated(
    stage: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    task = Recorder(ZeroDivisionError("a mistake"))
    let_tasks_be(monkeypatch, order_history=task)
    job = add(stage)
    await stage.work()
    assert len(task.begun) == 1
    assert stage.job(job).note == "ZeroDivisionError in order_history"
    assert any(record.exc_info for record in caplog.records if record.levelno == logging.ERROR)


async def test_a_worker_that_is_told_to_stop_leaves_its_jobs_to_the_next(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = Recorder(takes=1000)
    let_tasks_be(monkeypatch, order_history=task)
    by_sweep, by_message = add(stage), add(stage, wait=1e6)
    worker = make_worker(stage)
    working = [
        asyncio.create_task(worker.sweep()),
        asyncio.create_task(worker.perform(by_message, "order_history")),
    ]
    await asyncio.sleep(5)
    assert len(task.begun) == 2
    await worker.stop()
    await asyncio.gather(*working)
    await worker.perform(by_sweep, "order_history")
    assert len(task.begun) == 2
    assert {job.id for job in stage.journal.takeable()} == {by_sweep, by_message}


async def test_a_real_history_survives_stops_at_any_moment(stage: Scene) -> None:
    job = enqueue_history(stage.journal, date(2026, 1, 1), date(2026, 9, 7), wait=0)
    for seconds in (0.01, 0.2, 1.1, 2.6):
        working = asyncio.create_task(serve(stage.settings, stage.spikon, stage.journal))
        await asyncio.sleep(seconds)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
    await stage.work()
    assert stage.job(job).state is JobState.DONE
    assert stage.sandbox.log.acted("call_list/order") == 3


async def test_after_a_failure_nothing_is_begun_and_nothing_cut_off() -> None:
    begun: list[int] = []
    ended: list[int] = []

    async def act(number: int) -> None:
        begun.append(number)
        await anyio.sleep(number)
        if number == 2:
            raise LookupError
        ended.append(number)

    with pytest.raises(LookupError):
        await for_each([3, 2, 4, 5, 6], act, at_once=3)
    assert begun == [3, 2, 4]
    assert ended == [3, 4]
