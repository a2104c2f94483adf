"""RTUserState with a hash is held until the agent's state changes or a minute has passed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest

from daktela_async.sandbox import Clock, Sandbox, faults
from tests.daktela.sandbox_api import MONDAY, Answer, Api

pytestmark = pytest.mark.anyio

URL = "/api/4.0/RTUserState/json"


def virtual_sandbox(**options: Answer) -> Sandbox:
    return Sandbox(clock=Clock(anyio.current_time, MONDAY), **options)


async def state_of(api: Api, user: str, known: str = "") -> dict[str, Any]:
    result: dict[str, Any] = await api.ok("4.0/RTUserState", user=user, hash=known)
    return result


async def until(done: Callable[[], bool]) -> None:
    with anyio.fail_after(5):
        while not done():  # noqa: ASYNC110  (it happens in the server's thread)
            await anyio.sleep(0.001)


@pytest.mark.virtual_time
async def test_without_a_hash_and_with_an_unknown_one_it_answers_at_once() -> None:
    api = Api(virtual_sandbox())
    begin = anyio.current_time()
    first = await state_of(api, "novak")
    assert await state_of(api, "novak", "unknown") == first
    assert anyio.current_time() == begin
    assert (first["agent_state"], first["exten"], first["calls"]) == (None, None, [])
    assert len(first["hash"]) == 40


@pytest.mark.virtual_time
async def test_it_answers_the_same_after_a_minute() -> None:
    api = Api(virtual_sandbox())
    first = await state_of(api, "novak")
    begin = anyio.current_time()
    assert await state_of(api, "novak", first["hash"]) == first
    assert anyio.current_time() - begin == pytest.approx(60, abs=0.1)
    assert api.sandbox.held_requests == 0


@pytest.mark.virtual_time
async def test_how_long_it_is_held_can_be_set() -> None:
    api = Api(virtual_sandbox(hold_seconds=5))
    first = await state_of(api, "novak")
    begin = anyio.current_time()
    await state_of(api, "novak", first["hash"])
    assert anyio.current_time() - begin == pytest.approx(5, abs=0.1)


@pytest.mark.virtual_time
async def test_it_answers_when_the_agent_does_something_and_not_for_another() -> None:
    api = Api(virtual_sandbox())
    first = await state_of(api, "novak")
    begin = anyio.current_time()
    seen: list[tuple[float, Any]] = []

    async def wait() -> None:
        state = await state_of(api, "novak", first["hash"])
        seen.append((anyio.current_time() - begin, state["agent_state"]))

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        await anyio.sleep(5)
        api.sandbox.agents["hajek"].log_in("2000")
        await anyio.sleep(5)
        assert (api.sandbox.held_requests, seen) == (1, [])
        await api.ok("4.1/Login", user="novak")
    ((after, shown),) = seen
    assert after == pytest.approx(10, abs=0.1)
    assert shown == "Logged"


@pytest.mark.virtual_time
async def test_it_follows_a_call_that_goes_on_by_itself() -> None:
    api = Api(virtual_sandbox())
    api.sandbox.agents["novak"].log_in("99990")
    state = await state_of(api, "novak")
    begin = anyio.current_time()
    seen: list[tuple[int, str, str]] = []

    async def follow() -> None:
        known = state["hash"]
        for _ in range(5):
            now = await state_of(api, "novak", known)
            known = now["hash"]
            call = now["calls"][0]["call_state"] if now["calls"] else ""
            seen.append((round(anyio.current_time() - begin), now["agent_state"], call))

    async with anyio.create_task_group() as group:
        group.start_soon(follow)
        await anyio.sleep(1)
        await api.ok("4.1/CreateCall", user="novak", number="800123456")
    # The last but one is the wrap-up pause, of 15 seconds.
    assert seen == [
        (1, "Ringing", "Ringing"),
        (3, "Ringing", "Ringing"),
        (8, "Speaking", "Speaking"),
        (68, "Paused", ""),
        (83, "Idle", ""),
    ]


@pytest.mark.virtual_time
async def test_hundreds_of_held_requests_are_cheap() -> None:
    api = Api(virtual_sandbox())
    first = await state_of(api, "novak")
    answers: list[Any] = []

    async def wait() -> None:
        answers.append(await state_of(api, "novak", first["hash"]))

    begin = time.process_time()
    async with anyio.create_task_group() as group:
        for _ in range(300):
            group.start_soon(wait)
        await anyio.sleep(1)
        assert api.sandbox.held_requests == 300
        api.sandbox.agents["novak"].log_in("2000")
    assert len(answers) == 300
    assert {answer["agent_state"] for answer in answers} == {"Idle"}
    assert time.process_time() - begin < 4


@pytest.mark.virtual_time
async def test_a_caller_that_gives_up_leaves_no_trace() -> None:
    api = Api(virtual_sandbox())
    first = await state_of(api, "novak")
    with anyio.move_on_after(3):
        await state_of(api, "novak", first["hash"])
    assert api.sandbox.held_requests == 0


async def test_over_a_socket_it_hears_of_the_clock_and_of_other_threads() -> None:
    async with Sandbox.serve() as sandbox:
        token = {"access_token": sandbox.access_token}
        async with httpx.AsyncClient(
            base_url=sandbox.url, cookies=token, trust_env=False, timeout=20
        ) as client:
            first = (await client.get(URL, params={"user": "novak"})).json()["result"]
            query = {"user": "novak", "hash": first["hash"]}
            answers: list[Any] = []

            async def wait() -> None:
                answers.append((await client.get(URL, params=query)).json()["result"])

            async with anyio.create_task_group() as group:
                group.start_soon(wait)
                await until(lambda: sandbox.held_requests == 1)
                sandbox.clock.advance(59)
                await anyio.sleep(0.02)
                assert answers == []
                sandbox.clock.advance(1)
            assert answers == [first]
            thread = threading.Thread(target=sandbox.agents["novak"].log_in)
            async with anyio.create_task_group() as group:
                group.start_soon(wait)
                await until(lambda: sandbox.held_requests == 1)
                thread.start()
            thread.join()
            assert answers[1]["agent_state"] == "Logged"


async def test_a_caller_that_hangs_up_is_noticed() -> None:
    async with Sandbox.serve() as sandbox:
        state = await Api(sandbox).ok("4.0/RTUserState", user="novak")
        host, port = sandbox.url.removeprefix("http://").split(":")
        query = f"user=novak&hash={state['hash']}&access_token={sandbox.access_token}"
        with socket.create_connection((host, int(port))) as link:
            link.sendall(f"GET {URL}?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            await until(lambda: sandbox.held_requests == 1)
        await until(lambda: sandbox.held_requests == 0)
        assert (sandbox.log[-1].acted, sandbox.log[-1].status) == (False, None)


async def test_it_stops_at_once_though_requests_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    # It would wait so long for whoever does not listen.
    monkeypatch.setattr("_telephony_core.sandbox.runner._STOP_WITHIN", 60.0)
    sandbox = Sandbox()
    state = await Api(sandbox).ok("4.0/RTUserState", user="novak")
    query = {"user": "novak", "hash": state["hash"], "access_token": sandbox.access_token}

    async def wait(url: httpx.URL) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            with pytest.raises(httpx.TransportError):
                await client.get(url)

    async with anyio.create_task_group() as group:
        async with sandbox.serving():
            for _ in range(5):
                group.start_soon(wait, httpx.URL(sandbox.url + URL, params=query))
            await until(lambda: sandbox.held_requests == 5)
            begin = time.monotonic()
        assert time.monotonic() - begin < 10
    assert sandbox.held_requests == 0


async def test_a_fault_comes_at_once() -> None:
    sandbox = Sandbox()
    api = Api(sandbox)
    state = await state_of(api, "novak")
    sandbox.faults.add("RTUserState", faults.Status(503))
    status, _ = await api.get("4.0/RTUserState", user="novak", hash=state["hash"])
    assert status == 503
    sandbox.faults.add("RTUserState", faults.Late(0.01))
    assert await state_of(api, "novak", state["hash"]) == state


async def test_errors_and_the_older_version_are_not_held() -> None:
    sandbox = Sandbox()
    api = Api(sandbox)
    state = await state_of(api, "novak")
    assert "hash" not in await api.ok("3.9/RTUserState", user="novak")
    assert "hash" in await api.error("3.9/RTUserState", user="novak", hash=state["hash"])
    assert await api.error("4.0/RTUserState", user="nobody", hash="x") == "Uživatel neexistuje"


@pytest.mark.parametrize("version", ["3.9", "4.0"])
async def test_what_an_agent_who_is_not_there_gives_can_be_chosen(version: str) -> None:
    api = Api(Sandbox(logged_out="error"))
    error = await api.error(f"{version}/RTUserState", user="novak")
    assert error == "Agent není přihlášen do call centra"
    api.sandbox.logged_out = "empty"
    assert await api.ok(f"{version}/RTUserState", user="novak") == ""
    api.sandbox.agents["novak"].log_in()
    state = await api.ok(f"{version}/RTUserState", extension="101")
    assert state["agent_state"] == "Logged"
