"""Chapter Hovory: calls made, steered, looked up and downloaded."""

import re
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import overload

import anyio
from attrs import evolve

from _telephony_core import checks
from _telephony_core.calls import Semantics
from _telephony_core.concurrency import map_bounded
from _telephony_core.downloads import DownloadedFile, DownloadOptions, DownloadProgress

from ..errors import TelephonyError
from ..models.calls import (
    AnsweredCall,
    Attempt,
    AttemptPage,
    CallLeg,
    ListeningMode,
    MonitoredCall,
    Playback,
    PlaybackCommand,
    SavedRecording,
    StartedCall,
    TransferType,
)
from ..models.common import Done
from ..models.paging import PagesUpdate
from ..pages import CONCURRENCY as PAGES_AT_ONCE
from ..pages import MOST_ROWS, Paging, iterate_windows, page_bounds
from ..wire import local_time, true_false, yes_no
from .base import DaktelaResource, exactly_one, in_order, listed

#: Seconds for a whole download unless the call says otherwise.
DOWNLOAD_TIMEOUT = 600.0
#: Downloads under way at once.
CONCURRENCY = 4

_DIALLED = (
    "Ask at the telephone whether it rang, or look with calls.about() if you gave the call an id,"
    " before dialling again."
)
_STEERED = "Look with realtime.user_state() what became of the call before doing it again."


