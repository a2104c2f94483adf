"""What is public is listed, described, and takes a timeout."""

from __future__ import annotations

import importlib
import inspect
import pickle
import pkgutil
import re
from collections.abc import Iterator
from importlib.resources import files
from types import ModuleType

import attrs
import pytest

import spikon_async
from _telephony_core.converter import Record
from spikon_async import SpikonClient, TelephonyError
from tests.spikon.helpers import KEY, public_coroutines, resources


def modules() -> Iterator[ModuleType]:
    yield spikon_async
    for found in pkgutil.walk_packages(spikon_async.__path__, "spikon_async."):
        if not found.name.startswith("spikon_async.sandbox"):
            yield importlib.import_module(found.name)


def public_members(kind: type) -> Iterator[tuple[str, object]]:
    """Yield the methods and properties that a class itself has."""
    for name, member in vars(kind).items():
        if isinstance(member, classmethod | staticmethod):
            yield name, member.__func__  # pyright: ignore[reportUnknownMemberType]
        elif not name.startswith("_") and (
            inspect.isfunction(member) or isinstance(member, property)
        ):
            yield name, member


def described() -> dict[str, object]:
    """Return everything public that ought to have a docstring."""
    found: dict[str, object] = {}
    for module in modules():
        found[module.__name__] = module
        for name, member in vars(module).items():
            if name.startswith("_") or getattr(member, "__module__", "") != module.__name__:
                continue
            if not (inspect.isclass(member) or inspect.isfunction(member)):
                continue
            found[f"{module.__name__}.{name}"] = member
            if inspect.isclass(member):
                for inner, method in public_members(member):
                    found[f"{module.__name__}.{name}.{inner}"] = method
    for name in spikon_async.__all__:
        found[f"spikon_async.{name}"] = getattr(spikon_async, name)
    return found


DESCRIBED = described()


def test_the_list_of_names_is_sorted_and_names_each_once() -> None:
    assert spikon_async.__all__ == sorted(spikon_async.__all__)
    assert len(spikon_async.__all__) == len(set(spikon_async.__all__))


def test_every_error_is_public() -> None:
    def kinds(kind: type[TelephonyError]) -> Iterator[type[TelephonyError]]:
        yield kind
        for below in kind.__subclasses__():
            yield from kinds(below)

    ours = {
        kind.__name__
        for kind in kinds(TelephonyError)
        if kind.__module__ in {"_telephony_core.errors", "spikon_async.errors"}
    }
    assert ours <= set(spikon_async.__all__)
    assert ours <= set(spikon_async.errors.__all__)


def test_the_package_is_typed() -> None:
    typed = files("spikon_async").joinpath("py.typed")
    assert typed.is_file()


@pytest.mark.parametrize("name", DESCRIBED)
def test_it_is_described_in_a_sentence(name: str) -> None:
    text = inspect.getdoc(DESCRIBED[name])
    assert text, f"{name} has no docstring"
    first, _, rest = text.partition("\n")
    assert first.endswith("."), first
    assert first[0].isupper()
    assert not rest or rest.startswith("\n"), f"{name}: a blank line follows the first sentence"


def test_every_method_names_its_section() -> None:
    for name, method in public_coroutines(SpikonClient(KEY)).items():
        assert re.search(r"SPIKON 4\.\d\.\d", inspect.getdoc(method) or "") or name in {
            # Made of others, which name theirs.
            "call_lists.collect",
            "call_lists.download_recordings",
            "call_lists.order_range",
            "call_lists.stream",
            "tts.collect",
        }, name


def test_everything_that_waits_takes_a_timeout() -> None:
    for name, method in public_coroutines(SpikonClient(KEY)).items():
        parameters = inspect.signature(method).parameters
        assert parameters["timeout"].kind is inspect.Parameter.KEYWORD_ONLY, name
        assert parameters["timeout"].default is None or parameters["timeout"].default > 0, name


def test_resources_have_nothing_public_but_coroutines() -> None:
    coroutines = public_coroutines(SpikonClient(KEY))
    for resource, holder in resources(SpikonClient(KEY)).items():
        public = {name for name in dir(holder) if not name.startswith("_")}
        assert {f"{resource}.{name}" for name in public} <= coroutines.keys()


def records() -> list[type]:
    return [
        kind
        for name in spikon_async.__all__
        for kind in [getattr(spikon_async, name)]
        if isinstance(kind, type) and attrs.has(kind)
    ]


@pytest.mark.parametrize("kind", records(), ids=lambda kind: kind.__name__)
def test_records_are_frozen_slotted_and_described(kind: type) -> None:
    assert "__setattr__" in vars(kind)
    assert "__dict__" not in dir(kind)
    text = inspect.getdoc(kind) or ""
    names = [field.name for field in attrs.fields(kind) if field.name != "extra"]
    if len(names) > 1:
        for name in names:
            assert re.search(rf"^ +{name}: ", text, re.MULTILINE), f"{kind.__name__}.{name}"
    if issubclass(kind, Record):
        fields = {field.name: field for field in attrs.fields(kind)}
        assert not fields["extra"].eq
        assert all(field.kw_only for field in fields.values())


def test_records_survive_pickle_and_stay_equal() -> None:
    voice = spikon_async.Voice(name="Ewa", gender=spikon_async.Gender.FEMALE)
    assert pickle.loads(pickle.dumps(voice)) == voice  # noqa: S301  # our own
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        voice.name = "Jacek"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def test_a_client_is_not_pickled_with_its_key() -> None:
    with pytest.raises((TypeError, pickle.PicklingError)):
        pickle.dumps(SpikonClient(KEY))
