"""Chapter 4.7: speech synthesis, from text to audio file."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import TypeVar

from _telephony_core import checks
from _telephony_core.calls import Call, Semantics
from _telephony_core.downloads import DownloadedFile, DownloadProgress
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

from ..errors import NoElementsFound, NotReady
from ..models.phone_books import Deleted
from ..models.tts import (
    AudioFormat,
    Language,
    OrderedSpeech,
    SavedSpeech,
    Speech,
    SpeechPrice,
    Voice,
)
from ..session import DOWNLOAD_TIMEOUT, SpikonSession
from .deletion import delete
from .emptiness import empty_if_none_found
from .looks import NOT_READY, absent
from .targets import check_target

T = TypeVar("T")

#: What to do about an announcement that the service does not know.
UNKNOWN_SPEECH = (
    "Check the id and the account; look for its name with tts.list() before generating it again."
)
#: How the generation is waited for unless told otherwise.
GENERATION = Polling(timeout=600.0)


class TtsResource(Resource[SpikonSession]):
    """Speech synthesis: languages, voices, announcements."""

    def __init__(self, session: SpikonSession) -> None:
        super().__init__(session)
        self._waiting: Counter[str] = Counter()
        self._shared = SharedPoll(self._look_at_waiting)

    async def languages(self, *, timeout: float | None = None) -> tuple[Language, ...]:
        """List the languages. SPIKON 4.7.1."""
        call = Call("/api/tts/language_list", tuple[Language, ...])
        return await empty_if_none_found(self._send(call, timeout=timeout))

    async def voices(self, language: str, *, timeout: float | None = None) -> tuple[Voice, ...]:
        """List the voices of a language, such as "pl-PL". SPIKON 4.7.2."""
        params = {"language": checks.text("language", language, "SPIKON 4.7.2")}
        return await self._send(
            Call("/api/tts/voice_list", tuple[Voice, ...], params), timeout=timeout
        )

    async def price(self, text: str, *, voice: str, timeout: float | None = None) -> SpeechPrice:
        """Return what an announcement would cost, in PLN. SPIKON 4.7.7.

        The text has at most 3000 characters.
        """
        params = {
            "voice": checks.text("voice", voice, "SPIKON 4.7.7"),
            "text": checks.text("text", text, "SPIKON 4.7.7", most=3000),
        }
        return await self._send(Call("/api/tts/price", SpeechPrice, params), timeout=timeout)

    async def generate(
        self, text: str, *, voice: str, name: str, timeout: float | None = None
    ) -> str:
        """Order an announcement, which costs money, and return its id. SPIKON 4.7.3.

        The text has at most 3000 characters; `name` describes it in lists. It is never repeated
        once it was sent: a lost answer raises `OutcomeUnknown`.
        """
        source = "SPIKON 4.7.3"
        # The text first: a name made of it would be missing too.
        params = {
            "text": checks.text("text", text, source, most=3000),
            "voice": checks.text("voice", voice, source),
            "name": checks.text("name", name, source),
        }
        call = Call(
            "/api/tts/generate",
            OrderedSpeech,
            params,
            Semantics.NON_IDEMPOTENT,
            check="Look for the name with tts.list() before generating it again.",
        )
        return (await self._send(call, timeout=timeout)).id

    async def list(self, *, timeout: float | None = None) -> tuple[Speech, ...]:
        """List the announcements of the account. SPIKON 4.7.4."""
        call = Call("/api/tts/list", tuple[Speech, ...])
        return await empty_if_none_found(self._send(call, timeout=timeout))

    async def status(self, tts_id: str, *, timeout: float | None = None) -> Speech:
        """Return whether an announcement can be downloaded. SPIKON 4.7.8."""
        params = {"tts_id": checks.text("tts_id", tts_id, "SPIKON 4.7.8")}
        return await self._send(Call("/api/tts/status", Speech, params), timeout=timeout)

    async def download(
        self,
        tts_id: str,
        path: str | PathLike[str],
        *,
        audio_format: AudioFormat = AudioFormat.MP3,
        on_progress: Callable[[DownloadProgress], None] | None = None,
        timeout: float = DOWNLOAD_TIMEOUT,
    ) -> DownloadedFile:
        """Save an announcement that is generated, as MP3 or as WAVE PCM. SPIKON 4.7.5.

        WAVE is 8000 Hz, 16 bit, mono. An existing file is replaced, once the new one is complete.
        The key travels in the `Spikon-API-Key` header. Raises `NotReady` when it is too early.
        """
        checks.text("tts_id", tts_id, "SPIKON 4.7.5")
        checks.one_of("audio_format", audio_format, AudioFormat, "SPIKON 4.7.5")
        url = self._session.url(
            "/api/tts/download", {"tts_id": tts_id, "pcm_8k16bm": str(audio_format)}
        )
        return await self._session.save(
            url, Path(path), name="GET /api/tts/download", on_progress=on_progress, timeout=timeout
        )

    async def delete(self, tts_id: str, *, timeout: float | None = None) -> Deleted:
        """Delete an announcement. SPIKON 4.7.6."""
        params = {"tts_id": checks.text("tts_id", tts_id, "SPIKON 4.7.6")}
        call = Call("/api/tts/delete", Deleted, params, Semantics.IDEMPOTENT)
        return await delete(self._send(call, timeout=timeout), tts_id)

    async def wait(
        self,
        tts_id: str,
        *,
        timeout: float | None = None,
        polling: Polling = GENERATION,
        on_update: Callable[[WaitUpdate], None] | None = None,
    ) -> Speech:
        """Wait until an announcement can be downloaded. SPIKON 4.7.8.

        Any number of concurrent waits share one request a look: `status` for one announcement,
        `list` for several. Raises `WaitTimeout` (after 10 minutes unless told otherwise) with the
        id to go on from, and `JobNotFound` when the service has not known it for a minute.
        """
        checks.text("tts_id", tts_id, "SPIKON 4.7.8")
        return await self._follow(tts_id, self._look(tts_id), timeout, polling, on_update)

    async def collect(
        self,
        tts_id: str,
        *,
        to: str | PathLike[str],
        audio_format: AudioFormat = AudioFormat.MP3,
        timeout: float | None = None,
        polling: Polling = GENERATION,
        on_update: Callable[[WaitUpdate], None] | None = None,
    ) -> SavedSpeech:
        """Wait for an announcement that was ordered, by whatever process, and save it.

        `timeout` bounds the waiting alone. A download that says that it is too early is a look as
        any other, and so is one that fails for a while.
        """
        checks.text("tts_id", tts_id, "SPIKON 4.7.8")
        with started((tts_id,)):
            await self._check(to, audio_format, timeout, polling)
        look_for_speech = self._look(tts_id)

        async def look(when: Look) -> Pending | Ready[DownloadedFile]:
            outcome = await look_for_speech(when)
            if isinstance(outcome, Pending):
                return outcome
            try:
                return Ready(await self.download(tts_id, to, audio_format=audio_format))
            except NotReady:
                return NOT_READY

        file = await self._follow(tts_id, look, timeout, polling, on_update)
        return SavedSpeech(id=tts_id, file=file)

    async def synthesize(
        self,
        text: str,
        *,
        voice: str,
        to: str | PathLike[str],
        name: str | None = None,
        audio_format: AudioFormat = AudioFormat.MP3,
        timeout: float | None = None,
        polling: Polling = GENERATION,
        on_update: Callable[[WaitUpdate], None] | None = None,
        on_started: Callable[[str], None] | None = None,
    ) -> SavedSpeech:
        """Turn a text into an audio file, which costs money: generate, wait, download.

        SPIKON 4.7.3, 4.7.8, 4.7.5. `name` is the beginning of the text unless given. The folder of
        `to` must be there. `timeout` bounds the waiting alone. `on_started` hears of the id as soon
        as it is ordered, so that even a process that is killed has stored it. Every error after the
        order carries the id: go on with `collect`, never by generating again. The announcement
        stays at the service; see `delete`.
        """
        await self._check(to, audio_format, timeout, polling)
        tts_id = await self.generate(text, voice=voice, name=name or " ".join(text.split())[:40])
        if on_started is not None:
            with started((tts_id,)):
                on_started(tts_id)
        return await self.collect(
            tts_id,
            to=to,
            audio_format=audio_format,
            timeout=timeout,
            polling=polling,
            on_update=on_update,
        )

    async def _check(
        self,
        to: str | PathLike[str],
        audio_format: AudioFormat,
        timeout: float | None,
        polling: Polling,
    ) -> None:
        """Refuse what would end in vain, before it is paid or waited for."""
        checks.one_of("audio_format", audio_format, AudioFormat, "SPIKON 4.7.5")
        time_limit(polling, timeout)
        await check_target(Path(to))

    def _look(self, tts_id: str) -> Callable[[Look], Awaitable[Pending | Ready[Speech]]]:
        absence = Absence()

        async def look(when: Look) -> Pending | Ready[Speech]:
            try:
                found = (await self._shared.look(when)).get(tts_id)
            except NotReady:
                return NOT_READY
            if found is None:
                return absent(absence, f"announcement {tts_id}", UNKNOWN_SPEECH)
            absence.over()
            return Ready(found) if found.ready else Pending(state_name(found.state))

        return look

    async def _follow(
        self,
        tts_id: str,
        look: Callable[[Look], Awaitable[Pending | Ready[T]]],
        timeout: float | None,
        polling: Polling,
        on_update: Callable[[WaitUpdate], None] | None,
    ) -> T:
        """Take looks at an announcement until it is done, and let the others share them."""
        self._waiting[tts_id] += 1
        try:
            return await poll_until(
                look,
                id=tts_id,
                what=f"announcement {tts_id}",
                polling=polling,
                timeout=timeout,
                on_update=on_update,
            )
        finally:
            self._waiting[tts_id] -= 1
            self._waiting = +self._waiting

    async def _look_at_waiting(self) -> Mapping[str, Speech]:
        """Look at all announcements that are waited for with one request."""
        if len(self._waiting) == 1:
            (tts_id,) = self._waiting
            try:
                return {tts_id: await self.status(tts_id)}
            except NoElementsFound:
                # As a list would have it.
                return {}
        return {speech.id: speech for speech in await self.list()}
