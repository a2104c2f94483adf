"""Chapter Hovory: calls, their records and their recordings."""

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from attrs import field, frozen

from _telephony_core.converter import Record, Wire
from _telephony_core.documents import Plain
from _telephony_core.errors import TelephonyError

from .common import Direction
from .paging import Page
from .shapes import without_empty


@frozen(kw_only=True)
class StartedCall(Record):
    """A call that is being made. CreateCall, ClickToCall, CreateRemoteCall.

    Attributes:
        call_id: its id, for `calls.about` and others.
    """

    call_id: Annotated[str, Wire("id_call")]

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Take an empty id for none: who made the call could not find it."""
        return without_empty(plain, "id_call")


@frozen(kw_only=True)
class AnsweredCall(Record):
    """A call that was answered for an agent. Answer.

    Attributes:
        number: the number that calls.
        queue_number: the number of the queue through which it came.
        queue_title: the name of that queue.
        call_id: its id.
    """

    call_id: Annotated[str, Wire("id_call")]
    number: Annotated[str, Wire("calling_number")] = ""
    queue_number: Annotated[str, Wire("calling_queue")] = ""
    queue_title: Annotated[str, Wire("calling_queue_name")] = ""


class PlaybackCommand(StrEnum):
    """What to do with an announcement that is being played. ControlPlayback."""

    REWIND = "rewind"
    #: Stops it for a while; the same command lets it go on.
    PAUSE = "pause"
    FORWARD = "forward"
    STOP = "stop"


@frozen(kw_only=True)
class Playback(Record):
    """Whether an announcement is being played. ControlPlayback with the command status.

    Attributes:
        playing: whether it is.
    """

    playing: bool = False


class ListeningMode(StrEnum):
    """Who hears whom when somebody listens to a call. Monitoring."""

    #: The listener only listens.
    SPY = "spy"
    #: The agent hears the listener, the customer doesn't; the listener hears both.
    WHISPER = "whisper"
    #: The agent hears the listener, who does not hear the customer.
    WHISPER_PRIVATE = "whisperprivate"
    #: All hear all.
    BARGE = "barge"
    #: The listener's telephone switches: 4 spy (at first), 5 whisper, 6 barge.
    INTERACTIVE = "interactive"


@frozen(kw_only=True)
class MonitoredCall(Record):
    """A call that is listened to. Monitoring 3.1.

    Attributes:
        direction: whether it came in or went out.
        number: the customer's number.
        queue_number: the number of its queue.
        queue_title: the name of its queue.
        ringing_time: how long it rang.
        talk_time: how long it has lasted.
    """

    direction: Annotated[Direction | str, Wire("calling_direction")] = ""
    number: Annotated[str, Wire("calling_number")] = ""
    queue_number: Annotated[str, Wire("calling_queue")] = ""
    queue_title: Annotated[str, Wire("calling_queue_name")] = ""
    ringing_time: Annotated[timedelta | None, Wire("ringing")] = None
    talk_time: Annotated[timedelta | None, Wire("billsec")] = None


class TransferType(StrEnum):
    """How a call is transferred. Transfer."""

    #: The agent talks to the new party first.
    ATTENDED = "attended"
    #: At once.
    BLIND = "blind"


class Disposition(StrEnum):
    """How a call ended. AboutCall shows the first; the others are the exchange's own (Asterisk)."""

    ANSWERED = "ANSWERED"
    NO_ANSWER = "NO ANSWER"
    BUSY = "BUSY"
    FAILED = "FAILED"


