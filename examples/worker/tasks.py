"""The tasks, and their registration with taskiq.

    order_history -> collect_history -> download_recordings
    send_campaign_sms
    synthesize_announcement

A message carries the id of a job and nothing else: numbers and texts stay in the journal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from taskiq import AsyncBroker
from taskiq.kicker import AsyncKicker

from .announcement import synthesize_announcement
from .campaign import send_campaign_sms
from .history import collect_history, download_recordings, order_history
from .work import Task

TASKS: Mapping[str, Task] = MappingProxyType(
    {
        "order_history": order_history,
        "collect_history": collect_history,
        "download_recordings": download_recordings,
        "send_campaign_sms": send_campaign_sms,
        "synthesize_announcement": synthesize_announcement,
    }
)


def register(broker: AsyncBroker, perform: Callable[[str, str], Awaitable[None]]) -> None:
    """Make the tasks known to a broker; `perform` gets the id of the job and the task's name."""

    def taskiq_task(task: str) -> Callable[[str], Awaitable[None]]:
        async def run(job: str) -> None:
            await perform(job, task)

        return run

    for name in TASKS:
        broker.register_task(taskiq_task(name), task_name=name)


async def kick(broker: AsyncBroker, job: str, task: str) -> None:
    """Send the message that it is a task's turn."""
    kicker: AsyncKicker[[str], None] = AsyncKicker(task_name=task, broker=broker, labels={})
    await kicker.kiq(job)
