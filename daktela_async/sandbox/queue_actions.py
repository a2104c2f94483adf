"""The actions about queues and who is in them (chapter "Fronty")."""

from __future__ import annotations

from daktela_async.sandbox.action import NO_RESULT, Action, Result
from daktela_async.sandbox.errors import wrong_value
from daktela_async.sandbox.given import Given
from daktela_async.sandbox.queues import listed
from daktela_async.sandbox.settings import Settings
from daktela_async.sandbox.state import State


def _create_queue(state: State, settings: Settings, given: Given) -> Result:
    direction = given.text("direction")
    if direction not in ("in", "out"):
        raise wrong_value("direction", "má být in nebo out")
    queue = state.queues.put(given.text("number"), given.id("id"))
    queue.title = given.text("title")
    if given.flag("outbounder"):
        queue.type = "outbounder"
    elif queue.direction != direction:
        queue.type = direction
    queue.outboundcid = given.text("outboundcid", queue.outboundcid)
    queue.description = given.text("description", queue.description)
    queue.wrapuptime = given.number("wrapuptime", queue.wrapuptime, most=3600)
    for user in state.users.present:
        if queue.id not in user.queues:
            user.queues += (queue.id,)
    state.operators.all_changed()
    return None


def _get_queues(state: State, settings: Settings, given: Given) -> Result:
    queue_id = given.id("id")
    if queue_id is not None:
        return listed(state.queues.find(queue_id))
    return {str(queue.id): listed(queue) for queue in state.queues.all}


def _login_queue(state: State, settings: Settings, given: Given) -> Result:
    operator = state.operators.named(given.text("user"))
    queue = state.queues.numbered(given.text("queue"))
    given.number("priority", most=2)
    state.operators.log_in_queue(operator, queue, given.find("extension"))
    return NO_RESULT


def _logout_queue(state: State, settings: Settings, given: Given) -> Result:
    operator = state.operators.named(given.text("user"))
    state.operators.log_out_queue(operator, state.queues.numbered(given.text("queue")))
    return NO_RESULT


ACTIONS = (
    Action(
        name="CreateQueue",
        version="3.0",
        handler=_create_queue,
        required=("number", "title", "direction"),
        optional=("id", "outboundcid", "description", "wrapuptime", "outbounder"),
    ),
    Action(name="GetQueues", version="3.0", handler=_get_queues, optional=("id",)),
    Action(
        name="LoginQueue",
        version="3.0",
        handler=_login_queue,
        required=("user", "queue"),
        optional=("extension", "priority"),
    ),
    Action(name="LogoutQueue", version="3.0", handler=_logout_queue, required=("user", "queue")),
)
