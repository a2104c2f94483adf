"""Plain values into models: lenient in what a value may look like, strict in what comes out.

Both APIs write numbers as strings, flags in five spellings, and the same field differently in
JSON and in XML. The rules stand here, once; the models only name types.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeGuard, TypeVar, get_args, get_origin

import attrs
from cattrs import Converter, transform_error
from cattrs.gen import make_dict_structure_fn, override

from .building import (
    Build,
    FieldPlan,
    Hook,
    RecordBuilder,
    is_short,
    is_vocabulary,
    without_none,
)
from .documents import Plain
from .drift import Drift, DriftNotices
from .untracked import untrack
from .yielding import in_parts

if TYPE_CHECKING:
    from .json_rows import RowReader

T = TypeVar("T")

#: So many rows are used up as they are read, and left out by the garbage collector.
_MANY = 2000
#: The `extra` of a record without undocumented fields: one for all, never written to.
NO_EXTRA: Mapping[str, object] = {}


@attrs.frozen(kw_only=True)
class Record:
    """Be the base of all models: frozen, slotted, comparable, picklable.

    Attributes:
        extra: the fields that the API sent and its document does not name, by their wire names.
    """

    extra: Mapping[str, object] = attrs.field(default=NO_EXTRA, eq=False, repr=False)

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Return the plain value with this record's own oddities evened out, before it is read."""
        return plain


class Wire:
    """Name the wire keys of a field, the documented one first: `Annotated[str, Wire("src")]`."""

    __slots__ = ("names",)

    def __init__(self, *names: str) -> None:
        self.names = names


class NotStructured(Exception):
    """Tell where and why a plain value does not fit a model."""


class ModelConverter:
    """Turn plain values into models; dates without an offset are read in `timezone`.

    `on_drift` hears of what the API's document does not name, each thing once and without what
    `redact` hides, in the thread that converts. It must not raise.
    """

    def __init__(
        self,
        timezone: tzinfo,
        on_drift: Callable[[Drift], None] | None = None,
        redact: Callable[[str], str] = str,
    ) -> None:
        self._timezone = timezone
        notices = DriftNotices(on_drift, redact) if on_drift else None
        self._builder = RecordBuilder(timezone)
        self._converter = make_converter(timezone, notices=notices, builder=self._builder)
        self._readers: dict[type[object], RowReader | None] = {}

    def structure(
        self, plain: Plain, model: type[T], again: Callable[[], Plain] | None = None
    ) -> T:
        """Return the model, or raise `NotStructured` with the path of the field that is wrong.

        Where there are thousands of rows they are used up, so `again` must return them once more.
        """
        try:
            return self.structure_rows(plain, model)
        except Exception as error:
            raise NotStructured(self._explain(again() if again else plain, model)) from error

    def structure_rows(self, plain: Plain, model: type[T]) -> T:
        """Return the model of what a `row_reader` has read, or raise anything.

        What is wrong with it shows only when it is read in the general way.
        """
        return self._converter.structure(plain, model)

    def row_reader(self, model: type[object], *names: str) -> RowReader | None:
        """Return what reads long answers with rows quickly; None if the model has no rows.

        The rows are the list that the model says, or one that has any of the `names`.
        """
        if model not in self._readers:
            self._readers[model] = self._new_reader(model, names)
        return self._readers[model]

    def _new_reader(self, model: type[object], names: tuple[str, ...]) -> RowReader | None:
        kind: Any = model
        if _is_record(model):
            for plan in _plans(self._converter, model):
                if _is_rows(plan.kind):
                    kind, names = plan.kind, (*plan.wire_names, *names)
        row: Any = get_args(kind)[0] if _is_rows(kind) else None
        if not _is_record(row) or not _is_read_as_it_is(row):
            return None
        # It is known once there is a hook for it.
        self._converter.get_structure_hook(row)
        struct = self._builder.struct_of(row)
        if struct is None:
            return None
        # Imported when it is needed: few programs have answers that long.
        from .json_rows import RowReader

        return RowReader(struct, names)

    def _explain(self, plain: Plain, model: type[object]) -> str:
        """Convert once more with the slow checks, which know where the trouble is."""
        try:
            make_converter(self._timezone).structure(plain, model)
        except Exception as error:
            return "; ".join(transform_error(error, path="", format_exception=_describe)[:3])
        return "it does not fit"


