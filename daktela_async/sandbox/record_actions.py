"""The actions about records and their forms (chapter "Formuláře")."""

from __future__ import annotations

from collections.abc import Iterable

from daktela_async.sandbox import record_nodes as nodes
from daktela_async.sandbox.action import Action, Result
from daktela_async.sandbox.errors import Refusal, missing, wrong_value
from daktela_async.sandbox.given import Given
from daktela_async.sandbox.operators import Operator
from daktela_async.sandbox.record_search import asked_for, in_time
from daktela_async.sandbox.records import (
    DONE,
    FREE,
    LATER,
    STATUSES,
    Record,
    by_id,
    status_named,
    status_with_id,
)
from daktela_async.sandbox.render import Node
from daktela_async.sandbox.settings import Settings
from daktela_async.sandbox.state import State
from daktela_async.sandbox.statistics_actions import take_page

_ACTIONS = (FREE, DONE, LATER)


def _fields(given: Given) -> dict[str, list[str]]:
    """Return the values of ``fields[3]=x``, or of ``fields[3][]=x`` where there are several."""
    return {
        key: [value] if isinstance(value, str) else list(Given(value).texts_of_all())
        for key, value in given.tree("fields").items()
    }


def _record(state: State, given: Given) -> Record:
    return state.records.find(given.id("record") or -1)


def _create_record(state: State, settings: Settings, given: Given) -> Result:
    user_id = given.id("user")
    record = state.records.create(
        state.queues.either(given.text("queue")).id,
        given.text("phonenumber"),
        _fields(given),
        user_id=None if user_id is None else state.users.find(user_id).id,
        nextcall=given.moment("nextcall"),
    )
    return {"count": 1, "record": nodes.created(state, record)}


def _update_record(state: State, settings: Settings, given: Given) -> Result:
    record = _record(state, given)
    queue = state.queues.either(given.text("queue")) if given.find("queue") else None
    user_id, status = given.id("user"), given.id("status")
    user = None if user_id is None else state.users.find(user_id)
    if status is not None:
        status_with_id(status)
    action = _action(given, "action", record.action)
    fields = by_id(_fields(given))
    nextcall = given.moment("nextcall")
    record.queue_id = record.queue_id if queue is None else queue.id
    record.number = given.text("phonenumber", record.number)
    record.action = action
    if given.has("user"):
        record.user_id = None if user is None else user.id
    if given.has("status"):
        record.status = status
    if given.has("nextcall"):
        record.nextcall = nextcall
    if given.has("fields"):
        record.fields = fields
    state.records.edited(record)
    given_action = given.find("action") is not None
    return {"count": 1, "record": nodes.updated(state, record, action_given=given_action)}


def _action(given: Given, name: str, default: int) -> int:
    action = given.number(name, default)
    if given.find(name) is not None and action not in _ACTIONS:
        raise wrong_value(name, "má být 0, 5 nebo 6")
    return action


def _delete_record(state: State, settings: Settings, given: Given) -> Result:
    state.records.delete(_record(state, given).id)
    return 1


def _get_records(state: State, settings: Settings, given: Given) -> Result:
    rows = [nodes.listed(state, record) for record in asked_for(state, given)]
    return {"data": take_page(rows, given), "total": str(len(rows))}


def _get_record_attempts(state: State, settings: Settings, given: Given) -> Result:
    record = _record(state, given)
    last = record.last_attempt
    return {
        "count_answered": str(record.answered),
        "count_unanswered": str(record.unanswered),
        "last_datetime": None if last is None else state.timeline.text(last),
    }


def _get_record_snapshots(state: State, settings: Settings, given: Given) -> Result:
    snapshots = state.records.snapshots(_record(state, given).id)
    rows = [nodes.snapshot(state, snapshot) for snapshot in snapshots]
    return {"data": rows, "total": len(rows)}


def _chosen(state: State, given: Given) -> Iterable[Record]:
    """Return the records that CopyRecords and MoveRecords are about."""
    record_id = given.id("id")
    if record_id is not None:
        return (state.records.find(record_id),)
    source = state.queues.numbered(given.text("src_queue"))
    own = (record for record in state.records.all if record.queue_id == source.id)
    return tuple(in_time(own, given, "search_datetime_"))


def _arrive(state: State, given: Given, record: Record) -> None:
    """Change what the parameters with update_ say; an empty one releases."""
    record.action = _action(given, "update_action", record.action)
    if given.has("update_callstatus"):
        status = given.id("update_callstatus")
        record.status = None if status is None else status_with_id(status).id
    if given.has("update_agent"):
        user_id = given.id("update_agent")
        record.user_id = None if user_id is None else state.users.find(user_id).id
    if given.has("update_datetime_nextcall"):
        record.nextcall = given.moment("update_datetime_nextcall")


def _copy_records(state: State, settings: Settings, given: Given) -> Result:
    target = state.queues.numbered(given.text("dst_queue"))
    for record in _chosen(state, given):
        copied = state.records.copy(record, target.id)
        _arrive(state, given, copied)
        if given.flag("update_datetime_modify"):
            state.records.edited(copied)
    return None


def _move_records(state: State, settings: Settings, given: Given) -> Result:
    target = state.queues.numbered(given.text("dst_queue"))
    for record in _chosen(state, given):
        record.queue_id = target.id
        _arrive(state, given, record)
        state.records.edited(record)
    return None


