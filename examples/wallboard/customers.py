"""Who calls: the part of a CRM. Put your own in its place."""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path
from typing import Protocol

_NO_DIGIT = re.compile(r"[^0-9]")
#: So many digits name a customer, whatever stands before them: +420602123456 is 602123456.
_TELLING = 9


class Customers(Protocol):
    """Know customers by their numbers."""

    async def name_of(self, number: str) -> str | None:
        """Return a customer's name; None for a stranger. The caller waits meanwhile."""
        ...


def telling(number: str) -> str:
    """Return the digits of a number by which a customer is found."""
    return _NO_DIGIT.sub("", number)[-_TELLING:]


class CustomerFile:
    """Customers out of a CSV file with two columns, number and name, read once."""

    def __init__(self, path: Path | None) -> None:
        self._names: dict[str, str] = {}
        if path is not None:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = [row for row in csv.reader(file) if len(row) >= 2]
            self._names = {telling(row[0]): row[1].strip() for row in rows if telling(row[0])}

    async def name_of(self, number: str) -> str | None:
        """Return the name that stands beside the number."""
        return self._names.get(telling(number))


_MADE_UP = (
    *("Adéla Němcová", "Bohumil Kučera", "Dana Pokorná", "Emil Jelínek", "Gustav Král"),
    *("Hedvika Marková", "Ivo Pospíšil", "Kateřina Veselá", "Libor Horák", "Marie Růžičková"),
)


class MadeUpCustomers:
    """Customers of the demonstration: every number but some has a name, always the same."""

    async def name_of(self, number: str) -> str | None:
        """Return a made-up name."""
        dice = random.Random(telling(number))  # noqa: S311  # nobody's secret
        return dice.choice(_MADE_UP) if dice.random() < 0.7 else None
