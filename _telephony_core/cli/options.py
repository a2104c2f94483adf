"""Kinds of options that several commands have."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import Parameter
from cyclopts.validators import Number

from ..errors import InvalidRequest

#: The first and the last day of what is asked for.
From: TypeAlias = Annotated[date | None, Parameter(name="--from")]
To: TypeAlias = Annotated[date | None, Parameter(name="--to")]
#: A time that is longer than none, and ends: a year, and no more.
Seconds: TypeAlias = Annotated[float, Parameter(validator=Number(gt=0, lte=366 * 86_400))]


def text_or_input(text: str | None) -> str:
    """Return a text of the command line, or what is piped in where there is none.

    "-" is not taken for the latter: whatever begins with a hyphen and is no option must be an
    error, for a misspelled option would else be sent as a text, and paid for.
    """
    if text is not None:
        return text
    if sys.stdin.isatty():
        raise InvalidRequest("there is no text.", advice="Give it as an argument, or by a pipe.")
    return sys.stdin.read().rstrip()


def check_target(path: Path) -> Path:
    """Return the path of a file to be written, whose folder is there: told before anything acts."""
    if not path.parent.is_dir():
        raise InvalidRequest(f"there is no folder {path.parent} to write {path.name} to.")
    return path
