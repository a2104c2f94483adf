"""The frame of the benchmarks works; how fast anything is, is judged by nobody here."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks import BENCHMARKS
from tests.benchmarks.__main__ import main
from tests.benchmarks.alternate import alternate, alternate_async
from tests.benchmarks.cancelled_calls import Outcome, Scenario, Way, Whose, measure
from tests.benchmarks.machine import describe
from tests.benchmarks.process import TELLS, in_fresh_process, open_sockets, resident_memory
from tests.benchmarks.servers.running import canned_server
from tests.benchmarks.single import PEER_MISSING, read_rows, write_rows
from tests.benchmarks.stalls import watching_stalls
from tests.benchmarks.table import Row, at_most, markdown, ratio_at_least, ratio_at_most


def test_contestants_take_turns_and_the_median_counts() -> None:
    played: list[str] = []
    times: Iterator[float] = iter([0, 1, 1, 3, 3, 8, 8, 12, 12, 15, 15, 17])

    figures = alternate(
        {"a": lambda: played.append("a"), "b": lambda: played.append("b")},
        rounds=3,
        clock=lambda: next(times),
        per_turn=2,
    )

    assert played == ["a", "b"] * 4
    assert figures == {"a": 3 / 2, "b": 2 / 2}


@pytest.mark.asyncio
async def test_coroutines_take_turns_too() -> None:
    played: list[str] = []

    async def play(name: str) -> None:
        await asyncio.sleep(0)
        played.append(name)

    figures = await alternate_async({"a": lambda: play("a"), "b": lambda: play("b")}, rounds=2)

    assert played == ["a", "b"] * 3
    assert set(figures) == {"a", "b"}


@pytest.mark.asyncio
async def test_warm_ups_are_not_measured() -> None:
    times: Iterator[float] = iter([0, 1, 10, 12])
    played: list[str] = []

    async def play(name: str) -> None:
        played.append(name)

    figures = await alternate_async(
        {"a": lambda: play("a"), "b": lambda: play("b")},
        rounds=1,
        clock=lambda: next(times),
        warm_ups={"a": lambda: play("warm a"), "b": lambda: play("warm b")},
    )

    assert played == ["warm a", "a", "warm b", "b"]
    assert figures == {"a": 1, "b": 2}


def test_a_row_tells_whether_its_target_is_met() -> None:
    def ok(ours: float, theirs: float | None, row: Row) -> bool | None:
        return Row(what="x", ours=ours, unit="s", theirs=theirs, target=row.target).ok

    ratio = Row(what="x", ours=0, unit="s", target=ratio_at_most(0.5))
    speed = Row(what="x", ours=0, unit="s", target=ratio_at_least(0.95))
    figure = Row(what="x", ours=0, unit="s", target=at_most(0.5))
    assert [ok(1, 2, ratio), ok(1.1, 2, ratio), ok(1, None, ratio)] == [True, False, False]
    assert [ok(95, 100, speed), ok(94, 100, speed)] == [True, False]
    assert [ok(0.5, None, figure), ok(0.6, 100, figure)] == [True, False]
    assert Row(what="x", ours=1, unit="s").ok is None


def test_the_table_is_markdown() -> None:
    rows = [
        Row(what="call", ours=432.1, unit="µs", peer="p", theirs=1000, target=ratio_at_most(0.5)),
        Row(what="stall", ours=0.75, unit="s", target=at_most(0.5)),
        Row(what="sockets", ours=0, unit="", peer="p", theirs=45, target=at_most(0)),
        Row(what="memory", ours=56.62, unit="KB"),
    ]
    assert markdown(rows).splitlines() == [
        "| what    | ours    | peer | peer's figure | ratio | target   | holds  |",
        "| ------- | ------- | ---- | ------------- | ----- | -------- | ------ |",
        "| call    | 432 µs  | p    | 1000 µs       | 0.43  | ≤ 0.50   | yes    |",
        "| stall   | 0.75 s  |      |               |       | ≤ 0.50 s | **no** |",
        "| sockets | 0       | p    | 45            |       | ≤ 0      | yes    |",
        "| memory  | 56.6 KB |      |               |       |          |        |",
    ]


def test_rows_survive_the_way_between_processes(tmp_path: Path) -> None:
    rows = [
        Row(what="call", ours=0.5, unit="µs", peer="p", theirs=1.5, target=ratio_at_least(0.5)),
        Row(what="stall", ours=1.0, unit="s"),
    ]
    write_rows(rows, tmp_path / "rows.json")
    assert read_rows(tmp_path / "rows.json") == rows


def test_a_benchmark_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    done = _single("tests.core.tiny_benchmark", str(file), "--quick")
    assert done.returncode == 0, done.stderr
    (row,) = read_rows(file)
    assert row.what == "a call"
    assert row.ours >= 0


def test_a_missing_library_is_named(tmp_path: Path) -> None:
    done = _single("tests.benchmarks.no_such_library", str(tmp_path / "rows.json"))
    assert done.returncode == PEER_MISSING
    assert "no_such_library is not installed" in done.stderr
    assert ".[benchmarks]" in done.stderr


def _single(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.benchmarks.single", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_only_what_there_is_can_be_measured(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "nothing"])
    told = capsys.readouterr().err
    assert all(name in told for name in BENCHMARKS)


def test_the_machine_is_described() -> None:
    told = describe()
    assert sys.version.split()[0] in told
    assert "httpx 0." in told


@pytest.mark.asyncio
async def test_a_stall_is_seen() -> None:
    loop = asyncio.get_running_loop()
    stalled = asyncio.Event()

    def stall() -> None:
        end = loop.time() + 0.2
        while loop.time() < end:
            pass
        stalled.set()

    async with watching_stalls() as stalls:
        loop.call_soon(stall)
        await stalled.wait()
    assert stalls.longest >= 0.1


@pytest.mark.skipif(not TELLS, reason="this system does not tell what a process holds")
def test_the_memory_and_sockets_of_this_process_are_known() -> None:
    before = open_sockets()
    with canned_server() as server:
        server.statistics()
    assert open_sockets() == before
    assert resident_memory() > 1 << 20


@pytest.mark.repetitive
@pytest.mark.skipif(not TELLS, reason="this system does not tell what a process holds")
@pytest.mark.parametrize("way", Way)
def test_cancelled_calls_leave_nothing_behind(way: Way) -> None:
    with canned_server(delay=(0, 0.01)) as server:
        scenario = Scenario(whose=Whose.OURS, way=way, calls=50, server=server.url)
        outcome = in_fresh_process(measure, scenario)
    assert outcome == Outcome(sockets=0, slots=0, failed=0, warnings=0)
