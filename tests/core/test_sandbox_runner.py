"""The server thread: starting, stopping, and leaving nothing behind."""

from __future__ import annotations

import gc
import logging
import socket
import ssl
import threading
import time
from collections.abc import Generator
from pathlib import Path

import anyio
import anyio.lowlevel
import httpx
import pytest
from starlette.types import Receive, Scope, Send

from _telephony_core.sandbox.exchange import CONNECTION, Connection
from _telephony_core.sandbox.runner import ServerThread

# Made for these tests and good for nothing else.
KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyUaKlKtaxyv+vuSA
uYO/CuDP/aNvcBmIRrzOiXH6m8ahRANCAAS74IxZeRR2TumseKLX/isaOTDu8PgD
bPRiyCOIraT3XmMjOBmh0FDnYZTynWnj7zYbt1JcHdlTUJBh7uKSpF+V
-----END PRIVATE KEY-----
"""
CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBoTCCAUegAwIBAgIUfiAL+VI3misZqhvwVxvHhMMQ4l8wCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMc2FuZGJveC50ZXN0MCAXDTI2MTEyMjE3MjM1NVoYDzIxMjYx
MDI5MTcyMzU1WjAXMRUwEwYDVQQDDAxzYW5kYm94LnRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAS74IxZeRR2TumseKLX/isaOTDu8PgDbPRiyCOIraT3XmMj
OBmh0FDnYZTynWnj7zYbt1JcHdlTUJBh7uKSpF+Vo28wbTAdBgNVHQ4EFgQU1FVS
wxOEJPK89cexEhwrASyX5wswHwYDVR0jBBgwFoAU1FVSwxOEJPK89cexEhwrASyX
5wswDwYDVR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEw
CgYIKoZIzj0EAwIDSAAwRQIhAMfCRmyGZ9LiPNAn3S37leAim+BcBrh4z1nxATr8
RCjjAiAeJNSGlXeO9Mp5x6gU1fKIfCF4g+y+MLiUwfiOjsCQjg==
-----END CERTIFICATE-----
"""


#: More bytes than any socket takes at once.
MUCH = 20_000_000


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    """Greet, unless asked to hold the request or to fail."""
    await receive()
    if scope["path"] == "/held":
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    if scope["path"] == "/deaf":
        await anyio.sleep(3600)
    if scope["path"] == "/broken":
        raise ZeroDivisionError
    if scope["path"] == "/dropped":
        connection: Connection = scope["state"][CONNECTION]
        # More than the system takes at once: the end comes when the last of it has gone.
        connection.write(b"x" * MUCH)
        connection.drop(reset=False)
        while (await receive())["type"] != "http.disconnect":
            pass
        await anyio.lowlevel.checkpoint()
        connection.drop(reset=True)
        connection.drop(reset=False)
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello", "more_body": False})


@pytest.fixture
def server() -> Generator[ServerThread]:
    server = ServerThread(hello)
    server.start()
    yield server
    server.stop()


def connect(server: ServerThread) -> socket.socket:
    host, port = server.url.partition("//")[2].split(":")
    return socket.create_connection((host, int(port)), timeout=5)


def test_it_starts_and_stops_at_once_and_leaves_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    # It would wait so long for whoever does not listen.
    monkeypatch.setattr("_telephony_core.sandbox.runner._STOP_WITHIN", 60.0)
    begin = time.monotonic()
    server = ServerThread(hello)
    server.start()
    assert httpx.get(server.url, trust_env=False).text == "hello"
    assert server.url.startswith("http://127.0.0.1:")
    server.stop()
    assert time.monotonic() - begin < 10
    assert not [t for t in threading.enumerate() if t.name.startswith("sandbox on port")]
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url, trust_env=False)


def test_stopping_what_was_never_started_is_nothing() -> None:
    ServerThread(hello).stop()


