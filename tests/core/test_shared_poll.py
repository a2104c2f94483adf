"""One request serves everybody who waits, and nobody is given what was asked too early."""

from __future__ import annotations

import random

import anyio
import pytest

from _telephony_core.errors import DeadlineExceeded, ReplyLost, TelephonyError
from _telephony_core.polling import Look, Pending, Polling, Ready, SharedPoll, poll_until

pytestmark = pytest.mark.virtual_time
both = pytest.mark.anyio


class Server:
    """Answer with the time at which it was asked."""

    def __init__(self, takes: float = 1.0) -> None:
        self.takes = takes
        self.began: list[float] = []
        self.errors: dict[int, Exception] = {}
        self.cancelled = 0

    async def ask(self) -> float:
        number = len(self.began)
        asked = anyio.current_time()
        self.began.append(asked)
        try:
            await anyio.sleep(self.takes)
        except anyio.get_cancelled_exc_class():
            self.cancelled += 1
            raise
        if number in self.errors:
            raise self.errors[number]
        return asked


def at_once(timeout: float = 1000) -> Look:
    return Look(due=anyio.current_time(), timeout=timeout)


@pytest.mark.asyncio
async def test_two_hundred_waits_cost_one_request_a_tick() -> None:
    server = Server(takes=0.5)
    shared = SharedPoll(server.ask)
    done = anyio.current_time() + 600
    results: list[str] = []

    async def look(look: Look) -> Pending | Ready[str]:
        asked = await shared.look(look)
        return Ready("ok") if asked >= done else Pending("working")

    async def wait() -> None:
        results.append(await poll_until(look, id="7", what="the job", polling=Polling(jitter=0.1)))

    async with anyio.create_task_group() as group:
        for _ in range(200):
            group.start_soon(wait)
    assert results == ["ok"] * 200
    alone = 54
    # Whoever has drawn the shortest delay asks for all.
    assert len(server.began) <= alone * 1.15


@both
async def test_all_who_begin_at_one_moment_share_one_request() -> None:
    server = Server()
    shared = SharedPoll(server.ask)
    answers: list[float] = []

    async def wait() -> None:
        answers.append(await shared.look(at_once()))

    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(wait)
    assert len(server.began) == 1
    assert answers == server.began * 50


@both
async def test_nobody_gets_an_answer_asked_for_before_it_began() -> None:
    server = Server(takes=3)
    shared = SharedPoll(server.ask)

    async def wait(delay: float) -> None:
        await anyio.sleep(delay)
        began = anyio.current_time()
        assert await shared.look(at_once()) >= began

    async with anyio.create_task_group() as group:
        for number in range(30):
            group.start_soon(wait, number * 0.5)
    # Each answer takes 3 s, and all who came meanwhile share the next.
    assert len(server.began) <= 7


@both
async def test_requests_are_spaced() -> None:
    server = Server(takes=0.1)
    shared = SharedPoll(server.ask, spacing=10)

    async def wait() -> None:
        for _ in range(4):
            await shared.look(at_once())

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        group.start_soon(wait)
    gaps = [later - earlier for earlier, later in zip(server.began, server.began[1:], strict=False)]
    assert gaps == [pytest.approx(10, abs=0.2)] * 3


@both
async def test_a_look_is_not_taken_before_it_is_due() -> None:
    server = Server()
    shared = SharedPoll(server.ask)
    due = anyio.current_time() + 50
    assert await shared.look(Look(due=due, timeout=10)) >= due


@both
async def test_a_look_due_later_takes_an_answer_that_comes_sooner() -> None:
    server = Server()
    shared = SharedPoll(server.ask)
    began = anyio.current_time()

    async def patient() -> None:
        await shared.look(Look(due=began + 500, timeout=10))
        assert anyio.current_time() - began < 100

    async with anyio.create_task_group() as group:
        group.start_soon(patient)
        await anyio.sleep(50)
        await shared.look(at_once())
    assert len(server.began) == 1


@both
async def test_the_next_takes_over_at_once_when_the_one_who_asks_is_cancelled() -> None:
    server = Server(takes=20)
    shared = SharedPoll(server.ask, spacing=100)
    leader, cancelled = anyio.CancelScope(), 0.0
    answers: list[float] = []

    async def lead() -> None:
        with leader:
            await shared.look(at_once())

    async def follow() -> None:
        answers.append(await shared.look(at_once()))

    async with anyio.create_task_group() as group:
        group.start_soon(lead)
        await anyio.sleep(1)
        for _ in range(10):
            group.start_soon(follow)
        await anyio.sleep(9)
        cancelled = anyio.current_time()
        leader.cancel()
    assert server.cancelled == 1
    assert len(server.began) == 2
    # The spacing counts from an answer that came, not from one that never did.
    assert server.began[1] - cancelled < 1
    assert answers == [server.began[1]] * 10


@both
async def test_a_cancellation_at_the_very_first_step_leaves_it_whole() -> None:
    server = Server()
    shared = SharedPoll(server.ask)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await shared.look(at_once())
    assert server.began == []
    assert await shared.look(at_once()) == server.began[0]


