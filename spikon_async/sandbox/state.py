"""Everything that the fake server remembers."""

from __future__ import annotations

from decimal import Decimal

from _telephony_core.sandbox.clock import Clock
from spikon_async.sandbox import seed_data
from spikon_async.sandbox.accounts import PhoneAccounts
from spikon_async.sandbox.call_center import CallCenter
from spikon_async.sandbox.call_history import CallHistory, CallReports
from spikon_async.sandbox.messages import Messages
from spikon_async.sandbox.phone_books import PhoneBooks
from spikon_async.sandbox.speech import Speech
from spikon_async.sandbox.wallet import Wallet


class State:
    """The account: each part is a chapter of the document."""

    def __init__(
        self,
        clock: Clock,
        *,
        balance: Decimal,
        calls: CallHistory,
        order_delay: float,
        speech_delay: float,
        sms_steps: tuple[float, float, float],
    ) -> None:
        self.clock = clock
        self.wallet = Wallet(balance)
        self.accounts = PhoneAccounts(seed_data.ACCOUNTS)
        self.books = PhoneBooks(seed_data.BOOKS, seed_data.ENTRIES)
        self.calls = calls
        self.reports = CallReports(calls, clock, order_delay)
        self.center = CallCenter(seed_data.CAMPAIGNS, seed_data.AGENTS)
        self.messages = Messages(clock, self.wallet, sms_steps)
        self.speech = Speech(seed_data.LANGUAGES, clock, self.wallet, speech_delay)
