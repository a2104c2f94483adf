"""The hub: every change goes once to each open page, and no page waits for another."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager

import anyio

from .board import Board
from .shown import Patch

#: Messages that may wait for one page. A page that is further behind gets the whole board instead.
MOST_WAITING = 64
#: Pages open at once; each costs a connection and a task.
MOST_PAGES = 200


class Full(Exception):
    """Tell of a page too many."""


def encode(patch: Patch) -> bytes:
    """Return a patch as one server-sent event; JSON escapes all line ends."""
    return b"data: " + json.dumps(patch, separators=(",", ":")).encode() + b"\n\n"


class Page:
    """One open page: the messages that it has not taken yet."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._waiting: deque[bytes] = deque()
        # The first thing that a page gets is the whole board.
        self._behind = True
        self._closed = False
        self._woken = anyio.Event()

    def put(self, message: bytes) -> None:
        """Leave a message; it never waits. What a page does not take is bounded."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            self._behind = True
        if not self._behind:
            self._waiting.append(message)
        self._woken.set()

    def close(self) -> None:
        """End it: `take` returns None from now on."""
        self._closed = True
        self._woken.set()

    async def take(self, patience: float) -> bytes | None:
        """Return the next message: after `patience` seconds one with the time alone.

        A page that is behind gets the whole board; a closed one gets None.
        """
        with anyio.move_on_after(patience):
            while not (self._closed or self._behind or self._waiting):
                self._woken = anyio.Event()
                await self._woken.wait()
        if self._closed:
            return None
        if self._behind:
            self._behind = False
            return encode(self._board.snapshot())
        if self._waiting:
            return self._waiting.popleft()
        return encode({"now": self._board.now()})


class Hub:
    """All open pages of one board."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._pages: set[Page] = set()
        self._closed = False
        board.on_patch = self.publish

    def __len__(self) -> int:
        return len(self._pages)

    def publish(self, patch: Patch) -> None:
        """Leave a patch for every page; it is encoded once."""
        if self._pages:
            message = encode(patch)
            for page in self._pages:
                page.put(message)

    @contextmanager
    def join(self) -> Generator[Page]:
        """Open a page for as long as the block lasts; raise `Full` when there are too many."""
        if self._closed or len(self._pages) >= MOST_PAGES:
            raise Full
        page = Page(self._board)
        self._pages.add(page)
        try:
            yield page
        finally:
            self._pages.discard(page)

    def close(self) -> None:
        """End all pages: the server is about to stop, and would wait for them."""
        self._closed = True
        for page in self._pages:
            page.close()
