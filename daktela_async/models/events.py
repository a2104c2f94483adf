"""Events for the notification centre."""

from collections.abc import Mapping

from attrs import field, frozen

from _telephony_core.converter import Record
from _telephony_core.documents import Plain

from .shapes import flattened


@frozen(kw_only=True)
class CreatedEvent(Record):
    """An event that was created. CreateEvent, Události.

    Attributes:
        params: the parameters as the service understood them, nested ones under names such as
            `foo[bar]`.
    """

    params: Mapping[str, str] = field(factory=dict[str, str])

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Take the parameters themselves, of any depth."""
        return {"params": dict(flattened(plain))}
