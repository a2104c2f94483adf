"""What PHP writes in several shapes, evened out for the models that need it."""

import json

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


def as_text(plain: Plain, name: str) -> Plain:
    """Return a record one of whose fields is surely a text; a map or a list becomes JSON."""
    if isinstance(plain, dict) and isinstance(value := plain.get(name), dict | list):
        return {**plain, name: json.dumps(value) if value else None}
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
