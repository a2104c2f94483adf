from __future__ import annotations

import contextlib
import json
import pickle
import re
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import parse_qs, quote, quote_plus, urlencode

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daktela_async import webhooks
from daktela_async.errors import InvalidRequest, TelephonyError
from daktela_async.webhooks import (
    CallAnswered,
    CallArrived,
    CallHook,
    CallHungUp,
    CallRinging,
    Received,
    ReplyValue,
    SmsCallback,
    SmsDeliveryReceipt,
    SmsDispatched,
    SmsParameterNames,
    SmsReceived,
    WebhookNotUnderstood,
    crm_reply,
    dialplan_line,
    parse,
    parse_call_hook,
    parse_sms_callback,
    sms_callback_url,
)

BASE = "https://crm.example.com:8443/hooks/daktela?secret=s3cret"
EVENTS = {
    CallHook.INCOMING: CallArrived,
    CallHook.RINGING: CallRinging,
    CallHook.ANSWERED: CallAnswered,
    CallHook.HUNG_UP: CallHungUp,
}
RENAMED = SmsParameterNames(
    number="own_number", message="own_text", id="own_id", direction="own_direction"
)


def test_everything_public_is_exported() -> None:
    assert webhooks.__all__ == sorted(webhooks.__all__)
    assert all(hasattr(webhooks, name) for name in webhooks.__all__)


# Lines of the dialplan.


@pytest.mark.parametrize(
    ("hook", "query"),
    [
        # The document's has no action=, so that a caller could add one.
        (CallHook.INCOMING, "callid=${CALLERID(num)}&dnd=${FROM_DID}&action=incoming"),
        *(
            (
                hook,
                "callerId=${CALLERID(num)}&calleeId=${FROM_DID}&line=${REAL_EXTEN}"
                f"&idcall=${{ID_CALL}}&action={action}",
            )
            for hook, action in (
                (CallHook.RINGING, "ringing"),
                (CallHook.ANSWERED, "answer"),
                (CallHook.HUNG_UP, "hangup"),
            )
        ),
    ],
)
def test_a_line_is_the_documented_one(hook: CallHook, query: str) -> None:
    url = "https://VasCRMsystem.domain:8080/path/script"
    line = dialplan_line(hook, url)
    assert line == f'AGI(notify_crm_api.agi,"{url}?{query}","CRMAPI")'


@pytest.mark.parametrize(
    ("base", "start"),
    [
        ("https://a.example/x", "https://a.example/x?callid="),
        ("https://a.example", "https://a.example?callid="),
        ("https://a.example/x?", "https://a.example/x?callid="),
        ("https://a.example/x?k=1", "https://a.example/x?k=1&callid="),
        ("https://a.example/x?k=1&", "https://a.example/x?k=1&callid="),
        ("http://user:word@[::1]:80/x", "http://user:word@[::1]:80/x?callid="),
    ],
)
def test_an_address_keeps_its_own_query(base: str, start: str) -> None:
    assert f'"{start}$' in dialplan_line("incoming", base)


def test_the_hash_has_the_name_it_is_given() -> None:
    assert dialplan_line("answer", BASE, hash_name="MY_CRM").endswith(',"MY_CRM")')


@pytest.mark.parametrize("name", ["", "A B", "A)", 'A"', "1A", "A,B", "Č", "A" * 65, "A\n"])
def test_a_hash_has_a_harmless_name(name: str) -> None:
    with pytest.raises(InvalidRequest, match="hash_name"):
        dialplan_line("answer", BASE, hash_name=name)


@pytest.mark.parametrize(
    "base",
    [
        'https://a.example/"',
        "https://a.example/${EVIL}",
        "https://a.example/;comment",
        "https://a.example/#fragment",
        "https://a.example/a b",
        "https://a.example/(x)",
        "https://a.example/,x",
        "https://a.example/\\",
        "https://a.example/\n",
        "https://a.example/č",
        "ftp://a.example/",
        "/hooks",
        "https://[broken/",
    ],
)
def test_an_address_means_nothing_else_to_asterisk(base: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        dialplan_line("ringing", base)
    assert base not in str(caught.value)


@pytest.mark.parametrize("name", ["callid", "dnd", "callerid", "LINE", "action", "idcall"])
def test_an_address_has_no_parameter_of_the_hooks(name: str) -> None:
    with pytest.raises(InvalidRequest, match="of its own"):
        dialplan_line("ringing", f"https://a.example/?{name}=s3cret")


def test_hooks_and_callbacks_that_do_not_exist_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="no such hook"):
        dialplan_line("transfer", BASE)
    with pytest.raises(InvalidRequest, match="no such hook"):
        parse_call_hook("callid=1", hook="transfer")
    with pytest.raises(InvalidRequest, match="no such callback"):
        parse_sms_callback("direction=in", callback="sideways")


