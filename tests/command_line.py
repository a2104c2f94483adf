"""What the tests of the command lines share: a way to run one, and terminals that are none."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import pytest
from attrs import frozen
from cyclopts import App

ROOT = Path(__file__).parents[1]


@frozen
class Ended:
    """How a command ended, and what it showed."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The JSON objects of the output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def row(self) -> dict[str, Any]:
        """The only JSON object of the output."""
        (row,) = self.rows
        return row


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@contextmanager
def typed(text: str) -> Generator[TextIO]:
    """Open a terminal at which somebody types, and at last ends the input."""
    import pty

    controller, terminal = pty.openpty()
    with open(terminal, encoding="utf-8") as stdin, open(controller, "wb", buffering=0) as keys:  # noqa: PTH123
        keys.write(text.encode() + b"\x04")  # Ctrl-D
        yield stdin


class CommandLine:
    """Run commands in this process."""

    def __init__(
        self, main: Callable[[Sequence[str]], int], capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._main = main
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Ended:
        self._capsys.readouterr()
        code = self._main(arguments)
        shown = self._capsys.readouterr()
        return Ended(code, shown.out, shown.err)


def commands(app: App, path: tuple[str, ...] = ()) -> Generator[tuple[str, ...]]:
    """Yield the words of every command there is."""
    names = [name for name in app if not name.startswith("-")]
    if not names:
        yield path
    for name in names:
        yield from commands(app[name], (*path, name))


def clean_environment(**variables: str) -> dict[str, str]:
    """Return the environment of a process without credentials of anybody."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SPIKON_", "DAKTELA_"))
    }
    return {**environment, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT), **variables}


@contextmanager
def process(
    module: str,
    arguments: Sequence[str],
    variables: Mapping[str, str],
    *,
    terminal: int | None = None,
) -> Generator[subprocess.Popen[str]]:
    """Run a command line as a process of its own, with pipes or on a terminal."""
    stream = subprocess.PIPE if terminal is None else terminal
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", module, *arguments],
        env=clean_environment(**variables),
        encoding="utf-8",
        stdin=stream,
        stdout=stream,
        stderr=stream,
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another process brings about, for a minute at most."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Listener:
    """A port at which every connection is counted and nothing is answered."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def count(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@contextmanager
def listening() -> Generator[Listener]:
    """Listen while the block lasts."""
    listener = Listener()
    thread = threading.Thread(target=listener.count)
    thread.start()
    try:
        yield listener
    finally:
        listener.close()
        thread.join()
