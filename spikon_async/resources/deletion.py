"""Deleting, where an answer can be lost on the way and the deletion repeated."""

from collections.abc import Awaitable

from ..errors import NoElementsFound
from ..models.phone_books import Deleted, DeletionState


async def delete(answer: Awaitable[Deleted], deleted_id: str) -> Deleted:
    """Return the answer to a deletion; "No elements found" (-8) after a lost answer is success.

    Then it only says that the attempt before, whose answer was lost, deleted the element.
    """
    try:
        return await answer
    except NoElementsFound as error:
        if not error.repeated:
            raise
        return Deleted(id=deleted_id, state=DeletionState.DELETED)
