"""The errors of the API: texts, and a class for each text that the document shows."""

import unicodedata
from typing import ClassVar

from _telephony_core.errors import (
    Acted,
    ApiError,
    ClientClosed,
    DeadlineExceeded,
    FlowError,
    InvalidRequest,
    JobFailed,
    JobNotFound,
    NoRecording,
    NotSent,
    OutcomeUnknown,
    ProtocolError,
    RateLimited,
    ReplyLost,
    ServerUnavailable,
    StatusError,
    TelephonyError,
    TransportError,
    WaitTimeout,
)

__all__ = [
    "Acted",
    "AgentNotInQueue",
    "ApiError",
    "CallInProgress",
    "ClientClosed",
    "DaktelaApiError",
    "DeadlineExceeded",
    "FlowError",
    "InvalidRequest",
    "JobFailed",
    "JobNotFound",
    "NoRecording",
    "NotAnEmailQueue",
    "NotFound",
    "NotSent",
    "OutcomeUnknown",
    "PauseNotFound",
    "ProtocolError",
    "RateLimited",
    "ReplyLost",
    "ServerUnavailable",
    "StatusError",
    "StatusNotFound",
    "TelephonyError",
    "TransportError",
    "UserNotFound",
    "WaitTimeout",
]


class DaktelaApiError(ApiError):
    """Tell of a call that the API refused: status 0, with errors as texts, mostly in Czech.

    The document has no list of errors and no numbers for them. The few texts that its samples show
    have classes of their own; how the service words a bad token, an unknown action or a
    missing parameter is not shown.

    Attributes:
        errors: the texts.
    """

    #: How the text begins, in lower case and without accents.
    begins: ClassVar[str] = ""

    def __init__(
        self,
        what: str = "",
        *,
        call: str = "",
        acted: Acted = Acted.NO,
        advice: str = "",
        ids: tuple[str, ...] = (),
        repeated: bool = False,
        errors: tuple[str, ...] = (),
    ) -> None:
        super().__init__(what, call=call, acted=acted, advice=advice, ids=ids, repeated=repeated)
        self.errors = errors


class NotFound(DaktelaApiError):
    """Tell that nothing has the id that was asked for."""

    default_advice = "Check the id: list what there is."


class UserNotFound(NotFound):
    """Tell that there is no such user; GetUser says so of a token that is not valid."""

    begins = "uzivatel neexistuje"
    default_advice = "Check the name of the user; where no user was named, check the access token."


class PauseNotFound(NotFound):
    """Tell that there is no such pause (PauseOn)."""

    begins = "tato pauza nebyla nalezena"
    default_advice = "Take an id from pauses.list()."


class StatusNotFound(NotFound):
    """Tell that there is no such status (ActivityClose)."""

    begins = "stav neexistuje"
    default_advice = "Take a code from records.statuses()."


class AgentNotInQueue(DaktelaApiError):
    """Tell that the agent is not logged in to an outgoing campaign or queue (CreateCall)."""

    begins = "agent neni prihlasen do odchozi"
    default_advice = "Log the agent in first: users.login() and queues.login()."


class CallInProgress(DaktelaApiError):
    """Tell that the agent cannot leave a queue in which a call is under way (LogoutQueue)."""

    begins = "nelze se odhlasit z fronty"
    default_advice = "Try again when the call has ended."


class NotAnEmailQueue(DaktelaApiError):
    """Tell that the queue is not one for e-mail (EmailCreate)."""

    begins = "zadana fronta neni typu email"
    default_advice = "Give the number of a queue of the type email."


_DOCUMENTED: tuple[type[DaktelaApiError], ...] = (
    UserNotFound,
    PauseNotFound,
    StatusNotFound,
    AgentNotInQueue,
    CallInProgress,
    NotAnEmailQueue,
)


def error_for(errors: tuple[str, ...]) -> DaktelaApiError:
    """Return the exception for the errors of one answer; there may be none beside status 0."""
    first = _plain(errors[0]) if errors else ""
    kind = next((known for known in _DOCUMENTED if first.startswith(known.begins)), DaktelaApiError)
    if not errors:
        return kind("the API says that it failed, and not why.", acted=Acted.MAYBE)
    return kind(f"{'; '.join(errors).rstrip('.')}.", errors=errors)


def _plain(text: str) -> str:
    """Return a text in lower case without accents: the samples write Czech with and without."""
    decomposed = unicodedata.normalize("NFD", text.strip().casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
