"""SMS through the hosted gateway, and what SMSConnect shares with it."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from attrs import field, frozen

from _telephony_core.converter import Record, Wire, find_rows, read_text
from _telephony_core.documents import Plain
from _telephony_core.errors import TelephonyError

from .common import Direction
from .shapes import is_filled, without_empty


class SmsResult(StrEnum):
    """What became of an SMS. GetSMS shows these values; others stay the text that was sent."""

    OK = "ok"
    ERROR = "error"


@frozen(kw_only=True)
class SimCard(Record):
    """A SIM card of the gateway. GetSMSSettings shows an empty list and describes no field.

    All fields are in `extra`; an entry that is a mere text stands there as `value`.
    """

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Take an entry of any shape."""
        return plain if isinstance(plain, dict) else {"value": plain}


@frozen(kw_only=True)
class SmsSettings(Record):
    """The settings of the SMS gateway. GetSMSSettings, SMS and SMSConnect.

    The URLs can hold passwords, so they do not show in a `repr`.

    Attributes:
        billing_id: the account that is charged.
        gateway: by which way SMS go, such as "CONNECT".
        outgoing_price: the price of an SMS.
        incoming_callback: the URL that is told of every SMS received.
        outgoing_callback: the URL that is told of every SMS sent and of delivery.
        incoming_email: the address that is told of every SMS received.
        outgoing_email: the address that is told of every SMS sent and of delivery.
        notified_by_email: of what the addresses are told, such as "in", "out", "confirmed".
        sending_rate_limit: the most single SMS sent in `sending_rate_time`; 0 is no limit.
        sending_rate_time: the time for which that limit holds.
        allowed_from_hour: the hour from which SMS go out; 0 is no limit.
        allowed_to_hour: the last hour in which SMS go out; 0 is no limit.
        administrative_rate_limit: the same limit as the provider set it.
        administrative_rate_time: the time for which that one holds.
        language: the language, such as "cs_CZ".
        sender: the sender's name for SMSConnect.
        sim_cards: the SIM cards.
    """

    billing_id: str = ""
    gateway: Annotated[str, Wire("enabled_sms")] = ""
    outgoing_price: Decimal | None = None
    incoming_callback: str | None = field(default=None, repr=False)
    outgoing_callback: str | None = field(default=None, repr=False)
    incoming_email: str | None = None
    outgoing_email: str | None = None
    notified_by_email: Annotated[tuple[str, ...], Wire("email_notification_allow")] = ()
    sending_rate_limit: int = 0
    sending_rate_time: timedelta = timedelta()
    allowed_from_hour: Annotated[int, Wire("allowed_hour_begin")] = 0
    allowed_to_hour: Annotated[int, Wire("allowed_hour_end")] = 0
    administrative_rate_limit: Annotated[int | None, Wire("sending_rate_limit_admin")] = None
    administrative_rate_time: Annotated[timedelta | None, Wire("sending_rate_time_admin")] = None
    language: Annotated[str, Wire("lang")] = ""
    sender: Annotated[str | None, Wire("connect_sender")] = None
    sim_cards: Annotated[tuple[SimCard, ...], Wire("sim")] = ()

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Lift the settings out of their own map, and split the list in a text."""
        if not isinstance(plain, dict):
            return plain
        settings = plain.get("settings")
        fields = {name: item for name, item in plain.items() if name != "settings"}
        if isinstance(settings, dict):
            fields = {**settings, **fields}
        allowed = fields.get("email_notification_allow")
        if isinstance(allowed, str):
            words: list[Plain] = [word for part in allowed.split(",") if (word := part.strip())]
            fields["email_notification_allow"] = words
        return fields


@frozen(kw_only=True)
class SmsMessage(Record):
    """An SMS of the gateway. GetSMS, SMS.

    Attributes:
        id: its id.
        billing_id: the account that is charged.
        direction: which way it went.
        created_at: when it was ordered, or came.
        processed_at: when the gateway took it up; in the document's sample two hours before
            `created_at`, as if that one field were in UTC.
        number: the number at the other end.
        attempts: attempts at sending it.
        parts: how many SMS it takes.
        from_client: the client that it came from.
        text: the text.
        result: what became of it.
        error_code: the hexadecimal code of the error, when the result is ERROR.
        confirmation_requested: whether a delivery report was asked for.
        confirmed: whether its delivery was confirmed.
        price: its price.
        gateway: the number of the gateway.
        slot: the number of the slot.
        port: the number of the port.
        account_code: what it was marked with.
        email: the address that was given with it.
    """

    id: str
    billing_id: str = ""
    direction: Direction | str = ""
    created_at: Annotated[datetime | None, Wire("datetime")] = None
    processed_at: Annotated[datetime | None, Wire("datetime_processed")] = None
    number: str = ""
    attempts: int | None = None
    parts: Annotated[int | None, Wire("count_sms")] = None
    from_client: str = ""
    text: Annotated[str, Wire("message")] = ""
    result: SmsResult | str = ""
    error_code: Annotated[str | None, Wire("code_error")] = None
    confirmation_requested: Annotated[bool, Wire("confirmation_enable")] = False
    confirmed: bool = False
    price: Decimal | None = None
    gateway: Annotated[str, Wire("gw_number")] = ""
    slot: Annotated[str, Wire("slot_number")] = ""
    port: Annotated[str, Wire("port_number")] = ""
    account_code: Annotated[str | None, Wire("accountcode")] = None
    email: str | None = None


@frozen(kw_only=True)
class SentSms(Record):
    """An SMS that was accepted. SendSMS, SendGroupSMS, SendSMSConnect, SendGroupSMSConnect.

    Attributes:
        id: its id.
        parts: how many SMS it takes; SendSMSConnect does not say.
        group_id: the id of its group, if it was sent in one.
    """

    id: str
    parts: Annotated[int | None, Wire("count_sms")] = None
    group_id: str | None = None

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Take an empty id for none: it says neither that the SMS was accepted nor that not."""
        return without_empty(plain, "id")


