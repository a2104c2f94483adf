"""Realtime: what the call centre does at this moment."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from attrs import field, frozen

from _telephony_core.converter import Record, Wire
from _telephony_core.documents import Plain

from .common import Direction
from .shapes import as_texts


@frozen(kw_only=True)
class QueuePresence(Record):
    """Whether anybody is there for a queue of chats or clicks. RTQueuePresence, Statistiky.

    Attributes:
        users: agents logged in to it.
        online: whether there is one.
    """

    users: Annotated[int, Wire("count_users")] = 0
    online: Annotated[bool, Wire("online_presence")] = False


class LiveCallState(StrEnum):
    """What a call does. RTStatsCalls and RTUserState, Statistiky."""

    WAITING = "Waiting"
    RINGING = "Ringing"
    SPEAKING = "Speaking"
    ON_HOLD = "On Hold"
    TRANSFERRED = "Transfered"


class AgentState(StrEnum):
    """What an agent does. RTStatsSessions and RTUserState, Statistiky.

    LOGGED: logged in to the call centre, but to no queue. IDLE: ready for a call. PAUSED: has a
    break. CALLING: known to RTStatsSessions alone. RINGING: the phone rings. SPEAKING: talks.
    ON_HOLD: holds the call, most likely to transfer it.
    """

    LOGGED = "Logged"
    IDLE = "Idle"
    PAUSED = "Paused"
    CALLING = "Calling"
    RINGING = "Ringing"
    SPEAKING = "Speaking"
    ON_HOLD = "On Hold"


@frozen(kw_only=True)
class LiveCall(Record):
    """A call that goes on. RTStatsCalls, Statistiky.

    Attributes:
        id: the id of the call.
        queue_id: the id of the queue.
        agent_id: the id of the agent who answered; None before that.
        user_ids: the ids of all agents whom it rings, or who have it.
        customer_number: the customer's number.
        direction: which way it goes.
        state: what it does.
        entered_at: when it came into the queue.
        age: how long it goes on, with waiting, ringing and talking.
        waiting_since: when it began to wait (as `entered_at`).
        waited: how long it waited for an answer.
        ringing_since: when it began to ring.
        rang: how long it rang.
        answered_at: when it was answered.
        talked: how long the talk goes on.
        held_since: when it was put on hold.
        held: how long it has been held.
    """

    id: str
    queue_id: Annotated[str | None, Wire("queue")] = None
    agent_id: Annotated[str | None, Wire("agent")] = None
    user_ids: Annotated[tuple[str, ...], Wire("users")] = ()
    customer_number: Annotated[str, Wire("clid")] = ""
    direction: Direction | str = ""
    state: LiveCallState | str = ""
    entered_at: Annotated[datetime | None, Wire("enter_time_absolute")] = None
    age: Annotated[timedelta | None, Wire("enter_time_relative")] = None
    waiting_since: Annotated[datetime | None, Wire("wait_time_absolute")] = None
    waited: Annotated[timedelta | None, Wire("wait_time_relative")] = None
    ringing_since: Annotated[datetime | None, Wire("ring_time_absolute")] = None
    rang: Annotated[timedelta | None, Wire("ring_time_relative")] = None
    answered_at: Annotated[datetime | None, Wire("answer_time_absolute")] = None
    talked: Annotated[timedelta | None, Wire("answer_time_relative")] = None
    held_since: Annotated[datetime | None, Wire("hold_time_absolute")] = None
    held: Annotated[timedelta | None, Wire("hold_time_relative")] = None


@frozen(kw_only=True)
class PauseUse(Record):
    """Who has a certain break. RTStatsPauses, Statistiky.

    Attributes:
        id: the id of the pause.
        users: how many agents have it.
        user_ids: the ids of those agents.
    """

    id: str
    users: Annotated[int, Wire("count")] = 0
    user_ids: Annotated[tuple[str, ...], Wire("users")] = ()


@frozen(kw_only=True)
class QueuesSummary(Record):
    """Agents and calls of all queues together. RTStatsQueuesSummary, Statistiky.

    Attributes:
        users_total: agents logged in.
        users_ready: agents ready for a call.
        users_busy: agents who talk.
        users_paused: agents who have a break.
        calls: calls going on.
        incoming_calls: incoming calls.
        outgoing_calls: outgoing calls.
        ringing_calls: calls that ring.
        longest_waiting_time: how long the one has waited that has waited longest.
    """

    users_total: int = 0
    users_ready: int = 0
    users_busy: int = 0
    users_paused: Annotated[int, Wire("users_pause")] = 0
    calls: Annotated[int, Wire("calls_count")] = 0
    incoming_calls: Annotated[int, Wire("calls_in")] = 0
    outgoing_calls: Annotated[int, Wire("calls_out")] = 0
    ringing_calls: Annotated[int, Wire("calls_wait")] = 0
    longest_waiting_time: Annotated[timedelta | None, Wire("calls_time")] = None


@frozen(kw_only=True)
class QueueLoad(Record):
    """Agents and calls of one queue. RTStatsQueues, Statistiky.

    Attributes:
        id: the id of the queue.
        users_total: agents logged in to it.
        users_ready: agents ready for a call.
        users_busy: agents who talk.
        users_paused: agents who have a break.
        calls: calls going on.
        ringing_calls: calls that ring.
        longest_waiting_time: how long the one has waited that has waited longest.
    """

    id: str
    users_total: int = 0
    users_ready: int = 0
    users_busy: int = 0
    users_paused: Annotated[int, Wire("users_pause")] = 0
    calls: Annotated[int, Wire("calls_count")] = 0
    ringing_calls: Annotated[int, Wire("calls_wait")] = 0
    longest_waiting_time: Annotated[timedelta | None, Wire("calls_time")] = None


@frozen(kw_only=True)
class AgentSession(Record):
    """An agent who is logged in. RTStatsSessions, Statistiky.

    Attributes:
        id: the id of the agent.
        extension: the extension.
        queue_ids: the ids of the queues that the agent is logged in to.
        state: what the agent does.
        pause_id: the id of the pause, when the state is PAUSED.
        state_since: since when.
        state_for: for how long.
        logged_in_at: when the agent logged in.
        logged_in_for: how long ago that is.
    """

    id: str
    extension: str = ""
    queue_ids: Annotated[tuple[str, ...], Wire("queues")] = ()
    state: AgentState | str = ""
    pause_id: Annotated[str | None, Wire("pause")] = None
    state_since: Annotated[datetime | None, Wire("state_time_absolute")] = None
    state_for: Annotated[timedelta | None, Wire("state_time_relative")] = None
    logged_in_at: Annotated[datetime | None, Wire("login_time_absolute")] = None
    logged_in_for: Annotated[timedelta | None, Wire("login_time_relative")] = None


class QueueType(StrEnum):
    """What a queue is for. RTUserState 4.0 and RTUsersState, Statistiky.

    An agent can be in several queues of the types IN, CLICK_TO_CONTACT, CHAT and EMAIL, and in
    one only of OUT, OUTBOUNDER and DIALER together.
    """

    IN = "in"
    OUT = "out"
    OUTBOUNDER = "outbounder"
    CLICK_TO_CONTACT = "ctc"
    DIALER = "dialer"
    CHAT = "chat"
    EMAIL = "email"


@frozen(kw_only=True)
class AgentQueue(Record):
    """A queue as the state of an agent shows it. RTUserState and RTUsersState, Statistiky.

    Attributes:
        id: the id of the queue.
        number: its number.
        title: its title.
        description: its description.
        type: what it is for.
        direction: its direction.
        caller_id: the number that calls out of it show.
        wrap_up_time: the time after a call.
        outbounder: whether it dials out of lists by itself.
        form_id: the id of its form; "0" without one.
        missed: what becomes of missed calls, if that is set.
        options: all its options, under the service's own names; what is nested is JSON text.
        deleted: whether it was deleted.
        penalty: how late the agent's turn comes.
        login: how the agent logs in, such as "manual".
        logged_in: whether the agent is logged in to it; told of `UserState.queues` alone.
    """

    id: Annotated[str, Wire("queue")]
    number: Annotated[str, Wire("name")] = ""
    title: str = ""
    description: str = ""
    type: QueueType | str = ""
    direction: Direction | str = ""
    caller_id: Annotated[str, Wire("outboundcid")] = ""
    wrap_up_time: Annotated[timedelta | None, Wire("wrapuptime")] = None
    outbounder: bool = False
    form_id: Annotated[str, Wire("form")] = ""
    missed: str | None = None
    options: Mapping[str, str] = field(factory=dict[str, str])
    deleted: bool = False
    penalty: int | None = None
    login: str | None = None
    logged_in: Annotated[bool, Wire("rt_logged")] = False

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Take options that came as a list, as JSON text, or nested."""
        return as_texts(plain, "options")


