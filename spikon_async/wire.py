"""What goes over the wire and what it means: forms out, plain values or faults in. Pure.

The spellings of the document differ between JSON and XML and between versions (`call-list-id` and
`call_list_id`, `tts- 1`, `{"add_agent_status": "OK"}`); here they become one.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TypeGuard
from urllib.parse import urlencode

from attrs import frozen

from _telephony_core.documents import Plain, Unreadable

from .service import WireFormat

#: The roots of the documented answers (1.3, and 1.0.3), with one spelling.
_ROOTS = frozenset(
    {
        "account", "add_agent", "add_agent_status", "call", "call_list", "call_lists",
        "cc_agents", "cc_campaigns", "cc_monitor", "out_campaign_set_default", "phone_accounts",
        "phone_book_elements", "phone_books", "remove_agent", "sms", "tts",
    }
)  # fmt: skip
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

    Raises `Unreadable` for what holds nothing: null, an empty list of errors, an empty element of a
    name that no answer has. An empty list, and a documented root with nothing in it, are no rows.
    """
    root = _even(plain)
    if root != [] and _is_foreign(root) and _holds_nothing(_without_count(root)):
        raise Unreadable("the answer holds nothing")
    if not isinstance(root, dict):
        return root
    if len(root) != 1:
        return _with_waiting_calls(root)
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


def _is_foreign(root: Plain) -> bool:
    """Tell an answer of which nothing is documented; an error that says nothing is one still."""
    return not isinstance(root, dict) or (root.keys().isdisjoint(_ROOTS) and "error" not in root)


def _without_count(root: Plain) -> Plain:
    """Return a root without a count of its own, which counts nothing there."""
    if not isinstance(root, dict):
        return root
    return {name: item for name, item in root.items() if name != "count"}


def _holds_nothing(plain: Plain) -> bool:
    if isinstance(plain, dict):
        return all(map(_holds_nothing, plain.values()))
    if isinstance(plain, list):
        return all(map(_holds_nothing, plain))
    return plain is None or (isinstance(plain, str) and not plain.strip())


def _with_waiting_calls(root: dict[str, Plain]) -> Plain:
    """Put the calls that wait back into their monitor: 1.0.3 (4.5.2) has them beside it in JSON."""
    monitor = root.get("cc_monitor")
    if root.keys() == {"cc_monitor", "waiting_calls"} and isinstance(monitor, dict):
        return {"waiting_calls": root["waiting_calls"], **monitor}
    return root


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
        elif number is not None and _is_rows(child):
            # Elements of XML that have the same number.
            numbered += [(number, row) for row in child]
        else:
            fields[name] = child
    if not numbered:
        return fields
    # The sort is stable: should a number come twice, both rows stay.
    rows = [child for _, child in sorted(numbered, key=lambda pair: pair[0])]
    return rows if fields.keys() <= {"count"} else {**fields, "rows": rows}


def _is_rows(child: Plain) -> TypeGuard[list[Plain]]:
    return (
        isinstance(child, list)
        and bool(child)
        and all(row is None or isinstance(row, dict) for row in child)
    )


def find_faults(plain: Plain) -> tuple[Fault, ...]:
    """Return the errors that an evened-out answer holds, in order; none for a good answer.

    Only the XML of one error is documented (1.0.3, chapter 7):
    `<errors><error><id>-3</id><text>Unknown API key</text></error></errors>`. Read as well: the
    same in JSON, a list or numbered children under either key, and an error by itself, with a
    root or without one.
    """
    if isinstance(plain, dict) and len(plain) == 1:
        for root in ("errors", "error"):
            if root in plain:
                return tuple(_faults(plain[root]))
    bare: list[Plain] = plain if isinstance(plain, list) else [plain]
    return tuple(_faults(bare)) if all(map(_is_bare, bare)) else ()


def _is_bare(plain: Plain) -> bool:
    """Tell an error of which nothing says that it is one: the numbers of errors are negative."""
    if not isinstance(plain, dict) or "text" not in plain:
        return False
    code = _code(plain)
    return code is not None and code < 0 and plain.keys() <= {"id", "code", "text", "desc"}


def _faults(value: Plain) -> list[Fault]:
    if isinstance(value, list):
        return [fault for item in value for fault in _faults(item)]
    if not isinstance(value, dict):
        return [Fault(None, _text(value), "")]
    for wrapper in ("error", "rows"):
        if wrapper in value:
            return _faults(value[wrapper])
    return [Fault(_code(value), _text(value.get("text")), _text(value.get("desc")))]


def _code(fields: dict[str, Plain]) -> int | None:
    code = _text(fields.get("id", fields.get("code")))
    return int(code) if re.fullmatch(r"-?[0-9]{1,9}", code) else None


def _text(value: Plain) -> str:
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)
