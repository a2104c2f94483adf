"""Bring a month of calls and their recordings to a folder, with tables, a picture and a summary.

Without credentials it runs against the built-in sandbox, a fake SPIKON on this machine:

    python examples/call_report.py

With SPIKON_API_KEY set it runs against the real service; nothing is bought or changed there. In the
folder there are then calls.csv and calls.parquet, calls.png and the folder recordings. Started
again, it downloads only what is missing, also when it was killed in the middle.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Generator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from datetime import date, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import polars as pl
from attrs import asdict, evolve, frozen
from matplotlib.figure import Figure
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from spikon_async import (
    CallRecord,
    HistoryUpdate,
    JobNotFound,
    RecordingLink,
    RecordingOnFtp,
    SavedRecording,
    SpikonClient,
    TelephonyError,
)

WARSAW = ZoneInfo("Europe/Warsaw")
#: Reports can be fetched for a month (SPIKON 4.4.2); a few days are left for those who are late.
REPORT_KEPT = timedelta(days=25)
SANDBOX = "a sandbox on this machine"
ANSWERED, MISSED, INK, FAINT = "#2a6f97", "#e9a03b", "#222222", "#e3e3e3"

SCHEMA = {
    "started_at": pl.Datetime("us", "Europe/Warsaw"),
    "source": pl.String(),
    "destination": pl.String(),
    "seconds": pl.Int64(),
    "state": pl.String(),
    "answered": pl.Boolean(),
    "file": pl.String(),
    "recording": pl.String(),
}


class Options(argparse.Namespace):
    """The command line."""

    folder: Path
    start: date
    end: date


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line; the days are those of the last month unless given."""
    last = datetime.now(WARSAW).date().replace(day=1) - timedelta(days=1)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, default=Path("call-report"), help="for the files")
    parser.add_argument(
        "--from",
        dest="start",
        type=date.fromisoformat,
        default=last.replace(day=1),
        metavar="2026-01-01",
        help="the first day; the first of the last month unless given",
    )
    parser.add_argument(
        "--to",
        dest="end",
        type=date.fromisoformat,
        default=last,
        metavar="2026-01-31",
        help="the last day; the end of the last month unless given",
    )
    return parser.parse_args(arguments, namespace=Options())


# What is remembered from run to run.


@frozen(kw_only=True)
class Journal:
    """What was ordered and fetched for a folder, kept in it as journal.json.

    Attributes:
        service: the service it came from.
        start: the first day.
        end: the last day.
        reports: the ids of the reports that were ordered.
        ordered_on: the day on which they were.
        fetched: whether their calls are in calls.parquet.
    """

    service: str
    start: str
    end: str
    reports: tuple[str, ...]
    ordered_on: str
    fetched: bool = False

    def covers(self, service: str, start: date, end: date) -> bool:
        """Tell whether it is about the same days of the same service."""
        return (self.service, self.start, self.end) == (service, str(start), str(end))

    def final(self) -> bool:
        """Tell whether no call can have come after the order."""
        return self.end < self.ordered_on

    def usable(self, today: date) -> bool:
        """Tell whether its reports are as good as new ones, and still there to be fetched."""
        young = today - date.fromisoformat(self.ordered_on) < REPORT_KEPT
        # The sandbox of another run knew other reports.
        return self.final() and young and self.service != SANDBOX


