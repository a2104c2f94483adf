"""Rows of JSON values into a CSV file: whole or not at all."""

from __future__ import annotations

import csv
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from .plain import JsonValue


def write_csv(path: Path, names: Sequence[str], rows: Iterable[Mapping[str, JsonValue]]) -> int:
    """Write the named fields of rows to a file, in UTF-8, and return how many rows there were.

    The file takes its place when it is complete; an existing one stays as it was until then.
    """
    part = path.with_name(f".{path.name}-{secrets.token_hex(4)}.part")
    count = 0
    try:
        with part.open("x", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(names)
            for count, row in enumerate(rows, 1):  # noqa: B007  # returned below
                writer.writerow([_field(row.get(name)) for name in names])
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def _field(value: JsonValue) -> str | int | float:
    """Return a JSON value as a field: texts and numbers bare, everything else as JSON has it."""
    if value is None:
        return ""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return value
    return json.dumps(value, ensure_ascii=False)
