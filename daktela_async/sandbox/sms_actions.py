"""The actions about messages (chapters "SMS" and "SMSConnect")."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from daktela_async.sandbox.action import NO_RESULT, Action, Result
from daktela_async.sandbox.errors import Refusal, wrong_value
from daktela_async.sandbox.given import Given
from daktela_async.sandbox.messages import ERROR, MAX_GROUP, OK, WAITING, SandboxSms, short_number
from daktela_async.sandbox.render import Node
from daktela_async.sandbox.settings import Settings
from daktela_async.sandbox.state import State

_KEPT_SECONDS = 183 * 86_400
_PRIORITY = 20


def _maker(
    state: State, given: Given, number: str, message: str, *, connect: bool
) -> Callable[[int, float], SandboxSms]:
    """Return what makes the message when its id and its moment are known."""
    now = state.timeline.now()
    common = given.flag("confirmation") is True
    priority = given.number("priority", 10, most=_PRIORITY)

    def make(sms_id: int, due: float) -> SandboxSms:
        return SandboxSms(
            id=sms_id,
            connect=connect,
            direction="out",
            number=number,
            message=message,
            unicode=given.flag("unicode") is True,
            confirmation=common,
            accountcode=given.find("accountcode"),
            email=given.find("email"),
            sender=given.find("sender"),
            gw=given.text("gw", "1"),
            slot=given.text("slot", "1"),
            port=given.text("port", "1"),
            priority=priority,
            created=now,
            due=due,
        )

    return make


def _send(state: State, given: Given, *, connect: bool) -> SandboxSms:
    make = _maker(state, given, given.text("number"), given.text("message"), connect=connect)
    return state.messages.send(make, given.moment("datetime_scheduled"))


def _send_sms(state: State, settings: Settings, given: Given) -> Result:
    way = [name for name in ("gw", "slot", "port") if given.find(name)]
    if len(way) in (1, 2):
        raise wrong_value(way[0], "gw, slot a port patří k sobě")
    sms = _send(state, given, connect=False)
    return {"count_sms": str(sms.parts), "id": str(sms.id)}


def _send_sms_connect(state: State, settings: Settings, given: Given) -> Result:
    if not given.text("number").startswith("+"):
        raise wrong_value("number", "má mít tvar +420xxx")
    return {"id": str(_send(state, given, connect=True).id)}


def _send_group(state: State, given: Given, *, connect: bool) -> Result:
    numbers, texts = given.texts("number"), given.texts("message")
    if not numbers or numbers.keys() != texts.keys():
        raise wrong_value("message", "má být pole stejných klíčů jako number")
    if len(numbers) > MAX_GROUP:
        raise wrong_value("number", f"nejvýše {MAX_GROUP} zpráv")
    makers = [
        _maker(state, given, number, texts[key], connect=connect) for key, number in numbers.items()
    ]
    group_id, group = state.messages.send_group(makers, given.moment("datetime_scheduled"))
    # The document's sample begins with an entry of the group itself.
    return {
        str(group_id): {"count_sms": 0, "id": group_id, "group_id": group_id},
        **{
            str(sms.id): {"count_sms": sms.parts, "id": sms.id, "group_id": group_id}
            for sms in group
        },
    }


def _send_group_sms(state: State, settings: Settings, given: Given) -> Result:
    return _send_group(state, given, connect=False)


def _send_group_sms_connect(state: State, settings: Settings, given: Given) -> Result:
    return _send_group(state, given, connect=True)


def _found(state: State, given: Given, *, connect: bool) -> Iterator[SandboxSms]:
    """Yield the messages that the parameters ask for, the oldest first."""
    sms_id = given.id("id")
    if sms_id is not None:
        yield state.messages.find(sms_id, connect=connect)
        return
    direction = given.find("direction")
    keyword = given.text("keyword").casefold()
    codes = given.items("accountcode")
    first, last = given.moment("datetime_from"), given.moment("datetime_to")
    oldest = state.timeline.now() - _KEPT_SECONDS
    for sms in state.messages.of(connect=connect):
        if (
            (direction is None or sms.direction == direction.lower())
            and (not keyword or keyword in f"{sms.number} {sms.message}".casefold())
            and (not codes or sms.accountcode in codes)
            and max(first or 0, oldest) <= sms.created <= (last or sms.created)
        ):
            yield sms


def _get_sms(state: State, settings: Settings, given: Given) -> Result:
    def node(sms: SandboxSms) -> Node:
        result = OK if sms.direction == "in" else state.messages.state(sms)
        return {
            "id": str(sms.id),
            "billing_id": "259",
            "direction": sms.direction,
            "datetime": state.timeline.text(sms.created),
            "datetime_processed": None if result == WAITING else state.timeline.text(sms.due),
            "number": sms.number,
            "attempts": "0",
            "count_sms": str(sms.parts),
            "from_client": "",
            "message": sms.message,
            "result": result,
            "confirmation_enable": str(int(sms.confirmation)),
            "confirmed": str(int(state.messages.delivered(sms) is not None)),
            "price": "0.000",
            "gw_number": sms.gw,
            "slot_number": sms.slot,
            "port_number": sms.port,
            "accountcode": sms.accountcode,
            "email": sms.email,
            # The document tells of the code in the description only.
            **({"code_error": "0x1e"} if result == ERROR else {}),
        }

    ways = (("gw", "gw"), ("slot", "slot"), ("port", "port"), ("email", "email"))
    wanted = [(field, given.find(name)) for name, field in ways if given.find(name)]
    return [
        node(sms)
        for sms in _found(state, given, connect=False)
        if all(getattr(sms, field) == value for field, value in wanted)
    ]


def _get_sms_connect(state: State, settings: Settings, given: Given) -> Result:
    def node(sms: SandboxSms) -> Node:
        left = state.messages.state(sms)
        delivered, undelivered = state.messages.delivered(sms), state.messages.undelivered(sms)
        result = {WAITING: "NEW", ERROR: "ERROR", OK: "SENT"}[left]
        sent = None if left == WAITING else state.timeline.text(sms.due)
        at = delivered or undelivered
        more: dict[str, Node] = {}
        if undelivered is not None:
            result = "NOTDELIVERED"
            more = {"datetime_notdelivered": state.timeline.text(undelivered)}
        elif delivered is not None:
            result = "DELIVERED"
        return {
            "id": str(sms.id),
            "message_id": f"013000000009689Bulk_{sms.id:08x}",
            "billing_id": "987",
            "direction": sms.direction.upper(),
            "result": result,
            "datetime": state.timeline.text(sms.created),
            "datetime_sent": sent,
            "datetime_delivered": (
                None if at is None or undelivered is not None else state.timeline.text(at)
            ),
            "datetime_billed": None,
            "sender": sms.sender,
            "recipient": f"00420{short_number(sms.number)}",
            "price": "0.590",
            "message": sms.message,
            "sms_encoding": "UTF8",
            "count_sms": str(sms.parts),
            "request_dlr": str(int(sms.confirmation)),
            "attempts": "0",
            "group_id": None if sms.group_id is None else str(sms.group_id),
            **more,
        }

    return {str(sms.id): node(sms) for sms in _found(state, given, connect=True)}


def _get_settings(state: State, settings: Settings, given: Given) -> Result:
    return {
        "settings": {
            "billing_id": "674",
            "enabled_sms": "CONNECT",
            "outgoing_price": "0.000",
            **state.messages.settings.values,
            "email_notification_allow": "in,out,confirmed",
            "sending_rate_limit_admin": "1000",
            "sending_rate_time_admin": "86400",
            "lang": "cs_CZ",
            "connect_sender": None,
        },
        "sim": [],
    }


def _set_settings(state: State, settings: Settings, given: Given) -> Result:
    given.number("allowed_hour_begin", most=23)
    given.number("allowed_hour_end", most=23)
    given.number("sending_rate_limit")
    given.number("sending_rate_time")
    for name in state.messages.settings.values:
        if given.has(name):
            state.messages.settings.values[name] = given.find(name)
    return NO_RESULT


def _status_sms(state: State, settings: Settings, given: Given) -> Result:
    sent = [sms for sms in state.messages.of(connect=False) if sms.direction == "out"]
    done = [sms.due for sms in sent if state.messages.state(sms) == OK]
    return {
        "count_waiting": str(sum(state.messages.state(sms) == WAITING for sms in sent)),
        "last_datetime_processed": state.timeline.text(max(done)) if done else None,
    }


def _status_sms_connect(state: State, settings: Settings, given: Given) -> Result:
    waiting = (state.messages.state(sms) == WAITING for sms in state.messages.of(connect=True))
    return {"count_waiting": str(sum(waiting))}


def _status_group(state: State, settings: Settings, given: Given) -> Result:
    group_id = given.id("id")
    if group_id is not None and group_id not in state.messages.groups:
        raise Refusal("Skupinová SMS zpráva neexistuje")
    only_waiting = given.flag("waiting")
    found: dict[str, Node] = {}
    for number, whole in state.messages.groups.items():
        group = [sms for sms in whole if not sms.removed]
        states = [state.messages.state(sms) for sms in group]
        waiting = states.count(WAITING)
        if group_id not in (None, number) or (only_waiting and not waiting):
            continue
        processed = [sms.due for sms, one in zip(group, states, strict=True) if one != WAITING]
        found[str(number)] = {
            "group_id": str(number),
            "accountcode": whole[0].accountcode,
            "datetime_processed": state.timeline.text(max(processed)) if processed else None,
            "datetime": state.timeline.text(whole[0].created),
            "count_total": str(len(group)),
            "count_ok": str(states.count(OK)),
            "count_waiting": str(waiting),
            "count_error": str(states.count(ERROR)),
        }
    return found


def _remove_group(state: State, settings: Settings, given: Given) -> Result:
    return {"count_removed": state.messages.remove_group(given.number("id"))}


_SEND = ("confirmation", "accountcode", "priority", "datetime_scheduled")
_SEARCH = ("id", "direction", "keyword", "accountcode", "datetime_from", "datetime_to")
_TWO = ("number", "message")

ACTIONS = (
    Action(name="GetSMSSettings", version="3.1", handler=_get_settings),
    Action(
        name="SetSMSSettings",
        version="3.1",
        handler=_set_settings,
        optional=(
            "incoming_callback",
            "outgoing_callback",
            "incoming_email",
            "outgoing_email",
            "sending_rate_limit",
            "sending_rate_time",
            "allowed_hour_begin",
            "allowed_hour_end",
        ),
    ),
    Action(
        name="SendSMS",
        version="3.1",
        handler=_send_sms,
        required=_TWO,
        optional=(*_SEND, "unicode", "email", "gw", "slot", "port"),
    ),
    Action(
        name="SendSMSConnect",
        version="4.1",
        handler=_send_sms_connect,
        required=_TWO,
        optional=(*_SEND, "sender", "unicode"),
    ),
    Action(
        name="SendGroupSMS",
        version="3.1",
        handler=_send_group_sms,
        required=_TWO,
        optional=(*_SEND, "unicode", "email"),
    ),
    Action(
        name="SendGroupSMSConnect",
        version="3.1",
        handler=_send_group_sms_connect,
        required=_TWO,
        optional=(*_SEND, "sender"),
    ),
    Action(
        name="GetSMS",
        version="3.1",
        handler=_get_sms,
        optional=(*_SEARCH, "email", "gw", "slot", "port"),
    ),
    Action(name="GetSMSConnect", version="4.1", handler=_get_sms_connect, optional=_SEARCH),
    Action(name="StatusSMS", version="3.1", handler=_status_sms),
    Action(name="StatusSMSConnect", version="4.1", handler=_status_sms_connect),
    Action(name="StatusGroupSMS", version="3.1", handler=_status_group, optional=("id", "waiting")),
    Action(name="RemoveGroupSMS", version="3.1", handler=_remove_group, required=("id",)),
)
