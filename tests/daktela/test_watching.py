from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from itertools import groupby, pairwise
from typing import TypeVar

import anyio
import anyio.lowlevel
import attrs
import pytest
import trio
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from daktela_async.agent_states import (
    AgentChange,
    AgentEvent,
    AgentLoggedIn,
    AgentLoggedOut,
    TeamEvent,
    WatchFailed,
    WatchRecovery,
    WatchTrouble,
    differences,
)
from daktela_async.errors import (
    ClientClosed,
    DaktelaApiError,
    DeadlineExceeded,
    InvalidRequest,
    NotSent,
    ProtocolError,
    RateLimited,
    ReplyLost,
    ServerUnavailable,
    StatusError,
    TelephonyError,
    UserNotFound,
)
from daktela_async.watching import (
    AgentWatch,
    Outage,
    TeamWatch,
    WatchOptions,
    WatchPace,
    watch_agents,
)
from tests.virtual_time import VirtualTimeLoop

T = TypeVar("T")

#: Seconds after which the server answers a long poll even when nothing changed.
HELD_FOR = 60.0

on_virtual_time = [pytest.mark.anyio, pytest.mark.virtual_time]


@frozen
class State:
    """Stand for the state of an agent."""

    doing: str = ""
    hash: str = ""
    login: str = ""


def hashed(doing: str) -> State:
    return State(doing, f"hash of {doing}")


class Desk:
    """Answer long polls as the service does, and note when it is asked, and with what."""

    def __init__(self, doing: str = "Idle") -> None:
        self.state = hashed(doing)
        self.asked: list[tuple[float, str | None]] = []
        self.underway = 0
        self._changed = anyio.Event()

    def now_does(self, doing: str) -> None:
        self.state = hashed(doing)
        self._changed.set()
        self._changed = anyio.Event()

    async def poll(self, hash_: str | None) -> State:
        self.asked.append((anyio.current_time(), hash_))
        self.underway += 1
        try:
            with anyio.move_on_after(HELD_FOR):
                while self.state.hash == hash_:
                    await self._changed.wait()
        finally:
            self.underway -= 1
        return self.state


class Script:
    """Answer polls one after the other by a script, then hang."""

    def __init__(self, *answers: State | Exception | float) -> None:
        self.asked: list[tuple[float, str | None]] = []
        self._answers = list(answers)

    async def poll(self, hash_: str | None) -> State:
        self.asked.append((anyio.current_time(), hash_))
        await anyio.lowlevel.checkpoint()
        while self._answers:
            answer = self._answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            if isinstance(answer, State):
                return answer
            await anyio.sleep(answer)
        await anyio.sleep_forever()
        raise AssertionError

    @property
    def hashes(self) -> list[str | None]:
        return [hash_ for _, hash_ in self.asked]

    @property
    def times(self) -> list[float]:
        return [at - self.asked[0][0] for at, _ in self.asked]


def watch(
    server: Desk | Script,
    *,
    pace: WatchPace | None = None,
    max_outage: float | None = None,
    on_trouble: Callable[[WatchTrouble], None] | None = None,
) -> AgentWatch[State]:
    options = WatchOptions(
        pace=WatchPace() if pace is None else pace, max_outage=max_outage, on_trouble=on_trouble
    )
    return AgentWatch(server.poll, "novak", options)


async def seen_within(
    events: AgentWatch[State] | TeamWatch[State], seconds: float
) -> list[TeamEvent[State]]:
    seen: list[TeamEvent[State]] = []
    with anyio.move_on_after(seconds):
        async for event in events:
            seen.append(event)  # noqa: PERF401  # what came before the end is kept
    return seen


async def doings(server: Desk | Script, seconds: float = 300.0) -> list[str]:
    events = await seen_within(watch(server), seconds)
    return [event.state.doing for event in events if isinstance(event, AgentChange)]


async def settle() -> None:
    """Let everything run that can run now."""
    for _ in range(20):
        await anyio.lowlevel.checkpoint()


def tasks_alive() -> int:
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        return trio.lowlevel.current_statistics().tasks_living


def run_virtually(backend: str, main: Callable[[], Awaitable[T]]) -> T:
    options: dict[str, object] = (
        {"loop_factory": VirtualTimeLoop}
        if backend == "asyncio"
        else {"clock": MockClock(autojump_threshold=0)}
    )
    return anyio.run(main, backend=backend, backend_options=options)


# One agent.


