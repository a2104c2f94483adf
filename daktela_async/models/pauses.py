"""Chapter Pauzy: pauses."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from attrs import frozen

from _telephony_core.converter import Record, Wire
from _telephony_core.documents import Plain


class PauseType(StrEnum):
    """What a pause is for. CreatePause."""

    #: One that agents choose.
    NORMAL = "normal"
    #: The system's own after a call.
    WRAP = "wrap"
    #: The system's own for an agent who leaves calls ringing.
    LAJDAK = "lajdak"


@frozen(kw_only=True)
class Pause(Record):
    """A pause. GetPauses 3.3.

    Attributes:
        id: its id, by which it is set.
        code: its code.
        title: its name.
        type: what it is for; the service leaves the type of a normal one empty.
        paid: whether agents are paid in it.
        deleted: whether it is deleted.
    """

    id: Annotated[str, Wire("pause")]
    code: Annotated[str, Wire("name")] = ""
    title: str = ""
    type: PauseType | str = PauseType.NORMAL
    paid: bool = False
    deleted: bool = False

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Leave out a type that is empty."""
        if isinstance(plain, dict) and plain.get("type") in (None, ""):
            return {name: item for name, item in plain.items() if name != "type"}
        return plain


@frozen(kw_only=True)
class DefinedPause(Record):
    """A pause as the older version has it. GetPauses 3.0.

    Attributes:
        id: its id.
        code: its code.
        title: its name.
        read_key: not described.
        billable: whether it is charged.
        payable: whether agents are paid in it.
        type: its type as the service writes it, "w" or "-" in the samples.
        created_at: when it was made, if that is known.
        created_by: the id of the user who made it; "0" when it is not known.
        modified_at: when it was changed, if it was.
        modified_by: the id of the user who changed it; "0" when it is not known.
        lock: not described.
    """

    id: Annotated[str, Wire("pcode_id")]
    code: Annotated[str, Wire("pcode")] = ""
    title: Annotated[str, Wire("pcode_desc")] = ""
    read_key: str = ""
    billable: Annotated[bool, Wire("isBillable")] = False
    payable: Annotated[bool, Wire("isPayable")] = False
    type: Annotated[str, Wire("pauseType")] = ""
    created_at: Annotated[datetime | None, Wire("sys_dt_creazione")] = None
    created_by: Annotated[str, Wire("sys_user_creazione")] = ""
    modified_at: Annotated[datetime | None, Wire("sys_dt_modifica")] = None
    modified_by: Annotated[str, Wire("sys_user_modifica")] = ""
    lock: Annotated[str, Wire("sys_optilock")] = ""
