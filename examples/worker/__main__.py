"""The command line: `python -m examples.worker --help`."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper

from spikon_async import AudioFormat, SpikonClient, TelephonyError

from .announcement import enqueue_announcement
from .campaign import enqueue_campaign
from .commands import find, retry, settle, show_outcomes, show_status
from .history import enqueue_history
from .options import Options, parser, settings_of
from .processes import keep_running
from .service import open_journal, send_message, serve


async def run(options: Options, arguments: Sequence[str]) -> None:
    """Carry out a command that takes its time."""
    settings = settings_of(options)
    with suppress(NotImplementedError):  # Windows has no such signals
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    if options.command == "demo":
        # Imported here: the sandbox needs an extra that the real service does not.
        from .demo import demonstrate

        await demonstrate(settings, kills=options.kills)
    elif options.processes > 1:
        one = [sys.executable, "-m", "examples.worker", *arguments, "--processes=1"]
        await keep_running(options.processes, one)
    else:
        async with SpikonClient.from_env() as spikon:
            with open_journal(settings) as journal:
                await serve(settings, spikon, journal, until_done=options.until_done)


async def enqueue(options: Options) -> None:
    """Write a job into the journal, and tell the workers."""
    settings = settings_of(options)
    wait = settings.patience if settings.broker else 0.0
    with open_journal(settings) as journal:
        if options.what == "history":
            job = enqueue_history(journal, options.start, options.end, wait=wait)
        elif options.what == "campaign":
            numbers = options.numbers.read_text("utf-8").split()
            message = options.message.read_text("utf-8").strip()
            job = enqueue_campaign(journal, numbers, message, sender=options.sender, wait=wait)
        else:
            job = enqueue_announcement(
                journal,
                options.text.read_text("utf-8").strip(),
                voice=options.voice,
                name=options.name,
                audio=AudioFormat.WAV if options.wav else AudioFormat.MP3,
                wait=wait,
            )
        print(f"{job}: {len(journal.steps(job=job))} steps")
        if not await send_message(settings, job, find(journal, job).task):
            print("It is in the journal; a worker will find it there.")


def look(options: Options) -> None:
    """Carry out a command that needs the journal alone."""
    with open_journal(settings_of(options)) as journal:
        if options.command == "status":
            print("\n".join(show_status(journal, options.job)))
        elif options.command == "outcomes":
            print("\n".join(show_outcomes(journal)))
        elif options.command == "retry":
            retry(journal, options.job or "")
        else:
            sent, sms_id = options.outcome == "sent", options.sms_id
            print(settle(journal, options.job or "", options.step, sent=sent, sms_id=sms_id))


def main(arguments: Sequence[str]) -> int:
    """Carry out a command; 0 when all went well, 1 with the reason when it did not."""
    options = parser().parse_args(arguments, namespace=Options())
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s worker %(process)d  %(message)s", datefmt="%X"
    )
    logging.getLogger("worker").setLevel(logging.INFO)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets a question mark, not a crash.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        if options.command in {"run", "demo"}:
            asyncio.run(run(options, arguments))
        elif options.command == "enqueue":
            asyncio.run(enqueue(options))
        else:
            look(options)
    except (TelephonyError, ValueError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
