"""What the service is: its time zone, and the formats in which it answers."""

from enum import StrEnum
from zoneinfo import ZoneInfo

#: The service writes times without an offset; it is in Czechia.
PRAGUE = ZoneInfo("Europe/Prague")


class WireFormat(StrEnum):
    """The format in which the API answers."""

    JSON = "json"
    XML = "xml"
