"""The actions about calls that are over (chapter "Statistiky")."""

from __future__ import annotations

from collections.abc import Iterator

from daktela_async.sandbox import recordings
from daktela_async.sandbox.action import Action, Result
from daktela_async.sandbox.errors import Refusal, wrong_value
from daktela_async.sandbox.given import Given
from daktela_async.sandbox.past_calls import recording_hash
from daktela_async.sandbox.phone_call import PastCall
from daktela_async.sandbox.prices import destination_of, price
from daktela_async.sandbox.render import Node
from daktela_async.sandbox.settings import Settings
from daktela_async.sandbox.state import State

MOST = 1000
PAGE = 100
_TOO_MANY = f"Maximální limit vrácených hovorů je {MOST}"


def take_page(rows: list[Node], given: Given, settings: Settings | None = None) -> list[Node]:
    """Return the rows that skip and take ask for; with settings there is a limit of 1000."""
    take = given.number("take", PAGE)
    if settings is not None and (len(rows) if settings.limit == "answer" else take) > MOST:
        raise Refusal(_TOO_MANY)
    skip = given.number("skip")
    return rows[skip : skip + take]


def _text_of(number: int | None) -> str | None:
    return None if number is None else str(number)


def _about_call(state: State, settings: Settings, given: Given) -> Result:
    call = state.past_calls.find(given.text("id_call"))
    outgoing = call.direction == "out"
    path = state.timeline.local(call.start)
    file = f"/RECORDINGS/{path:%Y/%m/%d}/{recordings.file_name(call)}"
    return [
        {
            "calldate": state.timeline.text(call.start),
            "clid": call.extension if outgoing else call.clid,
            "src": call.extension if outgoing else call.clid,
            "dst": call.clid if outgoing else call.extension,
            "dcontext": "from-internal" if outgoing else "from-pstn",
            "channel": f"SIP/{call.extension}-0000009f",
            "dstchannel": f"{_channel(call)}-000000a0",
            "lastapp": "ResetCDR",
            "lastdata": "w",
            "duration": str(call.waiting + call.duration),
            "billsec": str(call.duration),
            "disposition": _disposition(call),
            "amaflags": "3",
            "accountcode": call.accountcode,
            "uniqueid": call.id,
            "userfield": file if call.answered else "",
            "real_exten": call.extension,
            "direction": call.direction,
            "from_did": call.did or None,
            "id_call": call.id,
            "id_queue": _text_of(call.queue_id),
            "id_agent": _text_of(call.user_id),
            "waiting_time": str(call.waiting),
            "ringing_time": str(call.ringing),
            "hold_time": str(call.hold),
            "orig_pos": "1",
            "position": "1",
            "disposition_cause": call.cause,
            "disconnection_cause": "",
            "recording_hash": recording_hash(call),
        }
    ]


def _disposition(call: PastCall) -> str:
    return "ANSWERED" if call.answered else "NO ANSWER"


def _channel(call: PastCall) -> str:
    return "SIP/gsm" if call.clid.startswith(("6", "7")) else "SIP/proxy"


def _cdr(state: State, settings: Settings, given: Given) -> Result:
    first, last = given.span()
    direction = given.find("direction")
    if direction not in (None, "in", "out", "local"):
        raise wrong_value("direction", "má být in, out nebo local")
    extensions, codes = given.items("real_extens"), given.items("accountcodes")
    destinations = given.items("destinations")
    sources, channels = given.items("src_channels"), given.items("dst_channels")
    least = _amount(given)

    def wanted(call: PastCall) -> bool:
        outgoing = call.direction == "out"
        return (
            direction in (None, call.direction)
            and given.text("disposition", _disposition(call)) == _disposition(call)
            and (not extensions or call.extension in extensions)
            and (not codes or call.accountcode in codes)
            and (not destinations or destination_of(call.clid).name in destinations)
            and (not sources or (not outgoing and _channel(call) in sources))
            and (not channels or (outgoing and _channel(call) in channels))
            and (least is None or price(call) > least)
        )

    def node(call: PastCall) -> Node:
        destination = destination_of(call.clid)
        cost: dict[str, Node] = {
            "price": f"{price(call):.8f}",
            "destination_type": destination.type,
            "destination_type_description": destination.type,
            "destination": destination.name,
            "destination_price": f"{destination.minute:.4f}",
        }
        return {
            "date": state.timeline.text(call.start),
            "real_exten": call.extension,
            "dst": call.clid if call.direction == "out" else call.extension,
            "billsec": str(call.duration),
            "duration": str(call.waiting + call.duration),
            "disposition": _disposition(call),
            "accountcode": call.accountcode,
            "uniqueid": call.id,
            "id_call": call.id,
            "from_did": call.did or None,
            "direction": call.direction,
            **({} if given.flag("billing") is False else cost),
        }

    found = [call for call in state.past_calls.between(first, last) if wanted(call)]
    return [node(call) for call in reversed(found)]