def read_journal(folder: Path) -> Journal | None:
    """Read the journal of a folder; None without one that can be read."""
    try:
        fields = json.loads((folder / "journal.json").read_text(encoding="utf-8"))
        return Journal(
            service=str(fields["service"]),
            start=str(fields["start"]),
            end=str(fields["end"]),
            reports=tuple(map(str, fields["reports"])),
            ordered_on=str(fields["ordered_on"]),
            fetched=bool(fields["fetched"]),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_journal(folder: Path, journal: Journal) -> None:
    """Write the journal of a folder."""
    with replaced(folder / "journal.json") as part:
        part.write_text(json.dumps(asdict(journal), indent=2), encoding="utf-8")


@contextmanager
def replaced(path: Path) -> Generator[Path, None, None]:
    """Yield where to write a file that then takes its place, whole or not at all."""
    part = path.with_name(f".part-{path.name}")
    yield part
    part.replace(path)


# The calls.


def as_frame(calls: Sequence[CallRecord], paths: Sequence[Path | None]) -> pl.DataFrame:
    """Return calls as a table, each with the file of its recording, if it has one here."""
    rows = [
        (
            call.started_at.astimezone(WARSAW),
            call.source,
            call.destination,
            int(call.duration.total_seconds()),
            str(call.state),
            call.answered,
            call.file,
            None if path is None else path.name,
        )
        for call, path in zip(calls, paths, strict=True)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def write_tables(folder: Path, calls: pl.DataFrame) -> None:
    """Write the calls as CSV and as Parquet."""
    with replaced(folder / "calls.csv") as part:
        calls.write_csv(part)
    with replaced(folder / "calls.parquet") as part:
        calls.write_parquet(part)


def missing_recordings(folder: Path, calls: pl.DataFrame) -> int:
    """Count the recordings that could be downloaded and are not here."""
    here = {path.name for path in (folder / "recordings").glob("*")}
    links = calls.filter(pl.col("file").str.contains("^(https?://|/)"))
    return sum(name not in here for name in links["recording"])


async def order(spikon: SpikonClient, service: str, options: Options) -> Journal:
    """Order the reports, and write down which they are."""
    windows = await spikon.call_lists.order_range(options.start, options.end)
    journal = Journal(
        service=service,
        start=str(options.start),
        end=str(options.end),
        reports=tuple(window.id for window in windows),
        ordered_on=str(datetime.now(WARSAW).date()),
    )
    write_journal(options.folder, journal)
    return journal


async def fetch_calls(
    spikon: SpikonClient, service: str, options: Options, progress: Progress
) -> tuple[CallRecord, ...]:
    """Fetch the calls, from the reports of a run before if that was stopped."""
    task = progress.add_task("Call lists", total=None)

    def on_update(update: HistoryUpdate) -> None:
        progress.update(task, completed=update.fetched, total=len(update.reports))

    journal = read_journal(options.folder)
    if (
        journal is not None
        and journal.covers(service, options.start, options.end)
        and journal.usable(datetime.now(WARSAW).date())
    ):
        # Should the service have forgotten them, there are new ones to be had for nothing.
        with suppress(JobNotFound):
            return await spikon.call_lists.collect(journal.reports, on_update=on_update)
    # Written down before the waiting: whoever comes after a crash goes on with the same reports.
    journal = await order(spikon, service, options)
    return await spikon.call_lists.collect(journal.reports, on_update=on_update)


async def save_recordings(
    spikon: SpikonClient, calls: Sequence[CallRecord], folder: Path, progress: Progress
) -> tuple[SavedRecording, ...]:
    """Save the recordings that are not there yet, a few at a time."""
    wanted = sum(isinstance(call.recording, RecordingLink) for call in calls)
    task = progress.add_task("Recordings", total=wanted)

    def on_result(result: SavedRecording) -> None:
        progress.update(task, advance=isinstance(result.call.recording, RecordingLink))

    return await spikon.call_lists.download_recordings(
        calls, folder / "recordings", on_result=on_result
    )


# What the eye sees.


def draw(calls: pl.DataFrame, options: Options, path: Path) -> None:
    """Draw the calls by hour, and which share of them was answered."""
    hours = (
        pl.DataFrame({"hour": list(range(24))}, schema={"hour": pl.Int8})
        .join(
            calls.group_by(pl.col("started_at").dt.hour().alias("hour")).agg(
                pl.len().alias("calls"), pl.col("answered").sum()
            ),
            on="hour",
            how="left",
        )
        .fill_null(0)
        .sort("hour")
    )
    busy = hours.filter(pl.col("calls") > 0)["hour"]
    first, last = (cast("int", busy.min()), cast("int", busy.max())) if len(busy) else (8, 17)
    hours = hours.filter(pl.col("hour").is_between(first, last))
    labels = [f"{hour:02}" for hour in hours["hour"]]
    total, answered = hours["calls"].to_list(), hours["answered"].to_list()
    shares = [100 * b / a if a else float("nan") for a, b in zip(total, answered, strict=True)]
    # A figure by itself goes to a file: no window, and nothing that other code could share.
    figure = Figure(figsize=(9, 6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    above.set_title(
        f"{calls.height} calls from {options.start} to {options.end}: {share_of(calls)} answered",
        loc="left", fontsize=14, color=INK, pad=14,
    )  # fmt: skip
    missed = [a - b for a, b in zip(total, answered, strict=True)]
    above.bar(labels, answered, color=ANSWERED, label="answered")
    above.bar(labels, missed, bottom=answered, color=MISSED, label="not answered")
    above.set_ylim(0, max([*total, 1]) * 1.2)
    above.set_ylabel("calls", color=INK)
    above.legend(frameon=False, loc="upper right", ncols=2)
    below.plot(labels, shares, color=ANSWERED, marker="o", linewidth=2)
    for place, share in enumerate(shares):
        if not total[place]:
            continue
        # Where the line comes from above, the number stands below it, if there is room.
        lowest = not any(other < share for other in shares[max(0, place - 1) : place + 2])
        below.annotate(
            f"{share:.0f}%", (labels[place], share), (0, -16 if lowest and share > 20 else 8),
            textcoords="offset points", ha="center", fontsize=9, color=INK,
        )  # fmt: skip
    below.set_ylim(-5, 118)
    below.set_yticks([0, 50, 100], ["0%", "50%", "100%"])
    below.set_ylabel("answered", color=INK)
    below.set_xlabel("hour in which the call began, in Warsaw", color=INK)
    for axes in (above, below):
        axes.grid(axis="y", color=FAINT, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.tick_params(length=0, colors=INK)
        axes.spines[["top", "right", "left"]].set_visible(False)
    figure.align_ylabels()
    with replaced(path) as part:
        figure.savefig(part, dpi=130, format="png")  # pyright: ignore[reportUnknownMemberType]  # its stubs leave the rest open


def share_of(calls: pl.DataFrame) -> str:
    """Return which share of the calls was answered, as people write it."""
    return f"{calls['answered'].sum() / calls.height:.0%}" if calls.height else "none"


def clock(seconds: float) -> str:
    """Return a duration as H:MM:SS."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def summary(calls: pl.DataFrame) -> Table:
    """Return the figures of the calls as a table."""
    table = Table(box=None, show_header=False, padding=(0, 2))
    answered = calls.filter(pl.col("answered"))
    table.add_row("calls", f"{calls.height}")
    table.add_row("answered", f"{answered.height} ({share_of(calls)})")
    if answered.height:
        talk = cast("int", answered["seconds"].sum())
        table.add_row("talk", f"{clock(talk)} in all, {clock(talk / answered.height)} a call")
    if calls.height:
        for what, unit in (
            ("busiest day", pl.col("started_at").dt.strftime("%A %Y-%m-%d")),
            ("busiest hour", pl.col("started_at").dt.strftime("%H:00")),
            ("most calls to", pl.col("destination")),
            ("most calls from", pl.col("source")),
        ):
            counts = calls.group_by(unit.alias("unit")).len().sort("len", "unit", descending=True)
            table.add_row(what, f"{counts['unit'][0]} ({counts['len'][0]})")
    return table


def tell(console: Console, results: Sequence[SavedRecording]) -> int:
    """Tell what became of the recordings; return how many failed."""
    fetched = sum(result.fetched for result in results)
    there = sum(result.path is not None and not result.fetched for result in results)
    on_ftp = sum(isinstance(result.call.recording, RecordingOnFtp) for result in results)
    failed = [
        result
        for result in results
        if result.error is not None and not isinstance(result.call.recording, RecordingOnFtp)
    ]
    console.print(
        f"Recordings: {fetched} downloaded, {there} were there already, {on_ftp} went to your FTP"
        f" server, {len(failed)} failed."
    )
    for result in failed[:5]:
        console.print(f"  {result.call.started_at:%Y-%m-%d %H:%M:%S}: {result.error}")
    if failed:
        console.print("Run it again for those that failed.")
    return len(failed)


# The run.


async def download(
    spikon: SpikonClient, service: str, options: Options, console: Console
) -> tuple[pl.DataFrame, int]:
    """Fetch what is missing; return all calls, and how many recordings failed."""
    folder = options.folder
    journal = read_journal(folder)
    table = folder / "calls.parquet"
    if (
        journal is not None
        and journal.covers(service, options.start, options.end)
        and journal.fetched
        and journal.final()
        and table.is_file()
    ):
        calls = pl.read_parquet(table)
        if not missing_recordings(folder, calls):
            console.print("All calls and recordings are here already: nothing is downloaded.")
            return calls, 0
    with Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as progress:
        found = await fetch_calls(spikon, service, options, progress)
        # The recordings can take long; the tables need not wait for them.
        write_tables(folder, as_frame(found, [None] * len(found)))
        results = await save_recordings(spikon, found, folder, progress)
    # The results come in the order of the calls that have a recording.
    saved = iter(results)
    paths = [next(saved).path if call.recording is not None else None for call in found]
    calls = as_frame(found, paths)
    write_tables(folder, calls)
    journal = read_journal(folder)
    assert journal is not None
    write_journal(folder, evolve(journal, fetched=True))
    return calls, tell(console, results)


async def run(options: Options, console: Console) -> int:
    """Make the report; return the exit code."""
    options.folder.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        if os.environ.get("SPIKON_API_KEY"):
            client = SpikonClient.from_env()
            service = os.environ.get("SPIKON_BASE_URL") or "SPIKON"
        else:
            # Imported here: the sandbox needs the extra of that name, the real service does not.
            from spikon_async.sandbox import Sandbox

            server = await stack.enter_async_context(Sandbox.serve())
            client = SpikonClient(server.api_key, base_url=server.url)
            service = SANDBOX
        console.print(f"Calls from {options.start} to {options.end}, from {service}")
        spikon = await stack.enter_async_context(client)
        calls, failed = await download(spikon, service, options, console)
    draw(calls, options, options.folder / "calls.png")
    console.print()
    console.print(summary(calls))
    console.print()
    console.print(
        f"In {options.folder}: calls.csv, calls.parquet, calls.png and the folder recordings."
    )
    return 1 if failed else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the report; 0 when it is complete, 1 with the reason when it is not."""
    options = read_options(arguments)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets a question mark, not a crash.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        return asyncio.run(run(options, Console(markup=False, highlight=False, soft_wrap=True)))
    except TelephonyError as error:
        print(f"\n{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Start it again to go on.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
