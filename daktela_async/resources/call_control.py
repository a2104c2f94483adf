"""Chapter Hovory, what acts: calls made, answered, transferred, ended, listened to, played into."""

from collections.abc import Mapping
from datetime import timedelta
from typing import overload

from _telephony_core import checks
from _telephony_core.calls import Semantics

from ..models.calls import (
    AnsweredCall,
    ListeningMode,
    MonitoredCall,
    Playback,
    PlaybackCommand,
    StartedCall,
    TransferType,
)
from ..models.common import Done
from ..wire import true_false, yes_no
from .base import DaktelaResource, exactly_one

_DIALLED = (
    "Ask at the telephone whether it rang, or look with calls.about() if you gave the call an id,"
    " before dialling again."
)
_STEERED = "Look with realtime.user_state() what became of the call before doing it again."


class CallControl(DaktelaResource):
    """Make calls and steer them: that part of `CallsResource` which acts."""

    # Made.

    async def create_for_user(
        self,
        user: str,
        number: str,
        *,
        queue: str | None = None,
        auto_answer: bool = False,
        ring_time: timedelta | None = None,
        dial_time: timedelta | None = None,
        call_id: str | None = None,
        account_code: str | None = None,
        agent_text: str | None = None,
        ticket: str | None = None,
        version: str = "3.1",
        timeout: float | None = None,
    ) -> StartedCall:
        """Call a number for an agent of the call centre. Daktela CreateCall 3.1, chapter Hovory.

        `user` is the login of an agent who is logged in, else `AgentNotInQueue` is raised.

        Args:
            user: the agent's login.
            number: the number to call.
            queue: the number of the outgoing queue to which the call is counted.
            auto_answer: whether the agent's telephone answers by itself, if it can.
            ring_time: how long the agent's telephone rings; 30 s unless given.
            dial_time: how long the customer's telephone rings; 120 s unless given.
            call_id: an id of your own, by which the call can be found.
            account_code: a code that stays with the call.
            agent_text: what the agent's telephone shows while it dials.
            ticket: the name of the ticket to which the call belongs.
            version: the version of the action.
            timeout: seconds for the whole call of the API.
        """
        source = "Daktela CreateCall"
        return await self._act(
            "CreateCall",
            StartedCall,
            {
                "user": checks.text("user", user, source),
                "number": checks.text("number", number, source),
                "accountcode": account_code,
                "autoanswer": yes_no(auto_answer or None),
                "waitingtime": ring_time,
                "dialingtime": dial_time,
                "idcall": call_id,
                "agenttext": agent_text,
                "queue": queue,
                "ticket": ticket,
            },
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check=_DIALLED,
            timeout=timeout,
        )

    async def create_for_extension(
        self,
        extension: str,
        number: str,
        *,
        auto_answer: bool = False,
        ring_time: timedelta | None = None,
        call_id: str | None = None,
        account_code: str | None = None,
        agent_text: str | None = None,
        version: str = "3.0",
        timeout: float | None = None,
    ) -> StartedCall:
        """Call a number for an extension. Daktela CreateCall 3.0, chapters Hovory, Linky.

        The call centre has no part in it. The other arguments are those of `create_for_user`.
        """
        source = "Daktela CreateCall"
        return await self._act(
            "CreateCall",
            StartedCall,
            {
                "extension": checks.text("extension", extension, source),
                "number": checks.text("number", number, source),
                "accountcode": account_code,
                "autoanswer": yes_no(auto_answer or None),
                "waitingtime": ring_time,
                "idcall": call_id,
                "agenttext": agent_text,
            },
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check=_DIALLED,
            timeout=timeout,
        )

    async def click_to_call(
        self,
        queue: str,
        number: str,
        *,
        agent_text: str | None = None,
        waiting_time: timedelta | None = None,
        call_id: str | None = None,
        version: str = "3.9",
        timeout: float | None = None,
    ) -> StartedCall:
        """Put a customer into a queue, to be called by its agent. Daktela ClickToCall, Hovory.

        `queue` is the number of a queue of the type Click to Call. The agent who answers is
        connected with the customer. `waiting_time` is how long the call waits for an agent; 7200 s
        unless given, whatever the queue says.
        """
        source = "Daktela ClickToCall"
        return await self._act(
            "ClickToCall",
            StartedCall,
            {
                "queue": checks.text("queue", queue, source),
                "number": checks.text("number", number, source),
                "agenttext": agent_text,
                "waitingtime": waiting_time,
                "idcall": call_id,
            },
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check=_DIALLED,
            timeout=timeout,
        )

    async def create_remote(
        self,
        primary_number: str,
        secondary_number: str,
        *,
        direct_did: bool = False,
        dial_time: timedelta | None = None,
        record: bool | None = None,
        variables: Mapping[str, str] | None = None,
        call_id: str | None = None,
        account_code: str | None = None,
        version: str = "3.8",
        timeout: float | None = None,
    ) -> StartedCall:
        """Connect two outside numbers with one another. Daktela CreateRemoteCall, chapter Hovory.

        The second is dialled when the first has answered. With `direct_did` the second is a number
        of the incoming routing, which can play an announcement or a menu. `variables` can be used
        in the dial plan as HASH(CRMAPI,name). `dial_time` is how long it rings.
        """
        source = "Daktela CreateRemoteCall"
        return await self._act(
            "CreateRemoteCall",
            StartedCall,
            {
                "primarynumber": checks.text("primary_number", primary_number, source),
                "secondarynumber": checks.text("secondary_number", secondary_number, source),
                "accountcode": account_code,
                "directdid": true_false(direct_did or None),
                "dialingtime": dial_time,
                "idcall": call_id,
                # No sample has it; the other flag of this action is written in these words.
                "recording": true_false(record),
                "variables": variables,
            },
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check=_DIALLED,
            timeout=timeout,
        )

    # Steered.

    @overload
    async def answer(
        self, *, user: str, version: str = ..., timeout: float | None = ...
    ) -> AnsweredCall: ...

    @overload
    async def answer(
        self, *, extension: str, version: str = ..., timeout: float | None = ...
    ) -> AnsweredCall: ...

    async def answer(
        self,
        *,
        user: str | None = None,
        extension: str | None = None,
        version: str = "3.7",
        timeout: float | None = None,
    ) -> AnsweredCall:
        """Answer the call that rings at an agent's. Daktela Answer, chapter Hovory.

        It must have come through a queue, and the telephone must be able to answer by itself. The
        agent is named by login or by extension (or group).
        """
        exactly_one("Answer", user=user, extension=extension)
        return await self._act(
            "Answer",
            AnsweredCall,
            {"extension": extension, "user": user},
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check=_STEERED,
            timeout=timeout,
        )

    async def pickup_from_queue(
        self, call_id: str, user: str, *, version: str = "4.0", timeout: float | None = None
    ) -> Done:
        """Take a call out of a queue and give it to a user. Daktela PickupFromQueue, Hovory."""
        # The document lists no parameters; these are those of its sample.
        source = "Daktela PickupFromQueue"
        return await self._act(
            "PickupFromQueue",
            Done,
            {
                "call_id": checks.text("call_id", call_id, source),
                "user": checks.text("user", user, source),
            },
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check=_STEERED,
            timeout=timeout,
        )

    @overload
    async def transfer(
        self,
        *,
        user: str,
        number: str,
        transfer_type: TransferType | str = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    @overload
    async def transfer(
        self,
        *,
        user: str,
        to_queue: str,
        transfer_type: TransferType | str = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    @overload
    async def transfer(
        self,
        *,
        user: str,
        to_user: str,
        transfer_type: TransferType | str = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    @overload
    async def transfer(
        self,
        *,
        extension: str,
        number: str,
        transfer_type: TransferType | str = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    @overload
    async def transfer(
        self,
        *,
        extension: str,
        to_queue: str,
        transfer_type: TransferType | str = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    @overload
    async def transfer(
        self,
        *,
        extension: str,
        to_user: str,
        transfer_type: TransferType | str = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    async def transfer(
        self,
        *,
        user: str | None = None,
        extension: str | None = None,
        number: str | None = None,
        to_queue: str | None = None,
        to_user: str | None = None,
        transfer_type: TransferType | str = TransferType.ATTENDED,
        version: str = "3.0",
        timeout: float | None = None,
    ) -> Done:
        """Transfer the call of an agent. Daktela Transfer, chapter Hovory.

        From an agent, named by login or by extension, to a number, a queue (its id) or a user (the
        id); exactly one of each. An attended transfer lets the agent talk to the new party first.
        """
        exactly_one("Transfer", user=user, extension=extension)
        exactly_one("Transfer", number=number, to_queue=to_queue, to_user=to_user)
        return await self._act(
            "Transfer",
            Done,
            {
                "user": user,
                "extension": extension,
                "number": number,
                "dst_queue": to_queue,
                "dst_user": to_user,
                "type": checks.one_of(
                    "transfer_type", transfer_type, TransferType, "Daktela Transfer"
                ),
            },
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check=_STEERED,
            timeout=timeout,
        )

    @overload
    async def hang_up(
        self, *, user: str, version: str = ..., timeout: float | None = ...
    ) -> Done: ...

    @overload
    async def hang_up(
        self, *, extension: str, version: str = ..., timeout: float | None = ...
    ) -> Done: ...

    @overload
    async def hang_up(
        self, *, call_id: str, version: str = ..., timeout: float | None = ...
    ) -> Done: ...

    async def hang_up(
        self,
        *,
        user: str | None = None,
        extension: str | None = None,
        call_id: str | None = None,
        version: str = "3.0",
        timeout: float | None = None,
    ) -> Done:
        """End a call: that of an agent, of an extension, or one by its id. Daktela Hangup, Hovory.

        One that is named by its id is ended once, however often that is asked for. "Whatever is
        under way" may be another call the next time, so it is never repeated.
        """
        exactly_one("Hangup", user=user, extension=extension, call_id=call_id)
        return await self._act(
            "Hangup",
            Done,
            {"user": user, "extension": extension, "call": call_id},
            version=version,
            semantics=Semantics.NON_IDEMPOTENT if call_id is None else Semantics.IDEMPOTENT,
            check=_STEERED,
            timeout=timeout,
        )

    async def monitor_user(
        self,
        user: str,
        listener: str,
        mode: ListeningMode | str,
        *,
        version: str = "3.1",
        timeout: float | None = None,
    ) -> MonitoredCall:
        """Listen to the call of an agent. Daktela Monitoring 3.1, chapters Hovory, Operátoři.

        `listener` is the extension at which somebody listens: its telephone rings.
        """
        # The sample's address has 3.0, which is the version that wants exten=.
        source = "Daktela Monitoring"
        return await self._act(
            "Monitoring",
            MonitoredCall,
            {
                "user": checks.text("user", user, source),
                "listener": checks.text("listener", listener, source),
                "mode": checks.one_of("mode", mode, ListeningMode, source),
            },
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check="Look whether the listener's telephone rings before doing it again.",
            timeout=timeout,
        )

    async def monitor_extension(
        self,
        extension: str,
        listener: str,
        mode: ListeningMode | str,
        *,
        version: str = "3.0",
        timeout: float | None = None,
    ) -> Done:
        """Listen to the call of an extension. Daktela Monitoring 3.0, chapters Hovory, Linky.

        `listener` is the extension at which somebody listens: its telephone rings.
        """
        source = "Daktela Monitoring"
        return await self._act(
            "Monitoring",
            Done,
            {
                "exten": checks.text("extension", extension, source),
                "listener": checks.text("listener", listener, source),
                "mode": checks.one_of("mode", mode, ListeningMode, source),
            },
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check="Look whether the listener's telephone rings before doing it again.",
            timeout=timeout,
        )

    # Announcements.

    @overload
    async def play(
        self,
        recording: str,
        *,
        user: str,
        begin: timedelta | None = ...,
        skip: timedelta | None = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    @overload
    async def play(
        self,
        recording: str,
        *,
        extension: str,
        begin: timedelta | None = ...,
        skip: timedelta | None = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    async def play(
        self,
        recording: str,
        *,
        user: str | None = None,
        extension: str | None = None,
        begin: timedelta | None = None,
        skip: timedelta | None = None,
        version: str = "3.6",
        timeout: float | None = None,
    ) -> Done:
        """Play an announcement into a call, to both sides. Daktela ControlPlayback, Hovory.

        `recording` is its name in the settings of the exchange. `begin` is where it begins; `skip`
        is how far rewinding and forwarding go. The agent is named by login or by extension.
        """
        exactly_one("ControlPlayback", user=user, extension=extension)
        return await self._act(
            "ControlPlayback",
            Done,
            {
                "extension": extension,
                "user": user,
                "command": "play",
                "recording": checks.text("recording", recording, "Daktela ControlPlayback"),
                "begintime": _milliseconds(begin),
                "skiptime": _milliseconds(skip),
            },
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check="Ask with calls.is_playing() before playing it again.",
            timeout=timeout,
        )

    @overload
    async def control_playback(
        self,
        command: PlaybackCommand | str,
        *,
        user: str,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    @overload
    async def control_playback(
        self,
        command: PlaybackCommand | str,
        *,
        extension: str,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    async def control_playback(
        self,
        command: PlaybackCommand | str,
        *,
        user: str | None = None,
        extension: str | None = None,
        version: str = "3.6",
        timeout: float | None = None,
    ) -> Done:
        """Rewind, forward, pause or stop an announcement. Daktela ControlPlayback, chapter Hovory.

        The command that pauses it lets it go on too. The agent is named by login or by extension.
        """
        exactly_one("ControlPlayback", user=user, extension=extension)
        name = checks.one_of("command", command, PlaybackCommand, "Daktela ControlPlayback")
        stops = name == PlaybackCommand.STOP
        return await self._act(
            "ControlPlayback",
            Done,
            {"extension": extension, "user": user, "command": name},
            version=version,
            semantics=Semantics.IDEMPOTENT if stops else Semantics.NON_IDEMPOTENT,
            check="Ask with calls.is_playing() before doing it again.",
            timeout=timeout,
        )

    @overload
    async def is_playing(
        self, *, user: str, version: str = ..., timeout: float | None = ...
    ) -> bool: ...

    @overload
    async def is_playing(
        self, *, extension: str, version: str = ..., timeout: float | None = ...
    ) -> bool: ...

    async def is_playing(
        self,
        *,
        user: str | None = None,
        extension: str | None = None,
        version: str = "3.6",
        timeout: float | None = None,
    ) -> bool:
        """Return whether an announcement is being played. Daktela ControlPlayback, chapter Hovory.

        The agent is named by login or by extension.
        """
        exactly_one("ControlPlayback", user=user, extension=extension)
        playback = await self._ask(
            "ControlPlayback",
            Playback,
            {"extension": extension, "user": user, "command": "status"},
            version=version,
            timeout=timeout,
        )
        return playback.playing


def _milliseconds(value: timedelta | None) -> int | None:
    return None if value is None else value // timedelta(milliseconds=1)
