"""Workers on Redis that are killed with SIGKILL: nothing is ordered, sent or generated twice."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator
from datetime import date, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from attrs import evolve, field, frozen

from _telephony_core.sandbox.exchange import Exchange
from examples.worker.announcement import enqueue_announcement
from examples.worker.campaign import enqueue_campaign
from examples.worker.commands import settle
from examples.worker.history import enqueue_history
from examples.worker.journal import JobState, Journal, Step, StepKind, StepState
from examples.worker.service import open_journal, send_message, serve
from examples.worker.settings import Settings
from spikon_async import AudioFormat, SpikonClient
from spikon_async.sandbox import Sandbox, faults

if sys.platform == "win32":
    pytest.skip("there is no SIGKILL", allow_module_level=True)

from tests.examples.worker_processes import redis_server, worker_processes

pytestmark = pytest.mark.asyncio

STARTING = ("call_list/order", "sms/send", "tts/generate")
RECORDING = "channels/lists/call/get_playback_file"
NUMBERS = [f"6001002{number:02}" for number in range(6)]
START, END = date(2026, 1, 1), date(2026, 5, 30)  # 150 days, two reports


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Generator[str, None, None]:
    with redis_server(tmp_path_factory.mktemp("redis") / "data") as url:
        yield url


@frozen(kw_only=True)
class Bench:
    """A history, a campaign and an announcement, and what it takes to perform them."""

    sandbox: Sandbox
    journal: Journal
    settings: Settings
    jobs: dict[str, str] = field(factory=dict[str, str])

    @property
    def environment(self) -> dict[str, str]:
        return {"SPIKON_API_KEY": self.sandbox.api_key, "SPIKON_BASE_URL": self.sandbox.url}

    @property
    def arguments(self) -> list[str]:
        settings = self.settings
        return [
            f"--folder={settings.folder}",
            f"--broker={settings.broker}",
            f"--calls-per-second={settings.calls_per_second}",
            f"--settle={settings.settle}",
            f"--sweep={settings.sweep}",
            f"--patience={settings.patience}",
            f"--retry={settings.retry}",
            "run",
        ]

    async def enqueue(self) -> None:
        wait = self.settings.patience
        self.jobs["history"] = enqueue_history(self.journal, START, END, wait=wait)
        self.jobs["campaign"] = enqueue_campaign(
            self.journal, NUMBERS, "Dzień dobry", sender="INFO", wait=wait
        )
        self.jobs["announcement"] = enqueue_announcement(
            self.journal, "Prosimy czekać.", voice="Ewa", name="", audio=AudioFormat.MP3, wait=wait
        )
        for name in self.jobs.values():
            job = self.journal.job(name)
            assert job is not None
            assert await send_message(self.settings, name, job.task)

    async def work_until(self, condition: Callable[[], bool], *, workers: int = 1) -> None:
        """Let worker processes work until something is so, and kill them there and then."""
        with worker_processes(self.environment, self.arguments, count=workers):
            await until(condition)

    async def work_for(self, *, requests: int, seconds: float, workers: int) -> None:
        """Let worker processes make some requests, and kill them a moment later."""
        enough = len(self.sandbox.log) + requests
        with worker_processes(self.environment, self.arguments, count=workers):
            await until(lambda: len(self.sandbox.log) >= enough or not self.journal.any_open())
            await asyncio.sleep(seconds)

    async def finish(self, *, workers: int = 1) -> None:
        """Let worker processes end what can be ended."""
        await self.work_until(lambda: not self.journal.any_open(), workers=workers)

    def steps(self, *states: StepState) -> list[Step]:
        return self.journal.steps(*states)

    async def settle_all(self) -> None:
        """Do as a human who looks into the panel, and have the rest performed."""
        for step in self.steps(StepState.UNKNOWN):
            sent = self.sandbox.inbox.get(step.detail["number"], ())
            sms_id = str(sent[0].id) if sent else None
            settle(self.journal, step.job, step.number, sent=bool(sent), sms_id=sms_id)
        client = SpikonClient(self.sandbox.api_key, base_url=self.sandbox.url)
        async with client:
            in_process = evolve(self.settings, broker="")
            await serve(in_process, client, self.journal, until_done=True)

    def assert_nothing_twice(self) -> None:
        assert self.sandbox.log.acted("call_list/order") == 2
        assert self.sandbox.log.acted("tts/generate") == 1
        got = Counter(sms.number for sms in self.sandbox.sent_sms)
        assert max(got.values()) == 1
        for step in self.journal.steps(kind=StepKind.SMS):
            if step.state is not StepState.UNKNOWN:
                assert got[step.detail["number"]] == 1

    def assert_all_done(self) -> None:
        assert {step.state for step in self.steps()} == {StepState.DONE}
        assert {job.state for job in self.journal.jobs()} == {JobState.DONE}
        assert sorted(sms.number for sms in self.sandbox.sent_sms) == NUMBERS
        results = self.settings.folder / "results"
        history = results / self.jobs["history"]
        assert len((history / "calls.csv").read_text("utf-8").splitlines()) == 1 + 5
        recordings = sorted((history / "recordings").iterdir())
        assert len(recordings) == 5
        sounds = [self.sandbox.calls.recording(number) for number in range(1, 6)]
        assert [path.read_bytes() for path in recordings] == [
            sound and sound[1] for sound in sounds
        ]
        speech = list((results / self.jobs["announcement"]).iterdir())
        assert [path.name for path in speech] == ["announcement.mp3"]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  (it is other processes that are watched)
            await asyncio.sleep(0.005)


@pytest_asyncio.fixture
async def bench(tmp_path: Path, redis: str) -> AsyncGenerator[Bench, None]:
    settings = Settings(
        folder=tmp_path / "worker",
        broker=redis,
        calls_per_second=200.0,
        settle=1.0,
        sweep=0.1,
        patience=1.0,
        retry=0.1,
    )
    async with Sandbox.serve(
        calls=(), order_delay=0.0, speech_delay=0.0, sms_steps=(0.1, 0.2, 0.3)
    ) as sandbox:
        for month in range(1, 6):
            sandbox.calls.add(datetime(2026, month, 5, 12), duration=2, recording="link")
        with open_journal(settings) as journal:
            it = Bench(sandbox=sandbox, journal=journal, settings=settings)
            await it.enqueue()
            yield it


async def test_nobody_is_killed(bench: Bench) -> None:
    await bench.finish(workers=3)
    bench.assert_nothing_twice()
    bench.assert_all_done()


#: Seconds for which a request is on its way, and those after which it surely has arrived.
TRAVEL, ARRIVED = 1.5, 2.5


class OnItsWay(faults.Fault):
    """Act a while after the request, though its sender is dead by then."""

    async def apply(self, exchange: Exchange) -> None:
        await asyncio.sleep(TRAVEL)
        exchange.act()
        await exchange.drop(reset=False)


@pytest.mark.parametrize(
    ("fault", "acts", "settle"),
    [
        pytest.param(faults.Late(60, after_acting=False), False, 0.5, id="before-it-acted"),
        pytest.param(faults.Late(60, after_acting=True), True, 0.5, id="before-the-id-was-stored"),
        pytest.param(OnItsWay(), True, ARRIVED, id="while-it-was-on-its-way"),
    ],
)
async def test_killed_between_the_intention_and_the_id(
    bench: Bench, fault: faults.Fault, acts: bool, settle: float
) -> None:
    bench = evolve(bench, settings=evolve(bench.settings, settle=settle))
    log = bench.sandbox.log
    for method in STARTING:
        bench.sandbox.faults.add(method, fault, times=None)
    await bench.work_until(
        lambda: (
            all(log.count(method) for method in STARTING)
            and log.count("sms/send") == bench.settings.calls_at_once
        )
    )
    bench.sandbox.faults.clear()
    await bench.finish()
    # The service tells what became of the others.
    assert len(bench.steps(StepState.UNKNOWN)) == bench.settings.calls_at_once
    assert len(bench.sandbox.sent_sms) == len(NUMBERS) - (0 if acts else 4)
    bench.assert_nothing_twice()
    await bench.settle_all()
    bench.assert_nothing_twice()
    bench.assert_all_done()


async def test_killed_while_waiting(bench: Bench) -> None:
    # Nothing gets ready before the clock is moved.
    bench.sandbox.state.reports.delay = bench.sandbox.state.speech.delay = 1e6
    bench.sandbox.state.messages.steps = (1e6, 2e6, 3e6)
    log = bench.sandbox.log
    await bench.work_until(
        lambda: (
            bool(log.count("sms/state") and log.count("tts/status"))
            and log.acted("call_list/order") == 2
            and log[-1].path != "call_list/order"
            and {step.state for step in bench.steps()} == {StepState.STARTED}
        )
    )
    bench.sandbox.clock.advance(3e6)
    await bench.finish()
    bench.assert_nothing_twice()
    bench.assert_all_done()


async def test_killed_in_the_middle_of_downloads(bench: Bench) -> None:
    for method in (RECORDING, "tts/download"):
        bench.sandbox.faults.add(method, faults.SlowDrip(size=20, delay=0.05), times=None)
    folder = bench.settings.folder
    await bench.work_until(lambda: len(list(folder.glob("results/**/.download-*.part"))) >= 1 + 4)
    assert list(folder.glob("results/**/.download-*.part"))
    bench.sandbox.faults.clear()
    await bench.finish()
    bench.assert_nothing_twice()
    bench.assert_all_done()


@pytest.mark.parametrize("seed", range(2))
async def test_killed_at_random_moments(bench: Bench, seed: int) -> None:
    dice = random.Random(seed)
    kills = workers = 2
    for _ in range(kills):
        await bench.work_for(
            requests=dice.randrange(30), seconds=dice.uniform(0.0, 0.02), workers=workers
        )
    await bench.finish(workers=workers)
    assert len(bench.steps(StepState.UNKNOWN)) <= kills * bench.settings.calls_at_once
    bench.assert_nothing_twice()
    await bench.settle_all()
    bench.assert_nothing_twice()
    bench.assert_all_done()
