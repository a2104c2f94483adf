"""What is public is loaded when it is first used, and is otherwise as if it had been all along."""

from __future__ import annotations

import ast
import json
import pickle
import pydoc
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest

import daktela_async
import spikon_async
from daktela_async import webhooks

PACKAGES = [spikon_async, daktela_async, webhooks]

#: What nobody needs who only names things: the HTTP library, the converter, the large standard
#: modules that come with them, and what the packages themselves load later.
LATE = {
    *(
        "anyio",
        "asyncio",
        "cattrs",
        "httpcore",
        "httpx",
        "ssl",
        "starlette",
        "uvicorn",
        "xmltodict",
    ),
    *("_telephony_core.converter", "_telephony_core.downloads", "_telephony_core.session"),
    *("_telephony_core.transport", "_telephony_core.sandbox"),
    *("spikon_async.models", "spikon_async.resources", "spikon_async.sandbox"),
    *("daktela_async.models", "daktela_async.resources", "daktela_async.sandbox"),
    "daktela_async.webhooks",
}


def in_a_new_interpreter(code: str) -> object:
    """Run code by itself and return what it prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8"
    )
    return json.loads(done.stdout)


def loaded_by(code: str) -> set[str]:
    """Return the modules that this code loads in a new interpreter."""
    found = in_a_new_interpreter(
        # Whatever watches the tests may have loaded something before.
        "import json, sys; before = set(sys.modules)\n"
        f"{code}\nprint(json.dumps([name for name in sys.modules if name not in before]))"
    )
    return set(cast("list[str]", found))


def declared(package: ModuleType) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return which names come from where: for the type checkers, and when the program runs."""
    source = Path(package.__file__ or "").read_text(encoding="utf-8")
    (choice,) = (node for node in ast.parse(source).body if isinstance(node, ast.If))
    assert ast.unparse(choice.test) == "TYPE_CHECKING"
    checked = {
        "." * node.level + (node.module or ""): {alias.name for alias in node.names}
        for node in choice.body
        if isinstance(node, ast.ImportFrom)
    }
    (homes,) = (
        ast.literal_eval(node.args[1])
        for statement in choice.orelse
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
    )
    return checked, {home: set(names.split()) for home, names in homes.items()}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
class TestNames:
    def test_what_runs_is_what_the_type_checkers_see(self, package: ModuleType) -> None:
        checked, run = declared(package)
        assert run == checked
        assert sorted(name for names in run.values() for name in names) == sorted(package.__all__)

    def test_every_name_is_there_and_stays_the_same(self, package: ModuleType) -> None:
        _, homes = declared(package)
        for home, names in homes.items():
            module = import_module(home, package.__name__)
            for name in names:
                assert getattr(package, name) is getattr(module, name)
                assert vars(package)[name] is getattr(module, name)

    def test_a_star_brings_all_of_them_and_nothing_else(self, package: ModuleType) -> None:
        found: dict[str, object] = {}
        exec(f"from {package.__name__} import *", found)  # noqa: S102  # it is what is tested
        assert found.keys() - {"__builtins__"} == set(package.__all__)

    def test_they_are_listed_before_they_are_loaded(self, package: ModuleType) -> None:
        found = in_a_new_interpreter(
            f"import json, {package.__name__} as p; print(json.dumps(dir(p)))"
        )
        names = cast("list[str]", found)
        assert {*package.__all__, "__all__", "__doc__", "__path__"} <= set(names)
        assert names == sorted(set(names))

    def test_what_is_not_there_is_missed_as_usual(self, package: ModuleType) -> None:
        message = f"^module '{package.__name__}' has no attribute 'nothing'$"
        with pytest.raises(AttributeError, match=message):
            _ = package.nothing
        assert not hasattr(package, "__wrapped__")
        with pytest.raises(ImportError, match="cannot import name 'nothing' from"):
            exec(f"from {package.__name__} import nothing")  # noqa: S102  # it is what is tested

    def test_help_tells_of_all(self, package: ModuleType) -> None:
        text = pydoc.plain(pydoc.render_doc(package))
        for name in package.__all__:
            assert name in text

    def test_modules_are_there_as_after_imports(self, package: ModuleType) -> None:
        checked, _ = declared(package)
        modules = sorted({home.split(".")[1] for home in checked if home.startswith(".")})
        code = f"import json, {package.__name__} as p\n"
        code += f"print(json.dumps([getattr(p, name).__name__ for name in {modules}]))"
        assert in_a_new_interpreter(code) == [f"{package.__name__}.{name}" for name in modules]


@pytest.mark.parametrize("name", ["spikon_async", "daktela_async"])
def test_an_import_of_the_package_loads_none_of_it(name: str) -> None:
    loaded = loaded_by(f"import {name}")
    assert not loaded & LATE
    assert {module for module in loaded if module.startswith(name)} == {name}


@pytest.mark.parametrize(
    ("package", "client"), [("spikon_async", "SpikonClient"), ("daktela_async", "DaktelaClient")]
)
def test_an_import_of_the_client_loads_neither_http_nor_models(package: str, client: str) -> None:
    assert not loaded_by(f"from {package} import {client}") & LATE


@pytest.mark.parametrize(
    ("package", "client", "used"),
    [
        ("spikon_async", "SpikonClient('key')", "sms"),
        ("daktela_async", "DaktelaClient('pbx.example', access_token='t')", "queues"),
    ],
)
def test_a_client_loads_a_resource_when_it_is_used(package: str, client: str, used: str) -> None:
    made = f"import {package}\nclient = {package}.{client}\n"
    resources = f"{package}.resources."
    assert not any(name.startswith(resources) for name in loaded_by(made))
    loaded = loaded_by(f"{made}assert client.{used} is client.{used}")
    assert f"{resources}{used}" in loaded
    assert not {f"{resources}tts", f"{resources}records"} & loaded


def test_a_hook_is_read_without_the_client() -> None:
    loaded = loaded_by("from daktela_async.webhooks import parse")
    assert not loaded & {"httpx", "daktela_async.client", "daktela_async.session"}


def test_an_error_of_another_process_is_unpickled_by_a_fresh_one() -> None:
    error = spikon_async.NotReady("not ready", call="POST /api/call_list/show", ids=("7",))
    code = f"import json, pickle; e = pickle.loads({pickle.dumps(error)!r})\n"
    code += "print(json.dumps([type(e).__module__, type(e).__qualname__, e.ids]))"
    assert in_a_new_interpreter(code) == ["spikon_async.errors", "NotReady", ["7"]]


def test_threads_that_come_first_together_get_the_same() -> None:
    code = """
import json, sys, threading
sys.setswitchinterval(1e-6)
import daktela_async, spikon_async
names = [(p, name) for p in (daktela_async, spikon_async) for name in p.__all__]
start, found, troubles = threading.Barrier(16), [], []
def work(number):
    start.wait()
    try:
        # Each goes another way round, so that they meet in the middle of many imports.
        turned = names[number * 13:] + names[:number * 13]
        got = {(p.__name__, name): getattr(p, name) for p, name in turned[::1 - 2 * (number % 2)]}
        client = spikon_async.SpikonClient(f"key{number}")
        assert client.call_lists is client.call_lists
        found.append(got)
    except BaseException as error:
        troubles.append(repr(error))
threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
same = all(one[name] is found[0][name] for one in found for name in found[0])
print(json.dumps([len(found), troubles, same]))
"""
    assert in_a_new_interpreter(code) == [16, [], True]
