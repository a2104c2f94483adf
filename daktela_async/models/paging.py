"""Lists that come page by page."""

from typing import Annotated, Generic, TypeVar

from attrs import frozen

from _telephony_core.converter import Record, Wire
from _telephony_core.documents import Plain

T = TypeVar("T")


@frozen(kw_only=True)
class Page(Record, Generic[T]):
    """A part of a list.

    Attributes:
        rows: its rows, in the order of the service.
        total: how many rows the whole list has; None if the service did not say.
        skip: how many rows of the list come before these.
    """

    rows: Annotated[tuple[T, ...], Wire("data")] = ()
    total: int | None = None
    skip: int = 0

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Take a list that stands by itself, without a total."""
        return {"data": plain} if isinstance(plain, list) else plain


@frozen(kw_only=True)
class PagesUpdate:
    """Tell how far the fetching of a list is.

    Attributes:
        position: how many rows of the list have been passed: hand it over as `start=` to go on.
        total: how many rows the list has, as the service said last; None if it does not say.
        shrunk_by: by how many rows the list shrank since the first page. Rows that moved up
            meanwhile may have been missed: fetch the list again if it must be complete.
        repeated: rows that came a second time, because the list moved between two pages.
    """

    position: int
    total: int | None
    shrunk_by: int
    repeated: int
