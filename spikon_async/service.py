"""What the service is: its address, its time zone, the formats in which it answers."""

from enum import StrEnum
from zoneinfo import ZoneInfo

#: The address of the service (4.2.1 and throughout).
BASE_URL = "https://panel.spikon.pl"
#: The service writes times without an offset; it is in Poland.
WARSAW = ZoneInfo("Europe/Warsaw")


class WireFormat(StrEnum):
    """The format in which the API answers."""

    JSON = "json"
    XML = "xml"
