"""What the clients cost, beside their peers in the same run: `python -m tests.benchmarks`.

Each benchmark is a module with `run(*, quick)`, which returns the rows of the table; it runs in a
process of its own, so that none finds what another has left in memory.
"""

#: The modules, in the order of the table; one a line.
BENCHMARKS: tuple[str, ...] = (
    "calls",
    "many_connections",
    "watchers",
    "importing",
    "cancelled_calls",
    "downloads",
    "waits",
    "decoding",
    "loop_stall",
)

#: Those whose figures do not depend on how fast it goes: they share the machine with each other.
COUNTING: frozenset[str] = frozenset({"cancelled_calls", "waits"})
