"""Start something once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from spikon_async import Acted, TelephonyError

from .journal import Detail, Journal, Step, StepState


async def start_once(
    journal: Journal,
    step: Step,
    call: Callable[[], Awaitable[tuple[str, ...]]],
    *,
    detail: Detail | None = None,
) -> Step:
    """Make the call of a PLANNED step, and write down before and after it what is known.

    An error that says that the service did not act leaves the step PLANNED; after any other one it
    stays INTENDED, as it does when the process dies. A worker that is told to stop does so after
    the call, which has a deadline of its own: its answer is worth the wait.
    """
    intended = journal.move(step, StepState.INTENDED, detail=detail)
    try:
        with anyio.CancelScope(shield=True):
            ids = await call()
            # No await in between: nothing can part the answer from its record.
            journal.move(intended, StepState.STARTED, ids=ids)
    except TelephonyError as error:
        if error.acted is Acted.NO:
            journal.move(intended, StepState.PLANNED)
        raise
    return journal.step(step.job, step.number)
