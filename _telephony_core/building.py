"""Records built quickly: for each model one function, written out field by field.

A page of calls is a thousand rows of two dozen fields, so every step that a field takes counts
(see also `row_building`). Three things save most of the time that general hooks take:

- what most values need stands in the function itself, and only what is unusual goes to the hook;
- texts that come again and again (numbers, flags, words) are read once and looked up afterwards;
- a record is filled while it is of a class that may be written to, and frozen when it is complete.

Nothing is decided here: what a value means is up to the hooks, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, cast, get_args, get_origin

from attrs import NOTHING, Factory, frozen

from .documents import Plain

if TYPE_CHECKING:
    from msgspec import Struct

#: Turn a plain value into what a type asks for: what cattrs calls a structure hook.
Hook = Callable[[Any, Any], Any]
#: Turn the fields of an answer into a record: a dict of them, or a struct of its model.
Build = Callable[[Any], Any]
#: Return the fields that a model does not name.
Leftover = Callable[[dict[str, Plain]], Mapping[str, object]]

#: So many texts are remembered for each type, none of them longer than so many characters.
_MOST_KNOWN = 2000
_LONGEST_KNOWN = 40


#: Any time that a clock could show. Adding to it in a time zone what passed since then is quicker
#: than setting the time zone of a time, and as right: the sum is what the clock on the wall shows.
CLOCK_ZERO = datetime(2000, 1, 1)


@frozen(kw_only=True)
class FieldPlan:
    """Say how one field of a record comes to its value.

    Attributes:
        name: its name in the model.
        wire_names: its names on the wire; the first one that is there counts.
        kind: its type.
        hook: what reads a value of this type.
        empty: what it reads an empty value as; NOTHING where that depends on the type alone.
        default: what it is when none of the names is there, as attrs has it.
        convert: what attrs would do with the value.
    """

    name: str
    wire_names: tuple[str, ...]
    kind: Any
    hook: Hook
    empty: Any
    default: Any
    convert: Callable[[Any], Any] | None


class Known(dict[Any, Any]):
    """Remember what short texts stand for; a limit keeps a hostile server from filling it."""

    __slots__ = ("_hook", "_kind")

    def __init__(self, hook: Hook, kind: Any) -> None:
        super().__init__()
        self._hook = hook
        self._kind = kind

    def __missing__(self, value: str | int | None) -> Any:
        found = self._hook(value, self._kind)
        if len(self) < _MOST_KNOWN and not (isinstance(value, str) and len(value) > _LONGEST_KNOWN):
            self[value] = found
        return found


@frozen
class _Written:
    plans: list[FieldPlan]
    nothing_left: Mapping[str, object]
    builds: dict[type, Build]


class RecordBuilder:
    """Write the functions that build records; dates without an offset are in `timezone`."""

    def __init__(self, timezone: tzinfo) -> None:
        self.timezone = timezone
        self._known: dict[tuple[Any, Any], Known] = {}
        self._written: dict[type[object], _Written] = {}

    def known(self, plan: FieldPlan) -> Known:
        """Return what is remembered of all fields that are read alike."""
        return self._known.setdefault((plan.kind, plan.empty), Known(plan.hook, plan.kind))

    def write(
        self, model: type[object], plans: list[FieldPlan], leftover: Leftover
    ) -> dict[type, Build]:
        """Return the functions that build records of a model, by the type that they take.

        There is one for a dict, and later one for the struct, if that is asked for. `leftover`
        returns the fields that the model does not name, for its `extra`. It is asked only when
        there are more fields than those that were taken.
        """
        builds: dict[type, Build] = {dict: self._write(model, plans, leftover)}
        self._written[model] = _Written(plans, leftover({}), builds)
        return builds

    def struct_of(self, model: type[object]) -> type[Struct] | None:
        """Return a struct of which records can be built instead of a dict, if there can be one."""
        # Imported when it is needed: few programs have answers that long.
        from .row_building import write_row_builder

        written = self._written[model]
        found = write_row_builder(self, model, written.plans, written.nothing_left)
        if found is None:
            return None
        struct, build = found
        written.builds[struct] = build
        return struct

    def _write(self, model: type[object], plans: list[FieldPlan], leftover: Leftover) -> Build:
        names: dict[str, object] = {
            "model": model,
            "writable": writable(model),
            "new": object.__new__,
            "leftover": leftover,
            "nothing_left": leftover({}),
            "first_of": _first_of,
        }
        lines = ["def build(plain):", "    record = new(writable)", "    absent = 0"]
        for number, plan in enumerate(plans):
            lines += self._lines(plan, str(number), names)
        wire_names = [name for plan in plans for name in plan.wire_names]
        # A name that serves two fields would count twice.
        taken = str(len(plans)) if len(wire_names) == len(set(wire_names)) else "-1"
        lines += [
            f"    if len(plain) + absent == {taken}:",
            "        record.extra = nothing_left",
            "    else:",
            "        record.extra = leftover(plain)",
            "    record.__class__ = model",
            "    return record",
        ]
        # As attrs and cattrs do. The names in it are those of our own models, never a server's.
        exec(compile("\n".join(lines), f"<build {model.__qualname__}>", "exec"), names)  # noqa: S102
        return cast("Build", names["build"])

    def _lines(self, plan: FieldPlan, number: str, names: dict[str, object]) -> list[str]:
        """Return the lines of one field; what they refer to is added to `names`."""
        value = self.expression(plan, number, names)
        default = f"default{number}"
        if made := isinstance(plan.default, Factory):  # type: ignore[arg-type]
            default += "()"
        names[f"default{number}"] = plan.default.factory if made else plan.default
        if plan.convert is not None:
            names[f"convert{number}"] = plan.convert
            value = f"convert{number}({value})"
            default = f"convert{number}({default})"
        if len(plan.wire_names) == 1:
            found = f"plain[{plan.wire_names[0]!r}]"
        else:
            found = f"first_of(plain, {plan.wire_names!r})"
        if plan.default is NOTHING:
            return [f"    value = {found}", f"    record.{plan.name} = {value}"]
        return [
            "    try:",
            f"        value = {found}",
            "    except KeyError:",
            f"        record.{plan.name} = {default}",
            "        absent += 1",
            "    else:",
            f"        record.{plan.name} = {value}",
        ]

    def expression(self, plan: FieldPlan, number: str, names: dict[str, object]) -> str:
        """Return how `value` becomes the field: the usual cases by themselves, then the hook."""
        kind = without_none(plan.kind)
        optional = kind != plan.kind
        names[f"hook{number}"] = plan.hook
        names[f"kind{number}"] = plan.kind
        rest = f"hook{number}(value, kind{number})"
        if optional:
            rest = f"None if value is None else {rest}"
        if kind is str:
            usual = "(value.strip() if value else None)" if optional else "value.strip()"
        elif kind is datetime:
            usual = f"moment{number}(value)"
            names[f"moment{number}"] = self._moments(plan)
        elif kind is Decimal or is_short(kind):
            usual = f"known{number}[value]"
            names[f"known{number}"] = self.known(plan)
            if kind is int:
                rest = f"value if type(value) is int else {rest}"
            elif kind is timedelta:
                rest = f"{usual} if type(value) is int else {rest}"
        else:
            return rest
        return f"{usual} if type(value) is str else {rest}"

    def _moments(self, plan: FieldPlan) -> Callable[[str], Any]:
        """Return what reads times as databases write them; all others go to the hook."""
        hook, kind = plan.hook, plan.kind
        read = datetime.fromisoformat
        zero, local_zero = CLOCK_ZERO, CLOCK_ZERO.replace(tzinfo=self.timezone)

        def moment(text: str) -> Any:
            # Its marks tell it from what else fromisoformat() takes, such as 2014-W33-5 12:00:00.
            if (
                text[4::3] in {"-- ::", "--T::"}
                and len(text) == 19
                and (text[11] != "2" or text[12] != "4")
            ):
                try:
                    return local_zero + (read(text) - zero)
                except ValueError:
                    pass
            return hook(text, kind)

        return moment


def writable(model: type[object]) -> type[object]:
    """Return a class like the model, whose instances can be written to and become the model's."""
    return type(
        model.__name__,
        (model,),
        {
            "__slots__": (),
            "__setattr__": object.__setattr__,
            "__delattr__": object.__delattr__,
        },
    )


def _first_of(plain: dict[str, Plain], names: tuple[str, ...]) -> Plain:
    for name in names:
        if name in plain:
            return plain[name]
    raise KeyError(names[0])


def without_none(kind: Any) -> Any:
    """Return a type without its None."""
    members = get_args(kind)
    if get_origin(kind) not in {Union, UnionType} or NoneType not in members:
        return kind
    return Union[tuple(member for member in members if member is not NoneType)]  # noqa: UP007


def is_short(kind: Any) -> bool:
    """Tell a type whose values come again and again as short texts or small numbers."""
    return kind in {int, bool, timedelta} or is_vocabulary(kind)


def is_vocabulary(kind: Any) -> bool:
    """Tell the type of a documented word: `Vocabulary | str`."""
    members = get_args(kind)
    return (
        get_origin(kind) in {Union, UnionType}
        and len(members) == 2
        and members[1] is str
        and isinstance(members[0], type)
        and issubclass(members[0], StrEnum)
    )
