"""The command line `daktela`; it needs the extra `cli`."""

from _telephony_core.cli.entry import start


def main() -> int:
    """Run the command line and return its exit code."""
    return start("daktela", "daktela_async.cli.program")
