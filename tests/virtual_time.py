"""An asyncio loop on which waiting takes no time: its clock jumps to the next timer."""

from __future__ import annotations

import asyncio
import selectors
import threading

#: How long a worker thread is given before the clock jumps, in real seconds.
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
        ready = super().select(_GRACE if timeout > 0 and _threads_at_work() else 0)
        if not ready and timeout > 0:
            self.jumped += timeout
        return ready


def _threads_at_work() -> bool:
    return any("AnyIO worker thread" in thread.name for thread in threading.enumerate())


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Run asyncio on virtual time."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.jumped
