"""What PHP writes in several shapes, evened out for the models that need it."""

import json
from contextlib import suppress

from _telephony_core.documents import Plain


def as_map(plain: Plain) -> dict[str, Plain]:
    """Return a map: an empty one comes as `[]`, and one numbered from 0 comes as a list."""
    if isinstance(plain, dict):
        return plain
    if isinstance(plain, list):
        return {str(number): item for number, item in enumerate(plain)}
    return {}


def lifted(plain: Plain, name: str) -> Plain:
    """Return a record one of whose fields is surely a map."""
    if isinstance(plain, dict) and name in plain:
        return {**plain, name: dict(as_map(plain[name]))}
    return plain


def as_texts(plain: Plain, name: str) -> Plain:
    """Return a record one of whose fields is surely a map of texts; what is nested becomes JSON.

    The map may come as JSON text itself; a text that is none is an empty map.
    """
    if not isinstance(plain, dict) or name not in plain:
        return plain
    value = plain[name]
    if isinstance(value, str):
        with suppress(ValueError, RecursionError):
            value = json.loads(value)
    texts: dict[str, Plain] = {
        key: json.dumps(item) if item and isinstance(item, dict | list) else item
        for key, item in as_map(value).items()
    }
    return {**plain, name: texts}


def as_text(plain: Plain, name: str) -> Plain:
    """Return a record one of whose fields is surely a text; a map or a list becomes JSON."""
    if isinstance(plain, dict) and isinstance(value := plain.get(name), dict | list):
        return {**plain, name: json.dumps(value) if value else None}
    return plain


def is_filled(plain: Plain, name: str) -> bool:
    """Tell whether a record has a field with something in it."""
    value = plain.get(name) if isinstance(plain, dict) else None
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value is not False and value != [] and value != {}


def without_empty(plain: Plain, name: str) -> Plain:
    """Return a record without a field that is empty, so that one that must be there is missed.

    Texts are read liberally: null would be an id that is empty.
    """
    if isinstance(plain, dict) and not is_filled(plain, name):
        return {field: item for field, item in plain.items() if field != name}
    return plain


def flattened(plain: Plain, name: str = "") -> dict[str, Plain]:
    """Return nested maps as one, its keys written as PHP writes parameters: `foo[bar]`."""
    if isinstance(plain, dict | list):
        return {
            spelling: value
            for key, item in as_map(plain).items()
            for spelling, value in flattened(item, f"{name}[{key}]" if name else key).items()
        }
    return {name: plain}
