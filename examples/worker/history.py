"""A call history of any length: order its reports, collect them, download the recordings.

SPIKON gives a report an id and nothing else to know it by. If a worker dies between its order and
the answer, the report is found by comparing: before each order the ids that there are get written
down, orders go out one at a time (under a lock of all workers), and so the one id that is new and
not in the journal is the lost one. Its calls must lie on the days that were ordered.

Where people or other programs order reports on the same account, that id could be one of theirs,
and a report of fewer calls would go unnoticed. There, say `shared_account`: a lost report is then
ordered anew. A spare one costs nothing and expires.
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import cast

import anyio.to_thread

from spikon_async import CallRecord, SavedRecording

from .journal import Journal, Step, StepKind, StepState
from .starting import start_once
from .work import Ended, Then, Work

#: The longest range of one report (SPIKON 4.4.1).
DAYS_OF_A_REPORT = 100


def enqueue_history(journal: Journal, start: date, end: date, *, wait: float) -> str:
    """Write a job into the journal that fetches the calls of some days, and return its id."""
    if end < start:
        raise ValueError(f"the range ends on {end}, before it starts on {start}")
    days = {"start": start.isoformat(), "end": end.isoformat()}
    windows: list[tuple[StepKind, dict[str, str]]] = []
    for first in range(start.toordinal(), end.toordinal() + 1, DAYS_OF_A_REPORT):
        last = min(first + DAYS_OF_A_REPORT - 1, end.toordinal())
        window = {"start": _iso(first), "end": _iso(last)}
        windows.append((StepKind.REPORT, window))
    return journal.add("order_history", days, windows, wait=wait)


async def order_history(work: Work) -> Then:
    """Order the reports that the history needs; those whose id got lost are found."""
    for step in work.steps(StepState.PLANNED, StepState.INTENDED):
        async with work.locks.hold("orders"):
            await _find_lost_orders(work)
            current = work.journal.step(step.job, step.number)
            if current.state is StepState.PLANNED:
                await _order(work, current)
    return Then(task="collect_history")


async def collect_history(work: Work) -> Then:
    """Wait for the reports, and save their calls as `calls.csv`."""
    for step in work.steps(StepState.STARTED):
        if step.detail.get("found") and not await _is_ours(work, step):
            work.journal.move(step, StepState.PLANNED)
            return Then(task="order_history")
    await _save(await _calls(work), work.results_folder() / "calls.csv")
    for step in work.steps(StepState.STARTED):
        work.journal.move(step, StepState.DONE)
    return Then(task="download_recordings")


async def download_recordings(work: Work) -> Ended:
    """Save the recordings that are not there yet."""
    folder = work.results_folder() / "recordings"
    for left_behind in folder.glob(".download-*.part"):
        left_behind.unlink()
    calls = await _calls(work)
    results = await work.spikon.call_lists.download_recordings(calls, folder)
    for result in results:
        # The others are saved. Those that may well come are fetched when the task is tried again.
        if result.error is not None and result.error.transient:
            raise result.error
    return Ended(note=_summary(calls, results))


async def _order(work: Work, step: Step) -> None:
    call_lists = work.spikon.call_lists
    before = [report.id for report in await call_lists.list()]
    start, end = _days(step)

    async def order() -> tuple[str, ...]:
        return (await call_lists.order(start, end),)

    await start_once(work.journal, step, order, detail={"before": json.dumps(before), "found": ""})


async def _find_lost_orders(work: Work) -> None:
    """Find the report of the order that was lost: of any job, for there is at most one."""
    for step in work.journal.steps(StepState.INTENDED, kind=StepKind.REPORT):
        await work.until_settled(step)
        known = set(cast("list[str]", json.loads(step.detail["before"])))
        known.update(*(other.ids for other in work.journal.steps(kind=StepKind.REPORT)))
        new = {report.id for report in await work.spikon.call_lists.list()} - known
        if len(new) == 1 and not work.settings.shared_account:
            work.journal.move(step, StepState.STARTED, ids=tuple(new), detail={"found": "yes"})
        else:
            work.journal.move(step, StepState.PLANNED)


async def _is_ours(work: Work, step: Step) -> bool:
    """Tell whether a report that was found has the calls of the days that were ordered."""
    start, end = _days(step)
    # The service may file a call at midnight under the day before or after.
    slack = timedelta(days=1)
    calls = await work.spikon.call_lists.collect(step.ids)
    return all(start - slack <= call.started_at.date() <= end + slack for call in calls)


async def _calls(work: Work) -> tuple[CallRecord, ...]:
    # The links of recordings are not kept: the reports have them, for a month.
    ids = [report_id for step in work.steps() for report_id in step.ids]
    return await work.spikon.call_lists.collect(ids)


async def _save(calls: Iterable[CallRecord], path: Path) -> None:
    await anyio.to_thread.run_sync(partial(_write, calls, path))


def _write(calls: Iterable[CallRecord], path: Path) -> None:
    """Write a file that is there as a whole or not at all."""
    part = path.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["started_at", "source", "destination", "seconds", "state", "recorded"])
        for call in calls:
            rows.writerow(
                [
                    call.started_at.isoformat(),
                    call.source,
                    call.destination,
                    int(call.duration.total_seconds()),
                    call.state,
                    "yes" if call.recording else "no",
                ]
            )
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _summary(calls: tuple[CallRecord, ...], results: Iterable[SavedRecording]) -> str:
    came = Counter(
        "saved" if result.error is None else type(result.error).__name__ for result in results
    )
    parts = [f"{count} {what}" for what, count in sorted(came.items())]
    return f"{len(calls)} calls; recordings: {', '.join(parts) or 'none'}"


def _days(step: Step) -> tuple[date, date]:
    return date.fromisoformat(step.detail["start"]), date.fromisoformat(step.detail["end"])


def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()
