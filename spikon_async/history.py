"""The arithmetic of call histories: ranges into windows, reports into one list. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from _telephony_core import checks

from .models.call_lists import CallRecord

#: The longest range of one report, in days with both ends counted. "At most 100 days" (4.4.1) can
#: mean a difference of 100 too; the smaller reading is safe for both.
LONGEST_RANGE = 100


def split(start: date, end: date) -> list[tuple[date, date]]:
    """Return windows of at most `LONGEST_RANGE` days that cover each day of a range once."""
    checks.days_in_order(start, end, "SPIKON 4.4.1")
    windows: list[tuple[date, date]] = []
    # Compared before it is added to: the calendar ends in the year 9999.
    while (end - start).days >= LONGEST_RANGE:
        last = start + timedelta(days=LONGEST_RANGE - 1)
        windows.append((start, last))
        start = last + timedelta(days=1)
    return [*windows, (start, end)]


class Seams:
    """Join reports into one list without doubling the calls that two of them hold.

    A call at midnight, or one that the service files under another day than its date says, can
    stand in two reports. Equal rows of one report are calls of their own; of equal rows in
    two reports as many count as stand in the larger number in one of them. So nothing is lost.
    """

    def __init__(self, *, neighbours_only: bool = False) -> None:
        """Remember all reports, or only the last one where they come in the order of time."""
        self._neighbours_only = neighbours_only
        self._seen: Counter[CallRecord] = Counter()

    def join(self, report: Iterable[CallRecord]) -> Iterator[CallRecord]:
        """Yield the calls of one more report that no report before it held."""
        here: Counter[CallRecord] = Counter()
        for call in report:
            here[call] += 1
            if here[call] > self._seen[call]:
                yield call
        self._seen = here if self._neighbours_only else self._seen | here


def in_time_order(calls: Iterable[CallRecord]) -> list[CallRecord]:
    """Return calls by the time of their beginning; the order of equal times is kept."""
    return sorted(calls, key=lambda call: call.started_at)
