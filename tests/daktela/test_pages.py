"""Lists fetched page by page: moving, capped, refused, cut."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

import anyio
import anyio.lowlevel
import pytest
from attrs import define, evolve, field
from hypothesis import given, settings
from hypothesis import strategies as st

from daktela_async.errors import (
    DaktelaApiError,
    InvalidRequest,
    NotFound,
    ProtocolError,
    ReplyLost,
)
from daktela_async.models.paging import Page, PagesUpdate
from daktela_async.pages import (
    PagePlan,
    Paging,
    iterate_pages,
    iterate_windows,
    page_bounds,
)

BEGIN = datetime(2014, 8, 14)


@define
class List:
    """A list behind skip and take, which can move before each request."""

    rows: list[int]
    tells_total: bool = True
    cap: int = 10_000
    moves: list[Callable[[List], None]] = field(factory=list["Callable[[List], None]"])
    asked: list[tuple[int, int]] = field(factory=list[tuple[int, int]])

    async def fetch(self, skip: int, take: int) -> Page[int]:
        if self.moves:
            self.moves.pop(0)(self)
        self.asked.append((skip, take))
        await anyio.lowlevel.checkpoint()
        rows = tuple(self.rows[skip : skip + min(take, self.cap)])
        return Page(rows=rows, total=len(self.rows) if self.tells_total else None, skip=skip)


def identity(row: int) -> int:
    return row


async def read(
    fetch: Callable[[int, int], Awaitable[Page[int]]],
    *,
    start: int = 0,
    page_size: int = 10,
    concurrency: int = 3,
    on_update: Callable[[PagesUpdate], None] | None = None,
) -> list[int]:
    paging = Paging(start=start, page_size=page_size, concurrency=concurrency, on_update=on_update)
    return [row async for row in iterate_pages(fetch, identity, paging)]


# The plan.


def page_of(rows: int, total: int | None) -> Page[int]:
    return Page(rows=tuple(range(rows)), total=total)


def test_the_first_page_is_asked_for_alone() -> None:
    plan = PagePlan(0, 10, 3)
    assert plan.next_skips() == [0]
    plan.accept([page_of(10, 95)])
    assert plan.next_skips() == [10, 20, 30]
    assert not plan.done


def test_without_a_total_pages_come_one_by_one() -> None:
    plan = PagePlan(0, 10, 3)
    plan.accept([page_of(10, None)])
    assert plan.next_skips() == [10]
    assert plan.shrunk_by == 0


def test_a_short_page_is_asked_beyond_anew() -> None:
    plan = PagePlan(0, 10, 3)
    plan.accept([page_of(10, 95)])
    rows = plan.accept([page_of(10, 95), page_of(4, 95), page_of(10, 95)])
    assert len(rows) == 14
    assert plan.next_skips() == [24, 34, 44]


def test_a_server_that_gives_fewer_rows_than_asked_for() -> None:
    plan = PagePlan(0, 10, 3)
    plan.accept([page_of(4, 95)])
    assert plan.next_skips() == [4, 8, 12]
    # It gives more for once: what came is taken.
    assert len(plan.accept([page_of(10, 95), page_of(4, 95)])) == 10
    assert plan.next_skips() == [14, 24, 34]


def test_the_plan_knows_by_how_much_a_list_shrank() -> None:
    plan = PagePlan(0, 10, 3)
    plan.accept([page_of(10, 95)])
    plan.accept([page_of(10, 90)])
    assert plan.shrunk_by == 5


# Lists that stay.


@given(
    length=st.integers(0, 60),
    page_size=st.integers(1, 25),
    cap=st.integers(1, 25),
    concurrency=st.integers(1, 5),
    start=st.integers(0, 70),
    tells_total=st.booleans(),
)
def test_every_row_comes_once_and_in_order(
    length: int, page_size: int, cap: int, concurrency: int, start: int, tells_total: bool
) -> None:
    source = List(list(range(length)), tells_total=tells_total, cap=cap)
    got = asyncio.run(read(source.fetch, start=start, page_size=page_size, concurrency=concurrency))
    assert got == list(range(length))[start:]
    assert all(take == page_size for _, take in source.asked)


@pytest.mark.parametrize("tells_total", [True, False])
def test_a_server_that_always_gives_the_same_page_ends(tells_total: bool) -> None:
    async def fetch(skip: int, take: int) -> Page[int]:
        return Page(rows=(1, 2, 3), total=3 if tells_total else None)

    assert asyncio.run(read(fetch)) == [1, 2, 3]


@pytest.mark.virtual_time
@pytest.mark.asyncio
async def test_so_many_pages_are_under_way_at_once() -> None:
    under_way: list[int] = []
    most: list[int] = []

    async def fetch(skip: int, take: int) -> Page[int]:
        under_way.append(skip)
        most.append(len(under_way))
        await anyio.sleep(1 if skip % 20 else 2)
        under_way.remove(skip)
        return Page(rows=tuple(range(skip, min(skip + take, 95))), total=95)

    began = asyncio.get_running_loop().time()
    assert await read(fetch) == list(range(95))
    assert max(most) == 3
    # 10 pages in 4 rounds, each as slow as its slowest page.
    assert asyncio.get_running_loop().time() - began == pytest.approx(8)


def test_progress_is_told() -> None:
    updates: list[PagesUpdate] = []
    source = List(list(range(25)))
    asyncio.run(read(source.fetch, on_update=updates.append))
    assert updates == [
        PagesUpdate(position=10, total=25, shrunk_by=0, repeated=0),
        PagesUpdate(position=25, total=25, shrunk_by=0, repeated=0),
    ]


# Lists that move.


def grow(count: int, first: int) -> Callable[[List], None]:
    def move(source: List) -> None:
        source.rows[:0] = range(first + count - 1, first - 1, -1)

    return move


def shrink(count: int) -> Callable[[List], None]:
    def move(source: List) -> None:
        del source.rows[:count]

    return move


@settings(max_examples=200)
@given(
    length=st.integers(0, 60),
    growth=st.lists(st.integers(0, 15), max_size=12),
    page_size=st.integers(1, 20),
    concurrency=st.integers(1, 4),
    tells_total=st.booleans(),
)
def test_a_growing_list_loses_and_doubles_nothing(
    length: int, growth: list[int], page_size: int, concurrency: int, tells_total: bool
) -> None:
    moves = [grow(count, 1000 * number) for number, count in enumerate(growth, 1)]
    before = [-1 - row for row in range(length)]
    source = List(list(before), moves=moves, tells_total=tells_total)
    got = asyncio.run(read(source.fetch, page_size=page_size, concurrency=concurrency))
    assert len(set(got)) == len(got)
    assert [row for row in got if row < 0] == before


@settings(max_examples=200)
@given(
    length=st.integers(1, 60),
    shrinkage=st.lists(st.integers(0, 8), max_size=8),
    page_size=st.integers(1, 20),
    concurrency=st.integers(1, 4),
)
def test_a_shrinking_list_doubles_nothing_and_ends(
    length: int, shrinkage: list[int], page_size: int, concurrency: int
) -> None:
    moves = [shrink(count) for count in [0, *shrinkage]]
    source = List(list(range(length)), moves=moves)
    got = asyncio.run(read(source.fetch, page_size=page_size, concurrency=concurrency))
    assert len(set(got)) == len(got)
    assert got == sorted(got)
    assert set(got) <= set(range(length))


def test_a_shrinking_list_is_told_of() -> None:
    updates: list[PagesUpdate] = []

    source = List(list(range(25)), moves=[shrink(0), shrink(4)])
    got = asyncio.run(read(source.fetch, on_update=updates.append))
    # Rows 10 to 13 moved up, to where nobody looked any more.
    assert got == [*range(10), *range(14, 25)]
    assert updates[-1] == PagesUpdate(position=21, total=21, shrunk_by=4, repeated=0)


def test_repeated_rows_are_told_of() -> None:
    updates: list[PagesUpdate] = []
    source = List(list(range(25)), moves=[grow(0, 0), grow(3, 1000)])
    got = asyncio.run(read(source.fetch, on_update=updates.append))
    assert got == list(range(25))
    assert updates[-1].repeated == 3


# Lists that are shorter than they say.

Fetch = Callable[[int, int], Awaitable[Page[int]]]


def served(rows_at: Callable[[int, int], Iterable[int]], total: int = 95) -> Fetch:
    async def fetch(skip: int, take: int) -> Page[int]:
        await anyio.lowlevel.checkpoint()
        return Page(rows=tuple(rows_at(skip, take)), total=total, skip=skip)

    return fetch


SHORT: dict[str, tuple[Fetch, int]] = {
    "skip is ignored": (served(lambda _, take: range(take)), 10),
    "a hole": (served(lambda s, t: () if s == 40 else range(s, min(s + t, 95))), 40),
    "a cap": (served(lambda s, t: range(s, min(s + t, 60))), 60),
    "a cap within a page": (served(lambda s, t: range(s, min(s + t, 57))), 57),
    "the last page again": (served(lambda s, t: range(min(s, 50), min(s, 50) + t)), 60),
    "nothing at all": (served(lambda _, __: ()), 0),
    "rows that cannot be told apart": (served(lambda s, t: [7] * len(range(s, min(s + t, 95)))), 1),
}


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("how", SHORT)
def test_a_list_that_ends_early_is_no_whole_list(how: str, concurrency: int) -> None:
    fetch, count = SHORT[how]
    got: list[int] = []

    async def run() -> None:
        paging = Paging(page_size=10, concurrency=concurrency, call="GET StatsCalls")
        async for row in iterate_pages(fetch, identity, paging):
            got.append(row)  # noqa: PERF401  # what came before the error counts

    with pytest.raises(ProtocolError) as caught:
        asyncio.run(run())
    assert len(set(got)) == len(got) == count
    assert str(caught.value).startswith(
        f"GET StatsCalls: the list ended after {count} of 95 rows: "
    )
    assert f"start={count}," in caught.value.advice


def test_a_rest_that_ends_early_is_no_whole_rest() -> None:
    fetch, _ = SHORT["a cap"]
    with pytest.raises(ProtocolError, match="after 15 of 50 rows") as caught:
        asyncio.run(read(fetch, start=45))
    assert "start=60," in caught.value.advice
    # Past the hole there is more.
    fetch, _ = SHORT["a hole"]
    assert asyncio.run(read(fetch, start=50)) == list(range(50, 95))


def test_a_part_that_ends_early_is_told_after_the_last_row() -> None:
    calls = Calls(list(range(0, 40, 2)), ENDS["both ends in"], 12, "the whole answer")

    async def fetch(first: datetime, last: datetime, skip: int, take: int) -> Page[int]:
        page = await calls.fetch(first, last, skip, take)
        later = first > BEGIN
        return evolve(page, rows=() if later and skip else page.rows[: 4 if later else take])

    got: list[int] = []

    async def run() -> None:
        paging = Paging(page_size=12, start=1)
        until = BEGIN + timedelta(seconds=40)
        async for row in iterate_windows(fetch, BEGIN, until, identity, paging):
            got.append(row)  # noqa: PERF401  # what came before the error counts

    with pytest.raises(ProtocolError, match="after 4 of 10 rows") as caught:
        asyncio.run(run())
    assert got == [36, 34, 32, *range(20, -1, -2)]
    assert f"start={len(got) + 1}," in caught.value.advice


def test_a_list_that_shrank_for_a_while_may_be_short() -> None:
    rows = {0: range(10), 10: range(10, 20), 20: range(20, 30)}
    totals = iter([35, 34, 35, 35])

    async def fetch(skip: int, take: int) -> Page[int]:
        await anyio.lowlevel.checkpoint()
        return Page(rows=tuple(rows.get(skip, ())), total=next(totals), skip=skip)

    assert asyncio.run(read(fetch, concurrency=1)) == list(range(30))


# Lists cut off.


def test_an_error_says_where_to_go_on() -> None:
    source = List(list(range(45)))

    async def cut(skip: int, take: int) -> Page[int]:
        if skip == 40:
            raise ReplyLost("gone.")
        return await source.fetch(skip, take)

    got: list[int] = []

    async def run() -> None:
        async for row in iterate_pages(cut, identity, Paging(page_size=10)):
            got.append(row)  # noqa: PERF401  # what came before the error counts

    with pytest.raises(ReplyLost) as caught:
        asyncio.run(run())
    assert got == list(range(40))
    assert caught.value.__notes__ == [
        "That much of the list was passed: go on with start=40.",
    ]
    assert asyncio.run(read(source.fetch, start=40)) == list(range(40, 45))


def test_an_error_at_the_start_has_no_note() -> None:
    async def cut(skip: int, take: int) -> Page[int]:
        raise NotFound("no.")

    with pytest.raises(NotFound) as caught:
        asyncio.run(read(cut))
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize(
    "paging",
    [
        lambda: Paging(start=-1),
        lambda: Paging(page_size=0),
        lambda: Paging(page_size=1001),
        lambda: Paging(concurrency=0),
        lambda: page_bounds(-1, 1),
    ],
)
def test_limits(paging: Callable[[], object]) -> None:
    with pytest.raises(InvalidRequest):
        paging()


def test_a_page_has_at_most_1000_rows() -> None:
    assert page_bounds(0, 1000) == {"skip": 0, "take": 1000}
    with pytest.raises(InvalidRequest, match="1000 are given"):
        page_bounds(0, 1001)


# Questions that are refused for the length of their answer.

#: The calls of a time, by second; the latest first, as the service lists them.
Within = Callable[[int, int, int], bool]
ENDS: dict[str, Within] = {
    "both ends in": lambda first, call, last: first <= call <= last,
    "the last out": lambda first, call, last: first <= call < last,
    "the first out": lambda first, call, last: first < call <= last,
    "both ends out": lambda first, call, last: first < call < last,
}


@define
class Calls:
    """StatsCalls in one of the readings of its limit."""

    seconds: list[int]
    within: Within
    limit: int
    reading: str
    tells_total: bool = True
    requests: int = 0

    async def fetch(self, first: datetime, last: datetime, skip: int, take: int) -> Page[int]:
        self.requests += 1
        begin, end = (int((moment - BEGIN).total_seconds()) for moment in (first, last))
        found = sorted(
            (call for call in self.seconds if self.within(begin, call, end)), reverse=True
        )
        too_many = {
            "a page": take > self.limit,
            "the whole answer": len(found) > self.limit,
            "what was passed": skip >= self.limit,
        }
        if too_many[self.reading]:
            raise DaktelaApiError("Prekrocen limit.")
        total = len(found) if self.tells_total else None
        return Page(rows=tuple(found[skip : skip + take]), total=total, skip=skip)


async def read_calls(calls: Calls, length: int, start: int = 0) -> list[int]:
    paging = Paging(start=start, page_size=calls.limit)
    until = BEGIN + timedelta(seconds=length)
    return [row async for row in iterate_windows(calls.fetch, BEGIN, until, identity, paging)]


@settings(max_examples=300)
@given(
    seconds=st.sets(st.integers(0, 400), max_size=120),
    ends=st.sampled_from(list(ENDS)),
    reading=st.sampled_from(["a page", "the whole answer", "what was passed"]),
    limit=st.integers(8, 40),
    tells_total=st.booleans(),
    start=st.integers(0, 130),
)
def test_a_refused_question_is_split(
    seconds: set[int], ends: str, reading: str, limit: int, tells_total: bool, start: int
) -> None:
    within = ENDS[ends]
    calls = Calls(list(seconds), within, limit, reading, tells_total)
    expected = sorted((call for call in seconds if within(0, call, 400)), reverse=True)
    assert asyncio.run(read_calls(calls, 400, start)) == expected[start:]


def test_a_refusal_for_another_reason_costs_one_more_request() -> None:
    requests: list[tuple[datetime, datetime, int, int]] = []

    async def fetch(first: datetime, last: datetime, skip: int, take: int) -> Page[int]:
        requests.append((first, last, skip, take))
        raise NotFound(f"no such queue ({len(requests)}).")

    async def run() -> None:
        until = BEGIN + timedelta(days=365)
        async for _ in iterate_windows(fetch, BEGIN, until, identity, Paging()):
            pass  # pragma: no cover

    with pytest.raises(NotFound, match=r"no such queue \(1\)"):
        asyncio.run(run())
    second = timedelta(seconds=1)
    assert requests[1:] == [(requests[0][1] - second, requests[0][1], 0, 1)]


def test_what_cannot_be_split_further_is_refused() -> None:
    # 5 calls in any 5 seconds, and at most 3 in an answer.
    calls = Calls([0, 100, *range(50, 62)], ENDS["both ends in"], 3, "the whole answer")
    got: list[int] = []

    async def run() -> None:
        paging = Paging(page_size=3)
        until = BEGIN + timedelta(seconds=100)
        async for row in iterate_windows(calls.fetch, BEGIN, until, identity, paging):
            got.append(row)  # noqa: PERF401  # what came before the error counts

    with pytest.raises(DaktelaApiError) as caught:
        asyncio.run(run())
    assert got[0] == 100
    assert caught.value.__notes__ == [
        f"That much of the list was passed: go on with start={len(got)}."
    ]


def test_progress_of_a_split_list_has_no_total() -> None:
    updates: list[PagesUpdate] = []
    calls = Calls(list(range(0, 40, 2)), ENDS["both ends in"], 12, "the whole answer")

    async def run() -> list[int]:
        paging = Paging(page_size=12, on_update=updates.append)
        until = BEGIN + timedelta(seconds=40)
        return [row async for row in iterate_windows(calls.fetch, BEGIN, until, identity, paging)]

    assert len(asyncio.run(run())) == 20
    assert [update.position for update in updates] == [10, 20]
    assert {(update.total, update.shrunk_by) for update in updates} == {(None, 0)}
