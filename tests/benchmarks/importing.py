"""What an import costs: each in a new interpreter, from cached bytecode, in processor time.

All of them do without click and rich, which httpx imports for its command line wherever they are
installed: that would flatter whatever is compared with it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

from .table import Row, ratio_at_most

PEER = "import httpx, cattrs"
MADE_PEER = "the same, and an httpx.AsyncClient made"
IMPORTS = (
    "import spikon_async",
    "import daktela_async",
    "from spikon_async import SpikonClient",
    "from daktela_async import DaktelaClient",
)
#: What a program that makes a call pays in the end, sooner or later.
MADE = {
    "SpikonClient, imported, made, a resource used": (
        "from spikon_async import SpikonClient\nSpikonClient('key').sms"
    ),
    "DaktelaClient, imported, made, a resource used": (
        "from daktela_async import DaktelaClient\n"
        "DaktelaClient('pbx.example', access_token='token').queues"
    ),
}

_MEASURED = """
import sys, time
sys.modules["click"] = sys.modules["rich"] = None
started = time.process_time()
{code}
print(time.process_time() - started)
"""


def run(*, quick: bool) -> list[Row]:
    contestants = {
        **{code: code for code in (PEER, *IMPORTS)},
        # The authorities are not read: our clients read them when they first need them.
        MADE_PEER: "import httpx, cattrs, ssl\n"
        "httpx.AsyncClient(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))",
        **MADE,
    }
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for code in contestants.values():
        # Whatever has no bytecode yet has it from now on.
        _measure(code)
    for _ in range(2 if quick else 9):
        for name, code in contestants.items():
            seconds[name].append(_measure(code))
    figures = {name: statistics.median(times) for name, times in seconds.items()}
    return [
        *(_row(name, PEER, figures, target=1.3) for name in IMPORTS),
        *(_row(name, MADE_PEER, figures) for name in MADE),
    ]


def _row(name: str, peer: str, figures: dict[str, float], target: float | None = None) -> Row:
    return Row(
        what=name,
        ours=figures[name] * 1e3,
        unit="ms",
        peer=peer,
        theirs=figures[peer] * 1e3,
        target=None if target is None else ratio_at_most(target),
    )


def _measure(code: str) -> float:
    """Return the seconds of the processor that code takes in an interpreter of its own."""
    command = [sys.executable, "-c", _MEASURED.format(code=code)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
