"""How the files of recordings are named. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from .models.call_lists import CallRecord

_SUFFIXES = {
    "audio/mpeg": ".mp3",
    "audio/mp3": ".mp3",
    "audio/wav": ".wav",
    "audio/wave": ".wav",
    "audio/x-wav": ".wav",
    "audio/vnd.wave": ".wav",
    "audio/ogg": ".ogg",
}


def recording_names(calls: Iterable[CallRecord]) -> Iterator[tuple[str, CallRecord]]:
    """Yield the calls that have a recording, each with a file name of its own, without suffix.

    The name says when, from and to whom. The same calls get the same names each time; of calls
    alike in all of that, the second and further ones are numbered.
    """
    seen: Counter[str] = Counter()
    for call in calls:
        if call.recording is None:
            continue
        numbers = (re.sub(r"[^0-9A-Za-z+]", "", n)[:40] for n in (call.source, call.destination))
        stem = f"{call.started_at:%Y-%m-%d_%H-%M-%S}_{'_'.join(numbers)}"
        # Some file systems do not tell capitals apart.
        seen[stem.casefold()] += 1
        count = seen[stem.casefold()]
        yield (stem if count == 1 else f"{stem}_{count}"), call


def audio_suffix(content_type: str) -> str:
    """Return the usual suffix of a kind of audio; what is not known is taken for MP3."""
    return _SUFFIXES.get(content_type.partition(";")[0].strip().lower(), ".mp3")
