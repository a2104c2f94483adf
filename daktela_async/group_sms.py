"""Messages split into groups that fit an address, and answers matched to messages. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from .errors import Acted, InvalidRequest, OutcomeUnknown, TelephonyError
from .models.sms import GroupSmsEntry, SentGroup, SmsOutcome, SmsText
from .wire import PhpValue, encode_query, php_params

#: The most messages in one group (SendGroupSMS, SendGroupSMSConnect).
MOST_MESSAGES = 20_000


@frozen
class Batch:
    """Messages that are sent as one group, and the place of the first among all messages."""

    start: int
    messages: tuple[SmsText, ...]


def group_params(messages: Sequence[SmsText]) -> dict[str, PhpValue]:
    """Return the parameters of a group: number[0], message[0] and so on."""
    return {
        "number": {index: message.number for index, message in enumerate(messages)},
        "message": {index: message.text for index, message in enumerate(messages)},
    }


def split(
    messages: Sequence[SmsText], *, fixed: int, limit: int, most: int = MOST_MESSAGES
) -> list[Batch]:
    """Return the messages in as few groups as fit, every message once and in order.

    `fixed` bytes of an address go to what stands beside the messages, and `limit` is the length
    of the whole address. A message that fits no address by itself is an `InvalidRequest`.
    """
    batches: list[Batch] = []
    start, used = 0, fixed
    for number, message in enumerate(messages):
        size = _size(number - start, message)
        if number > start and (used + size > limit or number - start >= most):
            batches.append(Batch(start, tuple(messages[start:number])))
            start, used = number, fixed
            size = _size(0, message)
        used += size
        if used > limit:
            raise InvalidRequest(
                f"messages[{number}] needs an address of {used} bytes; at most {limit} are sent,"
                " because servers refuse longer ones.",
                advice="Shorten its text.",
            )
    if messages:
        batches.append(Batch(start, tuple(messages[start:])))
    return batches


def _size(index: int, message: SmsText) -> int:
    """Return by how much a message lengthens an address, as it is really written."""
    params = {"number": {index: message.number}, "message": {index: message.text}}
    return len(encode_query(php_params(params))) + len("&")


def accepted(batch: Batch, group: SentGroup) -> list[GroupSmsEntry]:
    """Return what became of the messages of a group that was accepted.

    The answer names no numbers, only ids in order. With as many as there are messages they belong
    to them one by one; else nobody can tell which message was left out. One that has no id in the
    answer may have been accepted all the same.
    """
    listed = len(group.messages) + len(group.without_id)
    if listed != len(batch.messages):
        error = _unknown(
            group, f"the answer has {listed} messages for {len(batch.messages)} that were sent."
        )
        return _entries(batch, SmsOutcome.UNKNOWN, group.id or None, error)
    entries = _entries(
        batch,
        SmsOutcome.UNKNOWN,
        group.id or None,
        _unknown(group, "the answer has no id for this message."),
    )
    with_id = sorted(set(range(listed)) - set(group.without_id))
    for place, sent in zip(with_id, group.messages, strict=True):
        entries[place] = GroupSmsEntry(
            index=batch.start + place,
            message=batch.messages[place],
            outcome=SmsOutcome.ACCEPTED,
            group_id=sent.group_id or group.id or None,
            sms_id=sent.id,
            parts=sent.parts,
        )
    return entries


def failed(batch: Batch, error: TelephonyError) -> list[GroupSmsEntry]:
    """Return what became of the messages of a group whose sending failed."""
    refused = error.acted is Acted.NO
    return _entries(batch, SmsOutcome.REFUSED if refused else SmsOutcome.UNKNOWN, None, error)


def _unknown(group: SentGroup, what: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        what,
        acted=Acted.MAYBE,
        advice="Look with list() which of them the service has.",
        ids=(group.id,) if group.id else (),
    )


def _entries(
    batch: Batch, outcome: SmsOutcome, group_id: str | None, error: TelephonyError
) -> list[GroupSmsEntry]:
    return [
        GroupSmsEntry(index=index, message=message, outcome=outcome, group_id=group_id, error=error)
        for index, message in enumerate(batch.messages, batch.start)
    ]
