"""Phone accounts and the calls begun from them (SPIKON API, chapter 4.2)."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from spikon_async.sandbox.errors import not_found


@attrs.frozen
class PhoneAccount:
    """A phone account; an ``internal`` of "-" means none."""

    id: int
    number: str
    internal: str
    login: str
    description: str
    registered: bool
    recording: bool


@attrs.frozen
class InitiatedCall:
    """A call that was begun between an account and a number."""

    account_id: int
    number: str
    at: float


class PhoneAccounts:
    """The phone accounts."""

    def __init__(self, accounts: Iterable[PhoneAccount]) -> None:
        self._accounts = {account.id: account for account in accounts}
        self._initiated: list[InitiatedCall] = []

    @property
    def accounts(self) -> tuple[PhoneAccount, ...]:
        """The accounts by id."""
        return tuple(self._accounts.values())

    @property
    def initiated(self) -> tuple[InitiatedCall, ...]:
        """The calls begun, in order."""
        return tuple(self._initiated)

    def initiate(self, account_id: int, number: str, at: float) -> None:
        """Begin a call; it doesn't appear in the call history."""
        if account_id not in self._accounts:
            raise not_found("phone account", account_id)
        self._initiated.append(InitiatedCall(account_id, number, at))

    def clear(self) -> None:
        """Remove all accounts."""
        self._accounts.clear()
