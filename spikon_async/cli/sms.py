"""The commands for chapter 4.6: SMS."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen
from cyclopts import App

from _telephony_core.cli.exit_codes import ExitCode
from _telephony_core.cli.options import Seconds, text_or_input
from _telephony_core.cli.output import by_name
from _telephony_core.cli.plain import plain_fields
from _telephony_core.concurrency import map_bounded
from _telephony_core.polling import WaitUpdate

from ..models.sms import DeliveredSms, SmsState, SmsStatus
from .run import SpikonRun

APP = App(name="sms", help="Send SMS, and follow them to their delivery.")


@frozen
class _Followed:
    """An SMS by its id, and where it is."""

    id: str
    state: SmsState | str
    error: str


@APP.command
async def send(
    to: str,
    text: str | None = None,
    /,
    *,
    sender: str,
    wait: bool = False,
    timeout: Seconds | None = None,
    run: SpikonRun,
) -> ExitCode:
    """Send an SMS, which costs money.

    Args:
        to: a Polish number of 9 digits.
        text: at most 918 characters; piped in where they are not given.
        sender: INFO, SMS, 2way or another name that the account has.
        wait: wait until it is delivered.
        timeout: seconds to wait, 15 minutes unless told otherwise.
    """
    run.then = "its delivery is looked at with sms/state until it ends." if wait else ""
    with run.begun.acting("It may have been sent: look in the panel before sending it again."):
        sent = await run.client.sms.send(to, text_or_input(text), sender=sender)
    if not wait:
        run.show.record(sent, by_name("state", "ids"))
        return ExitCode.OK
    if not sent.ids:
        run.show.error(
            "the SMS was accepted, but the answer holds no id to follow it by. Do not send it"
            " again; look in the panel."
        )
        return ExitCode.FAILED
    run.begun.begin(sent.ids, "spikon", "sms", "state", *sent.ids, "--wait")
    statuses = await _wait(sent.ids, timeout, run)
    run.begun.finish()
    if run.show.as_json:
        run.show.json(plain_fields(DeliveredSms(ids=sent.ids, statuses=statuses)))
    else:
        run.show.line(f"Delivered; id {', '.join(sent.ids)}.")
    return ExitCode.OK


@APP.command
async def state(
    ids: list[str], /, *, wait: bool = False, timeout: Seconds | None = None, run: SpikonRun
) -> None:
    """Show where SMS are.

    Args:
        ids: the ids that sending gave.
        wait: wait until they are delivered.
        timeout: seconds to wait, 15 minutes unless told otherwise.
    """
    if wait:
        statuses = await _wait(ids, timeout, run)
    else:
        statuses = tuple([await run.client.sms.state(sms_id) for sms_id in ids])
    followed = [
        _Followed(sms_id, status.state, status.error)
        for sms_id, status in zip(ids, statuses, strict=True)
    ]
    run.show.rows(followed, by_name("id", "state", "error"))


async def _wait(ids: Sequence[str], timeout: float | None, run: SpikonRun) -> tuple[SmsStatus, ...]:
    """Wait until all SMS are delivered."""
    with run.show.progress("Delivery") as tell:

        def on_update(update: WaitUpdate) -> None:
            tell(f"{update.id} {update.state or 'out of reach'}, {update.waited:.0f} s", 0)

        async def follow(sms_id: str) -> SmsStatus:
            return await run.client.sms.wait_delivered(sms_id, timeout=timeout, on_update=on_update)

        return tuple(await map_bounded(follow, ids, limit=len(ids)))
