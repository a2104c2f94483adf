"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

#: Whose versions the figures depend on.
_PACKAGES = (
    "httpx",
    "httpcore",
    "anyio",
    "attrs",
    "cattrs",
    "xmltodict",
    "aiohttp",
    "httpx-aiohttp",
    "daktela",
    "telnyx",
    "openai",
    "pydantic",
    "msgspec",
)


def describe() -> str:
    """Return a paragraph about the machine, the interpreter, the libraries and the day."""
    today = datetime.now(UTC).date()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return (
        f"{today}; {_cores()} x {_processor()}, {platform.system()}"
        f" {platform.release().partition('-')[0]}; {python}; {', '.join(_versions(_PACKAGES))}."
    )


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    """Return the model, which Linux tells here alone."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text("utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _versions(packages: Iterable[str]) -> Iterable[str]:
    for package in packages:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            yield f"no {package}"
