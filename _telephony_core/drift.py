"""What an API sends and its document does not name: noticed, so that a changed API is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum

from attrs import frozen

#: So many things are told of, so that a server that makes up names cannot fill the memory.
MOST_NOTICES = 1000
#: So much of a name or a value is told.
_LONGEST = 100


class DriftKind(StrEnum):
    """What is not documented: a field of a record, or a value of a vocabulary."""

    FIELD = "field"
    VALUE = "value"


@frozen
class Drift:
    """Something in an answer that the API's document does not name. It broke nothing.

    Attributes:
        kind: whether it is a field or a value.
        model: the record that has the field, or the vocabulary that lacks the value.
        what: the name of the field, whose value is in the record's `extra`, or the value itself;
            its beginning, if it is long.
    """

    kind: DriftKind
    model: str
    what: str

    def __str__(self) -> str:
        return f"{self.model} has an undocumented {self.kind} {self.what!r}"


class DriftNotices:
    """Tell of each thing once, without secrets."""

    def __init__(self, on_drift: Callable[[Drift], None], redact: Callable[[str], str]) -> None:
        self._on_drift = on_drift
        self._redact = redact
        self._told: set[tuple[DriftKind, type[object], str]] = set()

    def fields(self, model: type[object], names: Collection[str]) -> None:
        """Tell of fields that a model does not name; of their names alone."""
        for name in sorted(names):
            self._tell(DriftKind.FIELD, model, name)

    def value(self, vocabulary: type[StrEnum], value: str) -> None:
        """Tell of a value that is no member of a vocabulary."""
        self._tell(DriftKind.VALUE, vocabulary, value)

    def _tell(self, kind: DriftKind, model: type[object], what: str) -> None:
        key = (kind, model, what[:_LONGEST])
        if key in self._told or len(self._told) >= MOST_NOTICES:
            return
        self._told.add(key)
        # Not cut before: half a secret is not known as one.
        self._on_drift(Drift(kind, model.__name__, self._redact(what)[:_LONGEST]))
