"""Calls of the fake Daktela while they last."""

from __future__ import annotations

import pytest

from daktela_async.sandbox import DEAF_NUMBER, CallSteps, Sandbox
from tests.daktela.sandbox_api import Api, monday_sandbox

pytestmark = pytest.mark.anyio

NUMBER = "800123456"


@pytest.fixture
def sandbox() -> Sandbox:
    return monday_sandbox()


@pytest.fixture
def api(sandbox: Sandbox) -> Api:
    return Api(sandbox)


async def test_a_call_out_goes_on_by_the_clock(sandbox: Sandbox, api: Api) -> None:
    novak = sandbox.agents["novak"]
    novak.log_in("99990")
    call_id = (await api.ok("4.1/CreateCall", user="novak", number=NUMBER, accountcode="A1"))[
        "id_call"
    ]
    assert "probíhající hovor" in await api.error("4.1/CreateCall", user="novak", number=NUMBER)
    states = [novak.state]
    for seconds in (2, 5, 60, 15):
        sandbox.clock.advance(seconds)
        states.append(novak.state)
    assert states == ["Ringing", "Calling", "Speaking", "Paused", "Idle"]
    call = sandbox.past_call(call_id)
    assert (call.waiting, call.duration, call.cause, call.accountcode) == (5, 60, "caller", "A1")


async def test_a_call_out_through_a_given_queue_and_with_an_id(sandbox: Sandbox, api: Api) -> None:
    new = {"user": "novak", "number": NUMBER}
    in_cc = "Agent není přihlášen do odchozí kampaně/fronty"
    assert await api.error("4.1/CreateCall", **new) == in_cc
    assert "call centra" in await api.error("4.1/CreateCall", **new, queue=99990)
    sandbox.agents["novak"].log_in("1006")
    assert await api.error("4.1/CreateCall", **new, queue=2000) == in_cc
    call = await api.ok("4.1/CreateCall", **new, queue=99990, idcall="own.1", autoanswer="yes")
    assert call == {"id_call": "own.1"}
    assert (await api.ok("4.1/RTStatsCalls"))["own.1"]["queue"] == "2"
    sandbox.agents["hajek"].log_in("1006")
    again = {"user": "hajek", "number": NUMBER, "idcall": "own.1"}
    assert "již existuje" in await api.error("4.1/CreateCall", **again)
    await api.ok("4.1/Hangup", call="own.1")
    assert await api.error("4.1/Hangup", call="own.1") == "Hovor nebyl nalezen"
    assert await api.error("4.1/Hangup", user="novak") == "Hovor nebyl nalezen"


@pytest.mark.parametrize(
    ("more", "seconds"),
    [({"waitingtime": 1}, 1), ({"dialingtime": 3}, 5), ({"number": DEAF_NUMBER}, 122)],
)
async def test_nobody_answers(
    sandbox: Sandbox, api: Api, more: dict[str, object], seconds: int
) -> None:
    sandbox.agents["novak"].log_in("99990")
    call = await api.ok("4.1/CreateCall", **{"user": "novak", "number": NUMBER, **more})
    sandbox.clock.advance(seconds - 1)
    assert sandbox.agents["novak"].call_id == call["id_call"]
    sandbox.clock.advance(1)
    assert sandbox.agents["novak"].state == "Idle"
    assert not sandbox.past_call(call["id_call"]).answered


async def test_how_fast_calls_go_on_can_be_set() -> None:
    sandbox = monday_sandbox(call_steps=CallSteps(agent=1, customer=1, talk=1))
    sandbox.agents["novak"].log_in("99990")
    await Api(sandbox).ok("4.1/CreateCall", user="novak", number=NUMBER)
    sandbox.clock.advance(3)
    assert sandbox.agents["novak"].state == "Paused"


