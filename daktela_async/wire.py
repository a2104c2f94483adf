"""What goes over the wire and what it means: PHP's parameters out, the envelope in. Pure.

Behind the API is PHP. Nested parameters are written the way PHP reads them, an empty map comes as
`[]`, and a map keyed by id stands where a list could.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import TypeAlias
from urllib.parse import quote

from attrs import frozen

from _telephony_core.converter import read_flag
from _telephony_core.documents import Plain, Unreadable
from _telephony_core.yielding import in_parts

from .service import PRAGUE

#: What one parameter may be; None is left out.
PhpScalar: TypeAlias = "str | bool | int | float | Decimal | datetime | timedelta | None"
#: A parameter, or parameters in it: a sequence is PHP's list, a mapping its map.
PhpValue: TypeAlias = "PhpScalar | Sequence[PhpValue] | Mapping[str, PhpValue] | Mapping[int, str]"


_SECOND = timedelta(seconds=1)


# Out.


def php_params(
    params: Mapping[str, PhpValue], timezone: tzinfo = PRAGUE
) -> dict[str, str | list[str]]:
    """Return nested parameters as flat ones, the way PHP reads them.

    `{"queues": [1, 2]}` becomes `queues[]=1` and `queues[]=2`, `{"fields": {3: "x"}}` becomes
    `fields[3]=x`, `{"params": {"foo": {"bar": "y"}}}` becomes `params[foo][bar]=y`. A list in which
    lists or maps stand is numbered, since `x[][a]=1&x[][b]=2` would be two entries. None is
    left out, and so is an empty list, which PHP has no spelling for. Times are written in
    `timezone`, durations in seconds, flags as 1 and 0: see `yes_no` and `true_false` where the
    document wants words.
    """
    flat: dict[str, str | list[str]] = {}
    for name, value in params.items():
        _flatten(name, value, timezone, flat)
    return flat


def _flatten(
    name: str, value: PhpValue, timezone: tzinfo, flat: dict[str, str | list[str]]
) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            _flatten(f"{name}[{key}]", item, timezone, flat)
    elif not isinstance(value, str) and isinstance(value, Sequence):
        if any(
            isinstance(item, Sequence | Mapping) and not isinstance(item, str) for item in value
        ):
            for number, item in enumerate(value):
                _flatten(f"{name}[{number}]", item, timezone, flat)
        elif texts := [_scalar(item, timezone) for item in value if item is not None]:
            flat[f"{name}[]"] = texts
    elif value is not None:
        flat[name] = _scalar(value, timezone)


def _scalar(value: PhpValue, timezone: tzinfo) -> str:
    if isinstance(value, bool):
        # PHP takes the word "false" for true.
        return "1" if value else "0"
    if isinstance(value, datetime):
        return php_time(value, timezone)
    if isinstance(value, timedelta):
        return str(value // timedelta(seconds=1))
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def php_time(moment: datetime, timezone: tzinfo) -> str:
    """Return `YYYY-MM-DD HH:MM:SS` in a time zone; a time without one is in it already."""
    return local_time(moment, timezone).isoformat(" ", "seconds")


def local_time(moment: datetime, timezone: tzinfo) -> datetime:
    """Return what the service's clock shows at a moment."""
    local = moment.astimezone(timezone) if moment.tzinfo else moment
    return local.replace(tzinfo=None)


def shown_since(moment: datetime, timezone: tzinfo) -> datetime:
    """Return what the service's clock shows when a range begins that misses nothing from a moment.

    In autumn an hour comes twice, and nothing says which of the two the service means: a moment in
    it is put before the whole hour. A time without a zone is what the clock shows, and stays.
    """
    twice = _shown_twice(moment, timezone)
    return local_time(moment, timezone) if twice is None else twice[0] - _SECOND


def shown_until(moment: datetime, timezone: tzinfo) -> datetime:
    """Return what the service's clock shows when a range ends that misses nothing to a moment."""
    twice = _shown_twice(moment, timezone)
    return local_time(moment, timezone) if twice is None else twice[1]


