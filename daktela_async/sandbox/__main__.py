"""Serve a sandbox from the command line: ``python -m daktela_async.sandbox``."""

from __future__ import annotations

import argparse
import sys
import time

from daktela_async.sandbox.server import Sandbox

# So that the samples of the vendor's document run with nothing changed but the address.
DOCUMENTED_TOKEN = "1234567890123456789012345678901234567890"  # noqa: S105


def main() -> int:
    """Serve until Ctrl-C and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m daktela_async.sandbox",
        description="A fake Daktela server with made-up data; it calls nobody and costs nothing.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=8898, help="the port; 0 takes a free one")
    parser.add_argument("--login", default="sandbox", help="the login of which the token is made")
    parser.add_argument("--password", default="sandbox", help="its password")
    parser.add_argument(
        "--live", action="store_true", help="let the agents live a working day by the clock"
    )
    options = parser.parse_args()
    sandbox = Sandbox(
        login=options.login,
        password=options.password,
        extra_access_tokens=(DOCUMENTED_TOKEN,),
    )
    try:
        with sandbox.running(host=options.host, port=options.port):
            if options.live:
                sandbox.live_day()
            print(
                f"A fake Daktela is at {sandbox.url}\n"
                f"Its access token is {sandbox.access_token}\n"
                f"Try it:             curl --cookie access_token={sandbox.access_token} "
                f"{sandbox.url}/api/4.1/GetQueues/json\n"
                "Ctrl-C stops it.",
                flush=True,
            )
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        print("\nStopped.")
    except OSError as error:
        print(f"Cannot serve on {options.host} port {options.port}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
