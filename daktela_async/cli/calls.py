"""The commands for calls that are over, and for their recordings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from _telephony_core.cli.options import From, To
from _telephony_core.cli.output import by_name
from _telephony_core.cli.plain import plain_fields
from _telephony_core.downloads import DownloadedFile

from .listing import period, show_list
from .run import DaktelaRun


async def calls(
    *,
    start: From = None,
    end: To = None,
    number: str | None = None,
    queue: list[str] | None = None,
    user: list[str] | None = None,
    answered: Annotated[bool | None, Parameter(negative="--unanswered")] = None,
    csv: Path | None = None,
    run: DaktelaRun,
) -> None:
    """Show the calls of some days, the latest first; the last 30 days unless told otherwise.

    Args:
        start: the first day, such as 2026-01-01.
        end: the last day.
        number: only calls with this number.
        queue: only calls of the queue with this id; can come several times.
        user: only calls of the agent with this id; can come several times.
        answered: only answered calls, or only the others.
        csv: write the calls to this file instead of showing them.
    """
    since, until = period(start, end)
    columns = by_name(
        "started_at", "direction", "customer_number", "queue_id", "user_id", "answered", "call_id",
        numbers=("waiting_time", "duration"),
    )  # fmt: skip
    await show_list(
        run,
        lambda on_update: run.client.stats.iter_calls(
            since,
            until,
            number=number,
            queues=queue,
            users=user,
            answered=answered,
            on_update=on_update,
        ),
        columns,
        csv,
    )


async def recording(call_id: str, /, *, to: Path = Path(), run: DaktelaRun) -> None:
    """Save the recording of a call; a call has one for each recorded leg.

    Args:
        call_id: the id of the call, such as 1408101684.96894WS.
        to: the folder, the present one unless given; it is made if need be.
    """
    run.then = "GetRecording fetches the recording of each leg."

    def show(file: DownloadedFile) -> None:
        if run.show.as_json:
            run.show.json({"call_id": call_id, **plain_fields(file)})
        else:
            run.show.line(f"{file.path}  {file.size} bytes")

    await run.client.calls.download_recordings_of(call_id, to, on_result=show)
