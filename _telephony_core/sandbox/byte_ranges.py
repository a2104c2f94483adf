"""Answers to requests for a part of a file (RFC 9110, section 14)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from _telephony_core.sandbox.exchange import Reply

_ONE_RANGE = re.compile(r"bytes=(?:(\d+)-(\d*)|-(\d+))", re.ASCII)


def file_reply(data: bytes, content_type: str, name: str, headers: Mapping[str, str]) -> Reply:
    """Return the file, or the part that the Range and If-Range headers ask for.

    ``headers`` are the request's, with lower-case names. A range that isn't understood, and one
    whose If-Range doesn't match, gives the whole file, as the standard wants.
    """
    etag = f'"{hashlib.sha256(data).hexdigest()[:20]}"'
    about = (
        ("accept-ranges", "bytes"),
        ("etag", etag),
        ("content-disposition", f'attachment; filename="{name}"'),
    )
    wanted = _ONE_RANGE.fullmatch(headers.get("range", ""))
    if wanted is None or headers.get("if-range", etag) != etag:
        return Reply(data, content_type, 200, about)
    size = len(data)
    first, last, tail = wanted.groups()
    if last and int(last) < int(first):
        return Reply(data, content_type, 200, about)
    if tail is not None:
        begin, end = max(size - int(tail), 0), size
    else:
        begin, end = int(first), min(int(last) + 1, size) if last else size
    if begin >= end:
        return Reply(b"", content_type, 416, (*about, ("content-range", f"bytes */{size}")))
    span = f"bytes {begin}-{end - 1}/{size}"
    return Reply(data[begin:end], content_type, 206, (*about, ("content-range", span)))
