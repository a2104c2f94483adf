"""The errors of chapter 5, one class a code, and what to do about each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

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

if TYPE_CHECKING:
    from .wire import Fault

__all__ = [
    "Acted",
    "AlreadyExists",
    "ApiError",
    "ApiKeyMissing",
    "ApiTurnedOff",
    "ClientClosed",
    "DeadlineExceeded",
    "FlowError",
    "Forbidden",
    "GeneralFailure",
    "InvalidRequest",
    "IpNotWhitelisted",
    "JobFailed",
    "JobNotFound",
    "NoElementsFound",
    "NoRecording",
    "NotReady",
    "NotSent",
    "OutcomeUnknown",
    "ParameterMissing",
    "ProtocolError",
    "RateLimited",
    "ReplyLost",
    "ServerUnavailable",
    "SpikonApiError",
    "StatusError",
    "TelephonyError",
    "TransportError",
    "UnknownApiKey",
    "UnknownErrorCode",
    "UnknownMethod",
    "WaitTimeout",
    "WrongDataFormat",
    "WrongParameterValue",
]


class SpikonApiError(ApiError):
    """Be the base of the errors that SPIKON answers with (chapter 5).

    Attributes:
        code: the number of the error; None when the answer names none.
        text: its name as the server wrote it, often with a detail.
        desc: which parameter is wrong or missing, for codes -6 and -7.
        faults: all errors of the answer; this exception stands for the first.
    """

    documented_code: ClassVar[int | None] = None
    #: The advice about a call that only reads, where it is another one.
    advice_for_reads: ClassVar[str] = ""

    def __init__(
        self,
        what: str = "",
        *,
        call: str = "",
        acted: Acted = Acted.NO,
        advice: str = "",
        ids: tuple[str, ...] = (),
        repeated: bool = False,
        faults: tuple[Fault, ...] = (),
    ) -> None:
        super().__init__(what, call=call, acted=acted, advice=advice, ids=ids, repeated=repeated)
        self.faults = faults
        self.code = faults[0].code if faults else self.documented_code
        self.text = faults[0].text if faults else ""
        self.desc = faults[0].desc if faults else ""


class UnknownMethod(SpikonApiError):
    """Tell of code -1: the service has no such method."""

    documented_code = -1
    default_advice = "Check base_url; the service may have changed its address."


class ApiKeyMissing(SpikonApiError):
    """Tell of code -2: the key did not arrive."""

    documented_code = -2
    default_advice = "Something on the way may drop the form or its header; check the proxy."


class UnknownApiKey(SpikonApiError):
    """Tell of code -3: the key is not known, most often because a new one was generated."""

    documented_code = -3
    default_advice = (
        'Look the key up in the panel: "Ustawienia i dodatki" -> "API - ustawienia" (section 3.2).'
    )


class ApiTurnedOff(SpikonApiError):
    """Tell of code -4: the API is switched off for this account."""

    documented_code = -4
    default_advice = (
        'Switch it on in the panel: "Ustawienia i dodatki" -> "API - ustawienia" (section 3.2).'
    )


class IpNotWhitelisted(SpikonApiError):
    """Tell of code -5: the address of this machine is not on the account's list."""

    documented_code = -5
    default_advice = (
        "Add the address from which this machine reaches the internet to the list in the panel:"
        ' "Ustawienia i dodatki" -> "API - ustawienia" (section 3.3).'
    )


class WrongParameterValue(SpikonApiError):
    """Tell of code -6: `desc` says which parameter has a wrong value."""

    documented_code = -6
    default_advice = "Correct the argument that the description names."


class ParameterMissing(SpikonApiError):
    """Tell of code -7: `desc` names the parameter that is missing."""

    documented_code = -7
    default_advice = "Something on the way may drop a part of the form; check the proxy."


class NoElementsFound(SpikonApiError):
    """Tell of code -8: nothing has the id that was asked for."""

    documented_code = -8
    default_advice = "Check the id: list what there is."


class NotReady(SpikonApiError):
    """Tell of code -9: what was asked for is not generated yet."""

    documented_code = -9
    default_advice = "Wait for it with the wait() of the same resource."


class AlreadyExists(SpikonApiError):
    """Tell of code -10: such an element exists and cannot be doubled."""

    documented_code = -10
    default_advice = "Use the one that exists, or another name."


class Forbidden(SpikonApiError):
    """Tell of code -11: this cannot be done, or not by this account."""

    documented_code = -11


class WrongDataFormat(SpikonApiError):
    """Tell of code -12: the data came in a wrong format."""

    documented_code = -12
    default_advice = "Check the format of the arguments."


class GeneralFailure(SpikonApiError):
    """Tell of code -1000: a failure inside the service; it may have acted, and it may pass."""

    transient = True
    documented_code = -1000
    default_advice = (
        "Look whether it took effect before making it again, and tell the service desk:"
        " serwis@spikon.pl, 588 808 888 (chapter 5)."
    )
    advice_for_reads = (
        "Try again later; if it stays so, tell the service desk: serwis@spikon.pl, 588 808 888"
        " (chapter 5)."
    )


class UnknownErrorCode(SpikonApiError):
    """Tell of an error whose number the document does not have; it may have acted."""

    default_advice = "Look whether it took effect before making it again."
    advice_for_reads = "Try again later; if it stays so, ask the service desk what it means."


_BY_CODE: dict[int | None, type[SpikonApiError]] = {
    kind.documented_code: kind
    for kind in SpikonApiError.__subclasses__()
    if kind.documented_code is not None
}
#: The errors that can come after the service has acted.
_UNSURE: frozenset[type[SpikonApiError]] = frozenset({GeneralFailure, UnknownErrorCode})


def error_for(faults: tuple[Fault, ...]) -> SpikonApiError:
    """Return the exception for the errors of one answer."""
    kinds = [_BY_CODE.get(fault.code, UnknownErrorCode) for fault in faults]
    kind = kinds[0]
    what = "; ".join(_describe(fault) for fault in faults)
    # One of them is enough: it may have come after the action.
    unsure = not _UNSURE.isdisjoint(kinds)
    advice = kind.default_advice
    if unsure and kind not in _UNSURE:
        advice = f"{UnknownErrorCode.default_advice} {advice}".strip()
    acted = Acted.MAYBE if unsure else Acted.NO
    return kind(f"{what}.", acted=acted, advice=advice, faults=faults)


def _describe(fault: Fault) -> str:
    number = "an error without a number" if fault.code is None else f"error {fault.code}"
    return " ".join(
        part for part in (f"{number}:", fault.text, f"({fault.desc})" * bool(fault.desc)) if part
    )
