"""Server-Sent Events: one page's messages over one connection that stays open."""

from __future__ import annotations

import logging

import anyio
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from .hub import Full, Hub, Page

#: Seconds without news after which the time alone is sent: so a page knows that all is well, and
#: no proxy in between takes the connection for a dead one.
BEAT = 5.0
#: Seconds in which a page must take what it is sent. One that doesn't is gone, or as good as.
SLOWEST = 20.0

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # nginx would collect events until there is a bufferful of them.
    (b"x-accel-buffering", b"no"),
]

logger = logging.getLogger("wallboard")


class EventStream:
    """Be the ASGI application behind /events."""

    def __init__(self, hub: Hub, *, beat: float = BEAT, slowest: float = SLOWEST) -> None:
        self._hub = hub
        self._beat = beat
        self._slowest = slowest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send one page all that changes until it goes away."""
        try:
            with self._hub.join() as page:
                async with anyio.create_task_group() as group:
                    group.start_soon(self._send_all, page, send, group.cancel_scope)
                    while (await receive())["type"] != "http.disconnect":
                        pass
                    group.cancel_scope.cancel()
        except Full:
            refusal = PlainTextResponse("Too many pages are open.", 503, {"retry-after": "10"})
            await refusal(scope, receive, send)

    async def _send_all(self, page: Page, send: Send, scope: anyio.CancelScope) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        try:
            while (message := await page.take(self._beat)) is not None:
                with anyio.fail_after(self._slowest):
                    await send({"type": "http.response.body", "body": message, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            logger.info("a page took nothing for %g s and is dropped", self._slowest)
        scope.cancel()