# Calls.


def test_an_incoming_call() -> None:
    event = parse_call_hook("callid=420123456789&dnd=226211245&secret=s3cret")
    assert event == CallArrived(caller="420123456789", called="226211245")
    assert event.extra == {"secret": "s3cret"}
    assert "s3cret" not in repr(event)


@pytest.mark.parametrize("hook", [CallHook.RINGING, CallHook.ANSWERED, CallHook.HUNG_UP])
@pytest.mark.parametrize("spelling", [str.lower, str.upper])
def test_a_call_on_a_line(hook: CallHook, spelling: type[str]) -> None:
    query = urlencode(
        {
            "callerId": "+420123456789",
            "calleeId": "226211245",
            "line": "500",
            "idcall": "1352986386.46",
            "action": spelling(hook.value),
        }
    )
    expected = EVENTS[hook](
        caller="+420123456789", called="226211245", line="500", call_id="1352986386.46"
    )
    url = f"https://crm.example.com/hook?{query}#there"
    received: list[Received] = [query, f"?{query}", query.encode(), url, f"/hook?{query}"]
    for form in received:
        assert parse_call_hook(form) == expected
        assert parse(form) == expected


@pytest.mark.parametrize(
    "received",
    [
        {"callid": "1", "dnd": "2"},
        {"callid": ["0", "1"], "dnd": ("2",)},
        {"CALLID": "1", "Dnd": "2"},
        "callid=0&callid=1&dnd=2",
    ],
)
def test_decoded_parameters_and_repeated_ones(received: Received) -> None:
    assert parse_call_hook(received) == CallArrived(caller="1", called="2")


@pytest.mark.parametrize(
    ("value", "caller"),
    [
        ("", None),
        ("%20", None),
        ("${CALLERID(num)}", None),
        (quote("${CALLERID(num)}"), None),
        ("+420123", "+420123"),
        ("%2B420123", "+420123"),
        ("+Jan+Novák", "Jan Novák"),
        ("anonymous", "anonymous"),
        ("%E8%ED", "\ufffd\ufffd"),
        ("%zz", "%zz"),
    ],
)
def test_values_are_read_liberally(value: str, caller: str | None) -> None:
    assert parse_call_hook(f"callid={value}&dnd=1").caller == caller


def test_bytes_that_are_no_utf8_are_replaced() -> None:
    assert parse_call_hook(b"callid=\xe8&dnd=1").caller == "\ufffd"


def test_missing_parameters_are_none() -> None:
    assert parse_call_hook("dnd=") == CallArrived()
    assert parse_call_hook("action=hangup") == CallHungUp()
    assert parse_call_hook({"callid": []}) == CallArrived()


def test_a_path_of_its_own_says_which_hook_it_is() -> None:
    assert parse_call_hook("", hook="hangup") == CallHungUp()
    event = parse_call_hook("callid=1&action=mine", hook=CallHook.RINGING)
    assert event == CallRinging(caller="1")
    assert event.extra == {}


def test_what_a_caller_smuggles_in_comes_before_the_real_thing() -> None:
    smuggled = "callerId=1&action=hangup&line=666&calleeId=2&line=500&idcall=3&action=ringing"
    assert parse_call_hook(smuggled) == CallRinging(caller="1", called="2", line="500", call_id="3")


SMUGGLED = "1&action=hangup&idcall=1408101684.96&callerId=777&calleeId=888&line=500"
OLD_LINE = f"secret=s&callid={SMUGGLED}&dnd=226219568"


def asterisk(hook: CallHook, caller: str) -> str:
    """Return the address that Asterisk calls when a caller has that number."""
    line = dialplan_line(hook, BASE).split('"')[1].replace("${CALLERID(num)}", caller)
    return re.sub(r"\$\{.*?\}", "226219568", line)


def test_an_incoming_call_stays_one_whatever_its_caller_writes() -> None:
    event = parse(asterisk(CallHook.INCOMING, SMUGGLED))
    assert event == CallArrived(caller="1", called="226219568")
    assert event.extra["idcall"] == "1408101684.96"
    assert parse(asterisk(CallHook.INCOMING, "1&action=")) == event


