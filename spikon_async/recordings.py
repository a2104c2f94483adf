"""How the files of recordings are named. Pure."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qs, urlsplit

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
#: The suffixes that `audio_suffix` gives: files with others are no recordings.
AUDIO_SUFFIXES = frozenset(_SUFFIXES.values())


def recording_names(calls: Iterable[CallRecord]) -> Iterator[tuple[str, CallRecord]]:
    """Yield the calls that have a recording, each with a file name of its own, without suffix.

    The name says when, from and to whom, and by which link it is fetched: two calls can be alike
    in all but that, and come in different reports. The same calls get the same names each time; of
    calls that share a link as well, the second and further ones are numbered.
    """
    seen: Counter[str] = Counter()
    for call in calls:
        if call.recording is None:
            continue
        numbers = (re.sub(r"[^0-9A-Za-z+]", "", n)[:40] for n in (call.source, call.destination))
        parts = (f"{call.started_at:%Y-%m-%d_%H-%M-%S}", *numbers, _id_of(call.file))
        stem = "_".join(parts)
        # Some file systems do not tell capitals apart.
        seen[stem.casefold()] += 1
        count = seen[stem.casefold()]
        yield (stem if count == 1 else f"{stem}_{count}"), call


def audio_suffix(content_type: str) -> str:
    """Return the usual suffix of a kind of audio; what is not known is taken for MP3."""
    return _SUFFIXES.get(content_type.partition(";")[0].strip().lower(), ".mp3")


def _id_of(file: str) -> str:
    """Return the id in the link of a recording, or what tells it from other links without one."""
    try:
        ids = parse_qs(urlsplit(file).query).get("id", [])
    except ValueError:
        ids = []
    if len(ids) == 1 and re.fullmatch(r"[0-9]{1,20}", ids[0]):
        return ids[0]
    return "x" + hashlib.sha256(file.encode(errors="surrogatepass")).hexdigest()[:12]
