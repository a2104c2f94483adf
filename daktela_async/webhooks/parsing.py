"""One address for everything: calls and SMS told apart by their parameters."""

from .calls import CallHookEvent, call_hook_of, parse_call_hook
from .parameters import Parameters, Received, WebhookNotUnderstood
from .sms import SmsCallbackEvent, SmsParameterNames, parse_sms_callback

_DEFAULT_NAMES = SmsParameterNames()


def parse(
    received: Received, *, names: SmsParameterNames = _DEFAULT_NAMES
) -> CallHookEvent | SmsCallbackEvent:
    """Return what any hook tells: one of the call events or one of the SMS events.

    `received` is a query string, a whole URL, or the parameters as a framework decoded them;
    `names` are those given to `sms_callback_url`. Raises `WebhookNotUnderstood` when the
    parameters are of neither kind, or of both, or contradict each other (see `parse_call_hook`).
    """
    parameters = Parameters(received)
    call = call_hook_of(parameters) is not None
    sms = names.direction in parameters and (
        names.message in parameters or names.number in parameters
    )
    if call == sms:
        raise WebhookNotUnderstood(
            "the parameters are those of a call and of an SMS."
            if call
            else "action= (or callid= and dnd=) of a call are missing, and so are"
            f" {names.direction}= and {names.number}= of an SMS.",
            advice="Give calls and SMS addresses of their own." if call else "",
        )
    return parse_call_hook(received) if call else parse_sms_callback(received, names=names)
