"""The four hooks of a call: their lines in the dialplan, and the events that they bring."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from _telephony_core.errors import InvalidRequest

from .parameters import Parameters, Received, WebhookNotUnderstood, extend_url

#: The hash that a reply fills unless told otherwise.
HASH_NAME = "CRMAPI"
#: A name that needs no quoting in `${HASH(CRMAPI,NAME)}` and cannot end it early.
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


class CallHook(StrEnum):
    """The moments at which Daktela calls a hook; each has a field of its own in the settings."""

    #: "Systemový hook na Příchodu": a call comes in.
    INCOMING = "incoming"
    #: "Systemový hook při zvonění na lince": a line begins to ring.
    RINGING = "ringing"
    #: "Systemový hook při zodpovězení hovoru": a call is answered.
    ANSWERED = "answer"
    #: "Systemový hook při zavěšení hovoru": a call is hung up.
    HUNG_UP = "hangup"


@frozen(kw_only=True)
class CallHookEvent:
    """Be the base of what the call hooks tell. Daktela, Webhooks.

    What Asterisk had no value for is None.

    Attributes:
        caller: the number that calls (`callid` or `callerId` on the wire).
        called: the number that was dialled (`dnd` or `calleeId`).
        line: the extension (`line`); None for an incoming call, whose hook has none.
        call_id: the id of the call (`idcall`); None for an incoming call, whose hook has none.
        extra: all other parameters, such as a secret of your own; what a caller wrote into the
            number can be among them.
    """

    caller: str | None = None
    called: str | None = None
    line: str | None = None
    call_id: str | None = None
    extra: Mapping[str, str] = field(factory=dict[str, str], eq=False, repr=False)


@frozen(kw_only=True)
class CallArrived(CallHookEvent):
    """A call came in; the reply can still change what happens to it. Webhooks, Příchozí hovor."""


@frozen(kw_only=True)
class CallRinging(CallHookEvent):
    """A line began to ring. Webhooks, Vyzvánění na lince."""


@frozen(kw_only=True)
class CallAnswered(CallHookEvent):
    """A call was answered. Webhooks, Zodpovězený hovor."""


@frozen(kw_only=True)
class CallHungUp(CallHookEvent):
    """A call was hung up. Webhooks, Zavěšený hovor."""


_EVENTS: dict[CallHook, type[CallHookEvent]] = {
    CallHook.INCOMING: CallArrived,
    CallHook.RINGING: CallRinging,
    CallHook.ANSWERED: CallAnswered,
    CallHook.HUNG_UP: CallHungUp,
}

_CALLER = "${CALLERID(num)}"
_CALLED = "${FROM_DID}"
#: The parameters that only the hook of an incoming call has.
_OF_INCOMING = ("callid", "dnd")
#: The parameters that only the other three have.
_OF_OTHERS = ("callerId", "calleeId", "line", "idcall")
_ACTIONS = {hook.value: hook for hook in CallHook}


def dialplan_line(hook: CallHook | str, base_url: str, *, hash_name: str = HASH_NAME) -> str:
    """Return the line to paste into a hook's field in the settings. Daktela, Webhooks.

    Nastavení ústředny -> Volitelný context -> the field of that hook. `base_url` is the address
    in your application, and may have a query of its own (a secret, say); `hash_name` is the hash
    that the reply fills (see `crm_reply`). The line of an incoming call ends in `action=incoming`,
    which the document's own does not have: a caller can write `&action=hangup` into the number,
    and of several the last one counts. Raises `InvalidRequest` for an address or a name that would
    mean something else to Asterisk.
    """
    hook = _hook(hook)
    if not NAME.fullmatch(hash_name):
        raise InvalidRequest(
            "hash_name is no name: letters, digits and underscores, 64 at most, no digit first."
        )
    if hook is CallHook.INCOMING:
        parameters = [("callid", _CALLER), ("dnd", _CALLED)]
    else:
        parameters = [
            ("callerId", _CALLER),
            ("calleeId", _CALLED),
            ("line", "${REAL_EXTEN}"),
            ("idcall", "${ID_CALL}"),
        ]
    parameters.append(("action", hook.value))
    url = extend_url(base_url, parameters, (*_OF_INCOMING, *_OF_OTHERS, "action"))
    return f'AGI(notify_crm_api.agi,"{url}","{hash_name}")'


def parse_call_hook(received: Received, *, hook: CallHook | str | None = None) -> CallHookEvent:
    """Return what a call hook tells, as one of the four events. Daktela, Webhooks.

    `received` is a query string, a whole URL, or the parameters as a framework decoded them. Which
    hook it is follows from the parameters unless `hook` says so, as it can where every hook
    has a path of its own. Raises `WebhookNotUnderstood` when it does not follow: nothing says which
    hook it is, or one without `action=incoming` has the parameters of an incoming call and the
    action of another hook, which its caller may have written into the number.
    """
    parameters = Parameters(received)
    kind = call_hook_of(parameters) if hook is None else _hook(hook)
    if kind is None:
        raise WebhookNotUnderstood(
            "this is no call hook: action= is none of incoming, ringing, answer and hangup, and"
            " callid= and dnd= of an incoming call are missing."
        )
    parameters.text("action")
    # A line that somebody wrote by hand may mix the two sets of names.
    callers, numbers = ["callerId", "callid"], ["calleeId", "dnd"]
    documented = kind is CallHook.INCOMING and _begins_as_incoming(parameters)
    if documented:
        callers.reverse()
        numbers.reverse()
    caller, other_caller = map(parameters.number, callers)
    called, other_called = map(parameters.number, numbers)
    return _EVENTS[kind](
        caller=caller or other_caller,
        called=called or other_called,
        # That line has none of them, so these are somebody's invention, or by hand.
        line=None if documented else parameters.variable("line"),
        call_id=None if documented else parameters.variable("idcall"),
        extra=parameters.extra(),
    )


def call_hook_of(parameters: Parameters) -> CallHook | None:
    """Return which hook parameters belong to, or None when that does not follow from them.

    Raise `WebhookNotUnderstood` when they contradict each other. A caller's own words come behind
    the first parameter and before the last one of a line.
    """
    hook = _ACTIONS.get((parameters.text("action") or "").casefold())
    if hook not in {None, CallHook.INCOMING} and _begins_as_incoming(parameters):
        raise WebhookNotUnderstood(
            f"the parameters are those of an incoming call (callid=, dnd=) with action={hook}.",
            advice="Set the line of dialplan_line(CallHook.INCOMING), which ends in"
            " action=incoming; for other lines of your own, say hook= by their paths.",
        )
    if hook is None and any(name in parameters for name in _OF_INCOMING):
        return CallHook.INCOMING
    return hook


def _begins_as_incoming(parameters: Parameters) -> bool:
    return parameters.first(*_OF_INCOMING, *_OF_OTHERS) in _OF_INCOMING


def _hook(hook: CallHook | str) -> CallHook:
    try:
        return CallHook(hook)
    except ValueError:
        raise InvalidRequest(f"there is no such hook; there are {', '.join(CallHook)}.") from None
