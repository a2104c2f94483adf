"""The wallboard starts as the README says, shows the sandbox's day, and stops on Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[3]
SECRET = "secret0123456789"


def environment(**more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SPIKON_", "DAKTELA_", "WALLBOARD_", "COVERAGE_"))
    }
    return kept | {"PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)} | more


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "examples.wallboard", *arguments],
        cwd=ROOT,
        env=environment(**variables),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@contextlib.contextmanager
def started() -> Generator[tuple[subprocess.Popen[str], str]]:
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "examples.wallboard", "--port", "0"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
            assert found is not None
            yield process, found[0]
        finally:
            process.kill()


def test_the_readme_has_the_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    _, _, after = readme.partition("<!-- the wallboard command -->\n```sh\n")
    command = after.partition("\n```")[0]
    assert command.endswith("-e '.[sandbox]' && .venv/bin/python -m examples.wallboard")
    for image in re.findall(r'"(docs/images/wallboard-\w+\.png)"', readme):
        assert (ROOT / image).stat().st_size > 50_000


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is no signal there")
def test_a_day_is_shown_until_ctrl_c() -> None:
    with started() as (process, url), httpx.stream("GET", f"{url}events", timeout=30) as stream:
        agents: dict[str, object] = {}
        incoming: list[object] = []
        changes = 0
        deadline = time.monotonic() + 60
        # Agents are at work, something moves, and a call comes in and calls the hook.
        for line in stream.iter_lines():
            if line:
                patch = json.loads(line.removeprefix("data: "))
                agents |= patch.get("agents", {})
                incoming += patch.get("incoming", [])
                changes += 1
            if len(agents) >= 10 and incoming and changes > 5:
                break
            assert time.monotonic() < deadline, (len(agents), incoming, changes)
        # The page is still open.
        process.send_signal(signal.SIGINT)
        before = time.monotonic()
        _, errors = process.communicate(timeout=10)
        assert time.monotonic() - before < 5
        assert process.returncode == 0
        assert "Traceback" not in errors


def test_the_dialplan_is_printed() -> None:
    done = run("--dialplan", "https://board.example.com", WALLBOARD_WEBHOOK_SECRET=SECRET)
    assert done.returncode == 0
    assert done.stdout.count(f"https://board.example.com/webhooks/daktela/{SECRET}?") == 4
    refused = run("--dialplan", "https://board.example.com")
    assert (refused.returncode, "WALLBOARD_WEBHOOK_SECRET" in refused.stderr) == (1, True)


def test_it_does_not_start_where_everybody_could_dial() -> None:
    done = run("--host", "0.0.0.0")  # noqa: S104  # refused
    assert (done.returncode, "WALLBOARD_PASSWORD" in done.stderr) == (1, True)
    unfinished = run("--port", "0", DAKTELA_SERVER="mypbx.daktela.com")
    assert (unfinished.returncode, "DAKTELA_ACCESS_TOKEN" in unfinished.stderr) == (1, True)
    assert "Traceback" not in unfinished.stderr