async def test_a_call_from_a_line(sandbox: Sandbox, api: Api) -> None:
    assert "Linka" in await api.error("4.1/CreateCall", extension=999, number=NUMBER)
    call_id = (await api.ok("4.1/CreateCall", extension=300, number=NUMBER))["id_call"]
    seen: list[str] = []
    for seconds in (0, 2, 5):
        sandbox.clock.advance(seconds)
        devices = {one["exten"]: one["status"] for one in await api.ok("4.1/DeviceStates")}
        seen.append(devices["300"])
    assert seen == ["RINGING", "INUSE", "INUSE"]
    last = await api.ok("4.1/LastCall", extension=300)
    assert (last["id_call"], last["user"], last["_is_realtime"]) == (call_id, None, True)
    await api.ok("4.1/Monitoring", exten=300, listener=200, mode="spy")
    assert "Linka" in await api.error("4.1/Monitoring", exten=999, listener=200, mode="spy")
    await api.ok("4.1/Hangup", extension=300)
    assert not (await api.ok("4.1/LastCall", extension=300))["_is_realtime"]
    assert await api.error("4.1/Hangup", extension=300) == "Hovor nebyl nalezen"
    remote = {"primarynumber": "226211245", "secondarynumber": NUMBER, "recording": "true"}
    call_id = (await api.ok("4.1/CreateRemoteCall", "variables[a]=1", **remote))["id_call"]
    sandbox.clock.advance(100)
    assert sandbox.past_call(call_id).extension == "226211245"


async def test_answering(sandbox: Sandbox, api: Api) -> None:
    sandbox.agents["novak"].log_in("2000", "99990")
    assert "nezvoní" in await api.error("4.1/Answer", user="novak")
    await api.ok("4.1/CreateCall", user="novak", number=NUMBER)
    assert "nezvoní" in await api.error("4.1/Answer", user="novak")
    sandbox.agents["novak"].hang_up()
    call_id = sandbox.agents["novak"].ring("601234567")
    assert (await api.ok("4.1/Answer", extension=101))["id_call"] == call_id
    assert sandbox.agents["novak"].state == "Speaking"


async def test_monitoring(sandbox: Sandbox, api: Api) -> None:
    novak = sandbox.agents["novak"]
    novak.log_in("99990")
    novak.ring("601234567")
    sandbox.clock.advance(2)
    novak.answer()
    sandbox.clock.advance(9)
    listen = {"user": "novak", "listener": 200, "mode": "whisper"}
    told = await api.ok("4.1/Monitoring", **listen)
    assert (told["calling_queue"], told["ringing"], told["billsec"]) == (None, "2", "9")
    assert "mode" in await api.error("4.1/Monitoring", **{**listen, "mode": "shout"})
    assert "Linka" in await api.error("4.1/Monitoring", **{**listen, "listener": 999})


async def test_an_announcement_is_played(sandbox: Sandbox, api: Api) -> None:
    novak = sandbox.agents["novak"]
    novak.log_in("2000")
    play = {"user": "novak", "recording": "Vitejte.wav"}
    assert "neprobíhá" in await api.error("4.1/ControlPlayback", command="play", **play)
    novak.ring("601234567")
    novak.answer()

    async def command(name: str) -> None:
        await api.ok("4.1/ControlPlayback", user="novak", command=name)

    async def playing() -> bool:
        answer = await api.ok("4.1/ControlPlayback", user="novak", command="status")
        found: bool = answer["playing"]
        return found

    assert "command" in await api.error("4.1/ControlPlayback", user="novak", command="sing")
    assert "Žádná" in await api.error("4.1/ControlPlayback", user="novak", command="stop")
    assert "recording" in await api.error("4.1/ControlPlayback", user="novak", command="play")
    wrong = {"user": "novak", "command": "play", "recording": "x.wav"}
    assert "nalezena" in await api.error("4.1/ControlPlayback", **wrong)
    await api.ok("4.1/ControlPlayback", command="play", begintime=5, skiptime=1000, **play)
    assert await playing()
    await command("pause")
    assert not await playing()
    await command("pause")
    await command("forward")
    assert await playing()
    await command("stop")
    assert not await playing()


