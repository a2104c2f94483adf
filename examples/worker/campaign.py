"""One SMS to many numbers; each gets it once.

SPIKON tells of an SMS only by its id, and only the answer to the sending has that. If a worker dies
between the two, or the answer is lost, nobody can ask whether it went out: that one recipient is
UNKNOWN, and is not sent to again. A human looks into the panel and settles it (`outcomes`,
`settle`). At most `calls_at_once` recipients get into this state at a time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

import anyio

from spikon_async import (
    InvalidRequest,
    NoElementsFound,
    NotReady,
    SmsState,
    SmsStatus,
    TelephonyError,
    WrongParameterValue,
)

from .journal import JobState, Journal, Step, StepKind, StepState
from .pace import for_each
from .starting import start_once
from .work import Ended, Work

#: What SPIKON takes (4.6.1): a Polish number, and the text of six standard SMS.
NUMBER = re.compile(r"[0-9]{9}", re.ASCII)
LONGEST_MESSAGE = 918

_LOST = frozenset({SmsState.NO_FUNDS, SmsState.ERROR, SmsState.UNDELIVERED})
#: Seconds between looks at those that are under way: from the first to the longest.
_FIRST_DELAY, _LONGEST_DELAY, _FACTOR = 1.0, 60.0, 1.5
#: Seconds for which an SMS that was sent may not be known.
_UNSEEN = 60.0


def enqueue_campaign(
    journal: Journal, numbers: Iterable[str], message: str, *, sender: str, wait: float
) -> str:
    """Write a job into the journal that sends a message to each number once; return its id."""
    if not 0 < len(message) <= LONGEST_MESSAGE:
        raise ValueError(f"the message has {len(message)} characters, not 1 to {LONGEST_MESSAGE}")
    unique = list(dict.fromkeys(numbers))
    for place, number in enumerate(unique, 1):
        if not NUMBER.fullmatch(number):
            raise ValueError(f"number {place} does not have 9 digits and nothing else")
    detail = {"message": message, "sender": sender}
    steps = [(StepKind.SMS, {"number": number}) for number in unique]
    return journal.add("send_campaign_sms", detail, steps, wait=wait)


async def send_campaign_sms(work: Work) -> Ended:
    """Send to those who were not sent to yet, and follow every SMS to its end."""
    for step in work.steps(StepState.INTENDED):
        work.journal.move(step, StepState.UNKNOWN, note="its worker died before the answer came")
    # In a loop, because somebody may settle an unknown outcome meanwhile.
    while planned := work.steps(StepState.PLANNED):
        await _paced(work, planned, _Sending(work).send)
        await _follow(work)
    await _follow(work)
    return _summary(work.steps())


async def _paced(work: Work, steps: list[Step], act: Callable[[Step], Awaitable[None]]) -> None:
    await for_each(steps, act, at_once=work.settings.calls_at_once, pace=work.pace)


class _Sending:
    """Send the message of a campaign."""

    def __init__(self, work: Work) -> None:
        job = work.journal.job(work.job)
        assert job is not None
        self._work = work
        self._message, self._sender = job.detail["message"], job.detail["sender"]

    async def send(self, step: Step) -> None:
        """Send to one recipient; an error that would hit the next ones as well is raised."""
        journal = self._work.journal

        async def send() -> tuple[str, ...]:
            to, message, sender = step.detail["number"], self._message, self._sender
            return (await self._work.spikon.sms.send(to, message, sender=sender)).ids

        try:
            await start_once(journal, step, send)
        except TelephonyError as error:
            current = journal.step(step.job, step.number)
            if current.state is StepState.INTENDED:
                journal.move(current, StepState.UNKNOWN, note=type(error).__name__)
            elif _is_about_the_number(error):
                journal.move(current, StepState.FAILED, note=str(error))
                return
            raise


def _is_about_the_number(error: TelephonyError) -> bool:
    if isinstance(error, WrongParameterValue):
        return re.match(r"to\b", error.desc.strip()) is not None
    return isinstance(error, InvalidRequest)


async def _follow(work: Work) -> None:
    """Look at all that are under way until each is delivered, lost or given up."""
    delay = _FIRST_DELAY
    while True:
        await _paced(work, work.steps(StepState.STARTED), _Looking(work).look)
        if not work.steps(StepState.STARTED):
            return
        await anyio.sleep(delay)
        delay = min(delay * _FACTOR, _LONGEST_DELAY)


class _Looking:
    """Look where an SMS is."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def look(self, step: Step) -> None:
        """Look at all parts of one SMS, and write down what is certain."""
        journal = self._work.journal
        try:
            parts = [await self._work.spikon.sms.state(sms_id) for sms_id in step.ids]
        except NotReady:
            return
        except NoElementsFound:
            # Just after the sending it may not be seen yet.
            if journal.now() >= step.changed_at + _UNSEEN:
                journal.move(step, StepState.FAILED, note="SPIKON does not know it")
            return
        lost = [part for part in parts if part.state in _LOST]
        if lost:
            journal.move(step, StepState.FAILED, note=_reason(lost[0]))
        elif parts and all(part.state == SmsState.DELIVERED for part in parts):
            journal.move(step, StepState.DONE, note="delivered")
        elif not parts or journal.now() >= step.changed_at + self._work.settings.follow:
            journal.move(step, StepState.DONE, note="sent, without a receipt")


def _reason(part: SmsStatus) -> str:
    state = part.state.name.lower() if isinstance(part.state, SmsState) else part.state
    return f"{state.replace('_', ' ')}{': ' if part.error else ''}{part.error}"


def _summary(steps: Iterable[Step]) -> Ended:
    counts: Counter[str] = Counter()
    for step in steps:
        # The reasons are for `status`; they can quote what was sent.
        counts[step.note if step.state is StepState.DONE else step.state] += 1
    note = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    unsettled = StepState.UNKNOWN in counts
    return Ended(note=note, state=JobState.UNSETTLED if unsettled else JobState.DONE)
