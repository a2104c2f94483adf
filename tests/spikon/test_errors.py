"""The errors of chapter 5, in all wrappings, and what "No elements found" means where."""

from __future__ import annotations

import pickle
from collections.abc import Awaitable, Callable
from datetime import date

import httpx
import pytest

import spikon_async
from spikon_async import (
    Acted,
    AlreadyExists,
    ApiError,
    ApiKeyMissing,
    ApiTurnedOff,
    Deleted,
    Fault,
    Forbidden,
    GeneralFailure,
    IpNotWhitelisted,
    NoElementsFound,
    NotReady,
    ParameterMissing,
    RetryPolicy,
    SpikonApiError,
    SpikonClient,
    StatusError,
    TelephonyError,
    UnknownApiKey,
    UnknownErrorCode,
    UnknownMethod,
    WireFormat,
    WrongDataFormat,
    WrongParameterValue,
)
from tests.intercepted import intercepted
from tests.spikon.helpers import KEY, answer, service, told

pytestmark = pytest.mark.asyncio

#: Chapter 5 of the document.
CODES: dict[int, tuple[type[SpikonApiError], str]] = {
    -1: (UnknownMethod, "Unknown method"),
    -2: (ApiKeyMissing, "API key missing"),
    -3: (UnknownApiKey, "Unknown API key"),
    -4: (ApiTurnedOff, "API turned off"),
    -5: (IpNotWhitelisted, "IP address not whitelisted"),
    -6: (WrongParameterValue, "Wrong value for parameter"),
    -7: (ParameterMissing, "Parameter missing"),
    -8: (NoElementsFound, "No elements found"),
    -9: (NotReady, "Not ready"),
    -10: (AlreadyExists, "Already exist"),
    -11: (Forbidden, "Forbidden"),
    -12: (WrongDataFormat, "Data in wrong format"),
    -1000: (GeneralFailure, "General failure, please contact service!"),
    -4711: (UnknownErrorCode, "Of another version"),
}

#: How one error may be wrapped: the first is what the document shows; the others follow from it.
WRAPPINGS = {
    "xml": "<errors><error><id>{0}</id><text>{1}</text></error></errors>",
    "xml with a declaration": (
        '<?xml version="1.0" encoding="UTF-8"?>\n<errors>\n  <error>\n    <id> {0} </id>\n'
        "    <text>\n{1}\n</text>\n  </error>\n</errors>\n"
    ),
    "xml, typed": (
        '<errors type="array"><error><id type="integer">{0}</id><text>{1}</text></error></errors>'
    ),
    "xml, numbered": "<errors><error-1><id>{0}</id><text>{1}</text></error-1></errors>",
    "xml, counted": (
        "<errors><count>1</count><error-1><id>{0}</id><text>{1}</text></error-1></errors>"
    ),
    "xml, alone": "<error><id>{0}</id><text>{1}</text></error>",
    "json, the same": '{{"errors": {{"error": {{"id": "{0}", "text": "{1}"}}}}}}',
    "json, a number": '{{"errors": {{"error": {{"id": {0}, "text": "{1}"}}}}}}',
    "json, a list under error": '{{"errors": {{"error": [{{"id": "{0}", "text": "{1}"}}]}}}}',
    "json, a list under errors": '{{"errors": [{{"id": "{0}", "text": "{1}"}}]}}',
    "json, a list of wrapped ones": '{{"errors": [{{"error": {{"id": {0}, "text": "{1}"}}}}]}}',
    "json, numbered": '{{"errors": {{"error-1": {{"id": "{0}", "text": "{1}"}}}}}}',
    "json, counted": ('{{"errors": {{"count": "1", "error-1": {{"id": "{0}", "text": "{1}"}}}}}}'),
    "json, alone": '{{"error": {{"id": "{0}", "text": "{1}"}}}}',
    "json, by the name of code": '{{"error": {{"code": {0}, "text": "{1}"}}}}',
    "json, at once under errors": '{{"errors": {{"id": "{0}", "text": "{1}"}}}}',
    "json, with blanks": '{{" errors ": {{"error ": {{"id": " {0} ", "text": " {1} "}}}}}}',
}

