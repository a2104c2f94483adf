"""What httpx carries, fails or shows is told in our own words."""

from __future__ import annotations

import gzip
import json

import httpx
import pytest

from _telephony_core.by_httpx import HttpxCarrier, PrivateURL
from _telephony_core.exchange import Attempt, Request, Timeouts
from _telephony_core.failures import ConnectionFailure, ConnectionLost, NotConnected, Unwritable
from tests.core.helpers import BASE, Answer, client_of, planned

pytestmark = pytest.mark.anyio

GET = Request("GET", f"{BASE}/x?key=hunter2")


async def failing(error: Exception, request: Request = GET) -> Exception:
    carrier = HttpxCarrier(client_of(planned(Answer(error=error))))
    with pytest.raises((ConnectionFailure, Unwritable)) as caught:
        await carrier.send(request, Timeouts(5, 5), Attempt())
    await carrier.aclose()
    return caught.value


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("why"),
        httpx.ConnectTimeout("why"),
        httpx.PoolTimeout("why"),
        httpx.ProxyError("why"),
    ],
)
async def test_what_never_left_is_not_connected(error: Exception) -> None:
    failure = await failing(error)
    assert isinstance(failure, NotConnected)
    assert not failure.permanent
    assert str(failure) == f"{type(error).__name__}: why"
    assert failure.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout("why"),
        httpx.WriteTimeout("why"),
        httpx.ReadError("why"),
        httpx.WriteError("why"),
        httpx.RemoteProtocolError("why"),
        httpx.StreamError("why"),
        OSError("why"),
    ],
)
async def test_what_may_have_left_is_lost(error: Exception) -> None:
    failure = await failing(error)
    assert isinstance(failure, ConnectionLost)
    assert str(failure) == f"{type(error).__name__}: why"


async def test_an_error_without_a_text_is_told_by_its_name() -> None:
    assert str(await failing(httpx.ReadTimeout(""))) == "ReadTimeout"


async def test_a_scheme_that_httpx_does_not_know_is_permanent() -> None:
    failure = await failing(httpx.UnsupportedProtocol("gopher"))
    assert isinstance(failure, NotConnected)
    assert failure.permanent


@pytest.mark.parametrize(
    "request_",
    [Request("GET", f"{BASE}:port/hunter2"), Request("GET", BASE, {"x": "hunter2ż"})],
)
async def test_what_httpx_cannot_write_is_not_quoted(request_: Request) -> None:
    failure = await failing(httpx.LocalProtocolError("hunter2"), request_)
    assert isinstance(failure, Unwritable)
    assert failure.__context__ is None


async def test_what_httpcore_cannot_write_is_not_quoted() -> None:
    failure = await failing(httpx.LocalProtocolError("hunter2"))
    assert isinstance(failure, Unwritable)
    assert failure.__context__ is None


async def test_a_private_address_shows_no_query() -> None:
    script = planned()
    carrier = HttpxCarrier(client_of(script))
    for private in (True, False):
        request = Request("GET", GET.url, private=private)
        answer = await carrier.send(request, Timeouts(5, 5), Attempt())
        await answer.aclose()
    private_url, url = (request.url for request in script.requests)
    assert isinstance(private_url, PrivateURL)
    assert "hunter2" not in f"{private_url} {private_url!r} {script.requests[0]!r}"
    assert private_url.raw_path == url.raw_path == b"/x?key=hunter2"
    assert "hunter2" in str(url)


# Answers that were read before.


async def read_by(carrier: HttpxCarrier) -> tuple[dict[str, str], bytes]:
    answer = await carrier.send(GET, Timeouts(5, 5), Attempt())
    try:
        return dict(answer.headers), b"".join([piece async for piece in answer])
    finally:
        await answer.aclose()


async def test_an_answer_that_a_hook_has_read_is_read_all_the_same() -> None:
    def handle(_: httpx.Request) -> httpx.Response:
        packed = gzip.compress(b"a good answer")
        stream = httpx.ByteStream(packed)
        return httpx.Response(200, stream=stream, headers={"Content-Encoding": "gzip"})

    async def log(response: httpx.Response) -> None:
        assert await response.aread() == b"a good answer"

    hooks = {"response": [log]}
    async with httpx.AsyncClient(
        transport=httpx.MockTransport(handle), event_hooks=hooks, trust_env=False
    ) as client:
        headers, body = await read_by(HttpxCarrier(client))
    assert body == b"a good answer"
    assert "content-encoding" not in headers


async def test_an_answer_that_a_mock_gives_whole_is_read() -> None:
    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"a": 1})

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle), trust_env=False) as client:
        assert json.loads((await read_by(HttpxCarrier(client)))[1]) == {"a": 1}


async def test_an_answer_that_a_hook_has_thrown_away_is_lost() -> None:
    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=httpx.ByteStream(b"gone"))

    async def swallow(response: httpx.Response) -> None:
        async for _ in response.aiter_raw():
            pass

    async with httpx.AsyncClient(
        transport=httpx.MockTransport(handle),
        event_hooks={"response": [swallow]},
        trust_env=False,
    ) as client:
        with pytest.raises(ConnectionLost, match="ResponseNotRead"):
            await read_by(HttpxCarrier(client))