class TestOneAgent:
    pytestmark = on_virtual_time

    async def test_each_state_comes_once(self) -> None:
        desk = Desk()
        agent = watch(desk)
        first = await anext(agent)
        assert (first.user, first.state, first.previous) == ("novak", hashed("Idle"), None)
        assert first.changed == frozenset()
        assert first.at.utcoffset() is not None
        async with anyio.create_task_group() as group:

            async def work() -> None:
                for doing in ("Ringing", "Speaking", "Idle"):
                    await anyio.sleep(100)
                    desk.now_does(doing)

            group.start_soon(work)
            for doing, before in (
                ("Ringing", "Idle"),
                ("Speaking", "Ringing"),
                ("Idle", "Speaking"),
            ):
                change = await anext(agent)
                assert change.state == hashed(doing)
                assert change.previous == hashed(before)
                assert change.changed == {"doing"}
        assert desk.asked[0][1] is None
        assert all(hash_ for _, hash_ in desk.asked[1:])

    async def test_nothing_new_costs_one_request_a_minute(self) -> None:
        desk = Desk()
        assert len(await seen_within(watch(desk), 605)) == 1
        # The full state, and then ten that were held and an eleventh that is.
        assert len(desk.asked) == 12
        gaps = [after - before for (before, _), (after, _) in pairwise(desk.asked[1:])]
        assert gaps == pytest.approx([HELD_FOR] * 10)

    async def test_an_answer_at_once_is_asked_for_once_a_second(self) -> None:
        script = Script(*[hashed("Idle")] * 1000)
        assert await doings(script, 60.5) == ["Idle"]
        assert len(script.asked) == 62
        assert all(b - a >= 0.999 for a, b in pairwise(script.times[1:]))

    async def test_changes_are_held_up_by_a_fifth_of_a_second_at_most(self) -> None:
        script = Script(*(hashed(str(n)) for n in range(5)))
        assert await doings(script, 5) == [str(n) for n in range(5)]
        assert script.times == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])

    @pytest.mark.parametrize("answering", [0.01, 0.3])
    async def test_a_state_that_is_always_another_floods_no_server(self, answering: float) -> None:
        answers = [one for n in range(1000) for one in (answering, hashed(str(n)))]
        script = Script(*answers)
        assert len(await doings(script, 60.5)) in {63, 64, 65}
        assert all(b - a >= 0.999 for a, b in pairwise(script.times[6:]))

    async def test_a_change_after_a_quiet_while_is_not_held_up(self) -> None:
        desk = Desk()
        changes: list[float] = []

        async def work() -> None:
            for number in range(30):
                await anyio.sleep(1.5)
                desk.now_does(str(number))

        agent = watch(desk)
        await anext(agent)
        async with anyio.create_task_group() as group:
            group.start_soon(work)
            began = anyio.current_time()
            for _ in range(30):
                await anext(agent)
                changes.append(anyio.current_time() - began)
        assert changes == pytest.approx([1.5 * (n + 1) for n in range(30)])

    async def test_another_hash_for_the_same_state_is_no_change(self) -> None:
        script = Script(State("Idle", "1"), State("Idle", "2"), State("Busy", "3"))
        assert await doings(script) == ["Idle", "Busy"]
        assert script.hashes == [None, "1", "2", "3"]

    async def test_an_abridged_answer_with_the_same_hash_is_no_change(self) -> None:
        agent = watch(Script(State("Idle", "1"), State("", "1"), State("Busy", "2")))
        assert (await anext(agent)).state.doing == "Idle"
        assert (await anext(agent)).previous == State("Idle", "1")

    async def test_a_server_without_hashes_is_asked_every_five_seconds(self) -> None:
        script = Script(State("a"), State("a"), State("b"), State("a"))
        assert await doings(script) == ["a", "b", "a"]
        assert script.hashes == [None] * 5
        assert script.times == pytest.approx([0, 5, 10, 15, 20])

    async def test_an_agent_who_logs_out_gives_an_empty_state(self) -> None:
        script = Script(hashed("Idle"), State(), State(), State(), hashed("Idle"))
        assert await doings(script) == ["Idle", "", "Idle"]
        assert script.hashes == [None, "hash of Idle", None, None, None, "hash of Idle"]

    @pytest.mark.parametrize(
        "fault",
        [
            ReplyLost("reset"),
            DeadlineExceeded("silence"),
            NotSent("refused"),
            ServerUnavailable("restarting", status=503),
            ProtocolError("cut"),
            DaktelaApiError("no such hash"),
        ],
        ids=repr,
    )
    async def test_a_fault_is_followed_by_the_full_state(self, fault: TelephonyError) -> None:
        script = Script(hashed("a"), fault, hashed("a"), fault, hashed("b"))
        heard: list[WatchTrouble] = []
        agent = watch(script, on_trouble=heard.append)
        changes = [e for e in await seen_within(agent, 300) if isinstance(e, AgentChange)]
        assert [change.state.doing for change in changes] == ["a", "b"]
        assert script.hashes == [None, "hash of a", None, "hash of a", None, "hash of b"]
        assert [(t.user, t.error, t.failures) for t in heard] == [("novak", fault, 1)] * 2

    async def test_a_recovery_is_told_once_though_no_state_changed(self) -> None:
        script = Script(NotSent("refused"), hashed("a"), ReplyLost("reset"), 5.0, hashed("a"))
        troubles: list[WatchTrouble] = []
        recoveries: list[WatchRecovery] = []
        options = WatchOptions(on_trouble=troubles.append, on_recovery=recoveries.append)
        agent = AgentWatch(script.poll, "novak", options)
        assert len(await seen_within(agent, 300)) == 1
        assert [(r.user, r.failures) for r in recoveries] == [("novak", 1)] * 2
        # Since the start of the request that failed.
        first, second = (recovery.lost_for for recovery in recoveries)
        assert first == pytest.approx(script.times[1])
        assert second == pytest.approx(script.times[3] + 5.0 - script.times[2])

    async def test_an_empty_answer_is_followed_by_the_full_state(self) -> None:
        script = Script(hashed("a"), State(), hashed("a"), State(), hashed("b"))
        assert await doings(script) == ["a", "b"]
        assert script.hashes == [None, "hash of a", None, "hash of a", None, "hash of b"]

    @pytest.mark.parametrize(
        "error",
        [
            UserNotFound("Uživatel neexistuje."),
            DaktelaApiError("Špatný token."),
            ClientClosed("closed"),
            InvalidRequest("bad"),
            NotSent("untrusted", permanent=True),
            StatusError("HTTP 404", status=404),
            ProtocolError("a login page"),
        ],
        ids=repr,
    )
    async def test_what_cannot_get_better_is_raised_at_once(self, error: TelephonyError) -> None:
        script = Script(error)
        with pytest.raises(type(error)) as caught:
            await anext(watch(script))
        assert caught.value is error
        assert len(script.asked) == 1

    async def test_a_refusal_of_the_full_state_is_raised(self) -> None:
        refusal = UserNotFound("Uživatel neexistuje.")
        script = Script(hashed("a"), refusal, refusal)
        agent = watch(script)
        await anext(agent)
        with pytest.raises(UserNotFound):
            await anext(agent)
        assert script.hashes == [None, "hash of a", None]

    async def test_a_closed_client_ends_a_watch_that_had_begun(self) -> None:
        script = Script(hashed("a"), ClientClosed("closed"))
        agent = watch(script)
        await anext(agent)
        with pytest.raises(ClientClosed):
            await anext(agent)

    async def test_an_outage_can_be_bounded(self) -> None:
        script = Script(hashed("a"), 100.0, *[ReplyLost("reset")] * 1000)
        agent = watch(script, max_outage=600)
        await anext(agent)
        began = anyio.current_time()
        with pytest.raises(ReplyLost):
            await anext(agent)
        assert 600 <= anyio.current_time() - began <= 640
        first = Script(*[NotSent("refused")] * 1000)
        began = anyio.current_time()
        with pytest.raises(NotSent):
            await anext(watch(first, max_outage=10))
        assert 10 <= anyio.current_time() - began <= 40

    async def test_one_failure_of_a_held_request_is_no_outage(self) -> None:
        script = Script(hashed("a"), 50.0, ReplyLost("reset"), 20.0, hashed("b"))
        heard: list[WatchTrouble] = []
        agent = watch(script, max_outage=45, on_trouble=heard.append)
        changes = [e for e in await seen_within(agent, 300) if isinstance(e, AgentChange)]
        assert [change.state.doing for change in changes] == ["a", "b"]
        assert [(trouble.lost_for, trouble.delay) for trouble in heard] == [(50.0, 0.0)]

    async def test_another_failure_is_one(self) -> None:
        script = Script(hashed("a"), 50.0, ReplyLost("reset"), ReplyLost("reset again"))
        agent = watch(script, max_outage=45)
        await anext(agent)
        with pytest.raises(ReplyLost, match="again"):
            await anext(agent)
        # Nothing is held where nothing was known yet.
        with pytest.raises(ReplyLost):
            await anext(watch(Script(50.0, ReplyLost("reset")), max_outage=45))

    async def test_a_short_retry_after_is_kept(self) -> None:
        script = Script(hashed("a"), RateLimited("slow", status=429, retry_after=45.0), hashed("b"))
        assert await doings(script) == ["a", "b"]
        assert script.times[2] - script.times[1] >= 45

    async def test_a_long_retry_after_makes_nobody_blind(self) -> None:
        slow = RateLimited("slow", status=429, retry_after=86_400.0)
        script = Script(hashed("a"), slow, hashed("b"))
        assert await doings(script) == ["a", "b"]
        assert 60 <= script.times[2] - script.times[1] <= 61
        began = anyio.current_time()
        with pytest.raises(RateLimited):
            await anext(watch(Script(*[slow] * 100), max_outage=300))
        assert anyio.current_time() - began == pytest.approx(300, abs=1)

    @pytest.mark.parametrize("status", [400, 404, 408, 410, 418, 501, 505, 522])
    async def test_a_status_is_borne_once_there_was_a_state(self, status: int) -> None:
        error = StatusError(f"HTTP {status}", status=status)
        assert await doings(Script(hashed("a"), error, error, hashed("b"))) == ["a", "b"]
        with pytest.raises(StatusError):
            await anext(watch(Script(error, hashed("a"))))

    @pytest.mark.parametrize("status", [301, 302, 308, 401, 403, 407])
    async def test_a_status_that_asks_for_something_else_is_raised(self, status: int) -> None:
        agent = watch(Script(hashed("a"), StatusError(f"HTTP {status}", status=status)))
        await anext(agent)
        with pytest.raises(StatusError):
            await anext(agent)

    async def test_a_watch_knows_whether_it_has_seen_anything(self) -> None:
        agent = watch(Script(NotSent("refused"), hashed("a")))
        assert not agent.seen
        await anext(agent)
        assert agent.seen

    async def test_a_mistake_in_a_callback_is_seen(self) -> None:
        def on_trouble(trouble: WatchTrouble) -> None:
            raise LookupError(trouble.user)

        with pytest.raises(LookupError, match="novak"):
            await anext(watch(Script(NotSent("refused")), on_trouble=on_trouble))

    async def test_leaving_the_loop_leaves_nothing_behind(self) -> None:
        before = tasks_alive()
        desk = Desk()
        async for change in watch(desk):
            assert change.state.doing == "Idle"
            break
        assert tasks_alive() == before
        assert desk.underway == 0

    async def test_a_cancelled_wait_ends_its_request_and_can_be_taken_up_again(self) -> None:
        before = tasks_alive()
        desk = Desk()
        agent = watch(desk)
        await anext(agent)
        for _ in range(3):
            with anyio.move_on_after(0.1):
                await anext(agent)
            assert desk.underway == 0
        # It is not asked more often for it.
        assert len(desk.asked) == 2
        desk.now_does("Busy")
        assert (await anext(agent)).state.doing == "Busy"
        assert tasks_alive() == before

    async def test_a_closed_watch_has_ended(self) -> None:
        agent = watch(Desk())
        await anext(agent)
        await agent.aclose()
        assert [change async for change in agent] == []


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@settings(max_examples=60, deadline=None)
@given(
    shown=st.lists(
        st.one_of(
            st.sampled_from("abc").map(hashed),
            st.sampled_from(
                [
                    ReplyLost("reset"),
                    DeadlineExceeded("silence"),
                    ServerUnavailable("restarting", status=502, retry_after=3.0),
                    ProtocolError("cut"),
                    NotSent("refused"),
                ]
            ),
            st.floats(0, 60),
        ),
        max_size=30,
    )
)
def test_the_states_are_those_that_the_server_showed(
    backend: str, shown: list[State | Exception | float]
) -> None:
    async def main() -> None:
        script = Script(hashed("a"), *shown)
        states = ["a", *(answer.doing for answer in shown if isinstance(answer, State))]
        assert await doings(script, 10_000) == [doing for doing, _ in groupby(states)]
        assert not script._answers  # pyright: ignore[reportPrivateUsage]
        # A fault is followed by a full poll, everything else by the last hash.
        for (_, asked), answer in zip(
            script.asked[1:],
            [a for a in (hashed("a"), *shown) if not isinstance(a, float)],
            strict=True,
        ):
            assert asked == (answer.hash if isinstance(answer, State) else None)

    run_virtually(backend, main)


