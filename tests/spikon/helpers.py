"""What the tests of the SPIKON client share: a server of one answer, and looks into results."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

import anyio
import attrs
import httpx
import respx

from _telephony_core.converter import Record
from _telephony_core.session import Resource
from spikon_async import RetryPolicy, SpikonClient, TelephonyError
from spikon_async.sandbox import Clock, Sandbox, SandboxCall
from spikon_async.sandbox.settings import EmptyLists
from spikon_async.session import SpikonSession
from tests.intercepted import intercepted

BASE_URL = "https://panel.spikon.pl"
#: The key of the document's own examples.
KEY = "BXlmr2sN5lphLwYftAaJPyWgmctXtest"

JSON_TYPE = "application/json; charset=utf-8"
XML_TYPE = "application/xml; charset=utf-8"

Coroutine: TypeAlias = Callable[..., Any]


@contextmanager
def service() -> Generator[respx.MockRouter]:
    """Stand in for the service; a request to an address that no route has is an error."""
    with intercepted(BASE_URL, assert_all_called=False) as router:
        yield router


def answer(body: str | bytes, status: int = 200, content_type: str = "") -> httpx.Response:
    """Return an answer, as JSON or as XML by its first character."""
    content = body.encode() if isinstance(body, str) else body
    kind = content_type or (XML_TYPE if content[:1] == b"<" else JSON_TYPE)
    return httpx.Response(status, content=content, headers={"content-type": kind})


def form_of(request: httpx.Request) -> dict[str, str]:
    """Return the fields of a form, each of which must come once."""
    pairs = parse_qsl(request.content.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def names_in(folder: Path) -> list[str]:
    """Return the names of all files of a folder."""
    return sorted(entry.name for entry in folder.iterdir())


def undocumented(result: object) -> Iterator[Mapping[str, object]]:
    """Yield the fields that the models did not know, at any depth."""
    if isinstance(result, tuple):
        for item in result:  # pyright: ignore[reportUnknownVariableType]
            yield from undocumented(item)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(result, Record):
        if result.extra:
            yield result.extra
        for attribute in attrs.fields(type(result)):
            if attribute.name != "extra":
                yield from undocumented(getattr(result, attribute.name))


def resources(spikon: SpikonClient) -> dict[str, Resource[SpikonSession]]:
    """Return the resources of a client by their names."""
    found: dict[str, Resource[SpikonSession]] = {
        name: getattr(spikon, name)
        for name, member in vars(type(spikon)).items()
        if isinstance(member, cached_property)
    }
    assert len(found) == 6
    return found


def public_coroutines(spikon: SpikonClient) -> dict[str, Coroutine]:
    """Return what can be awaited or iterated of all resources, as "account.balance"."""
    return {
        f"{resource}.{name}": member
        for resource, holder in resources(spikon).items()
        for name, member in inspect.getmembers(holder)
        if not name.startswith("_")
        and (inspect.iscoroutinefunction(member) or inspect.isasyncgenfunction(member))
    }


def told(error: BaseException) -> str:
    """Return all that an exception shows to whoever prints or logs it, its causes included."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is None or current in seen:
            continue
        seen.append(current)
        waiting += [current.__cause__, current.__context__]
    parts: list[str] = []
    for one in seen:
        parts += [str(one), repr(one), repr(one.args), *getattr(one, "__notes__", [])]
        if isinstance(one, TelephonyError):
            parts += [f"{name}={value!r}" for name, value in vars(one).items()]
    return "\n".join(parts)


@asynccontextmanager
async def playing(
    *,
    wire_format: str = "json",
    order_delay: float = 3.0,
    speech_delay: float = 2.0,
    sms_steps: tuple[float, float, float] = (1.0, 2.0, 3.0),
    balance: Decimal = Decimal(1000),
    calls: Iterable[SandboxCall] | None = None,
    empty_lists: EmptyLists = "count",
    retry: RetryPolicy | None = None,
    timeout: float = 60.0,
    max_connections: int = 20,
) -> AsyncGenerator[tuple[Sandbox, SpikonClient]]:
    """Play with a sandbox in this very task, whose clock is that of the event loop."""
    sandbox = Sandbox(
        clock=Clock(source=anyio.current_time),
        order_delay=order_delay,
        speech_delay=speech_delay,
        sms_steps=sms_steps,
        balance=balance,
        calls=calls,
        empty_lists=empty_lists,
    )
    async with (
        sandbox.http_client() as http_client,
        SpikonClient(
            sandbox.api_key,
            base_url=sandbox.url,
            wire_format=wire_format,
            http_client=http_client,
            retry=retry,
            timeout=timeout,
            max_connections=max_connections,
        ) as spikon,
    ):
        yield sandbox, spikon


async def usable(spikon: SpikonClient) -> None:
    """Check that nothing was left held: as many calls as there are slots, at once."""
    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            for _ in range(40):
                group.start_soon(spikon.account.balance)
