"""Requests that are shown and not sent.

A client is handed an httpx client whose transport opens no connection: it takes the request down
and raises. So nothing needs to know of it, and nothing can slip past it.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

import httpx
from attrs import frozen

from ..redaction import HIDDEN

#: Parameters and headers that hold secrets, whatever the service.
_SECRET = frozenset({"api_key", "access_token", "password"})
_SECRET_HEADERS = frozenset({"cookie", "spikon-api-key"})


@frozen(kw_only=True)
class PlannedRequest:
    """A request that would have been sent, without its secrets.

    Attributes:
        method: the HTTP method.
        address: the address, without the query.
        headers: the headers that matter to the service.
        parameters: the parameters, in order; a name can come several times.
    """

    method: str
    address: str
    headers: Mapping[str, str]
    parameters: tuple[tuple[str, str], ...]


class NotSentOnPurpose(Exception):
    """Carry the request that would have been sent out of everything that wanted to send it."""

    def __init__(self, request: PlannedRequest) -> None:
        super().__init__(f"{request.method} {request.address}")
        self.request = request


class _Capture(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise NotSentOnPurpose(plan(request))


def capturing_client() -> httpx.AsyncClient:
    """Return an httpx client that raises `NotSentOnPurpose` for every request."""
    return httpx.AsyncClient(transport=_Capture(), trust_env=False)


def plan(request: httpx.Request) -> PlannedRequest:
    """Return what a request would do, with its secrets hidden."""
    url = request.url
    pairs = [
        pair
        for part in (url.query, request.content)
        for pair in parse_qsl(part.decode(), keep_blank_values=True)
    ]
    # Of a cookie the names are shown: they tell which parameters travel there.
    cookies = request.headers.get("cookie", "").split("; ")
    names = ", ".join(f"{cookie.partition('=')[0]}={HIDDEN}" for cookie in cookies)
    return PlannedRequest(
        method=request.method,
        address=f"{url.scheme}://{url.netloc.decode()}{url.path}",
        headers={
            name: names if name == "cookie" else HIDDEN
            for name in request.headers
            if name in _SECRET_HEADERS
        },
        parameters=tuple((name, HIDDEN if name in _SECRET else value) for name, value in pairs),
    )
