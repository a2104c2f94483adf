"""SMS messages and what becomes of them (SPIKON API, chapter 4.6)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import attrs

from _telephony_core.sandbox.clock import Clock
from spikon_async.sandbox.errors import not_found
from spikon_async.sandbox.wallet import Wallet

SENDERS = ("SMS", "Informacja", "INFO", "KONKURS", "NOWOSC", "OFERTA", "PROMOCJA", "WIZYTA", "2way")
PRICE = Decimal("0.10")
"""PLN for each part of a message: 160 characters, or 153 if there are several parts."""

FAILING_NUMBER = "500000002"
"""A message to this number ends in state 2, with an explanation in the field ``error``."""
UNREACHABLE_NUMBER = "500000003"
"""A message to this number ends in state 3: not delivered."""
SILENT_NUMBER = "500000004"
"""A message to this number stays in state 4: sent, and no delivery report comes."""

NO_MONEY, NEW, HANDLED, FAILED, UNDELIVERED, SENT, DELIVERED = -1, 0, 1, 2, 3, 4, 5


@attrs.frozen
class SentSms:
    """A message as it was handed in; ``paid`` is False if there was too little money."""

    id: int
    sender: str
    number: str
    text: str
    at: float
    parts: int
    paid: bool


def parts_of(text: str) -> int:
    """Return how many standard messages the text takes.

    The document counts 918 characters as 6 messages whatever the alphabet, so the sandbox does.
    """
    return 1 if len(text) <= 160 else -(-len(text) // 153)


class Messages:
    """The messages sent; each goes from new (0) over handled (1) and sent (4) to delivered (5)."""

    def __init__(self, clock: Clock, wallet: Wallet, steps: Sequence[float]) -> None:
        self.steps = tuple(steps)
        self._clock = clock
        self._wallet = wallet
        self._sent: dict[int, SentSms] = {}

    @property
    def sent(self) -> tuple[SentSms, ...]:
        """All messages in the order of sending."""
        return tuple(self._sent.values())

    def send(self, sender: str, number: str, text: str) -> int:
        """Take a message, have it paid and return its id."""
        parts = parts_of(text)
        paid = self._wallet.pay(PRICE * parts)
        sms = SentSms(len(self._sent) + 1, sender, number, text, self._clock.now(), parts, paid)
        self._sent[sms.id] = sms
        return sms.id

    def state(self, sms_id: int) -> tuple[int, str | None]:
        """Return a message's state now and the explanation of an error."""
        sms = self._sent.get(sms_id)
        if sms is None:
            raise not_found("sms", sms_id)
        if not sms.paid:
            return NO_MONEY, None
        age = self._clock.now() - sms.at
        reached = sum(age >= step for step in self.steps)
        if sms.number == FAILING_NUMBER and reached >= 2:
            return FAILED, "Operator odrzucił wiadomość"
        last = {UNREACHABLE_NUMBER: UNDELIVERED, SILENT_NUMBER: SENT}.get(sms.number, DELIVERED)
        return (NEW, HANDLED, SENT, last)[reached], None