def _describe(error: BaseException, _type: type | None) -> str:
    return f"the field {error} is missing" if isinstance(error, KeyError) else str(error)


def make_converter(
    timezone: tzinfo,
    *,
    builder: RecordBuilder | None = None,
    notices: DriftNotices | None = None,
) -> Converter:
    """Return the hooks of all models: by a builder quick ones, else those that tell paths."""
    converter = Converter(detailed_validation=builder is None)
    converter.register_structure_hook(str, lambda value, _: read_text(value))
    converter.register_structure_hook(int, lambda value, _: read_integer(value))
    converter.register_structure_hook(bool, lambda value, _: read_flag(value))
    converter.register_structure_hook(Decimal, lambda value, _: read_decimal(value))
    converter.register_structure_hook(timedelta, lambda value, _: read_duration(value))
    converter.register_structure_hook(datetime, lambda value, _: read_moment(value, timezone))
    for predicate, factory in (
        (_is_record, partial(_record_hook, converter, builder, notices)),
        (_is_rows, partial(_rows_hook, converter)),
        (_is_optional, partial(_optional_hook, converter)),
        (is_vocabulary, partial(_vocabulary_hook, notices)),
    ):
        converter.register_structure_hook_factory(predicate, factory)
    return converter


# Scalars.

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_CLOCK = re.compile(r"(?:(\d{1,6}):)?(\d{1,3}):(\d{2})", re.ASCII)
#: Midnight is 00: what fromisoformat() makes of 24 depends on the version of Python.
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[ Tt](?!24)\d\d:\d\d(:\d\d(\.\d{1,6})?)?([+-]\d\d:?\d\d|[Zz])?", re.ASCII
)
_TRUE = frozenset({"1", "true", "yes", "tak", "on", "ok"})
_FALSE = frozenset({"", "0", "false", "no", "nie", "off", "none"})


def read_text(value: Plain) -> str:
    """Read a text; nothing at all (and PHP's empty map) is the empty text."""
    if isinstance(value, str):
        return value.strip()
    if value is None or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return str(value)
    raise _unfit("a text", value)


