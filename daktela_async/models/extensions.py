"""Chapter Linky: extensions and their telephones."""

from enum import StrEnum
from typing import Annotated

from attrs import field, frozen

from _telephony_core.converter import Record, Wire


class ExtensionStatus(StrEnum):
    """What an extension does. DeviceStates."""

    AVAILABLE = "AVAILABLE"
    UNAVAILABLE = "UNAVAILABLE"
    ON_HOLD = "ONHOLD"
    IN_USE = "INUSE"
    RINGING = "RINGING"


def _none_if_none(value: str | None) -> str | None:
    return None if value == "-none-" else value


@frozen(kw_only=True)
class ExtensionState(Record):
    """An extension at this moment. DeviceStates.

    Attributes:
        extension: its number.
        status: what it does.
        ip: the address of the telephone; None when there is none.
        port: the port of the telephone; 0 when there is none.
    """

    extension: Annotated[str, Wire("exten")]
    status: ExtensionStatus | str = ""
    ip: str | None = field(default=None, converter=_none_if_none)
    port: int | None = None
