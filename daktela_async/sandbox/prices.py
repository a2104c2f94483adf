"""What calls cost, by a price list as simple as can be."""

from __future__ import annotations

import attrs

from daktela_async.sandbox.phone_call import OUT, PastCall


@attrs.frozen
class Destination:
    """A kind of numbers and the price of a minute."""

    type: str
    name: str
    minute: float


_MOBILE = Destination("Mobilni_Hovory", "Ceska republika - mobil", 4.5)
_SPECIAL = Destination("Specialni_Cisla", "Bila linka", 1.915)
_FIXED = Destination("Pevna_Linka", "Ceska republika", 0.9)


def destination_of(number: str) -> Destination:
    """Return the kind of a number by its beginning."""
    if number.startswith(("6", "7")):
        return _MOBILE
    return _SPECIAL if number.startswith("8") else _FIXED


def price(call: PastCall) -> float:
    """Return what a call cost: each minute begun of an outgoing one."""
    minutes = -(-call.duration // 60)
    return minutes * destination_of(call.clid).minute if call.direction == OUT else 0.0
