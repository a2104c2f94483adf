"""What the command line may say."""

from __future__ import annotations

import argparse
import os
from datetime import date
from pathlib import Path

from attrs import fields

from .settings import Settings

DESCRIPTION = "A background worker for SPIKON: call histories, SMS campaigns, announcements."


class Options(argparse.Namespace):
    """The command line."""

    folder: Path
    broker: str
    calls_per_second: float
    follow: float
    settle: float
    sweep: float
    patience: float
    retry: float
    shared_account: bool
    command: str
    # run, demo
    until_done: bool
    processes: int
    kills: int
    # enqueue
    what: str
    start: date
    end: date
    numbers: Path
    message: Path
    sender: str
    text: Path
    voice: str
    name: str
    wav: bool
    # status, settle, retry
    job: str | None
    step: int
    outcome: str
    sms_id: str | None


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    default = fields(Settings)
    top = argparse.ArgumentParser(prog="python -m examples.worker", description=DESCRIPTION)
    top.add_argument("--folder", type=Path, default=Path("worker-output"), help="for all it keeps")
    top.add_argument(
        "--broker",
        metavar="redis://…",
        default=os.environ.get("WORKER_BROKER", ""),
        help="by default WORKER_BROKER, or messages stay in the process",
    )
    for name, what in (
        ("calls_per_second", "calls of campaigns of one process in a second"),
        ("follow", "seconds for which a delivery is followed"),
        ("settle", "seconds until a dead worker's request has surely arrived"),
        ("sweep", "seconds between looks for jobs that nobody is at"),
        ("patience", "seconds that a message may take before a sweep does without it"),
        ("retry", "seconds until a failed attempt is repeated; doubles each time"),
    ):
        option = f"--{name.replace('_', '-')}"
        top.add_argument(option, type=float, default=getattr(default, name).default, help=what)
    top.add_argument(
        "--shared-account",
        action="store_true",
        help="others order reports on the account too: rather order a lost one anew",
    )
    commands = top.add_subparsers(dest="command", required=True)

    demo = commands.add_parser("demo", help="show all of it against a sandbox, in seconds")
    demo.add_argument("--kills", type=int, default=0, help="kill so many workers in the middle")

    run = commands.add_parser("run", help="perform jobs (needs SPIKON_API_KEY)")
    run.add_argument("--until-done", action="store_true", help="end when no job is open")
    run.add_argument("--processes", type=int, default=1, help="workers to run")

    enqueue = commands.add_parser("enqueue", help="give the workers a job")
    kinds = enqueue.add_subparsers(dest="what", required=True)
    history = kinds.add_parser("history", help="calls and recordings of some days")
    history.add_argument("start", type=date.fromisoformat)
    history.add_argument("end", type=date.fromisoformat)
    campaign = kinds.add_parser("campaign", help="one SMS to many numbers")
    campaign.add_argument(
        "numbers", type=Path, help="a file with a number of 9 digits in each line"
    )
    campaign.add_argument("message", type=Path, help="a file with the message")
    campaign.add_argument("--sender", required=True)
    announcement = kinds.add_parser("announcement", help="a text made into speech")
    announcement.add_argument("text", type=Path, help="a file with the text")
    announcement.add_argument("--voice", required=True)
    announcement.add_argument("--name", default="")
    announcement.add_argument("--wav", action="store_true", help="WAVE instead of MP3")

    status = commands.add_parser("status", help="how far all jobs are, or one")
    status.add_argument("job", nargs="?")
    commands.add_parser("outcomes", help="calls of which nobody knows whether they acted")
    settling = commands.add_parser("settle", help="say what became of one of them")
    settling.add_argument("job")
    settling.add_argument("step", type=int)
    settling.add_argument("outcome", choices=["sent", "not-sent"])
    settling.add_argument("--id", dest="sms_id", help="of the SMS, to follow its delivery by")
    again = commands.add_parser("retry", help="let a failed job go on")
    again.add_argument("job")
    return top


def settings_of(options: Options) -> Settings:
    """Return the settings that the command line asks for."""
    return Settings(
        folder=options.folder,
        broker=options.broker,
        calls_per_second=options.calls_per_second,
        follow=options.follow,
        settle=options.settle,
        sweep=options.sweep,
        patience=options.patience,
        retry=options.retry,
        shared_account=options.shared_account,
    )
