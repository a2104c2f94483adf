"""Records as the different actions write them."""

from __future__ import annotations

from daktela_async.sandbox.records import ACTIONS, FIELDS, Record, Snapshot, status_with_id
from daktela_async.sandbox.render import Node
from daktela_async.sandbox.state import State

_UNCHANGED: dict[str, Node] = {"fields": False, "record_snapshots": False}


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _time(state: State, moment: float | None) -> str | None:
    return None if moment is None else state.timeline.text(moment)


def values(record: Record) -> dict[str, Node]:
    """Return the values of all items of the form."""
    return {str(field.id): record.fields.get(field.id, []) for field in FIELDS}


def plain(state: State, record: Record) -> dict[str, Node]:
    """Return what all actions tell about a record, everything as texts."""
    return {
        "record": str(record.id),
        "user": _text(record.user_id),
        "queue": str(record.queue_id),
        "name": record.name,
        "title": record.title,
        "number": record.number,
        "nextcall": _time(state, record.nextcall),
        "status": _text(record.status),
        "action": str(record.action),
        "call_id": record.call_id,
        "edited": _time(state, record.edited),
        "created": _time(state, record.created),
        "deleted": "0",
    }


def created(state: State, record: Record) -> Node:
    """Return a record as CreateRecord does."""
    return {
        **plain(state, record),
        "record": record.id,
        "action": record.action,
        "deleted": 0,
        "changes": _UNCHANGED,
    }


def closed(state: State, record: Record) -> Node:
    """Return a record as CallScriptClose does."""
    return {
        **plain(state, record),
        "record": record.id,
        "action": record.action,
        "changes": _UNCHANGED,
    }


def opened(state: State, record: Record) -> Node:
    """Return a record as CallScriptOpened does."""
    return {**plain(state, record), "changes": _UNCHANGED}


def listed(state: State, record: Record) -> Node:
    """Return a record as GetRecords does."""
    return {**plain(state, record), "call_id": record.call_id or "", "fields": values(record)}


def updated(state: State, record: Record, *, action_given: bool) -> Node:
    """Return a record as UpdateRecord does, which takes its own name for an action not given."""
    return {
        **plain(state, record),
        "record": record.id,
        "action": str(record.action) if action_given else "UpdateRecord",
        "call_id": record.call_id or "",
        "fields": values(record),
    }


def snapshot(state: State, taken: Snapshot) -> Node:
    """Return a record as it was once."""
    was = plain(state, taken.record)
    del was["edited"], was["deleted"]
    return {
        "record_snapshot": str(taken.id),
        **was,
        "call_id": taken.record.call_id or "",
        "created": state.timeline.text(taken.taken),
        "created_by": None,
        "fields": values(taken.record),
    }


def form(state: State, record: Record) -> Node:
    """Return the items of a form that is open, as CallScriptOpened does."""
    return {
        str(field.id): {
            "field": str(field.id),
            "type": field.type,
            "name": field.name,
            "title": field.title,
            "description": "",
            "multiple": "0",
            "fieldset": None,
            "pattern": "",
            "col": None,
            "deleted": "0",
            "required": None,
            "position": None,
            "free": None,
            "object": {"field": None, "error": None},
            "options": None,
            "value": record.fields.get(field.id, []),
            "time": _time(state, record.edited or record.created),
            "user": _text(record.user_id),
            "version": "1",
        }
        for field in FIELDS
    }


def exported(state: State, record: Record) -> Node:
    """Return a record as ExportData does: dates are written in the Czech way."""

    def day(moment: float | None) -> str | None:
        return None if moment is None else f"{state.timeline.local(moment):%d.%m.%Y %H:%M:%S}"

    user = None if record.user_id is None else state.users.find_any(record.user_id)
    status = None if record.status is None else status_with_id(record.status).title
    own: list[tuple[str, str, str | None]] = [
        ("sysdata_number", "Tel.číslo", record.number),
        ("sysdata_date", "Datum", day(record.edited or record.created)),
        ("sysdata_date_nextcall", "Datum příštího volání", day(record.nextcall)),
        ("sysdata_date_create", "Datum vytvoření", day(record.created)),
        ("sysdata_callstatus", "Stav hovoru", status),
        ("sysdata_action", "Akce s čísly", ACTIONS[record.action]),
        ("sysdata_action_number", "Akce s čísly číslo", str(record.action)),
        ("sysdata_asterisk_uniqueid", "Unikátní číslo hovoru", record.call_id),
        ("sysdata_asterisk_recording", "Nahrávka hovoru", None),
        ("sysdata_agent_id", "Agent ID", None if user is None else str(user.id)),
        ("sysdata_agent_login", "Agent login", None if user is None else user.name),
        ("sysdata_agent_name", "Jméno agenta", None if user is None else user.title),
        ("sysdata_id", "ID", str(record.id)),
    ]
    data = [
        (f"data_{field.id}", field.title, ", ".join(record.fields.get(field.id, [])))
        for field in FIELDS
    ]
    return {name: {"label": label, "value": value, "id": name} for name, label, value in own + data}


def contact(state: State, record: Record) -> Node:
    """Return a record as SimpleSearchContact does: columns of everything."""
    queue = state.queues.find(record.queue_id)
    return {
        "id_list": str(queue.id),
        "name_campaign": queue.title,
        "id_code_possibili": str(record.id),
        "number_campaign": queue.number,
        "array_struct": {
            "id_field": [str(field.id) for field in FIELDS],
            "type_field": [field.type for field in FIELDS],
            "label_field": [field.title for field in FIELDS],
            "default_value_field": [field.default for field in FIELDS],
            "ro_field": [False for _ in FIELDS],
            "order_field": [str(place) for place, _ in enumerate(FIELDS, 1)],
            "value_data": [", ".join(record.fields.get(field.id, [])) for field in FIELDS],
        },
        "sysdata_struct": {
            "id": str(record.id),
            "number": record.number,
            "date": _time(state, record.edited or record.created),
            "date_nextcall": _time(state, record.nextcall),
            "callstatus": _text(record.status),
            "action": str(record.action),
            "asterisk_uniqueid": record.call_id,
            "agent_id": _text(record.user_id),
        },
        "status_error": None,
    }
