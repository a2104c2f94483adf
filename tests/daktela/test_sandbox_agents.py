"""Agents of the fake Daktela: logging in, queues, pauses, users, and agents led by a program."""

from __future__ import annotations

import pytest

from daktela_async.sandbox import Refusal, Sandbox, SandboxAgent
from tests.daktela.sandbox_api import Api, monday_sandbox

pytestmark = pytest.mark.anyio

NOT_THERE = "Agent není přihlášen do call centra"


@pytest.fixture
def sandbox() -> Sandbox:
    return monday_sandbox()


@pytest.fixture
def api(sandbox: Sandbox) -> Api:
    return Api(sandbox)


async def test_an_agent_is_led_through_a_call(sandbox: Sandbox, api: Api) -> None:
    novak = sandbox.agents["novak"]
    assert isinstance(novak, SandboxAgent)
    assert repr(novak) == "<SandboxAgent novak>"
    assert (novak.state, novak.extension, novak.queues, novak.call_id) == (None, None, (), None)
    novak.log_in("2000", "99990", extension="400")
    assert (novak.state, novak.extension, novak.queues) == ("Idle", "400", ("2000", "99990"))
    call_id = novak.ring("601234567")
    assert (novak.state, novak.call_id) == ("Ringing", call_id)
    with pytest.raises(Refusal):
        novak.hold()
    sandbox.clock.advance(4)
    novak.answer()
    sandbox.clock.advance(30)
    novak.hold()
    assert novak.state == "On Hold"
    sandbox.clock.advance(5)
    novak.hold()
    assert novak.state == "Speaking"
    novak.hold()
    sandbox.clock.advance(5)
    novak.hang_up()
    assert (novak.state, novak.call_id) == ("Paused", None)
    sandbox.clock.advance(14)
    assert novak.state == "Paused"
    sandbox.clock.advance(1)
    assert novak.state == "Idle"
    novak.pause("oběd")
    assert (await api.ok("4.1/RTStatsPauses"))["7"] == {"id": "7", "count": "1", "users": ["2"]}
    novak.unpause()
    novak.log_out()
    assert [novak.state, novak.extension] == [None, None]
    call = sandbox.past_call(call_id)
    assert (call.waiting, call.ringing, call.duration, call.hold) == (4, 4, 40, 10)
    assert (call.answered, call.cause, call.user_id, call.queue_id) == (True, "agent", 2, 1)


async def test_what_an_agent_cannot_do_is_refused(sandbox: Sandbox) -> None:
    novak = sandbox.agents["novak"]
    for impossible in (
        novak.log_out, novak.answer, novak.hang_up, novak.hold, novak.pause, novak.unpause,
        lambda: novak.ring("601234567"), lambda: novak.pause("Neznámá"),
        lambda: novak.log_in("9999"), lambda: novak.log_in("2003"), lambda: novak.open_form(99),
    ):  # fmt: skip
        with pytest.raises(Refusal):
            impossible()
    with pytest.raises(KeyError):
        sandbox.agents["nobody"]
    assert len(sandbox.agents) == len(list(sandbox.agents)) == 13


async def test_a_call_may_come_through_a_queue_or_none(sandbox: Sandbox, api: Api) -> None:
    novak = sandbox.agents["novak"]
    novak.log_in("99990")
    novak.ring("601234567")
    assert (await api.ok("4.1/RTUserState", user="novak"))["calls"][0]["oqueue"] is None
    with pytest.raises(Refusal):
        novak.pause()
    novak.pause(force=True)
    assert novak.state == "Ringing"
    novak.hang_up()
    assert novak.state == "Paused"


async def test_a_call_nobody_answers_gives_up(sandbox: Sandbox) -> None:
    novak = sandbox.agents["novak"]
    novak.log_in("2000")
    call_id = novak.ring("601234567", queue="5001")
    sandbox.clock.advance(300)
    assert novak.state == "Idle"
    assert not sandbox.past_call(call_id).answered
    assert sandbox.recording_hash(call_id) is None


