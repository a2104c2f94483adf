"""The commands for statistics."""

from __future__ import annotations

from cyclopts import App

from _telephony_core.cli.options import From, To
from _telephony_core.cli.output import by_name

from .listing import period, show_list
from .run import DaktelaRun

APP = App(name="stats", help="Show statistics of agents, queues and callers.")


@APP.command
async def now(*, run: DaktelaRun) -> None:
    """Count the agents and calls of all queues at this moment."""
    summary = await run.client.realtime.queues_summary()
    columns = by_name(
        "users_total", "users_ready", "users_busy", "users_paused", "calls", "incoming_calls",
        "outgoing_calls", "ringing_calls", "longest_waiting_time",
    )  # fmt: skip
    run.show.record(summary, columns)


@APP.command
async def repeated(
    *, start: From = None, end: To = None, more_than: int | None = None, run: DaktelaRun
) -> None:
    """List the numbers that called, or were called, again and again.

    Args:
        start: the first day, such as 2026-01-01; the last 30 days unless told otherwise.
        end: the last day.
        more_than: leave out numbers with no more calls than that.
    """
    since, until = period(start, end)
    rows = await run.client.stats.repeated_calls(since, until, more_than=more_than)
    names = ("total", "answered", "unanswered", "average_waiting_time", "average_duration")
    run.show.rows(rows, by_name("number", numbers=names))


@APP.command
async def pauses(*, start: From = None, end: To = None, run: DaktelaRun) -> None:
    """List the breaks of agents.

    Args:
        start: the first day, such as 2026-01-01; the last 30 days unless told otherwise.
        end: the last day.
    """
    since, until = period(start, end)
    await show_list(
        run,
        lambda on_update: run.client.stats.iter_user_pauses(since, until, on_update=on_update),
        by_name("user_id", "pause_id", "started_at", "ended_at", numbers=("duration",)),
    )


@APP.command
async def queues(*, start: From = None, end: To = None, run: DaktelaRun) -> None:
    """List when agents were logged in to queues.

    Args:
        start: the first day, such as 2026-01-01; the last 30 days unless told otherwise.
        end: the last day.
    """
    since, until = period(start, end)
    await show_list(
        run,
        lambda on_update: run.client.stats.iter_user_queues(since, until, on_update=on_update),
        by_name("user_id", "queue_id", "started_at", "ended_at", numbers=("duration",)),
    )


@APP.command
async def sessions(*, start: From = None, end: To = None, run: DaktelaRun) -> None:
    """List when agents were logged in to the call centre.

    Args:
        start: the first day, such as 2026-01-01; the last 30 days unless told otherwise.
        end: the last day.
    """
    since, until = period(start, end)
    await show_list(
        run,
        lambda on_update: run.client.stats.iter_user_sessions(since, until, on_update=on_update),
        by_name("user_id", "started_at", "ended_at", numbers=("duration",)),
    )
