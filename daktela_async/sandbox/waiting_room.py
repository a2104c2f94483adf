"""Where held requests wait until something happens, hundreds of them at little cost."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import defaultdict
from collections.abc import Callable, Generator, Hashable

import anyio
import attrs


@attrs.define(eq=False)
class Waiter:
    """One request's place in the room; it can be called from any thread."""

    key: Hashable
    _hop: Callable[[Callable[[], object]], object]
    _called: anyio.Event = attrs.field(factory=anyio.Event)

    def call(self) -> None:
        """Wake the request."""
        with contextlib.suppress(RuntimeError):  # its event loop may have ended
            self._hop(self._called.set)

    async def called(self) -> None:
        """Wait for the next call, and be ready for another."""
        await self._called.wait()
        self._called = anyio.Event()


class WaitingRoom:
    """All held requests by what they wait for."""

    def __init__(self) -> None:
        self._waiters: defaultdict[Hashable, set[Waiter]] = defaultdict(set)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        with self._lock:
            return sum(map(len, self._waiters.values()))

    @contextlib.contextmanager
    def place(self, key: Hashable) -> Generator[Waiter]:
        """Wait in the room while the block lasts."""
        waiter = Waiter(key, _hop())
        with self._lock:
            self._waiters[key].add(waiter)
        try:
            yield waiter
        finally:
            with self._lock:
                self._waiters[key].discard(waiter)

    def call(self, key: Hashable) -> None:
        """Wake those that wait for this."""
        with self._lock:
            for waiter in self._waiters.get(key, ()):
                waiter.call()

    def call_all(self) -> None:
        """Wake everybody: the time has changed, or what comes next."""
        with self._lock:
            for waiters in self._waiters.values():
                for waiter in waiters:
                    waiter.call()


def _hop() -> Callable[[Callable[[], object]], object]:
    """Return what lets the running event loop call a function, from any thread."""
    try:
        return asyncio.get_running_loop().call_soon_threadsafe
    except RuntimeError:
        from trio.lowlevel import current_trio_token

        return current_trio_token().run_sync_soon