@pytest.mark.parametrize("hook", [CallHook.RINGING, CallHook.ANSWERED, CallHook.HUNG_UP])
def test_another_hook_stays_what_it_is_whatever_its_caller_writes(hook: CallHook) -> None:
    url = asterisk(hook, "1&callid=777&dnd=888&action=incoming&idcall=999&action=hangup")
    event = EVENTS[hook](caller="1", called="226219568", line="226219568", call_id="226219568")
    assert parse(url) == event
    assert parse(parse_qs(url.partition("?")[2])) == event


class FirstOfEquals(dict[str, str]):
    """Parameters as frameworks decode them that hand out the first of several values."""

    def __init__(self, query: str) -> None:
        self._values = parse_qs(query)
        super().__init__({name: values[0] for name, values in self._values.items()})

    def getlist(self, name: str) -> list[str]:
        return self._values[name]


@pytest.mark.parametrize("received", [OLD_LINE, parse_qs(OLD_LINE), FirstOfEquals(OLD_LINE)])
def test_an_old_line_with_another_action_is_not_understood(received: Received) -> None:
    for read in (parse, parse_call_hook):
        with pytest.raises(WebhookNotUnderstood, match="action=hangup") as caught:
            read(received)
        assert "777" not in str(caught.value)
    assert parse_call_hook(received, hook="incoming") == CallArrived(caller="1", called="226219568")


@pytest.mark.parametrize("hook", CallHook)
def test_the_last_of_equals_counts_whatever_a_framework_hands_out(hook: CallHook) -> None:
    query = asterisk(hook, "1&action=answer&action=incoming").partition("?")[2]
    assert type(parse(FirstOfEquals(query))) is EVENTS[hook]


def test_an_old_line_is_an_incoming_call_as_long_as_nothing_speaks_against_it() -> None:
    for action in ("", "&action=", "&action=mine", "&action=Incoming"):
        event = parse(f"callid=1{action}&dnd=2")
        assert event == CallArrived(caller="1", called="2")


def test_a_line_by_hand_can_bring_more_of_an_incoming_call() -> None:
    event = parse("callerId=1&calleeId=2&line=3&idcall=4&action=incoming")
    assert event == CallArrived(caller="1", called="2", line="3", call_id="4")


@pytest.mark.parametrize("query", ["", "action=", "action=transfer", "callerId=1&line=2", "s3cret"])
def test_what_is_no_call_hook(query: str) -> None:
    with pytest.raises(WebhookNotUnderstood, match="action=") as caught:
        parse_call_hook(query)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, TelephonyError)
    assert "s3cret" not in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301


@pytest.mark.parametrize(
    "received", ["&".join(f"a{i}=1" for i in range(201)), {f"a{i}": "1" for i in range(201)}]
)
def test_a_flood_of_parameters_is_refused(received: Received) -> None:
    with pytest.raises(WebhookNotUnderstood, match="more than 200"):
        parse(received)


def test_events_are_frozen_and_pickled() -> None:
    event = parse_call_hook("callid=1&mine=2")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.caller = "2"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    assert pickle.loads(pickle.dumps(event)) == event  # noqa: S301
    assert len({event, parse_call_hook("callid=1")}) == 1


# SMS.


def test_addresses_of_callbacks_are_the_documented_ones() -> None:
    url = "http://MojeVU.daktela.com/CRM/sms"
    assert sms_callback_url(url) == url
    assert sms_callback_url(url, names=RENAMED) == (
        f"{url}?own_number=$number&own_text=$message&own_id=$id&own_direction=$direction"
    )
    one = SmsParameterNames(number="tel")
    assert sms_callback_url(f"{url}?k=1", names=one) == f"{url}?k=1&tel=$number"


@pytest.mark.parametrize("name", ["", "a b", "a&b", "a=", "$a", "č", "1a", "a" * 65])
def test_names_of_parameters_are_harmless(name: str) -> None:
    with pytest.raises(InvalidRequest, match="name"):
        SmsParameterNames(number=name)


@pytest.mark.parametrize("name", ["message", "ID", "accountcode", "Result"])
def test_names_of_parameters_are_distinct(name: str) -> None:
    with pytest.raises(InvalidRequest, match="two parameters"):
        SmsParameterNames(number=name)


@pytest.mark.parametrize("name", ["number", "own_id", "accountcode"])
def test_a_callback_address_has_no_parameter_of_the_gateway(name: str) -> None:
    with pytest.raises(InvalidRequest, match="of its own"):
        sms_callback_url(f"http://a.example/?{name}=1", names=RENAMED)


def test_a_callback_address_holds_no_placeholder_of_its_own() -> None:
    with pytest.raises(InvalidRequest):
        sms_callback_url("http://a.example/?x=$y")


