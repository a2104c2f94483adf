"""A body becomes a file whole or not at all, wherever it is cut."""

from __future__ import annotations

import asyncio
import hashlib
import io
import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import anyio
import anyio.abc
import anyio.to_thread
import httpx
import pytest

from _telephony_core.attempts import Delivery, Reply
from _telephony_core.downloads import (
    DownloadedFile,
    DownloadOptions,
    DownloadProgress,
    _Target,  # pyright: ignore[reportPrivateUsage]
    download,
)
from _telephony_core.errors import (
    DeadlineExceeded,
    InvalidRequest,
    ProtocolError,
    ReplyLost,
    StatusError,
)
from _telephony_core.exchange import Request
from _telephony_core.retries import RetryPolicy
from _telephony_core.transport import Transport
from tests.core.helpers import (
    BASE,
    KEY,
    Answer,
    Script,
    TinyError,
    TinySession,
    client_of,
    logger,
    planned,
    read_request,
    reply,
    scripted,
    serving,
    settings,
)

# See test_transport.py.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")

both = pytest.mark.anyio
virtual = pytest.mark.virtual_time

AUDIO = random.Random(7).randbytes(5_000)
ETAG = {"etag": '"v1"', "content-type": "audio/mpeg"}
CUT = httpx.ReadError("cut")
GET = Request("GET", f"{BASE}/file", {"x-note": "1"})


def first(end: int, **headers: str) -> Answer:
    """Answer with the whole file, and be cut after so many bytes."""
    size = {"content-length": str(len(AUDIO))}
    return Answer(200, AUDIO[:end], {**ETAG, **size, **headers}, cut=CUT, piece=1000)


def rest(
    start: int, *, to: int = len(AUDIO), cut: bool = False, etag: str = '"v1"', what: str = ""
) -> Answer:
    """Answer with a part; `what` is told of its range instead of the truth."""
    told = what or f"bytes {start}-{len(AUDIO) - 1}/{len(AUDIO)}"
    headers = {**ETAG, "etag": etag, "content-range": told}
    return Answer(206, AUDIO[start:to], headers, cut=CUT if cut else None)


def whole(**headers: str) -> Answer:
    return Answer(200, AUDIO, {**ETAG, "content-length": str(len(AUDIO)), **headers}, piece=1000)


async def fetch(
    script: Script, path: Path, options: DownloadOptions | None = None, timeout: float | None = None
) -> DownloadedFile | Reply:
    delivery = Delivery(name="GET /file", timeout=timeout)
    return await download(scripted(script), GET, path, delivery, options or DownloadOptions())


