"""The 30 methods of SPIKON, each with a call that the sandbox carries out.

The calls are those of the tests' table of endpoints. Some of the document's examples name what the
sandbox does not have; those have calls of their own here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from spikon_async import SpikonClient
from spikon_async.sandbox import Clock, Sandbox
from tests.faults.actions import Action, Kind, Stage, nothing
from tests.spikon.endpoints import ENDPOINTS, Endpoint

SpikonStage: TypeAlias = Stage[Sandbox]
SpikonAction: TypeAlias = Action[SpikonClient, Sandbox]
Call: TypeAlias = Callable[[SpikonClient, SpikonStage], Awaitable[object]]

#: A key of which every other character is spelled differently somewhere.
KEY = "Kl<u&cz+do/panelu='7%"

KINDS = {
    "call/initiate": Kind.ACTS,
    "phone_book/add": Kind.ACTS,
    "phone_book_element/add": Kind.ACTS,
    "sms/send": Kind.ACTS,
    "tts/generate": Kind.ACTS,
    # A spare report changes nothing and expires.
    "call_list/order": Kind.REPEATABLE,
    "phone_book/delete": Kind.REPEATABLE,
    "phone_book_element/delete": Kind.REPEATABLE,
    "cc_in_campaign/add_agent": Kind.REPEATABLE,
    "cc_in_campaign/remove_agent": Kind.REPEATABLE,
    "cc_out_campaign/add_agent": Kind.REPEATABLE,
    "cc_out_campaign/remove_agent": Kind.REPEATABLE,
    "cc_out_campaign/set_default": Kind.REPEATABLE,
    "tts/delete": Kind.REPEATABLE,
    "tts/download": Kind.FILE,
}

CALLS: dict[str, Call] = {
    "call/initiate": lambda spikon, _: spikon.account.initiate_call("1", "600123456"),
    "phone_book_element/add": lambda spikon, _: spikon.phone_books.add_entry("0", "Jan", "600123"),
    "call_list/show": lambda spikon, _: spikon.call_lists.show("1"),
    "cc_in_campaign/add_agent": lambda spikon, _: spikon.call_center.add_to_incoming("1", "4"),
    "cc_in_campaign/remove_agent": lambda spikon, _: spikon.call_center.remove_from_incoming(
        "1", "2"
    ),
    "cc_out_campaign/add_agent": lambda spikon, _: spikon.call_center.add_to_outgoing("1", "4"),
    "cc_out_campaign/remove_agent": lambda spikon, _: spikon.call_center.remove_from_outgoing(
        "1", "1"
    ),
    "cc_out_campaign/set_default": lambda spikon, _: spikon.call_center.set_default_outgoing(
        "1", "4"
    ),
    "cc_monitor/show": lambda spikon, _: spikon.call_center.monitor("2"),
    "sms/state": lambda spikon, _: spikon.sms.state("1"),
    "tts/delete": lambda spikon, _: spikon.tts.delete("1"),
    "tts/status": lambda spikon, _: spikon.tts.status("1"),
    "tts/download": lambda spikon, stage: spikon.tts.download(
        "1", stage.target, timeout=stage.timeout
    ),
}


def new_sandbox() -> Sandbox:
    """Return a sandbox in which everything is ready at once."""
    return Sandbox(
        api_key=KEY,
        clock=Clock(start=dt.datetime(2024, 5, 6, 12)),
        order_delay=0,
        speech_delay=0,
    )


def _ordered(sandbox: Sandbox) -> None:
    day = dt.date(2024, 5, 5)
    sandbox.state.reports.order(day, day, direction="2", with_records_only=False, number=None)


def _spoken(sandbox: Sandbox) -> None:
    sandbox.state.speech.generate("Ewa", "Powitanie", "Dzień dobry")


def _written(sandbox: Sandbox) -> None:
    sandbox.state.messages.send("SMS", "600123456", "Dzień dobry")


PREPARED: dict[str, Callable[[Sandbox], object]] = {
    "call_list/show": _ordered,
    "sms/state": _written,
    "tts/delete": _spoken,
    "tts/download": _spoken,
    "tts/status": _spoken,
}


def _of_row(row: Endpoint) -> Call:
    return lambda spikon, _: row.call(spikon)


def _actions() -> tuple[SpikonAction, ...]:
    calls = {row.path.removeprefix("/api/"): _of_row(row) for row in ENDPOINTS} | CALLS
    return tuple(
        SpikonAction(
            name=name,
            logged=name,
            called=f"{'GET' if name == 'tts/download' else 'POST'} /api/{name}",
            kind=KINDS.get(name, Kind.READS),
            call=call,
            prepare=PREPARED.get(name, nothing),
        )
        for name, call in calls.items()
    )


ACTIONS = _actions()