def _export_data(state: State, settings: Settings, given: Given) -> Result:
    queue = state.queues.numbered(given.text("queue"))
    actions, statuses = given.ids("actions"), given.ids("callstatuses")
    agents, number = given.ids("agents"), given.find("phonenumber")
    return [
        nodes.exported(state, record)
        for record in in_time(state.records.all, given, "datetime_")
        if record.queue_id == queue.id
        if actions is None or record.action in actions
        if statuses is None or record.status in statuses
        if agents is None or record.user_id in agents
        if number in (None, record.number)
    ]


def _search_contact(state: State, settings: Settings, given: Given) -> Result:
    queues = {state.queues.numbered(number).id for number in given.items("queues")}
    return [
        nodes.contact(state, record)
        for record in state.records.all
        if given.text("phonenumber") in record.number
        if not queues or record.queue_id in queues
    ]


def _get_statuses(state: State, settings: Settings, given: Given) -> Result:
    if given.find("queue") is not None:
        state.queues.numbered(given.text("queue"))  # all queues have the same ones
    status_id = given.id("id")
    found = STATUSES if status_id is None else (status_with_id(status_id),)
    return {
        str(status.id): {
            "code": status.code,
            "id": str(status.id),
            "description": status.title,
            "deleted": "0",
        }
        for status in found
    }


def _with_form(state: State, record_id: int) -> Operator | None:
    """Return the agent who has the record's form open."""
    working = (state.operators.of(user) for user in state.users.present)
    return next((one for one in working if one.record == record_id), None)


def _form_opened(state: State, settings: Settings, given: Given) -> Result:
    operator = state.operators.named(given.text("user"))
    if operator.record is None:
        return {"record": None}
    record = state.records.find(operator.record)
    return {"record": nodes.opened(state, record), "fields": nodes.form(state, record)}


def _form_close(state: State, settings: Settings, given: Given) -> Result:
    """Save and close a form, and let its agent work on or take another pause."""
    record_id = given.id("record")
    record = (
        state.records.of_call(given.text("call_id"))
        if record_id is None
        else state.records.find(record_id)
    )
    operator = _with_form(state, record.id)
    if operator is None:
        raise Refusal("Formulář není otevřený")
    if given.find("status") is None and record.status is None:
        raise missing("status")
    status = status_named(given.text("status")).id if given.find("status") else record.status
    nextcall = given.moment("nextcall")
    fields = by_id(_fields(given))
    if given.has("user"):
        login = given.find("user")
        record.user_id = None if login is None else state.users.named(login).id
    record.status, record.nextcall = status, nextcall
    record.number = given.text("number", record.number)
    record.action = DONE if nextcall is None else LATER
    record.fields = {**record.fields, **fields}
    state.records.edited(record)
    operator.record = None
    state.operators.changed([operator])
    return {"record": nodes.closed(state, record), "cc": _work_on(state, given, operator)}


def _work_on(state: State, given: Given, operator: Operator) -> Node:
    pause = given.find("pause")
    try:
        if pause is not None:
            state.operators.take_pause(operator, state.pauses.called(pause))
        elif operator.pause is not None:
            state.operators.end_pause(operator)
    except Refusal as refusal:
        return {"result": False, "error": refusal.text}
    return {"result": True, "error": None}


def _limits(prefix: str) -> tuple[str, ...]:
    kinds = ("modify", "nextcall", "created")
    return tuple(f"{prefix}{kind}_{end}" for kind in kinds for end in ("from", "to"))


_MOVED = (
    *_limits("search_datetime_"),
    "update_action",
    "update_callstatus",
    "update_agent",
    "update_datetime_nextcall",
)
_ONE = ("record",)

ACTIONS = (
    Action(
        name="CreateRecord",
        version="4.1",
        handler=_create_record,
        required=("queue", "phonenumber"),
        optional=("fields", "user", "nextcall"),
    ),
    Action(
        name="UpdateRecord",
        version="4.1",
        handler=_update_record,
        required=_ONE,
        optional=("queue", "phonenumber", "fields", "user", "status", "action", "nextcall"),
    ),
    Action(name="DeleteRecord", version="4.1", handler=_delete_record, required=_ONE),
    Action(
        name="GetRecords",
        version="4.1",
        handler=_get_records,
        optional=("q", "filter", "sort", "skip", "take"),
    ),
    Action(name="GetRecordAttempts", version="4.1", handler=_get_record_attempts, required=_ONE),
    Action(name="GetRecordSnapshots", version="4.1", handler=_get_record_snapshots, required=_ONE),
    Action(
        name="CopyRecords",
        version="3.3",
        handler=_copy_records,
        required=("dst_queue",),
        one_of=(("id", "src_queue"),),
        optional=(*_MOVED, "update_datetime_modify"),
    ),
    Action(
        name="MoveRecords",
        version="3.3",
        handler=_move_records,
        required=("dst_queue",),
        one_of=(("id", "src_queue"),),
        optional=_MOVED,
    ),
    Action(
        name="ExportData",
        version="3.8",
        handler=_export_data,
        required=("queue",),
        optional=(*_limits("datetime_"), "actions", "callstatuses", "agents", "phonenumber"),
    ),
    Action(
        name="SimpleSearchContact",
        version="3.2",
        handler=_search_contact,
        required=("phonenumber",),
        optional=("queues",),
    ),
    Action(name="GetStatuses", version="3.8", handler=_get_statuses, optional=("id", "queue")),
    Action(name="CallScriptOpened", version="4.0", handler=_form_opened, required=("user",)),
    Action(
        name="CallScriptClose",
        version="4.0",
        handler=_form_close,
        one_of=(("record", "call_id"),),
        optional=("status", "number", "nextcall", "user", "fields", "pause"),
    ),
)
