"""Answers to range requests."""

from __future__ import annotations

import pytest

from _telephony_core.sandbox.byte_ranges import file_reply
from _telephony_core.sandbox.exchange import Reply

DATA = bytes(range(100))


def ask(**headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return file_reply(DATA, "audio/mpeg", "a.mp3", named)


def test_without_a_range_the_whole_file_comes_and_says_that_ranges_work() -> None:
    reply = ask()
    assert (reply.status, reply.body, reply.content_type) == (200, DATA, "audio/mpeg")
    headers = dict(reply.headers)
    assert headers["accept-ranges"] == "bytes"
    assert headers["content-disposition"] == 'attachment; filename="a.mp3"'
    assert "content-range" not in headers


@pytest.mark.parametrize(
    ("wanted", "begin", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=40-", 40, 100),
        ("bytes=-30", 70, 100),
        ("bytes=-300", 0, 100),
        ("bytes=90-500", 90, 100),
    ],
)
def test_a_range_gives_that_part(wanted: str, begin: int, end: int) -> None:
    reply = ask(range=wanted)
    assert (reply.status, reply.body) == (206, DATA[begin:end])
    assert dict(reply.headers)["content-range"] == f"bytes {begin}-{end - 1}/100"


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(wanted: str) -> None:
    reply = ask(range=wanted)
    assert (reply.status, reply.body) == (416, b"")
    assert dict(reply.headers)["content-range"] == "bytes */100"


@pytest.mark.parametrize("wanted", ["bytes=5-2", "bytes=0-1,5-6", "bytes=", "lines=1-2", "x"])
def test_a_range_that_makes_no_sense_gives_the_whole_file(wanted: str) -> None:
    assert (ask(range=wanted).status, ask(range=wanted).body) == (200, DATA)


def test_if_range_gives_the_part_of_the_same_file_and_the_whole_of_another() -> None:
    etag = dict(ask().headers)["etag"]
    assert ask(range="bytes=50-", if_range=etag).status == 206
    assert ask(range="bytes=50-", if_range='"other"').status == 200
    assert dict(file_reply(b"x", "audio/mpeg", "a.mp3", {}).headers)["etag"] != etag
