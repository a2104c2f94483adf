"""Over which connections a request goes: our own, a proxy's, or those of a client handed in."""

from __future__ import annotations

import subprocess
import sys

import anyio.abc
import certifi
import httpx
import pytest

from _telephony_core import connections as module
from _telephony_core.connections import Connections, environment_proxy
from _telephony_core.exchange import Answer, Attempt, Request, Timeouts
from _telephony_core.failures import NotConnected, Unwritable
from tests.core.helpers import BASE, client_of, planned, read_request, reply, serving, settings

NAMES = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*NAMES, "ssl_cert_file", "ssl_cert_dir"]:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def sent(connections: Connections, url: str) -> Answer:
    return await connections.send(Request("GET", url), Timeouts(5, 5), Attempt())


async def body_of(answer: Answer) -> bytes:
    body = b"".join([piece async for piece in answer])
    await answer.aclose()
    return body


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
    assert await body_of(await sent(connections, f"{BASE}/x")) == b"{}"
    await connections.aclose()
    assert not client.is_closed
    assert len(script.requests) == 1
    await client.aclose()


@pytest.mark.anyio
async def test_what_a_client_that_was_handed_in_cannot_send() -> None:
    async def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.UnsupportedProtocol(request.url.scheme)

    connections = Connections(settings(), client_of(refuse))
    with pytest.raises(NotConnected) as caught:
        await sent(connections, "gopher://service.test/")
    assert caught.value.permanent
    with pytest.raises(Unwritable):
        await sent(connections, f"{BASE}:port/")


@pytest.mark.anyio
async def test_a_proxy_serves_all_hosts_and_its_connections_are_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connected: list[bytes] = []
    streams = 0

    async def serve(stream: anyio.abc.ByteStream) -> None:
        nonlocal streams
        streams += 1
        while True:
            connected.append(await read_request(stream))
            await stream.send(reply(b"by proxy"))

    async with serving(serve) as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        connections = Connections(settings(), None)
        for name in ("a", "a", "b"):
            assert await body_of(await sent(connections, f"http://{name}.test/x")) == b"by proxy"
        await connections.aclose()
    assert [request.split(b"\r\n")[0] for request in connected] == [
        b"GET http://a.test/x HTTP/1.1",
        b"GET http://a.test/x HTTP/1.1",
        b"GET http://b.test/x HTTP/1.1",
    ]
    assert streams == 2


@pytest.mark.anyio
async def test_closing_what_was_never_open_does_no_harm() -> None:
    await Connections(settings(), None).aclose()


def test_httpx_is_imported_only_where_it_carries_something() -> None:
    """It takes a third of a second on a slow machine, which most scripts can do without."""
    code = "import sys, _telephony_core.transport; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_the_authorities_are_the_usual_ones_unless_the_environment_names_others(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    usual = module.default_tls.__wrapped__()
    assert usual.cert_store_stats()["x509_ca"] > 50
    if name == "SSL_CERT_FILE":
        monkeypatch.setenv(name, certifi.where())
    else:
        monkeypatch.setenv(name, str(tmp_path))
    own = module.default_tls.__wrapped__()
    assert (own.cert_store_stats()["x509_ca"] > 50) is (name == "SSL_CERT_FILE")
