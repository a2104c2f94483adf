"""The examples run as a newcomer runs them: a plain command, no credentials."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> str:
    """Run an example without credentials; return what it printed."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SPIKON_", "DAKTELA_", "COVERAGE_"))
    }
    environment |= {"PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


@pytest.mark.parametrize("wire_format", ["json", "xml"])
def test_the_tour_saves_its_files(tmp_path: Path, wire_format: str) -> None:
    shown = run(
        "examples/tour.py", "--folder", str(tmp_path), "--days", "250", "--wire-format", wire_format
    )
    recording = (tmp_path / "recording.mp3").read_bytes()
    speech = (tmp_path / "announcement.wav").read_bytes()
    assert recording.startswith((b"ID3", b"\xff"))
    assert speech.startswith(b"RIFF")
    assert (tmp_path / "announcement.mp3").stat().st_size > 0
    for words in ("123.45 PLN", "3 of 3 reports", "delivered", "The end."):
        assert words in shown


def test_the_agents_are_watched() -> None:
    shown = run("examples/agents.py")
    for words in ("Ringing with 777123456", "Speaking with 602555444", "Paused", "The end."):
        assert words in shown
    # Each change once.
    assert shown.count("Ringing with 777123456") == 1
