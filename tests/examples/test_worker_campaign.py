"""The worker's campaigns: each number gets the message once, whatever is lost on the way."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncGenerator
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio

from examples.worker.campaign import enqueue_campaign
from examples.worker.commands import retry, settle, show_outcomes, show_status
from examples.worker.journal import JobState, StepState
from examples.worker.service import serve
from spikon_async.sandbox import FAILING_NUMBER, SILENT_NUMBER, UNREACHABLE_NUMBER, faults
from tests.examples.worker_scene import Scene, scene

pytestmark = [pytest.mark.asyncio, pytest.mark.virtual_time]

NUMBERS = [f"6001002{number:02}" for number in range(12)]
MESSAGE = "Zażółć gęślą jaźń"


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Scene, None]:
    async with scene(tmp_path) as it:
        yield it


def enqueue(stage: Scene, numbers: list[str] = NUMBERS) -> str:
    return enqueue_campaign(stage.journal, numbers, MESSAGE, sender="INFO", wait=0)


def received(stage: Scene) -> Counter[str]:
    return Counter(sms.number for sms in stage.sandbox.sent_sms)


async def test_everybody_gets_the_message_once(stage: Scene) -> None:
    job = enqueue(stage, [*NUMBERS, *NUMBERS[:5]])
    await stage.work()
    assert received(stage) == Counter(NUMBERS)
    assert {(sms.text, sms.sender) for sms in stage.sandbox.sent_sms} == {(MESSAGE, "INFO")}
    assert stage.job(job).state is JobState.DONE
    assert stage.job(job).note == "12 delivered"


async def test_it_tells_what_became_of_each(stage: Scene) -> None:
    job = enqueue(stage, [NUMBERS[0], FAILING_NUMBER, UNREACHABLE_NUMBER, SILENT_NUMBER])
    await stage.work()
    assert stage.job(job).note == "1 delivered, 2 failed, 1 sent, without a receipt"
    assert [step.note for step in stage.journal.steps(job=job)] == [
        "delivered",
        "error: Operator odrzucił wiadomość",
        "undelivered",
        "sent, without a receipt",
    ]


@pytest.mark.parametrize("code", [-8, -9])
async def test_an_sms_that_is_not_seen_yet_is_not_lost(stage: Scene, code: int) -> None:
    stage.sandbox.faults.add("sms/state", faults.ApiError(code), times=3)
    job = enqueue(stage, NUMBERS[:2])
    await stage.work()
    assert stage.job(job).note == "2 delivered"


async def test_an_sms_that_nobody_knows_is_lost(stage: Scene) -> None:
    stage.sandbox.faults.add("sms/state", faults.ApiError(-8), times=None)
    job = enqueue(stage, NUMBERS[:2])
    await stage.work()
    assert stage.job(job).note == "2 failed"
    assert {step.note for step in stage.journal.steps(job=job)} == {"SPIKON does not know it"}
    sent = stage.sandbox.log.of("sms/send")[-1].at
    assert stage.sandbox.log.of("sms/state")[-1].at - sent >= 60


async def test_it_keeps_its_pace(stage: Scene) -> None:
    enqueue(stage)
    await stage.work()
    sent = [request.at for request in stage.sandbox.log.of("sms/send")]
    gaps = [after - before for before, after in pairwise(sent)]
    assert min(gaps) >= 0.99 / stage.settings.calls_per_second


async def test_no_more_than_some_calls_are_under_way(stage: Scene) -> None:
    for _ in NUMBERS:
        stage.sandbox.faults.add("sms/send", faults.Late(10))
    enqueue(stage)
    await stage.work()
    sent = [request.at for request in stage.sandbox.log.of("sms/send")]
    at_once = stage.settings.calls_at_once
    assert all(
        later - earlier >= 9.99 for earlier, later in zip(sent, sent[at_once:], strict=False)
    )


async def test_a_recipient_whose_worker_died_is_left_to_a_human(stage: Scene) -> None:
    job = enqueue(stage)
    stage.intend(job, 3)
    await stage.work()
    assert stage.job(job).state is JobState.UNSETTLED
    assert stage.job(job).note == "11 delivered, 1 unknown"
    assert NUMBERS[2] not in received(stage)
    assert any(NUMBERS[2] in line for line in show_outcomes(stage.journal))


async def test_a_lost_answer_is_left_to_a_human_and_the_rest_goes_on(stage: Scene) -> None:
    stage.sandbox.faults.add("sms/send", faults.LostReply(after_acting=True))
    job = enqueue(stage)
    await stage.work()
    assert stage.job(job).state is JobState.UNSETTLED
    assert received(stage) == Counter(NUMBERS)
    assert stage.states(job).count(StepState.UNKNOWN) == 1


@pytest.mark.parametrize("went_out", [True, False])
async def test_a_human_settles_an_unknown_outcome(stage: Scene, went_out: bool) -> None:
    stage.sandbox.faults.add("sms/send", faults.LostReply(after_acting=went_out))
    job = enqueue(stage)
    await stage.work()
    (step,) = stage.journal.steps(StepState.UNKNOWN)
    sms_id = str(stage.sandbox.sent_sms[0].id) if went_out else None
    settle(stage.journal, job, step.number, sent=went_out, sms_id=sms_id)
    await stage.work()
    assert stage.job(job).note == "12 delivered"
    assert received(stage) == Counter(NUMBERS)
    assert show_outcomes(stage.journal) == ["There are no unknown outcomes."]


async def test_what_was_sent_can_be_settled_without_its_id(stage: Scene) -> None:
    job = enqueue(stage, NUMBERS[:2])
    stage.intend(job, 1)
    await stage.work()
    settle(stage.journal, job, 1, sent=True, sms_id=None)
    await stage.work()
    assert stage.job(job).note == "1 delivered, 1 sent, as settled by hand"
    assert received(stage) == Counter(NUMBERS[1:2])


async def test_settling_takes_what_is_unknown_only(stage: Scene) -> None:
    job = enqueue(stage, NUMBERS[:1])
    with pytest.raises(ValueError, match="nothing to settle"):
        settle(stage.journal, job, 1, sent=False, sms_id=None)
    with pytest.raises(ValueError, match="no step 2"):
        settle(stage.journal, job, 2, sent=False, sms_id=None)
    with pytest.raises(ValueError, match="no job"):
        settle(stage.journal, "nonsense", 1, sent=False, sms_id=None)


async def test_a_service_that_fails_stops_the_sending_for_a_while(stage: Scene) -> None:
    # Each answer of this service leaves open whether it sent: no more than a few may be so.
    stage.sandbox.faults.add("sms/send", faults.Status(502), times=4)
    job = enqueue(stage)
    await stage.work()
    unknown = stage.states(job).count(StepState.UNKNOWN)
    assert unknown <= 4
    assert stage.states(job).count(StepState.DONE) == len(NUMBERS) - unknown


async def test_too_many_requests_are_made_later(stage: Scene) -> None:
    stage.sandbox.faults.add("sms/send", faults.Status(429, retry_after="40"))
    job = enqueue(stage)
    await stage.work()
    assert stage.job(job).note == "12 delivered"
    assert received(stage) == Counter(NUMBERS)
    sent = [request.at for request in stage.sandbox.log.of("sms/send")]
    assert max(after - before for before, after in pairwise(sent)) >= 40


async def test_a_key_that_is_refused_ends_the_job_and_loses_nobody(stage: Scene) -> None:
    stage.sandbox.faults.add("sms/send", faults.ApiError(-3), times=4)
    job = enqueue(stage)
    await stage.work()
    assert stage.job(job).state is JobState.FAILED
    assert "Unknown API key" in stage.job(job).note
    assert set(stage.states(job)) <= {StepState.PLANNED, StepState.STARTED}
    stage.sandbox.faults.clear()
    retry(stage.journal, job)
    await stage.work()
    assert stage.job(job).note == "12 delivered"
    assert received(stage) == Counter(NUMBERS)


async def test_only_a_failed_job_is_tried_again(stage: Scene) -> None:
    job = enqueue(stage)
    with pytest.raises(ValueError, match="only what failed"):
        retry(stage.journal, job)


@pytest.mark.parametrize(
    ("parameter", "note"), [("to", "11 delivered, 1 failed"), ("from", "Wrong value for parameter")]
)
async def test_a_refused_number_stops_nobody_else(stage: Scene, parameter: str, note: str) -> None:
    error = {"id": "-6", "text": "Wrong value for parameter", "desc": f"{parameter}: refused"}
    body = json.dumps({"errors": {"error": error}}).encode()
    stage.sandbox.faults.add("sms/send", faults.Malformed(body, after_acting=False))
    job = enqueue(stage)
    await stage.work()
    assert note in stage.job(job).note


async def test_a_worker_that_is_told_to_stop_waits_for_the_answers(stage: Scene) -> None:
    stage.sandbox.faults.add("sms/send", faults.Late(20), times=None)
    job = enqueue(stage)
    working = asyncio.create_task(serve(stage.settings, stage.spikon, stage.journal))
    await asyncio.sleep(10)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    begun = stage.sandbox.log.count("sms/send")
    assert 1 <= begun <= stage.settings.calls_at_once
    assert Counter(stage.states(job)) == Counter(
        {StepState.STARTED: begun, StepState.PLANNED: len(NUMBERS) - begun}
    )
    stage.sandbox.faults.clear()
    await stage.work()
    assert stage.job(job).note == "12 delivered"
    assert received(stage) == Counter(NUMBERS)


async def test_no_log_tells_numbers_or_texts(
    stage: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stage.sandbox.faults.add("sms/send", faults.LostReply(after_acting=True))
    stage.sandbox.faults.add("sms/send", faults.ApiError(-6))
    job = enqueue(stage)
    await stage.work()
    assert job in caplog.text
    for secret in ("600100", MESSAGE, stage.sandbox.api_key):
        assert secret not in caplog.text


async def test_the_status_of_a_job_shows_its_steps(stage: Scene) -> None:
    job = enqueue(stage, NUMBERS[:2])
    assert show_status(stage.journal) == [f"{job}  open at send_campaign_sms  [2 planned]"]
    await stage.work()
    first, *steps = show_status(stage.journal, job)
    assert first == f"{job}  done  [2 done]  2 delivered"
    assert [step.partition(" (id")[0] for step in steps] == ["  sms 1: done", "  sms 2: done"]


@pytest.mark.parametrize(
    "number", ["60010020", "6001002000", "+48600100", "60010020a", "٦٠٠١٠٠٢٠٠"]
)
async def test_numbers_are_looked_at_before_any_is_sent_to(stage: Scene, number: str) -> None:
    with pytest.raises(ValueError, match="number 2 does not"):
        enqueue(stage, [NUMBERS[0], number])
    with pytest.raises(ValueError, match="1 to 918"):
        enqueue_campaign(stage.journal, NUMBERS, "x" * 919, sender="INFO", wait=0)
    assert stage.journal.jobs() == []
