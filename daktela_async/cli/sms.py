"""The commands for SMS."""

from __future__ import annotations

from cyclopts import App

from _telephony_core.cli.options import Seconds, text_or_input
from _telephony_core.cli.output import by_name
from _telephony_core.polling import WaitUpdate

from ..errors import JobNotFound
from ..models.sms import SmsMessage
from .run import DaktelaRun

APP = App(name="sms", help="Send SMS, and follow them to their delivery.")

_COLUMNS = by_name(
    "id", "number", "created_at", "result", "error_code", "confirmed", "parts", "price"
)


@APP.command
async def send(
    number: str,
    text: str | None = None,
    /,
    *,
    unicode: bool = False,
    wait: bool = False,
    timeout: Seconds | None = None,
    run: DaktelaRun,
) -> None:
    """Send an SMS, which costs money.

    Args:
        number: the number to send it to.
        text: at most 1377 characters; piped in where they are not given.
        unicode: keep accents; then the text has at most 603 characters.
        wait: ask for a delivery report, and wait for it.
        timeout: seconds to wait, 15 minutes unless told otherwise.
    """
    run.then = "GetSMS is asked until its delivery is confirmed." if wait else ""
    with run.begun.acting("It may have been sent: look with GetSMS before sending it again."):
        sent = await run.client.sms.send(
            number, text_or_input(text), confirmation=wait or None, unicode=unicode
        )
    if not wait:
        run.show.record(sent, by_name("id", "parts"))
        return
    run.begun.begin((sent.id,), "daktela", "sms", "state", sent.id, "--wait")
    message = await _wait(sent.id, timeout, run)
    run.begun.finish()
    run.show.record(message, _COLUMNS)


@APP.command
async def state(
    sms_id: str, /, *, wait: bool = False, timeout: Seconds | None = None, run: DaktelaRun
) -> None:
    """Show where an SMS is.

    Args:
        sms_id: the id that sending gave.
        wait: wait until its delivery is confirmed.
        timeout: seconds to wait, 15 minutes unless told otherwise.
    """
    if wait:
        message = await _wait(sms_id, timeout, run)
    else:
        found = await run.client.sms.get(sms_id)
        if found is None:
            raise JobNotFound(f"the service does not have SMS {sms_id}.", call="GET GetSMS")
        message = found
    run.show.record(message, _COLUMNS)


async def _wait(sms_id: str, timeout: float | None, run: DaktelaRun) -> SmsMessage:
    """Wait until the delivery of an SMS is confirmed."""
    with run.show.progress("Delivery") as tell:

        def on_update(update: WaitUpdate) -> None:
            tell(f"{update.state or 'out of reach'}, {update.waited:.0f} s", 0)

        return await run.client.sms.wait_delivered(sms_id, timeout=timeout, on_update=on_update)
