"""What the commands of `daktela` are handed."""

from typing import Annotated, TypeAlias

from cyclopts import Parameter

from _telephony_core.cli.program import Run

from ..client import DaktelaClient

#: The parameter `run` of every command, which no option fills.
DaktelaRun: TypeAlias = Annotated[Run[DaktelaClient], Parameter(parse=False)]