async def test_waiting_calls_go_to_whoever_is_idle_the_longest(sandbox: Sandbox) -> None:
    novak, hajek = sandbox.agents["novak"], sandbox.agents["hajek"]
    novak.log_in("2000")
    sandbox.clock.advance(1)
    hajek.log_in("2000")
    first = sandbox.incoming_call("601111111")
    second = sandbox.incoming_call("602222222")
    third = sandbox.incoming_call("603333333")
    assert (novak.call_id, hajek.call_id) == (first, second)
    novak.answer()
    # Whoever doesn't answer has the next one ring after 20 seconds, when it's the only one.
    sandbox.clock.advance(20)
    assert hajek.call_id == third
    sandbox.clock.advance(20)
    assert hajek.call_id == second
    sandbox.clock.advance(300)
    assert hajek.state == "Idle"
    assert [sandbox.past_call(one).answered for one in (second, third)] == [False, False]
    assert len(sandbox.past_call(second).attempts) > 1


async def test_a_waiting_call_is_picked_up(sandbox: Sandbox, api: Api) -> None:
    call_id = sandbox.incoming_call("601234567", queue="5001")
    pick_up = {"call_id": call_id, "user": "novak"}
    assert "call centra" in await api.error("4.1/PickupFromQueue", **pick_up)
    sandbox.agents["hajek"].log_in("5001")
    assert sandbox.agents["hajek"].state == "Ringing"
    sandbox.agents["novak"].log_in()
    sandbox.agents["novak"].ring("600000000")
    assert "probíhající" in await api.error("4.1/PickupFromQueue", **pick_up)
    sandbox.agents["novak"].hang_up()
    assert await api.ok("4.1/PickupFromQueue", **pick_up) == []
    assert (sandbox.agents["hajek"].state, sandbox.agents["novak"].state) == ("Idle", "Speaking")
    assert "nalezen" in await api.error("4.1/PickupFromQueue", **pick_up)
    assert "nalezen" in await api.error("4.1/PickupFromQueue", call_id="1.1", user="novak")


async def test_click_to_call(sandbox: Sandbox, api: Api) -> None:
    assert "Click to Call" in await api.error("4.1/ClickToCall", queue=2000, number=NUMBER)
    call = await api.ok("4.1/ClickToCall", queue=2006, number=NUMBER, idcall="c.1", waitingtime=50)
    sandbox.clock.advance(40)
    sandbox.agents["novak"].log_in("2006")
    assert sandbox.agents["novak"].state == "Ringing"
    sandbox.clock.advance(2)
    assert sandbox.agents["novak"].state == "Speaking"
    sandbox.clock.advance(60)
    assert sandbox.past_call(call["id_call"]).answered
    await api.ok("4.1/ClickToCall", queue=2006, number=NUMBER, idcall="c.2", waitingtime=10)
    sandbox.clock.advance(10)
    assert not sandbox.past_call("c.2").answered


async def speaking(sandbox: Sandbox) -> str:
    novak = sandbox.agents["novak"]
    novak.log_in("2000")
    call_id = novak.ring("601234567")
    novak.answer()
    sandbox.clock.advance(10)
    return call_id


async def test_a_blind_transfer_to_a_number(sandbox: Sandbox, api: Api) -> None:
    call_id = await speaking(sandbox)
    await api.ok("4.1/Transfer", user="novak", number=NUMBER, type="blind")
    assert sandbox.agents["novak"].state == "Paused"
    assert (await api.ok("4.1/RTStatsCalls"))[call_id]["state"] == "Transfered"
    sandbox.clock.advance(60)
    assert await api.ok("4.1/RTStatsCalls") == []


