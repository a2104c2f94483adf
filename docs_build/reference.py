"""The pages of the reference, made of the lists of public names, so that none is left out.

A page is Markdown with `::: name` where mkdocstrings puts what the docstrings say.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from importlib import import_module
from types import ModuleType

import daktela_async
import daktela_async.webhooks
import spikon_async
from _telephony_core.errors import TelephonyError
from docs_build import clients
from docs_build.clients import AnyClient

CLIENTS: dict[str, tuple[str, ModuleType]] = {
    "spikon": ("SPIKON", spikon_async),
    "daktela": ("Daktela", daktela_async),
}
#: The words for the modules whose names are public and that are no records of a chapter.
_GROUPS = {
    "spikon_async.wire": "Errors as they came",
    "daktela_async.agent_states": "Watching agents: what is told",
    "daktela_async.watching": "Watching agents: who watches",
    "daktela_async.models.common": "Used by several chapters",
    "daktela_async.models.paging": "Pages",
    "daktela_async.models.shapes": "Shapes",
}


def pages() -> dict[str, str]:
    """Return all pages by their paths below `reference/`."""
    found = {"shared.md": _shared(), "errors.md": _errors(), "sandboxes.md": _sandboxes()}
    for folder, (name, package) in CLIENTS.items():
        client = clients.spikon() if folder == "spikon" else clients.daktela()
        found[f"{folder}/client.md"] = _client(name, package, client)
        found |= {
            f"{folder}/{resource.name}.md": _resource(resource)
            for resource in clients.resources(client).values()
        }
        found[f"{folder}/models.md"] = _records(name, package)
        found[f"{folder}/errors.md"] = _own_errors(name, package)
        found[f"{folder}/sandbox.md"] = _sandbox(name, import_module(f"{package.__name__}.sandbox"))
    found["daktela/webhooks.md"] = _module("Webhooks", daktela_async.webhooks)
    return found


def public(package: ModuleType) -> list[str]:
    """Return the public names of a package."""
    names: list[str] = package.__all__
    return names


def _is_error(package: ModuleType, name: str) -> bool:
    member: object = getattr(package, name)
    return inspect.isclass(member) and issubclass(member, TelephonyError)


def _home(package: ModuleType, name: str) -> str:
    """Return the module that a public name is defined in."""
    # A constant does not know where it comes from.
    home = str(getattr(getattr(package, name), "__module__", package.__name__))
    if home != "typing":
        return home
    # A name for several types knows nothing of its home.
    return next(
        module
        for module in ("daktela_async.agent_states", "daktela_async.models.shapes")
        if hasattr(import_module(module), name)
    )


def _in_core(package: ModuleType, name: str) -> bool:
    return _home(package, name).startswith("_telephony_core")


def _titled(title: str, text: str, sections: Iterable[str]) -> str:
    return "\n\n".join([f"# {title}", text, *sections]) + "\n"


def _names(package: ModuleType, names: Iterable[str], level: int) -> Iterator[str]:
    for name in names:
        yield f"::: {package.__name__}.{name}\n    options:\n      heading_level: {level}"
        member: object = getattr(package, name)
        if inspect.isclass(member) and issubclass(member, StrEnum):
            yield "\n".join(["| name | value |", "|---|---|", *_values(member)])


def _values(vocabulary: type[StrEnum]) -> Iterator[str]:
    for member in vocabulary:
        yield f"| `{member.name}` | `{member.value}` |"


def _client(name: str, package: ModuleType, client: AnyClient) -> str:
    kind = type(client).__name__
    table = "\n".join(
        ["| resource | what it is for |", "|---|---|"]
        + [
            f"| [`{one.name}`]({one.name}.md) | {one.title} |"
            for one in clients.resources(client).values()
        ]
    )
    others = [
        other
        for other in public(package)
        if _home(package, other) in {f"{package.__name__}.client", f"{package.__name__}.service"}
        and other != kind
    ]
    return _titled(
        f"{name}: the client",
        f"All names of this page are imported from `{package.__name__}`.",
        [*_names(package, [kind], 2), "## Resources", table, *_names(package, others, 2)],
    )


def _resource(resource: clients.ResourceOf) -> str:
    return _titled(
        f"`{resource.name}`",
        f"{resource.title} It is an attribute of the client: `client.{resource.name}`.",
        [
            f"::: {resource.path}\n    options:\n      heading_level: 2\n      show_bases: false\n"
            "      inherited_members: true\n      merge_init_into_class: false"
        ],
    )


def _records(name: str, package: ModuleType) -> str:
    by_home: dict[str, list[str]] = {}
    for one in public(package):
        home = _home(package, one)
        own = home.startswith(package.__name__)
        if own and not _is_error(package, one) and not home.endswith((".client", ".service")):
            by_home.setdefault(home, []).append(one)
    sections: list[str] = []
    for home, names in sorted(by_home.items(), key=lambda one: _group(one[0])):
        sections += [f"## {_group(home)}", *_names(package, names, 3)]
    return _titled(
        f"{name}: records",
        f"What the methods return, and what they take. All are imported from `{package.__name__}`;"
        " all records are frozen, and keep what the API sent beyond its document in `extra`.",
        sections,
    )


def _group(home: str) -> str:
    if home in _GROUPS:
        return _GROUPS[home]
    text = import_module(home).__doc__ or ""
    return re.sub(r"\.$", "", text.strip().partition("\n")[0])


def _own_errors(name: str, package: ModuleType) -> str:
    own = [one for one in public(package) if _is_error(package, one) and not _in_core(package, one)]
    return _titled(
        f"{name}: errors of the API",
        f"Imported from `{package.__name__}`. Errors that are not the API's own are on the page"
        " [Errors](../errors.md).",
        _names(package, own, 2),
    )


def _errors() -> str:
    names = [
        one
        for one in public(spikon_async)
        if _in_core(spikon_async, one) and (_is_error(spikon_async, one) or one == "Acted")
    ]
    return _titled(
        "Errors",
        "Both packages have these names: import them from the one that you use. What to do about"
        " each is in [Errors at 3 a.m.](../how-to/errors.md)",
        _names(spikon_async, names, 2),
    )


def _shared() -> str:
    names = [
        one
        for one in public(spikon_async)
        if _in_core(spikon_async, one) and not _is_error(spikon_async, one) and one != "Acted"
    ]
    return _titled(
        "Waiting, repeating, downloading",
        "Both packages have these names: import them from the one that you use.",
        _names(spikon_async, names, 2),
    )


def _sandbox(name: str, module: ModuleType) -> str:
    own = [one for one in public(module) if one != "faults" and not _in_core(module, one)]
    return _titled(
        f"{name}: sandbox",
        f"`{module.__name__}` needs the extra `sandbox`. How to use it is in"
        " [Testing your application](../../how-to/testing.md); clock, log and faults are in"
        " [Clock, log and faults](../sandboxes.md).",
        _names(module, own, 2),
    )


def _sandboxes() -> str:
    module = import_module("spikon_async.sandbox")
    names = [one for one in public(module) if one != "faults" and _in_core(module, one)]
    return _titled(
        "Clock, log and faults of the sandboxes",
        "Both sandboxes have these names: import them from the one that you use.",
        [
            *_names(module, names, 2),
            "## Faults",
            "Imported as `from spikon_async.sandbox import faults`, or from"
            " `daktela_async.sandbox`.",
            "::: _telephony_core.sandbox.faults\n    options:\n      heading_level: 2\n"
            "      show_root_heading: false\n      show_root_toc_entry: false",
        ],
    )


def _module(title: str, module: ModuleType) -> str:
    return _titled(
        title,
        f"Imported from `{module.__name__}`. The flow is described in"
        " [Webhooks](../../flows/webhooks.md).",
        _names(module, public(module), 2),
    )
