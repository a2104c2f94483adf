"""Chapter Fronty: queues."""

from datetime import timedelta

from _telephony_core import checks
from _telephony_core.calls import Semantics

from ..errors import InvalidRequest
from ..models.common import Direction, Done
from ..models.queues import Queue
from .base import DaktelaResource, only


class QueuesResource(DaktelaResource):
    """Queues, and the agents in them."""

    async def list(
        self, *, version: str = "3.0", timeout: float | None = None
    ) -> tuple[Queue, ...]:
        """List the queues. Daktela GetQueues, chapter Fronty."""
        return await self._ask("GetQueues", tuple[Queue, ...], version=version, timeout=timeout)

    async def get(
        self, queue_id: str, *, version: str = "3.0", timeout: float | None = None
    ) -> Queue:
        """Return one queue by its id, which is not its number. Daktela GetQueues, chapter Fronty.

        Raises `NotFound` when the answer is empty, or is another one.
        """
        found = await self._ask(
            "GetQueues", tuple[Queue, ...], version=version, record_id=queue_id, timeout=timeout
        )
        return only(found, queue_id, "GetQueues", "queue")

    async def save(
        self,
        number: str,
        title: str,
        direction: Direction | str,
        *,
        queue_id: str | None = None,
        outbounder: bool = False,
        caller_id: str | None = None,
        description: str | None = None,
        wrap_up_time: timedelta | None = None,
        version: str = "3.0",
        timeout: float | None = None,
    ) -> Done:
        """Make a queue, or edit the one that has this number. Daktela CreateQueue, chapter Fronty.

        `outbounder` makes one that dials out of lists; `caller_id` is what the calls of an
        outgoing queue show; `wrap_up_time` is the pause after each call, in whole seconds.
        """
        source = "Daktela CreateQueue"
        return await self._act(
            "CreateQueue",
            Done,
            {
                "number": checks.text("number", number, source),
                "title": checks.text("title", title, source),
                "direction": checks.one_of("direction", direction, Direction, source),
                "outboundcid": caller_id,
                "description": description,
                "wrapuptime": wrap_up_time,
                # "Set if we want one": nothing is said of a false one, and PHP takes the word
                # for true.
                "outbounder": "true" if outbounder else None,
            },
            version=version,
            # The document names id as a parameter, and shows ids in the path, always.
            record_id=queue_id,
            semantics=Semantics.IDEMPOTENT,
            timeout=timeout,
        )

    async def login(
        self,
        user: str,
        queue: str,
        *,
        extension: str | None = None,
        priority: int | None = None,
        version: str = "3.0",
        timeout: float | None = None,
    ) -> Done:
        """Log an agent in to a queue or campaign. Daktela LoginQueue, chapters Fronty, Operátoři.

        `user` is the agent's login, `queue` the number of the queue. `extension` is where the
        agent sits, unless logged in to a queue already. `priority` is 0 (normal), 1 or 2 (the
        lowest), and the agent's own for that queue unless given; only incoming queues heed it.
        """
        source = "Daktela LoginQueue"
        if priority not in {None, 0, 1, 2}:
            raise InvalidRequest(
                f"priority is {priority}; it must be 0, 1 or 2.", advice=f"See {source}."
            )
        return await self._act(
            "LoginQueue",
            Done,
            {
                "user": checks.text("user", user, source),
                "queue": checks.text("queue", queue, source),
                "extension": extension,
                "priority": priority,
            },
            version=version,
            semantics=Semantics.IDEMPOTENT,
            timeout=timeout,
        )

    async def logout(
        self, user: str, queue: str, *, version: str = "3.0", timeout: float | None = None
    ) -> Done:
        """Log an agent out of a queue or campaign. Daktela LogoutQueue, chapters Fronty, Operátoři.

        Raises `CallInProgress` while the agent has a call in it.
        """
        source = "Daktela LogoutQueue"
        return await self._act(
            "LogoutQueue",
            Done,
            {
                "user": checks.text("user", user, source),
                "queue": checks.text("queue", queue, source),
            },
            version=version,
            semantics=Semantics.IDEMPOTENT,
            timeout=timeout,
        )