async def saved(script: Script, path: Path, options: DownloadOptions | None = None) -> None:
    """Fetch the file and see that it is whole, and that nothing else is left."""
    found = await fetch(script, path, options)
    assert isinstance(found, DownloadedFile)
    assert content(path) == AUDIO
    assert found == DownloadedFile(
        path=path,
        size=len(AUDIO),
        content_type=found.content_type,
        sha256=hashlib.sha256(AUDIO).hexdigest(),
    )
    assert alone(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the file is to be; an old one is there, which must survive every failure."""
    target = tmp_path / "call.mp3"
    target.write_bytes(b"old")
    return target


def alone(path: Path) -> bool:
    return list(path.parent.iterdir()) == [path]


def untouched(path: Path) -> bool:
    return content(path) == b"old" and alone(path)


def content(path: Path) -> bytes:
    """Return what is in a file; that it takes no time is the test's business."""
    return path.read_bytes()


# Whole ones.


@both
async def test_a_whole_file(path: Path) -> None:
    script = planned(whole())
    await saved(script, path)
    (request,) = script.requests
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["x-note"] == "1"
    assert "range" not in request.headers


@both
async def test_a_file_that_was_not_there(tmp_path: Path) -> None:
    await saved(planned(whole()), tmp_path / "new.mp3")


@both
async def test_an_empty_file(path: Path) -> None:
    found = await fetch(planned(Answer(body=b"")), path)
    assert isinstance(found, DownloadedFile)
    assert found.size == 0
    assert found.content_type == ""
    assert content(path) == b""


@both
async def test_a_file_larger_than_the_memory_limit_and_than_a_piece(path: Path) -> None:
    data = random.Random(1).randbytes(3_500_000)
    found = await fetch(planned(Answer(body=data)), path)
    assert isinstance(found, DownloadedFile)
    assert content(path) == data
    assert found.sha256 == hashlib.sha256(data).hexdigest()


@both
async def test_a_file_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    script = planned(whole())
    with pytest.raises(FileNotFoundError):
        await fetch(script, tmp_path / "none" / "call.mp3")
    # It is found out before anything is fetched.
    assert script.requests == []


@both
async def test_progress_is_told_from_nothing_to_all(path: Path) -> None:
    told: list[DownloadProgress] = []
    options = DownloadOptions(on_progress=told.append)
    await saved(planned(first(2500), rest(2500)), path, options)
    received = [progress.received for progress in told]
    assert received == sorted(received)
    assert received[:3] == [1000, 2000, 2500]
    assert received[-1] == len(AUDIO)
    assert {progress.total for progress in told} == {len(AUDIO)}


@both
async def test_progress_of_a_file_of_unknown_size(path: Path) -> None:
    told: list[DownloadProgress] = []
    await saved(planned(Answer(body=AUDIO)), path, DownloadOptions(on_progress=told.append))
    assert told == [DownloadProgress(received=len(AUDIO), total=None)]


@both
async def test_a_name_is_completed_by_what_the_server_says(tmp_path: Path) -> None:
    def suffix(content_type: str) -> str:
        return ".mp3" if content_type == "audio/mpeg" else ""

    found = await fetch(planned(whole()), tmp_path / "call", DownloadOptions(suffix=suffix))
    assert isinstance(found, DownloadedFile)
    assert found.path == tmp_path / "call.mp3"
    assert content(found.path) == AUDIO
    assert alone(found.path)


# Cut ones.


@both
@pytest.mark.parametrize("end", [1, 999, 1000, 4999, 5000])
async def test_a_cut_file_goes_on_where_it_stopped(end: int, path: Path) -> None:
    script = planned(first(end), rest(end))
    await saved(script, path)
    again = script.requests[1].headers
    assert (again["range"], again["if-range"]) == (f"bytes={end}-", '"v1"')
    assert again["accept-encoding"] == "identity"


@both
async def test_a_file_cut_before_its_first_byte_is_asked_for_anew(path: Path) -> None:
    script = planned(first(0), whole())
    await saved(script, path)
    assert "range" not in script.requests[1].headers


@both
async def test_attempts_that_brought_something_do_not_count(path: Path) -> None:
    parts = [rest(start, to=start + 500, cut=True) for start in range(500, 4500, 500)]
    await saved(planned(first(500), *parts, rest(4500)), path)


@both
async def test_attempts_that_brought_nothing_count(path: Path) -> None:
    script = planned(first(500), Answer(error=CUT))
    with pytest.raises(ReplyLost):
        await fetch(script, path)
    # The one that brought something counts as the first of four.
    assert len(script.requests) == 4
    assert untouched(path)


@both
async def test_a_modification_date_will_do_to_go_on(path: Path) -> None:
    date = "Thu, 29 Feb 2024 12:00:00 GMT"
    for etag in ("", 'W/"v1"'):
        script = planned(first(500, **{"etag": etag, "last-modified": date}), rest(500, etag=etag))
        await saved(script, path)
        assert script.requests[1].headers["if-range"] == date


@both
@pytest.mark.parametrize("etag", ["", 'W/"v1"'])
async def test_without_a_validator_it_starts_over_and_counts(etag: str, path: Path) -> None:
    script = planned(first(500, etag=etag))
    with pytest.raises(ReplyLost):
        await fetch(script, path)
    assert len(script.requests) == 4
    assert all("range" not in request.headers for request in script.requests)
    assert untouched(path)
    await saved(planned(first(4000, etag=etag), first(300, etag=etag), whole()), path)


@both
async def test_a_server_that_sends_all_of_it_again_is_understood(path: Path) -> None:
    told: list[DownloadProgress] = []
    script = planned(first(2500), whole(etag='"v2"'))
    await saved(script, path, DownloadOptions(on_progress=told.append))
    assert "range" in script.requests[1].headers
    assert [progress.received for progress in told][3] == 1000


@both
async def test_a_new_version_is_gone_on_with_by_its_own_name(path: Path) -> None:
    script = planned(first(2500), first(700, etag='"v2"'), rest(700, etag='"v2"'))
    await saved(script, path)
    assert script.requests[2].headers["if-range"] == '"v2"'


@both
@pytest.mark.parametrize(
    "content_range",
    [
        "bytes 400-4999/5000",
        "bytes 600-4999/5000",
        "bytes 500-4999/*",
        "bytes */5000",
        "pages 500-4999/5000",
        "",
    ],
)
async def test_a_part_that_does_not_match_starts_over(content_range: str, path: Path) -> None:
    script = planned(first(500), rest(500, what=content_range or "nothing"), whole())
    await saved(script, path)
    assert "range" not in script.requests[2].headers


@both
async def test_a_part_of_another_version_starts_over(path: Path) -> None:
    # A server that does not know If-Range sends it without a warning.
    script = planned(first(500), rest(500, etag='"v2"'), whole(etag='"v2"'))
    await saved(script, path)
    assert "range" not in script.requests[2].headers


@both
async def test_a_part_that_names_no_version_is_the_rest(path: Path) -> None:
    await saved(planned(first(500), rest(500, etag="")), path)


@both
async def test_a_part_that_names_no_version_can_be_gone_on_with(path: Path) -> None:
    script = planned(first(500), rest(500, to=800, cut=True, etag=""), rest(800))
    await saved(script, path)
    again = script.requests[2].headers
    assert (again["range"], again["if-range"]) == ("bytes=800-", '"v1"')


@both
async def test_a_beginning_that_names_no_version_is_not_gone_on_with(path: Path) -> None:
    # Nothing came of the file that was named; this may be another one.
    script = planned(first(0), rest(0, to=500, cut=True, etag=""), whole())
    await saved(script, path)
    assert "range" not in script.requests[2].headers


@both
async def test_a_part_that_is_the_whole_is_taken(path: Path) -> None:
    await saved(planned(rest(0)), path)


@both
async def test_a_server_that_begins_anew_and_is_cut_each_time_is_not_asked_without_end(
    path: Path,
) -> None:
    # It names a version, and does not do what that is for: nothing is ever gained.
    script = planned(first(2500))
    with pytest.raises(ReplyLost):
        await fetch(script, path, timeout=0.5)
    assert len(script.requests) <= 5
    assert untouched(path)


@both
async def test_a_range_that_cannot_be_satisfied_starts_over(path: Path) -> None:
    await saved(planned(first(5000), Answer(416), whole()), path)


@both
async def test_a_416_to_a_first_request_is_an_answer(path: Path) -> None:
    found = await fetch(planned(Answer(416, b"no")), path)
    assert found == Reply(416, {}, b"no")
    assert untouched(path)


@both
async def test_a_server_that_answers_in_parts_only_is_not_asked_without_end(path: Path) -> None:
    script = planned(Answer(206, AUDIO))
    with pytest.raises(ProtocolError) as caught:
        await fetch(script, path)
    assert len(script.requests) < 10
    assert "redirect" not in caught.value.what
    assert untouched(path)


@both
async def test_a_part_of_another_size_is_noticed(path: Path) -> None:
    wrong = rest(500, what="bytes 500-4999/6000")
    with pytest.raises(ProtocolError, match="has 5000 bytes instead of 6000"):
        await fetch(planned(first(500), wrong), path)
    assert untouched(path)


@both
@pytest.mark.parametrize("cuts", [0, 1, 5])
async def test_cut_by_a_real_connection_it_is_whole_all_the_same(cuts: int, path: Path) -> None:
    seen: list[bytes] = []

    async def serve(stream: anyio.abc.ByteStream) -> None:
        request = (await read_request(stream)).lower()
        seen.append(request)
        start = 0
        if b"range: bytes=" in request:
            start = int(request.partition(b"range: bytes=")[2].partition(b"-")[0])
        status = "206 Partial Content" if start else "200 OK"
        head = f'ETag: "v1"\r\nContent-Range: bytes {start}-4999/5000\r\n'
        data = reply(AUDIO[start:], status=status, headers=head)
        await stream.send(data if len(seen) > cuts else data[: -len(AUDIO[start:]) // 2])

    async with serving(serve) as port:
        transport = Transport(settings(f"http://127.0.0.1:{port}"), logger)
        request = Request("GET", f"http://127.0.0.1:{port}/file")
        delivery = Delivery(name="GET /file")
        found = await download(transport, request, path, delivery, DownloadOptions())
        await transport.aclose()
    assert isinstance(found, DownloadedFile)
    assert content(path) == AUDIO
    assert len(seen) == cuts + 1


# Reading and writing at once.

LARGE = random.Random(3).randbytes(5_300_000)


def large(*, piece: int = 1 << 16, pause: float = 0) -> Answer:
    size = {"content-length": str(len(LARGE))}
    return Answer(200, LARGE, size, piece=piece, pause=pause)


class Disk:
    """Stand between a download and its file."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, write: Callable[[], None]) -> None:
        self.written = 0
        real = _Target.write

        def slowly(target: _Target, chunks: Sequence[bytes]) -> None:
            write()
            real(target, chunks)
            self.written = target.size

        monkeypatch.setattr(_Target, "write", slowly)


class Syncing:
    """Stand between what is written and the disk, and let little be brought there together."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, sync: Callable[[], None]) -> None:
        #: How much was written when it began, each time.
        self.begun: list[int] = []
        self.at_once = self.most_at_once = 0
        real = _Target.sync_written

        def slowly(target: _Target) -> None:
            self.begun.append(target.size)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            sync()
            real(target)
            self.at_once -= 1

        monkeypatch.setattr(_Target, "sync_written", slowly)
        monkeypatch.setattr("_telephony_core.downloads._SYNCED_TOGETHER", 1 << 20)


@both
@pytest.mark.parametrize("end", [1_048_576, 2_000_000, 4_194_304, 5_299_999])
async def test_a_large_file_goes_on_where_it_was_cut(end: int, path: Path) -> None:
    size = {"etag": '"v1"', "content-length": str(len(LARGE))}
    told = {"etag": '"v1"', "content-range": f"bytes {end}-{len(LARGE) - 1}/{len(LARGE)}"}
    script = planned(Answer(200, LARGE[:end], size, cut=CUT), Answer(206, LARGE[end:], told))
    found = await fetch(script, path)
    assert isinstance(found, DownloadedFile)
    assert script.requests[1].headers["range"] == f"bytes={end}-"
    assert content(path) == LARGE
    assert found.sha256 == hashlib.sha256(LARGE).hexdigest()


@both
async def test_a_piece_is_written_while_the_next_is_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    further = threading.Event()

    def tell(progress: DownloadProgress) -> None:
        if progress.received > 1_900_000:
            further.set()

    def write() -> None:
        assert further.wait(10), "nothing is read while a piece is written"

    Disk(monkeypatch, write)
    found = await fetch(planned(large()), path, DownloadOptions(on_progress=tell))
    assert isinstance(found, DownloadedFile)
    assert content(path) == LARGE


@both
async def test_a_slow_disk_holds_the_network_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch, lambda: time.sleep(0.02))
    ahead: list[int] = []
    options = DownloadOptions(on_progress=lambda told: ahead.append(told.received - disk.written))
    await fetch(planned(large()), path, options)
    # A piece that is written, one that waits, and what completed it.
    assert 1 << 20 < max(ahead) <= (2 << 20) + 2 * (1 << 16)
    assert content(path) == LARGE


@both
@virtual
@pytest.mark.parametrize("where", [Disk, Syncing])
async def test_a_disk_that_fails_is_not_waited_for_until_the_network_goes_on(
    where: Callable[[pytest.MonkeyPatch, Callable[[], None]], object],
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise OSError(28, "No space left on device")

    where(monkeypatch, fail)
    began = anyio.current_time()
    script = planned(large(piece=1 << 20, pause=20))
    with pytest.raises(OSError, match="No space left"):
        await fetch(script, path)
    # The first piece comes after 20 s, and the second would after 40.
    assert anyio.current_time() - began < 30
    assert len(script.requests) == 1
    assert untouched(path)


@both
async def test_a_disk_that_fails_is_told_rather_than_the_network(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write() -> None:
        raise OSError(28, "No space left on device")

    Disk(monkeypatch, write)
    script = planned(first(4000))
    with pytest.raises(OSError, match="No space left"):
        await fetch(script, path)
    assert len(script.requests) == 1
    assert untouched(path)


@both
async def test_a_download_cancelled_while_it_writes_leaves_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, ended = threading.Event(), threading.Event()

    def write() -> None:
        writing.set()
        time.sleep(0.1)
        ended.set()

    Disk(monkeypatch, write)
    async with anyio.create_task_group() as group:
        group.start_soon(fetch, planned(large(pause=0.001)), path)
        await anyio.to_thread.run_sync(writing.wait, 10)
        group.cancel_scope.cancel()
    # No thread is left behind that could make the file anew.
    assert ended.is_set()
    assert untouched(path)


@both
async def test_a_large_file_is_brought_to_the_disk_while_it_comes_in(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    further = threading.Event()

    def tell(progress: DownloadProgress) -> None:
        if progress.received > 4_000_000:
            further.set()

    def sync() -> None:
        assert further.wait(10), "nothing is read and written meanwhile"

    syncing = Syncing(monkeypatch, sync)
    await fetch(planned(large()), path, DownloadOptions(on_progress=tell))
    # The last time is at the end, when all of it is there.
    assert len(syncing.begun) > 1
    assert syncing.begun[-1] == len(LARGE)
    assert syncing.most_at_once == 1
    assert content(path) == LARGE


# Redirects.


def moved(location: str, status: int = 302) -> Answer:
    return Answer(status, b"moved", {"location": location})


CREDENTIALS = DownloadOptions(credentials={"x-key": KEY.encode("ascii", "ignore").decode()})


@both
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed_with_the_key_at_the_same_origin_alone(
    status: int, path: Path
) -> None:
    script = planned(
        moved("/a?b=c", status),
        moved(f"{BASE}:443/b", status),
        moved("https://other.test/c", status),
        moved("d", status),
        whole(),
    )
    await saved(script, path, CREDENTIALS)
    assert [(str(r.url), "x-key" in r.headers) for r in script.requests] == [
        ("https://service.test/file", True),
        ("https://service.test/a?b=c", True),
        ("https://service.test/b", True),
        ("https://other.test/c", False),
        ("https://other.test/d", False),
    ]


@both
@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://service.test:444/x",
        "https://service.test.evil.test/x",
        "https://service.test@evil.test/x",
        "//evil.test/x",
        "http://localhost/x",
    ],
)
async def test_the_key_goes_to_no_other_origin(elsewhere: str, path: Path) -> None:
    script = planned(moved(elsewhere), whole())
    await saved(script, path, CREDENTIALS)
    assert "x-key" not in script.requests[1].headers


@both
async def test_the_key_stays_here_when_a_port_is_another_server(path: Path) -> None:
    seen: list[bytes] = []

    async def there(stream: anyio.abc.ByteStream) -> None:
        seen.append(await read_request(stream))
        await stream.send(reply(AUDIO))

    async with serving(there) as other:

        async def here(stream: anyio.abc.ByteStream) -> None:
            seen.append(await read_request(stream))
            location = f"Location: http://127.0.0.1:{other}/x\r\n"
            await stream.send(reply(status="302 Found", headers=location))

        async with serving(here) as port:
            transport = Transport(settings(f"http://127.0.0.1:{port}"), logger)
            request = Request("GET", f"http://127.0.0.1:{port}/file")
            await download(transport, request, path, Delivery(name="GET /file"), CREDENTIALS)
            await transport.aclose()
    assert content(path) == AUDIO
    assert [b"x-key: " in request.lower() for request in seen] == [True, False]


@both
@pytest.mark.parametrize(
    ("location", "what"),
    [
        ("http://service.test/x", "plain http:// to service.test"),
        ("http://evil.test/x", "plain http:// to evil.test"),
        ("ftp://service.test/x", "no absolute http"),
        ("file:///etc/passwd", "no absolute http"),
    ],
)
async def test_a_redirect_to_what_is_not_safe_is_refused(
    location: str, what: str, path: Path
) -> None:
    script = planned(moved(location), whole())
    with pytest.raises(InvalidRequest, match=what):
        await fetch(script, path)
    assert len(script.requests) == 1
    assert untouched(path)


@both
async def test_redirects_without_end_are_given_up(path: Path) -> None:
    script = planned(moved("/again"))
    with pytest.raises(ProtocolError, match="more than 5 redirects"):
        await fetch(script, path)
    assert len(script.requests) == 6
    assert untouched(path)


@both
async def test_five_redirects_are_followed(path: Path) -> None:
    await saved(planned(*[moved("/again")] * 5, whole()), path)


@both
async def test_a_redirect_without_an_address_is_an_answer(path: Path) -> None:
    assert await fetch(planned(Answer(302, b"where?")), path) == Reply(302, {}, b"where?")


@both
async def test_what_is_left_goes_through_the_redirect_again(path: Path) -> None:
    script = planned(moved("/a"), first(500), moved("/b"), rest(500))
    await saved(script, path)
    assert script.requests[3].headers["range"] == "bytes=500-"
    assert script.requests[3].url.path == "/b"


# What is no file.


@both
@pytest.mark.parametrize("status", [204, 400, 401, 404, 500])
async def test_a_status_that_is_no_success_is_an_answer(status: int, path: Path) -> None:
    assert await fetch(planned(Answer(status, b"no")), path) == Reply(status, {}, b"no")
    assert untouched(path)


@both
async def test_a_passing_trouble_is_met_with_another_attempt(path: Path) -> None:
    await saved(planned(Answer(503), Answer(error=CUT), whole()), path)


@both
async def test_a_body_that_is_not_wanted_is_an_answer(path: Path) -> None:
    asked: list[tuple[str, bytes]] = []

    def accept(content_type: str, start: bytes) -> bool:
        asked.append((content_type, start))
        return False

    script = planned(Answer(body=b'{"error": 1}', headers={"content-type": "x/y"}, piece=3))
    found = await fetch(script, path, DownloadOptions(accept=accept))
    assert found == Reply(200, {"content-type": "x/y"}, b'{"error": 1}')
    assert asked == [("x/y", b'{"e')]
    assert untouched(path)


@both
async def test_an_empty_body_that_is_not_wanted_is_an_answer(path: Path) -> None:
    options = DownloadOptions(accept=lambda _, start: bool(start))
    assert await fetch(planned(Answer(body=b"")), path, options) == Reply(200, {}, b"")


@both
async def test_an_answer_instead_of_a_file_is_bounded(path: Path) -> None:
    script = planned(Answer(body=bytes(2 << 20)))
    options = DownloadOptions(accept=lambda _type, _start: False)
    with pytest.raises(ProtocolError, match="larger than 1048576 bytes"):
        await fetch(script, path, options)
    assert untouched(path)


@both
async def test_what_is_left_is_not_asked_about_again(path: Path) -> None:
    asked: list[bytes] = []

    def accept(_: str, start: bytes) -> bool:
        asked.append(start)
        return True

    await saved(planned(first(500), rest(500)), path, DownloadOptions(accept=accept))
    assert len(asked) == 1


@both
async def test_a_compressed_file_is_refused(path: Path) -> None:
    script = planned(whole(**{"content-encoding": "gzip"}))
    with pytest.raises(ProtocolError, match=r"comes compressed \('gzip'\)"):
        await fetch(script, path)
    assert untouched(path)


@both
async def test_the_checksum_is_checked(path: Path) -> None:
    digest = hashlib.sha256(AUDIO).hexdigest()
    with pytest.raises(ProtocolError, match=f"the SHA-256 {digest}, not 00"):
        await fetch(planned(whole()), path, DownloadOptions(sha256="00" * 32))
    assert untouched(path)
    await saved(planned(first(500), rest(500)), path, DownloadOptions(sha256=digest.upper()))


# Failures of other kinds.


@both
@virtual
async def test_a_deadline_is_over_all_of_it(path: Path) -> None:
    slow = Answer(200, AUDIO, ETAG, piece=100, pause=5)
    began = anyio.current_time()
    with pytest.raises(DeadlineExceeded):
        await fetch(planned(slow), path, timeout=30)
    assert anyio.current_time() - began == pytest.approx(30, abs=5)
    assert untouched(path)


@both
@virtual
async def test_a_cancelled_download_leaves_nothing(path: Path) -> None:
    with anyio.move_on_after(5) as scope:
        await fetch(planned(Answer(200, AUDIO, piece=100, pause=1)), path)
    assert scope.cancelled_caught
    assert untouched(path)


@pytest.mark.asyncio
async def test_a_download_whose_task_is_cancelled_leaves_nothing(path: Path) -> None:
    script = planned(Answer(200, AUDIO, piece=1000, pause=0.005))
    task = asyncio.create_task(fetch(script, path))
    await asyncio.sleep(0.012)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert untouched(path)


@pytest.mark.asyncio
async def test_a_download_whose_task_is_cancelled_at_any_step_leaves_the_old_or_the_new(
    path: Path,
) -> None:
    ends: set[bytes] = set()
    for steps in range(60):
        path.write_bytes(b"old")  # noqa: ASYNC240
        task = asyncio.create_task(fetch(planned(first(2500), rest(2500)), path))
        for step in range(steps):
            # Now and then the worker threads get the time that they need.
            await asyncio.sleep(0.001 if step % 5 == 4 else 0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert alone(path)
        ends.add(content(path))
    assert ends == {b"old", AUDIO}


@both
async def test_a_full_disk_is_told_as_such_at_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BufferedWriter):
        """A file that takes a part of what it is given, and no more."""

        def write(self, _buffer: object, /) -> int:
            super().write(AUDIO[:10])
            raise OSError(28, "No space left on device")

    def full_open(self: Path, _mode: str) -> Full:
        return Full(io.FileIO(self, "x"))

    monkeypatch.setattr(Path, "open", full_open)
    script = planned(whole())
    # It is no trouble of the network, so it is not met with another attempt.
    with pytest.raises(OSError, match="No space left") as caught:
        await fetch(script, path, timeout=0.5)
    monkeypatch.undo()
    assert caught.value.errno == 28
    assert len(script.requests) == 1
    assert untouched(path)


@both
async def test_a_progress_that_fails_is_no_trouble_of_the_network(path: Path) -> None:
    def tell(_: DownloadProgress) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    script = planned(whole())
    with pytest.raises(BrokenPipeError):
        await fetch(script, path, DownloadOptions(on_progress=tell), timeout=0.5)
    assert len(script.requests) == 1
    assert untouched(path)


@both
async def test_a_file_that_cannot_be_put_in_place_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "call.mp3"
    folder.mkdir()
    with pytest.raises(OSError, match=r"call\.mp3"):
        await fetch(planned(whole()), folder)
    assert alone(folder)


@both
async def test_many_downloads_to_one_place_leave_one_whole_file(path: Path) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(fetch, planned(first(500), rest(500)), path)
    assert content(path) == AUDIO
    assert alone(path)


@both
async def test_another_system_has_no_folders_to_bring_to_the_disk(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("_telephony_core.downloads.os.name", "nt", raising=True)
    transport = scripted(planned(whole()))
    # A Path of the real system is made before.
    target = path
    try:
        found = await download(
            transport, GET, target, Delivery(name="GET /file"), DownloadOptions()
        )
    finally:
        monkeypatch.undo()
    assert isinstance(found, DownloadedFile)
    assert content(path) == AUDIO


# By a session, an answer in place of the file is what it stands for.


async def by_session(answer: Answer, path: Path) -> DownloadedFile:
    how = settings(retry=RetryPolicy(attempts=1))
    tiny = TinySession(how, http_client=client_of(planned(answer)))
    options = DownloadOptions(accept=lambda kind, _start: kind.startswith("audio/"))
    return await tiny.download(GET, path, Delivery(name="GET /file"), options)


@both
async def test_a_session_downloads(path: Path) -> None:
    assert (await by_session(whole(), path)).size == len(AUDIO)


@both
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(200, b'{"error": "no such file"}'), TinyError),
        (Answer(404, b"nothing here"), StatusError),
        (Answer(200, b'{"fine": 1}'), ProtocolError),
        (Answer(200, b"<html>"), ProtocolError),
        (Answer(200, b""), ProtocolError),
    ],
)
async def test_a_session_raises_what_stands_in_place_of_the_file(
    answer: Answer, kind: type[Exception], path: Path
) -> None:
    with pytest.raises(kind, match="GET /file: ") as caught:
        await by_session(answer, path)
    assert type(caught.value) is kind
    assert untouched(path)


def test_the_credentials_show_in_no_repr() -> None:
    assert KEY not in repr(DownloadOptions(credentials={"x-key": KEY}))
