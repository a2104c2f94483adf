"""How a request is judged: its address, its token, its parameters, and what is logged of it."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx
import pytest
from starlette.types import Message, Scope

from daktela_async.sandbox import RequestLog, RequestRecord, Sandbox, faults
from daktela_async.sandbox.php import flatten, parse
from daktela_async.sandbox.render import to_json, to_xml
from daktela_async.sandbox.settings import ErrorShape
from tests.daktela.sandbox_api import Api, monday_sandbox

pytestmark = pytest.mark.anyio

TOKEN = "very secret+token/of ours"
PATH = "/api/4.1/GetPauses/json"


# The token


async def test_the_token_is_the_sha1_of_login_and_password() -> None:
    sandbox = Sandbox(login="jan", password="heslo1")
    assert sandbox.access_token == hashlib.sha1(b"janheslo1").hexdigest()  # noqa: S324
    assert sandbox.access_token not in repr(sandbox)


@pytest.mark.parametrize("place", ["query", "cookie"])
async def test_it_is_taken_from_the_query_and_from_a_cookie(place: str) -> None:
    sandbox = Sandbox(access_token=TOKEN, extra_access_tokens=["other"])
    async with sandbox.http_client() as client:
        for token in (TOKEN, "other"):
            if place == "query":
                response = await client.get(PATH, params={"access_token": token})
            else:
                cookie = str(httpx.QueryParams({"access_token": token}))
                response = await client.get(PATH, headers={"Cookie": f"a=b; {cookie}"})
            assert response.json()["status"] == 1
    assert {record.token_in for record in sandbox.log} == {place}


async def test_a_wrong_token_and_none_are_refused() -> None:
    sandbox = Sandbox()
    async with sandbox.http_client() as client:
        for params in ({}, {"access_token": "x"}, {"access_token[]": sandbox.access_token}):
            response = await client.get(PATH, params=params)
            assert response.status_code == 200
            assert response.json() == {"error": "Chybný access token", "status": 0}
        response = await client.get("/api/4.0/GetUser/json")
        assert response.json()["error"] == "Uživatel neexistuje"


async def test_a_users_own_token_is_good_too_and_tells_the_user() -> None:
    sandbox = Sandbox()
    token = hashlib.sha1(b"novakheslo").hexdigest()  # noqa: S324
    async with sandbox.http_client() as client:
        response = await client.get("/api/4.0/GetUser/json", params={"access_token": token})
    assert response.json()["result"]["name"] == "novak"
    assert token not in repr(sandbox.log[0])


# The address


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/api/3.2/GetPause/json", "Neznámá akce GetPause"),
        ("/api/3.3/Login/json?user=novak", "Akce Login není ve verzi 3.3 k dispozici"),
        ("/api/4.2/Login/json?user=novak", "Neznámá verze 4.2"),
        ("/api/4.1/Login/yaml?user=novak", "Neznámý formát, možnosti jsou json a xml"),
        ("/api/4.1/Login", "Neznámý formát, možnosti jsou json a xml"),
        ("/", "Neznámý formát, možnosti jsou json a xml"),
        ("/api/3.8/GetAttempts/json", "Akce GetAttempts není ve verzi 3.8 k dispozici"),
        ("/api/3.0/CreateCall/json?user=novak", "Akce CreateCall není ve verzi 3.0 k dispozici"),
        ("/api/4.1/CreateCall/json", "Chybí povinný parametr user"),
        ("/api/4.1/Login/json", "Chybí povinný parametr user"),
        ("/api/4.1/Login/json?user=", "Chybí povinný parametr user"),
        ("/api/4.1/Login/7/json?user=novak", "Neznámý parametr id"),
        ("/api/4.1/Login/json?user=novak&usr=x", "Neznámý parametr usr"),
        ("/api/4.1/Login/json?user=nobody", "Uživatel neexistuje"),
        ("/api/4.1/Login/json?user[]=a&user[]=b", "Chybná hodnota parametru user: má být text"),
        ("/api/4.1/Hangup/json", "Chybí povinný parametr user nebo extension nebo call"),
        ("/api/4.1/GetQueues/99/json", "Fronta neexistuje"),
        ("/api/4.1/GetQueues/abc/json", "Fronta neexistuje"),
        ("/api/4.1/GetUsers/99/json", "Uživatel neexistuje"),
        ("/api/3.2/GetPauses/99/json", "Tato pauza nebyla nalezena"),
    ],
)
async def test_what_is_wrong_with_a_request_is_said(path: str, error: str) -> None:
    sandbox = Sandbox()
    async with sandbox.http_client() as client:
        client.cookies.set("access_token", sandbox.access_token)
        response = await client.get(path)
    assert response.status_code == 200
    assert response.json() == {"error": error, "status": 0}
    assert sandbox.log.acted() == 0


async def test_only_get_is_answered() -> None:
    sandbox = Sandbox()
    async with sandbox.http_client() as client:
        client.cookies.set("access_token", sandbox.access_token)
        assert (await client.post(PATH)).json()["error"] == "Metoda POST není podporována"
        assert (await client.head(PATH)).status_code == 200


@pytest.mark.parametrize("shape", ["text", "list", "map"])
async def test_an_error_can_have_three_shapes(shape: ErrorShape) -> None:
    api = Api(Sandbox(error_shape=shape))
    shapes: dict[str, object] = {
        "text": "Chybí povinný parametr user",
        "list": ["Chybí povinný parametr user"],
        "map": {"user": "Chybí povinný parametr user"},
    }
    assert await api.error("4.1/Login") == shapes[shape]
    assert (await api.get("4.1/Login/xml"))[1].text.count("povinný parametr user") == 1


async def test_a_shape_that_is_none_is_refused() -> None:
    shape: Any = "tuple"
    with pytest.raises(ValueError, match="error_shape"):
        Sandbox(error_shape=shape)


async def test_the_variants_of_an_action_differ_by_version_or_parameter() -> None:
    api = Api(Sandbox())
    assert "pcode" in (await api.ok("3.2/GetPauses"))["3"]
    assert "name" in (await api.ok("3.3/GetPauses"))["3"]
    assert isinstance(await api.ok("3.9/GetStatuses"), dict)
    assert isinstance(await api.ok("4.0/GetStatuses"), list)
    monitoring = {"listener": "200", "mode": "spy"}
    assert "Na lince" in await api.error("4.1/Monitoring", exten="100", **monitoring)
    assert "Na lince" in await api.error("4.1/Monitoring", user="novak", **monitoring)


async def test_parameters_come_in_cookies_too_and_the_query_wins() -> None:
    sandbox = Sandbox()
    async with sandbox.http_client() as client:
        cookies = f"access_token={sandbox.access_token}; user=novak; session=abc; extension=7%2B7"
        await client.get("/api/4.1/Login/json", headers={"Cookie": cookies})
        assert sandbox.agents["novak"].extension == "7+7"
        response = await client.get("/api/4.1/Login/json?user=hajek", headers={"Cookie": cookies})
        assert "Na lince 7+7" in response.json()["error"]
    assert sandbox.log[0].params == {"user": "novak", "session": "abc", "extension": "7+7"}


async def test_the_id_stands_in_the_path_or_in_the_query() -> None:
    api = Api(Sandbox())
    assert await api.ok("4.1/GetQueues/3") == await api.ok("4.1/GetQueues", id=3)


# PHP's parameters


@pytest.mark.parametrize(
    ("pairs", "parsed"),
    [
        ([("a", "1"), ("a", "2")], {"a": "2"}),
        ([("a[]", "1"), ("a[]", "2")], {"a": {"0": "1", "1": "2"}}),
        ([("a[3]", "x"), ("a[]", "y")], {"a": {"3": "x", "4": "y"}}),
        ([("a[-5]", "x"), ("a[]", "y")], {"a": {"-5": "x", "0": "y"}}),
        ([("a[b][c]", "x"), ("a[b][d]", "y")], {"a": {"b": {"c": "x", "d": "y"}}}),
        ([("a[][b]", "x"), ("a[][b]", "y")], {"a": {"0": {"b": "x"}, "1": {"b": "y"}}}),
        ([("a[]", "1"), ("a", "2")], {"a": "2"}),
        ([("a", "2"), ("a[]", "1")], {"a": {"0": "1"}}),
        ([(" a.b c", "1")], {"a_b_c": "1"}),
        ([("a[b", "1")], {"a_b": "1"}),
        ([("a[b]c", "1")], {"a": {"b": "1"}}),
        ([("", "1"), ("[x]", "2")], {}),
        ([("a" + "[b]" * 64, "1")], {}),
    ],
)
async def test_php_reads_names(pairs: list[tuple[str, str]], parsed: object) -> None:
    assert parse(pairs) == parsed


async def test_names_are_written_in_full_again() -> None:
    query = parse([("a[b][]", "1"), ("a[b][]", "2"), ("c", "3")])
    assert list(flatten(query)) == [("a[b][0]", "1"), ("a[b][1]", "2"), ("c", "3")]


@pytest.mark.parametrize(
    ("action", "query", "error"),
    [
        ("4.1/StatsCalls", "datetime_to=x&datetime_from=2016-09-01", "datetime_from: má být"),
        ("4.1/StatsCalls", "datetime_to=x&datetime_from=2016-02-30 00:00:00", "má být YYYY"),
        ("4.1/StatsCalls", "datetime_from=2016-02-03 00:00:00&datetime_to=", "datetime_to"),
        (
            "4.1/StatsCalls",
            "datetime_from=2016-02-03 00:00:00&datetime_to=2016-02-02 00:00:00",
            "datetime_to: je před datetime_from",
        ),
        ("4.1/RTStatsSessions", "users[]=a", "users: má být pole ID"),
        ("4.1/RTStatsSessions", "users[][]=1", "users: má být pole textů"),
        ("4.1/GetRecords", "take=-1", "take: má být číslo"),
        ("4.1/GetRecords", "take=x", "take: má být číslo"),
        ("4.1/GetRecords", "filter=x", "filter: má být pole"),
        ("4.1/StatusGroupSMS", "waiting=maybe", "waiting: má být yes nebo no"),
        ("4.1/LoginQueue", "user=novak&queue=2000&priority=3", "priority: má být číslo od 0 do 2"),
    ],
)
async def test_a_wrong_value_is_named(action: str, query: str, error: str) -> None:
    assert error in await Api(monday_sandbox()).error(action, query)


async def test_an_empty_array_parameter_is_none() -> None:
    api = Api(monday_sandbox())
    assert len((await api.ok("4.1/GetRecords", "filter="))["data"]) == 5
    assert await api.ok("4.1/RTStatsSessions", "users=") == []


# What an answer looks like


async def test_json_is_written_as_php_does() -> None:
    assert to_json({"a": {}, "b": [{}], "č/": 1.5}) == '{"a":[],"b":[[]],"\\u010d\\/":1.5}'


async def test_xml_is_written_as_described() -> None:
    tree = {"a": None, "b": [1, True], "3": {"x": "<&\r\0>"}, "c": [], "d": {"e f": "", 'g"': "h"}}
    assert to_xml(tree).partition("\n")[2] == (
        "<response><a/><b><item>1</item><item>1</item></b>"
        '<item key="3"><x>&lt;&amp;&#13;\ufffd&gt;</x></item><c/>'
        '<d><item key="e f"/><item key=\'g"\'>h</item></d></response>'
    )


# The log


async def test_a_record_tells_all_about_a_request() -> None:
    sandbox = Sandbox()
    api = Api(sandbox)
    await api.ok("3.1/SendSMS", "number=123456789&message=Za%C5%BE%C3%A1ba")
    (record,) = sandbox.log
    assert isinstance(sandbox.log, RequestLog)
    assert isinstance(record, RequestRecord)
    assert (record.number, record.method, record.path) == (1, "GET", "SendSMS")
    assert record.params == {"number": "123456789", "message": "Zažába"}
    assert record.url.endswith("/api/3.1/SendSMS/json?number=123456789&message=Za%C5%BE%C3%A1ba")
    assert (record.acted, record.status, record.fault) == (True, 200, None)
    assert sandbox.log.of("/api/4.1/SendSMS/json") == sandbox.log.of("SendSMS") == (record,)


async def test_no_secret_is_in_a_record_wherever_it_was_sent() -> None:
    sandbox = Sandbox(access_token=TOKEN)
    wrong = "0123456789abcdef"
    async with sandbox.http_client() as client:
        await client.get(PATH, params={"access_token": TOKEN})
        await client.get(PATH, headers={"Cookie": "access_token=very+secret%2Btoken%2Fof+ours"})
        await client.get(PATH, headers={"Authorization": TOKEN, "X-Wrong": TOKEN})
        await client.get(f"/api/4.1/{TOKEN}/json", params={TOKEN: "x", "b": TOKEN})
        await client.get("/elsewhere", params={"access_token": TOKEN})
        await client.get(f"/api/4.1/{wrong}/json?access%5Ftoken={wrong}&c={wrong}&flag")
        await client.get(
            "/api/4.1/CreateUser/json", params={"access_token": TOKEN, "password": "tajné heslo"}
        )
    for record in sandbox.log:
        for written in (TOKEN, "very+secret", "very%20secret", wrong, "tajn", "heslo"):
            assert written not in repr(record)
    assert [record.token_in for record in sandbox.log] == [
        "query", "cookie", None, None, "query", "query", "query",
    ]  # fmt: skip
    assert sandbox.log[0].url.endswith("/json?access_token=***")
    assert sandbox.log[3].params == {"***": "x", "b": "***"}
    assert sandbox.log[5].url.endswith("access%5Ftoken=***&c=***&flag")
    assert sandbox.log[6].params == {"password": "***"}


# Faults


async def test_what_arrived_and_what_was_carried_out_are_two_counts() -> None:
    async with Sandbox.serve() as sandbox:
        sandbox.faults.add("SendSMS", faults.LostReply(after_acting=True))
        sandbox.faults.add("/api/3.1/SendSMS/json", faults.LostReply(after_acting=False))
        sandbox.faults.add("SendSMS", faults.Status(503))
        sandbox.faults.add("SendSMS", faults.ApiError("Interní chyba"))
        sandbox.faults.add("SendSMS", faults.Malformed())
        params = {"number": "123456789", "message": "x", "access_token": sandbox.access_token}
        url = f"{sandbox.url}/api/3.1/SendSMS/json"
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(2):
                with pytest.raises(httpx.ReadError):
                    await client.get(url, params=params)
            assert (await client.get(url, params=params)).status_code == 503
            failed = (await client.get(url, params=params)).json()
            assert failed == {"error": "Interní chyba", "status": 0}
            await client.get(url, params=params)
            assert (await client.get(url, params=params)).json()["status"] == 1
        assert (sandbox.log.count("SendSMS"), sandbox.log.acted("SendSMS")) == (6, 3)
        assert len(sandbox.sent_sms) == 3
        assert [record.fault for record in sandbox.log] == [
            "LostReply", "LostReply", "Status", "ApiError", "Malformed", None,
        ]  # fmt: skip


async def test_a_fault_for_no_action_is_refused() -> None:
    with pytest.raises(ValueError, match="no method 'SendSms'"):
        Sandbox().faults.add("SendSms", faults.Status(503))


async def test_the_application_speaks_http_only() -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    sandbox = Sandbox()
    with pytest.raises(RuntimeError, match="HTTP only, not lifespan"):
        await sandbox.app({"type": "lifespan"}, receive, send)
    # A caller that hangs up while sending is no request.
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "headers": [],
        "path": "/",
        "query_string": b"",
    }
    await sandbox.app(scope, receive, send)
    assert len(sandbox.log) == 0
