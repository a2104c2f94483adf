"""Records built from rows that were read without a dict for each: what `building` does, on structs.

The struct of a model has a place for each of its fields, of the type that nearly all values have:
texts, times as databases write them, short texts and numbers that are looked up. A row that does
not fit is read in the general way, which knows all that a server may write; a test holds the two
together.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from attrs import NOTHING, Factory
from msgspec import NODEFAULT, UNSET, Struct, defstruct, field

from .building import (
    CLOCK_ZERO,
    Build,
    FieldPlan,
    RecordBuilder,
    is_short,
    without_none,
    writable,
)


def write_row_builder(
    builder: RecordBuilder,
    model: type[object],
    plans: list[FieldPlan],
    nothing_left: Mapping[str, object],
) -> tuple[type[Struct], Build] | None:
    """Return a struct for the rows of a model, and the function that builds records of them.

    There is none for a model in which two fields have one name on the wire.
    """
    wire_names = [name for plan in plans for name in plan.wire_names]
    if len(wire_names) != len(set(wire_names)):
        return None
    writer = _Writer(builder, model, nothing_left)
    for plan in plans:
        writer.add(plan)
    return writer.struct(), writer.function()


class _Writer:
    """Write the function of one model, and say what places its struct must have."""

    def __init__(
        self, builder: RecordBuilder, model: type[object], nothing_left: Mapping[str, object]
    ) -> None:
        self._places: list[tuple[str, Any, Any]] = []
        self._builder = builder
        self._model = model
        self._names: dict[str, object] = {
            "model": model,
            "writable": writable(model),
            "new": object.__new__,
            "nothing_left": nothing_left,
            "UNSET": UNSET,
            "zero": CLOCK_ZERO,
            "local_zero": CLOCK_ZERO.replace(tzinfo=builder.timezone),
        }
        self._lines = ["def build(row):", "    record = new(writable)"]

    def struct(self) -> type[Struct]:
        """Return the struct, when all fields were added."""
        return defstruct(
            self._model.__name__, self._places, kw_only=True, forbid_unknown_fields=True, gc=False
        )

    def function(self) -> Build:
        """Return the function, when all fields were added."""
        lines = [
            *self._lines,
            "    record.extra = nothing_left",
            "    record.__class__ = model",
            "    return record",
        ]
        name = f"<build {self._model.__qualname__} from rows>"
        # As attrs and cattrs do. The names in it are those of our own models, never a server's.
        exec(compile("\n".join(lines), name, "exec"), self._names)  # noqa: S102
        return cast("Build", self._names["build"])

    def add(self, plan: FieldPlan) -> None:
        """Add a field: in the quick way where one reads its values as the hook would."""
        kind = without_none(plan.kind)
        optional = kind != plan.kind
        default: object = plan.default
        single = len(plan.wire_names) == 1 and plan.convert is None
        if single and kind is str and default in ((None, NOTHING) if optional else ("", NOTHING)):
            self._text(plan, "None" if optional else '""')
        elif single and kind is datetime and default in (None, NOTHING):
            self._moment(plan, optional=optional)
        elif single and is_short(kind) and not isinstance(default, Factory):  # type: ignore[arg-type]
            self._short(plan, kind)
        else:
            self._any(plan)

    def _place(self, wire_name: str, kind: Any, default: object) -> str:
        """Make a place in the struct, and return how its value is written in the function."""
        name = f"f{len(self._places)}"
        given = NODEFAULT if default is NOTHING else default
        self._places.append((name, kind, field(name=wire_name, default=given)))
        return f"row.{name}"

    def _text(self, plan: FieldPlan, nothing: str) -> None:
        self._lines += [
            f"    value = {self._place(plan.wire_names[0], str | None, plan.default)}",
            f"    record.{plan.name} = value.strip() if value else {nothing}",
        ]

    def _moment(self, plan: FieldPlan, *, optional: bool) -> None:
        kind = datetime | None if optional else datetime
        self._lines += [
            f"    value = {self._place(plan.wire_names[0], kind, plan.default)}",
            f"    record.{plan.name} = (value if value is None or value.tzinfo is not None"
            " else local_zero + (value - zero))",
        ]

    def _short(self, plan: FieldPlan, kind: Any) -> None:
        known = self._builder.known(plan)
        default: object = NOTHING
        if plan.default is not NOTHING:
            # What stands in the place of a field that is absent, and is looked up like all else.
            default = object()
            known[default] = plan.default
        written = str | int | bool | None if kind is bool else str | int | None
        place = self._place(plan.wire_names[0], written, default)
        self._names[f"known_{plan.name}"] = known
        self._lines.append(f"    record.{plan.name} = known_{plan.name}[{place}]")

    def _any(self, plan: FieldPlan) -> None:
        first, *others = (self._place(name, object, UNSET) for name in plan.wire_names)
        value = self._builder.expression(plan, f"_{plan.name}", self._names)
        default = f"default_{plan.name}"
        made = isinstance(plan.default, Factory)  # type: ignore[arg-type]
        self._names[default] = plan.default.factory if made else plan.default
        default += "()" * made
        if plan.convert is not None:
            self._names[f"convert_{plan.name}"] = plan.convert
            value, default = (f"convert_{plan.name}({one})" for one in (value, default))
        self._lines += [
            f"    value = {first}",
            *(f"    if value is UNSET: value = {other}" for other in others),
            f"    if value is UNSET: {self._absent(plan, default)}",
            f"    else: record.{plan.name} = {value}",
        ]

    def _absent(self, plan: FieldPlan, default: str) -> str:
        if plan.default is NOTHING:
            return f"raise KeyError({plan.wire_names[0]!r})"
        return f"record.{plan.name} = {default}"
