"""What the exit code of a command tells. Pure."""

from __future__ import annotations

from enum import IntEnum

from ..errors import (
    ApiError,
    DeadlineExceeded,
    InvalidRequest,
    JobFailed,
    JobNotFound,
    NoRecording,
    NotSent,
    OutcomeUnknown,
    ReplyLost,
    StatusError,
    TelephonyError,
    WaitTimeout,
)


class ExitCode(IntEnum):
    """How a command ended.

    After REFUSED and OUT_OF_REACH nothing has happened at the service, and the command may be run
    again; after OUTCOME_UNKNOWN and NOT_FINISHED it must not, before somebody has looked.
    """

    OK = 0
    #: Something that nobody foresaw: a full disk, an answer that cannot be understood.
    UNEXPECTED = 1
    #: The command is wrong, or has no credentials. Nothing was sent.
    USAGE = 2
    #: The service says no. Nothing has happened.
    REFUSED = 3
    #: The answer to a command that acts was lost: it may have taken effect.
    OUTCOME_UNKNOWN = 4
    #: Something was begun, and its end was not seen. The message says how to go on.
    NOT_FINISHED = 5
    #: There is no connection, no answer to a harmless question, or the service is overloaded.
    #: Nothing has happened.
    OUT_OF_REACH = 6
    #: The service took it on and gave it up, or some part of it could not be done.
    FAILED = 7
    #: Ctrl-C, as by the convention of shells: 128 and the number of the signal.
    INTERRUPTED = 130
    #: Whoever read the output has gone, as `head` does.
    OUTPUT_CLOSED = 141


#: The exit codes as a command's help shows them.
EXIT_CODES_HELP = """\
Exit codes: 0 done; 1 unexpected; 2 the command is wrong or has no credentials; 3 refused, nothing \
has happened; 4 outcome unknown, look before running it again; 5 begun but not seen to its end, go \
on as the message says; 6 out of reach, nothing has happened; 7 the service gave it up, or some \
of it failed; 130 interrupted."""

#: By kind of error, the narrower kinds first.
_BY_KIND: tuple[tuple[tuple[type[TelephonyError], ...], ExitCode], ...] = (
    ((InvalidRequest,), ExitCode.USAGE),
    ((OutcomeUnknown,), ExitCode.OUTCOME_UNKNOWN),
    ((WaitTimeout,), ExitCode.NOT_FINISHED),
    ((JobFailed, JobNotFound, NoRecording), ExitCode.FAILED),
    ((NotSent, ReplyLost, DeadlineExceeded), ExitCode.OUT_OF_REACH),
    ((ApiError, StatusError), ExitCode.REFUSED),
)


def exit_code(error: TelephonyError, *, begun: bool) -> ExitCode:
    """Return the exit code for an error; `begun` tells that the command had begun something."""
    if not error.repeatable:
        return ExitCode.OUTCOME_UNKNOWN
    if begun and not isinstance(error, (JobFailed, JobNotFound)):
        return ExitCode.NOT_FINISHED
    if isinstance(error, (ApiError, StatusError)) and error.transient:
        return ExitCode.OUT_OF_REACH
    return next((code for kinds, code in _BY_KIND if isinstance(error, kinds)), ExitCode.UNEXPECTED)
