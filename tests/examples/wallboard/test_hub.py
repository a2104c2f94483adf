"""The hub and the event stream: every page gets everything, and none holds up another."""

from __future__ import annotations

import json

import anyio
import pytest
from starlette.types import Message, Scope

from examples.wallboard.board import Board
from examples.wallboard.events import EventStream
from examples.wallboard.hub import MOST_PAGES, MOST_WAITING, Full, Hub, Page, encode
from examples.wallboard.shown import Patch

pytestmark = [pytest.mark.asyncio, pytest.mark.virtual_time]

SCOPE: Scope = {"type": "http", "method": "GET", "path": "/events", "headers": []}


def a_hub() -> tuple[Board, Hub]:
    board = Board("sandbox", anyio.current_time)
    return board, Hub(board)


def read(message: bytes | None) -> Patch:
    assert message is not None
    assert message.startswith(b"data: ")
    assert message.endswith(b"\n\n")
    assert message.count(b"\n") == 2
    patch: Patch = json.loads(message.removeprefix(b"data: "))
    return patch


async def taken(page: Page) -> Patch:
    return read(await page.take(5))


async def test_a_page_gets_the_whole_board_and_then_what_changes() -> None:
    board, hub = a_hub()
    with hub.join() as page:
        assert (await taken(page)).get("full")
        for number in range(3):
            board.trouble("agents", f"reason {number}")
        reasons = [(await taken(page)).get("link") for _ in range(3)]
        assert [link and link["reason"] for link in reasons] == ["reason 0", "reason 1", "reason 2"]


async def test_a_change_before_the_first_message_is_told_once() -> None:
    board, hub = a_hub()
    with hub.join() as page:
        board.trouble("agents", "reason")
        first = await taken(page)
        assert first.get("full")
        assert first.get("link", {}).get("reason") == "reason"
        assert set(await taken(page)) == {"now"}


async def test_the_time_alone_is_told_when_nothing_happens() -> None:
    _, hub = a_hub()
    with hub.join() as page:
        await taken(page)
        before = anyio.current_time()
        assert await taken(page) == {"now": int((before + 5) * 1000)}
        assert anyio.current_time() - before == pytest.approx(5)


async def test_a_page_that_falls_behind_gets_the_whole_board() -> None:
    board, hub = a_hub()
    with hub.join() as slow, hub.join() as quick:
        await taken(slow)
        await taken(quick)
        seen: list[object] = []
        for number in range(10 * MOST_WAITING):
            board.trouble("agents", f"reason {number}")
            seen.append((await taken(quick)).get("link", {}).get("reason"))
        assert seen == [f"reason {number}" for number in range(10 * MOST_WAITING)]
        # What waits for the slow one is bounded, and none of it is older than what it gets first.
        whole = await taken(slow)
        assert whole.get("full")
        assert whole.get("link", {}).get("reason") == f"reason {10 * MOST_WAITING - 1}"
        assert set(await taken(slow)) == {"now"}


async def test_one_message_is_encoded_once_for_all_pages() -> None:
    board, hub = a_hub()
    with hub.join() as one, hub.join() as other:
        await one.take(5)
        await other.take(5)
        board.trouble("agents", "reason")
        assert await one.take(5) is await other.take(5)


async def test_pages_come_and_go_and_are_bounded() -> None:
    _, hub = a_hub()
    with hub.join():
        assert len(hub) == 1
    assert len(hub) == 0
    pages = [hub.join() for _ in range(MOST_PAGES)]
    for page in pages:
        page.__enter__()
    with pytest.raises(Full), hub.join():
        pass
    pages[0].__exit__(None, None, None)
    with hub.join():
        assert len(hub) == MOST_PAGES


async def test_a_closed_hub_ends_its_pages_and_takes_no_more() -> None:
    _, hub = a_hub()
    with hub.join() as page:
        await page.take(5)
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 1)
            hub.close()
            assert await page.take(60) is None
        with pytest.raises(Full), hub.join():
            pass


async def test_what_people_write_cannot_end_a_message() -> None:
    message = encode({"now": 0, "server": "a\n\ndata: {}\r\n\u2028"})
    assert read(message).get("server") == "a\n\ndata: {}\r\n\u2028"


class Browser:
    """The other end of a stream: takes what is sent, or does not."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.gone = anyio.Event()
        self.reads = True

    async def receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if not self.reads and message["type"] == "http.response.body":
            await anyio.sleep_forever()
        self.sent.append(message)


async def test_a_stream_lasts_until_the_browser_goes() -> None:
    _, hub = a_hub()
    browser = Browser()
    async with anyio.create_task_group() as group:
        group.start_soon(EventStream(hub), SCOPE, browser.receive, browser.send)
        await anyio.sleep(16)
        assert len(hub) == 1
        browser.gone.set()
    assert len(hub) == 0
    start, *bodies = browser.sent
    assert start["status"] == 200
    assert dict(start["headers"])[b"content-type"].startswith(b"text/event-stream")
    assert [bool(read(body["body"]).get("full")) for body in bodies] == [True, False, False, False]


async def test_a_browser_that_takes_nothing_is_dropped() -> None:
    board, hub = a_hub()
    stuck, well = Browser(), Browser()
    stuck.reads = False
    async with anyio.create_task_group() as group:
        for browser in (stuck, well):
            group.start_soon(EventStream(hub), SCOPE, browser.receive, browser.send)
        await anyio.sleep(19)
        assert len(hub) == 2
        await anyio.sleep(2)
        assert len(hub) == 1
        board.trouble("agents", "reason")
        await anyio.sleep(0.1)
        assert read(well.sent[-1]["body"]).get("link", {}).get("reason") == "reason"
        well.gone.set()


async def test_a_stream_ends_when_the_server_stops() -> None:
    _, hub = a_hub()
    browser = Browser()
    async with anyio.create_task_group() as group:
        group.start_soon(EventStream(hub), SCOPE, browser.receive, browser.send)
        await anyio.sleep(1)
        hub.close()
    assert browser.sent[-1] == {"type": "http.response.body", "body": b""}
    refused = Browser()
    await EventStream(hub)(SCOPE, refused.receive, refused.send)
    assert refused.sent[0]["status"] == 503