class CallsResource(DaktelaResource):
    """Calls: make them, steer them, look them up, download their recordings.

    What dials, transfers or plays is never repeated once it was sent: a lost answer raises
    `OutcomeUnknown`, and the telephone may ring all the same.
    """

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

    # Looked up.

    async def about(
        self, call_id: str, *, version: str = "3.0", timeout: float | None = None
    ) -> tuple[CallLeg, ...]:
        """Return what is recorded of a call, leg by leg. Daktela AboutCall, chapter Hovory.

        A call that is not known, or not over, may have no legs.
        """
        return await self._ask(
            "AboutCall",
            tuple[CallLeg, ...],
            {"id_call": checks.text("call_id", call_id, "Daktela AboutCall")},
            version=version,
            timeout=timeout,
        )

    async def attempts(
        self,
        since: datetime,
        until: datetime,
        *,
        queues: Iterable[str] | None = None,
        users: Iterable[str] | None = None,
        call_id: str | None = None,
        skip: int = 0,
        take: int = 100,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> AttemptPage:
        """Return a page of the attempts to connect calls. Daktela GetAttempts, chapter Hovory.

        Times without a zone are in the client's. `queues` and `users` are ids. The service gives
        at most 1000 rows and refuses more; `iter_attempts` fetches any number.
        """
        in_order(since, until, self._session.timezone, "Daktela GetAttempts")
        page = await self._ask(
            "GetAttempts",
            AttemptPage,
            {
                "datetime_from": since,
                "datetime_to": until,
                "queues": listed(queues),
                "id_call": call_id,
                "users": listed(users),
                **page_bounds(skip, take),
            },
            version=version,
            timeout=timeout,
        )
        return evolve(page, skip=skip)

    def iter_attempts(
        self,
        since: datetime,
        until: datetime,
        *,
        queues: Iterable[str] | None = None,
        users: Iterable[str] | None = None,
        call_id: str | None = None,
        start: int = 0,
        page_size: int = MOST_ROWS,
        concurrency: int = PAGES_AT_ONCE,
        on_update: Callable[[PagesUpdate], None] | None = None,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> AsyncGenerator[Attempt, None]:
        """Yield all attempts to connect calls, each once. Daktela GetAttempts, chapter Hovory.

        Pages of `page_size` rows (at most 1000) are fetched, `concurrency` at a time, and the
        range of time is split when the service refuses it as too long. `start` is how many rows to
        pass over, to go on after an error that says so; `timeout` bounds each request.
        """
        some_queues, some_users = listed(queues), listed(users)

        async def fetch(first: datetime, last: datetime, skip: int, take: int) -> AttemptPage:
            return await self.attempts(
                first,
                last,
                queues=some_queues,
                users=some_users,
                call_id=call_id,
                skip=skip,
                take=take,
                version=version,
                timeout=timeout,
            )

        zone = self._session.timezone
        in_order(since, until, zone, "Daktela GetAttempts")
        return iterate_windows(
            fetch,
            local_time(since, zone),
            local_time(until, zone),
            lambda attempt: attempt.id,
            Paging(start=start, page_size=page_size, concurrency=concurrency, on_update=on_update),
        )

    # Recordings.

    async def download_recording(
        self,
        recording_hash: str,
        path: str | PathLike[str],
        *,
        octet_stream: bool = False,
        on_progress: Callable[[DownloadProgress], None] | None = None,
        sha256: str | None = None,
        version: str = "3.0",
        timeout: float = DOWNLOAD_TIMEOUT,
    ) -> DownloadedFile:
        """Save the recording of a call, WAVE or MP3. Daktela GetRecording, chapter Hovory.

        `recording_hash` is from `about`; a call has one for each recorded leg. A transfer that is
        cut goes on where it stopped. An existing file is replaced, once the new one is complete
        and, if `sha256` is given, right. `octet_stream` changes the content type, and not the
        file.
        """
        call = self._call(
            "GetRecording",
            Done,
            {
                # The sample sends no token: so the hash may be the key, and the token goes along
                # in case it is not.
                "recording_hash": checks.text(
                    "recording_hash", recording_hash, "Daktela GetRecording"
                ),
                "octetstream": true_false(octet_stream or None),
            },
            version=version,
        )
        options = DownloadOptions(on_progress=on_progress, sha256=sha256, accept=_is_recording)
        return await self._session.save(call, Path(path), options, timeout=timeout)

    async def download_recordings(
        self,
        recording_hashes: Iterable[str],
        folder: str | PathLike[str],
        *,
        concurrency: int = CONCURRENCY,
        on_result: Callable[[SavedRecording], None] | None = None,
        version: str = "3.0",
        timeout: float = DOWNLOAD_TIMEOUT,
    ) -> tuple[SavedRecording, ...]:
        """Save many recordings, a few at a time. Daktela GetRecording, chapter Hovory.

        The folder is made if need be. Files are named by their hashes; what is there already is
        not fetched again. A recording that fails does not stop the others: its result holds the
        error. `on_result` hears of each as it ends; the results come in the order of the hashes,
        each of which counts once. `timeout` bounds each download.
        """
        checks.whole("concurrency", concurrency, least=1)
        target = anyio.Path(folder)
        await target.mkdir(parents=True, exist_ok=True)
        there = {entry.stem: Path(entry) async for entry in target.iterdir()}

        async def save(recording_hash: str) -> SavedRecording:
            name = re.sub(r"[^0-9A-Za-z._-]", "_", recording_hash)
            result = SavedRecording(recording_hash=recording_hash, path=there.get(name))
            if result.path is None:
                result = await self._save_recording(
                    recording_hash, Path(target), name, version, timeout
                )
            if on_result is not None:
                on_result(result)
            return result

        hashes = dict.fromkeys(listed(recording_hashes) or ())
        return tuple(await map_bounded(save, hashes, concurrency))

    async def _save_recording(
        self, recording_hash: str, folder: Path, name: str, version: str, timeout: float
    ) -> SavedRecording:
        # Until its kind is known it has a name that is not taken for a finished one.
        path = folder / f".{name}"
        try:
            file = await self.download_recording(
                recording_hash, path, version=version, timeout=timeout
            )
        except TelephonyError as error:
            return SavedRecording(recording_hash=recording_hash, error=error)
        final = folder / f"{name}{'.mp3' if 'mpeg' in file.content_type.lower() else '.wav'}"
        await anyio.Path(path).replace(final)
        return SavedRecording(recording_hash=recording_hash, path=final, fetched=True)


def _milliseconds(value: timedelta | None) -> int | None:
    return None if value is None else value // timedelta(milliseconds=1)


def _is_recording(content_type: str, start: bytes) -> bool:
    """Tell a sound from an answer of the API, which is a text, whatever it says that it is."""
    kind = content_type.partition(";")[0].strip().lower()
    sound = kind.startswith("audio/") or kind == "application/octet-stream"
    return sound and start.lstrip()[:1] not in b"{[<"