def _amount(given: Given) -> float | None:
    text = given.find("min_price_call")
    try:
        return None if text is None else float(text)
    except ValueError:
        raise wrong_value("min_price_call", "má být částka") from None


def _matching(state: State, given: Given, first: float, last: float) -> Iterator[PastCall]:
    """Yield the calls that the common parameters ask for, the newest first."""
    number, did, call_id = given.find("phonenumber"), given.find("did"), given.find("id_call")
    queue_ids, user_ids = given.ids("queues"), given.ids("users")
    answered, status = given.flag("answered"), given.id("callstatus")
    with_status = {one.call_id for one in state.records.all if one.status == status}
    for call in state.past_calls.between(first, last):
        if (
            number in (None, call.clid)
            and did in (None, call.did)
            and call_id in (None, call.id)
            and (queue_ids is None or call.queue_id in queue_ids)
            and (user_ids is None or call.user_id in user_ids)
            and answered in (None, call.answered)
            and (status is None or call.id in with_status)
        ):
            yield call


def _stats_calls(state: State, settings: Settings, given: Given) -> Result:
    rows: list[Node] = [
        {
            "call": str(call.serial),
            "name": call.id,
            "call_time": state.timeline.text(call.start),
            "direction": call.direction,
            "answered": str(int(call.answered)),
            "queue": _text_of(call.queue_id),
            "user": _text_of(call.user_id),
            "clid": call.clid,
            "contact": None,
            "did": call.did,
            "waiting_time": str(call.waiting),
            "ringing_time": str(call.ringing),
            "hold_time": str(call.hold),
            "duration": str(call.duration),
            "orig_pos": "1",
            "position": "1",
            "disposition_cause": call.cause,
            "disconnection_cause": "",
            "pressed_key": None,
            "score": None,
            "note": "",
            "attempts": str(len(call.attempts)),
            "qa_user_id": None,
        }
        for call in _matching(state, given, *given.span())
    ]
    return {"data": take_page(rows, given, settings), "total": str(len(rows))}


def _get_attempts(state: State, settings: Settings, given: Given) -> Result:
    rows: list[Node] = [
        {
            "id": call.serial * 10 + number,
            "id_call": call.id,
            "name": "ATTEMPT",
            "start_time": state.timeline.text(attempt.start),
            "end_time": state.timeline.text(attempt.end),
            "duration": int(attempt.end - attempt.start),
            "id_agent": attempt.user_id,
            "id_queue": call.queue_id,
            "data1": "",
            "data2": "",
            "data3": "",
            "data4": "",
        }
        for call in _matching(state, given, *given.span())
        for number, attempt in reversed(tuple(enumerate(call.attempts)))
    ]
    return {"data": take_page(rows, given, settings), "total": str(len(rows))}


def _stats_calls_repeated(state: State, settings: Settings, given: Given) -> Result:
    by_number: dict[str, list[PastCall]] = {}
    for call in _matching(state, given, *given.span()):
        by_number.setdefault(call.clid, []).append(call)
    least = given.number("count")
    rows: list[Node] = [
        {
            "clid": number,
            "call_total": len(calls),
            "call_answered": sum(call.answered for call in calls),
            "call_unanswered": sum(not call.answered for call in calls),
            "waiting_avg": round(sum(call.waiting for call in calls) / len(calls)),
            "duration_avg": round(sum(call.duration for call in calls) / len(calls)),
        }
        for number, calls in sorted(by_number.items(), key=lambda one: (-len(one[1]), one[0]))
        if len(calls) > least
    ]
    return rows


