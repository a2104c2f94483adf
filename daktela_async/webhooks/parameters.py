"""Parameters as they come in, and addresses as they go out. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast
from urllib.parse import parse_qsl

from _telephony_core.errors import InvalidRequest, TelephonyError
from _telephony_core.settings import split_url

#: What a hook can be read from: a query string, a URL, or parameters that a framework decoded.
Received = str | bytes | Mapping[str, str] | Mapping[str, Sequence[str]]

#: A hook has a handful of parameters; whoever sends thousands wants to keep us busy.
_MOST_PARAMETERS = 200

_URL = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:/)?/")
#: A dialplan variable that Asterisk knew nothing of, or that was never put through Asterisk.
_UNEXPANDED = re.compile(r"\$\{.*\}", re.DOTALL)
_NUMBER_AFTER_BLANK = re.compile(r" [0-9]+")
#: What an address may hold so that neither Asterisk nor the SMS gateway reads more into it: no
#: quote, no bracket of a dialplan call, no comma, no `;` (a comment there), no `$`, no fragment.
_HARMLESS = re.compile(r"[A-Za-z0-9._~:/?@!&*+=%\[\]-]+")


class WebhookNotUnderstood(TelephonyError, ValueError):
    """Tell of a request that is none of the hooks; the message names what is missing.

    It quotes nothing of what came: the address of a hook may hold a secret.
    """

    default_advice = "Compare the address that is set in Daktela with the one built here."


class Parameters:
    """Hold what came with a request; names are found in any case, the last of equals counts.

    Documented parameters stand at the end of an address, so the last one is the one from
    the dialplan, and not one that a caller wrote into a number.
    """

    def __init__(self, received: Received) -> None:
        self._values: dict[str, tuple[str, str]] = {}
        self._taken: set[str] = set()
        for name, value in _pairs(received):
            self._values[name.casefold()] = (name, value)

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._values

    def first(self, *names: str) -> str | None:
        """Return which of several names comes first; a caller can write only behind that."""
        wanted = {name.casefold(): name for name in names}
        return next((wanted[name] for name in self._values if name in wanted), None)

    def exact(self, name: str) -> str | None:
        """Return a value as it came; None when it is missing or blank."""
        self._taken.add(name.casefold())
        value = self._values.get(name.casefold(), ("", ""))[1]
        return value if value.strip() else None

    def text(self, name: str) -> str | None:
        """Return a value without blanks around it; None when it is missing or blank."""
        value = self.exact(name)
        return None if value is None else value.strip()

    def variable(self, name: str) -> str | None:
        """Return a value that Asterisk filled in; None when it did not."""
        value = self.text(name)
        return None if value is None or _UNEXPANDED.fullmatch(value) else value

    def number(self, name: str) -> str | None:
        """Return a phone number; a `+` that came unencoded, and so as a blank, is restored."""
        value = self.variable(name)
        return f"+{value}" if _NUMBER_AFTER_BLANK.fullmatch(self.exact(name) or "") else value

    def extra(self) -> dict[str, str]:
        """Return the parameters that nobody read, by their names as they came."""
        return {
            name: value for key, (name, value) in self._values.items() if key not in self._taken
        }


def _pairs(received: Received) -> Iterable[tuple[str, str]]:
    if isinstance(received, Mapping):
        if len(received) > _MOST_PARAMETERS:
            raise _too_many()
        # Some frameworks hand out the first of equals, which can be a caller's.
        every = cast("Callable[[str], Sequence[str]] | None", getattr(received, "getlist", None))
        return [(name, _last(every(name) if every else value)) for name, value in received.items()]
    text = received.decode("utf-8", "replace") if isinstance(received, bytes) else received
    if _URL.match(text):
        text = text.partition("#")[0].partition("?")[2]
    try:
        return parse_qsl(
            text.removeprefix("?"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        raise _too_many() from None


def _last(values: str | Sequence[str]) -> str:
    return values if isinstance(values, str) else values[-1] if values else ""


def _too_many() -> WebhookNotUnderstood:
    return WebhookNotUnderstood(f"the request has more than {_MOST_PARAMETERS} parameters.")


def extend_url(
    base_url: str, parameters: Iterable[tuple[str, str]], reserved: Iterable[str]
) -> str:
    """Return an address with parameters at its end, their values as they are.

    The address may have a query of its own, without the reserved names. Raises
    `InvalidRequest`, which does not repeat the address: it may hold a password.
    """
    split_url(base_url)
    if not _HARMLESS.fullmatch(base_url):
        raise InvalidRequest(
            "the address holds a character that means something in a dialplan or a callback.",
            advice="Percent-encode everything but letters, digits and ._~:/?@!&*+=%-; no fragment.",
        )
    own = Parameters(base_url)
    for name in reserved:
        if name in own:
            raise InvalidRequest(
                f"the query of the address has a parameter {name} of its own.",
                advice="Rename it: Daktela uses that name.",
            )
    query = "&".join(f"{name}={value}" for name, value in parameters)
    if not query:
        return base_url
    if "?" not in base_url:
        return f"{base_url}?{query}"
    return f"{base_url}{query}" if base_url[-1] in "?&" else f"{base_url}&{query}"
