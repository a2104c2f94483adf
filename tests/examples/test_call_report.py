"""The call report: twice in a row, killed in the middle, with what fails and what is not there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from examples.call_report import (
    Journal,
    Options,
    as_frame,
    draw,
    main,
    read_journal,
    read_options,
)
from spikon_async.sandbox import Sandbox, SandboxCall, faults

ROOT = Path(__file__).parents[2]
RECORDING = "channels/lists/call/get_playback_file"
DAYS = ("--from", "2026-01-01", "--to", "2026-01-31")
PNG = b"\x89PNG\r\n\x1a\n"


def january() -> list[SandboxCall]:
    """Return 31 calls: with a recording by link, by FTP, without one, and not answered."""
    kinds = (("Odebrane", "link"), ("Odebrane", "ftp"), ("Odebrane", ""), ("Nieodebrane", ""))
    calls: list[SandboxCall] = []
    for day in range(1, 32):
        state, recording = kinds[day % 4]
        calls.append(
            SandboxCall(
                id=day,
                start=datetime(2026, 1, day, 8 + day % 9, 15, 30),
                source="221234567",
                destination=f"6001002{day:02}",
                duration=60 + day if state == "Odebrane" else 0,
                state=state,
                outgoing=True,
                recording=recording,  # type: ignore[arg-type]
            )
        )
    return calls


@pytest.fixture
def sandbox() -> Generator[Sandbox]:
    with Sandbox(order_delay=0.0, calls=january()).running() as served:
        yield served


def environment(sandbox: Sandbox | None) -> dict[str, str]:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SPIKON_", "DAKTELA_", "COVERAGE_"))
    }
    clean |= {"PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)}
    if sandbox is not None:
        clean |= {"SPIKON_API_KEY": sandbox.api_key, "SPIKON_BASE_URL": sandbox.url}
    return clean


@contextmanager
def started(
    folder: Path, sandbox: Sandbox | None, arguments: Sequence[str] = DAYS
) -> Generator[subprocess.Popen[str]]:
    """Start the report as a newcomer does."""
    command = [sys.executable, "-W", "error", "examples/call_report.py", "--folder", str(folder)]
    with subprocess.Popen(
        [*command, *arguments],
        cwd=ROOT,
        env=environment(sandbox),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            yield process
        finally:
            process.kill()


#: Makes a report in this process; returns what it said.
Report = Callable[..., str]


@pytest.fixture
def report(
    sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Report:
    monkeypatch.setenv("SPIKON_API_KEY", sandbox.api_key)
    monkeypatch.setenv("SPIKON_BASE_URL", sandbox.url)

    def run(*days: str, code: int = 0) -> str:
        assert main(["--folder", str(tmp_path), *(days or DAYS)]) == code
        shown = capsys.readouterr()
        assert shown.err == ""
        return shown.out

    return run


def requests(sandbox: Sandbox, name: str) -> int:
    return sum(record.path == name for record in sandbox.log)


def wanted() -> list[str]:
    """Return the destinations whose calls have a recording to download."""
    return [call.destination for call in january() if call.recording == "link"]


def check(folder: Path) -> None:
    """Read back what a complete report holds."""
    table = pl.read_parquet(folder / "calls.parquet")
    assert table.height == 31
    assert table["started_at"].dtype == pl.Datetime("us", "Europe/Warsaw")
    assert table["started_at"].is_sorted()
    assert str(table["started_at"][0]) == "2026-01-01 09:15:30+01:00"
    assert table["answered"].sum() == sum(call.state == "Odebrane" for call in january())
    saved = table.filter(pl.col("recording").is_not_null())
    assert saved["destination"].to_list() == wanted()
    for name in saved["recording"]:
        assert (folder / "recordings" / name).stat().st_size > 0
    csv = pl.read_csv(folder / "calls.csv", infer_schema_length=None, schema_overrides={
        "source": pl.String, "destination": pl.String
    })  # fmt: skip
    assert csv.columns == table.columns
    same = [name for name in table.columns if name not in {"started_at", "file"}]
    assert csv.select(same).equals(table.select(same))
    assert (folder / "calls.png").read_bytes().startswith(PNG)
    assert {path.name for path in folder.iterdir()} == {
        "calls.csv", "calls.parquet", "calls.png", "journal.json", "recordings",
    }  # fmt: skip


def test_the_second_run_downloads_nothing(sandbox: Sandbox, report: Report, tmp_path: Path) -> None:
    said = report()
    assert f"Recordings: {len(wanted())} downloaded, 0 were there already" in said
    assert "23 (74%)" in said
    check(tmp_path)
    assert requests(sandbox, RECORDING) == len(wanted())
    before = len(sandbox.log)
    (tmp_path / "calls.png").unlink()
    again = report()
    assert "nothing is downloaded" in again
    assert len(sandbox.log) == before
    check(tmp_path)


def test_killed_in_the_middle_it_goes_on(sandbox: Sandbox, report: Report, tmp_path: Path) -> None:
    sandbox.faults.add(RECORDING, faults.Late(0.4), times=None)
    with started(tmp_path, sandbox) as process:
        deadline = time.monotonic() + 60
        while len(list(tmp_path.glob("recordings/*.mp3"))) < 2:
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
        process.wait()
    # Killed, it may have left a part of a file, which nobody takes for a whole one.
    there = len(list(tmp_path.glob("recordings/*.mp3")))
    assert 2 <= there < len(wanted())
    assert pl.read_parquet(tmp_path / "calls.parquet").height == 31
    sandbox.faults.clear()
    before = requests(sandbox, RECORDING)
    said = report()
    assert f"{len(wanted()) - there} downloaded, {there} were there already" in said
    assert requests(sandbox, RECORDING) - before == len(wanted()) - there
    # The reports of the run that was killed were fetched, and no others ordered.
    assert sandbox.log.acted("call_list/order") == 1
    check(tmp_path)


def test_a_recording_that_was_lost_is_fetched_again_and_no_other(
    sandbox: Sandbox, report: Report, tmp_path: Path
) -> None:
    report()
    lost = sorted(tmp_path.glob("recordings/*.mp3"))[3]
    lost.unlink()
    before = requests(sandbox, RECORDING)
    said = report()
    assert f"1 downloaded, {len(wanted()) - 1} were there already" in said
    assert requests(sandbox, RECORDING) - before == 1
    assert lost.is_file()
    check(tmp_path)


def test_what_failed_is_told_and_made_up_for(
    sandbox: Sandbox, report: Report, tmp_path: Path
) -> None:
    sandbox.faults.add(RECORDING, faults.Status(404), times=2)
    out = report(code=1)
    assert "2 failed." in out
    assert "HTTP 404" in out
    assert "Run it again for those that failed." in out
    said = report()
    assert "2 downloaded" in said
    check(tmp_path)


def test_days_that_go_on_are_asked_about_each_time(
    sandbox: Sandbox, report: Report, tmp_path: Path
) -> None:
    tomorrow = ("--to", str(date.today() + timedelta(days=1)))
    report(*DAYS[:2], *tomorrow)
    ordered = sandbox.log.acted("call_list/order")
    assert ordered > 0
    sandbox.calls.add(
        start=datetime(2026, 2, 1, 12), source="1", destination="2", duration=5, state="Odebrane"
    )
    said = report(*DAYS[:2], *tomorrow)
    assert sandbox.log.acted("call_list/order") == 2 * ordered
    assert "nothing is downloaded" not in said
    assert pl.read_parquet(tmp_path / "calls.parquet").height == 32


def test_other_days_are_another_report(sandbox: Sandbox, report: Report, tmp_path: Path) -> None:
    report()
    said = report("--from", "2026-01-01", "--to", "2026-01-10")
    assert "0 downloaded" in said
    assert pl.read_parquet(tmp_path / "calls.parquet").height == 10


def test_a_month_without_calls(sandbox: Sandbox, report: Report, tmp_path: Path) -> None:
    said = report("--from", "2025-01-01", "--to", "2025-01-31")
    assert "answered    0 (none)" in said
    assert pl.read_parquet(tmp_path / "calls.parquet").height == 0
    assert (tmp_path / "calls.png").read_bytes().startswith(PNG)


def test_without_credentials_it_shows_itself(tmp_path: Path) -> None:
    days = ("--from", "2026-01-05", "--to", "2026-01-06")
    for words in ("from a sandbox on this machine", "nothing is downloaded"):
        with started(tmp_path, None, days) as process:
            out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, "")
        assert words in out


def test_what_the_service_refuses_is_told(
    sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SPIKON_API_KEY", "another-key")
    monkeypatch.setenv("SPIKON_BASE_URL", sandbox.url)
    assert main(["--folder", str(tmp_path), *DAYS]) == 1
    assert "UnknownApiKey" in capsys.readouterr().err


def test_the_days_are_those_of_the_last_month() -> None:
    options = read_options([])
    assert options.start.day == 1
    assert (options.end + timedelta(days=1)).day == 1
    assert options.start.month == options.end.month
    assert timedelta() < date.today() - options.end < timedelta(days=33)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"service": 1}', "\xff"])
def test_a_journal_that_cannot_be_read_is_none(sandbox: Sandbox, tmp_path: Path, text: str) -> None:
    (tmp_path / "journal.json").write_text(text, encoding="latin-1")
    assert read_journal(tmp_path) is None


def test_reports_are_gone_on_with_for_as_long_as_they_are_kept() -> None:
    journal = Journal(
        service="SPIKON", start="2026-01-01", end="2026-01-31", reports=("1",),
        ordered_on="2026-02-01",
    )  # fmt: skip
    assert journal.usable(date(2026, 2, 25))
    assert not journal.usable(date(2026, 2, 26))
    assert journal.covers("SPIKON", date(2026, 1, 1), date(2026, 1, 31))
    assert not journal.covers("SPIKON", date(2026, 1, 1), date(2026, 1, 30))


def test_a_picture_of_hours_with_gaps(tmp_path: Path) -> None:
    options = Options(folder=tmp_path, start=date(2026, 1, 1), end=date(2026, 1, 31))
    frame = as_frame([], [])
    rows = [
        {"started_at": datetime(2026, 1, 5, hour), "answered": hour == 9} for hour in (9, 9, 15)
    ]
    gaps = pl.concat(
        [frame, pl.DataFrame(rows).cast({"started_at": frame.schema["started_at"]})],
        how="diagonal",
    )
    draw(gaps, options, tmp_path / "gaps.png")
    assert (tmp_path / "gaps.png").read_bytes().startswith(PNG)
