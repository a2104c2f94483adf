"""Looking for secrets in all that an error and a log would show to somebody."""

from __future__ import annotations

import html
import json
import logging
import re
import traceback
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, quote_plus

_TESTS = str(Path(__file__).parents[1])

#: Whoever can say anything of a call.
LOGGERS = ("spikon_async", "daktela_async", "_telephony_core", "httpx", "httpcore", "asyncio")


class Secrets:
    """Know secrets in all spellings in which they may be shown."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {
            spelling
            for secret in secrets
            for spelling in (
                secret,
                quote(secret, safe=""),
                quote(secret),
                quote_plus(secret),
                html.escape(secret),
                json.dumps(secret)[1:-1],
                repr(secret)[1:-1],
            )
        }
        self._pattern = re.compile("|".join(map(re.escape, sorted(spellings))), re.IGNORECASE)

    def shown_in(self, text: str) -> str | None:
        """Return where a secret shows in a text, with what stands around it."""
        found = self._pattern.search(text)
        if found is None:
            return None
        return text[max(0, found.start() - 60) : found.end() + 20]


def chain(error: BaseException) -> list[BaseException]:
    """Return an error and all that led to it."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is None or current in seen:
            continue
        seen.append(current)
        waiting += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            waiting += current.exceptions  # pyright: ignore[reportUnknownMemberType]
    return seen


def told(error: BaseException) -> Iterator[str]:
    """Yield all that an error and what led to it say by themselves."""
    for one in chain(error):
        yield from (str(one), repr(one), repr(one.args), repr(vars(one)))
        yield from getattr(one, "__notes__", ())


def told_with_locals(error: BaseException) -> Iterator[str]:
    """Yield what a crash reporter sends of an error: the local variables of every frame.

    Those of the tests, which know the secrets as any application does, are none of ours.
    """
    for one in chain(error):
        for frame in traceback.StackSummary.extract(
            traceback.walk_tb(one.__traceback__), capture_locals=True
        ):
            if not frame.filename.startswith(_TESTS):
                for name, value in (frame.locals or {}).items():
                    yield f"{frame.filename}:{frame.lineno} {frame.name}: {name} = {value}"


class _Keeper(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {record.getMessage()}")


@contextmanager
def logged() -> Generator[list[str]]:
    """Keep what all loggers say while the block lasts, down to DEBUG."""
    keeper = _Keeper()
    before: list[tuple[logging.Logger, int, bool]] = []
    for name in LOGGERS:
        logger = logging.getLogger(name)
        before.append((logger, logger.level, logger.propagate))
        logger.setLevel(logging.DEBUG)
        logger.addHandler(keeper)
        # Nobody else has to format them, too.
        logger.propagate = False
    try:
        yield keeper.lines
    finally:
        for logger, level, propagate in before:
            logger.setLevel(level)
            logger.propagate = propagate
            logger.removeHandler(keeper)