async def test_sitting_at_lines(sandbox: Sandbox, api: Api) -> None:
    await api.ok("3.4/Login", user="novak")
    assert "Na lince 101" in await api.error("3.4/Login", user="hajek", extension=101)
    await api.ok("3.4/Login", user="novak", extension=400)
    await api.ok("3.4/Login", user="hajek", extension=101)
    role = {"role": "r", "profile": "p", "name": "new", "title": "Nová", "password": "x"}
    user = await api.ok("4.1/CreateUser", **role)
    assert "svázanou linku" in await api.error("3.4/Login", user="new")
    await api.ok("4.1/LoginQueue", user="new", queue=2000, extension=401)
    assert "již existuje" in await api.error("4.1/CreateUser", **role)
    users = (await api.ok("4.1/GetExtensionUsers", extension=401))["data"]
    assert [one["name"] for one in users] == ["new"]
    assert "password" not in users[0]
    assert await api.error("4.1/GetExtensionUsers", extension=999) == "Uživatel neexistuje"
    await api.ok(f"4.1/DeleteUser/{user['user']}")
    assert "new" not in sandbox.agents
    assert await api.error("4.1/Login", user="new") == "Uživatel neexistuje"
    assert len(await api.ok("4.1/GetUsers", extension=100)) == 1
    assert await api.error(f"4.1/GetUsers/{user['user']}") == "Uživatel neexistuje"
    await api.ok("4.1/DeleteUser/13")


async def test_a_user_is_changed(api: Api) -> None:
    before = await api.ok("4.1/GetUsers/2")
    await api.ok("4.1/UpdateUser", name="novak", title="Jan Nový", description="x", email="a@b.cz")
    after = await api.ok("4.1/GetUsers/2")
    assert after == {**before, "title": "Jan Nový", "description": "x", "email": "a@b.cz"}
    assert (await api.ok("4.1/RTUserState", user="novak"))["agent_title"] == "Jan Nový"


async def test_of_outgoing_queues_an_agent_is_in_one_only(sandbox: Sandbox, api: Api) -> None:
    novak = sandbox.agents["novak"]
    novak.log_in("2000", "5001", "1006", "99990", "99990")
    assert novak.queues == ("2000", "5001", "99990")
    await api.ok("4.1/LogoutQueue", user="novak", queue=99990)
    assert "není přihlášen ve frontě" in await api.error(
        "4.1/LogoutQueue", user="novak", queue=99990
    )
    assert "nemá právo" in await api.error("4.1/LoginQueue", user="novak", queue=2003)
    novak.ring("601234567", queue="2000")
    await api.ok("4.1/LogoutQueue", user="novak", queue=5001)
    assert "601234567" in await api.error("4.1/LogoutQueue", user="novak", queue=2000)
    assert "probíhající hovor" in await api.error("4.1/Logout", user="novak")


async def test_a_queue_is_made_and_changed(sandbox: Sandbox, api: Api) -> None:
    sandbox.agents["novak"].log_in("2000")
    first = (await api.ok("4.1/RTUserState", user="novak"))["hash"]
    new = {"number": 7000, "title": "Nová", "direction": "out"}
    await api.ok("4.1/CreateQueue", **new)
    await api.ok("4.1/CreateQueue", **new)
    await api.ok("4.1/CreateQueue", **{**new, "title": "Jiná", "direction": "in"})
    queues = await api.ok("4.1/GetQueues")
    made = queues[str(len(queues))]
    assert (made["name"], made["title"], made["direction"]) == ("7000", "Jiná", "in")
    await api.ok(f"4.1/CreateQueue/{made['queue']}", **{**new, "number": 7001, "wrapuptime": 0})
    made = await api.ok(f"4.1/GetQueues/{made['queue']}")
    assert (made["name"], made["direction"], made["wrapuptime"]) == ("7001", "out", "0")
    assert "má být in nebo out" in await api.error("4.1/CreateQueue", **{**new, "direction": "up"})
    await api.ok("4.1/LoginQueue", user="novak", queue=7001)
    assert (await api.ok("4.1/RTUserState", user="novak"))["hash"] != first


