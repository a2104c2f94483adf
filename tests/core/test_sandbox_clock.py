"""The fake server's clock."""

from __future__ import annotations

import datetime as dt

import anyio
import pytest
import trio.testing

from _telephony_core.sandbox.clock import WARSAW, Clock


class Seconds:
    """A source that stands still until told otherwise."""

    def __init__(self, value: float = 1000.0) -> None:
        self.value = value

    def __call__(self) -> float:
        return self.value


def test_it_follows_its_source_and_what_it_is_advanced_by() -> None:
    source = Seconds()
    clock = Clock(source)
    before = clock.now()
    clock.advance(60)
    source.value += 2.5
    assert clock.now() - before == 62.5


def test_it_never_goes_back() -> None:
    with pytest.raises(ValueError, match="forward only"):
        Clock().advance(-1)


def test_a_naive_start_is_local_time_in_warsaw() -> None:
    source = Seconds()
    clock = Clock(source, dt.datetime(2024, 3, 30, 23, 59, 30))
    assert clock.datetime() == dt.datetime(2024, 3, 30, 23, 59, 30, tzinfo=WARSAW)
    assert clock.today() == dt.date(2024, 3, 30)
    source.value += 30
    assert clock.today() == dt.date(2024, 3, 31)
    # The night in which Poland's clocks go forward has one hour less.
    clock.advance(3 * 3600)
    assert clock.datetime().isoformat() == "2024-03-31T04:00:00+02:00"


def test_an_aware_start_is_told_in_the_clocks_zone() -> None:
    clock = Clock(Seconds(), dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC))
    assert clock.datetime().isoformat() == "2024-07-01T14:00:00+02:00"


def test_it_counts_what_it_was_advanced_by_before_the_first_look() -> None:
    clock = Clock(Seconds(), dt.datetime(2024, 7, 1))
    clock.advance(3600)
    assert clock.datetime() == dt.datetime(2024, 7, 1, 1, tzinfo=WARSAW)


def test_without_a_start_it_shows_the_present() -> None:
    shown = Clock().datetime()
    assert abs(dt.datetime.now(dt.UTC) - shown) < dt.timedelta(seconds=5)
    assert shown.tzinfo == WARSAW


def test_it_can_take_the_event_loops_virtual_time() -> None:
    clock = Clock(anyio.current_time)

    async def main() -> float:
        before = clock.now()
        await anyio.sleep(1000)
        return clock.now() - before

    virtual = trio.testing.MockClock(autojump_threshold=0)
    assert trio.run(main, clock=virtual) == pytest.approx(1000)


def test_it_tells_those_who_listen_that_it_has_been_moved() -> None:
    clock = Clock(Seconds())
    heard: list[float] = []
    clock.on_advance(lambda: heard.append(clock.now()))
    clock.advance(60)
    clock.advance(0)
    assert heard == [1060, 1060]
