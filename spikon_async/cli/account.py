"""The command for chapter 4.2, the account."""

from __future__ import annotations

from .run import SpikonRun


async def balance(*, run: SpikonRun) -> None:
    """Show the money left on the account."""
    money = await run.client.account.balance()
    if run.show.as_json:
        run.show.json({"balance": str(money), "currency": "PLN"})
    else:
        run.show.line(f"{money} PLN")
