"""Messages through Redis: how they come, and what happens when they do not."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.typing import KeyT, StreamIdT

from examples.worker.announcement import enqueue_announcement
from examples.worker.journal import JobState, Journal
from examples.worker.service import open_journal, send_message, serve
from examples.worker.settings import Settings
from spikon_async import AudioFormat, SpikonClient
from spikon_async.sandbox import Sandbox

if sys.platform == "win32":
    pytest.skip("there is no Redis", allow_module_level=True)

from tests.examples.worker_processes import free_port, redis_server

pytestmark = pytest.mark.asyncio

TASK = "synthesize_announcement"


def enqueue(journal: Journal, *, wait: float) -> str:
    return enqueue_announcement(
        journal, "Prosimy czekać.", voice="Ewa", name="", audio=AudioFormat.MP3, wait=wait
    )


async def until_done(journal: Journal, job: str) -> None:
    async with asyncio.timeout(15):
        while _state(journal, job) is JobState.OPEN:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert _state(journal, job) is JobState.DONE


def _state(journal: Journal, job: str) -> JobState:
    found = journal.job(job)
    assert found is not None
    return found.state


def connect(url: str) -> Redis:
    return Redis(host="127.0.0.1", port=int(url.rpartition(":")[2]))


@asynccontextmanager
async def working(
    settings: Settings, journal: Journal, *, speech_delay: float = 0.0
) -> AsyncGenerator[Sandbox, None]:
    """Let a worker work in this process for the time of the block."""
    sandbox = Sandbox(speech_delay=speech_delay)
    async with (
        sandbox.http_client() as http,
        SpikonClient(sandbox.api_key, base_url=sandbox.url, http_client=http) as spikon,
    ):
        worker = asyncio.create_task(serve(settings, spikon, journal))
        yield sandbox
        worker.cancel()
        with pytest.raises(asyncio.CancelledError):
            await worker


async def test_a_message_brings_a_job_without_delay(tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis") as url:
        settings = Settings(folder=tmp_path / "worker", broker=url)
        with open_journal(settings) as journal:
            # No sweep takes this one up: only its message can bring it.
            before = enqueue(journal, wait=1e6)
            assert await send_message(settings, before, TASK)
            async with working(settings, journal) as sandbox:
                await until_done(journal, before)
                after = enqueue(journal, wait=1e6)
                assert await send_message(settings, after, TASK)
                assert await send_message(settings, after, TASK)
                await until_done(journal, after)
            assert sandbox.log.acted("tts/generate") == 2


async def test_a_message_tells_the_id_of_its_job_only(tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis") as url:
        settings = Settings(folder=tmp_path / "worker", broker=url)
        with open_journal(settings) as journal:
            job = enqueue(journal, wait=0)
            await send_message(settings, job, TASK)
        async with connect(url) as connection:
            stream = str(await connection.xrange("spikon-worker"))
    assert job in stream
    assert "Prosimy" not in stream


async def test_what_a_dead_worker_did_not_acknowledge_comes_again(tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis") as url:
        settings = Settings(folder=tmp_path / "worker", broker=url, patience=0.2)
        with open_journal(settings) as journal:
            left = enqueue(journal, wait=1e6)
            assert await send_message(settings, left, TASK)
            async with connect(url) as dead:
                stream: dict[KeyT, StreamIdT] = {"spikon-worker": ">"}
                assert await dead.xreadgroup("spikon-worker", "dead", stream, count=1)
                await asyncio.sleep(0.3)
                async with working(settings, journal) as sandbox:
                    await until_done(journal, left)
                assert sandbox.log.acted("tts/generate") == 1
                # A worker that stops acknowledges what it has done before.
                pending = await dead.xpending("spikon-worker", "spikon-worker")
                assert pending["pending"] == 0
                assert await dead.xlen("spikon-worker") == 0


async def test_jobs_go_on_without_redis_and_messages_when_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    settings = Settings(
        folder=tmp_path / "worker", broker=f"redis://127.0.0.1:{port}", sweep=0.1, patience=0.1
    )
    with open_journal(settings) as journal:
        job = enqueue(journal, wait=0.1)
        assert not await send_message(settings, job, TASK)
        async with working(settings, journal):
            await until_done(journal, job)
            assert "no messages for now: ConnectionError" in caplog.text
            with redis_server(tmp_path / "redis", port):
                job = enqueue(journal, wait=1e6)
                assert await send_message(settings, job, TASK)
                await until_done(journal, job)
            # It goes away again in the middle of the listening.
            job = enqueue(journal, wait=0)
            await until_done(journal, job)
    assert "Traceback" not in caplog.text


async def test_a_job_ends_though_redis_goes_away_in_its_middle(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    settings = Settings(folder=tmp_path / "worker", broker=f"redis://127.0.0.1:{port}", sweep=0.1)
    with open_journal(settings) as journal:
        async with AsyncExitStack() as stack:
            with redis_server(tmp_path / "redis", port):
                job = enqueue(journal, wait=1e6)
                assert await send_message(settings, job, TASK)
                sandbox = await stack.enter_async_context(
                    working(settings, journal, speech_delay=1.0)
                )
                async with asyncio.timeout(15):
                    while not sandbox.log.acted("tts/generate"):  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
            await until_done(journal, job)
    assert "a message was not acknowledged: ConnectionError" in caplog.text
    assert "Traceback" not in caplog.text
