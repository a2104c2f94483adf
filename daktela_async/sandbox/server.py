"""The sandbox: a fake Daktela for tests, demonstrations and trying things out."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import AsyncGenerator, Collection, Generator
from typing import Self

import httpx
from starlette.types import ASGIApp

from _telephony_core.sandbox.clock import PRAGUE, Clock
from _telephony_core.sandbox.faults import FaultPlan
from _telephony_core.sandbox.in_process import InProcessTransport
from _telephony_core.sandbox.request_log import RequestLog
from _telephony_core.sandbox.runner import ServerThread
from daktela_async.sandbox import hooks
from daktela_async.sandbox.actions import NAMES
from daktela_async.sandbox.agents import SandboxAgents
from daktela_async.sandbox.app import DaktelaApp
from daktela_async.sandbox.incoming import action_name
from daktela_async.sandbox.live_day import LiveDay
from daktela_async.sandbox.messages import SandboxSms
from daktela_async.sandbox.past_calls import recording_hash
from daktela_async.sandbox.phone_call import PastCall
from daktela_async.sandbox.settings import ErrorShape, Limit, LoggedOut, Settings
from daktela_async.sandbox.state import SandboxEvent, State
from daktela_async.sandbox.switchboard import CallSteps
from daktela_async.sandbox.users import token_of

_STEPS = CallSteps()


class Sandbox(Settings):
    """A stateful fake Daktela, reached in-process or over a real socket.

    ::

        async with Sandbox.serve() as sandbox:
            ...  # talk to sandbox.url with sandbox.access_token

        sandbox = Sandbox()
        async with sandbox.http_client() as client:
            ...  # no socket, and with Clock(source=anyio.current_time) no waiting either

    The token is that of ``login`` and ``password`` unless one is given; the users' own tokens are
    accepted too. A call that goes on by itself takes ``call_steps``. An SMS leaves ``sms_delay``
    seconds after it was handed in, those of a group ``sms_pace`` seconds one after another, and
    it arrives ``sms_delivery`` seconds later. ``history`` False begins without any past calls.
    The settings described at `Settings` may be given here and changed later.
    """

    def __init__(
        self,
        *,
        access_token: str | None = None,
        login: str = "sandbox",
        password: str = "sandbox",  # noqa: S107  (made up)
        extra_access_tokens: Collection[str] = (),
        clock: Clock | None = None,
        history: bool = True,
        call_steps: CallSteps = _STEPS,
        sms_delay: float = 1.0,
        sms_pace: float = 0.1,
        sms_delivery: float = 2.0,
        error_shape: ErrorShape = "text",
        logged_out: LoggedOut = "state",
        limit: Limit = "page",
        hold_seconds: float = 60.0,
    ) -> None:
        super().__init__(
            access_token=token_of(login, password) if access_token is None else access_token,
            extra_access_tokens=extra_access_tokens,
            error_shape=error_shape,
            logged_out=logged_out,
            limit=limit,
            hold_seconds=hold_seconds,
        )
        self.clock = Clock(zone=PRAGUE) if clock is None else clock
        self.state = State(
            self.clock,
            history=history,
            call_steps=call_steps,
            sms_delay=sms_delay,
            sms_pace=sms_pace,
            sms_delivery=sms_delivery,
        )
        self.log = RequestLog(action_name)
        self.faults = FaultPlan(NAMES, action_name)
        self._lock = threading.RLock()
        self.agents = SandboxAgents(self.state, self._lock)
        self.app: ASGIApp = DaktelaApp(self, self.state, self.log, self.faults, self._lock)

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
        access_token: str | None = None,
        login: str = "sandbox",
        password: str = "sandbox",  # noqa: S107  (made up)
        extra_access_tokens: Collection[str] = (),
        clock: Clock | None = None,
        history: bool = True,
        call_steps: CallSteps = _STEPS,
        sms_delay: float = 1.0,
        sms_pace: float = 0.1,
        sms_delivery: float = 2.0,
        error_shape: ErrorShape = "text",
        logged_out: LoggedOut = "state",
        limit: Limit = "page",
        hold_seconds: float = 60.0,
    ) -> AsyncGenerator[Self]:
        """Make a sandbox and serve it, on a free port unless one is given.

        A ``certfile`` (and ``keyfile``) makes it HTTPS. The other options are those of the class.
        """
        sandbox = cls(
            access_token=access_token,
            login=login,
            password=password,
            extra_access_tokens=extra_access_tokens,
            clock=clock,
            history=history,
            call_steps=call_steps,
            sms_delay=sms_delay,
            sms_pace=sms_pace,
            sms_delivery=sms_delivery,
            error_shape=error_shape,
            logged_out=logged_out,
            limit=limit,
            hold_seconds=hold_seconds,
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

    def live_day(self, *, seed: str | int = 0, logins: Collection[str] | None = None) -> LiveDay:
        """Let agents live a working day by the clock, from now on until ``stop()``.

        They log in, take calls, rest and go home; the same seed gives the same day. All agents do
        but the administrator, unless their ``logins`` are given.
        """
        with self._lock:
            self.state.catch_up()
            return LiveDay(self.state, seed=str(seed), logins=logins)

    @property
    def held_requests(self) -> int:
        """How many requests are held at this moment."""
        return len(self.state.room)

    def incoming_call(self, caller: str, *, queue: str = "2000") -> str:
        """Let a call come to the queue with that number, and return its id.

        It waits there until an agent is idle, whose phone then rings.
        """
        with self._lock:
            self.state.catch_up()
            return self.state.switchboard.enqueue(caller, self.state.queues.numbered(queue)).id

    def past_call(self, call_id: str) -> PastCall:
        """Return a call that is over."""
        with self._lock:
            self.state.catch_up()
            return self.state.past_calls.find(call_id)

    def recording_hash(self, call_id: str) -> str | None:
        """Return the hash by which the recording of a call is fetched, if there is one."""
        return recording_hash(self.past_call(call_id))

    def set_recording(self, call_id: str, data: bytes) -> None:
        """Replace a call's recording, as if the file had changed on the server."""
        with self._lock:
            self.state.recordings[call_id] = data

    @property
    def sent_sms(self) -> tuple[SandboxSms, ...]:
        """The messages handed in, of the gateway and of SMS Connect, in order."""
        with self._lock:
            return tuple(sms for sms in self.state.messages.all if sms.direction == "out")

    def receive_sms(self, number: str, message: str, *, connect: bool = False) -> SandboxSms:
        """Let a message come from a customer."""
        with self._lock:
            self.state.catch_up()
            return self.state.messages.receive(number, message, connect=connect)

    @property
    def events(self) -> tuple[SandboxEvent, ...]:
        """The events made by CreateEvent, in order."""
        with self._lock:
            return tuple(self.state.events)

    def call_hook_url(self, script: str, call_id: str, event: hooks.Event) -> str:
        """Return the URL that the exchange calls about a call, as in the document's dialplans.

        ``script`` is the address of your application's endpoint.
        """
        with self._lock:
            self.state.catch_up()
            live = self.state.switchboard.calls.get(call_id)
            call = self.state.past_calls.find(call_id) if live is None else live
            return hooks.call_hook_url(script, call, event)

    def sms_callback_url(self, sms: SandboxSms) -> str | None:
        """Return the URL that the exchange calls about a message; None if none is set."""
        with self._lock:
            values = self.state.messages.settings.values
            callback = values[f"{'incoming' if sms.direction == 'in' else 'outgoing'}_callback"]
            if callback is None:
                return None
            return hooks.sms_callback_url(callback, sms, self.state)
