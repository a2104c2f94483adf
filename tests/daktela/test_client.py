"""The client: its settings, its token, and where secrets are not to be seen."""

from __future__ import annotations

import hashlib
import inspect
import logging
import pickle
import traceback
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from _telephony_core.exchange import Request
from _telephony_core.hooks import Hooks
from _telephony_core.retries import RetryPolicy
from daktela_async.client import DaktelaClient, access_token
from daktela_async.errors import (
    Acted,
    AgentNotInQueue,
    CallInProgress,
    ClientClosed,
    DaktelaApiError,
    InvalidRequest,
    NotAnEmailQueue,
    NotFound,
    OutcomeUnknown,
    PauseNotFound,
    ProtocolError,
    ServerUnavailable,
    StatusError,
    StatusNotFound,
    UserNotFound,
    error_for,
)
from daktela_async.session import LONGEST_URL, TokenPlace
from tests.daktela.helpers import (
    BASE_URL,
    SERVER,
    TOKEN,
    answer,
    cookies_of,
    query_of,
    requests_of,
    sent,
    service,
    told,
)
from tests.intercepted import intercepted

PASSWORD = "taj;né heslo+1"

in_both_places = pytest.mark.parametrize("token_in", ["cookie", "query"])


def clear_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SERVER", "ACCESS_TOKEN", "LOGIN", "PASSWORD"):
        monkeypatch.delenv(f"DAKTELA_{name}", raising=False)


async def token_sent(daktela: DaktelaClient) -> str:
    with intercepted() as router:
        route = router.route().mock(return_value=answer('{"status":1,"result":null}'))
        async with daktela:
            await daktela.queues.list()
    return cookies_of(route.calls.last.request)["access_token"]


