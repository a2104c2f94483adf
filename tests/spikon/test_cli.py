"""The command line `spikon` against the sandbox: every command, its exit codes, its safeguards."""

from __future__ import annotations

import contextlib
import csv
import importlib
import io
import os
import signal
import sys
from collections.abc import Generator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from _telephony_core.sandbox.clock import Clock
from _telephony_core.sandbox.exchange import Exchange
from spikon_async import cli
from spikon_async.cli.program import PROGRAM, main
from spikon_async.sandbox import FAILING_NUMBER, SILENT_NUMBER, Sandbox, SandboxCall, faults
from spikon_async.service import WARSAW
from tests.command_line import (
    CommandLine,
    Terminal,
    commands,
    listening,
    process,
    typed,
    until,
)

KEY = "s3cret-key"
MODULE = "spikon_async.cli"


def call(day: int, recording: str = "link", **changes: object) -> SandboxCall:
    """Return a call of January 2026."""
    return SandboxCall(
        id=day,
        start=datetime(2026, 1, day, 10, 30),
        source="221234567",
        destination="600100200",
        duration=65,
        state="Odebrane",
        outgoing=True,
        recording=recording,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    )


CALLS = (call(1), call(2, "ftp"), call(3, ""), call(4))
MONTH = ("--from", "2026-01-01", "--to", "2026-01-31")


@contextlib.contextmanager
def serving(**settings: object) -> Generator[Sandbox]:
    quick = {"order_delay": 0.0, "speech_delay": 0.0, "sms_steps": (0.0, 0.0, 0.0)}
    sandbox = Sandbox(api_key=KEY, calls=CALLS, **{**quick, **settings})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with sandbox.running():
        yield sandbox


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Generator[Sandbox]:
    with serving(**getattr(request, "param", {})) as served:
        monkeypatch.setenv("SPIKON_API_KEY", KEY)
        monkeypatch.setenv("SPIKON_BASE_URL", served.url)
        yield served


