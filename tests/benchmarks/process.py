"""What the system tells about this process, and processes made for one measurement alone."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

#: Linux alone tells what is measured here; elsewhere the rows are left out.
TELLS = sys.platform == "linux"


def raise_file_limit() -> None:
    """Let this process have as many file descriptors as the system allows."""
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def resident_memory() -> int:
    """Return the bytes of memory that this process has now. Linux only."""
    return _told("VmRSS")


def peak_memory() -> int:
    """Return the most bytes of memory that this process had since it was forgotten. Linux only."""
    return _told("VmHWM")


def forget_peak_memory() -> None:
    """Let the peak of the memory begin anew at what it is now. Linux only."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def _told(what: str) -> int:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"the system tells no {what}")


def open_sockets() -> int:
    """Count the sockets that this process has open, in whatever state. Linux only."""
    count = 0
    for entry in Path("/proc/self/fd").iterdir():
        # The folder itself is read by a file descriptor that is gone now.
        with suppress(FileNotFoundError):
            count += entry.is_socket()
    return count


def in_fresh_process(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function of a module in a process that has done nothing before."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *args, **kwargs).result()
