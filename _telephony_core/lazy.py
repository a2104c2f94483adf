"""Public names that are loaded when somebody first asks for them (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def lazy_names(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` for a package whose names live in other modules.

    `homes` tells for each module which names it is the home of, with blanks between them. A module
    is loaded when the first of its names is asked for; two threads that ask at once get the same.
    The package's own modules among them are there as attributes too, as after imports at its head.
    """
    home_of = {name: home for home, names in homes.items() for name in names.split()}
    modules = {home.split(".")[1] for home in homes if home.startswith(".")}

    def get(name: str) -> object:
        if name in home_of:
            found: object = getattr(import_module(home_of[name], package), name)
        elif name in modules:
            found = import_module(f".{name}", package)
        else:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        # From now on the package has it, and does not ask here again.
        setattr(sys.modules[package], name, found)
        return found

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *home_of, *modules})

    return get, names
