"""All of it in a few seconds, against a sandbox that is started for it."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from attrs import evolve

from spikon_async import AudioFormat, SpikonClient
from spikon_async.sandbox import UNREACHABLE_NUMBER, Sandbox, faults

from .announcement import enqueue_announcement
from .campaign import enqueue_campaign
from .commands import settle, show_outcomes, show_status
from .history import enqueue_history
from .journal import Journal, StepState
from .service import open_journal, serve
from .settings import Settings

NUMBERS = ["600100201", "600100202", "600100203", "600100204", UNREACHABLE_NUMBER]
DAYS = 250
#: Seconds until an SMS is handled, sent and delivered.
STEPS = (0.3, 0.6, 0.9)


async def demonstrate(settings: Settings, *, kills: int) -> None:
    """Enqueue one job of each sort, perform them, settle what is unknown, and count the calls.

    With `kills` they are performed by processes, and so many of these are killed in the middle.
    """
    folder = settings.folder / f"demo-{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}"
    settings = evolve(
        settings, folder=folder, sweep=0.2, settle=1.0, retry=0.5, calls_per_second=20.0
    )
    async with Sandbox.serve(
        calls=(), order_delay=1.0, speech_delay=1.0, sms_steps=STEPS
    ) as sandbox:
        _fill(sandbox)
        # One SMS goes out, and its answer is lost.
        sandbox.faults.add("sms/send", faults.LostReply(after_acting=True))
        with open_journal(settings) as journal:
            _enqueue(journal)
            print(f"Three jobs are in {folder}/journal.sqlite3")
            for _ in range(kills):
                await _kill_one(settings, sandbox)
            await _work(settings, sandbox, journal)
            _show("Then", show_status(journal))
            while journal.steps(StepState.UNKNOWN):
                _show("What only a human can find out", show_outcomes(journal))
                _settle_all(journal, sandbox)
                await _work(settings, sandbox, journal)
            _show("At last", show_status(journal))
        _show("What the service was asked to do, and did", _count(sandbox))
    print(f"\nThe calls, recordings and speech are in {folder / 'results'}/")


def _fill(sandbox: Sandbox) -> None:
    """Give the sandbox calls to tell of, some of them recorded."""
    for day in range(0, DAYS, 10):
        start = datetime.now() - timedelta(days=day, hours=2)
        sandbox.calls.add(start, duration=20, recording="link" if day % 20 else "")


def _enqueue(journal: Journal) -> None:
    today = date.today()
    enqueue_history(journal, today - timedelta(days=DAYS), today, wait=0)
    enqueue_campaign(journal, NUMBERS, "Dzień dobry!", sender="INFO", wait=0)
    text = "Dzień dobry, prosimy czekać."
    enqueue_announcement(
        journal, text, voice="Ewa", name="Powitanie", audio=AudioFormat.MP3, wait=0
    )


async def _work(settings: Settings, sandbox: Sandbox, journal: Journal) -> None:
    async with SpikonClient(sandbox.api_key, base_url=sandbox.url) as spikon:
        await serve(settings, spikon, journal, until_done=True)


async def _kill_one(settings: Settings, sandbox: Sandbox) -> None:
    """Start a worker process, and kill it somewhere in its work."""
    environment = os.environ | {"SPIKON_API_KEY": sandbox.api_key, "SPIKON_BASE_URL": sandbox.url}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "examples.worker", *_options(settings), "run", env=environment
    )
    seen = len(sandbox.log)
    # The sandbox's log is written by a thread of its own, which wakes nobody.
    while len(sandbox.log) == seen and process.returncode is None:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await asyncio.sleep(random.uniform(0.0, 0.7))  # noqa: S311  (nothing is kept secret with it)
    process.kill()
    print(f"Killed worker {process.pid} after {len(sandbox.log) - seen} requests")
    await process.wait()


def _options(settings: Settings) -> Sequence[str]:
    return [
        f"--folder={settings.folder}",
        f"--sweep={settings.sweep}",
        f"--settle={settings.settle}",
        f"--retry={settings.retry}",
        f"--calls-per-second={settings.calls_per_second}",
    ]


def _settle_all(journal: Journal, sandbox: Sandbox) -> None:
    """Do as a human who looks into the panel: here it is the sandbox that is looked into."""
    for step in journal.steps(StepState.UNKNOWN):
        sent = sandbox.inbox.get(step.detail["number"], ())
        sms_id = str(sent[0].id) if sent else None
        what = settle(journal, step.job, step.number, sent=bool(sent), sms_id=sms_id)
        print(f"  Settled as {'sent' if sent else 'not sent'}: {what}.")


def _count(sandbox: Sandbox) -> list[str]:
    methods = ("call_list/order", "sms/send", "tts/generate")
    counts = [f"  {method:<16} {sandbox.log.acted(method)} times" for method in methods]
    most = max(len(sent) for sent in sandbox.inbox.values())
    return [*counts, f"  Nobody got more than {most} SMS."]


def _show(title: str, lines: Sequence[str]) -> None:
    print(f"\n{title}:")
    print("\n".join(lines))
