"""Waiting: few requests, soon noticed, patient with outages, and over at the deadline."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from itertools import islice

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from _telephony_core.errors import (
    InvalidRequest,
    JobNotFound,
    RateLimited,
    ReplyLost,
    ServerUnavailable,
    TelephonyError,
    WaitTimeout,
)
from _telephony_core.polling import (
    LAST_LOOK,
    Absence,
    Look,
    Pending,
    Polling,
    Ready,
    WaitUpdate,
    poll_until,
    state_name,
)

both = pytest.mark.anyio
virtual = pytest.mark.virtual_time

STEADY = Polling(jitter=0)

seconds = st.floats(min_value=0.001, max_value=1e5)
pollings = st.builds(
    Polling,
    first_delay=seconds,
    factor=st.floats(min_value=1, max_value=1e6),
    longest_delay=seconds,
    jitter=st.floats(min_value=0, max_value=1),
)


# The schedule.


@given(pollings, st.integers(1, 100), st.integers())
def test_delays_grow_and_are_capped_without_end(polling: Polling, count: int, seed: int) -> None:
    delays = list(islice(polling.delays(random.Random(seed).uniform), count))
    assert len(delays) == count
    assert delays == sorted(delays)
    assert all(0 <= delay <= polling.longest_delay for delay in delays)
    assert delays[0] <= polling.first_delay


@given(pollings, st.integers(1, 50))
def test_jitter_only_shortens(polling: Polling, count: int) -> None:
    longest = islice(polling.delays(lambda _low, high: high), count)
    for bound, delay in zip(longest, polling.delays(), strict=False):
        assert delay <= bound


def test_the_usual_schedule() -> None:
    delays = list(islice(STEADY.delays(), 20))
    assert delays[:4] == [1, 1.25, 1.5625, 1.953125]
    assert delays[-1] == 30


def test_waits_do_not_look_at_the_same_moment() -> None:
    assert len({sum(islice(Polling().delays(), 5)) for _ in range(20)}) > 10


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("first_delay", 0), ("factor", 0.9), ("longest_delay", 0), ("jitter", -0.1)),
        *(("jitter", 1.1), ("timeout", 0), ("outage", -1)),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        Polling(**{name: value})


# One wait.


class Job:
    """A job that is done after so many seconds; it can be out of reach."""

    def __init__(self, done: float, troubles: Sequence[tuple[float, TelephonyError]] = ()) -> None:
        self.began = anyio.current_time()
        self.looks: list[float] = []
        self.allowed: list[float] = []
        self._done = done
        self._troubles = troubles

    @property
    def age(self) -> float:
        return anyio.current_time() - self.began

    async def look(self, look: Look) -> Pending | Ready[str]:
        await anyio.sleep_until(look.due)
        self.looks.append(self.age)
        self.allowed.append(look.timeout)
        for until, trouble in self._troubles:
            if self.age < until:
                raise trouble
        return Ready("result", "done") if self.age >= self._done else Pending("working")

    async def wait(self, polling: Polling = STEADY, timeout: float | None = None) -> str:
        return await poll_until(self.look, id="7", what="the job", polling=polling, timeout=timeout)


@both
@virtual
async def test_a_job_that_is_done_is_seen_at_once() -> None:
    job = Job(0)
    assert await job.wait() == "result"
    assert job.looks == [pytest.approx(0, abs=0.1)]


@pytest.mark.asyncio
@virtual
@pytest.mark.parametrize("duration", [0.5, 1.01, 2.3, 10, 61, 119, 600, 1800, 3500])
async def test_a_job_is_noticed_soon_and_with_few_looks(duration: float) -> None:
    job = Job(duration)
    await job.wait()
    late = job.looks[-1] - duration
    # A quarter of its duration and the first delay, or the longest delay.
    assert -0.001 <= late <= min(0.25 * duration + STEADY.first_delay, STEADY.longest_delay)
    assert len(job.looks) <= 140


@pytest.mark.asyncio
@virtual
@pytest.mark.parametrize("jitter", [0, 0.1, 1])
async def test_an_hour_costs_a_bounded_number_of_looks(jitter: float) -> None:
    job = Job(1e9)
    with pytest.raises(WaitTimeout) as caught:
        await job.wait(Polling(jitter=jitter))
    assert len(job.looks) <= (150 if jitter < 1 else 10_000)
    assert caught.value.waited == pytest.approx(3600, abs=1)


@both
@virtual
async def test_the_last_look_is_taken_when_the_deadline_passes() -> None:
    job = Job(49.9)
    assert await job.wait(timeout=50) == "result"
    assert job.looks[-1] == pytest.approx(50, abs=0.3)
    # A look may take until the deadline and a little more.
    assert job.allowed[0] == pytest.approx(50 + LAST_LOOK, abs=0.1)
    assert job.allowed[-1] == pytest.approx(LAST_LOOK, abs=0.3)


@both
@virtual
async def test_a_wait_that_times_out_says_all_that_is_needed_to_go_on() -> None:
    job = Job(1000)
    with pytest.raises(WaitTimeout) as caught:
        await job.wait(timeout=10)
    error = caught.value
    assert error.ids == ("7",)
    assert error.last_state == "working"
    assert error.waited == pytest.approx(10, abs=0.3)
    assert error.__cause__ is None
    assert f"the job was not done after 10 s ({len(job.looks)} looks)" in error.what
    assert "its last state: working" in error.what
    assert "wait again with the same id" in str(error)
    assert isinstance(error, TimeoutError)


@both
@virtual
async def test_a_wait_that_never_saw_the_job_carries_the_reason() -> None:
    trouble = ReplyLost("cut")
    with pytest.raises(WaitTimeout) as caught:
        await Job(0, [(1000, trouble)]).wait(timeout=10)
    assert caught.value.__cause__ is trouble
    assert caught.value.last_state is None
    assert "its last state: never seen" in caught.value.what


@both
@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan")])
async def test_a_wait_is_finite_and_longer_than_nothing(timeout: float) -> None:
    job = Job(0)
    with pytest.raises(InvalidRequest, match="a wait must be finite and longer than 0"):
        await job.wait(timeout=timeout)
    assert job.looks == []


@both
@virtual
async def test_an_outage_is_borne() -> None:
    job = Job(100, [(90, ServerUnavailable("HTTP 503", status=503))])
    assert await job.wait(Polling(jitter=0, outage=120)) == "result"


@both
@virtual
async def test_an_outage_is_borne_no_longer_than_told() -> None:
    trouble = ServerUnavailable("HTTP 503", status=503, ids=("1",))
    job = Job(1e9, [(1e9, trouble)])
    with pytest.raises(ServerUnavailable) as caught:
        await job.wait(Polling(jitter=0, outage=60))
    assert caught.value is trouble
    assert caught.value.ids == ("7", "1")
    assert 60 < job.looks[-1] <= 60 * 1.25 + 2


@both
@virtual
async def test_an_outage_that_passed_does_not_count_any_more() -> None:
    down = ReplyLost("cut")

    class Flaky(Job):
        async def look(self, look: Look) -> Pending | Ready[str]:
            found = await super().look(look)
            if len(self.looks) % 2:
                raise down
            return found

    job = Flaky(150)
    assert await job.wait(Polling(jitter=0, outage=40)) == "result"


@both
@virtual
async def test_the_last_state_outlives_an_outage_and_the_cause_does_not() -> None:
    class Late(Job):
        async def look(self, look: Look) -> Pending | Ready[str]:
            found = await super().look(look)
            if 20 < self.age < 50:
                raise ReplyLost("cut")
            return found

    with pytest.raises(WaitTimeout) as caught:
        await Late(1e9).wait(timeout=40)
    assert caught.value.last_state == "working"
    assert isinstance(caught.value.__cause__, ReplyLost)
    with pytest.raises(WaitTimeout) as caught:
        await Late(1e9).wait(timeout=80)
    assert caught.value.__cause__ is None


@both
@virtual
async def test_retry_after_is_respected_and_forgotten_afterwards() -> None:
    job = Job(100, [(0.5, RateLimited("HTTP 429", status=429, retry_after=25))])
    await job.wait()
    assert job.looks[1] == pytest.approx(25, abs=0.3)
    assert job.looks[2] - job.looks[1] < 3


@both
@virtual
async def test_a_retry_after_beyond_the_deadline_leaves_the_last_look() -> None:
    job = Job(1e9, [(0.5, RateLimited("HTTP 429", status=429, retry_after=1000))])
    with pytest.raises(WaitTimeout):
        await job.wait(timeout=30)
    assert [round(look) for look in job.looks] == [0, 30]


@both
@virtual
@pytest.mark.parametrize("kind", [JobNotFound, InvalidRequest, KeyError])
async def test_a_lasting_trouble_ends_the_wait_at_once(kind: type[Exception]) -> None:
    looks, trouble = 0, kind("no")

    async def look(_: Look) -> Pending:
        nonlocal looks
        looks += 1
        raise trouble

    with pytest.raises(type(trouble)) as caught:
        await poll_until(look, id="7", what="the job", polling=STEADY)
    assert caught.value is trouble
    assert looks == 1
    if isinstance(trouble, TelephonyError):
        assert trouble.ids == ("7",)
    else:
        assert trouble.__notes__ == ["Started before this: id 7."]


@both
@virtual
async def test_every_look_is_told() -> None:
    trouble = ReplyLost("cut")
    updates: list[WaitUpdate] = []
    job = Job(2, [(0.5, trouble)])
    await poll_until(job.look, id="7", what="the job", polling=STEADY, on_update=updates.append)
    assert [(u.id, u.state, u.looks, u.error) for u in updates] == [
        ("7", None, 1, trouble),
        ("7", "working", 2, None),
        ("7", "done", 3, None),
    ]
    assert [u.waited for u in updates] == [pytest.approx(look, abs=0.1) for look in job.looks]


class Short(Polling):
    """A schedule that comes to an end, which none of ours does."""

    def delays(self, uniform: Callable[[float, float], float] = random.uniform) -> Iterator[float]:
        return islice(super().delays(uniform), 3)


@both
@virtual
async def test_a_schedule_that_ends_is_a_wait_that_is_over() -> None:
    job = Job(1e9)
    with pytest.raises(WaitTimeout):
        await job.wait(Short(jitter=0))
    assert len(job.looks) == 4


@both
@virtual
async def test_a_cancelled_wait_stops() -> None:
    job = Job(1e9)
    with anyio.move_on_after(100) as scope:
        await job.wait()
    assert scope.cancelled_caught
    looks = len(job.looks)
    await anyio.sleep(100)
    assert len(job.looks) == looks


# Absence, and names of states.


@both
@virtual
async def test_a_job_that_is_not_listed_is_new_for_a_while_and_then_unknown() -> None:
    absence = Absence()
    began = anyio.current_time()
    for _ in range(6):
        assert absence.noted("the job") == Pending("not listed")
        await anyio.sleep(10)
    await anyio.sleep(1)
    with pytest.raises(JobNotFound, match="the job has not been listed for 60 s"):
        absence.noted("the job")
    assert anyio.current_time() - began < 70


def test_a_state_is_called_by_its_english_name() -> None:
    class State(StrEnum):
        IN_PROGRESS = "w trakcie"

    assert state_name(State.IN_PROGRESS) == "in_progress"
    assert state_name("nowy") == "nowy"