async def test_an_attended_transfer_to_an_agent(sandbox: Sandbox, api: Api) -> None:
    call_id = await speaking(sandbox)
    transfer = {"user": "novak", "dst_user": 4}
    assert "call centra" in await api.error("4.1/Transfer", **transfer)
    sandbox.agents["hajek"].log_in()
    await api.ok("4.1/Transfer", **transfer)
    assert sandbox.agents["novak"].state == "On Hold"
    devices = {one["exten"]: one["status"] for one in await api.ok("4.1/DeviceStates")}
    assert devices["101"] == "ONHOLD"
    sandbox.clock.advance(5)
    assert (sandbox.agents["novak"].state, sandbox.agents["hajek"].state) == ("Paused", "Ringing")
    sandbox.clock.advance(2)
    assert sandbox.agents["hajek"].state == "Speaking"
    sandbox.clock.advance(60)
    # Outside of a queue there is no time to wrap up.
    assert sandbox.agents["hajek"].state == "Logged"
    assert (sandbox.past_call(call_id).user_id, sandbox.past_call(call_id).hold) == (4, 5)


async def test_a_transfer_to_a_queue(sandbox: Sandbox, api: Api) -> None:
    call_id = await speaking(sandbox)
    sandbox.agents["hajek"].log_in("5001")
    sandbox.agents["novak"].hold()
    await api.ok("4.1/Transfer", user="novak", dst_queue=4)
    sandbox.clock.advance(5)
    assert sandbox.agents["hajek"].call_id == call_id
    assert (await api.ok("4.1/RTStatsCalls"))[call_id]["queue"] == "4"
    sandbox.clock.advance(62)
    assert sandbox.past_call(call_id).queue_id == 4


async def test_a_transfer_that_cannot_be(sandbox: Sandbox, api: Api) -> None:
    sandbox.agents["novak"].log_in("2000")
    assert "neprobíhá" in await api.error("4.1/Transfer", user="novak", number=NUMBER)
    assert "type" in await api.error("4.1/Transfer", user="novak", number=NUMBER, type="x")
    assert "number" in await api.error("4.1/Transfer", user="novak")


async def test_an_agent_who_goes_during_a_transfer_is_passed_over(
    sandbox: Sandbox, api: Api
) -> None:
    call_id = await speaking(sandbox)
    sandbox.agents["hajek"].log_in()
    await api.ok("4.1/Transfer", user="novak", dst_user=4)
    sandbox.agents["hajek"].log_out()
    sandbox.clock.advance(5)
    assert (await api.ok("4.1/RTStatsCalls"))[call_id]["state"] == "Transfered"


async def test_a_call_on_hold_is_ended(sandbox: Sandbox) -> None:
    call_id = await speaking(sandbox)
    sandbox.agents["novak"].hold()
    sandbox.clock.advance(8)
    sandbox.agents["novak"].hang_up()
    assert sandbox.past_call(call_id).hold == 8


async def test_the_forms_of_a_campaign(sandbox: Sandbox, api: Api) -> None:
    sandbox.agents["hajekhu"].log_in("2003")
    call_id = (await api.ok("4.1/CreateCall", user="hajekhu", number="226211245"))["id_call"]
    sandbox.clock.advance(7)
    state = await api.ok("4.1/RTUserState", user="hajekhu")
    assert state["callscript_opened"] == "9"
    sandbox.clock.advance(100)
    assert sandbox.agents["hajekhu"].state == "Paused"
    assert "otevřený formulář" in await api.error("4.1/PauseOff", user="hajekhu")
    assert "otevřený formulář" in await api.error("4.1/Logout", user="hajekhu")
    closed = await api.ok("4.1/CallScriptClose", call_id=call_id, status="objednavka")
    assert closed["cc"] == {"result": True, "error": None}
    assert sandbox.agents["hajekhu"].state == "Idle"
    attempts = await api.ok("4.1/GetRecordAttempts", record=9)
    assert attempts == {
        "count_answered": "1", "count_unanswered": "0", "last_datetime": "2016-09-26 10:00:02",
    }  # fmt: skip
    await api.ok("4.1/CreateCall", user="hajekhu", number="226211245", waitingtime=1)
    sandbox.clock.advance(1)
    assert (await api.ok("4.1/GetRecordAttempts", record=9))["count_unanswered"] == "1"
    # A number without a record has no form.
    await api.ok("4.1/CreateCall", user="hajekhu", number="777888999")
    sandbox.clock.advance(90)
    assert sandbox.agents["hajekhu"].state == "Idle"
