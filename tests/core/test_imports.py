"""Imports go one way, as CONTRIBUTING.md draws it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("_telephony_core", "spikon_async", "daktela_async")
CLIENTS = ("spikon_async", "daktela_async")

#: The modules that may see httpx: what sends, and what takes `http_client=`.
SEES_HTTPX = {
    *(f"_telephony_core.{name}" for name in ("by_httpx", "connections", "session", "transport")),
    *(f"{package}.{name}" for package in CLIENTS for name in ("client", "session")),
    # A dry run's way to send nothing, and what hands it over.
    *(f"_telephony_core.cli.{name}" for name in ("dry_run", "program")),
}
#: What the records may import of the core: nothing that does I/O for them.
OF_RECORDS = {f"_telephony_core.{name}" for name in ("converter", "documents", "errors")} | {
    "_telephony_core.downloads"  # the record of a file that was saved
}


def imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, by their full names."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            name = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{name}.{alias.name}" for alias in node.names)
            yield name


def modules() -> dict[str, frozenset[str]]:
    """Return what each module of the packages imports."""
    found: dict[str, frozenset[str]] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = frozenset(imported(path))
    return found


MODULES = modules()


def under(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def breaches(importers: str, imports: str) -> list[str]:
    """Return who of `importers` imports something of `imports`."""
    return [
        f"{module} imports {name}"
        for module, names in MODULES.items()
        for name in sorted(names)
        if under(module, importers) and under(name, imports)
    ]


def test_all_modules_are_looked_at() -> None:
    assert {"spikon_async", "_telephony_core.session", "daktela_async.models.sms"} <= set(MODULES)
    assert "_telephony_core.converter" in MODULES["daktela_async.models.sms"]
    assert "spikon_async.wire" in MODULES["spikon_async.session"]


@pytest.mark.parametrize(
    ("importers", "imports"),
    [
        ("spikon_async", "daktela_async"),
        ("daktela_async", "spikon_async"),
        *(("_telephony_core", package) for package in CLIENTS),
        *((f"{package}.wire", "httpx") for package in CLIENTS),
        *((f"{package}.wire", f"{package}.models") for package in CLIENTS),
        *((f"{package}.models", f"{package}.resources") for package in CLIENTS),
        *((f"{package}.models", f"{package}.session") for package in CLIENTS),
        *((f"{package}.session", f"{package}.resources") for package in CLIENTS),
        ("_telephony_core.transport", "_telephony_core.session"),
        ("_telephony_core.pool", "_telephony_core.transport"),
        ("_telephony_core.attempts", "_telephony_core.transport"),
        ("_telephony_core.attempts", "_telephony_core.connections"),
        ("_telephony_core.building", "_telephony_core.converter"),
        ("_telephony_core.json_rows", "_telephony_core.converter"),
    ],
)
def test_nothing_is_imported_upwards_or_across(importers: str, imports: str) -> None:
    assert breaches(importers, imports) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_sandbox_stands_apart(package: str) -> None:
    inside = f"{package}.sandbox"
    # The fixtures of pytest hand both out, and a command line serves one for --sandbox.
    both = {f"{package}.pytest_plugin", f"{package}.cli.program"}
    outside = [
        other
        for other in MODULES
        if under(other, package) and not under(other, inside) and other not in both
    ]
    assert [name for name in outside for i in MODULES[name] if under(i, inside)] == []
    allowed = (inside, "_telephony_core.sandbox")
    shared = [
        f"{name} imports {other}"
        for name in MODULES
        for other in MODULES[name]
        if under(name, inside)
        and other in MODULES
        and not any(under(other, place) for place in allowed)
        # `from x.sandbox import y` names nothing of x itself.
        and other != package
    ]
    assert shared == []


def test_only_what_sends_sees_httpx() -> None:
    seeing = {
        module
        for module, names in MODULES.items()
        if ".sandbox" not in module and any(under(name, "httpx") for name in names)
    }
    assert seeing <= SEES_HTTPX


@pytest.mark.parametrize("what", ["cyclopts", "rich", *(f"{package}.cli" for package in PACKAGES)])
def test_only_the_command_lines_need_what_their_extra_brings(what: str) -> None:
    needing = {name for name in MODULES if any(under(i, what) for i in MODULES[name])}
    assert needing
    assert {name for name in needing if ".cli" not in name} == set()


@pytest.mark.parametrize("package", CLIENTS)
def test_records_know_the_converter_and_nothing_that_sends(package: str) -> None:
    known = {
        name
        for module, names in MODULES.items()
        if under(module, f"{package}.models")
        for name in names
        if name in MODULES and name != "_telephony_core"
    }
    assert {name for name in known if not under(name, f"{package}.models")} <= OF_RECORDS
