"""Backends and clocks for all tests.

A test marked `asyncio` runs by pytest-asyncio; one marked `anyio` runs twice, on asyncio and on
trio. With the marker `virtual_time` both do so on a clock that jumps to the next timer. Coverage
looks away from what is marked `repetitive`.
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import signal
import sys
from collections.abc import Callable, Generator, Mapping
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.virtual_time import VirtualTimeLoop, virtual_trio_clock

if TYPE_CHECKING:
    from coverage import Coverage

# How long an example takes says more of what else the machine does than of the code.
settings.register_profile("unhurried", parent=settings.default, deadline=None)
settings.load_profile("unhurried")


def pytest_configure() -> None:
    """Let the programs that tests start hear of Ctrl-C.

    A shell lets what it starts in the background ignore it, and that is inherited.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the soak be as long as one likes."""
    parser.addoption(
        "--soak",
        type=float,
        default=5.0,
        metavar="SECONDS",
        help="how long calls, watches and faults go on in tests/faults/test_soak.py",
    )


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    if item.get_closest_marker("virtual_time"):
        return {"virtual": VirtualTimeLoop}
    if sys.platform == "win32":
        # The one that programs have there unless they ask for another.
        return {"real": asyncio.ProactorEventLoop}
    return {"real": asyncio.SelectorEventLoop}


@cache
def _load_everything() -> None:
    """Load what is loaded when it is first used: coverage must see that."""
    for name in ("_telephony_core", "spikon_async", "daktela_async"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not module.name.endswith(".__main__"):
                importlib.import_module(module.name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Let coverage look away from what is repetitive: to be watched takes two thirds more time."""
    watching: Coverage | None = None
    if "coverage" in sys.modules and item.get_closest_marker("repetitive"):
        watching = sys.modules["coverage"].Coverage.current()
    if watching is None:
        return (yield)
    _load_everything()
    watching.stop()
    try:
        return (yield)
    finally:
        watching.start()


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, object]]:
    """Return a backend and its options, for anyio's pytest plugin."""
    backend: str = request.param
    virtual = request.node.get_closest_marker("virtual_time")
    if backend == "trio":
        return "trio", {"clock": virtual_trio_clock()} if virtual else {}
    return "asyncio", {"loop_factory": VirtualTimeLoop} if virtual else {}
