"""Calls of the past and the reports ordered about them (SPIKON API, chapter 4.4)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable
from typing import Literal, TypeAlias

import attrs

from _telephony_core.sandbox import audio
from _telephony_core.sandbox.clock import Clock
from spikon_async.sandbox.errors import Refusal, not_found, wrong_value

MAX_DAYS = 100
REPORT_LIFE = dt.timedelta(days=30).total_seconds()
"""How long a report can be fetched; the document says "at most a month"."""

Recording: TypeAlias = Literal["link", "ftp", ""]


@attrs.frozen(kw_only=True)
class SandboxCall:
    """A call in the history; ``start`` is local time, ``duration`` is in seconds.

    ``recording`` says what the field ``file`` holds: a "link", the bare name of a file sent by
    "ftp", or "" for nothing.
    """

    id: int
    start: dt.datetime
    source: str
    destination: str
    duration: int = 60
    state: str = "Odebrane"
    outgoing: bool = False
    recording: Recording = ""

    @property
    def file_name(self) -> str:
        """The recording's file name."""
        return f"{self.start:%Y%m%d-%H%M%S}-{self.source}-{self.destination}.mp3"


class CallHistory:
    """The calls there were: those of the sample data, if any, and those added.

    Safe to use while the server runs.
    """

    def __init__(
        self,
        added: Iterable[SandboxCall] = (),
        sample: Callable[[dt.date], tuple[SandboxCall, ...]] | None = None,
        sample_call: Callable[[int], SandboxCall | None] | None = None,
    ) -> None:
        self._added = {call.id: call for call in added}
        self._sample = sample
        self._sample_call = sample_call
        self._recordings: dict[int, bytes] = {}
        self._lock = threading.Lock()

    def add(
        self,
        start: dt.datetime,
        *,
        source: str = "123456789",
        destination: str = "221234567",
        duration: int = 60,
        state: str = "Odebrane",
        outgoing: bool = False,
        recording: Recording = "",
        audio: bytes | None = None,
    ) -> SandboxCall:
        """Add a call and return it with its id; ``audio`` is the recording, if not silence."""
        with self._lock:
            call = SandboxCall(
                id=max(self._added, default=0) + 1,
                start=start.replace(tzinfo=None),
                source=source,
                destination=destination,
                duration=duration,
                state=state,
                outgoing=outgoing,
                recording=recording,
            )
            self._added[call.id] = call
            if audio is not None:
                self._recordings[call.id] = audio
        return call

    def between(self, first: dt.date, last: dt.date) -> tuple[SandboxCall, ...]:
        """Return the calls that began on these days, both included, the newest first."""
        with self._lock:
            found = [call for call in self._added.values() if first <= call.start.date() <= last]
        if self._sample is not None:
            for day in range(first.toordinal(), last.toordinal() + 1):
                found.extend(self._sample(dt.date.fromordinal(day)))
        return tuple(sorted(found, key=lambda call: (call.start, call.id), reverse=True))

    def recording(self, call_id: int) -> tuple[str, bytes] | None:
        """Return the name and the sound of a call's recording, if it can be fetched by a link."""
        call = self._added.get(call_id)
        if call is None and self._sample_call is not None:
            call = self._sample_call(call_id)
        if call is None or call.recording != "link":
            return None
        sound = self._recordings.get(call_id)
        if sound is None:
            sound = audio.mp3(call.duration, f"call {call_id}")
        return call.file_name, sound

    def set_recording(self, call_id: int, data: bytes) -> None:
        """Replace what the recording's link gives, as if the file had changed on the server."""
        self._recordings[call_id] = data


@attrs.frozen
class Report:
    """An ordered report; it is ready at ``ready_at`` on the server's clock."""

    id: int
    ready_at: float
    calls: tuple[SandboxCall, ...]


class CallReports:
    """The reports ordered: each takes a while to make and is kept for a month."""

    def __init__(self, history: CallHistory, clock: Clock, delay: float) -> None:
        self.delay = delay
        self._history = history
        self._clock = clock
        self._reports: dict[int, Report] = {}
        self._ordered = 0

    def order(
        self,
        first: dt.date,
        last: dt.date,
        *,
        direction: str,
        with_records_only: bool,
        number: str | None,
    ) -> int:
        """Order a report and return its id.

        The limit of 100 days is taken as a difference of 100, the lenient reading.
        """
        if last < first:
            raise wrong_value("date_end", "before date_start")
        if (last - first).days > MAX_DAYS:
            raise wrong_value("date_end", f"the maximum range is {MAX_DAYS} days")
        calls = tuple(
            call
            for call in self._history.between(first, last)
            if direction == "2" or call.outgoing == (direction == "1")
            if call.recording or not with_records_only
            if number is None or number in (call.source, call.destination)
        )
        self._ordered += 1
        self._reports[self._ordered] = Report(self._ordered, self._clock.now() + self.delay, calls)
        return self._ordered

    def list(self) -> tuple[tuple[int, bool], ...]:
        """Return the ids of the reports that haven't expired and whether each is ready."""
        now = self._clock.now()
        return tuple(
            (report.id, now >= report.ready_at)
            for report in self._reports.values()
            if now < report.ready_at + REPORT_LIFE
        )

    def show(self, report_id: int) -> tuple[SandboxCall, ...]:
        """Return a report's calls."""
        ready = dict(self.list()).get(report_id)
        if ready is None:
            raise not_found("call list", report_id)
        if not ready:
            raise Refusal(-9)
        return self._reports[report_id].calls
