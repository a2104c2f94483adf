"""Start a canned server in another process, and end it."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from attrs import frozen

from tests.core.helpers import CERTIFICATE, CERTIFICATE_KEY

from .canned import STATISTICS


@frozen
class CannedServer:
    """A server that runs.

    Attributes:
        url: its address, without a slash at the end.
        verify: the TLS settings that trust its certificate.
    """

    url: str
    verify: ssl.SSLContext

    def statistics(self) -> dict[str, object]:
        """Return the connections that are open, this one included, and the requests by path."""
        with urllib.request.urlopen(f"{self.url}{STATISTICS}", context=self.verify) as reply:  # noqa: S310  # loopback
            return cast("dict[str, object]", json.loads(reply.read()))


@contextmanager
def canned_server(
    *,
    tls: bool = False,
    hold: tuple[float, float] = (2.0, 5.0),
    delay: tuple[float, float] = (0.0, 0.0),
) -> Generator[CannedServer, None, None]:
    """Serve with long polls of so many seconds, and all else after so many."""
    command = [sys.executable, "-m", f"{__package__}.canned"]
    command += ["--hold", *map(str, hold), "--delay", *map(str, delay)]
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
