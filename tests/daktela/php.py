"""PHP's own reading of a query (`parse_str`), written anew to hold our writing to it."""

from __future__ import annotations

from typing import TypeAlias
from urllib.parse import unquote_plus

#: What PHP makes of a query: texts, and arrays, whose keys are numbers or texts.
PhpArray: TypeAlias = "dict[int | str, str | PhpArray]"


def parse_str(query: str) -> PhpArray:
    """Return the variables of a query: `a[]=1&a[]=2&b[x][y]=3`."""
    variables: PhpArray = {}
    for pair in query.split("&"):
        if not pair:
            continue
        name, _, value = pair.partition("=")
        _register(variables, unquote_plus(name), unquote_plus(value))
    return variables


def _register(variables: PhpArray, name: str, value: str) -> None:
    """Do what `php_register_variable_ex` does."""
    name = name.lstrip(" ").partition("\0")[0]
    base, bracket, rest = name.partition("[")
    # What cannot be part of a variable's name becomes an underscore.
    base = base.replace(" ", "_").replace(".", "_")
    if not base:
        return
    keys: list[str] = []
    while bracket:
        key, closed, rest = rest.partition("]")
        if not closed:
            if not keys:
                base = f"{base}_{key}"
            break
        # One blank in brackets is as good as none.
        keys.append("" if len(key) == 1 and key in " \t\n\v\f\r" else key)
        # What stands between two pairs of brackets is passed over, and ends the name.
        if not rest.startswith("["):
            break
        bracket, rest = rest[0], rest[1:]
    _put(variables, [base, *keys], value)


def _put(array: PhpArray, keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        index = _index(key, array)
        inner = array.get(index)
        if not isinstance(inner, dict):
            inner = array[index] = {}
        array = inner
    array[_index(keys[-1], array)] = value


def _index(key: str, array: PhpArray) -> int | str:
    """Return a key as PHP stores it: what looks like a whole number is one."""
    if not key:
        return max((each for each in array if isinstance(each, int)), default=-1) + 1
    if key.isascii() and key.lstrip("-").isdigit() and str(int(key)) == key:
        return int(key)
    return key
