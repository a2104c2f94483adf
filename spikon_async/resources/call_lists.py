"""Chapter 4.4: call history, ordered and fetched, and recordings."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import date
from os import PathLike
from pathlib import Path

import anyio

from _telephony_core import checks
from _telephony_core.calls import Call, Semantics
from _telephony_core.concurrency import map_bounded
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

from ..errors import InvalidRequest, NoElementsFound, NoRecording, NotReady, TelephonyError
from ..history import LONGEST_RANGE, Seams, in_time_order, split
from ..models.call_lists import (
    CallRecord,
    Direction,
    HistoryUpdate,
    OrderedReport,
    RecordingLink,
    RecordingOnFtp,
    Report,
    ReportWindow,
    SavedRecording,
)
from ..recordings import AUDIO_SUFFIXES, audio_suffix, recording_names
from ..session import DOWNLOAD_TIMEOUT, SpikonSession
from .emptiness import empty_if_none_found
from .looks import NOT_READY

SOURCE = "SPIKON 4.4.1"
#: How reports are waited for unless told otherwise. They are made when it suits the service.
GENERATION = Polling(timeout=3600.0)
#: How the download of a recording is called in errors; its address is not, for it may be a key.
RECORDING = "GET the recording of a call"
#: Requests of one flow under way at once.
CONCURRENCY = 4


class CallListResource(Resource[SpikonSession]):
    """Call history: order reports, wait for them, fetch them; download recordings."""

    def __init__(self, session: SpikonSession) -> None:
        super().__init__(session)
        self._shared = SharedPoll(self._reports_by_id)

    # The single steps.

    async def order(
        self,
        start: date,
        end: date,
        *,
        direction: Direction = Direction.BOTH,
        with_recordings_only: bool = False,
        number: str | None = None,
        timeout: float | None = None,
    ) -> str:
        """Order a report of the calls from `start` to `end`, both included; return its id.

        SPIKON 4.4.1. At most 100 days, both ends counted (`fetch` splits longer ranges). `number`
        is a source or destination of at most 25 characters. The service itself would leave calls
        without a recording out; here they are in unless `with_recordings_only` is set. A spare
        report changes nothing and expires, so a lost answer is asked for again. The report is
        made when it suits the service: `wait` for it, then `show` it, within a month.
        """
        first, last = checks.day(start), checks.day(end)
        days = checks.days_in_order(first, last, SOURCE)
        if days > LONGEST_RANGE:
            raise InvalidRequest(
                f"the range has {days} days; a report has at most {LONGEST_RANGE}.",
                advice=f"Use fetch(), which takes any range. See {SOURCE}.",
            )
        params: dict[str, str] = {
            "dir": checks.one_of("direction", direction, Direction, SOURCE),
            "date_start": first.isoformat(),
            "date_end": last.isoformat(),
            "with_records_only": "1" if with_recordings_only else "0",
        }
        if number is not None:
            params["number"] = checks.text("number", number, SOURCE, most=25)
        call = Call("/api/call_list/order", OrderedReport, params, Semantics.IDEMPOTENT)
        return (await self._send(call, timeout=timeout)).id

    async def list(self, *, timeout: float | None = None) -> tuple[Report, ...]:
        """List the reports that were ordered, ready or not. SPIKON 4.4.2."""
        call = Call("/api/call_list/list", tuple[Report, ...])
        return await empty_if_none_found(self._send(call, timeout=timeout))

    async def show(self, report_id: str, *, timeout: float | None = None) -> tuple[CallRecord, ...]:
        """Return the calls of a report, in the order of the service. SPIKON 4.4.3.

        Raises `NotReady` while it is not generated. "No elements found" (-8) can mean a report
        without calls, one that is not generated yet, or none: then, and only then, the reports are
        listed to tell them apart. `timeout` bounds both calls together.
        """
        left = self._session.left_of(timeout)
        try:
            return await self._show(report_id, timeout=timeout)
        except NoElementsFound as error:
            listed = [one for one in await self.list(timeout=left()) if one.id == report_id]
            if any(report.ready for report in listed):
                return ()
            if listed:
                raise NotReady("the report is not generated yet.", call=error.call) from error
            raise

    # The waits.

    async def wait(
        self,
        report_id: str,
        *,
        timeout: float | None = None,
        polling: Polling = GENERATION,
        on_update: Callable[[WaitUpdate], None] | None = None,
    ) -> Report:
        """Wait until a report is generated. SPIKON 4.4.2.

        Any number of concurrent waits share one `call_list/list` a look. Raises `WaitTimeout`
        (after an hour unless told otherwise) with the id to go on from, and `JobNotFound` when
        the report is not listed for a minute. Cancelling stops only the waiting.
        """
        checks.text("report_id", report_id, "SPIKON 4.4.2")
        return await poll_until(
            self._look(report_id),
            id=report_id,
            what=f"report {report_id}",
            polling=polling,
            timeout=timeout,
            on_update=on_update,
        )

    # The whole flow.

    async def order_range(
        self,
        start: date,
        end: date,
        *,
        direction: Direction = Direction.BOTH,
        with_recordings_only: bool = False,
        number: str | None = None,
        timeout: float | None = None,
        on_started: Callable[[str], None] | None = None,
    ) -> tuple[ReportWindow, ...]:
        """Order as many reports as a range of any length needs, a few at a time.

        Store the ids, and any process can go on with `collect`. `on_started` hears of each the
        moment it is known, so that even a process that is killed has stored it. `timeout` bounds
        each order. An error carries the ids of what was ordered before it, and says in a note for
        which days: they are a part of the range, and `collect` gives only that part.
        """
        ordered: dict[str, ReportWindow] = {}

        async def order(window: tuple[date, date]) -> ReportWindow:
            report_id = await self.order(
                *window,
                direction=direction,
                with_recordings_only=with_recordings_only,
                number=number,
                timeout=timeout,
            )
            ordered[report_id] = ReportWindow(id=report_id, start=window[0], end=window[1])
            if on_started is not None:
                on_started(report_id)
            return ordered[report_id]

        windows = split(checks.day(start), checks.day(end))
        with started(ordered), _telling_of_a_part(ordered, len(windows)):
            return tuple(await map_bounded(order, windows, CONCURRENCY))

    async def collect(
        self,
        report_ids: Iterable[str],
        *,
        timeout: float | None = None,
        polling: Polling = GENERATION,
        on_update: Callable[[HistoryUpdate], None] | None = None,
    ) -> tuple[CallRecord, ...]:
        """Wait for reports that were ordered, by whatever process, and join their calls.

        The calls come in the order of time; a call that stands in two reports comes once.
        `timeout` (an hour unless told otherwise) bounds the waiting for all of them. `on_update`
        hears of every look, and of each report that is generated.
        """
        # A single id is a text, and its characters are no ids.
        given = (report_ids,) if isinstance(report_ids, str) else report_ids
        ids = tuple(dict.fromkeys(checks.text("report_id", i, SOURCE) for i in given))
        progress = _Progress(ids, on_update)
        fetching = anyio.Semaphore(CONCURRENCY)

        async def fetch(report_id: str) -> tuple[CallRecord, ...]:
            return await self._wait_and_show(report_id, timeout, polling, fetching, progress)

        with started(ids):
            reports = await map_bounded(fetch, ids, max(1, len(ids)))
        seams = Seams()
        return tuple(in_time_order(call for report in reports for call in seams.join(report)))

    async def fetch(
        self,
        start: date,
        end: date,
        *,
        direction: Direction = Direction.BOTH,
        with_recordings_only: bool = False,
        number: str | None = None,
        timeout: float | None = None,
        polling: Polling = GENERATION,
        on_update: Callable[[HistoryUpdate], None] | None = None,
        on_started: Callable[[str], None] | None = None,
    ) -> tuple[CallRecord, ...]:
        """Return the calls from `start` to `end`, both included, of any range, by time.

        SPIKON 4.4.1 to 4.4.3: the range is split into reports of at most 100 days, which are
        ordered, waited for and fetched concurrently. No call is lost or doubled at the seams; days
        without calls are no error. `timeout` (an hour unless told otherwise) bounds the waiting.
        `on_started` hears of the id of each report as it is ordered, `on_update` of every look.

        An error of the waiting carries the ids of all reports, for `collect` to go on from. An
        error of the ordering carries those of a part of the range, and says in a note of which:
        `collect` gives only that part.
        """
        time_limit(polling, timeout)
        windows = await self.order_range(
            start,
            end,
            direction=direction,
            with_recordings_only=with_recordings_only,
            number=number,
            on_started=on_started,
        )
        return await self.collect(
            [window.id for window in windows],
            timeout=timeout,
            polling=polling,
            on_update=on_update,
        )

    async def stream(
        self,
        start: date,
        end: date,
        *,
        direction: Direction = Direction.BOTH,
        with_recordings_only: bool = False,
        number: str | None = None,
        timeout: float | None = None,
        polling: Polling = GENERATION,
        on_started: Callable[[str], None] | None = None,
    ) -> AsyncGenerator[CallRecord, None]:
        """Yield the calls from `start` to `end`, report by report, as `fetch` would return them.

        All reports are ordered at the start, and only one of them is in memory at a time.
        `timeout` bounds the waiting for each. `on_started` hears of the id of each report as it is
        ordered. What errors carry is as with `fetch`.
        """
        time_limit(polling, timeout)
        windows = await self.order_range(
            start,
            end,
            direction=direction,
            with_recordings_only=with_recordings_only,
            number=number,
            on_started=on_started,
        )
        seams = Seams(neighbours_only=True)
        fetching = anyio.Semaphore(1)
        progress = _Progress([window.id for window in windows], None)
        with started([window.id for window in windows]):
            for window in windows:
                calls = await self._wait_and_show(window.id, timeout, polling, fetching, progress)
                for call in in_time_order(seams.join(calls)):
                    yield call

    # Recordings.

    async def download_recording(
        self,
        call: CallRecord | RecordingLink,
        path: str | PathLike[str],
        *,
        on_progress: Callable[[DownloadProgress], None] | None = None,
        timeout: float = DOWNLOAD_TIMEOUT,
    ) -> DownloadedFile:
        """Save the recording of a call. SPIKON 4.4.3.

        Raises `NoRecording` for a call without one, and for one that was sent to your own FTP
        server. A cut transfer goes on where it stopped; an existing file is replaced once the new
        one is complete. The key goes along only to the configured address of the service.
        """
        return await self._session.save(
            _link(call), Path(path), name=RECORDING, on_progress=on_progress, timeout=timeout
        )

    async def download_recordings(
        self,
        calls: Iterable[CallRecord],
        folder: str | PathLike[str],
        *,
        concurrency: int = CONCURRENCY,
        on_result: Callable[[SavedRecording], None] | None = None,
        timeout: float = DOWNLOAD_TIMEOUT,
    ) -> tuple[SavedRecording, ...]:
        """Save the recordings of many calls, a few at a time, and tell of each how it went.

        The folder is made if need be. Files are named by time, numbers and the id of the link; an
        audio file of that name that is there already is not fetched again, so a second run fetches
        only what the first one missed. A recording
        that fails does not stop the others: its result holds the error (a full disk does stop
        them, as an `OSError`). `on_result` hears of each as it ends; the results come in the order
        of the calls, one for each call that has a recording or should have one. `timeout` bounds
        each download.
        """
        checks.whole("concurrency", concurrency, least=1)
        target = anyio.Path(folder)
        await target.mkdir(parents=True, exist_ok=True)
        there = {
            entry.stem: Path(entry)
            async for entry in target.iterdir()
            if entry.suffix.lower() in AUDIO_SUFFIXES
        }

        async def save(named: tuple[str, CallRecord]) -> SavedRecording:
            stem, call = named
            result = await self._save_recording(call, Path(target) / stem, there.get(stem), timeout)
            if on_result is not None:
                on_result(result)
            return result

        return tuple(await map_bounded(save, recording_names(calls), concurrency))

    # What the above are made of.

    async def _show(self, report_id: str, *, timeout: float | None) -> tuple[CallRecord, ...]:
        params = {"call_list_id": checks.text("report_id", report_id, "SPIKON 4.4.3")}
        call = Call("/api/call_list/show", tuple[CallRecord, ...], params)
        return await self._send(call, timeout=timeout)

    async def _reports_by_id(self) -> dict[str, Report]:
        by_id: dict[str, Report] = {}
        for report in await self.list():
            # The sample of the document lists one id twice, waiting and ready: ready wins.
            if report.id not in by_id or report.ready:
                by_id[report.id] = report
        return by_id

    def _look(self, report_id: str) -> Callable[[Look], Awaitable[Pending | Ready[Report]]]:
        absence = Absence()

        async def look(when: Look) -> Pending | Ready[Report]:
            try:
                report = (await self._shared.look(when)).get(report_id)
            except NotReady:
                return NOT_READY
            if report is None:
                return absence.noted(f"report {report_id}")
            absence.over()
            return Ready(report) if report.ready else Pending(state_name(report.state))

        return look

    async def _wait_and_show(
        self,
        report_id: str,
        timeout: float | None,
        polling: Polling,
        fetching: anyio.Semaphore,
        progress: "_Progress",
    ) -> tuple[CallRecord, ...]:
        look_for_report = self._look(report_id)

        async def look(when: Look) -> Pending | Ready[tuple[CallRecord, ...]]:
            outcome = await look_for_report(when)
            if isinstance(outcome, Pending):
                return outcome
            progress.ready(report_id)
            async with fetching:
                try:
                    calls = await self._show(report_id, timeout=None)
                except NoElementsFound:
                    # The report is listed as ready, so it exists: there were no calls.
                    calls = ()
                except NotReady:
                    return NOT_READY
            progress.fetched(calls)
            return Ready(calls)

        return await poll_until(
            look,
            id=report_id,
            what=f"report {report_id}",
            polling=polling,
            timeout=timeout,
            on_update=progress.looked,
        )

    async def _save_recording(
        self, call: CallRecord, path: Path, there: Path | None, timeout: float
    ) -> SavedRecording:
        if there is not None:
            return SavedRecording(call=call, path=there, fetched=False)
        try:
            file = await self._session.save(
                _link(call),
                path,
                name=RECORDING,
                on_progress=None,
                timeout=timeout,
                suffix=audio_suffix,
            )
        except TelephonyError as error:
            return SavedRecording(call=call, error=error)
        return SavedRecording(call=call, path=file.path, fetched=True)


def _link(call: CallRecord | RecordingLink) -> str:
    """Return where a recording can be downloaded, or raise `NoRecording`."""
    recording = call if isinstance(call, RecordingLink) else call.recording
    if recording is None:
        raise NoRecording(
            "recording was off when the call began.",
            advice="Switch it on for the phone account in the panel.",
        )
    if isinstance(recording, RecordingOnFtp):
        raise NoRecording(
            f"the recording was sent to your FTP server as {recording.file_name!r}.",
            advice="Fetch it from there.",
        )
    return recording.url


@contextmanager
def _telling_of_a_part(
    ordered: Mapping[str, ReportWindow], wanted: int
) -> Generator[None, None, None]:
    """Note on whatever ends the block which days were ordered, if not all were."""
    try:
        yield
    except BaseException as error:
        if 0 < len(ordered) < wanted:
            windows = sorted(ordered.values(), key=lambda window: window.start)
            days = ", ".join(f"{one.id} ({one.start} to {one.end})" for one in windows)
            error.add_note(
                f"{len(ordered)} of {wanted} reports were ordered: {days}."
                " collect() gives only those."
            )
        raise


class _Progress:
    """Count how far a history is, and tell whoever listens."""

    def __init__(
        self, ids: Iterable[str], on_update: Callable[[HistoryUpdate], None] | None
    ) -> None:
        self._ids = tuple(ids)
        self._ready: set[str] = set()
        self._fetched = 0
        self._calls = 0
        self._error: TelephonyError | None = None
        self._began = anyio.current_time()
        self._on_update = on_update
        self._tell()

    def ready(self, report_id: str) -> None:
        if report_id not in self._ready:
            self._ready.add(report_id)
            self._tell()

    def fetched(self, calls: tuple[CallRecord, ...]) -> None:
        # It is told of with the look that found it.
        self._fetched += 1
        self._calls += len(calls)

    def looked(self, update: WaitUpdate) -> None:
        self._error = update.error
        self._tell()

    def _tell(self) -> None:
        if self._on_update is not None:
            self._on_update(
                HistoryUpdate(
                    reports=self._ids,
                    ready=len(self._ready),
                    fetched=self._fetched,
                    calls=self._calls,
                    waited=anyio.current_time() - self._began,
                    error=self._error,
                )
            )
