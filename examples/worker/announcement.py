"""A text made into speech, which is paid for once.

The name that it gets at SPIKON begins with the id of the job. So if a worker dies between the order
and its answer, or the answer is lost, the list of announcements shows whether it was made.
"""

from __future__ import annotations

from spikon_async import AudioFormat

from .journal import Journal, Step, StepKind, StepState
from .starting import start_once
from .work import Ended, Work

#: The longest text of one announcement (SPIKON 4.7.3).
LONGEST_TEXT = 3000


def enqueue_announcement(
    journal: Journal, text: str, *, voice: str, name: str, audio: AudioFormat, wait: float
) -> str:
    """Write a job into the journal that turns a text into a file, and return its id."""
    if not 0 < len(text) <= LONGEST_TEXT:
        raise ValueError(f"the text has {len(text)} characters, not 1 to {LONGEST_TEXT}")
    about = {"text": text, "voice": voice, "name": name, "audio": audio.name}
    return journal.add("synthesize_announcement", {}, [(StepKind.SPEECH, about)], wait=wait)


async def synthesize_announcement(work: Work) -> Ended:
    """Have the announcement made, unless it was, and save it."""
    (step,) = work.steps()
    if step.state is StepState.INTENDED:
        step = await _find(work, step)
    if step.state is StepState.PLANNED:
        step = await _generate(work, step)
    audio = AudioFormat[step.detail["audio"]]
    path = work.results_folder() / f"announcement.{audio.name.lower()}"
    for left_behind in work.results_folder().glob(".download-*.part"):
        left_behind.unlink()
    saved = await work.spikon.tts.collect(step.ids[0], to=path, audio_format=audio)
    if step.state is StepState.STARTED:
        work.journal.move(step, StepState.DONE)
    return Ended(note=f"{saved.file.size} bytes of speech")


async def _generate(work: Work, step: Step) -> Step:
    about = step.detail

    async def generate() -> tuple[str, ...]:
        name = f"{work.job} {about['name']}".strip()
        tts_id = await work.spikon.tts.generate(about["text"], voice=about["voice"], name=name)
        return (tts_id,)

    return await start_once(work.journal, step, generate)


async def _find(work: Work, step: Step) -> Step:
    """Find out what became of the order of a worker that died, or whose answer was lost."""
    await work.until_settled(step)
    for speech in await work.spikon.tts.list():
        if work.job in speech.name:
            return work.journal.move(step, StepState.STARTED, ids=(speech.id,))
    return work.journal.move(step, StepState.PLANNED)
