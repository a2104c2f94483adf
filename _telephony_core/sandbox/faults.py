"""What can go wrong between a client and a server, each as one small class.

A fault decides whether the method is carried out. Where both are of interest there is a flag
``after_acting``: True means that the server did what it was asked and only the answer suffers.
"""

from __future__ import annotations

import abc
import functools
import gzip
import threading
import zlib
from collections.abc import Callable, Collection

import attrs

from _telephony_core.sandbox.exchange import JSON, Exchange, Reply

HTML = "text/html; charset=utf-8"

ERROR_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>Przerwa techniczna</title></head>"
    "<body><h1>Trwają prace serwisowe</h1><p>Prosimy spróbować później.</p></body></html>\n"
).encode()


class Fault(abc.ABC):
    """The base of all faults; derive from it to make one of your own."""

    @abc.abstractmethod
    async def apply(self, exchange: Exchange) -> None:
        """Answer the request in this fault's way."""


@attrs.frozen
class Late(Fault):
    """Answer properly, but only after some seconds.

    With ``after_acting`` the method is carried out when the request arrives; without, after the
    wait, and not at all if the caller has hung up by then.
    """

    seconds: float
    after_acting: bool = True

    async def apply(self, exchange: Exchange) -> None:
        """Wait before or after acting, then answer."""
        reply = exchange.act() if self.after_acting else None
        if await exchange.pause(self.seconds):
            await exchange.send(reply or exchange.act())


@attrs.frozen
class LostReply(Fault):
    """Drop the connection without an answer.

    ``after_acting`` says whether the method was carried out before. With ``reset`` the connection
    ends in a TCP reset, without it is closed in the ordinary way.
    """

    after_acting: bool
    reset: bool = True

    async def apply(self, exchange: Exchange) -> None:
        """Act if told so and hang up."""
        if self.after_acting:
            exchange.act()
        await exchange.drop(reset=self.reset)


@attrs.frozen
class CutBody(Fault):
    """Act, send only the first part of the body (``keep`` of 1) and close the connection.

    Content-Length promises the whole body.
    """

    keep: float = 0.5

    async def apply(self, exchange: Exchange) -> None:
        """Act, start the answer and hang up in its middle."""
        reply = exchange.act()
        await exchange.start(reply)
        await exchange.part(reply.body[: int(len(reply.body) * self.keep)])
        await exchange.drop(reset=False)


@attrs.frozen
class WrongLength(Fault):
    """Act and answer with a Content-Length that is wrong ``by`` some bytes.

    A negative number promises too little, and the surplus follows on the connection: a client
    that uses the connection again may take it for the beginning of the next answer. A positive
    number promises too much: the missing bytes never come, the connection stays open and silent.
    """

    by: int = -5

    async def apply(self, exchange: Exchange) -> None:
        """Act and send more or less than promised."""
        reply = exchange.act()
        promised = max(len(reply.body) + self.by, 0)
        await exchange.start(reply, length=promised)
        if self.by > 0:
            await exchange.part(reply.body)
            await exchange.gone()
        else:
            await exchange.part(reply.body[:promised], last=True)
            exchange.write_raw(reply.body[promised:])


@attrs.frozen
class HtmlPage(Fault):
    """Answer with an HTML page, as a proxy or a maintenance page does; by default without acting.

    The page's ``status`` is 200 by default.
    """

    status: int = 200
    body: bytes = ERROR_PAGE
    after_acting: bool = False

    async def apply(self, exchange: Exchange) -> None:
        """Act if told so and send the page."""
        if self.after_acting:
            exchange.act()
        await exchange.send(Reply(self.body, HTML, self.status))


@attrs.frozen
class Status(Fault):
    """Answer with an HTTP status such as 429 or 503; by default without acting.

    ``retry_after`` becomes the header of that name: seconds or an HTTP date.
    """

    code: int
    retry_after: str | None = None
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    after_acting: bool = False

    async def apply(self, exchange: Exchange) -> None:
        """Act if told so and send the status."""
        if self.after_acting:
            exchange.act()
        headers = () if self.retry_after is None else (("retry-after", self.retry_after),)
        await exchange.send(Reply(self.body, self.content_type, self.code, headers))


@attrs.frozen
class ApiError(Fault):
    """Answer with the API's own error of that code; by default without acting.

    Where the API's errors have no codes it is the error's text.
    """

    code: int | str
    after_acting: bool = False

    async def apply(self, exchange: Exchange) -> None:
        """Act if told so and send the error."""
        if self.after_acting:
            exchange.act()
        await exchange.send(exchange.error(self.code))


@attrs.frozen
class Malformed(Fault):
    """Act (unless told otherwise) and answer with the given bytes instead of the proper body."""

    body: bytes = b'{"account": {"balance": '
    content_type: str = JSON
    status: int = 200
    after_acting: bool = True

    async def apply(self, exchange: Exchange) -> None:
        """Act if told so and send the given bytes."""
        if self.after_acting:
            exchange.act()
        await exchange.send(Reply(self.body, self.content_type, self.status))


@attrs.frozen
class SlowDrip(Fault):
    """Act and send the body a few bytes at a time, with a delay before each piece."""

    size: int = 1
    delay: float = 0.01

    async def apply(self, exchange: Exchange) -> None:
        """Act and drip; stop when the caller hangs up."""
        reply = exchange.act()
        await exchange.start(reply)
        for begin in range(0, len(reply.body), self.size):
            if not await exchange.pause(self.delay):
                return
            await exchange.part(reply.body[begin : begin + self.size])
        await exchange.part(b"", last=True)


