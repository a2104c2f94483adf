"""Over which connections a request goes: our own, a proxy's, or those of a client handed in."""

from __future__ import annotations

import anyio.abc
import httpx
import pytest

from _telephony_core.connections import Connections, environment_proxy
from tests.core.helpers import BASE, client_of, planned, read_request, reply, serving, settings

NAMES = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://proxy.test:3128"}, "http://proxy.test:3128"),
        ({"https_proxy": "proxy.test:3128"}, "http://proxy.test:3128"),
        ({"HTTP_PROXY": "http://proxy.test:3128"}, None),
        ({"ALL_PROXY": "socks5://proxy.test"}, "socks5://proxy.test"),
        ({"HTTPS_PROXY": "http://a.test", "ALL_PROXY": "http://b.test"}, "http://a.test"),
        ({"HTTPS_PROXY": "http://a.test", "NO_PROXY": "service.test"}, None),
        ({"HTTPS_PROXY": "http://a.test", "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": "http://a.test", "NO_PROXY": "other.test"}, "http://a.test"),
    ],
)
def test_the_proxy_of_the_environment(
    environment: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert environment_proxy("https", "service.test") == expected


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "a.localhost"])
def test_no_proxy_stands_before_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.test")
    assert environment_proxy("http", host) is None


@pytest.mark.anyio
async def test_a_client_that_was_handed_in_sends_and_stays_open() -> None:
    script = planned()
    client = client_of(script)
    connections = Connections(settings(), client)
    response = await connections.send(httpx.Request("GET", f"{BASE}/x"))
    assert await response.aread() == b"{}"
    await connections.aclose()
    assert not client.is_closed
    assert len(script.requests) == 1
    await client.aclose()


@pytest.mark.anyio
async def test_a_proxy_serves_all_hosts_and_its_connections_are_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connected: list[bytes] = []

    async def serve(stream: anyio.abc.ByteStream) -> None:
        while True:
            connected.append(await read_request(stream))
            await stream.send(reply(b"by proxy"))

    async with serving(serve) as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        connections = Connections(settings(), None)
        for name in ("a", "b"):
            request = httpx.Request("GET", f"http://{name}.test/x", extensions={"timeout": {}})
            response = await connections.send(request)
            assert await response.aread() == b"by proxy"
            await response.aclose()
        await connections.aclose()
    assert [request.split(b"\r\n")[0] for request in connected] == [
        b"GET http://a.test/x HTTP/1.1",
        b"GET http://b.test/x HTTP/1.1",
    ]


@pytest.mark.anyio
async def test_closing_what_was_never_open_does_no_harm() -> None:
    await Connections(settings(), None).aclose()


@pytest.mark.anyio
async def test_only_http_is_spoken() -> None:
    connections = Connections(settings(), None)
    with pytest.raises(httpx.UnsupportedProtocol):
        await connections.send(httpx.Request("GET", "gopher://service.test/"))
    await connections.aclose()
