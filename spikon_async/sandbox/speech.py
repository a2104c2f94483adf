"""Speech made of text (SPIKON API, chapter 4.7)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

import attrs

from _telephony_core.sandbox import audio
from _telephony_core.sandbox.clock import Clock
from spikon_async.sandbox.errors import Refusal, not_found, wrong_value
from spikon_async.sandbox.wallet import Wallet

NET_PRICE = Decimal("0.30")
"""PLN for each 100 characters begun; 3000 characters cost the 9.0 net of the document's sample."""
VAT = Decimal("1.23")
_SECONDS_PER_CHARACTER = 0.06


@attrs.frozen
class Voice:
    """A voice; ``gender`` is F or M."""

    name: str
    gender: str


@attrs.frozen
class Language:
    """A language and the voices that speak it."""

    code: str
    description: str
    voices: tuple[Voice, ...]


@attrs.frozen
class Announcement:
    """A text that was ordered to be spoken; it is ready at ``ready_at`` on the server's clock."""

    id: int
    voice: str
    name: str
    text: str
    ready_at: float


def prices(text: str) -> tuple[Decimal, Decimal]:
    """Return what speaking the text costs, net and gross."""
    net = NET_PRICE * -(-len(text) // 100)
    return net, (net * VAT).quantize(Decimal("0.01"), ROUND_HALF_UP)


class Speech:
    """The languages and the announcements made."""

    def __init__(
        self, languages: Iterable[Language], clock: Clock, wallet: Wallet, delay: float
    ) -> None:
        self.delay = delay
        self._languages = {language.code: language for language in languages}
        self._voices = {
            voice.name for language in self._languages.values() for voice in language.voices
        }
        self._clock = clock
        self._wallet = wallet
        self._made: dict[int, Announcement] = {}
        self._last = 0

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages."""
        return tuple(self._languages.values())

    @property
    def announcements(self) -> tuple[Announcement, ...]:
        """The announcements by id."""
        return tuple(self._made.values())

    def voices(self, code: str) -> tuple[Voice, ...]:
        """Return the voices of a language."""
        if code not in self._languages:
            raise wrong_value("language", f"unknown language {code!r}")
        return self._languages[code].voices

    def price(self, voice: str, text: str) -> tuple[Decimal, Decimal]:
        """Return the net and gross price."""
        self._check_voice(voice)
        return prices(text)

    def generate(self, voice: str, name: str, text: str) -> int:
        """Order an announcement, have it paid and return its id.

        What happens with too little money isn't documented: error -11 here.
        """
        self._check_voice(voice)
        if not self._wallet.pay(prices(text)[1]):
            raise Refusal(-11, detail="Not enough money on the account")
        self._last += 1
        self._made[self._last] = Announcement(
            self._last, voice, name, text, self._clock.now() + self.delay
        )
        return self._last

    def find(self, tts_id: int) -> Announcement:
        """Return an announcement."""
        if tts_id not in self._made:
            raise not_found("tts", tts_id)
        return self._made[tts_id]

    def is_ready(self, announcement: Announcement) -> bool:
        """Return whether the announcement has been made."""
        return self._clock.now() >= announcement.ready_at

    def sound(self, tts_id: int, *, as_wave: bool) -> bytes:
        """Return an announcement's file."""
        announcement = self.find(tts_id)
        if not self.is_ready(announcement):
            raise Refusal(-9)
        seconds = len(announcement.text) * _SECONDS_PER_CHARACTER
        seed = f"{announcement.voice} says {announcement.text}"
        return audio.wave_pcm(seconds, seed) if as_wave else audio.mp3(seconds, seed)

    def delete(self, tts_id: int) -> None:
        """Delete an announcement."""
        del self._made[self.find(tts_id).id]

    def _check_voice(self, voice: str) -> None:
        if voice not in self._voices:
            raise wrong_value("voice", f"unknown voice {voice!r}")
