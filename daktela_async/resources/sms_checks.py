"""What SMS and SMSConnect share: limits, groups of any size, and looks at what was sent."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from _telephony_core import checks
from _telephony_core.concurrency import map_bounded
from _telephony_core.errors import started
from _telephony_core.polling import Absence, Look, Pending, SharedPoll

from ..errors import DaktelaApiError, InvalidRequest, JobNotFound, TelephonyError, UserNotFound
from ..group_sms import MOST_MESSAGES, Batch, accepted, failed
from ..models.sms import GroupSmsEntry, GroupSmsResult, SentGroup, SmsText
from .base import IdentifiedT

#: The most characters of one message: 9 SMS of 153, or 9 of 67 with accents (SendSMS).
MOST_CHARACTERS = 1377
MOST_CHARACTERS_UNICODE = 603
#: The highest priority of a message; 10 is the usual one (SendSMS).
HIGHEST_PRIORITY = 20


def text_of(name: str, text: str, source: str, *, unicode: bool) -> str:
    """Return the text of a message that is not too long."""
    most = MOST_CHARACTERS_UNICODE if unicode else MOST_CHARACTERS
    return checks.text(name, text, source, most=most)


def messages_of(messages: Iterable[SmsText], source: str, *, unicode: bool) -> list[SmsText]:
    """Return the messages of a group, each checked; none at all is a mistake."""
    every = list(messages)
    if not every:
        raise InvalidRequest("messages is empty.", advice=f"See {source}.")
    for index, message in enumerate(every):
        checks.text(f"messages[{index}].number", message.number, source)
        text_of(f"messages[{index}].text", message.text, source, unicode=unicode)
    return every


def batch_of(messages: Iterable[SmsText], source: str, *, unicode: bool) -> list[SmsText]:
    """Return the messages of one group, checked; there are at most 20 000."""
    every = messages_of(messages, source, unicode=unicode)
    if len(every) > MOST_MESSAGES:
        raise InvalidRequest(
            f"a group of {len(every)} messages is to be sent; at most {MOST_MESSAGES} are allowed.",
            advice=f"Use send_group(), which takes any number. See {source}.",
        )
    return every


def priority_of(priority: int | None, source: str) -> int | None:
    """Return a priority from 0 to 20."""
    if priority is not None and not 0 <= priority <= HIGHEST_PRIORITY:
        raise InvalidRequest(
            f"priority is {priority}; it must be from 0 (low) to {HIGHEST_PRIORITY} (high).",
            advice=f"See {source}.",
        )
    return priority


async def send_batches(
    batches: Sequence[Batch],
    send: Callable[[Batch], Awaitable[SentGroup]],
    *,
    concurrency: int,
    on_started: Callable[[str], None] | None,
    on_entries: Callable[[tuple[GroupSmsEntry, ...]], None] | None,
) -> GroupSmsResult:
    """Send groups a few at a time, each once, and tell of every message what became of it.

    `on_started` hears of the id of each group, and then `on_entries` of its messages.
    """
    checks.whole("concurrency", concurrency, least=1)
    groups: dict[str, None] = {}

    async def attempt(batch: Batch) -> list[GroupSmsEntry]:
        try:
            group = await send(batch)
        except TelephonyError as error:
            entries = failed(batch, error)
        else:
            entries = accepted(batch, group)
        begun = dict.fromkeys(entry.group_id for entry in entries if entry.group_id)
        groups.update(begun)
        if on_started is not None:
            for group_id in begun:
                on_started(group_id)
        if on_entries is not None:
            on_entries(tuple(entries))
        return entries

    with started(groups):
        results = await map_bounded(attempt, batches, concurrency)
    return GroupSmsResult(entries=tuple(entry for entries in results for entry in entries))


async def look_for(
    shared: SharedPoll[tuple[IdentifiedT, ...]],
    when: Look,
    job_id: str,
    absence: Absence,
    what: str,
) -> IdentifiedT | Pending:
    """Take a look at what has an id: return it, or that the service does not have it yet.

    How the service says that it does not know an id is not documented: it may list nothing, or
    refuse. Either is borne for a minute, because what was just sent may be listed late; the refusal
    is then the cause of `JobNotFound`. That there is no such user is said of the access token.
    """
    refusal: DaktelaApiError | None = None
    found: tuple[IdentifiedT, ...] = ()
    try:
        found = await shared.look(when)
    except UserNotFound:
        raise
    except DaktelaApiError as error:
        refusal = error
    one = next((one for one in found if one.id == job_id), None)
    if one is not None:
        absence.over()
        return one
    try:
        return absence.noted(what)
    except JobNotFound as gone:
        raise gone from refusal
