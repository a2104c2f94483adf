"""Recordings into files: their names, where the key goes, what is fetched and what is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import anyio
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from _telephony_core.sandbox.exchange import Exchange
from spikon_async import (
    CallRecord,
    Direction,
    DownloadProgress,
    InvalidRequest,
    NoRecording,
    ProtocolError,
    RecordingLink,
    RecordingOnFtp,
    RetryPolicy,
    SavedRecording,
    ServerUnavailable,
    SpikonClient,
    StatusError,
)
from spikon_async.recordings import audio_suffix, recording_names
from spikon_async.sandbox import Sandbox, faults
from tests.spikon.helpers import BASE_URL, KEY, answer, names_in, service, told

pytestmark = pytest.mark.anyio

WARSAW = ZoneInfo("Europe/Warsaw")
START = datetime(2024, 5, 6, 12, 30, 45, tzinfo=WARSAW)
LINK = f"{BASE_URL}/channels/lists/call/get_playback_file?id=123456"
SOUND = b"\xff\xfb\x14\xc4" + bytes(range(256)) * 8
AT_ONCE = RetryPolicy(first_delay=0.0)


def a_call(
    source: str = "123456789", destination: str = "12345678", file: str = LINK, seconds: int = 0
) -> CallRecord:
    return CallRecord(
        started_at=START + timedelta(seconds=seconds),
        source=source,
        destination=destination,
        file=file,
    )


def named(calls: Sequence[CallRecord]) -> list[str]:
    return [name for name, _ in recording_names(calls)]


# Names.


def test_a_name_says_when_from_and_to_whom() -> None:
    calls = [
        a_call(),
        a_call(source="+48 22/123-45-67", destination="*97"),
        a_call(source="", destination=""),
    ]
    assert named(calls) == [
        "2024-05-06_12-30-45_123456789_12345678_123456",
        "2024-05-06_12-30-45_+48221234567_97_123456",
        "2024-05-06_12-30-45___123456",
    ]


def test_calls_alike_are_numbered() -> None:
    assert named([a_call(), a_call(seconds=1), a_call(), a_call()]) == [
        "2024-05-06_12-30-45_123456789_12345678_123456",
        "2024-05-06_12-30-46_123456789_12345678_123456",
        "2024-05-06_12-30-45_123456789_12345678_123456_2",
        "2024-05-06_12-30-45_123456789_12345678_123456_3",
    ]


def test_calls_without_a_recording_have_no_name() -> None:
    first, second = a_call(file=""), a_call(file="20240506.mp3")
    assert list(recording_names([first, second])) == [
        ("2024-05-06_12-30-45_123456789_12345678_x227424251c42", second)
    ]


def test_a_name_tells_links_apart() -> None:
    links = [
        f"{LINK}7",
        "/channels/lists/x?id=8",
        "https://panel.spikon.pl/x?name=9",
        "https://panel.spikon.pl/x?id=1&id=2",
        "https://panel.spikon.pl/x?id=a/b",
        "https://panel.spikon.pl/x?id=" + "1" * 21,
        "https://[panel/x?id=5",
        "20240506.mp3",
        "\ud83d.mp3",
    ]
    ends = [named([a_call(file=link)])[0].rpartition("_")[2] for link in links]
    assert ends[:2] == ["1234567", "8"]
    assert all(re.fullmatch("x[0-9a-f]{12}", end) for end in ends[2:])
    assert len(set(ends)) == len(ends)


numbers = st.one_of(
    st.sampled_from(["", "123456789", "+48123", "Anonymous", "anonymous", "..", "CON", "1_2", "1"]),
    st.text(max_size=12),
)
calls = st.lists(
    st.builds(
        a_call,
        source=numbers,
        destination=numbers,
        file=st.sampled_from(["", LINK, "x.mp3"]),
        seconds=st.integers(0, 2),
    ),
    max_size=8,
)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(calls=calls)
def test_names_are_unique_and_safe_everywhere(calls: list[CallRecord]) -> None:
    names = named(calls)
    assert names == named(calls)
    assert len(names) == sum(call.recording is not None for call in calls)
    # Some file systems do not tell capitals from small letters.
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert re.fullmatch(r"[0-9]{4}[0-9A-Za-z_+-]+", name)
        # The longest name that every file system takes, with a suffix.
        assert len(name) <= 250


def test_capitals_alone_make_no_other_file() -> None:
    first, second = named([a_call(source="Anonymous"), a_call(source="anonymous")])
    assert first.casefold() != second.casefold()


def test_a_number_that_is_no_number_makes_no_endless_name() -> None:
    (name,) = named([a_call(source="1" * 5000)])
    assert len(name) <= 250


@pytest.mark.parametrize(
    ("content_type", "suffix"),
    [
        ("audio/mpeg", ".mp3"),
        ("audio/mp3", ".mp3"),
        ("Audio/MPEG; charset=binary", ".mp3"),
        ("audio/wav", ".wav"),
        ("audio/x-wav", ".wav"),
        ("audio/wave", ".wav"),
        ("audio/vnd.wave;codec=1", ".wav"),
        ("audio/ogg", ".ogg"),
        ("application/octet-stream", ".mp3"),
        ("", ".mp3"),
    ],
)
def test_suffixes(content_type: str, suffix: str) -> None:
    assert audio_suffix(content_type) == suffix


@pytest.mark.parametrize(
    ("file", "recording"),
    [
        ("", None),
        (LINK, RecordingLink(LINK)),
        ("http://panel.spikon.pl/x", RecordingLink("http://panel.spikon.pl/x")),
        ("/channels/lists/x?id=1", RecordingLink("/channels/lists/x?id=1")),
        ("HTTPS://panel.spikon.pl/x?id=1", RecordingLink("HTTPS://panel.spikon.pl/x?id=1")),
        ("Http://panel.spikon.pl/x", RecordingLink("Http://panel.spikon.pl/x")),
        ("20240506-123045.mp3", RecordingOnFtp("20240506-123045.mp3")),
    ],
)
def test_where_a_recording_is(file: str, recording: RecordingLink | RecordingOnFtp | None) -> None:
    assert a_call(file=file).recording == recording


# One recording.


def client(sandbox: Sandbox, *, retry: RetryPolicy = AT_ONCE) -> SpikonClient:
    return SpikonClient(sandbox.api_key, base_url=sandbox.url, retry=retry)


async def history(sandbox: Sandbox, spikon: SpikonClient) -> tuple[CallRecord, ...]:
    """Return the calls of the day, fetched without waiting."""
    report = await spikon.call_lists.order(START, START)
    sandbox.clock.advance(10)
    return await spikon.call_lists.show(report)


async def test_a_linked_recording_is_saved(tmp_path: Path) -> None:
    async with Sandbox.serve(calls=()) as sandbox, client(sandbox) as spikon:
        sandbox.calls.add(START, recording="link", audio=SOUND)
        (call,) = await history(sandbox, spikon)
        assert isinstance(call.recording, RecordingLink)
        progress: list[DownloadProgress] = []
        for source in (call, call.recording):
            file = await spikon.call_lists.download_recording(
                source, tmp_path / "a.mp3", on_progress=progress.append
            )
            assert (file.path, file.size) == (tmp_path / "a.mp3", len(SOUND))
            assert await anyio.Path(file.path).read_bytes() == SOUND
        assert progress[-1] == DownloadProgress(received=len(SOUND), total=len(SOUND))
        assert names_in(tmp_path) == ["a.mp3"]
        record = sandbox.log[-1]
        assert (record.method, record.api_key_in) == ("GET", "header")
        assert sandbox.api_key not in record.url


async def test_there_may_be_no_recording(tmp_path: Path) -> None:
    async with Sandbox.serve(calls=()) as sandbox, client(sandbox) as spikon:
        sandbox.calls.add(START)
        sandbox.calls.add(START + timedelta(seconds=1), recording="ftp")
        on_ftp, none = await history(sandbox, spikon)
        before = len(sandbox.log)
        with pytest.raises(NoRecording, match="recording was off"):
            await spikon.call_lists.download_recording(none, tmp_path / "a.mp3")
        assert isinstance(on_ftp.recording, RecordingOnFtp)
        with pytest.raises(NoRecording, match=re.escape(on_ftp.recording.file_name)):
            await spikon.call_lists.download_recording(on_ftp, tmp_path / "a.mp3")
        assert len(sandbox.log) == before
        assert names_in(tmp_path) == []


async def test_a_link_without_a_host_is_one_of_the_service(tmp_path: Path) -> None:
    with service() as router:
        route = router.get(f"{BASE_URL}/channels/x?id=1").mock(
            return_value=answer(SOUND, content_type="audio/mpeg")
        )
        async with SpikonClient(KEY, base_url=f"{BASE_URL}/below") as spikon:
            await spikon.call_lists.download_recording(
                RecordingLink("/channels/x?id=1"), tmp_path / "a.mp3"
            )
        assert route.calls.last.request.headers["spikon-api-key"] == KEY


async def test_the_key_goes_to_its_own_origin_only(tmp_path: Path) -> None:
    async with (
        Sandbox.serve() as sandbox,
        Sandbox.serve(calls=()) as other,
        client(sandbox) as spikon,
    ):
        other.calls.add(START, recording="link", audio=SOUND)
        link = f"{other.url}/channels/lists/call/get_playback_file?id=1"
        # The other one wants the key that it is not given, and shows its login page.
        with pytest.raises(ProtocolError):
            await spikon.call_lists.download_recording(RecordingLink(link), tmp_path / "a.mp3")
        assert "spikon-api-key" not in other.log[-1].headers
        assert other.log[-1].api_key_in is None
        # Nor does a redirect take it along.
        sandbox.faults.add("*", faults.Redirect(link))
        mine = link.replace(other.url, sandbox.url)
        with pytest.raises(ProtocolError):
            await spikon.call_lists.download_recording(RecordingLink(mine), tmp_path / "a.mp3")
        assert sandbox.log[-1].api_key_in == "header"
        assert "spikon-api-key" not in other.log[-1].headers
        assert len(other.log) == 2
        assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    "base_url",
    [
        "https://panel.spikon.pl:444",
        "https://spikon.pl",
        "https://panel.spikon.pl.example",
        "http://panel.spikon.pl",
    ],
)
async def test_what_is_another_origin(base_url: str, tmp_path: Path) -> None:
    with service() as router:
        route = router.get(f"{base_url}/x").mock(
            return_value=answer(SOUND, content_type="audio/mpeg")
        )
        async with SpikonClient(KEY, allow_http=["panel.spikon.pl"]) as spikon:
            await spikon.call_lists.download_recording(
                RecordingLink(f"{base_url}/x"), tmp_path / "a.mp3"
            )
        assert route.call_count == 1
        sent = route.calls.last.request
        assert "spikon-api-key" not in sent.headers
        assert KEY not in str(sent.url)


async def test_plain_http_elsewhere_is_refused(tmp_path: Path) -> None:
    async with SpikonClient(KEY) as spikon:
        for link in ("http://files.example/x", "http://panel.spikon.pl/x", "ftp://127.0.0.1/x"):
            with pytest.raises(InvalidRequest):
                await spikon.call_lists.download_recording(RecordingLink(link), tmp_path / "a")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (b"<!DOCTYPE html><html></html>", "text/html", ProtocolError),
        (b"  <html></html>", "application/octet-stream", ProtocolError),
        (b"Brak pliku", "text/plain", ProtocolError),
        (b"", "audio/mpeg", ProtocolError),
        (b"", "", ProtocolError),
        (b'{"account": {"balance": "1"}}', "application/json", ProtocolError),
        (b"[]", "", ProtocolError),
    ],
)
async def test_what_is_no_audio_is_not_saved(
    body: bytes, content_type: str, kind: type[Exception], tmp_path: Path
) -> None:
    with service() as router:
        router.get(LINK).mock(return_value=answer(body, content_type=content_type or "x/y"))
        async with SpikonClient(KEY) as spikon:
            with pytest.raises(kind):
                await spikon.call_lists.download_recording(a_call(), tmp_path / "a.mp3")
    assert names_in(tmp_path) == []


async def test_audio_of_an_unknown_kind_is_saved(tmp_path: Path) -> None:
    with service() as router:
        router.get(LINK).mock(
            return_value=answer(b"[sound", content_type="audio/x-something; rate=8000")
        )
        router.get(f"{LINK}7").mock(return_value=answer(SOUND, content_type="x/y"))
        async with SpikonClient(KEY) as spikon:
            first = await spikon.call_lists.download_recording(a_call(), tmp_path / "a")
            second = await spikon.call_lists.download_recording(
                RecordingLink(f"{LINK}7"), tmp_path / "b"
            )
    assert (first.size, second.size) == (6, len(SOUND))
    assert names_in(tmp_path) == ["a", "b"]


async def test_a_recording_that_is_gone(tmp_path: Path) -> None:
    async with Sandbox.serve(calls=()) as sandbox, client(sandbox) as spikon:
        call = sandbox.calls.add(START, recording="link", audio=SOUND)
        (record,) = await history(sandbox, spikon)
        gone = evolve(record, file=record.file.replace(f"={call.id}", "=999"))
        with pytest.raises(StatusError) as caught:
            await spikon.call_lists.download_recording(gone, tmp_path / "a.mp3")
        assert caught.value.status == 404
        assert caught.value.call == "GET the recording of a call"
        assert sandbox.api_key not in told(caught.value)
        assert names_in(tmp_path) == []


async def test_a_cut_transfer_goes_on(tmp_path: Path) -> None:
    async with Sandbox.serve(calls=()) as sandbox, client(sandbox) as spikon:
        sandbox.calls.add(START, recording="link", audio=SOUND)
        (record,) = await history(sandbox, spikon)
        before = len(sandbox.log)
        sandbox.faults.add("*", faults.CutBody())
        file = await spikon.call_lists.download_recording(record, tmp_path / "a.mp3")
        assert await anyio.Path(file.path).read_bytes() == SOUND
        assert sandbox.log[before + 1].headers["range"] == f"bytes={len(SOUND) // 2}-"


# Many recordings.


async def many(sandbox: Sandbox, spikon: SpikonClient, count: int = 12) -> tuple[CallRecord, ...]:
    """Return calls of which every third has a linked recording, one on FTP, or none."""
    for number in range(count):
        sandbox.calls.add(
            START + timedelta(seconds=number),
            source=str(600_000_000 + number),
            recording=("link", "ftp", "")[number % 3],
            audio=SOUND + bytes([number]),
        )
    return await history(sandbox, spikon)


async def test_many_are_saved_and_each_tells_how_it_went(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    async with Sandbox.serve(calls=()) as sandbox, client(sandbox) as spikon:
        calls = await many(sandbox, spikon)
        heard: list[SavedRecording] = []
        results = await spikon.call_lists.download_recordings(calls, folder, on_result=heard.append)
        assert [result.call for result in results] == [call for call in calls if call.recording]
        assert sorted(heard, key=results.index) == list(results)
        for result in results:
            if isinstance(result.call.recording, RecordingLink):
                assert result.fetched
                assert result.error is None
                assert result.path is not None
                number = result.call.started_at.second - START.second
                assert await anyio.Path(result.path).read_bytes() == SOUND + bytes([number])
                assert result.path.name == (
                    f"{result.call.started_at:%Y-%m-%d_%H-%M-%S}_{result.call.source}_221234567"
                    f"_{result.call.file.rpartition('=')[2]}.mp3"
                )
            else:
                assert result.path is None
                assert not result.fetched
                assert isinstance(result.error, NoRecording)
        assert len(names_in(folder)) == 4


async def test_one_failure_does_not_stop_the_others_and_a_second_run_mends_it(
    tmp_path: Path,
) -> None:
    async with (
        Sandbox.serve(calls=()) as sandbox,
        client(sandbox, retry=RetryPolicy(attempts=1)) as spikon,
    ):
        linked = [
            call
            for call in await many(sandbox, spikon, 18)
            if isinstance(call.recording, RecordingLink)
        ]
        for fault in (faults.Status(503), faults.HtmlPage()):
            sandbox.faults.add("channels/lists/call/get_playback_file", fault)
        first = await spikon.call_lists.download_recordings(linked, tmp_path)
        failed = [result for result in first if result.error is not None]
        assert {type(result.error) for result in failed} == {ServerUnavailable, ProtocolError}
        assert [result.call for result in first] == linked
        assert len(names_in(tmp_path)) == 4

        before = len(sandbox.log)
        second = await spikon.call_lists.download_recordings(linked, tmp_path)
        assert len(sandbox.log) == before + 2
        assert {result.call for result in second if result.fetched} == {
            result.call for result in failed
        }
        assert [result.error for result in second] == [None] * 6
        assert [result.path for result in second] == sorted(
            (tmp_path / name for name in names_in(tmp_path)), reverse=True
        )

        before = len(sandbox.log)
        third = await spikon.call_lists.download_recordings(linked, tmp_path)
        assert len(sandbox.log) == before
        assert [result.path for result in third] == [result.path for result in second]
        assert not any(result.fetched for result in third)


class Counting(faults.Fault):
    """Hold the first requests until so many are under way, and note how many there are at most."""

    def __init__(self, expected: int) -> None:
        self.now = 0
        self.most = 0
        self._expected = expected

    async def apply(self, exchange: Exchange) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        with anyio.move_on_after(10):
            while self.most < self._expected:
                await exchange.pause(0.001)
        # One too many would come now.
        await exchange.pause(0.01)
        self.now -= 1
        await exchange.send(exchange.act())


@pytest.mark.parametrize("concurrency", [1, 3, None])
async def test_a_few_at_a_time(concurrency: int | None, tmp_path: Path) -> None:
    async with Sandbox.serve(calls=()) as sandbox, client(sandbox) as spikon:
        calls = await many(sandbox, spikon, 24)
        expected = 4 if concurrency is None else concurrency
        counting = Counting(expected)
        sandbox.faults.add("*", counting, times=None)
        if concurrency is None:
            await spikon.call_lists.download_recordings(calls, tmp_path)
        else:
            await spikon.call_lists.download_recordings(calls, tmp_path, concurrency=concurrency)
        assert counting.most == expected
        assert len(names_in(tmp_path)) == 8


async def test_the_suffix_is_that_of_the_sound(tmp_path: Path) -> None:
    with service() as router:
        router.get(LINK).mock(return_value=answer(b"RIFF...", content_type="audio/x-wav"))
        async with SpikonClient(KEY) as spikon:
            (result,) = await spikon.call_lists.download_recordings([a_call()], str(tmp_path))
    assert result.path == tmp_path / "2024-05-06_12-30-45_123456789_12345678_123456.wav"
    assert names_in(tmp_path) == ["2024-05-06_12-30-45_123456789_12345678_123456.wav"]


async def test_a_call_is_given_its_own_recording_whatever_else_is_alike(tmp_path: Path) -> None:
    """Two legs of one moment and the same numbers, in reports of one direction each."""
    async with Sandbox.serve(calls=(), order_delay=0) as sandbox, client(sandbox) as spikon:
        for outgoing in (False, True):
            sandbox.calls.add(
                START, recording="link", outgoing=outgoing, audio=SOUND + bytes([outgoing])
            )
        for outgoing in (False, True):
            direction = Direction.OUTGOING if outgoing else Direction.INCOMING
            calls = await spikon.call_lists.fetch(START, START, direction=direction)
            (saved,) = await spikon.call_lists.download_recordings(calls, tmp_path)
            assert saved.fetched
            assert saved.path is not None
            assert await anyio.Path(saved.path).read_bytes() == SOUND + bytes([outgoing])
        assert len(names_in(tmp_path)) == 2


async def test_a_file_beside_a_recording_is_none(tmp_path: Path) -> None:
    async with Sandbox.serve(calls=(), order_delay=0) as sandbox, client(sandbox) as spikon:
        sandbox.calls.add(START, recording="link", audio=SOUND)
        calls = await spikon.call_lists.fetch(START, START)
        (stem,) = named(calls)
        for suffix in (".txt", ".json", "", ".part"):
            await anyio.Path(tmp_path / f"{stem}{suffix}").write_text("a transcript")
        (saved,) = await spikon.call_lists.download_recordings(calls, tmp_path)
        assert (saved.path, saved.fetched) == (tmp_path / f"{stem}.mp3", True)
        for suffix in (".MP3", ".wav", ".ogg"):
            await anyio.Path(tmp_path / f"{stem}.mp3").unlink()
            await anyio.Path(tmp_path / f"{stem}{suffix}").write_bytes(SOUND)
            (there,) = await spikon.call_lists.download_recordings(calls, tmp_path)
            assert (there.path, there.fetched) == (tmp_path / f"{stem}{suffix}", False)
            await anyio.Path(tmp_path / f"{stem}{suffix}").rename(tmp_path / f"{stem}.mp3")


async def test_a_link_in_capitals_is_one(tmp_path: Path) -> None:
    async with Sandbox.serve(calls=(), order_delay=0) as sandbox, client(sandbox) as spikon:
        sandbox.calls.add(START, recording="link", audio=SOUND)
        (call,) = await spikon.call_lists.fetch(START, START)
        loud = evolve(call, file=call.file.replace("http://", "HTTP://"))
        file = await spikon.call_lists.download_recording(loud, tmp_path / "a.mp3")
        assert await anyio.Path(file.path).read_bytes() == SOUND
        assert sandbox.log[-1].api_key_in == "header"


async def test_none_are_saved_of_no_calls(tmp_path: Path) -> None:
    async with SpikonClient(KEY) as spikon:
        assert await spikon.call_lists.download_recordings([], tmp_path / "folder") == ()
        assert await spikon.call_lists.download_recordings([a_call(file="")], tmp_path) == ()
    assert names_in(tmp_path) == ["folder"]


def test_a_day_in_the_past_is_a_plain_date() -> None:
    # The names sort by time as texts, whatever the day.
    days = [a_call(seconds=86400 * number) for number in range(400)]
    assert named(days) == sorted(named(days))
    assert date.fromisoformat(named(days)[0][:10]) == START.date()
