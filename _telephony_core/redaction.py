"""Secrets kept out of what people read: errors, logs, reprs."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "***"


class Secret:
    """Hold a string that shows in no `repr`, `str` or traceback of local variables."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself; call it only where it goes onto the wire."""
        return self._value

    def __repr__(self) -> str:
        return HIDDEN

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled: make the client anew from its settings")


class Redactor:
    """Replace known secrets, in every spelling that a server could echo, by `***`."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        spellings: set[str] = set()
        for secret in secrets:
            plain = secret.reveal()
            spellings |= {
                plain,
                quote(plain, safe=""),
                quote_plus(plain),
                html.escape(plain),
                json.dumps(plain)[1:-1],
            }
        # The longest first, so that no tail of a longer spelling is left over.
        self._spellings = sorted(spellings - {""}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return the text without the secrets."""
        for spelling in self._spellings:
            text = text.replace(spelling, HIDDEN)
        return text

    def excerpt(self, body: bytes, limit: int = 200) -> str:
        """Return the beginning of a body as one printable line without secrets."""
        # Redact more than is shown: of a secret across the cut the first half would stay.
        text = self(body[: limit * 8 + 2048].decode("utf-8", "replace"))[: limit * 8]
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return line if len(line) <= limit else line[:limit] + "…"
