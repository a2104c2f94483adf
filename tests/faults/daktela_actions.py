"""The 81 variants of Daktela's actions, each with a call that the sandbox carries out.

The calls are those of the tests' table of endpoints, by their variants. Where they name what the
sandbox does not have, there is a call of its own here, or the sandbox is prepared for it. A variant
that means one thing or another by its arguments has a row for each meaning.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from daktela_async import DaktelaClient
from daktela_async.sandbox import Clock, Sandbox
from daktela_async.sandbox.recordings import hash_of
from tests.daktela.endpoints import ENDPOINTS
from tests.daktela.helpers import Endpoint
from tests.faults.actions import Action, Kind, Stage, nothing

DaktelaStage: TypeAlias = Stage[Sandbox]
DaktelaAction: TypeAlias = Action[DaktelaClient, Sandbox]
Call: TypeAlias = Callable[[DaktelaClient, DaktelaStage], Awaitable[object]]

LOGIN, PASSWORD = "boss", "hunter2 & 'so=n'/100%"
#: What a call sets, and must not show either.
NEW_PASSWORD = 's3cr;et "qu/ote" 50%'
CALLBACK = "https://crm:pa55word@crm.example/sms?key=abc123def"

START, NIGHT = dt.datetime(2016, 9, 26, 10), dt.datetime(2016, 9, 26, 22)
#: A call of the made-up history of that day.
PAST_CALL = "1474873528.5"

KINDS = {
    **dict.fromkeys(
        (
            "Answer 3.7",
            "CallScriptClose 4.0",
            "ClickToCall 3.9",
            "ControlPlayback 3.6",
            "CopyRecords 3.3",
            "CreateCall 3.0",
            "CreateCall 3.1",
            "CreateEvent 3.8",
            "CreatePause 3.3",
            "CreateRecord 4.1",
            "CreateRemoteCall 3.8",
            "CreateUser 4.0",
            "EmailCreate 4.1",
            # Whatever is under way may be another call the next time.
            "Hangup 3.0",
            "Monitoring 3.0",
            "Monitoring 3.1",
            # What fits may be something else the next time.
            "MoveRecords 3.3 (a campaign)",
            # The agent may have another pause the next time.
            "PauseOff 3.0",
            "PickupFromQueue 4.0",
            "SendGroupSMS 3.1",
            "SendGroupSMSConnect 3.1",
            "SendSMS 3.1",
            "SendSMSConnect 4.1",
            "Transfer 3.0",
        ),
        Kind.ACTS,
    ),
    **dict.fromkeys(
        (
            "ActivityClose 4.0",
            "ActivityUpdate 4.0",
            "ControlPlayback 3.6 (stop)",
            "CreatePause 3.3 (edit)",
            "CreateQueue 3.0",
            "DeleteRecord 4.1",
            "DeleteUser 3.0",
            "Hangup 3.0 (by id)",
            "Login 3.4",
            "LoginQueue 3.0",
            "Logout 3.4",
            "LogoutQueue 3.0",
            "MoveRecords 3.3",
            "PauseOn 3.0",
            "RemoveGroupSMS 3.1",
            "SetSMSSettings 3.1",
            "UpdateRecord 4.1",
            "UpdateUser 4.0",
        ),
        Kind.REPEATABLE,
    ),
    "GetRecording 3.0": Kind.FILE,
}

#: What the sandbox refuses to do again, in words of its own.
REFUSED_AGAIN = frozenset(
    {
        "ActivityClose 4.0",
        "ControlPlayback 3.6 (stop)",
        "DeleteRecord 4.1",
        "Hangup 3.0 (by id)",
        "Logout 3.4",
        "LogoutQueue 3.0",
    }
)

CALLS: dict[str, Call] = {
    "AboutCall 3.0": lambda daktela, _: daktela.calls.about(PAST_CALL),
    "CallScriptClose 4.0": lambda daktela, _: daktela.records.close_script(
        record_id="9", status="objednavka"
    ),
    "ControlPlayback 3.6 (stop)": lambda daktela, _: daktela.calls.control_playback(
        "stop", user="novak"
    ),
    "ControlPlayback 3.6 (status)": lambda daktela, _: daktela.calls.is_playing(user="novak"),
    "ControlPlayback 3.6": lambda daktela, _: daktela.calls.control_playback("pause", user="novak"),
    "CreatePause 3.3 (edit)": lambda daktela, _: daktela.pauses.edit("6", "Káva", paid=False),
    "CreateUser 4.0": lambda daktela, _: daktela.users.create(
        "operator1", NEW_PASSWORD, full_name="Pepa Novák", role="r", profile="p"
    ),
    "DeleteRecord 4.1": lambda daktela, _: daktela.records.delete("9"),
    "EmailCreate 4.1": lambda daktela, _: daktela.emails.create(
        "2010", subject="Muj predmet", sender="osoba@email.cz", body="Dlouhy text emailu"
    ),
    "GetRecordAttempts 4.1": lambda daktela, _: daktela.records.attempts("9"),
    "GetRecordSnapshots 4.1": lambda daktela, _: daktela.records.snapshots("9"),
    "GetRecording 3.0": lambda daktela, stage: daktela.calls.download_recording(
        stage.sandbox.recording_hash(PAST_CALL) or "", stage.target, timeout=stage.timeout
    ),
    "Hangup 3.0": lambda daktela, _: daktela.calls.hang_up(user="novak"),
    "Hangup 3.0 (by id)": lambda daktela, stage: daktela.calls.hang_up(
        call_id=stage.sandbox.agents["novak"].call_id or "gone"
    ),
    "MoveRecords 3.3 (a campaign)": lambda daktela, _: daktela.records.move(
        from_queue="2003", to_queue="2009"
    ),
    "RTUserState 4.0": lambda daktela, stage: daktela.realtime.user_state(
        user="novak", timeout=stage.timeout
    ),
    "SetSMSSettings 3.1": lambda daktela, _: daktela.sms.change_settings(
        incoming_callback=CALLBACK
    ),
    # A day of the made-up history is soon found; that of the document's examples is a month.
    "StatsUsersPauses 4.1": lambda daktela, _: daktela.stats.user_pauses(START, NIGHT),
    "StatsUsersQueues 4.1": lambda daktela, _: daktela.stats.user_queues(START, NIGHT),
    "StatsUsersSessions 4.1": lambda daktela, _: daktela.stats.user_sessions(START, NIGHT),
    "UpdateRecord 4.1": lambda daktela, _: daktela.records.update("9", number="226211246"),
    "UpdateUser 4.0": lambda daktela, _: daktela.users.update("novak", password=NEW_PASSWORD),
}

SECRETS = {
    "CreateUser 4.0": (NEW_PASSWORD,),
    "UpdateUser 4.0": (NEW_PASSWORD,),
    "SetSMSSettings 3.1": (CALLBACK, "pa55word", "abc123def"),
    "GetRecording 3.0": (hash_of(PAST_CALL),),
}


def new_sandbox() -> Sandbox:
    """Return a sandbox on a Monday morning."""
    return Sandbox(login=LOGIN, password=PASSWORD, clock=Clock(start=START))


Prepare: TypeAlias = Callable[[Sandbox], object]


def _at_work(login: str, *queues: str) -> Prepare:
    return lambda sandbox: sandbox.agents[login].log_in(*queues)


def _ringing(login: str, queue: str) -> Prepare:
    def prepare(sandbox: Sandbox) -> None:
        sandbox.agents[login].log_in(queue)
        sandbox.agents[login].ring("602123456", queue=queue)

    return prepare


def _speaking(login: str, queue: str) -> Prepare:
    def prepare(sandbox: Sandbox) -> None:
        _ringing(login, queue)(sandbox)
        sandbox.agents[login].answer()

    return prepare


def _playing(sandbox: Sandbox) -> None:
    _speaking("novak", "2000")(sandbox)
    call = sandbox.state.switchboard.find(sandbox.agents["novak"].call_id or "")
    call.playback = "play"


def _pausing(login: str) -> Prepare:
    def prepare(sandbox: Sandbox) -> None:
        sandbox.agents[login].log_in("2000")
        sandbox.agents[login].pause("Backoffice")

    return prepare


def _line_speaking(extension: str) -> Prepare:
    def prepare(sandbox: Sandbox) -> None:
        sandbox.state.catch_up()
        sandbox.state.switchboard.dial("602123456", operator=None, queue=None, extension=extension)
        sandbox.clock.advance(10)

    return prepare


def _waiting_call(sandbox: Sandbox) -> None:
    sandbox.state.catch_up()
    queue = sandbox.state.queues.numbered("2000")
    sandbox.state.switchboard.enqueue("602123456", queue, call_id="1404828279.15208")
    sandbox.agents["pavelmoravec"].log_in("5001")


def _group_1234(sandbox: Sandbox) -> None:
    sandbox.state.catch_up()
    sandbox.state.messages.last_id = 1233
    sandbox.state.messages.send_group((), None)


def _form(sandbox: Sandbox) -> None:
    sandbox.state.catch_up()
    sandbox.agents["novak"].open_form(9)


PREPARED: dict[str, Prepare] = {
    "Answer 3.7": _ringing("hajek", "2000"),
    "CallScriptClose 4.0": _form,
    "ControlPlayback 3.6": _playing,
    "ControlPlayback 3.6 (stop)": _playing,
    "ControlPlayback 3.6 (status)": _playing,
    "CreateCall 3.1": _at_work("michalhajek", "1006"),
    "Hangup 3.0": _speaking("novak", "2000"),
    "Hangup 3.0 (by id)": _speaking("novak", "2000"),
    "LogoutQueue 3.0": _at_work("michalhajek", "5001"),
    "Logout 3.4": _at_work("michalhajek", "5001"),
    "Monitoring 3.0": _line_speaking("100"),
    "Monitoring 3.1": _speaking("hajekhu", "1006"),
    "PauseOff 3.0": _pausing("michalhajek"),
    "PauseOn 3.0": _at_work("michalhajek", "2000"),
    "PickupFromQueue 4.0": _waiting_call,
    "RemoveGroupSMS 3.1": _group_1234,
    "Transfer 3.0": _speaking("michalhajek", "2000"),
}


def _of_row(row: Endpoint) -> Call:
    return lambda daktela, _: row.call(daktela)


def _actions() -> tuple[DaktelaAction, ...]:
    # The first row of each variant is its plainest call.
    calls = {row.variant: _of_row(row) for row in reversed(ENDPOINTS)} | CALLS
    return tuple(
        DaktelaAction(
            name=name,
            logged=name.split()[0],
            called=f"GET {name.split()[0]}",
            kind=KINDS.get(name, Kind.READS),
            call=call,
            prepare=PREPARED.get(name, nothing),
            secrets=SECRETS.get(name, ()),
            refused_again=name in REFUSED_AGAIN,
            held=name == "RTUserState 4.0",
        )
        for name, call in calls.items()
    )


ACTIONS = _actions()
