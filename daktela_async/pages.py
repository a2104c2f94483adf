"""Lists fetched whole: page after page, a few at a time, in order, each row once.

The service numbers the rows of a list by their place (skip and take), so rows move when the list
grows or shrinks while it is read. And it refuses an answer of more than 1000 calls, which may mean
a page or everything that a question finds: a question that is refused is therefore asked for
shorter and shorter times.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Hashable
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, Protocol, TypeVar

from attrs import define, field, frozen

from _telephony_core import checks
from _telephony_core.concurrency import map_bounded

from .errors import DaktelaApiError, InvalidRequest, ProtocolError
from .models.paging import Page, PagesUpdate

T = TypeVar("T")

#: The most rows that are asked for at once: what StatsCalls and GetAttempts allow.
MOST_ROWS = 1000
#: Pages under way at once unless told otherwise.
CONCURRENCY = 3

#: Fetch the page with so many rows after so many others.
FetchPage = Callable[[int, int], Awaitable[Page[T]]]
#: Fetch it from a list of what was between two times.
FetchWindow = Callable[[datetime, datetime, int, int], Awaitable[Page[T]]]

_SECOND = timedelta(seconds=1)
#: Times shorter than this are not split any more.
_SHORTEST = 4 * _SECOND
#: So many times the same page after itself is no coincidence any more.
_STUCK = 20


class AskForPage(Protocol[T]):
    """Ask for a page of a list of what was between two times, as the resources do."""

    def __call__(
        self, since: datetime, until: datetime, /, *, skip: int, take: int
    ) -> Awaitable[Page[T]]:
        """Return the page with so many rows after so many others."""
        ...


@frozen(kw_only=True)
class Paging:
    """Say how a list is to be fetched.

    Attributes:
        start: how many rows of the list to pass over.
        page_size: rows asked for at once, from 1 to 1000.
        concurrency: pages under way at once.
        on_update: told how far it is, after every round of pages.
        call: how errors name what is fetched, such as "GET StatsCalls".
    """

    start: int = 0
    page_size: int = MOST_ROWS
    concurrency: int = CONCURRENCY
    on_update: Callable[[PagesUpdate], None] | None = None
    call: str = ""

    def __attrs_post_init__(self) -> None:
        checks.whole("start", self.start, least=0)
        checks.whole("concurrency", self.concurrency, least=1)
        page_bounds(self.start, self.page_size)


def page_bounds(skip: int, take: int) -> dict[str, int]:
    """Return the parameters of a page, checked; a page has at most 1000 rows."""
    checks.whole("skip", skip, least=0)
    checks.whole("take", take, least=1)
    if take > MOST_ROWS:
        raise InvalidRequest(
            f"a page of {take} rows is asked for; at most {MOST_ROWS} are given.",
            advice="Fetch several pages, as the iter_ methods do. See Daktela StatsCalls.",
        )
    return {"skip": skip, "take": take}


@define
class PagePlan:
    """Decide which pages come next, from what came before. Pure.

    Only the first page is asked for alone; with the total known, several are. A page that is
    shorter than expected, or longer, is taken, and what was asked for beyond it is asked for anew.
    """

    position: int
    page_size: int
    concurrency: int = 1
    total: int | None = None
    done: bool = False
    first_total: int | None = None
    #: Whether the list ever was shorter than before.
    shrank: bool = False
    #: Rows that the server really gives at once; it may give fewer than asked for.
    _step: int = field(default=0, init=False)

    def next_skips(self) -> list[int]:
        """Return how many rows come before each of the next pages."""
        if self.total is None or not self._step:
            return [self.position]
        skips = range(self.position, self.total, self._step)
        return list(skips[: self.concurrency])

    def accept(self, pages: list[Page[T]]) -> list[T]:
        """Return the rows of the pages that follow each other without a gap."""
        rows: list[T] = []
        for page in pages:
            if page.total is not None:
                self.shrank |= page.total < (self.total or 0)
                self.total = page.total
                if self.first_total is None:
                    self.first_total = page.total
            rows += page.rows
            self.position += len(page.rows)
            expected = self._step or self.page_size
            if not self._step or len(page.rows) > self._step:
                self._step = min(len(page.rows), self.page_size)
            if len(page.rows) != expected:
                break
        self.done = not rows or (self.total is not None and self.position >= self.total)
        return rows

    @property
    def ended_early(self) -> bool:
        """Whether the last page was empty though the service says that more rows follow."""
        return self.done and self.position < (self.total or 0)

    @property
    def shrunk_by(self) -> int:
        """By how many rows the list is shorter than it was at first."""
        return max(0, (self.first_total or 0) - (self.total or 0))


class _Walk(Generic[T]):
    """Go through one list: know what was passed, and let each row through once."""

    def __init__(self, identity: Callable[[T], Hashable], paging: Paging) -> None:
        self._identity = identity
        self._paging = paging
        self._seen: set[Hashable] = set()
        self._repeated = 0
        self._through = 0
        self._to_pass = 0
        self._split = False
        self._last: list[Hashable] = []
        self._same = 0
        #: What came of the list, or of this part of it, and whether the last pages brought more.
        self._came: set[Hashable] = self._seen
        self._stale = False
        #: Rows that the service says there are, and that came, of all parts that lack some.
        self._promised = self._kept = 0
        self.plan = PagePlan(paging.start, paging.page_size, paging.concurrency)

    @property
    def position(self) -> int:
        """How many rows of the list were passed: places in it, or rows when it is split."""
        return self._paging.start + self._through if self._split else self.plan.position

    @property
    def split(self) -> bool:
        """Whether the list is fetched in parts."""
        return self._split

    def begin_part(self) -> None:
        """Begin with a part of the list, from its first row."""
        if not self._split:
            self._split, self._to_pass = True, self._paging.start
        self._came, self._stale = set(), False
        self.plan = PagePlan(0, self._paging.page_size, self._paging.concurrency)

    def end_part(self) -> None:
        """Note whether the list, or this part of it, came as long as the service says that it is.

        It does not when the service looks at `skip` no more, has a hole, or gives only so many
        rows. A list that moves is another matter: what it had at first comes if it grows, and may
        not if it shrinks.
        """
        promised = (self.plan.first_total or 0) - (0 if self._split else self._paging.start)
        came = len(self._came)
        if came < promised and not self.plan.shrank and (self.plan.ended_early or self._stale):
            self._promised += promised
            self._kept += came

    def check_complete(self) -> None:
        """Raise `ProtocolError` if any part of the list lacks rows."""
        if not self._promised:
            return
        raise ProtocolError(
            f"the list ended after {self._kept} of {self._promised} rows: the service gives no"
            " more, though it says that there are.",
            call=self._paging.call,
            advice=f"Go on with start={self._paging.start + self._through}, with a larger start to"
            " pass over what the service does not give, or ask for shorter times.",
        )

    async def step(self, fetch: FetchPage[T]) -> list[T]:
        """Fetch the next pages, and return what is new in them."""

        async def page(skip: int) -> Page[T]:
            return await fetch(skip, self.plan.page_size)

        pages = await map_bounded(page, self.plan.next_skips(), self.plan.concurrency)
        rows = self.plan.accept(pages)
        before = len(self._came)
        fresh = self._sift(rows)
        self._stale = bool(rows) and len(self._came) == before
        self._end_if_stuck(rows)
        if self._paging.on_update is not None:
            self._paging.on_update(
                PagesUpdate(
                    position=self.position,
                    total=None if self._split else self.plan.total,
                    shrunk_by=0 if self._split else self.plan.shrunk_by,
                    repeated=self._repeated,
                )
            )
        return fresh

    def _end_if_stuck(self, rows: list[T]) -> None:
        """End when a server that tells no total gives the same page again and again.

        Once or twice that only says that the list grew by a page meanwhile.
        """
        keys = [self._identity(row) for row in rows]
        self._same = self._same + 1 if keys == self._last else 0
        self._last = keys
        if self.plan.total is None and self._same >= _STUCK:
            self.plan.done = True

    def _sift(self, rows: list[T]) -> list[T]:
        fresh: list[T] = []
        for row in rows:
            key = self._identity(row)
            known = key in self._seen
            self._came.add(key)
            if known:
                self._repeated += 1
                continue
            self._seen.add(key)
            if self._to_pass:
                self._to_pass -= 1
            else:
                fresh.append(row)
        self._through += len(fresh)
        return fresh


def fetching(ask: AskForPage[T]) -> FetchWindow[T]:
    """Return a method of a resource, with its filters, as what the functions below fetch by."""

    async def fetch(since: datetime, until: datetime, skip: int, take: int) -> Page[T]:
        return await ask(since, until, skip=skip, take=take)

    return fetch


async def iterate_pages(
    fetch: FetchPage[T], identity: Callable[[T], Hashable], paging: Paging
) -> AsyncGenerator[T, None]:
    """Yield all rows of a list in its order, each once.

    `identity` tells rows apart: what it returns is remembered for every row. An error says in a
    note how far it got, in the number to hand over as `start`. When fewer rows came than the
    service says that there are, and the list did not shrink, `ProtocolError` is raised at the end.
    """
    walk = _Walk(identity, paging)
    while not walk.plan.done:
        with _noted(walk):
            rows = await walk.step(fetch)
        for row in rows:
            yield row
    walk.end_part()
    walk.check_complete()


async def iterate_windows(
    fetch: FetchWindow[T],
    since: datetime,
    until: datetime,
    identity: Callable[[T], Hashable],
    paging: Paging,
) -> AsyncGenerator[T, None]:
    """Yield all rows between two times, each once; a question that is refused is split by time.

    The times are those of the service's clock, without a time zone: that is how the service
    compares them. The parts are asked for from the last to the first, since the service lists the
    latest calls first; they overlap by a second, whether or not their ends belong to them. When a
    question about one second is refused too, it is not for the length of the answer, and the first
    refusal is raised. A part that is shorter than the service says raises `ProtocolError` after the
    last row, as it does for `iterate_pages`.
    """
    walk = _Walk(identity, paging)
    windows = [(since, until)]
    while windows:
        first, last = windows.pop()
        if walk.split:
            walk.begin_part()
        while not walk.plan.done:
            rows: list[T] = []
            with _noted(walk):
                try:
                    rows = await walk.step(partial(fetch, first, last))
                except DaktelaApiError as refusal:
                    windows += await _halves(fetch, first, last, refusal, probe=not walk.split)
                    walk.begin_part()
                    walk.plan.done = True
            for row in rows:
                yield row
        walk.end_part()
    walk.check_complete()


async def _halves(
    fetch: FetchWindow[T],
    first: datetime,
    last: datetime,
    refusal: DaktelaApiError,
    *,
    probe: bool,
) -> list[tuple[datetime, datetime]]:
    """Return the two halves of a time, the later one last, or raise the refusal of the whole."""
    if last - first <= _SHORTEST:
        raise refusal
    if probe:
        try:
            await fetch(last - _SECOND, last, 0, 1)
        except DaktelaApiError:
            raise refusal from None
    middle = first + (last - first) // 2 // _SECOND * _SECOND
    return [(first, middle), (middle - _SECOND, last)]


@contextmanager
def _noted(walk: _Walk[T]) -> Generator[None, None, None]:
    """Say in whatever ends the block how far the list was read."""
    try:
        yield
    except BaseException as error:
        if walk.position:
            error.add_note(f"That much of the list was passed: go on with start={walk.position}.")
        raise
