"""A sandbox in the same process, on virtual time, and a board that knows its clock."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import anyio
from attrs import frozen

from daktela_async import DaktelaClient
from daktela_async.sandbox import Clock, Sandbox
from examples.wallboard.board import Board
from examples.wallboard.shown import AgentShown, Patch
from tests.daktela.sandbox_api import MONDAY


@frozen
class Service:
    """A fake call centre, a client for it, and a board with all its patches."""

    sandbox: Sandbox
    daktela: DaktelaClient
    board: Board
    patches: list[Patch]

    @property
    def agents(self) -> dict[str, AgentShown]:
        """The agents whom the board shows now."""
        shown = self.board.snapshot().get("agents", {})
        return {login: agent for login, agent in shown.items() if agent is not None}

    @property
    def states(self) -> dict[str, str]:
        """What they do."""
        return {login: agent["state"] for login, agent in self.agents.items()}

    @property
    def up(self) -> bool:
        """Whether the board says that Daktela answers."""
        link = self.board.snapshot().get("link")
        assert link is not None
        return link["up"]


@asynccontextmanager
async def service() -> AsyncGenerator[Service]:
    """Give a service whose time is the loop's."""
    sandbox = Sandbox(clock=Clock(anyio.current_time, MONDAY), history=False)
    async with (
        sandbox.http_client() as http_client,
        DaktelaClient(
            sandbox.url, access_token=sandbox.access_token, http_client=http_client
        ) as daktela,
    ):
        board = Board("sandbox", lambda: sandbox.clock.datetime().timestamp())
        patches: list[Patch] = []
        board.on_patch = patches.append
        yield Service(sandbox, daktela, board, patches)


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> float:
    """Wait until something is so; return how long it took."""
    start = anyio.current_time()
    with anyio.fail_after(seconds):
        while not condition():  # noqa: ASYNC110  # what it asks for has no event
            await anyio.sleep(0.02)
    return anyio.current_time() - start
