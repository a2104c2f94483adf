"""Clocks that jump to the next timer, so that waiting takes no time: for asyncio and for trio."""

from __future__ import annotations

import asyncio
import selectors

from trio.testing import MockClock

from tests import worker_threads

#: How long the loop sleeps before it looks at the worker threads again, in real seconds.
_GRACE = 0.02


class _JumpingSelector(selectors.DefaultSelector):
    """Report what is ready; when nothing is, count the time that would have been waited."""

    def __init__(self) -> None:
        super().__init__()
        self.jumped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            # Nothing is scheduled: only another thread can go on, and it takes real time.
            return super().select(None)
        if timeout > 0 and worker_threads.any_at_work():
            return super().select(_GRACE)
        ready = super().select(0)
        if not ready and timeout > 0:
            self.jumped += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Run asyncio on virtual time."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.jumped


def virtual_trio_clock() -> MockClock:
    """Return a clock for trio that jumps when all tasks wait and no worker thread is at work."""
    clock = MockClock(autojump_threshold=0.001)
    jump = clock.jump
    idle = False

    def jump_unless_threads_work(seconds: float) -> None:
        nonlocal idle
        # trio asks when nothing has happened for a moment. A thread may have handed over its result
        # right after that moment and be idle now, so trio looks once more before the clock jumps.
        idle, was_idle = not worker_threads.any_at_work(), idle
        if idle and was_idle:
            idle = False
            jump(seconds)

    clock.jump = jump_unless_threads_work  # type: ignore[method-assign]
    return clock
