"""The fixtures are found by pytest, and work with each of its plugins for coroutines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ASYNCIO = """
import pytest

@pytest.mark.asyncio
async def test_balance(spikon_client, spikon_sandbox):
    assert await spikon_client.account.balance() == spikon_sandbox.balance

@pytest.mark.asyncio
async def test_queues(daktela_client, daktela_sandbox):
    assert await daktela_client.queues.list()
    assert daktela_sandbox.log.count("GetQueues") == 1

@pytest.mark.asyncio
async def test_jobs_are_done_at_once(spikon_client, tmp_path):
    await spikon_client.tts.synthesize("Dzień dobry", voice="Ewa", to=tmp_path / "x")
    await spikon_client.sms.send_and_wait("600100200", "Dzień dobry", sender="INFO")
"""

PLAIN = """
import urllib.request, urllib.parse

def test_an_application_in_any_language_reaches_it(spikon_sandbox):
    form = urllib.parse.urlencode({"api_key": spikon_sandbox.api_key}).encode()
    address = spikon_sandbox.url + "/api/balance/show"
    with urllib.request.urlopen(address, form) as answer:
        assert b"balance" in answer.read()

def test_another_starts_anew(spikon_sandbox):
    assert spikon_sandbox.log.count() == 0
"""

UNUSED = """
import sys

def test_nothing_is_loaded_that_is_not_used():
    assert "spikon_async.client" not in sys.modules
    assert "starlette" not in sys.modules
"""


def run(*arguments: str | Path, folder: Path) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.parametrize(("tests", "count"), [(ASYNCIO, 3), (PLAIN, 2), (UNUSED, 1)])
def test_the_fixtures_are_there(tests: str, count: int, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope = function")
    (tmp_path / "test_application.py").write_text(tests)
    assert f"{count} passed" in run(folder=tmp_path)


def test_the_example_passes_its_own_tests() -> None:
    output = run("examples/reminders", "--import-mode=importlib", folder=ROOT)
    assert "8 passed" in output
