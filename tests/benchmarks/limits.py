"""File descriptors: as many as the system lets this process have."""

from __future__ import annotations

import sys


def raise_file_limit() -> None:
    """Raise the soft limit to the hard one; on Windows there is none to raise."""
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
