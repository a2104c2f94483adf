"""What the system tells about this process, and processes made for one measurement alone."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
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
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise OSError("the system tells no VmRSS")


def open_sockets() -> int:
    """Count the TCP sockets that this process has open. Linux only."""
    count = 0
    tcp = _tcp_inodes()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except FileNotFoundError:  # the one by which the folder itself was read
            continue
        count += target.startswith("socket:[") and target[8:-1] in tcp
    return count


def _tcp_inodes() -> set[str]:
    """Return the numbers of all TCP sockets of this machine that belong to a process."""
    lines = Path("/proc/self/net/tcp").read_text("ascii").splitlines()[1:]
    return {line.split()[9] for line in lines} - {"0"}


def in_fresh_process(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function of a module in a process that has done nothing before."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *args, **kwargs).result()
