"""The command for queues: what they are, and what happens in them."""

from __future__ import annotations

from attrs import frozen

from _telephony_core.cli.output import Column
from _telephony_core.cli.plain import JsonValue, plain, plain_fields

from ..models.queues import Queue
from ..models.realtime import QueueLoad
from .run import DaktelaRun


@frozen
class _Row:
    """A queue and its load, if it has agents."""

    queue: Queue
    load: QueueLoad | None


def _of_load(heading: str, name: str) -> Column[_Row]:
    return Column(heading, lambda row: getattr(row.load, name, None), number=True)


_COLUMNS: tuple[Column[_Row], ...] = (
    Column("number", lambda row: row.queue.number),
    Column("title", lambda row: row.queue.title),
    Column("direction", lambda row: row.queue.direction),
    _of_load("agents", "users_total"),
    _of_load("ready", "users_ready"),
    _of_load("busy", "users_busy"),
    _of_load("paused", "users_paused"),
    _of_load("calls", "calls"),
    _of_load("ringing", "ringing_calls"),
    _of_load("longest wait", "longest_waiting_time"),
)


async def queues(*, run: DaktelaRun) -> None:
    """Show the queues, with their agents and calls at this moment."""
    run.then = "RTStatsQueues tells the load of the queues."
    found = await run.client.queues.list()
    loads = {load.id: load for load in await run.client.realtime.queues()}
    rows = [_Row(queue, loads.get(queue.id)) for queue in found if not queue.deleted]
    run.show.rows(rows, _COLUMNS, plain=_plain)


def _plain(row: _Row) -> dict[str, JsonValue]:
    return {**plain_fields(row.queue), "load": plain(row.load)}
