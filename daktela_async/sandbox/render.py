"""Answers as PHP writes them, in JSON and in XML.

JSON: slashes and letters outside of ASCII are escaped, and an empty map is ``[]`` like an empty
list, for PHP has one array for both.

XML isn't shown in the document. Here the root is ``<response>``; a map's key is its element's
name; an element of a list is ``<item>``; a key that can't be a name, such as a number, becomes
``<item key="3">``; null, the empty text, the empty list and the empty map are all an empty
element; true and false are 1 and 0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr

from _telephony_core.sandbox.exchange import Reply

Node: TypeAlias = "str | int | float | bool | Mapping[str, Node] | Sequence[Node] | None"

XML = "application/xml; charset=utf-8"

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def reply(tree: Mapping[str, Node], *, xml: bool, status: int = 200) -> Reply:
    """Return the HTTP answer in the format asked for."""
    if xml:
        return Reply(to_xml(tree).encode(), XML, status)
    return Reply(to_json(tree).encode(), status=status)


def to_json(node: Node) -> str:
    """Return the JSON as PHP's json_encode makes it."""
    text = json.dumps(_without_empty_maps(node), separators=(",", ":"))
    return text.replace("/", "\\/")


def to_xml(tree: Mapping[str, Node]) -> str:
    """Return the tree as an XML document."""
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "".join(_element("response", "", tree))


def _without_empty_maps(node: Node) -> Node:
    if isinstance(node, str) or not isinstance(node, (Mapping, Sequence)):
        return node
    if isinstance(node, Mapping):
        inner = {key: _without_empty_maps(value) for key, value in node.items()}
        return inner or []
    return [_without_empty_maps(value) for value in node]


def _element(name: str, attributes: str, node: Node) -> Iterator[str]:
    content = "".join(_content(node))
    yield f"<{name}{attributes}>{content}</{name}>" if content else f"<{name}{attributes}/>"


def _content(node: Node) -> Iterator[str]:
    if isinstance(node, str):
        yield _text(node)
    elif isinstance(node, bool):
        yield str(int(node))
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if _NAME.fullmatch(key):
                yield from _element(key, "", value)
            else:
                yield from _element("item", f" key={quoteattr(_clean(key))}", value)
    elif isinstance(node, Sequence):
        for value in node:
            yield from _element("item", "", value)
    elif node is not None:
        yield str(node)


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


def _text(text: str) -> str:
    # A bare carriage return would come back as a line feed.
    return escape(_clean(text), {"\r": "&#13;"})
