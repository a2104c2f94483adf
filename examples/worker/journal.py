"""What was begun and what came of it: a SQLite file that outlives every process.

Every step of a job that starts something at SPIKON goes through these states:

    PLANNED ──> INTENDED ──> STARTED ──> DONE
                   │            └──────> FAILED
                   └──> UNKNOWN

INTENDED is written before the call leaves, STARTED (with the ids from the answer) before anything
else happens. So whoever finds a step INTENDED while nobody is at its job knows that a worker died,
or an answer was lost, in between: the call may have acted, and must not simply be made again. What
then is found out from the service; what cannot be found out is UNKNOWN, for a human to settle.

The file is written with every commit on the disk (`synchronous=FULL`), and without an `await`: no
cancellation can come between an answer and its record. It holds numbers and texts, so only its
owner may read it.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Self, TypeAlias, cast

from attrs import frozen

Detail: TypeAlias = Mapping[str, str]

#: Seconds for which a journal waits while another process writes.
_PATIENCE = 30.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, task TEXT NOT NULL, detail TEXT NOT NULL, state TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '', attempts INTEGER NOT NULL DEFAULT 0,
    running INTEGER NOT NULL DEFAULT 0, due_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS steps (
    job TEXT NOT NULL REFERENCES jobs(id), number INTEGER NOT NULL, kind TEXT NOT NULL,
    state TEXT NOT NULL, detail TEXT NOT NULL, ids TEXT NOT NULL DEFAULT '[]',
    note TEXT NOT NULL DEFAULT '', changed_at REAL NOT NULL,
    PRIMARY KEY (job, number)
) WITHOUT ROWID;
"""


class JobState(StrEnum):
    """How far a job is: UNSETTLED is over but for steps of an unknown outcome."""

    OPEN = "open"
    DONE = "done"
    UNSETTLED = "unsettled"
    FAILED = "failed"


class StepKind(StrEnum):
    """What a step starts."""

    REPORT = "report"
    SPEECH = "speech"
    SMS = "sms"


class StepState(StrEnum):
    """How far a step is."""

    PLANNED = "planned"
    INTENDED = "intended"
    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


#: The moves there are. What surely had no effect, or turned out not to be ours, is PLANNED again.
_MOVES: Mapping[StepState, frozenset[StepState]] = {
    StepState.PLANNED: frozenset({StepState.INTENDED, StepState.FAILED}),
    StepState.INTENDED: frozenset({StepState.STARTED, StepState.PLANNED, StepState.UNKNOWN}),
    StepState.STARTED: frozenset({StepState.DONE, StepState.FAILED, StepState.PLANNED}),
    StepState.UNKNOWN: frozenset({StepState.STARTED, StepState.DONE, StepState.PLANNED}),
    StepState.DONE: frozenset(),
    StepState.FAILED: frozenset(),
}


@frozen(kw_only=True)
class Job:
    """A job: its id, the task that is its turn, and what it is about."""

    id: str
    task: str
    detail: Detail
    state: JobState
    note: str
    attempts: int


@frozen(kw_only=True)
class Step:
    """A step of a job; `ids` are the service's, once it is started."""

    job: str
    number: int
    kind: StepKind
    state: StepState
    detail: Detail
    ids: tuple[str, ...]
    note: str
    changed_at: float


