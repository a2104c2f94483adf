"""The money on the account."""

from __future__ import annotations

from decimal import Decimal


class Wallet:
    """A balance in PLN, from which messages and speech are paid."""

    def __init__(self, balance: Decimal) -> None:
        self.balance = balance

    def pay(self, price: Decimal) -> bool:
        """Take the price off the balance; return False, and leave it, if it isn't enough."""
        if price > self.balance:
            return False
        self.balance -= price
        return True
