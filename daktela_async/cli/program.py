"""The command line `daktela`, put together."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager

from _telephony_core.cli.credentials import Service
from _telephony_core.cli.program import Program

from ..client import DaktelaClient
from . import calls, queues, sms, stats, watch


@contextmanager
def _sandbox() -> Generator[Mapping[str, str], None, None]:
    """Serve a sandbox in which the agents have come to work a moment ago."""
    # Imported here: the sandbox needs the extra of that name, the real service does not.
    from ..sandbox import Sandbox

    with Sandbox().running() as sandbox:
        day = sandbox.live_day()
        sandbox.clock.advance(120)
        yield {"DAKTELA_SERVER": sandbox.url, "DAKTELA_ACCESS_TOKEN": sandbox.access_token}
        day.stop()


PROGRAM = Program(
    "Talk to Daktela: agents watched live, queues, calls and their recordings, statistics, SMS.",
    service=Service("daktela", ("server", "access_token", "login", "password")),
    connect=lambda variables, http_client: DaktelaClient.from_env(
        variables, http_client=http_client
    ),
    sandbox=_sandbox,
)
PROGRAM.app.command(watch.watch)
PROGRAM.app.command(queues.queues)
PROGRAM.app.command(calls.calls)
PROGRAM.app.command(calls.recording)
PROGRAM.app.command(stats.APP)
PROGRAM.app.command(sms.APP)


def main(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    return PROGRAM.main(arguments)
