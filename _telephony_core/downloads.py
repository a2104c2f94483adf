"""A streamed body into a file: whole or not at all, gone on with after a cut, checked."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Generator,
    Mapping,
    Sequence,
)
from contextlib import aclosing, contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup
from attrs import evolve, field, frozen

from .attempts import Delivery, Reply
from .errors import ProtocolError
from .exchange import Answer, Attempt, Request
from .settings import check_scheme, origin, split_url
from .transport import Transport

#: Large pieces: reading and writing a megabyte at a time is about twice as fast as by default.
_PIECE = 1 << 20
#: So many bytes are brought to the disk together.
_SYNCED_TOGETHER = 16 << 20
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)", re.ASCII)


@frozen(kw_only=True)
class DownloadProgress:
    """Tell how far a download is.

    Attributes:
        received: bytes received until now; it can fall back to 0 when a server starts over.
        total: bytes in all, if the server said so.
    """

    received: int
    total: int | None


@frozen(kw_only=True)
class DownloadedFile:
    """A file that was downloaded.

    Attributes:
        path: where it is.
        size: its size in bytes.
        content_type: what the server said it is, such as "audio/mpeg".
        sha256: its SHA-256 in hexadecimal digits.
    """

    path: Path
    size: int
    content_type: str
    sha256: str


@frozen(kw_only=True)
class DownloadOptions:
    """Say how to download.

    Attributes:
        credentials: headers for the origin of the first request alone, never for another one.
        sha256: the SHA-256 that the file must have; None takes any.
        on_progress: called after each piece.
        accept: told the content type and the first bytes of a body; returns whether it is a file
            of the kind wanted. What is not is read as an answer of the API instead.
        suffix: told the content type; returns what is added to the name of the file.
    """

    credentials: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    sha256: str | None = None
    on_progress: Callable[[DownloadProgress], None] | None = None
    accept: Callable[[str, bytes], bool] = lambda _content_type, _start: True
    suffix: Callable[[str], str] = lambda _content_type: ""


async def download(
    transport: Transport,
    request: Request,
    path: Path,
    delivery: Delivery,
    options: DownloadOptions,
) -> DownloadedFile | Reply:
    """Stream a body to a temporary file beside `path`, and rename it when it is complete.

    A cut transfer goes on where it stopped if the server can do that (a strong validator, and a
    matching 206), else it starts over; attempts that brought something do not count. Redirects
    are followed, without the credentials as soon as they leave the origin. A body that
    `options.accept` does not take, or a status that is no success, is returned as a `Reply`.
    Whatever fails, `path` stays as it was and the temporary file is gone.
    """
    part = path.with_name(f".download-{secrets.token_hex(8)}.part")
    # Opened, closed and deleted on the spot: a cancelled task does not wait for a thread, which
    # could make the file after everybody has gone.
    target = _Target(part)
    try:
        try:
            transfer = _Transfer(transport, request, delivery, options, target)
            reply = await transport.deliver(transfer.attempt, delivery)
            if not transfer.complete:
                return reply
            digest = target.digest.hexdigest()
            if options.sha256 is not None and digest != options.sha256.lower():
                raise ProtocolError(
                    f"the file has the SHA-256 {digest}, not {options.sha256}.", call=delivery.name
                )
            await anyio.to_thread.run_sync(target.sync)
        finally:
            target.close()
        content_type = reply.headers.get("content-type", "")
        final = path.with_name(path.name + options.suffix(content_type))
        await anyio.to_thread.run_sync(_move, part, final)
    except _OurTrouble as trouble:
        raise trouble.error from None
    finally:
        part.unlink(missing_ok=True)
    return DownloadedFile(path=final, size=target.size, content_type=content_type, sha256=digest)


class _OurTrouble(Exception):
    """Carry an error of the disk or of the caller past the transport, which would try again."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


@contextmanager
def _on_our_side() -> Generator[None, None, None]:
    try:
        yield
    except Exception as error:
        raise _OurTrouble(error) from error


