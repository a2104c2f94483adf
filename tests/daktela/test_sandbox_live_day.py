"""A simulated working day, and the hooks that the exchange calls about calls."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from daktela_async.sandbox import LiveDay, Refusal, Sandbox
from tests.daktela.sandbox_api import Api, monday_sandbox

pytestmark = pytest.mark.anyio


async def day(seed: str, hours: int) -> tuple[Sandbox, list[dict[str, str]]]:
    sandbox = monday_sandbox(history=False)
    sandbox.live_day(seed=seed)
    seen: list[dict[str, str]] = []
    for _ in range(hours * 4):
        sandbox.clock.advance(900)
        states = await Api(sandbox).ok("4.1/RTStatsSessions")
        seen.append({key: one["state"] for key, one in states.items()} if states else {})
    return sandbox, seen


async def test_agents_come_work_rest_and_go() -> None:
    sandbox, seen = await day("a", 9)
    states = {state for one in seen for state in one.values()}
    assert {"Idle", "Paused", "Speaking"} <= states
    assert len(seen[0]) == 12
    assert seen[-1] == {}
    calls = [one for one in sandbox.state.past_calls.between(0, 10**10) if one.answered]
    assert len(calls) > 200
    api = Api(sandbox)
    span = {"datetime_from": "2016-09-26 00:00:00", "datetime_to": "2016-09-26 23:59:59"}
    pauses = (await api.ok("4.1/StatsUsersPauses", take=10_000, **span))["data"]
    assert {row["pause"] for row in pauses} >= {2, 4, 6, 7}
    assert {agent.state for agent in sandbox.agents.values()} == {None}


async def test_the_same_seed_gives_the_same_day() -> None:
    one, seen = await day("a", 1)
    two, again = await day("a", 1)
    _, other = await day("b", 1)
    assert seen == again != other
    assert list(one.state.past_calls.between(0, 10**10)) == list(
        two.state.past_calls.between(0, 10**10)
    )


async def test_it_can_be_stopped_and_be_lived_by_some() -> None:
    sandbox = monday_sandbox()
    live = sandbox.live_day(logins=["novak", "hajek"])
    assert isinstance(live, LiveDay)
    assert live.running
    sandbox.clock.advance(120)
    assert sandbox.agents["novak"].state is not None
    assert sandbox.agents["klatil"].state is None
    live.stop()
    assert not live.running
    sandbox.clock.advance(86_400)
    assert sandbox.agents["novak"].state is not None


async def test_whoever_is_led_by_hand_may_upset_it() -> None:
    sandbox = monday_sandbox()
    sandbox.live_day(logins=["novak"])
    sandbox.clock.advance(100)
    for _ in range(60):
        sandbox.clock.advance(600)
        for act in (sandbox.agents["novak"].hang_up, sandbox.agents["novak"].log_out):
            try:
                act()
            except Refusal:
                continue
    assert sandbox.agents["novak"].state is None


async def test_the_hooks_about_calls() -> None:
    sandbox = monday_sandbox()
    sandbox.agents["novak"].log_in("2000", "99990")
    script = "https://crm.example/hook"
    call_id = sandbox.agents["novak"].ring("601234567")
    url = sandbox.call_hook_url(script, call_id, "incoming")
    assert url == "https://crm.example/hook?callid=601234567&dnd=226211200"
    url = sandbox.call_hook_url(f"{script}?key=x", call_id, "ringing")
    assert parse_qs(urlsplit(url).query) == {
        "key": ["x"], "callerId": ["601234567"], "calleeId": ["226211200"], "line": ["101"],
        "idcall": [call_id], "action": ["ringing"],
    }  # fmt: skip
    sandbox.agents["novak"].answer()
    assert "action=answer" in sandbox.call_hook_url(script, call_id, "answer")
    sandbox.agents["novak"].hang_up()
    assert f"idcall={call_id}" in sandbox.call_hook_url(script, call_id, "hangup")
    out = (await Api(sandbox).ok("4.1/CreateCall", user="novak", number="800123456"))["id_call"]
    query = parse_qs(urlsplit(sandbox.call_hook_url(script, out, "ringing")).query)
    assert (query["callerId"], query["calleeId"]) == (["101"], ["800123456"])
    with pytest.raises(Refusal):
        sandbox.call_hook_url(script, "1.1", "hangup")