Call = Callable[[SpikonClient], Awaitable[object]]


async def caught(body: str | httpx.Response, call: Call | None = None) -> SpikonApiError:
    with service() as router:
        reply = answer(body) if isinstance(body, str) else body
        route = router.route().mock(return_value=reply)
        async with SpikonClient(KEY) as spikon:
            with pytest.raises(SpikonApiError) as error:
                await (spikon.account.balance() if call is None else call(spikon))
    assert route.call_count == 1
    return error.value


# Every code.


@pytest.mark.repetitive
@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("wrapping", WRAPPINGS)
async def test_every_code_in_every_wrapping(wrapping: str, status: int) -> None:
    for code in CODES:
        await check_code(code, wrapping, status)


async def check_code(code: int, wrapping: str, status: int) -> None:
    kind, text = CODES[code]
    error = await caught(answer(WRAPPINGS[wrapping].format(code, text), status))
    assert type(error) is kind
    assert (error.code, error.text, error.desc) == (code, text, "")
    assert error.faults == (Fault(code, text, ""),)
    assert error.call == "POST /api/balance/show"
    assert error.acted is Acted.NO
    assert f"error {code}: {text}" in str(error)
    assert error.advice or kind is Forbidden
    assert error.advice in str(error)
    assert isinstance(error, ApiError)


async def test_there_is_a_class_for_every_code() -> None:
    kinds = {
        kind
        for name in spikon_async.__all__
        for kind in [getattr(spikon_async, name)]
        if isinstance(kind, type) and issubclass(kind, SpikonApiError)
    }
    assert kinds - {SpikonApiError} == {kind for kind, _ in CODES.values()}
    assert {kind.documented_code for kind in kinds} == {*CODES, None} - {-4711}


@pytest.mark.parametrize("code", CODES)
async def test_an_error_to_a_call_that_acts(code: int) -> None:
    body = WRAPPINGS["xml"].format(code, "x")
    error = await caught(
        body, lambda spikon: spikon.sms.send("600123456", "Dzień dobry", sender="SMS")
    )
    # A refusal is no action; a failure inside of the service may come after one.
    unsure = code in {-1000, -4711}
    assert error.acted is (Acted.MAYBE if unsure else Acted.NO)
    assert ("The server may have acted on it." in str(error)) is unsure


@pytest.mark.parametrize(
    "body",
    [
        '{"errors": {"error": {"id": "-6", "text": "Wrong value for parameter",'
        ' "desc": "destination_number"}}}',
        "<errors><error><id>-6</id><text>Wrong value for parameter</text>"
        "<desc>destination_number</desc></error></errors>",
    ],
    ids=["json", "xml"],
)
async def test_the_description_names_the_parameter(body: str) -> None:
    error = await caught(body)
    assert isinstance(error, WrongParameterValue)
    assert error.desc == "destination_number"
    assert "(destination_number)" in str(error)


async def test_the_detail_stands_in_the_text() -> None:
    text = "No elements found (Could not find phonebook with id = '123')"
    error = await caught(WRAPPINGS["json, the same"].format(-8, text))
    assert isinstance(error, NoElementsFound)
    assert error.text == text
    assert text in str(error)


