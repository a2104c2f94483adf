"""Put a worker together and let it run."""

from __future__ import annotations

import asyncio
import logging

import anyio
from redis.exceptions import RedisError
from taskiq import InMemoryBroker
from taskiq.exceptions import TaskiqError

from spikon_async import SpikonClient

from . import tasks
from .brokers import listen, make_broker
from .journal import Journal
from .settings import Settings
from .worker import Worker

logger = logging.getLogger("worker")


def open_journal(settings: Settings) -> Journal:
    """Open the journal of a folder, which is made if need be."""
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Journal(settings.folder / "journal.sqlite3")


async def send_message(settings: Settings, job: str, task: str) -> bool:
    """Tell the workers of a new job; False if they must find it in the journal by themselves."""
    if not settings.broker:
        return False
    broker = make_broker(settings)
    try:
        await broker.startup()
        await tasks.kick(broker, job, task)
    except (TaskiqError, RedisError, OSError) as error:
        logger.warning("%s: no message was sent: %s", job, type(error).__name__)
        return False
    finally:
        await broker.shutdown()
    return True


async def serve(
    settings: Settings, spikon: SpikonClient, journal: Journal, *, until_done: bool = False
) -> None:
    """Perform jobs until cancelled, or until there are no more."""
    broker = make_broker(settings)
    broker.is_worker_process = True

    async def kick(job: str, task: str) -> None:
        try:
            await tasks.kick(broker, job, task)
        except TaskiqError:
            logger.warning("%s: no message could be sent; a sweep will find it", job)

    worker = Worker(settings, journal, spikon, kick)
    tasks.register(broker, worker.perform)
    enough = asyncio.Event()
    listening = [] if isinstance(broker, InMemoryBroker) else [listen(broker, settings, enough)]
    listeners = [asyncio.create_task(one) for one in listening]
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(worker.sweep)
            if until_done:
                await worker.until_done()
                group.cancel_scope.cancel()
    finally:
        # In this order, so that messages in hand are acknowledged before the connection goes.
        await worker.stop()
        enough.set()
        await asyncio.gather(*listeners)
        if isinstance(broker, InMemoryBroker):
            await broker.wait_all()
        await broker.shutdown()
