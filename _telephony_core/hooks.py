"""Who hears of every attempt at a call: for metrics, traces and a second look at night."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum
from itertools import count
from typing import TypeVar

from attrs import frozen

from .calls import Semantics
from .drift import Drift
from .errors import Acted

EventT = TypeVar("EventT")

#: Numbers the calls of this process.
next_call_id = count(1).__next__


class AttemptOutcome(StrEnum):
    """How one attempt at a call ended.

    ANSWERED: an HTTP answer came, whatever its status says. NOT_SENT: no connection, so that the
    server never saw it. LOST: it went out, and no whole answer came. GIVEN_UP: the task was
    cancelled, or the deadline of the call passed. FAILED: something else went wrong, such as an
    answer that is too large or cannot be unpacked.
    """

    ANSWERED = "answered"
    NOT_SENT = "not sent"
    LOST = "lost"
    GIVEN_UP = "given up"
    FAILED = "failed"


@frozen(kw_only=True)
class RequestEvent:
    """An attempt at a call begins: it queues for a connection now.

    Attributes:
        call_id: a number that all events of this call share, and no other call of this process.
        call: the call as errors name it, such as "POST /api/sms/send".
        semantics: what repeating it would do.
        attempt: which attempt this is, from 1.
    """

    call_id: int
    call: str
    semantics: Semantics
    attempt: int


@frozen(kw_only=True)
class ResponseEvent:
    """An attempt at a call is over, with an answer or without one.

    Attributes:
        call_id: the number of the call.
        call: the call as errors name it.
        semantics: what repeating it would do.
        attempt: which attempt it was, from 1.
        outcome: how it ended.
        status: the HTTP status, if an answer came. An API may well refuse with status 200.
        seconds: how long it took, waiting for a connection included.
        error: what went wrong, if anything did, without secrets.
    """

    call_id: int
    call: str
    semantics: Semantics
    attempt: int
    outcome: AttemptOutcome
    status: int | None
    seconds: float
    error: str


@frozen(kw_only=True)
class RetryEvent:
    """A call will be attempted again.

    Attributes:
        call_id: the number of the call.
        call: the call as errors name it.
        attempt: which attempt failed, from 1.
        delay: the seconds until the next one.
        reason: why it failed, such as "HTTP 503".
    """

    call_id: int
    call: str
    attempt: int
    delay: float
    reason: str


@frozen(kw_only=True)
class ResultEvent:
    """A call is over, with all its attempts: its caller gets what it gives, or an error.

    Attributes:
        call_id: the number of the call.
        call: the call as errors name it.
        semantics: what repeating it would do.
        seconds: how long it took, repetitions and the reading of the answer included.
        error: the name of the error that it ended in, such as "OutcomeUnknown"; "" for none. Not
            its text, which may quote what the API says of a parameter. `NoElementsFound` may be
            an empty list to the caller.
        acted: whether the server may have acted on a call that ended in an error of this library;
            None after any other end.
    """

    call_id: int
    call: str
    semantics: Semantics
    seconds: float
    error: str
    acted: Acted | None


@frozen(kw_only=True)
class Hooks:
    """Say who hears of what a client does. None of them learns parameters, numbers or secrets.

    They are called in the event loop, in the task that makes the call (`on_drift` too), so they
    must be quick, and context variables are those of the caller. What they raise is logged and
    goes no further: a call that has dialled must not look failed because of a metric.

    Attributes:
        on_request: an attempt at a call begins; an `on_response` follows in every case.
        on_response: it is over.
        on_retry: it will be made again.
        on_result: the call is over, and so it ended for its caller; told once for each call, and
            last.
        on_drift: an answer holds a field or a value that the API's document does not name; told
            once for each of them.
    """

    on_request: Callable[[RequestEvent], None] | None = None
    on_response: Callable[[ResponseEvent], None] | None = None
    on_retry: Callable[[RetryEvent], None] | None = None
    on_result: Callable[[ResultEvent], None] | None = None
    on_drift: Callable[[Drift], None] | None = None


def tell(hook: Callable[[EventT], None], event: EventT, logger: logging.Logger) -> None:
    """Call a hook, and log what it raises."""
    try:
        hook(event)
    except Exception:
        logger.exception("a hook failed, which changes nothing for the call: %r", hook)


#: Nobody hears of anything.
NO_HOOKS = Hooks()
