"""Fixtures for testing applications that use SPIKON; pytest finds them by itself.

`spikon_sandbox` is a fake SPIKON on a free port of this machine, `spikon_client` a client of
it. Both work in tests of pytest-asyncio, of anyio (on asyncio and trio) and without either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from . import SpikonClient
    from .sandbox import Sandbox


@pytest.fixture
def spikon_sandbox() -> Generator[Sandbox]:
    """Serve a new fake SPIKON while the test runs, whose jobs are done at once.

    An application under test reaches it at `spikon_sandbox.url` with `spikon_sandbox.api_key`.
    `clock` makes time pass, `faults` lets requests fail, `log` tells what was asked and done. For
    jobs that take their time, override the fixture::

        @pytest.fixture
        def spikon_sandbox():
            with Sandbox(order_delay=60).running() as sandbox:
                yield sandbox
    """
    from .sandbox import Sandbox

    with Sandbox(order_delay=0, speech_delay=0, sms_steps=(0, 0, 0)).running() as sandbox:
        yield sandbox


@pytest.fixture
def spikon_client(spikon_sandbox: Sandbox) -> SpikonClient:
    """Return a client of `spikon_sandbox` that needs no socket, and so no closing."""
    from . import SpikonClient

    return SpikonClient(
        spikon_sandbox.api_key,
        base_url=spikon_sandbox.url,
        http_client=spikon_sandbox.http_client(),
    )
