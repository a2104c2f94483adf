"""One account at one service: the way of a call from `Call` to model."""

from __future__ import annotations

import logging
import math
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import anyio
from anyio import to_thread
from attrs import evolve

from .attempts import Delivery, Reply
from .calls import Call, Semantics
from .converter import ModelConverter, NotStructured
from .documents import Plain, Unreadable, parse_document
from .downloads import DownloadedFile, DownloadOptions, download
from .drift import Drift
from .errors import (
    Acted,
    ApiError,
    DeadlineExceeded,
    OutcomeUnknown,
    ProtocolError,
    RateLimited,
    ServerUnavailable,
    StatusError,
    TelephonyError,
    TransportError,
)
from .exchange import Request
from .hooks import ResultEvent, tell
from .redaction import Redactor, Secret
from .retries import retry_after_seconds
from .settings import TransportSettings
from .transport import Transport
from .yielding import yielding

if TYPE_CHECKING:
    import httpx

    from .json_rows import RowReader

T = TypeVar("T")

#: Held requests under way at once: more than a process has file descriptors, as a rule.
_HELD_CONNECTIONS = 10_000
#: Answers of so many bytes are read in a thread, because the event loop would stand still for
#: milliseconds: XML takes several times as long as JSON.
_LONG_ANSWER = 64 << 10
#: So many are read at once. More would only wait for each other, and the event loop for all.
_THREADS = 2
#: Advice about a call that was refused when it was made again.
_REFUSED_AGAIN = "An attempt before this one, whose answer was lost, may have succeeded."


