"""Every error that the clients raise on purpose, in one tree.

    TelephonyError
    ├── InvalidRequest (ValueError)        an argument breaks a limit; nothing was sent
    ├── ClientClosed (RuntimeError)        the client was closed; nothing was sent
    ├── TransportError                     no answer came
    │   ├── NotSent                        ... and the request surely never reached the server
    │   ├── ReplyLost                      ... of a call that may be repeated without harm
    │   └── DeadlineExceeded (TimeoutError)  ... within timeout=
    ├── OutcomeUnknown                     a call that acts went out and its answer is lost
    ├── StatusError                        an HTTP status stands where an answer should
    │   ├── RateLimited                    429
    │   └── ServerUnavailable              500, 502, 503, 504 and their kin
    ├── ProtocolError                      an answer that cannot be understood
    ├── ApiError                           the API itself says no; a subclass for every code
    └── FlowError                          a long-running flow cannot go on
        ├── WaitTimeout (TimeoutError)     its deadline passed; the job may still finish
        ├── JobFailed                      the server gave the job up
        ├── JobNotFound                    the server does not know the job
        └── NoRecording                    the call has no recording that could be downloaded

Every one of them says what happened, to which call, whether the server may have acted on it
(`acted`), what to do next (`advice`) and which jobs were already started (`ids`). All of them
survive `pickle`, because workers send them from process to process.
"""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import contextmanager
from enum import StrEnum
from typing import ClassVar


class Acted(StrEnum):
    """Whether the server acted on the call that failed."""

    NO = "no"
    MAYBE = "maybe"


class TelephonyError(Exception):
    """Be the base of all errors of this library.

    Attributes:
        what: what happened, in one sentence without secrets.
        call: the call that it happened to, such as "POST /api/sms/send".
        acted: whether the server may have acted on the call.
        advice: what to do next.
        ids: the ids of the jobs that were started before the failure, to go on from.
        repeated: whether an earlier attempt at this call may have reached the server too.
        transient: whether the same call may well succeed a little later.
        repeatable: whether making the same call again does no harm, whatever became of this one.
    """

    transient: bool = False
    repeatable: bool = True
    default_advice: ClassVar[str] = ""
    _ids_are: ClassVar[str] = "Started before this"

    def __init__(
        self,
        what: str = "",
        *,
        call: str = "",
        acted: Acted = Acted.NO,
        advice: str = "",
        ids: tuple[str, ...] = (),
        repeated: bool = False,
    ) -> None:
        # Only `what` is positional and everything else has a default: so the pickling and
        # copying that every exception inherits work for the whole tree.
        super().__init__(what)
        self.what = what
        self.call = call
        self.acted = acted
        self.advice = advice or self.default_advice
        self.ids = ids
        self.repeated = repeated

    def __str__(self) -> str:
        parts = [f"{self.call}: {self.what}" if self.call else self.what]
        if self.acted is Acted.MAYBE:
            parts.append("The server may have acted on it.")
        if self.advice:
            parts.append(self.advice)
        if self.ids:
            parts.append(f"{self._ids_are}: id {', '.join(self.ids)}.")
        return " ".join(parts)


class InvalidRequest(TelephonyError, ValueError):
    """Tell of an argument that breaks a documented limit; nothing was sent."""


class ClientClosed(TelephonyError, RuntimeError):
    """Tell of a call on a client that was closed; nothing was sent."""

    default_advice = "Make the call inside the client's `async with` block."


class TransportError(TelephonyError):
    """Tell of a call to which no answer came."""

    transient = True


class NotSent(TransportError):
    """Tell of a call that surely never reached the server: no connection or no free slot."""

    default_advice = "Check the address, the network and the proxy; the call may be made again."

    def __init__(
        self,
        what: str = "",
        *,
        call: str = "",
        advice: str = "",
        ids: tuple[str, ...] = (),
        repeated: bool = False,
        permanent: bool = False,
    ) -> None:
        super().__init__(what, call=call, advice=advice, ids=ids, repeated=repeated)
        # Trying again cannot help against a certificate that is not trusted, say.
        self.transient = not permanent


class ReplyLost(TransportError):
    """Tell of a harmless call whose answer was lost, after every repetition allowed."""

    default_advice = "The call may be made again without harm."


class DeadlineExceeded(TransportError, TimeoutError):
    """Tell of a call that was not answered within its `timeout=`."""

    default_advice = "The call may be made again without harm, with a longer timeout= if need be."


