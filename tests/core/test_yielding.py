"""Work in threads rests when it is time, and nowhere else."""

from __future__ import annotations

import threading
import time

import pytest

from _telephony_core.yielding import in_parts, rest, yielding


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds of all rests; time passes only by `work`."""
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    now[0] = 1000.0
    return found


now = [0.0]


def work(milliseconds: float) -> None:
    now[0] += milliseconds / 1000
    rest()


def test_work_rests_after_some_time(rests: list[float]) -> None:
    def long_work() -> str:
        work(1.5)
        assert rests == []
        work(1)
        assert len(rests) == 1
        work(1.5)
        assert len(rests) == 1
        work(1)
        return "done"

    assert yielding(long_work) == "done"
    assert len(rests) == 2
    assert all(0 < seconds < 0.001 for seconds in rests)


def test_nobody_rests_who_works_beside_nobody(rests: list[float]) -> None:
    work(1000)
    with pytest.raises(ZeroDivisionError):
        yielding(lambda: 1 / 0)
    work(1000)
    other = threading.Thread(target=work, args=(1000,))
    yielding(other.start)
    other.join()
    assert rests == []


@pytest.mark.parametrize("use_up", [True, False])
def test_parts_are_all_there_is(rests: list[float], use_up: bool) -> None:
    items = list(range(1234))

    def all_parts() -> list[int]:
        found: list[int] = []
        for few in in_parts(items, use_up=use_up):
            assert 0 < len(few) < 100
            found += few
            now[0] += 1
        return found

    assert yielding(all_parts) == list(range(1234))
    assert len(rests) > 10
    assert items == ([None] * 1234 if use_up else list(range(1234)))
    nothing: list[int] = []
    assert list(in_parts(nothing)) == []