@both
async def test_a_cancelled_follower_disturbs_nobody() -> None:
    server = Server(takes=20)
    shared = SharedPoll(server.ask)
    answers: list[float] = []

    async def lead() -> None:
        answers.append(await shared.look(at_once()))

    async with anyio.create_task_group() as group:
        group.start_soon(lead)
        await anyio.sleep(1)
        with anyio.move_on_after(5) as scope:
            await shared.look(at_once())
        assert scope.cancelled_caught
    assert len(answers) == len(server.began) == 1


@both
async def test_an_error_comes_to_each_as_its_own_copy() -> None:
    server = Server()
    original = ReplyLost("cut", call="POST /list")
    server.errors[0] = original
    shared = SharedPoll(server.ask)
    caught: list[TelephonyError] = []

    async def wait(number: int) -> None:
        try:
            await shared.look(at_once())
        except ReplyLost as error:
            error.ids = (str(number),)
            caught.append(error)

    async with anyio.create_task_group() as group:
        for number in range(5):
            group.start_soon(wait, number)
    assert len(server.began) == 1
    assert len({id(error) for error in caught} | {id(original)}) == 6
    assert sorted(error.ids for error in caught) == [(str(n),) for n in range(5)]
    assert original.ids == ()
    assert all(error.__cause__ is original for error in caught)
    assert {str(error).partition(":")[0] for error in caught} == {"POST /list"}


@both
async def test_after_an_error_the_next_request_is_made() -> None:
    server = Server()
    server.errors[0] = ReplyLost("cut")
    shared = SharedPoll(server.ask)
    with pytest.raises(ReplyLost):
        await shared.look(at_once())
    assert await shared.look(at_once()) == server.began[1]


@both
async def test_a_bug_comes_to_the_one_who_asked_and_the_next_asks_anew() -> None:
    server = Server(takes=5)
    server.errors[0] = KeyError("a bug")
    shared = SharedPoll(server.ask)
    answers: list[float] = []

    async def follow() -> None:
        await anyio.sleep(1)
        answers.append(await shared.look(at_once()))

    async with anyio.create_task_group() as group:
        group.start_soon(follow)
        with pytest.raises(KeyError):
            await shared.look(at_once())
    assert answers == [server.began[1]]


@both
@pytest.mark.parametrize("leads", [True, False])
async def test_each_look_has_its_own_deadline(leads: bool) -> None:
    server = Server(takes=500)
    shared = SharedPoll(server.ask)
    async with anyio.create_task_group() as group:
        if not leads:
            group.start_soon(shared.look, at_once())
            await anyio.sleep(1)
        began = anyio.current_time()
        with pytest.raises(DeadlineExceeded, match="no answer came 30 s after it was due"):
            await shared.look(at_once(30))
        assert anyio.current_time() - began == pytest.approx(30, abs=0.5)
    assert server.cancelled == (1 if leads else 0)


@both
async def test_another_wakes_up_when_the_one_who_would_have_asked_is_cancelled() -> None:
    server = Server()
    shared = SharedPoll(server.ask)
    began = anyio.current_time()
    answers: list[float] = []

    async def wait(due: float) -> None:
        answers.append(await shared.look(Look(due=began + due, timeout=10)) - began)

    async with anyio.create_task_group() as group, anyio.create_task_group() as early:
        early.start_soon(wait, 10)
        await anyio.sleep(1)
        group.start_soon(wait, 20)
        group.start_soon(wait, 15)
        group.start_soon(wait, 30)
        await anyio.sleep(4)
        early.cancel_scope.cancel()
    assert answers == [pytest.approx(15, abs=0.5)] * 3


@both
@pytest.mark.parametrize("seed", range(10))
async def test_whoever_comes_and_goes_each_gets_an_answer_in_time(seed: int) -> None:
    chance = random.Random(seed)
    server = Server(takes=0.5)
    shared = SharedPoll(server.ask)
    late: list[float] = []

    async def wait(starts: float, patience: float, gives_up: float) -> None:
        await anyio.sleep(starts)
        with anyio.move_on_after(gives_up):
            began = anyio.current_time()
            asked = await shared.look(Look(due=began + patience, timeout=1000))
            assert asked >= began
            late.append(anyio.current_time() - began - patience)

    async with anyio.create_task_group() as group:
        for _ in range(200):
            # Whole and half seconds, so that many things happen at one moment.
            starts, patience = chance.randrange(60) / 2, chance.randrange(20) / 2
            group.start_soon(wait, starts, patience, chance.choice([1, 2, 3.5, 1000, 1000]))
    assert len(late) >= 100
    # One answer may be under way, the next is a second after it, and takes half a second; and
    # whoever was to ask may be cancelled just then.
    assert max(late) <= 2.5
    # Every second one, whatever is cancelled, and those that were cancelled themselves.
    assert len(server.began) - server.cancelled <= 45
