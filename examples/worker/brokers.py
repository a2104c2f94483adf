"""Who carries the messages: this process itself, or Redis."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import partial
from typing import TypeAlias, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError
from taskiq import AckableMessage, AsyncBroker, InMemoryBroker
from taskiq.receiver import Receiver
from taskiq_redis import RedisStreamBroker

from .settings import Settings

logger = logging.getLogger("worker")

#: Messages as redis-py gives them: ids and fields; a message that is gone has no fields.
_Entries: TypeAlias = list[tuple[bytes, dict[bytes, bytes] | None]]

#: Seconds after which a worker asks again for a Redis that does not answer.
_RECONNECT = 1.0


class _Stream(RedisStreamBroker):
    """Messages in a stream of Redis, each acknowledged when its task is over.

    The listening is our own. taskiq-redis (1.2) looks for what dead workers left unacknowledged
    only after a new message came, and under a lock that a killed worker keeps; but claiming a
    message is atomic by itself. And it leaves acknowledged messages in the stream for good.
    """

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Yield what dead workers left, and new messages, one at a time."""
        group, name = self.consumer_group_name, self.consumer_name
        async with Redis(connection_pool=self.connection_pool) as redis:
            while True:
                _, left, *_ = await redis.xautoclaim(
                    self.queue_name, group, name, min_idle_time=self.idle_timeout, count=1
                )
                entries = cast("_Entries", left)
                if not entries:
                    streams = await redis.xreadgroup(
                        group, name, {self.queue_name: ">"}, count=1, block=self.block
                    )
                    for _, new in cast("list[tuple[bytes, _Entries]]", streams or []):
                        entries.extend(new)
                for entry, fields in entries:
                    if fields is not None:
                        yield AckableMessage(
                            data=fields[b"data"], ack=partial(self._acknowledge, entry)
                        )

    async def _acknowledge(self, entry: bytes) -> None:
        try:
            async with Redis(connection_pool=self.connection_pool) as redis:
                await redis.xack(self.queue_name, self.consumer_group_name, entry)
                await redis.xdel(self.queue_name, entry)
        except (RedisError, OSError) as error:
            # It comes again, and its job is done.
            logger.warning("a message was not acknowledged: %s", type(error).__name__)


def make_broker(settings: Settings) -> AsyncBroker:
    """Return the broker: in-process, or a stream in Redis."""
    if not settings.broker:
        return InMemoryBroker()
    return _Stream(
        settings.broker,
        queue_name="spikon-worker",
        consumer_group_name="spikon-worker",
        # From the beginning: a message may come before the first worker does.
        consumer_id="0",
        # A message that was not acknowledged for so long comes again. If that is because its job
        # takes longer, the lock of the job keeps the second comer away.
        idle_timeout=round(settings.patience * 1000),
    )


async def listen(broker: AsyncBroker, settings: Settings, stop: asyncio.Event) -> None:
    """Take messages until told to stop; go on when a Redis that went away is back."""
    while not stop.is_set():
        receiver = Receiver(broker, max_async_tasks=settings.jobs_at_once, run_startup=True)
        try:
            await receiver.listen(stop)
        except Exception as error:
            # The sweeps go on meanwhile.
            logger.warning("no messages for now: %s", _reason(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _RECONNECT)


def _reason(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return type(error).__name__
