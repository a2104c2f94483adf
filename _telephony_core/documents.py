"""JSON and XML as plain values: dicts, lists, strings, numbers, None.

Pure, and safe with any bytes. How deep the values may be nested is not limited here: whoever walks
them recursively turns a `RecursionError` into `Unreadable`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn, TypeAlias, cast
from xml.parsers.expat import ExpatError, ParserCreate

from .yielding import rest

#: What JSON and XML are made of.
Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"


#: XML may be nested so deep; no answer that is documented goes beyond ten.
_DEEPEST = 200
#: More bytes than that are read piece by piece, so that other threads have their turn.
_LONG, _PIECE = 1 << 20, 1 << 13


class Unreadable(Exception):
    """Tell why bytes are neither JSON nor XML of a reasonable shape."""


def parse_document(
    body: bytes,
    content_type: str = "",
    *,
    attributes: bool = False,
    read_json: Callable[[bytes], Plain] | None = None,
) -> Plain:
    """Return the plain value of a JSON or XML body, or raise `Unreadable`.

    The first character decides which of the two it is, whatever was asked for: a server that
    fails in one format may well say so in the other. `attributes` keeps those of XML, under their
    names with an `@` before them. `read_json` reads JSON that it knows more about, in UTF-8, and
    raises what msgspec does for all other.
    """
    stripped = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not stripped:
        raise Unreadable("the answer is empty")
    if stripped[:1] == b"<":
        return _parse_xml(stripped, content_type, attributes=attributes)
    return _parse_json(stripped, content_type, read_json)


def _parse_json(body: bytes, content_type: str, quickly: Callable[[bytes], Plain] | None) -> Plain:
    charset = _charset(content_type) or "utf-8"
    long = len(body) > _LONG
    if charset == "utf-8":
        # Imported when it is needed, because that takes as long as importing all models.
        from msgspec import DecodeError

        if quickly is not None:
            with suppress(DecodeError, ValueError, RecursionError):
                return quickly(body)
        # Twice as quick as the json module, exact with integers of any length. What it refuses, the
        # json module judges: it takes a few things more, and says better what is wrong.
        with suppress(DecodeError, ValueError, RecursionError):
            return _read_json(body)
    try:
        return _read_leniently(body.decode(charset), object_hook=_as_it_is if long else None)
    except LookupError as error:
        raise Unreadable(f"the answer names an unknown charset ({charset[:40]!r})") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"the answer is not in {charset}") from error
    except RecursionError as error:
        raise Unreadable("the answer is nested too deep") from error
    except ValueError as error:
        raise Unreadable(f"the answer is no JSON ({error})") from error


def _read_leniently(text: str, object_hook: Callable[[dict[str, Plain]], Plain] | None) -> Plain:
    """Read JSON as the documents show it: texts with line breaks, and closed once too often."""
    decoder = json.JSONDecoder(
        parse_constant=_refuse_constant, object_hook=object_hook, strict=False
    )
    value, end = decoder.raw_decode(text.lstrip("\ufeff \t\r\n"))
    if text.lstrip("\ufeff \t\r\n")[end:].strip("]} \t\r\n"):
        raise ValueError("something follows it")
    return cast("Plain", value)


def _as_it_is(fields: dict[str, Plain]) -> Plain:
    """Give other threads their turn: the scanner of json holds on to the interpreter without it."""
    return fields


def _read_json(body: bytes) -> Plain:
    if len(body) > _LONG:
        from .json_rows import read_in_pieces

        return read_in_pieces(body)
    from msgspec.json import decode

    return cast("Plain", decode(body))


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
        return _elements(body, charset, attributes=attributes)
    except (ExpatError, ValueError, LookupError) as error:
        # LookupError: an encoding that does not exist.
        raise Unreadable(f"the answer is no XML ({error})") from error


def _elements(body: bytes, charset: str | None, *, attributes: bool) -> Plain:
    """Return elements as xmltodict does, in a third of its time, and no deeper than is sensible.

    An element is its text, None if it has none; or a map of its children, attributes (`@name`) and
    text (`#text`). Children of one name are a list.
    """
    #: Of the elements that are open, but for the innermost: their maps and texts until now.
    above: list[tuple[dict[str, Plain] | None, list[str]]] = []
    fields: dict[str, Plain] | None = None
    texts: list[str] = []

    def begin(_name: str, given: dict[str, str]) -> None:
        nonlocal fields, texts
        if len(above) >= _DEEPEST:
            raise Unreadable("the answer is nested too deep")
        above.append((fields, texts))
        fields = {f"@{name}": value for name, value in given.items()} if given else None
        texts = []

    def begin_without_attributes(_name: str, _given: object) -> None:
        begin(_name, {})

    def end(name: str) -> None:
        nonlocal fields, texts
        text = "".join(texts).strip() if texts else ""
        if fields is None:
            value: Plain = text or None
        else:
            if text:
                fields["#text"] = text
            value = fields
        fields, texts = above.pop()
        if fields is None:
            fields = {name: value}
        elif name not in fields:
            fields[name] = value
        elif isinstance(before := fields[name], list):
            before.append(value)
        else:
            fields[name] = [before, value]

    def text(piece: str) -> None:
        texts.append(piece)

    def refuse(*_entity: object) -> None:
        # A few of them, each made of the one before, could fill the memory.
        raise Unreadable("the answer is no XML (it declares entities)")

    parser = ParserCreate(charset)
    parser.buffer_text = True
    parser.StartElementHandler = begin if attributes else begin_without_attributes
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = refuse
    view = memoryview(body)
    for start in range(0, len(view), _PIECE):
        parser.Parse(view[start : start + _PIECE], False)
        rest()
    parser.Parse(b"", True)
    return fields
