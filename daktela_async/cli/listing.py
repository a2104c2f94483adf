"""Lists that come by pages, shown or written to a file."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime, time
from pathlib import Path
from typing import TypeVar

from _telephony_core.cli.csv_files import write_csv
from _telephony_core.cli.days import days
from _telephony_core.cli.options import From, To, check_target
from _telephony_core.cli.output import Column
from _telephony_core.cli.plain import plain_fields

from ..models.paging import PagesUpdate
from ..service import PRAGUE
from .run import DaktelaRun

T = TypeVar("T")

#: Makes the iterator over all pages, given who hears of each page.
Rows = Callable[[Callable[[PagesUpdate], None]], AsyncGenerator[T, None]]


def period(start: From, end: To) -> tuple[datetime, datetime]:
    """Return the first and the last second of some days, the last 30 unless told otherwise."""
    first, last = days(start, end, datetime.now(PRAGUE).date())
    return datetime.combine(first, time.min), datetime.combine(last, time(23, 59, 59))


async def show_list(
    run: DaktelaRun, rows: Rows[T], columns: Sequence[Column[T]], csv: Path | None = None
) -> None:
    """Show all rows: JSON as they come, else a table, or a CSV file, when they are complete."""
    if csv is not None:
        check_target(csv)
    run.then = "the pages that are left are fetched."
    found: list[T] = []
    with run.show.progress("Rows") as tell:

        def on_update(update: PagesUpdate) -> None:
            of = "" if update.total is None else f" of {update.total}"
            tell(f"{update.position}{of}", update.position)

        async with aclosing(rows(on_update)) as iterator:
            async for row in iterator:
                if run.show.as_json:
                    run.show.json(plain_fields(row))
                if csv is not None or not run.show.as_json:
                    found.append(row)
    if csv is not None:
        plain = [plain_fields(row) for row in found]
        names = [name for name in (plain[0] if plain else ()) if name != "extra"]
        run.show.note(f"{write_csv(csv, names, plain)} rows written to {csv}.")
    elif not run.show.as_json:
        run.show.rows(found, columns)
