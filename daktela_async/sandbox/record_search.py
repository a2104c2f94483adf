"""Which records an action is about."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from daktela_async.sandbox.errors import wrong_value
from daktela_async.sandbox.given import Given
from daktela_async.sandbox.records import Record
from daktela_async.sandbox.state import State

_KINDS = ("modify", "nextcall", "created")


def in_time(records: Iterable[Record], given: Given, prefix: str) -> Iterator[Record]:
    """Yield the records whose dates are in the limits of ``datetime_modify_from`` and the like."""
    limits = [
        (kind, given.moment(f"{prefix}{kind}_from"), given.moment(f"{prefix}{kind}_to"))
        for kind in _KINDS
    ]
    for record in records:
        dates = {
            "modify": record.edited or record.created,
            "nextcall": record.nextcall,
            "created": record.created,
        }
        if all(_within(dates[kind], first, last) for kind, first, last in limits):
            yield record


def _within(moment: float | None, first: float | None, last: float | None) -> bool:
    if first is None and last is None:
        return True
    if moment is None:
        return False
    return (first is None or first <= moment) and (last is None or moment <= last)


def asked_for(state: State, given: Given) -> list[Record]:
    """Return the records of GetRecords.

    ``q`` is looked for in all texts. The syntax of ``filter`` and ``sort`` isn't documented; the
    sandbox takes ``filter[queue]=7`` and ``sort[record]=desc``, with the names of the answer.
    """
    words = given.text("q").casefold()
    records = [record for record in state.records.all if words in _text(record).casefold()]
    for name, wanted in given.texts("filter").items():
        records = [record for record in records if _value("filter", record, name) == wanted]
    for name, direction in reversed(given.texts("sort").items()):
        records.sort(key=functools.partial(_place, name), reverse=direction == "desc")
    return records


def _text(record: Record) -> str:
    texts = (text for values in record.fields.values() for text in values)
    return " ".join((record.number, record.title, *texts))


def _value(parameter: str, record: Record, name: str) -> str:
    known = {
        "record": record.id,
        "user": record.user_id,
        "queue": record.queue_id,
        "number": record.number,
        "title": record.title,
        "status": record.status,
        "action": record.action,
    }
    if name not in known:
        raise wrong_value(parameter, f"neznámá položka {name}")
    value = known[name]
    return "" if value is None else str(value)


def _place(name: str, record: Record) -> tuple[int, str]:
    value = _value("sort", record, name)
    return (int(value), "") if value.isdecimal() else (0, value)
