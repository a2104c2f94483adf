"""Times and durations, written short."""

from datetime import datetime, timedelta

from tests.daktela.helpers import PRAGUE


def at(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> datetime:
    """Return a time in Prague."""
    return datetime(year, month, day, hour, minute, second, tzinfo=PRAGUE)


def seconds(count: int) -> timedelta:
    """Return so many seconds."""
    return timedelta(seconds=count)
