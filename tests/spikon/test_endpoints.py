"""Each of the 30 methods: what is sent for it, and what the documented answers become."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias, cast

import httpx
import pytest

from spikon_async import (
    AudioFormat,
    CallRecord,
    CampaignMonitor,
    DownloadedFile,
    DownloadProgress,
    NotReady,
    ProtocolError,
    SpikonClient,
    WireFormat,
)
from tests.spikon.endpoints import (
    DOCUMENTED,
    DOWNLOAD,
    DOWNLOAD_PATH,
    ENDPOINTS,
    FLOWS,
    Endpoint,
)
from tests.spikon.helpers import (
    BASE_URL,
    KEY,
    answer,
    form_of,
    names_in,
    public_coroutines,
    service,
    undocumented,
)

pytestmark = pytest.mark.asyncio

each_endpoint = pytest.mark.parametrize(
    "endpoint", ENDPOINTS, ids=[f"{row.section} {row.name}" for row in ENDPOINTS]
)
each_format = pytest.mark.parametrize("wire_format", list(WireFormat), ids=["json", "xml"])


def same(result: object, expected: object) -> None:
    """Compare results by their types too: a text equals the member of an enumeration."""
    assert result == expected
    assert repr(result) == repr(expected)
    assert list(undocumented(result)) == []


async def answered(endpoint: Endpoint, body: str) -> object:
    with service() as router:
        router.post(endpoint.path).mock(return_value=answer(body))
        async with SpikonClient(KEY) as spikon:
            return await endpoint.call(spikon)


# Nothing is left out.


async def test_every_public_coroutine_has_a_row() -> None:
    rows = [row.name for row in ENDPOINTS] + [DOWNLOAD]
    assert len(rows) == len(set(rows)) == 30
    async with SpikonClient(KEY) as spikon:
        assert set(public_coroutines(spikon)) == {*rows, *FLOWS}


async def test_every_documented_method_has_a_row() -> None:
    assert len(DOCUMENTED) == len(set(DOCUMENTED)) == 30
    assert sorted([*(row.path for row in ENDPOINTS), DOWNLOAD_PATH]) == sorted(DOCUMENTED)


# The table.


@each_format
@each_endpoint
async def test_what_is_sent(endpoint: Endpoint, wire_format: WireFormat) -> None:
    body = endpoint.xml if wire_format is WireFormat.XML else endpoint.json
    with service() as router:
        route = router.route().mock(return_value=answer(body))
        async with SpikonClient(KEY, wire_format=wire_format) as spikon:
            await endpoint.call(spikon)
    assert route.call_count == 1
    request = route.calls.last.request
    assert request.method == "POST"
    assert str(request.url) == f"{BASE_URL}{endpoint.path}"
    assert form_of(request) == {
        "api_key": KEY,
        "api_format": "1" if wire_format is WireFormat.XML else "0",
        **endpoint.form,
    }
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "spikon-api-key" not in request.headers
    assert "cookie" not in request.headers


@each_endpoint
async def test_the_documented_json(endpoint: Endpoint) -> None:
    same(await answered(endpoint, endpoint.json), endpoint.result)


@each_endpoint
async def test_the_documented_xml(endpoint: Endpoint) -> None:
    same(await answered(endpoint, endpoint.xml), endpoint.xml_result or endpoint.result)


# The same answers as another version of the server might write them.

Json: TypeAlias = "str | int | list[Json] | dict[str, Json]"
Rewrite = Callable[[Json], Json]


def _with_keys(change: Callable[[str], str]) -> Rewrite:
    def rewrite(value: Json) -> Json:
        if isinstance(value, dict):
            return {change(key): rewrite(item) for key, item in value.items()}
        return [rewrite(item) for item in value] if isinstance(value, list) else value

    return rewrite


def _with_scalars(change: Callable[[str | int], str | int]) -> Rewrite:
    def rewrite(value: Json) -> Json:
        if isinstance(value, dict):
            return {key: rewrite(item) for key, item in value.items()}
        return [rewrite(item) for item in value] if isinstance(value, list) else change(value)

    return rewrite


def _as_number(value: str | int) -> str | int:
    text = str(value)
    # A number with a zero in front is a text: a login, say.
    return int(text) if text.isdecimal() and text == str(int(text)) else value


def _reversed(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _reversed(item) for key, item in reversed(value.items())}
    return value


REWRITES: dict[str, Rewrite] = {
    "hyphens": _with_keys(lambda key: key.replace("_", "-")),
    "underscores": _with_keys(lambda key: key.replace("-", "_")),
    "blanks in keys": _with_keys(lambda key: f" {key.replace('-', ' -')} "),
    "blanks around values": _with_scalars(
        lambda value: f" \n{value} " if isinstance(value, str) else value
    ),
    "numbers as numbers": _with_scalars(_as_number),
    "numbers as texts": _with_scalars(str),
    "numbered children in another order": _reversed,
}


@pytest.mark.parametrize("how", REWRITES)
@each_endpoint
async def test_other_spellings_are_the_same(endpoint: Endpoint, how: str) -> None:
    rewritten = REWRITES[how](json.loads(endpoint.json))
    same(await answered(endpoint, json.dumps(rewritten)), endpoint.result)


@each_endpoint
async def test_a_format_that_was_not_asked_for_is_read_all_the_same(endpoint: Endpoint) -> None:
    with service() as router:
        router.post(endpoint.path).mock(return_value=answer(endpoint.json))
        async with SpikonClient(KEY, wire_format="xml") as spikon:
            same(await endpoint.call(spikon), endpoint.result)


async def test_undocumented_fields_are_kept() -> None:
    (row,) = (row for row in ENDPOINTS if row.name == "phone_books.show")
    body = row.json.replace('"name": "Jan Kowalski"', '"name": "Jan Kowalski", "e-mail": "j@k.pl"')
    assert list(undocumented(await answered(row, body))) == [{"e_mail": "j@k.pl"}]


async def test_an_undocumented_state_stays_a_text() -> None:
    (row,) = (row for row in ENDPOINTS if row.name == "sms.state")
    result = await answered(row, '{"sms": {"state": 17, "error": " Zwrot "}}')
    assert repr(result) == "SmsStatus(state='17', error='Zwrot')"


WAITING = '"waiting-calls": '


@pytest.mark.parametrize(
    ("waiting", "expected"),
    [
        (
            f'{WAITING}{{"waiting-call-1": {{"number": "123", "time": "00:05"}}}}',
            [{"number": "123", "time": "00:05"}],
        ),
        (f'{WAITING}["600123456", "600123457"]', [{"value": "600123456"}, {"value": "600123457"}]),
        (f'{WAITING}[{{"src": "1"}}, {{"src": "2"}}]', [{"src": "1"}, {"src": "2"}]),
        (f'{WAITING}""', []),
        (f"{WAITING}null", []),
        (f"{WAITING}[]", []),
    ],
)
@pytest.mark.parametrize("inside", [False, True], ids=["beside the members", "inside of them"])
async def test_calls_that_wait_are_kept_whatever_they_look_like(
    waiting: str, expected: list[dict[str, str]], inside: bool
) -> None:
    (row,) = (row for row in ENDPOINTS if row.name == "call_center.monitor")
    body = row.json.replace(',\n "waiting-calls":{}', "" if inside else f",\n {waiting}")
    if inside:
        body = body.replace('"campaign-members":{', f'"campaign-members":{{ {waiting},')
    assert waiting in body
    result = await answered(row, body)
    assert isinstance(result, CampaignMonitor)
    assert isinstance(row.result, CampaignMonitor)
    assert [call.extra for call in result.waiting_calls] == expected
    assert result.members == row.result.members
    assert result.figures == row.result.figures


async def test_a_campaign_without_members() -> None:
    (row,) = (row for row in ENDPOINTS if row.name == "call_center.monitor")
    for members in ("null", "[]", "{}", '""'):
        body = (
            f'{{"cc-monitor": {{"basic-data": {{"sla": "99,5"}}, "campaign-members": {members}}}}}'
        )
        result = await answered(row, body)
        assert isinstance(result, CampaignMonitor)
        assert (result.members, result.waiting_calls) == ((), ())
        assert result.figures.sla == Decimal("99.5")


async def test_a_monitor_that_is_no_map_is_no_answer() -> None:
    (row,) = (row for row in ENDPOINTS if row.name == "call_center.monitor")
    for body in ('{"cc-monitor": "x"}', '{"cc-monitor": ["x"]}', '{"cc-monitor": {}}'):
        with pytest.raises(ProtocolError):
            await answered(row, body)


async def test_what_a_call_says_of_itself() -> None:
    (row,) = (row for row in ENDPOINTS if row.name == "call_lists.show")
    result = await answered(row, row.json.replace("Odebrane", "Nieodebrane", 1))
    assert isinstance(result, tuple)
    missed, taken = cast("tuple[CallRecord, ...]", result)
    assert (missed.answered, taken.answered) == (False, True)
    assert repr(missed.state) == "'Nieodebrane'"


# Arguments that the table has in one way only.


async def sent_form(call: Callable[[SpikonClient], Any], path: str, body: str) -> dict[str, str]:
    with service() as router:
        route = router.post(path).mock(return_value=answer(body))
        async with SpikonClient(KEY) as spikon:
            await call(spikon)
    return form_of(route.calls.last.request)


async def test_an_order_holds_all_calls_unless_told_otherwise() -> None:
    form = await sent_form(
        lambda spikon: spikon.call_lists.order(date(2024, 2, 29), date(2024, 2, 29)),
        "/api/call_list/order",
        '{"call_list": {"call_list_id": "1"}}',
    )
    # The service's own default would leave out the calls without a recording.
    assert form == {
        "api_key": KEY,
        "api_format": "0",
        "dir": "2",
        "date_start": "2024-02-29",
        "date_end": "2024-02-29",
        "with_records_only": "0",
    }


async def test_a_sender_name_of_ones_own() -> None:
    form = await sent_form(
        lambda spikon: spikon.sms.send("600123456", "Dzień dobry", sender="Piekarnia"),
        "/api/sms/send",
        '{"sms": {"state": "OK", "ids": [12]}}',
    )
    assert form["from"] == "Piekarnia"


async def test_the_service_may_stand_below_a_path() -> None:
    with service() as router:
        route = router.post("/spikon/api/balance/show").mock(
            return_value=answer('{"account": {"balance": "-0,05"}}')
        )
        async with SpikonClient(KEY, base_url=f"{BASE_URL}/spikon/") as spikon:
            assert str(await spikon.account.balance()) == "-0.05"
    assert route.call_count == 1


# 4.7.5, the method that is no form.


@pytest.mark.parametrize(
    ("audio_format", "flag", "content_type"),
    [(AudioFormat.MP3, "0", "audio/mpeg"), (AudioFormat.WAV, "1", "audio/wav")],
)
async def test_the_download(
    audio_format: AudioFormat, flag: str, content_type: str, tmp_path: Path
) -> None:
    sound = b"ID3\x04" + bytes(range(256)) * 4
    progress: list[DownloadProgress] = []
    with service() as router:
        route = router.route().mock(return_value=answer(sound, content_type=content_type))
        async with SpikonClient(KEY) as spikon:
            file = await spikon.tts.download(
                "17", tmp_path / "a", audio_format=audio_format, on_progress=progress.append
            )
    request = route.calls.last.request
    assert route.call_count == 1
    assert request.method == "GET"
    assert str(request.url) == f"{BASE_URL}{DOWNLOAD_PATH}?tts_id=17&pcm_8k16bm={flag}"
    assert request.headers["spikon-api-key"] == KEY
    assert request.content == b""
    assert file == DownloadedFile(
        path=tmp_path / "a",
        size=len(sound),
        content_type=content_type,
        sha256=hashlib.sha256(sound).hexdigest(),
    )
    assert (tmp_path / "a").read_bytes() == sound
    assert progress[-1] == DownloadProgress(received=len(sound), total=len(sound))


@pytest.mark.parametrize(
    "body",
    [
        '{"errors": {"error": {"id": "-9", "text": "Not ready"}}}',
        "<errors><error><id>-9</id><text>Not ready</text></error></errors>",
    ],
    ids=["json", "xml"],
)
async def test_an_error_in_place_of_the_file(body: str, tmp_path: Path) -> None:
    with service() as router:
        router.get(DOWNLOAD_PATH).mock(
            return_value=httpx.Response(
                200, text=body, headers={"content-type": "application/octet-stream"}
            )
        )
        async with SpikonClient(KEY) as spikon:
            with pytest.raises(NotReady) as caught:
                await spikon.tts.download("17", tmp_path / "a")
    assert caught.value.call == "GET /api/tts/download"
    assert names_in(tmp_path) == []
