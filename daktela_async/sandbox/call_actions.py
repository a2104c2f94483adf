"""The actions that make calls and do something with them (chapters "Hovory" and "Linky")."""

from __future__ import annotations

from daktela_async.sandbox import seed_data
from daktela_async.sandbox.action import NO_RESULT, Action, Recording, Result
from daktela_async.sandbox.agent_actions import operator_of
from daktela_async.sandbox.errors import (
    NO_CALL,
    NO_EXTENSION,
    NO_RECORDING,
    NOT_IN_AN_OUTGOING_QUEUE,
    NOT_LOGGED_IN,
    Refusal,
    wrong_value,
)
from daktela_async.sandbox.given import Given
from daktela_async.sandbox.phone_call import ON_HOLD, RINGING, SPEAKING, PhoneCall
from daktela_async.sandbox.recordings import call_of
from daktela_async.sandbox.render import Node
from daktela_async.sandbox.settings import Settings
from daktela_async.sandbox.state import State

_MODES = ("spy", "whisper", "whisperprivate", "barge", "interactive")
_COMMANDS = ("play", "rewind", "pause", "forward", "stop", "status")
_CLICK_TO_CALL_PATIENCE = 7200


def extensions(state: State) -> tuple[str, ...]:
    """Return all lines: the users' own, the spare ones and those at which somebody sits."""
    own = (user.extension for user in state.users.present)
    taken = (operator.extension for operator in state.operators.logged_in)
    known = {one for one in (*own, *taken) if one is not None}
    return tuple(sorted({*known, *seed_data.SPARE_EXTENSIONS}, key=lambda one: (len(one), one)))


def _spoken(call: PhoneCall | None) -> PhoneCall:
    if call is None or call.state not in (SPEAKING, ON_HOLD):
        raise Refusal("Na lince neprobíhá hovor")
    return call


def _call_of(state: State, given: Given) -> PhoneCall | None:
    """Return the call of an agent, or of a line at which nobody is logged in."""
    extension = given.find("extension")
    if given.find("user") is None and extension is not None and not state.operators.at(extension):
        return state.switchboard.at(extension)
    return operator_of(state, given).current_call


def _create_call(state: State, settings: Settings, given: Given) -> Result:
    operator = state.operators.named(given.text("user"))
    number = given.find("queue")
    if operator.login is None:
        raise Refusal(NOT_IN_AN_OUTGOING_QUEUE if number is None else NOT_LOGGED_IN)
    if number is None:
        queues = [state.queues.find(queue_id) for queue_id in operator.queues]
        outgoing = [queue for queue in queues if queue.is_outgoing]
    else:
        outgoing = [state.queues.numbered(number)]
    if not outgoing or not outgoing[0].is_outgoing:
        raise Refusal(NOT_IN_AN_OUTGOING_QUEUE)
    if operator.calls:
        raise Refusal("Agent má probíhající hovor")
    call = state.switchboard.dial(
        given.text("number"),
        operator=operator,
        queue=outgoing[0],
        extension="",
        autoanswer=given.flag("autoanswer") is True,
        agent_patience=given.number("waitingtime", 30),
        customer_patience=given.number("dialingtime", 120),
        call_id=given.find("idcall"),
        accountcode=given.text("accountcode"),
    )
    return {"id_call": call.id}


def _create_line_call(state: State, settings: Settings, given: Given) -> Result:
    extension = given.text("extension")
    if extension not in extensions(state):
        raise Refusal(NO_EXTENSION)
    call = state.switchboard.dial(
        given.text("number"),
        operator=None,
        queue=None,
        extension=extension,
        autoanswer=given.flag("autoanswer") is True,
        agent_patience=given.number("waitingtime", 30),
        call_id=given.find("idcall"),
        accountcode=given.text("accountcode"),
    )
    return {"id_call": call.id}


