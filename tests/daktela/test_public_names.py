"""What the package shows: complete, sorted, described."""

from __future__ import annotations

import inspect

import pytest

import daktela_async
from daktela_async import DaktelaClient, webhooks
from tests.daktela.helpers import resources


@pytest.mark.parametrize("package", [daktela_async, webhooks])
def test_all_is_sorted(package: object) -> None:
    assert inspect.ismodule(package)
    names: list[str] = package.__all__
    assert names == sorted(
        names, key=lambda name: (not name.isupper(), not name[0].isupper(), name)
    )


@pytest.mark.parametrize("name", daktela_async.__all__)
def test_every_public_name_is_described(name: str) -> None:
    thing = getattr(daktela_async, name)
    if inspect.isclass(thing) or inspect.isfunction(thing):
        assert (inspect.getdoc(thing) or "").split("\n")[0].endswith((".", ":"))


DAKTELA = DaktelaClient("pbx.example", access_token="t0ken")


@pytest.mark.parametrize(("name", "resource"), resources(DAKTELA).items())
def test_every_method_is_described_and_bounded(name: str, resource: object) -> None:
    methods = [
        method
        for method_name, method in inspect.getmembers(type(resource), inspect.isfunction)
        if not method_name.startswith("_")
    ]
    assert methods, name
    for method in methods:
        assert (inspect.getdoc(method) or "").split("\n")[0].rstrip().endswith((".", ":")), method
        if inspect.iscoroutinefunction(method):
            assert "timeout" in inspect.signature(method).parameters, method
