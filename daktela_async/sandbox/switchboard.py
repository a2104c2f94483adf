"""The calls that go on, and how they come, ring, are spoken, transferred and ended."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

import attrs

from daktela_async.sandbox.errors import NO_CALL, Refusal
from daktela_async.sandbox.operators import IDLE, Operator, Operators
from daktela_async.sandbox.phone_call import (
    CALLING,
    IN,
    ON_HOLD,
    OUT,
    RINGING,
    SPEAKING,
    TRANSFERRED,
    WAITING,
    Attempt,
    PastCall,
    PhoneCall,
)
from daktela_async.sandbox.queues import Queue
from daktela_async.sandbox.timeline import Timeline

DEAF_NUMBER = "800000001"
"""Nobody answers a call to this number."""

_FIRST_SERIAL = 900_000_000
_RING_SECONDS = 20.0
_PATIENCE = 300.0
_TRANSFER_SECONDS = 5.0


@attrs.frozen
class CallSteps:
    """How many seconds a call takes from step to step when it goes on by itself.

    An agent's phone rings, the customer's phone rings, both talk.
    """

    agent: float = 2.0
    customer: float = 5.0
    talk: float = 60.0


class Switchboard:
    """All calls that go on; ``on_end`` and ``on_answer`` hear of what becomes of them."""

    def __init__(self, timeline: Timeline, operators: Operators, steps: CallSteps) -> None:
        self.steps = steps
        self.on_end: Callable[[PastCall], None] = lambda call: None
        self.on_answer: Callable[[PhoneCall], None] = lambda call: None
        self._timeline = timeline
        self._operators = operators
        self._calls: dict[str, PhoneCall] = {}
        self._serials = itertools.count(_FIRST_SERIAL)
        operators.on_change.append(self._perhaps_distribute)

    @property
    def calls(self) -> Mapping[str, PhoneCall]:
        """The calls by their ids."""
        return self._calls

    def find(self, call_id: str) -> PhoneCall:
        """Return the call with that id."""
        if call_id not in self._calls:
            raise Refusal(NO_CALL)
        return self._calls[call_id]

    def at(self, extension: str) -> PhoneCall | None:
        """Return the call at a line, whoever sits there."""
        there = [call for call in self._calls.values() if call.extension == extension]
        return there[-1] if there else None

    # Beginnings

    def ring(self, operator: Operator, caller: str, queue: Queue | None, did: str) -> PhoneCall:
        """Let a caller's call ring at an agent's phone, until the caller gives up."""
        call = self._begin(IN, caller, RINGING, queue=queue, did=did)
        self._offer(call, operator)
        call.gives_up = self._timeline.now() + _PATIENCE
        call.next(self._timeline.at(call.gives_up, lambda: self.end(call, "caller")))
        return call

    def enqueue(
        self,
        caller: str,
        queue: Queue,
        *,
        call_id: str | None = None,
        by_itself: bool = False,
        patience: float = _PATIENCE,
    ) -> PhoneCall:
        """Let a caller wait in a queue for an agent."""
        call = self._begin(
            IN, caller, WAITING, queue=queue, did=queue.did, call_id=call_id, by_itself=by_itself
        )
        call.gives_up = call.entered + patience
        self._wait(call)
        self._distribute()
        return call

    def dial(
        self,
        number: str,
        *,
        operator: Operator | None,
        queue: Queue | None,
        extension: str,
        autoanswer: bool = False,
        agent_patience: float = 30.0,
        customer_patience: float = 120.0,
        call_id: str | None = None,
        accountcode: str = "",
    ) -> PhoneCall:
        """Let the phone of an agent or a line ring, then the customer's, and then connect both."""
        call = self._begin(
            OUT, number, RINGING, queue=queue, call_id=call_id, accountcode=accountcode,
            extension=extension, by_itself=True,
        )  # fmt: skip
        self._offer(call, operator)
        if autoanswer:
            self._call_customer(call, customer_patience)
        elif self.steps.agent > agent_patience:
            call.next(self._timeline.after(agent_patience, lambda: self.end(call, "agent")))
        else:
            call.next(
                self._timeline.after(
                    self.steps.agent, lambda: self._call_customer(call, customer_patience)
                )
            )
        return call

    # What becomes of a call

    def answer(self, call: PhoneCall) -> None:
        """Let the agent, or the customer who was called, answer."""
        now = self._timeline.now()
        self._end_attempt(call)
        call.state = SPEAKING
        call.answered = now
        call.next(None)
        if call.by_itself:
            call.next(self._timeline.after(self.steps.talk, lambda: self.end(call, "caller")))
        self.on_answer(call)
        self._changed(call.operator)

    def hold(self, call: PhoneCall) -> None:
        """Let the agent put the customer on hold, or end that."""
        now = self._timeline.now()
        if call.state == SPEAKING:
            call.state, call.held = ON_HOLD, now
        elif call.held is None:
            raise Refusal(NO_CALL)
        else:
            call.hold_time += now - call.held
            call.state, call.held = SPEAKING, None
        self._changed(call.operator)

    def pick_up(self, call: PhoneCall, operator: Operator) -> None:
        """Let an agent take a call that waits in a queue or rings elsewhere."""
        if call.state not in (WAITING, RINGING):
            raise Refusal(NO_CALL)
        if operator.calls and operator is not call.operator:
            raise Refusal("Agent má probíhající hovor")
        self._take_from(call)
        self._offer(call, operator)
        self.answer(call)

    def transfer(
        self,
        call: PhoneCall,
        *,
        attended: bool,
        queue: Queue | None = None,
        operator: Operator | None = None,
    ) -> None:
        """Send a call on to a queue, an agent or else a number.

        An attended transfer keeps the customer on hold for some seconds.
        """

        def send_on() -> None:
            if call.state == ON_HOLD:
                self.hold(call)
            self._take_from(call)
            call.by_itself = True
            if operator is not None and operator.login is not None:
                self._offer(call, operator)
                call.next(self._timeline.after(self.steps.agent, lambda: self.answer(call)))
            elif queue is not None:
                call.queue = queue
                call.gives_up = self._timeline.now() + _PATIENCE
                self._wait(call)
                self._distribute()
            else:
                call.state = TRANSFERRED
                call.next(self._timeline.after(self.steps.talk, lambda: self.end(call, "caller")))

        if not attended:
            send_on()
            return
        if call.state == SPEAKING:
            self.hold(call)
        call.next(self._timeline.after(_TRANSFER_SECONDS, send_on))

    def end(self, call: PhoneCall, cause: str) -> None:
        """End a call; the agent who has spoken gets some time to wrap up."""
        now = self._timeline.now()
        if call.held is not None:
            call.hold_time += now - call.held
        self._end_attempt(call)
        call.next(None)
        del self._calls[call.id]
        operator = call.operator
        reached = now if call.answered is None else call.answered
        self.on_end(
            PastCall(
                id=call.id,
                serial=call.serial,
                direction=call.direction,
                clid=call.clid,
                start=call.entered,
                queue_id=None if call.queue is None else call.queue.id,
                user_id=None if operator is None else operator.user.id,
                extension=call.extension,
                did=call.did,
                accountcode=call.accountcode,
                waiting=round(reached - call.entered),
                ringing=0 if call.ringed is None else max(round(reached - call.ringed), 0),
                hold=round(call.hold_time),
                duration=round(now - reached),
                answered=call.answered is not None,
                cause=cause,
                attempts=tuple(call.attempts),
            )
        )
        self._free(call)

    # The parts of it

    def _begin(
        self,
        direction: str,
        clid: str,
        state: str,
        *,
        queue: Queue | None,
        did: str = "",
        call_id: str | None = None,
        accountcode: str = "",
        extension: str = "",
        by_itself: bool = False,
    ) -> PhoneCall:
        now = self._timeline.now()
        serial = next(self._serials)
        call_id = call_id or f"{int(now)}.{serial % 100_000 + 10_000}WS"
        if call_id in self._calls:
            raise Refusal(f"Hovor {call_id} již existuje", "idcall")
        call = PhoneCall(
            id=call_id,
            serial=serial,
            direction=direction,
            clid=clid,
            entered=now,
            state=state,
            queue=queue,
            did=did,
            accountcode=accountcode,
            extension=extension,
            by_itself=by_itself,
        )
        self._calls[call_id] = call
        return call

    def _offer(self, call: PhoneCall, operator: Operator | None) -> None:
        """Let the phone ring."""
        call.state = RINGING
        call.ringed = self._timeline.now()
        call.operator = operator
        if operator is not None:
            call.extension = operator.extension or ""
            operator.calls.append(call)
        self._changed(operator)

    def _call_customer(self, call: PhoneCall, patience: float) -> None:
        call.state = CALLING
        call.entered = call.ringed = self._timeline.now()
        if call.clid == DEAF_NUMBER or self.steps.customer > patience:
            call.next(self._timeline.after(patience, lambda: self.end(call, "")))
        else:
            call.next(self._timeline.after(self.steps.customer, lambda: self.answer(call)))
        self._changed(call.operator)

    def _wait(self, call: PhoneCall) -> None:
        call.state = WAITING
        call.next(self._timeline.at(call.gives_up, lambda: self.end(call, "caller")))

    def _take_from(self, call: PhoneCall) -> None:
        """Take the call from the agent whose phone rang or who spoke."""
        self._end_attempt(call)
        self._free(call)

    def _free(self, call: PhoneCall) -> None:
        operator = call.operator
        if operator is None:
            return
        call.operator = None
        operator.calls.remove(call)
        spoken = call.answered is not None
        if spoken and not operator.calls and call.queue is not None and call.queue.wrapuptime:
            self._operators.wrap_up(operator, call.queue.wrapuptime)
        self._changed(operator)

    def _end_attempt(self, call: PhoneCall) -> None:
        if call.operator is not None and call.ringed is not None and call.answered is None:
            now = self._timeline.now()
            call.attempts.append(Attempt(call.ringed, now, call.operator.user.id))

    def _changed(self, operator: Operator | None) -> None:
        if operator is not None:
            self._operators.changed([operator])

    def _perhaps_distribute(self, operator: Operator) -> None:
        if operator.state == IDLE:
            self._distribute()

    def _distribute(self) -> None:
        """Give the waiting calls to the agents who have been idle the longest."""
        for call in tuple(self._calls.values()):
            if call.state == WAITING and call.queue is not None:
                idle = [one for one in self._operators.in_queue(call.queue) if one.state == IDLE]
                if idle:
                    self._ring_at(call, min(idle, key=lambda one: (one.since, one.user.id)))

    def _ring_at(self, call: PhoneCall, operator: Operator) -> None:
        self._offer(call, operator)
        if call.by_itself:
            call.next(self._timeline.after(self.steps.agent, lambda: self.answer(call)))
            return

        def elsewhere() -> None:
            self._take_from(call)
            self._wait(call)
            self._distribute()

        if call.gives_up <= self._timeline.now() + _RING_SECONDS:
            call.next(self._timeline.at(call.gives_up, lambda: self.end(call, "caller")))
        else:
            call.next(self._timeline.after(_RING_SECONDS, elsewhere))
