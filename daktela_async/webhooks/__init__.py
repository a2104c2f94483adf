"""What Daktela tells your web application: call hooks and SMS callbacks, without any framework.

>>> event = parse(request.url)                      # or its query string, or its parameters
>>> if isinstance(event, CallRinging):
...     print(f"{event.caller} rings at {event.line}")

Anybody who knows the address of a hook can call it, and a caller chooses what stands in a number:
keep a secret of your own in the address, and treat every value as a stranger's.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .calls import (
        CallAnswered,
        CallArrived,
        CallHook,
        CallHookEvent,
        CallHungUp,
        CallRinging,
        dialplan_line,
        parse_call_hook,
    )
    from .parameters import Received, WebhookNotUnderstood
    from .parsing import parse
    from .reply import ReplyValue, crm_reply
    from .sms import (
        SmsCallback,
        SmsCallbackEvent,
        SmsDeliveryReceipt,
        SmsDispatched,
        SmsParameterNames,
        SmsReceived,
        parse_sms_callback,
        sms_callback_url,
    )
else:
    from _telephony_core.lazy import lazy_names

    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            ".calls": (
                "CallAnswered CallArrived CallHook CallHookEvent CallHungUp CallRinging "
                "dialplan_line parse_call_hook"
            ),
            ".parameters": "Received WebhookNotUnderstood",
            ".parsing": "parse",
            ".reply": "ReplyValue crm_reply",
            ".sms": (
                "SmsCallback SmsCallbackEvent SmsDeliveryReceipt SmsDispatched SmsParameterNames "
                "SmsReceived parse_sms_callback sms_callback_url"
            ),
        },
    )

__all__ = [
    "CallAnswered",
    "CallArrived",
    "CallHook",
    "CallHookEvent",
    "CallHungUp",
    "CallRinging",
    "Received",
    "ReplyValue",
    "SmsCallback",
    "SmsCallbackEvent",
    "SmsDeliveryReceipt",
    "SmsDispatched",
    "SmsParameterNames",
    "SmsReceived",
    "WebhookNotUnderstood",
    "crm_reply",
    "dialplan_line",
    "parse",
    "parse_call_hook",
    "parse_sms_callback",
    "sms_callback_url",
]
