"""Several calls at once: in order, bounded, and the first failure as it is."""

from __future__ import annotations

import anyio
import pytest

from _telephony_core.concurrency import map_bounded

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]


async def test_results_come_in_the_order_of_the_items() -> None:
    async def late(number: int) -> int:
        await anyio.sleep(10 - number)
        return number * number

    assert await map_bounded(late, range(10), 4) == [n * n for n in range(10)]


async def test_no_items_are_no_results() -> None:
    async def never(number: int) -> int:
        raise AssertionError(number)

    assert await map_bounded(never, [], 4) == []


@pytest.mark.parametrize("limit", [1, 3, 50])
async def test_no_more_than_the_limit_are_at_work_and_no_fewer(limit: int) -> None:
    now, most = 0, 0

    async def work(_: int) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await anyio.sleep(1)
        now -= 1

    began = anyio.current_time()
    await map_bounded(work, range(12), limit)
    assert most == min(limit, 12)
    assert anyio.current_time() - began == pytest.approx(-(-12 // limit), abs=0.5)


async def test_the_first_failure_stops_the_rest_and_comes_bare() -> None:
    seen: list[int] = []
    failure = ValueError("no")

    async def work(number: int) -> int:
        seen.append(number)
        await anyio.sleep(number)
        if number == 1:
            raise failure
        return number

    with pytest.raises(ValueError, match="no") as caught:
        await map_bounded(work, range(100), 3)
    assert caught.value is failure
    # 3 was begun when 0 was done; nothing was begun after the failure.
    assert seen == [0, 1, 2, 3]


async def test_a_failure_while_stopping_does_not_hide_the_first() -> None:
    async def work(number: int) -> None:
        if number == 0:
            await anyio.sleep(1)
            raise ValueError("first")
        try:
            await anyio.sleep_forever()
        finally:
            raise KeyError("second")

    with pytest.raises(ValueError, match="first"):
        await map_bounded(work, range(2), 2)


async def test_a_cancellation_from_outside_stops_all_of_it() -> None:
    stopped = 0

    async def work(_: int) -> None:
        nonlocal stopped
        try:
            await anyio.sleep_forever()
        finally:
            stopped += 1

    with anyio.move_on_after(60) as scope:
        await map_bounded(work, range(5), 3)
    assert scope.cancelled_caught
    assert stopped == 3
