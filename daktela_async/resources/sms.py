"""Chapter SMS: the hosted gateway; sent, followed, set up."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from weakref import WeakValueDictionary

from _telephony_core import checks
from _telephony_core.calls import Call, Semantics
from _telephony_core.concurrency import map_bounded
from _telephony_core.errors import started
from _telephony_core.polling import (
    Absence,
    Look,
    Pending,
    Polling,
    Ready,
    SharedPoll,
    WaitUpdate,
    poll_until,
    time_limit,
)

from ..errors import InvalidRequest, JobFailed, JobNotFound, TelephonyError
from ..group_sms import Batch, group_params, split
from ..models.common import Direction, Done
from ..models.sms import (
    FollowedGroup,
    FollowedSending,
    GroupSmsEntry,
    GroupSmsResult,
    GroupSmsStatus,
    RemovedGroup,
    SentGroup,
    SentSms,
    SmsBacklog,
    SmsMessage,
    SmsResult,
    SmsSettings,
    SmsText,
)
from ..session import LONGEST_URL, DaktelaSession
from ..wire import PhpValue, true_false, yes_no
from .base import DaktelaResource, listed, open_period, sought
from .sms_checks import batch_of, look_for, messages_of, priority_of, send_batches, text_of

#: How an SMS is followed unless told otherwise: a phone that is off can take long, and the looks at
#: one SMS serve no other.
DELIVERY = Polling(first_delay=2.0, factor=1.25, timeout=900.0)
#: How a group is followed unless told otherwise.
GROUP = Polling(first_delay=2.0, timeout=3600.0)
#: Requests of one flow under way at once.
CONCURRENCY = 3

_SENT = "Look with sms.list() whether it went out before sending it again."


class SmsResource(DaktelaResource):
    """SMS through the hosted gateway.

    The samples of the document send these actions to api.daktela.com and not to the call centre's
    own server: make a client for the one where yours are.

    What is sent costs money and is never repeated once it went out: a lost answer raises
    `OutcomeUnknown`. The service keeps SMS for 6 months.
    """

    def __init__(self, session: DaktelaSession) -> None:
        super().__init__(session)
        # All who wait for the same thing share its looks; it is forgotten with the last of them.
        self._messages: WeakValueDictionary[str, SharedPoll[tuple[SmsMessage, ...]]] = (
            WeakValueDictionary()
        )
        self._groups: WeakValueDictionary[str, SharedPoll[tuple[GroupSmsStatus, ...]]] = (
            WeakValueDictionary()
        )

    # Sent.

    async def send(
        self,
        number: str,
        text: str,
        *,
        confirmation: bool | None = None,
        unicode: bool = False,
        email: str | None = None,
        account_code: str | None = None,
        gateway: str | None = None,
        slot: str | None = None,
        port: str | None = None,
        priority: int | None = None,
        scheduled_at: datetime | None = None,
        version: str = "3.1",
        timeout: float | None = None,
    ) -> SentSms:
        """Send an SMS. Daktela SendSMS, chapter SMS.

        `text` has at most 1377 characters (603 with `unicode`), in SMS of 160 (70).

        Args:
            number: the number to send it to.
            text: the text.
            confirmation: whether a delivery report is wanted; the settings must have a callback or
                an address for it.
            unicode: whether accents are kept; otherwise the service writes the text without them.
            email: the address to which an answer or the delivery report goes.
            account_code: a code of your own, which comes back in the callbacks.
            gateway: the number of the gateway to send by; needs `slot` and `port`.
            slot: the number of the slot.
            port: the number of the port.
            priority: from 0 (low) to 20 (high); 10 unless given.
            scheduled_at: when it is to be sent.
            version: the version of the action.
            timeout: seconds for the whole call of the API.
        """
        source = "Daktela SendSMS"
        if len({value is None for value in (gateway, slot, port)}) != 1:
            raise InvalidRequest(
                "gateway, slot and port must be given together.", advice=f"See {source}."
            )
        return await self._act(
            "SendSMS",
            SentSms,
            {
                "number": checks.text("number", number, source),
                "message": text_of("text", text, source, unicode=unicode),
                "confirmation": yes_no(confirmation),
                "unicode": yes_no(unicode or None),
                "email": email,
                "accountcode": account_code,
                "gw": gateway,
                "slot": slot,
                "port": port,
                "priority": priority_of(priority, source),
                "datetime_scheduled": scheduled_at,
            },
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check=_SENT,
            timeout=timeout,
        )

    async def send_batch(
        self,
        messages: Sequence[SmsText],
        *,
        confirmation: bool | None = None,
        unicode: bool = False,
        email: str | None = None,
        account_code: str | None = None,
        priority: int | None = None,
        scheduled_at: datetime | None = None,
        version: str = "3.1",
        timeout: float | None = None,
    ) -> SentGroup:
        """Send messages as one group, by one request. Daktela SendGroupSMS, chapter SMS.

        At most 20 000 messages, and only as many as fit an address of 8000 bytes: `send_group`
        takes any number. The other arguments are those of `send`.
        """
        call = self._group_call(
            batch_of(messages, "Daktela SendGroupSMS", unicode=unicode),
            confirmation=confirmation,
            unicode=unicode,
            email=email,
            account_code=account_code,
            priority=priority,
            scheduled_at=scheduled_at,
            version=version,
        )
        return await self._send(call, timeout=timeout)

    async def send_group(
        self,
        messages: Iterable[SmsText],
        *,
        confirmation: bool | None = None,
        unicode: bool = False,
        email: str | None = None,
        account_code: str | None = None,
        priority: int | None = None,
        scheduled_at: datetime | None = None,
        concurrency: int = CONCURRENCY,
        on_started: Callable[[str], None] | None = None,
        on_entries: Callable[[tuple[GroupSmsEntry, ...]], None] | None = None,
        version: str = "3.1",
        timeout: float | None = None,
    ) -> GroupSmsResult:
        """Send any number of messages, in as many groups as it takes. Daktela SendGroupSMS, SMS.

        All messages are checked before the first is sent. The groups are sent `concurrency` at a
        time, each once: one that fails does not stop the others, and one whose answer was lost is
        not sent again. The result tells of every message whether it was accepted, refused or
        whether that is unknown; `on_entries` hears of it group by group, and `on_started` of the
        id of each group at once. `timeout` bounds each request. The other arguments are those of
        `send`.
        """
        call = partial(
            self._group_call,
            confirmation=confirmation,
            unicode=unicode,
            email=email,
            account_code=account_code,
            priority=priority,
            scheduled_at=scheduled_at,
            version=version,
        )

        async def send(batch: Batch) -> SentGroup:
            return await self._send(call(batch.messages), timeout=timeout)

        every = messages_of(messages, "Daktela SendGroupSMS", unicode=unicode)
        fixed = len(self._session.address(call(())))
        batches = split(every, fixed=fixed, limit=LONGEST_URL)
        return await send_batches(
            batches,
            send,
            concurrency=concurrency,
            on_started=on_started,
            on_entries=on_entries,
        )

    async def send_group_and_wait(
        self,
        messages: Iterable[SmsText],
        *,
        confirmation: bool | None = None,
        unicode: bool = False,
        email: str | None = None,
        account_code: str | None = None,
        priority: int | None = None,
        scheduled_at: datetime | None = None,
        concurrency: int = CONCURRENCY,
        on_started: Callable[[str], None] | None = None,
        on_entries: Callable[[tuple[GroupSmsEntry, ...]], None] | None = None,
        version: str = "3.1",
        timeout: float | None = None,
        polling: Polling = GROUP,
        on_update: Callable[[WaitUpdate], None] | None = None,
    ) -> FollowedSending:
        """Send any number of messages and follow their groups. Daktela SendGroupSMS, SMS.

        `timeout` bounds the waiting alone, for all groups together. A group whose waiting fails
        has its error in the result, and does not hide the others. The other arguments are those
        of `send_group` and `wait_group`.
        """
        time_limit(polling, timeout)
        result = await self.send_group(
            messages,
            confirmation=confirmation,
            unicode=unicode,
            email=email,
            account_code=account_code,
            priority=priority,
            scheduled_at=scheduled_at,
            concurrency=concurrency,
            on_started=on_started,
            on_entries=on_entries,
            version=version,
        )

        async def follow(group_id: str) -> FollowedGroup:
            try:
                status = await self.wait_group(
                    group_id, timeout=timeout, polling=polling, on_update=on_update
                )
            except TelephonyError as error:
                return FollowedGroup(id=group_id, error=error)
            return FollowedGroup(id=group_id, status=status)

        ids = result.group_ids
        with started(ids):
            groups = await map_bounded(follow, ids, max(1, len(ids)))
        return FollowedSending(result=result, groups=tuple(groups))

    # Followed.

    async def list(
        self,
        *,
        direction: Direction | str | None = None,
        keyword: str | None = None,
        account_codes: Iterable[str] | None = None,
        email: str | None = None,
        gateway: str | None = None,
        slot: str | None = None,
        port: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        version: str = "3.1",
        timeout: float | None = None,
    ) -> tuple[SmsMessage, ...]:
        """List SMS. Daktela GetSMS, chapter SMS.

        `keyword` is looked for in numbers and texts. Without any argument all SMS come. The
        document says that the oldest come first, and shows the latest first in a sample.
        """
        source = "Daktela GetSMS"
        if direction is not None:
            checks.one_of("direction", direction, Direction, source)
        first, last = open_period(since, until, self._session.timezone, source)
        return await self._ask(
            "GetSMS",
            tuple[SmsMessage, ...],
            {
                "direction": direction,
                "keyword": sought("keyword", keyword, source),
                "accountcode": listed("account_codes", account_codes, source),
                "email": sought("email", email, source),
                "gw": sought("gateway", gateway, source),
                "slot": sought("slot", slot, source),
                "port": sought("port", port, source),
                "datetime_from": first,
                "datetime_to": last,
            },
            version=version,
            timeout=timeout,
        )

    async def get(
        self, sms_id: str, *, version: str = "3.1", timeout: float | None = None
    ) -> SmsMessage | None:
        """Return one SMS, None if the service does not have it. Daktela GetSMS, chapter SMS."""
        found = await self._find(sms_id, version=version, timeout=timeout)
        return next((message for message in found if message.id == sms_id), None)

    async def group_status(
        self,
        *,
        group_id: str | None = None,
        waiting: bool | None = None,
        version: str = "3.1",
        timeout: float | None = None,
    ) -> tuple[GroupSmsStatus, ...]:
        """Tell how far groups are: all, one, or those that wait. Daktela StatusGroupSMS, SMS."""
        return await self._ask(
            "StatusGroupSMS",
            tuple[GroupSmsStatus, ...],
            {"waiting": true_false(waiting)},
            record_id=group_id,
            version=version,
            timeout=timeout,
        )

    async def backlog(self, *, version: str = "3.1", timeout: float | None = None) -> SmsBacklog:
        """Count the SMS that wait to be sent. Daktela StatusSMS, chapter SMS."""
        return await self._ask("StatusSMS", SmsBacklog, version=version, timeout=timeout)

    async def wait_delivered(
        self,
        sms_id: str,
        *,
        timeout: float | None = None,
        polling: Polling = DELIVERY,
        on_update: Callable[[WaitUpdate], None] | None = None,
    ) -> SmsMessage:
        """Wait until the delivery of an SMS is confirmed. Daktela GetSMS, chapter SMS.

        StatusSMS only counts, so the SMS itself is looked at. Raises `JobFailed` when it ended
        with an error, and when it was sent without asking for a delivery report, which then never
        comes; `JobNotFound` when the service does not have it for a minute; `WaitTimeout` (after
        15 minutes unless told otherwise) with the id to go on from.
        """
        checks.text("sms_id", sms_id, "Daktela GetSMS")
        shared = self._messages.get(sms_id)
        if shared is None:
            shared = self._messages[sms_id] = SharedPoll(partial(self._find, sms_id))
        absence = Absence()

        async def look(when: Look) -> Pending | Ready[SmsMessage]:
            message = await look_for(shared, when, sms_id, absence, f"SMS {sms_id}")
            if isinstance(message, Pending):
                return message
            if message.confirmed:
                return Ready(message, "confirmed")
            if message.result == SmsResult.ERROR:
                raise _failed(message, f"error {message.error_code or 'without a code'}")
            if message.result == SmsResult.OK and not message.confirmation_requested:
                raise _failed(message, "it was sent without asking for a delivery report")
            return Pending(str(message.result))

        return await poll_until(
            look,
            id=sms_id,
            what=f"the delivery of SMS {sms_id}",
            polling=polling,
            timeout=timeout,
            on_update=on_update,
        )

    async def send_and_wait(
        self,
        number: str,
        text: str,
        *,
        unicode: bool = False,
        email: str | None = None,
        account_code: str | None = None,
        priority: int | None = None,
        timeout: float | None = None,
        polling: Polling = DELIVERY,
        on_started: Callable[[str], None] | None = None,
        on_update: Callable[[WaitUpdate], None] | None = None,
    ) -> SmsMessage:
        """Send an SMS with a delivery report, and wait for that. Daktela SendSMS, GetSMS, SMS.

        `timeout` bounds the waiting alone. `on_started` hears of the id as soon as the SMS is
        sent. Every error after the sending carries the id too: go on with `wait_delivered`, never
        by sending again.
        """
        time_limit(polling, timeout)
        sent = await self.send(
            number,
            text,
            confirmation=True,
            unicode=unicode,
            email=email,
            account_code=account_code,
            priority=priority,
        )
        with started((sent.id,)):
            if on_started is not None:
                on_started(sent.id)
            return await self.wait_delivered(
                sent.id, timeout=timeout, polling=polling, on_update=on_update
            )

    async def wait_group(
        self,
        group_id: str,
        *,
        timeout: float | None = None,
        polling: Polling = GROUP,
        on_update: Callable[[WaitUpdate], None] | None = None,
    ) -> GroupSmsStatus:
        """Wait until no message of a group waits to be sent. Daktela StatusGroupSMS, chapter SMS.

        Messages that failed are counted in the result, and raise nothing. Raises `JobNotFound`
        when the service does not have the group for a minute, or no message in it, and at once
        when the messages that it had are gone because it was removed; and `WaitTimeout` (after an
        hour unless told otherwise) with the id to go on from.
        """
        checks.text("group_id", group_id, "Daktela StatusGroupSMS")
        shared = self._groups.get(group_id)
        if shared is None:
            ask: Callable[[], Awaitable[tuple[GroupSmsStatus, ...]]] = partial(
                self.group_status, group_id=group_id
            )
            shared = self._groups[group_id] = SharedPoll(ask)
        absence, emptiness = Absence(), Absence()
        begun = False

        async def look(when: Look) -> Pending | Ready[GroupSmsStatus]:
            nonlocal begun
            status = await look_for(shared, when, group_id, absence, f"group {group_id}")
            if isinstance(status, Pending):
                return status
            state = f"{status.waiting} of {status.total} waiting"
            if status.total == 0:
                if begun:
                    raise JobNotFound(
                        f"group {group_id} has no messages any more: it was removed.",
                        call="GET StatusGroupSMS",
                        advice="Look with sms.list() which of its messages went out before.",
                    )
                emptiness.noted(f"a message of group {group_id}")
                return Pending(state)
            begun = True
            return Ready(status, state) if status.finished else Pending(state)

        return await poll_until(
            look,
            id=group_id,
            what=f"group {group_id}",
            polling=polling,
            timeout=timeout,
            on_update=on_update,
        )

    async def remove_group(
        self, group_id: str, *, version: str = "3.1", timeout: float | None = None
    ) -> RemovedGroup:
        """Stop the messages of a group that wait, for ever. Daktela RemoveGroupSMS, chapter SMS.

        Doing it twice stops no more than once; after a repetition `removed` counts only what the
        last attempt still found.
        """
        return await self._act(
            "RemoveGroupSMS",
            RemovedGroup,
            record_id=checks.text("group_id", group_id, "Daktela RemoveGroupSMS"),
            version=version,
            semantics=Semantics.IDEMPOTENT,
            timeout=timeout,
        )

    # Set up.

    async def settings(self, *, version: str = "3.1", timeout: float | None = None) -> SmsSettings:
        """Return the settings of the gateway. Daktela GetSMSSettings, SMS and SMSConnect."""
        return await self._ask("GetSMSSettings", SmsSettings, version=version, timeout=timeout)

    async def change_settings(
        self,
        *,
        incoming_callback: str | None = None,
        outgoing_callback: str | None = None,
        incoming_email: str | None = None,
        outgoing_email: str | None = None,
        sending_rate_limit: int | None = None,
        sending_rate_time: timedelta | None = None,
        allowed_from_hour: int | None = None,
        allowed_to_hour: int | None = None,
        version: str = "3.1",
        timeout: float | None = None,
    ) -> Done:
        """Change settings of the gateway. Daktela SetSMSSettings, SMS and SMSConnect.

        What is None stays as it is.

        Args:
            incoming_callback: the URL that is told of every SMS received. It may hold a login and
                a password, and names of parameters of your own; it travels where the token does.
            outgoing_callback: the URL that is told of every SMS sent and of delivery; likewise.
            incoming_email: the address that is told of every SMS received.
            outgoing_email: the address that is told of every SMS sent and of delivery.
            sending_rate_limit: the most SMS sent by `send` in `sending_rate_time`; 0 is no limit.
            sending_rate_time: the time for which that limit holds; both are given, or neither.
            allowed_from_hour: the hour, 0 to 23, from which SMS go out; others wait. 0 is no limit.
            allowed_to_hour: the last hour in which SMS go out; 0 is no limit.
            version: the version of the action.
            timeout: seconds for the whole call of the API.
        """
        source = "Daktela SetSMSSettings"
        if (sending_rate_limit is None) != (sending_rate_time is None):
            raise InvalidRequest(
                "sending_rate_limit and sending_rate_time must be given together.",
                advice=f"See {source}.",
            )
        if sending_rate_limit is not None:
            checks.whole("sending_rate_limit", sending_rate_limit, least=0)
        for name, hour in (
            ("allowed_from_hour", allowed_from_hour),
            ("allowed_to_hour", allowed_to_hour),
        ):
            if hour is not None and not 0 <= hour <= 23:
                raise InvalidRequest(
                    f"{name} is {hour}; it must be from 0 to 23.", advice=f"See {source}."
                )
        call = self._call(
            "SetSMSSettings",
            Done,
            {
                "incoming_email": incoming_email,
                "outgoing_email": outgoing_email,
                "sending_rate_limit": sending_rate_limit,
                "sending_rate_time": sending_rate_time,
                "allowed_hour_begin": allowed_from_hour,
                "allowed_hour_end": allowed_to_hour,
            },
            secrets={
                "incoming_callback": incoming_callback,
                "outgoing_callback": outgoing_callback,
            },
            version=version,
            semantics=Semantics.IDEMPOTENT,
        )
        # Crash reporters send local variables along.
        del incoming_callback, outgoing_callback
        return await self._send(call, timeout=timeout)

    # What the above are made of.

    async def _find(
        self, sms_id: str, *, version: str = "3.1", timeout: float | None = None
    ) -> tuple[SmsMessage, ...]:
        return await self._ask(
            "GetSMS",
            tuple[SmsMessage, ...],
            record_id=checks.text("sms_id", sms_id, "Daktela GetSMS"),
            version=version,
            timeout=timeout,
        )

    def _group_call(
        self,
        messages: Sequence[SmsText],
        *,
        confirmation: bool | None,
        unicode: bool,
        email: str | None,
        account_code: str | None,
        priority: int | None,
        scheduled_at: datetime | None,
        version: str,
    ) -> Call[SentGroup]:
        source = "Daktela SendGroupSMS"
        params: dict[str, PhpValue] = {
            **group_params(messages),
            "confirmation": yes_no(confirmation),
            "unicode": yes_no(unicode or None),
            "email": email,
            "accountcode": account_code,
            "priority": priority_of(priority, source),
            "datetime_scheduled": scheduled_at,
        }
        return self._call(
            "SendGroupSMS",
            SentGroup,
            params,
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check="Look with sms.group_status() and sms.list() before sending any of it again.",
        )


def _failed(message: SmsMessage, reason: str) -> JobFailed:
    return JobFailed(
        f"the SMS will not be confirmed: {reason}.",
        call="GET GetSMS",
        advice="Nothing more will happen to it.",
        ids=(message.id,),
        state=str(message.result),
        reason=reason,
    )