class _Target:
    """The temporary file: what it holds, and the digest of that."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb")
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, chunks: Sequence[bytes]) -> None:
        for chunk in chunks:
            self._file.write(chunk)
            self.digest.update(chunk)
            self.size += len(chunk)

    def clear(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self.digest = hashlib.sha256()
        self.size = 0

    def sync(self) -> None:
        """Bring everything to the disk: a rename must not come before the content."""
        self._file.flush()
        self.sync_written()

    def sync_written(self) -> None:
        """Bring to the disk what the system has, while more may be written."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        # What is left unwritten is of no use to anybody by now.
        with suppress(OSError):
            self._file.close()


class _Writer:
    """Write one piece in a worker thread while the next one comes in; never more than the two.

    What is written is brought to the disk meanwhile, in another thread: to do all of that at the
    end would make a large download a quarter longer.
    """

    def __init__(self, target: _Target, group: TaskGroup) -> None:
        self.failure: Exception | None = None
        self._target = target
        self._group = group
        self._chunks: list[bytes] = []
        self._size = 0
        self._written = anyio.Event()
        self._written.set()
        self._synced = target.size
        self._syncing = False

    async def take(self, chunk: bytes) -> None:
        """Add to the piece, and hand it over when it is large enough."""
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size >= _PIECE:
            await self._hand_over()

    async def end(self) -> None:
        """Hand over what is left; the group waits for it."""
        if self._chunks:
            await self._hand_over()

    async def _hand_over(self) -> None:
        await self._written.wait()
        self._written = anyio.Event()
        self._group.start_soon(self._write, self._chunks)
        self._chunks, self._size = [], 0

    async def _write(self, chunks: Sequence[bytes]) -> None:
        try:
            await self._in_thread(partial(self._target.write, chunks))
        finally:
            self._written.set()
        if self._target.size - self._synced >= _SYNCED_TOGETHER and not self._syncing:
            self._syncing, self._synced = True, self._target.size
            self._group.start_soon(self._sync)

    async def _sync(self) -> None:
        await self._in_thread(self._target.sync_written)
        self._syncing = False

    async def _in_thread(self, work: Callable[[], None]) -> None:
        try:
            await anyio.to_thread.run_sync(work)
        except Exception as error:
            # Nothing more need be read.
            self.failure = error
            self._group.cancel_scope.cancel()


