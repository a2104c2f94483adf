"""The command line `spikon`, put together."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager

from _telephony_core.cli.credentials import Service
from _telephony_core.cli.program import Program

from ..client import SpikonClient
from . import account, calls, campaigns, phone_books, sms, tts


@contextmanager
def _sandbox() -> Generator[Mapping[str, str], None, None]:
    """Serve a sandbox in which nothing takes long."""
    # Imported here: the sandbox needs the extra of that name, the real service does not.
    from ..sandbox import Sandbox

    with Sandbox(order_delay=1.0, speech_delay=1.0).running() as sandbox:
        yield {"SPIKON_API_KEY": sandbox.api_key, "SPIKON_BASE_URL": sandbox.url}


PROGRAM = Program(
    "Talk to SPIKON: money, calls and their recordings, SMS, speech, phone books, campaigns.",
    service=Service("spikon", ("api_key", "base_url")),
    connect=lambda variables, http_client: SpikonClient.from_env(
        variables, http_client=http_client
    ),
    sandbox=_sandbox,
)
PROGRAM.app.command(account.balance)
PROGRAM.app.command(calls.calls)
PROGRAM.app.command(sms.APP)
PROGRAM.app.command(tts.APP)
PROGRAM.app.command(phone_books.APP)
PROGRAM.app.command(campaigns.APP)


def main(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    return PROGRAM.main(arguments)
