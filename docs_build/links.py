"""Links from the tables of methods to the reference."""

from __future__ import annotations

import re

from docs_build import clients

_CALL = re.compile(r"`(?P<name>\w+\.\w+)\([^`]*\)`(?= →)")


def linked(page: str) -> str:
    """Return the page of methods with a link to the reference at every method."""
    before, spikon, daktela = re.split(r"(?=^## (?:SPIKON|Daktela): )", page, flags=re.MULTILINE)
    return before + _in_section(spikon, clients.spikon()) + _in_section(daktela, clients.daktela())


def _in_section(text: str, client: clients.AnyClient) -> str:
    return _CALL.sub(lambda call: f"[{call[0]}][{clients.full_name(client, call['name'])}]", text)
