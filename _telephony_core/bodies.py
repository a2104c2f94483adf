"""Bodies read into bounded memory: size limits that hold after decompression too."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator

#: The Content-Encoding that is asked for and understood.
ACCEPTED_ENCODING = "gzip"

#: How much decompression may give at once before the limit is looked at again.
_STEP = 256 * 1024


class BodyTooLarge(Exception):
    """Tell of a body over the limit."""


class BodyBroken(Exception):
    """Tell of a body whose compression is damaged or unknown."""


class Gunzip:
    """Decompress in steps of bounded size, so that a bomb is noticed before it fills memory."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what the data decompresses to, piece by piece."""
        self._begun = self._begun or bool(data)
        try:
            while data:
                if self._stream.eof:
                    raise BodyBroken("something follows the compressed answer")
                yield self._stream.decompress(data, _STEP)
                data = self._stream.unconsumed_tail or self._stream.unused_data
        except zlib.error as error:
            raise BodyBroken(f"the compression of the answer is damaged ({error})") from error

    def finish(self) -> bytes:
        """Return what was held back, or raise `BodyBroken` when the data ends too early."""
        rest = self._stream.flush()
        if self._begun and not self._stream.eof:
            raise BodyBroken("the compressed answer was cut")
        return rest


async def read_all(chunks: AsyncIterator[bytes], encoding: str, limit: int) -> bytes:
    """Return the whole body, decompressed, or raise as soon as it is over the limit."""
    body = bytearray()

    def keep(piece: bytes) -> None:
        nonlocal body
        body += piece
        if len(body) > limit:
            raise BodyTooLarge(f"the answer is larger than {limit} bytes (max_body)")

    unpack = gunzip(encoding)
    async for chunk in chunks:
        if unpack is None:
            keep(chunk)
            continue
        for piece in unpack.feed(chunk):
            keep(piece)
    if unpack is not None:
        keep(unpack.finish())
    return bytes(body)


def gunzip(encoding: str) -> Gunzip | None:
    """Return what undoes a Content-Encoding, or None when there is nothing to undo."""
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return None
    if name in {"gzip", "x-gzip"}:
        return Gunzip()
    raise BodyBroken(f"the answer has an encoding that was not asked for: {name[:40]!r}")
