"""The commands for chapter 4.5: the call centre."""

from __future__ import annotations

from cyclopts import App

from _telephony_core.cli.output import by_name
from _telephony_core.cli.plain import plain_fields

from .run import SpikonRun

APP = App(name="campaigns", help="Look at the campaigns of the call centre and their agents.")


@APP.command(name="list")
async def list_(*, run: SpikonRun) -> None:
    """List the campaigns."""
    run.show.rows(await run.client.call_center.campaigns(), by_name("id", "name"))


@APP.command
async def agents(*, run: SpikonRun) -> None:
    """List the agents, with the campaigns that they are in."""
    columns = by_name(
        "id", "name", "sip_login", "public_number", "incoming_campaigns", "outgoing_campaigns"
    )
    run.show.rows(await run.client.call_center.agents(), columns)


@APP.command
async def monitor(campaign_id: str, /, *, run: SpikonRun) -> None:
    """Show a campaign at this moment: its figures and its agents.

    Args:
        campaign_id: its id.
    """
    seen = await run.client.call_center.monitor(campaign_id)
    if run.show.as_json:
        run.show.json(plain_fields(seen))
        return
    figures = by_name(
        "free_members", "busy_members", "calls_waiting", "answered", "unanswered",
        "average_waiting_time", "average_call_time", "sla",
    )  # fmt: skip
    run.show.record(seen.figures, figures)
    members = by_name("login", "description", "state", "paused", "last_call", numbers=("answered",))
    run.show.rows(seen.members, members)
