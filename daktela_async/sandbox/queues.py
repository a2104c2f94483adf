"""The queues and campaigns (Daktela API, chapter "Fronty")."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from daktela_async.sandbox.errors import NO_QUEUE, Refusal
from daktela_async.sandbox.render import Node, to_json

OUTGOING = ("out", "outbounder", "dialer")
"""The types of queue of which an agent can be in one only."""


@attrs.define(kw_only=True, eq=False)
class Queue:
    """A queue: ``number`` is what people call it by, and what the API has as ``name``."""

    id: int
    number: str
    title: str
    type: str = "in"
    description: str = ""
    outboundcid: str = ""
    wrapuptime: int = 15
    deleted: bool = False
    did: str = ""

    @property
    def direction(self) -> str:
        """The direction of the queue's calls."""
        return "out" if self.is_outgoing else "in"

    @property
    def is_outgoing(self) -> bool:
        """Whether the queue is for calling out."""
        return self.type in OUTGOING

    @property
    def is_campaign(self) -> bool:
        """Whether the queue is a campaign, whose calls come with a form."""
        return self.type == "outbounder"


class Queues:
    """All queues."""

    def __init__(self, queues: Iterable[Queue]) -> None:
        self._queues = {queue.id: queue for queue in queues}

    @property
    def all(self) -> tuple[Queue, ...]:
        """The queues by id."""
        return tuple(self._queues.values())

    def find(self, queue_id: int) -> Queue:
        """Return the queue with that id."""
        if queue_id not in self._queues:
            raise Refusal(NO_QUEUE)
        return self._queues[queue_id]

    def numbered(self, number: str) -> Queue:
        """Return the queue with that number."""
        for queue in self._queues.values():
            if queue.number == number:
                return queue
        raise Refusal(NO_QUEUE)

    def either(self, text: str) -> Queue:
        """Return a queue by its number or id: the document calls the same parameter both."""
        try:
            return self.numbered(text)
        except Refusal:
            return self.find(int(text) if text.isdecimal() else -1)

    def put(self, number: str, queue_id: int | None) -> Queue:
        """Return the queue to be edited, a new one if neither id nor number are known."""
        if queue_id is not None:
            queue = self.find(queue_id)
            queue.number = number
            return queue
        try:
            return self.numbered(number)
        except Refusal:
            queue = Queue(id=max(self._queues) + 1, number=number, title=number)
            self._queues[queue.id] = queue
            return queue


_OPTIONS = (
    "prefix members outboundcid recording_user recording_join music maxwait maxlength "
    "call_timeout ring_strategy last_agent_hours ringtime retrytime wrapuptime record weight "
    "autofill lajdaktime loadtime savetime position_repeat position_time ivr_jump ivr_repeat "
    "threshold_time threshold_users threshold_calls missed sort_time contact_timeout "
    "contact_url contact_open qa_form target target_terminate target_announcement "
    "target_extension target_signal target_condition target_context target_param "
    "target_ivr_menu target_ringgroup target_queue target_custom"
)
_SET = {
    "music": "inherit",
    "ring_strategy": "leastrecent",
    "ringtime": "20",
    "retrytime": "5",
    "record": "1",
    "weight": "0",
    "autofill": "yes",
    "position_time": "no",
    "sort_time": "ASC",
    "contact_url": "http://",
    "target": "terminate",
    "target_terminate": "hangup",
}


def options_of(queue: Queue) -> dict[str, Node]:
    """Return a queue's settings."""
    own = {"outboundcid": queue.outboundcid, "wrapuptime": str(queue.wrapuptime)}
    return {name: own.get(name, _SET.get(name, "")) for name in _OPTIONS.split()}


def listed(queue: Queue) -> dict[str, Node]:
    """Return a queue as GetQueues gives it, whose options are a text of JSON."""
    return {
        "queue": str(queue.id),
        "name": queue.number,
        "title": queue.title,
        "description": queue.description,
        "direction": queue.direction,
        "outboundcid": queue.outboundcid,
        "wrapuptime": str(queue.wrapuptime),
        "outbounder": str(int(queue.is_campaign)),
        "form": "0",
        "missed": None,
        "options": to_json({"type": queue.type, **options_of(queue)}),
        "deleted": str(int(queue.deleted)),
        "user": "1",
        "penalty": "0",
        "login": "manual",
    }


def of_a_call(queue: Queue) -> dict[str, Node]:
    """Return a queue as RTUserState gives it within a call, with its options as a map."""
    return {
        "queue": str(queue.id),
        "name": queue.number,
        "title": queue.title,
        "description": queue.description,
        "outboundcid": queue.outboundcid,
        "type": queue.type,
        "direction": queue.direction,
        "wrapuptime": str(queue.wrapuptime),
        "outbounder": str(int(queue.is_campaign)),
        "form": "0",
        "missed": None,
        "options": options_of(queue),
        "deleted": str(int(queue.deleted)),
        "penalty": None,
        "login": None,
    }


def of_an_agent(queue: Queue, *, logged_in: bool) -> dict[str, Node]:
    """Return a queue as RTUsersState gives it among those that an agent may log in to."""
    return {
        "queue": str(queue.id),
        "name": queue.number,
        "title": queue.title,
        "description": queue.description,
        "type": queue.type,
        "direction": queue.direction,
        "options": options_of(queue),
        "deleted": str(int(queue.deleted)),
        "penalty": "0",
        "login": "manual",
        "rt_logged": logged_in,
    }
