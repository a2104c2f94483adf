"""Chapter 4.2: the account and its phone accounts."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from attrs import field, frozen

from _telephony_core.converter import Record, Wire

from .receipts import only


def _none_if_minus(value: str | None) -> str | None:
    return None if value == "-" else value


@frozen(kw_only=True)
class Account(Record):
    """The account. SPIKON 4.2.1.

    Attributes:
        balance: the money left, in PLN; it may be negative.
    """

    balance: Decimal


class RegistrationState(StrEnum):
    """Whether a phone account is registered. SPIKON 4.2.2 names the field and shows 1."""

    UNREGISTERED = "0"
    REGISTERED = "1"


@frozen(kw_only=True)
class PhoneAccount(Record):
    """A phone account. SPIKON 4.2.2.

    Attributes:
        id: its id.
        number: its public phone number.
        internal_number: its internal number; None if it has none.
        login: its SIP login.
        description: its description.
        state: its registration state.
        recording: whether its calls are recorded.
    """

    id: str
    number: str = ""
    internal_number: Annotated[str | None, Wire("internal")] = field(
        default=None, converter=_none_if_minus
    )
    login: str = ""
    description: str = ""
    state: RegistrationState | str = ""
    recording: bool = False


class InitiationState(StrEnum):
    """What became of a request to dial. SPIKON 4.2.3 shows this value."""

    INITIATED = "initiated"


def _initiated(value: InitiationState | str) -> InitiationState | str:
    return only(value, InitiationState.INITIATED)


@frozen(kw_only=True)
class InitiatedCall(Record):
    """A call that was begun: the phone account is being called. SPIKON 4.2.3.

    Attributes:
        state: "initiated"; an answer with any other state is an `OutcomeUnknown`.
    """

    state: InitiationState | str = field(converter=_initiated)
