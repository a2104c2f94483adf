"""Secrets kept out of what people read: errors, logs, reprs."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

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
    """Replace known secrets by `***`, however a server, a log or Python itself spells them."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        # The longest first, so that no tail of a longer secret is left over.
        values = sorted({s.reveal() for s in secrets} - {""}, key=len, reverse=True)
        patterns = ["".join(map(_spellings, value)) for value in values]
        self._pattern = re.compile("|".join(patterns)) if patterns else None
        #: No spelling of a secret is longer.
        self._longest = max((len(value) for value in values), default=0) * _LONGEST_SPELLING

    def __call__(self, text: str) -> str:
        """Return the text without the secrets."""
        return self._pattern.sub(HIDDEN, text) if self._pattern else text

    def excerpt(self, body: bytes, limit: int = 200) -> str:
        """Return the beginning of a body as one printable line without secrets."""
        window = limit * 8 + self._longest
        text = self(body[:window].decode("utf-8", "replace"))
        if len(body) > window and self._longest:
            # A secret across the end of the window is not known as one.
            text = text[: -self._longest]
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return line if len(line) <= limit else line[:limit] + "…"


#: Two escapes of UTF-16, such as "\\ud83d\\ude00".
_LONGEST_SPELLING = 12


def _spellings(character: str) -> str:
    """Return a pattern of all spellings of one character: plain, URL, HTML, XML, JSON, Python."""
    if character.isascii() and character.isalnum():
        return character
    spellings = {
        character,
        "+" if character == " " else character,
        "\\" + character,
        html.escape(character),
    }
    encoded = "".join(f"%{byte:02x}" for byte in character.encode("utf-8", "replace"))
    units = character.encode("utf-16-be", "surrogatepass").hex()
    escaped = "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))
    entity = rf"&#0*{ord(character)};|&#[xX]0*{ord(character):x};"
    if character in _NAMED:
        entity += f"|{_NAMED[character]}"
    anycase = "|".join(f"(?i:{re.escape(each)})" for each in (encoded, escaped))
    plain = "|".join(re.escape(each) for each in sorted(spellings, key=len, reverse=True))
    # The longest come first: "&" begins "&amp;", and "\\" begins its own escape.
    return f"(?:{entity}|{anycase}|{plain})"


_NAMED = {"'": "&apos;", '"': "&quot;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
