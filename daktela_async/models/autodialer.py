"""Numbers checked by the autodialer."""

from datetime import datetime
from typing import Annotated

from attrs import frozen

from _telephony_core.converter import Record, Wire


@frozen(kw_only=True)
class NumberCheck(Record):
    """What a check of a number found. CheckNumber, Autodialer.

    Attributes:
        number: the number.
        checked_at: when it was checked.
        status_id: the id of what was found; `autodialer.statuses` says what that is.
    """

    number: str
    checked_at: Annotated[datetime | None, Wire("time")] = None
    status_id: Annotated[str | None, Wire("status")] = None


@frozen(kw_only=True)
class CheckStatus(Record):
    """What a check of a number can find. GetStatuses 4.0, Autodialer.

    Attributes:
        id: its id.
        name: what it is called, in Czech.
        code: its code, which the document does not describe.
    """

    id: Annotated[str, Wire("status")]
    name: str = ""
    code: str = ""
