"""The feed against the fake service: the board is true, through outages and restarts."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import anyio
import pytest

from daktela_async import (
    DaktelaApiError,
    DeadlineExceeded,
    NotSent,
    ProtocolError,
    ReplyLost,
    ServerUnavailable,
)
from daktela_async.sandbox import faults
from examples.wallboard.feed import Feed, reason
from tests.examples.wallboard.service import Service, service, until

pytestmark = [pytest.mark.asyncio, pytest.mark.virtual_time]


@asynccontextmanager
async def fed() -> AsyncGenerator[Service]:
    """Give a service with two agents at work, and a board that is fed from it."""
    async with service() as centre, anyio.create_task_group() as group:
        for login in ("novak", "svoboda"):
            centre.sandbox.agents[login].log_in("2000")
        group.start_soon(Feed(centre.daktela, centre.board).run)
        await until(lambda: centre.up and len(centre.agents) == 2)
        yield centre
        group.cancel_scope.cancel()


async def test_a_change_is_shown_at_once() -> None:
    async with fed() as centre:
        agent = centre.sandbox.agents["novak"]
        steps: list[tuple[Callable[[], object], str]] = [
            (lambda: agent.ring("602123456"), "Ringing"),
            (agent.answer, "Speaking"),
            (agent.hold, "On Hold"),
            (agent.hang_up, "Paused"),
        ]
        for step, state in steps:
            await anyio.sleep(20)
            step()
            await anyio.sleep(0.5)
            assert centre.states["novak"] == state
        assert centre.agents["novak"]["pause"] == "Wrap"
        assert centre.states["svoboda"] == "Idle"


async def test_agents_come_and_go() -> None:
    async with fed() as centre:
        centre.sandbox.agents["hajek"].log_in("2000")
        assert await until(lambda: "hajek" in centre.agents) < 4
        await anyio.sleep(1)
        centre.sandbox.agents["hajek"].pause("Oběd")
        assert await until(lambda: centre.states["hajek"] == "Paused") < 0.5
        assert centre.agents["hajek"]["pause"] == "Oběd"
        centre.sandbox.agents["novak"].log_out()
        assert await until(lambda: "novak" not in centre.agents) < 0.5
        # Sooner than the team is looked at: the long poll tells.
        centre.sandbox.agents["novak"].log_in("2000")
        assert await until(lambda: "novak" in centre.agents) < 4
        assert set(centre.agents) == {"novak", "svoboda", "hajek"}


@pytest.mark.parametrize("logged_out", ["error", "empty"])
async def test_agents_come_and_go_however_absence_is_told(logged_out: str) -> None:
    async with fed() as centre:
        centre.sandbox.logged_out = "error" if logged_out == "error" else "empty"
        for _ in range(3):
            centre.sandbox.agents["novak"].log_out()
            assert await until(lambda: "novak" not in centre.agents) < 6
            centre.sandbox.agents["novak"].log_in("2000")
            assert await until(lambda: "novak" in centre.agents) < 6
            await anyio.sleep(5)
            centre.sandbox.agents["novak"].pause("Oběd")
            assert await until(lambda: centre.states["novak"] == "Paused") < 0.5


async def test_queues_show_waiting_calls() -> None:
    async with fed() as centre:
        for login in ("novak", "svoboda"):
            centre.sandbox.agents[login].pause("Oběd")
        centre.sandbox.incoming_call("602123456", queue="2000")
        await anyio.sleep(3)
        centre.sandbox.incoming_call("602123457", queue="2000")
        await anyio.sleep(3)
        queues = {queue["title"]: queue for queue in centre.board.snapshot().get("queues", [])}
        assert queues["Support"]["waiting"] == 2
        assert (queues["Support"]["ready"], queues["Support"]["agents"]) == (0, 2)
        since = queues["Support"]["since"]
        assert since is not None
        assert 5_000 <= centre.board.now() - since <= 8_000
        assert centre.board.snapshot().get("lines") == [{"number": "2006", "title": "Zavolejte mi"}]


async def test_an_outage_is_shown_and_its_end_too() -> None:
    async with fed() as centre:
        for action in ("RTUserState", "RTUsersState", "RTStatsCalls", "RTStatsQueues"):
            centre.sandbox.faults.add(action, faults.Status(503), times=None)
        assert await until(lambda: not centre.up) < 10
        # The long polls that were held before are answered when their minute is over.
        await until(lambda: all(agent["stale"] for agent in centre.agents.values()), 90)
        centre.sandbox.agents["novak"].pause("Oběd")
        centre.sandbox.agents["svoboda"].log_out()
        await anyio.sleep(60)
        assert centre.states == {"novak": "Idle", "svoboda": "Idle"}
        centre.sandbox.faults.clear()
        assert await until(lambda: centre.up) < 12
        await until(lambda: centre.states == {"novak": "Paused"})
        await until(lambda: not centre.agents["novak"]["stale"])
        await anyio.sleep(120)
        assert centre.up


async def test_a_token_that_is_refused_and_good_again() -> None:
    async with fed() as centre:
        good = centre.sandbox.access_token
        centre.sandbox.access_token = "another"
        await until(lambda: not centre.up)
        await anyio.sleep(60)
        centre.sandbox.access_token = good
        centre.sandbox.agents["novak"].log_out()
        assert await until(lambda: centre.up) < 10
        await until(lambda: centre.states == {"svoboda": "Idle"})
        centre.sandbox.agents["svoboda"].pause("Oběd")
        assert await until(lambda: centre.states["svoboda"] == "Paused") < 0.5


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotSent("no connection", permanent=True), "it cannot be reached"),
        (ServerUnavailable("HTTP 503", status=503), "it answers with HTTP status 503"),
        (DaktelaApiError("Neplatný token."), "it refuses: Neplatný token."),
        (ProtocolError("an HTML page", status=200), "it answers with something else"),
        (DeadlineExceeded("too late"), "it does not answer"),
        (ReplyLost("reset"), "it does not answer"),
        (KeyError("secret"), "an error of the wallboard itself"),
    ],
    ids=repr,
)
async def test_reasons_are_for_people(error: Exception, said: str) -> None:
    assert reason(error) == said


async def test_one_agents_trouble_is_that_agents_alone() -> None:
    async with fed() as centre:
        await until(lambda: centre.sandbox.held_requests == 2)
        centre.sandbox.faults.add("RTUserState", faults.Status(503), times=8)
        centre.sandbox.agents["novak"].pause("Oběd")
        await until(lambda: centre.agents["novak"]["stale"])
        assert centre.up
        assert not centre.agents["svoboda"]["stale"]
        await until(lambda: not centre.agents["novak"]["stale"])
        assert centre.states["novak"] == "Paused"


async def test_a_mistake_of_ours_is_shown_and_the_watch_begins_anew(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with fed() as centre:

        def broken(*_: object) -> None:
            raise ZeroDivisionError

        with monkeypatch.context() as patched:
            patched.setattr(centre.board, "show_queues", broken)
            await until(lambda: not centre.up)
            link = centre.board.snapshot().get("link")
            assert link is not None
            assert link["reason"] == "an error of the wallboard itself"
            assert "ZeroDivisionError" in caplog.text
        await until(lambda: centre.up)


async def test_names_that_may_not_be_seen_are_done_without() -> None:
    async with service() as centre, anyio.create_task_group() as group:
        centre.sandbox.agents["novak"].log_in("2000")
        centre.sandbox.faults.add(
            "GetQueues",
            faults.Status(200, body=b'{"status":0,"error":"Ne"}', content_type="application/json"),
        )
        group.start_soon(Feed(centre.daktela, centre.board).run)
        await until(lambda: centre.up)
        assert [queue["title"] for queue in centre.board.snapshot().get("queues", [])] == ["1"]
        await anyio.sleep(65)
        assert [queue["title"] for queue in centre.board.snapshot().get("queues", [])] == [
            "Support"
        ]
        group.cancel_scope.cancel()
