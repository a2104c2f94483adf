"""The attempts at one call: their count, what is told of them, and what their failure means."""

from __future__ import annotations

import errno
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import cast

import anyio
from attrs import field, frozen

from .calls import Semantics
from .errors import Acted, DeadlineExceeded, NotSent, ReplyLost, TransportError
from .exchange import Attempt
from .failures import ConnectionFailure, NotConnected
from .hooks import (
    AttemptOutcome,
    Hooks,
    RequestEvent,
    ResponseEvent,
    RetryEvent,
    next_call_id,
    tell,
)
from .retries import RETRIED_STATUSES, retry_after_seconds
from .settings import TransportSettings


@frozen
class Reply:
    """One HTTP answer as bytes; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    #: Whether an earlier attempt at the same call may have reached the server too.
    repeated: bool = False


@frozen(kw_only=True)
class Delivery:
    """Say how a call is to be delivered: its name in errors, its meaning and its limits."""

    name: str
    semantics: Semantics = Semantics.SAFE
    timeout: float | None = None
    read_timeout: float | None = None
    call_id: int = field(factory=next_call_id)

    def acted(self, *, reached: bool) -> Acted:
        """Tell whether the server may have acted when a request may have reached it."""
        return Acted.MAYBE if reached and self.semantics is not Semantics.SAFE else Acted.NO


class Attempts:
    """Keep count of the attempts at one call, and say what their failure means."""

    def __init__(
        self,
        delivery: Delivery,
        hooks: Hooks,
        logger: logging.Logger,
        redact: Callable[[str], str],
    ) -> None:
        self.delivery = delivery
        self._hooks = hooks
        self._logger = logger
        self._redact = redact
        #: An attempt before the current one may have reached the server.
        self.repeated = False
        #: How the last attempt that failed did so.
        self.failed: ConnectionFailure | None = None
        self._number = 0
        self._total = 0
        self._began = 0.0
        self._current = Attempt()
        self._reply: Reply | None = None

    async def make(self, exchange: Callable[[Attempt], Awaitable[Reply]]) -> Reply | None:
        """Make the next attempt; None means that it failed."""
        if self._total:
            # Who counts requests turns them away before acting on them.
            turned_away = self._reply is not None and self._reply.status == 429
            self.repeated |= self._current.reached and not turned_away
        self._number += 1
        self._total += 1
        self._current = Attempt()
        self._reply = None
        self._tell_of_request()
        try:
            self._reply = await exchange(self._current)
        except ConnectionFailure as error:
            self.failed = self._without_secrets(error)
            if isinstance(error, NotConnected):
                self._current.connecting = True
            if self._current.progressed:
                self._number = 1
            outcome = AttemptOutcome.LOST if self._current.reached else AttemptOutcome.NOT_SENT
            self._tell_of_response(outcome, _what(self.failed))
        except Exception as error:
            self._tell_of_response(AttemptOutcome.FAILED, self._redact(str(error)))
            raise
        except BaseException:
            self._tell_of_response(AttemptOutcome.GIVEN_UP)
            raise
        else:
            self._tell_of_response(AttemptOutcome.ANSWERED)
        return self._reply

    def delay(self, settings: TransportSettings) -> float | None:
        """Return the wait before the next attempt, or None when this was the last."""
        retry_after = None
        if self._reply is not None:
            if self._reply.status not in RETRIED_STATUSES:
                return None
            retry_after = retry_after_seconds(self._reply.headers)
        elif self._permanent:
            return None
        return settings.retry.delay(
            self._number,
            self.delivery.semantics,
            reached=self._current.reached,
            retry_after=retry_after,
        )

    def describe(self) -> str:
        """Say in a few words how the current attempt ended, for the log."""
        return f"attempt {self._total}: {self._end}"

    @property
    def _end(self) -> str:
        return f"HTTP {self._reply.status}" if self._reply else _what(self.failed)

    def tell_of_retry(self, delay: float) -> None:
        """Tell who wants to hear it that the call will be attempted again."""
        if self._hooks.on_retry is not None:
            event = RetryEvent(
                call_id=self.delivery.call_id,
                call=self.delivery.name,
                attempt=self._total,
                delay=delay,
                reason=self._end,
            )
            tell(self._hooks.on_retry, event, self._logger)

    def _tell_of_request(self) -> None:
        if self._hooks.on_response is not None:
            self._began = anyio.current_time()
        if self._hooks.on_request is not None:
            event = RequestEvent(
                call_id=self.delivery.call_id,
                call=self.delivery.name,
                semantics=self.delivery.semantics,
                attempt=self._total,
            )
            tell(self._hooks.on_request, event, self._logger)

    def _tell_of_response(self, outcome: AttemptOutcome, error: str = "") -> None:
        if self._hooks.on_response is not None:
            event = ResponseEvent(
                call_id=self.delivery.call_id,
                call=self.delivery.name,
                semantics=self.delivery.semantics,
                attempt=self._total,
                outcome=outcome,
                status=self._reply.status if self._reply else None,
                seconds=anyio.current_time() - self._began,
                error=error,
            )
            tell(self._hooks.on_response, event, self._logger)

    def failure(self) -> TransportError:
        """Return the error for a call whose last attempt failed."""
        cause = f"{_what(self.failed)} (attempt {self._total})"
        if self._current.reached:
            return ReplyLost(
                f"the request went out and its answer was lost: {cause}.",
                call=self.delivery.name,
                acted=self.delivery.acted(reached=True),
                repeated=self.repeated,
            )
        return NotSent(
            f"no connection, nothing was sent: {cause}.",
            call=self.delivery.name,
            advice=_connection_advice(self.failed),
            repeated=self.repeated,
            permanent=self._permanent,
        )

    def too_late(self, timeout: float) -> DeadlineExceeded:
        """Return the error for a call whose deadline passed."""
        where = (
            "while it waited for a free connection slot"
            if self._current.queued
            else "while a connection was being made"
            if self._current.connecting
            else "without an answer"
        )
        before = f"; before that: {_what(self.failed)}" if self.failed else ""
        reached = self._current.reached or self.repeated
        return DeadlineExceeded(
            f"its {timeout:g} s passed {where} (attempt {self._total}{before}).",
            call=self.delivery.name,
            acted=self.delivery.acted(reached=reached),
            repeated=self.repeated,
        )

    def _without_secrets(self, error: ConnectionFailure) -> ConnectionFailure:
        """Return the error, or one in its place if it quotes what was sent back by the server.

        Where it was raised is forgotten: whoever reports crashes shows the variables of those
        functions, and one of them is the whole request as bytes.
        """
        for one in _chain(error):
            one.__traceback__ = None
        if any(self._redact(text) != text for text in map(str, _chain(error))):
            return type(error)(self._redact(str(error)))
        return error

    @property
    def cause(self) -> BaseException | None:
        """What the system or httpx said of the last attempt that failed."""
        return self.failed and (self.failed.__cause__ or self.failed)

    @property
    def _permanent(self) -> bool:
        return (isinstance(self.failed, NotConnected) and self.failed.permanent) or any(
            isinstance(error, ssl.SSLCertVerificationError) for error in _chain(self.failed)
        )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and all that led to it, the members of groups too."""
    waiting = [error] if error else []
    seen: set[int] = set()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting += cast("BaseExceptionGroup[BaseException]", current).exceptions
        waiting += [e for e in (current.__context__, current.__cause__) if e is not None]


def _what(error: ConnectionFailure | None) -> str:
    """Say what went wrong, with the system's own words, which stand at the bottom of the chain."""
    text = str(error)
    words = [str(e) for e in _chain(error) if isinstance(e, OSError) and e.errno is not None]
    return f"{text} ({words[-1]})" if words and words[-1] not in text else text


def _connection_advice(error: BaseException | None) -> str:
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                "The server's certificate is not trusted: check the address, or hand over the"
                " authority that signed it with verify=ssl.create_default_context(cafile=...)."
            )
        if isinstance(cause, OSError) and cause.errno in {errno.EMFILE, errno.ENFILE}:
            return (
                "This process has no file descriptors left: raise its limit (ulimit -n) or"
                " lower max_connections."
            )
    return ""