async def test_pauses(sandbox: Sandbox, api: Api) -> None:
    assert await api.error("4.1/PauseOn", extension=101, pause=7) == NOT_THERE
    assert await api.error("4.1/PauseOff", user="novak") == NOT_THERE
    sandbox.agents["novak"].log_in()
    assert "do žádné z front" in await api.error("4.1/PauseOn", user="novak", pause=7)
    sandbox.agents["novak"].log_in("2000")
    assert await api.error("4.1/PauseOff", user="novak") == "Agent není na pauze"
    await api.ok("4.1/PauseOn", extension=101, pause=7)
    sandbox.clock.advance(60)
    await api.ok("4.1/PauseOn", user="novak", pause=6)
    state = await api.ok("4.1/RTUserState", user="novak")
    assert (state["agent_state"], state["id_pause"]) == ("Paused", "6")
    assert (state["state_time"], state["onpause"]) == ("2016-09-26 10:00:00", "2016-09-26 10:01:00")
    sandbox.agents["novak"].ring("601234567")
    assert "probíhající hovor" in await api.error("4.1/PauseOn", user="novak", pause=7)
    await api.ok("4.1/PauseOn", user="novak", pause=7, force="yes")
    sandbox.agents["novak"].hang_up()
    await api.ok("4.1/Logout", user="novak")
    sandbox.agents["hajek"].log_in("2000")
    assert await api.ok("4.1/RTStatsPauses") == []


async def test_a_kind_of_pause_is_made_and_changed(api: Api) -> None:
    await api.ok("4.1/CreatePause", title="Káva", type="normal", paid="yes", code="77")
    assert (await api.ok("4.1/GetPauses"))["10"] == {
        "pause": "10", "name": "77", "title": "Káva", "type": "", "paid": "1", "deleted": "0",
    }  # fmt: skip
    await api.ok("4.1/CreatePause/10", title="Čaj", type="lajdak", paid="no")
    assert (await api.ok("4.1/GetPauses"))["10"]["title"] == "Čaj"
    assert "type" in await api.error("4.1/CreatePause", title="x", type="long", paid="no")
    assert "nalezena" in await api.error("4.1/CreatePause/99", title="x", type="wrap", paid="no")


async def test_realtime_statistics_are_of_one_piece(sandbox: Sandbox, api: Api) -> None:
    sandbox.agents["novak"].log_in("2000", "99990")
    sandbox.agents["hajek"].log_in("2000")
    sandbox.agents["klatil"].log_in("2005")
    sandbox.agents["hajek"].pause()
    waiting = sandbox.incoming_call("601234567", queue="2000")
    sandbox.clock.advance(3)
    sandbox.agents["novak"].answer()
    second = sandbox.incoming_call("607654321", queue="2000")
    sandbox.clock.advance(5)
    calls = await api.ok("4.1/RTStatsCalls")
    assert (calls[waiting]["state"], calls[waiting]["wait_time_relative"]) == ("Speaking", "3")
    assert (calls[second]["state"], calls[second]["users"]) == ("Waiting", [])
    assert calls[second]["ring_time_relative"] == "0"
    summary = await api.ok("4.1/RTStatsQueuesSummary")
    assert summary == {
        "users_total": 3, "users_ready": 1, "users_busy": 1, "users_pause": 1,
        "calls_count": 2, "calls_in": 2, "calls_out": 0, "calls_wait": 1, "calls_time": 5,
    }  # fmt: skip
    some = await api.ok("4.1/RTStatsQueuesSummary", "queues[]=9&users[]=9")
    assert (some["users_total"], some["calls_count"]) == (1, 0)
    queues = await api.ok("4.1/RTStatsQueues")
    assert (queues["1"]["calls_wait"], queues["1"]["calls_time"]) == (1, 5)
    assert (queues["9"]["users_ready"], queues["9"]["calls_time"]) == (1, 0)
    sessions = await api.ok("4.1/RTStatsSessions", "queues[]=1")
    assert {key: one["state"] for key, one in sessions.items()} == {"2": "Speaking", "4": "Paused"}
    presence = await api.ok("4.1/RTQueuePresence", queue=2005)
    assert presence == {"count_users": 1, "online_presence": True}
    assert "Chat" in await api.error("4.1/RTQueuePresence", queue=2000)
    devices = {one["exten"]: one["status"] for one in await api.ok("4.1/DeviceStates")}
    assert (devices["101"], devices["102"], devices["401"]) == ("INUSE", "AVAILABLE", "UNAVAILABLE")
