"""Calls made from the page: each order is dialled once, and its outcome told as it is."""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from enum import StrEnum
from typing import Literal, Self, TypedDict, cast

import anyio
from anyio.abc import TaskGroup
from attrs import define, field, frozen

from daktela_async import Acted, DaktelaApiError, DaktelaClient, TelephonyError

from .board import Board

#: Seconds for Daktela to take an order.
DIAL_WITHIN = 15.0
#: How long a call through a queue waits for an agent; Daktela's own two hours surprise customers.
WAITING = timedelta(minutes=10)
#: Orders that are remembered, so that none of them is dialled again.
MOST_REMEMBERED = 1000

_TOKEN = re.compile(r"[0-9a-f]{32}")
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_BETWEEN_DIGITS = re.compile(r"[ \u00a0()/.-]")

logger = logging.getLogger("wallboard")


class NoOrder(ValueError):
    """Tell of a request that is no order; the text is for whoever sits at the page."""


class By(StrEnum):
    """Who calls: an agent, or whoever answers for a queue."""

    AGENT = "agent"
    QUEUE = "queue"


class Outcome(TypedDict):
    """What became of an order; only after "refused" and "failed" is it certain that nothing rang.

    "dialling": Daktela dials. "refused": it does not want to. "failed": it never heard of the
    order. "unknown": its answer was lost.
    """

    result: Literal["dialling", "refused", "failed", "unknown"]
    message: str


UNKNOWN: Outcome = {
    "result": "unknown",
    "message": "No answer came, and it may be ringing: look before calling again.",
}


@frozen
class Order:
    """One call to be made: `target` is an agent's login, or the number of a queue.

    The token is the page's: whoever presses a button twice, or whose browser sends a request
    twice, orders the same call. Daktela gets it as the id of the call.
    """

    token: str
    number: str
    by: By
    target: str

    @classmethod
    def read(cls, data: object) -> Self:
        """Return the order that a page sent; raise `NoOrder` with what is wrong."""
        if not isinstance(data, dict):
            raise NoOrder("This is no order.")
        given = cast("Mapping[str, object]", data)
        number = _BETWEEN_DIGITS.sub("", _text(given, "number"))
        if not _NUMBER.fullmatch(number):
            raise NoOrder("This is no telephone number.")
        token, by, target = (_text(given, name) for name in ("token", "by", "target"))
        if not _TOKEN.fullmatch(token) or by not in tuple(By):
            raise NoOrder("This is no order.")
        return cls(token, number, By(by), target)


def _text(given: Mapping[str, object], name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) else ""


@define(eq=False)
class _Dialling:
    order: Order
    outcome: Outcome | None = None
    done: anyio.Event = field(factory=anyio.Event)


class Dialler:
    """Dial what is ordered, once."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._known: OrderedDict[str, _Dialling] = OrderedDict()
        self._work: tuple[DaktelaClient, TaskGroup] | None = None

    @asynccontextmanager
    async def using(self, daktela: DaktelaClient) -> AsyncGenerator[None]:
        """Dial with this client while the block lasts; its end waits for what was begun."""
        async with anyio.create_task_group() as group:
            self._work = daktela, group
            yield
            self._work = None

    async def dial(self, order: Order) -> Outcome:
        """Return what became of an order, which is dialled if it was never seen before."""
        known = self._known.get(order.token)
        if known is None:
            self._check(order)
            known = self._begin(order)
        elif known.order != order:
            raise NoOrder("This order was given before, and was another one.")
        await known.done.wait()
        if known.outcome is None:
            raise RuntimeError("an order is done and has no outcome")
        return known.outcome

    def _check(self, order: Order) -> None:
        if order.by is By.AGENT and not self._board.knows_agent(order.target):
            raise NoOrder("This agent is not logged in.")
        if order.by is By.QUEUE and not self._board.knows_line(order.target):
            raise NoOrder("Nobody can be called through this queue.")

    def _begin(self, order: Order) -> _Dialling:
        if self._work is None:
            raise NoOrder("The wallboard is about to stop.")
        daktela, group = self._work
        dialling = self._known[order.token] = _Dialling(order)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        # A task of its own: a page that goes away in the middle must not leave it in the air.
        group.start_soon(self._dial, daktela, dialling)
        return dialling

    async def _dial(self, daktela: DaktelaClient, dialling: _Dialling) -> None:
        order = dialling.order
        try:
            if order.by is By.AGENT:
                await daktela.calls.create_for_user(
                    order.target, order.number, call_id=order.token, timeout=DIAL_WITHIN
                )
            else:
                await daktela.calls.click_to_call(
                    order.target,
                    order.number,
                    waiting_time=WAITING,
                    call_id=order.token,
                    timeout=DIAL_WITHIN,
                )
            dialling.outcome = {"result": "dialling", "message": "Daktela dials."}
        except TelephonyError as error:
            dialling.outcome = outcome_of(error)
        except Exception:
            # A mistake of ours must neither end the board nor be taken for "nothing rang".
            logger.exception("call %s", order.token)
            dialling.outcome = UNKNOWN
        finally:
            # Also when the server is made to stop in the middle.
            dialling.outcome = dialling.outcome or UNKNOWN
            result = dialling.outcome["result"]
            logger.info("call %s by %s %s: %s", order.token, order.by, order.target, result)
            dialling.done.set()


def outcome_of(error: TelephonyError) -> Outcome:
    """Say what an error means to whoever wanted to call."""
    if error.acted is Acted.MAYBE:
        return UNKNOWN
    if isinstance(error, DaktelaApiError):
        return {"result": "refused", "message": f"Daktela does not dial: {error.what}"}
    return {"result": "failed", "message": "Nothing was dialled: Daktela cannot be reached."}
