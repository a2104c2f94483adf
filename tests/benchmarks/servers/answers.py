"""What the canned server answers: bodies as the services send them, made once."""

from __future__ import annotations

import json

_JSON = "application/json; charset=utf-8"


def answer(body: str, content_type: str = _JSON) -> bytes:
    """Return the bytes of a whole answer, with the headers that a web server adds."""
    content = body.encode()
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Server: nginx\r\n"
        "Date: Mon, 02 Nov 2026 08:00:00 GMT\r\n"
        f"Content-Type: {content_type}\r\n"
        f"Content-Length: {len(content)}\r\n"
        "Connection: keep-alive\r\n"
        "\r\n"
    )
    return head.encode("ascii") + content


def _json(plain: object) -> bytes:
    return answer(json.dumps(plain, ensure_ascii=False))


#: SPIKON 4.2.1.
BALANCE = "/api/balance/show"
#: SPIKON 4.5.1: the server holds it until it is told to release all.
HELD = "/api/cc_campaigns/list"
#: Daktela RTQueuePresence 3.9.
QUEUE_PRESENCE = "/api/3.9/RTQueuePresence/json"
#: Daktela RTUserState 4.0: held when it is asked with a hash.
USER_STATE = "/api/4.0/RTUserState/json"
#: What the other SDKs ask for.
DAKTELA_V6 = "/api/v6/queues/2005.json"
TELNYX = "/v2/balance"
OPENAI = "/v1/models/small"

#: Answers that are always the same.
CANNED: dict[str, bytes] = {
    BALANCE: _json({"account": {"balance": "123.45"}}),
    QUEUE_PRESENCE: _json(
        {"status": 1, "error": None, "result": {"count_users": 1, "online_presence": True}}
    ),
    DAKTELA_V6: _json({"error": [], "result": {"name": "2005", "title": "Support"}}),
    TELNYX: _json({"data": {"balance": "123.45", "currency": "PLN", "record_type": "balance"}}),
    OPENAI: _json({"id": "small", "object": "model", "created": 1686935002, "owned_by": "openai"}),
}


#: What those get who were held.
CAMPAIGNS = _json({"cc-campaigns": {"count": "1", "cc-campaign-1": {"id": "1", "name": "Info"}}})


def _queue(number: int) -> dict[str, object]:
    return {
        "queue": str(number),
        "name": str(2000 + number),
        "title": f"Queue {number}",
        "description": "",
        "type": "in",
        "direction": "in",
        "outboundcid": "",
        "wrapuptime": "15",
        "outbounder": "0",
        "form": "0",
        "missed": None,
        "options": [],
        "deleted": "0",
        "rt_logged": True,
    }


_HASH = "0123456789abcdef0123456789abcdef"
_SINCE = "2026-11-02 08:20:53"
_USER_STATE = _json(
    {
        "status": 1,
        "error": None,
        "result": {
            "id_agent": "4",
            "agent_name": "demouser",
            "agent_title": "Demo User",
            "exten": "6666",
            "logintime": "2026-11-02 07:22:49",
            "agent_state": "Idle",
            "state_time": _SINCE,
            "id_pause": None,
            "onpause": None,
            "calls": [],
            "callscript_opened": None,
            "login_oqueues": [_queue(number) for number in (1, 2, 3)],
            "hash": _HASH,
        },
    }
)
_BEFORE, _, _REST = _USER_STATE.partition(_SINCE.encode("ascii"))
_BETWEEN, _, _AFTER = _REST.partition(_HASH.encode("ascii"))


def user_state(number: int) -> bytes:
    """Return the state of an agent who is in three queues; another number is another state."""
    minutes, seconds = divmod(number % 86_400, 60)
    hours, minutes = divmod(minutes, 60)
    since = f"2026-11-02 {hours:02}:{minutes:02}:{seconds:02}"
    hash_ = f"{number:0{len(_HASH)}x}"
    return b"".join((_BEFORE, since.encode("ascii"), _BETWEEN, hash_.encode("ascii"), _AFTER))
