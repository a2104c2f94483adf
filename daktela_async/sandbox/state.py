"""Everything that the fake server remembers."""

from __future__ import annotations

import attrs

from _telephony_core.sandbox.clock import Clock
from daktela_async.sandbox import seed_data
from daktela_async.sandbox.activities import Activities
from daktela_async.sandbox.messages import Messages
from daktela_async.sandbox.operators import Operator, Operators
from daktela_async.sandbox.past_calls import PastCalls
from daktela_async.sandbox.pauses import Pauses
from daktela_async.sandbox.phone_call import PastCall, PhoneCall
from daktela_async.sandbox.php import Value
from daktela_async.sandbox.queues import Queues
from daktela_async.sandbox.records import FREE, Records
from daktela_async.sandbox.switchboard import CallSteps, Switchboard
from daktela_async.sandbox.timeline import Timeline
from daktela_async.sandbox.users import Users
from daktela_async.sandbox.waiting_room import WaitingRoom

_RECORDS = (
    (seed_data.CAMPAIGN_A, "226211245", {"1": ["Michal"], "2": ["Hájek"], "4": ["Němčice"]}),
    (seed_data.CAMPAIGN_A, "603927227", {"1": ["Božena"], "2": ["Černá"], "17": ["ANO"]}),
    (seed_data.CAMPAIGN_A, "800123456", {"1": ["Řehoř"], "2": ["Šťastný"]}),
    (seed_data.OUTBOUNDER, "226211245", {"1": ["Michal"], "17": ["NE"]}),
    (seed_data.CAMPAIGN_B, "468008585", {"1": ["Květa"], "3": ["Volat večer"]}),
)


@attrs.frozen
class SandboxEvent:
    """An event made by CreateEvent; ``due`` is when it happens, as POSIX time."""

    name: str
    params: dict[str, Value]
    due: float


class State:
    """The exchange: each part is a chapter of the document."""

    def __init__(
        self,
        clock: Clock,
        *,
        history: bool,
        call_steps: CallSteps,
        sms_delay: float,
        sms_pace: float,
        sms_delivery: float,
    ) -> None:
        self.timeline = Timeline(clock)
        self.room = WaitingRoom()
        self.users = Users(seed_data.users())
        self.queues = Queues(seed_data.queues())
        self.pauses = Pauses(seed_data.pauses())
        self.operators = Operators(self.timeline, self.users, self.queues)
        self.switchboard = Switchboard(self.timeline, self.operators, call_steps)
        self.past_calls = PastCalls(made_up=history)
        self.recordings: dict[str, bytes] = {}
        self.messages = Messages(
            self.timeline, delay=sms_delay, pace=sms_pace, delivery=sms_delivery
        )
        self.records = Records(self.timeline, 9)
        self.activities = Activities(self.timeline)
        self.events: list[SandboxEvent] = []
        self.timeline.on_first = self._begin
        self.timeline.on_sooner = self.room.call_all
        self.operators.on_change.append(self._tell)
        self.switchboard.on_end = self._call_ended
        self.switchboard.on_answer = self._call_answered
        clock.on_advance(self.room.call_all)

    def catch_up(self) -> None:
        """Carry out all that has come due; do so before looking at anything."""
        self.timeline.catch_up()

    def _begin(self) -> None:
        """Make what needs the time, which can't be read before the sandbox is used."""
        self.past_calls.born = self.timeline.now()
        for queue_id, number, fields in _RECORDS:
            self.records.create(queue_id, number, fields)
        self.activities.begin()

    def _tell(self, operator: Operator) -> None:
        self.room.call(operator.user.id)

    def _call_answered(self, call: PhoneCall) -> None:
        """Open the form of the number that was called, if the call is a campaign's."""
        if call.queue is None or not call.queue.is_campaign or call.operator is None:
            return
        record = self.records.with_number(call.queue.id, call.clid)
        if record is not None and call.operator.record is None:
            record.call_id = call.id
            record.action = 4
            call.operator.record = record.id

    def _call_ended(self, call: PastCall) -> None:
        self.past_calls.add(call)
        record = self.records.with_number(call.queue_id or 0, call.clid)
        if record is not None:
            record.last_attempt = call.start
            record.answered += call.answered
            record.unanswered += not call.answered
            if not call.answered:
                record.action = FREE
