"""Bodies come whole or not at all, and in bounded memory."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from _telephony_core.bodies import (
    ACCEPTED_ENCODING,
    BodyBroken,
    BodyTooLarge,
    Gunzip,
    gunzip,
    read_all,
)

MEGABYTE = 1 << 20
#: 64 MiB of nothing in 64 KiB.
BOMB = gzip.compress(bytes(64 * MEGABYTE))


async def stream(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def whole(pieces: Iterable[bytes], encoding: str = "gzip", limit: int = MEGABYTE) -> bytes:
    async def read() -> bytes:
        return await read_all(stream(pieces), encoding, limit)

    return anyio.run(read)


def pieces_of(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    ends = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(ends)]


@contextmanager
def memory_bounded(limit: int) -> Generator[None, None, None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_a_plain_body_is_itself(encoding: str) -> None:
    assert gunzip(encoding) is None
    assert whole([b"ab", b"", b"c"], encoding) == b"abc"
    assert whole([], encoding) == b""


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", " GZIP ", ACCEPTED_ENCODING])
def test_a_compressed_body_is_undone(encoding: str) -> None:
    assert whole([gzip.compress(b"abc")], encoding) == b"abc"


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd", "x" * 5000])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(BodyBroken, match="an encoding that was not asked for") as caught:
        whole([b"abc"], encoding)
    assert len(str(caught.value)) < 150


@given(st.binary(max_size=3000), st.lists(st.integers(0, 5000), max_size=20))
def test_how_a_body_is_cut_into_chunks_makes_no_difference(data: bytes, cuts: list[int]) -> None:
    assert whole(pieces_of(data, cuts), "") == data
    assert whole(pieces_of(gzip.compress(data), cuts)) == data


def test_a_large_body_comes_in_steps_and_whole() -> None:
    data = random.Random(1).randbytes(100_000) * 20
    assert whole([gzip.compress(data)], limit=len(data)) == data
    pieces = list(Gunzip().feed(gzip.compress(data)))
    assert len(pieces) > 3
    assert max(map(len, pieces)) <= 256 * 1024


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_the_limit_is_exact(encoding: str) -> None:
    body = gzip.compress(b"x" * 1000) if encoding else b"x" * 1000
    assert whole([body], encoding, 1000) == b"x" * 1000
    with pytest.raises(BodyTooLarge, match=r"larger than 999 bytes \(max_body\)"):
        whole([body], encoding, 999)


def test_a_body_over_the_limit_is_not_read_on() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield bytes(1000)

    with pytest.raises(BodyTooLarge):
        whole(endless(), "", 10_000)
    assert taken == 11


@pytest.mark.parametrize("size", [len(BOMB), 1000])
def test_a_bomb_is_stopped_in_bounded_memory(size: int) -> None:
    chunks = [BOMB[n : n + size] for n in range(0, len(BOMB), size)]
    with memory_bounded(4 * MEGABYTE), pytest.raises(BodyTooLarge):
        whole(chunks)


def test_a_bomb_below_the_limit_of_each_chunk_is_stopped_too() -> None:
    with memory_bounded(4 * MEGABYTE), pytest.raises(BodyTooLarge):
        whole((BOMB[n : n + 1] for n in range(len(BOMB))), limit=100_000)


@pytest.mark.parametrize("data", [b"x" * 5000, bytes(range(256)), b""])
def test_a_cut_compressed_body_is_noticed_wherever_it_is_cut(data: bytes) -> None:
    packed = gzip.compress(data)
    for end in range(1, len(packed)):
        with pytest.raises(BodyBroken, match="cut"):
            whole([packed[:end]])


def test_a_body_that_never_began_is_empty() -> None:
    # Such as that of a 204 with a Content-Encoding.
    assert whole([]) == b""
    assert whole([b""]) == b""


@pytest.mark.parametrize("rest", [b"x", b"\0", gzip.compress(b"more", mtime=0)])
@pytest.mark.parametrize("data", [b"abc", b""])
@pytest.mark.parametrize("apart", [False, True])
def test_what_follows_a_compressed_body_is_noticed(data: bytes, rest: bytes, apart: bool) -> None:
    packed = gzip.compress(data)
    with pytest.raises(BodyBroken, match="something follows"):
        whole([packed, rest] if apart else [packed + rest])


def test_what_follows_a_compressed_body_is_not_collected() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        yield gzip.compress(b"abc")
        for _ in range(100):
            taken += 1
            yield bytes(100_000)

    with memory_bounded(4 * MEGABYTE), pytest.raises(BodyBroken, match="something follows"):
        whole(endless())
    assert taken <= 1


@pytest.mark.parametrize(
    "body", [b"not compressed", zlib.compress(b"abc"), b"\x1f\x8b\x09rest...."]
)
def test_a_damaged_compression_is_noticed(body: bytes) -> None:
    with pytest.raises(BodyBroken, match="damaged"):
        whole([body])


def test_a_wrong_checksum_is_noticed() -> None:
    packed = bytearray(gzip.compress(b"abc"))
    packed[-8] ^= 1
    with pytest.raises(BodyBroken, match="damaged"):
        whole([bytes(packed)])


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_any_bytes_are_a_body_or_broken(data: bytes, cuts: list[int]) -> None:
    for body in (data, b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + data):
        try:
            whole(pieces_of(body, cuts))
        except (BodyBroken, BodyTooLarge):
            continue