@attrs.frozen
class Redirect(Fault):
    """Answer with a redirect to ``location``; by default without acting."""

    location: str
    status: int = 302
    after_acting: bool = False

    async def apply(self, exchange: Exchange) -> None:
        """Act if told so and send the redirect."""
        if self.after_acting:
            exchange.act()
        await exchange.send(Reply(b"", HTML, self.status, (("location", self.location),)))


@attrs.frozen
class SetCookie(Fault):
    """Act and answer properly, with a cookie that nobody asked for."""

    cookie: str = "session=0123456789abcdef; Path=/"

    async def apply(self, exchange: Exchange) -> None:
        """Act and answer with a Set-Cookie header."""
        reply = exchange.act()
        await exchange.send(
            attrs.evolve(reply, headers=(*reply.headers, ("set-cookie", self.cookie)))
        )


@attrs.frozen
class WrongEncoding(Fault):
    """Act and send the text in another encoding than the header says.

    In "iso-8859-2" a reply without Polish letters is the same; "utf-16" always differs.
    """

    charset: str = "iso-8859-2"

    async def apply(self, exchange: Exchange) -> None:
        """Act and send the body re-encoded."""
        reply = exchange.act()
        body = reply.body.decode("utf-8", "replace").encode(self.charset, "replace")
        await exchange.send(attrs.evolve(reply, body=body))


@attrs.frozen
class FalseGzip(Fault):
    """Act and send the plain body under ``Content-Encoding: gzip``."""

    async def apply(self, exchange: Exchange) -> None:
        """Act and claim a compression that isn't there."""
        reply = exchange.act()
        await exchange.send(
            attrs.evolve(reply, headers=(*reply.headers, ("content-encoding", "gzip")))
        )


@attrs.frozen
class GzipBomb(Fault):
    """Act and answer with a small gzip body that unpacks to ``size`` blanks."""

    size: int = 100_000_000

    async def apply(self, exchange: Exchange) -> None:
        """Act and send the bomb."""
        exchange.act()
        await exchange.send(
            Reply(packed_blanks(self.size), JSON, headers=(("content-encoding", "gzip"),))
        )


@attrs.frozen
class HugeBody(Fault):
    """Act and answer with a plain body of ``size`` blanks, sent as long as somebody reads."""

    size: int = 5_000_000_000

    async def apply(self, exchange: Exchange) -> None:
        """Act and send the blanks."""
        exchange.act()
        await exchange.start(Reply(b""), length=self.size)
        for _ in range(self.size // _BLOCK_SIZE):
            if not await exchange.pause(0):
                return
            await exchange.part(_BLANKS)
        await exchange.part(_BLANKS[: self.size % _BLOCK_SIZE], last=True)


_BLOCK_SIZE = 1 << 16
_BLANKS = b" " * _BLOCK_SIZE


@functools.lru_cache(maxsize=8)
def packed_blanks(size: int) -> bytes:
    """Return a gzip file of ``size`` blanks, made without compressing them all."""
    # After a full flush the compressor starts anew, so that one block can be repeated.
    compressor = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    block = compressor.compress(_BLANKS) + compressor.flush(zlib.Z_FULL_FLUSH)
    blocks, rest = divmod(size, _BLOCK_SIZE)
    end = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    checksum = 0
    for _ in range(blocks):
        checksum = zlib.crc32(_BLANKS, checksum)
    checksum = zlib.crc32(_BLANKS[:rest], checksum)
    header = gzip.compress(b"", mtime=0)[:10]
    trailer = checksum.to_bytes(4, "little") + (size % (1 << 32)).to_bytes(4, "little")
    return header + block * blocks + end.compress(_BLANKS[:rest]) + end.flush() + trailer


@attrs.define
class _Planned:
    path: str
    fault: Fault
    left: int | None


def _as_given(path: str) -> str:
    return path


class FaultPlan:
    """The faults to come, in the order in which they were added.

    ``known`` are the method names that exist: a misspelt one is refused, for it would never fire.
    """

    def __init__(
        self, known: Collection[str] = (), name_of: Callable[[str], str] = _as_given
    ) -> None:
        self._known = known
        self._name_of = name_of
        self._planned: list[_Planned] = []
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._planned)

    def __repr__(self) -> str:
        return f"<FaultPlan of {len(self)} faults>"

    def add(self, path: str, fault: Fault, *, times: int | None = 1) -> None:
        """Let the next ``times`` requests for the method meet the fault; None means every one.

        "*" stands for every method.
        """
        name = path if path == "*" else self._name_of(path)
        if name != "*" and self._known and name not in self._known:
            raise ValueError(f"there is no method {path!r}")
        if times is not None and times < 1:
            raise ValueError(f"a fault must happen at least once, not {times} times")
        with self._lock:
            self._planned.append(_Planned(name, fault, times))

    def take(self, path: str) -> Fault | None:
        """Return the fault that a request for the method meets now, and count it as used."""
        with self._lock:
            for planned in self._planned:
                if planned.path in ("*", path):
                    if planned.left is not None:
                        planned.left -= 1
                        if planned.left == 0:
                            self._planned.remove(planned)
                    return planned.fault
        return None

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._planned.clear()