class ApiSession(ABC):
    """Own the connections of one account at one service, and carry out its calls.

    The resources of a client share one session; each API has a subclass that knows its wire.
    """

    def __init__(
        self,
        settings: TransportSettings,
        *,
        secrets: tuple[Secret, ...],
        timezone: tzinfo,
        logger: logging.Logger,
        http_client: httpx.AsyncClient | None,
    ) -> None:
        self._redact = Redactor(secrets)
        self._hooks = settings.hooks
        self._logger = logger
        self._transport = Transport(settings, logger, http_client, self._hide)
        # Long polls have connections of their own: they would starve all other calls.
        self._held = Transport(
            evolve(settings, max_connections=_HELD_CONNECTIONS), logger, http_client, self._hide
        )
        self._drift: deque[Drift] = deque()
        noticed = self._drift.append if self._hooks.on_drift else None
        self._converter = ModelConverter(timezone, noticed, self._hide)
        # Threads of our own: those that all share may be full of callers that wait for us.
        self._threads: anyio.CapacityLimiter | None = None

    async def aclose(self) -> None:
        """Close the connections; calls made afterwards raise `ClientClosed`."""
        await self._transport.aclose()
        await self._held.aclose()

    def send(
        self, call: Call[T], *, timeout: float | None = None, read_timeout: float | None = None
    ) -> Coroutine[Any, Any, T]:
        """Carry out one call: encode, transport, decode, model.

        A long answer is read in a thread. The deadline holds for that too if the call only reads;
        the answer of a call that acts is not given up any more once it is here, not even when
        its scope is cancelled.
        """
        request = self._encode(call)
        delivery = Delivery(
            name=self._name(request, call),
            semantics=call.semantics,
            timeout=timeout,
            read_timeout=read_timeout,
        )
        return self._told(self._send(call, request, delivery), delivery)

    async def _send(self, call: Call[T], request: Request, delivery: Delivery) -> T:
        started = anyio.current_time()
        transport = self._held if call.held else self._transport
        try:
            reply = await transport.request(request, delivery)
            read = partial(self._model, call.result, reply, delivery)
            return await self._unhurried(read, reply, delivery, started)
        except (TransportError, StatusError, ProtocolError) as error:
            unknown = outcome_unknown(error, delivery, call.check)
            if unknown is None:
                raise
            raise unknown from error
        finally:
            self._tell_drift()

    def download(
        self, request: Request, path: Path, delivery: Delivery, options: DownloadOptions
    ) -> Coroutine[Any, Any, DownloadedFile]:
        """Stream an answer to a file; an answer that is no file raises what it stands for."""
        return self._told(self._download(request, path, delivery, options), delivery)

    async def _download(
        self, request: Request, path: Path, delivery: Delivery, options: DownloadOptions
    ) -> DownloadedFile:
        started = anyio.current_time()
        result = await download(self._transport, request, path, delivery, options)
        if isinstance(result, DownloadedFile):
            return result
        decode = partial(self._decode, result, delivery)
        await self._unhurried(decode, result, delivery, started)
        raise self._protocol_error("an answer came instead of a file", result, delivery)

    def _told(self, carried: Coroutine[Any, Any, T], delivery: Delivery) -> Coroutine[Any, Any, T]:
        """Return what is carried out, as something that tells how it ends if anybody listens."""
        listener = self._hooks.on_result
        return carried if listener is None else self._telling(listener, carried, delivery)

    async def _telling(
        self,
        listener: Callable[[ResultEvent], None],
        carried: Coroutine[Any, Any, T],
        delivery: Delivery,
    ) -> T:
        began = anyio.current_time()
        error: BaseException | None = None
        try:
            return await carried
        except BaseException as caught:
            error = caught
            raise
        finally:
            event = ResultEvent(
                call_id=delivery.call_id,
                call=delivery.name,
                semantics=delivery.semantics,
                seconds=anyio.current_time() - began,
                error="" if error is None else type(error).__name__,
                acted=error.acted if isinstance(error, TelephonyError) else None,
            )
            tell(listener, event, self._logger)

    async def _unhurried(
        self, read: Callable[[], T], reply: Reply, delivery: Delivery, started: float
    ) -> T:
        """Read an answer without holding up the event loop for long."""
        if len(reply.body) < _LONG_ANSWER:
            return read()
        if self._threads is None:
            self._threads = anyio.CapacityLimiter(_THREADS)
        only_reads = delivery.semantics is Semantics.SAFE
        timeout = delivery.timeout or self._transport.settings.timeout
        deadline = started + timeout if only_reads else math.inf
        with anyio.CancelScope(deadline=deadline, shield=not only_reads):
            # A thread that is given up goes on to its end, and nobody hears of what it finds.
            return await to_thread.run_sync(
                yielding, read, abandon_on_cancel=only_reads, limiter=self._threads
            )
        raise DeadlineExceeded(
            f"its {timeout:g} s passed while its answer of {len(reply.body)} bytes was read.",
            call=delivery.name,
            repeated=reply.repeated,
        )

    def _tell_drift(self) -> None:
        """Tell of what was noticed in answers, here where the hook may be called."""
        while self._hooks.on_drift and self._drift:
            tell(self._hooks.on_drift, self._drift.popleft(), self._logger)

    def _hide(self, text: str) -> str:
        return self._redact(text)

    @abstractmethod
    def _encode(self, call: Call[T]) -> Request:
        """Return the HTTP request of a call."""

    @abstractmethod
    def _fault(self, plain: Plain) -> ApiError | None:
        """Return the error that an answer of the API stands for, or None."""

    @abstractmethod
    def _normalise(self, plain: Plain) -> Plain:
        """Return a parsed answer with the spellings of this API evened out."""

    def _name(self, request: Request, call: Call[T]) -> str:
        """Return how a call is named in errors and logs."""
        return f"{request.method} {call.path}"

    def _parse(self, reply: Reply, rows: RowReader | None) -> Plain:
        """Return the body of an answer as plain values, or raise `Unreadable`."""
        return parse_document(reply.body, reply.headers.get("content-type", ""))

    def _row_reader(self, model: type[T], reply: Reply) -> RowReader | None:
        """Return what `_parse` may read an answer by instead of the general way, if anything."""
        return None

    def _decode(self, reply: Reply, delivery: Delivery, rows: RowReader | None = None) -> Plain:
        """Return what the body says as plain values, or raise the error that it stands for."""
        plain, error = self._judge(reply, delivery, rows)
        if error is not None:
            raise error
        return plain

    def _judge(
        self, reply: Reply, delivery: Delivery, rows: RowReader | None
    ) -> tuple[Plain, TelephonyError | None]:
        """Return what the body says, or the error that it stands for.

        The error is raised elsewhere: what the body says is not redacted, and should be neither a
        cause of the error nor a local variable beside it, which crash reporters send along.
        """
        good_status = 200 <= reply.status < 300
        try:
            plain = self._normalise(self._parse(reply, rows))
            fault = self._fault(plain)
        except (Unreadable, RecursionError) as error:
            if not good_status:
                return None, self._status_error(reply, delivery)
            return None, self._protocol_error(str(error), reply, delivery)
        if fault is not None:
            self._place(fault, reply, delivery)
            return None, fault
        return (plain, None) if good_status else (None, self._status_error(reply, delivery))

    def _place(self, fault: ApiError, reply: Reply, delivery: Delivery) -> None:
        """Say of an error of the API which call it is about, and what became of that."""
        fault.call = delivery.name
        fault.repeated = reply.repeated
        fault.repeatable = delivery.semantics.repeatable or fault.acted is Acted.NO
        if delivery.semantics is Semantics.SAFE:
            fault.acted = Acted.NO
        elif reply.repeated:
            # This attempt was refused, perhaps because the one before it was not.
            fault.acted = Acted.MAYBE
            fault.advice = f"{_REFUSED_AGAIN} {fault.advice}".strip()

    def _model(self, model: type[T], reply: Reply, delivery: Delivery) -> T:
        """Return what an answer says as a model, or raise the error that it stands for."""
        rows = self._row_reader(model, reply)
        found = None if rows is None else self._quickly(rows, model, reply, delivery)
        if found is not None:
            return found
        return self._structure(model, reply, delivery)

    def _quickly(
        self, rows: RowReader, model: type[T], reply: Reply, delivery: Delivery
    ) -> T | None:
        """Return what an answer says; None when the general way must say what is wrong."""
        plain = self._decode(reply, delivery, rows)
        try:
            return self._converter.structure_rows(plain, model)
        except Exception:
            return None

    def _structure(self, model: type[T], reply: Reply, delivery: Delivery) -> T:
        decode = partial(self._decode, reply, delivery)
        try:
            return self._converter.structure(decode(), model, decode)
        except NotStructured as error:
            what = str(error)
        # Raised out here, so that the text that is not redacted yet is no part of its context.
        raise self._protocol_error(f"the answer does not fit: {what}", reply, delivery)

    def _protocol_error(self, what: str, reply: Reply, delivery: Delivery) -> ProtocolError:
        return ProtocolError(
            f"{self._redact(what)[:500]}.",
            call=delivery.name,
            acted=Acted.NO if delivery.semantics is Semantics.SAFE else Acted.MAYBE,
            repeated=reply.repeated,
            status=reply.status,
            excerpt=self._redact.excerpt(reply.body),
        )

    def _status_error(self, reply: Reply, delivery: Delivery) -> StatusError:
        status = reply.status
        kind: type[StatusError] = StatusError
        what = f"HTTP {status} instead of an answer."
        advice = ""
        # 302 and 303 follow a form that was accepted; a server error can come at any point.
        undecided = status in {302, 303} or status >= 500
        if status == 429:
            kind = RateLimited
        elif status >= 500 and status not in {501, 505}:
            # Proxies have more of them than the standard, such as 520 to 527.
            kind = ServerUnavailable
        elif 300 <= status < 400:
            location = self._redact.excerpt(reply.headers.get("location", "").encode())
            what = f"HTTP {status}: the server redirects to {location!r}, which is not followed."
            advice = "Set base_url to the address where the API really is."
        elif status in {401, 403, 407}:
            advice = "Check the key, the server's address filter and the proxy."
        safe = delivery.semantics is Semantics.SAFE
        error = kind(
            what,
            call=delivery.name,
            acted=Acted.MAYBE if (undecided or reply.repeated) and not safe else Acted.NO,
            advice=advice,
            repeated=reply.repeated,
            status=status,
            retry_after=retry_after_seconds(reply.headers),
            excerpt=self._redact.excerpt(reply.body),
        )
        # The server did not have the whole request in time, or did not want it so early.
        error.transient = error.transient or status in {408, 425}
        return error


def outcome_unknown(
    error: TransportError | StatusError | ProtocolError, delivery: Delivery, check: str
) -> OutcomeUnknown | None:
    """Return what the loss of the answer of a call that acts comes to, or None for all else."""
    if delivery.semantics.repeatable or error.acted is Acted.NO:
        return None
    return OutcomeUnknown(error.what, call=delivery.name, acted=Acted.MAYBE, advice=check)


S = TypeVar("S", bound=ApiSession)


class Resource(Generic[S]):
    """Be the base of the classes that hold the methods of one chapter of a document."""

    def __init__(self, session: S) -> None:
        self._session = session
        self._send = session.send
