"""Chapter 4.6: SMS, sent and followed to delivery."""

from collections.abc import Callable
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
    state_name,
    time_limit,
)
from _telephony_core.session import Resource

from ..errors import JobFailed, JobNotFound, NoElementsFound, NotReady
from ..models.sms import FAILED_STATES, DeliveredSms, Sender, SentSms, SmsState, SmsStatus
from ..session import SpikonSession
from .looks import NOT_READY, absent

#: What to do about an SMS that the service does not know.
UNKNOWN_SMS = (
    "Check the id: it is one of those that the sending gave, of this account. If it was sent,"
    " look in the panel, and do not send it again before."
)
#: What to do about an SMS that did not arrive. The document calls no state final (4.6.2); waiting
#: ends with those that can hardly change, so that nobody waits for what will not come.
NOT_DELIVERED = (
    "The document does not say that this state is final: look once more with sms.state(), or in"
    " the panel, before sending it anew."
)
#: How delivery is followed unless told otherwise: a phone that is off can take long, and the looks
#: at one SMS serve no other.
DELIVERY = Polling(first_delay=2.0, factor=1.25, timeout=900.0)


class SmsResource(Resource[SpikonSession]):
    """SMS: send, look, wait for delivery."""

    def __init__(self, session: SpikonSession) -> None:
        super().__init__(session)
        # All who wait for the same SMS share its looks; it is forgotten with the last of them.
        self._shared: WeakValueDictionary[str, SharedPoll[SmsStatus]] = WeakValueDictionary()

    async def send(
        self, to: str, message: str, *, sender: Sender | str, timeout: float | None = None
    ) -> SentSms:
        """Send an SMS, which costs money. SPIKON 4.6.1.

        `to` is a Polish number of 9 digits; `message` has at most 918 characters (6 standard
        SMS); `sender` is one of `Sender` or a name of your own that SPIKON registered. It is
        never repeated once it was sent: a lost answer raises `OutcomeUnknown`.
        """
        source = "SPIKON 4.6.1"
        params = {
            "from": checks.text("sender", str(sender), source),
            "to": checks.digits("to", to, source, count=9),
            "message": checks.text("message", message, source, most=918),
        }
        call = Call(
            "/api/sms/send",
            SentSms,
            params,
            Semantics.NON_IDEMPOTENT,
            check="Look in the panel or at the balance whether it went out before sending again.",
        )
        return await self._send(call, timeout=timeout)

    async def state(self, sms_id: str, *, timeout: float | None = None) -> SmsStatus:
        """Return where an SMS is. SPIKON 4.6.2. `sms_id` is one of `SentSms.ids`.

        Raises `NoElementsFound` when there is no such SMS, or none that can be seen yet.
        """
        params = {"id": checks.text("sms_id", sms_id, "SPIKON 4.6.2")}
        try:
            return await self._send(Call("/api/sms/state", SmsStatus, params), timeout=timeout)
        except NoElementsFound as error:
            # There is no list of SMS in which it could be looked for.
            error.advice = UNKNOWN_SMS
            raise

    async def wait_delivered(
        self,
        sms_id: str,
        *,
        timeout: float | None = None,
        polling: Polling = DELIVERY,
        on_update: Callable[[WaitUpdate], None] | None = None,
    ) -> SmsStatus:
        """Wait until an SMS is delivered, and return its last status. SPIKON 4.6.2.

        Raises `JobFailed` when it is undelivered, in error or without money to send it (the
        document calls no state final; these end the wait), `JobNotFound` when the service has not
        known it for a minute, and `WaitTimeout` (after 15 minutes unless told otherwise) with the
        id to go on from. `on_update` hears of every look.
        """
        checks.text("sms_id", sms_id, "SPIKON 4.6.2")
        shared = self._shared.get(sms_id)
        if shared is None:
            shared = self._shared[sms_id] = SharedPoll(partial(self.state, sms_id))

        absence = Absence()

        async def look(when: Look) -> Pending | Ready[SmsStatus]:
            try:
                status = await shared.look(when)
            except NotReady:
                return NOT_READY
            except NoElementsFound:
                return absent(absence, f"SMS {sms_id}", UNKNOWN_SMS)
            absence.over()
            if status.state in FAILED_STATES:
                reason = self._session.hide(status.error)
                why = f": {reason}" if reason else ""
                raise JobFailed(
                    f"the SMS ended as {state_name(status.state)}{why}.",
                    call="POST /api/sms/state",
                    advice=NOT_DELIVERED,
                    state=status.state,
                    reason=reason,
                )
            done = status.state == SmsState.DELIVERED
            name = state_name(status.state)
            return Ready(status, name) if done else Pending(name)

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
        to: str,
        message: str,
        *,
        sender: Sender | str,
        timeout: float | None = None,
        polling: Polling = DELIVERY,
        on_update: Callable[[WaitUpdate], None] | None = None,
        on_started: Callable[[str], None] | None = None,
    ) -> DeliveredSms:
        """Send an SMS and wait until it is delivered. SPIKON 4.6.1, 4.6.2.

        `timeout` bounds the waiting alone. `on_started` hears of each id as soon as the SMS is
        sent, so that even a process that is killed has stored it. Every error after the sending
        carries the ids: go on with `wait_delivered`, never by sending again.
        """
        time_limit(polling, timeout)
        sent = await self.send(to, message, sender=sender)
        if not sent.ids:
            raise JobNotFound(
                "the SMS was accepted, but the answer holds no id to follow it by.",
                call="POST /api/sms/send",
                advice="Do not send it again; look in the panel.",
            )

        async def follow(sms_id: str) -> SmsStatus:
            return await self.wait_delivered(
                sms_id, timeout=timeout, polling=polling, on_update=on_update
            )

        with started(sent.ids):
            if on_started is not None:
                for sms_id in sent.ids:
                    on_started(sms_id)
            statuses = await map_bounded(follow, sent.ids, limit=len(sent.ids))
        return DeliveredSms(ids=sent.ids, statuses=tuple(statuses))
