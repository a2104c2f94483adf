"""Waiting: few requests, soon noticed, patient with outages, and over at the deadline."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from _telephony_core.errors import (
    InvalidRequest,
    JobNotFound,
    ProtocolError,
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
waits = st.floats(min_value=0, max_value=1e9)


# The schedule.


def without_jitter(_low: float, high: float) -> float:
    return high


def looks(polling: Polling, duration: float, seed: int | None = None) -> list[float]:
    """Return when a wait looks at a job of so many seconds; with a seed, jitter has its way."""
    uniform = without_jitter if seed is None else random.Random(seed).uniform
    moments = [0.0]
    while moments[-1] < duration:
        moments.append(moments[-1] + polling.delay(moments[-1], uniform))
    return moments


@given(pollings, waits, waits, st.integers())
def test_delays_grow_with_the_time_waited_and_are_capped(
    polling: Polling, one: float, other: float, seed: int
) -> None:
    short, long = (
        polling.delay(waited, random.Random(seed).uniform) for waited in sorted((one, other))
    )
    assert 0 <= short <= long <= polling.longest_delay


@given(pollings, waits, st.integers())
def test_jitter_only_shortens(polling: Polling, waited: float, seed: int) -> None:
    whole = polling.delay(waited, without_jitter)
    delay = polling.delay(waited, random.Random(seed).uniform)
    assert whole * (1 - polling.jitter) - 1e-9 <= delay <= whole
    assert polling.delay(0) <= min(polling.first_delay, polling.longest_delay)


@given(
    st.builds(
        Polling,
        first_delay=st.floats(0.1, 10),
        factor=st.floats(1.05, 2),
        longest_delay=st.just(1e9),
        jitter=st.floats(0, 0.5),
    ),
    st.floats(1, 1e6),
    st.integers(),
)
def test_a_job_is_noticed_by_its_own_measure(polling: Polling, duration: float, seed: int) -> None:
    seen = looks(polling, duration, seed)
    share = polling.factor - 1
    assert seen[-1] - duration <= max(polling.first_delay, share * duration) * (1 + 1e-9)
    # One look a `first_delay` until the share is longer than that, and then the logarithm.
    least = 1 - polling.jitter
    steady = min(duration, polling.first_delay / share)
    growing = math.log(duration / steady) / math.log1p(share * least)
    assert len(seen) <= steady / (polling.first_delay * least) + growing + 3


@pytest.mark.parametrize(
    ("duration", "count"),
    [(0, 1), (1, 2), (10, 11), (60, 30), (300, 47), (3600, 73), (86_400, 107)],
)
def test_the_usual_schedule(duration: float, count: int) -> None:
    seen = looks(STEADY, duration)
    assert len(seen) == count
    assert seen[-1] - duration <= max(1, 0.1 * duration)
    assert seen[:11] == list(range(11))[: len(seen)]
    assert len(looks(Polling(), duration, seed=7)) <= 1.12 * count + 1


def test_a_factor_of_one_keeps_to_the_first_delay() -> None:
    steady = Polling(first_delay=3, factor=1, jitter=0)
    assert looks(steady, 20) == [0, 3, 6, 9, 12, 15, 18, 21]


def test_waits_do_not_look_at_the_same_moment() -> None:
    assert len({Polling().delay(30) for _ in range(20)}) > 10


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
@pytest.mark.parametrize("duration", [0.5, 1.01, 2.3, 10, 61, 119, 600, 3500, 20_000, 86_400])
async def test_a_job_is_noticed_soon_and_with_few_looks(duration: float) -> None:
    job = Job(duration)
    await job.wait(timeout=1e6)
    late = job.looks[-1] - duration
    # A tenth of its duration, or the first delay.
    assert -0.001 <= late <= max(0.1 * duration, STEADY.first_delay) + 0.001
    assert len(job.looks) == pytest.approx(len(looks(STEADY, duration)), abs=1)


@pytest.mark.asyncio
@virtual
async def test_a_look_that_takes_long_does_not_make_the_next_delay_longer() -> None:
    class Slow(Job):
        async def look(self, look: Look) -> Pending | Ready[str]:
            found = await super().look(look)
            await anyio.sleep(50)
            return found

    job = Slow(1e9)
    with pytest.raises(WaitTimeout):
        await job.wait(timeout=500)
    for before, after in pairwise(job.looks[:-1]):
        waited = before + 50
        assert after - waited == pytest.approx(max(1, 0.1 * waited), abs=0.01)


@pytest.mark.asyncio
@virtual
async def test_looks_that_others_take_do_not_make_a_wait_patient() -> None:
    began = anyio.current_time()

    class Shared(Job):
        async def look(self, look: Look) -> Pending | Ready[str]:
            # For a hundred seconds somebody else asks every second.
            soon = max(anyio.current_time(), min(look.due, anyio.current_time() + 1))
            crowded = anyio.current_time() - began < 100
            return await super().look(Look(due=soon if crowded else look.due, timeout=9))

    job = Shared(101)
    await job.wait()
    assert len(job.looks) > 100
    assert job.looks[-1] <= 101 * 1.1


@pytest.mark.asyncio
@virtual
@pytest.mark.parametrize("jitter", [0, 0.1, 1])
async def test_an_hour_costs_a_bounded_number_of_looks(jitter: float) -> None:
    job = Job(1e9)
    with pytest.raises(WaitTimeout) as caught:
        await job.wait(Polling(jitter=jitter))
    assert len(job.looks) <= (85 if jitter < 1 else 400)
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
    assert 60 <= job.looks[-1] <= 60 * 1.1 + 2


class Odd(Job):
    """A job that is seen at work once, and then hidden by a page of maintenance for a while."""

    def __init__(self, done: float, hidden: float, *, seen: bool = True) -> None:
        super().__init__(done)
        self._hidden = hidden
        self._seen = seen

    async def look(self, look: Look) -> Pending | Ready[str]:
        outcome = await super().look(look)
        if (len(self.looks) > 1 or not self._seen) and self.age < self._hidden:
            raise ProtocolError("an HTML page", status=200)
        return outcome


@both
@virtual
async def test_maintenance_is_borne_once_there_was_a_good_answer() -> None:
    assert await Odd(100, 90).wait(Polling(jitter=0, outage=120)) == "result"
    with pytest.raises(ProtocolError):
        await Odd(1000, 900).wait(Polling(jitter=0, outage=120))
    never_seen = Odd(100, 90, seen=False)
    with pytest.raises(ProtocolError):
        await never_seen.wait(Polling(jitter=0, outage=120))
    assert len(never_seen.looks) == 1


class Down(Job):
    """A job whose service is out of reach from one moment to another."""

    def __init__(self, done: float, *times: tuple[float, float]) -> None:
        super().__init__(done)
        self._times = times

    async def look(self, look: Look) -> Pending | Ready[str]:
        found = await super().look(look)
        if any(since <= self.age < until for since, until in self._times):
            raise ReplyLost("cut")
        return found


@both
@virtual
async def test_an_outage_counts_from_the_look_that_found_it_and_not_from_the_one_before() -> None:
    # The looks are nearly 1000 s apart by then: more than the outage that is borne.
    first = looks(STEADY, 10_000)[-1]
    job = Down(20_000, (10_000, first + 200))
    assert await job.wait(timeout=50_000) == "result"
    gaps = [after - before for before, after in pairwise(job.looks)]
    assert max(gaps) > 2 * STEADY.outage


@both
@virtual
async def test_an_outage_that_is_too_long_is_told_from_several_looks() -> None:
    job = Down(20_000, (10_000, 1e9))
    with pytest.raises(ReplyLost):
        await job.wait(timeout=50_000)
    lost = [look for look in job.looks if look >= 10_000]
    assert len(lost) == 6
    # Each a fifth of the outage after the one before.
    assert [round(look - lost[0]) for look in lost] == [0, 60, 120, 180, 240, 300]


@both
@virtual
async def test_two_short_outages_are_not_one_long() -> None:
    # The second begins at the look after the first; between them the service is well.
    first = looks(STEADY, 10_000)[-1]
    job = Down(20_000, (first, first + 10), (first + 100, first + 250))
    assert await job.wait(timeout=50_000) == "result"


@both
@virtual
async def test_no_outage_is_borne_if_none_is_allowed() -> None:
    job = Down(100, (20, 30))
    with pytest.raises(ReplyLost):
        await job.wait(Polling(jitter=0, outage=0))
    assert 20 <= job.looks[-1] <= 23


@both
@virtual
async def test_a_short_outage_is_not_looked_for_oftener_than_the_first_delay() -> None:
    job = Down(1e9, (0, 1e9))
    with pytest.raises(ReplyLost):
        await job.wait(Polling(first_delay=2, jitter=0, outage=5))
    assert job.looks == [pytest.approx(look, abs=0.2) for look in (0, 2, 4, 6)]


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


@both
@virtual
async def test_a_job_that_was_listed_in_between_is_not_unknown() -> None:
    absence = Absence()
    for _ in range(20):
        absence.noted("the job")
        await anyio.sleep(50)
        absence.noted("the job")
        absence.over()


def test_a_state_is_called_by_its_english_name() -> None:
    class State(StrEnum):
        IN_PROGRESS = "w trakcie"

    assert state_name(State.IN_PROGRESS) == "in_progress"
    assert state_name("nowy") == "nowy"
