"""Chapter 4.6: SMS."""

from enum import StrEnum

from attrs import field, frozen

from _telephony_core.converter import Record

from .receipts import only


class Sender(StrEnum):
    """The sender names that every account has. SPIKON 4.6.1.

    An account can have names of its own, given to `sms.send` as plain text. An SMS sent as
    `TWO_WAY` can be answered.
    """

    SMS = "SMS"
    INFORMACJA = "Informacja"
    INFO = "INFO"
    KONKURS = "KONKURS"
    NOWOSC = "NOWOSC"
    OFERTA = "OFERTA"
    PROMOCJA = "PROMOCJA"
    WIZYTA = "WIZYTA"
    TWO_WAY = "2way"


class SmsState(StrEnum):
    """Where an SMS is. SPIKON 4.6.2."""

    NO_FUNDS = "-1"
    NEW = "0"
    IN_PROGRESS = "1"
    ERROR = "2"
    UNDELIVERED = "3"
    SENT = "4"
    DELIVERED = "5"


#: The states with which a wait ends, for the worse. DELIVERED is the one for the better.
FAILED_STATES = frozenset({SmsState.NO_FUNDS, SmsState.ERROR, SmsState.UNDELIVERED})


class SendingState(StrEnum):
    """What became of a request to send. SPIKON 4.6.1: always this value."""

    OK = "OK"


def _accepted(value: SendingState | str) -> SendingState | str:
    return only(value, SendingState.OK)


def _real(ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(None, ids))


@frozen(kw_only=True)
class SentSms(Record):
    """An SMS that was accepted. SPIKON 4.6.1.

    Attributes:
        state: always "OK"; an answer with any other state is an `OutcomeUnknown`.
        ids: the ids by which its delivery can be followed.
    """

    state: SendingState | str = field(converter=_accepted)
    ids: tuple[str, ...] = field(default=(), converter=_real)


@frozen(kw_only=True)
class SmsStatus(Record):
    """Where an SMS is. SPIKON 4.6.2.

    Attributes:
        state: its state.
        error: what went wrong, or more about it; often empty.
    """

    state: SmsState | str
    error: str = ""


@frozen(kw_only=True)
class DeliveredSms:
    """An SMS that was sent and delivered.

    Attributes:
        ids: its ids.
        statuses: the last status of each id, in the order of `ids`.
    """

    ids: tuple[str, ...]
    statuses: tuple[SmsStatus, ...]
