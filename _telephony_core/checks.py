"""Arguments checked before anything is sent; every message names the limit and its source."""

from collections.abc import Iterable
from datetime import date, datetime

from .errors import InvalidRequest


def text(name: str, value: str, source: str, *, most: int | None = None) -> str:
    """Return a text that is not blank and has at most so many characters."""
    _check_kind(name, value, source)
    if not value or value.isspace():
        raise InvalidRequest(f"{name} is empty.", advice=f"See {source}.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidRequest(
            f"{name} holds half a character (a lone surrogate), which cannot be sent.",
            advice="Decode the text with the encoding that it really has.",
        ) from None
    if most is not None and len(value) > most:
        raise InvalidRequest(
            f"{name} has {len(value)} characters; at most {most} are allowed.",
            advice=f"See {source}.",
        )
    return value


def _check_kind(name: str, value: object, source: str) -> None:
    """Raise `InvalidRequest` for what is no text, such as an id that is kept as a number."""
    if not isinstance(value, str):
        raise InvalidRequest(
            f"{name} is of type {type(value).__name__}; it must be a text.",
            advice=f"See {source}.",
        )


def digits(name: str, value: str, source: str, *, count: int) -> str:
    """Return a text of exactly so many digits."""
    _check_kind(name, value, source)
    if not (value.isascii() and value.isdigit() and len(value) == count):
        raise InvalidRequest(
            f"{name} is {value[:40]!r}; it must be {count} digits and nothing else.",
            advice=f"See {source}.",
        )
    return value


def one_of(name: str, value: str, allowed: Iterable[str], source: str) -> str:
    """Return a value of a closed vocabulary."""
    values = [str(item) for item in allowed]
    if value not in values:
        raise InvalidRequest(
            f"{name} is {value!r}; it must be one of {', '.join(values)}.",
            advice=f"See {source}.",
        )
    return str(value)


def whole(name: str, value: int, *, least: int) -> int:
    """Return a whole number that is at least so large."""
    if value < least:
        raise InvalidRequest(f"{name} is {value}; it must be at least {least}.")
    return value


def day(value: date) -> date:
    """Return the day of a date or of a time, so that no time of day is sent by mistake."""
    return value.date() if isinstance(value, datetime) else value


def days_in_order(start: date, end: date, source: str) -> int:
    """Return the number of days from start to end, both counted."""
    if end < start:
        raise InvalidRequest(
            f"the range ends ({end}) before it starts ({start}).", advice=f"See {source}."
        )
    return (end - start).days + 1
