"""Answers of StatsCalls with as many rows as wanted, written as its document shows them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import anyio

from _telephony_core.attempts import Delivery, Reply
from _telephony_core.calls import Semantics
from _telephony_core.redaction import Secret
from _telephony_core.settings import TransportSettings
from daktela_async.models.stats import CallPage
from daktela_async.service import PRAGUE, WireFormat
from daktela_async.session import DaktelaSession

_FIRST = datetime(2024, 1, 1)


def _row(number: int) -> dict[str, str | None]:
    return {
        "call": str(3718 + number),
        "name": f"{1408101684 + number}.{number % 99999}WS",
        "call_time": str(_FIRST + timedelta(seconds=37 * number)),
        "direction": "in" if number % 3 else "out",
        "answered": str(int(number % 4 > 0)),
        "queue": str(number % 7),
        "user": str(number % 40) if number % 4 else None,
        "clid": f"468{number % 1000000:06d}",
        "contact": str(number % 500) if number % 3 else None,
        "did": "226211245" if number % 3 else "",
        "waiting_time": str(number % 61),
        "ringing_time": str(number % 23),
        "hold_time": str(number % 5),
        "duration": str(number % 900),
        "orig_pos": str(1 + number % 4),
        "position": str(1 + number % 3),
        "disposition_cause": "agent" if number % 2 else "caller",
        "disconnection_cause": "",
        "pressed_key": None,
        "score": None,
        "note": "",
        "attempts": str(number % 4),
        "qa_user_id": None,
    }


def as_json(rows: int) -> bytes:
    """Return the answer as PHP writes JSON."""
    data = [_row(number) for number in range(rows)]
    result = {"data": data, "total": str(rows)}
    answer = {"status": 1, "error": None, "result": result}
    return json.dumps(answer, separators=(",", ":")).encode()


def as_xml(rows: int) -> bytes:
    """Return the answer as XML, a list being <item> again and again."""
    items = "".join(
        f"<item>{''.join(_element(name, value) for name, value in _row(number).items())}</item>"
        for number in range(rows)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<response><status>1</status><error/>'
        f"<result><data>{items}</data><total>{rows}</total></result></response>"
    ).encode()


def _element(name: str, value: str | None) -> str:
    return f"<{name}>{value}</{name}>" if value else f"<{name}/>"


class Reader(DaktelaSession):
    """Do with answers what a client does with them once they have come."""

    def __init__(self) -> None:
        super().__init__(
            Secret("0123456789abcdef0123456789abcdef01234567"),
            TransportSettings(base_url="https://pbx.test"),
            token_in="cookie",
            wire_format=WireFormat.JSON,
            timezone=PRAGUE,
            http_client=None,
        )

    def read(self, body: bytes) -> CallPage:
        """Return the page that an answer stands for, in this thread."""
        return self._model(CallPage, Reply(200, {}, body), Delivery(name="GET StatsCalls"))

    async def read_unhurried(self, body: bytes) -> CallPage:
        """Return the page that an answer stands for, in a thread if a client would use one."""
        reply = Reply(200, {}, body)
        delivery = Delivery(name="GET StatsCalls", semantics=Semantics.SAFE, timeout=600)
        started = anyio.current_time()
        return await self._unhurried(lambda: self.read(body), reply, delivery, started)
