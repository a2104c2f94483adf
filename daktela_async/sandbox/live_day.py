"""A working day that agents live by the clock: the same seed gives the same day."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from functools import partial

from daktela_async.sandbox.errors import Refusal
from daktela_async.sandbox.operators import Operator
from daktela_async.sandbox.phone_call import RINGING, SPEAKING, WAITING, PhoneCall
from daktela_async.sandbox.state import State
from daktela_async.sandbox.timeline import Plan

_SHIFT = 8 * 3600.0
_LATER = 30.0
_PAUSES = ("Přestávka", "Oběd", "Backoffice")


class LiveDay:
    """Agents at work until ``stop()``: calls come, ring, are answered, end; agents rest and go.

    Each agent works for about eight hours with some pauses. Whoever is led by hand meanwhile may
    upset an agent's plans; what can't be done is left undone.
    """

    def __init__(self, state: State, *, seed: str, logins: Collection[str] | None) -> None:
        self._state = state
        self._dice = random.Random(f"live day {seed}")  # noqa: S311  (reproducible, no secret)
        self._plans: dict[str, Plan] = {}
        self.running = True
        users = state.users.present[1:]
        if logins is not None:
            users = tuple(state.users.named(login) for login in logins)
        self._operators = [state.operators.of(user) for user in users]
        self._until = state.timeline.now() + _SHIFT
        self._begin()

    def stop(self) -> None:
        """Let nothing more begin; the agents stay as they are."""
        self.running = False
        for plan in self._plans.values():
            plan.call_off()

    def _begin(self) -> None:
        for operator in self._operators:
            name = operator.user.name
            begin = self._dice.uniform(0, 60)
            self._after(f"{name} comes", begin, partial(self._come, operator))
            end = begin + _SHIFT * self._dice.uniform(0.9, 1)
            self._after(f"{name} goes", end, partial(self._leave, operator))
            for number, title in enumerate(_PAUSES):
                part = (number + self._dice.uniform(0.3, 0.9)) / (len(_PAUSES) + 1)
                rest = partial(self._rest, operator, title)
                self._after(f"{name} rests {number}", begin + _SHIFT * part, rest)
        self._plan_caller()

    def _come(self, operator: Operator) -> None:
        self._try(lambda: self._state.operators.log_in(operator))
        for queue_id in operator.user.queues[:4]:
            queue = self._state.queues.find(queue_id)
            self._try(partial(self._state.operators.log_in_queue, operator, queue))

    def _leave(self, operator: Operator) -> None:
        if operator.calls:
            name = f"{operator.user.name} goes"
            self._after(name, _LATER, partial(self._leave, operator))
        else:
            self._try(lambda: self._state.operators.log_out(operator))

    def _rest(self, operator: Operator, title: str) -> None:
        if operator.calls:
            name = f"{operator.user.name} rests later"
            self._after(name, _LATER, partial(self._rest, operator, title))
            return
        pause = self._state.pauses.called(title)
        self._try(lambda: self._state.operators.take_pause(operator, pause))
        self._after(
            f"{operator.user.name} works on",
            self._dice.uniform(300, 1800),
            lambda: self._try(lambda: self._state.operators.end_pause(operator)),
        )

    def _plan_caller(self) -> None:
        self._after("a caller", self._dice.expovariate(1 / 25), self._caller)

    def _caller(self) -> None:
        queues = [queue for queue in self._state.queues.all if queue.type == "in"]
        number = f"60{self._dice.randrange(10**7):07d}"
        queue = self._dice.choice(queues)
        if self._state.operators.in_queue(queue):
            self._later(self._state.switchboard.enqueue(number, queue), self._dice.uniform(2, 8))
        if self._state.timeline.now() < self._until:
            self._plan_caller()

    def _go_on(self, call: PhoneCall) -> None:
        """Let a call be answered some seconds after it rings, and end after a talk."""
        if call.id not in self._state.switchboard.calls:
            return
        if call.state == RINGING:
            self._state.switchboard.answer(call)
            self._later(call, self._dice.uniform(20, 300))
        elif call.state == WAITING:
            self._later(call, 5.0)
        elif call.state == SPEAKING and self._dice.random() < 0.1:
            self._state.switchboard.hold(call)
            self._later(call, 15.0)
        else:
            self._state.switchboard.end(call, self._dice.choice(("agent", "caller")))

    def _later(self, call: PhoneCall, seconds: float) -> None:
        self._after(f"call {call.id}", seconds, lambda: self._go_on(call))

    def _after(self, name: str, seconds: float, action: Callable[[], None]) -> None:
        self._plans[name] = self._state.timeline.after(seconds, action)

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Refusal:
            return