def streamed(body: str, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    """Return an answer that is still to be read; respx makes such ones by itself."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body.encode()))


# The token and the settings.


def test_the_token_is_the_digest_of_login_and_password() -> None:
    assert access_token("pepa", "žluť") == hashlib.sha1("pepažluť".encode()).hexdigest()  # noqa: S324


@pytest.mark.asyncio
async def test_a_client_made_of_login_and_password() -> None:
    daktela = DaktelaClient(SERVER, login="pepa", password="heslo")
    assert await token_sent(daktela) == access_token("pepa", "heslo")


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"login": "a"},
        {"password": "b"},
        {"access_token": TOKEN, "login": "a", "password": "b"},
        {"access_token": TOKEN, "password": "b"},
        {"access_token": "dva tokeny"},
        {"access_token": "ž"},
        {"access_token": "a\nb"},
        {"access_token": TOKEN, "token_in": "header"},
        {"access_token": TOKEN, "wire_format": "csv"},
        {"access_token": TOKEN, "timeout": 0},
    ],
)
def test_settings_that_make_no_sense(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        DaktelaClient(SERVER, **arguments)


@pytest.mark.parametrize(
    "server", ["", "http://myvu.daktela.com", "https://u:p@myvu.daktela.com", "ftp://x"]
)
def test_servers_that_are_refused(server: str) -> None:
    with pytest.raises(InvalidRequest):
        DaktelaClient(server, access_token=TOKEN)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("server", "address"),
    [
        ("myvu.daktela.com", "https://myvu.daktela.com/api/3.0/GetQueues/json"),
        ("https://myvu.daktela.com/", "https://myvu.daktela.com/api/3.0/GetQueues/json"),
        ("https://x.cz:8443/vu", "https://x.cz:8443/vu/api/3.0/GetQueues/json"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/api/3.0/GetQueues/json"),
    ],
)
async def test_the_server_is_a_name_or_an_address(server: str, address: str) -> None:
    with intercepted() as router:
        router.get(address).mock(return_value=answer('{"status":1,"result":[]}'))
        async with DaktelaClient(server, access_token=TOKEN) as daktela:
            assert await daktela.queues.list() == ()
        with pytest.raises(ClientClosed):
            await daktela.queues.list()


@pytest.mark.asyncio
async def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    clear_environment(monkeypatch)
    with pytest.raises(InvalidRequest, match="DAKTELA_SERVER"):
        DaktelaClient.from_env()
    monkeypatch.setenv("DAKTELA_SERVER", SERVER)
    with pytest.raises(InvalidRequest, match="DAKTELA_ACCESS_TOKEN"):
        DaktelaClient.from_env()
    monkeypatch.setenv("DAKTELA_LOGIN", "pepa")
    with pytest.raises(InvalidRequest, match="DAKTELA_PASSWORD"):
        DaktelaClient.from_env()
    monkeypatch.setenv("DAKTELA_PASSWORD", "heslo")
    assert await token_sent(DaktelaClient.from_env()) == access_token("pepa", "heslo")
    monkeypatch.setenv("DAKTELA_ACCESS_TOKEN", TOKEN)
    assert await token_sent(DaktelaClient.from_env()) == TOKEN


CREDENTIALS = (
    {"DAKTELA_ACCESS_TOKEN": TOKEN},
    {"DAKTELA_LOGIN": "pepa", "DAKTELA_PASSWORD": PASSWORD},
)


def test_from_the_environment_takes_the_settings_of_a_client() -> None:
    made = dict(inspect.signature(DaktelaClient).parameters)
    found = dict(inspect.signature(DaktelaClient.from_env).parameters)
    # The environment says these.
    del made["server"], made["access_token"], made["login"], made["password"]
    del found["environment"]
    assert found == made


@pytest.mark.asyncio
@pytest.mark.parametrize("credentials", CREDENTIALS)
async def test_settings_beside_the_environment_are_heeded(credentials: dict[str, str]) -> None:
    variables = {"DAKTELA_SERVER": "http://pbx.example", **credentials}
    with pytest.raises(InvalidRequest, match=r'allow_http=\["pbx\.example"\]'):
        DaktelaClient.from_env(variables)
    told: list[str] = []
    with intercepted() as router:
        route = router.get("http://pbx.example/api/3.0/GetQueues/xml").mock(
            return_value=httpx.Response(503, text=f"heslo {PASSWORD}")
        )
        daktela = DaktelaClient.from_env(
            variables,
            token_in="query",
            wire_format="xml",
            retry=RetryPolicy(attempts=1),
            allow_http=["pbx.example"],
            hooks=Hooks(on_result=lambda event: told.append(event.error)),
        )
        async with daktela:
            with pytest.raises(ServerUnavailable) as caught:
                await daktela.queues.list()
    assert route.call_count == 1
    (token,) = (value for name, value in query_of(requests_of(route)[0]) if name == "access_token")
    assert token in {TOKEN, access_token("pepa", PASSWORD)}
    assert told == ["ServerUnavailable"]
    assert (PASSWORD in caught.value.excerpt) is ("DAKTELA_PASSWORD" not in credentials)


@pytest.mark.parametrize("name", ["timeout", "connect_timeout", "read_timeout", "max_body"])
@pytest.mark.parametrize("credentials", CREDENTIALS)
def test_settings_beside_the_environment_are_checked(
    credentials: dict[str, str], name: str
) -> None:
    settings: dict[str, Any] = {name: -1}
    with pytest.raises(InvalidRequest, match=f"{name} is -1"):
        DaktelaClient.from_env({"DAKTELA_SERVER": SERVER, **credentials}, **settings)


@pytest.mark.asyncio
async def test_a_time_zone_has_a_name() -> None:
    body = '{"status":1,"result":[{"id":"1","datetime":"2024-01-01 12:00:00"}]}'
    for timezone, hours in (("Europe/Prague", 1), ("UTC", 0), (ZoneInfo("Asia/Tokyo"), 9)):
        with service() as router:
            router.route().mock(return_value=answer(body))
            async with DaktelaClient(SERVER, access_token=TOKEN, timezone=timezone) as daktela:
                (message,) = await daktela.sms.list()
        assert message.created_at is not None
        assert message.created_at.utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize("timezone", ["", "Europe/Praha", "Europe", "../etc/passwd", "\0"])
def test_a_time_zone_that_does_not_exist_is_told_at_once(timezone: str) -> None:
    with pytest.raises(InvalidRequest, match="no zone has that name"):
        DaktelaClient(SERVER, access_token=TOKEN, timezone=timezone)


# Secrets.


@pytest.mark.asyncio
@in_both_places
async def test_secrets_travel_where_they_were_told_to(token_in: TokenPlace) -> None:
    with service() as router:
        route = router.route().mock(return_value=answer('{"status":1,"result":{"user":"4"}}'))
        async with DaktelaClient(SERVER, access_token=TOKEN, token_in=token_in) as daktela:
            await daktela.users.update("o", password=PASSWORD)
    request = route.calls.last.request
    secrets = {"access_token": TOKEN, "password": PASSWORD}
    if token_in == "cookie":
        assert cookies_of(request) == secrets
        assert query_of(request) == (("name", "o"),)
    else:
        assert "cookie" not in request.headers
        assert dict(query_of(request)) == {**secrets, "name": "o"}
        assert query_of(request)[0] == ("access_token", TOKEN)


def spellings(secret: str) -> set[str]:
    return {
        secret,
        httpx.QueryParams({"": secret}).__str__()[1:],
        secret.replace(";", "%3B").replace(" ", "%20").replace("+", "%2B"),
        secret.encode("unicode_escape").decode(),
    }


@pytest.mark.asyncio
@in_both_places
@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, '{"status":0,"error":"token %(token)s, heslo %(password)s"}', DaktelaApiError),
        (200, '{"status":0,"error":{"password":"%(password)s"}}', DaktelaApiError),
        (200, '{"status":1,"result":{"user":{"password":"%(password)s"}}}', OutcomeUnknown),
        (200, '{"status":1,"result":[["password","%(password)s","%(token)s"]]}', OutcomeUnknown),
        (200, "%(token)s %(password)s", OutcomeUnknown),
        (200, "<html>%(token)s %(password)s", OutcomeUnknown),
        (302, "%(token)s %(password)s", OutcomeUnknown),
        (307, "%(token)s %(password)s", StatusError),
        (403, "%(token)s %(password)s", StatusError),
        (500, "%(token)s %(password)s", OutcomeUnknown),
    ],
)
async def test_secrets_show_in_no_error_and_no_log(
    token_in: TokenPlace,
    status: int,
    body: str,
    kind: type[Exception],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    content = body % {"token": TOKEN, "password": PASSWORD}
    headers = {"location": f"/login?access_token={TOKEN}"} if 300 <= status < 400 else {}

    def reply(_: httpx.Request) -> httpx.Response:
        return streamed(content, status, headers)

    http_client = httpx.AsyncClient(transport=httpx.MockTransport(reply))
    async with (
        http_client,
        DaktelaClient(
            SERVER, access_token=TOKEN, token_in=token_in, http_client=http_client
        ) as daktela,
    ):
        with pytest.raises(kind) as caught:
            await daktela.users.create("o", PASSWORD, full_name="p", role="r", profile="p")
    error = caught.value
    shown = "\n".join([told(error), *traceback.format_exception(error), caplog.text, repr(daktela)])
    assert "GET CreateUser" in shown
    assert "HTTP Request: GET https://mojevu.daktela.com/api/4.0/CreateUser/json " in caplog.text
    for secret in (TOKEN, PASSWORD):
        for spelling in spellings(secret):
            assert spelling not in shown


@pytest.mark.asyncio
@in_both_places
async def test_an_address_under_way_keeps_its_query_to_itself(token_in: TokenPlace) -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        address = "https://mojevu.daktela.com/api/3.4/Logout/json"
        assert str(request.url) == address
        assert repr(request.url) == f"URL({address!r})"
        assert repr(request) == f"<Request('GET', {address!r})>"
        assert request.url.raw_path.endswith(b"user=pepa")
        return streamed('{"status":1}')

    http_client = httpx.AsyncClient(transport=httpx.MockTransport(reply))
    daktela = DaktelaClient(SERVER, access_token=TOKEN, token_in=token_in, http_client=http_client)
    async with http_client, daktela:
        await daktela.users.logout("pepa")


def test_a_request_shows_no_query() -> None:
    request = Request("GET", f"{BASE_URL}/api?access_token={TOKEN}")
    assert repr(request) == f"Request(method='GET', url='{BASE_URL}/api', private=False)"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "body",
    [
        '{"status":1,"result":{"1":{"password":"jine\\"heslo","deleted":"perhaps"}}}',
        '{"status":1,"result":[[{"password":"jine\\"heslo"}]]}',
        '{"status":1,"result":{"1":{"password":"jine\\"heslo',
        "<r><status>1</status><result><item><password>jine&quot;heslo</password>"
        "<deleted>perhaps</deleted></item></result></r>",
        "<r><status>1</status><result><item><password a='b'>jine<![CDATA[<heslo]]>heslo</password>"
        "<deleted>perhaps</deleted></item></result></r>",
        "<r><status>1</status><result><password><![CDATA[heslo",
        '{"status":1,"result":"{\\"password\\":\\"jine\\\\\\"heslo\\",\\"name\\":\\"a\\"}"}',
        "<p>{&quot;user&quot;:{&quot;password&quot;:&quot;jine\\&quot;heslo&quot;}}</p>",
        '<user password="jine heslo" name="a"/>',
        "Array\n(\n    [user] => 1\n    [password] => jine heslo\n)",
        'array(1) {\n  ["password"]=>\n  string(10) "jine heslo"\n}',
        'object(User)#1 {\n  ["password":protected]=>\n  string(10) "jine heslo"\n}',
    ],
)
async def test_passwords_of_answers_show_in_no_error(body: str) -> None:
    with service() as router:
        router.route().mock(return_value=answer(body))
        async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
            with pytest.raises(ProtocolError) as caught:
                await daktela.users.list()
    assert "heslo" not in told(caught.value)
    assert "***" in caught.value.excerpt


@pytest.mark.asyncio
@pytest.mark.parametrize("password", ["83412977", "-83412977.5e7", "[83412977]", "true83412977"])
async def test_passwords_of_digits_show_in_no_error(password: str) -> None:
    body = f'{{"status":1,"result":{{"1":{{"password":{password},"deleted":"perhaps"}}}}}}'
    with service() as router:
        router.route().mock(return_value=answer(body))
        async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
            with pytest.raises(ProtocolError) as caught:
                await daktela.users.list()
    assert "83412977" not in told(caught.value)
    assert '"deleted":"perhaps"' in caught.value.excerpt


@pytest.mark.asyncio
@pytest.mark.parametrize("direction", ["incoming", "outgoing"])
async def test_addresses_of_callbacks_show_in_no_error(direction: str) -> None:
    url = r"http:\/\/login:heslo@pbx.in:8080\/path?key=heslo"
    other = "outgoing" if direction == "incoming" else "incoming"
    settings = f'"{direction}_callback":"{url}","{other}_callback":null,"sending_rate_limit":"many"'
    body = f'{{"status":1,"result":{{"settings":{{{settings}}},"sim":[]}}}}'
    with service() as router:
        router.route().mock(return_value=answer(body))
        async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
            with pytest.raises(ProtocolError, match="sending_rate_limit") as caught:
                await daktela.sms.settings()
    assert "heslo" not in told(caught.value)
    assert f'"{other}_callback":null' in caught.value.excerpt


@pytest.mark.asyncio
async def test_passwords_of_answers_show_in_no_repr() -> None:
    with service() as router:
        router.route().mock(
            return_value=answer('{"status":1,"result":{"1":{"user":"1","password":"heslo"}}}')
        )
        async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
            (user,) = await daktela.users.list()
    assert user.password == "heslo"
    assert "heslo" not in repr(user)


@pytest.mark.asyncio
async def test_the_password_of_one_call_is_no_secret_of_the_next() -> None:
    with service() as router:
        router.route().mock(return_value=answer('{"status":0,"error":"heslo"}'))
        async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
            with pytest.raises(DaktelaApiError) as caught:
                await daktela.users.update("o", password="heslo")
            assert caught.value.errors == ("***",)
            with pytest.raises(DaktelaApiError) as caught:
                await daktela.users.list()
            assert caught.value.errors == ("heslo",)


# What is refused before it is sent.


@pytest.mark.asyncio
async def test_an_address_that_is_too_long() -> None:
    async def save(daktela: DaktelaClient, length: int) -> object:
        return await daktela.queues.save("1", "x" * length, "in")

    request = await sent(lambda daktela: save(daktela, 1))
    room = LONGEST_URL - len(str(request.url)) + 1
    request = await sent(lambda daktela: save(daktela, room))
    assert len(str(request.url)) == LONGEST_URL
    with pytest.raises(InvalidRequest, match="8001 bytes") as caught:
        async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
            await save(daktela, room + 1)
    assert caught.value.call == "GET CreateQueue"


@pytest.mark.asyncio
@pytest.mark.parametrize("queue_id", ["", " ", ".", ".."])
async def test_ids_that_no_path_can_hold(queue_id: str) -> None:
    async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
        with pytest.raises(InvalidRequest, match="no path"):
            await daktela.queues.get(queue_id)


@pytest.mark.asyncio
async def test_an_id_stays_one_part_of_the_path() -> None:
    with service() as router:
        found = answer('{"status":1,"result":{"queue":"a/../b?ž"}}')
        route = router.route().mock(return_value=found)
        async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
            await daktela.queues.get("a/../b?ž")
    raw_path = route.calls.last.request.url.raw_path
    assert raw_path == b"/api/3.0/GetQueues/a%2F..%2Fb%3F%C5%BE/json"


@pytest.mark.asyncio
@pytest.mark.parametrize("version", ["", "3", "3.0/..", "v3.0"])
async def test_versions_that_are_none(version: str) -> None:
    async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
        with pytest.raises(InvalidRequest, match="version"):
            await daktela.queues.list(version=version)


# Errors.


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Uživatel neexistuje", UserNotFound),
        ("Tato pauza nebyla nalezena", PauseNotFound),
        ("Stav neexistuje", StatusNotFound),
        ("Agent není přihlášen do odchozí kampaně/fronty", AgentNotInQueue),
        (
            "Nelze se odhlasit z fronty/kampaně, ve které probíhá hovor s číslem 468008585",
            CallInProgress,
        ),
        ("Zadana fronta neni typu email", NotAnEmailQueue),
        ("Něco jiného", DaktelaApiError),
    ],
)
def test_the_texts_of_the_document(text: str, kind: type[DaktelaApiError]) -> None:
    error = error_for((text,))
    assert type(error) is kind
    assert error.errors == (text,)
    assert error.acted is Acted.NO
    assert str(error).startswith(f"{text}.")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(again), str(again), again.errors) == (kind, str(error), (text,))


def test_an_error_without_a_text() -> None:
    error = error_for(())
    assert type(error) is DaktelaApiError
    assert error.acted is Acted.MAYBE


def test_several_errors() -> None:
    error = error_for(("a", "b."))
    assert error.what == "a; b."


@pytest.mark.asyncio
async def test_an_error_of_the_api_names_its_call() -> None:
    with service() as router:
        router.get(f"{BASE_URL}/api/3.0/PauseOn/json").mock(
            return_value=answer('{"error":"Tato pauza nebyla nalezena","status":0}')
        )
        async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
            with pytest.raises(PauseNotFound) as caught:
                await daktela.pauses.on("100", user="michalhajek")
    assert caught.value.call == "GET PauseOn"
    assert isinstance(caught.value, NotFound)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"status":1,"result":' + '{"a":' * 100_000 + "1" + "}" * 100_001,
        "<a>" * 100_000 + "</a>" * 100_000,
        '{"message":"ahoj"}',
        '{"status":"perhaps"}',
    ],
)
async def test_answers_that_nobody_understands(body: str) -> None:
    with service() as router:
        router.route().mock(return_value=answer(body))
        async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
            with pytest.raises(ProtocolError):
                await daktela.queues.list()


@pytest.mark.asyncio
async def test_results_that_nobody_announced_are_kept() -> None:
    with service() as router:
        router.route().mock(
            side_effect=[
                answer('{"status":1,"result":{"note":"x"}}'),
                answer('{"status":1,"result":1}'),
            ]
        )
        async with DaktelaClient(SERVER, access_token=TOKEN) as daktela:
            first = await daktela.users.login("a")
            second = await daktela.users.login("a")
    assert (first.extra, second.extra) == ({"note": "x"}, {"result": 1})
