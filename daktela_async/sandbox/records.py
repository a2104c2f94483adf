"""The campaigns' records, which are the forms of calls (Daktela API, chapter "Formuláře")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from daktela_async.sandbox.errors import NO_RECORD, NO_STATUS, Refusal, wrong_value
from daktela_async.sandbox.timeline import Timeline

FREE, DONE, LATER = 0, 5, 6
"""The actions of a record: free to be called, finished, planned for later."""
ACTIONS: Mapping[int, str] = {
    0: "volná",
    1: "načtená",
    2: "načtená",
    3: "načtená",
    4: "před uložením",
    5: "hotová",
    6: "odložená na později",
}


@attrs.frozen
class Field:
    """An item of the form."""

    id: int
    name: str
    title: str
    type: str = "text"
    default: str = ""


FIELDS = (
    Field(1, "field_jmeno", "Jméno"),
    Field(2, "field_prijmeni", "Příjmení"),
    Field(3, "field_poznamka", "Poznámka"),
    Field(4, "field_adresa", "Adresa"),
    Field(17, "field_vyber", "Výběr", "selectbox", '["ANO","NE"]'),
)


@attrs.frozen
class Status:
    """A status that a call or an activity ends with."""

    id: int
    code: str
    title: str


STATUSES = (
    Status(4, "nechce_nabidku", "Nechce slyšet nabídku"),
    Status(5, "nebere", "Nebere"),
    Status(8, "nezajem", "Nemá zájem"),
    Status(9, "objednavka", "Objednávka"),
    Status(12, "nema_cas", "Volat později - nemá čas"),
    Status(14, "zavolat_pozdeji_rozmysli", "Volat později - rozmyslí se"),
    Status(15, "neopravnena_osoba", "Volat později - neoprávněná osoba"),
    Status(16, "prevolavka", "Převolávka"),
)


@attrs.define(kw_only=True, eq=False)
class Record:
    """A record; ``fields`` are lists of values by the fields' ids, times are POSIX times."""

    id: int
    queue_id: int
    number: str
    title: str
    created: float
    user_id: int | None = None
    nextcall: float | None = None
    status: int | None = None
    action: int = FREE
    call_id: str | None = None
    edited: float | None = None
    fields: dict[int, list[str]] = attrs.field(factory=dict[int, list[str]])
    answered: int = 0
    unanswered: int = 0
    last_attempt: float | None = None

    @property
    def name(self) -> str:
        """The record's unique name."""
        return f"record_{0x53E8_0000_0000 + self.id:x}"


@attrs.frozen
class Snapshot:
    """What a record was like at some moment."""

    id: int
    taken: float
    record: Record


class Records:
    """All records that aren't deleted, and their past."""

    def __init__(self, timeline: Timeline, first_id: int) -> None:
        self._timeline = timeline
        self._records: dict[int, Record] = {}
        self._snapshots: dict[int, list[Snapshot]] = {}
        self.last_id = first_id - 1
        self._last_snapshot = 172

    @property
    def all(self) -> tuple[Record, ...]:
        """The records in the order of their making."""
        return tuple(self._records.values())

    def find(self, record_id: int) -> Record:
        """Return the record with that id."""
        if record_id not in self._records:
            raise Refusal(NO_RECORD)
        return self._records[record_id]

    def of_call(self, call_id: str) -> Record:
        """Return the record that a call belongs to."""
        for record in self._records.values():
            if record.call_id == call_id:
                return record
        raise Refusal(NO_RECORD)

    def with_number(self, queue_id: int, number: str) -> Record | None:
        """Return a campaign's record with that telephone number."""
        return next(
            (one for one in self.all if (one.queue_id, one.number) == (queue_id, number)), None
        )

    def create(
        self,
        queue_id: int,
        number: str,
        fields: Mapping[str, Iterable[str]],
        *,
        user_id: int | None = None,
        nextcall: float | None = None,
    ) -> Record:
        """Create a record."""
        values = by_id(fields)
        self.last_id += 1
        record = Record(
            id=self.last_id,
            queue_id=queue_id,
            number=number,
            title=number,
            created=self._timeline.now(),
            user_id=user_id,
            nextcall=nextcall,
            fields=values,
        )
        self._records[record.id] = record
        self._note(record)
        return record

    def copy(self, record: Record, queue_id: int) -> Record:
        """Copy a record to a campaign."""
        self.last_id += 1
        copied = attrs.evolve(
            record,
            id=self.last_id,
            queue_id=queue_id,
            fields={key: list(values) for key, values in record.fields.items()},
        )
        self._records[copied.id] = copied
        self._note(copied)
        return copied

    def edited(self, record: Record) -> None:
        """Note that a record has been changed."""
        record.edited = self._timeline.now()
        self._note(record)

    def delete(self, record_id: int) -> None:
        """Delete a record."""
        del self._records[self.find(record_id).id]

    def snapshots(self, record_id: int) -> Iterator[Snapshot]:
        """Yield what a record was like, in order."""
        return iter(self._snapshots[self.find(record_id).id])

    def _note(self, record: Record) -> None:
        self._last_snapshot += 1
        fields = {key: list(values) for key, values in record.fields.items()}
        taken = attrs.evolve(record, fields=fields)
        self._snapshots.setdefault(record.id, []).append(
            Snapshot(self._last_snapshot, self._timeline.now(), taken)
        )


def by_id(fields: Mapping[str, Iterable[str]]) -> dict[int, list[str]]:
    """Return values by the fields' ids; a field may be given by its id or its name."""
    known = {key: field.id for field in FIELDS for key in (str(field.id), field.name)}
    values: dict[int, list[str]] = {}
    for key, texts in fields.items():
        if key not in known:
            raise wrong_value("fields", f"neznámá položka {key}")
        values[known[key]] = list(texts)
    return values


def status_named(code: str) -> Status:
    """Return the status with that unique name."""
    for status in STATUSES:
        if status.code == code:
            return status
    raise Refusal(NO_STATUS)


def status_with_id(status_id: int) -> Status:
    """Return the status with that id."""
    for status in STATUSES:
        if status.id == status_id:
            return status
    raise Refusal(NO_STATUS)
