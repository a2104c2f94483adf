"""The callbacks of SMS: their addresses for SetSMSSettings, and the events that they bring."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from attrs import asdict, field, frozen

from _telephony_core.errors import InvalidRequest

from .parameters import Parameters, Received, WebhookNotUnderstood, extend_url

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
#: Parameters that come under these names whatever the others are called.
_FIXED = ("accountcode", "result")


@frozen(kw_only=True)
class SmsParameterNames:
    """Say what the parameters of a callback are called, where not as Daktela calls them.

    Daktela, SetSMSSettings. Use the same names for `sms_callback_url` and `parse_sms_callback`.

    Attributes:
        number: name of the parameter with the phone number.
        message: name of the parameter with the text.
        id: name of the parameter with the id of the SMS.
        direction: name of the parameter with the direction.
    """

    number: str = "number"
    message: str = "message"
    id: str = "id"
    direction: str = "direction"

    def __attrs_post_init__(self) -> None:
        names = [*self.by_placeholder().values(), *_FIXED]
        if not all(_NAME.fullmatch(name) for name in names):
            raise InvalidRequest(
                "a parameter's name may hold letters, digits and _.- only, 64 at most."
            )
        if len({name.casefold() for name in names}) < len(names):
            raise InvalidRequest(f"two parameters have one name; {_FIXED} are taken, too.")

    def by_placeholder(self) -> dict[str, str]:
        """Return the names by what Daktela calls them."""
        return asdict(self)


_DEFAULT_NAMES = SmsParameterNames()


class SmsCallback(StrEnum):
    """What a callback can be about."""

    RECEIVED = "in"
    SENT = "out"
    RECEIPT = "confirmed"


@frozen(kw_only=True)
class SmsCallbackEvent:
    """Be the base of what the SMS callbacks tell. Daktela, SMS, SetSMSSettings.

    Attributes:
        id: the id of the SMS, as `SendSMS` gave it and `GetSMS` takes it.
        number: the other phone number.
        text: the text.
        account_code: the mark that was given to the SMS when it was sent.
        result: what became of it, as the gateway writes it, if it says so.
        extra: all other parameters, such as a secret of your own.
    """

    id: str | None = None
    number: str | None = None
    text: str | None = field(default=None, repr=False)
    account_code: str | None = None
    result: str | None = None
    extra: Mapping[str, str] = field(factory=dict[str, str], eq=False, repr=False)


@frozen(kw_only=True)
class SmsReceived(SmsCallbackEvent):
    """An SMS came in."""


@frozen(kw_only=True)
class SmsDispatched(SmsCallbackEvent):
    """An SMS was sent; whether it arrives is told by a receipt, if one was asked for."""


@frozen(kw_only=True)
class SmsDeliveryReceipt(SmsCallbackEvent):
    """A delivery receipt came for an SMS that was sent with `confirmation`.

    Attributes:
        delivered: whether it arrived; None when the receipt does not say so in a known word.
    """

    delivered: bool | None = None


_EVENTS: dict[SmsCallback, type[SmsReceived] | type[SmsDispatched]] = {
    SmsCallback.RECEIVED: SmsReceived,
    SmsCallback.SENT: SmsDispatched,
}
#: The results that are final (GetSMSConnect), and whether they are good.
_FINAL = {"delivered": True, "notdelivered": False, "expired": False}
_YES = frozenset({"1", "yes", "true"})


def sms_callback_url(base_url: str, *, names: SmsParameterNames = _DEFAULT_NAMES) -> str:
    """Return the address for `incoming_callback` or `outgoing_callback`. Daktela, SetSMSSettings.

    `base_url` may hold credentials (`http://login:password@host`) and a query of its own.
    Receipts come to the outgoing callback. Raises `InvalidRequest`.
    """
    # Only what is renamed is written: Daktela adds the rest, and whether it encodes
    # the values that it writes into an address is not documented.
    renamed = [
        (name, f"${placeholder}")
        for placeholder, name in names.by_placeholder().items()
        if name != placeholder
    ]
    reserved = {*names.by_placeholder(), *names.by_placeholder().values(), *_FIXED}
    return extend_url(base_url, renamed, sorted(reserved))


def parse_sms_callback(
    received: Received,
    *,
    names: SmsParameterNames = _DEFAULT_NAMES,
    callback: SmsCallback | str | None = None,
) -> SmsReceived | SmsDispatched | SmsDeliveryReceipt:
    """Return what an SMS callback tells. Daktela, SMS, SetSMSSettings.

    `received` is a query string, a whole URL, or the parameters as a framework decoded them.
    What it is about follows from the direction unless `callback` says so. How a receipt differs
    from the news that an SMS was sent is not documented; read as one: a direction other than `in`
    with a final result (DELIVERED, NOTDELIVERED, EXPIRED) or with `confirmed` set, and
    the direction `confirmed`. Raises `WebhookNotUnderstood` when the direction is missing.
    """
    parameters = Parameters(received)
    direction = parameters.text(names.direction)
    result = parameters.text("result")
    delivered = _delivered(parameters, result)
    kind = _kind(direction or "", delivered) if callback is None else _callback(callback)
    if kind is None:
        raise WebhookNotUnderstood(
            f"this is no SMS callback: {names.direction}= is neither in nor out."
        )
    text = parameters.exact(names.message)
    values = {
        "id": _filled(parameters.text(names.id), "id"),
        "number": _filled(parameters.number(names.number), "number"),
        "text": _filled(text, "message"),
        "account_code": _filled(parameters.text("accountcode"), "accountcode"),
        "result": result,
    }
    if kind is SmsCallback.RECEIPT:
        return SmsDeliveryReceipt(**values, delivered=delivered, extra=parameters.extra())
    return _EVENTS[kind](**values, extra=parameters.extra())


def _kind(direction: str, delivered: bool | None) -> SmsCallback | None:
    try:
        kind = SmsCallback(direction.casefold())
    except ValueError:
        return None
    receipt = kind is SmsCallback.SENT and delivered is not None
    return SmsCallback.RECEIPT if receipt else kind


def _callback(callback: SmsCallback | str) -> SmsCallback:
    try:
        return SmsCallback(callback)
    except ValueError:
        raise InvalidRequest(
            f"there is no such callback; there are {', '.join(SmsCallback)}."
        ) from None


def _delivered(parameters: Parameters, result: str | None) -> bool | None:
    if (final := _FINAL.get((result or "").casefold())) is not None:
        return final
    return True if (parameters.text("confirmed") or "").casefold() in _YES else None


def _filled(value: str | None, placeholder: str) -> str | None:
    """Return a value unless it is the placeholder itself, which the gateway did not fill."""
    return None if value == f"${placeholder}" else value