class OutcomeUnknown(TelephonyError):
    """Tell of a call that acts (dials, sends, creates, costs), whose answer was lost.

    It was not repeated, because the server may have acted on it. `__cause__` tells how the answer
    was lost.
    """

    repeatable = False
    default_advice = "Find out whether it took effect before making it again."


class StatusError(TelephonyError):
    """Tell of an HTTP status where an answer of the API should stand.

    Attributes:
        status: the HTTP status.
        retry_after: the seconds after which the server wants to be asked again, if it said so.
        excerpt: the beginning of the body, without secrets.
    """

    def __init__(
        self,
        what: str = "",
        *,
        call: str = "",
        acted: Acted = Acted.NO,
        advice: str = "",
        ids: tuple[str, ...] = (),
        repeated: bool = False,
        status: int = 0,
        retry_after: float | None = None,
        excerpt: str = "",
    ) -> None:
        super().__init__(what, call=call, acted=acted, advice=advice, ids=ids, repeated=repeated)
        self.status = status
        self.retry_after = retry_after
        self.excerpt = excerpt


class RateLimited(StatusError):
    """Tell of HTTP 429: the server refused the call because there were too many."""

    transient = True
    default_advice = "Make fewer calls at a time, and make this one again after retry_after."


class ServerUnavailable(StatusError):
    """Tell of HTTP 500, 502, 503, 504 or another status that says that the server is in trouble."""

    transient = True
    default_advice = "Try again later; if it stays so, ask the provider."


class ProtocolError(TelephonyError):
    """Tell of an answer that cannot be understood: cut, malformed, too large, a foreign page.

    Attributes:
        status: the HTTP status of the answer.
        excerpt: the beginning of the answer, without secrets.
    """

    default_advice = "Look at the excerpt; a proxy or a login page may stand between."

    def __init__(
        self,
        what: str = "",
        *,
        call: str = "",
        acted: Acted = Acted.NO,
        advice: str = "",
        ids: tuple[str, ...] = (),
        repeated: bool = False,
        status: int = 0,
        excerpt: str = "",
    ) -> None:
        super().__init__(what, call=call, acted=acted, advice=advice, ids=ids, repeated=repeated)
        self.status = status
        self.excerpt = excerpt

    def __str__(self) -> str:
        text = super().__str__()
        return f"{text} HTTP {self.status}, excerpt: {self.excerpt!r}" if self.status else text


class ApiError(TelephonyError):
    """Be the base of the errors that the APIs document."""


class FlowError(TelephonyError):
    """Tell of a long-running flow that cannot go on; `ids` say where to take it up again."""


class WaitTimeout(FlowError, TimeoutError):
    """Tell of a job that was not done when the deadline of the wait passed; it may still finish.

    Attributes:
        last_state: the last state seen, or None if none was.
        waited: the seconds waited.
    """

    transient = True
    default_advice = "Nothing was cancelled: wait again with the same id."

    def __init__(
        self,
        what: str = "",
        *,
        call: str = "",
        advice: str = "",
        ids: tuple[str, ...] = (),
        last_state: str | None = None,
        waited: float = 0.0,
    ) -> None:
        super().__init__(what, call=call, advice=advice, ids=ids)
        self.last_state = last_state
        self.waited = waited


class JobFailed(FlowError):
    """Tell of a job that the server gave up.

    Attributes:
        state: the final state.
        reason: what the server says of it, if anything.
    """

    def __init__(
        self,
        what: str = "",
        *,
        call: str = "",
        advice: str = "",
        ids: tuple[str, ...] = (),
        state: str = "",
        reason: str = "",
    ) -> None:
        super().__init__(what, call=call, advice=advice, ids=ids)
        self.state = state
        self.reason = reason


class JobNotFound(FlowError):
    """Tell of a job that the server does not know: a wrong id, or one that has expired."""

    default_advice = "Check the id and the account; if the job has expired, start it again."
    # Nobody knows whether it was started.
    _ids_are = "Waited for"


class NoRecording(FlowError):
    """Tell of a call that has no recording that could be downloaded from the service."""


@contextmanager
def started(ids: Collection[str]) -> Generator[None, None, None]:
    """Add the ids of jobs started until then to whatever error ends the block.

    Any other exception, a cancellation among them, gets them as a note: a `TimeoutError` of
    `asyncio.timeout` shows it in its traceback.
    """
    try:
        yield
    except TelephonyError as error:
        error.ids = tuple(dict.fromkeys((*ids, *error.ids)))
        raise
    except BaseException as error:
        if ids:
            error.add_note(f"Started before this: id {', '.join(ids)}.")
        raise
