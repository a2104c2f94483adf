"""The web application over real HTTP: who may see it, who may order calls, and what hooks do."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import anyio
import httpx
import pytest

from daktela_async.webhooks import CallHook
from examples.wallboard.customers import CustomerFile, MadeUpCustomers
from examples.wallboard.hooks import CRM_WITHIN, dialplan
from examples.wallboard.hub import MOST_PAGES
from examples.wallboard.security import HEADERS
from examples.wallboard.settings import BadSettings, Settings
from examples.wallboard.shown import Patch
from tests.examples.wallboard.running import RunningBoard, eventually, running_board

SECRET = "secret0123456789"
TOKEN = "0123456789abcdef" * 2
STATIC = Path(__file__).parents[3] / "examples" / "wallboard" / "static"


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningBoard]:
    customers = tmp_path_factory.mktemp("crm") / "customers.csv"
    customers.write_text("number,name\n+420 602 123 456,Dana Pokorná\n777,\n", encoding="utf-8")
    with running_board(
        settings=Settings(webhook_secret=SECRET, hosts=("board.example.com",)),
        customers=CustomerFile(customers),
    ) as running:
        yield running


def snapshot(board: RunningBoard) -> Patch:
    """Return what a page is told first."""
    with httpx.stream("GET", f"{board.url}/events") as stream:
        for line in stream.iter_lines():
            patch: Patch = json.loads(line.removeprefix("data: "))
            return patch
    raise AssertionError


def order(board: RunningBoard, **change: str) -> httpx.Response:
    headers = {"origin": board.url, "sec-fetch-site": "same-origin"}
    given = {"token": TOKEN, "number": "602123456", "by": "queue", "target": "2006"} | change
    return httpx.post(f"{board.url}/calls", json=given, headers=headers)


def test_the_page_and_its_files_are_our_own(board: RunningBoard) -> None:
    page = httpx.get(board.url)
    assert page.status_code == 200
    for file in STATIC.iterdir():
        answer = httpx.get(f"{board.url}/static/{file.name}")
        assert answer.status_code == 200
        # Neither a font nor a script nor anything else from elsewhere.
        assert "//" not in answer.text.replace("http://www.w3.org/2000/svg", "").replace("// ", "")
        assert answer.headers["content-security-policy"] == HEADERS["content-security-policy"]
    for word in ("<style", "style=", "onclick", "javascript:"):
        assert word not in page.text
    for script in page.text.split("<script")[1:]:
        assert script.partition("</script>")[0].endswith('.js">')


def test_every_answer_has_the_security_headers(board: RunningBoard) -> None:
    for path in ("/", "/nowhere", "/static/board.js", "/webhooks/daktela/wrong"):
        headers = httpx.get(f"{board.url}{path}").headers
        assert all(headers[name] == value for name, value in HEADERS.items()), path
        assert "no-" in headers["cache-control"]


def test_only_its_own_names_are_answered(board: RunningBoard) -> None:
    def status(host: str) -> int:
        return httpx.get(board.url, headers={"host": host}).status_code

    assert status("board.example.com") == status(f"localhost:{board.port}") == 200
    assert status("evil.example.com") == 400


def test_the_first_event_is_the_whole_board(board: RunningBoard) -> None:
    eventually(lambda: snapshot(board).get("link", {}).get("up", False))
    board.exchange.sandbox.agents["hajek"].log_in("2000")
    eventually(lambda: "hajek" in snapshot(board).get("agents", {}))
    assert snapshot(board).get("full")


def test_many_pages_cost_one_set_of_watches(board: RunningBoard) -> None:
    sandbox = board.exchange.sandbox
    for login in ("novak", "svoboda"):
        sandbox.agents[login].log_in("2000")
    agents = sum(agent.state is not None for agent in sandbox.agents.values())
    eventually(lambda: sandbox.held_requests == agents)
    with httpx.Client(limits=httpx.Limits(max_connections=None)) as client:
        streams = [
            client.send(client.build_request("GET", f"{board.url}/events"), stream=True)
            for _ in range(MOST_PAGES)
        ]
        eventually(lambda: board.pages == MOST_PAGES)
        assert httpx.get(f"{board.url}/events").status_code == 503
        sandbox.log.clear()
        for stream in streams:
            assert next(stream.iter_raw()).startswith(b"data: ")
            stream.close()
        assert sandbox.held_requests == agents
        assert sandbox.log.count("RTUserState") <= agents
    eventually(lambda: board.pages == 0)


def test_a_call_is_ordered_from_the_page(board: RunningBoard) -> None:
    eventually(lambda: bool(snapshot(board).get("lines")))
    for _ in range(2):
        assert order(board).json()["result"] == "dialling"
    assert board.exchange.sandbox.log.acted("ClickToCall") == 1
    again = order(board, number="602123457")
    assert (again.status_code, "another one" in again.json()["message"]) == (400, True)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example.com"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example.com"},
    ],
    ids=repr,
)
def test_a_foreign_page_orders_nothing(board: RunningBoard, headers: dict[str, str]) -> None:
    before = board.exchange.sandbox.log.count("ClickToCall")
    given = {"token": TOKEN[::-1], "number": "602123456", "by": "queue", "target": "2006"}
    assert httpx.post(f"{board.url}/calls", json=given, headers=headers).status_code == 403
    assert httpx.get(f"{board.url}/calls", headers=headers).status_code == 405
    assert board.exchange.sandbox.log.count("ClickToCall") == before


def test_an_origin_alone_is_enough(board: RunningBoard) -> None:
    # Browsers send no Sec-Fetch-Site to a plain http:// address in the house.
    answer = httpx.post(
        "http://127.0.0.1/calls".replace("127.0.0.1", f"127.0.0.1:{board.port}"),
        json={},
        headers={"origin": "http://board.example.com", "host": "board.example.com"},
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 1999, b" " * 5000, b'"text"', b"\xff"], ids=len)
def test_what_is_no_order_is_refused(board: RunningBoard, body: bytes) -> None:
    answer = httpx.post(f"{board.url}/calls", content=body, headers={"origin": board.url})
    assert (answer.status_code, answer.json()) == (400, {"message": "This is no order."})


# Hooks.


def hook(board: RunningBoard, query: str, secret: str = SECRET) -> httpx.Response:
    return httpx.get(f"{board.url}/webhooks/daktela/{secret}?{query}")


def test_a_hook_is_answered_with_the_customers_name(board: RunningBoard) -> None:
    # A dialplan writes the + of a number as it is.
    answer = hook(board, "callid=+420602123456&dnd=226211200")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"NAME": "Dana Pokorná"}
    assert hook(board, "callid=777&dnd=1").json() == {"NAME": ""}
    assert hook(board, "callid=&dnd=1").json() == {"NAME": ""}
    board.exchange.sandbox.agents["prochazkova"].log_in("2000", extension="108")
    eventually(lambda: "prochazkova" in snapshot(board).get("agents", {}))
    later = "callerId=+420602123456&calleeId=226211200&line=108&idcall=1.2&action="
    assert hook(board, later + "ringing").json() == {"NAME": ""}
    call = snapshot(board).get("incoming", [])[-1]
    assert (call["name"], call["number"]) == ("Dana Pokorná", "+420602123456")
    assert (call["state"], call["agent"]) == ("ringing", "Lucie Procházková")
    for action in ("answer", "hangup"):
        hook(board, later + action)
    assert snapshot(board).get("incoming", [])[-1]["state"] == "ended"


def test_a_hook_needs_the_secret_and_sense(board: RunningBoard) -> None:
    before = snapshot(board).get("incoming")
    for secret in ("wrong", SECRET[:-1], SECRET + "0", "%C5%99", "%00"):
        assert hook(board, "callid=1&dnd=2", secret).status_code == 404
    assert hook(board, "").status_code == 400
    assert hook(board, "callid=1&direction=in&number=2&message=x").status_code == 400
    assert hook(board, "direction=in&number=602123456&message=Ahoj&id=1").status_code == 200
    assert snapshot(board).get("incoming") == before


class DeafCustomers:
    async def name_of(self, number: str) -> str | None:
        if number == "1":
            raise RuntimeError("the CRM is broken")
        await anyio.sleep(60)
        return None


def test_a_broken_crm_does_not_hold_up_a_call() -> None:
    settings = Settings(webhook_secret=SECRET)
    with running_board(settings=settings, customers=DeafCustomers()) as board:
        assert hook(board, "callid=1&dnd=2").json() == {"NAME": ""}
        answer = hook(board, "callid=2&dnd=2")
        assert answer.json() == {"NAME": ""}
        assert answer.elapsed.total_seconds() == pytest.approx(CRM_WITHIN, abs=0.5)


def test_the_lines_for_the_dialplan_lead_here(board: RunningBoard) -> None:
    lines = dialplan("https://board.example.com/", SECRET)
    assert lines.count(
        f'AGI(notify_crm_api.agi,"https://board.example.com/webhooks/daktela/{SECRET}?'
    ) == len(CallHook)


# Settings.


def test_a_password_is_asked_for_everywhere_but_at_the_hook() -> None:
    settings = Settings(password="prahořád 1:2", webhook_secret=SECRET)
    with running_board(settings=settings) as board:
        for path in ("/", "/events", "/static/board.js", "/nowhere", "/webhooks/daktela"):
            answer = httpx.get(f"{board.url}{path}")
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Basic ")
        assert (
            httpx.post(f"{board.url}/calls", json={}, headers={"origin": board.url}).status_code
            == 401
        )
        for wrong in ("Basic", "Basic %%%", "Basic cHJhaG8=", "Bearer x", "Basic OnByYWhv"):
            assert httpx.get(board.url, headers={"authorization": wrong}).status_code == 401
        assert httpx.get(board.url, auth=("", "wrong")).status_code == 401
        assert httpx.get(board.url, auth=("anybody", "prahořád 1:2")).status_code == 200
        assert hook(board, "callid=1&dnd=2").status_code == 200


def test_without_a_secret_there_is_no_hook() -> None:
    with running_board() as board:
        assert hook(board, "callid=1&dnd=2").status_code == 404
        assert httpx.get(f"{board.url}/webhooks/daktela/?callid=1&dnd=2").status_code == 404


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    settings = Settings.from_env(
        {
            "DAKTELA_SERVER": "mypbx.daktela.com",
            "WALLBOARD_PASSWORD": "word",
            "WALLBOARD_WEBHOOK_SECRET": SECRET,
            "WALLBOARD_HOSTS": "board.example.com, 10.0.0.5,",
            "WALLBOARD_CUSTOMERS": str(tmp_path),
        }
    )
    assert settings.allowed_hosts[-2:] == ["board.example.com", "10.0.0.5"]
    assert (settings.server, settings.customers) == ("mypbx.daktela.com", tmp_path)
    assert "word" not in repr(settings)
    assert SECRET not in repr(settings)
    for secret in ("short", "with/slash0123456789"):
        with pytest.raises(BadSettings, match="letters and digits"):
            Settings.from_env({"WALLBOARD_WEBHOOK_SECRET": secret})


def test_nobody_may_dial_unasked() -> None:
    open_to_all = Settings()
    for local in ("127.0.0.1", "::1", "localhost", "127.1.2.3"):
        open_to_all.check(local)
    for address in ("0.0.0.0", "::", "10.0.0.5", "board.example.com"):  # noqa: S104  # refused
        with pytest.raises(BadSettings, match="WALLBOARD_PASSWORD"):
            open_to_all.check(address)
        Settings(password="word").check(address)


@pytest.mark.asyncio
async def test_made_up_customers_are_always_the_same() -> None:
    numbers = [f"60{number:07d}" for number in range(200)]
    names = [await MadeUpCustomers().name_of(number) for number in numbers]
    assert names == [await MadeUpCustomers().name_of(f"+420{number}") for number in numbers]
    assert 0.5 < sum(name is not None for name in names) / len(names) < 0.9