def test_it_stops_at_once_with_connections_held_and_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    # It would wait so long for whoever does not listen.
    monkeypatch.setattr("_telephony_core.sandbox.runner._STOP_WITHIN", 60.0)
    server = ServerThread(hello)
    server.start()
    with connect(server) as held, connect(server) as idle, connect(server) as silent:
        held.sendall(b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
        idle.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(1000).startswith(b"HTTP/1.1 200")
        begin = time.monotonic()
        server.stop()
        assert time.monotonic() - begin < 10
        assert held.recv(1000) == b""
        assert silent.recv(1000) == b""


def test_it_stops_even_if_the_application_does_not_listen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("_telephony_core.sandbox.runner._STOP_WITHIN", 0.02)
    server = ServerThread(hello)
    server.start()
    with connect(server) as link:
        link.sendall(b"GET /deaf HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.02)
        begin = time.monotonic()
        server.stop()
        assert time.monotonic() - begin < 10


def test_a_connection_that_has_ended_ends_once(
    server: ServerThread, caplog: pytest.LogCaptureFixture
) -> None:
    with connect(server) as link:
        link.sendall(b"GET /dropped HTTP/1.1\r\nHost: x\r\n\r\n")
        received = 0
        while piece := link.recv(1 << 20):
            received += len(piece)
    assert received == MUCH
    assert httpx.get(server.url, trust_env=False).text == "hello"
    server.stop()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_two_servers_run_side_by_side(server: ServerThread) -> None:
    other = ServerThread(hello)
    other.start()
    try:
        assert server.url != other.url
        assert httpx.get(server.url, trust_env=False).text == "hello"
        assert httpx.get(other.url, trust_env=False).text == "hello"
    finally:
        other.stop()


def test_it_takes_a_given_port_and_says_if_it_is_taken(server: ServerThread) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        ServerThread(hello, port=port).start()


def test_ipv6() -> None:
    server = ServerThread(hello, host="::1")
    try:
        server.start()
    except OSError:
        pytest.skip("no IPv6 here")
    assert server.url.startswith("http://[::1]:")
    assert httpx.get(server.url, trust_env=False).text == "hello"
    server.stop()


def test_on_all_addresses_the_url_is_one_that_works() -> None:
    assert ServerThread(hello, host="0.0.0.0", port=80).url == "http://127.0.0.1:80"  # noqa: S104


@pytest.fixture
def tls(tmp_path: Path) -> Generator[ServerThread]:
    (tmp_path / "cert.pem").write_text(CERTIFICATE)
    (tmp_path / "key.pem").write_text(KEY)
    server = ServerThread(hello, certfile=tmp_path / "cert.pem", keyfile=tmp_path / "key.pem")
    server.start()
    yield server
    server.stop()


def test_https(tls: ServerThread) -> None:
    assert tls.url.startswith("https://")
    trust = ssl.create_default_context(cadata=CERTIFICATE)
    with httpx.Client(verify=trust, trust_env=False) as client:
        assert client.get(tls.url).text == "hello"
        tls.stop()


def test_a_half_done_handshake_makes_no_noise(
    tls: ServerThread, capfd: pytest.CaptureFixture[str]
) -> None:
    with connect(tls):
        time.sleep(0.02)
        tls.stop()
    gc.collect()
    assert capfd.readouterr() == ("", "")


def test_it_prints_nothing_whatever_comes(
    server: ServerThread, capfd: pytest.CaptureFixture[str]
) -> None:
    with connect(server) as link:
        link.sendall(b"this is no HTTP\r\n\r\n")
        assert link.recv(1000).startswith(b"HTTP/1.1 400")
    assert httpx.get(f"{server.url}/broken", trust_env=False).status_code == 500
    assert capfd.readouterr() == ("", "")


def test_uvicorns_own_loggers_stay_as_they_were() -> None:
    loggers = [logging.getLogger(f"uvicorn.{name}") for name in ("error", "access", "asgi")]
    before = [(one.level, list(one.handlers), one.propagate) for one in loggers]
    server = ServerThread(hello)
    server.start()
    server.stop()
    assert [(one.level, list(one.handlers), one.propagate) for one in loggers] == before
