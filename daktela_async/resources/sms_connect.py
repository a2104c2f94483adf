"""Chapter SMSConnect: SMS straight through an operator; its settings are in `sms`."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from re import fullmatch
from weakref import WeakValueDictionary

from _telephony_core import checks
from _telephony_core.calls import Call, Semantics
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
    state_name,
    time_limit,
)

from ..errors import InvalidRequest, JobFailed
from ..group_sms import Batch, group_params, split
from ..models.common import Direction
from ..models.sms import GroupSmsEntry, GroupSmsResult, SentGroup, SentSms, SmsBacklog, SmsText
from ..models.sms_connect import FAILED_RESULTS, SmsConnectMessage, SmsConnectResult
from ..session import LONGEST_URL, DaktelaSession
from ..wire import PhpValue, yes_no
from .base import DaktelaResource, listed, open_period, sought
from .sms import CONCURRENCY, DELIVERY
from .sms_checks import batch_of, look_for, messages_of, priority_of, send_batches, text_of


class SmsConnectResource(DaktelaResource):
    """SMS through SMSConnect.

    The samples of the document send these actions to api.daktela.com and not to the call centre's
    own server: make a client for the one where yours are.

    What is sent costs money and is never repeated once it went out: a lost answer raises
    `OutcomeUnknown`. The service keeps SMS for 6 months.
    """

    def __init__(self, session: DaktelaSession) -> None:
        super().__init__(session)
        # All who wait for the same SMS share its looks; it is forgotten with the last of them.
        self._messages: WeakValueDictionary[str, SharedPoll[tuple[SmsConnectMessage, ...]]] = (
            WeakValueDictionary()
        )

    async def send(
        self,
        number: str,
        text: str,
        *,
        confirmation: bool | None = None,
        unicode: bool = False,
        account_code: str | None = None,
        sender: str | None = None,
        priority: int | None = None,
        scheduled_at: datetime | None = None,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> SentSms:
        """Send an SMS. Daktela SendSMSConnect, chapter SMSConnect.

        `text` has at most 1377 characters (603 with `unicode`), in SMS of 160 (70).

        Args:
            number: the number to send it to, like "+420123456789".
            text: the text.
            confirmation: whether a delivery report is wanted.
            unicode: whether accents are kept; otherwise the service writes the text without them.
            account_code: a code of your own, which comes back in the callbacks.
            sender: the name that is shown as the sender, if it was allowed; "Info" unless given.
            priority: from 0 (low) to 20 (high); 10 unless given.
            scheduled_at: when it is to be sent.
            version: the version of the action.
            timeout: seconds for the whole call of the API.
        """
        source = "Daktela SendSMSConnect"
        if not fullmatch(r"\+[0-9]+", number):
            raise InvalidRequest(
                f"number is {number[:40]!r}; it must be like '+420123456789'.",
                advice=f"See {source}.",
            )
        return await self._act(
            "SendSMSConnect",
            SentSms,
            {
                "number": number,
                "message": text_of("text", text, source, unicode=unicode),
                "confirmation": yes_no(confirmation),
                "priority": priority_of(priority, source),
                "accountcode": account_code,
                "datetime_scheduled": scheduled_at,
                "sender": sender,
                "unicode": yes_no(unicode or None),
            },
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check="Look with sms_connect.list() whether it went out before sending it again.",
            timeout=timeout,
        )

    async def send_batch(
        self,
        messages: Sequence[SmsText],
        *,
        confirmation: bool | None = None,
        account_code: str | None = None,
        sender: str | None = None,
        priority: int | None = None,
        scheduled_at: datetime | None = None,
        version: str = "3.1",
        timeout: float | None = None,
    ) -> SentGroup:
        """Send messages as one group, by one request. Daktela SendGroupSMSConnect, SMSConnect.

        At most 20 000 messages, and only as many as fit an address of 8000 bytes: `send_group`
        takes any number. The sample of the document calls SendGroupSMS here; the action that it
        describes is sent. The other arguments are those of `send`.
        """
        call = self._group_call(
            batch_of(messages, "Daktela SendGroupSMSConnect", unicode=False),
            confirmation=confirmation,
            account_code=account_code,
            sender=sender,
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
        account_code: str | None = None,
        sender: str | None = None,
        priority: int | None = None,
        scheduled_at: datetime | None = None,
        concurrency: int = CONCURRENCY,
        on_started: Callable[[str], None] | None = None,
        on_entries: Callable[[tuple[GroupSmsEntry, ...]], None] | None = None,
        version: str = "3.1",
        timeout: float | None = None,
    ) -> GroupSmsResult:
        """Send any number of messages, in as many groups as it takes. Daktela SendGroupSMSConnect.

        Chapter SMSConnect. It goes about it as `sms.send_group` does. How far such a group is can
        be seen by `list`, whose messages have a `group_id`.
        """
        call = partial(
            self._group_call,
            confirmation=confirmation,
            account_code=account_code,
            sender=sender,
            priority=priority,
            scheduled_at=scheduled_at,
            version=version,
        )

        async def send(batch: Batch) -> SentGroup:
            return await self._send(call(batch.messages), timeout=timeout)

        every = messages_of(messages, "Daktela SendGroupSMSConnect", unicode=False)
        fixed = len(self._session.address(call(())))
        batches = split(every, fixed=fixed, limit=LONGEST_URL)
        return await send_batches(
            batches,
            send,
            concurrency=concurrency,
            on_started=on_started,
            on_entries=on_entries,
        )

    async def list(
        self,
        *,
        direction: Direction | str | None = None,
        keyword: str | None = None,
        account_codes: Iterable[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> tuple[SmsConnectMessage, ...]:
        """List SMS. Daktela GetSMSConnect, chapter SMSConnect.

        `keyword` is looked for in numbers and texts. Without any argument all SMS come. The
        document says that the oldest come first.
        """
        source = "Daktela GetSMSConnect"
        if direction is not None:
            checks.one_of("direction", direction, Direction, source)
        first, last = open_period(since, until, self._session.timezone, source)
        return await self._ask(
            "GetSMSConnect",
            tuple[SmsConnectMessage, ...],
            {
                "direction": direction,
                "keyword": sought("keyword", keyword, source),
                "datetime_from": first,
                "datetime_to": last,
                "accountcode": listed("account_codes", account_codes, source),
            },
            version=version,
            timeout=timeout,
        )

    async def get(
        self, sms_id: str, *, version: str = "4.1", timeout: float | None = None
    ) -> SmsConnectMessage | None:
        """Return one SMS, None if the service does not have it. Daktela GetSMSConnect."""
        found = await self._find(sms_id, version=version, timeout=timeout)
        return next((message for message in found if message.id == sms_id), None)

    async def backlog(self, *, version: str = "4.1", timeout: float | None = None) -> SmsBacklog:
        """Count the SMS that wait to be sent. Daktela StatusSMSConnect, chapter SMSConnect."""
        return await self._ask("StatusSMSConnect", SmsBacklog, version=version, timeout=timeout)

    async def wait_delivered(
        self,
        sms_id: str,
        *,
        timeout: float | None = None,
        polling: Polling = DELIVERY,
        on_update: Callable[[WaitUpdate], None] | None = None,
    ) -> SmsConnectMessage:
        """Wait until an SMS is delivered. Daktela GetSMSConnect, chapter SMSConnect.

        Raises `JobFailed` when it ended undelivered, expired, forbidden or with an error, and when
        it was sent without asking for a delivery report, which then never comes; `JobNotFound`
        when the service does not have it for a minute; `WaitTimeout` (after 15 minutes unless told
        otherwise) with the id to go on from.
        """
        checks.text("sms_id", sms_id, "Daktela GetSMSConnect")
        shared = self._messages.get(sms_id)
        if shared is None:
            shared = self._messages[sms_id] = SharedPoll(partial(self._find, sms_id))
        absence = Absence()

        async def look(when: Look) -> Pending | Ready[SmsConnectMessage]:
            message = await look_for(shared, when, sms_id, absence, f"SMS {sms_id}")
            if isinstance(message, Pending):
                return message
            name = state_name(message.result)
            if message.result == SmsConnectResult.DELIVERED:
                return Ready(message, name)
            unreported = (
                message.result == SmsConnectResult.SENT and not message.confirmation_requested
            )
            if message.result in FAILED_RESULTS or unreported:
                reason = " without asking for a delivery report" * unreported
                raise JobFailed(
                    f"the SMS ended as {name}{reason}.",
                    call="GET GetSMSConnect",
                    advice="Nothing more will happen to it.",
                    state=str(message.result),
                )
            return Pending(name)

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
        account_code: str | None = None,
        sender: str | None = None,
        priority: int | None = None,
        timeout: float | None = None,
        polling: Polling = DELIVERY,
        on_started: Callable[[str], None] | None = None,
        on_update: Callable[[WaitUpdate], None] | None = None,
    ) -> SmsConnectMessage:
        """Send an SMS with a delivery report, and wait for that. Daktela SendSMSConnect.

        Chapter SMSConnect. `timeout` bounds the waiting alone. `on_started` hears of the id as soon
        as the SMS is sent. Every error after the sending carries the id too: go on with
        `wait_delivered`, never by sending again.
        """
        time_limit(polling, timeout)
        sent = await self.send(
            number,
            text,
            confirmation=True,
            unicode=unicode,
            account_code=account_code,
            sender=sender,
            priority=priority,
        )
        with started((sent.id,)):
            if on_started is not None:
                on_started(sent.id)
            return await self.wait_delivered(
                sent.id, timeout=timeout, polling=polling, on_update=on_update
            )

    async def _find(
        self, sms_id: str, *, version: str = "4.1", timeout: float | None = None
    ) -> tuple[SmsConnectMessage, ...]:
        return await self._ask(
            "GetSMSConnect",
            tuple[SmsConnectMessage, ...],
            record_id=checks.text("sms_id", sms_id, "Daktela GetSMSConnect"),
            version=version,
            timeout=timeout,
        )

    def _group_call(
        self,
        messages: Sequence[SmsText],
        *,
        confirmation: bool | None,
        account_code: str | None,
        sender: str | None,
        priority: int | None,
        scheduled_at: datetime | None,
        version: str,
    ) -> Call[SentGroup]:
        params: dict[str, PhpValue] = {
            **group_params(messages),
            "confirmation": yes_no(confirmation),
            "accountcode": account_code,
            "priority": priority_of(priority, "Daktela SendGroupSMSConnect"),
            "datetime_scheduled": scheduled_at,
            "sender": sender,
        }
        return self._call(
            "SendGroupSMSConnect",
            SentGroup,
            params,
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check="Look with sms_connect.list() before sending any of it again.",
        )
