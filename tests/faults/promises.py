"""What the clients promise when something goes wrong: one table, by effect and by kind of call.

A fault (see `faults`) has an effect on the call that meets it; what that comes to depends on what
repeating the call would do. Every call is made with `ATTEMPTS` attempts and without delays.
"""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from _telephony_core.errors import (
    Acted,
    ApiError,
    DeadlineExceeded,
    NotSent,
    OutcomeUnknown,
    ProtocolError,
    RateLimited,
    ReplyLost,
    ServerUnavailable,
    StatusError,
    TelephonyError,
)
from tests.faults.actions import Kind

ATTEMPTS = 2


class Effect(StrEnum):
    """What a fault does to one call."""

    NONE = "the answer is good"
    NOT_SENT = "the request never left"
    LOST = "the answer is lost"
    TOO_LATE = "the deadline of the call passes"
    BUSY = "429: come again"
    BUSY_FOR_LONG = "429: come again after more time than is waited for"
    BROKEN = "500"
    DOWN = "502, 503, 504"
    DOWN_FOR_LONG = "503 for more time than is waited for"
    UNREADABLE = "an answer that cannot be understood"
    ELSEWHERE = "a redirect that says: not here"
    DONE_ELSEWHERE = "a redirect that may follow what was done"


@frozen
class Promise:
    """What a call ends in: an error or none, what it says, and how often the server was asked."""

    error: type[TelephonyError] | None
    acted: Acted = Acted.NO
    attempts: int = 1
    transient: bool = False

    def fits(self, error: TelephonyError | None) -> bool:
        """Tell whether a call ended in what was promised."""
        if error is None or self.error is None:
            return error is None and self.error is None
        return type(error) is self.error or (self.error is ApiError and isinstance(error, ApiError))


_NO, _MAYBE = Acted.NO, Acted.MAYBE
_UNKNOWN = Promise(OutcomeUnknown, _MAYBE)
_GOOD = Promise(None)

#: By effect: what a read, a call that may act twice, and a call that acts anew each time end in.
_TABLE: dict[Effect, tuple[Promise, Promise, Promise]] = {
    Effect.NONE: (_GOOD, _GOOD, _GOOD),
    # The one thing after which every call is repeated.
    Effect.NOT_SENT: (
        Promise(NotSent, _NO, attempts=2, transient=True),
        Promise(NotSent, _NO, attempts=2, transient=True),
        Promise(NotSent, _NO, attempts=2, transient=True),
    ),
    Effect.LOST: (
        Promise(ReplyLost, _NO, attempts=2, transient=True),
        Promise(ReplyLost, _MAYBE, attempts=2, transient=True),
        _UNKNOWN,
    ),
    Effect.TOO_LATE: (
        Promise(DeadlineExceeded, _NO, transient=True),
        Promise(DeadlineExceeded, _MAYBE, transient=True),
        _UNKNOWN,
    ),
    # A server that counts requests refuses them before it acts.
    Effect.BUSY: (
        Promise(RateLimited, _NO, attempts=2, transient=True),
        Promise(RateLimited, _NO, attempts=2, transient=True),
        Promise(RateLimited, _NO, transient=True),
    ),
    Effect.BUSY_FOR_LONG: (
        Promise(RateLimited, _NO, transient=True),
        Promise(RateLimited, _NO, transient=True),
        Promise(RateLimited, _NO, transient=True),
    ),
    # A mistake in the server comes again with the request; a server that is away comes back.
    Effect.BROKEN: (
        Promise(ServerUnavailable, _NO, transient=True),
        Promise(ServerUnavailable, _MAYBE, transient=True),
        _UNKNOWN,
    ),
    Effect.DOWN: (
        Promise(ServerUnavailable, _NO, attempts=2, transient=True),
        Promise(ServerUnavailable, _MAYBE, attempts=2, transient=True),
        _UNKNOWN,
    ),
    Effect.DOWN_FOR_LONG: (
        Promise(ServerUnavailable, _NO, transient=True),
        Promise(ServerUnavailable, _MAYBE, transient=True),
        _UNKNOWN,
    ),
    # Asked again, the server would say it again.
    Effect.UNREADABLE: (Promise(ProtocolError, _NO), Promise(ProtocolError, _MAYBE), _UNKNOWN),
    Effect.ELSEWHERE: (Promise(StatusError), Promise(StatusError), Promise(StatusError)),
    Effect.DONE_ELSEWHERE: (Promise(StatusError), Promise(StatusError, _MAYBE), _UNKNOWN),
}

_COLUMNS = {Kind.READS: 0, Kind.FILE: 0, Kind.REPEATABLE: 1, Kind.ACTS: 2}


def promise(effect: Effect, kind: Kind) -> Promise:
    """Return what a call of some kind ends in under an effect."""
    return _TABLE[effect][_COLUMNS[kind]]


def outlived(made: Promise, *, refused: bool) -> Promise:
    """Return what a call ends in when the second attempt is answered well.

    It succeeds; but some services refuse to do again what was done. Not every refusal can be told
    from another one, so it is handed on, and says that the first attempt may have succeeded.
    """
    if refused:
        return Promise(ApiError, _MAYBE, made.attempts)
    return Promise(None, attempts=made.attempts)


def executions(made: Promise, kind: Kind, *, acts: bool, passes: bool = False) -> tuple[int, ...]:
    """Return how often the server may have carried the call out, all attempts together.

    A call that acts anew each time is carried out once at most; of one that may act twice, the
    second may be refused because the first was done.
    """
    if not acts:
        return (int(passes),)
    if kind is Kind.REPEATABLE and made.attempts > 1:
        return tuple(range(1, made.attempts + 1))
    return (made.attempts,)
