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
        #: A secret of ASCII is made of the same bytes in all charsets.
        self._charsets = () if all(map(str.isascii, values)) else _OLD_CHARSETS

    def __call__(self, text: str) -> str:
        """Return the text without the secrets."""
        return self._pattern.sub(HIDDEN, text) if self._pattern else text

    def excerpt(self, body: bytes, limit: int = 200) -> str:
        """Return the beginning of a body as one printable line without secrets."""
        window = limit * 8 + self._longest
        start = body[:window]
        if self._pattern is not None:
            for charset in self._charsets:
                start = _without(self._pattern, start, charset)
        text = self(start.decode("utf-8", "replace"))
        if len(body) > window and self._longest:
            # A secret across the end of the window is not known as one.
            text = text[: -self._longest]
        line = " ".join(text.split())
        if not line.isprintable():
            line = " ".join("".join(c if c.isprintable() else " " for c in line).split())
        return line if len(line) <= limit else line[:limit] + "…"


def _without(pattern: re.Pattern[str], body: bytes, charset: str) -> bytes:
    """Return a body without the secrets that it holds in a charset of one byte a character."""
    parts: list[bytes] = []
    end = 0
    for found in pattern.finditer(body.decode(charset, "replace")):
        parts += [body[end : found.start()], HIDDEN.encode()]
        end = found.end()
    return b"".join([*parts, body[end:]])


#: What servers of Central Europe may write, beside UTF-8: a byte is a character.
_OLD_CHARSETS = ("cp1250", "iso-8859-2")
#: Four bytes as Python shows them, such as "\\xf0\\x9f\\x98\\x80".
_LONGEST_SPELLING = 16


def _spellings(character: str) -> str:
    """Return a pattern of all spellings of one character: plain, URL, HTML, XML, JSON, Python."""
    if character.isascii() and character.isalnum():
        return character
    plain = {
        character,
        "+" if character == " " else character,
        "\\" + character,
        html.escape(character),
    }
    units = character.encode("utf-16-be", "surrogatepass").hex()
    escaped = {"".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))}
    for charset in ("utf-8", *_OLD_CHARSETS):
        encoded = _encoded(character, charset)
        escaped.add("".join(f"%{byte:02x}" for byte in encoded))
        escaped.add("".join(f"\\x{byte:02x}" for byte in encoded))
        # A text that says that it is in one charset and is in another.
        plain |= {encoded.decode(other, "replace") for other in ("utf-8", *_OLD_CHARSETS)}
    entity = rf"&#0*{ord(character)};|&#[xX]0*{ord(character):x};"
    if character in _NAMED:
        entity += f"|{_NAMED[character]}"
    # The longest come first: "&" begins "&amp;", and "\\" begins its own escape.
    return f"(?:{entity}|{_any_case(escaped)}|{_any(plain)})"


def _encoded(character: str, charset: str) -> bytes:
    """Return a character as bytes: what a charset does not have, in UTF-8."""
    try:
        return character.encode(charset)
    except UnicodeEncodeError:
        return character.encode("utf-8", "replace")


def _any(texts: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(texts, key=lambda text: (-len(text), text))))


def _any_case(texts: Iterable[str]) -> str:
    return f"(?i:{_any(texts)})"


_NAMED = {"'": "&apos;", '"': "&quot;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
