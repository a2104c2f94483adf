"""A server that sends one large recording, over and over, as fast as a thread and a socket can.

    python -m tests.benchmarks.servers.recordings SIZE [--tls CERT KEY]

It prints its port and serves 127.0.0.1 until its standard input ends. Every path is the recording.
"""

from __future__ import annotations

import argparse
import random
import socket
import ssl
import sys
import threading
from contextlib import suppress

#: So much is in memory, and sent until the size is reached.
_PIECE = random.Random(1).randbytes(1 << 20)


def head(size: int) -> bytes:
    return (
        f'HTTP/1.1 200 OK\r\ncontent-type: audio/wav\r\netag: "1"\r\ncontent-length: {size}\r\n\r\n'
    ).encode("ascii")


def serve(connection: socket.socket, tls: ssl.SSLContext | None, size: int) -> None:
    """Answer the requests of one connection, one after the other."""
    # Whoever leaves early, a test of a cut for example, is no trouble.
    with suppress(OSError), connection:
        if tls is not None:
            connection = tls.wrap_socket(connection, server_side=True)
        received = b""
        while True:
            while b"\r\n\r\n" not in received:
                more = connection.recv(65536)
                if not more:
                    return
                received += more
            received = received.partition(b"\r\n\r\n")[2]
            connection.sendall(head(size))
            left = size
            while left:
                sent = min(left, len(_PIECE))
                connection.sendall(memoryview(_PIECE)[:sent])
                left -= sent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int)
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    options = parser.parse_args()
    tls: ssl.SSLContext | None = None
    if options.tls:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(*options.tls)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)

        def accept() -> None:
            while True:
                connection, _ = listener.accept()
                thread = threading.Thread(
                    target=serve, args=(connection, tls, options.size), daemon=True
                )
                thread.start()

        threading.Thread(target=accept, daemon=True).start()
        sys.stdin.read()


if __name__ == "__main__":
    main()
