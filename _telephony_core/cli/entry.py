"""The way into a command line, which says in one line what is missing to run it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import cast

#: What the extra `cli` brings, and what that needs itself.
_OF_THE_EXTRA = frozenset({"cyclopts", "docstring_parser", "rich", "rich_rst"})


def start(name: str, module: str) -> int:
    """Run the command line `name`, which is the `main` of a module, and return its exit code."""
    try:
        main = cast("Callable[[list[str]], int]", import_module(module).main)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _OF_THE_EXTRA:
            raise
        print(f"{name} needs the extra: pip install 'spikon-daktela-async[cli]'", file=sys.stderr)
        return 2
    return main(sys.argv[1:])
