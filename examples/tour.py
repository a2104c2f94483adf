"""A guided tour of SPIKON: money, phones, a year of calls, a recording, speech, an SMS, a campaign.

Without credentials it runs against the built-in sandbox, a fake SPIKON on this machine:

    python examples/tour.py

With SPIKON_API_KEY set it runs against the real service. Nothing is bought there unless you say so:
`--buy-speech` orders two short announcements, `--sms-to 600100200` sends one SMS.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections import Counter
from contextlib import AsyncExitStack
from datetime import date, timedelta
from io import TextIOWrapper
from pathlib import Path

from spikon_async import (
    AudioFormat,
    CallRecord,
    CampaignMonitor,
    HistoryUpdate,
    RecordingLink,
    Sender,
    SpikonClient,
    TelephonyError,
    WaitUpdate,
)

WIDTH = 72
COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ


class Options(argparse.Namespace):
    """The command line of the tour."""

    folder: Path
    days: int
    wire_format: str
    buy_speech: bool
    sms_to: str | None


def read_options(arguments: list[str] | None = None) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, default=Path("tour-output"), help="for the files")
    parser.add_argument("--days", type=int, default=365, help="of call history (365)")
    parser.add_argument("--wire-format", choices=["json", "xml"], default="json")
    parser.add_argument("--buy-speech", action="store_true", help="also on the real service")
    parser.add_argument("--sms-to", metavar="NUMBER", help="9 digits; also on the real service")
    return parser.parse_args(arguments, namespace=Options())


# What the eye sees.


def paint(text: str, code: str) -> str:
    """Return a text in a colour, where colours are shown."""
    return f"\x1b[{code}m{text}\x1b[0m" if COLOUR else text


def stop(number: int, title: str, calls: str) -> None:
    """Print the heading of a stop of the tour, with the calls that it makes."""
    line = f" {number}  {title} "
    print()
    print(paint(line + "─" * max(2, WIDTH - len(line)), "1;36"))
    print(paint(f"    {calls}", "2"))


def say(text: str = "") -> None:
    """Print one line of a stop."""
    print(f"    {text}")


def bar(part: float, width: int = 30) -> str:
    """Return a bar that is filled in part."""
    filled = round(max(0.0, min(1.0, part)) * width)
    return "█" * filled + "░" * (width - filled)


class LiveLine:
    """One line that changes on a terminal; elsewhere each different text is printed once."""

    def __init__(self) -> None:
        self._last = ""

    def show(self, text: str) -> None:
        """Show the text in place of the one before."""
        if text == self._last:
            return
        self._last = text
        if sys.stdout.isatty():
            print(f"\r\x1b[K    {text}", end="", flush=True)
        else:
            say(text)

    def done(self) -> None:
        """Leave the line."""
        if sys.stdout.isatty() and self._last:
            print()


# The stops of the tour.


async def show_account(spikon: SpikonClient) -> None:
    """Show the balance and the phone accounts, asked for at the same time."""
    stop(1, "Money and phones", "account.balance() · account.phone_accounts()")
    balance, accounts = await asyncio.gather(
        spikon.account.balance(), spikon.account.phone_accounts()
    )
    say(f"There are {paint(f'{balance} PLN', '1')} on the account, and these phones:")
    for account in accounts:
        recorded = "recorded" if account.recording else "not recorded"
        internal = account.internal_number or "-"
        say(f"  ☎ {account.number:<12} {internal:>5}  {account.description:<24} {recorded}")


async def show_history(spikon: SpikonClient, days: int) -> tuple[CallRecord, ...]:
    """Fetch a year of calls: several reports, ordered, awaited and fetched concurrently."""
    end = date.today()
    start = end - timedelta(days=max(1, days) - 1)
    stop(2, f"Calls from {start} to {end}", "call_lists.fetch(): order → list → show")
    line = LiveLine()

    def progress(update: HistoryUpdate) -> None:
        part = update.fetched / len(update.reports)
        line.show(
            f"{bar(part)} {update.fetched} of {len(update.reports)} reports,"
            f" {update.ready} generated, {update.calls} calls"
        )

    calls = await spikon.call_lists.fetch(start, end, on_update=progress)
    line.done()
    if not calls:
        say("There were no calls.")
        return calls
    answered = sum(call.answered for call in calls)
    talk = sum((call.duration for call in calls if call.answered), timedelta())
    say(
        f"{paint(str(len(calls)), '1')} calls, {answered / len(calls):.0%} answered,"
        f" {talk.total_seconds() / 3600:.0f} hours of talk. By month:"
    )
    months = Counter(f"{call.started_at:%Y-%m}" for call in calls)
    for month, count in sorted(months.items()):
        say(f"  {month}  {bar(count / max(months.values()))} {count:>5}")
    return calls


async def save_recording(spikon: SpikonClient, calls: tuple[CallRecord, ...], folder: Path) -> None:
    """Save the recording of the latest call that has one to download."""
    stop(3, "A recording", "call_lists.download_recording()")
    recorded = [call for call in calls if isinstance(call.recording, RecordingLink)]
    if not recorded:
        say("No call of this time has a recording to download.")
        return
    call = recorded[-1]
    saved = await spikon.call_lists.download_recording(call, folder / "recording.mp3")
    say(f"{call.source} called {call.destination} on {call.started_at:%d.%m.%Y at %H:%M}.")
    say(f"{paint(str(saved.path), '1')}  {saved.size:,} bytes, {saved.content_type}")


async def synthesize(spikon: SpikonClient, folder: Path) -> None:
    """Turn a text into an MP3 and a WAV, both at the same time."""
    stop(4, "Speech", "tts.price() · tts.synthesize(): generate → status → download")
    text = "Dzień dobry, dodzwonili się Państwo do firmy Przykład. Prosimy czekać."
    price = await spikon.tts.price(text, voice="Ewa")
    say(f"“{text}”")
    say(f"Ewa says it for {price.gross} PLN. Generating it twice, as MP3 and as WAV:")

    def progress(update: WaitUpdate) -> None:
        say(f"  announcement {update.id}: {update.state} after {update.waited:.1f} s")

    saved = await asyncio.gather(
        *(
            spikon.tts.synthesize(
                text,
                voice="Ewa",
                name=f"Tour ({audio_format.name})",
                to=folder / f"announcement.{audio_format.name.lower()}",
                audio_format=audio_format,
                on_update=progress,
            )
            for audio_format in AudioFormat
        )
    )
    for speech in saved:
        file = speech.file
        say(f"{paint(str(file.path), '1')}  {file.size:,} bytes, {file.content_type}")


async def send_sms(spikon: SpikonClient, number: str) -> None:
    """Send one SMS and follow it until it is delivered."""
    stop(5, "An SMS", "sms.send_and_wait(): send → state")
    say(f"To {number}: “Pozdrowienia z wycieczki!”")

    def progress(update: WaitUpdate) -> None:
        say(f"  {update.waited:>5.1f} s  {update.state}")

    delivered = await spikon.sms.send_and_wait(
        number, "Pozdrowienia z wycieczki!", sender=Sender.INFO, on_update=progress
    )
    say(f"Delivered; its id is {', '.join(delivered.ids)}.")


async def show_campaign(spikon: SpikonClient) -> None:
    """Show the monitor of the first campaign."""
    stop(6, "A campaign, now", "call_center.campaigns() · call_center.monitor()")
    campaigns = await spikon.call_center.campaigns()
    if not campaigns:
        say("The account has no campaigns.")
        return
    campaign = campaigns[0]
    print_monitor(campaign.name, await spikon.call_center.monitor(campaign.id))


def print_monitor(name: str, monitor: CampaignMonitor) -> None:
    """Print the figures and the agents of a campaign."""
    figures = monitor.figures
    say(
        f"{paint(name, '1')}: {figures.free_members} free, {figures.busy_members} busy,"
        f" {figures.calls_waiting} waiting, {figures.answered} answered,"
        f" {figures.unanswered} missed, SLA {'-' if figures.sla is None else figures.sla} %"
    )
    for member in monitor.members:
        mark = "◌" if member.paused else "●"
        say(f"  {mark} {member.description:<24} {member.state:<16} {member.answered:>3} answered")


async def tour(spikon: SpikonClient, options: Options, *, sandbox: bool) -> None:
    """Make all the stops; those that cost money only in the sandbox or on demand."""
    options.folder.mkdir(parents=True, exist_ok=True)
    await show_account(spikon)
    calls = await show_history(spikon, options.days)
    await save_recording(spikon, calls, options.folder)
    if sandbox or options.buy_speech:
        await synthesize(spikon, options.folder)
    if number := options.sms_to or ("600100200" if sandbox else None):
        await send_sms(spikon, number)
    await show_campaign(spikon)


async def run(options: Options) -> None:
    """Run the tour against the real service, or against a sandbox started for it."""
    async with AsyncExitStack() as stack:
        if os.environ.get("SPIKON_API_KEY"):
            client, sandbox, where = SpikonClient.from_env(), False, "the real SPIKON"
        else:
            # Imported here: the sandbox needs the extra of that name, the real service does not.
            from spikon_async.sandbox import Sandbox

            server = await stack.enter_async_context(Sandbox.serve(order_delay=1.5))
            client = SpikonClient(
                server.api_key, base_url=server.url, wire_format=options.wire_format
            )
            sandbox, where = True, f"a sandbox on this machine ({server.url})"
        print(paint("A tour of SPIKON", "1") + f", with {where}")
        await tour(await stack.enter_async_context(client), options, sandbox=sandbox)
    print()
    files = sorted(path.name for path in options.folder.iterdir())
    print(f"The end. In {options.folder}/ there are now: {', '.join(files) or 'no files'}.")


def main(arguments: list[str] | None = None) -> int:
    """Run the tour; 0 when all went well, 1 with the reason when it did not."""
    options = read_options(arguments)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets a question mark, not a crash.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        asyncio.run(run(options))
    except TelephonyError as error:
        print(f"\n{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
