"""A real HTTP server in a background thread, started and stopped in milliseconds."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
import sys
import threading

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from _telephony_core.sandbox.exchange import CONNECTION

# Silent unless the program sets up logging, as a library's logger should be.
_logger = logging.getLogger("_telephony_core.sandbox")
_logger.addHandler(logging.NullHandler())

# `struct linger`, switched on, with no time: closing resets. Windows has shorter numbers in it.
_LINGER_NOT = struct.pack("HH" if sys.platform == "win32" else "ii", 1, 0)
_STOP_WITHIN = 0.5


class _Protocol(H11Protocol):
    """Uvicorn's HTTP/1.1 that lets the application reach its connection through the scope."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        # Uvicorn copies this mapping into every request's scope.
        super().__init__(config, server_state, {CONNECTION: self}, loop)
        # The global uvicorn loggers may be in use by the program under test.
        self.logger = _logger
        self.access_log = False
        self._lost = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is no more."""
        self._lost = True
        super().connection_lost(exc)

    def write(self, data: bytes) -> None:
        """Send bytes that are no part of the HTTP answer."""
        self.transport.write(data)

    def drop(self, *, reset: bool) -> None:
        """End the connection with a TCP reset, or close it after what was written."""
        if self._lost:
            # asyncio would tell of the end a second time: a transport that was closed while it
            # still had something to send does not remember that it has ended.
            return
        if reset:
            link: socket.socket = self.transport.get_extra_info("socket")
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
            self.transport.abort()
        else:
            self.transport.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    plain = socket.create_server((host, port), family=family, backlog=2048)
    # Named TCP, or asyncio leaves Nagle's algorithm on and each answer takes 40 ms.
    return socket.socket(plain.family, plain.type, socket.IPPROTO_TCP, fileno=plain.detach())


class ServerThread:
    """Serve an ASGI application in a thread with an event loop of its own.

    Being independent of the caller's event loop it serves asyncio, trio and plain threads alike.
    ``start()`` and ``stop()`` block for some milliseconds.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        certfile: str | os.PathLike[str] | None = None,
        keyfile: str | os.PathLike[str] | None = None,
    ) -> None:
        self._config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            proxy_headers=False,
            timeout_keep_alive=60,
            ssl_certfile=certfile,
            ssl_keyfile=keyfile,
        )
        self._host = host
        self._port = port
        self._ready = threading.Event()
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The server's address; the port is known after ``start()``."""
        scheme = "https" if self._config.is_ssl else "http"
        any_address = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (only recognized here)
        host = any_address.get(self._host, self._host)
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self._port}"

    def start(self) -> None:
        """Bind the port and serve; return when requests can be made."""
        self._config.load()
        listener = _listen(self._host, self._port)
        self._port = listener.getsockname()[1]
        self._thread = threading.Thread(
            target=self._run, args=(listener,), name=f"sandbox on port {self._port}", daemon=True
        )
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Drop all connections and end the thread."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
            self._loop = None

    def _run(self, listener: socket.socket) -> None:
        # Named, because the program's event loop policy may give loops with a virtual clock.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(self._serve(listener))

    async def _serve(self, listener: socket.socket) -> None:
        loop = self._loop = asyncio.get_running_loop()
        state = ServerState()
        server = await loop.create_server(
            lambda: _Protocol(self._config, state, loop), sock=listener, ssl=self._config.ssl
        )
        self._ready.set()
        await self._stopping.wait()
        server.close()
        for connection in tuple(state.connections):
            connection.transport.abort()
        if state.tasks:
            # They see their connection gone and end; whatever doesn't is cancelled by the runner.
            await asyncio.wait(tuple(state.tasks), timeout=_STOP_WITHIN)
        while state.connections:  # noqa: ASYNC110  (two turns of the loop at most)
            await asyncio.sleep(0)
