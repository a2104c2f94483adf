"""Watches and webhooks against the fake service, in process and on virtual time."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Literal

import anyio
import pytest

from daktela_async.agent_states import (
    AgentChange,
    AgentLoggedIn,
    AgentLoggedOut,
    WatchFailed,
    WatchRecovery,
    WatchTrouble,
)
from daktela_async.client import DaktelaClient
from daktela_async.errors import DaktelaApiError, InvalidRequest
from daktela_async.models.realtime import AgentState, UserState
from daktela_async.sandbox import Clock, LiveDay, Sandbox, faults
from daktela_async.sandbox.hooks import Event
from daktela_async.webhooks import (
    CallAnswered,
    CallArrived,
    CallHookEvent,
    CallHungUp,
    CallRinging,
    SmsDeliveryReceipt,
    SmsDispatched,
    SmsParameterNames,
    SmsReceived,
    parse,
    sms_callback_url,
)
from tests.daktela.sandbox_api import MONDAY

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]


@asynccontextmanager
async def service(
    logged_out: Literal["state", "error", "empty"] = "state",
) -> AsyncGenerator[tuple[Sandbox, DaktelaClient], None]:
    sandbox = Sandbox(clock=Clock(anyio.current_time, MONDAY), logged_out=logged_out)
    async with (
        sandbox.http_client() as http_client,
        DaktelaClient(
            sandbox.url,
            access_token=sandbox.access_token,
            http_client=http_client,
            allow_http=["sandbox"],
        ) as daktela,
    ):
        yield sandbox, daktela


async def test_a_call_is_seen_as_it_goes_on() -> None:
    async with service() as (sandbox, daktela):
        agent = sandbox.agents["novak"]
        watch = daktela.realtime.watch_user(user="novak")
        first = await anext(watch)
        assert not first.state.logged_in
        changes: list[AgentChange[UserState]] = []
        for step in (
            agent.log_in,
            lambda: agent.log_in("2000"),
            lambda: agent.ring("420123456789", queue="2000"),
            agent.answer,
            agent.hold,
            agent.hang_up,
            agent.log_out,
        ):
            await anyio.sleep(100)
            step()
            changes.append(await anext(watch))
        assert all(change.user == "novak" and change.changed for change in changes)
        states = [change.state.state for change in changes]
        assert states[0] == AgentState.LOGGED
        assert states[2:5] == [AgentState.RINGING, AgentState.SPEAKING, AgentState.ON_HOLD]
        assert not changes[-1].state.logged_in
        assert sandbox.held_requests == 0


async def test_an_agent_is_watched_by_extension() -> None:
    async with service() as (sandbox, daktela):
        sandbox.agents["novak"].log_in()
        extension = sandbox.agents["novak"].extension
        assert extension is not None
        change = await anext(daktela.realtime.watch_user(extension=extension))
        assert (change.user, change.state.login) == (extension, "novak")
        with pytest.raises(InvalidRequest, match="exactly one"):
            daktela.realtime.watch_user()  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]


async def test_an_empty_answer_is_a_state_and_a_refusal_is_raised() -> None:
    async with service(logged_out="empty") as (sandbox, daktela):
        agent = sandbox.agents["novak"]
        watch = daktela.realtime.watch_user(user="novak")
        states = [(await anext(watch)).state.state]
        for step in (agent.log_in, agent.log_out, agent.log_in):
            step()
            states.append((await anext(watch)).state.state)
        assert states == ["", AgentState.LOGGED, "", AgentState.LOGGED]
    async with service(logged_out="error") as (sandbox, daktela):
        agent = sandbox.agents["novak"]
        agent.log_in()
        watch = daktela.realtime.watch_user(user="novak")
        await anext(watch)
        agent.log_out()
        with pytest.raises(DaktelaApiError):
            await anext(watch)


async def test_a_restart_of_the_service_is_borne() -> None:
    async with service() as (sandbox, daktela):
        agent = sandbox.agents["novak"]
        heard: list[WatchTrouble] = []
        over: list[WatchRecovery] = []
        watch = daktela.realtime.watch_user(
            user="novak", on_trouble=heard.append, on_recovery=over.append
        )
        await anext(watch)
        for _ in range(12):
            sandbox.faults.add("RTUserState", faults.Status(503))
        sandbox.faults.add("RTUserState", faults.HtmlPage())
        sandbox.faults.add("RTUserState", faults.CutBody())
        with anyio.move_on_after(300):
            pytest.fail(str(await anext(watch)))
        # The transport makes four attempts of its own for each.
        assert len(heard) >= 4
        assert sum(recovery.failures for recovery in over) == len(heard)
        agent.log_in()
        assert (await anext(watch)).state.state == AgentState.LOGGED


AGENTS = ["novak", "pavelmoravec", "hajek"]


async def stop_later(day: LiveDay, seconds: float) -> None:
    await anyio.sleep(seconds)
    day.stop()


async def test_many_agents_through_a_day() -> None:
    async with service() as (sandbox, daktela), anyio.create_task_group() as group:
        group.start_soon(stop_later, sandbox.live_day(seed=7, logins=AGENTS), 120)
        last: dict[str, UserState] = {}
        failed: list[str] = []
        async with daktela.realtime.watch_users([*AGENTS, "nobody"]) as changes:
            with anyio.move_on_after(150):
                async for event in changes:
                    if isinstance(event, WatchFailed):
                        failed.append(event.user)
                        continue
                    assert event.previous == last.get(event.user)
                    assert event.state != event.previous
                    last[event.user] = event.state
            assert changes.users == set(AGENTS)
        assert failed == ["nobody"]
        # What was seen last is what is so.
        for user in AGENTS:
            assert await daktela.realtime.user_state(user=user) == last[user]
        assert sandbox.held_requests == 0


async def test_the_team_through_a_day() -> None:
    async with service() as (sandbox, daktela), anyio.create_task_group() as group:
        group.start_soon(stop_later, sandbox.live_day(seed=7, logins=AGENTS), 600)
        present: dict[str, UserState] = {}
        with anyio.move_on_after(900):
            async for event in daktela.realtime.watch_team(interval=10):
                if isinstance(event, AgentLoggedIn):
                    assert event.user not in present
                    present[event.user] = event.state
                else:
                    assert isinstance(event, AgentChange)
                    assert present[event.user] == event.previous
                    present[event.user] = event.state
        assert sum("RTUsersState" in record.path for record in sandbox.log) == 90
        there = {state.login for state in await daktela.realtime.users_state()}
        assert set(present) == there == set(AGENTS)


async def test_the_team_goes_home() -> None:
    async with service() as (sandbox, daktela):
        for user in AGENTS:
            sandbox.agents[user].log_in()
        watch = daktela.realtime.watch_team()
        there = {event.user for event in [await anext(watch) for _ in AGENTS]}
        for user in AGENTS:
            sandbox.agents[user].log_out()
        gone = [await anext(watch) for _ in AGENTS]
        assert all(isinstance(event, AgentLoggedOut) for event in gone)
        assert there == {event.user for event in gone} == set(AGENTS)


# Webhooks.


async def test_the_hooks_of_a_call_are_understood() -> None:
    async with service() as (sandbox, _):
        agent = sandbox.agents["novak"]
        agent.log_in("2000")
        call = agent.ring("420123456789", queue="2000")
        script = "https://crm.example.com/hook?secret=1"
        hooks: list[tuple[Event, type[CallHookEvent]]] = [
            ("incoming", CallArrived),
            ("ringing", CallRinging),
            ("answer", CallAnswered),
            ("hangup", CallHungUp),
        ]
        for name, kind in hooks:
            event = parse(sandbox.call_hook_url(script, call, name))
            assert isinstance(event, kind)
            assert event.caller == "420123456789"
            assert event.extra == {"secret": "1"}
            if not isinstance(event, CallArrived):
                assert (event.line, event.call_id) == (agent.extension, call)


@pytest.mark.parametrize(
    "names", [SmsParameterNames(), SmsParameterNames(number="tel", message="what", id="n")]
)
async def test_the_callbacks_of_sms_are_understood(names: SmsParameterNames) -> None:
    async with service() as (sandbox, daktela):
        url = sms_callback_url("http://crm.example.com/sms?secret=1", names=names)
        await daktela.sms.change_settings(incoming_callback=url, outgoing_callback=url)

        def told(number: int) -> object:
            address = sandbox.sms_callback_url(messages[number])
            assert address is not None
            return parse(address, names=names)

        messages = [sandbox.receive_sms("603927227", "Ahoj & čau?")]
        event = told(0)
        assert isinstance(event, SmsReceived)
        assert (event.number, event.text) == ("603927227", "Ahoj & čau?")
        await daktela.sms.send("603927228", "Dobry den", confirmation=True, account_code="ID12345")
        messages += sandbox.sent_sms
        await anyio.sleep(1.5)
        sent = told(1)
        assert isinstance(sent, SmsDispatched)
        assert (sent.number, sent.text, sent.account_code) == ("603927228", "Dobry den", "ID12345")
        await anyio.sleep(60)
        receipt = told(1)
        assert isinstance(receipt, SmsDeliveryReceipt)
        assert (receipt.delivered, receipt.id) == (True, sent.id)
