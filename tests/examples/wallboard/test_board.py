"""What the page is told, made of what Daktela tells; and the log of incoming calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from daktela_async import (
    AgentCall,
    AgentQueue,
    LiveCall,
    Pause,
    Queue,
    QueueLoad,
    UserState,
)
from daktela_async.webhooks import CallAnswered, CallArrived, CallHookEvent, CallHungUp, CallRinging
from examples.wallboard.board import Board
from examples.wallboard.incoming import MOST_KEPT, IncomingCalls
from examples.wallboard.shown import Patch, lines_shown, queues_shown, seconds_ahead

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Time:
    def __init__(self) -> None:
        self.moment = NOON.timestamp()

    def __call__(self) -> float:
        return self.moment


def a_board() -> tuple[Board, list[Patch], Time]:
    time = Time()
    board = Board("sandbox", time)
    patches: list[Patch] = []
    board.on_patch = patches.append
    return board, patches, time


def novak(state: str = "Idle", **more: object) -> UserState:
    fields: dict[str, object] = {
        "id": "2",
        "login": "novak",
        "full_name": "Jan Novák",
        "extension": "101",
        "state": state,
        "state_since": NOON,
    }
    return UserState(**(fields | more))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def waiting(queue_id: str, seconds: float, *, state: str = "Waiting", way: str = "in") -> LiveCall:
    return LiveCall(
        id=f"{queue_id}.{seconds}",
        queue_id=queue_id,
        state=state,
        direction=way,
        entered_at=NOON - timedelta(seconds=seconds),
        age=timedelta(seconds=seconds),
    )


QUEUES = {
    "1": Queue(id="1", number="2000", title="Support", direction="in", options='{"type": "in"}'),
    "2": Queue(
        id="2", number="99990", title="Calls out", direction="out", options='{"type": "out"}'
    ),
    "9": Queue(id="9", number="2005", title="Chat", direction="in", options='{"type": "chat"}'),
    "11": Queue(id="11", number="2006", title="Call me", direction="in", options='{"type": "ctc"}'),
}


def test_an_agent_is_told_once_and_again_when_something_changed() -> None:
    board, patches, _ = a_board()
    board.show_agent("novak", novak())
    board.show_agent("novak", novak(hash="another"))
    assert [patch.get("agents") for patch in patches] == [
        {
            "novak": {
                "name": "Jan Novák",
                "extension": "101",
                "state": "Idle",
                "pause": "",
                "since": int(NOON.timestamp() * 1000),
                "calls": [],
                "stale": False,
            }
        }
    ]
    board.show_agent("novak", novak("Speaking"))
    board.show_agent("novak", UserState())
    board.drop_agent("novak")
    assert [patch.get("agents", {}).get("novak") is None for patch in patches] == [
        False,
        False,
        True,
    ]
    assert board.snapshot().get("agents") == {}


def test_an_agents_call_has_the_name_that_was_answered() -> None:
    board, _, _ = a_board()
    call = AgentCall(
        id="1.2",
        customer_number="602123456",
        queue=AgentQueue(id="1", title="Support"),
        state="Speaking",
    )
    board.show_agent("novak", novak("Speaking", calls=(call,)))
    board.show_incoming([], {"602123456": "Dana Pokorná"})
    shown = board.snapshot().get("agents", {})["novak"]
    assert shown is not None
    assert (shown["calls"][0]["name"], shown["calls"][0]["queue"]) == ("Dana Pokorná", "Support")
    # What Daktela itself knows goes first.
    board.show_agent(
        "novak",
        novak(
            "Speaking",
            calls=(AgentCall(id="1.2", customer_number="602123456", customer_name="D. P."),),
        ),
    )
    shown = board.snapshot().get("agents", {})["novak"]
    assert shown is not None
    assert shown["calls"][0]["name"] == "D. P."


def test_pauses_get_their_names_when_they_are_known() -> None:
    board, patches, _ = a_board()
    board.show_agent("novak", novak("Paused", pause_id="7"))
    board.show_pauses([Pause(id="7", title="Oběd")])
    board.show_pauses([Pause(id="7", title="Oběd")])
    told = [patch.get("agents", {})["novak"] for patch in patches]
    assert [agent and agent["pause"] for agent in told] == ["", "Oběd"]


def test_an_agent_in_doubt_is_marked_until_heard_of_again() -> None:
    board, patches, _ = a_board()
    board.show_agent("novak", novak())
    board.doubt_agent("nobody", stale=True)
    for stale in (True, True, False):
        board.doubt_agent("novak", stale=stale)
    told = [patch.get("agents", {})["novak"] for patch in patches]
    assert [agent and agent["stale"] for agent in told] == [False, True, False]


def test_queues_show_who_waits_and_how_long() -> None:
    loads = [
        QueueLoad(id="1", users_ready=2, users_total=5),
        QueueLoad(id="2", users_ready=1, users_total=1),
        QueueLoad(id="9", users_total=1),
    ]
    calls = [
        waiting("1", 7),
        waiting("1", 40, state="Ringing"),
        waiting("1", 300, state="Speaking"),
        waiting("2", 50, state="Ringing", way="out"),
        waiting("77", 3),
    ]
    shown = queues_shown(calls, loads, QUEUES)
    assert [(one["title"], one["waiting"], one["ready"], one["agents"]) for one in shown] == [
        ("77", 1, 0, 0),
        ("Support", 2, 2, 5),
    ]
    assert shown[1]["since"] == int((NOON.timestamp() - 40) * 1000)
    assert [line["number"] for line in lines_shown(QUEUES.values())] == ["2006"]


@pytest.mark.parametrize("ahead", [0.0, 3600.0, -90.0])
def test_daktelas_clock_is_learnt_from_the_ages_of_calls(ahead: float) -> None:
    board, _, time = a_board()
    time.moment = NOON.timestamp() - ahead
    board.show_queues([waiting("1", 7), waiting("1", 30)], [], QUEUES)
    assert board.now() == int(NOON.timestamp() * 1000)
    # Whole seconds are no reason to move the clock about.
    time.moment += 1.4
    board.show_queues([waiting("1", 7)], [], QUEUES)
    assert board.now() == int((NOON.timestamp() + 1.4) * 1000)
    assert seconds_ahead([], 0.0) is None
    assert seconds_ahead([LiveCall(id="1")], 0.0) is None


def test_the_link_is_up_when_every_source_is_well() -> None:
    board, patches, time = a_board()
    board.well("agents")
    assert not patches
    board.well("queues")
    time.moment += 10
    board.trouble("agents", "no connection")
    time.moment += 10
    board.trouble("agents", "no connection")
    board.trouble("queues", "no connection")
    board.well("agents")
    time.moment += 10
    board.well("queues")
    links = [patch.get("link") for patch in patches]
    start = int(NOON.timestamp() * 1000)
    assert links == [
        {"up": True, "since": start, "reason": ""},
        {"up": False, "since": start + 10_000, "reason": "no connection"},
        {"up": True, "since": start + 30_000, "reason": ""},
    ]


# Incoming calls.


def heard(calls: IncomingCalls, *events: CallHookEvent) -> None:
    for now, event in enumerate(events, 1000):
        if isinstance(event, CallArrived):
            calls.arrived(event, f"customer {event.caller}", now)
        else:
            calls.went_on(event, f"agent {event.line}" if event.line else "", now)


def states(calls: IncomingCalls) -> list[tuple[str, str, str]]:
    return [(call["number"], call["state"], call["agent"]) for call in calls.shown]


def test_a_call_is_followed_from_its_coming_to_its_end() -> None:
    calls = IncomingCalls()
    heard(
        calls,
        CallArrived(caller="1", called="9"),
        CallRinging(caller="1", line="101", call_id="a"),
        CallRinging(caller="1", line="102", call_id="a"),
        CallAnswered(caller="1", line="102", call_id="a"),
    )
    assert states(calls) == [("1", "answered", "agent 102")]
    heard(calls, CallHungUp(call_id="a"))
    assert states(calls) == [("1", "ended", "agent 102")]
    assert calls.names == {"1": "customer 1"}


def test_a_call_that_nobody_answers_is_missed() -> None:
    calls = IncomingCalls()
    heard(calls, CallArrived(caller="1"), CallHungUp(caller="1", call_id="a"))
    assert states(calls) == [("1", "missed", "")]


def test_two_calls_of_one_number_are_told_apart() -> None:
    calls = IncomingCalls()
    heard(
        calls,
        CallArrived(caller="1"),
        CallArrived(caller="1"),
        CallRinging(caller="1", line="101", call_id="a"),
        CallRinging(caller="1", line="102", call_id="b"),
        CallHungUp(caller="1", call_id="a"),
    )
    assert states(calls) == [("1", "ringing", "agent 102"), ("1", "missed", "agent 101")]


def test_a_call_that_did_not_come_in_is_none() -> None:
    calls = IncomingCalls()
    assert not calls.went_on(CallRinging(caller="101", called="602", call_id="a"), "", 1000)
    heard(calls, CallArrived(caller=None))
    assert not calls.went_on(CallRinging(call_id="a"), "", 1000)
    assert states(calls) == [("", "arrived", "")]


def test_a_call_without_an_end_is_not_taken_for_the_next_one() -> None:
    calls = IncomingCalls()
    calls.arrived(CallArrived(caller="1"), "", 0)
    assert not calls.went_on(CallRinging(caller="1"), "", 5 * 3600 * 1000)


def test_the_log_is_bounded() -> None:
    calls = IncomingCalls()
    heard(calls, *(CallArrived(caller=str(number)) for number in range(3 * MOST_KEPT)))
    assert len(calls.shown) == MOST_KEPT
    assert calls.shown[0]["number"] == str(3 * MOST_KEPT - 1)
