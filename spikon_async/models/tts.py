"""Chapter 4.7: speech synthesis."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from attrs import field, frozen

from _telephony_core.converter import Record, Wire
from _telephony_core.downloads import DownloadedFile

from .receipts import filled


@frozen(kw_only=True)
class Language(Record):
    """A language. SPIKON 4.7.1.

    Attributes:
        code: its code, such as "pl-PL".
        description: its name, in Polish.
    """

    code: Annotated[str, Wire("language")]
    description: str = ""


class Gender(StrEnum):
    """Whose voice it is. SPIKON 4.7.2."""

    FEMALE = "F"
    MALE = "M"


@frozen(kw_only=True)
class Voice(Record):
    """A voice. SPIKON 4.7.2.

    Attributes:
        name: its name, by which it is chosen.
        gender: whose voice it is.
    """

    name: str
    gender: Gender | str = ""


class SpeechState(StrEnum):
    """Whether a recording can be downloaded. SPIKON 4.7.4, 4.7.8."""

    WAITING = "0"
    READY = "1"


@frozen(kw_only=True)
class OrderedSpeech(Record):
    """The receipt of an order. SPIKON 4.7.3.

    Attributes:
        id: the id of the announcement.
    """

    id: Annotated[str, Wire("tts_id", "id")] = field(converter=filled)


@frozen(kw_only=True)
class Speech(Record):
    """An announcement. SPIKON 4.7.4, 4.7.8.

    Attributes:
        id: its id.
        name: its name; empty in the answer to `status`.
        state: whether it can be downloaded.
    """

    id: str
    name: str = ""
    state: Annotated[SpeechState | str, Wire("generated")] = ""

    @property
    def ready(self) -> bool:
        """Whether it can be downloaded; no value but the documented one counts."""
        return self.state == SpeechState.READY


class AudioFormat(StrEnum):
    """The format of a downloaded announcement. SPIKON 4.7.5."""

    MP3 = "0"
    #: WAVE PCM, 8000 Hz, 16 bit, mono.
    WAV = "1"


@frozen(kw_only=True)
class SpeechPrice(Record):
    """What an announcement costs. SPIKON 4.7.7.

    Attributes:
        net: PLN without tax.
        gross: PLN with tax.
    """

    net: Annotated[Decimal, Wire("cost_net")]
    gross: Annotated[Decimal, Wire("cost_gross")]


@frozen(kw_only=True)
class SavedSpeech:
    """An announcement that was generated and saved.

    Attributes:
        id: its id at the service, where it stays until it is deleted.
        file: the file.
    """

    id: str
    file: DownloadedFile
