"""The actions about events, activities, e-mails and the autodialer."""

from __future__ import annotations

import re

from daktela_async.sandbox.action import Action, Result
from daktela_async.sandbox.errors import NOT_AN_EMAIL_QUEUE, Refusal, wrong_value
from daktela_async.sandbox.given import Given
from daktela_async.sandbox.php import Value
from daktela_async.sandbox.records import status_named
from daktela_async.sandbox.render import Node
from daktela_async.sandbox.settings import Settings
from daktela_async.sandbox.state import SandboxEvent, State

_PREFIX = "Custom_"
_RELATIVE = re.compile(r"\+\s?(\d{1,6}) (second|sec|minute|min|hour|day|week)s?")
_SECONDS = {
    "second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "day": 86_400, "week": 604_800,
}  # fmt: skip
_CLEANING = (
    ("1", "Volaný účastník je dočasně nedostupný", "2"),
    ("2", "Schránka", "2"),
    ("3", "Nedostupný", "2"),
)


def _create_event(state: State, settings: Settings, given: Given) -> Result:
    name = given.text("event")
    if not name.startswith(_PREFIX):
        raise wrong_value("event", f"musí začínat {_PREFIX}")
    params = given.tree("params")
    state.events.append(SandboxEvent(name, params, _moment(state, given)))
    return [_node(params)]


def _moment(state: State, given: Given) -> float:
    """Return the moment of ``time``, of whose many notations the sandbox knows a few."""
    text = given.text("time", "now").strip().lower()
    relative = _RELATIVE.fullmatch(text)
    if relative is not None:
        return state.timeline.now() + int(relative[1]) * _SECONDS[relative[2]]
    if text == "now":
        return state.timeline.now()
    return given.moment("time") or 0.0


def _node(value: Value) -> Node:
    if isinstance(value, str):
        return value
    return {key: _node(inner) for key, inner in value.items()}


def _activity_close(state: State, settings: Settings, given: Given) -> Result:
    status = status_named(given.text("status"))
    state.activities.close(state.activities.find(given.text("activity")), status.code)
    return ""


def _activity_update(state: State, settings: Settings, given: Given) -> Result:
    status = status_named(given.text("status"))
    for activity in [state.activities.find(name) for name in given.items("activities")]:
        activity.status = status.code
    return ""


def _check_number(state: State, settings: Settings, given: Given) -> Result:
    number = given.text("number")
    if not number.isdecimal():
        raise wrong_value("number", "má být telefonní číslo")
    return {
        "number": number,
        "time": state.timeline.text(state.timeline.now()),
        "status": _CLEANING[int(number) % len(_CLEANING)][0],
    }


def _cleaning_statuses(state: State, settings: Settings, given: Given) -> Result:
    return [{"status": one, "name": name, "code": code} for one, name, code in _CLEANING]


def _email_create(state: State, settings: Settings, given: Given) -> Result:
    queue = state.queues.numbered(given.text("queue"))
    if queue.type != "email":
        raise Refusal(NOT_AN_EMAIL_QUEUE)
    login = given.find("user")
    email, activity = state.activities.receive(
        queue_id=queue.id,
        title=given.text("subject"),
        address=given.text("from"),
        text=given.text("body"),
        user_id=None if login is None else state.users.named(login).id,
        name=given.find("name"),
    )
    user_id = None if email.user_id is None else str(email.user_id)
    time = state.timeline.text(email.created)
    return {
        "email": {
            "email": email.id,
            "queue": str(email.queue_id),
            "user": user_id,
            "contact": None,
            "name": email.name,
            "title": email.title,
            "address": email.address,
            "direction": "in",
            "wait_time": None,
            "duration": None,
            "answered": None,
            "text": f"<p>{email.text}</p>",
            "options": None,
            "time": time,
        },
        "activity": {
            "activity": activity.id,
            "ticket": 5,
            "name": activity.name,
            "title": activity.title,
            "action": None,
            "type": "EMAIL",
            "item": activity.item,
            "queue": str(email.queue_id),
            "user": user_id,
            "contact": None,
            "status": None,
            "priority": "20",
            "options": None,
            "time": time,
            "time_wait": None,
            "time_open": None,
            "time_close": None,
        },
    }


ACTIONS = (
    Action(
        name="CreateEvent",
        version="3.8",
        handler=_create_event,
        required=("event",),
        optional=("params", "time"),
    ),
    Action(
        name="ActivityClose",
        version="4.0",
        handler=_activity_close,
        required=("activity", "status"),
    ),
    Action(
        name="ActivityUpdate",
        version="4.0",
        handler=_activity_update,
        required=("activities", "status"),
    ),
    # Its parameter is known from the sample alone.
    Action(name="CheckNumber", version="4.0", handler=_check_number, required=("number",)),
    Action(name="GetStatuses", version="4.0", handler=_cleaning_statuses),
    Action(
        name="EmailCreate",
        version="4.1",
        handler=_email_create,
        required=("queue", "subject", "from", "body"),
        optional=("user", "name"),
    ),
)
