"""Chapter 4.4: call history and recordings."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from attrs import field, frozen

from _telephony_core.converter import Record, Wire
from _telephony_core.errors import TelephonyError

from .receipts import filled


class Direction(StrEnum):
    """Which calls a report holds. SPIKON 4.4.1."""

    INCOMING = "0"
    OUTGOING = "1"
    BOTH = "2"


class ReportState(StrEnum):
    """Whether a report can be fetched. SPIKON 4.4.2."""

    WAITING = "0"
    READY = "1"


@frozen(kw_only=True)
class OrderedReport(Record):
    """The receipt of an order. SPIKON 4.4.1.

    Attributes:
        id: the id of the report.
    """

    id: Annotated[str, Wire("call_list_id", "id")] = field(converter=filled)


@frozen(kw_only=True)
class Report(Record):
    """An ordered report of calls, for at most a month after it was generated. SPIKON 4.4.2.

    Attributes:
        id: its id.
        state: whether it can be fetched.
    """

    id: str
    state: Annotated[ReportState | str, Wire("generated")] = ""

    @property
    def ready(self) -> bool:
        """Whether the report can be fetched; no value but the documented one counts."""
        return self.state == ReportState.READY


class CallState(StrEnum):
    """How a call ended. SPIKON 4.4.3 shows this value; others stay the text that was sent."""

    ANSWERED = "Odebrane"


@frozen
class RecordingLink:
    """A recording that can be downloaded from a link."""

    url: str


@frozen
class RecordingOnFtp:
    """A recording that was sent to the customer's own FTP server under a file name."""

    file_name: str


@frozen(kw_only=True)
class CallRecord(Record):
    """A call of the history. SPIKON 4.4.3.

    Attributes:
        started_at: when it began, in the client's time zone.
        source: the number that called.
        destination: the number that was called.
        duration: how long the talk was.
        state: how it ended, in Polish as the service writes it.
        file: the recording as the service names it; see `recording`.
    """

    started_at: Annotated[datetime, Wire("date")]
    source: Annotated[str, Wire("src")] = ""
    destination: Annotated[str, Wire("dst")] = ""
    duration: timedelta = timedelta()
    state: CallState | str = ""
    file: str = ""

    @property
    def answered(self) -> bool:
        """Whether the call was answered."""
        return self.state == CallState.ANSWERED

    @property
    def recording(self) -> RecordingLink | RecordingOnFtp | None:
        """Where the recording is; None when recording was off as the call began."""
        if not self.file:
            return None
        if self.file.lower().startswith(("https://", "http://", "/")):
            return RecordingLink(self.file)
        return RecordingOnFtp(self.file)


@frozen(kw_only=True)
class ReportWindow:
    """A report that was ordered, with the days it covers (both included).

    Attributes:
        id: the id of the report, from which any process can go on.
        start: its first day.
        end: its last day.
    """

    id: str
    start: date
    end: date


@frozen(kw_only=True)
class HistoryUpdate:
    """Tell how far the fetching of a call history is, after each look at one of its reports.

    Attributes:
        reports: the ids of the reports it comes from; keep them to go on in another process.
        ready: how many of them are generated.
        fetched: how many of them are fetched.
        calls: calls fetched until now.
        waited: the seconds waited until now.
        error: why the service was out of reach at the last look, if it was.
    """

    reports: tuple[str, ...]
    ready: int
    fetched: int
    calls: int
    waited: float
    error: TelephonyError | None = None


@frozen(kw_only=True)
class SavedRecording:
    """How the download of one recording went.

    Attributes:
        call: the call.
        path: the file; None if it could not be fetched.
        fetched: whether it was fetched now; False if it was there already, or failed.
        error: why it failed, if it did.
    """

    call: CallRecord
    path: Path | None = None
    fetched: bool = False
    error: TelephonyError | None = None
