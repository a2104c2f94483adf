"""All code of the documentation runs, against sandboxes."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import os
import shlex
import subprocess
import sys
import types
from collections.abc import Generator
from pathlib import Path

import anyio
import pytest

import daktela_async.sandbox
import spikon_async.sandbox
from _telephony_core.sandbox.clock import PRAGUE
from daktela_async import DaktelaClient
from spikon_async import SpikonClient
from tests.docs.blocks import Block, blocks_in, blocks_of, matches, needs_real_time, pages
from tests.virtual_time import VirtualTimeLoop

ROOT = Path(__file__).parents[2]
#: What the project's own settings say to pytest-asyncio, where it is installed.
PYTEST = ("-o", "asyncio_default_fixture_loop_scope=function")
PAGES = [page for page in pages() if blocks_of(page)]


@pytest.fixture
def environment() -> Generator[dict[str, str]]:
    """Serve both sandboxes, and say in variables where: what scripts of the pages read."""
    spikon = spikon_async.sandbox.Sandbox(order_delay=0.2, speech_delay=0.2, sms_steps=(0, 0, 0.1))
    daktela = daktela_async.sandbox.Sandbox(sms_delay=0.1, sms_delivery=0.1)
    with spikon.running(), daktela.running():
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SPIKON_", "DAKTELA_", "COVERAGE_"))
        }
        yield kept | {
            "SPIKON_API_KEY": spikon.api_key,
            "SPIKON_BASE_URL": spikon.url,
            "DAKTELA_SERVER": daktela.url,
            "DAKTELA_ACCESS_TOKEN": daktela.access_token,
            "PYTHONIOENCODING": "utf-8",
            "PYTHONPATH": str(ROOT),
        }


@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_a_page(
    page: str,
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    run(blocks_of(page), tmp_path, environment, real_time=needs_real_time(page))


def run(
    blocks: list[Block], folder: Path, environment: dict[str, str], *, real_time: bool = False
) -> None:
    """Run the files of a page one by one, and its snippets together."""
    snippets: list[Block] = []
    exit_code = 0
    for block in blocks:
        if block.command:
            exit_code = run_command(block, folder, environment, exit_code)
        elif block.title:
            run_file(block, folder, environment)
        else:
            snippets.append(block)
    loop = asyncio.SelectorEventLoop if real_time else VirtualTimeLoop
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(run_snippets(snippets, real_time=real_time))


def run_file(block: Block, folder: Path, environment: dict[str, str]) -> None:
    path = folder / block.title
    path.write_text(block.code, encoding="utf-8")
    where = f"{block.page}, line {block.line}"
    if block.title.startswith("test_"):
        command = [
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-W",
            "error",
            *PYTEST,
            block.title,
        ]
    elif ".run(" in block.code:
        command = ["-W", "error", block.title]
    else:
        compile(block.code, where, "exec")
        return
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{where}:\n{done.stdout}{done.stderr}"
    check_output(block, done.stdout)


def run_command(block: Block, folder: Path, environment: dict[str, str], before: int) -> int:
    """Run a command of a session, and return its exit code."""
    if block.code == "echo $?":
        check_output(block, str(before))
        return 0
    name, *arguments = shlex.split(block.code)
    programs = {
        "python": ["-W", "error"],
        "spikon": ["-W", "error", "-m", "spikon_async.cli"],
        "daktela": ["-W", "error", "-m", "daktela_async.cli"],
    }
    done = subprocess.run(
        [sys.executable, *programs[name], *arguments],
        cwd=folder,
        env={**environment, "COLUMNS": "90", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    check_output(block, done.stdout)
    return done.returncode


async def run_snippets(blocks: list[Block], *, real_time: bool) -> None:
    """Run the snippets of a page, with clients that need no socket."""
    if real_time:
        spikon_sandbox = spikon_async.sandbox.Sandbox(order_delay=0.1, speech_delay=0.1)
        daktela_sandbox = daktela_async.sandbox.Sandbox(sms_delay=0.1, sms_pace=0.001)
    else:
        spikon_sandbox = spikon_async.sandbox.Sandbox(
            clock=spikon_async.sandbox.Clock(source=anyio.current_time)
        )
        daktela_sandbox = daktela_async.sandbox.Sandbox(
            clock=daktela_async.sandbox.Clock(source=anyio.current_time, zone=PRAGUE)
        )
    module = types.ModuleType("snippets")
    async with (
        spikon_sandbox.http_client() as to_spikon,
        daktela_sandbox.http_client() as to_daktela,
        SpikonClient(
            spikon_sandbox.api_key, base_url=spikon_sandbox.url, http_client=to_spikon
        ) as spikon,
        DaktelaClient(
            daktela_sandbox.url,
            access_token=daktela_sandbox.access_token,
            http_client=to_daktela,
        ) as daktela,
    ):
        vars(module).update(
            spikon=spikon,
            daktela=daktela,
            spikon_sandbox=spikon_sandbox,
            daktela_sandbox=daktela_sandbox,
        )
        for block in blocks:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                await run_snippet(block, module)
            check_output(block, printed.getvalue())


async def run_snippet(block: Block, module: types.ModuleType) -> None:
    # The line of the page, so that a traceback leads there.
    code = compile(
        "\n" * block.line + block.code,
        f"docs/{block.page}",
        "exec",
        flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
    )
    result = types.FunctionType(code, vars(module))()
    if inspect.isawaitable(result):
        await result


def check_output(block: Block, printed: str) -> None:
    if block.output is not None:
        assert matches(printed, block.output), f"{block.page}, line {block.line}:\n{printed}"


# The finding and comparing itself.


def test_blocks_are_found() -> None:
    text = (
        "<!-- python\nx = 1\n-->\n\n```python\ny = 2\n```\n\n```sh\nls\n```\n\n"
        '    ```python title="a.py"\n    print(3)\n    ```\n\n    ```text title="Output"\n    3\n'
        "    ```\n"
    )
    assert blocks_in("p.md", text) == [
        Block("p.md", 1, "x = 1\n"),
        Block("p.md", 5, "y = 2\n"),
        Block("p.md", 13, "print(3)\n", "a.py", "3\n"),
    ]


def test_commands_are_found() -> None:
    assert blocks_in("p.md", "```console\n$ spikon balance\n1 PLN\n$ echo $?\n0\n```\n") == [
        Block("p.md", 2, "spikon balance", output="1 PLN\n", command=True),
        Block("p.md", 4, "echo $?", output="0\n", command=True),
    ]


def test_an_output_belongs_to_one_block() -> None:
    output = '```text title="Output"\n3\n```\n'
    with pytest.raises(AssertionError, match="nothing stands before"):
        blocks_in("p.md", output)
    with pytest.raises(AssertionError, match="a second output"):
        blocks_in("p.md", f"```python\n1\n```\nIt says:\n{output}\n{output}")


def test_three_dots_stand_for_anything_in_a_line() -> None:
    assert matches("a 1 b  \nc\n", "a … b\nc\n")
    assert not matches("a 1\nb\nc", "a … b\nc")
    assert not matches("a b c", "a b")


def test_what_is_wrong_is_noticed(tmp_path: Path, environment: dict[str, str]) -> None:
    with pytest.raises(ZeroDivisionError):
        run(
            blocks_in("p.md", "```python\nawait spikon.account.balance()\n1 / 0\n```\n"),
            tmp_path,
            {},
        )
    script = '```python title="a.py"\nimport asyncio\nasyncio.run(None)\n```\n'
    with pytest.raises(AssertionError, match=r"p\.md, line 1"):
        run(blocks_in("p.md", script), tmp_path, environment)
    session = "```console\n$ spikon nothing\n$ echo $?\n0\n```\n"
    with pytest.raises(AssertionError, match=r"p\.md, line 2"):
        run(blocks_in("p.md", session), tmp_path, environment)
    output = '```python\nprint(3)\n```\n```text title="Output"\n4\n```\n'
    with pytest.raises(AssertionError, match="3"):
        run(blocks_in("p.md", output), tmp_path, {})
