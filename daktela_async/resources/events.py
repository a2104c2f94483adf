"""Chapter Události: events for the notification centre."""

from collections.abc import Mapping
from datetime import datetime

from _telephony_core import checks
from _telephony_core.calls import Semantics

from ..errors import InvalidRequest
from ..models.events import CreatedEvent
from ..wire import PhpValue
from .base import DaktelaResource

#: How the name of every event begins (CreateEvent).
PREFIX = "Custom_"


class EventsResource(DaktelaResource):
    """Events that set off what the notification centre was told to do."""

    async def create(
        self,
        event: str,
        *,
        params: Mapping[str, PhpValue] | None = None,
        time: datetime | str | None = None,
        version: str = "3.8",
        timeout: float | None = None,
    ) -> tuple[CreatedEvent, ...]:
        """Set off an event of the notification centre. Daktela CreateEvent, chapter Události.

        `event` begins with "Custom_". `params` may be nested; conditions and actions can use them.
        `time` is when it is to happen: a time, or a text that PHP's strtotime understands. What
        it sets off (an SMS, say) is not done twice: a lost answer raises `OutcomeUnknown`.
        """
        source = "Daktela CreateEvent"
        checks.text("event", event, source)
        if not event.startswith(PREFIX) or event == PREFIX:
            raise InvalidRequest(
                f"event is {event[:40]!r}; its name must begin with {PREFIX}.",
                advice=f"See {source}.",
            )
        return await self._act(
            "CreateEvent",
            tuple[CreatedEvent, ...],
            {"event": event, "params": params, "time": time},
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check="Look whether what the event sets off has happened before creating it again.",
            timeout=timeout,
        )
