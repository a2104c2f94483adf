"""What "No elements found" (-8) means where nothing particular was asked for."""

from collections.abc import Awaitable
from typing import TypeVar

from ..errors import NoElementsFound

T = TypeVar("T")


async def empty_if_none_found(answer: Awaitable[tuple[T, ...]]) -> tuple[T, ...]:
    """Return an empty tuple for error -8 of a list that was asked for without an id.

    The document does not say whether an empty list is `count` 0 or error -8; both are read.
    """
    try:
        return await answer
    except NoElementsFound:
        return ()
