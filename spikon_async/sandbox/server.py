"""The sandbox: a fake SPIKON for tests, demonstrations and trying things out."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import AsyncGenerator, Collection, Generator, Iterable, Mapping
from decimal import Decimal
from typing import Self

import httpx
from starlette.types import ASGIApp

from _telephony_core.sandbox.clock import Clock
from _telephony_core.sandbox.faults import ApiError, FaultPlan
from _telephony_core.sandbox.in_process import InProcessTransport
from _telephony_core.sandbox.request_log import RequestLog
from _telephony_core.sandbox.runner import ServerThread
from spikon_async.sandbox import seed_data
from spikon_async.sandbox.accounts import InitiatedCall
from spikon_async.sandbox.app import SpikonApp
from spikon_async.sandbox.call_history import CallHistory, SandboxCall
from spikon_async.sandbox.messages import SentSms
from spikon_async.sandbox.methods import METHODS, RECORDING, method_name
from spikon_async.sandbox.settings import EmptyLists, Settings
from spikon_async.sandbox.state import State

_BALANCE = Decimal("123.45")
_SMS_STEPS = (1.0, 2.0, 3.0)


class Sandbox(Settings):
    """A stateful fake SPIKON, reached in-process or over a real socket.

    ::

        async with Sandbox.serve() as sandbox:
            ...  # talk to sandbox.url with sandbox.api_key

        sandbox = Sandbox()
        async with sandbox.http_client() as client:
            ...  # no socket, and with Clock(source=anyio.current_time) no waiting either

    ``order_delay`` and ``speech_delay`` are the seconds until a call list and an announcement are
    ready; an SMS is handled, sent and delivered ``sms_steps`` seconds after sending. ``calls`` is
    the call history: a plausible one unless given, ``calls=()`` for none. The settings described
    at `Settings` may be given here and changed later.

    Messages to `FAILING_NUMBER`, `UNREACHABLE_NUMBER` and `SILENT_NUMBER` don't arrive.
    """

    def __init__(
        self,
        *,
        api_key: str = "sandbox-key",
        extra_api_keys: Collection[str] = (),
        clock: Clock | None = None,
        order_delay: float = 3.0,
        speech_delay: float = 2.0,
        sms_steps: tuple[float, float, float] = _SMS_STEPS,
        balance: Decimal = _BALANCE,
        calls: Iterable[SandboxCall] | None = None,
        allowed_ips: Collection[str] | None = None,
        sender_names: Iterable[str] = (),
        error_status: int = 200,
        empty_lists: EmptyLists = "count",
        entry_ids: bool = True,
    ) -> None:
        super().__init__(
            api_key=api_key,
            extra_api_keys=extra_api_keys,
            allowed_ips=allowed_ips,
            sender_names=set(sender_names),
            error_status=error_status,
            empty_lists=empty_lists,
            entry_ids=entry_ids,
        )
        self.clock = Clock() if clock is None else clock
        if calls is None:
            history = CallHistory((), seed_data.calls_on, seed_data.call_with_id)
        else:
            history = CallHistory(calls)
        self.state = State(
            self.clock,
            balance=balance,
            calls=history,
            order_delay=order_delay,
            speech_delay=speech_delay,
            sms_steps=sms_steps,
        )
        self.log = RequestLog(method_name)
        self.faults = FaultPlan((*METHODS, RECORDING), method_name)
        self._lock = threading.RLock()
        self.app: ASGIApp = SpikonApp(self, self.state, self.log, self.faults, self._lock)

    def __repr__(self) -> str:
        return f"<Sandbox at {self.url}>"

    @classmethod
    @contextlib.asynccontextmanager
    async def serve(
        cls,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        certfile: str | os.PathLike[str] | None = None,
        keyfile: str | os.PathLike[str] | None = None,
        api_key: str = "sandbox-key",
        extra_api_keys: Collection[str] = (),
        clock: Clock | None = None,
        order_delay: float = 3.0,
        speech_delay: float = 2.0,
        sms_steps: tuple[float, float, float] = _SMS_STEPS,
        balance: Decimal = _BALANCE,
        calls: Iterable[SandboxCall] | None = None,
        allowed_ips: Collection[str] | None = None,
        sender_names: Iterable[str] = (),
        error_status: int = 200,
        empty_lists: EmptyLists = "count",
        entry_ids: bool = True,
    ) -> AsyncGenerator[Self]:
        """Make a sandbox and serve it, on a free port unless one is given.

        A ``certfile`` (and ``keyfile``) makes it HTTPS. The other options are those of the class.
        """
        sandbox = cls(
            api_key=api_key,
            extra_api_keys=extra_api_keys,
            clock=clock,
            order_delay=order_delay,
            speech_delay=speech_delay,
            sms_steps=sms_steps,
            balance=balance,
            calls=calls,
            allowed_ips=allowed_ips,
            sender_names=sender_names,
            error_status=error_status,
            empty_lists=empty_lists,
            entry_ids=entry_ids,
        )
        async with sandbox.serving(host=host, port=port, certfile=certfile, keyfile=keyfile):
            yield sandbox

    @contextlib.asynccontextmanager
    async def serving(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        certfile: str | os.PathLike[str] | None = None,
        keyfile: str | os.PathLike[str] | None = None,
    ) -> AsyncGenerator[Self]:
        """Serve this sandbox in a background thread while the block lasts."""
        with self.running(host=host, port=port, certfile=certfile, keyfile=keyfile):
            yield self

    @contextlib.contextmanager
    def running(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        certfile: str | os.PathLike[str] | None = None,
        keyfile: str | os.PathLike[str] | None = None,
    ) -> Generator[Self]:
        """Serve this sandbox while the block lasts, for programs that aren't asynchronous."""
        server = ServerThread(self.app, host=host, port=port, certfile=certfile, keyfile=keyfile)
        before = self.url
        server.start()
        self.url = server.url
        try:
            yield self
        finally:
            server.stop()
            self.url = before

    def http_client(self) -> httpx.AsyncClient:
        """Return a client that calls the application directly, without a socket.

        It works on asyncio and trio. httpx's own timeouts don't apply to it.
        """
        return httpx.AsyncClient(transport=InProcessTransport(self.app), base_url=self.url)

    def fail_generally(self, path: str = "*", *, times: int | None = 1) -> None:
        """Let the next requests fail with error -1000, without acting."""
        self.faults.add(path, ApiError(-1000), times=times)

    @property
    def calls(self) -> CallHistory:
        """The call history; ``calls.add(...)`` adds to it."""
        return self.state.calls

    @property
    def balance(self) -> Decimal:
        """The money on the account, in PLN."""
        return self.state.wallet.balance

    @balance.setter
    def balance(self, amount: Decimal) -> None:
        with self._lock:
            self.state.wallet.balance = amount

    @property
    def sent_sms(self) -> tuple[SentSms, ...]:
        """The messages handed in, in order, those without money included."""
        with self._lock:
            return self.state.messages.sent

    @property
    def inbox(self) -> Mapping[str, tuple[SentSms, ...]]:
        """The messages handed in by the number they were sent to."""
        sent = self.sent_sms
        return {
            number: tuple(sms for sms in sent if sms.number == number)
            for number in dict.fromkeys(sms.number for sms in sent)
        }

    @property
    def initiated_calls(self) -> tuple[InitiatedCall, ...]:
        """The calls begun with call/initiate, in order."""
        with self._lock:
            return self.state.accounts.initiated
