"""The commands for calls that are over, and for their recordings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import anyio
from cyclopts import Parameter

from _telephony_core.cli.options import From, To
from _telephony_core.cli.output import by_name
from _telephony_core.cli.plain import JsonValue, plain_fields

from ..errors import NoRecording
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
    legs = await run.client.calls.about(call_id)
    hashes = list(dict.fromkeys(leg.recording_hash for leg in legs if leg.recording_hash))
    if not hashes:
        raise NoRecording(
            f"the service has no recording of the call {call_id}.", call="GET AboutCall"
        )
    await anyio.Path(to).mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^0-9A-Za-z._-]", "_", call_id)
    for index, recording_hash in enumerate(hashes, 1):
        name = stem if index == 1 else f"{stem}-{index}"
        # Until its kind is known it has a name that is not taken for a finished one.
        file = await run.client.calls.download_recording(recording_hash, to / f".{name}")
        suffix = ".mp3" if "mpeg" in file.content_type.lower() else ".wav"
        path = file.path.replace(to / f"{name}{suffix}")
        if run.show.as_json:
            fields: dict[str, JsonValue] = plain_fields(file)
            run.show.json({"call_id": call_id, **fields, "path": str(path)})
        else:
            run.show.line(f"{path}  {file.size} bytes")