@frozen(kw_only=True)
class AgentCall(Record):
    """A call that an agent has. RTUserState and RTUsersState, Statistiky.

    Attributes:
        id: the id of the call.
        direction: which way it goes.
        customer_number: the customer's number.
        customer_name: the customer's name, if it is known.
        queue_id: the id of the queue.
        queue: the queue.
        entered_at: when the customer came into the queue, or the agent began to dial.
        ringing_since: when it began to ring.
        answered_at: when the agent answered.
        state: what it does.
        held_since: when it was put on hold.
    """

    id: Annotated[str, Wire("id_call")]
    direction: Direction | str = ""
    customer_number: Annotated[str, Wire("clid")] = ""
    customer_name: Annotated[str | None, Wire("clid_name")] = None
    queue_id: Annotated[str | None, Wire("id_queue")] = None
    queue: Annotated[AgentQueue | None, Wire("oqueue")] = None
    entered_at: Annotated[datetime | None, Wire("entered")] = None
    ringing_since: Annotated[datetime | None, Wire("ringed")] = None
    answered_at: Annotated[datetime | None, Wire("answered")] = None
    state: Annotated[LiveCallState | str, Wire("call_state")] = ""
    held_since: Annotated[datetime | None, Wire("onhold")] = None


@frozen(kw_only=True)
class UserState(Record):
    """What an agent does at this moment. RTUserState 3.9 and 4.0, RTUsersState, Statistiky.

    What the service answers for an agent who is not logged in is not documented; an empty answer
    gives a record whose `state` is empty.

    Attributes:
        id: the id of the agent.
        login: the agent's login.
        full_name: the agent's name.
        extension: the extension that the agent uses.
        logged_in_at: when the agent logged in to the call centre.
        state: what the agent does.
        state_since: since when.
        pause_id: the id of the pause, if the agent has one.
        paused_since: when the pause began.
        calls: the calls that the agent has.
        open_record_id: the id of the record whose form (call script) the agent has open.
        queues: the queues that the agent can log in to, and is logged in to (not in 3.9).
        hash: what names this very state, to ask for the next change (4.0 alone).
    """

    id: Annotated[str, Wire("id_agent")] = ""
    login: Annotated[str, Wire("agent_name")] = ""
    full_name: Annotated[str, Wire("agent_title")] = ""
    extension: Annotated[str, Wire("exten")] = ""
    logged_in_at: Annotated[datetime | None, Wire("logintime")] = None
    state: Annotated[AgentState | str, Wire("agent_state")] = ""
    state_since: Annotated[datetime | None, Wire("state_time")] = None
    pause_id: Annotated[str | None, Wire("id_pause")] = None
    paused_since: Annotated[datetime | None, Wire("onpause")] = None
    calls: tuple[AgentCall, ...] = ()
    open_record_id: Annotated[str | None, Wire("callscript_opened")] = None
    queues: Annotated[tuple[AgentQueue, ...], Wire("login_oqueues")] = ()
    hash: str = ""

    @property
    def logged_in(self) -> bool:
        """Whether the agent is logged in to the call centre."""
        return bool(self.state)
