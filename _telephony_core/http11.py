"""HTTP/1.1 over one stream, one exchange after the other; h11 knows the grammar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import cast
from urllib.parse import quote

import h11
from attrs import field, frozen

from .exchange import Request, joined_headers
from .failures import ConnectionLost, Unwritable
from .network import Stream
from .settings import split_url

#: The longest head of an answer, in bytes.
_LONGEST_HEAD = 100 * 1024
#: The longest address that is sent, in bytes.
_LONGEST_ADDRESS = 64 * 1024
_ADDRESS = re.compile(r"[\x21-\x7e]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@frozen
class Origin:
    """Where a request goes: connections of one origin are as good as each other."""

    scheme: str
    host: str
    port: int
    #: What stands in the Host header.
    authority: bytes


@frozen
class Head:
    """The head of a request."""

    origin: Origin
    #: It holds all headers, and its `repr` shows them.
    event: h11.Request = field(repr=False)


class HeadWriter:
    """Write the heads of requests.

    Most requests of a client have the same headers as the one before, and to check them takes most
    of the time; so the last ones are kept, checked.
    """

    def __init__(self) -> None:
        self._asked: tuple[Origin, Mapping[str, str], int] | None = None
        self._checked: h11.Request | None = None

    def head_of(self, request: Request) -> Head:
        """Return the head of a request, or raise `Unwritable`."""
        origin, target = _locate(request.url)
        length = len(request.content) if request.content or request.method != "GET" else -1
        asked = (origin, request.headers, length)
        try:
            if asked == self._asked and self._checked is not None:
                # h11 takes headers that it has checked before as they are.
                headers = cast("list[tuple[bytes, bytes]]", self._checked.headers)
            else:
                headers = _headers(origin, request.all_headers(), length)
            event = h11.Request(method=request.method, target=target, headers=headers)
        except (UnicodeEncodeError, h11.LocalProtocolError):
            # What they say quotes the header.
            event = None
        if event is None:
            raise Unwritable
        self._asked, self._checked = asked, event
        return Head(origin, event)


def _headers(origin: Origin, given: Mapping[str, str], length: int) -> list[tuple[bytes, bytes]]:
    headers = [(b"host", origin.authority)]
    headers += [(name.encode("ascii"), value.encode("ascii")) for name, value in given.items()]
    if length >= 0:
        headers.append((b"content-length", b"%d" % length))
    return headers


def _locate(url: str) -> tuple[Origin, str]:
    """Return the origin of an address, and what stands in the first line of the request."""
    scheme, _, rest = url.partition("://")
    authority = re.match(r"[^/?#]*", rest)
    end = len(scheme) + 3 + (authority.end() if authority else 0)
    target = url[end:].partition("#")[0]
    if target[:1] != "/":
        target = f"/{target}"
    if not _ADDRESS.fullmatch(target):
        if _CONTROL.search(target):
            raise Unwritable
        # A link from an answer may hold letters of every script.
        target = quote(target, safe="!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~")
    if len(url) > _LONGEST_ADDRESS:
        raise Unwritable
    return _origin(url[:end]), target


@lru_cache(maxsize=64)
def _origin(url: str) -> Origin:
    parts = split_url(url)
    try:
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if not host:
        raise Unwritable
    usual = 443 if parts.scheme == "https" else 80
    port = usual if parts.port is None else parts.port
    shown = f"[{host}]" if ":" in host else host
    authority = shown if port == usual else f"{shown}:{port}"
    return Origin(parts.scheme, host, port, authority.encode("ascii"))


class HttpConnection:
    """One connection to one origin, which carries one exchange at a time."""

    __slots__ = ("_h11", "_stream", "origin")

    def __init__(self, origin: Origin, stream: Stream) -> None:
        self.origin = origin
        self._stream = stream
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)

    async def send(self, head: Head, content: bytes, timeout: float) -> None:
        """Send a request."""
        data = self._h11.send(head.event)
        if content:
            data += self._h11.send(h11.Data(data=content))
        data += self._h11.send(h11.EndOfMessage())
        await self._stream.write(data, timeout)

    async def receive_head(self, timeout: float) -> tuple[int, dict[str, str]]:
        """Return the status and the headers of the answer."""
        # By its very class: h11's are abstract ones, which makes isinstance() slow.
        while type(event := self._next_event()) is not h11.Response:
            if event is h11.NEED_DATA:
                self._take(await self._stream.read(timeout))
        return event.status_code, joined_headers(list(event.headers))

    async def receive_piece(self, timeout: float) -> bytes | None:
        """Return the next piece of the body, or None after its end."""
        while (event := self._next_event()) is h11.NEED_DATA:
            self._take(await self._stream.read(timeout))
        return bytes(event.data) if type(event) is h11.Data else None

    def ready_again(self) -> bool:
        """Get ready for the next exchange; False when there can be none."""
        if self._h11.our_state is not h11.DONE or self._h11.their_state is not h11.DONE:
            return False
        self._h11.start_next_cycle()
        return not self._h11.trailing_data[0]

    @property
    def disturbed(self) -> bool:
        """Whether something came, or the server closed, after the last answer."""
        return self._stream.disturbed

    def close(self) -> None:
        """Close the connection at once."""
        self._stream.close()

    def _next_event(self) -> object:
        """Return what came next, or that more must come first."""
        try:
            return self._h11.next_event()
        except h11.RemoteProtocolError as error:
            raise ConnectionLost(f"what came is no whole HTTP answer: {error}") from error

    def _take(self, data: bytes) -> None:
        if not data and self._h11.their_state is h11.SEND_RESPONSE:
            raise ConnectionLost("the server closed the connection without an answer")
        self._h11.receive_data(data)
