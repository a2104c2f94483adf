"""PHP's reading of a query: ``queues[]=1``, ``fields[3]=x``, ``params[foo][bar]=y``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

Value: TypeAlias = "str | dict[str, Value]"
"""A parameter; an array is a mapping whose keys are texts, numbers among them."""

MAX_DEPTH = 64
_KEY = re.compile(r"\[([^\]]*)\]")
_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")


def parse(pairs: Iterable[tuple[str, str]]) -> dict[str, Value]:
    """Return the parameters as PHP would have them: the last of two equal names wins."""
    found: dict[str, Value] = {}
    for name, value in pairs:
        path = _path(name)
        if path and len(path) <= MAX_DEPTH:
            _put(found, path, value)
    return found


def flatten(parameters: dict[str, Value], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Return every value under its full name, such as ``params[foo][bar]``."""
    for key, value in parameters.items():
        name = f"{prefix}[{key}]" if prefix else key
        if isinstance(value, str):
            yield name, value
        else:
            yield from flatten(value, name)


def _path(name: str) -> list[str]:
    """Split ``params[foo][bar]`` into its keys; an empty one stands for the next number."""
    base, bracket, rest = name.lstrip(" ").partition("[")
    keys: list[str] = []
    rest = bracket + rest
    position = 0
    while match := _KEY.match(rest, position):
        keys.append(match[1])
        position = match.end()
    if bracket and not keys:
        base += "_" + rest[1:]  # a bracket that is never closed
    base = base.replace(" ", "_").replace(".", "_")
    return [base, *keys] if base else []


def _put(into: dict[str, Value], path: list[str], value: str) -> None:
    *outer, last = path
    for key in outer:
        key = key or _next_number(into)
        inner = into.get(key)
        if not isinstance(inner, dict):
            inner = into[key] = {}
        into = inner
    into[last or _next_number(into)] = value


def _next_number(array: dict[str, Value]) -> str:
    numbers = (int(key) for key in array if _NUMBER.fullmatch(key))
    return str(max(max(numbers, default=-1) + 1, 0))
