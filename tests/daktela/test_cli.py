"""The command line `daktela` against the sandbox: every command, its exit codes, its safeguards."""

from __future__ import annotations

import csv
import importlib
import os
import signal
import socket
import sys
from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from attrs import evolve

from _telephony_core.errors import NotSent
from daktela_async import (
    AgentCall,
    AgentChange,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentQueue,
    AgentState,
    DaktelaClient,
    RetryPolicy,
    UserState,
    WatchFailed,
    WatchRecovery,
    WatchTrouble,
    cli,
)
from daktela_async.cli.board import (
    Board,
    WatchEvent,
    line,
    plain_event,
    recovery_line,
    trouble_line,
)
from daktela_async.cli.program import PROGRAM, main
from daktela_async.sandbox import FAILING_NUMBER, UNREACHABLE_NUMBER, Sandbox, faults
from tests.command_line import (
    CommandLine,
    Terminal,
    commands,
    listening,
    process,
    until,
)

MODULE = "daktela_async.cli"


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Generator[Sandbox]:
    with Sandbox(sms_delay=0.0, sms_delivery=0.0).running() as served:
        for name, value in to(served).items():
            monkeypatch.setenv(name, value)
        yield served


@pytest.fixture
def daktela(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(main, capsys)


def to(sandbox: Sandbox) -> dict[str, str]:
    return {"DAKTELA_SERVER": sandbox.url, "DAKTELA_ACCESS_TOKEN": sandbox.access_token}


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def some_days(count: int = 5) -> tuple[str, ...]:
    """Return options for the last days, of which any five have some that are worked on."""
    return ("--from", f"{datetime.now(UTC).date() - timedelta(days=count)}")


# Every command.


def test_queues_and_what_happens_in_them(sandbox: Sandbox, daktela: CommandLine) -> None:
    sandbox.agents["novak"].log_in("5001")
    rows = daktela("queues", "--json").rows
    (sales,) = (row for row in rows if row["number"] == "5001")
    assert sales["title"] == "Prodej"
    assert sales["load"]["users_ready"] == 1
    assert [row["load"] for row in rows if row["number"] == "2000"] == [None]
    shown = daktela("queues").out
    assert "Spokojenost zákazníků" in shown
    assert "longest wait" in shown


def test_calls_of_some_days(sandbox: Sandbox, daktela: CommandLine, tmp_path: Path) -> None:
    ended = daktela("calls", *some_days(), "--json")
    assert ended.code == 0
    rows = ended.rows
    assert len(rows) > 5
    assert [row["started_at"] for row in rows] == sorted(
        (row["started_at"] for row in rows), reverse=True
    )
    assert {row["answered"] for row in rows} == {True, False}
    answered = daktela("calls", *some_days(), "--json", "--answered").rows
    others = daktela("calls", *some_days(), "--json", "--unanswered").rows
    assert {row["answered"] for row in answered} == {True}
    assert len(answered) + len(others) == len(rows)
    assert rows[0]["call_id"] in daktela("calls", *some_days()).out
    one = rows[0]
    chosen = daktela(
        "calls", *some_days(), "--json", "--number", one["customer_number"],
        "--queue", one["queue_id"],
    ).rows  # fmt: skip
    assert one in chosen
    assert len(chosen) < len(rows)
    path = tmp_path / "calls.csv"
    ended = daktela("calls", *some_days(), "--csv", str(path))
    assert (ended.code, ended.out) == (0, "")
    assert f"{len(rows)} rows written to" in ended.err
    with path.open(encoding="utf-8", newline="") as file:
        assert [row["call_id"] for row in csv.DictReader(file)] == [row["call_id"] for row in rows]


def test_days_without_calls(sandbox: Sandbox, daktela: CommandLine, tmp_path: Path) -> None:
    never = ("--from", "2031-01-01", "--to", "2031-01-02")
    assert daktela("calls", *never, "--json").out == ""
    assert daktela("calls", *never, "--json", "--csv", str(tmp_path / "x.csv")).code == 0
    assert daktela("calls", *never).code == 0


def recorded(sandbox: Sandbox, daktela: CommandLine) -> str:
    """Return the id of a call that has a recording."""
    rows = daktela("calls", *some_days(), "--json", "--answered").rows
    return next(str(row["call_id"]) for row in rows if sandbox.recording_hash(str(row["call_id"])))


def test_the_recording_of_a_call(sandbox: Sandbox, daktela: CommandLine, tmp_path: Path) -> None:
    call_id = recorded(sandbox, daktela)
    folder = tmp_path / "new"
    ended = daktela("recording", call_id, "--to", str(folder), "--json")
    assert ended.code == 0
    saved = Path(ended.row["path"])
    assert saved.parent == folder
    assert saved.stat().st_size == ended.row["size"]
    assert ended.row["call_id"] == call_id
    shown = daktela("recording", call_id, "--to", str(folder))
    assert shown.out == f"{saved}  {ended.row['size']} bytes\n"
    assert [path.name for path in folder.iterdir()] == [saved.name]
    assert sandbox.recording_hash(call_id) not in {ended.out, shown.out, saved.stem}


def test_a_call_without_a_recording(sandbox: Sandbox, daktela: CommandLine) -> None:
    rows = daktela("calls", *some_days(), "--json", "--unanswered").rows
    ended = daktela("recording", rows[0]["call_id"])
    assert ended.code == 7
    assert "has no recording" in ended.err


def test_statistics(sandbox: Sandbox, daktela: CommandLine) -> None:
    sandbox.agents["novak"].log_in("5001")
    assert daktela("stats", "now", "--json").row["users_total"] == 1
    assert "users total" in daktela("stats", "now").out
    repeated = daktela("stats", "repeated", "--more-than", "2", "--json").rows
    assert repeated
    assert all(row["total"] > 2 for row in repeated)
    assert repeated[0]["number"] in daktela("stats", "repeated").out
    for what in ("pauses", "queues", "sessions"):
        rows = daktela("stats", what, *some_days(), "--json").rows
        assert {"user_id", "started_at", "ended_at", "duration"} <= set(rows[0])
        assert "started at" in daktela("stats", what, *some_days()).out


def test_an_sms_is_sent_and_followed(sandbox: Sandbox, daktela: CommandLine) -> None:
    sent = daktela("sms", "send", "777123456", "Ahoj", "--json")
    assert sent.code == 0
    assert sent.row["parts"] == 1
    assert not sandbox.sent_sms[-1].confirmation
    shown = daktela("sms", "state", sent.row["id"], "--json").row
    assert (shown["result"], shown["text"]) == ("ok", "Ahoj")
    ended = daktela("sms", "send", "777123456", "Žluťoučký", "--unicode", "--wait", "--json")
    assert ended.code == 0
    assert ended.row["confirmed"] is True
    assert ended.row["text"] == "Žluťoučký"
    again = daktela("sms", "state", ended.row["id"], "--wait")
    assert "confirmed   yes" in again.out
    assert sandbox.log.acted("SendSMS") == 2


def test_sms_that_do_not_arrive(sandbox: Sandbox, daktela: CommandLine) -> None:
    assert daktela("sms", "send", FAILING_NUMBER, "Ahoj", "--wait").code == 7
    ended = daktela("sms", "send", UNREACHABLE_NUMBER, "Ahoj", "--wait", "--timeout", "0.2")
    assert ended.code == 5
    sms_id = sandbox.sent_sms[-1].id
    assert f"Go on with: daktela sms state {sms_id} --wait" in ended.err


def test_an_sms_that_the_service_does_not_have(sandbox: Sandbox, daktela: CommandLine) -> None:
    assert daktela("sms", "state", "99999").code == 3
    sandbox.faults.add("GetSMS", faults.Malformed(b'{"result": [], "error": "", "status": "1"}'))
    ended = daktela("sms", "state", "99999")
    assert ended.code == 7
    assert "does not have SMS 99999" in ended.err


def test_an_sms_whose_answer_is_lost(sandbox: Sandbox, daktela: CommandLine) -> None:
    sandbox.faults.add("SendSMS", faults.LostReply(after_acting=True), times=1)
    assert daktela("sms", "send", "777123456", "Ahoj").code == 4
    assert sandbox.log.acted("SendSMS") == 1


# Watching.

#: Long enough for the first answers, on a busy machine too.
FOR_A_MOMENT = ("--for", "1.5")


def test_agents_are_watched_in_json(sandbox: Sandbox, daktela: CommandLine) -> None:
    sandbox.agents["novak"].log_in("5001")
    ended = daktela("watch", "novak", *FOR_A_MOMENT, "--json")
    assert ended.code == 0
    assert ended.row["event"] == "change"
    assert ended.row["user"] == "novak"
    assert ended.row["previous"] is None
    assert ended.row["state"]["state"] == "Idle"
    assert datetime.fromisoformat(ended.row["at"]).utcoffset() == timedelta()


def test_all_who_are_logged_in_are_watched(sandbox: Sandbox, daktela: CommandLine) -> None:
    sandbox.agents["novak"].log_in("5001")
    sandbox.agents["svoboda"].log_in("5001")
    sandbox.agents["svoboda"].ring("602123456")
    ended = daktela("watch", *FOR_A_MOMENT, "--every", "0.1")
    assert ended.code == 0
    assert "Jan Novák: Idle" in ended.out
    assert "Petr Svoboda: Ringing with 602123456" in ended.out
    assert len(ended.out.splitlines()) == 2


def test_an_agent_who_cannot_be_watched_does_not_stop_the_others(
    sandbox: Sandbox, daktela: CommandLine
) -> None:
    sandbox.agents["novak"].log_in("5001")
    ended = daktela("watch", "novak", "nobody", *FOR_A_MOMENT)
    assert ended.code == 7
    assert "Jan Novák: Idle" in ended.out
    assert "nobody: cannot be watched" in ended.out


def test_when_nobody_can_be_watched_it_ends(sandbox: Sandbox, daktela: CommandLine) -> None:
    ended = daktela("watch", "nobody", "--json")
    assert ended.code == 3
    assert ended.row["event"] == "failed"
    assert "Uživatel neexistuje" in ended.row["error"]
    assert ended.err.startswith("daktela: GET RTUserState: ")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the client repeat nothing by itself, so that trouble shows at once."""

    def connect(
        variables: Mapping[str, str], http_client: httpx.AsyncClient | None
    ) -> DaktelaClient:
        return DaktelaClient(
            variables["DAKTELA_SERVER"],
            access_token=variables["DAKTELA_ACCESS_TOKEN"],
            retry=RetryPolicy(attempts=1),
            http_client=http_client,
        )

    monkeypatch.setattr(PROGRAM, "_connect", connect)


@pytest.mark.usefixtures("impatient")
def test_trouble_is_told_beside_the_results(sandbox: Sandbox, daktela: CommandLine) -> None:
    sandbox.faults.add("RTUsersState", faults.Status(503), times=1)
    ended = daktela("watch", *FOR_A_MOMENT, "--every", "0.1")
    assert ended.out == ""
    assert ended.err.startswith("the team: GET RTUsersState: HTTP 503")


@pytest.mark.usefixtures("impatient")
def test_the_end_of_trouble_is_told(daktela: CommandLine, sandbox: Sandbox) -> None:
    sandbox.faults.add("RTUsersState", faults.Status(503), times=1)
    ended = daktela("watch", "--for", "3", "--every", "0.1")
    # Nobody is logged in, and that is a good answer.
    assert (ended.code, ended.out) == (0, "")
    first, second = ended.err.splitlines()
    assert first.startswith("the team: GET RTUsersState: HTTP 503")
    assert second.startswith("the team: back after ")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("who", [(), ("novak",)])
def test_a_watch_that_heard_nothing_good_says_so(
    sandbox: Sandbox, daktela: CommandLine, who: tuple[str, ...]
) -> None:
    for action in ("RTUsersState", "RTUserState"):
        sandbox.faults.add(action, faults.Status(503), times=None)
    ended = daktela("watch", *who, *FOR_A_MOMENT, "--json")
    assert (ended.code, ended.out) == (6, "")
    assert ended.err.endswith("daktela: there was no good answer.\n")


def test_nothing_is_told_twice() -> None:
    variables = {"DAKTELA_SERVER": f"http://127.0.0.1:{unused_port()}", "DAKTELA_ACCESS_TOKEN": "t"}
    with process(MODULE, ["watch", "novak", "--for", "2"], variables) as daktela:
        out, told = daktela.communicate(timeout=60)
    assert (daktela.returncode, out) == (6, "")
    lines = told.splitlines()
    assert lines.pop() == "daktela: there was no good answer."
    assert all(text.startswith("novak: GET RTUserState: no connection") for text in lines)


def screen(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Let standard output be a terminal from now on."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    return terminal


def test_a_terminal_shows_a_board(
    sandbox: Sandbox, daktela: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = screen(monkeypatch)
    sandbox.agents["novak"].log_in("5001")
    sandbox.agents["novak"].ring("602123456")
    assert daktela("watch", "novak", *FOR_A_MOMENT).code == 0
    assert "◍ Ringing" in shown.getvalue()
    assert "602123456" in shown.getvalue()


@pytest.mark.usefixtures("impatient")
def test_a_terminal_shows_trouble_below_the_board(
    sandbox: Sandbox, daktela: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = screen(monkeypatch)
    sandbox.faults.add("RTUserState", faults.Status(503), times=None)
    assert daktela("watch", "novak", *FOR_A_MOMENT).code == 6
    assert "novak: GET RTUserState: HTTP 503" in shown.getvalue()


@pytest.mark.usefixtures("impatient")
def test_a_terminal_shows_trouble_no_longer_when_it_is_over(
    sandbox: Sandbox, daktela: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = screen(monkeypatch)
    write = shown.write

    def write_and_mend(text: str) -> int:
        """Let the trouble last until a person has seen it."""
        if "the team: GET RTUsersState: HTTP 503" in text:
            sandbox.faults.clear()
        return write(text)

    monkeypatch.setattr(shown, "write", write_and_mend)
    # Nobody is logged in: no event tells of it.
    sandbox.faults.add("RTUsersState", faults.Status(503), times=None)
    assert daktela("watch", "--for", "5", "--every", "0.1").code == 0
    assert "the team: GET RTUsersState: HTTP 503" in shown.getvalue()
    last = shown.getvalue().rindex("agent")
    assert "the team" not in shown.getvalue()[last:]


NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def state(of: AgentState | str, **fields: object) -> UserState:
    queue = AgentQueue(id="4", number="5001", logged_in=True)
    known = {"login": "novak", "full_name": "Jan Novák", "queues": (queue,)}
    return UserState(state=of, **{**known, **fields})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def change(now: UserState, before: UserState | None = None) -> AgentChange[UserState]:
    return AgentChange(
        user="novak", state=now, previous=before, changed=frozenset({"state"}), at=NOW
    )


SPEAKING = state(
    AgentState.SPEAKING,
    state_since=NOW - timedelta(seconds=65),
    calls=(AgentCall(id="1", customer_number="602\x1b[2J1"),),
)
TROUBLE = WatchTrouble(
    user=None, error=NotSent("no connection."), failures=1, lost_for=0.0, delay=2.4
)


def drawn(board: Board, capsys: pytest.CaptureFixture[str]) -> str:
    from rich.console import Console

    Console(width=120).print(board.draw(NOW))
    return capsys.readouterr().out


def test_the_board_shows_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    board = Board(["novak", "nobody", "later"])
    board.take(WatchFailed(user="nobody", error=NotSent("x.")))
    board.take(change(SPEAKING))
    board.take(AgentLoggedIn(user="odd", state=state("Dancing", login="odd", full_name=""), at=NOW))
    shown = drawn(board, capsys)
    assert "◉ Speaking" in shown
    assert "1:05" in shown
    assert "602 [2J1" in shown
    assert "5001" in shown
    assert "? Dancing" in shown
    assert "x. Check the address" in shown
    assert shown.count("logged out") == 1
    board.take(AgentLoggedOut(user="odd", previous=state("Dancing"), at=NOW))
    board.take(change(state("")))
    assert drawn(board, capsys).count("logged out") == 3


def test_trouble_is_on_the_board_until_something_better_comes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    board = Board()
    board.take_trouble(TROUBLE)
    assert trouble_line(TROUBLE) in drawn(board, capsys)
    assert trouble_line(TROUBLE).startswith("the team: no connection.")
    assert trouble_line(TROUBLE).endswith("Again in 2 s.")
    board.take(change(state(AgentState.IDLE)))
    assert "the team" not in drawn(board, capsys)
    # The end of trouble may come without any change; that of one agent ends no other one's.
    for user in ("novak", None, "svoboda"):
        board.take_trouble(evolve(TROUBLE, user=user))
    assert "svoboda: no connection." in drawn(board, capsys)
    board.take_recovery(WatchRecovery(user="svoboda", failures=1, lost_for=1.0))
    assert "the team: no connection." in drawn(board, capsys)
    board.take_recovery(WatchRecovery(user=None, failures=1, lost_for=1.0))
    assert "novak: no connection." in drawn(board, capsys)
    recovery = WatchRecovery(user="novak", failures=2, lost_for=61.4)
    board.take_recovery(recovery)
    assert "connection" not in drawn(board, capsys)
    assert recovery_line(recovery) == "novak: back after 61 s."


def test_events_as_lines_and_as_json() -> None:
    idle = state(AgentState.IDLE)
    at = f"{NOW.astimezone():%H:%M:%S}"
    events: dict[str, tuple[WatchEvent, str]] = {
        "change": (change(SPEAKING, idle), "Jan Novák: Speaking with 602 [2J1 (was Idle)"),
        "logged_in": (
            AgentLoggedIn(user="novak", state=idle, at=NOW),
            "Jan Novák: Idle (logged in)",
        ),
        "logged_out": (
            AgentLoggedOut(user="novak", previous=idle, at=NOW),
            "Jan Novák: logged out",
        ),
    }
    for kind, (event, text) in events.items():
        assert line(event) == f"{at}  {text}"
        assert plain_event(event)["event"] == kind
    assert line(change(state(""), state(""))) == f"{at}  Jan Novák: logged out (was logged out)"
    failed = WatchFailed(user="novak", error=NotSent("x."))
    assert line(failed).startswith("novak: cannot be watched: x.")
    assert plain_event(failed)["event"] == "failed"


# Credentials.


def test_credentials_of_a_file(
    sandbox: Sandbox, daktela: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in to(sandbox):
        monkeypatch.delenv(name)
    path = tmp_path / "spikon-daktela-async" / "credentials.toml"
    path.parent.mkdir()
    path.write_text(
        f'[daktela]\nserver = "{sandbox.url}"\nlogin = "sandbox"\npassword = "sandbox"\n', "utf-8"
    )
    path.chmod(0o600)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert daktela("stats", "now").code == 0
    monkeypatch.setenv("DAKTELA_SERVER", sandbox.url)
    ended = daktela("stats", "now")
    assert ended.code == 2
    assert "DAKTELA_ACCESS_TOKEN" in ended.err


def test_a_sandbox_of_its_own_is_a_call_centre_at_work(
    daktela: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DAKTELA_SERVER", "DAKTELA_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    ended = daktela("stats", "now", "--sandbox", "--json")
    assert ended.code == 0
    assert ended.row["users_total"] == 12
    assert "sandbox" in ended.err


# Nothing is sent.

#: Every command, with what it needs.
COMMANDS = (
    ("watch",),
    ("watch", "novak", "svoboda"),
    ("queues",),
    ("calls",),
    ("recording", "1408101684.96894WS"),
    ("stats", "now"),
    ("stats", "repeated"),
    ("stats", "pauses"),
    ("stats", "queues"),
    ("stats", "sessions"),
    ("sms", "send", "777123456", "Ahoj", "--wait"),
    ("sms", "state", "1"),
    ("sms", "state", "1", "--wait"),
)


def test_a_dry_run_of_every_command_reaches_nobody(
    daktela: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with listening() as listener:
        monkeypatch.setenv("DAKTELA_SERVER", listener.url)
        monkeypatch.setenv("DAKTELA_ACCESS_TOKEN", "s3crettoken")
        for arguments in COMMANDS:
            ended = daktela(*arguments, "--dry-run")
            assert ended.code == 0, arguments
            assert f"GET {listener.url}/api/" in ended.out
            assert "cookie = access_token=***" in ended.out
            assert ended.err == "Nothing was sent.\n"
            assert "s3crettoken" not in ended.out + ended.err
        assert listener.connections == 0
    assert not list(tmp_path.iterdir())


def test_every_command_is_tried_dry() -> None:
    tried = {arguments[:length] for arguments in COMMANDS for length in (1, 2)}
    assert set(commands(PROGRAM.app)) <= tried


def test_a_dry_run_says_what_would_follow(sandbox: Sandbox, daktela: CommandLine) -> None:
    plan = daktela("sms", "send", "777123456", "Ahoj", "--wait", "--dry-run", "--json").row
    assert plan["method"] == "GET"
    assert plan["address"] == f"{sandbox.url}/api/3.1/SendSMS/json"
    assert ["message", "Ahoj"] in plan["parameters"]
    assert plan["headers"] == {"cookie": "access_token=***"}
    assert "GetSMS" in plan["then"]
    assert len(sandbox.log) == 0


# Early ends, in processes of their own.


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGINT to send")
def test_ctrl_c_ends_a_watch() -> None:
    with (
        Sandbox().running() as sandbox,
        process(MODULE, ["watch", "novak"], to(sandbox)) as daktela,
    ):
        sandbox.agents["novak"].log_in("5001")
        until(lambda: sandbox.held_requests > 0)
        daktela.send_signal(signal.SIGINT)
        out, told = daktela.communicate(timeout=60)
        until(lambda: sandbox.held_requests == 0)
    assert daktela.returncode == 130
    assert "Jan Novák: Idle" in out
    assert told == "daktela: interrupted.\n"


@pytest.mark.skipif(os.name != "posix", reason="there are no terminals to open")
def test_a_board_on_a_real_terminal_follows_the_agents() -> None:
    import pty

    controller, terminal = pty.openpty()
    told = b""

    def read_until(words: str) -> None:
        nonlocal told
        while words.encode() not in told:
            told += os.read(controller, 10_000)

    with Sandbox().running() as sandbox:
        agent = sandbox.agents["novak"]
        agent.log_in("5001")
        variables = {**to(sandbox), "TERM": "xterm-256color", "COLUMNS": "120"}
        with process(MODULE, ["watch", "novak"], variables, terminal=terminal) as daktela:
            os.close(terminal)
            read_until("● Idle")
            agent.ring("602123456")
            read_until("602123456")
            daktela.send_signal(signal.SIGINT)
            read_until("interrupted")
            assert daktela.wait(timeout=60) == 130
    os.close(controller)
    # What the board hid it shows again.
    assert told.rindex(b"\x1b[?25h") > told.rindex(b"\x1b[?25l")


def test_the_entry_point_runs_the_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    importlib.import_module(f"{MODULE}.__main__")
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys, "argv", ["daktela", "--version"])
    assert cli.main() == 0
    assert capsys.readouterr().out.strip()
