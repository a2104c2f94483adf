"""``python -m daktela_async.sandbox``, and what it says when its parts are missing."""

from __future__ import annotations

import contextlib
import importlib
import re
import runpy
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

import daktela_async.sandbox
from daktela_async.sandbox import Sandbox

ROOT = Path(daktela_async.sandbox.__file__).parents[2]
COMMAND = (sys.executable, "-W", "error", "-m", "daktela_async.sandbox")
DOCUMENTED = "access_token=1234567890123456789012345678901234567890"


@contextlib.contextmanager
def started(*options: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Start the program and wait until it has greeted."""
    with subprocess.Popen(
        [*COMMAND, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        try:
            yield process, "".join(process.stdout.readline() for _ in range(4))
        finally:
            process.kill()


@pytest.mark.parametrize("options", [(), ("--live", "--login", "jan", "--password", "heslo")])
def test_what_it_greets_with_works(options: tuple[str, ...]) -> None:
    with started("--port", "0", *options) as (process, greeting):
        found = re.search(r"curl (.*)", greeting)
        assert found is not None
        option, cookie, url = shlex.split(found[1])
        assert option == "--cookie"
        assert cookie.removeprefix("access_token=") in greeting.partition("Try it")[0]
        answer = httpx.get(url, headers={"Cookie": cookie}, trust_env=False).json()
        assert answer["result"]["1"]["name"] == "2000"
        assert httpx.get(f"{url}?{DOCUMENTED}", trust_env=False).json() == answer
        if sys.platform == "win32":
            return  # Ctrl-C would reach these tests too
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output, errors) == (0, "\nStopped.\n", "")


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [*COMMAND, "--port", port],
            cwd=ROOT, capture_output=True, text=True, timeout=20, check=False,
        )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"Cannot serve on 127.0.0.1 port {port}: ")


@pytest.mark.parametrize("absent", ["starlette", "uvicorn"])
def test_without_its_requirements_it_says_what_to_install(
    absent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(ImportError, match=r"pip install 'spikon-daktela-async\[sandbox\]'"):
        runpy.run_path(str(daktela_async.sandbox.__file__))


def test_importing_it_serves_nothing() -> None:
    module = importlib.import_module("daktela_async.sandbox.__main__")
    assert callable(module.main)


def test_the_public_names_are_sorted_and_there() -> None:
    names = daktela_async.sandbox.__all__
    constants = [name for name in names if name.isupper()]
    classes = [name for name in names if not name.isupper() and name[0].isupper()]
    modules = [name for name in names if name[0].islower()]
    assert names == sorted(constants) + sorted(classes) + sorted(modules)
    assert all(hasattr(daktela_async.sandbox, name) for name in names)
    assert daktela_async.sandbox.Sandbox is Sandbox


def test_the_client_is_not_what_the_sandbox_stands_on() -> None:
    for file in Path(daktela_async.sandbox.__file__).parent.glob("*.py"):
        imports = re.findall(r"^(?:from|import) (daktela_async\S*)", file.read_text(), re.MULTILINE)
        assert all(name.startswith("daktela_async.sandbox") for name in imports), file.name
