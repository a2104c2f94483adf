"""What the chapters of queues, users, calls and pauses check, and the flows of calls."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from _telephony_core.downloads import DownloadedFile
from daktela_async.client import DaktelaClient
from daktela_async.errors import (
    DaktelaApiError,
    InvalidRequest,
    NoRecording,
    NotFound,
    OutcomeUnknown,
    ProtocolError,
    TelephonyError,
    UserNotFound,
)
from daktela_async.models.calls import SavedRecording
from daktela_async.models.common import Done
from daktela_async.models.queues import Queue
from daktela_async.resources.calls import (
    _is_recording,  # pyright: ignore[reportPrivateUsage]
)
from tests.daktela.helpers import SERVER, TOKEN, answer, cookies_of, query_of, service, told
from tests.faults.exposure import told_with_locals

pytestmark = pytest.mark.asyncio

Act = Callable[[Any], Coroutine[Any, Any, object]]
SOUND = b"RIFF" + bytes(range(256)) * 4
HASH = "225fae9e2c0a2e830c7d0e9e80040f4245a65d2e1319030658.204"
BEGIN, END = datetime(2015, 8, 14), datetime(2015, 10, 31)


def client() -> DaktelaClient:
    return DaktelaClient(SERVER, access_token=TOKEN)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# Arguments.

WRONG: dict[str, Act] = {
    "no agent to answer": lambda d: d.calls.answer(),
    "two agents to answer": lambda d: d.calls.answer(user="a", extension="1"),
    "nothing to hang up": lambda d: d.calls.hang_up(),
    "two things to hang up": lambda d: d.calls.hang_up(user="a", call_id="1"),
    "nobody to transfer from": lambda d: d.calls.transfer(number="1"),
    "nowhere to transfer to": lambda d: d.calls.transfer(user="a"),
    "two places to transfer to": lambda d: d.calls.transfer(user="a", number="1", to_user="2"),
    "an unknown transfer": lambda d: d.calls.transfer(user="a", number="1", transfer_type="x"),
    "an unknown mode": lambda d: d.calls.monitor_user("a", "1", "loud"),
    "an unknown mode for an extension": lambda d: d.calls.monitor_extension("1", "2", "loud"),
    "nobody to play to": lambda d: d.calls.play("a.wav"),
    "nothing to play": lambda d: d.calls.play("", user="a"),
    "an unknown command": lambda d: d.calls.control_playback("play", user="a"),
    "no playback to control": lambda d: d.calls.control_playback("stop"),
    "no playback to ask for": lambda d: d.calls.is_playing(),
    "no call": lambda d: d.calls.about(""),
    "no number": lambda d: d.calls.create_for_user("a", " "),
    "time that runs back": lambda d: d.calls.attempts(END, BEGIN),
    "time that runs back across zones": lambda d: d.calls.attempts(
        datetime(2015, 8, 14, 1, 59), datetime(2015, 8, 13, 23, 58, tzinfo=UTC)
    ),
    "a page of none": lambda d: d.calls.attempts(BEGIN, END, take=0),
    "a page of too many": lambda d: d.calls.attempts(BEGIN, END, take=1001),
    "a page before the first": lambda d: d.calls.attempts(BEGIN, END, skip=-1),
    "no hash": lambda d: d.calls.download_recording("", "x"),
    "nothing at once": lambda d: d.calls.download_recordings([], "x", concurrency=0),
    "an unknown direction": lambda d: d.queues.save("1", "t", "up"),
    "an unknown priority": lambda d: d.queues.login("a", "1", priority=3),
    "an empty password": lambda d: d.users.create("a", "", full_name="b", role="r", profile="p"),
    "nobody to pause": lambda d: d.pauses.on("7"),
    "two to pause": lambda d: d.pauses.on("7", user="a", extension="1"),
    "nobody to bring back": lambda d: d.pauses.off(),
    "an empty name to bring back": lambda d: d.pauses.off(user=""),
    "an empty id to hang up": lambda d: d.calls.hang_up(call_id=" "),
    "attempts of no queue": lambda d: d.calls.attempts(BEGIN, END, queues=[]),
    "attempts of no user": lambda d: d.calls.attempts(BEGIN, END, users=()),
    "attempts of no call": lambda d: d.calls.attempts(BEGIN, END, call_id=""),
    "users of no extension": lambda d: d.users.list(extension=""),
    "an unknown pause type": lambda d: d.pauses.create("t", paid=True, pause_type="x"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_arguments_that_are_refused_before_anything_is_sent(what: str) -> None:
    with service():
        async with client() as daktela:
            with pytest.raises(InvalidRequest):
                await WRONG[what](daktela)


async def test_iterating_checks_its_arguments_at_once() -> None:
    async with client() as daktela:
        with pytest.raises(InvalidRequest):
            daktela.calls.iter_attempts(END, BEGIN)
        with pytest.raises(InvalidRequest, match="queues is empty"):
            daktela.calls.iter_attempts(BEGIN, END, queues=[])
        with pytest.raises(InvalidRequest, match="users is empty"):
            daktela.calls.iter_attempts(BEGIN, END, users=iter(()))
        with pytest.raises(InvalidRequest, match="call_id is empty"):
            daktela.calls.iter_attempts(BEGIN, END, call_id="")


# What is repeated.

_ACTS: dict[str, Act] = {
    "answer": lambda d: d.calls.answer(user="a"),
    "create_for_user": lambda d: d.calls.create_for_user("a", "1"),
    "create_for_extension": lambda d: d.calls.create_for_extension("1", "2"),
    "click_to_call": lambda d: d.calls.click_to_call("1", "2"),
    "create_remote": lambda d: d.calls.create_remote("1", "2"),
    "hang_up a user": lambda d: d.calls.hang_up(user="a"),
    "hang_up an extension": lambda d: d.calls.hang_up(extension="1"),
    "monitor_user": lambda d: d.calls.monitor_user("a", "1", "spy"),
    "monitor_extension": lambda d: d.calls.monitor_extension("1", "2", "spy"),
    "pickup_from_queue": lambda d: d.calls.pickup_from_queue("1", "a"),
    "transfer": lambda d: d.calls.transfer(user="a", number="1"),
    "play": lambda d: d.calls.play("a.wav", user="a"),
    "pause a playback": lambda d: d.calls.control_playback("pause", user="a"),
    "create a user": lambda d: d.users.create("a", "p", full_name="b", role="r", profile="p"),
    "create a pause": lambda d: d.pauses.create("t", paid=True),
    "pause off": lambda d: d.pauses.off(user="a"),
}
_SETS: dict[str, Act] = {
    "hang_up a call": lambda d: d.calls.hang_up(call_id="1"),
    "stop a playback": lambda d: d.calls.control_playback("stop", user="a"),
    "save a queue": lambda d: d.queues.save("1", "t", "in"),
    "queue login": lambda d: d.queues.login("a", "1"),
    "queue logout": lambda d: d.queues.logout("a", "1"),
    "login": lambda d: d.users.login("a"),
    "logout": lambda d: d.users.logout("a"),
    "update": lambda d: d.users.update("a"),
    "delete": lambda d: d.users.delete("4"),
    "pause on": lambda d: d.pauses.on("7", user="a"),
    "edit a pause": lambda d: d.pauses.edit("7", "t", paid=True),
}


@pytest.mark.parametrize("what", _ACTS)
async def test_what_acts_anew_each_time_is_sent_once(what: str) -> None:
    with service() as router:
        route = router.route().mock(side_effect=httpx.ReadError("cut"))
        async with client() as daktela:
            with pytest.raises(OutcomeUnknown) as caught:
                await _ACTS[what](daktela)
    assert route.call_count == 1
    assert " before " in caught.value.advice


@pytest.mark.virtual_time
@pytest.mark.parametrize("what", _SETS)
async def test_what_sets_a_state_is_repeated(what: str) -> None:
    with service() as router:
        route = router.route().mock(
            side_effect=[
                httpx.ReadError("cut"),
                answer('{"status":1,"error":null,"result":{"user":"4"}}'),
            ]
        )
        async with client() as daktela:
            await _SETS[what](daktela)
    assert route.call_count == 2


@pytest.mark.virtual_time
async def test_a_deletion_that_was_done_before_the_answer_was_lost() -> None:
    gone = answer('{"error":"Uživatel neexistuje","status":0}')
    with service() as router:
        router.route().mock(side_effect=[httpx.ReadError("cut"), gone, gone])
        async with client() as daktela:
            assert await daktela.users.delete("2") == Done()
            with pytest.raises(UserNotFound):
                await daktela.users.delete("2")


# Ids that are not known.


_GETS: dict[str, Act] = {
    "queue": lambda d: d.queues.get("99"),
    "user": lambda d: d.users.get("99"),
    "pause": lambda d: d.pauses.get_defined("99"),
}


@pytest.mark.parametrize("result", ["null", '""', "[]"])
@pytest.mark.parametrize("what", _GETS)
async def test_an_empty_answer_to_an_id(what: str, result: str) -> None:
    with service() as router:
        router.route().mock(return_value=answer(f'{{"status":1,"result":{result}}}'))
        async with client() as daktela:
            with pytest.raises(NotFound, match=f"{what} with the id 99"):
                await _GETS[what](daktela)


@pytest.mark.parametrize("what", _GETS)
async def test_another_row_is_not_what_was_asked_for(what: str) -> None:
    name = {"queue": "queue", "user": "user", "pause": "pcode_id"}[what]
    for rows in ([1], [1, 3]):
        body = json.dumps({"status": 1, "result": {str(n): {name: str(n)} for n in rows}})
        with service() as router:
            router.route().mock(return_value=answer(body))
            async with client() as daktela:
                with pytest.raises(NotFound, match=rf"has {len(rows)} others.* the id 99"):
                    await _GETS[what](daktela)


async def test_the_row_that_was_asked_for_is_found_among_others() -> None:
    rows = [{"user": 1, "name": "admin"}, {"user": "7", "name": "novak"}]
    with service() as router:
        router.route().mock(return_value=answer(json.dumps({"status": 1, "result": rows})))
        async with client() as daktela:
            for user_id in ("7", "07", " 7"):
                assert (await daktela.users.get(user_id)).login == "novak"


async def test_a_row_that_does_not_tell_its_id_is_the_one_if_there_is_no_other() -> None:
    rows = [{"user": None, "name": "novak"}]
    with service() as router:
        route = router.route().mock(return_value=answer(json.dumps({"status": 1, "result": rows})))
        async with client() as daktela:
            assert (await daktela.users.get("7")).login == "novak"
            route.mock(return_value=answer(json.dumps({"status": 1, "result": rows * 2})))
            with pytest.raises(NotFound):
                await daktela.users.get("7")


# Queues.


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        ('{"type":"outbounder"}', {"type": "outbounder"}),
        ("", {}),
        ("[]", {}),
        ("[" * 100_000, {}),
    ],
)
async def test_the_settings_of_a_queue(options: str, settings: dict[str, object]) -> None:
    assert Queue(id="1", options=options).settings == settings


async def test_the_options_of_a_queue_may_be_a_map() -> None:
    with service() as router:
        router.route().mock(
            return_value=answer('{"status":1,"result":{"queue":"1","options":{"a":"b"}}}')
        )
        async with client() as daktela:
            queue = await daktela.queues.get("1")
    assert queue.settings == {"a": "b"}


async def test_a_queue_that_is_no_map() -> None:
    with service() as router:
        router.route().mock(return_value=answer('{"status":1,"result":["x"]}'))
        async with client() as daktela:
            with pytest.raises(ProtocolError):
                await daktela.queues.list()
            with pytest.raises(ProtocolError):
                await daktela.pauses.list()


# Attempts.


async def test_all_pages_of_attempts() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        query = dict(query_of(request))
        assert query["datetime_from"] == "2015-08-14 00:00:00"
        assert query["queues[]"] == "1"
        skip, take = int(query["skip"]), int(query["take"])
        rows = ",".join(f'{{"id":{n}}}' for n in range(5)[skip : skip + take])
        return answer(f'{{"status":1,"result":{{"data":[{rows}],"total":"5"}}}}')

    with service() as router:
        router.route().mock(side_effect=page)
        async with client() as daktela:
            attempts = daktela.calls.iter_attempts(
                datetime(2015, 8, 13, 22, tzinfo=UTC), END, queues=iter(["1"]), page_size=2
            )
            ids = [attempt.id async for attempt in attempts]
    assert ids == ["0", "1", "2", "3", "4"]


# Recordings.


@pytest.mark.parametrize("octet_stream", [False, True])
async def test_a_recording(octet_stream: bool, tmp_path: Path) -> None:
    kind = "application/octet-stream" if octet_stream else "audio/x-wav"
    with service() as router:
        route = router.route().mock(return_value=answer(SOUND, content_type=kind))
        async with client() as daktela:
            file = await daktela.calls.download_recording(
                HASH, tmp_path / "a.wav", octet_stream=octet_stream
            )
    request = route.calls.last.request
    assert request.url.path == "/api/3.0/GetRecording/json"
    flag = (("octetstream", "true"),) if octet_stream else ()
    assert query_of(request) == (("recording_hash", HASH), *flag)
    assert cookies_of(request) == {"access_token": TOKEN}
    assert (file.size, file.content_type) == (len(SOUND), kind)
    assert (tmp_path / "a.wav").read_bytes() == SOUND


@pytest.mark.virtual_time
async def test_a_recording_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    headers = {"content-type": "audio/x-wav", "etag": '"1"', "content-length": str(len(SOUND))}

    class Cut(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield SOUND[:100]
            raise httpx.ReadError("cut")

    rest = {
        "content-type": "audio/x-wav",
        "etag": '"1"',
        "content-range": f"bytes 100-{len(SOUND) - 1}/{len(SOUND)}",
    }
    with service() as router:
        route = router.route().mock(
            side_effect=[
                httpx.Response(200, headers=headers, stream=Cut()),
                httpx.Response(206, headers=rest, content=SOUND[100:]),
            ]
        )
        async with client() as daktela:
            await daktela.calls.download_recording(HASH, tmp_path / "a")
    assert route.calls.last.request.headers["range"] == "bytes=100-"
    assert (tmp_path / "a").read_bytes() == SOUND


ECHOES: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "a page": lambda request: answer(
        f"<html>Not Found: {request.url.raw_path.decode()} was not found", 404, "text/html"
    ),
    "another page": lambda request: answer(
        f"<html>/login?to={quote(request.url.raw_path.decode(), safe='')}", 403, "text/html"
    ),
    "a redirect": lambda request: httpx.Response(
        304, headers={"location": f"https://x.example/?recording_hash={HASH}"}
    ),
    "a refusal": lambda request: answer(f'{{"status":0,"error":"No recording {HASH}!"}}'),
    "a refusal in a map": lambda request: answer(f'{{"status":0,"error":{{"{HASH}":"none"}}}}'),
    "an answer": lambda request: answer(f'{{"status":1,"result":{{"recording_hash":"{HASH}"}}}}'),
    "a text": lambda request: answer(f"{HASH} {HASH}"),
    "a busy server": lambda request: answer(HASH, 503),
}


@pytest.mark.virtual_time
@pytest.mark.parametrize("how", ECHOES)
async def test_what_opens_a_recording_shows_in_no_error(
    how: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with service() as router:
        router.route().mock(side_effect=ECHOES[how])
        async with client() as daktela:
            with pytest.raises(TelephonyError) as caught:
                await daktela.calls.download_recording(HASH, tmp_path / "a")
            (saved,) = await daktela.calls.download_recordings([HASH], tmp_path / "b")
    assert saved.error is not None
    shown = [told(caught.value), *told_with_locals(caught.value), told(saved.error), repr(saved)]
    # What is named by the hash is so on purpose.
    shown += [
        text
        for text in told_with_locals(saved.error)
        if not text.partition(": ")[2].startswith(("path = ", "part = ", "self = "))
    ]
    assert "GET GetRecording" in shown[0]
    for text in (*shown, caplog.text):
        assert HASH not in text


async def test_a_hash_that_fits_no_address_shows_in_no_error(tmp_path: Path) -> None:
    async with client() as daktela:
        with pytest.raises(InvalidRequest, match="the address would have") as caught:
            await daktela.calls.download_recording(HASH * 200, tmp_path / "a")
    assert not any(HASH in text for text in (told(caught.value), *told_with_locals(caught.value)))


async def test_the_token_does_not_follow_a_redirect_elsewhere(tmp_path: Path) -> None:
    with service() as router:
        router.get(f"https://{SERVER}/api/3.0/GetRecording/json").mock(
            return_value=httpx.Response(302, headers={"location": "https://cdn.example.com/a.mp3"})
        )
        route = router.get("https://cdn.example.com/a.mp3").mock(
            return_value=answer(SOUND, content_type="audio/mpeg")
        )
        async with client() as daktela:
            await daktela.calls.download_recording(HASH, tmp_path / "a")
    assert "cookie" not in route.calls.last.request.headers


async def test_an_error_instead_of_a_recording(tmp_path: Path) -> None:
    with service() as router:
        router.route().mock(
            return_value=answer(
                '{"error":"Nahravka neexistuje","status":0}', content_type="audio/x-wav"
            )
        )
        async with client() as daktela:
            with pytest.raises(DaktelaApiError, match="Nahravka") as caught:
                await daktela.calls.download_recording(HASH, tmp_path / "a")
    assert caught.value.call == "GET GetRecording"
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    ("content_type", "start", "sound"),
    [
        ("audio/x-wav", b"RIFF", True),
        ("Audio/MPEG; x=y", b"ID3", True),
        ("application/octet-stream", b"\xff\xfb", True),
        ("audio/mpeg", b"", False),
        ("audio/mpeg", b' {"status":0', False),
        ("application/octet-stream", b"<html>", False),
        ("text/html", b"RIFF", False),
        ("application/json", b"RIFF", False),
        ("", b"RIFF", False),
    ],
)
async def test_what_is_a_recording(content_type: str, start: bytes, sound: bool) -> None:
    assert _is_recording(content_type, start) is sound


async def test_many_recordings(tmp_path: Path) -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        name = dict(query_of(request))["recording_hash"]
        if name == "c":
            return answer('{"error":"Neexistuje","status":0}')
        kind = "audio/mpeg" if name == "a.204" else "audio/x-wav"
        return answer(name.encode(), content_type=kind)

    folder = tmp_path / "new" / "folder"
    heard: list[SavedRecording] = []
    with service() as router:
        route = router.route().mock(side_effect=reply)
        async with client() as daktela:
            hashes = ["a.204", "b/../b", "c", "a.204"]
            first = await daktela.calls.download_recordings(hashes, folder, on_result=heard.append)
            again = await daktela.calls.download_recordings("a.204", folder, concurrency=1)
    assert route.call_count == 3
    assert [(row.recording_hash, row.path, row.fetched) for row in first] == [
        ("a.204", folder / "a.204.mp3", True),
        ("b/../b", folder / "b_.._b.wav", True),
        ("c", None, False),
    ]
    assert isinstance(first[2].error, DaktelaApiError)
    assert sorted(heard, key=lambda row: row.recording_hash) == list(first)
    assert again == (SavedRecording(recording_hash="a.204", path=folder / "a.204.mp3"),)
    assert names_in(folder) == ["a.204.mp3", "b_.._b.wav"]


def legs(*hashes: str | None) -> httpx.Response:
    rows = [{"id_call": "1.2WS", "recording_hash": one} for one in hashes]
    return answer(json.dumps({"status": 1, "result": rows}))


async def test_all_recordings_of_a_call(tmp_path: Path) -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        if "AboutCall" in request.url.path:
            assert query_of(request) == (("id_call", "../1.2WS"),)
            return legs("a", None, "b", "a", "", "c")
        name = dict(query_of(request))["recording_hash"]
        kind = "audio/mpeg" if name == "b" else "audio/x-wav"
        return answer(name.encode(), content_type=kind)

    folder = tmp_path / "new" / "folder"
    heard: list[DownloadedFile] = []
    with service() as router:
        route = router.route().mock(side_effect=reply)
        async with client() as daktela:
            first = await daktela.calls.download_recordings_of(
                "../1.2WS", folder, on_result=heard.append
            )
            again = await daktela.calls.download_recordings_of("../1.2WS", str(folder))
    assert route.call_count == 8
    names = [".._1.2WS.wav", ".._1.2WS-2.mp3", ".._1.2WS-3.wav"]
    assert [file.path for file in first] == [folder / name for name in names]
    assert [file.path.read_text() for file in first] == ["a", "b", "c"]
    assert first == again == tuple(heard)
    assert names_in(folder) == sorted(names)


async def test_a_call_without_recordings(tmp_path: Path) -> None:
    for found in (legs(), legs(None, "")):
        with service() as router:
            router.route().mock(return_value=found)
            async with client() as daktela:
                with pytest.raises(NoRecording, match=r"no recording of the call 1\.2WS"):
                    await daktela.calls.download_recordings_of("1.2WS", tmp_path / "new")
    assert names_in(tmp_path) == []


async def test_what_was_saved_before_an_error_stays(tmp_path: Path) -> None:
    replies = [
        legs("a", HASH),
        answer(SOUND, content_type="audio/x-wav"),
        answer(f'{{"status":0,"error":"{HASH}"}}'),
    ]
    with service() as router:
        router.route().mock(side_effect=replies)
        async with client() as daktela:
            with pytest.raises(DaktelaApiError) as caught:
                await daktela.calls.download_recordings_of("1.2WS", tmp_path)
    assert names_in(tmp_path) == ["1.2WS.wav"]
    for text in (told(caught.value), *told_with_locals(caught.value)):
        assert HASH not in text


async def test_a_duration_is_sent_in_whole_seconds() -> None:
    with service() as router:
        route = router.route().mock(return_value=answer('{"status":1,"result":{"id_call":"1"}}'))
        async with client() as daktela:
            await daktela.calls.click_to_call("1", "2", waiting_time=timedelta(seconds=90.7))
    assert ("waitingtime", "90") in query_of(route.calls.last.request)