def test_an_sms_came_in() -> None:
    query = "number=%2B420603927227&message=Ahoj,+jak+se+m%C3%A1%C5%A1%3F&id=7180&direction=in&k=v"
    event = parse_sms_callback(query)
    assert event == SmsReceived(id="7180", number="+420603927227", text="Ahoj, jak se máš?")
    assert event.extra == {"k": "v"}
    assert "Ahoj" not in repr(event)
    assert parse(query) == event


def test_renamed_parameters() -> None:
    query = "own_number=603&own_text=a&own_id=1&own_direction=OUT&accountcode=ID12345&result=SENT"
    event = SmsDispatched(id="1", number="603", text="a", account_code="ID12345", result="SENT")
    assert parse_sms_callback(query, names=RENAMED) == event
    assert parse(query, names=RENAMED) == event
    with pytest.raises(WebhookNotUnderstood, match="direction="):
        parse_sms_callback(query)
    with pytest.raises(WebhookNotUnderstood, match="own_direction="):
        parse_sms_callback("direction=in", names=RENAMED)


@pytest.mark.parametrize(
    ("query", "delivered"),
    [
        ("direction=out&result=DELIVERED", True),
        ("direction=OUT&result=delivered", True),
        ("direction=out&result=NOTDELIVERED", False),
        ("direction=out&result=EXPIRED", False),
        ("direction=out&confirmed=1", True),
        ("direction=out&result=ok&confirmed=yes", True),
        ("direction=confirmed", None),
        ("direction=confirmed&result=DELIVERED", True),
    ],
)
def test_a_delivery_receipt(query: str, delivered: bool | None) -> None:
    event = parse_sms_callback(f"{query}&id=7&accountcode=x")
    assert isinstance(event, SmsDeliveryReceipt)
    assert (event.delivered, event.id, event.account_code) == (delivered, "7", "x")


@pytest.mark.parametrize(
    "query",
    ["direction=out", "direction=out&result=ok", "direction=out&confirmed=0", "direction=out&id="],
)
def test_an_sms_went_out(query: str) -> None:
    assert isinstance(parse_sms_callback(query), SmsDispatched)


def test_what_came_in_is_no_receipt() -> None:
    assert isinstance(parse_sms_callback("direction=in&result=DELIVERED"), SmsReceived)


def test_a_path_of_its_own_says_which_callback_it_is() -> None:
    assert parse_sms_callback("message=a", callback="in") == SmsReceived(text="a")
    receipt = parse_sms_callback("id=1&direction=out", callback=SmsCallback.RECEIPT)
    assert receipt == SmsDeliveryReceipt(id="1")


def test_placeholders_that_were_not_filled_are_none() -> None:
    query = "direction=in&number=$number&message=$message&id=$id&accountcode=$accountcode"
    assert parse_sms_callback(query) == SmsReceived()


def test_a_text_keeps_its_blanks_and_its_dollars() -> None:
    query = urlencode({"direction": "in", "message": " ${a} \n"})
    assert parse_sms_callback(query).text == " ${a} \n"


# All in one.


@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ("", "direction= and number= of an SMS"),
        ("direction=in", "direction= and number= of an SMS"),
        ("message=a", "action="),
        ("action=ringing&direction=in&number=1", "of a call and of an SMS"),
    ],
)
def test_neither_call_nor_sms(query: str, missing: str) -> None:
    with pytest.raises(WebhookNotUnderstood, match=missing):
        parse(query)


# What is built is what is parsed.