SEVERAL = {
    "xml": (
        "<errors><error><id>-6</id><text>Wrong value for parameter</text><desc>to</desc></error>"
        "<error><id>-7</id><text>Parameter missing</text><desc>from</desc></error></errors>"
    ),
    "xml, numbered": (
        "<errors><count>2</count>"
        "<error-2><id>-7</id><text>Parameter missing</text><desc>from</desc></error-2>"
        "<error-1><id>-6</id><text>Wrong value for parameter</text><desc>to</desc></error-1>"
        "</errors>"
    ),
    "json under error": (
        '{"errors": {"error": ['
        '{"id": "-6", "text": "Wrong value for parameter", "desc": "to"},'
        ' {"id": "-7", "text": "Parameter missing", "desc": "from"}]}}'
    ),
    "json under errors": (
        '{"errors": [{"id": -6, "text": "Wrong value for parameter", "desc": "to"},'
        ' {"id": -7, "text": "Parameter missing", "desc": "from"}]}'
    ),
    "json, each wrapped": (
        '{"errors": ['
        '{"error": {"id": -6, "text": "Wrong value for parameter", "desc": "to"}},'
        ' {"error": {"id": -7, "text": "Parameter missing", "desc": "from"}}]}'
    ),
    "json, numbered": (
        '{"errors": {"error-2": {"id": -7, "text": "Parameter missing", "desc": "from"},'
        ' "error-1": {"id": -6, "text": "Wrong value for parameter", "desc": "to"}}}'
    ),
}


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("how", SEVERAL)
async def test_several_errors_are_kept_and_the_first_decides(how: str, status: int) -> None:
    error = await caught(answer(SEVERAL[how], status))
    assert type(error) is WrongParameterValue
    assert error.faults == (
        Fault(-6, "Wrong value for parameter", "to"),
        Fault(-7, "Parameter missing", "from"),
    )
    assert (error.code, error.desc) == (-6, "to")
    assert "error -7: Parameter missing (from)" in str(error)


@pytest.mark.parametrize(
    "others",
    [
        '{"id": -1000, "text": "General failure"}',
        '{"id": -4711, "text": "Of another version"}',
        '{"text": "without a number"}',
        '"in words"',
    ],
)
@pytest.mark.parametrize("place", ["first", "last"])
async def test_one_error_after_which_it_may_have_acted_is_enough(others: str, place: str) -> None:
    known = '{"id": -6, "text": "Wrong value for parameter", "desc": "to"}'
    errors = [known, others] if place == "last" else [others, known]
    body = f'{{"errors": [{", ".join(errors)}]}}'
    error = await caught(body, lambda spikon: spikon.sms.send("600123456", "x", sender="SMS"))
    assert error.acted is Acted.MAYBE
    assert not error.repeatable
    assert error.advice.startswith("Look whether it took effect before making it again")
    if place == "last":
        assert type(error) is WrongParameterValue
        assert "Correct the argument" in error.advice
    # A call that only reads has done nothing, and there is nothing to look for.
    error = await caught(body)
    assert error.acted is Acted.NO
    assert error.repeatable
    assert "Look whether" not in error.advice


async def test_several_known_errors_are_refusals() -> None:
    error = await caught(
        SEVERAL["xml"], lambda spikon: spikon.sms.send("600123456", "x", sender="SMS")
    )
    assert error.acted is Acted.NO
    assert error.repeatable


@pytest.mark.parametrize(("code", "kind"), CODES.items())
async def test_a_failure_of_the_service_may_pass(
    code: int, kind: tuple[type[SpikonApiError], str]
) -> None:
    error = await caught(WRAPPINGS["json, the same"].format(*[code, "x"]))
    assert error.transient is (kind[0] is GeneralFailure)
    assert ("serwis@spikon.pl" in error.advice) is (kind[0] is GeneralFailure)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('{"error": "Przerwa techniczna"}', Fault(None, "Przerwa techniczna", "")),
        ("<error>Przerwa techniczna</error>", Fault(None, "Przerwa techniczna", "")),
        ('{"errors": {"error": {"id": "x", "text": "y"}}}', Fault(None, "y", "")),
        ('{"errors": {"error": {"text": "y"}}}', Fault(None, "y", "")),
        ('{"errors": {"error": {"id": "12345678901234567890"}}}', Fault(None, "", "")),
        ('{"error": null}', Fault(None, "", "")),
        ('{"error": -3}', Fault(None, "-3", "")),
    ],
)
async def test_an_error_without_a_number(body: str, fault: Fault) -> None:
    error = await caught(body)
    assert type(error) is UnknownErrorCode
    assert error.faults == (fault,)
    assert error.code is None
    assert "an error without a number" in str(error)


