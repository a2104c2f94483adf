"""The command for chapter 4.4: the call history, as a table, CSV or JSON, with its recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from attrs import frozen

from _telephony_core.cli.csv_files import write_csv
from _telephony_core.cli.days import days
from _telephony_core.cli.exit_codes import ExitCode
from _telephony_core.cli.options import From, Seconds, To, check_target
from _telephony_core.cli.output import Column
from _telephony_core.cli.plain import JsonValue, plain, plain_fields

from ..errors import InvalidRequest
from ..history import split
from ..models.call_lists import CallRecord, Direction, HistoryUpdate, RecordingOnFtp, SavedRecording
from ..service import WARSAW
from .run import SpikonRun

_DIRECTIONS = {"in": Direction.INCOMING, "out": Direction.OUTGOING, "both": Direction.BOTH}


@frozen
class _Row:
    """A call, and the file of its recording if that was wanted."""

    call: CallRecord
    path: Path | None = None


_COLUMNS: tuple[Column[_Row], ...] = (
    Column("started", lambda row: row.call.started_at),
    Column("from", lambda row: row.call.source),
    Column("to", lambda row: row.call.destination),
    Column("talk", lambda row: row.call.duration, number=True),
    Column("state", lambda row: str(row.call.state)),
    Column("recording", lambda row: row.path or (row.call.file and "yes")),
)
#: The columns of the CSV file.
_NAMES = (
    "started_at", "source", "destination", "duration", "state", "answered", "file",
    "recording_path",
)  # fmt: skip


async def calls(
    *,
    start: From = None,
    end: To = None,
    direction: Literal["in", "out", "both"] | None = None,
    number: str | None = None,
    csv: Path | None = None,
    recordings: Path | None = None,
    resume: list[str] | None = None,
    timeout: Seconds | None = None,
    run: SpikonRun,
) -> ExitCode:
    """Show the calls of some days, the last 30 unless told otherwise.

    Args:
        start: the first day, such as 2026-01-01.
        end: the last day.
        direction: which calls; both unless given.
        number: only calls from or to this number.
        csv: write the calls to this file instead of showing them.
        recordings: save the recordings to this folder; what is there already is left alone.
        resume: the id of a report that was ordered before; can come several times.
        timeout: seconds to wait for the reports, an hour unless told otherwise.
    """
    if csv is not None:
        check_target(csv)
    if resume:
        _refuse_with_resume(
            {"--from": start, "--to": end, "--direction": direction, "--number": number}
        )
        ids: Sequence[str] = resume
    else:
        ids = await _order(start, end, _DIRECTIONS[direction or "both"], number, run)
        again = [word for report in ids for word in ("--resume", report)]
        for option, path in (("--csv", csv), ("--recordings", recordings)):
            again += [option, str(path)] if path else []
        run.begun.begin(ids, "spikon", "calls", *again)
    with run.show.progress("Reports", total=len(ids)) as tell:

        def on_update(update: HistoryUpdate) -> None:
            state = "out of reach" if update.error else f"{update.ready} generated"
            tell(f"{state}, {update.calls} calls, {update.waited:.0f} s", update.fetched)

        found = await run.client.call_lists.collect(ids, timeout=timeout, on_update=on_update)
    run.begun.finish()
    rows = [_Row(call) for call in found]
    code = ExitCode.OK
    if recordings is not None:
        rows, code = await _save_recordings(found, recordings, run)
    if csv is not None:
        count = write_csv(csv, _NAMES, map(_plain, rows))
        run.show.note(f"{count} calls written to {csv}.")
    if run.show.as_json or (csv is None and recordings is None):
        run.show.rows(rows, _COLUMNS, plain=_plain)
    return code


def _refuse_with_resume(chosen: Mapping[str, object]) -> None:
    """Raise `InvalidRequest` for what a report that was ordered before cannot heed any more."""
    for option, value in chosen.items():
        if value is not None:
            raise InvalidRequest(
                f"{option} cannot be given with --resume.",
                advice="What the reports hold was chosen when they were ordered.",
            )


async def _order(
    start: From, end: To, direction: Direction, number: str | None, run: SpikonRun
) -> list[str]:
    first, last = days(start, end, datetime.now(WARSAW).date())
    reports = len(split(first, last))
    run.then = (
        f"{reports} report(s) in all are ordered, waited for with call_list/list, and fetched with"
        " call_list/show."
    )
    windows = await run.client.call_lists.order_range(
        first, last, direction=direction, number=number
    )
    return [window.id for window in windows]


async def _save_recordings(
    calls: Sequence[CallRecord], folder: Path, run: SpikonRun
) -> tuple[list[_Row], ExitCode]:
    """Save the recordings of calls; return the calls with the files, and how it went."""
    wanted = sum(call.recording is not None for call in calls)
    done = 0
    with run.show.progress("Recordings", total=wanted) as tell:

        def on_result(result: SavedRecording) -> None:
            nonlocal done
            done += 1
            tell(result.path.name if result.path else "", done)

        results = await run.client.call_lists.download_recordings(
            calls, folder, on_result=on_result
        )
    # The results come in the order of the calls that have a recording.
    saved = iter(results)
    rows = [_Row(call, next(saved).path if call.recording is not None else None) for call in calls]
    on_ftp = sum(isinstance(result.call.recording, RecordingOnFtp) for result in results)
    failures = [
        result
        for result in results
        if result.error is not None and not isinstance(result.call.recording, RecordingOnFtp)
    ]
    fetched = sum(result.fetched for result in results)
    there = len(results) - fetched - on_ftp - len(failures)
    run.show.note(
        f"{fetched} recordings saved to {folder}, {there} were there already,"
        f" {on_ftp} were sent to your FTP server, {len(failures)} failed."
    )
    for failure in failures:
        run.show.error(f"the call at {plain(failure.call.started_at)}: {failure.error}")
    return rows, ExitCode.FAILED if failures else ExitCode.OK


def _plain(row: _Row) -> dict[str, JsonValue]:
    return {
        **plain_fields(row.call),
        "answered": row.call.answered,
        "recording_path": plain(row.path),
    }
