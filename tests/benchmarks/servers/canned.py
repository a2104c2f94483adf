"""A server that knows its answers by heart: as little work as HTTP/1.1 with keep-alive allows.

One path is held until another one releases it, and long polls are held for a random time.

    python -m tests.benchmarks.servers.canned [--hold 2 5] [--delay 0 0.02] [--tls CERT KEY]

It prints its port and serves 127.0.0.1 until its standard input ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import ssl
import sys
from collections import Counter

from attrs import define, field

from ..process import raise_file_limit
from .answers import CAMPAIGNS, CANNED, HELD, USER_STATE, answer, user_state

#: Where the server tells what it has seen.
STATISTICS = "/statistics"
#: Where it is told to answer the requests that it holds.
RELEASE = "/release"
_UNKNOWN = answer("{}").replace(b"200 OK", b"404 Not Found", 1)


@define
class Plan:
    """When answers come, and what was asked."""

    #: The shortest and the longest time for which a long poll is held.
    hold: tuple[float, float]
    #: The shortest and the longest time that any other answer takes.
    delay: tuple[float, float]
    requests: Counter[str] = field(factory=Counter[str])
    #: Connections open now.
    open: int = 0
    #: Those whose request is held until it is released.
    held: set[CannedProtocol] = field(factory=set["CannedProtocol"])

    def statistics(self) -> bytes:
        counts = {"open": self.open, "held": len(self.held), "requests": self.requests}
        return answer(json.dumps(counts))

    def release(self) -> bytes:
        while self.held:
            self.held.pop().write(CAMPAIGNS)
        return answer("{}")


class CannedProtocol(asyncio.Protocol):
    """One connection: one request at a time, as clients without pipelining send them."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._received = b""
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._plan.open += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self._plan.open -= 1
        self._plan.held.discard(self)
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        received = self._received + data
        end = received.find(b"\r\n\r\n")
        if end < 0 or len(received) < end + 4 + _content_length(received[:end]):
            self._received = received
            return
        self._received = b""
        self._answer(received[: received.index(b"\r\n")].split(b" ")[1].decode("ascii"))

    def _answer(self, target: str) -> None:
        path, _, query = target.partition("?")
        plan = self._plan
        if path == STATISTICS:
            self.write(plan.statistics())
            return
        if path == RELEASE:
            self.write(plan.release())
            return
        plan.requests[path] += 1
        if path == HELD:
            plan.held.add(self)
            return
        if path == USER_STATE:
            held = "hash=" in query
            reply = user_state(plan.requests[path])
            shortest, longest = plan.hold if held else (0.0, 0.0)
        else:
            reply = CANNED.get(path, _UNKNOWN)
            shortest, longest = plan.delay
        if longest <= 0:
            self.write(reply)
            return
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(random.uniform(shortest, longest), self.write, reply)

    def write(self, reply: bytes) -> None:
        self._timer = None
        if self._transport is not None:
            self._transport.write(reply)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    return 0


async def serve(plan: Plan, tls: ssl.SSLContext | None) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: CannedProtocol(plan), "127.0.0.1", 0, ssl=tls, backlog=4096
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    # Whoever started it closes this pipe, or dies, which closes it too.
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hold", type=float, nargs=2, default=(2.0, 5.0))
    parser.add_argument("--delay", type=float, nargs=2, default=(0.0, 0.0))
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    options = parser.parse_args()
    tls = None
    if options.tls:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(*options.tls)
    raise_file_limit()
    asyncio.run(serve(Plan(tuple(options.hold), tuple(options.delay)), tls))


if __name__ == "__main__":
    main()