def read_integer(value: Plain) -> int:
    """Read a whole number, written as a number or as digits."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    # int() alone would take "1_0" and the digits of every script.
    if isinstance(value, str) and _INTEGER.fullmatch(text := value.strip()):
        return int(text)
    raise _unfit("a whole number", value)


def read_flag(value: Plain) -> bool:
    """Read yes or no in any of the spellings that the APIs use."""
    if isinstance(value, bool):
        return value
    text = read_text(value).lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise _unfit("yes or no", value)


def read_decimal(value: Plain) -> Decimal:
    """Read an exact number with a decimal comma or a decimal point."""
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        text = "".join(str(value).split()).replace(",", ".")
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
    raise _unfit("a decimal number", value)


def read_duration(value: Plain) -> timedelta:
    """Read a duration: seconds, MM:SS or HH:MM:SS."""
    if isinstance(value, str) and (clock := _CLOCK.fullmatch(value.strip())):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    try:
        return timedelta(seconds=read_integer(value))
    except (TypeError, OverflowError):
        raise _unfit("a duration in seconds, MM:SS or HH:MM:SS", value) from None


def read_moment(value: Plain, timezone: tzinfo) -> datetime:
    """Read YYYY-MM-DD HH:MM:SS, or RFC 3339; without an offset it is in the given time zone."""
    # fromisoformat() alone would take "2014-W33-5" too.
    if isinstance(value, str) and _MOMENT.fullmatch(text := value.strip()):
        with suppress(ValueError):
            moment = datetime.fromisoformat(text.upper())
            return moment if moment.tzinfo else moment.replace(tzinfo=timezone)
    raise _unfit("a time as YYYY-MM-DD HH:MM:SS", value)


def _unfit(wanted: str, value: Plain) -> TypeError:
    # Not cut short here: what is shown of a secret must be enough for the redactor to know it.
    shown = "a map" if isinstance(value, dict) else "a list" if isinstance(value, list) else value
    return TypeError(f"{wanted} was expected, not {str(shown)[:2000]!r}")


# Shapes.


def _is_record(model: Any) -> TypeGuard[type[Record]]:
    return isinstance(model, type) and issubclass(model, Record)


def _record_hook(
    converter: Converter,
    builder: RecordBuilder | None,
    notices: DriftNotices | None,
    model: type[Record],
) -> Hook:
    plans = _plans(converter, model)
    known = {name for plan in plans for name in plan.wire_names}

    def leftover(fields: dict[str, Plain]) -> Mapping[str, object]:
        unknown = fields.keys() - known
        if not unknown:
            return NO_EXTRA
        if notices:
            notices.fields(model, unknown)
        # The order of the answer is kept; `unknown` itself has none.
        return {name: item for name, item in fields.items() if name in unknown}

    builds: dict[type, Build] = (
        builder.write(model, plans, leftover)
        if builder
        else {dict: _detailed_build(converter, model, plans, leftover)}
    )
    build = builds[dict]
    at_once: dict[type, Build] = builds if _is_read_as_it_is(model) else {}

    def hook(value: Any, _: Any) -> Any:
        quick = at_once.get(value.__class__)
        if quick is not None:
            return quick(value)
        if value in (None, "", []):
            return build({})
        fields = model.prepare(value)
        if not isinstance(fields, dict):
            raise _unfit("a record", fields)
        return build(fields)

    return hook


def _is_read_as_it_is(model: type[Record]) -> bool:
    return model.prepare.__func__ is Record.prepare.__func__  # type: ignore[attr-defined]


def _plans(converter: Converter, model: type[Record]) -> list[FieldPlan]:
    """Return what is to be done for each field of a model."""
    attrs.resolve_types(model, include_extras=True)
    plans: list[FieldPlan] = []
    for attribute in attrs.fields(model):
        if attribute.name == "extra":
            continue
        kind: Any = attribute.type
        names: tuple[str, ...] = (attribute.name,)
        if get_origin(kind) is Annotated:
            kind, wire = get_args(kind)
            names = wire.names
        hook = converter.get_structure_hook(kind)
        empty = attribute.default if kind in {int, Decimal, timedelta} else attrs.NOTHING
        if empty is not attrs.NOTHING:
            hook = _or_default(hook, empty)
        plans.append(
            FieldPlan(
                name=attribute.name,
                wire_names=names,
                kind=kind,
                hook=hook,
                empty=empty,
                default=attribute.default,
                convert=attribute.converter,
            )
        )
    return plans


def _or_default(hook: Hook, default: object) -> Hook:
    """Return a hook that takes an empty number for one that is not there.

    That is what a sum of nothing is in a database, and an empty element in XML.
    """

    def read(value: Any, kind: Any) -> Any:
        return default if value in (None, "", []) else hook(value, kind)

    return read


def _detailed_build(
    converter: Converter,
    model: type[Record],
    plans: list[FieldPlan],
    leftover: Callable[[dict[str, Plain]], Mapping[str, object]],
) -> Build:
    """Return a function that builds records by cattrs' own means: slowly, but it tells paths."""
    structure = make_dict_structure_fn(
        model,
        converter,
        _cattrs_detailed_validation=True,
        extra=override(omit=True),
        **{  # type: ignore[arg-type]  # the overrides are keyed by field name
            plan.name: override(rename=plan.wire_names[0], struct_hook=plan.hook) for plan in plans
        },
    )

    def build(fields: dict[str, Plain]) -> Record:
        for plan in plans:
            name, *others = plan.wire_names
            for other in others:
                if other in fields and name not in fields:
                    fields = {**fields, name: fields[other]}
        record = structure(fields, model)
        object.__setattr__(record, "extra", leftover(fields))
        return record

    return build


