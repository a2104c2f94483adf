"""Let httpx carry the requests of clients that have no `http_client=`, so that respx hears them."""

from __future__ import annotations

import ssl
from collections.abc import Generator
from contextlib import contextmanager

import httpx
import pytest
import respx

from _telephony_core.by_httpx import HttpxCarrier
from _telephony_core.connections import Connections

_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _choose(_connections: Connections, _place: str) -> HttpxCarrier:
    return HttpxCarrier(httpx.AsyncHTTPTransport(verify=_NO_TLS))


@contextmanager
def intercepted(
    base_url: str | None = None, *, assert_all_called: bool = True
) -> Generator[respx.MockRouter]:
    """Answer all requests by the routes of a respx router."""
    with (
        pytest.MonkeyPatch.context() as patch,
        respx.mock(base_url=base_url, assert_all_called=assert_all_called) as router,
    ):
        patch.setattr(Connections, "_choose", _choose)
        yield router