@frozen(kw_only=True)
class SentGroup(Record):
    """A group of SMS that was accepted. SendGroupSMS and SendGroupSMSConnect.

    The service puts an entry for the group itself, with no SMS, before those of the messages.

    Attributes:
        id: the id of the group.
        messages: the messages that have an id, in the order in which they were sent.
        without_id: the places, from 0, of those that were sent and have no id in the answer; it
            does not say what became of them.
    """

    id: str = ""
    messages: tuple[SentSms, ...] = ()
    without_id: tuple[int, ...] = ()

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Tell the entry of the group from those of its messages."""
        entries = [entry for entry in find_rows(plain, records=True) if isinstance(entry, dict)]
        groups = (read_text(entry.get("group_id")) for entry in entries)
        group = next((group_id for group_id in groups if group_id), "")
        sent = [entry for entry in entries if not group or read_text(entry.get("id")) != group]
        messages: list[Plain] = [entry for entry in sent if is_filled(entry, "id")]
        without_id: list[Plain] = [
            place for place, entry in enumerate(sent) if not is_filled(entry, "id")
        ]
        return {"id": group, "messages": messages, "without_id": without_id}


@frozen(kw_only=True)
class RemovedGroup(Record):
    """How much of a group was stopped. RemoveGroupSMS, SMS.

    Attributes:
        removed: messages that will not be sent.
    """

    removed: Annotated[int, Wire("count_removed")] = 0


@frozen(kw_only=True)
class GroupSmsStatus(Record):
    """How far a group of SMS is. StatusGroupSMS, SMS.

    Attributes:
        id: the id of the group.
        account_code: what it was marked with.
        created_at: when it was ordered.
        processed_at: when one of its messages was sent last.
        total: messages in all.
        sent: messages sent.
        waiting: messages that wait.
        failed: messages that ended with an error.
    """

    id: Annotated[str, Wire("group_id")]
    account_code: Annotated[str | None, Wire("accountcode")] = None
    created_at: Annotated[datetime | None, Wire("datetime")] = None
    processed_at: Annotated[datetime | None, Wire("datetime_processed")] = None
    total: Annotated[int, Wire("count_total")] = 0
    sent: Annotated[int, Wire("count_ok")] = 0
    waiting: Annotated[int, Wire("count_waiting")] = 0
    failed: Annotated[int, Wire("count_error")] = 0

    @property
    def finished(self) -> bool:
        """Whether none of its messages waits any more; a group without messages is not begun."""
        return self.total > 0 and self.waiting == 0

    @property
    def all_sent(self) -> bool:
        """Whether all of its messages were sent, as far as it has any."""
        return self.finished and self.sent == self.total


@frozen(kw_only=True)
class SmsBacklog(Record):
    """What waits to be sent. StatusSMS and StatusSMSConnect.

    Attributes:
        waiting: messages that wait.
        last_sent_at: when one was sent last; StatusSMSConnect does not say.
    """

    waiting: Annotated[int, Wire("count_waiting")] = 0
    last_sent_at: Annotated[datetime | None, Wire("last_datetime_processed")] = None


# Sending to groups of any size.


@frozen
class SmsText:
    """One SMS to be sent: a number and a text."""

    number: str
    text: str


class SmsOutcome(StrEnum):
    """Whether a message of a group was accepted.

    ACCEPTED: it has an id. REFUSED: it was surely not accepted, and may be sent again. UNKNOWN: it
    may have been accepted; sending it again could double it.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class GroupSmsEntry:
    """What became of one message that was given to `send_group`.

    Attributes:
        index: its place among the messages that were given, from 0.
        message: the message.
        outcome: whether it was accepted.
        group_id: the id of its group, if that is known.
        sms_id: its own id, if it was accepted.
        parts: how many SMS it takes, if it was accepted.
        error: why it was refused, or why its outcome is unknown.
    """

    index: int
    message: SmsText
    outcome: SmsOutcome
    group_id: str | None = None
    sms_id: str | None = None
    parts: int | None = None
    error: TelephonyError | None = None


