"""The worker's journal and locks, which outlive every process."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path

import pytest

from examples.worker.journal import JobState, Journal, Step, StepKind, StepState
from examples.worker.locks import Locks

STEPS = [(StepKind.SMS, {"number": "600100200"}), (StepKind.SMS, {"number": "600100201"})]


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Generator[Journal, None, None]:
    with Journal(tmp_path / "journal.sqlite3", clock=clock) as it:
        yield it


@pytest.fixture
def job(journal: Journal) -> str:
    return journal.add("send_campaign_sms", {"message": "Dzień dobry"}, STEPS, wait=30)


def at(journal: Journal, job: str, state: StepState) -> Step:
    """Return a step that was brought into a state."""
    way = {
        StepState.PLANNED: [],
        StepState.INTENDED: [StepState.INTENDED],
        StepState.UNKNOWN: [StepState.INTENDED, StepState.UNKNOWN],
        StepState.STARTED: [StepState.INTENDED, StepState.STARTED],
        StepState.DONE: [StepState.INTENDED, StepState.STARTED, StepState.DONE],
        StepState.FAILED: [StepState.FAILED],
    }[state]
    step = journal.step(job, 1)
    for stop in way:
        step = journal.move(step, stop)
    return step


def test_what_is_written_is_there_for_the_next_process(
    journal: Journal, job: str, tmp_path: Path
) -> None:
    step = journal.move(journal.step(job, 2), StepState.INTENDED, detail={"before": "[]"})
    journal.move(step, StepState.STARTED, ids=("7", "8"), note="both parts")
    with Journal(tmp_path / "journal.sqlite3") as other:
        found = other.step(job, 2)
        assert (found.state, found.ids, found.note) == (
            StepState.STARTED,
            ("7", "8"),
            "both parts",
        )
        assert found.detail == {"number": "600100201", "before": "[]"}
        (known,) = other.jobs()
        assert (known.id, known.task, known.state) == (job, "send_campaign_sms", JobState.OPEN)
        assert known.detail == {"message": "Dzień dobry"}


def test_ids_are_kept_from_move_to_move(journal: Journal, job: str) -> None:
    step = journal.move(journal.step(job, 1), StepState.INTENDED)
    step = journal.move(step, StepState.STARTED, ids=("7",))
    assert journal.move(step, StepState.DONE).ids == ("7",)


@pytest.mark.parametrize("here", StepState)
@pytest.mark.parametrize("there", StepState)
def test_a_step_moves_as_the_picture_shows(
    journal: Journal, job: str, here: StepState, there: StepState
) -> None:
    allowed = {
        "planned": {"intended", "failed"},
        "intended": {"started", "planned", "unknown"},
        "started": {"done", "failed", "planned"},
        "unknown": {"started", "done", "planned"},
        "done": set[str](),
        "failed": set[str](),
    }
    step = at(journal, job, here)
    if there in allowed[here]:
        assert journal.move(step, there).state is there
    else:
        with pytest.raises(ValueError, match="does not go"):
            journal.move(step, there)


def test_of_two_who_move_one_step_only_one_does(journal: Journal, job: str) -> None:
    mine = yours = journal.step(job, 1)
    journal.move(mine, StepState.INTENDED)
    with pytest.raises(ValueError, match="no longer planned"):
        journal.move(yours, StepState.INTENDED)


def test_a_job_can_be_taken_when_it_is_due_or_was_left_by_a_dead_worker(
    journal: Journal, job: str, clock: Clock
) -> None:
    assert not journal.takeable()
    journal.begin(job)
    assert [one.id for one in journal.takeable()] == [job]
    journal.hand_on(job, "collect_history", wait=30)
    assert not journal.takeable()
    clock.seconds += 30
    assert [one.task for one in journal.takeable()] == ["collect_history"]
    journal.end(job, JobState.DONE, "all done")
    assert not journal.takeable()
    assert not journal.any_open()


def test_a_failed_attempt_is_counted_and_put_off(journal: Journal, job: str, clock: Clock) -> None:
    found = journal.job(job)
    assert found is not None
    journal.begin(job)
    journal.postpone(found, "no connection", wait=60)
    assert not journal.takeable()
    clock.seconds += 60
    (due,) = journal.takeable()
    assert (due.attempts, due.note) == (1, "no connection")
    journal.end(job, JobState.FAILED, "no")
    journal.reopen(job)
    (again,) = journal.takeable()
    assert (again.attempts, again.note) == (0, "")


def test_a_job_is_written_with_its_steps_or_not_at_all(journal: Journal) -> None:
    def broken() -> Generator[tuple[StepKind, dict[str, str]], None, None]:
        yield from STEPS
        raise RuntimeError("the file of numbers ends here")

    with pytest.raises(RuntimeError):
        journal.add("send_campaign_sms", {}, broken(), wait=0)
    assert journal.jobs() == []
    assert journal.steps() == []
    journal.add("send_campaign_sms", {}, STEPS, wait=0)  # and the next one can be written


def test_steps_are_found_by_state_and_kind(journal: Journal, job: str) -> None:
    journal.add("synthesize_announcement", {}, [(StepKind.SPEECH, {})], wait=0)
    at(journal, job, StepState.INTENDED)
    assert [step.number for step in journal.steps(StepState.INTENDED)] == [1]
    assert [step.job for step in journal.steps(kind=StepKind.SMS)] == [job, job]
    assert len(journal.steps(StepState.PLANNED, StepState.INTENDED)) == 3
    with pytest.raises(KeyError, match="no step 3"):
        journal.step(job, 3)


@pytest.mark.skipif(os.name != "posix", reason="other systems have other permissions")
def test_nobody_else_can_read_the_numbers(journal: Journal, job: str, tmp_path: Path) -> None:
    at(journal, job, StepState.INTENDED)
    files = list(tmp_path.iterdir())
    assert len(files) == 3  # with the log and the index of SQLite's WAL
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}


def _open_and_write(path: Path, start: Barrier) -> None:
    start.wait()
    with Journal(path) as journal:
        for _ in range(5):
            journal.add("send_campaign_sms", {}, STEPS, wait=0)


def test_many_processes_can_begin_one_journal(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(4)
    path = tmp_path / "journal.sqlite3"
    workers = [context.Process(target=_open_and_write, args=(path, start)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert [worker.exitcode for worker in workers] == [0] * 4
    with Journal(path) as journal:
        assert len(journal.jobs()) == 20


@contextmanager
def somebody_begins(path: Path) -> Generator[sqlite3.Connection, None, None]:
    """Let another connection be at work on a journal that is not begun yet."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def test_a_journal_that_somebody_begins_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    with somebody_begins(path) as other:
        timer = threading.Timer(0.2, other.execute, ("COMMIT",))
        timer.start()
        with Journal(path) as journal:
            assert journal.jobs() == []
        timer.join()


def test_a_journal_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.sqlite3"
    monkeypatch.setattr("examples.worker.journal._PATIENCE", 0.1)
    with somebody_begins(path), pytest.raises(sqlite3.OperationalError, match="locked"):
        Journal(path)


def test_what_is_no_journal_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    path.write_bytes(b"something else, which is longer than the header of such a file" * 10)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        Journal(path)


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    mine, yours = Locks(tmp_path), Locks(tmp_path)
    with mine.attempt("job") as first:
        assert first
        with yours.attempt("job") as second, mine.attempt("job") as third:
            assert not second
            assert not third
        with yours.attempt("another") as other:
            assert other
    with yours.attempt("job") as later:
        assert later


def _hold(folder: Path, held: Event) -> None:
    with Locks(folder).attempt("job"):
        held.set()
        time.sleep(60)


def test_a_lock_goes_with_its_process(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    holder = context.Process(target=_hold, args=(tmp_path, held))
    holder.start()
    assert held.wait(30)
    with Locks(tmp_path).attempt("job") as mine:
        assert not mine
    holder.kill()
    holder.join(30)
    with Locks(tmp_path).attempt("job") as mine:
        assert mine