class Journal:
    """The jobs and steps of all workers that share a folder."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        """Open the journal, or begin one."""
        self.now = clock
        # Made before SQLite does, so that nobody else can read it; its companions follow suit.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._db = sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA synchronous=FULL")
        self._write_ahead()
        self._db.executescript(_SCHEMA)

    def _write_ahead(self) -> None:
        """Keep a write-ahead log from now on.

        It is the one statement that SQLite does not let wait: where several begin a journal at
        once, all but one are told at once that it is locked.
        """
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
            except sqlite3.Error as error:
                # The low byte is the kind of an error, the others tell more of it.
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() > deadline:
                    self._db.close()
                    raise
            else:
                return
            time.sleep(0.02)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    # Jobs.

    def add(
        self, task: str, detail: Detail, steps: Iterable[tuple[StepKind, Detail]], *, wait: float
    ) -> str:
        """Add a job, and return its id; it is taken up after `wait` if no message comes through."""
        name, now = f"{task.rpartition('_')[2]}-{secrets.token_hex(5)}", self.now()
        with self._transaction():
            self._db.execute(
                "INSERT INTO jobs (id, task, detail, state, due_at) VALUES (?, ?, ?, ?, ?)",
                (name, task, json.dumps(dict(detail)), JobState.OPEN, now + wait),
            )
            self._db.executemany(
                "INSERT INTO steps (job, number, kind, state, detail, changed_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (name, number, kind, StepState.PLANNED, json.dumps(dict(about)), now)
                    for number, (kind, about) in enumerate(steps, 1)
                ],
            )
        return name

    def job(self, name: str) -> Job | None:
        """Return a job; None if there is none of that id."""
        rows = self._db.execute("SELECT * FROM jobs WHERE id = ?", (name,))
        return next(map(_job, rows), None)

    def jobs(self) -> list[Job]:
        """Return all jobs, in the order in which they came."""
        return [_job(row) for row in self._db.execute("SELECT * FROM jobs ORDER BY rowid")]

    def any_open(self) -> bool:
        """Tell whether there is an open job."""
        rows = self._db.execute("SELECT 1 FROM jobs WHERE state = ? LIMIT 1", (JobState.OPEN,))
        return rows.fetchone() is not None

    def takeable(self) -> list[Job]:
        """Return the open jobs that are due, or were begun and whose worker may be dead."""
        rows = self._db.execute(
            "SELECT * FROM jobs WHERE state = ? AND (running OR due_at <= ?) ORDER BY due_at",
            (JobState.OPEN, self.now()),
        )
        return [_job(row) for row in rows]

    def begin(self, job: str) -> None:
        """Write that somebody is at a job: who finds it so, and its lock free, takes it over."""
        self._update(job, running=1)

    def interrupt(self, job: str) -> None:
        """Write that nobody is at a job any more, though it goes on."""
        self._update(job, running=0, due_at=self.now())

    def hand_on(self, job: str, task: str, *, wait: float) -> None:
        """Let a job go on with its next task."""
        due_at = self.now() + wait
        self._update(job, task=task, note="", attempts=0, running=0, due_at=due_at)

    def postpone(self, job: Job, note: str, *, wait: float) -> None:
        """Let a task be tried again later."""
        due_at, attempts = self.now() + wait, job.attempts + 1
        self._update(job.id, note=note, attempts=attempts, running=0, due_at=due_at)

    def end(self, job: str, state: JobState, note: str) -> None:
        """Write how a job ended."""
        self._update(job, state=state, note=note, running=0)

    def reopen(self, job: str) -> None:
        """Let a job that ended go on where it was."""
        self._update(job, state=JobState.OPEN, note="", attempts=0, running=0, due_at=self.now())

    # Steps.

    def steps(
        self, *states: StepState, job: str | None = None, kind: StepKind | None = None
    ) -> list[Step]:
        """Return the steps in any of some states, of a job or of all, of a kind or of all."""
        wanted = states or tuple(StepState)
        rows = self._db.execute(
            f"SELECT * FROM steps WHERE state IN ({','.join('?' * len(wanted))})"  # noqa: S608
            " AND (? IS NULL OR job = ?) AND (? IS NULL OR kind = ?) ORDER BY job, number",
            (*wanted, job, job, kind, kind),
        )
        return [_step(row) for row in rows]

    def step(self, job: str, number: int) -> Step:
        """Return a step; `KeyError` if there is none."""
        key = (job, number)
        rows = self._db.execute("SELECT * FROM steps WHERE job = ? AND number = ?", key)
        for row in rows:
            return _step(row)
        raise KeyError(f"{job} has no step {number}")

    def move(
        self,
        step: Step,
        state: StepState,
        *,
        ids: tuple[str, ...] = (),
        detail: Detail | None = None,
        note: str = "",
    ) -> Step:
        """Move a step on, and return it as it then is; `ValueError` if it is no longer as given."""
        if state not in _MOVES[step.state]:
            raise ValueError(f"a step does not go from {step.state} to {state}")
        about = {**step.detail, **(detail or {})}
        done = self._db.execute(
            "UPDATE steps SET state = ?, ids = ?, detail = ?, note = ?, changed_at = ?"
            " WHERE job = ? AND number = ? AND state = ?",
            (
                state,
                json.dumps(ids or step.ids),
                json.dumps(about),
                note,
                self.now(),
                step.job,
                step.number,
                step.state,
            ),
        )
        if done.rowcount != 1:
            raise ValueError(f"step {step.number} of {step.job} is no longer {step.state}")
        return self.step(step.job, step.number)

    @contextmanager
    def _transaction(self) -> Generator[None, None, None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _update(self, job: str, **columns: str | float) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        sql = f"UPDATE jobs SET {names} WHERE id = ?"  # noqa: S608  (the names are those above)
        self._db.execute(sql, (*columns.values(), job))


def _job(row: sqlite3.Row) -> Job:
    return Job(
        id=row["id"],
        task=row["task"],
        detail=cast("dict[str, str]", json.loads(row["detail"])),
        state=JobState(row["state"]),
        note=row["note"],
        attempts=row["attempts"],
    )


def _step(row: sqlite3.Row) -> Step:
    return Step(
        job=row["job"],
        number=row["number"],
        kind=StepKind(row["kind"]),
        state=StepState(row["state"]),
        detail=cast("dict[str, str]", json.loads(row["detail"])),
        ids=tuple(cast("list[str]", json.loads(row["ids"]))),
        note=row["note"],
        changed_at=row["changed_at"],
    )
