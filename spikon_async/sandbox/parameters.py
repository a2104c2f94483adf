"""The documented parameters' limits and their checks."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs

from spikon_async.sandbox.errors import missing, wrong_value

Check: TypeAlias = Callable[[str], str | None]
"""Say what is wrong with a value, or None."""

Given: TypeAlias = Mapping[str, str]
"""A request's parameters after their checks; empty optional ones are absent."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# Long enough for any id, short enough for int().
_ID = re.compile(r"\d{1,18}", re.ASCII)


def anything(value: str) -> str | None:
    """Accept any text."""
    del value
    return None


def at_most(length: int) -> Check:
    """Accept a text of at most so many characters."""

    def check(value: str) -> str | None:
        return f"longer than {length} characters" if len(value) > length else None

    return check


def one_of(*allowed: str) -> Check:
    """Accept the given values only."""

    def check(value: str) -> str | None:
        return None if value in allowed else f"not one of {', '.join(allowed)}"

    return check


def digits(count: int) -> Check:
    """Accept exactly so many digits."""
    pattern = re.compile(rf"[0-9]{{{count}}}")

    def check(value: str) -> str | None:
        return None if pattern.fullmatch(value) else f"not {count} digits"

    return check


def an_id(value: str) -> str | None:
    """Accept the number of an element."""
    return None if _ID.fullmatch(value) else "not an id"


def a_date(value: str) -> str | None:
    """Accept a date that exists, as YYYY-MM-DD."""
    if _DATE.fullmatch(value):
        try:
            dt.date.fromisoformat(value)
        except ValueError:
            return "no such date"
        return None
    return "not a date as YYYY-MM-DD"


@attrs.frozen
class Parameter:
    """A documented parameter of a method."""

    name: str
    check: Check
    required: bool = True


def checked(parameters: tuple[Parameter, ...], sent: Mapping[str, str]) -> Given:
    """Return the parameters sent, or raise the documented error about the first wrong one.

    An empty required parameter counts as missing.
    """
    known = {parameter.name for parameter in parameters}
    for name in sent:
        if name not in known:
            raise wrong_value(name, "no such parameter of this method")
    given: dict[str, str] = {}
    for parameter in parameters:
        value = sent.get(parameter.name, "")
        if value:
            complaint = parameter.check(value)
            if complaint is not None:
                raise wrong_value(parameter.name, complaint)
            given[parameter.name] = value
        elif parameter.required:
            raise missing(parameter.name)
    return given
