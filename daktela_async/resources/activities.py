"""Chapter Aktivity: activities of the agents."""

from collections.abc import Iterable

from _telephony_core import checks
from _telephony_core.calls import Semantics

from ..models.common import Done
from .base import DaktelaResource, listed


class ActivitiesResource(DaktelaResource):
    """Activities, which are known by their unique names."""

    async def close(
        self, activity: str, status: str, *, version: str = "4.0", timeout: float | None = None
    ) -> Done:
        """Close an activity with a status. Daktela ActivityClose, chapter Aktivity.

        Both are unique names, such as "activity_123". Raises `StatusNotFound` for a status that
        does not exist. Closing it twice with the same status is as good as once.
        """
        source = "Daktela ActivityClose"
        return await self._act(
            "ActivityClose",
            Done,
            {
                "activity": checks.text("activity", activity, source),
                "status": checks.text("status", status, source),
            },
            version=version,
            semantics=Semantics.IDEMPOTENT,
            timeout=timeout,
        )

    async def update(
        self,
        activities: Iterable[str],
        status: str,
        *,
        version: str = "4.0",
        timeout: float | None = None,
    ) -> Done:
        """Set the status of one or more activities. Daktela ActivityUpdate, chapter Aktivity.

        All are unique names. The sample of the document calls TicketUpdate here; the action that
        it describes is sent.
        """
        source = "Daktela ActivityUpdate"
        names = listed("activities", activities, source)
        return await self._act(
            "ActivityUpdate",
            Done,
            {"activities": names, "status": checks.text("status", status, source)},
            version=version,
            semantics=Semantics.IDEMPOTENT,
            timeout=timeout,
        )