@pytest.fixture
def spikon(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(main, capsys)


def to(sandbox: Sandbox) -> dict[str, str]:
    return {"SPIKON_API_KEY": KEY, "SPIKON_BASE_URL": sandbox.url}


# Every command.


def test_the_balance(sandbox: Sandbox, spikon: CommandLine) -> None:
    assert spikon("balance").out == "123.45 PLN\n"
    ended = spikon("balance", "--json")
    assert ended.code == 0
    assert ended.row == {"balance": "123.45", "currency": "PLN"}
    assert spikon("--json", "balance").row == ended.row


def test_the_calls_as_a_table(sandbox: Sandbox, spikon: CommandLine) -> None:
    ended = spikon("calls", *MONTH)
    assert ended.code == 0
    assert ended.err == ""
    for words in ("2026-01-01 10:30:00", "221234567", "600100200", "1:05", "Odebrane", "yes"):
        assert words in ended.out
    assert ended.out.count("2026-01-") == 4


def test_the_calls_as_json(sandbox: Sandbox, spikon: CommandLine) -> None:
    rows = spikon("calls", *MONTH, "--json").rows
    assert [row["started_at"][:10] for row in rows] == [f"2026-01-0{day}" for day in range(1, 5)]
    assert rows[2] == {
        "started_at": "2026-01-03T10:30:00+01:00",
        "source": "221234567",
        "destination": "600100200",
        "duration": 65,
        "state": "Odebrane",
        "file": "",
        "answered": True,
        "recording_path": None,
    }


def test_the_calls_of_the_last_days_are_the_default(sandbox: Sandbox, spikon: CommandLine) -> None:
    assert spikon("calls").code == 0
    (order,) = (each for each in sandbox.log if each.path == "call_list/order")
    today = datetime.now(WARSAW).date()
    assert date.fromisoformat(order.params["date_end"]) in {today, today - timedelta(days=1)}
    days = date.fromisoformat(order.params["date_end"]) - date.fromisoformat(
        order.params["date_start"]
    )
    assert days.days + 1 == 30


def test_the_calls_can_be_chosen(sandbox: Sandbox, spikon: CommandLine) -> None:
    assert spikon("calls", *MONTH, "--direction", "in", "--number", "1", "--json").rows == []
    (order,) = (each for each in sandbox.log if each.path == "call_list/order")
    assert (order.params["dir"], order.params["number"]) == ("0", "1")


def test_calls_go_to_a_file_and_recordings_to_a_folder(
    sandbox: Sandbox, spikon: CommandLine, tmp_path: Path
) -> None:
    file, folder = tmp_path / "calls.csv", tmp_path / "recordings"
    arguments = ("calls", *MONTH, "--csv", str(file), "--recordings", str(folder))
    ended = spikon(*arguments)
    assert ended.code == 0
    assert ended.out == ""
    assert "4 calls written to" in ended.err
    assert "2 recordings saved" in ended.err
    assert "1 were sent to your FTP server, 0 failed" in ended.err
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [bool(row["recording_path"]) for row in rows] == [True, False, False, True]
    assert all(Path(row["recording_path"]).is_file() for row in rows if row["recording_path"])
    assert rows[0]["duration"] == "65"
    # Once more: nothing is fetched again.
    again = spikon(*arguments, "--json")
    assert "0 recordings saved" in again.err
    assert "2 were there already" in again.err
    assert [row["recording_path"] for row in again.rows] == [
        row["recording_path"] or None for row in rows
    ]


def test_a_recording_that_fails_is_told(
    sandbox: Sandbox, spikon: CommandLine, tmp_path: Path
) -> None:
    sandbox.faults.add("channels/lists/call/get_playback_file", faults.Status(404), times=1)
    ended = spikon("calls", *MONTH, "--recordings", str(tmp_path))
    assert ended.code == 7
    assert "1 recordings saved" in ended.err
    assert "1 failed" in ended.err
    assert "spikon: the call at 2026-01-0" in ended.err
    assert "HTTP 404" in ended.err


def test_reports_that_were_ordered_are_gone_on_with(sandbox: Sandbox, spikon: CommandLine) -> None:
    first = spikon("calls", *MONTH, "--json")
    again = spikon("calls", "--resume", "1", "--json")
    assert again.rows == first.rows
    assert sandbox.log.acted("call_list/order") == 1


def test_an_sms_is_sent(sandbox: Sandbox, spikon: CommandLine) -> None:
    ended = spikon("sms", "send", "600100200", "Dzień dobry", "--sender", "INFO", "--json")
    assert ended.row == {"state": "OK", "ids": ["1"]}
    assert [sms.text for sms in sandbox.sent_sms] == ["Dzień dobry"]
    assert "ids    1" in spikon("sms", "send", "600100200", "x", "--sender", "SMS").out.replace(
        "ids    2", "ids    1"
    )


def test_an_sms_is_followed_to_its_delivery(sandbox: Sandbox, spikon: CommandLine) -> None:
    arguments = ("sms", "send", "600100200", "Hej", "--sender", "INFO", "--wait")
    assert spikon(*arguments).out == "Delivered; id 1.\n"
    ended = spikon(*arguments, "--json")
    assert ended.row == {"ids": ["2"], "statuses": [{"state": "delivered", "error": ""}]}
    assert sandbox.log.acted("sms/send") == 2


def test_the_state_of_sms(sandbox: Sandbox, spikon: CommandLine) -> None:
    spikon("sms", "send", "600100200", "Hej", "--sender", "INFO")
    expected = [{"id": "1", "state": "delivered", "error": ""}]
    assert spikon("sms", "state", "1", "--json").rows == expected
    assert spikon("sms", "state", "1", "--json", "--wait").rows == expected
    assert "delivered" in spikon("sms", "state", "1", "1").out


def test_a_text_of_standard_input_is_sent(
    sandbox: Sandbox, spikon: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("z potoku\n"))
    spikon("sms", "send", "600100200", "--sender", "INFO")
    assert [sms.text for sms in sandbox.sent_sms] == ["z potoku"]


@pytest.mark.parametrize(("name", "start"), [("x.mp3", b"ID3"), ("x.WAV", b"RIFF")])
def test_speech_is_bought_and_saved(
    sandbox: Sandbox, spikon: CommandLine, tmp_path: Path, name: str, start: bytes
) -> None:
    path = tmp_path / name
    say = ("tts", "say", "Dzień dobry", "--voice", "Ewa", "--to", str(path), "--yes")
    ended = spikon(*say, "--json")
    assert ended.code == 0
    assert ended.row["id"] == "1"
    assert ended.row["file"]["path"] == str(path)
    assert ended.row["file"]["size"] == path.stat().st_size
    assert path.read_bytes()[:4].startswith((start, b"\xff"))
    assert str(path) in spikon(*say).out
    assert spikon("tts", "list", "--json").rows[0] == {
        "id": "1",
        "name": "Dzień dobry",
        "state": "ready",
    }


@pytest.mark.skipif(os.name != "posix", reason="there are no terminals to open")
@pytest.mark.parametrize(("answer", "code", "bought"), [("y\n", 0, 1), ("n\n", 3, 0)])
def test_the_price_is_agreed_to_before_speech_is_bought(
    sandbox: Sandbox,
    spikon: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
    bought: int,
) -> None:
    with typed(answer) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        ended = spikon("tts", "say", "Hej", "--voice", "Ewa", "--to", str(tmp_path / "x.mp3"))
    assert ended.code == code
    assert "PLN" in ended.err
    assert ("Nothing was bought." in ended.err) is (not bought)
    assert sandbox.log.acted("tts/generate") == bought


def test_speech_is_not_bought_for_a_program_that_did_not_agree(
    sandbox: Sandbox, spikon: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", open(os.devnull, encoding="utf-8"))  # noqa: SIM115, PTH123
    with sys.stdin:
        ended = spikon("tts", "say", "Hej", "--voice", "Ewa", "--to", str(tmp_path / "x.mp3"))
    assert ended.code == 2
    assert "--yes" in ended.err
    assert sandbox.log.acted("tts/generate") == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("tts", "say", "Hej", "--voice", "Ewa", "--to", "x.ogg"),
        ("tts", "say", "Hej", "--voice", "Ewa", "--to", "no such folder/x.mp3"),
        ("tts", "say", "--voice", "Ewa", "--to", "x.mp3"),
        ("tts", "say", "Hej", "--to", "x.mp3"),
        ("tts", "say", "Hej", "--voice", "Ewa", "--to", ".", "--yes"),
        ("tts", "say", "Hej", "--resume", "1", "--to", "x.mp3"),
        ("tts", "say", "", "--resume", "1", "--to", "x.mp3"),
        ("tts", "say", "--resume", "1", "--voice", "Jacek", "--to", "x.mp3"),
        ("tts", "say", "--resume", "1", "--name", "x", "--to", "x.mp3"),
        ("calls", "--resume", "1", "--number", "509000000"),
        ("calls", "--resume", "1", "--direction", "in"),
        ("calls", "--resume", "1", "--direction", "both"),
        ("calls", "--resume", "1", "--from", "2026-01-01"),
        ("calls", "--resume", "1", "--to", "2026-01-01"),
        ("calls", "--csv", "no such folder/x.csv"),
        ("calls", "--from", "2026-02-01", "--to", "2026-01-01"),
        ("calls", "--from", "2026-02-30"),
        ("sms", "send", "600", "Hej", "--sender", "INFO"),
        ("sms", "send", "600100200", "Hej"),
        ("sms", "send", "600100200", "--sender", "INFO"),
        ("sms", "send", "600100200", "--wiat", "--sender", "INFO"),
        ("sms", "send", "600100200", "-", "--sender", "INFO"),
        ("sms", "send", "600100200", "Hej", "--sender", "INFO", "--timeout", "0"),
        ("sms", "send", "600100200", "one", "two", "--sender", "INFO"),
        ("sms", "bogus"),
        ("balance", "--bogus"),
        ("balance", "--config", "no such file"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_is_told_before_anything_is_sent(
    sandbox: Sandbox,
    spikon: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    ended = spikon(*arguments)
    assert ended.code == 2
    assert ended.err.startswith("spikon: ")
    assert "Traceback" not in ended.err
    assert len(sandbox.log) == 0


def test_what_speech_would_cost_and_who_speaks(sandbox: Sandbox, spikon: CommandLine) -> None:
    cost = spikon("tts", "price", "Hej", "--voice", "Ewa", "--json").row
    assert set(cost) == {"net", "gross"}
    assert all(isinstance(amount, str) for amount in cost.values())
    assert "gross" in spikon("tts", "price", "Hej", "--voice", "Ewa").out
    assert {"code": "pl-PL", "description": "Polski"} in spikon("tts", "languages", "--json").rows
    assert {"name": "Ewa", "gender": "F"} in spikon("tts", "voices", "--json").rows
    assert "Hans" in spikon("tts", "voices", "de-DE").out


def test_phone_books(sandbox: Sandbox, spikon: CommandLine) -> None:
    assert spikon("phone-books", "list", "--json").rows[0] == {"id": "0", "name": "Książka główna"}
    book = spikon("phone-books", "add", "Nowa", "--json").row
    assert book["name"] == "Nowa"
    entry = spikon("phone-books", "add-entry", book["id"], "Ala", "600100200", "--json").row
    assert spikon("phone-books", "show", book["id"], "--json").rows == [entry]
    assert "Ala" in spikon("phone-books", "show", book["id"]).out
    assert spikon("phone-books", "delete-entry", entry["id"]).code == 0
    assert spikon("phone-books", "delete", book["id"], "--json").row["state"] == "deleted"
    assert spikon("phone-books", "delete", book["id"]).code == 3


@pytest.mark.parametrize("sandbox", [{"clock": Clock(start=datetime(2026, 1, 4))}], indirect=True)
def test_campaigns_on_a_sunday(sandbox: Sandbox, spikon: CommandLine) -> None:
    assert spikon("campaigns", "list", "--json").rows[0] == {"id": "1", "name": "Windykacja"}
    assert spikon("campaigns", "agents", "--json").rows[0]["incoming_campaigns"] == ["1", "2"]
    assert "1, 2" in spikon("campaigns", "agents").out
    seen = spikon("campaigns", "monitor", "1", "--json").row
    assert seen["figures"]["average_waiting_time"] == 0
    assert seen["members"][0]["description"] == "Jan Kowalski"
    shown = spikon("campaigns", "monitor", "1").out
    assert "free members" in shown
    assert "Jan Kowalski" in shown


def test_help_tells_the_exit_codes_and_needs_no_credentials(
    spikon: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPIKON_API_KEY", raising=False)
    for arguments in ((), ("--help",), ("sms",), ("sms", "send", "--help")):
        ended = spikon(*arguments)
        assert ended.code == 0
        assert "Exit codes:" in ended.out
        assert "--dry-run" in ended.out
    assert spikon("--version").out.strip()


# What the exit code tells.


def test_a_refusal_is_no_unknown_outcome(sandbox: Sandbox, spikon: CommandLine) -> None:
    ended = spikon("phone-books", "show", "99")
    assert ended.code == 3
    assert ended.err.startswith("spikon: POST /api/phone_book/show: error -8:")
    sandbox.faults.add("sms/send", faults.LostReply(after_acting=True), times=1)
    ended = spikon("sms", "send", "600100200", "Hej", "--sender", "INFO")
    assert ended.code == 4
    assert "The server may have acted on it." in ended.err
    assert sandbox.log.acted("sms/send") == 1


def test_a_failure_inside_the_service_is_an_unknown_outcome(
    sandbox: Sandbox, spikon: CommandLine
) -> None:
    sandbox.faults.add("sms/send", faults.ApiError(-1000), times=1)
    assert spikon("sms", "send", "600100200", "Hej", "--sender", "INFO").code == 4


def test_a_failure_inside_the_service_may_pass_where_nothing_was_done(
    sandbox: Sandbox, spikon: CommandLine
) -> None:
    sandbox.faults.add("balance/show", faults.ApiError(-1000), times=1)
    ended = spikon("balance")
    assert ended.code == 6
    assert "Try again later" in ended.err
    assert spikon("balance").code == 0


def test_an_sms_that_was_not_accepted_in_so_many_words_is_an_unknown_outcome(
    sandbox: Sandbox, spikon: CommandLine
) -> None:
    for body in (b"null", b'{"sms": {"state": "ERROR"}}', b'{"status": "error", "code": 500}'):
        sandbox.faults.add("sms/send", faults.Malformed(body), times=1)
        ended = spikon("sms", "send", "600100200", "Hej", "--sender", "INFO")
        assert ended.code == 4
        assert "before sending again" in ended.err


def test_a_page_in_place_of_an_answer_is_unexpected(sandbox: Sandbox, spikon: CommandLine) -> None:
    sandbox.faults.add("balance/show", faults.HtmlPage(), times=1)
    assert spikon("balance").code == 1


def test_too_many_requests_are_out_of_reach(sandbox: Sandbox, spikon: CommandLine) -> None:
    sandbox.faults.add("sms/send", faults.Status(429), times=1)
    assert spikon("sms", "send", "600100200", "Hej", "--sender", "INFO").code == 6
    assert sandbox.log.acted("sms/send") == 0


def test_a_service_that_is_not_there_is_out_of_reach(
    spikon: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening() as listener:
        url = listener.url
    monkeypatch.setenv("SPIKON_API_KEY", KEY)
    monkeypatch.setenv("SPIKON_BASE_URL", url)
    ended = spikon("sms", "send", "600100200", "Hej", "--sender", "INFO")
    assert ended.code == 6
    assert "nothing was sent" in ended.err


def test_an_sms_that_is_not_delivered_has_failed(sandbox: Sandbox, spikon: CommandLine) -> None:
    ended = spikon("sms", "send", FAILING_NUMBER, "Hej", "--sender", "INFO", "--wait")
    assert ended.code == 7
    assert "the SMS ended as" in ended.err


def test_a_wait_that_takes_too_long_tells_how_to_go_on(
    sandbox: Sandbox, spikon: CommandLine
) -> None:
    ended = spikon(
        "sms", "send", SILENT_NUMBER, "Hej", "--sender", "INFO", "--wait", "--timeout", "0.2"
    )
    assert ended.code == 5
    assert "Go on with: spikon sms state 1 --wait" in ended.err
    assert spikon("sms", "state", "1", "--wait", "--timeout", "0.2").code == 5
    assert sandbox.log.acted("sms/send") == 1


def test_an_answer_without_an_id_is_not_waited_for(sandbox: Sandbox, spikon: CommandLine) -> None:
    sandbox.faults.add("sms/send", faults.Malformed(b'{"sms": {"state": "OK"}}'))
    ended = spikon("sms", "send", "600100200", "Hej", "--sender", "INFO", "--wait")
    assert ended.code == 7
    assert "Do not send it again" in ended.err


def test_speech_that_was_bought_is_gone_on_with_and_not_bought_again(
    sandbox: Sandbox, spikon: CommandLine, tmp_path: Path
) -> None:
    path = tmp_path / "my speech.mp3"
    sandbox.faults.add("tts/download", faults.ApiError(-11), times=1)
    ended = spikon("tts", "say", "Hej", "--voice", "Ewa", "--to", str(path), "--yes")
    assert ended.code == 5
    assert f"Go on with: spikon tts say --resume 1 --to '{path}'" in ended.err
    assert spikon("tts", "say", "--resume", "1", "--to", str(path)).code == 0
    assert path.is_file()
    assert sandbox.log.acted("tts/generate") == 1


def test_reports_that_could_not_be_fetched_are_named_with_everything_that_was_wanted(
    sandbox: Sandbox, spikon: CommandLine, tmp_path: Path
) -> None:
    sandbox.faults.add("call_list/show", faults.ApiError(-11), times=1)
    ended = spikon("calls", *MONTH, "--csv", str(tmp_path / "x.csv"))
    assert ended.code == 5
    assert f"Go on with: spikon calls --resume 1 --csv {tmp_path / 'x.csv'}" in ended.err


def test_trouble_with_a_file_is_no_riddle(
    sandbox: Sandbox, spikon: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "x.csv").mkdir()
    ended = spikon("calls", *MONTH, "--csv", str(tmp_path / "x.csv"))
    assert ended.code == 1
    assert ended.err.startswith("spikon: [Errno")


class InTheWay(faults.Fault):
    """Put a folder where a file is to be written, when it is too late to refuse that."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def apply(self, exchange: Exchange) -> None:
        self._path.mkdir()
        await exchange.send(exchange.act())


@pytest.mark.parametrize("call", ["tts/generate", "tts/download"])
def test_trouble_with_a_file_for_what_was_bought_is_told_with_the_way_on(
    sandbox: Sandbox, spikon: CommandLine, tmp_path: Path, call: str
) -> None:
    sandbox.faults.add(call, InTheWay(tmp_path / "x.mp3"))
    ended = spikon("tts", "say", "Hej", "--voice", "Ewa", "--to", str(tmp_path / "x.mp3"), "--yes")
    assert ended.code == 5
    assert "spikon tts say --resume 1" in ended.err


# Credentials.


def test_credentials_of_a_file(
    sandbox: Sandbox, spikon: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPIKON_API_KEY")
    monkeypatch.delenv("SPIKON_BASE_URL")
    path = tmp_path / "credentials.toml"
    path.write_text(f'[spikon]\napi_key = "{KEY}"\nbase_url = "{sandbox.url}"\n', "utf-8")
    path.chmod(0o600)
    assert spikon("balance", "--config", str(path)).code == 0
    path.chmod(0o644)
    ended = spikon("balance", "--config", str(path))
    assert ended.code == (2 if os.name == "posix" else 0)
    assert "chmod 600" in ended.err
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    ended = spikon("balance")
    assert ended.code == 2
    assert "SPIKON_API_KEY" in ended.err


def test_a_sandbox_of_its_own_is_as_good_as_an_account(
    spikon: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPIKON_API_KEY", raising=False)
    ended = spikon("balance", "--sandbox")
    assert ended.code == 0
    assert ended.out == "123.45 PLN\n"
    assert "sandbox" in ended.err


def test_a_sandbox_that_is_not_installed_is_told(
    spikon: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "spikon_async.sandbox", None)
    ended = spikon("balance", "--sandbox")
    assert ended.code == 2
    assert ended.err.startswith("spikon: ")


# Nothing is sent.

#: Every command, with what it needs.
COMMANDS = (
    ("balance",),
    ("calls", "--from", "2025-01-01", "--to", "2025-12-31"),
    ("calls", "--resume", "1"),
    ("sms", "send", "600100200", "Hej", "--sender", "INFO", "--wait"),
    ("sms", "state", "1"),
    ("sms", "state", "1", "--wait"),
    ("tts", "say", "Hej", "--voice", "Ewa", "--to", "x.mp3"),
    ("tts", "say", "Hej", "--voice", "Ewa", "--to", "x.mp3", "--yes"),
    ("tts", "say", "--resume", "1", "--to", "x.mp3"),
    ("tts", "price", "Hej", "--voice", "Ewa"),
    ("tts", "list"),
    ("tts", "languages"),
    ("tts", "voices"),
    ("phone-books", "list"),
    ("phone-books", "show", "0"),
    ("phone-books", "add", "Nowa"),
    ("phone-books", "delete", "1"),
    ("phone-books", "add-entry", "0", "Ala", "600100200"),
    ("phone-books", "delete-entry", "1"),
    ("campaigns", "list"),
    ("campaigns", "agents"),
    ("campaigns", "monitor", "1"),
)


def test_a_dry_run_of_every_command_reaches_nobody(
    spikon: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with listening() as listener:
        monkeypatch.setenv("SPIKON_API_KEY", KEY)
        monkeypatch.setenv("SPIKON_BASE_URL", listener.url)
        for arguments in COMMANDS:
            ended = spikon(*arguments, "--dry-run")
            assert ended.code == 0, arguments
            assert f"POST {listener.url}/api/" in ended.out
            assert "api_key = ***" in ended.out
            assert ended.err == "Nothing was sent.\n"
            assert KEY not in ended.out + ended.err
        assert listener.connections == 0
    assert not list(tmp_path.iterdir())


def test_every_command_is_tried_dry() -> None:
    tried = {arguments[:length] for arguments in COMMANDS for length in (1, 2)}
    assert set(commands(PROGRAM.app)) <= tried


def test_a_dry_run_says_what_would_follow(sandbox: Sandbox, spikon: CommandLine) -> None:
    shown = spikon("calls", "--from", "2025-01-01", "--to", "2025-12-31", "--dry-run").out
    assert "/api/call_list/order" in shown
    assert "Then: 4 report(s)" in shown
    plan = spikon(
        "sms", "send", "600100200", "Dzień dobry", "--sender", "INFO", "--wait",
        "--dry-run", "--json",
    ).row  # fmt: skip
    assert plan["method"] == "POST"
    assert plan["address"] == f"{sandbox.url}/api/sms/send"
    assert ["message", "Dzień dobry"] in plan["parameters"]
    assert ["api_key", "***"] in plan["parameters"]
    assert "sms/state" in plan["then"]
    assert len(sandbox.log) == 0


# Early ends, in processes of their own.


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGINT to send")
def test_ctrl_c_while_waiting_tells_how_to_go_on() -> None:
    arguments = ["sms", "send", "600100200", "Hej", "--sender", "INFO", "--wait"]
    with (
        serving(sms_steps=(60.0, 60.0, 60.0)) as sandbox,
        process(MODULE, arguments, to(sandbox)) as spikon,
    ):
        until(lambda: sandbox.log.acted("sms/state") > 0)
        spikon.send_signal(signal.SIGINT)
        _, told = spikon.communicate(timeout=60)
    assert spikon.returncode == 130
    assert told == "spikon: interrupted.\nBegun: id 1. Go on with: spikon sms state 1 --wait\n"


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGINT to send")
def test_ctrl_c_while_an_sms_goes_out_tells_that_it_may_have_gone() -> None:
    arguments = ["sms", "send", "600100200", "Hej", "--sender", "INFO"]
    with serving() as sandbox, process(MODULE, arguments, to(sandbox)) as spikon:
        sandbox.faults.add("sms/send", faults.Late(60.0))
        until(lambda: sandbox.log.acted("sms/send") > 0)
        spikon.send_signal(signal.SIGINT)
        _, told = spikon.communicate(timeout=60)
    assert spikon.returncode == 130
    assert "It may have been sent: look in the panel before sending it again." in told


@pytest.mark.skipif(os.name != "posix", reason="there are no terminals to open")
def test_ctrl_c_at_the_question_of_the_price_buys_nothing(tmp_path: Path) -> None:
    import pty

    controller, terminal = pty.openpty()
    arguments = ["tts", "say", "Hej", "--voice", "Ewa", "--to", str(tmp_path / "x.mp3")]
    with (
        serving() as sandbox,
        process(MODULE, arguments, to(sandbox), terminal=terminal) as spikon,
    ):
        os.close(terminal)
        told = b""
        while b"[y/N]" not in told:
            told += os.read(controller, 1000)
        spikon.send_signal(signal.SIGINT)
        assert spikon.wait(timeout=60) == 130
        assert sandbox.log.acted("tts/generate") == 0
    os.close(controller)


@pytest.mark.skipif(os.name != "posix", reason="pipes end otherwise")
@pytest.mark.parametrize("arguments", [["calls", *MONTH, "--json"], ["calls", *MONTH]])
def test_a_reader_that_has_gone_is_no_error(arguments: list[str]) -> None:
    with serving() as sandbox, process(MODULE, arguments, to(sandbox)) as spikon:
        assert spikon.stdout is not None
        spikon.stdout.close()
        assert spikon.stderr is not None
        assert spikon.stderr.read() == ""
        assert spikon.wait(timeout=60) == 141


@pytest.mark.parametrize(
    ("arguments", "code", "out", "told"),
    [
        (["balance"], 0, "123.45 PLN\n", ""),
        (["campaigns", "monitor", "99"], 3, "", "spikon: POST /api/cc_monitor/show: error -8"),
    ],
)
def test_the_process_ends_with_the_code_and_the_text(
    arguments: list[str], code: int, out: str, told: str
) -> None:
    with serving() as sandbox, process(MODULE, arguments, to(sandbox)) as spikon:
        shown = spikon.communicate(timeout=60)
    assert (spikon.returncode, shown[0]) == (code, out)
    assert shown[1].startswith(told)
    assert bool(shown[1]) is bool(told)


def test_the_entry_point_runs_the_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    importlib.import_module(f"{MODULE}.__main__")
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys, "argv", ["spikon", "--version"])
    assert cli.main() == 0
    assert capsys.readouterr().out.strip()
