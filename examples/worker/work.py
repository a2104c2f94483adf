"""What a task is given to work with, and what it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import anyio
from attrs import frozen

from spikon_async import SpikonClient

from .journal import JobState, Journal, Step, StepState
from .locks import Locks
from .pace import Pace
from .settings import Settings


@frozen(kw_only=True)
class Then:
    """The job goes on with another task."""

    task: str


@frozen(kw_only=True)
class Ended:
    """The job is over; the note says what came of it."""

    note: str
    state: JobState = JobState.DONE


@frozen(kw_only=True)
class Work:
    """A job in hand, with all that is needed for it."""

    job: str
    journal: Journal
    locks: Locks
    spikon: SpikonClient
    settings: Settings
    pace: Pace

    def results_folder(self) -> Path:
        """Return the folder for what the job brings, which is made if need be."""
        folder = self.settings.folder / "results" / self.job
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def steps(self, *states: StepState) -> list[Step]:
        """Return the job's steps in any of some states."""
        return self.journal.steps(*states, job=self.job)

    async def until_settled(self, step: Step) -> None:
        """Wait until a request that a dead worker sent has arrived, if it ever does.

        Its bytes outlive it for a moment, on this machine and on the way.
        """
        await anyio.sleep(max(0.0, step.changed_at + self.settings.settle - self.journal.now()))


Task: TypeAlias = Callable[[Work], Awaitable[Then | Ended]]
