"""Ranges into windows, and reports into one list: nothing is lost, nothing comes twice."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikon_async import CallRecord, InvalidRequest
from spikon_async.history import LONGEST_RANGE, Seams, in_time_order, split

WARSAW = ZoneInfo("Europe/Warsaw")
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(start=days, length=st.integers(0, 5000))
def test_each_day_is_covered_once(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    windows = split(start, end)
    assert windows[0][0] == start
    assert windows[-1][1] == end
    for first, last in windows:
        assert 1 <= (last - first).days + 1 <= 100
    for (_, before), (after, _) in pairwise(windows):
        assert after == before + timedelta(days=1)
    # No more requests than it takes.
    assert len(windows) == -(-(length + 1) // 100)


def test_the_last_days_of_the_calendar() -> None:
    assert split(date.max, date.max) == [(date.max, date.max)]
    windows = split(date.max - timedelta(days=100), date.max)
    assert windows[-1] == (date.max, date.max)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(start=days, length=st.integers(1, 5000))
def test_a_range_backwards_is_refused(start: date, length: int) -> None:
    with pytest.raises(InvalidRequest, match=r"SPIKON 4\.4\.1"):
        split(start, start - timedelta(days=length))


def test_the_longest_range_is_the_safe_reading_of_the_document() -> None:
    assert LONGEST_RANGE == 100
    assert split(date(2024, 1, 1), date(2024, 4, 9)) == [(date(2024, 1, 1), date(2024, 4, 9))]
    assert len(split(date(2024, 1, 1), date(2024, 4, 10))) == 2


def record(second: int) -> CallRecord:
    return CallRecord(started_at=datetime(2024, 5, 6, 12, 0, second, tzinfo=WARSAW))


reports = st.lists(st.lists(st.integers(0, 5), max_size=6), max_size=5)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(reports=reports)
def test_seams_lose_nothing_and_double_nothing(reports: list[list[int]]) -> None:
    seams = Seams()
    joined: Counter[CallRecord] = Counter()
    expected: Counter[CallRecord] = Counter()
    for report in reports:
        calls = [record(second) for second in report]
        joined.update(seams.join(calls))
        # Of equal rows as many as the report that has most of them holds.
        expected |= Counter(calls)
        assert joined == expected


@settings(deadline=None, derandomize=True, max_examples=60)
@given(reports=reports)
def test_neighbours_are_compared_with_each_other_only(reports: list[list[int]]) -> None:
    seams = Seams(neighbours_only=True)
    before: Counter[CallRecord] = Counter()
    for report in reports:
        here = Counter(record(second) for second in report)
        assert Counter(seams.join([record(second) for second in report])) == here - before
        before = here


@settings(deadline=None, derandomize=True, max_examples=60)
@given(reports=reports)
def test_both_ways_agree_where_only_neighbours_overlap(reports: list[list[int]]) -> None:
    # Each report reaches over into the next one's first second.
    shifted = [
        [record(5 * number + second) for second in report] for number, report in enumerate(reports)
    ]
    far, near = Seams(), Seams(neighbours_only=True)
    for report in shifted:
        assert list(far.join(report)) == list(near.join(report))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(report=st.lists(st.integers(0, 5)))
def test_what_is_joined_keeps_its_order(report: list[int]) -> None:
    seams = Seams()
    list(seams.join([record(0)]))
    joined = [call.started_at.second for call in seams.join([record(s) for s in report])]
    expected = list(report)
    if 0 in expected:
        expected.remove(0)
    assert joined == expected


@settings(deadline=None, derandomize=True, max_examples=60)
@given(seconds=st.lists(st.integers(0, 5)))
def test_the_order_of_time_keeps_the_order_of_equals(seconds: list[int]) -> None:
    calls = [
        CallRecord(started_at=record(second).started_at, source=str(number))
        for number, second in enumerate(seconds)
    ]
    ordered = in_time_order(calls)
    assert [(call.started_at, int(call.source)) for call in ordered] == sorted(
        (call.started_at, int(call.source)) for call in calls
    )


def test_the_hour_that_comes_twice_in_autumn_keeps_its_order() -> None:
    early = CallRecord(started_at=datetime(2024, 10, 27, 2, 30, tzinfo=WARSAW))
    late = CallRecord(started_at=datetime(2024, 10, 27, 3, 0, tzinfo=WARSAW))
    assert in_time_order([late, early]) == [early, late]