def _create_remote_call(state: State, settings: Settings, given: Given) -> Result:
    given.flag("directdid")
    given.flag("recording")
    given.tree("variables")
    call = state.switchboard.dial(
        given.text("secondarynumber"),
        operator=None,
        queue=None,
        extension=given.text("primarynumber"),
        agent_patience=given.number("dialingtime", 120),
        call_id=given.find("idcall"),
        accountcode=given.text("accountcode"),
    )
    return {"id_call": call.id}


def _click_to_call(state: State, settings: Settings, given: Given) -> Result:
    queue = state.queues.numbered(given.text("queue"))
    if queue.type != "ctc":
        raise Refusal("Zadaná fronta není typu Click to Call", "queue")
    call = state.switchboard.enqueue(
        given.text("number"),
        queue,
        call_id=given.find("idcall"),
        by_itself=True,
        patience=given.number("waitingtime", _CLICK_TO_CALL_PATIENCE),
    )
    return {"id_call": call.id}


def _answer(state: State, settings: Settings, given: Given) -> Result:
    call = operator_of(state, given).current_call
    if call is None or call.state != RINGING or call.queue is None or call.direction != "in":
        raise Refusal("Na lince nezvoní příchozí hovor")
    state.switchboard.answer(call)
    return {
        "calling_number": call.clid,
        "calling_queue": call.queue.number,
        "calling_queue_name": call.queue.title,
        "id_call": call.id,
    }


def _hangup(state: State, settings: Settings, given: Given) -> Result:
    call_id = given.find("call")
    call = _call_of(state, given) if call_id is None else state.switchboard.find(call_id)
    if call is None:
        raise Refusal(NO_CALL)
    state.switchboard.end(call, "agent")
    return NO_RESULT


def _transfer(state: State, settings: Settings, given: Given) -> Result:
    kind = given.text("type", "attended")
    if kind not in ("attended", "blind"):
        raise wrong_value("type", "má být attended nebo blind")
    call = _spoken(_call_of(state, given))
    given.need("number", "dst_queue", "dst_user")
    queue = operator = None
    if given.find("dst_queue"):
        queue = state.queues.find(given.number("dst_queue"))
    elif given.find("dst_user"):
        operator = state.operators.of(state.users.find(given.number("dst_user")))
        if operator.login is None:
            raise Refusal(NOT_LOGGED_IN)
    state.switchboard.transfer(call, attended=kind == "attended", queue=queue, operator=operator)
    return NO_RESULT


def _pickup(state: State, settings: Settings, given: Given) -> Result:
    """Give a waiting call to an agent; the parameters are known from the sample alone."""
    operator = state.operators.named(given.text("user"))
    if operator.login is None:
        raise Refusal(NOT_LOGGED_IN)
    state.switchboard.pick_up(state.switchboard.find(given.text("call_id")), operator)
    return {}


def _monitoring(state: State, settings: Settings, given: Given) -> Result:
    _check_listener(state, given)
    call = _spoken(state.operators.named(given.text("user")).current_call)
    now = state.timeline.now()
    answered = call.answered or now
    return {
        "calling_direction": call.direction,
        "calling_number": call.clid,
        "calling_queue": None if call.queue is None else call.queue.number,
        "calling_queue_name": None if call.queue is None else call.queue.title,
        "ringing": str(round(answered - (call.ringed or answered))),
        "billsec": str(int(now - answered)),
    }


def _line_monitoring(state: State, settings: Settings, given: Given) -> Result:
    _check_listener(state, given)
    if given.text("exten") not in extensions(state):
        raise Refusal(NO_EXTENSION)
    _spoken(state.switchboard.at(given.text("exten")))
    return NO_RESULT


def _check_listener(state: State, given: Given) -> None:
    if given.text("mode") not in _MODES:
        raise wrong_value("mode", f"má být {', '.join(_MODES)}")
    if given.text("listener") not in extensions(state):
        raise Refusal(NO_EXTENSION, "listener")


