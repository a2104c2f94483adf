"""What the type checkers must make of the Daktela client; checked, never run."""

from __future__ import annotations

from typing import assert_type

import daktela_async
from daktela_async import (
    AgentChange,
    AgentChanges,
    AgentLoggedIn,
    AgentLoggedOut,
    CallCenterCall,
    DaktelaClient,
    DownloadedFile,
    GroupSmsResult,
    Queue,
    SentSms,
    SmsText,
    StartedCall,
    User,
    UserState,
    WatchFailed,
)
from daktela_async.resources.stats import StatsResource


def check_clients() -> None:
    assert_type(DaktelaClient.from_env(), DaktelaClient)
    assert_type(
        DaktelaClient.from_env(timeout=1, token_in="query", wire_format="xml", timezone="UTC"),
        DaktelaClient,
    )
    DaktelaClient.from_env(time_out=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def check_calls(daktela: DaktelaClient) -> None:
    assert_type(await daktela.queues.list(), tuple[Queue, ...])
    assert_type(await daktela.users.list(), tuple[User, ...])
    assert_type(await daktela.calls.create_for_user("novak", "602123456"), StartedCall)
    assert_type(await daktela.calls.download_recording("hash", "call.wav"), DownloadedFile)
    assert_type(await daktela.sms.send("602123456", "Dobrý den"), SentSms)
    group = await daktela.sms.send_group([SmsText(number="602123456", text="Dobrý den")])
    assert_type(group, GroupSmsResult)


async def check_watching(daktela: DaktelaClient) -> None:
    assert_type(await daktela.realtime.user_state(user="novak", hash="h"), UserState)
    async for change in daktela.realtime.watch_user(user="novak"):
        assert_type(change, AgentChange[UserState])
    async with daktela.realtime.watch_users(["novak"]) as changes:
        assert_type(changes, AgentChanges[UserState])
        async for event in changes:
            assert_type(event, AgentChange[UserState] | WatchFailed)
    async for happening in daktela.realtime.watch_team():
        assert_type(
            happening,
            AgentChange[UserState] | AgentLoggedIn[UserState] | AgentLoggedOut[UserState],
        )


async def check_lists(daktela: DaktelaClient) -> None:
    from datetime import datetime

    async for call in daktela.stats.iter_calls(datetime(2026, 1, 1), datetime(2026, 2, 1)):
        assert_type(call, CallCenterCall)


def names(client: DaktelaClient) -> None:
    assert_type(client.stats, StatsResource)
    # What is loaded late is known to the type checkers, and what does not exist is not.
    _ = client.nothing  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    _ = daktela_async.Nothing  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
