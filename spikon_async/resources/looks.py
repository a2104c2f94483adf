"""What the answer to a look means where it is no state of the job."""

from _telephony_core.polling import Absence, Pending

from ..errors import JobNotFound

#: What -9 says: it is a state, and no error.
NOT_READY = Pending("not ready")


def absent(absence: Absence, what: str, advice: str) -> Pending:
    """Return that a job is pending still, or raise `JobNotFound` after long absence.

    `advice` stands in for that to start it again: what costs money is looked for first.
    """
    try:
        return absence.noted(what)
    except JobNotFound as error:
        error.advice = advice
        raise
