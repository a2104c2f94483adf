"""The actions about this moment (chapter "Statistiky", the names with RT)."""

from __future__ import annotations

import hashlib

from daktela_async.sandbox import queues
from daktela_async.sandbox.action import Action, Held, Result
from daktela_async.sandbox.agent_actions import operator_of
from daktela_async.sandbox.errors import NOT_LOGGED_IN, Refusal
from daktela_async.sandbox.given import Given
from daktela_async.sandbox.operators import IDLE, PAUSED, Operator
from daktela_async.sandbox.phone_call import (
    CALLING,
    ON_HOLD,
    RINGING,
    SPEAKING,
    WAITING,
    PhoneCall,
)
from daktela_async.sandbox.queues import Queue
from daktela_async.sandbox.render import Node, to_json
from daktela_async.sandbox.settings import Settings
from daktela_async.sandbox.state import State


def _time(state: State, moment: float | None) -> str | None:
    return None if moment is None else state.timeline.text(moment)


def _since(state: State, moment: float | None) -> str:
    return "0" if moment is None else str(int(state.timeline.now() - moment))


def _shown(state: str | None) -> str | None:
    """Return the state in RTUserState's words, which have none for a customer's phone ringing."""
    return RINGING if state == CALLING else state


def _call_node(state: State, call: PhoneCall) -> Node:
    return {
        "id_call": call.id,
        "direction": call.direction,
        "clid": call.clid,
        "clid_name": None,
        "id_queue": None if call.queue is None else str(call.queue.id),
        "oqueue": None if call.queue is None else queues.of_a_call(call.queue),
        "entered": _time(state, call.entered),
        "ringed": _time(state, call.ringed),
        "answered": _time(state, call.answered),
        "call_state": _shown(call.state),
        "onhold": _time(state, call.held),
    }


def user_state(state: State, operator: Operator) -> dict[str, Node]:
    """Return an agent's state as RTUserState of version 3.9 has it.

    What is said about an agent who isn't logged in isn't documented: null here.
    """
    pause = operator.pause
    return {
        "agent_name": operator.user.name,
        "agent_title": operator.user.title,
        "id_agent": str(operator.user.id),
        "exten": operator.extension,
        "logintime": None if operator.login is None else _time(state, operator.login.start),
        "agent_state": _shown(operator.state),
        "state_time": _time(state, operator.since) if operator.revision else None,
        "id_pause": None if pause is None else str(pause.subject),
        "onpause": None if pause is None else _time(state, pause.start),
        "callscript_opened": None if operator.record is None else str(operator.record),
        "calls": [_call_node(state, call) for call in operator.calls],
    }


def user_state_with_queues(state: State, operator: Operator) -> dict[str, Node]:
    """Return an agent's state with the queues that the agent may log in to."""
    return {
        **user_state(state, operator),
        "login_oqueues": [
            queues.of_an_agent(state.queues.find(one), logged_in=one in operator.queues)
            for one in operator.user.queues
        ],
    }


def _rt_user_state_before(state: State, settings: Settings, given: Given) -> Result:
    operator = operator_of(state, given)
    if operator.login is None and settings.logged_out != "state":
        return _absent(settings)
    return user_state(state, operator)


def _rt_user_state(state: State, settings: Settings, given: Given) -> Result:
    """Return an agent's state, and wait for the next one if the caller knows this one.

    A hash that isn't that of the present state is answered at once, be it old or unknown.
    """
    operator = operator_of(state, given)
    if operator.login is None and settings.logged_out != "state":
        return _absent(settings)
    now = _with_hash(state, operator)
    if given.find("hash") == now["hash"]:
        return Held(operator.user.id, operator.revision, now)
    return now


def _with_hash(state: State, operator: Operator) -> dict[str, Node]:
    """Return an agent's state and its hash, made anew only when something has changed."""
    if operator.told is None or operator.told[0] != operator.revision:
        now = user_state_with_queues(state, operator)
        now["hash"] = hashlib.sha1(to_json(now).encode()).hexdigest()  # noqa: S324  (no secret)
        operator.told = operator.revision, now
    return operator.told[1]


def _absent(settings: Settings) -> Result:
    if settings.logged_out == "error":
        raise Refusal(NOT_LOGGED_IN)
    return ""


def _rt_users_state(state: State, settings: Settings, given: Given) -> Result:
    return {
        str(operator.user.id): user_state_with_queues(state, operator)
        for operator in state.operators.logged_in
    }


def _queue_calls(state: State) -> tuple[PhoneCall, ...]:
    return tuple(call for call in state.switchboard.calls.values() if call.queue is not None)


def _rt_stats_calls(state: State, settings: Settings, given: Given) -> Result:
    def node(call: PhoneCall) -> Node:
        answered = call.operator if call.answered is not None else None
        waited_until = call.answered or state.timeline.now()
        return {
            "id": call.id,
            "queue": None if call.queue is None else str(call.queue.id),
            "agent": None if answered is None else str(answered.user.id),
            "users": [] if call.operator is None else [str(call.operator.user.id)],
            "clid": call.clid,
            "direction": call.direction,
            "state": _shown(call.state),
            "enter_time_absolute": _time(state, call.entered),
            "enter_time_relative": _since(state, call.entered),
            "wait_time_absolute": _time(state, call.entered),
            "wait_time_relative": str(int(waited_until - call.entered)),
            "ring_time_absolute": _time(state, call.ringed),
            "ring_time_relative": (
                "0" if call.ringed is None else str(max(int(waited_until - call.ringed), 0))
            ),
            "answer_time_absolute": _time(state, call.answered),
            "answer_time_relative": _since(state, call.answered),
            "hold_time_absolute": _time(state, call.held),
            "hold_time_relative": _since(state, call.held),
        }

    return {call.id: node(call) for call in _queue_calls(state)}


