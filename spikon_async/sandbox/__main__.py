"""Serve a sandbox from the command line: ``python -m spikon_async.sandbox``."""

from __future__ import annotations

import argparse
import sys
import time

from spikon_async.sandbox.server import Sandbox

# So that the samples of the vendor's document run with nothing changed but the address.
DOCUMENTED_KEY = "BXlmr2sN5lphLwYftAaJPyWgmctXtest"


def main() -> int:
    """Serve until Ctrl-C and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m spikon_async.sandbox",
        description="A fake SPIKON server with made-up data; it calls nobody and costs nothing.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=8899, help="the port; 0 takes a free one")
    parser.add_argument("--api-key", default="sandbox-key", help="the key to accept")
    options = parser.parse_args()
    key: str = options.api_key
    sandbox = Sandbox(api_key=key, extra_api_keys=(DOCUMENTED_KEY,))
    try:
        with sandbox.running(host=options.host, port=options.port):
            print(
                f"A fake SPIKON is at {sandbox.url}\n"
                f"Its API key is      {key}\n"
                f"Try it:             curl -d api_key={key} {sandbox.url}/api/balance/show\n"
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
