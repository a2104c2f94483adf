"""Contestants measured in turn: A B A B ..., so that a busy machine is busy for all of them."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager

Clock = Callable[[], float]

#: Seconds of the processor that this process used, in all of its threads.
cpu_time: Clock = time.process_time
#: Seconds that passed.
wall_time: Clock = time.perf_counter


def alternate(
    turns: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    clock: Clock = cpu_time,
    per_turn: int = 1,
) -> dict[str, float]:
    """Return for each contestant the median of the seconds that one of its turns takes.

    Each has one turn that does not count before the first round. `per_turn` says how many times
    a turn does what is measured; the figures are of one time.
    """
    for play in turns.values():
        play()
    seconds: dict[str, list[float]] = {name: [] for name in turns}
    with _only_new_garbage():
        for _ in range(rounds):
            for name, play in turns.items():
                # Nobody pays for what the one before has left.
                gc.collect()
                started = clock()
                play()
                seconds[name].append(clock() - started)
    return _medians(seconds, per_turn)


async def alternate_async(
    turns: Mapping[str, Callable[[], Awaitable[object]]],
    *,
    rounds: int,
    clock: Clock = cpu_time,
    per_turn: int = 1,
    warm_ups: Mapping[str, Callable[[], Awaitable[object]]] | None = None,
) -> dict[str, float]:
    """Do as `alternate` does, on one event loop.

    `warm_ups` are done before each turn and not measured, say to open connections anew that were
    closed while the others had their turns; without them a turn that does not count goes first.
    """
    if warm_ups is None:
        for play in turns.values():
            await play()
    seconds: dict[str, list[float]] = {name: [] for name in turns}
    with _only_new_garbage():
        for _ in range(rounds):
            for name, play in turns.items():
                if warm_ups is not None:
                    await warm_ups[name]()
                gc.collect()
                started = clock()
                await play()
                seconds[name].append(clock() - started)
    return _medians(seconds, per_turn)


@contextmanager
def _only_new_garbage() -> Generator[None, None, None]:
    """Let the garbage collector leave alone what is there: the libraries of all contestants.

    Together they are more than any program has, and to look through them takes half a second.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _medians(seconds: Mapping[str, list[float]], per_turn: int) -> dict[str, float]:
    return {name: statistics.median(times) / per_turn for name, times in seconds.items()}
