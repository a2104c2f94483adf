"""What the exchange itself calls: the dialplan's hooks about calls, and callbacks about SMS."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias
from urllib.parse import quote, urlencode

from daktela_async.sandbox.messages import OK, SandboxSms
from daktela_async.sandbox.phone_call import OUT, PastCall, PhoneCall
from daktela_async.sandbox.state import State

Event: TypeAlias = Literal["incoming", "ringing", "answer", "hangup"]
"""What has happened; an "incoming" call has only just come, and nobody's phone rings."""

_VARIABLE = re.compile(r"\$([a-z_]+)")


def call_hook_url(script: str, call: PhoneCall | PastCall, event: Event) -> str:
    """Return the URL of a hook about a call.

    The document's dialplans send the caller as ``callid`` or ``callerId`` and the number called
    as ``dnd`` or ``calleeId``.
    """
    caller, callee = call.clid, call.did
    if call.direction == OUT:
        caller, callee = call.extension, call.clid
    if event == "incoming":
        return with_query(script, {"callid": caller, "dnd": callee})
    return with_query(
        script,
        {
            "callerId": caller,
            "calleeId": callee,
            "line": call.extension,
            "idcall": call.id,
            "action": event,
        },
    )


def sms_callback_url(callback: str, sms: SandboxSms, state: State) -> str:
    """Return the URL of a callback about a message.

    As the document says, ``$number`` and the like in the callback are replaced by their values,
    and what isn't mentioned so is added under its own name. The names are those of GetSMS, of
    which the document mentions number, message, id and direction.
    """
    result = OK if sms.direction == "in" else state.messages.state(sms)
    values = {
        "id": str(sms.id),
        "direction": sms.direction,
        "number": sms.number,
        "message": sms.message,
        "datetime": state.timeline.text(sms.created),
        "result": result,
        "confirmed": str(int(state.messages.delivered(sms) is not None)),
        "accountcode": sms.accountcode or "",
    }
    mentioned: set[str] = set()

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            return match[0]
        mentioned.add(match[1])
        return quote(values[match[1]], safe="")

    filled = _VARIABLE.sub(value, callback)
    rest = {name: text for name, text in values.items() if name not in mentioned}
    return with_query(filled, rest)


def with_query(url: str, parameters: dict[str, str]) -> str:
    """Return the URL with more parameters."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"
