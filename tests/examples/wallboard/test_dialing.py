"""Calls made from the page: once each, whatever happens, and told as it is."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import pytest

from daktela_async.sandbox import faults
from examples.wallboard.dialing import MOST_REMEMBERED, By, Dialler, NoOrder, Order, Outcome
from examples.wallboard.feed import Feed
from tests.examples.wallboard.service import Service, service, until

pytestmark = [pytest.mark.asyncio, pytest.mark.virtual_time]

TOKEN = "0123456789abcdef" * 2


@asynccontextmanager
async def dialler() -> AsyncGenerator[tuple[Service, Dialler]]:
    async with service() as centre, anyio.create_task_group() as group:
        centre.sandbox.agents["novak"].log_in("2000", "99990")
        group.start_soon(Feed(centre.daktela, centre.board).run)
        await until(lambda: centre.up and "novak" in centre.agents)
        dialling = Dialler(centre.board)
        async with dialling.using(centre.daktela):
            yield centre, dialling
        group.cancel_scope.cancel()


def by_agent(token: str = TOKEN) -> Order:
    return Order(token, "602123456", By.AGENT, "novak")


def by_queue(token: str = TOKEN) -> Order:
    return Order(token, "602123456", By.QUEUE, "2006")


async def test_an_order_is_dialled_for_an_agent_or_through_a_queue() -> None:
    async with dialler() as (centre, dialling):
        assert (await dialling.dial(by_agent()))["result"] == "dialling"
        await until(lambda: centre.states["novak"] == "Ringing")
        call = centre.agents["novak"]["calls"][0]
        assert (call["number"], call["direction"]) == ("602123456", "out")
        other = TOKEN[::-1]
        assert (await dialling.dial(by_queue(other)))["result"] == "dialling"
        (record,) = centre.sandbox.log.of("ClickToCall")
        assert (record.params["idcall"], record.params["waitingtime"]) == (other, "600")


async def test_an_order_is_dialled_once_however_often_it_is_given() -> None:
    async with dialler() as (centre, dialling):
        outcomes: list[Outcome] = []

        async def order() -> None:
            outcomes.append(await dialling.dial(by_agent()))

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(order)
        await order()
        assert [outcome["result"] for outcome in outcomes] == ["dialling"] * 6
        assert centre.sandbox.log.count("CreateCall") == 1
        with pytest.raises(NoOrder, match="another one"):
            await dialling.dial(by_queue())


async def test_a_lost_answer_is_told_as_such_and_not_dialled_again() -> None:
    async with dialler() as (centre, dialling):
        centre.sandbox.faults.add("CreateCall", faults.LostReply(after_acting=True))
        for _ in range(2):
            outcome = await dialling.dial(by_agent())
            assert outcome["result"] == "unknown"
            assert "look before calling again" in outcome["message"]
        assert centre.sandbox.log.acted("CreateCall") == 1


async def test_a_refusal_is_told_in_daktelas_words() -> None:
    async with dialler() as (centre, dialling):
        centre.sandbox.agents["novak"].log_out()
        centre.sandbox.agents["novak"].log_in("2000")
        await until(lambda: "novak" in centre.agents)
        outcome = await dialling.dial(by_agent())
        assert outcome["result"] == "refused"
        assert "odchozí" in outcome["message"]


async def test_what_never_left_is_told_so() -> None:
    async with dialler() as (centre, dialling):
        await centre.daktela.aclose()
        outcome = await dialling.dial(by_agent())
        assert (outcome["result"], outcome["message"][:19]) == ("failed", "Nothing was dialled")


async def test_a_mistake_of_ours_is_an_unknown_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    async with dialler() as (centre, dialling):

        async def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(centre.daktela.calls, "create_for_user", broken)
        assert (await dialling.dial(by_agent()))["result"] == "unknown"
        assert (await dialling.dial(by_queue(TOKEN[::-1])))["result"] == "dialling"


async def test_one_who_is_not_there_cannot_call() -> None:
    async with dialler() as (centre, dialling):
        with pytest.raises(NoOrder, match="not logged in"):
            await dialling.dial(Order(TOKEN, "602123456", By.AGENT, "hajek"))
        with pytest.raises(NoOrder, match="through this queue"):
            await dialling.dial(Order(TOKEN, "602123456", By.QUEUE, "2000"))
        assert (
            centre.sandbox.log.count("CreateCall") == centre.sandbox.log.count("ClickToCall") == 0
        )


async def test_nothing_is_dialled_after_the_end() -> None:
    async with dialler() as (_, dialling):
        pass
    with pytest.raises(NoOrder, match="about to stop"):
        await dialling.dial(by_agent())


async def test_the_memory_of_orders_is_bounded() -> None:
    async with dialler() as (centre, dialling):
        await centre.daktela.aclose()
        for number in range(MOST_REMEMBERED + 1):
            await dialling.dial(by_agent(f"{number:032x}"))
        # The first one is forgotten, the second is not.
        assert (await dialling.dial(by_agent(f"{1:032x}")))["result"] == "failed"
        with pytest.raises(NoOrder, match="another one"):
            await dialling.dial(by_queue(f"{1:032x}"))
        assert (await dialling.dial(by_queue(f"{0:032x}")))["result"] == "failed"


@pytest.mark.parametrize(
    ("number", "read"),
    [
        ("602 123 456", "602123456"),
        ("+420\u00a0602 123-456", "+420602123456"),
        ("(02) 1234/5678", "0212345678"),
        ("112", "112"),
    ],
)
async def test_numbers_are_read_as_people_write_them(number: str, read: str) -> None:
    given = {"token": TOKEN, "number": number, "by": "agent", "target": "novak"}
    assert Order.read(given) == Order(TOKEN, read, By.AGENT, "novak")


@pytest.mark.parametrize(
    "change",
    [
        {"number": "12"},
        {"number": "602;call=1"},
        {"number": "6021234561234567890123"},
        {"number": "602+123"},
        {"number": 602123456},
        {"token": TOKEN[:-1]},
        {"token": TOKEN.upper()},
        {"token": None},
        {"by": "boss"},
    ],
    ids=repr,
)
async def test_what_is_no_order_is_refused(change: dict[str, object]) -> None:
    given = {"token": TOKEN, "number": "602123456", "by": "agent", "target": "novak"}
    with pytest.raises(NoOrder):
        Order.read(given | change)
    with pytest.raises(NoOrder):
        Order.read([given])