def _shown_twice(moment: datetime, timezone: tzinfo) -> tuple[datetime, datetime] | None:
    """Return from when to when the clock shows times twice around a moment, if it does so there."""
    if moment.tzinfo is None:
        return None
    shown = local_time(moment, timezone).replace(microsecond=0)
    length = _put_back(shown, timezone)
    if not length:
        return None
    seconds = range(length // _SECOND)
    past = bisect(
        seconds, False, key=lambda second: not _put_back(shown - second * _SECOND, timezone)
    )
    begin = shown - (past - 1) * _SECOND
    return begin, begin + length


def _put_back(shown: datetime, timezone: tzinfo) -> timedelta:
    """Return by how much the clock is put back if it shows a time twice."""
    first, second = (
        shown.replace(tzinfo=timezone, fold=fold).utcoffset() or timedelta() for fold in (0, 1)
    )
    return max(timedelta(), first - second)


def yes_no(value: bool | None) -> str | None:
    """Return a flag as the words of `autoanswer=yes` and its kin."""
    return None if value is None else "yes" if value else "no"


def true_false(value: bool | None) -> str | None:
    """Return a flag as the words of `outbounder=true` and its kin."""
    return None if value is None else "true" if value else "false"


def encode_query(params: Mapping[str, str | Sequence[str]]) -> str:
    """Return a query; the brackets stay as they are, as the samples write them."""
    return "&".join(
        f"{quote(name, safe='[]')}={quote(value, safe='')}"
        for name, values in params.items()
        for value in ([values] if isinstance(values, str) else values)
    )


def encode_cookies(cookies: Mapping[str, str]) -> str:
    """Return a Cookie header; PHP undoes the escapes of names and values (as `setcookie` sets)."""
    return "; ".join(
        f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in cookies.items()
    )


# In.


@frozen
class Envelope:
    """What every answer is wrapped in: {"status": 1, "error": null, "result": ...}.

    Attributes:
        ok: whether the API did what was asked.
        errors: its errors, as texts.
        result: what it gave.
    """

    ok: bool
    errors: tuple[str, ...]
    result: Plain


_MEMBERS = ("status", "error", "result")
#: What MySQL writes for no date.
_NO_DATE = frozenset({"0000-00-00 00:00:00", "0000-00-00"})
_NUMBERED = re.compile(r"(?:item|key|row|element|entry|n|i|k|numeric)?[_-]?([0-9]{1,18})")
#: Names of XML elements that are known to mean nothing but themselves, up to a number of them.
_ordinary: set[str] = set()
_MOST_ORDINARY = 5000


def normalise(plain: Plain) -> Envelope:
    """Return the envelope of a parsed answer in JSON or XML, or raise `Unreadable`."""
    return open_envelope(even(drop_no_dates(plain)))


def may_hold_no_dates(body: bytes) -> bool:
    """Tell whether `drop_no_dates` is worth its time; answers without any are the rule.

    Where nulls are, two bytes or four make a character.
    """
    return b"0000-00-00" in body or b"\0" in body


def drop_no_dates(plain: Plain) -> Plain:
    """Return a parsed answer with None for what MySQL writes for no date; it is changed itself."""
    if isinstance(plain, str):
        return None if plain in _NO_DATE else plain
    if isinstance(plain, dict):
        for name, item in plain.items():
            plain[name] = drop_no_dates(item)
    elif isinstance(plain, list):
        plain[:] = map(drop_no_dates, plain)
    return plain


def open_envelope(plain: Plain) -> Envelope:
    """Return the envelope of an answer that is in one spelling, or raise `Unreadable`.

    `status` is a number or a text; without one, an answer that names no error is a good one. An
    error is a text, a list of texts or a map of them.
    """
    if not isinstance(plain, dict) or not any(name in plain for name in _MEMBERS):
        raise Unreadable("the answer has none of status, error and result")
    errors = tuple(_texts(plain.get("error")))
    try:
        ok = read_flag(plain["status"]) if "status" in plain else not errors
    except TypeError as error:
        raise Unreadable(f"its status is neither 1 nor 0 ({error})") from error
    return Envelope(ok, errors, plain.get("result"))


def _texts(error: Plain) -> list[str]:
    if isinstance(error, list):
        return [text for item in error for text in _texts(item)]
    if isinstance(error, dict):
        return [
            text if name.isdigit() else f"{name}: {text}"
            for name, item in error.items()
            for text in _texts(item)
        ]
    text = "" if error in (None, False, 0) else str(error).strip()
    return [text] if text else []


def even(plain: Plain) -> Plain:
    """Return an answer in one spelling, whether it came as JSON or as XML (with attributes).

    JSON is that spelling. XML is changed itself where possible. The document shows none; assumed
    is what generic writers for PHP's arrays do:

    - the root has any name, and the members of the envelope are its children;
    - a list is a repeated element in one that stands for the list, or numbered elements;
    - a map keyed by numbers has elements such as `<item3>`, `<n3>` or `<_3>`, since no XML name
      begins with a digit, or `key="3"` as an attribute;
    - a map numbered from 0 without gaps is a list, as it is in PHP's JSON;
    - an empty element is null.

    A list of one element called `item` is a list all the same. One called otherwise cannot be told
    from a map; that is left to the models, which know.
    """
    if isinstance(plain, dict) and len(plain) == 1:
        ((_, root),) = plain.items()
        if isinstance(root, dict) and any(name in root for name in _MEMBERS):
            return _even_xml(root)
    return plain


def _even_xml(plain: Plain) -> Plain:
    if isinstance(plain, list):
        return [_even_xml(item) for few in in_parts(plain) for item in few]
    if not isinstance(plain, dict):
        return plain
    if len(plain) > 1 and _ordinary.issuperset(plain):
        # The rows of a list, as a rule: nothing to be done but for what is nested in them.
        for name, item in plain.items():
            if type(item) is not str and item is not None:
                plain[name] = _even_xml(item)
        return plain
    fields = {name: item for name, item in plain.items() if name[:1] != "@"}
    if fields.keys() <= {"#text"}:
        return _even_xml(fields.get("#text"))
    if len(fields) == 1:
        ((name, items),) = fields.items()
        rows: list[Plain] = items if isinstance(items, list) else [items]
        keyed = {str(key): row for row in rows if (key := _attribute(row, "key")) is not None}
        if len(keyed) == len(rows):
            return _list_or_map(keyed)
        if name == "item":
            return _even_xml(rows)
    numbered = {
        found[1]: item for name, item in fields.items() if (found := _NUMBERED.fullmatch(name))
    }
    if len(numbered) == len(fields):
        return _list_or_map(numbered)
    if not numbered and len(fields) == len(plain) and len(_ordinary) < _MOST_ORDINARY:
        _ordinary.update(fields)
    return {name: _even_xml(item) for name, item in fields.items()}


def _list_or_map(fields: dict[str, Plain]) -> Plain:
    evened = {name: _even_xml(item) for name, item in fields.items()}
    if list(evened) == [str(number) for number in range(len(evened))]:
        return list(evened.values())
    return evened


def _attribute(plain: Plain, name: str) -> Plain:
    return plain.get(f"@{name}") if isinstance(plain, dict) else None
