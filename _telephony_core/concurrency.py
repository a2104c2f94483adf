"""Several calls at once, with a bound, and without exception groups."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import anyio

T = TypeVar("T")
U = TypeVar("U")


async def map_bounded(
    function: Callable[[T], Awaitable[U]], items: Iterable[T], limit: int
) -> list[U]:
    """Return the results of an async function for all items, in order, so many at a time.

    The first exception stops the rest and is raised as it is, not in a group.
    """
    waiting = list(enumerate(items))[::-1]
    results: dict[int, U] = {}
    failures: list[Exception] = []

    async def work() -> None:
        try:
            while waiting:
                index, item = waiting.pop()
                results[index] = await function(item)
        except Exception as error:
            failures.append(error)
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for _ in range(min(limit, len(waiting))):
            group.start_soon(work)
    if failures:
        raise failures[0]
    return [results[index] for index in sorted(results)]