@pytest.mark.parametrize("wire_format", list(WireFormat))
@pytest.mark.parametrize("status", [400, 403, 500])
async def test_a_failure_that_is_no_error_of_the_api(wire_format: WireFormat, status: int) -> None:
    with service() as router:
        router.route().mock(return_value=answer('{"account": {"balance": "1,00"}}', status))
        async with SpikonClient(KEY, wire_format=wire_format) as spikon:
            with pytest.raises(StatusError) as error:
                await spikon.account.balance()
    assert error.value.status == status


async def test_errors_survive_pickle() -> None:
    error = await caught(SEVERAL["xml"])
    copy: SpikonApiError = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert type(copy) is type(error)
    assert (str(copy), copy.faults, copy.code, copy.call) == (
        str(error),
        error.faults,
        error.code,
        error.call,
    )


async def test_a_class_knows_its_code_without_an_answer() -> None:
    assert NotReady().code == -9
    assert UnknownErrorCode().code is None


# A key that the server quotes.


@pytest.mark.parametrize("key", [KEY, "<&>'\"/+%", "a/b+c=d%"])
@pytest.mark.parametrize("where", ["text", "desc"])
@pytest.mark.parametrize("wire_format", list(WireFormat))
async def test_a_key_that_the_server_quotes_is_hidden(
    wire_format: WireFormat, where: str, key: str
) -> None:
    text, desc = (f"key {key}!", "d") if where == "text" else ("t", f"key {key}!")
    escaped = [
        value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for value in (text, desc)
    ]
    body = "<errors><error><id>-3</id><text>{}</text><desc>{}</desc></error></errors>"
    with service() as router:
        router.route().mock(return_value=answer(body.format(*escaped)))
        async with SpikonClient(key, wire_format=wire_format) as spikon:
            with pytest.raises(UnknownApiKey) as error:
                await spikon.account.balance()
    assert key not in told(error.value)
    assert "key ***!" in str(error.value)


# "No elements found" (-8).

NONE_FOUND = '{"errors": {"error": {"id": "-8", "text": "No elements found"}}}'

LISTS: dict[str, tuple[str, Call]] = {
    "account.phone_accounts": ("phone-accounts", lambda spikon: spikon.account.phone_accounts()),
    "phone_books.list": ("phone-books", lambda spikon: spikon.phone_books.list()),
    "call_lists.list": ("call-lists", lambda spikon: spikon.call_lists.list()),
    "call_center.campaigns": ("cc-campaigns", lambda spikon: spikon.call_center.campaigns()),
    "call_center.agents": ("cc-agents", lambda spikon: spikon.call_center.agents()),
    "tts.languages": ("tts", lambda spikon: spikon.tts.languages()),
    "tts.list": ("tts ", lambda spikon: spikon.tts.list()),
}

EMPTY = {
    "-8": NONE_FOUND,
    "-8 in XML": "<errors><error><id>-8</id><text>No elements found</text></error></errors>",
    "count": '{{"{0}": {{"count": "0"}}}}',
    "count as a number": '{{"{0}": {{"count": 0}}}}',
    "an empty list": '{{"{0}": []}}',
    "an empty map": '{{"{0}": {{}}}}',
    "null": '{{"{0}": null}}',
    "an empty text": '{{"{0}": ""}}',
    "count in XML": "<{0}><count>0</count></{0}>",
    "an empty element": "<{0}/>",
    "an element with a blank": '<{0} type="array">\n</{0}>',
}


