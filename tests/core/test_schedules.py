"""Whatever is set, repetitions and waits grow slower, keep to their bounds and end."""

from __future__ import annotations

import asyncio

import anyio
import pytest
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from _telephony_core.calls import Semantics
from _telephony_core.errors import DeadlineExceeded, ReplyLost, TelephonyError, WaitTimeout
from _telephony_core.polling import LAST_LOOK, Look, Pending, Polling, poll_until
from _telephony_core.retries import RetryPolicy
from tests.virtual_time import VirtualTimeLoop


def high(_least: float, most: float) -> float:
    return most


seconds = st.floats(0, 1e6)


@given(
    policy=st.builds(
        RetryPolicy,
        attempts=st.integers(1, 300),
        first_delay=seconds,
        longest_delay=seconds,
        longest_retry_after=seconds,
    ),
    semantics=st.sampled_from(Semantics),
    reached=st.booleans(),
    retry_after=st.none() | st.floats(0, 1e9),
)
def test_repetitions_are_ever_further_apart_up_to_a_bound_and_end(
    policy: RetryPolicy, semantics: Semantics, reached: bool, retry_after: float | None
) -> None:
    delays: list[float] = []
    while True:
        delay = policy.delay(
            len(delays) + 1, semantics, reached=reached, retry_after=retry_after, uniform=high
        )
        if delay is None:
            break
        delays.append(delay)
        assert len(delays) < policy.attempts
    assert delays == sorted(delays)
    asked = retry_after or 0.0
    assert all(asked <= delay <= asked + policy.longest_delay for delay in delays)
    assert asked <= policy.longest_retry_after or not delays


class Trouble:
    """A job that is never done, and at times out of reach."""

    def __init__(self, out_of_reach: list[bool], duration: float) -> None:
        self._out_of_reach = out_of_reach
        self._duration = duration
        self.looks: list[float] = []

    async def look(self, look: Look) -> Pending:
        await anyio.sleep_until(look.due)
        self.looks.append(anyio.current_time())
        with anyio.move_on_after(look.timeout) as scope:
            await anyio.sleep(self._duration)
        if scope.cancelled_caught:
            raise DeadlineExceeded("silence")
        if self._out_of_reach and self._out_of_reach[len(self.looks) % len(self._out_of_reach)]:
            raise ReplyLost("reset")
        return Pending("running")


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@settings(max_examples=60, deadline=None)
@given(
    polling=st.builds(
        Polling,
        first_delay=st.floats(0.05, 100),
        factor=st.floats(1, 10),
        longest_delay=st.floats(0.05, 100),
        jitter=st.floats(0, 0.9),
        outage=st.floats(0, 200),
    ),
    timeout=st.floats(0.1, 300),
    out_of_reach=st.lists(st.booleans(), max_size=5),
    duration=st.floats(0, 20),
)
def test_every_wait_ends(
    backend: str,
    polling: Polling,
    timeout: float,
    out_of_reach: list[bool],
    duration: float,
) -> None:
    job = Trouble(out_of_reach, duration)

    async def main() -> None:
        began = anyio.current_time()
        with pytest.raises(TelephonyError) as caught:
            await poll_until(job.look, id="7", what="the job", polling=polling, timeout=timeout)
        assert isinstance(caught.value, WaitTimeout | ReplyLost | DeadlineExceeded)
        assert caught.value.ids == ("7",)
        assert anyio.current_time() - began <= timeout + LAST_LOOK + 1e-6
        assert job.looks

    if backend == "trio":
        trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    else:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(main())
