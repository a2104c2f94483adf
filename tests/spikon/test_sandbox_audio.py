"""The sound files are genuine: announcements and recordings, and how they are fetched."""

from __future__ import annotations

import datetime as dt
import io
import wave

import httpx
import pytest

from _telephony_core.sandbox import audio as made
from spikon_async.sandbox import Sandbox, seed_data

pytestmark = pytest.mark.anyio

LINK = "/channels/lists/call/get_playback_file"


def frames_of(mp3: bytes) -> int:
    """Walk from frame to frame as a decoder does, by what each header says."""
    kbits = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
    rates = (44100, 48000, 32000)
    position = count = 0
    while position < len(mp3):
        header = int.from_bytes(mp3[position : position + 4])
        assert header >> 21 == 0x7FF  # the sync word
        assert header >> 19 & 3 == 3  # MPEG-1
        assert header >> 17 & 3 == 1  # layer III
        assert header >> 6 & 3 == 3  # mono
        size = 144_000 * kbits[header >> 12 & 15] // rates[header >> 10 & 3]
        assert not any(mp3[position + 4 : position + 21])  # empty granules: silence
        position += size
        count += 1
    assert position == len(mp3)
    return count


def test_an_mp3_is_a_row_of_valid_frames_of_the_right_length() -> None:
    assert frames_of(made.mp3(12.0, "a")) == 500
    assert frames_of(made.mp3(0, "a")) == 1


def test_no_byte_in_an_mp3_looks_like_a_frame_that_is_none() -> None:
    data = made.mp3(5.0, "a")
    assert data.count(b"\xff") == frames_of(data)


def test_a_wave_file_is_pcm_8000_hz_16_bit_mono() -> None:
    with wave.open(io.BytesIO(made.wave_pcm(1.5, "a"))) as file:
        assert file.getparams()[:4] == (1, 2, 8000, 12000)
        assert file.getcomptype() == "NONE"
        samples = memoryview(file.readframes(12000)).cast("h")
    assert max(samples) > 7000
    assert min(samples) < -7000


@pytest.mark.parametrize("make", [made.mp3, made.wave_pcm])
def test_each_seed_has_a_sound_of_its_own(make: made.Maker) -> None:
    assert make(2.0, "a") == make(2.0, "a") != make(2.0, "b")


# Announcements


async def speak(sandbox: Sandbox, client: httpx.AsyncClient, text: str) -> None:
    data = {"api_key": sandbox.api_key, "voice": "Ewa", "name": "n", "text": text}
    assert "tts" in (await client.post("/api/tts/generate", data=data)).json()


async def test_an_announcement_is_downloaded_as_mp3_or_wave() -> None:
    sandbox = Sandbox()
    async with sandbox.http_client() as client:
        await speak(sandbox, client, "Dzień dobry")
        sandbox.clock.advance(2)
        key = {"Spikon-API-Key": sandbox.api_key}
        got = [
            await client.get("/api/tts/download", params=params, headers=key)
            for params in (
                {"tts_id": "1"},
                {"tts_id": "1", "pcm_8k16bm": "0"},
                {"tts_id": "1", "pcm_8k16bm": "1"},
            )
        ]
    assert [response.headers["content-type"] for response in got] == [
        "audio/mpeg",
        "audio/mpeg",
        "audio/wav",
    ]
    assert frames_of(got[0].content) > 10
    assert got[1].content == got[0].content
    with wave.open(io.BytesIO(got[2].content)) as file:
        assert file.getframerate() == 8000
    assert sandbox.log.acted("tts/download") == 3
    assert sandbox.log[-1].api_key_in == "header"
    assert sandbox.log[-1].headers["spikon-api-key"] == "***"


async def test_a_download_before_its_time_or_of_nothing_is_an_error() -> None:
    sandbox = Sandbox()
    async with sandbox.http_client() as client:
        await speak(sandbox, client, "x")
        key = {"Spikon-API-Key": sandbox.api_key}
        for tts_id, pcm, code in (("1", "0", "-9"), ("2", "0", "-8"), ("1", "2", "-6")):
            params = {"tts_id": tts_id, "pcm_8k16bm": pcm}
            response = await client.get("/api/tts/download", params=params, headers=key)
            assert response.json()["errors"]["error"]["id"] == code
        params = {"tts_id": "1", "api_format": "1"}
        response = await client.get("/api/tts/download", params=params, headers=key)
    assert "<id>-9</id>" in response.text


# Recordings


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


async def listen(
    sandbox: Sandbox, call_id: object, verb: str = "GET", **headers: str
) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with sandbox.http_client() as client:
        return await client.request(
            verb,
            LINK,
            params={"id": str(call_id)},
            headers={"Spikon-API-Key": sandbox.api_key, **named},
        )


async def test_a_recording_lasts_as_long_as_its_call(sandbox: Sandbox) -> None:
    call = next(
        call for call in seed_data.calls_on(dt.date(2024, 5, 6)) if call.recording == "link"
    )
    response = await listen(sandbox, call.id)
    assert (response.status_code, response.headers["content-type"]) == (200, "audio/mpeg")
    assert frames_of(response.content) == round(call.duration / 0.024)
    assert call.file_name in response.headers["content-disposition"]
    assert (sandbox.log[-1].path, sandbox.log[-1].acted) == (LINK.strip("/"), True)
    assert (await listen(sandbox, call.id, "HEAD")).headers["etag"] == response.headers["etag"]


@pytest.mark.parametrize("key", [None, "wrong"])
async def test_without_the_key_there_is_a_login_page(sandbox: Sandbox, key: str | None) -> None:
    headers = {} if key is None else {"Spikon-API-Key": key}
    async with sandbox.http_client() as client:
        response = await client.get(LINK, params={"id": "1"}, headers=headers)
    assert (response.status_code, response.headers["content-type"][:9]) == (200, "text/html")
    assert "Logowanie" in response.text
    assert not sandbox.log[-1].acted


async def test_what_was_not_recorded_is_not_there(sandbox: Sandbox) -> None:
    by_kind = {call.recording: call for call in seed_data.calls_on(dt.date(2024, 5, 6))}
    last = seed_data.calls_on(dt.date(2024, 5, 6))[-1].id
    for call_id in (by_kind["ftp"].id, by_kind[""].id, last + 1, 0, 10**17, "x", "²", "9" * 5000):
        response = await listen(sandbox, call_id)
        assert (response.status_code, response.headers["content-type"][:9]) == (404, "text/html")
    assert (await listen(Sandbox(calls=()), by_kind["link"].id)).status_code == 404


async def test_a_cut_transfer_can_be_taken_up_again(sandbox: Sandbox) -> None:
    call = sandbox.calls.add(dt.datetime(2024, 5, 6), recording="link", audio=b"0123456789")
    whole = await listen(sandbox, call.id)
    assert (whole.content, whole.headers["accept-ranges"]) == (b"0123456789", "bytes")
    etag = whole.headers["etag"]
    rest = await listen(sandbox, call.id, range="bytes=4-", if_range=etag)
    assert (rest.status_code, rest.content) == (206, b"456789")
    assert rest.headers["content-range"] == "bytes 4-9/10"
    sandbox.calls.set_recording(call.id, b"another")
    again = await listen(sandbox, call.id, range="bytes=4-", if_range=etag)
    assert (again.status_code, again.content) == (200, b"another")
