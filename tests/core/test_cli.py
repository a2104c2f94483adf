"""The parts that both command lines stand on."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

import anyio
import httpx
import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from _telephony_core.cli import credentials, entry, options, output
from _telephony_core.cli.begun import Begun
from _telephony_core.cli.credentials import Service, find_credentials
from _telephony_core.cli.csv_files import write_csv
from _telephony_core.cli.days import days
from _telephony_core.cli.dry_run import NotSentOnPurpose, capturing_client, plan
from _telephony_core.cli.exit_codes import ExitCode, exit_code
from _telephony_core.cli.output import Column, Output, by_name
from _telephony_core.cli.plain import JsonValue, cell, clock, plain, plain_fields
from _telephony_core.converter import Record
from _telephony_core.errors import (
    Acted,
    ApiError,
    DeadlineExceeded,
    InvalidRequest,
    JobFailed,
    JobNotFound,
    NotSent,
    OutcomeUnknown,
    ProtocolError,
    RateLimited,
    ServerUnavailable,
    StatusError,
    TelephonyError,
    WaitTimeout,
)
from tests.command_line import Terminal, clean_environment, typed

# The way in.


def module_called(name: str, code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (folder / f"{name}.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    return name


def test_a_command_line_is_run_with_the_arguments_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = module_called("cli_whole", "main = len", tmp_path, monkeypatch)
    monkeypatch.setattr(sys, "argv", ["spikon", "one", "two", "three"])
    assert entry.start("spikon", module) == 3


def test_a_missing_extra_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = module_called("cli_bare", "import cyclopts.core", tmp_path, monkeypatch)
    for name in [name for name in sys.modules if name.partition(".")[0] == "cyclopts"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cyclopts", None)
    assert entry.start("spikon", module) == 2
    told = capsys.readouterr().err
    assert told == "spikon needs the extra: pip install 'spikon-daktela-async[cli]'\n"


def test_another_missing_module_is_not_blamed_on_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = module_called("cli_broken", "import surely_no_module", tmp_path, monkeypatch)
    with pytest.raises(ModuleNotFoundError, match="surely_no_module"):
        entry.start("spikon", module)


def test_the_clients_need_nothing_of_the_command_line() -> None:
    # httpx has a command line too and imports rich, if that is there, for itself.
    check = (
        "import sys, spikon_async, daktela_async;"
        "print([n for n in sys.modules if n.startswith('cyclopts') or n.endswith('.cli')])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", check],
        env=clean_environment(),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert shown.stdout == "[]\n"


# Exit codes.


def having(error: TelephonyError, **attributes: bool) -> TelephonyError:
    for name, value in attributes.items():
        setattr(error, name, value)
    return error


@pytest.mark.parametrize(
    ("error", "begun", "expected"),
    [
        (InvalidRequest("x"), False, ExitCode.USAGE),
        (ApiError("x"), False, ExitCode.REFUSED),
        (StatusError("x", status=403), False, ExitCode.REFUSED),
        (
            having(ApiError("x", acted=Acted.MAYBE), repeatable=False),
            False,
            ExitCode.OUTCOME_UNKNOWN,
        ),
        (
            having(ApiError("x", acted=Acted.MAYBE), repeatable=False),
            True,
            ExitCode.OUTCOME_UNKNOWN,
        ),
        (having(ApiError("x"), transient=True), False, ExitCode.OUT_OF_REACH),
        (having(StatusError("x", status=408), transient=True), False, ExitCode.OUT_OF_REACH),
        (OutcomeUnknown("x"), False, ExitCode.OUTCOME_UNKNOWN),
        # It may be made again without harm.
        (DeadlineExceeded("x", acted=Acted.MAYBE), False, ExitCode.OUT_OF_REACH),
        (DeadlineExceeded("x"), False, ExitCode.OUT_OF_REACH),
        (NotSent("x"), False, ExitCode.OUT_OF_REACH),
        (RateLimited("x", status=429), False, ExitCode.OUT_OF_REACH),
        (ServerUnavailable("x", status=503), False, ExitCode.OUT_OF_REACH),
        (WaitTimeout("x", ids=("1",)), False, ExitCode.NOT_FINISHED),
        (JobFailed("x", ids=("1",)), True, ExitCode.FAILED),
        (JobNotFound("x", ids=("1",)), False, ExitCode.FAILED),
        # There is nothing to go on with.
        (JobNotFound("x", ids=("1",)), True, ExitCode.FAILED),
        (ProtocolError("x"), False, ExitCode.UNEXPECTED),
        (TelephonyError("x"), False, ExitCode.UNEXPECTED),
        # What was begun must not be begun again, whatever went wrong afterwards.
        (NotSent("x", ids=("1",)), True, ExitCode.NOT_FINISHED),
        (ApiError("x", ids=("1",)), True, ExitCode.NOT_FINISHED),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_the_exit_code_tells_what_happened(
    error: TelephonyError, begun: bool, expected: ExitCode
) -> None:
    assert exit_code(error, begun=begun) is expected


# Credentials.

SERVICE = Service("spikon", ("api_key", "base_url"))


def private_file(folder: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path = folder / "credentials.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def test_the_environment_is_taken_as_it_is(tmp_path: Path) -> None:
    environment = {"SPIKON_API_KEY": "k", "SPIKON_BASE_URL": "", "HOME": str(tmp_path)}
    assert find_credentials(SERVICE, environment, None) == {"SPIKON_API_KEY": "k"}


def test_a_file_that_is_named_comes_before_the_environment(tmp_path: Path) -> None:
    path = private_file(tmp_path, '[daktela]\nserver = "d"\n[spikon]\napi_key = "from file"\n')
    found = find_credentials(SERVICE, {"SPIKON_API_KEY": "k"}, path)
    assert found == {"SPIKON_API_KEY": "from file"}


@pytest.mark.parametrize("xdg", [True, False])
def test_the_default_file_is_where_the_system_keeps_such_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, xdg: bool
) -> None:
    folder = tmp_path / (".config" if not xdg else "xdg") / "spikon-daktela-async"
    folder.mkdir(parents=True)
    private_file(folder, '[spikon]\napi_key = "k"\nbase_url = "https://x.test"\n')
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    environment = {"XDG_CONFIG_HOME": str(tmp_path / "xdg") if xdg else "relative"}
    assert find_credentials(SERVICE, environment, None) == {
        "SPIKON_API_KEY": "k",
        "SPIKON_BASE_URL": "https://x.test",
    }


def test_without_credentials_it_is_told_where_they_could_be(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="--sandbox") as caught:
        find_credentials(SERVICE, {"XDG_CONFIG_HOME": str(tmp_path)}, None)
    assert "SPIKON_API_KEY" in str(caught.value)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="there are no modes")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o660, 0o610])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = private_file(tmp_path, '[spikon]\napi_key = "s3cret"', mode)
    with pytest.raises(InvalidRequest, match=f"chmod 600 {path}") as caught:
        find_credentials(SERVICE, {}, path)
    assert f"{mode:o}" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_where_there_are_no_modes_none_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = private_file(tmp_path, '[spikon]\napi_key = "k"', 0o644)
    monkeypatch.setattr(credentials, "_HAS_MODES", False)
    assert find_credentials(SERVICE, {}, path) == {"SPIKON_API_KEY": "k"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('api_key "s3cret"', "is no TOML"),
        (b'[spikon]\napi_key = "s3cret\xff"', "is no TOML"),
        ('api_key = "s3cret"', r"has no table \[spikon\]"),
        ('spikon = "s3cret"', r"has no table \[spikon\]"),
        ('[spikon]\nkey = "s3cret"', "not 'key'"),
        ('[spikon]\napi_key = ["s3cret"]', "not 'api_key'"),
    ],
)
def test_a_wrong_file_is_described_without_what_is_in_it(
    tmp_path: Path, text: str | bytes, what: str
) -> None:
    with pytest.raises(InvalidRequest, match=what) as caught:
        find_credentials(SERVICE, {}, private_file(tmp_path, text))
    error: BaseException | None = caught.value
    while error is not None:
        assert "s3cret" not in f"{error!r} {error}"
        error = error.__context__


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="No such file"):
        find_credentials(SERVICE, {}, tmp_path / "nothing.toml")


# What would be sent.


def test_a_plan_shows_everything_but_secrets() -> None:
    request = httpx.Request(
        "POST",
        "https://x.test:8443/api?a=1&a=2&access_token=s3cret",
        headers={"cookie": "access_token=s3cret; password=s3cret", "Spikon-API-Key": "s3cret"},
        data={"api_key": "s3cret", "message": "żółw & co", "empty": ""},
    )
    shown = plan(request)
    assert shown.address == "https://x.test:8443/api"
    assert shown.headers == {
        "cookie": "access_token=***, password=***",
        "spikon-api-key": "***",
    }
    assert shown.parameters == (
        ("a", "1"), ("a", "2"), ("access_token", "***"),
        ("api_key", "***"), ("message", "żółw & co"), ("empty", ""),
    )  # fmt: skip
    assert "s3cret" not in str(plain_fields(shown))


@pytest.mark.anyio
async def test_the_capturing_client_sends_nothing() -> None:
    async with capturing_client() as client:
        with pytest.raises(NotSentOnPurpose, match="GET http://127") as caught:
            await client.get("http://127.0.0.1:9/x?y=z")
    assert caught.value.request.parameters == (("y", "z"),)


# Values.


class Numbered(StrEnum):
    """A vocabulary that the service numbers."""

    NO_FUNDS = "-1"
    READY = "1"


class Named(StrEnum):
    """A vocabulary of words."""

    ON_HOLD = "On Hold"


@frozen(kw_only=True)
class Inner(Record):
    """A record inside another."""

    price: Decimal


@frozen(kw_only=True)
class Outer(Record):
    """A record with fields of every kind."""

    at: datetime
    day: date
    took: timedelta
    state: Numbered | Named | str
    inner: tuple[Inner, ...]
    path: Path
    names: frozenset[str]
    password: str = field(default="s3cret", repr=False)


def outer(extra: Mapping[str, object]) -> Outer:
    return Outer(
        at=datetime(2026, 1, 31, 12, tzinfo=UTC),
        day=date(2026, 1, 31),
        took=timedelta(seconds=61),
        state=Numbered.NO_FUNDS,
        inner=(Inner(price=Decimal("1.10")),),
        path=Path("a") / "b",
        names=frozenset({"b", "a"}),
        extra=extra,
    )


def test_a_record_as_json() -> None:
    expected = {
        "at": "2026-01-31T12:00:00+00:00",
        "day": "2026-01-31",
        "took": 61,
        "state": "no_funds",
        "inner": [{"price": "1.10"}],
        "path": str(Path("a") / "b"),
        "names": ["a", "b"],
    }
    assert plain_fields(outer({})) == expected
    odd = OrderedDict({"new": {"a": None, "b": [True, 1.5]}})
    assert plain(outer(MappingProxyType(odd))) == {**expected, "extra": dict(odd)}


@pytest.mark.parametrize(
    ("value", "as_json", "in_a_table"),
    [
        (None, None, "-"),
        (True, True, "yes"),
        (False, False, "no"),
        (Numbered.READY, "ready", "ready"),
        (Named.ON_HOLD, "On Hold", "On Hold"),
        (Decimal("0.10"), "0.10", "0.10"),
        (timedelta(milliseconds=1500), 1.5, "0:01"),
        (timedelta(hours=1, seconds=2), 3602, "1:00:02"),
        (datetime(2026, 1, 31, 12, 0, 1, tzinfo=UTC), "2026-01-31T12:00:01+00:00",
         "2026-01-31 12:00:01"),
        (["a", None], ["a", None], "a, -"),
        ("a\nb\x1b[31mc", "a\nb\x1b[31mc", "a b [31mc"),
        (WaitTimeout("late"), "late Nothing was cancelled: wait again with the same id.",
         "late Nothing was cancelled: wait again with the same id."),
    ],
)  # fmt: skip
def test_values_as_json_and_in_tables(value: object, as_json: object, in_a_table: str) -> None:
    assert plain(value) == as_json
    json.dumps(plain(value))
    assert cell(value) == in_a_table


@given(st.text())
def test_a_cell_sends_nothing_to_a_terminal_but_what_can_be_read(text: str) -> None:
    assert cell(text).isprintable()


def test_a_clock_does_not_go_below_zero() -> None:
    assert clock(timedelta(seconds=-5)) == "0:00"


# Days.


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, ("2026-01-02", "2026-01-31")),
        ("2026-01-20", None, ("2026-01-20", "2026-01-31")),
        (None, "2026-01-30", ("2026-01-01", "2026-01-30")),
        ("2025-01-01", "2025-12-31", ("2025-01-01", "2025-12-31")),
        ("2026-02-02", None, ("2026-02-02", "2026-02-02")),
    ],
)
def test_the_days_of_a_question(
    start: str | None, end: str | None, expected: tuple[str, str]
) -> None:
    first, last = days(
        date.fromisoformat(start) if start else None,
        date.fromisoformat(end) if end else None,
        date(2026, 1, 31),
    )
    assert (first.isoformat(), last.isoformat()) == expected


# Files.


def test_a_csv_file_is_read_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    rows: list[dict[str, JsonValue]] = [
        {"a": 'x, "y"\nz', "b": None, "c": True},
        {"a": "ż", "b": 1.5, "c": [1]},
    ]
    assert write_csv(path, ["a", "b", "c"], rows) == 2
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["a", "b", "c"], ['x, "y"\nz', "", "true"], ["ż", "1.5", "[1]"],
        ]  # fmt: skip


def test_a_csv_file_is_replaced_when_it_is_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("before", encoding="utf-8")

    def rows() -> list[dict[str, int]]:
        raise OSError(28, "No space left on device")

    def failing() -> object:
        yield {"a": 1}
        rows()

    with pytest.raises(OSError, match="No space"):
        write_csv(path, ["a"], failing())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]
    assert write_csv(path, ["a"], []) == 0
    assert path.read_text(encoding="utf-8").split() == ["a"]


def test_a_target_needs_a_folder(tmp_path: Path) -> None:
    assert options.check_target(tmp_path / "x.csv") == tmp_path / "x.csv"
    with pytest.raises(InvalidRequest, match="no folder"):
        options.check_target(tmp_path / "not there" / "x.csv")


def test_a_text_can_be_piped_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("  one\ntwo\n"))
    assert options.text_or_input("given") == "given"
    assert options.text_or_input(None) == "  one\ntwo"
    monkeypatch.setattr(sys, "stdin", Terminal("typed"))
    with pytest.raises(InvalidRequest, match="there is no text"):
        options.text_or_input(None)


# What was begun.


def test_what_was_begun_is_told_with_the_way_on() -> None:
    begun = Begun()
    assert begun.advice() == ""
    begun.begin(["1", "2"], "spikon", "calls", "--csv", "my calls.csv")
    assert begun.advice() == "Begun: id 1, 2. Go on with: spikon calls --csv 'my calls.csv'"
    begun.finish()
    assert begun.advice() == ""


def test_an_interrupted_act_is_told_and_a_failed_one_tells_itself() -> None:
    begun = Begun()
    with pytest.raises(NotSent), begun.acting("It may have happened."):
        raise NotSent("x")
    assert begun.advice() == ""
    with pytest.raises(KeyboardInterrupt), begun.acting("It may have happened."):
        raise KeyboardInterrupt
    assert begun.advice() == "It may have happened."


# What is shown.


def test_a_table_for_people_is_not_cut_where_nobody_sees_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    long = "x" * 500
    Output("spikon", as_json=False).rows([long], [Column("what", str), Column("size", len)])
    shown = capsys.readouterr().out
    assert long in shown
    assert "500" in shown


def test_markup_of_others_is_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    show = Output("spikon", as_json=False)
    show.rows(["[red]x[/red]"], [Column("[b]what", str)])
    show.record(outer({}), by_name("day", numbers=("took",)))
    show.error("[link=x]")
    shown = capsys.readouterr()
    assert "[red]x[/red]" in shown.out
    assert "1:01" in shown.out
    assert shown.err == "spikon: [link=x]\n"


@pytest.mark.parametrize("variable", ["NO_COLOR", "FORCE_COLOR"])
def test_colours_are_a_matter_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "1")
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    Output("spikon", as_json=False).line("hello", "red")
    assert ("\x1b[31m" in screen.getvalue()) is (variable == "FORCE_COLOR")


def test_progress_is_for_terminals_and_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Output("spikon", as_json=False).progress("Reports", total=2) as tell:
        tell("1 generated", 1)
    assert capsys.readouterr() == ("", "")
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with Output("spikon", as_json=True).progress("Reports", total=2) as tell:
        tell("2 generated", 2)
    with Output("spikon", as_json=True).progress("Delivery") as tell:
        tell("sent", 0)
    assert capsys.readouterr().out == ""
    assert "Reports: 2 generated" in screen.getvalue()
    assert "Delivery: sent" in screen.getvalue()


ANSWERS = pytest.mark.parametrize(
    ("answer", "expected"),
    [("y\n", True), ("Yes\n", True), ("\n", False), ("", False), ("no\n", False)],
)


@ANSWERS
def test_a_person_is_asked_where_the_loop_cannot_wait(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    expected: bool,
) -> None:
    handler = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(output, "_WAITS_FOR_TERMINALS", False)
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    assert anyio.run(Output("spikon", as_json=True).confirm, "Buy it?") is expected
    shown = capsys.readouterr()
    assert shown == ("", "Buy it? [y/N] ")
    assert signal.getsignal(signal.SIGINT) is handler


@pytest.mark.skipif(os.name != "posix", reason="there are no terminals to open")
@ANSWERS
def test_a_person_is_asked(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    expected: bool,
) -> None:
    with typed(answer) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert anyio.run(Output("spikon", as_json=True).confirm, "Buy it?") is expected
    assert capsys.readouterr() == ("", "Buy it? [y/N] ")


def test_who_is_no_person_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", open(os.devnull, encoding="utf-8"))  # noqa: SIM115, PTH123
    with sys.stdin, pytest.raises(InvalidRequest, match="--yes"):
        anyio.run(Output("spikon", as_json=False).confirm, "Buy it?")
