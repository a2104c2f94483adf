"""A wallboard that is really served, and a Daktela (a sandbox) that can go away and come back."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Generator

import uvicorn
from attrs import define, field

from daktela_async import DaktelaClient
from daktela_async.sandbox import Sandbox
from examples.wallboard.__main__ import Server
from examples.wallboard.app import Wallboard
from examples.wallboard.customers import CustomerFile, Customers
from examples.wallboard.settings import Settings


def eventually(condition: Callable[[], bool], seconds: float = 15.0) -> float:
    """Wait in real time until something is so; return how long it took."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, "it did not happen"
        time.sleep(0.01)
    return time.monotonic() - start


@define
class Exchange:
    """A sandbox at one address, that can be away."""

    sandbox: Sandbox
    _port: int = 0
    _running: contextlib.ExitStack = field(factory=contextlib.ExitStack)
    url: str = ""

    def come(self) -> None:
        """Serve, at the same address as before."""
        self._running.enter_context(self.sandbox.running(port=self._port))
        self.url = self.sandbox.url
        self._port = int(self.url.rpartition(":")[2])

    def go(self) -> None:
        """Drop all connections and refuse new ones."""
        self._running.close()


@define
class RunningBoard:
    """A wallboard in a thread, at one address; it can be stopped and started again."""

    exchange: Exchange
    settings: Settings
    customers: Customers
    port: int = 0
    board: Wallboard | None = None
    _server: Server | None = None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pages(self) -> int:
        """How many pages are open."""
        return 0 if self.board is None else len(self.board.hub)

    def start(self) -> None:
        """Serve; return when requests are answered."""
        listener = socket.create_server(("127.0.0.1", self.port), backlog=200)
        self.port = listener.getsockname()[1]
        url, token = self.exchange.url, self.exchange.sandbox.access_token
        self.board = Wallboard(
            self.settings, lambda: DaktelaClient(url, access_token=token), self.customers
        )
        config = uvicorn.Config(
            self.board.app, log_config=None, access_log=False, lifespan="on", ws="none"
        )
        server = self._server = Server(config, self.board.hub)

        def serve() -> None:
            with listener:
                server.run(sockets=[listener])

        self._thread = threading.Thread(target=serve, name="wallboard", daemon=True)
        self._thread.start()
        eventually(lambda: server.started)

    def stop(self) -> None:
        """End it in the way in which Ctrl-C does."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(10)
            assert not self._thread.is_alive()
            self._server = None


@contextlib.contextmanager
def running_board(
    sandbox: Sandbox | None = None,
    *,
    settings: Settings | None = None,
    customers: Customers | None = None,
) -> Generator[RunningBoard]:
    """Serve a wallboard and the sandbox that it shows."""
    exchange = Exchange(Sandbox(history=False) if sandbox is None else sandbox)
    exchange.come()
    board = RunningBoard(
        exchange,
        Settings(server="sandbox") if settings is None else settings,
        CustomerFile(None) if customers is None else customers,
    )
    try:
        board.start()
        yield board
    finally:
        board.stop()
        exchange.go()