def _is_flat(converter: Converter, model: type[Record]) -> bool:
    """Tell whether records of a model hold nothing but texts, numbers and times."""
    kinds = (without_none(plan.kind) for plan in _plans(converter, model))
    return all(kind in {str, datetime, Decimal} or is_short(kind) for kind in kinds)


def _is_rows(kind: Any) -> bool:
    return get_origin(kind) is tuple and get_args(kind)[1:] == (Ellipsis,)


def _rows_hook(converter: Converter, kind: Any) -> Hook:
    element = get_args(kind)[0]
    records = _is_record(element)
    if converter.detailed_validation:
        # It tells the index of the row that is wrong.
        read: Hook = converter.get_structure_hook(list[element])  # type: ignore[valid-type]
    else:
        structure = converter.get_structure_hook(element)
        flat = records and _is_flat(converter, element)

        def read(rows: Any, _: Any) -> Any:
            found: list[Any] = []
            many = len(rows) >= _MANY
            for few in in_parts(rows, use_up=many):
                built = [structure(row, element) for row in few]
                if flat and many:
                    untrack(record for record in built if record.extra is NO_EXTRA)
                found += built
            return found

    def hook(value: Any, _: Any) -> tuple[Any, ...]:
        return tuple(read(find_rows(value, records=records), list[element]))  # type: ignore[valid-type]

    return hook


def find_rows(value: Plain, *, records: bool) -> list[Plain]:
    """Return the rows that a value stands for, however the server wraps them.

    A list is its rows. Nothing, or a map with a `count` alone, is no rows. A map with `rows` is
    those. A map keyed by numbers (ids, or places of a PHP list with gaps) is its values, without
    records that are empty. A map of maps (keyed by names, or one wrapper element of XML) is its
    values. Any other map is one row by itself, where rows are records; else its only value is.
    """
    if isinstance(value, list):
        return value
    if value is None or value == "":
        return []
    if not isinstance(value, dict):
        return [value]
    if "rows" in value:
        return find_rows(value["rows"], records=records)
    inner = [item for name, item in value.items() if name != "count"]
    if len(inner) == 1 and (
        inner[0] in (None, "") or isinstance(inner[0], dict | list) or not records
    ):
        return find_rows(inner[0], records=records)
    if all(name.isdecimal() for name in value if name != "count"):
        return [item for item in inner if item not in (None, "", [])] if records else inner
    if all(isinstance(item, dict) for item in inner):
        return inner
    return [value]


def _is_optional(kind: Any) -> bool:
    return bool(without_none(kind) != kind)


def _optional_hook(converter: Converter, kind: Any) -> Hook:
    inner: Any = without_none(kind)
    structure = converter.get_structure_hook(inner)

    def hook(value: Any, _: Any) -> Any:
        if value is None or value == "" or value == [] or value == {}:
            return None
        return structure(value, inner)

    return hook


def _vocabulary_hook(notices: DriftNotices | None, kind: Any) -> Hook:
    vocabulary: type[StrEnum] = get_args(kind)[0]
    members = {member.value: member for member in vocabulary}

    def hook(value: Any, _: Any) -> str:
        text = read_text(value)
        member = members.get(text)
        if member is not None:
            return member
        if notices and text:
            notices.value(vocabulary, text)
        # A value that is not documented stays what it is, so that it breaks no answer.
        return text

    return hook
