"""How a command line runs a command, and how each kind of end is told.

The commands here touch no network: what they end in is their own.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from cyclopts import Parameter

from _telephony_core.cli.credentials import Service
from _telephony_core.cli.exit_codes import ExitCode
from _telephony_core.cli.program import Program, Run
from _telephony_core.errors import ApiError, InvalidRequest, OutcomeUnknown
from tests.command_line import CommandLine, Terminal


class Client:
    """A client that keeps the account it was made from, and asks whatever it is told to."""

    def __init__(
        self, account: Mapping[str, str], http_client: httpx.AsyncClient | None = None
    ) -> None:
        self.account = account
        self.open = True
        self._http = http_client

    async def ask(self) -> None:
        assert self._http is not None
        await self._http.get("http://127.0.0.1:9/x?y=z", headers={"Spikon-API-Key": "s3cret"})

    async def aclose(self) -> None:
        self.open = False


RunArg = Annotated[Run[Client], Parameter(parse=False)]
#: The runs of one test.
runs: list[Run[Client]] = []


async def show(word: str, /, *, loud: bool = False, run: RunArg) -> None:
    """Show a word.

    Args:
        word: it.
        loud: louder.
    """
    runs.append(run)
    assert run.client.open
    run.show.line(word.upper() if loud else word)


async def ask(*, run: RunArg) -> None:
    """Ask somebody something."""
    run.then = "nothing."
    await run.client.ask()


ENDS: dict[str, BaseException] = {
    "usage": InvalidRequest("wrong."),
    "refused": ApiError("no."),
    "unknown": OutcomeUnknown("perhaps."),
    "disk": OSError(28, "No space left on device"),
    "ctrl-c": KeyboardInterrupt(),
    "reader": BrokenPipeError(),
    "bug": ZeroDivisionError(),
}


async def end(how: str, /, *, begun: bool = False, acting: bool = False, run: RunArg) -> ExitCode:
    """End somehow.

    Args:
        how: how.
        begun: after something was begun.
        acting: while something is done.
    """
    if begun:
        run.begun.begin(["7"], "try", "--resume", "7")
    if acting:
        with run.begun.acting("It may have happened."):
            raise ENDS[how]
    if how in ENDS:
        raise ENDS[how]
    return ExitCode[how]


@contextmanager
def sandbox() -> Generator[Mapping[str, str]]:
    yield {"TRY_KEY": "of the sandbox"}


@contextmanager
def no_sandbox() -> Generator[Mapping[str, str]]:
    raise ImportError("the sandbox needs more")
    yield {}


def program(served: object = sandbox) -> Program[Client]:
    made = Program(
        "Try things out.",
        service=Service("try", ("key",)),
        connect=Client,
        sandbox=served,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    )
    for command in (show, ask, end):
        made.app.command(command)
    return made


@pytest.fixture
def run_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> CommandLine:
    runs.clear()
    monkeypatch.setenv("TRY_KEY", "of the environment")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return CommandLine(program().main, capsys)


def test_a_command_gets_an_open_client_which_is_closed_after_it(run_it: CommandLine) -> None:
    ended = run_it("show", "word", "--loud")
    assert (ended.code, ended.out, ended.err) == (0, "WORD\n", "")
    assert runs[0].client.account == {"TRY_KEY": "of the environment"}
    assert not runs[0].client.open


def test_options_for_all_commands_can_stand_anywhere(run_it: CommandLine) -> None:
    for arguments in (["--sandbox", "show", "x"], ["show", "--sandbox", "x"]):
        ended = run_it(*arguments)
        assert ended.out == "x\n"
        assert "sandbox" in ended.err
    assert [run.client.account for run in runs] == [{"TRY_KEY": "of the sandbox"}] * 2


def test_what_follows_two_hyphens_is_no_option(run_it: CommandLine) -> None:
    assert run_it("show", "--", "--loud").out == "--loud\n"
    assert run_it("show", "--", "--json").out == "--json\n"


def test_a_sandbox_that_cannot_be_had(
    capsys: pytest.CaptureFixture[str], run_it: CommandLine
) -> None:
    ended = CommandLine(program(no_sandbox).main, capsys)("show", "x", "--sandbox")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "try: the sandbox needs more.\n"


def test_without_credentials_nothing_is_run(
    run_it: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRY_KEY")
    ended = run_it("show", "x")
    assert ended.code == 2
    assert "TRY_KEY" in ended.err
    assert not runs


@pytest.mark.parametrize(
    "arguments", [["bogus"], ["show"], ["show", "x", "--bogus"], ["show", "-"]]
)
def test_a_wrong_command_line_is_told_in_one_line(
    run_it: CommandLine, arguments: list[str]
) -> None:
    ended = run_it(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("try: ")
    assert ended.err.endswith("See: try --help\n")
    assert len(ended.err.splitlines()) == 1


def test_help_is_no_command(run_it: CommandLine) -> None:
    assert "Show a word." in run_it().out
    assert "louder." in run_it("show", "--help").out
    assert not runs


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["OK"], 0, ""),
        (["FAILED"], 7, ""),
        (["usage"], 2, "try: wrong.\n"),
        (["refused"], 3, "try: no.\n"),
        (["refused", "--acting"], 3, "try: no.\n"),
        (["unknown"], 4, "try: perhaps. Find out whether it took effect before making it again.\n"),
        (["disk"], 1, "try: [Errno 28] No space left on device\n"),
        (["ctrl-c"], 130, "try: interrupted.\n"),
        (["ctrl-c", "--acting"], 130, "try: interrupted.\nIt may have happened.\n"),
        (
            ["ctrl-c", "--begun"],
            130,
            "try: interrupted.\nBegun: id 7. Go on with: try --resume 7\n",
        ),
        (["refused", "--begun"], 5, "try: no.\nBegun: id 7. Go on with: try --resume 7\n"),
        (
            ["disk", "--begun"],
            5,
            "try: [Errno 28] No space left on device\nBegun: id 7. Go on with: try --resume 7\n",
        ),
    ],
    ids=str,
)
def test_every_end_has_its_code_and_its_words(
    run_it: CommandLine, arguments: list[str], code: int, told: str
) -> None:
    ended = run_it("end", *arguments)
    assert (ended.code, ended.out, ended.err) == (code, "", told)


def test_a_mistake_of_ours_is_not_hidden(run_it: CommandLine) -> None:
    with pytest.raises(ZeroDivisionError):
        run_it("end", "bug")


def test_a_reader_that_has_gone_is_told_nothing_but_what_was_begun(
    run_it: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with (tmp_path / "out").open("w", encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdout", file)
        ended = run_it("end", "reader")
        assert (ended.code, ended.err) == (141, "")
        ended = run_it("end", "reader", "--begun")
        assert (ended.code, ended.err) == (141, "Begun: id 7. Go on with: try --resume 7\n")
        # What is written from now on goes nowhere.
        file.write("lost")
    assert (tmp_path / "out").read_text(encoding="utf-8") == ""


def test_output_that_is_no_file_is_left_as_it_is(
    run_it: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert run_it("show", "word").code == 0
    assert terminal.getvalue() == "word\n"


def test_a_dry_run_shows_the_first_request(run_it: CommandLine) -> None:
    ended = run_it("ask", "--dry-run")
    assert ended.code == 0
    assert ended.out == (
        "GET http://127.0.0.1:9/x\n  spikon-api-key = ***\n  y = z\nThen: nothing.\n"
    )
    assert ended.err == "Nothing was sent.\n"
    assert run_it("ask", "--dry-run", "--json").row == {
        "method": "GET",
        "address": "http://127.0.0.1:9/x",
        "headers": {"spikon-api-key": "***"},
        "parameters": [["y", "z"]],
        "then": "nothing.",
    }


def test_a_dry_run_of_a_command_that_asks_nobody_is_a_run(run_it: CommandLine) -> None:
    assert run_it("show", "x", "--dry-run").out == "x\n"
