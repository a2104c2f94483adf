"""The 30 documented methods: their parameters and what each answers."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TypeAlias

import attrs

from _telephony_core.sandbox.exchange import Reply
from spikon_async.sandbox.call_center import Agent, Direction
from spikon_async.sandbox.call_history import SandboxCall
from spikon_async.sandbox.errors import Refusal, wrong_value
from spikon_async.sandbox.messages import SENDERS
from spikon_async.sandbox.monitor import MAX_WAITING, MEASURED_SLA, NO_DATA, clock_time, monitor
from spikon_async.sandbox.parameters import (
    Given,
    Parameter,
    a_date,
    an_id,
    anything,
    at_most,
    digits,
    one_of,
)
from spikon_async.sandbox.phone_books import PhoneBookEntry
from spikon_async.sandbox.render import Answer, Array, Node, numbered
from spikon_async.sandbox.settings import Settings
from spikon_async.sandbox.state import State

RECORDING = "channels/lists/call/get_playback_file"
"""The path of a recording's link, which belongs to the vendor's panel and not to the API."""

Handler: TypeAlias = Callable[[State, Settings, Given], Answer | Reply]


@attrs.frozen
class Method:
    """A method: the HTTP verb, what it takes besides key and format, and what it does."""

    verb: str
    handler: Handler
    parameters: tuple[Parameter, ...] = ()


def _list(root: str, item: str, nodes: Iterable[Node], settings: Settings) -> Answer:
    children = tuple(nodes)
    if not children and settings.empty_lists == "error":
        raise Refusal(-8)
    return Answer({root: numbered(item, children)})


# 4.2 The account


def _balance_show(state: State, settings: Settings, given: Given) -> Answer:
    amount = f"{state.wallet.balance:.2f}"
    dot = given.get("sign") == "1"
    return Answer({"account": {"balance": amount if dot else amount.replace(".", ",")}})


def _phone_account_list(state: State, settings: Settings, given: Given) -> Answer:
    nodes = (
        {
            "id": str(account.id),
            "number": account.number,
            "internal": account.internal,
            "login": account.login,
            "description": account.description,
            "state": str(int(account.registered)),
            "recording": str(int(account.recording)),
        }
        for account in state.accounts.accounts
    )
    return _list("phone-accounts", "phone-account", nodes, settings)


def _call_initiate(state: State, settings: Settings, given: Given) -> Answer:
    account_id = int(given["phone_account_id"])
    state.accounts.initiate(account_id, given["destination_number"], state.clock.now())
    return Answer({"call": {"state": "initiated"}})


# 4.3 Phone books


def _phone_book_list(state: State, settings: Settings, given: Given) -> Answer:
    nodes = ({"id": str(book.id), "name": book.name} for book in state.books.books)
    return _list("phone-books", "phone-book", nodes, settings)


def _phone_book_show(state: State, settings: Settings, given: Given) -> Answer:
    def node(entry: PhoneBookEntry) -> Node:
        # Deleting an entry needs its id, which the document's samples don't show.
        known: dict[str, Node] = {"id": str(entry.id)} if settings.entry_ids else {}
        return {**known, "name": entry.name, "number": entry.number}

    entries = state.books.entries_of(int(given["phone_book_id"]))
    return _list("phone-book-elements", "phone-book-element", map(node, entries), settings)


def _phone_book_add(state: State, settings: Settings, given: Given) -> Answer:
    book = state.books.add(given["phone_book_name"])
    return Answer({"phone-books": {"phone_book": {"id": str(book.id), "name": book.name}}})


def _phone_book_delete(state: State, settings: Settings, given: Given) -> Answer:
    book_id = int(given["phone_book_id"])
    state.books.delete(book_id)
    return Answer({"phone-books": {"phone_book": {"id": str(book_id), "state": "deleted"}}})


def _phone_book_element_add(state: State, settings: Settings, given: Given) -> Answer:
    entry = state.books.add_entry(
        int(given["phone_book_id"]),
        given["phone_book_element_name"],
        given["phone_book_element_number"],
    )
    node = {"id": str(entry.id), "name": entry.name, "number": entry.number}
    return Answer({"phone-book-elements": {"phone_book_element": node}})


def _phone_book_element_delete(state: State, settings: Settings, given: Given) -> Answer:
    entry_id = int(given["phone_book_element_id"])
    state.books.delete_entry(entry_id)
    node = {"id": str(entry_id), "state": "deleted"}
    return Answer({"phone-book-elements": {"phone_book_element": node}})


# 4.4 The call history


def _call_list_order(state: State, settings: Settings, given: Given) -> Answer:
    report_id = state.reports.order(
        dt.date.fromisoformat(given["date_start"]),
        dt.date.fromisoformat(given["date_end"]),
        direction=given["dir"],
        with_records_only=given.get("with_records_only", "1") == "1",
        number=given.get("number"),
    )
    return Answer({"call_list": {"call_list_id": str(report_id)}})


def _call_list_list(state: State, settings: Settings, given: Given) -> Answer:
    nodes = (
        {"id": str(report_id), "generated": str(int(ready))}
        for report_id, ready in state.reports.list()
    )
    return _list("call-lists", "call-list", nodes, settings)


def _call_list_show(state: State, settings: Settings, given: Given) -> Answer:
    def file(call: SandboxCall) -> str:
        link = f"{settings.url}/{RECORDING}?id={call.id}"
        return {"link": link, "ftp": call.file_name, "": ""}[call.recording]

    nodes = (
        {
            "date": f"{call.start:%Y-%m-%d %H:%M:%S}",
            "src": call.source,
            "dst": call.destination,
            "duration": str(call.duration),
            "state": call.state,
            "file": file(call),
        }
        for call in state.reports.show(int(given["call_list_id"]))
    )
    return _list("call-lists", "call-list", nodes, settings)


# 4.5 The call centre


def _cc_campaigns_list(state: State, settings: Settings, given: Given) -> Answer:
    nodes = ({"id": str(campaign.id), "name": campaign.name} for campaign in state.center.campaigns)
    return _list("cc-campaigns", "cc-campaign", nodes, settings)


def _cc_agent_list(state: State, settings: Settings, given: Given) -> Answer:
    def node(agent: Agent) -> Node:
        # "campain" is the vendor's spelling.
        return {
            "id": str(agent.id),
            "name": agent.name,
            "sip": agent.sip,
            "ddi": agent.ddi,
            "in_campains": Array("in_campain", agent.in_campaigns),
            "out_campains": Array("out_campain", agent.out_campaigns),
            "default_out_campain": agent.default_out_campaign,
        }

    return _list("cc-agents", "cc-agent", map(node, state.center.agents), settings)


def _add_agent(direction: Direction) -> Handler:
    def handler(state: State, settings: Settings, given: Given) -> Answer:
        state.center.add_agent(direction, int(given["agent_id"]), int(given["campaign_id"]))
        return Answer({"add_agent_status": "OK"}, xml={"add-agent": {"status": "OK"}})

    return handler


def _remove_agent(direction: Direction) -> Handler:
    def handler(state: State, settings: Settings, given: Given) -> Answer:
        state.center.remove_agent(direction, int(given["agent_id"]), int(given["campaign_id"]))
        return Answer({"remove_agent": {"status": "OK"}})

    return handler


def _set_default(state: State, settings: Settings, given: Given) -> Answer:
    state.center.set_default(int(given["agent_id"]), int(given["campaign_id"]))
    return Answer({"out_campaign_set_default": {"status": "OK"}})


def _cc_monitor_show(state: State, settings: Settings, given: Given) -> Answer:
    campaign_id = int(given["cc_campaign_id"])
    members = state.center.members(campaign_id)
    now = monitor(campaign_id, members, state.clock.datetime())
    busy = sum(member.busy for member in now.members)
    basic: dict[str, Node] = {
        "free-members": len(members) - busy,
        "busy-members": busy,
        "calls-waiting": len(now.waiting),
        "answered": now.answered,
        "unanswered": now.unanswered,
        "in-queue": len(now.waiting),
        "average-waiting-time": clock_time(now.average_waiting),
        "max-waiting": MAX_WAITING,
        "average-call-time": clock_time(now.average_call),
        "measured-sla": clock_time(MEASURED_SLA),
        "sla": now.sla,
    }
    agents: dict[str, Node] = {
        f"cc-campain-member-{number}": {
            "login": member.agent.sip,
            "description": member.agent.name,
            "state": "Zajęty" if member.busy else "Wolny",
            "answered": str(member.answered),
            "last-call": NO_DATA if member.since_call is None else clock_time(member.since_call),
            "pause": "Tak" if member.paused else "Nie",
            "skill": "1",
        }
        for number, member in enumerate(now.members, 1)
    }
    # What a waiting call looks like isn't documented.
    waiting: dict[str, Node] = {
        f"waiting-call-{number}": {"number": call.number, "waiting-time": clock_time(call.waiting)}
        for number, call in enumerate(now.waiting, 1)
    }
    return Answer(
        {"cc-monitor": {"basic-data": basic, "campaign-members": agents, "waiting-calls": waiting}}
    )


# 4.6 Messages


def _sms_send(state: State, settings: Settings, given: Given) -> Answer:
    if given["from"] not in (*SENDERS, *settings.sender_names):
        raise wrong_value("from", f"not one of {', '.join(SENDERS)} nor a name of your own")
    ids = Array("id", (state.messages.send(given["from"], given["to"], given["message"]),))
    return Answer(
        {"sms": {"state": "OK", "ids": ids}},
        xml={"sms": {"state": " OK ", "ids": ids}},
    )


def _sms_state(state: State, settings: Settings, given: Given) -> Answer:
    number, error = state.messages.state(int(given["id"]))
    explained: dict[str, Node] = {} if error is None else {"error": error}
    return Answer({"sms": {"state": number, **explained}})


# 4.7 Speech


def _tts_language_list(state: State, settings: Settings, given: Given) -> Answer:
    # The document's JSON sample lacks the words `"languages": [`, which its XML has.
    languages = state.speech.languages
    nodes = ({"language": one.code, "description": one.description} for one in languages)
    return Answer(
        {"tts": {"count": str(len(languages)), "languages": Array("language", tuple(nodes))}}
    )


def _tts_voice_list(state: State, settings: Settings, given: Given) -> Answer:
    voices = state.speech.voices(given["language"])
    nodes = ({"name": voice.name, "gender": voice.gender} for voice in voices)
    return Answer({"tts": {"count": str(len(voices)), "voices": Array("voice", tuple(nodes))}})


def _tts_generate(state: State, settings: Settings, given: Given) -> Answer:
    tts_id = state.speech.generate(given["voice"], given["name"], given["text"])
    return Answer({"tts": {"tts_id": str(tts_id)}})


def _tts_list(state: State, settings: Settings, given: Given) -> Answer:
    nodes = tuple(
        {
            "id": str(one.id),
            "name": one.name,
            "generated": str(int(state.speech.is_ready(one))),
        }
        for one in state.speech.announcements
    )
    if not nodes and settings.empty_lists == "error":
        raise Refusal(-8)
    # The blanks in the keys are the vendor's.
    return Answer({"tts ": numbered("tts", nodes, gap=" ")})


def _tts_download(state: State, settings: Settings, given: Given) -> Reply:
    as_wave = given.get("pcm_8k16bm") == "1"
    sound = state.speech.sound(int(given["tts_id"]), as_wave=as_wave)
    return Reply(sound, "audio/wav" if as_wave else "audio/mpeg")


def _tts_delete(state: State, settings: Settings, given: Given) -> Answer:
    tts_id = int(given["tts_id"])
    state.speech.delete(tts_id)
    return Answer({"tts ": {"id": str(tts_id), "state": "deleted"}})


def _tts_price(state: State, settings: Settings, given: Given) -> Answer:
    net, gross = state.speech.price(given["voice"], given["text"])
    return Answer({"tts": {"cost_net": _amount(net), "cost_gross": _amount(gross)}})


def _tts_status(state: State, settings: Settings, given: Given) -> Answer:
    one = state.speech.find(int(given["tts_id"]))
    ready = state.speech.is_ready(one)
    return Answer({"tts": {"id": str(one.id), "generated": str(int(ready))}})


def _amount(price: Decimal) -> str:
    """Return the price as the samples have it: "9.0", "11.07"."""
    return str(float(price))


_ID_OF_BOOK = Parameter("phone_book_id", an_id)
_OF_AGENT = (Parameter("agent_id", an_id), Parameter("campaign_id", an_id))
_VOICE = Parameter("voice", anything)
_TEXT = Parameter("text", at_most(3000))
_ID_OF_TTS = Parameter("tts_id", an_id)

METHODS: Mapping[str, Method] = types.MappingProxyType(
    {
        "balance/show": Method(
            "POST", _balance_show, (Parameter("sign", one_of("0", "1"), required=False),)
        ),
        "phone_account/list": Method("POST", _phone_account_list),
        "call/initiate": Method(
            "POST",
            _call_initiate,
            (
                Parameter("phone_account_id", an_id),
                Parameter("destination_number", at_most(25)),
            ),
        ),
        "phone_book/list": Method("POST", _phone_book_list),
        "phone_book/show": Method("POST", _phone_book_show, (_ID_OF_BOOK,)),
        "phone_book/add": Method(
            "POST", _phone_book_add, (Parameter("phone_book_name", at_most(25)),)
        ),
        "phone_book/delete": Method("POST", _phone_book_delete, (_ID_OF_BOOK,)),
        "phone_book_element/add": Method(
            "POST",
            _phone_book_element_add,
            (
                _ID_OF_BOOK,
                Parameter("phone_book_element_name", at_most(120)),
                Parameter("phone_book_element_number", at_most(25)),
            ),
        ),
        "phone_book_element/delete": Method(
            "POST", _phone_book_element_delete, (Parameter("phone_book_element_id", an_id),)
        ),
        "call_list/order": Method(
            "POST",
            _call_list_order,
            (
                Parameter("dir", one_of("0", "1", "2")),
                Parameter("date_start", a_date),
                Parameter("date_end", a_date),
                Parameter("with_records_only", one_of("0", "1"), required=False),
                Parameter("number", at_most(25), required=False),
            ),
        ),
        "call_list/list": Method("POST", _call_list_list),
        "call_list/show": Method("POST", _call_list_show, (Parameter("call_list_id", an_id),)),
        "cc_campaigns/list": Method("POST", _cc_campaigns_list),
        "cc_agent/list": Method("POST", _cc_agent_list),
        "cc_in_campaign/add_agent": Method("POST", _add_agent("in"), _OF_AGENT),
        "cc_in_campaign/remove_agent": Method("POST", _remove_agent("in"), _OF_AGENT),
        "cc_out_campaign/add_agent": Method("POST", _add_agent("out"), _OF_AGENT),
        "cc_out_campaign/remove_agent": Method("POST", _remove_agent("out"), _OF_AGENT),
        "cc_out_campaign/set_default": Method("POST", _set_default, _OF_AGENT),
        "cc_monitor/show": Method("POST", _cc_monitor_show, (Parameter("cc_campaign_id", an_id),)),
        "sms/send": Method(
            "POST",
            _sms_send,
            (
                Parameter("from", anything),
                Parameter("to", digits(9)),
                Parameter("message", at_most(918)),
            ),
        ),
        "sms/state": Method("POST", _sms_state, (Parameter("id", an_id),)),
        "tts/language_list": Method("POST", _tts_language_list),
        "tts/voice_list": Method("POST", _tts_voice_list, (Parameter("language", anything),)),
        "tts/generate": Method("POST", _tts_generate, (_VOICE, Parameter("name", anything), _TEXT)),
        "tts/list": Method("POST", _tts_list),
        "tts/download": Method(
            "GET",
            _tts_download,
            (_ID_OF_TTS, Parameter("pcm_8k16bm", one_of("0", "1"), required=False)),
        ),
        "tts/delete": Method("POST", _tts_delete, (_ID_OF_TTS,)),
        "tts/price": Method("POST", _tts_price, (_VOICE, _TEXT)),
        "tts/status": Method("POST", _tts_status, (_ID_OF_TTS,)),
    }
)


def method_name(path: str) -> str:
    """Return "sms/send" for "/api/sms/send"; other paths only lose their outer slashes."""
    return path.strip("/").removeprefix("api/")
