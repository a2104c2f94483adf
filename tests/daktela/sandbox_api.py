"""A bare caller of the fake Daktela for its tests: no client of ours, only httpx."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeAlias

import httpx

from daktela_async.sandbox import Clock, Sandbox

MONDAY = dt.datetime(2016, 9, 26, 10)


Answer: TypeAlias = Any
"""JSON, of which each test knows what it should be."""


class StandingStill:
    """A clock's source that moves only when the clock is advanced."""

    def __call__(self) -> float:
        return 1000.0


def monday_sandbox(**options: Answer) -> Sandbox:
    """Return a sandbox on a Monday morning whose clock stands still."""
    return Sandbox(clock=Clock(StandingStill(), MONDAY), **options)


class Api:
    """Calls actions such as ``4.1/Login`` and looks at nothing but the JSON."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    async def get(
        self, action: str, query: str = "", /, **parameters: object
    ) -> tuple[int, httpx.Response]:
        cookies = {"access_token": self.sandbox.access_token}
        url = httpx.URL(
            f"/api/{action}" + ("" if action.endswith("/xml") else "/json"),
            params={name: str(value) for name, value in parameters.items()},
        )
        text = str(url) + ("&" if parameters else "?") + query if query else str(url)
        async with self.sandbox.http_client() as client:
            client.cookies.update(cookies)
            response = await client.get(text)
        return response.status_code, response

    async def whole(self, action: str, query: str = "", /, **parameters: object) -> Answer:
        """Return the whole answer."""
        status, response = await self.get(action, query, **parameters)
        assert status == 200
        return response.json()

    async def ok(self, action: str, query: str = "", /, **parameters: object) -> Answer:
        """Return the result of a success."""
        answer = await self.whole(action, query, **parameters)
        assert (answer["status"], answer["error"]) == (1, None), answer
        return answer.get("result")

    async def error(self, action: str, query: str = "", /, **parameters: object) -> Answer:
        """Return the error of a failure."""
        answer = await self.whole(action, query, **parameters)
        assert answer["status"] == 0, answer
        assert set(answer) == {"status", "error"}
        return answer["error"]
