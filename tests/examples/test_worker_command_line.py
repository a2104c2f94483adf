"""The worker's command line, as a person or a script uses it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import Sequence
from pathlib import Path

import pytest

from examples.worker import __main__ as worker_main
from examples.worker.__main__ import main
from examples.worker.journal import Journal, StepState
from examples.worker.options import Options, parser
from examples.worker.processes import keep_running

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("SPIKON_API_KEY", "SPIKON_BASE_URL", "WORKER_BROKER"):
        monkeypatch.delenv(name, raising=False)
    for name, text in (("numbers", "600100200\n600100201\n"), ("message", "Dzień dobry\n")):
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def command(folder: Path, *arguments: str) -> int:
    return main([f"--folder={folder / 'worker'}", *arguments])


def enqueue_campaign(folder: Path) -> int:
    files = str(folder / "numbers"), str(folder / "message")
    return command(folder, "enqueue", "campaign", *files, "--sender=INFO")


def test_the_demonstration_shows_a_kill_and_nothing_twice(tmp_path: Path) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SPIKON_", "WORKER_", "COVERAGE_"))
    }
    done = subprocess.run(
        [
            *(sys.executable, "-W", "error", "-m", "examples.worker"),
            *("--folder", str(tmp_path), "demo", "--kills", "1"),
        ],
        cwd=ROOT,
        env=environment | {"PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for words in (
        "Killed worker",
        "settle sms-",
        "4 delivered, 1 failed",
        "call_list/order  3 times",
        "tts/generate     1 times",
        "Nobody got more than 1 SMS.",
    ):
        assert words in done.stdout
    assert "Traceback" not in done.stderr
    assert "600100" not in done.stderr


def test_jobs_of_all_kinds_are_enqueued(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(folder, "status") == 0
    assert enqueue_campaign(folder) == 0
    assert command(folder, "enqueue", "history", "2026-01-01", "2026-09-07") == 0
    message = str(folder / "message")
    assert command(folder, "enqueue", "announcement", message, "--voice=Ewa", "--wav") == 0
    assert command(folder, "status") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("There are no jobs.")
    assert "open at send_campaign_sms  [2 planned]" in shown
    assert "open at order_history  [3 planned]" in shown
    assert "open at synthesize_announcement  [1 planned]" in shown
    with Journal(folder / "worker" / "journal.sqlite3") as journal:
        (speech,) = journal.steps(job=journal.jobs()[2].id)
        assert speech.detail["text"] == "Dzień dobry"
        assert speech.detail["audio"] == "WAV"


def test_unknown_outcomes_are_listed_and_settled(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enqueue_campaign(folder)
    with Journal(folder / "worker" / "journal.sqlite3") as journal:
        step = journal.step(journal.jobs()[0].id, 2)
        step = journal.move(journal.move(step, StepState.INTENDED), StepState.UNKNOWN)
        assert command(folder, "outcomes") == 0
        assert f"settle {step.job} 2" in capsys.readouterr().out
        assert command(folder, "settle", step.job, "2", "sent", "--id=7") == 0
        assert journal.step(step.job, 2).ids == ("7",)
    assert capsys.readouterr().out == "its delivery will be followed\n"
    assert command(folder, "settle", step.job, "2", "not-sent") == 1
    assert "nothing to settle" in capsys.readouterr().err
    assert command(folder, "retry", step.job) == 1
    assert command(folder, "status", "nonsense") == 1
    assert "there is no job nonsense" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["enqueue", "history", "2026-09-07", "2026-01-01"],
        ["enqueue", "campaign", "nowhere", "nowhere", "--sender=INFO"],
        ["run"],  # without a key
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(folder, *arguments) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_each_of_several_processes_runs_the_same_command_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[tuple[int, Sequence[str]]] = []

    async def keep(count: int, command: Sequence[str]) -> None:
        kept.append((count, command))

    monkeypatch.setattr(worker_main, "keep_running", keep)
    assert command(folder, "--sweep=2", "run", "--processes=3") == 0
    ((count, one),) = kept
    assert count == 3
    options = parser().parse_args(one[3:], namespace=Options())
    assert (options.command, options.sweep, options.processes) == ("run", 2.0, 1)
    assert options.folder == folder / "worker"


@pytest.mark.asyncio
async def test_a_worker_that_dies_is_replaced_and_one_that_ends_is_not(tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    program = (
        "import os, pathlib, signal, sys\n"
        "with open(sys.argv[1], 'a+') as lives:\n"
        "    lives.seek(0)\n"
        "    first = not lives.read()\n"
        "    lives.write('x')\n"
        "os.kill(os.getpid(), signal.SIGTERM) if first else None\n"
    )
    async with asyncio.timeout(20):
        await keep_running(1, [sys.executable, "-c", program, str(lives)], pause=0.01)
    assert lives.read_text() == "xx"


@pytest.mark.asyncio
async def test_whoever_ends_the_workers_leaves_none_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[Process] = []
    start = asyncio.create_subprocess_exec

    async def remember(*command: str) -> Process:
        started.append(await start(*command))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", remember)
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    keeping = asyncio.create_task(keep_running(2, sleeper))
    async with asyncio.timeout(20):
        while len(started) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        keeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await keeping
    assert all(process.returncode for process in started)
