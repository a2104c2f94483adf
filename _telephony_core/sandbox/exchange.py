"""One request and its answer, with the means to answer badly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from email.utils import formatdate
from typing import Protocol

import anyio
import anyio.lowlevel
import attrs
from starlette.types import Receive, Scope, Send

CONNECTION = "telephony_sandbox.connection"
"""The key in the ASGI scope's ``state`` under which the server offers its `Connection`."""

JSON = "application/json; charset=utf-8"


class Connection(Protocol):
    """What a fault needs of the connection itself, below ASGI."""

    def write(self, data: bytes) -> None:
        """Send bytes that are no part of the HTTP answer."""
        ...

    def drop(self, *, reset: bool) -> None:
        """End the connection now: with a TCP reset, or by closing after what was written."""
        ...


@attrs.frozen
class Reply:
    """A whole HTTP answer."""

    body: bytes
    content_type: str = JSON
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


class Exchange:
    """One request being answered: what a fault works with.

    ``note`` hears of the answer's status just before the caller can.

    ``act()`` carries the method out and returns its proper answer; ``error(code)`` gives the
    API's own error with that code, or with that text where errors have no codes. Both may be
    called or left alone, at any moment.
    """

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        act: Callable[[], Reply],
        error: Callable[[int | str], Reply],
        note: Callable[[int | None], None],
    ) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self.act = act
        self.error = error
        self._note = note

    async def send(self, reply: Reply) -> None:
        """Answer properly."""
        await self.start(reply)
        await self.part(reply.body, last=True)

    async def start(
        self,
        reply: Reply,
        *,
        length: int | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Send the status and headers, promising ``length`` bytes or the reply's own number."""
        self._note(reply.status)
        promised = len(reply.body) if length is None else length
        lines = (
            ("date", formatdate(usegmt=True)),
            ("content-type", reply.content_type),
            ("content-length", str(promised)),
            *reply.headers,
            *headers,
        )
        await self._send(
            {
                "type": "http.response.start",
                "status": reply.status,
                "headers": [(name.encode("latin-1"), text.encode("utf-8")) for name, text in lines],
            }
        )

    async def part(self, data: bytes, *, last: bool = False) -> None:
        """Send a piece of the body."""
        await self._send({"type": "http.response.body", "body": data, "more_body": not last})

    def write_raw(self, data: bytes) -> None:
        """Send bytes that are no part of the HTTP answer."""
        self._connection().write(data)

    async def drop(self, *, reset: bool) -> None:
        """End the connection instead of answering to the end."""
        connection = self._connection()
        self._note(None)
        connection.drop(reset=reset)
        await self.gone()

    async def gone(self) -> None:
        """Wait until the connection is no more."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._note(None)

    async def pause(self, seconds: float) -> bool:
        """Wait, at most until the caller goes away; return whether the caller is still there."""
        with anyio.move_on_after(seconds):
            await self.gone()
            return False
        # In Python 3.11 a debugger or coverage loses the coroutines that a cancellation went
        # through; an ordinary turn of the loop lets it find them again.
        await anyio.lowlevel.checkpoint()
        return True

    def _connection(self) -> Connection:
        try:
            connection: Connection = self._scope["state"][CONNECTION]
        except KeyError:
            raise RuntimeError(
                "this fault needs the sandbox's own server or its in-process client"
            ) from None
        return connection
