"""What stands in front of the pages: a password, headers, and no orders from foreign sites."""

from __future__ import annotations

import base64
import binascii
from secrets import compare_digest
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Nothing but our own files; no script, style or handler inside a page; no framing.
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class SecurityHeaders:
    """Add the headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("cache-control", "no-cache")
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Password:
    """Ask for a password (HTTP Basic, any user name) everywhere but below `free`."""

    def __init__(self, app: ASGIApp, *, password: str, free: str) -> None:
        self._app = app
        self._password = password.encode()
        self._free = f"{free}/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if it has the password."""
        if (
            scope["type"] != "http"
            or scope["path"].startswith(self._free)
            or compare_digest(_password_in(Headers(scope=scope)), self._password)
        ):
            await self._app(scope, receive, send)
            return
        challenge = {"www-authenticate": 'Basic realm="Wallboard", charset="UTF-8"'}
        refusal = PlainTextResponse("A password is needed.", 401, challenge)
        await refusal(scope, receive, send)


def _password_in(headers: Headers) -> bytes:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(credentials, validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""


def from_our_page(request: Request) -> bool:
    """Tell whether a request that acts was made by our own page.

    Browsers send the password along whatever page asks them to. They also say which page it was:
    by Sec-Fetch-Site where the address is https or this machine, by Origin everywhere. A
    request with neither comes from no browser of today, and is refused.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None and origin is None:
        return False
    same_origin = origin is None or urlsplit(origin).netloc == request.headers.get("host", "")
    return site in (None, "same-origin") and same_origin
