"""One API call as a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Generic, TypeVar

from attrs import field, frozen

T = TypeVar("T")


class Semantics(StrEnum):
    """What repeating a call does, in the words of RFC 9110, 9.2; the HTTP verb says nothing here.

    SAFE only reads; IDEMPOTENT acts, and acting twice is as good as once; NON_IDEMPOTENT acts anew
    each time (dials, sends, creates, costs), so it is repeated only when it surely never reached
    the server.
    """

    SAFE = "safe"
    IDEMPOTENT = "idempotent"
    NON_IDEMPOTENT = "non-idempotent"

    @property
    def repeatable(self) -> bool:
        """Tell whether a call may be made again when its answer was lost."""
        return self is not Semantics.NON_IDEMPOTENT


@frozen
class Call(Generic[T]):
    """One call of the API: where it goes, what it carries, what it means and what comes back."""

    path: str
    result: type[T]
    #: A key with several values is written once for each of them.
    params: Mapping[str, str | Sequence[str]] = field(factory=dict[str, str | Sequence[str]])
    semantics: Semantics = Semantics.SAFE
    #: What to look at when the outcome is unknown, for the error message.
    check: str = ""
    #: Parameters that must show nowhere; the API's session decides by which way they travel.
    secrets: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    #: The server holds the request on purpose, so it must not stand in the way of others.
    held: bool = False
