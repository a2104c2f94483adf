"""Tell whether worker threads are at work, so that a clock that jumps can stand still meanwhile.

How long a thread takes depends on the machine, and a pause that is generous on one is too short on
another. So the threads themselves are looked at: where each of them is in its code.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from queue import Queue
from types import FrameType


def any_at_work() -> bool:
    """Tell whether a worker thread of asyncio or trio does something, or is about to."""
    frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]
    return any(
        _at_work(thread, frames[thread.ident])
        for thread in threading.enumerate()
        if thread.ident in frames and thread is not threading.current_thread()
    )


def _at_work(thread: threading.Thread, frame: FrameType) -> bool:
    where = {(_file(frame), frame.f_code.co_name): frame for frame in _stack(frame)}
    if "AnyIO worker thread" in thread.name:
        jobs: object = getattr(thread, "queue", None)
        idle = any(file == "queue.py" for file, _ in where)
        return not idle or (isinstance(jobs, Queue) and not jobs.empty())
    # A worker of trio waits in the one function, where it may have a job already, and works in the
    # other.
    waiting = where.get(("_thread_cache.py", "_work"))
    given = waiting is not None and getattr(waiting.f_locals.get("self"), "_job", None) is not None
    return given or ("_thread_cache.py", "_handle_job") in where


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _file(frame: FrameType) -> str:
    return frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
