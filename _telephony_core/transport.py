"""Bytes out, bytes in: a fair queue, one deadline a call, repeating.

Nothing here knows either API. An answer is a `Reply` whatever its HTTP status; what it means is
decided by the client that asked.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from attrs import evolve

from .attempts import Attempts, Delivery, Reply
from .bodies import BodyBroken, BodyTooLarge, read_all
from .connections import Connections
from .errors import ClientClosed, InvalidRequest, ProtocolError
from .exchange import Answer, Attempt, Request, Timeouts
from .failures import Unwritable
from .settings import TransportSettings

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")


class Transport:
    """Send requests over one pool of connections.

    Thousands of calls may wait for their answers at once, and each keeps every coroutine and
    every block that it is in: a method that only hands on returns what it would await.
    """

    def __init__(
        self,
        settings: TransportSettings,
        logger: logging.Logger,
        http_client: httpx.AsyncClient | None = None,
        redact: Callable[[str], str] = str,
    ) -> None:
        self.settings = settings
        self._redact = redact
        self._logger = logger
        self._connections = Connections(settings, http_client)
        self._closed = False
        # The queue is fair, and a call that is still in it is known not to have been sent.
        self._slots: anyio.Semaphore | None = None

    async def aclose(self) -> None:
        """Close the connections, unless they belong to an `http_client=` that was handed in."""
        self._closed = True
        await self._connections.aclose()

    def request(self, request: Request, delivery: Delivery) -> Coroutine[Any, Any, Reply]:
        """Send a request, repeat it as allowed, and return the answer whatever its status."""
        read = partial(self.read, delivery)
        return self.deliver(partial(self.exchange, request, delivery, read), delivery)

    async def read(
        self, delivery: Delivery, answer: Answer, pieces: AsyncIterator[bytes] | None = None
    ) -> Reply:
        """Read an answer, or the given pieces of it, into memory, up to `max_body`."""
        encoding = answer.headers.get("content-encoding", "")
        try:
            body = await read_all(
                answer if pieces is None else pieces, encoding, self.settings.max_body
            )
        except (BodyTooLarge, BodyBroken) as error:
            raise ProtocolError(
                f"{error}.",
                call=delivery.name,
                status=answer.status,
                acted=delivery.acted(reached=True),
            ) from error
        return Reply(answer.status, answer.headers, body)

    async def exchange(
        self,
        request: Request,
        delivery: Delivery,
        use: Callable[[Answer], Awaitable[T]],
        attempt: Attempt,
    ) -> T:
        """Make one attempt, and return what `use` makes of the answer as it comes in."""
        if self._closed:
            raise ClientClosed("the client was closed.", call=delivery.name)
        settings = self.settings
        if self._slots is None:
            self._slots = anyio.Semaphore(settings.max_connections, fast_acquire=True)
        timeouts = Timeouts(
            settings.connect_timeout, delivery.read_timeout or settings.read_timeout
        )
        async with self._slots:
            attempt.queued = False
            try:
                answer = await self._connections.send(request, timeouts, attempt)
            except Unwritable:
                answer = None
            if answer is None:
                raise InvalidRequest(
                    "the request cannot be written as HTTP: its address is too long, or a header"
                    " holds a character that none can hold.",
                    call=delivery.name,
                )
            try:
                return await use(answer)
            finally:
                await answer.aclose()

    async def deliver(
        self, exchange: Callable[[Attempt], Awaitable[Reply]], delivery: Delivery
    ) -> Reply:
        """Repeat an exchange as the policy allows, within the one deadline of the call."""
        timeout = self.settings.timeout if delivery.timeout is None else delivery.timeout
        if not 0 < timeout < float("inf"):
            raise InvalidRequest(
                f"timeout= is {timeout}; it must be finite and above 0.", call=delivery.name
            )
        deadline = anyio.current_time() + timeout
        attempts = Attempts(delivery, self.settings.hooks, self._logger, self._redact)
        with anyio.CancelScope(deadline=deadline):
            while True:
                reply = await attempts.make(exchange)
                delay = attempts.delay(self.settings)
                if self._logger.isEnabledFor(logging.DEBUG):
                    self._logger.debug("%s: %s", delivery.name, attempts.describe())
                if delay is None or anyio.current_time() + delay >= deadline:
                    break
                self._logger.info("%s: again in %.1f s", delivery.name, delay)
                attempts.tell_of_retry(delay)
                await anyio.sleep(delay)
            if reply is not None:
                return evolve(reply, repeated=True) if attempts.repeated else reply
            raise attempts.failure() from attempts.cause
        # Only a scope whose deadline passed is left this way.
        raise attempts.too_late(timeout) from attempts.cause
