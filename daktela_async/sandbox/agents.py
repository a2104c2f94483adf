"""Agents to be led by a program: ``sandbox.agents["novak"].ring("601234567")``."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping

from daktela_async.sandbox.errors import NO_CALL, NOT_LOGGED_IN, Refusal
from daktela_async.sandbox.operators import Operator
from daktela_async.sandbox.phone_call import RINGING, PhoneCall
from daktela_async.sandbox.state import State


class SandboxAgent:
    """An agent whose hands are yours; what can't be done raises `Refusal`.

    Safe to use from any thread while the server runs.
    """

    def __init__(self, name: str, state: State, lock: threading.RLock) -> None:
        self.name = name
        self._state = state
        self._lock = lock

    def __repr__(self) -> str:
        return f"<SandboxAgent {self.name}>"

    @property
    def state(self) -> str | None:
        """The agent's state in the API's words; None if not logged in."""
        with self._lock:
            return self._operator().state

    @property
    def extension(self) -> str | None:
        """The line at which the agent sits."""
        with self._lock:
            return self._operator().extension

    @property
    def queues(self) -> tuple[str, ...]:
        """The numbers of the queues in which the agent is logged in."""
        with self._lock:
            return tuple(self._state.queues.find(one).number for one in self._operator().queues)

    @property
    def call_id(self) -> str | None:
        """The id of the call that rings or is spoken."""
        with self._lock:
            call = self._operator().current_call
            return None if call is None else call.id

    def log_in(self, *queues: str, extension: str | None = None) -> None:
        """Log in to the call centre, and to the queues with these numbers."""
        with self._lock:
            operator = self._operator()
            self._state.operators.log_in(operator, extension)
            for number in queues:
                queue = self._state.queues.numbered(number)
                self._state.operators.log_in_queue(operator, queue)

    def log_out(self) -> None:
        """Log out of all queues and of the call centre."""
        with self._lock:
            self._state.operators.log_out(self._operator())

    def ring(self, caller: str, *, queue: str | None = None) -> str:
        """Let a call come from this number and ring; return its id.

        It comes through the queue with that number, or else the first incoming one of the agent's.
        """
        with self._lock:
            operator = self._operator()
            if operator.login is None:
                raise Refusal(NOT_LOGGED_IN)
            own = (self._state.queues.find(queue_id) for queue_id in operator.queues)
            through = (
                next((one for one in own if not one.is_outgoing), None)
                if queue is None
                else self._state.queues.numbered(queue)
            )
            did = "" if through is None else through.did
            return self._state.switchboard.ring(operator, caller, through, did).id

    def answer(self) -> None:
        """Answer the call that rings."""
        with self._lock:
            self._state.switchboard.answer(self._call(RINGING))

    def hold(self) -> None:
        """Put the customer on hold, or end that."""
        with self._lock:
            self._state.switchboard.hold(self._call())

    def hang_up(self) -> None:
        """End the call."""
        with self._lock:
            self._state.switchboard.end(self._call(), "agent")

    def pause(self, title: str = "Přestávka", *, force: bool = False) -> None:
        """Take the pause with that title or code."""
        with self._lock:
            pause = self._state.pauses.called(title)
            self._state.operators.take_pause(self._operator(), pause, force=force)

    def unpause(self) -> None:
        """End the pause."""
        with self._lock:
            self._state.operators.end_pause(self._operator())

    def open_form(self, record_id: int) -> None:
        """Open the form of a record, as a campaign's call does."""
        with self._lock:
            operator = self._operator()
            operator.record = self._state.records.find(record_id).id
            self._state.operators.changed([operator])

    def _operator(self) -> Operator:
        self._state.catch_up()
        return self._state.operators.named(self.name)

    def _call(self, state: str | None = None) -> PhoneCall:
        call = self._operator().current_call
        if call is None or state not in (None, call.state):
            raise Refusal(NO_CALL)
        return call


class SandboxAgents(Mapping[str, SandboxAgent]):
    """All agents by their logins."""

    def __init__(self, state: State, lock: threading.RLock) -> None:
        self._state = state
        self._lock = lock

    def __getitem__(self, name: str) -> SandboxAgent:
        if name not in self._names():
            raise KeyError(name)
        return SandboxAgent(name, self._state, self._lock)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def _names(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(user.name for user in self._state.users.present)