@pytest.mark.parametrize("how", EMPTY)
@pytest.mark.parametrize("name", LISTS)
async def test_an_empty_list_is_no_error(name: str, how: str) -> None:
    root, call = LISTS[name]
    body = EMPTY[how]
    if "errors" not in body:
        body = body.format(root.strip() if body.startswith("<") else root)
    with service() as router:
        router.route().mock(return_value=answer(body))
        async with SpikonClient(KEY) as spikon:
            assert await call(spikon) == ()


async def test_an_empty_list_of_voices_is_an_unknown_language() -> None:
    error = await caught(NONE_FOUND, lambda spikon: spikon.tts.voices("xx-XX"))
    assert isinstance(error, NoElementsFound)


SHOWS: dict[str, tuple[str, str, str, Call]] = {
    "phone_books.show": (
        "/api/phone_book/show",
        "/api/phone_book/list",
        '{{"phone-books": {{"count": "1", "phone-book-1": {{"id": "{0}", "name": "x"}}}}}}',
        lambda spikon: spikon.phone_books.show("7"),
    ),
    "call_lists.show": (
        "/api/call_list/show",
        "/api/call_list/list",
        '{{"call-lists": {{"count": "1", "call-list-1": {{"id": "{0}", "generated": "1"}}}}}}',
        lambda spikon: spikon.call_lists.show("7"),
    ),
}


@pytest.mark.parametrize("name", SHOWS)
async def test_nothing_found_in_what_exists_is_empty(name: str) -> None:
    show, listing, body, call = SHOWS[name]
    with service() as router:
        router.post(show).mock(return_value=answer(NONE_FOUND))
        listed = router.post(listing).mock(return_value=answer(body.format(7)))
        async with SpikonClient(KEY) as spikon:
            assert await call(spikon) == ()
        assert listed.call_count == 1


@pytest.mark.parametrize("listing_body", [None, NONE_FOUND], ids=["others", "none"])
@pytest.mark.parametrize("name", SHOWS)
async def test_nothing_found_of_what_does_not_exist_is_an_error(
    name: str, listing_body: str | None
) -> None:
    show, listing, body, call = SHOWS[name]
    with service() as router:
        router.post(show).mock(return_value=answer(NONE_FOUND))
        router.post(listing).mock(return_value=answer(listing_body or body.format(77)))
        async with SpikonClient(KEY) as spikon:
            with pytest.raises(NoElementsFound) as error:
                await call(spikon)
    assert error.value.call == f"POST {show}"


@pytest.mark.parametrize("name", SHOWS)
async def test_what_is_found_is_not_looked_for_in_the_list(name: str) -> None:
    show, listing, body, call = SHOWS[name]
    with service() as router:
        router.post(show).mock(return_value=answer('{"x": {"count": "0"}}'))
        listed = router.post(listing).mock(return_value=answer(body.format(7)))
        async with SpikonClient(KEY) as spikon:
            assert await call(spikon) == ()
        assert listed.call_count == 0


async def test_a_report_that_is_not_ready_says_so() -> None:
    body = WRAPPINGS["json, the same"].format(-9, "Not ready")
    error = await caught(body, lambda spikon: spikon.call_lists.show("7"))
    assert isinstance(error, NotReady)
    assert "wait" in error.advice


# What an error means after a lost answer.

DELETIONS: dict[str, Call] = {
    "phone_books.delete": lambda spikon: spikon.phone_books.delete("7"),
    "phone_books.delete_entry": lambda spikon: spikon.phone_books.delete_entry("7"),
    "tts.delete": lambda spikon: spikon.tts.delete("7"),
}
REMOVALS: dict[str, Call] = {
    "remove_from_incoming": lambda spikon: spikon.call_center.remove_from_incoming("1", "2"),
    "remove_from_outgoing": lambda spikon: spikon.call_center.remove_from_outgoing("1", "2"),
}
ADDITIONS: dict[str, Call] = {
    "add_to_incoming": lambda spikon: spikon.call_center.add_to_incoming("1", "2"),
    "add_to_outgoing": lambda spikon: spikon.call_center.add_to_outgoing("1", "2"),
}


