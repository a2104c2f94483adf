"""Measure all that has a target, and print the table: `python -m tests.benchmarks`."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import BENCHMARKS, COUNTING
from .machine import describe
from .single import read_rows
from .table import Row, markdown

#: Seconds after which one benchmark is given up, on the busiest machine.
_LONGEST = 600


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if all was measured (with `--strict`: and every target is met), else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: under a minute in all")
    parser.add_argument(
        "--only", action="append", choices=BENCHMARKS, metavar="NAME", help=", ".join(BENCHMARKS)
    )
    parser.add_argument("--markdown", action="store_true", help="print nothing but the table")
    parser.add_argument("--strict", action="store_true", help="fail when a target is missed")
    options = parser.parse_args(arguments)
    names: list[str] = options.only or list(BENCHMARKS)
    found: dict[str, list[Row] | None] = {}

    def measure(name: str) -> None:
        started = time.perf_counter()
        found[name] = _measure(name, Path(folder) / f"{name}.json", quick=options.quick)
        if not options.markdown:
            print(f"{name}: {time.perf_counter() - started:.0f} s", file=sys.stderr)

    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            if name not in COUNTING:
                measure(name)
        with ThreadPoolExecutor() as pool:
            list(pool.map(measure, COUNTING.intersection(names)))
    failed = [name for name in names if found[name] is None]
    rows = [row for name in names for row in found[name] or ()]
    print(markdown(rows))
    print(f"\nMeasured on {describe()}")
    missed = [row for row in rows if row.ok is False]
    if not options.markdown:
        judged = sum(row.ok is not None for row in rows)
        print(f"\n{judged - len(missed)} of {judged} targets hold.")
        for row in missed:
            print(f"missed: {row.what}" + (f" / {row.peer}" if row.peer else ""))
    if failed:
        print(f"not measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed or (options.strict and missed) else 0


def _measure(name: str, file: Path, *, quick: bool) -> list[Row] | None:
    """Run one benchmark in a process of its own; None when it could not be run."""
    command = [sys.executable, "-m", f"{__package__}.single", f"{__package__}.{name}", str(file)]
    if quick:
        command.append("--quick")
    # What it prints is for the eye; the table alone goes to the standard output. In a session of
    # its own, it can be ended with all the processes that it has started.
    with subprocess.Popen(command, stdout=sys.stderr, start_new_session=True) as process:
        try:
            done = process.wait(_LONGEST) == 0
        except BaseException as error:
            _end(process)
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            print(f"{name}: given up after {_LONGEST} s", file=sys.stderr)
            done = False
    return read_rows(file) if done else None


def _end(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