@pytest.mark.repetitive
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_outage_of_days_is_borne(backend: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "daktela_async")
    heard: list[WatchTrouble] = []

    async def main() -> list[str]:
        script = Script(hashed("a"), *[NotSent("refused")] * 12_000, hashed("b"))
        agent = watch(script, on_trouble=heard.append)
        return [(await anext(agent)).state.doing for _ in range(2)]

    assert run_virtually(backend, main) == ["a", "b"]
    assert heard[-1].failures == 12_000
    assert heard[-1].lost_for > 2 * 86_400
    # Full jitter: half of the bound on average.
    assert sum(t.delay for t in heard[10:]) / len(heard[10:]) == pytest.approx(15, rel=0.05)
    # A line for its beginning and one for its end, not one for every failure.
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "novak" in caplog.text


def test_waits_double_up_to_a_cap() -> None:
    bounds: list[tuple[float, float]] = []

    def uniform(least: float, most: float) -> float:
        bounds.append((least, most))
        return most / 2

    outage = Outage("novak", WatchOptions(), uniform=uniform)
    delays = [outage.bear(ReplyLost("reset"), 0.0, bearable=True) for _ in range(100)]
    assert bounds[:7] == [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (0, 30), (0, 30)]
    assert delays == [most / 2 for _, most in bounds]
    outage.over(1.0)
    assert outage.bear(ReplyLost("reset"), 2.0, bearable=True) == 0.5