def set_default(spikon: SpikonClient) -> Awaitable[object]:
    return spikon.call_center.set_default_outgoing("1", "2")


def refusal(code: int) -> httpx.Response:
    return answer(WRAPPINGS["json, the same"].format(code, "x"))


async def in_turn(call: Call, *replies: httpx.Response | Exception) -> object:
    """Make a call that is answered in this way, then in that."""
    retry = RetryPolicy(first_delay=0.0)
    with intercepted() as router:
        router.route().mock(side_effect=list(replies))
        async with SpikonClient(KEY, retry=retry) as spikon:
            return await call(spikon)


@pytest.mark.parametrize(
    "lost",
    [httpx.ReadError("x"), httpx.RemoteProtocolError("x"), httpx.Response(502)],
    ids=["cut", "closed", "502"],
)
@pytest.mark.parametrize("name", [*DELETIONS, *REMOVALS, *ADDITIONS])
async def test_done_by_the_attempt_whose_answer_was_lost(
    name: str, lost: httpx.Response | Exception
) -> None:
    call = {**DELETIONS, **REMOVALS, **ADDITIONS}[name]
    result = await in_turn(call, lost, refusal(-10 if name in ADDITIONS else -8))
    if name in DELETIONS:
        assert result == Deleted(id="7", state="deleted")
    else:
        assert repr(result) == "ActionStatus(status=<ActionState.OK: 'OK'>)"


@pytest.mark.parametrize("before", [(), (httpx.ConnectError("x"),)], ids=["first", "not sent"])
@pytest.mark.parametrize("name", [*DELETIONS, *REMOVALS, *ADDITIONS])
async def test_the_first_attempt_to_arrive_is_believed(
    name: str, before: tuple[Exception, ...]
) -> None:
    call = {**DELETIONS, **REMOVALS, **ADDITIONS}[name]
    kind = AlreadyExists if name in ADDITIONS else NoElementsFound
    with pytest.raises(kind):
        await in_turn(call, *before, refusal(-10 if name in ADDITIONS else -8))


@pytest.mark.parametrize("name", [*REMOVALS, *ADDITIONS])
async def test_a_refusal_of_an_action_has_advice_of_its_own(name: str) -> None:
    call = {**REMOVALS, **ADDITIONS}[name]
    with pytest.raises(SpikonApiError) as error:
        await in_turn(call, refusal(-10 if name in ADDITIONS else -8))
    assert error.value.advice.startswith("The agent is ")
    assert "name" not in error.value.advice
    assert error.value.advice in str(error.value)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        *((call, -10) for call in [*DELETIONS.values(), *REMOVALS.values(), set_default]),
        *((call, -8) for call in [*ADDITIONS.values(), set_default]),
    ],
)
async def test_no_other_error_becomes_a_success(call: Call, code: int) -> None:
    with pytest.raises(SpikonApiError) as error:
        await in_turn(call, httpx.ReadError("x"), refusal(code))
    assert error.value.code == code
    assert error.value.repeated


async def test_the_books_are_listed_only_when_they_must_be() -> None:
    with service() as router:
        router.post("/api/phone_book/show").mock(return_value=refusal(-11))
        async with SpikonClient(KEY) as spikon:
            with pytest.raises(Forbidden):
                await spikon.phone_books.show("7")


async def test_an_error_of_an_order_is_no_answer() -> None:
    error = await caught(
        WRAPPINGS["json, the same"].format(-12, "Data in wrong format"),
        lambda spikon: spikon.call_lists.order(date(2024, 5, 6), date(2024, 5, 6)),
    )
    assert isinstance(error, TelephonyError)
    assert error.call == "POST /api/call_list/order"
