"""Agents at work: logged in or not, in queues, on a pause or on the phone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from daktela_async.sandbox import diary
from daktela_async.sandbox.diary import Diary, Entry
from daktela_async.sandbox.errors import (
    FORM_IS_OPEN,
    NOT_IN_A_QUEUE,
    NOT_LOGGED_IN,
    Refusal,
)
from daktela_async.sandbox.pauses import WRAP, Pause
from daktela_async.sandbox.phone_call import CALLING, ON_HOLD, RINGING, SPEAKING, PhoneCall
from daktela_async.sandbox.queues import Queue, Queues
from daktela_async.sandbox.render import Node
from daktela_async.sandbox.timeline import Plan, Timeline
from daktela_async.sandbox.users import User, Users

LOGGED, IDLE, PAUSED = "Logged", "Idle", "Paused"

# When an agent has several calls, the one that counts most.
_BY_WEIGHT = (SPEAKING, ON_HOLD, CALLING, RINGING)


@attrs.define(eq=False, repr=False)
class Operator:
    """A user at work; ``revision`` grows with every change that others can see.

    ``told`` keeps what RTUserState last told and of which revision.
    """

    user: User
    extension: str | None = None
    login: Entry | None = None
    queues: dict[int, Entry] = attrs.field(factory=dict[int, Entry])
    pause: Entry | None = None
    end_of_pause: Plan | None = None
    calls: list[PhoneCall] = attrs.field(factory=list[PhoneCall])
    record: int | None = None
    shown: str | None = None
    since: float = 0.0
    revision: int = 0
    told: tuple[int, dict[str, Node]] | None = None

    @property
    def state(self) -> str | None:
        """The agent's state in the API's words; None if not logged in."""
        if self.login is None:
            return None
        states = {call.state for call in self.calls}
        for state in _BY_WEIGHT:
            if state in states:
                return state
        if self.pause is not None:
            return PAUSED
        return IDLE if self.queues else LOGGED

    @property
    def current_call(self) -> PhoneCall | None:
        """The call that counts most."""
        for state in _BY_WEIGHT:
            for call in self.calls:
                if call.state == state:
                    return call
        return None


class Operators:
    """All agents, and what they may do about queues and pauses.

    ``on_change`` hears of every visible change of an agent.
    """

    def __init__(self, timeline: Timeline, users: Users, queues: Queues) -> None:
        self.diary = Diary()
        self.on_change: list[Callable[[Operator], None]] = []
        self._timeline = timeline
        self._users = users
        self._queues = queues
        self._operators: dict[int, Operator] = {}

    def of(self, user: User) -> Operator:
        """Return the user at work."""
        return self._operators.setdefault(user.id, Operator(user))

    def named(self, name: str) -> Operator:
        """Return the agent with that login."""
        return self.of(self._users.named(name))

    def at(self, extension: str) -> Operator | None:
        """Return the agent that sits at the line."""
        return next((one for one in self.logged_in if one.extension == extension), None)

    @property
    def logged_in(self) -> tuple[Operator, ...]:
        """The agents that are logged in, by id."""
        working = (one for one in self._operators.values() if one.login is not None)
        return tuple(sorted(working, key=lambda one: one.user.id))

    def in_queue(self, queue: Queue) -> tuple[Operator, ...]:
        """Return the agents that are logged in to the queue."""
        return tuple(one for one in self.logged_in if queue.id in one.queues)

    def changed(self, operators: Iterable[Operator]) -> None:
        """Let everybody know that something about the agents has changed."""
        for operator in operators:
            state = operator.state
            if state != operator.shown:
                operator.shown = state
                operator.since = self._timeline.now()
            operator.revision += 1
            for listener in self.on_change:
                listener(operator)

    def all_changed(self) -> None:
        """Let everybody know that something about all agents has changed, such as a queue."""
        self.changed(tuple(self._operators.values()))

    def log_in(self, operator: Operator, extension: str | None = None) -> None:
        """Log an agent in to the call centre, or move the agent to another line."""
        extension = extension or operator.extension or operator.user.extension
        if extension is None:
            raise Refusal("Agent nemá svázanou linku, předejte parametr extension", "extension")
        sitting = self.at(extension)
        if sitting not in (None, operator):
            raise Refusal(f"Na lince {extension} je již přihlášen jiný agent", "extension")
        operator.extension = extension
        if operator.login is None:
            operator.login = self._note(diary.LOGIN, operator, 0)
        self.changed([operator])

    def log_out(self, operator: Operator) -> None:
        """Log an agent out of all queues and of the call centre."""
        login = self._login_of(operator)
        if operator.calls:
            raise Refusal("Agent má probíhající hovor, nelze ho odhlásit")
        self._check_no_form(operator)
        now = self._timeline.now()
        self._end_pause(operator)
        for entry in operator.queues.values():
            entry.end = now
        login.end = now
        operator.queues.clear()
        operator.login = operator.extension = None
        self.changed([operator])

    def log_in_queue(self, operator: Operator, queue: Queue, extension: str | None = None) -> None:
        """Log an agent in to a queue, and in to the call centre if need be.

        Of the outgoing queues an agent can be in one only.
        """
        if queue.id not in operator.user.queues:
            raise Refusal(f"Agent nemá právo na frontu {queue.number}", "queue")
        if operator.login is None or extension is not None:
            self.log_in(operator, extension)
        if queue.is_outgoing:
            for other in tuple(operator.queues):
                if other != queue.id and self._queues.find(other).is_outgoing:
                    self.log_out_queue(operator, self._queues.find(other))
        if queue.id not in operator.queues:
            operator.queues[queue.id] = self._note(diary.QUEUE, operator, queue.id)
        self.changed([operator])

    def log_out_queue(self, operator: Operator, queue: Queue) -> None:
        """Log an agent out of a queue, in which there must be no call."""
        if queue.id not in operator.queues:
            raise Refusal(f"Agent není přihlášen ve frontě {queue.number}", "queue")
        for call in operator.calls:
            if call.queue is queue:
                raise Refusal(
                    "Nelze se odhlasit z fronty/kampaně, ve které probíhá hovor s číslem "
                    f"{call.clid}"
                )
        operator.queues.pop(queue.id).end = self._timeline.now()
        self.changed([operator])

    def take_pause(self, operator: Operator, pause: Pause, *, force: bool = False) -> None:
        """Set an agent's pause; one that there is gives way to the new one."""
        self._login_of(operator)
        if not operator.queues:
            raise Refusal(NOT_IN_A_QUEUE)
        if operator.calls and not force:
            raise Refusal("Agent má probíhající hovor, nelze ho dát na pauzu")
        self._end_pause(operator)
        operator.pause = self._note(diary.PAUSE, operator, pause.id)
        self.changed([operator])

    def wrap_up(self, operator: Operator, seconds: float) -> None:
        """Give an agent some time after a call; an open form makes it last until it's closed."""
        if operator.pause is not None or not operator.queues:
            return
        operator.pause = self._note(diary.PAUSE, operator, WRAP)
        if operator.record is None:
            operator.end_of_pause = self._timeline.after(seconds, lambda: self.end_pause(operator))

    def end_pause(self, operator: Operator) -> None:
        """End an agent's pause."""
        self._login_of(operator)
        if operator.pause is None:
            raise Refusal("Agent není na pauze")
        self._check_no_form(operator)
        self._end_pause(operator)
        self.changed([operator])

    def _login_of(self, operator: Operator) -> Entry:
        if operator.login is None:
            raise Refusal(NOT_LOGGED_IN)
        return operator.login

    def _check_no_form(self, operator: Operator) -> None:
        if operator.record is not None:
            raise Refusal(FORM_IS_OPEN)

    def _end_pause(self, operator: Operator) -> None:
        if operator.pause is not None:
            operator.pause.end = self._timeline.now()
            operator.pause = None
        if operator.end_of_pause is not None:
            operator.end_of_pause.call_off()
            operator.end_of_pause = None

    def _note(self, kind: str, operator: Operator, subject: int) -> Entry:
        return self.diary.open(kind, operator.user.id, subject, self._timeline.now())
