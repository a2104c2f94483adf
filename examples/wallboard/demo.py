"""In the place of Daktela: a sandbox whose agents live a working day, and which calls our hooks."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime, timedelta

import anyio
import httpx

from daktela_async import DaktelaClient, Direction, LiveCall, LiveCallState
from daktela_async.sandbox import Clock, Sandbox
from daktela_async.sandbox.hooks import Event

from .hooks import PATH

#: The day begins before the page is opened: everybody is there, and there are some talks.
_ALREADY = timedelta(minutes=97)
_DAY = timedelta(hours=8)
_LOOK_EVERY = 0.5

_EVENT_OF: dict[str, Event] = {
    LiveCallState.RINGING: "ringing",
    LiveCallState.SPEAKING: "answer",
}


def demonstration(
    own_url: str, secret: str
) -> Callable[[], AbstractAsyncContextManager[DaktelaClient]]:
    """Return what connects to a sandbox of its own instead of to a call centre."""

    @asynccontextmanager
    async def connect() -> AsyncGenerator[DaktelaClient]:
        clock = Clock(start=datetime.now().astimezone() - _ALREADY)
        async with (
            Sandbox.serve(clock=clock) as sandbox,
            DaktelaClient(sandbox.url, access_token=sandbox.access_token) as daktela,
            anyio.create_task_group() as group,
        ):
            sandbox.live_day()
            clock.advance(_ALREADY.total_seconds())
            group.start_soon(_live_on, sandbox)
            group.start_soon(_call_hooks, sandbox, daktela, f"{own_url}{PATH}/{secret}")
            yield daktela
            group.cancel_scope.cancel()

    return connect


async def _live_on(sandbox: Sandbox) -> None:
    """Begin another day when one is over."""
    await anyio.sleep((_DAY - _ALREADY).total_seconds())
    while True:
        sandbox.live_day()
        await anyio.sleep(_DAY.total_seconds())


async def _call_hooks(sandbox: Sandbox, daktela: DaktelaClient, script: str) -> None:
    """Call the hooks of each call that comes in, as the dialplan of an exchange does."""
    told: dict[str, Event | None] = dict.fromkeys(call.id for call in await _incoming(daktela))
    async with httpx.AsyncClient(trust_env=False) as exchange:

        async def tell(call_id: str, event: Event) -> None:
            told[call_id] = event
            with suppress(httpx.HTTPError):
                await exchange.get(sandbox.call_hook_url(script, call_id, event))

        while True:
            calls = await _incoming(daktela)
            for call in calls:
                if call.id not in told:
                    await tell(call.id, "incoming")
                event = _EVENT_OF.get(call.state)
                if event is not None and event != told[call.id]:
                    await tell(call.id, event)
            for call_id in told.keys() - {call.id for call in calls}:
                await tell(call_id, "hangup")
                del told[call_id]
            # Nobody reads it here, and a day has many requests.
            sandbox.log.clear()
            await anyio.sleep(_LOOK_EVERY)


async def _incoming(daktela: DaktelaClient) -> list[LiveCall]:
    return [call for call in await daktela.realtime.calls() if call.direction == Direction.INCOMING]
