"""Chapter 4.2: balance, phone accounts, dialling."""

from decimal import Decimal

from _telephony_core import checks
from _telephony_core.calls import Call, Semantics
from _telephony_core.session import Resource

from ..models.account import Account, InitiatedCall, PhoneAccount
from ..session import SpikonSession
from .emptiness import empty_if_none_found


class AccountResource(Resource[SpikonSession]):
    """The account, its phone accounts, and calls made from them."""

    async def balance(self, *, timeout: float | None = None) -> Decimal:
        """Return the money left on the account, in PLN. SPIKON 4.2.1.

        It may be negative. A decimal point is asked for, and a comma is read as well.
        """
        call = Call("/api/balance/show", Account, {"sign": "1"})
        return (await self._send(call, timeout=timeout)).balance

    async def phone_accounts(self, *, timeout: float | None = None) -> tuple[PhoneAccount, ...]:
        """List the phone accounts. SPIKON 4.2.2."""
        call = Call("/api/phone_account/list", tuple[PhoneAccount, ...])
        return await empty_if_none_found(self._send(call, timeout=timeout))

    async def initiate_call(
        self, phone_account_id: str, destination: str, *, timeout: float | None = None
    ) -> InitiatedCall:
        """Connect a phone account with a number: a real call. SPIKON 4.2.3.

        The phone account (an id from `phone_accounts`) rings first, then the destination (at most
        25 characters). It is never repeated once it was sent: a lost answer raises
        `OutcomeUnknown`, and the phone may ring all the same.
        """
        params = {
            "phone_account_id": checks.text("phone_account_id", phone_account_id, "SPIKON 4.2.3"),
            "destination_number": checks.text("destination", destination, "SPIKON 4.2.3", most=25),
        }
        call = Call(
            "/api/call/initiate",
            InitiatedCall,
            params,
            Semantics.NON_IDEMPOTENT,
            check="Ask at the phone whether it rang before dialling again.",
        )
        return await self._send(call, timeout=timeout)
