"""Long work in a thread that leaves the event loop its turns.

Python hands the interpreter from a thread at work to another one only every 5 ms, and an event loop
needs several turns for whatever it does: beside a thread that reads a long answer it would answer
everything else late. Such work rests for a moment every now and then instead.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar, cast

T = TypeVar("T")

#: Seconds of work after which others have their turn, and seconds of rest: enough to wake them up.
_WORK, _REST = 0.002, 0.000_2
#: So many small things are done between two looks at the clock.
_FEW = 50


class _Thread(threading.local):
    #: When it rests next; None where there is nobody to rest for.
    until: float | None = None


_this_thread = _Thread()


def yielding(work: Callable[[], T]) -> T:
    """Do work in this thread, and rest wherever it calls `rest`."""
    _this_thread.until = time.perf_counter() + _WORK
    try:
        return work()
    finally:
        _this_thread.until = None


def rest() -> None:
    """Let others have their turn, if this thread works beside an event loop and it is time."""
    if _this_thread.until is not None and time.perf_counter() >= _this_thread.until:
        time.sleep(_REST)
        _this_thread.until = time.perf_counter() + _WORK


def in_parts(items: list[T], *, use_up: bool = False) -> Iterator[list[T]]:
    """Yield items a few at a time, and rest in between.

    Those that are used up leave None in their place: to free a hundred thousand of them at once
    would take a tenth of a second.
    """
    for start in range(0, len(items), _FEW):
        few = items[start : start + _FEW]
        if use_up:
            items[start : start + _FEW] = cast("list[T]", [None] * len(few))
        yield few
        rest()