@frozen(kw_only=True)
class GroupSmsResult:
    """What became of all messages that were given to `send_group`, in their order.

    Attributes:
        entries: one for each message.
    """

    entries: tuple[GroupSmsEntry, ...]

    @property
    def group_ids(self) -> tuple[str, ...]:
        """The ids of the groups that the service made of them."""
        return tuple(dict.fromkeys(entry.group_id for entry in self.entries if entry.group_id))

    @property
    def accepted(self) -> tuple[GroupSmsEntry, ...]:
        """The messages that were accepted."""
        return self._with(SmsOutcome.ACCEPTED)

    @property
    def refused(self) -> tuple[GroupSmsEntry, ...]:
        """The messages that were surely not accepted; they may be sent again."""
        return self._with(SmsOutcome.REFUSED)

    @property
    def unknown(self) -> tuple[GroupSmsEntry, ...]:
        """The messages that may have been accepted; look before you send them again."""
        return self._with(SmsOutcome.UNKNOWN)

    def _with(self, outcome: SmsOutcome) -> tuple[GroupSmsEntry, ...]:
        return tuple(entry for entry in self.entries if entry.outcome is outcome)


@frozen(kw_only=True)
class FollowedGroup:
    """A group that was followed to its end, as far as that went.

    Attributes:
        id: the id of the group.
        status: its last status; None when the waiting failed.
        error: why the waiting failed, `WaitTimeout` among others.
    """

    id: str
    status: GroupSmsStatus | None = None
    error: TelephonyError | None = None


@frozen(kw_only=True)
class FollowedSending:
    """Messages that were sent, and their groups followed to the end.

    Attributes:
        result: what became of each message when it was handed over.
        groups: how the groups ended.
    """

    result: GroupSmsResult
    groups: tuple[FollowedGroup, ...]

    @property
    def complete(self) -> bool:
        """Whether every message was accepted, and as many were sent: one that was removed was not.

        A group that counts neither its messages nor the SMS that they take is not complete.
        """
        if self.result.refused or self.result.unknown:
            return False
        if not all(group.status and group.status.all_sent for group in self.groups):
            return False
        # Whether the service counts messages, or the SMS that they take, is not documented.
        messages, parts = Counter[str | None](), Counter[str | None]()
        for entry in self.result.accepted:
            messages[entry.group_id] += 1
            parts[entry.group_id] += entry.parts or 1
        sent = {group.id: group.status.sent for group in self.groups if group.status}
        return all(sent.get(group or "") in {messages[group], parts[group]} for group in messages)
