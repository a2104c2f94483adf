"""JSON and XML as plain values: dicts, lists, strings, numbers, None.

Pure, and safe with any bytes. How deep the values may be nested is not limited here: whoever walks
them recursively turns a `RecursionError` into `Unreadable`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, TypeAlias, cast
from xml.parsers.expat import ExpatError, ParserCreate

import xmltodict

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

#: What JSON and XML are made of.
Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"


#: XML may be nested so deep; no answer that is documented goes beyond ten.
_DEEPEST = 200
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
        return _parse_xml(stripped, content_type, attributes=attributes)
    return _parse_json(stripped, content_type)


def _parse_json(body: bytes, content_type: str) -> Plain:
    charset = _charset(content_type) or "utf-8"
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


def _charset(content_type: str) -> str:
    return content_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _parse_xml(body: bytes, content_type: str, *, attributes: bool) -> Plain:
    if body[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise Unreadable("the answer is an HTML page")
    # What the document says of itself is nearer to its writer than what the server adds.
    said = body[:5] == b"<?xml" and b"encoding" in body[:200].partition(b"?>")[0]
    charset = None if said else _charset(content_type) or None
    try:
        # Most attributes (type="integer", type="array") only repeat what the models know.
        parsed = xmltodict.parse(body, charset, expat=_ShallowExpat(), xml_attribs=attributes)
    except (ExpatError, ValueError, LookupError) as error:
        # ValueError: an entity declaration, which xmltodict refuses; LookupError: an encoding
        # that does not exist.
        raise Unreadable(f"the answer is no XML ({error})") from error
    return cast("Plain", parsed)


class _ShallowExpat:
    """Stand for the module `expat`, and end parsing at a depth that no answer has.

    xmltodict keeps what it has begun, so that a few megabytes of `<x><x><x>` would take gigabytes.
    """

    def ParserCreate(  # noqa: N802  # expat's name
        self, encoding: str | None, separator: str | None
    ) -> _ShallowParser:
        """Return a parser."""
        return _ShallowParser(ParserCreate(encoding, separator))


class _ShallowParser:
    """Hand everything on to a parser of expat, and count how many elements are open."""

    def __init__(self, parser: XMLParserType) -> None:
        vars(self).update(_parser=parser, _open=count_open(), Parse=parser.Parse)

    def __setattr__(self, name: str, handler: object) -> None:
        wrap = {"StartElementHandler": 0, "EndElementHandler": 1}.get(name)
        if wrap is not None:
            handler = vars(self)["_open"][wrap](handler)
        setattr(vars(self)["_parser"], name, handler)


_Wrap: TypeAlias = Callable[[Callable[..., None]], Callable[..., None]]


def count_open() -> tuple[_Wrap, _Wrap]:
    """Return what wraps the handlers of beginnings and of ends, to count those in between."""
    depth = 0

    def beginnings(handler: Callable[..., None]) -> Callable[..., None]:
        def begin(*element: object) -> None:
            nonlocal depth
            depth += 1
            if depth > _DEEPEST:
                raise Unreadable("the answer is nested too deep")
            handler(*element)

        return begin

    def ends(handler: Callable[..., None]) -> Callable[..., None]:
        def end(*element: object) -> None:
            nonlocal depth
            depth -= 1
            handler(*element)

        return end

    return beginnings, ends
