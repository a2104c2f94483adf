"""The days that a command is asked about. Pure."""

from __future__ import annotations

from datetime import date, timedelta

#: How many days are looked back unless told otherwise.
DEFAULT_DAYS = 30


def days(start: date | None, end: date | None, today: date) -> tuple[date, date]:
    """Return the first and the last day: the last 30 unless told otherwise.

    Without a last day it is today, or `start` if that is still to come; without a first day it is
    30 days with both ends counted.
    """
    last = end or max(today, start or today)
    return start or last - timedelta(days=DEFAULT_DAYS - 1), last