def _control_playback(state: State, settings: Settings, given: Given) -> Result:
    command = given.text("command")
    if command not in _COMMANDS:
        raise wrong_value("command", f"má být {', '.join(_COMMANDS)}")
    call = _spoken(_call_of(state, given))
    if command == "play":
        recording = given.need("recording")
        if recording not in seed_data.ANNOUNCEMENTS:
            raise Refusal("Hláška nebyla nalezena", "recording")
        given.number("begintime")
        given.number("skiptime")
        call.playback = "play"
        return None
    if command == "status":
        return {"playing": call.playback == "play"}
    if not call.playback:
        raise Refusal("Žádná hláška se nepřehrává")
    if command == "pause":
        call.playback = "pause" if call.playback == "play" else "play"
    elif command == "stop":
        call.playback = ""
    return None


def _get_recording(state: State, settings: Settings, given: Given) -> Result:
    call_id = call_of(given.text("recording_hash"))
    if call_id is None:
        raise Refusal(NO_RECORDING)
    return Recording(call_id, given.flag("octetstream") is True)


def _device_states(state: State, settings: Settings, given: Given) -> Result:
    def device(extension: str) -> Node:
        call = state.switchboard.at(extension)
        status = "AVAILABLE"
        if extension in seed_data.SPARE_EXTENSIONS[1:]:
            status = "UNAVAILABLE"
        elif call is not None:
            shown = {SPEAKING: "INUSE", ON_HOLD: "ONHOLD", RINGING: "RINGING"}
            status = shown.get(call.state, "INUSE")
        known = status != "UNAVAILABLE"
        return {
            "exten": extension,
            "status": status,
            "ip": "172.22.254.254" if known else "-none-",
            "port": "5064" if known else "0",
        }

    return [device(extension) for extension in extensions(state)]


_OUTGOING = ("accountcode", "autoanswer", "waitingtime", "idcall", "agenttext")
_EITHER = (("user", "extension"),)

ACTIONS = (
    Action(
        name="CreateCall",
        version="3.1",
        handler=_create_call,
        required=("user", "number"),
        optional=(*_OUTGOING, "dialingtime", "queue", "ticket"),
        wanted_by=("user",),
    ),
    Action(
        name="CreateCall",
        version="3.0",
        handler=_create_line_call,
        required=("extension", "number"),
        optional=_OUTGOING,
        wanted_by=("extension",),
    ),
    Action(
        name="CreateRemoteCall",
        version="3.8",
        handler=_create_remote_call,
        required=("primarynumber", "secondarynumber"),
        optional=("accountcode", "directdid", "dialingtime", "idcall", "recording", "variables"),
    ),
    Action(
        name="ClickToCall",
        version="3.9",
        handler=_click_to_call,
        required=("queue", "number"),
        optional=("agenttext", "waitingtime", "idcall"),
    ),
    Action(name="Answer", version="3.7", handler=_answer, one_of=_EITHER),
    Action(name="Hangup", version="3.0", handler=_hangup, one_of=(("user", "extension", "call"),)),
    Action(
        name="Transfer",
        version="3.0",
        handler=_transfer,
        one_of=(*_EITHER, ("number", "dst_queue", "dst_user")),
        optional=("type",),
    ),
    Action(name="PickupFromQueue", version="4.0", handler=_pickup, required=("call_id", "user")),
    Action(
        name="Monitoring",
        version="3.1",
        handler=_monitoring,
        required=("user", "listener", "mode"),
        wanted_by=("user",),
    ),
    Action(
        name="Monitoring",
        version="3.0",
        handler=_line_monitoring,
        required=("exten", "listener", "mode"),
        wanted_by=("exten",),
    ),
    Action(
        name="ControlPlayback",
        version="3.6",
        handler=_control_playback,
        required=("command",),
        one_of=_EITHER,
        optional=("recording", "begintime", "skiptime"),
    ),
    Action(
        name="GetRecording",
        version="3.0",
        handler=_get_recording,
        required=("recording_hash",),
        optional=("octetstream",),
        needs_token=False,
    ),
    Action(name="DeviceStates", version="3.0", handler=_device_states),
)
