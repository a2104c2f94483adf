"""Chapter Hovory: calls looked up and recordings downloaded, beside what `call_control` has."""

import re
from collections.abc import AsyncGenerator, Callable, Iterable
from datetime import datetime
from functools import partial
from os import PathLike
from pathlib import Path

import anyio
from attrs import evolve

from _telephony_core import checks
from _telephony_core.concurrency import map_bounded
from _telephony_core.downloads import DownloadedFile, DownloadOptions, DownloadProgress

from ..errors import NoRecording, TelephonyError
from ..models.calls import Attempt, AttemptPage, CallLeg, SavedRecording
from ..models.common import Done
from ..models.paging import PagesUpdate
from ..pages import CONCURRENCY as PAGES_AT_ONCE
from ..pages import MOST_ROWS, Paging, fetching, iterate_windows, page_bounds
from ..wire import true_false
from .base import listed, period, sought
from .call_control import CallControl

#: Seconds for a whole download unless the call says otherwise.
DOWNLOAD_TIMEOUT = 600.0
#: Downloads under way at once.
CONCURRENCY = 4


class CallsResource(CallControl):
    """Calls: make them, steer them, look them up, download their recordings.

    What dials, transfers or plays is never repeated once it was sent: a lost answer raises
    `OutcomeUnknown`, and the telephone may ring all the same.
    """

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
        source = "Daktela GetAttempts"
        first, last = period(since, until, self._session.timezone, source)
        page = await self._ask(
            "GetAttempts",
            AttemptPage,
            {
                "datetime_from": first,
                "datetime_to": last,
                "queues": listed("queues", queues, source),
                "id_call": sought("call_id", call_id, source),
                "users": listed("users", users, source),
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
        source = "Daktela GetAttempts"
        first, last = period(since, until, self._session.timezone, source)
        ask = partial(
            self.attempts,
            queues=listed("queues", queues, source),
            users=listed("users", users, source),
            call_id=sought("call_id", call_id, source),
            version=version,
            timeout=timeout,
        )
        return iterate_windows(
            fetching(ask),
            first,
            last,
            lambda attempt: attempt.id,
            Paging(
                start=start,
                page_size=page_size,
                concurrency=concurrency,
                on_update=on_update,
                call="GET GetAttempts",
            ),
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
        options = DownloadOptions(on_progress=on_progress, sha256=sha256, accept=_is_recording)
        fetching = self._fetch(
            recording_hash, Path(path), version, timeout, options, octet_stream=octet_stream
        )
        del recording_hash  # crash reporters send local variables along
        return await fetching

    async def download_recordings_of(
        self,
        call_id: str,
        folder: str | PathLike[str],
        *,
        on_result: Callable[[DownloadedFile], None] | None = None,
        about_version: str = "3.0",
        version: str = "3.0",
        timeout: float = DOWNLOAD_TIMEOUT,
    ) -> tuple[DownloadedFile, ...]:
        """Save all recordings of a call by its id. Daktela AboutCall and GetRecording, Hovory.

        A call has one for each recorded leg. The folder is made if need be. The files are named by
        the id of the call (from the second on with `-2` and so on behind it) and by what they are,
        `.wav` or `.mp3`; existing ones are replaced. `on_result` hears of each. Raises
        `NoRecording` if the call has none; what was saved before another error stays. `timeout`
        bounds each download.
        """
        legs = await self.about(call_id, version=about_version)
        hashes = list(dict.fromkeys(leg.recording_hash for leg in legs if leg.recording_hash))
        del legs
        if not hashes:
            raise NoRecording(
                f"the service has no recording of the call {call_id}.", call="GET AboutCall"
            )
        await anyio.Path(folder).mkdir(parents=True, exist_ok=True)
        stem = _file_name(call_id)
        saved: list[DownloadedFile] = []
        while hashes:
            name = f"{stem}-{len(saved) + 1}" if saved else stem
            path = Path(folder) / name
            file = await self._fetch(hashes.pop(0), path, version, timeout)
            saved.append(file)
            if on_result is not None:
                on_result(file)
        return tuple(saved)

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
        """Save many recordings by their hashes, a few at a time. Daktela GetRecording, Hovory.

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
            name = _file_name(recording_hash)
            result = SavedRecording(recording_hash=recording_hash, path=there.get(name))
            if result.path is None:
                path = Path(target) / name
                result = await self._save_recording(recording_hash, path, version, timeout)
            if on_result is not None:
                on_result(result)
            return result

        # One hash by itself is one, and not its characters.
        every = [recording_hashes] if isinstance(recording_hashes, str) else recording_hashes
        hashes = dict.fromkeys(every)
        return tuple(await map_bounded(save, hashes, concurrency))

    async def _save_recording(
        self, recording_hash: str, path: Path, version: str, timeout: float
    ) -> SavedRecording:
        result = SavedRecording(recording_hash=recording_hash)
        fetching = self._fetch(recording_hash, path, version, timeout)
        del recording_hash  # crash reporters send local variables along
        try:
            file = await fetching
        except TelephonyError as error:
            return evolve(result, error=error)
        return evolve(result, path=file.path, fetched=True)

    async def _fetch(
        self,
        recording_hash: str,
        path: Path,
        version: str,
        timeout: float,
        options: DownloadOptions | None = None,
        *,
        octet_stream: bool = False,
    ) -> DownloadedFile:
        """Save a recording, with the suffix of its kind unless `options` say otherwise."""
        call = self._call(
            "GetRecording",
            Done,
            {"octetstream": true_false(octet_stream or None)},
            # The sample sends no token: so the hash may be the key, and the token goes along in
            # case it is not.
            secrets={
                "recording_hash": checks.text(
                    "recording_hash", recording_hash, "Daktela GetRecording"
                )
            },
            version=version,
        )
        del recording_hash  # crash reporters send local variables along
        options = options or DownloadOptions(accept=_is_recording, suffix=_suffix)
        return await self._session.save(call, path, options, timeout=timeout)


def _file_name(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z._-]", "_", text)


def _suffix(content_type: str) -> str:
    return ".mp3" if "mpeg" in content_type.lower() else ".wav"


def _is_recording(content_type: str, start: bytes) -> bool:
    """Tell a sound from an answer of the API, which is a text, whatever it says that it is."""
    kind = content_type.partition(";")[0].strip().lower()
    sound = kind.startswith("audio/") or kind == "application/octet-stream"
    return sound and start.lstrip()[:1] not in b"{[<"