def _last_call_number(state: State, settings: Settings, given: Given) -> Result:
    """Return the last call with a number; what is answered if there is none isn't documented."""
    now = state.timeline.now()
    number = given.text("phonenumber")
    ids = given.ids("queues") or frozenset()
    ids |= {state.queues.numbered(one).id for one in given.items("queues_number")}
    answered = given.flag("answered")
    interval = given.number("interval", 86_400)
    for call in state.past_calls.between(now - interval, now):
        if (
            call.clid == number
            and (not ids or call.queue_id in ids)
            and answered in (None, call.answered)
        ):
            return _last_call_node(state, call)
    return None


def _last_call_node(state: State, call: PastCall) -> Node:
    queue = None if call.queue_id is None else state.queues.find(call.queue_id)
    user = None if call.user_id is None else state.users.find_any(call.user_id)
    return {
        "call": call.id,
        "call_time": state.timeline.text(call.start),
        "direction": call.direction,
        "queue": _text_of(call.queue_id),
        "user": _text_of(call.user_id),
        "answered": call.answered,
        "clid": call.clid,
        "waiting_time": call.waiting,
        "ringing_time": call.ringing,
        "hold_time": call.hold,
        "duration": call.duration,
        "disposition": "user" if call.cause == "agent" else call.cause,
        "orig_posision": 1,  # the vendor's spelling
        "attempts": len(call.attempts),
        "queue_title": None if queue is None else queue.title,
        "queue_number": None if queue is None else queue.number,
        "queue_direction": None if queue is None else queue.direction,
        "user_title": None if user is None else user.title,
        "user_login": None if user is None else user.name,
    }


def _last_call(state: State, settings: Settings, given: Given) -> Result:
    login, extension = given.find("user"), given.find("extension")
    user = None if login is None else state.users.named(login)
    for live in reversed(tuple(state.switchboard.calls.values())):
        own = live.operator is not None and live.operator.user is user
        if own if user is not None else live.extension == extension:
            queue = None if live.queue is None else str(live.queue.id)
            user_id = None if live.operator is None else str(live.operator.user.id)
            return _last(state, live.extension, user_id, queue, live.id, live.direction,
                         live.clid, live.entered, realtime=True)  # fmt: skip
    for call in state.past_calls.between(0, state.timeline.now()):
        if call.user_id == user.id if user is not None else call.extension == extension:
            return _last(state, call.extension, _text_of(call.user_id), _text_of(call.queue_id),
                         call.id, call.direction, call.clid, call.start,
                         realtime=False)  # fmt: skip
    return None


def _last(
    state: State, extension: str, user_id: str | None, queue_id: str | None, call_id: str,
    direction: str, clid: str, start: float, *, realtime: bool,
) -> Node:  # fmt: skip
    return {
        "exten": extension,
        "user": user_id,
        "queue": queue_id,
        "id_call": call_id,
        "direction": direction,
        "clid": clid,
        "time": state.timeline.text(start),
        "_is_realtime": realtime,
    }


_SPAN = ("datetime_from", "datetime_to")
_PAGED = ("skip", "take")

ACTIONS = (
    Action(name="AboutCall", version="3.0", handler=_about_call, required=("id_call",)),
    Action(
        name="CDR",
        version="3.5",
        handler=_cdr,
        required=_SPAN,
        optional=(
            "real_extens",
            "accountcodes",
            "direction",
            "destinations",
            "disposition",
            "src_channels",
            "dst_channels",
            "min_price_call",
            "billing",
        ),
    ),
    Action(
        name="LastCallNumber",
        version="3.9",
        handler=_last_call_number,
        required=("phonenumber",),
        optional=("interval", "answered", "queues", "queues_number"),
    ),
    Action(
        name="LastCall", version="3.9", handler=_last_call, one_of=(("extension", "user"),)
    ),
    Action(
        name="StatsCallsRepeated",
        version="3.9",
        handler=_stats_calls_repeated,
        required=_SPAN,
        optional=("queues", "phonenumber", "count"),
    ),
    Action(
        name="StatsCalls",
        version="4.1",
        handler=_stats_calls,
        required=_SPAN,
        optional=(
            "phonenumber", "queues", "did", "callstatus", "answered", "id_call", "users", *_PAGED,
        ),
    ),
    Action(
        name="GetAttempts",
        version="4.1",
        handler=_get_attempts,
        required=_SPAN,
        optional=("queues", "id_call", "users", *_PAGED),
    ),
)  # fmt: skip
