"""What the answer to a call that acts must say for the call to have succeeded."""

from enum import StrEnum


def filled(value: str) -> str:
    """Return a text, or raise `ValueError` for an empty one: an answer without it is none."""
    if not value:
        raise ValueError("it is empty")
    return value


def only(value: str, documented: StrEnum) -> StrEnum:
    """Return the one value that is documented, or raise `ValueError`.

    Nobody knows what another one means for a call that costs money or rings at somebody's.
    """
    if value != documented:
        raise ValueError(f"it is {value!r}, and {documented.value!r} alone is documented")
    return documented