@settings(deadline=None)
@given(
    pace=st.builds(
        WatchPace,
        spacing=st.floats(1, 100),
        first_delay=st.floats(0, 1000),
        longest_delay=st.floats(0, 1000),
        longest_retry_after=st.floats(0, 100),
    ),
    max_outage=st.floats(0, 300),
    retry_after=st.none() | st.floats(0, 1000),
)
def test_any_pace_is_monotone_and_capped_and_any_outage_ends(
    pace: WatchPace, max_outage: float, retry_after: float | None
) -> None:
    options = WatchOptions(pace=pace, max_outage=max_outage)
    outage = Outage("novak", options, uniform=lambda _least, most: most)
    error = ServerUnavailable("restarting", status=503, retry_after=retry_after)
    now, starts, delays = 0.0, list[float](), list[float]()
    with suppress(ServerUnavailable):
        while now < 1e6:
            starts.append(now)
            delays.append(outage.bear(error, now, bearable=True))
            now += max(pace.spacing, delays[-1])
    # No delay goes beyond the time that is left.
    whole = [d for d, at in zip(delays, starts, strict=False) if at + d < max_outage]
    assert whole == sorted(whole)
    asked = min(retry_after or 0.0, pace.longest_retry_after)
    assert all(asked <= delay for delay in whole)
    assert all(delay <= asked + pace.longest_delay for delay in delays)
    # It is given up at the first failure after that time.
    assert max_outage <= now <= max_outage + pace.spacing


