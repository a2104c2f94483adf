"""A Redis server and worker processes, on this machine and for one test at a time.

The workers are forked from a process that has imported everything, and so start within
milliseconds; otherwise they are what `python -m examples.worker run` is.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from examples.worker.__main__ import main

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.examples.worker_processes"])


def work(environment: Mapping[str, str], arguments: Sequence[str]) -> None:
    """Be a worker."""
    os.environ.update(environment)
    sys.exit(main(arguments))


@contextmanager
def worker_processes(
    environment: Mapping[str, str], arguments: Sequence[str], *, count: int = 1
) -> Generator[list[BaseProcess], None, None]:
    """Run worker processes for the time of the block; who is left then is killed."""
    processes: list[BaseProcess] = [
        CONTEXT.Process(target=work, args=(dict(environment), list(arguments)))
        for _ in range(count)
    ]
    for process in processes:
        process.start()
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.join(30)


@contextmanager
def redis_server(folder: Path, port: int = 0) -> Generator[str, None, None]:
    """Run a Redis server of one's own, on a free port unless told otherwise; give its address."""
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI") and sys.platform == "linux":
            pytest.fail("redis-server is missing (Debian's package redis-server)")
        pytest.skip("redis-server is not installed (Debian's package redis-server)")
    port = port or free_port()
    folder.mkdir()
    process = subprocess.Popen(
        [program, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(500):
        assert process.poll() is None, "redis-server ended"
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError("redis-server does not answer")
