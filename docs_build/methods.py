"""The tables of methods: what each documented call is in Python, and what repeating it would do.

They are made from the tables that the tests run (`tests/spikon/endpoints.py` and
`tests/daktela/rows_*.py`), so that nothing is said here that is not tested there. The page is kept
in the repository to be read there: `python -m docs_build.methods` writes it anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from unittest.mock import patch

from _telephony_core.calls import Call, Semantics
from daktela_async.session import DaktelaSession
from docs_build import clients
from docs_build.clients import AnyCall, AnyClient
from spikon_async.session import SpikonSession
from tests.daktela import endpoints as of_daktela
from tests.spikon import endpoints as of_spikon

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "methods.md"

_REPEATED = {
    Semantics.SAFE: "yes",
    Semantics.IDEMPOTENT: "yes: twice is as good as once",
    Semantics.NON_IDEMPOTENT: "**no**: `OutcomeUnknown`",
}

_HEAD = """\
# Vendor methods and Python methods

Every documented method of both APIs, the method of this library that calls it, and whether a call
is made again by itself when its answer was lost. `…` stands for further arguments; every method
takes `timeout=` in seconds, and those of Daktela `version=`. The reference has the details, and
the limits.

<!-- Written by `python -m docs_build.methods` from the tables of the tests. -->
"""


class _Captured(Exception):
    """Carry a call out of the client in place of making it."""

    def __init__(self, call: Call[object]) -> None:
        super().__init__()
        self.call = call


async def _capture(_session: object, call: Call[object], **_options: object) -> object:
    raise _Captured(call)


def semantics_of(client: AnyClient, call: AnyCall) -> Semantics:
    """Return what repeating a call would do, as the method itself says."""

    async def make() -> Semantics:
        try:
            await call(client)
        except _Captured as captured:
            return captured.call.semantics
        raise AssertionError("nothing was called")

    return asyncio.run(make())


def page() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *_spikon(), "", *_daktela(), ""])


def _spikon() -> Iterable[str]:
    with patch.object(SpikonSession, "send", _capture):
        client = clients.spikon()
        rows = {
            row.path: (row.section, row.name, semantics_of(client, row.call))
            for row in of_spikon.ENDPOINTS
        }
    # The one method whose answer is a file; it only reads.
    rows[of_spikon.DOWNLOAD_PATH] = ("4.7.5", of_spikon.DOWNLOAD, Semantics.SAFE)
    yield f"## SPIKON: {len(rows)} methods"
    yield ""
    yield "| SPIKON method | section | Python | made again after a lost answer |"
    yield "|---|---|---|---|"
    for path in of_spikon.DOCUMENTED:
        section, name, semantics = rows[path]
        python = _python(client, name)
        method = path.removeprefix("/api/")
        yield f"| `{method}` | {section} | {python} | {_REPEATED[semantics]} |"
    yield ""
    yield from _flows(client, of_spikon.FLOWS)


def _daktela() -> Iterable[str]:
    with patch.object(DaktelaSession, "send", _capture):
        client = clients.daktela()
        rows: dict[tuple[str, str], set[Semantics]] = {
            pair: {Semantics.SAFE} for pair in of_daktela.DOWNLOADS
        }
        for row in of_daktela.ENDPOINTS:
            found = rows.setdefault((row.variant, row.name), set())
            found.add(semantics_of(client, row.call))
    variants = {variant for variant, _ in rows}
    order = {name: place for place, name in enumerate(clients.resources(client))}
    yield f"## Daktela: {len(variants)} variants of {len({v.split()[0] for v in variants})} actions"
    yield ""
    yield "| Daktela action | chapter | Python | made again after a lost answer |"
    yield "|---|---|---|---|"
    for (variant, name), semantics in sorted(
        rows.items(), key=lambda row: (order[row[0][1].partition(".")[0]], row[0])
    ):
        chapter = clients.resources(client)[name.partition(".")[0]].chapter
        action, _, version = variant.partition(" ")
        python = _python(client, name)
        yield f"| `{action}` {version} | {chapter} | {python} | {_repeated(semantics)} |"
    yield ""
    yield from _flows(client, of_daktela.FLOWS)


def _repeated(semantics: set[Semantics]) -> str:
    if len(semantics) == 1:
        return _REPEATED[next(iter(semantics))]
    return "depends on the arguments: see there"


def _flows(client: AnyClient, names: Iterable[str]) -> Iterable[str]:
    yield "What is made of them:"
    yield ""
    yield "| Python | what it does |"
    yield "|---|---|"
    order = {name: place for place, name in enumerate(clients.resources(client))}
    for name in sorted(names, key=lambda name: (order[name.partition(".")[0]], name)):
        yield f"| {_python(client, name)} | {clients.first_sentence(client, name)} |"


def _python(client: AnyClient, name: str) -> str:
    result = clients.returned(client, name).replace("|", "\\|")
    return f"`{clients.shown(client, name)}` → `{result}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
