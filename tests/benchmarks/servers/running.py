"""Start a canned server in another process, and end it."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict, cast

from attrs import frozen

from tests.core.helpers import CERTIFICATE, CERTIFICATE_KEY

from .canned import RELEASE, STATISTICS


class Statistics(TypedDict):
    """What a server has seen."""

    #: Connections that are open, that of the question included.
    open: int
    #: Requests that wait to be released.
    held: int
    #: How often each path was asked for.
    requests: dict[str, int]


@frozen
class CannedServer:
    """A server that runs.

    Attributes:
        url: its address, without a slash at the end.
        verify: the TLS settings that trust its certificate.
    """

    url: str
    verify: ssl.SSLContext

    def statistics(self) -> Statistics:
        return cast("Statistics", json.loads(self._ask(STATISTICS)))

    def wait_until_held(self, count: int, *, patience: float = 60) -> None:
        """Return when so many requests wait to be released."""
        deadline = time.monotonic() + patience
        while self.statistics()["held"] < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the server does not hold {count} requests")
            time.sleep(0.02)

    def release(self) -> None:
        """Answer all requests that are held."""
        self._ask(RELEASE)

    def _ask(self, path: str) -> bytes:
        address = f"{self.url}{path}"
        with urllib.request.urlopen(address, context=self.verify) as reply:  # noqa: S310  # loopback
            return cast("bytes", reply.read())


@contextmanager
def canned_server(
    *,
    tls: bool = False,
    hold: tuple[float, float] = (2.0, 5.0),
    delay: tuple[float, float] = (0.0, 0.0),
) -> Generator[CannedServer, None, None]:
    """Serve with long polls of so many seconds, and all else after so many."""
    options = ["--hold", *map(str, hold), "--delay", *map(str, delay)]
    with _serving("canned", options, tls=tls) as server:
        yield server


@contextmanager
def recordings_server(size: int, *, tls: bool = False) -> Generator[CannedServer, None, None]:
    """Serve a recording of so many bytes; it tells no statistics."""
    with _serving("recordings", [str(size)], tls=tls) as server:
        yield server


@contextmanager
def _serving(
    module: str, options: Sequence[str], *, tls: bool
) -> Generator[CannedServer, None, None]:
    command = [sys.executable, "-m", f"{__package__}.{module}", *options]
    with tempfile.TemporaryDirectory() as folder:
        if tls:
            certificate, key = Path(folder) / "certificate.pem", Path(folder) / "key.pem"
            certificate.write_text(CERTIFICATE, "ascii")
            key.write_text(CERTIFICATE_KEY, "ascii")
            command += ["--tls", str(certificate), str(key)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                port = int(process.stdout.readline())
                yield CannedServer(
                    f"{'https' if tls else 'http'}://127.0.0.1:{port}",
                    ssl.create_default_context(cadata=CERTIFICATE),
                )
            finally:
                process.stdin.close()
                process.wait(timeout=30)