@frozen(kw_only=True)
class CallLeg(Record):
    """All that is recorded of one leg of a call. AboutCall.

    Attributes:
        call_id: the id of the call.
        started_at: when it began.
        caller_id: the number shown to the one called.
        source: the number that called.
        destination: the number that was called.
        direction: whether it came in or went out.
        extension: the extension of the agent.
        did: the number through which it came in.
        duration: how long it lasted, ringing included.
        talk_time: how long it lasted after it was answered.
        disposition: how it ended.
        queue_id: the id of its queue.
        agent_id: the id of the agent.
        waiting_time: how long it waited in the queue.
        ringing_time: how long it rang at the agent's.
        hold_time: how long it was held.
        original_position: its position in the queue as it came.
        position: its position in the queue at the end.
        disposition_cause: who ended it, such as "agent".
        disconnection_cause: why it was cut, if it was.
        account_code: the code that was given to it as it was made.
        recording_path: where the recording is at the service.
        recording_hash: what `calls.download_recording` wants; it shows in no `repr`.
        context: the context in the dial plan.
        channel: the channel of the caller.
        destination_channel: the channel of the one called.
        last_application: the last application of the dial plan.
        last_data: its arguments.
        ama_flags: the flag for billing machines.
        unique_id: the id of the leg.
    """

    call_id: Annotated[str, Wire("id_call")] = ""
    started_at: Annotated[datetime | None, Wire("calldate")] = None
    caller_id: Annotated[str, Wire("clid")] = ""
    source: Annotated[str, Wire("src")] = ""
    destination: Annotated[str, Wire("dst")] = ""
    direction: Direction | str = ""
    extension: Annotated[str, Wire("real_exten")] = ""
    did: Annotated[str | None, Wire("from_did")] = None
    duration: timedelta | None = None
    talk_time: Annotated[timedelta | None, Wire("billsec")] = None
    disposition: Disposition | str = ""
    queue_id: Annotated[str | None, Wire("id_queue")] = None
    agent_id: Annotated[str | None, Wire("id_agent")] = None
    waiting_time: timedelta | None = None
    ringing_time: timedelta | None = None
    hold_time: timedelta | None = None
    original_position: Annotated[int | None, Wire("orig_pos")] = None
    position: int | None = None
    disposition_cause: str = ""
    disconnection_cause: str = ""
    account_code: Annotated[str, Wire("accountcode")] = ""
    recording_path: Annotated[str, Wire("userfield")] = ""
    recording_hash: str = field(default="", repr=False)
    context: Annotated[str, Wire("dcontext")] = ""
    channel: str = ""
    destination_channel: Annotated[str, Wire("dstchannel")] = ""
    last_application: Annotated[str, Wire("lastapp")] = ""
    last_data: Annotated[str, Wire("lastdata")] = ""
    ama_flags: Annotated[str, Wire("amaflags")] = ""
    unique_id: Annotated[str, Wire("uniqueid")] = ""


@frozen(kw_only=True)
class Attempt(Record):
    """An attempt to connect a call. GetAttempts.

    Attributes:
        id: its id.
        call_id: the id of the call.
        name: what it is, such as "ATTEMPT".
        started_at: when it began.
        ended_at: when it ended.
        duration: how long it lasted.
        agent_id: the id of the agent.
        queue_id: the id of the queue.
        data1: not described, as `data2`, `data3` and `data4`.
    """

    id: str
    call_id: Annotated[str, Wire("id_call")] = ""
    name: str = ""
    started_at: Annotated[datetime | None, Wire("start_time")] = None
    ended_at: Annotated[datetime | None, Wire("end_time")] = None
    duration: timedelta | None = None
    agent_id: Annotated[str | None, Wire("id_agent")] = None
    queue_id: Annotated[str | None, Wire("id_queue")] = None
    data1: str = ""
    data2: str = ""
    data3: str = ""
    data4: str = ""


@frozen(kw_only=True)
class AttemptPage(Page[Attempt]):
    """One page of attempts. GetAttempts."""

    rows: Annotated[tuple[Attempt, ...], Wire("data")] = ()


@frozen(kw_only=True)
class SavedRecording:
    """How the download of one recording went.

    Attributes:
        recording_hash: what it was asked for by; it shows in no `repr`.
        path: the file; None if it could not be fetched.
        fetched: whether it was fetched now; False if it was there already, or failed.
        error: why it failed, if it did.
    """

    recording_hash: str = field(repr=False)
    path: Path | None = None
    fetched: bool = False
    error: TelephonyError | None = None