def test_differences_are_those_of_fields_but_the_hash() -> None:
    @frozen
    class Full:
        hash: str
        state: str
        extra: dict[str, str] = attrs.field(factory=dict[str, str], eq=False)

    assert differences(Full("1", "a"), Full("2", "a")) == frozenset()
    assert differences(Full("1", "a"), Full("1", "b", {"x": "y"})) == {"state", "extra"}


@pytest.mark.parametrize("name", ["spacing", "without_hash"])
def test_a_pace_is_never_endless(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        WatchPace(**{name: 0.0})


# Many agents.


class Floor:
    """Hold a desk for every agent."""

    def __init__(self) -> None:
        self.desks: defaultdict[str, Desk] = defaultdict(Desk)
        self.broken: dict[str, TelephonyError] = {}

    def poll_of(self, user: str) -> Callable[[str | None], Awaitable[State]]:
        return partial(self._poll, user)

    async def _poll(self, user: str, hash_: str | None) -> State:
        if user in self.broken:
            await anyio.lowlevel.checkpoint()
            raise self.broken[user]
        return await self.desks[user].poll(hash_)


def doing_of(event: AgentEvent[State]) -> tuple[str, str]:
    assert isinstance(event, AgentChange)
    return event.user, event.state.doing


class TestManyAgents:
    pytestmark = on_virtual_time

    async def test_a_thousand_agents(self) -> None:
        before = tasks_alive()
        floor = Floor()
        users = [f"agent{n}" for n in range(1000)]
        options = WatchOptions(pace=WatchPace(stagger=0))
        seen: defaultdict[str, list[str]] = defaultdict(list)
        longest = 0
        async with watch_agents(floor.poll_of, users, options, buffer=50) as changes:
            async with anyio.create_task_group() as group:

                async def work() -> None:
                    for doing in ("Ringing", "Speaking", "Idle"):
                        await anyio.sleep(70)
                        for user in users:
                            floor.desks[user].now_does(doing)

                group.start_soon(work)
                for _ in range(4000):
                    event = await anext(changes)
                    longest = max(longest, len(changes._buffer))  # pyright: ignore[reportPrivateUsage]
                    user, doing = doing_of(event)
                    seen[user].append(doing)
            assert len(changes.users) == 1000
        assert all(seen[user] == ["Idle", "Ringing", "Speaking", "Idle"] for user in users)
        assert longest <= 50
        assert tasks_alive() == before
        assert sum(desk.underway for desk in floor.desks.values()) == 0

    async def test_a_slow_consumer_holds_the_asking_up(self) -> None:
        floor = Floor()
        users = [f"agent{n}" for n in range(20)]
        async with watch_agents(floor.poll_of, users, buffer=3) as changes:
            await anyio.sleep(600)
            # Three events wait, the others wait for room, and nobody asks on their behalf.
            waiting = [user for user in users if len(floor.desks[user].asked) == 1]
            assert len(waiting) == 17
            got = [doing_of(await anext(changes))[0] for _ in users]
        assert sorted(got) == sorted(users)

    async def test_starts_are_staggered(self) -> None:
        floor = Floor()
        options = WatchOptions(pace=WatchPace(stagger=0.5))
        began = anyio.current_time()
        async with watch_agents(floor.poll_of, ["a", "b", "a", "c"], options) as changes:
            assert changes.users == {"a", "b", "c"}
            for _ in range(3):
                await anext(changes)
            changes.add("d")
            await anyio.sleep(10)
            changes.add("e")
            await anyio.sleep(1)
        starts = [floor.desks[user].asked[0][0] - began for user in "abcde"]
        assert starts == pytest.approx([0, 0.5, 1, 1.5, 11])

    async def test_one_failure_leaves_the_others_alone(self) -> None:
        floor = Floor()
        floor.broken["b"] = UserNotFound("Uživatel neexistuje.")
        async with watch_agents(floor.poll_of, ["a", "b", "c"]) as changes:
            events = {event.user: event for event in [await anext(changes) for _ in range(3)]}
            assert events["b"] == WatchFailed(user="b", error=floor.broken["b"])
            assert isinstance(events["b"], WatchFailed)
            assert events["b"].error is floor.broken["b"]
            assert changes.users == {"a", "c"}
            floor.desks["a"].now_does("Busy")
            assert doing_of(await anext(changes)) == ("a", "Busy")
            # It can be taken up again.
            del floor.broken["b"]
            changes.add("b")
            assert doing_of(await anext(changes)) == ("b", "Idle")

    async def test_agents_come_and_go(self) -> None:
        before = tasks_alive()
        floor = Floor()
        async with watch_agents(floor.poll_of, [], buffer=1) as changes:
            changes.add("a")
            changes.add("a")
            assert doing_of(await anext(changes)) == ("a", "Idle")
            changes.add("b")
            await anyio.sleep(1)
            # What of b is in the buffer already goes too, and makes room.
            changes.remove("b")
            changes.remove("b")
            await settle()
            assert floor.desks["b"].underway == 0
            floor.desks["a"].now_does("Busy")
            await settle()
            floor.desks["a"].now_does("Idle")
            await settle()
            changes.add("b")
            assert doing_of(await anext(changes)) == ("a", "Busy")
            assert doing_of(await anext(changes)) == ("a", "Idle")
            assert doing_of(await anext(changes)) == ("b", "Idle")
            assert changes.users == {"a", "b"}
        assert tasks_alive() == before

    async def test_removing_while_it_waits_for_room(self) -> None:
        floor = Floor()
        async with watch_agents(floor.poll_of, ["a", "b"], buffer=1) as changes:
            await anyio.sleep(1)
            changes.remove("b")
            changes.add("b")
            got = {doing_of(await anext(changes)) for _ in range(2)}
        assert got == {("a", "Idle"), ("b", "Idle")}

    async def test_removing_the_failed(self) -> None:
        floor = Floor()
        floor.broken["a"] = UserNotFound("Uživatel neexistuje.")

        async def poll(hash_: str | None) -> State:
            changes.remove("a")
            raise floor.broken["a"]

        async with watch_agents(lambda _: poll, []) as changes:
            changes.add("a")
            with anyio.move_on_after(10):
                pytest.fail(str(await anext(changes)))

    async def test_an_error_of_the_block_comes_out_as_it_is(self) -> None:
        before = tasks_alive()

        async def block() -> None:
            async with watch_agents(Floor().poll_of, ["a", "b"]) as changes:
                async for _ in changes:
                    raise LookupError("mine")

        with pytest.raises(LookupError, match="mine"):
            await block()
        assert tasks_alive() == before

    async def test_a_mistake_in_a_callback_ends_the_whole(self) -> None:
        def on_trouble(trouble: WatchTrouble) -> None:
            raise LookupError(trouble.user)

        floor = Floor()
        floor.broken["b"] = NotSent("refused")
        options = WatchOptions(on_trouble=on_trouble)

        async def consume() -> None:
            async with watch_agents(floor.poll_of, ["a", "b"], options) as changes:
                async for _ in changes:
                    pass

        with pytest.raises(LookupError, match="b"):
            await consume()
        # Even if nobody iterates.
        with pytest.raises(LookupError, match="b"):
            async with watch_agents(floor.poll_of, ["a", "b"], options):
                await anyio.sleep(1)

    async def test_a_cancelled_block_leaves_nothing_behind(self) -> None:
        before = tasks_alive()
        floor = Floor()
        with anyio.move_on_after(5) as scope:
            async with watch_agents(floor.poll_of, ["a", "b"]) as changes:
                async for _ in changes:
                    pass
        assert scope.cancelled_caught
        assert tasks_alive() == before
        assert floor.desks["a"].underway == 0

    async def test_no_event_is_lost_to_an_impatient_consumer(self) -> None:
        floor = Floor()
        users = [f"agent{n}" for n in range(30)]
        got: list[str] = []
        async with watch_agents(floor.poll_of, users) as changes:
            while len(got) < 30:
                with anyio.move_on_after(0.01):
                    got.append((await anext(changes)).user)
            with anyio.move_on_after(100):
                pytest.fail(str(await anext(changes)))
        assert sorted(got) == sorted(users)

    async def test_the_iteration_ends_with_the_block(self) -> None:
        ended: list[bool] = []
        async with anyio.create_task_group() as group, watch_agents(Floor().poll_of, []) as changes:

            async def consume() -> None:
                async for event in changes:
                    pytest.fail(str(event))
                ended.append(True)

            group.start_soon(consume)
            await settle()
        assert ended == [True]
        assert [event async for event in changes] == []
        with pytest.raises(InvalidRequest, match="ended"):
            changes.add("a")

    async def test_one_user_is_no_list_of_users(self) -> None:
        with pytest.raises(InvalidRequest, match="one text"):
            async with watch_agents(Floor().poll_of, "novak"):
                pytest.fail("entered")

    async def test_a_buffer_holds_something(self) -> None:
        with pytest.raises(InvalidRequest, match="buffer="):
            async with watch_agents(Floor().poll_of, [], buffer=0):
                pytest.fail("entered")


@pytest.mark.asyncio
@pytest.mark.virtual_time
async def test_a_cancelled_task_of_asyncio_leaves_nothing_behind() -> None:
    floor = Floor()
    entered = asyncio.Event()

    async def main() -> None:
        async with watch_agents(floor.poll_of, ["a", "b"]) as changes:
            async for _ in changes:
                entered.set()

    task = asyncio.create_task(main())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert floor.desks["a"].underway == 0


@pytest.mark.asyncio
@pytest.mark.virtual_time
async def test_the_timeout_of_asyncio_loses_no_event() -> None:
    floor = Floor()
    got: list[tuple[str, str]] = []
    async with watch_agents(floor.poll_of, ["a"]) as changes:
        for number in range(200):
            floor.desks["a"].now_does(str(number))
            pending = asyncio.ensure_future(anext(changes))
            for _ in range(number % 12):
                await asyncio.sleep(0)
            pending.cancel()
            try:
                got.append(doing_of(await pending))
            except asyncio.CancelledError:
                got.append(doing_of(await anext(changes)))
    assert got == [("a", str(number)) for number in range(200)]


# The team.


class Board:
    """Answer for the whole team by a script, and then the last answer again and again."""

    def __init__(self, *answers: Sequence[str] | Exception) -> None:
        self.asked: list[float] = []
        self._answers = list(answers)

    async def poll(self) -> Iterable[State]:
        self.asked.append(anyio.current_time())
        await anyio.lowlevel.checkpoint()
        answer = self._answers[0] if len(self._answers) == 1 else self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return [State(doing, login=login) for login, doing in (who.split(":") for who in answer)]


def team(
    board: Board, interval: float = 5.0, options: WatchOptions | None = None
) -> TeamWatch[State]:
    return TeamWatch(board.poll, lambda state: state.login, interval, options or WatchOptions())


def short(event: TeamEvent[State]) -> str:
    if isinstance(event, AgentLoggedIn):
        return f"+{event.user}:{event.state.doing}"
    if isinstance(event, AgentLoggedOut):
        return f"-{event.user}:{event.previous.doing}"
    return f"{event.user}:{event.previous and event.previous.doing}>{event.state.doing}"


class TestTeam:
    pytestmark = on_virtual_time

    async def test_changes_logins_and_logouts(self) -> None:
        board = Board(
            ["a:Idle", "b:Idle"],
            ["a:Idle", "b:Idle"],
            ["c:Idle", "a:Busy"],
            [],
            ["a:Idle"],
        )
        events = await seen_within(team(board), 58)
        assert [short(event) for event in events] == [
            "a:None>Idle",
            "b:None>Idle",
            "-b:Idle",
            "+c:Idle",
            "a:Idle>Busy",
            "-c:Idle",
            "-a:Busy",
            "+a:Idle",
        ]
        assert len(board.asked) == 12
        assert [b - a for a, b in pairwise(board.asked)] == pytest.approx([5.0] * 11)
        change = events[4]
        assert isinstance(change, AgentChange)
        assert change.changed == {"doing"}

    async def test_an_outage_hides_no_change_and_doubles_none(self) -> None:
        heard: list[WatchTrouble] = []
        over: list[WatchRecovery] = []
        board = Board(
            ["a:Idle"],
            ReplyLost("reset"),
            ServerUnavailable("restarting", status=503, retry_after=60.0),
            ProtocolError("cut"),
            ["a:Idle"],
            NotSent("refused"),
            ["a:Busy", "b:Idle"],
        )
        options = WatchOptions(on_trouble=heard.append, on_recovery=over.append)
        events = await seen_within(team(board, 1.0, options), 90)
        assert [short(event) for event in events] == ["a:None>Idle", "a:Idle>Busy", "+b:Idle"]
        assert [t.failures for t in heard] == [1, 2, 3, 1]
        assert {t.user for t in heard} == {None}
        assert [(r.user, r.failures) for r in over] == [(None, 3), (None, 1)]

    @pytest.mark.parametrize(
        "error", [DaktelaApiError("Špatný token."), ProtocolError("a login page")], ids=repr
    )
    async def test_what_cannot_get_better_is_raised_at_once(self, error: TelephonyError) -> None:
        board = Board(error)
        with pytest.raises(type(error)):
            await anext(team(board))
        assert len(board.asked) == 1

    async def test_a_status_is_borne_once_there_was_an_answer(self) -> None:
        error = StatusError("HTTP 404", status=404)
        watched = team(Board(["a:Idle"], error, ["a:Busy"]))
        assert not watched.seen
        events = await seen_within(watched, 58)
        assert [short(event) for event in events] == ["a:None>Idle", "a:Idle>Busy"]
        assert watched.seen
        refused = team(Board(["a:Idle"], StatusError("HTTP 403", status=403)))
        await anext(refused)
        with pytest.raises(StatusError):
            await anext(refused)
        with pytest.raises(StatusError):
            await anext(team(Board(error)))

    async def test_an_outage_is_bounded(self) -> None:
        # It counts from the start of the first request that failed.
        board = Board(["a:Idle"], ReplyLost("reset"))
        watched = team(board, options=WatchOptions(max_outage=20))
        await anext(watched)
        with pytest.raises(ReplyLost):
            await anext(watched)
        assert board.asked[-1] - board.asked[1] == pytest.approx(20, abs=5)

    async def test_leaving_the_loop_in_the_middle_of_an_answer(self) -> None:
        watched = team(Board(["a:Idle", "b:Idle"]))
        async for event in watched:
            assert short(event) == "a:None>Idle"
            break
        assert short(await anext(watched)) == "b:None>Idle"
        await watched.aclose()
        assert [event async for event in watched] == []

    @pytest.mark.parametrize("interval", [0.0, -1.0, float("inf"), float("nan")])
    async def test_an_interval_is_finite(self, interval: float) -> None:
        with pytest.raises(InvalidRequest, match="interval="):
            team(Board([]), interval)
