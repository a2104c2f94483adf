"""JSON and XML as plain values: dicts, lists, strings, numbers, None.

Pure, and safe with any bytes. How deep the values may be nested is not limited here: whoever walks
them recursively turns a `RecursionError` into `Unreadable`.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import NoReturn, TypeAlias, cast
from xml.parsers.expat import ExpatError

import xmltodict

#: What JSON and XML are made of.
Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"


#: JSON of more bytes is read in a way that gives other threads their turn, at a third of the speed.
_LONG = 1 << 20


class Unreadable(Exception):
    """Tell why bytes are neither JSON nor XML of a reasonable shape."""


def parse_document(body: bytes, content_type: str = "", *, attributes: bool = False) -> Plain:
    """Return the plain value of a JSON or XML body, or raise `Unreadable`.

    The first character decides which of the two it is, whatever was asked for: a server that
    fails in one format may well say so in the other. `attributes` keeps those of XML, under their
    names with an `@` before them.
    """
    stripped = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not stripped:
        raise Unreadable("the answer is empty")
    if stripped[:1] == b"<":
        return _parse_xml(stripped, attributes=attributes)
    return _parse_json(stripped, content_type)


def _parse_json(body: bytes, content_type: str) -> Plain:
    charset = (
        content_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'") or "utf-8"
    )
    long = len(body) > _LONG
    if charset == "utf-8" and not long:
        # Imported when it is needed, because that takes as long as importing all models.
        from msgspec import DecodeError
        from msgspec.json import decode

        # Twice as quick as the json module, exact with integers of any length. What it refuses, the
        # json module judges: it takes a few things more, and says better what is wrong.
        with suppress(DecodeError, ValueError, RecursionError):
            return cast("Plain", decode(body))
    try:
        return cast(
            "Plain",
            json.loads(
                body.decode(charset),
                parse_constant=_refuse_constant,
                object_hook=_as_it_is if long else None,
            ),
        )
    except LookupError as error:
        raise Unreadable(f"the answer names an unknown charset ({charset[:40]!r})") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"the answer is not in {charset}") from error
    except RecursionError as error:
        raise Unreadable("the answer is nested too deep") from error
    except ValueError as error:
        raise Unreadable(f"the answer is no JSON ({error})") from error


def _as_it_is(fields: dict[str, object]) -> dict[str, object]:
    """Give other threads their turn: the scanner of json holds on to the interpreter without it."""
    return fields


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _parse_xml(body: bytes, *, attributes: bool) -> Plain:
    if body[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise Unreadable("the answer is an HTML page")
    try:
        # Most attributes (type="integer", type="array") only repeat what the models know.
        return cast("Plain", xmltodict.parse(body, xml_attribs=attributes))
    except (ExpatError, ValueError, LookupError) as error:
        # ValueError: an entity declaration, which xmltodict refuses; LookupError: an encoding
        # that does not exist.
        raise Unreadable(f"the answer is no XML ({error})") from error
