"""Answers in JSON and in XML, with the oddities that the document shows.

One tree gives both. In XML a key's underscores become hyphens and its blanks vanish ("tts- 1" is
<tts-1>), a number says type="integer" and a list says type="array".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias
from xml.sax.saxutils import escape

import attrs

from _telephony_core.sandbox.exchange import Reply

Node: TypeAlias = "str | int | Mapping[str, Node] | Array"
Plain: TypeAlias = "str | int | dict[str, Plain] | list[Plain]"

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@attrs.frozen
class Array:
    """A list; ``item`` names an element where a name is needed, which is in XML."""

    item: str
    values: tuple[Node, ...]


@attrs.frozen
class Answer:
    """What a method answers; ``xml`` is given where it differs from the JSON by more than form."""

    json: Mapping[str, Node]
    xml: Mapping[str, Node] | None = None


def numbered(item: str, nodes: Iterable[Node], *, gap: str = "") -> dict[str, Node]:
    """Return the document's way to write a list: a count and children with numbered names."""
    children: dict[str, Node] = {
        f"{item}-{gap}{number}": node for number, node in enumerate(nodes, 1)
    }
    return {"count": str(len(children)), **children}


def reply(answer: Answer, *, xml: bool, status: int = 200) -> Reply:
    """Return the HTTP answer in the format asked for."""
    if xml:
        body = to_xml(answer.json if answer.xml is None else answer.xml)
        return Reply(body.encode(), "application/xml; charset=utf-8", status)
    body = json.dumps(_plain(answer.json), ensure_ascii=False)
    return Reply(body.encode("utf-8", "replace"), status=status)


def to_xml(tree: Mapping[str, Node]) -> str:
    """Return the tree, which has one root, as an XML document."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    for name, node in tree.items():
        lines.extend(_element(name, node, ""))
    return "\n".join(lines) + "\n"


def _element(name: str, node: Node, indent: str) -> Iterator[str]:
    tag = name.replace(" ", "").replace("_", "-")
    if isinstance(node, str):
        yield f"{indent}<{tag}>{_text(node)}</{tag}>"
    elif isinstance(node, int):
        yield f'{indent}<{tag} type="integer">{node}</{tag}>'
    else:
        is_array = isinstance(node, Array)
        yield f'{indent}<{tag} type="array">' if is_array else f"{indent}<{tag}>"
        for child, value in _children(node):
            yield from _element(child, value, indent + "  ")
        yield f"{indent}</{tag}>"


def _children(node: Mapping[str, Node] | Array) -> Iterable[tuple[str, Node]]:
    if isinstance(node, Array):
        return ((node.item, value) for value in node.values)
    return node.items()


def _text(text: str) -> str:
    # A bare carriage return would come back as a line feed.
    return escape(_NOT_IN_XML.sub("\ufffd", text), {"\r": "&#13;"})


def _plain(node: Node) -> Plain:
    if isinstance(node, Array):
        return [_plain(value) for value in node.values]
    if isinstance(node, Mapping):
        return {key: _plain(value) for key, value in node.items()}
    return node
