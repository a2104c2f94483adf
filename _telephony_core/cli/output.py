"""What a command shows: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Generic, TypeVar

import anyio
from attrs import field, frozen
from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ..errors import InvalidRequest
from .plain import JsonValue, cell, plain_fields

T = TypeVar("T")

#: Whether an event loop can wait for what is typed, as for a socket.
_WAITS_FOR_TERMINALS = os.name == "posix"
#: No table is wider. What is read by a program and not by a person is not fitted to a window.
_WIDE = 10_000


@frozen
class Column(Generic[T]):
    """A column of a table: its heading, what stands in it, and whether that is a number."""

    heading: str
    value: Callable[[T], object]
    number: bool = field(default=False, kw_only=True)


def by_name(*names: str, numbers: Iterable[str] = ()) -> tuple[Column[object], ...]:
    """Return columns of the fields with these names."""
    right = set(numbers)

    def column(name: str) -> Column[object]:
        return Column(name.replace("_", " "), lambda row: getattr(row, name), number=name in right)

    return tuple(column(name) for name in (*names, *numbers))


class _Console(Console):
    """A console that leaves a closed pipe to whoever runs the command."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class Output:
    """Show the results of one command: tables for people, or JSON, one object a line."""

    def __init__(self, program: str, *, as_json: bool) -> None:
        self.as_json = as_json
        self._program = program
        # Asked of the stream, and not of rich: to be told to colour a pipe makes it no terminal.
        self.on_terminal = sys.stdout.isatty()
        self._console = _Console(file=sys.stdout, highlight=False, markup=False)
        self._errors = _Console(file=sys.stderr, highlight=False, markup=False)
        if not self.on_terminal:
            self._console.width = _WIDE

    # Results.

    def rows(
        self,
        rows: Iterable[T],
        columns: Iterable[Column[T]],
        *,
        plain: Callable[[T], Mapping[str, JsonValue]] = plain_fields,
    ) -> None:
        """Show rows: a table, or a JSON object each."""
        if self.as_json:
            for row in rows:
                self.json(plain(row))
        else:
            self._console.print(table(rows, columns))

    def record(
        self,
        record: T,
        columns: Iterable[Column[T]],
        *,
        plain: Callable[[T], Mapping[str, JsonValue]] = plain_fields,
    ) -> None:
        """Show one record: a line for each column, or a JSON object."""
        if self.as_json:
            self.json(plain(record))
            return
        grid = Table.grid(padding=(0, 2))
        for column in columns:
            grid.add_row(Text(column.heading, "dim"), Text(cell(column.value(record))))
        self._console.print(grid)

    def json(self, value: Mapping[str, JsonValue]) -> None:
        """Print an object on a line of its own, at once."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    def line(self, text: str, style: str = "") -> None:
        """Print a line for people."""
        self._console.print(Text(text, style), soft_wrap=True)

    @contextmanager
    def live(self, render: Callable[[], RenderableType]) -> Generator[None, None, None]:
        """Show something that is drawn anew every half second, on a terminal."""
        with Live(
            get_renderable=render,
            console=self._console,
            refresh_per_second=2,
            vertical_overflow="ellipsis",
        ):
            yield

    # Everything else.

    def note(self, text: str) -> None:
        """Say something that is no result."""
        self._errors.print(Text(text), soft_wrap=True)

    def error(self, text: object) -> None:
        """Say what went wrong."""
        self.note(f"{self._program}: {text}")

    @contextmanager
    def progress(
        self, what: str, total: int | None = None
    ) -> Generator[Callable[[str, int], None], None, None]:
        """Show how something goes on, on a terminal; yield what is told its state and count."""
        if not sys.stderr.isatty():
            yield lambda _state, _count: None
            return
        bar = Progress(
            TextColumn("{task.description}"),
            *((BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) if total else ()),
            console=self._errors,
            transient=True,
        )
        with bar:
            task = bar.add_task(what, total=total)

            def tell(state: str, count: int) -> None:
                bar.update(task, description=cell(f"{what}: {state}"), completed=count)

            yield tell

    async def confirm(self, question: str) -> bool:
        """Ask a person; whoever is none must say so beforehand."""
        if not sys.stdin.isatty():
            raise InvalidRequest(
                "this costs money, and there is nobody to ask.", advice="Agree with --yes."
            )
        self._errors.print(Text(f"{question} [y/N] "), end="")
        answer = await _typed_line() if _WAITS_FOR_TERMINALS else _typed_line_at_rest()
        return answer.strip().lower() in {"y", "yes"}


async def _typed_line() -> str:
    """Return the next line that is typed.

    A terminal can be read once its line is complete. Until then the event loop waits, so that
    Ctrl-C is heard at every moment: a read of one's own would miss the one that comes just before
    the system begins to wait.
    """
    await anyio.wait_readable(sys.stdin)
    return sys.stdin.readline()


def _typed_line_at_rest() -> str:
    """Return the next line that is typed, where the event loop cannot wait for it.

    Meanwhile the loop is at rest, and asyncio turns the first Ctrl-C into the cancellation of a
    task, which would come after the answer. So for as long as it waits, Ctrl-C is what it always
    is.
    """
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return sys.stdin.readline()
    finally:
        signal.signal(signal.SIGINT, handler)


def table(rows: Iterable[T], columns: Iterable[Column[T]]) -> Table:
    """Return a table for people."""
    columns = tuple(columns)
    shown = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        shown.add_column(column.heading, justify="right" if column.number else "left")
    for row in rows:
        shown.add_row(*(Text(cell(column.value(row))) for column in columns))
    return shown
