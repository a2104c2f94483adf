"""The command line `spikon`; it needs the extra `cli`."""

from _telephony_core.cli.entry import start


def main() -> int:
    """Run the command line and return its exit code."""
    return start("spikon", "spikon_async.cli.program")
