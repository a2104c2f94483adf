"""A worker in this process with a sandbox of its own, both on the loop's clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from attrs import evolve, frozen

from examples.worker.journal import Job, Journal, Step, StepState
from examples.worker.service import open_journal, serve
from examples.worker.settings import Settings
from spikon_async import SpikonClient
from spikon_async.sandbox import Clock, Sandbox


@frozen(kw_only=True)
class Scene:
    """What a test of the worker plays with."""

    sandbox: Sandbox
    spikon: SpikonClient
    journal: Journal
    settings: Settings

    async def work(self, *, shared_account: bool = False) -> None:
        """Perform jobs until none is open."""
        settings = evolve(self.settings, shared_account=shared_account)
        await serve(settings, self.spikon, self.journal, until_done=True)

    def job(self, job_id: str) -> Job:
        """Return a job that there is."""
        job = self.journal.job(job_id)
        assert job is not None
        return job

    def states(self, job_id: str) -> list[StepState]:
        """Return the states of a job's steps, in order."""
        return [step.state for step in self.journal.steps(job=job_id)]

    def intend(self, job_id: str, number: int = 1, **detail: str) -> Step:
        """Leave a step as a worker does that dies during its call."""
        step = self.journal.step(job_id, number)
        return self.journal.move(step, StepState.INTENDED, detail=detail)

    def results(self, job_id: str) -> Path:
        """Return the folder of a job's results."""
        return self.settings.folder / "results" / job_id


@asynccontextmanager
async def scene(folder: Path, *, sample_calls: bool = False) -> AsyncGenerator[Scene, None]:
    """Set the scene on the running loop's clock."""
    loop = asyncio.get_running_loop()
    settings = Settings(folder=folder)
    sandbox = Sandbox(calls=None if sample_calls else (), clock=Clock(source=loop.time))
    open_journal(settings).__exit__()
    async with (
        sandbox.http_client() as http,
        SpikonClient(sandbox.api_key, base_url=sandbox.url, http_client=http) as spikon,
    ):
        with Journal(folder / "journal.sqlite3", clock=loop.time) as journal:
            yield Scene(sandbox=sandbox, spikon=spikon, journal=journal, settings=settings)
