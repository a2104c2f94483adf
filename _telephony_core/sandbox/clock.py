"""The fake server's clock, which a test can move."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

WARSAW = ZoneInfo("Europe/Warsaw")
PRAGUE = ZoneInfo("Europe/Prague")


class Clock:
    """Tell the server's time; ``advance()`` moves it without waiting.

    ``source`` gives seconds that never go back. With ``source=anyio.current_time`` the server's
    jobs follow the event loop's time, virtual time included; use that only with the in-process
    client, because it can be read only inside a running event loop.

    ``start`` is the wall-clock moment at which the clock is first read: the present one unless
    told otherwise. A naive ``start`` is taken as local time in ``zone``.
    """

    def __init__(
        self,
        source: Callable[[], float] = time.monotonic,
        start: dt.datetime | None = None,
        *,
        zone: dt.tzinfo = WARSAW,
    ) -> None:
        if start is not None and start.tzinfo is None:
            start = start.replace(tzinfo=zone)
        self._source = source
        self._start = start
        self._zone = zone
        self._origin: float | None = None
        self._offset = 0.0
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> float:
        """Return the seconds on the clock; only differences mean anything."""
        return self._source() + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        if seconds < 0:
            raise ValueError(f"a clock goes forward only, not by {seconds} seconds")
        with self._lock:
            self._offset += seconds
        for listener in tuple(self._listeners):
            listener()

    def on_advance(self, listener: Callable[[], None]) -> None:
        """Call the listener, in the caller's thread, whenever the clock has been moved."""
        self._listeners.append(listener)

    def datetime(self) -> dt.datetime:
        """Return the wall-clock time in the clock's zone."""
        # The origin is taken late: a loop's clock can't be read before the loop runs.
        with self._lock:
            elapsed = self._source()
            if self._origin is None:
                self._origin = elapsed
            if self._start is None:
                self._start = dt.datetime.now(self._zone)
            passed = dt.timedelta(seconds=elapsed - self._origin + self._offset)
            start = self._start
        # Through UTC, for Python adds to an aware time as if no clock were ever changed.
        return (start.astimezone(dt.UTC) + passed).astimezone(self._zone)

    def today(self) -> dt.date:
        """Return the date in the clock's zone."""
        return self.datetime().date()
