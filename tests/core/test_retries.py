"""When a failed attempt is made again: never too often, too soon, too late, or at a cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from _telephony_core.calls import Semantics
from _telephony_core.retries import RETRIED_STATUSES, RetryPolicy, retry_after_seconds

REPEATABLE = [Semantics.SAFE, Semantics.IDEMPOTENT]
NOW = datetime(2024, 2, 29, 12, 0, 0, tzinfo=UTC)

seconds = st.floats(min_value=0, max_value=1e6)
policies = st.builds(
    RetryPolicy,
    attempts=st.integers(1, 200),
    first_delay=seconds,
    longest_delay=seconds,
    longest_retry_after=seconds,
)


def low(least: float, _most: float) -> float:
    return least


def high(_least: float, most: float) -> float:
    return most


@given(policies, st.integers(1, 10**6), st.sampled_from(list(Semantics)), st.booleans())
def test_no_wait_is_above_the_bound(
    policy: RetryPolicy, attempt: int, semantics: Semantics, reached: bool
) -> None:
    delay = policy.delay(attempt, semantics, reached=reached, uniform=high)
    assert delay is None or 0 <= delay <= policy.longest_delay


@given(policies, st.data(), st.sampled_from(REPEATABLE), st.booleans())
def test_a_repeatable_call_gets_all_its_attempts(
    policy: RetryPolicy, data: st.DataObject, semantics: Semantics, reached: bool
) -> None:
    attempt = data.draw(st.integers(1, policy.attempts * 2))
    delay = policy.delay(attempt, semantics, reached=reached)
    assert (delay is None) is (attempt >= policy.attempts)


@given(policies, st.integers(1, 500), st.none() | seconds)
def test_a_call_that_acts_is_never_repeated_once_it_reached_the_server(
    policy: RetryPolicy, attempt: int, retry_after: float | None
) -> None:
    acts = Semantics.NON_IDEMPOTENT
    assert policy.delay(attempt, acts, reached=True, retry_after=retry_after) is None


@given(policies, st.integers(1, 500))
def test_a_call_that_acts_is_repeated_while_it_did_not_reach_the_server(
    policy: RetryPolicy, attempt: int
) -> None:
    delay = policy.delay(attempt, Semantics.NON_IDEMPOTENT, reached=False)
    assert (delay is None) is (attempt >= policy.attempts)


@given(policies, st.integers(1, 500), seconds)
def test_retry_after_is_never_undercut_and_never_waited_for_too_long(
    policy: RetryPolicy, attempt: int, retry_after: float
) -> None:
    delay = policy.delay(attempt, Semantics.SAFE, reached=True, retry_after=retry_after)
    if attempt >= policy.attempts or retry_after > policy.longest_retry_after:
        assert delay is None
    else:
        assert delay is not None
        assert retry_after <= delay <= retry_after + policy.longest_delay


def test_the_bound_doubles_up_to_the_longest() -> None:
    policy = RetryPolicy(attempts=9, first_delay=0.5, longest_delay=10)
    bounds = [policy.delay(n, Semantics.SAFE, reached=True, uniform=high) for n in range(1, 9)]
    assert bounds == [0.5, 1, 2, 4, 8, 10, 10, 10]
    assert policy.delay(3, Semantics.SAFE, reached=True, uniform=low) == 0


def test_the_waits_differ() -> None:
    policy = RetryPolicy()
    assert len({policy.delay(3, Semantics.SAFE, reached=True) for _ in range(20)}) > 10


def test_one_attempt_is_never_repeated() -> None:
    assert RetryPolicy(attempts=1).delay(1, Semantics.SAFE, reached=False) is None


@pytest.mark.parametrize("name", ["first_delay", "longest_delay", "longest_retry_after"])
def test_a_negative_wait_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        RetryPolicy(**{name: -0.1})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_no_attempt_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="attempts"):
        RetryPolicy(attempts=0)


def test_the_statuses_are_those_of_a_passing_trouble() -> None:
    assert sorted(RETRIED_STATUSES) == [429, 502, 503, 504]


# Retry-After.


def after(value: str, **others: str) -> float | None:
    return retry_after_seconds({"retry-after": value, **others}, now=lambda: NOW)


@pytest.mark.parametrize(("value", "expected"), [("0", 0), ("120", 120), (" 7 ", 7)])
def test_retry_after_in_seconds(value: str, expected: float) -> None:
    assert after(value) == expected


def test_a_huge_number_of_seconds_is_long_and_finite() -> None:
    assert after("9" * 5000) == 999999999


@pytest.mark.parametrize(
    "value",
    ["", "soon", "-1", "1.5", "+3", "1e3", "٣", "²", "nan", "Thu, 99 Foo", "1 2", "\0", "12;13"],
)
def test_garbage_is_as_good_as_nothing(value: str) -> None:
    assert after(value) is None


def test_no_header_is_no_wish() -> None:
    assert retry_after_seconds({}) is None


def test_a_date_is_measured_against_the_servers_own_date() -> None:
    # The clock here is years off, and the answer the same.
    server = datetime(2031, 5, 5, 10, 0, 0, tzinfo=UTC)
    until = format_datetime(server + timedelta(seconds=90), usegmt=True)
    assert after(until, date=format_datetime(server, usegmt=True)) == 90


@pytest.mark.parametrize("date", [{}, {"date": "garbage"}])
def test_a_date_is_measured_against_the_clock_here_if_it_must(date: dict[str, str]) -> None:
    assert after("Thu, 29 Feb 2024 12:00:30 GMT", **date) == 30
    # No zone, or a zone that is not known (RFC 5322: -0000), is Greenwich.
    assert after("Thu, 29 Feb 2024 12:00:30 -0000", **date) == 30
    assert after("Thu, 29 Feb 2024 13:00:30 +0100", **date) == 30


def test_a_date_in_the_past_is_now() -> None:
    assert after("Thu, 29 Feb 2024 11:00:00 GMT") == 0


def test_the_clock_here_is_the_real_one_unless_told_otherwise() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    found = retry_after_seconds({"retry-after": until})
    assert found is not None
    assert 90 < found <= 100


dates = st.datetimes().map(lambda moment: format_datetime(moment.replace(tzinfo=UTC)))
anything = st.text() | dates | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ [\d:]+ [+-]\d+")


@given(anything, anything)
def test_no_header_whatever_raises_or_gives_a_negative_wait(value: str, date: str) -> None:
    found = after(value, date=date)
    assert found is None or found >= 0
