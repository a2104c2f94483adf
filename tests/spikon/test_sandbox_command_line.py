"""``python -m spikon_async.sandbox``, and what it says when its parts are missing."""

from __future__ import annotations

import contextlib
import importlib
import re
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

import spikon_async.sandbox
from spikon_async.sandbox import Sandbox

ROOT = Path(spikon_async.sandbox.__file__).parents[2]
COMMAND = (sys.executable, "-W", "error", "-m", "spikon_async.sandbox")

# Section 4.1.4 of the document with only the address replaced.
VENDORS_SAMPLE = """
from urllib.parse import urlencode

from urllib.request import Request, urlopen

url = '{url}/api/balance/show'

data = {{

    'api_key': 'BXlmr2sN5lphLwYftAaJPyWgmctXtest',

    'api_format': 0

}}

request = Request(url, urlencode(data).encode())

json = urlopen(request).read().decode()

print(json)
"""


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


def test_the_vendors_own_sample_prints_the_balance() -> None:
    with started("--port", "0", "--api-key", "my-own") as (process, greeting):
        found = re.search(r"http://127\.0\.0\.1:\d+", greeting)
        assert found is not None
        assert f"curl -d api_key=my-own {found[0]}/api/balance/show" in greeting
        assert "Ctrl-C" in greeting
        sample = VENDORS_SAMPLE.format(url=found[0])
        printed = subprocess.run(
            [sys.executable, "-c", sample], capture_output=True, text=True, check=True, timeout=20
        )
        assert printed.stdout == '{"account": {"balance": "123,45"}}\n'
        if sys.platform == "win32":
            return  # Ctrl-C would reach these tests too
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output, errors) == (0, "\nStopped.\n", "")


def test_importing_it_serves_nothing() -> None:
    module = importlib.import_module("spikon_async.sandbox.__main__")
    assert callable(module.main)
    assert not [t for t in threading.enumerate() if t.name.startswith("sandbox on port")]


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [*COMMAND, "--port", port],
            cwd=ROOT, capture_output=True, text=True, timeout=20, check=False,
        )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"Cannot serve on 127.0.0.1 port {port}: ")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("absent", ["starlette", "uvicorn"])
def test_without_its_requirements_it_says_what_to_install(
    absent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(ImportError, match=r"pip install 'spikon-daktela-async\[sandbox\]'"):
        runpy.run_path(str(spikon_async.sandbox.__file__))


def test_the_public_names_are_sorted_and_there() -> None:
    names = spikon_async.sandbox.__all__
    constants = [name for name in names if name.isupper()]
    classes = [name for name in names if not name.isupper() and name[0].isupper()]
    modules = [name for name in names if name[0].islower()]
    assert names == sorted(constants) + sorted(classes) + sorted(modules)
    assert all(hasattr(spikon_async.sandbox, name) for name in names)
    assert spikon_async.sandbox.Sandbox is Sandbox
