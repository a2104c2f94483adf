"""Genuine sound files, small and made by arithmetic: tones as WAVE, silence as MP3."""

from __future__ import annotations

import functools
import io
import math
import random
import wave
from array import array
from collections.abc import Callable
from typing import TypeAlias

Maker: TypeAlias = Callable[[float, str], bytes]
"""What makes a sound of so many seconds from a seed."""

WAVE_RATE = 8000
FRAME_SIZE = 96
FRAME_SECONDS = 0.024

# MPEG-1 layer III, no CRC, 32 kbit/s, 48 kHz, no padding, mono: each frame is 144 * 32000 / 48000
# = 96 bytes and sounds for 24 ms.
_FRAME_HEADER = b"\xff\xfb\x14\xc4"
# Side information of zeros: both granules are empty, so that a decoder gives silence and takes
# the rest of the frame for ancillary data.
_SIDE_INFORMATION = bytes(17)
_ANCILLARY_SIZE = FRAME_SIZE - len(_FRAME_HEADER) - len(_SIDE_INFORMATION)
# Below 0x80, for eleven set bits would look like the beginning of a frame.
_NO_SYNC = bytes(value & 0x7F for value in range(256))

_TONES = (200, 250, 320, 400, 500, 800)
_AMPLITUDE = 8000


@functools.lru_cache(maxsize=8)
def mp3(seconds: float, seed: str) -> bytes:
    """Return a silent MP3 of that length.

    Each seed gives other bytes in each frame, so that a file put together wrongly shows.
    """
    noise = random.Random(seed)  # noqa: S311  (reproducible, nothing secret)
    frames = max(1, round(seconds / FRAME_SECONDS))
    ancillary = noise.randbytes(frames * _ANCILLARY_SIZE).translate(_NO_SYNC)
    return b"".join(
        _FRAME_HEADER + _SIDE_INFORMATION + ancillary[begin : begin + _ANCILLARY_SIZE]
        for begin in range(0, len(ancillary), _ANCILLARY_SIZE)
    )


@functools.lru_cache(maxsize=8)
def wave_pcm(seconds: float, seed: str) -> bytes:
    """Return a WAVE file of tones, PCM, 8000 Hz, 16 bits, mono; each seed has its own melody."""
    melody = random.Random(seed)  # noqa: S311  (reproducible, nothing secret)
    wanted = max(1, round(seconds * WAVE_RATE))
    sound = bytearray()
    while len(sound) < 2 * wanted:
        sound += _tone(melody.choice(_TONES))
    output = io.BytesIO()
    with wave.open(output, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(WAVE_RATE)
        file.writeframes(bytes(sound[: 2 * wanted]))
    return output.getvalue()


@functools.cache
def _tone(frequency: int) -> bytes:
    # Each frequency divides 8000, so that 0.1 s holds whole periods and tones join smoothly.
    period = WAVE_RATE // frequency
    samples = array(
        "h",
        (round(_AMPLITUDE * math.sin(2 * math.pi * step / period)) for step in range(period)),
    )
    return samples.tobytes() * (frequency // 10)
