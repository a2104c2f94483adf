"""What the chapters share."""

from enum import StrEnum

from attrs import frozen

from _telephony_core.converter import Record
from _telephony_core.documents import Plain


@frozen(kw_only=True)
class Done(Record):
    """The answer to a call that acts and gives nothing back.

    Should the service give something all the same, it is in `extra`; what is no map stands there
    as `result`.
    """

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Take a result of any shape."""
        return plain if isinstance(plain, dict) else {"result": plain}


class Direction(StrEnum):
    """Which way a call goes, or the calls of a queue do."""

    INCOMING = "in"
    OUTGOING = "out"
