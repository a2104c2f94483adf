"""The table: one row a figure, with the peer's beside it and the target that it must meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from attrs import frozen

_HEADS = ("what", "ours", "peer", "peer's figure", "ratio", "target", "holds")


@frozen
class Target:
    """The most (or the least) that a figure, or its ratio to the peer's, may be."""

    limit: float
    of: Literal["figure", "ratio"]
    at_least: bool = False

    def met_by(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit


def ratio_at_most(limit: float) -> Target:
    return Target(limit, "ratio")


def ratio_at_least(limit: float) -> Target:
    return Target(limit, "ratio", at_least=True)


def at_most(limit: float) -> Target:
    return Target(limit, "figure")


@frozen(kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        what: what was measured; together with `peer` it names the row.
        ours: our figure.
        unit: the unit of both figures, such as "µs"; empty for a number of things.
        peer: what it is compared with; empty when it stands alone.
        theirs: the peer's figure.
        target: what must hold; None for a figure that is only told.
    """

    what: str
    ours: float
    unit: str
    peer: str = ""
    theirs: float | None = None
    target: Target | None = None

    @property
    def ratio(self) -> float | None:
        """Our figure as a part of the peer's; None without a peer, and when either is 0."""
        return self.ours / self.theirs if self.ours and self.theirs else None

    @property
    def ok(self) -> bool | None:
        """Whether the target is met; None when there is none."""
        if self.target is None:
            return None
        value = self.ratio if self.target.of == "ratio" else self.ours
        return value is not None and self.target.met_by(value)

    def cells(self) -> tuple[str, ...]:
        return (
            self.what,
            _figure(self.ours, self.unit),
            self.peer,
            "" if self.theirs is None else _figure(self.theirs, self.unit),
            "" if self.ratio is None else f"{self.ratio:.2f}",
            self._target(),
            {True: "yes", False: "**no**", None: ""}[self.ok],
        )

    def _target(self) -> str:
        if self.target is None:
            return ""
        sign = "≥" if self.target.at_least else "≤"
        limit = self.target.limit
        shown = f"{limit:.2f}" if self.target.of == "ratio" else _figure(limit, self.unit)
        return f"{sign} {shown}"


def markdown(rows: Iterable[Row]) -> str:
    """Return a Markdown table that is as readable as it is."""
    lines = [_HEADS, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = ["-" * width for width in widths]
    return "\n".join(_line(cells, widths) for cells in (lines[0], rule, *lines[1:]))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def _figure(value: float, unit: str) -> str:
    """Write a number with three digits that count, and its unit."""
    if value == int(value) and abs(value) < 1e6 and not unit:
        text = f"{int(value)}"
    elif abs(value) >= 100:
        text = f"{value:.0f}"
    elif abs(value) >= 10:
        text = f"{value:.1f}"
    else:
        text = f"{value:.2f}"
    return f"{text} {unit}".strip()
