"""The calls' recordings: genuine sound files, fetched by a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from _telephony_core.sandbox import audio
from _telephony_core.sandbox.byte_ranges import file_reply
from _telephony_core.sandbox.exchange import Reply
from daktela_async.sandbox.phone_call import PastCall

WAVE, MP3 = "audio/x-wav", "audio/mpeg"

_HASH_SIZE = 40
_SECONDS_AT_MOST = 600


def hash_of(call_id: str) -> str:
    """Return the hash of a call's recording, which ends in the call's id as the document's do."""
    return hashlib.sha1(f"recording of {call_id}".encode()).hexdigest() + call_id  # noqa: S324


def call_of(recording_hash: str) -> str | None:
    """Return the id of the call whose recording has that hash."""
    call_id = recording_hash[_HASH_SIZE:]
    return call_id if call_id and hash_of(call_id) == recording_hash else None


def is_wave(call: PastCall) -> bool:
    """Tell whether the recording is a WAVE file: every other one is, the rest are MP3."""
    return call.serial % 2 == 0


def file_name(call: PastCall) -> str:
    """Return the recording's file name."""
    kind = "wav" if is_wave(call) else "mp3"
    return f"{call.direction.upper()}{call.extension}-{call.clid}-{call.id}.{kind}"


def sound(call: PastCall) -> bytes:
    """Return a recording."""
    seconds = min(call.duration, _SECONDS_AT_MOST)
    make = audio.wave_pcm if is_wave(call) else audio.mp3
    return make(seconds, f"call {call.id}")


def reply(call: PastCall, data: bytes | None, headers: Mapping[str, str], *, octets: bool) -> Reply:
    """Answer with a recording, or the part of it that the headers ask for."""
    kind = WAVE if is_wave(call) else MP3
    return file_reply(
        sound(call) if data is None else data,
        "application/octet-stream" if octets else kind,
        file_name(call),
        headers,
    )
