"""Run one benchmark and write its rows to a file: the child process of `__main__`.

python -m tests.benchmarks.single MODULE FILE [--quick]
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

from cattrs import structure, unstructure

from .table import Row

#: The exit code that says that a library to compare with is missing.
PEER_MISSING = 3


class Benchmark(Protocol):
    """A module of this package that measures."""

    def run(self, *, quick: bool) -> list[Row]: ...


def write_rows(rows: Sequence[Row], file: Path) -> None:
    file.write_text(json.dumps(unstructure(list(rows))), "utf-8")


def read_rows(file: Path) -> list[Row]:
    return structure(json.loads(file.read_text("utf-8")), list[Row])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("file", type=Path)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    try:
        benchmark = cast(Benchmark, importlib.import_module(options.module))
        rows = benchmark.run(quick=options.quick)
    except ModuleNotFoundError as error:
        print(
            f"{options.module}: {error.name} is not installed; "
            "pip install -e '.[benchmarks]' brings what the benchmarks compare with.",
            file=sys.stderr,
        )
        return PEER_MISSING
    write_rows(rows, options.file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
