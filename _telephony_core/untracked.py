"""Records that the garbage collector need not look at.

CPython's collector looks through everything that could be part of a cycle, time and again, and
nothing else runs meanwhile: with 100 000 records that is a tenth of a second. Tuples and dicts it
leaves out as soon as it sees that they hold nothing but texts and numbers. A frozen record that
holds nothing but such cannot become part of a cycle either, but the collector has no way to see
that. So it is told, by the function with which C code tells it; where there is none, all stays as
it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from functools import cache


def untrack(objects: Iterable[object]) -> None:
    """Let the collector leave out objects that are in no cycle, and never will be.

    They are freed as ever, when nobody refers to them any more.
    """
    tell = _teller()
    if tell is not None:
        deque(map(tell, objects), maxlen=0)


@cache
def _teller() -> Callable[[object], object] | None:
    # Imported when it is needed: few programs have answers that long.
    try:
        import ctypes

        prototype = ctypes.PYFUNCTYPE(None, ctypes.py_object)
        return prototype(("PyObject_GC_UnTrack", ctypes.pythonapi))
    except (ImportError, AttributeError):
        return None
