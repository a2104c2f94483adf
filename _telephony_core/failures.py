"""How one attempt at an exchange fails, below the errors that users see.

ConnectionFailure
├── NotConnected    nothing was sent
└── ConnectionLost  something was sent, or may have been
└── TimedOut    ... and then nothing happened for too long
Unwritable          the request is no HTTP; nothing was sent
"""

from __future__ import annotations


class ConnectionFailure(Exception):
    """Be the base of what can happen to a connection; `__cause__` is what the system said."""


class NotConnected(ConnectionFailure):
    """Tell that no connection was made, so that nothing was sent.

    Attributes:
        permanent: trying again cannot help.
    """

    def __init__(self, what: str, *, permanent: bool = False) -> None:
        super().__init__(what)
        self.permanent = permanent


class ConnectionLost(ConnectionFailure):
    """Tell that a connection broke, or brought something that is no HTTP."""


class TimedOut(ConnectionLost):
    """Tell that nothing came, or nothing went, for too long."""


class Unwritable(Exception):
    """Tell that a request cannot be written as HTTP; the text is empty, since it would quote it."""
