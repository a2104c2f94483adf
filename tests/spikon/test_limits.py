"""The documented limits: what is at them goes out, what is beyond them is refused at home."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx
import pytest

from spikon_async import (
    AudioFormat,
    CallRecord,
    Direction,
    Hooks,
    InvalidRequest,
    RecordingLink,
    RetryPolicy,
    ServerUnavailable,
    SpikonClient,
    TelephonyError,
    WireFormat,
)
from tests.spikon.helpers import BASE_URL, KEY, answer, form_of, names_in, service

pytestmark = pytest.mark.asyncio

Call = Callable[[SpikonClient], Awaitable[object]]
DAY = date(2024, 1, 1)
NUMBER = "600123456"

# At the limit: the call, the field of the form and what it holds.
ALLOWED: dict[str, tuple[Call, str, str]] = {
    "destination of 25": (
        lambda spikon: spikon.account.initiate_call("1", "1" * 25),
        "destination_number",
        "1" * 25,
    ),
    "book name of 25": (
        lambda spikon: spikon.phone_books.add("ż" * 25),
        "phone_book_name",
        "ż" * 25,
    ),
    "entry name of 120": (
        lambda spikon: spikon.phone_books.add_entry("0", "ż" * 120, "1"),
        "phone_book_element_name",
        "ż" * 120,
    ),
    "entry number of 25": (
        lambda spikon: spikon.phone_books.add_entry("0", "x", "1" * 25),
        "phone_book_element_number",
        "1" * 25,
    ),
    "order of 100 days": (
        lambda spikon: spikon.call_lists.order(DAY, DAY + timedelta(days=99)),
        "date_end",
        "2024-04-09",
    ),
    "order of one day": (
        lambda spikon: spikon.call_lists.order(DAY, DAY),
        "date_end",
        "2024-01-01",
    ),
    "order by times of day": (
        lambda spikon: spikon.call_lists.order(
            datetime(2024, 1, 1, 23, 59), datetime(2024, 1, 1, 0, 1)
        ),
        "date_start",
        "2024-01-01",
    ),
    "order for a number of 25": (
        lambda spikon: spikon.call_lists.order(DAY, DAY, number="1" * 25),
        "number",
        "1" * 25,
    ),
    "SMS of 918": (
        lambda spikon: spikon.sms.send(NUMBER, "ż" * 918, sender="SMS"),
        "message",
        "ż" * 918,
    ),
    "speech of 3000": (
        lambda spikon: spikon.tts.generate("ż" * 3000, voice="Ewa", name="x"),
        "text",
        "ż" * 3000,
    ),
    "price of 3000": (
        lambda spikon: spikon.tts.price("ż" * 3000, voice="Ewa"),
        "text",
        "ż" * 3000,
    ),
}

# Beyond it: the call, and the section of the document that the message names.
REFUSED: dict[str, tuple[Call, str]] = {
    "destination of 26": (lambda spikon: spikon.account.initiate_call("1", "1" * 26), "4.2.3"),
    "no destination": (lambda spikon: spikon.account.initiate_call("1", ""), "4.2.3"),
    "no phone account": (lambda spikon: spikon.account.initiate_call("", "1"), "4.2.3"),
    "no book to show": (lambda spikon: spikon.phone_books.show(""), "4.3.2"),
    "book name of 26": (lambda spikon: spikon.phone_books.add("x" * 26), "4.3.3"),
    "no book name": (lambda spikon: spikon.phone_books.add(""), "4.3.3"),
    "a blank book name": (lambda spikon: spikon.phone_books.add(" \t"), "4.3.3"),
    "no book to delete": (lambda spikon: spikon.phone_books.delete(""), "4.3.4"),
    "entry name of 121": (
        lambda spikon: spikon.phone_books.add_entry("0", "x" * 121, "1"),
        "4.3.5",
    ),
    "entry number of 26": (
        lambda spikon: spikon.phone_books.add_entry("0", "x", "1" * 26),
        "4.3.5",
    ),
    "no book to add to": (lambda spikon: spikon.phone_books.add_entry("", "x", "1"), "4.3.5"),
    "no entry name": (lambda spikon: spikon.phone_books.add_entry("0", "", "1"), "4.3.5"),
    "no entry number": (lambda spikon: spikon.phone_books.add_entry("0", "x", ""), "4.3.5"),
    "no entry to delete": (lambda spikon: spikon.phone_books.delete_entry(""), "4.3.6"),
    "order of 101 days": (
        lambda spikon: spikon.call_lists.order(DAY, DAY + timedelta(days=100)),
        "4.4.1",
    ),
    "order backwards": (
        lambda spikon: spikon.call_lists.order(DAY, DAY - timedelta(days=1)),
        "4.4.1",
    ),
    "fetch backwards": (
        lambda spikon: spikon.call_lists.fetch(DAY, DAY - timedelta(days=1)),
        "4.4.1",
    ),
    "range backwards": (
        lambda spikon: spikon.call_lists.order_range(DAY, DAY - timedelta(days=1)),
        "4.4.1",
    ),
    "stream backwards": (
        lambda spikon: anext(spikon.call_lists.stream(DAY, DAY - timedelta(days=1))),
        "4.4.1",
    ),
    "order for a number of 26": (
        lambda spikon: spikon.call_lists.order(DAY, DAY, number="1" * 26),
        "4.4.1",
    ),
    "fetch for a number of 26": (
        lambda spikon: spikon.call_lists.fetch(DAY, DAY, number="1" * 26),
        "4.4.1",
    ),
    "order for no number": (
        lambda spikon: spikon.call_lists.order(DAY, DAY, number=""),
        "4.4.1",
    ),
    "no such direction": (
        lambda spikon: spikon.call_lists.order(DAY, DAY, direction=cast("Direction", "3")),
        "4.4.1",
    ),
    "no report to wait for": (lambda spikon: spikon.call_lists.wait(""), "4.4.2"),
    "no report to show": (lambda spikon: spikon.call_lists.show(""), "4.4.3"),
    "no agent": (lambda spikon: spikon.call_center.add_to_incoming("", "1"), "4.5.3"),
    "no campaign": (lambda spikon: spikon.call_center.remove_from_outgoing("1", ""), "4.5.3"),
    "no default": (lambda spikon: spikon.call_center.set_default_outgoing("1", " "), "4.5.3"),
    "no campaign to watch": (lambda spikon: spikon.call_center.monitor(""), "4.5.8"),
    "SMS of 919": (
        lambda spikon: spikon.sms.send(NUMBER, "x" * 919, sender="SMS"),
        "4.6.1",
    ),
    "an empty SMS": (lambda spikon: spikon.sms.send(NUMBER, "", sender="SMS"), "4.6.1"),
    "no sender": (lambda spikon: spikon.sms.send(NUMBER, "x", sender=""), "4.6.1"),
    "8 digits": (lambda spikon: spikon.sms.send("60012345", "x", sender="SMS"), "4.6.1"),
    "10 digits": (lambda spikon: spikon.sms.send("6001234567", "x", sender="SMS"), "4.6.1"),
    "a country code": (
        lambda spikon: spikon.sms.send("+48600123456", "x", sender="SMS"),
        "4.6.1",
    ),
    "blanks in a number": (
        lambda spikon: spikon.sms.send("600 12 34", "x", sender="SMS"),
        "4.6.1",
    ),
    "digits of another script": (
        lambda spikon: spikon.sms.send("٦٠٠١٢٣٤٥٦", "x", sender="SMS"),
        "4.6.1",
    ),
    "8 digits to wait for": (
        lambda spikon: spikon.sms.send_and_wait("60012345", "x", sender="SMS"),
        "4.6.1",
    ),
    "no SMS to look at": (lambda spikon: spikon.sms.state(""), "4.6.2"),
    "no SMS to wait for": (lambda spikon: spikon.sms.wait_delivered(""), "4.6.2"),
    "no language": (lambda spikon: spikon.tts.voices(""), "4.7.2"),
    "speech of 3001": (
        lambda spikon: spikon.tts.generate("x" * 3001, voice="Ewa", name="x"),
        "4.7.3",
    ),
    "synthesis of 3001": (
        lambda spikon: spikon.tts.synthesize("x" * 3001, voice="Ewa", to="never"),
        "4.7.3",
    ),
    "a silent synthesis": (
        lambda spikon: spikon.tts.synthesize(" \n", voice="Ewa", to="never"),
        "4.7.3",
    ),
    "synthesis in another format": (
        lambda spikon: spikon.tts.synthesize(
            "x", voice="Ewa", to="never", audio_format=cast("AudioFormat", "ogg")
        ),
        "4.7.5",
    ),
    "no voice": (lambda spikon: spikon.tts.generate("x", voice="", name="x"), "4.7.3"),
    "no name": (lambda spikon: spikon.tts.generate("x", voice="Ewa", name=""), "4.7.3"),
    "no text": (lambda spikon: spikon.tts.generate("", voice="Ewa", name="x"), "4.7.3"),
    "nothing to download": (lambda spikon: spikon.tts.download("", "never"), "4.7.5"),
    "download in another format": (
        lambda spikon: spikon.tts.download("1", "never", audio_format=cast("AudioFormat", "2")),
        "4.7.5",
    ),
    "nothing to delete": (lambda spikon: spikon.tts.delete(""), "4.7.6"),
    "price of 3001": (lambda spikon: spikon.tts.price("x" * 3001, voice="Ewa"), "4.7.7"),
    "price of no voice": (lambda spikon: spikon.tts.price("x", voice=""), "4.7.7"),
    "no status": (lambda spikon: spikon.tts.status(""), "4.7.8"),
    "nothing to wait for": (lambda spikon: spikon.tts.wait(""), "4.7.8"),
    "nothing to collect": (lambda spikon: spikon.tts.collect("", to="never"), "4.7.8"),
    "an empty report to collect": (lambda spikon: spikon.call_lists.collect([""]), "4.4"),
}


@pytest.mark.parametrize("name", ALLOWED)
async def test_what_is_at_a_limit_goes_out_whole(name: str) -> None:
    call, field, value = ALLOWED[name]
    state = "initiated" if field == "destination_number" else "OK"
    everything = f'{{"x": {{"id": "1", "state": "{state}", "cost_net": "1", "cost_gross": "1"}}}}'
    with service() as router:
        route = router.route().mock(return_value=answer(everything))
        async with SpikonClient(KEY) as spikon:
            await call(spikon)
    assert route.call_count == 1
    assert form_of(route.calls.last.request)[field] == value


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_beyond_a_limit_is_not_sent(name: str) -> None:
    call, section = REFUSED[name]
    with service() as router:
        route = router.route().mock(return_value=answer("{}"))
        async with SpikonClient(KEY) as spikon:
            with pytest.raises(InvalidRequest) as caught:
                await call(spikon)
        assert route.call_count == 0
    assert isinstance(caught.value, ValueError)
    assert f"SPIKON {section}" in str(caught.value)


async def test_the_message_names_the_limit() -> None:
    async with SpikonClient(KEY) as spikon:
        with pytest.raises(InvalidRequest, match=r"message has 919 characters; at most 918"):
            await spikon.sms.send(NUMBER, "x" * 919, sender="SMS")
        with pytest.raises(InvalidRequest, match=r"101 days; a report has at most 100.*fetch"):
            await spikon.call_lists.order(DAY, DAY + timedelta(days=100))


NOT_TEXTS: dict[str, Call] = {
    "sms.state": lambda spikon: spikon.sms.state(cast("str", 12)),
    "sms.wait_delivered": lambda spikon: spikon.sms.wait_delivered(cast("str", 12)),
    "sms.send": lambda spikon: spikon.sms.send(cast("str", 600100200), "x", sender="SMS"),
    "tts.wait": lambda spikon: spikon.tts.wait(cast("str", 12)),
    "tts.collect": lambda spikon: spikon.tts.collect(cast("str", 12), to="never"),
    "call_lists.show": lambda spikon: spikon.call_lists.show(cast("str", 12)),
    "call_lists.collect": lambda spikon: spikon.call_lists.collect(cast("list[str]", [12])),
    "phone_books.delete": lambda spikon: spikon.phone_books.delete(cast("str", None)),
    "initiate_call": lambda spikon: spikon.account.initiate_call(cast("str", 1), "600123456"),
}


@pytest.mark.parametrize("name", NOT_TEXTS)
async def test_an_id_is_a_text(name: str) -> None:
    with service() as router:
        route = router.route().mock(return_value=answer("{}"))
        async with SpikonClient(KEY) as spikon:
            with pytest.raises(InvalidRequest, match=r"is of type \w+; it must be a text"):
                await NOT_TEXTS[name](spikon)
        assert route.call_count == 0


async def test_a_text_that_is_missing_is_called_so() -> None:
    async with SpikonClient(KEY) as spikon:
        for text in ("", "  \n"):
            with pytest.raises(InvalidRequest, match="text is empty"):
                await spikon.tts.synthesize(text, voice="Ewa", to="never")


async def test_half_a_character_is_refused_too() -> None:
    with service() as router:
        route = router.route().mock(return_value=answer("{}"))
        async with SpikonClient(KEY) as spikon:
            with pytest.raises(InvalidRequest):
                await spikon.sms.send(NUMBER, "\ud83d", sender="SMS")
            with pytest.raises(InvalidRequest):
                await spikon.tts.download("\ud83d", "never")
        assert route.call_count == 0


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan")])
async def test_a_call_must_end(timeout: float, tmp_path: Path) -> None:
    calls: list[Call] = [
        lambda spikon: spikon.account.balance(timeout=timeout),
        lambda spikon: spikon.sms.send(NUMBER, "x", sender="SMS", timeout=timeout),
        lambda spikon: spikon.tts.download("1", tmp_path / "a", timeout=timeout),
        lambda spikon: spikon.call_lists.download_recording(
            RecordingLink("/x"), tmp_path / "a", timeout=timeout
        ),
    ]
    with service() as router:
        route = router.route().mock(return_value=answer("{}"))
        async with SpikonClient(KEY) as spikon:
            for call in calls:
                with pytest.raises(InvalidRequest, match="timeout"):
                    await call(spikon)
        assert route.call_count == 0
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("concurrency", [0, -1])
async def test_recordings_are_downloaded_at_least_one_at_a_time(
    concurrency: int, tmp_path: Path
) -> None:
    none: tuple[CallRecord, ...] = ()
    async with SpikonClient(KEY) as spikon:
        with pytest.raises(InvalidRequest, match="concurrency"):
            await spikon.call_lists.download_recordings(
                none, tmp_path / "folder", concurrency=concurrency
            )
    assert names_in(tmp_path) == []


# The settings of a client.


@pytest.mark.parametrize("key", ["", " ", "a b", "key\n", "\nkey", "key\r\nX: y", "klucz-ż", "a\0"])
async def test_no_key_looks_like_this(key: str) -> None:
    with pytest.raises(InvalidRequest, match=r"SPIKON 3\.2") as caught:
        SpikonClient(key)
    assert str(caught.value).startswith("api_key is empty or holds characters that no key has.")


async def test_plain_http_goes_to_this_machine_and_to_whom_it_is_allowed() -> None:
    with pytest.raises(InvalidRequest, match=r'allow_http=\["panel\.spikon\.pl"\]'):
        SpikonClient(KEY, base_url="http://panel.spikon.pl")
    with pytest.raises(InvalidRequest, match="plain http"):
        SpikonClient(KEY, base_url="http://panel.spikon.pl", allow_http=["spikon.pl"])
    for host in ("127.0.0.1:8000", "localhost", "[::1]:99"):
        SpikonClient(KEY, base_url=f"http://{host}")
    with service() as router:
        route = router.post("http://pbx.example/api/balance/show").mock(
            return_value=answer('{"account": {"balance": "1,00"}}')
        )
        async with SpikonClient(
            KEY, base_url="http://pbx.example", allow_http=["pbx.example"]
        ) as spikon:
            assert await spikon.account.balance() == 1
        assert route.call_count == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "panel.spikon.pl",
        "ftp://panel.spikon.pl",
        "https://",
        "https://user:secret@panel.spikon.pl",
        "https://panel.spikon.pl?api_key=secret",
        "https://panel.spikon.pl#secret",
        "https://panel.spikon.pl:secret",
        "https://[secret",
    ],
)
async def test_an_address_is_an_address_and_no_more(url: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        SpikonClient(KEY, base_url=url)
    assert "secret" not in str(caught.value)


SETTINGS: dict[str, Callable[[float], SpikonClient]] = {
    "timeout": lambda value: SpikonClient(KEY, timeout=value),
    "connect_timeout": lambda value: SpikonClient(KEY, connect_timeout=value),
    "read_timeout": lambda value: SpikonClient(KEY, read_timeout=value),
    "max_connections": lambda value: SpikonClient(KEY, max_connections=cast("int", value)),
    "max_body": lambda value: SpikonClient(KEY, max_body=cast("int", value)),
}


@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan")])
@pytest.mark.parametrize("name", SETTINGS)
async def test_settings_are_finite(name: str, value: float) -> None:
    with pytest.raises(InvalidRequest, match=rf"{name} is .* must be finite and above 0"):
        SETTINGS[name](value)


async def test_the_wire_format_is_one_of_two() -> None:
    for wire_format in ("json", "xml", WireFormat.JSON, WireFormat.XML):
        SpikonClient(KEY, wire_format=wire_format)
    for wire_format in ("yaml", "JSON", ""):
        with pytest.raises(InvalidRequest, match="json, xml"):
            SpikonClient(KEY, wire_format=wire_format)


async def test_a_time_zone_can_be_named() -> None:
    body = """{"call-lists": {"call-list-1": {"date": "2024-01-01 12:00:00"}}}"""
    for timezone, hours in (("Europe/Warsaw", 1), ("UTC", 0), (ZoneInfo("Asia/Tokyo"), 9)):
        with service() as router:
            router.route().mock(return_value=answer(body))
            async with SpikonClient(KEY, timezone=timezone) as spikon:
                (call,) = await spikon.call_lists.show("1")
        assert call.started_at.utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize("timezone", ["", "Europe/Warszawa", "Europe", "../etc/passwd", "\0"])
async def test_a_time_zone_that_does_not_exist_is_told_at_once(timezone: str) -> None:
    with pytest.raises(InvalidRequest, match="no zone has that name"):
        SpikonClient(KEY, timezone=timezone)


async def test_from_the_environment_takes_the_settings_of_a_client() -> None:
    made = dict(inspect.signature(SpikonClient).parameters)
    found = dict(inspect.signature(SpikonClient.from_env).parameters)
    # The environment says these two.
    del made["api_key"], made["base_url"], found["environment"]
    assert found == made


async def test_settings_beside_the_environment_are_heeded() -> None:
    with service() as router:
        route = router.post("http://pbx.example/api/balance/show").mock(
            return_value=httpx.Response(503)
        )
        variables = {"SPIKON_API_KEY": KEY, "SPIKON_BASE_URL": "http://pbx.example"}
        with pytest.raises(InvalidRequest, match=r'allow_http=\["pbx\.example"\]'):
            SpikonClient.from_env(variables)
        told: list[str] = []
        spikon = SpikonClient.from_env(
            variables,
            wire_format="xml",
            retry=RetryPolicy(attempts=1),
            allow_http=["pbx.example"],
            hooks=Hooks(on_result=lambda event: told.append(event.error)),
        )
        async with spikon:
            with pytest.raises(ServerUnavailable):
                await spikon.account.balance()
    assert route.call_count == 1
    assert form_of(route.calls.last.request)["api_format"] == "1"
    assert told == ["ServerUnavailable"]


@pytest.mark.parametrize("name", ["timeout", "connect_timeout", "read_timeout", "max_body"])
async def test_settings_beside_the_environment_are_checked(name: str) -> None:
    settings: dict[str, Any] = {name: -1}
    with pytest.raises(InvalidRequest, match=f"{name} is -1"):
        SpikonClient.from_env({"SPIKON_API_KEY": KEY}, **settings)


async def test_the_environment_names_key_and_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPIKON_API_KEY", raising=False)
    monkeypatch.delenv("SPIKON_BASE_URL", raising=False)
    with pytest.raises(InvalidRequest, match="SPIKON_API_KEY"):
        SpikonClient.from_env()
    monkeypatch.setenv("SPIKON_API_KEY", KEY)
    assert repr(SpikonClient.from_env()) == f"SpikonClient(base_url='{BASE_URL}')"
    monkeypatch.setenv("SPIKON_BASE_URL", "http://127.0.0.1:8000")
    with service() as router:
        route = router.post("http://127.0.0.1:8000/api/balance/show").mock(
            return_value=answer('{"account": {"balance": "1,00"}}')
        )
        async with SpikonClient.from_env() as spikon:
            await spikon.account.balance()
    assert form_of(route.calls.last.request)["api_key"] == KEY


async def test_a_client_shows_no_key() -> None:
    spikon = SpikonClient(KEY)
    assert KEY not in repr(spikon)
    assert KEY not in repr(vars(spikon))
    assert issubclass(InvalidRequest, TelephonyError)
