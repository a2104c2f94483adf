"""Models as plain values for JSON and CSV, and as short texts for tables. Pure.

The form is part of what the command lines promise: objects with the field names of the models;
money and other exact numbers as texts; times in ISO 8601 with their offset; durations in seconds;
vocabularies that the service numbers by their English names, those that it names as it names
them; what the service sent and no document describes in `extra`, if there is any. What a `repr`
keeps to itself is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from typing import TypeAlias, cast

import attrs

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"


def plain(value: object) -> JsonValue:
    """Return a value as JSON has it."""
    if isinstance(value, StrEnum):
        return word(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, timedelta):
        return seconds(value)
    if isinstance(value, date):
        return value.isoformat()
    if attrs.has(type(value)):
        return plain_fields(value)
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {str(name): plain(item) for name, item in items}
    if isinstance(value, Set):
        return sorted((plain(item) for item in cast("Set[object]", value)), key=str)
    if isinstance(value, list | tuple):
        return [plain(item) for item in cast("list[object]", value)]
    return str(value)


def plain_fields(record: object) -> dict[str, JsonValue]:
    """Return the fields of a record as JSON has them."""
    return {name: plain(getattr(record, name)) for name in shown_fields(record)}


def shown_fields(record: object) -> list[str]:
    """Return the names of the fields that a record shows."""
    kind = cast("type[attrs.AttrsInstance]", type(record))
    names = [field.name for field in attrs.fields(kind) if field.repr]
    return [*names, "extra"] if getattr(record, "extra", None) else names


def word(value: StrEnum) -> str:
    """Return a value of a vocabulary: its English name where the service has only a number."""
    named = any(character.isalpha() for character in value)
    return value.value if named else value.name.lower()


def seconds(value: timedelta) -> int | float:
    """Return a duration in seconds, a whole number where it is one."""
    total = value.total_seconds()
    return int(total) if total.is_integer() else total


def cell(value: object) -> str:
    """Return a value as a table for people shows it, on one line and without control characters."""
    return "".join(c if c.isprintable() else " " for c in _text(value))


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, timedelta):
        return clock(value)
    if isinstance(value, Enum | Decimal):
        return str(plain(value))
    if isinstance(value, list | tuple):
        return ", ".join(_text(item) for item in cast("list[object]", value))
    return str(value)


def clock(value: timedelta) -> str:
    """Return a duration as M:SS or H:MM:SS."""
    minutes, rest = divmod(max(0, int(value.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
