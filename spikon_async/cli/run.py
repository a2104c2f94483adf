"""What the commands of `spikon` are handed."""

from typing import Annotated, TypeAlias

from cyclopts import Parameter

from _telephony_core.cli.program import Run

from ..client import SpikonClient

#: The parameter `run` of every command, which no option fills.
SpikonRun: TypeAlias = Annotated[Run[SpikonClient], Parameter(parse=False)]
