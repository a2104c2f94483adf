"""What a command has begun, so that whatever ends it early can say how to go on."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Sequence
from contextlib import contextmanager


class Begun:
    """Remember what was begun at the service and not yet seen to its end."""

    def __init__(self) -> None:
        self.ids: tuple[str, ...] = ()
        self._resume: tuple[str, ...] = ()
        self._unsure = ""

    @contextmanager
    def acting(self, unsure: str) -> Generator[None, None, None]:
        """Mark a call that acts; `unsure` is what must be said should it be interrupted."""
        try:
            yield
        except Exception:
            # An error of the library says by itself what may have happened.
            raise
        except BaseException:
            self._unsure = unsure
            raise

    def begin(self, ids: Sequence[str], *resume: str) -> None:
        """Note the ids of jobs, and the command that goes on with them."""
        self.ids = tuple(ids)
        self._resume = resume

    def finish(self) -> None:
        """Note that everything is done."""
        self.ids = ()

    def advice(self) -> str:
        """Say how to go on after an early end; empty if there is nothing to say."""
        if self._unsure:
            return self._unsure
        if not self.ids:
            return ""
        return f"Begun: id {', '.join(self.ids)}. Go on with: {shlex.join(self._resume)}"
