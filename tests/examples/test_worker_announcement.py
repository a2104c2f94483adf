"""The worker's announcements: generated once, saved."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from examples.worker.announcement import enqueue_announcement
from examples.worker.journal import JobState, StepState
from spikon_async import AudioFormat
from spikon_async.sandbox import faults
from tests.examples.worker_scene import Scene, scene

pytestmark = [pytest.mark.asyncio, pytest.mark.virtual_time]


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Scene, None]:
    async with scene(tmp_path) as it:
        yield it


def enqueue(stage: Scene, audio: AudioFormat = AudioFormat.MP3) -> str:
    return enqueue_announcement(
        stage.journal, "Prosimy czekać.", voice="Ewa", name="Kolejka", audio=audio, wait=0
    )


@pytest.mark.parametrize(("audio", "start"), [(AudioFormat.MP3, b"\xff"), (AudioFormat.WAV, b"RI")])
async def test_an_announcement_is_saved(stage: Scene, audio: AudioFormat, start: bytes) -> None:
    job = enqueue(stage, audio)
    await stage.work()
    saved = stage.results(job) / f"announcement.{audio.name.lower()}"
    assert saved.read_bytes().startswith(start)
    assert stage.states(job) == [StepState.DONE]
    assert stage.sandbox.log.acted("tts/generate") == 1
    (made,) = stage.sandbox.state.speech.announcements
    assert made.name == f"{job} Kolejka"


async def test_one_whose_worker_died_is_found_by_its_name(stage: Scene) -> None:
    job = enqueue(stage)
    await stage.spikon.tts.generate("Inna", voice="Ewa", name="Kolejka")
    stage.intend(job)
    lost = await stage.spikon.tts.generate("Prosimy czekać.", voice="Ewa", name=f"{job} Kolejka")
    await stage.work()
    assert stage.sandbox.log.acted("tts/generate") == 2
    assert stage.journal.step(job, 1).ids == (lost,)


async def test_one_that_was_never_ordered_is_ordered_when_that_is_sure(stage: Scene) -> None:
    job = enqueue(stage)
    died_at = stage.intend(job).changed_at
    await stage.work()
    (request,) = stage.sandbox.log.of("tts/generate")
    assert request.at >= died_at + stage.settings.settle - 0.01
    assert stage.job(job).state is JobState.DONE


@pytest.mark.parametrize("after_acting", [True, False])
async def test_a_lost_answer_costs_nothing(stage: Scene, after_acting: bool) -> None:
    stage.sandbox.faults.add("tts/generate", faults.LostReply(after_acting=after_acting))
    job = enqueue(stage)
    await stage.work()
    assert stage.sandbox.log.acted("tts/generate") == 1
    assert stage.job(job).state is JobState.DONE


async def test_one_that_was_deleted_is_not_paid_for_again(stage: Scene) -> None:
    job = enqueue(stage)
    tts_id = await stage.spikon.tts.generate("Prosimy czekać.", voice="Ewa", name=job)
    step = stage.intend(job)
    stage.journal.move(step, StepState.STARTED, ids=(tts_id,))
    await stage.spikon.tts.delete(tts_id)
    await stage.work()
    assert stage.job(job).state is JobState.FAILED
    assert stage.sandbox.log.acted("tts/generate") == 1


async def test_a_refusal_is_told_and_costs_nothing(stage: Scene) -> None:
    stage.sandbox.faults.add("tts/generate", faults.ApiError(-11))
    job = enqueue(stage)
    await stage.work()
    assert stage.job(job).state is JobState.FAILED
    assert "Forbidden" in stage.job(job).note
    assert stage.states(job) == [StepState.PLANNED]


@pytest.mark.parametrize("text", ["", "x" * 3001])
async def test_the_length_of_a_text_is_looked_at_first(stage: Scene, text: str) -> None:
    with pytest.raises(ValueError, match="1 to 3000"):
        enqueue_announcement(
            stage.journal, text, voice="Ewa", name="", audio=AudioFormat.MP3, wait=0
        )