class _Transfer:
    """Fetch one body over as many attempts as it takes."""

    def __init__(
        self,
        transport: Transport,
        request: Request,
        delivery: Delivery,
        options: DownloadOptions,
        target: _Target,
    ) -> None:
        self.complete = False
        self._transport = transport
        self._request = request
        self._delivery = delivery
        self._options = options
        self._target = target
        #: What names this very version of the file, for If-Range; without it nothing is resumed.
        self._validator: str | None = None
        #: The most bytes that any attempt got to.
        self._farthest = 0
        #: Where the next request goes, and why it is needed.
        self._url, self._ask_again = request.url, ""

    async def attempt(self, attempt: Attempt) -> Reply:
        """Make one attempt, following redirects, from where the last one stopped."""
        self._url = self._request.url
        for _ in range(_MOST_REDIRECTS + 1):
            request = evolve(self._request, url=self._url, headers=self._headers(self._url))
            take = partial(self._take, attempt=attempt)
            reply = await self._transport.exchange(request, self._delivery, take, attempt)
            if reply is not None:
                return reply
        raise ProtocolError(self._ask_again, call=self._delivery.name)

    async def _take(self, answer: Answer, attempt: Attempt) -> Reply | None:
        """Return what the answer comes to, or None when the server must be asked again."""
        location = answer.headers.get("location")
        if answer.status in _REDIRECTS and location:
            self._ask_again = f"more than {_MOST_REDIRECTS} redirects."
            self._url = urljoin(self._url, location)
            check_scheme(split_url(self._url), self._transport.settings.allow_http)
            return None
        if not self._matches(answer):
            self._ask_again = "the server sends only parts of the file, which do not fit."
            await self._start_over()
            return None
        return await self._receive(answer, attempt)

    def _headers(self, url: str) -> dict[str, str]:
        headers = {**self._request.headers, "accept-encoding": "identity"}
        if origin(url) == origin(self._request.url):
            headers |= self._options.credentials
        if self._target.size and self._validator:
            headers |= {"range": f"bytes={self._target.size}-", "if-range": self._validator}
        return headers

    def _matches(self, answer: Answer) -> bool:
        """Tell whether the answer can be used; a part must go on where the same file ends."""
        if answer.status == 206:
            found = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", ""))
            # RFC 9110, 15.3.7.3: parts of different versions are never put together.
            same = _strong_validator(answer.headers) in {None, self._validator}
            size = self._target.size
            return found is not None and int(found[1]) == size and (same or not size)
        return not (answer.status == 416 and self._target.size)

    async def _start_over(self) -> None:
        self._validator = None
        with _on_our_side():
            await anyio.to_thread.run_sync(self._target.clear)

    async def _receive(self, answer: Answer, attempt: Attempt) -> Reply:
        if answer.status not in {200, 206}:
            return await self._transport.read(self._delivery, answer)
        if answer.status == 200 and self._target.size:
            await self._start_over()
        size, headers = self._target.size, answer.headers
        encoding = headers.get("content-encoding", "identity")
        if encoding != "identity":
            raise ProtocolError(
                f"the file comes compressed ({encoding[:20]!r}), though that was not asked for.",
                call=self._delivery.name,
                status=answer.status,
            )
        # A part that goes on need not repeat what names the file; a file that begins must.
        self._validator = _strong_validator(headers) or (self._validator if size else None)
        total = _total(answer)
        start = await anext(answer, b"")
        wanted = size or self._options.accept(headers.get("content-type", ""), start)
        async with aclosing(_put_back(start, answer)) as pieces:
            if not wanted:
                return await self._transport.read(self._delivery, answer, pieces)
            await self._store(pieces, total, attempt)
        if total not in {None, self._target.size}:
            raise ProtocolError(
                f"the file has {self._target.size} bytes instead of {total}.",
                call=self._delivery.name,
                status=answer.status,
            )
        self.complete = True
        return Reply(answer.status, headers, b"")

    async def _store(
        self, chunks: AsyncIterator[bytes], total: int | None, attempt: Attempt
    ) -> None:
        """Write the chunks; what came before a cut is kept too."""
        received = self._target.size
        failure: Exception | None = None
        group = anyio.create_task_group()
        writer = _Writer(self._target, group)
        async with group:
            try:
                async for chunk in chunks:
                    received += len(chunk)
                    self._note(received, total, attempt)
                    await writer.take(chunk)
            except Exception as error:
                # It is raised when the rest is written, and out here, where no group wraps it.
                failure = error
            await writer.end()
        if writer.failure is not None:
            raise _OurTrouble(writer.failure) from writer.failure
        if failure is not None:
            raise failure

    def _note(self, received: int, total: int | None, attempt: Attempt) -> None:
        """Tell how far the download is."""
        if received > self._farthest:
            # What came before, and came again, is no progress.
            self._farthest = received
            attempt.progressed = self._validator is not None
        if self._options.on_progress is not None:
            with _on_our_side():
                self._options.on_progress(DownloadProgress(received=received, total=total))


async def _put_back(start: bytes, rest: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    if start:
        yield start
    async for chunk in rest:
        yield chunk


def _total(answer: Answer) -> int | None:
    """Return the size of the whole file, if the server tells it."""
    if found := _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", "")):
        return int(found[2])
    length = answer.headers.get("content-length", "")
    return int(length) if length.isdecimal() else None


def _strong_validator(headers: Mapping[str, str]) -> str | None:
    """Return what If-Range may hold (RFC 9110, 13.1.5): a strong ETag, else a modification date."""
    etag = headers.get("etag", "")
    return (etag if not etag.startswith("W/") else "") or headers.get("last-modified") or None


def _move(part: Path, path: Path) -> None:
    part.replace(path)
    if os.name == "posix":
        # The rename itself is on the disk only when the folder is.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
