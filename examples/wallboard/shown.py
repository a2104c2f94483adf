"""What the page is told: its JSON shapes, and how they are made of Daktela's records. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, NotRequired, TypedDict

from daktela_async import (
    AgentCall,
    Direction,
    LiveCall,
    LiveCallState,
    Queue,
    QueueLoad,
    QueueType,
    UserState,
)

#: A call that waits is in one of these states: nobody has answered it yet.
_NOT_ANSWERED = frozenset({LiveCallState.WAITING, LiveCallState.RINGING})
_WRITTEN = frozenset({QueueType.CHAT, QueueType.EMAIL})


class CallShown(TypedDict):
    """A call that an agent has; times are milliseconds since 1970, on Daktela's clock."""

    number: str
    name: str
    queue: str
    direction: str
    state: str


class AgentShown(TypedDict):
    """An agent who is logged in; `stale` when the watch of this one agent has trouble."""

    name: str
    extension: str
    state: str
    pause: str
    since: int | None
    calls: list[CallShown]
    stale: bool


class QueueShown(TypedDict):
    """A queue; `since` is when the call came that waits longest, if any waits."""

    id: str
    title: str
    waiting: int
    since: int | None
    ready: int
    agents: int


class IncomingShown(TypedDict):
    """A call that a hook told of, with the name that it was answered."""

    id: int
    number: str
    name: str
    called: str
    agent: str
    state: Literal["arrived", "ringing", "answered", "ended", "missed"]
    at: int


class LineShown(TypedDict):
    """A queue through which the page may have customers called."""

    number: str
    title: str


class Link(TypedDict):
    """Whether Daktela answers; if not, since when and why."""

    up: bool
    since: int
    reason: str


class Patch(TypedDict):
    """What a page is told: some parts anew, or all of them when `full`.

    `agents` holds only those who changed, and None for one who is gone; the other parts are whole.
    """

    now: int
    full: NotRequired[bool]
    server: NotRequired[str]
    link: NotRequired[Link]
    agents: NotRequired[dict[str, AgentShown | None]]
    queues: NotRequired[list[QueueShown]]
    lines: NotRequired[list[LineShown]]
    incoming: NotRequired[list[IncomingShown]]


def millis(moment: datetime | None) -> int | None:
    """Return a moment as the page counts it."""
    return None if moment is None else int(moment.timestamp() * 1000)


def agent_shown(
    state: UserState, *, pauses: Mapping[str, str], names: Mapping[str, str], stale: bool
) -> AgentShown:
    """Return what is shown of an agent; `names` are those of callers, by number."""
    return {
        "name": state.full_name or state.login or state.id,
        "extension": state.extension,
        "state": str(state.state),
        "pause": pauses.get(state.pause_id or "", ""),
        "since": millis(state.state_since),
        "calls": [_call_shown(call, names) for call in state.calls],
        "stale": stale,
    }


def _call_shown(call: AgentCall, names: Mapping[str, str]) -> CallShown:
    return {
        "number": call.customer_number,
        "name": call.customer_name or names.get(call.customer_number, ""),
        "queue": "" if call.queue is None else call.queue.title,
        "direction": str(call.direction),
        "state": str(call.state),
    }


def queues_shown(
    calls: Iterable[LiveCall], loads: Iterable[QueueLoad], queues: Mapping[str, Queue]
) -> list[QueueShown]:
    """Return the queues that calls wait in, or can: those with most patience spent come first."""
    waiting: dict[str, list[LiveCall]] = {}
    for call in calls:
        if call.state in _NOT_ANSWERED and call.direction != Direction.OUTGOING and call.queue_id:
            waiting.setdefault(call.queue_id, []).append(call)
    load_of = {load.id: load for load in loads}
    shown: list[QueueShown] = []
    for queue_id in {**load_of, **waiting}:
        queue, here = queues.get(queue_id), waiting.get(queue_id, [])
        if not here and queue is not None and not _takes_calls(queue):
            continue
        load = load_of.get(queue_id)
        shown.append(
            {
                "id": queue_id,
                "title": queue_id if queue is None else queue.title or queue.number,
                "waiting": len(here),
                "since": millis(
                    min((call.entered_at for call in here if call.entered_at), default=None)
                ),
                "ready": load.users_ready if load else 0,
                "agents": load.users_total if load else 0,
            }
        )
    # By name: whoever looks up must find a queue where it was a minute ago.
    return sorted(shown, key=lambda queue: queue["title"].casefold())


def _takes_calls(queue: Queue) -> bool:
    return queue.direction == Direction.INCOMING and str(queue.settings.get("type")) not in _WRITTEN


def lines_shown(queues: Iterable[Queue]) -> list[LineShown]:
    """Return the queues of the type Click to Call."""
    return [
        {"number": queue.number, "title": queue.title or queue.number}
        for queue in queues
        if queue.settings.get("type") == QueueType.CLICK_TO_CONTACT and not queue.deleted
    ]


def seconds_ahead(calls: Iterable[LiveCall], now: float) -> float | None:
    """Return by how much Daktela's clock is ahead of ours; None when no call tells.

    Of a call come its beginning, by Daktela's clock, and its age. Both are cut to whole seconds, so
    their sum is up to two seconds early, and the latest is the best.
    """
    moments = [
        (call.entered_at + call.age).timestamp()
        for call in calls
        if call.entered_at is not None and call.age is not None
    ]
    return max(moments) - now if moments else None
