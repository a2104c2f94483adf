"""Statistics: call records with prices, calls, breaks, queues, sessions."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from attrs import frozen

from _telephony_core.converter import Record, Wire

from .calls import Disposition
from .common import Direction
from .paging import Page


class RecordedDirection(StrEnum):
    """Which way a call went, with those between extensions. CDR, Statistiky."""

    INCOMING = "in"
    OUTGOING = "out"
    LOCAL = "local"


@frozen(kw_only=True)
class CallDetailRecord(Record):
    """A call detail record (CDR), with its price. CDR, Statistiky.

    Attributes:
        started_at: when the call began.
        extension: the extension that took part.
        destination_number: the number that was called.
        talk_time: how long it lasted after it was answered.
        duration: how long the call was, ringing included.
        disposition: how it ended.
        account_code: the account code.
        unique_id: the id of this record.
        call_id: the id of the call, which several records can share.
        did: the number that was called from outside (DID), if the call came from there.
        direction: which way it went.
        price: its price, in the currency of the price list that was imported.
        destination_type: the kind of destination.
        destination_type_description: what that kind is called.
        destination: the destination by the price list.
        destination_price: the price of a minute there.
    """

    started_at: Annotated[datetime, Wire("date")]
    extension: Annotated[str, Wire("real_exten")] = ""
    destination_number: Annotated[str, Wire("dst")] = ""
    talk_time: Annotated[timedelta, Wire("billsec")] = timedelta()
    duration: timedelta = timedelta()
    disposition: Disposition | str = ""
    account_code: Annotated[str, Wire("accountcode")] = ""
    unique_id: Annotated[str, Wire("uniqueid")] = ""
    call_id: Annotated[str, Wire("id_call")] = ""
    did: Annotated[str | None, Wire("from_did")] = None
    direction: RecordedDirection | str = ""
    price: Decimal | None = None
    destination_type: str = ""
    destination_type_description: str = ""
    destination: str = ""
    destination_price: Decimal | None = None


@frozen(kw_only=True)
class NumberLastCall(Record):
    """The last call of a phone number: who had it, and in which queue. LastCallNumber, Statistiky.

    Attributes:
        call_id: the id of the call.
        started_at: when it began.
        direction: which way it went.
        queue_id: the id of the queue.
        queue_number: the number of the queue.
        queue_title: the title of the queue.
        queue_direction: the direction of the queue.
        user_id: the id of the agent.
        user_login: the agent's login.
        user_title: the agent's name.
        answered: whether it was answered.
        customer_number: the customer's number.
        waiting_time: how long the customer waited.
        ringing_time: how long it rang.
        hold_time: how long it was held.
        duration: how long the talk was.
        disposition: how it ended.
        original_position: the place in the queue at which it came in.
        attempts: attempts at connecting it.
    """

    call_id: Annotated[str, Wire("call")]
    started_at: Annotated[datetime | None, Wire("call_time")] = None
    direction: Direction | str = ""
    queue_id: Annotated[str | None, Wire("queue")] = None
    queue_number: str = ""
    queue_title: str = ""
    queue_direction: Direction | str = ""
    user_id: Annotated[str | None, Wire("user")] = None
    user_login: str = ""
    user_title: str = ""
    answered: bool = False
    customer_number: Annotated[str, Wire("clid")] = ""
    waiting_time: timedelta | None = None
    ringing_time: timedelta | None = None
    hold_time: timedelta | None = None
    duration: timedelta | None = None
    disposition: str = ""
    # The sample spells it so.
    original_position: Annotated[int | None, Wire("orig_posision", "orig_position", "orig_pos")] = (
        None
    )
    attempts: int | None = None


@frozen(kw_only=True)
class LastCall(Record):
    """The call that an extension or an agent has, or had last. LastCall, Statistiky.

    Attributes:
        call_id: the id of the call.
        started_at: when it was.
        extension: the extension.
        user: the agent, if an agent was asked for.
        queue: the queue, if the call went through one.
        direction: which way it went.
        customer_number: the customer's number.
        in_progress: whether it still goes on.
    """

    call_id: Annotated[str, Wire("id_call")]
    started_at: Annotated[datetime | None, Wire("time")] = None
    extension: Annotated[str, Wire("exten")] = ""
    user: str | None = None
    queue: str | None = None
    direction: Direction | str = ""
    customer_number: Annotated[str, Wire("clid")] = ""
    in_progress: Annotated[bool, Wire("_is_realtime")] = False


@frozen(kw_only=True)
class RepeatedCalls(Record):
    """A number that called or was called several times. StatsCallsRepeated, Statistiky.

    Attributes:
        number: the number.
        total: calls in all.
        answered: calls answered.
        unanswered: calls not answered.
        average_waiting_time: the average time of waiting.
        average_duration: the average time of talking.
    """

    number: Annotated[str, Wire("clid")]
    total: Annotated[int, Wire("call_total")] = 0
    answered: Annotated[int, Wire("call_answered")] = 0
    unanswered: Annotated[int, Wire("call_unanswered")] = 0
    average_waiting_time: Annotated[timedelta | None, Wire("waiting_avg")] = None
    average_duration: Annotated[timedelta | None, Wire("duration_avg")] = None


@frozen(kw_only=True)
class CallCenterCall(Record):
    """A call that went through the call centre. StatsCalls, Statistiky.

    Attributes:
        id: the number of the row.
        call_id: the id of the call, such as "1408101684.96894WS".
        started_at: when it began.
        direction: which way it went.
        answered: whether it was answered.
        queue_id: the id of the queue.
        user_id: the id of the agent.
        customer_number: the customer's number.
        contact_id: the id of the contact.
        did: the number that was called from outside (DID).
        waiting_time: how long the customer waited.
        ringing_time: how long it rang.
        hold_time: how long it was held.
        duration: how long the talk was.
        original_position: the place in the queue at which it came in.
        position: the place in the queue at which it was answered.
        disposition_cause: who ended it, such as "agent" or "caller".
        disconnection_cause: why it was cut.
        pressed_key: the key that the caller pressed.
        score: how it was rated.
        note: a note.
        attempts: attempts at connecting it.
        rated_by_user_id: the id of the user who rated it.
    """

    id: Annotated[str, Wire("call")]
    call_id: Annotated[str, Wire("name")] = ""
    started_at: Annotated[datetime | None, Wire("call_time")] = None
    direction: Direction | str = ""
    answered: bool = False
    queue_id: Annotated[str | None, Wire("queue")] = None
    user_id: Annotated[str | None, Wire("user")] = None
    customer_number: Annotated[str, Wire("clid")] = ""
    contact_id: Annotated[str | None, Wire("contact")] = None
    did: str = ""
    waiting_time: timedelta | None = None
    ringing_time: timedelta | None = None
    hold_time: timedelta | None = None
    duration: timedelta | None = None
    original_position: Annotated[int | None, Wire("orig_pos")] = None
    position: int | None = None
    disposition_cause: str = ""
    disconnection_cause: str = ""
    pressed_key: str | None = None
    score: str | None = None
    note: str = ""
    attempts: int | None = None
    rated_by_user_id: Annotated[str | None, Wire("qa_user_id")] = None


@frozen(kw_only=True)
class CallPage(Page[CallCenterCall]):
    """A page of calls. StatsCalls, Statistiky."""

    rows: Annotated[tuple[CallCenterCall, ...], Wire("data")] = ()


class TraceFilter(StrEnum):
    """Which actions a trace holds. StatsTrace, Statistiky."""

    ALL = "all"
    CALL = "call"
    PAUSE = "pause"
    QUEUE = "queue"
    LOGIN = "login"


class TraceAction(StrEnum):
    """What began or ended. StatsTrace, Statistiky."""

    CALL = "call"
    PAUSE = "pause"
    QUEUE = "queue"
    LOGIN = "login"
    RING_IN = "ring_in"
    RING_OUT = "ring_out"


@frozen(kw_only=True)
class TraceEntry(Record):
    """The beginning or the end of something that an agent did. StatsTrace, Statistiky.

    Attributes:
        at: when it was.
        duration: how long it took; counted at its end.
        action: what it was.
        begins: whether it began or ended.
        title: what it is called, in Czech.
        event_id: by the action: the extension or group that answered, the pause, the queue, the
            incoming call, the extension or group that rang.
        event_title: by the action: the number called, or the name of the pause, of the queue, of
            the extension or group that rang.
        unix_time: when it was, in seconds since 1970; the sample does not have it.
    """

    at: Annotated[datetime, Wire("time")]
    duration: timedelta | None = None
    action: Annotated[TraceAction | str, Wire("action_name")] = ""
    begins: Annotated[bool, Wire("action_start")] = False
    title: Annotated[str, Wire("action_title")] = ""
    event_id: str = ""
    event_title: str = ""
    unix_time: Annotated[int | None, Wire("time_unixtime")] = None


@frozen(kw_only=True)
class PausePeriod(Record):
    """A break that an agent took. StatsUsersPauses, Statistiky.

    Attributes:
        id: the number of the row.
        user_id: the id of the agent.
        pause_id: the id of the pause.
        started_at: when it began.
        ended_at: when it ended; None while it goes on.
        duration: how long it took.
    """

    id: str = ""
    user_id: Annotated[str, Wire("user")]
    pause_id: Annotated[str | None, Wire("pause")] = None
    started_at: Annotated[datetime, Wire("start_time")]
    ended_at: Annotated[datetime | None, Wire("end_time")] = None
    duration: timedelta | None = None


@frozen(kw_only=True)
class PausePage(Page[PausePeriod]):
    """A page of breaks. StatsUsersPauses, Statistiky."""

    rows: Annotated[tuple[PausePeriod, ...], Wire("data")] = ()


@frozen(kw_only=True)
class QueuePeriod(Record):
    """The time that an agent was logged in to a queue. StatsUsersQueues, Statistiky.

    Attributes:
        user_id: the id of the agent.
        queue_id: the id of the queue.
        started_at: when the agent logged in.
        ended_at: when the agent logged out. The sample has the time of the answer for agents who
            are still logged in.
        duration: how long that was.
    """

    user_id: Annotated[str, Wire("user")]
    queue_id: Annotated[str | None, Wire("queue")] = None
    started_at: Annotated[datetime, Wire("start_time")]
    ended_at: Annotated[datetime | None, Wire("end_time")] = None
    duration: timedelta | None = None


@frozen(kw_only=True)
class QueuePeriodPage(Page[QueuePeriod]):
    """A page of times in queues. StatsUsersQueues, Statistiky."""

    rows: Annotated[tuple[QueuePeriod, ...], Wire("data")] = ()


@frozen(kw_only=True)
class SessionPeriod(Record):
    """The time that an agent was logged in to the call centre. StatsUsersSessions, Statistiky.

    Attributes:
        id: the number of the row.
        user_id: the id of the agent.
        started_at: when the agent logged in.
        ended_at: when the agent logged out; None while the session goes on.
        duration: how long that was.
    """

    id: str = ""
    user_id: Annotated[str, Wire("user")]
    started_at: Annotated[datetime, Wire("start_time")]
    ended_at: Annotated[datetime | None, Wire("end_time")] = None
    duration: timedelta | None = None


@frozen(kw_only=True)
class SessionPage(Page[SessionPeriod]):
    """A page of sessions. StatsUsersSessions, Statistiky."""

    rows: Annotated[tuple[SessionPeriod, ...], Wire("data")] = ()
