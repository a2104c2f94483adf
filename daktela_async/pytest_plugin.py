"""Fixtures for testing applications that use Daktela; pytest finds them by itself.

`daktela_sandbox` is a fake Daktela on a free port of this machine, `daktela_client` a client of
it. Both work in tests of pytest-asyncio, of anyio (on asyncio and trio) and without either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from . import DaktelaClient
    from .sandbox import Sandbox


@pytest.fixture
def daktela_sandbox() -> Generator[Sandbox]:
    """Serve a new fake Daktela while the test runs, which sends and delivers messages at once.

    An application under test reaches it at `daktela_sandbox.url` with
    `daktela_sandbox.access_token`. `agents` makes telephones ring, `clock` makes time pass,
    `faults` lets requests fail, `log` tells what was asked and done. For other settings, override
    the fixture::

        @pytest.fixture
        def daktela_sandbox():
            with Sandbox(sms_delivery=60).running() as sandbox:
                yield sandbox
    """
    from .sandbox import Sandbox

    with Sandbox(sms_delay=0, sms_pace=0, sms_delivery=0).running() as sandbox:
        yield sandbox


@pytest.fixture
def daktela_client(daktela_sandbox: Sandbox) -> DaktelaClient:
    """Return a client of `daktela_sandbox` that needs no socket, and so no closing."""
    from . import DaktelaClient

    return DaktelaClient(
        daktela_sandbox.url,
        access_token=daktela_sandbox.access_token,
        http_client=daktela_sandbox.http_client(),
    )
