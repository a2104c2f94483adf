"""A process with all four servers of the soak: both APIs, plain and behind TLS, and their troubles.

It is a process of its own, so that what it remembers does not count as the clients' memory. It
prints where its servers are, as one line of JSON, and ends when its standard input does.
"""

from __future__ import annotations

import contextlib
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import daktela_async.sandbox
import spikon_async.sandbox
from _telephony_core.sandbox import faults
from tests.faults import daktela_actions, spikon_actions
from tests.faults.authority import write_certificate
from tests.faults.faults import COOKIE

AnySandbox: TypeAlias = "daktela_async.sandbox.Sandbox | spikon_async.sandbox.Sandbox"

#: Seconds between two troubles of one server, and between two times that it goes away.
_TROUBLE, _AWAY = 0.02, 3.0

#: What happens to requests, in their share. None is silent for long, which would only be waiting.
TROUBLES: Sequence[faults.Fault] = (
    faults.LostReply(after_acting=True),
    faults.LostReply(after_acting=False),
    faults.LostReply(after_acting=True, reset=False),
    faults.CutBody(),
    faults.WrongLength(-5),
    faults.WrongLength(5),
    faults.Late(0.3),
    faults.SlowDrip(size=20, delay=0.01),
    faults.HtmlPage(),
    faults.HtmlPage(503),
    faults.Malformed(),
    faults.WrongEncoding("utf-16"),
    faults.FalseGzip(),
    faults.GzipBomb(20_000_000),
    faults.HugeBody(20_000_000),
    faults.Status(429, retry_after="0"),
    faults.Status(500),
    faults.Status(503),
    faults.Redirect("https://elsewhere.example/", 302),
    faults.SetCookie(COOKIE),
)


class Troubled:
    """One sandbox, in a thread that makes trouble for it."""

    def __init__(self, sandbox: AnySandbox, paths: Sequence[str], files: Sequence[Path]) -> None:
        self._sandbox = sandbox
        self._paths = paths
        self._dice = random.Random(f"{paths[0]} {len(files)}")
        self._serve: Callable[[int], contextlib.AbstractContextManager[AnySandbox]] = lambda port: (
            sandbox.running(
                port=port,
                certfile=files[0] if files else None,
                keyfile=files[1] if files else None,
            )
        )
        self.url = ""
        self.up = threading.Event()

    def run(self, ended: threading.Event) -> None:
        """Serve until the end; go away for a moment now and then."""
        port = 0
        while not ended.is_set():
            with self._serve(port):
                self.url = self._sandbox.url
                port = int(self.url.rpartition(":")[2])
                self.up.set()
                self._trouble(ended, time.monotonic() + self._dice.uniform(1, 2) * _AWAY)
            # Connections are refused meanwhile.
            ended.wait(0.1)

    def _trouble(self, ended: threading.Event, until: float) -> None:
        sandbox = self._sandbox
        while not ended.wait(_TROUBLE) and time.monotonic() < until:
            if len(sandbox.faults) < 20:
                sandbox.faults.add(self._dice.choice(self._paths), self._dice.choice(TROUBLES))
            # The day goes by a hundred times as fast, so that there is something to watch.
            sandbox.clock.advance(100 * _TROUBLE)
            sandbox.log.clear()


def main() -> None:
    """Serve all four until the standard input ends."""
    ended = threading.Event()
    servers: dict[str, Troubled] = {}
    with tempfile.TemporaryDirectory() as folder:
        certificate = write_certificate(Path(folder))
        for files in ((), certificate):
            ending = "-tls" if files else ""
            spikon = spikon_async.sandbox.Sandbox(
                api_key=spikon_actions.KEY, order_delay=0.2, speech_delay=0.2
            )
            methods = [action.logged for action in spikon_actions.ACTIONS]
            servers[f"spikon{ending}"] = Troubled(spikon, methods, files)
            daktela = daktela_async.sandbox.Sandbox(
                login=daktela_actions.LOGIN,
                password=daktela_actions.PASSWORD,
                hold_seconds=200,
            )
            daktela.live_day()
            actions = [action.logged for action in daktela_actions.ACTIONS]
            # A third of all that is asked, and what matters most here.
            actions += ["RTUserState"] * 40
            servers[f"daktela{ending}"] = Troubled(daktela, actions, files)
        threads = [threading.Thread(target=one.run, args=(ended,)) for one in servers.values()]
        for thread in threads:
            thread.start()
        for server in servers.values():
            server.up.wait()
        print(json.dumps({name: server.url for name, server in servers.items()}), flush=True)
        sys.stdin.read()
        ended.set()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main()
