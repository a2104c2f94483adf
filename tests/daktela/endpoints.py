"""The rows of all chapters, from the modules `rows_*`, each of which has `ROWS`.

A module may have two more: `FLOWS`, the public coroutines that are made of others and have tests of
their own, and `DOWNLOADS`, the variants whose answer is a file, as (variant, name).
"""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.daktela.helpers import Endpoint

_MODULES = [
    importlib.import_module(f"tests.daktela.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("rows_*.py"))
]

ENDPOINTS: tuple[Endpoint, ...] = tuple(row for module in _MODULES for row in module.ROWS)
FLOWS: frozenset[str] = frozenset(
    name for module in _MODULES for name in getattr(module, "FLOWS", ())
)
DOWNLOADS: frozenset[tuple[str, str]] = frozenset(
    pair for module in _MODULES for pair in getattr(module, "DOWNLOADS", ())
)
