"""Prove that the wheel works alone: run this by a Python that has it, and no extra, installed.

python3 -m venv empty && empty/bin/pip install dist/*.whl && empty/bin/python tests/bare_wheel.py
"""

from __future__ import annotations

import asyncio
import importlib.util
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import daktela_async
import spikon_async

ANSWERS = {
    "/api/balance/show": b'{"account": {"balance": "12,34"}}',
    "/api/3.0/GetQueues/json": b'{"status": 1, "error": null, "result": []}',
}


class Service(BaseHTTPRequestHandler):
    """Answer a question of each API."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = ANSWERS[self.path.partition("?")[0]]
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815  # its name there

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
        """Say nothing."""


async def ask(url: str) -> None:
    async with spikon_async.SpikonClient("key", base_url=url) as spikon:
        assert str(await spikon.account.balance()) == "12.34"
    async with daktela_async.DaktelaClient(url, access_token="token") as daktela:
        assert await daktela.queues.list() == ()


def main() -> None:
    for extra in ("starlette", "cyclopts", "rich"):
        assert importlib.util.find_spec(extra) is None, f"{extra} is installed"
    for package in (spikon_async, daktela_async):
        for name in package.__all__:
            getattr(package, name)
    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    asyncio.run(ask(f"http://127.0.0.1:{server.server_port}"))
    server.shutdown()
    server.server_close()
    print("The wheel works alone.")


if __name__ == "__main__":
    main()
