"""Perform jobs: those that messages tell of, and those that the journal shows to be left alone."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable

import anyio
from anyio.abc import TaskGroup

from spikon_async import Acted, RateLimited, SpikonClient, TelephonyError

from .journal import Job, JobState, Journal
from .locks import Locks
from .pace import Pace
from .settings import Settings
from .tasks import TASKS
from .work import Then, Work

logger = logging.getLogger("worker")

#: A task is tried so many times before it is given up, and not later than so many seconds apart.
MOST_ATTEMPTS = 12
LONGEST_WAIT = 600.0


class Worker:
    """Perform the jobs of a folder, beside any other workers there are."""

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        spikon: SpikonClient,
        kick: Callable[[str, str], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._journal = journal
        self._spikon = spikon
        self._kick = kick
        self._locks = Locks(settings.folder / "locks")
        self._slots = anyio.CapacityLimiter(settings.jobs_at_once)
        self._pace = Pace(settings.calls_per_second)
        self._at_work: set[anyio.CancelScope] = set()
        self._stopped = False
        self._idle = anyio.Event()

    async def perform(self, job_id: str, task: str) -> None:
        """Perform a task of a job, unless it is done, is not its turn, or somebody is at it."""
        following = ""
        async with self._slots:
            with anyio.CancelScope() as scope, self._locks.attempt(job_id) as held:
                job = self._journal.job(job_id)
                if self._stopped or not held or job is None:
                    return
                if job.state is not JobState.OPEN or job.task != task:
                    return
                self._at_work.add(scope)
                try:
                    following = await self._attempt(job)
                finally:
                    self._at_work.remove(scope)
                    if self._stopped and not self._at_work:
                        self._idle.set()
        if following:
            await self._kick(job_id, following)

    async def sweep(self) -> None:
        """Keep looking for jobs whose worker died or whose message was lost, and take them up."""
        async with anyio.create_task_group() as group:
            while not self._stopped:
                self._take_up(group)
                await anyio.sleep(self._settings.sweep)

    async def until_done(self) -> None:
        """Wait until no job of the journal is open."""
        # Other processes work too, and only the journal tells of them.
        while self._journal.any_open():  # noqa: ASYNC110
            await anyio.sleep(self._settings.sweep / 4)

    async def stop(self) -> None:
        """Leave all jobs where they are; return when calls under way have been answered."""
        self._stopped = True
        for scope in tuple(self._at_work):
            scope.cancel()
        if self._at_work:
            await self._idle.wait()

    def _take_up(self, group: TaskGroup) -> None:
        free = int(self._slots.total_tokens - self._slots.borrowed_tokens)
        for job in self._journal.takeable()[:free]:
            with self._locks.attempt(job.id) as nobody_at_it:
                pass
            if nobody_at_it:
                group.start_soon(self.perform, job.id, job.task)

    async def _attempt(self, job: Job) -> str:
        """Make one attempt at the job's task; return the task whose turn is next, if any."""
        self._journal.begin(job.id)
        work = Work(
            job=job.id,
            journal=self._journal,
            locks=self._locks,
            spikon=self._spikon,
            settings=self._settings,
            pace=self._pace,
        )
        try:
            outcome = await TASKS[job.task](work)
        except (TelephonyError, OSError) as error:
            self._fail(job, error)
            return ""
        except sqlite3.Error:
            # Without the journal nothing may go on: this ends the worker.
            raise
        except Exception as error:
            # A mistake in the program: trying again does not help, and must not go unseen.
            logger.exception("%s: %s broke", job.id, job.task)
            self._journal.end(job.id, JobState.FAILED, f"{type(error).__name__} in {job.task}")
            return ""
        except BaseException:
            self._journal.interrupt(job.id)
            raise
        if isinstance(outcome, Then):
            logger.info("%s: %s done", job.id, job.task)
            self._journal.hand_on(job.id, outcome.task, wait=self._settings.patience)
            return outcome.task
        logger.info("%s: %s, %s", job.id, outcome.state, outcome.note)
        self._journal.end(job.id, outcome.state, outcome.note)
        return ""

    def _fail(self, job: Job, error: TelephonyError | OSError) -> None:
        """Have the task tried again later where that can help; else leave it to a human."""
        # The whole text goes into the journal only: it can quote what was sent.
        if not _may_pass(error) or job.attempts + 1 >= MOST_ATTEMPTS:
            logger.error("%s: %s failed: %s", job.id, job.task, type(error).__name__)
            self._journal.end(job.id, JobState.FAILED, str(error))
            return
        wait = min(self._settings.retry * 2**job.attempts, LONGEST_WAIT)
        if isinstance(error, RateLimited) and error.retry_after is not None:
            wait = max(wait, error.retry_after)
        logger.warning(
            "%s: %s is tried again in %.0f s: %s", job.id, job.task, wait, type(error).__name__
        )
        self._journal.postpone(job, str(error), wait=wait)


def _may_pass(error: TelephonyError | OSError) -> bool:
    """Tell whether a later attempt may get further."""
    if isinstance(error, TelephonyError):
        # What may have acted is looked into by the next attempt, which makes no call twice.
        return error.transient or error.acted is Acted.MAYBE
    return True
