"""What goes over the wire and what it means: forms out, plain values or faults in. Pure.

The spellings of the document differ between JSON and XML and between versions (`call-list-id` and
`call_list_id`, `tts- 1`, `{"add_agent_status": "OK"}`); here they become one.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from attrs import frozen

from _telephony_core.documents import Plain

from .service import WireFormat

_NUMBERED = re.compile(r"(.+?)_?([0-9]{1,9})", re.DOTALL)
#: So many keys are remembered, none of them longer than so many characters.
_MOST_KEYS = 2000
_LONGEST_KEY = 40


class _Keys(dict[str, tuple[str, int | None]]):
    """What the keys of answers mean: the name, and the number if it could be a numbered child."""

    def __missing__(self, key: str) -> tuple[str, int | None]:
        name = "".join(key.split()).replace("-", "_")
        found = _NUMBERED.fullmatch(name)
        meant = (name, int(found[2]) if found else None)
        # Numbered ones come once each; the others come with every row.
        if not found and len(key) <= _LONGEST_KEY and len(self) < _MOST_KEYS:
            self[key] = meant
        return meant


_keys = _Keys()


@frozen
class Fault:
    """One error of the API's answer (chapter 5).

    Attributes:
        code: its number, -1 to -12 or -1000; None when the answer names no number.
        text: its name, such as "No elements found", often with a detail in parentheses.
        desc: which parameter is wrong or missing, for -6 and -7.
    """

    code: int | None
    text: str
    desc: str


def encode_form(
    params: Mapping[str, str | Sequence[str]], api_key: str, wire_format: WireFormat
) -> bytes:
    """Return the body of a POST: the parameters, the key and the format (0 JSON, 1 XML)."""
    api_format = "1" if wire_format is WireFormat.XML else "0"
    form = {"api_key": api_key, "api_format": api_format, **params}
    return urlencode(form, doseq=True).encode("ascii")


def normalise(plain: Plain) -> Plain:
    """Return what stands under the root of an answer, with one spelling for every key.

    In a key, `-` and `_` are the same and blanks do not count. The children `x-1`, `x-2` ... of a
    map become a list in the order of their numbers, under `rows` if other fields stand beside them.
    """
    root = _even(plain)
    if not isinstance(root, dict) or len(root) != 1:
        return root
    (name, content), *_ = root.items()
    if name == "add_agent_status":
        # JSON (4.5.3, 4.5.5) writes as one key what XML writes as <add-agent><status>.
        return {"status": content}
    if name in {"error", "errors"}:
        return root
    # phone_book/add answers with one <phone-book> under <phone-books>, and so do its kin.
    if isinstance(content, dict) and len(content) == 1:
        alone = content.get(name.removesuffix("s"))
        return alone if isinstance(alone, dict) else content
    return content


def _even(plain: Plain) -> Plain:
    if isinstance(plain, list):
        return [_even(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    fields: dict[str, Plain] = {}
    numbered: list[tuple[int, Plain]] = []
    for key, value in plain.items():
        name, number = _keys[key]
        child = value if type(value) is str else _even(value)
        if number is not None and (child is None or isinstance(child, dict)):
            numbered.append((number, child))
        else:
            fields[name] = child
    if not numbered:
        return fields
    # The sort is stable: should a number come twice, both rows stay.
    rows = [child for _, child in sorted(numbered, key=lambda pair: pair[0])]
    return rows if fields.keys() <= {"count"} else {**fields, "rows": rows}


def find_faults(plain: Plain) -> tuple[Fault, ...]:
    """Return the errors that an evened-out answer holds, in order; none for a good answer.

    Only the XML of one error is documented (1.0.3, chapter 7):
    `<errors><error><id>-3</id><text>Unknown API key</text></error></errors>`. Read as well: the
    same in JSON, a list or numbered children under either key, and an error by itself.
    """
    if isinstance(plain, dict) and len(plain) == 1:
        for root in ("errors", "error"):
            if root in plain:
                return tuple(_faults(plain[root]))
    return ()


def _faults(value: Plain) -> list[Fault]:
    if isinstance(value, list):
        return [fault for item in value for fault in _faults(item)]
    if not isinstance(value, dict):
        return [Fault(None, _text(value), "")]
    for wrapper in ("error", "rows"):
        if wrapper in value:
            return _faults(value[wrapper])
    code = _text(value.get("id", value.get("code")))
    return [
        Fault(
            int(code) if re.fullmatch(r"-?[0-9]{1,9}", code) else None,
            _text(value.get("text")),
            _text(value.get("desc")),
        )
    ]


def _text(value: Plain) -> str:
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)