numbers = st.from_regex(r"\+[0-9]{1,15}|[0-9*#]{1,15}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
secrets = st.dictionaries(
    st.sampled_from(["k", "token", "a.b"]), st.text(st.characters(codec="utf-8"), min_size=1)
)


def query_of(own: Mapping[str, str]) -> str:
    return f"?{urlencode(own)}" if own else ""


@given(
    hook=st.sampled_from(CallHook),
    caller=numbers,
    called=numbers,
    line=st.from_regex(r"[0-9]{1,6}", fullmatch=True),
    call_id=st.from_regex(r"[0-9]{10}\.[0-9]{1,6}", fullmatch=True),
    own=secrets,
)
def test_a_line_brings_what_asterisk_knows(
    hook: CallHook, caller: str, called: str, line: str, call_id: str, own: dict[str, str]
) -> None:
    line_of_plan = dialplan_line(hook, f"https://crm.example.com/hook{query_of(own)}")
    variables = {
        "CALLERID(num)": caller,
        "FROM_DID": called,
        "REAL_EXTEN": line,
        "ID_CALL": call_id,
    }
    found = re.fullmatch(r'AGI\(notify_crm_api\.agi,"([^"]*)","CRMAPI"\)', line_of_plan)
    assert found is not None
    # A `+` may come as it is.
    url = re.sub(r"\$\{(.*?)\}", lambda match: quote(variables[match[1]], safe="+"), found[1])
    event = parse(url)
    if hook is CallHook.INCOMING:
        assert event == CallArrived(caller=caller, called=called)
    else:
        assert event == EVENTS[hook](caller=caller, called=called, line=line, call_id=call_id)
    assert event.extra == own


@given(
    renamed=st.sets(st.sampled_from(["number", "message", "id", "direction"])),
    number=st.from_regex(r"\+?[0-9]{3,15}", fullmatch=True),
    message=texts,
    direction=st.sampled_from(["in", "out", "IN", "OUT"]),
    own=secrets,
)
def test_a_callback_brings_what_the_gateway_knows(
    renamed: set[str], number: str, message: str, direction: str, own: dict[str, str]
) -> None:
    names = SmsParameterNames(**{name: f"own_{name}" for name in renamed})
    url = sms_callback_url(f"http://crm.example.com/sms{query_of(own)}", names=names)
    values = {"number": number, "message": message, "id": "7180", "direction": direction}
    for name, value in values.items():
        if f"${name}" in url:
            url = url.replace(f"${name}", quote_plus(value))
        else:
            url += f"{'&' if '?' in url else '?'}{name}={quote_plus(value)}"
    event = parse(url, names=names)
    kind = SmsReceived if direction.lower() == "in" else SmsDispatched
    assert event == kind(id="7180", number=number, text=None if message == "$message" else message)
    assert event.extra == own


@given(st.one_of(st.text(), st.binary(), st.dictionaries(st.text(), st.text())))
def test_whatever_comes_is_an_event_or_not_understood(received: Received) -> None:
    with contextlib.suppress(WebhookNotUnderstood):
        parse(received)


# Replies.


def test_a_reply_is_the_documented_one() -> None:
    reply = crm_reply({"NAME": "Daktela s.r.o.", "ADDRESS": "Pod Krejcarkem 975"})
    assert reply == b'{"NAME": "Daktela s.r.o.", "ADDRESS": "Pod Krejcarkem 975"}'
    assert crm_reply({}) == b"{}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "1"),
        (False, "0"),
        (7, "7"),
        (1.5, "1.5"),
        (Decimal("1.50"), "1.50"),
        ("Příliš žluťoučký (kůň), a.s.]", "Příliš žluťoučký (kůň), a.s.]"),
        ('Firma "U Nováka"', "Firma 'U Nováka'"),
        ("a\\b", "a/b"),
        ("a\r\nEXEC System x", "a  EXEC System x"),
        ("a\x00\u2028\x1b\ud800b", "a    b"),
        ("a\xa0b", "a b"),
        ("${EVIL}$[1+1]$${X}$$1", "{EVIL}[1+1]{X}$$1"),
        ("  a  ", "a"),
    ],
)
def test_values_of_a_reply_are_harmless(value: ReplyValue, text: str) -> None:
    assert json.loads(crm_reply({"X": value})) == {"X": text}


@given(st.text())
def test_no_value_of_a_reply_can_end_an_agi_command(value: str) -> None:
    body = crm_reply({"X": value})
    assert body.isascii()
    text = json.loads(body)["X"]
    assert text == "" or text.isprintable()
    assert not set('"\\') & set(text)
    assert "${" not in text
    assert "$[" not in text


@pytest.mark.parametrize("name", ["", "A B", "A)", "A,B", "A~", "1", "Á", "A\n", "A" * 65, 7])
def test_names_of_a_reply_are_checked(name: str) -> None:
    with pytest.raises(InvalidRequest, match="is no name"):
        crm_reply({name: "x"})


def test_values_of_a_reply_are_texts_or_numbers() -> None:
    nested: dict[str, object] = {"X": ["s3cret"]}
    with pytest.raises(InvalidRequest, match="is a list") as caught:
        crm_reply(nested)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert "s3cret" not in str(caught.value)


def test_values_of_a_reply_are_bounded() -> None:
    assert len(json.loads(crm_reply({"X": "x" * 900}))["X"]) == 900
    with pytest.raises(InvalidRequest, match="at most 900") as caught:
        crm_reply({"X": "č" * 451})
    assert "č" not in str(caught.value)
