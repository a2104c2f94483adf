"""Start the wallboard: ``python -m examples.wallboard``.

Without DAKTELA_SERVER it shows a sandbox, whose agents live a working day. With it, and
DAKTELA_ACCESS_TOKEN (or DAKTELA_LOGIN and DAKTELA_PASSWORD), it shows the real call centre.
"""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import socket
import sys
from collections.abc import Sequence

import attrs
import uvicorn

from daktela_async import DaktelaClient, TelephonyError

from .app import Wallboard
from .customers import CustomerFile, MadeUpCustomers
from .demo import demonstration
from .hooks import dialplan
from .hub import Hub
from .settings import BadSettings, Settings


class Options(argparse.Namespace):
    """The command line."""

    host: str
    port: int
    dialplan: str | None


def read_options(arguments: Sequence[str] | None) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.wallboard",
        description=__doc__.splitlines()[0] if __doc__ else None,
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=8800, help="the port; 0 takes a free one")
    parser.add_argument(
        "--dialplan",
        metavar="URL",
        help="print the lines for Daktela's settings, for a wallboard that is reached there",
    )
    return parser.parse_args(arguments, namespace=Options())


class Server(uvicorn.Server):
    """Uvicorn that ends the open pages before it waits for all answers to end."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; the pages look for the next server by themselves."""
        self._hub.close()
        await super().shutdown(sockets)


def real_wallboard(settings: Settings) -> Wallboard:
    """Return the wallboard of a call centre."""
    # Made before anything is served: what is missing in the environment is said at once.
    daktela = DaktelaClient.from_env()
    return Wallboard(settings, lambda: daktela, CustomerFile(settings.customers))


def demonstration_wallboard(settings: Settings, port: int) -> Wallboard:
    """Return the wallboard of a sandbox of its own, which calls its hooks."""
    secret = settings.webhook_secret or secrets.token_hex(16)
    settings = attrs.evolve(settings, server="sandbox", webhook_secret=secret)
    customers = CustomerFile(settings.customers) if settings.customers else MadeUpCustomers()
    return Wallboard(settings, demonstration(f"http://127.0.0.1:{port}", secret), customers)


def serve(settings: Settings, options: Options) -> None:
    """Serve until Ctrl-C."""
    with socket.create_server((options.host, options.port), backlog=200) as listener:
        port: int = listener.getsockname()[1]
        if settings.server:
            wallboard = real_wallboard(settings)
        else:
            wallboard = demonstration_wallboard(settings, port)
        shown = settings.server or "a sandbox on this machine"
        print(f"The wallboard of {shown} is at http://{options.host}:{port}/", flush=True)
        print("Ctrl-C stops it.", flush=True)
        serve_at(listener, wallboard)


def serve_at(listener: socket.socket, wallboard: Wallboard) -> None:
    """Serve at a socket that listens."""
    config = uvicorn.Config(
        wallboard.app,
        log_level="warning",
        # The webhook's secret stands in its address, and would stand in the log.
        access_log=False,
    )
    Server(config, wallboard.hub).run(sockets=[listener])


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve, or print the dialplan; 0 at the end, 1 with the reason when it cannot start."""
    options = read_options(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        settings = Settings.from_env(os.environ)
        if options.dialplan is not None:
            if not settings.webhook_secret:
                raise BadSettings("set WALLBOARD_WEBHOOK_SECRET first.")
            print(dialplan(options.dialplan, settings.webhook_secret))
            return 0
        settings.check(options.host)
        serve(settings, options)
    except (BadSettings, TelephonyError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