def _rt_stats_pauses(state: State, settings: Settings, given: Given) -> Result:
    found: dict[int, list[Node]] = {}
    for operator in state.operators.logged_in:
        if operator.pause is not None:
            found.setdefault(operator.pause.subject, []).append(str(operator.user.id))
    return {
        str(pause_id): {"id": str(pause_id), "count": str(len(ids)), "users": ids}
        for pause_id, ids in found.items()
    }


def _counts(operators: tuple[Operator, ...]) -> dict[str, Node]:
    states = [operator.state for operator in operators]
    return {
        "users_total": len(states),
        "users_ready": states.count(IDLE),
        "users_busy": sum(states.count(one) for one in (CALLING, RINGING, SPEAKING, ON_HOLD)),
        "users_pause": states.count(PAUSED),
    }


def _waiting(state: State, calls: tuple[PhoneCall, ...]) -> tuple[int, int]:
    """Return how many calls aren't answered yet, and how long the longest has waited."""
    waiting = [call for call in calls if call.state in (WAITING, RINGING, CALLING)]
    longest = max((state.timeline.now() - call.entered for call in waiting), default=0)
    return len(waiting), int(longest)


def _rt_stats_queues_summary(state: State, settings: Settings, given: Given) -> Result:
    user_ids, queue_ids = given.ids("users"), given.ids("queues")
    operators = tuple(
        one
        for one in state.operators.logged_in
        if user_ids is None or one.user.id in user_ids
        if queue_ids is None or queue_ids & one.queues.keys()
    )
    calls = tuple(
        call
        for call in _queue_calls(state)
        if queue_ids is None or (call.queue is not None and call.queue.id in queue_ids)
    )
    waiting, longest = _waiting(state, calls)
    return {
        **_counts(operators),
        "calls_count": len(calls),
        "calls_in": sum(call.direction == "in" for call in calls),
        "calls_out": sum(call.direction == "out" for call in calls),
        "calls_wait": waiting,
        "calls_time": longest,
    }


def _rt_stats_queues(state: State, settings: Settings, given: Given) -> Result:
    def node(queue: Queue) -> Node:
        calls = tuple(call for call in _queue_calls(state) if call.queue is queue)
        waiting, longest = _waiting(state, calls)
        return {
            "id": str(queue.id),
            **_counts(state.operators.in_queue(queue)),
            "calls_count": len(calls),
            "calls_wait": waiting,
            "calls_time": None if calls and not waiting else longest,
        }

    busy = {call.queue for call in _queue_calls(state)}
    return {
        str(queue.id): node(queue)
        for queue in state.queues.all
        if queue in busy or state.operators.in_queue(queue)
    }


def _rt_stats_sessions(state: State, settings: Settings, given: Given) -> Result:
    user_ids, queue_ids = given.ids("users"), given.ids("queues")

    def node(operator: Operator) -> Node:
        login = None if operator.login is None else operator.login.start
        return {
            "id": str(operator.user.id),
            "extension": operator.extension,
            "queues": [str(queue_id) for queue_id in operator.queues],
            "state": operator.state,
            "pause": None if operator.pause is None else str(operator.pause.subject),
            "state_time_absolute": _time(state, operator.since),
            "state_time_relative": _since(state, operator.since),
            "login_time_absolute": _time(state, login),
            "login_time_relative": _since(state, login),
        }

    return {
        str(one.user.id): node(one)
        for one in state.operators.logged_in
        if user_ids is None or one.user.id in user_ids
        if queue_ids is None or queue_ids & one.queues.keys()
    }


def _rt_queue_presence(state: State, settings: Settings, given: Given) -> Result:
    queue = state.queues.numbered(given.text("queue"))
    if queue.type not in ("chat", "ctc"):
        raise Refusal("Zadaná fronta není typu Chat nebo Click to Call", "queue")
    count = len(state.operators.in_queue(queue))
    return {"count_users": count, "online_presence": count > 0}


_EITHER = (("user", "extension"),)
_FILTERS = ("users", "queues")

ACTIONS = (
    Action(
        name="RTUserState",
        version="4.0",
        handler=_rt_user_state,
        one_of=_EITHER,
        optional=("hash",),
    ),
    Action(name="RTUserState", version="3.9", handler=_rt_user_state_before, one_of=_EITHER),
    Action(name="RTUsersState", version="4.1", handler=_rt_users_state),
    Action(name="RTStatsCalls", version="3.5", handler=_rt_stats_calls),
    Action(name="RTStatsPauses", version="3.5", handler=_rt_stats_pauses),
    Action(
        name="RTStatsQueuesSummary",
        version="3.5",
        handler=_rt_stats_queues_summary,
        optional=_FILTERS,
    ),
    Action(name="RTStatsQueues", version="3.5", handler=_rt_stats_queues),
    Action(name="RTStatsSessions", version="3.5", handler=_rt_stats_sessions, optional=_FILTERS),
    Action(name="RTQueuePresence", version="3.9", handler=_rt_queue_presence, required=("queue",)),
)
