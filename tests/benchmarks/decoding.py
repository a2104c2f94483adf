"""From the bytes of an answer to models, beside libraries that do the same.

The rows are those of StatsCalls, 23 fields each, in the API's envelope. Everybody parses, and makes
what the fields are: texts, times, durations, numbers, flags and words of a vocabulary. We do what
a client does besides: even out what servers write differently, look for errors in the envelope,
set time zones, keep unknown fields. pydantic has the quickest model that reads these bytes, in
which no Python is called; msgspec cannot read such durations, and makes them numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

import msgspec
import xmltodict
from pydantic import BaseModel, Field, GetCoreSchemaHandler
from pydantic_core import core_schema

from daktela_async.models.common import Direction

from .alternate import alternate
from .stats_calls import Reader, as_json, as_xml
from .table import Row, ratio_at_most

PYDANTIC = "pydantic, validate_json"
MSGSPEC = "msgspec, decode"
XMLTODICT = "xmltodict.parse alone"

Read = Callable[[bytes], object]


class _Seconds:
    """Seconds in a text: pydantic alone takes only ISO 8601 and clock times in texts."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[object], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.chain_schema([core_schema.int_schema(), core_schema.timedelta_schema()])


Seconds = Annotated[timedelta, _Seconds]


class PydanticCall(BaseModel):
    """`CallCenterCall`, written for pydantic."""

    id: str = Field(alias="call")
    call_id: str = Field("", alias="name")
    started_at: datetime | None = Field(None, alias="call_time")
    direction: Annotated[Direction | str, Field(union_mode="left_to_right")] = ""
    answered: bool = False
    queue_id: str | None = Field(None, alias="queue")
    user_id: str | None = Field(None, alias="user")
    customer_number: str = Field("", alias="clid")
    contact_id: str | None = Field(None, alias="contact")
    did: str = ""
    waiting_time: Seconds | None = None
    ringing_time: Seconds | None = None
    hold_time: Seconds | None = None
    duration: Seconds | None = None
    original_position: int | None = Field(None, alias="orig_pos")
    position: int | None = None
    disposition_cause: str = ""
    disconnection_cause: str = ""
    pressed_key: str | None = None
    score: str | None = None
    note: str = ""
    attempts: int | None = None
    rated_by_user_id: str | None = Field(None, alias="qa_user_id")


class PydanticPage(BaseModel):
    data: tuple[PydanticCall, ...]
    total: int | None = None
    skip: int = 0


class PydanticEnvelope(BaseModel):
    status: bool
    error: str | None = None
    result: PydanticPage


class MsgspecCall(msgspec.Struct):
    """`CallCenterCall`, written for msgspec."""

    id: str = msgspec.field(name="call")
    call_id: str = msgspec.field(name="name", default="")
    started_at: datetime | None = msgspec.field(name="call_time", default=None)
    direction: str = ""
    answered: bool = False
    queue_id: str | None = msgspec.field(name="queue", default=None)
    user_id: str | None = msgspec.field(name="user", default=None)
    customer_number: str = msgspec.field(name="clid", default="")
    contact_id: str | None = msgspec.field(name="contact", default=None)
    did: str = ""
    waiting_time: int | None = None
    ringing_time: int | None = None
    hold_time: int | None = None
    duration: int | None = None
    original_position: int | None = msgspec.field(name="orig_pos", default=None)
    position: int | None = None
    disposition_cause: str = ""
    disconnection_cause: str = ""
    pressed_key: str | None = None
    score: str | None = None
    note: str = ""
    attempts: int | None = None
    rated_by_user_id: str | None = msgspec.field(name="qa_user_id", default=None)


class MsgspecPage(msgspec.Struct):
    data: tuple[MsgspecCall, ...]
    total: int | None = None
    skip: int = 0


class MsgspecEnvelope(msgspec.Struct):
    status: bool
    error: str | None
    result: MsgspecPage


def run(*, quick: bool) -> list[Row]:
    ours = Reader().read
    lax = msgspec.json.Decoder(MsgspecEnvelope, strict=False).decode
    peers: dict[str, Read] = {PYDANTIC: PydanticEnvelope.model_validate_json, MSGSPEC: lax}
    rows: list[Row] = []
    for count, rounds in [(1000, 21), (20_000, 1)] if quick else [(1000, 101), (100_000, 5)]:
        rows += _rows(f"{count} rows of JSON", as_json(count), count, ours, peers, rounds)
    peers = {XMLTODICT: xmltodict.parse}
    for count, rounds in [(1000, 3)] if quick else [(1000, 11), (100_000, 1)]:
        rows += _rows(f"{count} rows of XML", as_xml(count), count, ours, peers, rounds)
    return rows


def _rows(
    what: str, body: bytes, count: int, ours: Read, peers: dict[str, Read], rounds: int
) -> list[Row]:
    """Measure one size; the figures are of one row."""
    readers = {"": ours, **peers}
    turns = {name: partial(read, body) for name, read in readers.items()}
    figures = alternate(turns, rounds=rounds, per_turn=count)
    targets = {PYDANTIC: ratio_at_most(1.0), XMLTODICT: ratio_at_most(1.2)}
    return [
        Row(
            what=f"{what} into models",
            ours=figures[""] * 1e6,
            unit="µs a row",
            peer=peer,
            theirs=figures[peer] * 1e6,
            target=targets.get(peer),
        )
        for peer in peers
    ]
