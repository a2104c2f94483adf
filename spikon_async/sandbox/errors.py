"""The documented errors and the body that carries one (SPIKON API, chapter 5)."""

from __future__ import annotations

import types
from collections.abc import Mapping

from spikon_async.sandbox.render import Node

TEXTS: Mapping[int, str] = types.MappingProxyType(
    {
        -1: "Unknown method",
        -2: "API key missing",
        -3: "Unknown API key",
        -4: "API turned off",
        -5: "IP address not whitelisted",
        -6: "Wrong value for parameter",
        -7: "Parameter missing",
        -8: "No elements found",
        -9: "Not ready",
        -10: "Already exist",
        -11: "Forbidden",
        -12: "Data in wrong format",
        -1000: "General failure, please contact service!",
    }
)


class Refusal(Exception):
    """One of the documented errors, as the answer to a request.

    ``detail`` follows the text in brackets, as the document shows for -8 and -11; ``desc`` is a
    field of its own, promised for -6 and -7.
    """

    def __init__(self, code: int, *, detail: str | None = None, desc: str | None = None) -> None:
        self.code = code
        self.text = TEXTS[code] if detail is None else f"{TEXTS[code]} ({detail})"
        self.desc = desc
        super().__init__(f"{code} {self.text}")


def not_found(what: str, number: int) -> Refusal:
    """Return error -8 in the wording of the document."""
    return Refusal(-8, detail=f"Could not find {what} with id = '{number}'")


def wrong_value(parameter: str, why: str) -> Refusal:
    """Return error -6 that names the parameter and says what is wrong."""
    return Refusal(-6, desc=f"{parameter}: {why}")


def missing(parameter: str) -> Refusal:
    """Return error -7 that names the parameter."""
    return Refusal(-7, desc=parameter)


def error_tree(refusal: Refusal) -> Mapping[str, Node]:
    """Return the error as an answer to render.

    The document shows it in XML only (version 1.0.3); the JSON is the same tree.
    """
    error: dict[str, Node] = {"id": str(refusal.code), "text": refusal.text}
    if refusal.desc is not None:
        error["desc"] = refusal.desc
    return {"errors": {"error": error}}
