"""The two clients as the documentation sees them: resources, methods, signatures."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Coroutine, Iterable
from functools import cached_property
from typing import Any, TypeAlias, get_overloads

from attrs import frozen

from daktela_async import DaktelaClient
from spikon_async import SpikonClient

AnyClient: TypeAlias = "SpikonClient | DaktelaClient"
#: What a table's row calls: one method of a client, with arguments.
AnyCall: TypeAlias = Callable[[Any], Coroutine[Any, Any, object]]


@frozen
class ResourceOf:
    """A resource of a client: the attribute, what it is, and the class behind it."""

    name: str
    title: str
    kind: type[object]

    @property
    def path(self) -> str:
        """The full name of the class."""
        return f"{self.kind.__module__}.{self.kind.__name__}"

    @property
    def chapter(self) -> str:
        """The chapter of the document that the module names, if it names one."""
        module = inspect.getmodule(self.kind)
        found = re.match(r"Chapter ([\w.]+)", (module and module.__doc__) or "")
        return found[1] if found else ""


def spikon() -> SpikonClient:
    """Return a client that goes nowhere."""
    return SpikonClient("documentation")


def daktela() -> DaktelaClient:
    """Return a client that goes nowhere."""
    return DaktelaClient("documentation.daktela.com", access_token="documentation")  # noqa: S106


def resources(client: AnyClient) -> dict[str, ResourceOf]:
    """Return the resources of a client, in the order in which it has them."""
    members: dict[str, object] = dict(vars(type(client)))
    return {
        name: ResourceOf(name, inspect.getdoc(members[name]) or "", _class_of(client, name))
        for name in members
        if isinstance(members[name], cached_property)
    }


def _class_of(client: AnyClient, name: str) -> type[object]:
    resource: object = getattr(client, name)
    return type(resource)


def method_of(client: AnyClient, name: str) -> Callable[..., object]:
    """Return a method by its name, such as "account.balance"."""
    resource, _, method = name.partition(".")
    return getattr(resources(client)[resource].kind, method)  # type: ignore[no-any-return]


def shown(client: AnyClient, name: str) -> str:
    """Return how a method is called: what must be given, and `…` for what may be."""
    method = method_of(client, name)
    # The first of several signatures says best what a method wants.
    signature = inspect.signature(next(iter(get_overloads(method)), method))
    given = [parameter for parameter in signature.parameters.values() if parameter.name != "self"]
    needed = [
        f"{parameter.name}=…"
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        else parameter.name
        for parameter in given
        if parameter.default is inspect.Parameter.empty
    ]
    optional = {
        parameter.name for parameter in given if parameter.default is not parameter.empty
    } - {"timeout", "version"}
    return f"{name}({', '.join([*needed, *['…'] * bool(optional)])})"


def returned(client: AnyClient, name: str) -> str:
    """Return what a method gives, without the modules of its types."""
    annotation = inspect.signature(method_of(client, name)).return_annotation
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return re.sub(r"[\w.]+\.(?=\w)", "", text)


def full_name(client: AnyClient, name: str) -> str:
    """Return the name under which the reference has a method."""
    resource, _, method = name.partition(".")
    return f"{resources(client)[resource].path}.{method}"


def first_sentence(client: AnyClient, name: str) -> str:
    """Return what a method does, in one sentence."""
    text = inspect.getdoc(method_of(client, name)) or ""
    return text.partition("\n\n")[0].replace("\n", " ")


def unique(names: Iterable[str]) -> list[str]:
    """Return names once each, in order."""
    return list(dict.fromkeys(names))
