"""How fast, and how many at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import anyio

T = TypeVar("T")


class Pace:
    """Let callers pass one after another, at most so many in a second."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1.0 / per_second
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for one's turn."""
        now = anyio.current_time()
        mine = max(now, self._next)
        self._next = mine + self._gap
        await anyio.sleep(mine - now)


async def for_each(
    items: Iterable[T],
    act: Callable[[T], Awaitable[None]],
    *,
    at_once: int,
    pace: Pace | None = None,
) -> None:
    """Do something with every item, some at a time.

    After the first failure nothing more is begun; what is under way is brought to its end, not
    cut off, and then the failure is raised.
    """
    waiting = list(items)[::-1]
    failures: list[Exception] = []

    async def take() -> None:
        while waiting:
            if pace is not None:
                await pace.turn()
            if failures or not waiting:
                return
            try:
                await act(waiting.pop())
            except Exception as error:
                failures.append(error)

    async with anyio.create_task_group() as group:
        for _ in range(min(at_once, len(waiting))):
            group.start_soon(take)
    if failures:
        raise failures[0]
