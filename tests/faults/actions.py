"""What both tables of actions share: a call that the sandbox carries out, and what it means."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Generic, TypeVar

from attrs import frozen

ClientT = TypeVar("ClientT")
SandboxT = TypeVar("SandboxT")


class Kind(StrEnum):
    """What a call does, which decides what a fault may cost (RFC 9110, 9.2)."""

    #: Nothing but looking.
    READS = "reads"
    #: Something that is as good once as twice.
    REPEATABLE = "acts, and may act twice"
    #: Something that happens anew each time.
    ACTS = "acts anew each time"
    #: A read whose answer is a file.
    FILE = "fetches a file"


@frozen
class Stage(Generic[SandboxT]):
    """What a call finds: its sandbox, a folder for files, and the seconds that it may take."""

    sandbox: SandboxT
    folder: Path
    timeout: float

    @property
    def target(self) -> Path:
        """Where a file is to be saved."""
        return self.folder / "file"


@frozen(kw_only=True)
class Action(Generic[ClientT, SandboxT]):
    """One documented action, with a call of it that the prepared sandbox carries out."""

    #: The method and, for Daktela, its version: "sms/send", "SendSMS 3.1".
    name: str
    #: How the sandbox's log calls it.
    logged: str
    #: How errors call it.
    called: str
    kind: Kind
    call: Callable[[ClientT, Stage[SandboxT]], Awaitable[object]]
    prepare: Callable[[SandboxT], object]
    #: Secrets of this very call.
    secrets: tuple[str, ...] = ()
    #: The service holds the request, so silence is nothing unusual for a minute.
    held: bool = False
    #: The service refuses to do again what was done, in words that the document does not show.
    refused_again: bool = False

    @property
    def route(self) -> str:
        """What requests for it share with those of no other action."""
        return self.name.partition(" (")[0]


def nothing(_sandbox: object) -> None:
    """Prepare nothing."""
