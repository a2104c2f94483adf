"""Each of the 30 methods: what is sent for it, and what the documented answers become."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias, cast

import httpx
import pytest
from attrs import evolve

from spikon_async import (
    Acted,
    ActionStatus,
    AudioFormat,
    CallRecord,
    CampaignMonitor,
    DownloadedFile,
    DownloadProgress,
    Drift,
    DriftKind,
    Hooks,
    NotReady,
    OutcomeUnknown,
    ProtocolError,
    SendingState,
    SentSms,
    SpikonClient,
    TelephonyError,
    UnknownApiKey,
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


# The monitor as version 1.0.3 of the document shows it (4.5.2), word for word.

MONITOR_OF_1_0_3 = """\
{ "cc-monitor":{ "basic-data":{ "free-members":2, "busy-members":0, "calls-waiting":0,
"answered":0, "unanswered":4, "in-queue":0, "average-waiting-time":"00:00", "max-waiting":20,
"average-call-time":"00:00", "measured-sla":"01:00", "sla":0 }, "campaign-members":{
"cc-campaign-member-1":{ "login":"1234567", "description":"Janina Kowalska", "state":"Wolny",
"answered":"0", "last-call":"Brak danych", "pause":"Tak", "skill":"1" },
"cc-campaign-member-2":{ "login":"2345678", "description":"Adam Nowacki", "state":"Wolny",
"answered":"0", "last-call":"Brak danych", "pause":"Nie", "skill":"1" } } }, "waiting-calls":{} }
"""


async def test_the_monitor_of_the_older_document() -> None:
    (row,) = (row for row in ENDPOINTS if row.name == "call_center.monitor")
    same(await answered(row, MONITOR_OF_1_0_3), row.result)
    same(await answered(row, row.xml.replace("campain", "campaign")), row.result)
    with_calls = MONITOR_OF_1_0_3.replace(
        '"waiting-calls":{}', '"waiting-calls":{"waiting-call-1":{"number":"600123456"}}'
    )
    result = await answered(row, with_calls)
    assert isinstance(result, CampaignMonitor)
    assert [call.extra for call in result.waiting_calls] == [{"number": "600123456"}]


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


@pytest.mark.repetitive
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


@pytest.mark.parametrize("words", ['"Brak danych"', '"-"', '""', "null", '"--:--"', '" %"'])
@pytest.mark.parametrize("format_", ["json", "xml"])
async def test_figures_that_the_service_does_not_have(words: str, format_: str) -> None:
    (row,) = (row for row in ENDPOINTS if row.name == "call_center.monitor")
    body = row.json if format_ == "json" else row.xml
    text = "" if words == "null" else words.strip('"')
    for name in ("average-waiting-time", "average-call-time", "measured-sla", "sla"):
        if format_ == "json":
            body = re.sub(f'"{name}":[^,\n]*', f'"{name}":{words}', body)
        else:
            body = re.sub(f"(<{name}[^>]*>)[^<]*", rf"\g<1>{text}", body)
    result = await answered(row, body)
    assert isinstance(result, CampaignMonitor)
    assert isinstance(row.result, CampaignMonitor)
    assert result.figures == evolve(
        row.result.figures,
        average_waiting_time=None,
        average_call_time=None,
        measured_sla=None,
        sla=None,
    )


@pytest.mark.parametrize(
    ("text", "sla"), [("87%", "87"), ("87,5 %", "87.5"), (" 0% ", "0"), ("99.5", "99.5")]
)
async def test_a_percentage_may_have_its_sign(text: str, sla: str) -> None:
    (row,) = (row for row in ENDPOINTS if row.name == "call_center.monitor")
    result = await answered(row, row.json.replace('"sla":0', f'"sla":"{text}"'))
    assert isinstance(result, CampaignMonitor)
    assert result.figures.sla == Decimal(sla)


@pytest.mark.parametrize("figures", ["null", "{}", "[]", '""', '"x"', "[1]"])
async def test_a_monitor_without_figures_is_no_answer(figures: str) -> None:
    (row,) = (row for row in ENDPOINTS if row.name == "call_center.monitor")
    body = f'{{"cc-monitor": {{"basic-data": {figures}, "waiting-calls": {{}}}}}}'
    with pytest.raises(ProtocolError):
        await answered(row, body)


# Answers that are none.

FOREIGN = [
    *("null", '""', '" "', "{}", "true", "0", '"OK"', "[null]", "[[]]", "[{}]"),
    *('{"errors": []}', '{"errors": {}}', '{"errors": null}', '{"errors": [], "count": "0"}'),
    *('{"oops": null}', '{"oops": []}', '{"oops": {"rows": {}}}', '{"a": null, "b": ""}'),
    *('{"message": "Service under maintenance"}', '{"status": "error", "code": 500}'),
    *('{"success": false}', '{"id": "-3", "text": "Unknown API key"}', '{"count": "0"}'),
    *("<oops/>", "<errors/>", '<errors type="array"></errors>', "<oops><x/></oops>"),
    *("<maintenance/>", "<maintenance><until>12:00</until></maintenance>"),
]


@pytest.mark.repetitive
@pytest.mark.parametrize("body", FOREIGN)
@each_endpoint
async def test_a_foreign_or_empty_answer_is_no_result(endpoint: Endpoint, body: str) -> None:
    if isinstance(endpoint.result, ActionStatus) and '"status"' in body:
        # It has what every answer to an action has, and whoever asks is told its word.
        assert await answered(endpoint, body) == ActionStatus(status="error")
        return
    with pytest.raises(TelephonyError) as caught:
        await answered(endpoint, body)
    error = caught.value
    assert isinstance(error, ProtocolError | OutcomeUnknown | UnknownApiKey)
    # Whoever pays or rings by the call must look before making it again.
    acts = endpoint.path.removeprefix("/api/") in ACTING
    assert isinstance(error, OutcomeUnknown) is (acts and not isinstance(error, UnknownApiKey))
    assert error.call == f"POST {endpoint.path}"


#: The calls that do something new each time.
ACTING = {"call/initiate", "phone_book/add", "phone_book_element/add", "sms/send", "tts/generate"}

#: What stands in place of an answer, under the root that the document names.
HOLLOW: dict[str, tuple[str, ...]] = {
    "account.initiate_call": ('{"call": {}}', '{"call": {"state": ""}}', "<call/>"),
    "phone_books.add": ('{"phone-books": {"phone_book": {"id": "", "name": "x"}}}',),
    "phone_books.add_entry": (
        '{"phone-book-elements": {"phone_book_element": {"name": "x", "number": "1"}}}',
        '{"phone-book-elements": {"phone_book_element": {"id": null}}}',
        '{"phone-book-elements": {"count": "0"}}',
        "<phone-book-elements/>",
    ),
    "phone_books.delete": ('{"phone-books": {"phone_book": {"id": "1", "state": ""}}}',),
    "phone_books.delete_entry": ('{"phone-book-elements": {"phone_book_element": {"id": "1"}}}',),
    "phone_books.show": ('{"phone-book-elements": {"phone-book-element-1": {"name": "x"}}}',),
    "call_lists.order": ('{"call_list": {"call_list_id": ""}}', "<call-list/>"),
    "call_center.add_to_incoming": ('{"add_agent_status": ""}', "<add-agent/>"),
    "call_center.set_default_outgoing": ('{"out_campaign_set_default": {}}',),
    "sms.send": ('{"sms": {}}', '{"sms": {"ids": [12]}}', '{"sms": {"state": null}}', "<sms/>"),
    "sms.state": ('{"sms": {}}', "<sms/>"),
    "tts.generate": ('{"tts": {"tts_id": null}}', '{"tts": {}}', "<tts/>"),
    "tts.delete": ('{"tts": {"id": "1"}}',),
}


@pytest.mark.parametrize("name", HOLLOW)
async def test_an_answer_that_lacks_what_every_one_has_is_none(name: str) -> None:
    (row,) = (row for row in ENDPOINTS if row.name == name)
    acts = row.path.removeprefix("/api/") in ACTING
    for body in HOLLOW[name]:
        with pytest.raises(OutcomeUnknown if acts else ProtocolError) as caught:
            await answered(row, body)
        assert caught.value.repeatable is not acts


@pytest.mark.parametrize(
    ("name", "body", "value"),
    [
        ("sms.send", '{"sms": {"state": "ERROR", "ids": [12]}}', "ERROR"),
        ("sms.send", "<sms><state> QUEUED </state></sms>", "QUEUED"),
        ("account.initiate_call", '{"call": {"state": "failed"}}', "failed"),
        ("account.initiate_call", '{"call": {"state": 0}}', "0"),
    ],
)
async def test_another_state_of_what_is_paid_or_dialled_is_an_unknown_outcome(
    name: str, body: str, value: str
) -> None:
    (row,) = (row for row in ENDPOINTS if row.name == name)
    with pytest.raises(OutcomeUnknown) as caught:
        await answered(row, body)
    assert repr(value) in str(caught.value)
    assert "before" in caught.value.advice
    assert caught.value.acted is Acted.MAYBE
    assert isinstance(caught.value.__cause__, ProtocolError)


async def test_another_state_of_an_action_is_kept() -> None:
    for name, body, value in (
        ("call_center.add_to_incoming", '{"add_agent_status": "QUEUED"}', "QUEUED"),
        ("phone_books.delete", '{"phone-books": {"phone_book": {"id": "1", "state": "x"}}}', "x"),
    ):
        (row,) = (row for row in ENDPOINTS if row.name == name)
        assert repr(value) in repr(await answered(row, body))


async def test_ids_of_an_sms_that_are_none_are_left_out() -> None:
    (row,) = (row for row in ENDPOINTS if row.name == "sms.send")
    for body in ('{"sms": {"state": "OK", "ids": [null, ""]}}', '{"sms": {"state": "OK"}}'):
        assert await answered(row, body) == SentSms(state=SendingState.OK, ids=())


async def test_states_that_the_document_does_not_name_are_told() -> None:
    told: list[Drift] = []
    bodies = {
        "sms.send": '{"sms": {"state": "ERROR"}}',
        "account.initiate_call": '{"call": {"state": "failed"}}',
        "call_center.add_to_outgoing": '{"add_agent_status": "QUEUED"}',
        "tts.delete": '{"tts": {"id": "1", "state": "gone"}}',
    }
    for row in ENDPOINTS:
        if row.name in bodies:
            with service() as router:
                router.post(row.path).mock(return_value=answer(bodies[row.name]))
                async with SpikonClient(KEY, hooks=Hooks(on_drift=told.append)) as spikon:
                    with suppress(OutcomeUnknown):
                        await row.call(spikon)
    assert {(drift.kind, drift.model, drift.what) for drift in told} == {
        (DriftKind.VALUE, "SendingState", "ERROR"),
        (DriftKind.VALUE, "InitiationState", "failed"),
        (DriftKind.VALUE, "ActionState", "QUEUED"),
        (DriftKind.VALUE, "DeletionState", "gone"),
    }


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
