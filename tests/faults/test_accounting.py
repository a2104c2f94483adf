"""The books balance: what was done is known, or is known to be unknown, whatever happens."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

import pytest
from attrs import define, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from _telephony_core.errors import Acted, OutcomeUnknown, TelephonyError
from daktela_async import DaktelaClient
from spikon_async import SpikonClient
from tests.faults.apis import DAKTELA, SPIKON, Api, ClientT, SandboxT
from tests.faults.authority import server_tls
from tests.faults.faults import FAULTS
from tests.faults.front import Exchange, Front, Play, Site, good
from tests.faults.matrix import until
from tests.faults.promises import Effect

#: A call that acts anew each time, with a number by which the server tells it from all others.
SpikonCall = Callable[[SpikonClient, str], Awaitable[object]]
DaktelaCall = Callable[[DaktelaClient, str], Awaitable[object]]

SPIKON_CALLS: dict[str, SpikonCall] = {
    "sms/send": lambda spikon, mark: spikon.sms.send("600123456", mark, sender="SMS"),
    "call/initiate": lambda spikon, mark: spikon.account.initiate_call("1", mark),
    "tts/generate": lambda spikon, mark: spikon.tts.generate(mark, voice="Ewa", name=mark),
    "phone_book/add": lambda spikon, mark: spikon.phone_books.add(mark),
    "phone_book_element/add": lambda spikon, mark: spikon.phone_books.add_entry("0", mark, "600"),
}
DAKTELA_CALLS: dict[str, DaktelaCall] = {
    "SendSMS 3.1": lambda daktela, mark: daktela.sms.send("602123456", mark),
    "SendSMSConnect 4.1": lambda daktela, mark: daktela.sms_connect.send("602123456", mark),
    "CreateEvent 3.8": lambda daktela, mark: daktela.events.create("Custom_x", params={"id": mark}),
    "CreateRecord 4.1": lambda daktela, mark: daktela.records.create("2003", mark),
    "CreateRemoteCall 3.8": lambda daktela, mark: daktela.calls.create_remote("226211245", mark),
}

#: What a request can meet, by its name; None is nothing.
MET: dict[str | None, Play] = {
    None: good,
    **{
        fault.name: fault.play
        for fault in FAULTS
        if fault.play is not None and not fault.memory and Effect.TOO_LATE not in fault.effects
    },
}


@frozen
class Step:
    """One call: which, after how long its caller gives up, and whether the door is slammed."""

    call: int
    patience: float | None
    slammed: bool


@define
class Books:
    """What became of the calls, by their marks."""

    succeeded: set[str] = field(factory=set[str])
    unknown: set[str] = field(factory=set[str])
    not_done: set[str] = field(factory=set[str])
    given_up: set[str] = field(factory=set[str])
    #: Other errors than `OutcomeUnknown` that leave open what was done.
    told_wrongly: set[str] = field(factory=set[str])


steps = st.lists(
    st.builds(
        Step,
        call=st.integers(0, 4),
        # Most callers wait for what comes; some go away at an odd moment.
        patience=st.one_of(st.none(), st.none(), st.none(), st.floats(0, 0.01)),
        slammed=st.sampled_from([False, False, False, True]),
    ),
    min_size=1,
    max_size=25,
)
meetings = st.lists(st.sampled_from(sorted(MET, key=str)), max_size=40)


async def _play(
    api: Api[ClientT, SandboxT],
    calls: dict[str, Callable[[ClientT, str], Awaitable[object]]],
    script: Sequence[Step],
    met: Sequence[str | None],
    *,
    tls: bool,
    at_once: int,
) -> tuple[Books, Counter[str]]:
    """Make all calls, so many at once, and return the caller's books and the server's."""
    books = Books()
    marks = [f"{60_000_000 + number}" for number in range(len(script))]
    sandbox = api.new_sandbox()
    to_come = list(met)[::-1]
    waiting = list(zip(script, marks, strict=True))[::-1]

    async def meet(exchange: Exchange) -> None:
        await (MET[to_come.pop()] if to_come else good)(exchange)

    async def work(client: ClientT, site: Site) -> None:
        while waiting:
            step, mark = waiting.pop()
            site.slams += step.slammed
            call = list(calls.values())[step.call]
            try:
                async with asyncio.timeout(step.patience):
                    await call(client, mark)
            except OutcomeUnknown:
                books.unknown.add(mark)
            except TelephonyError as error:
                known = books.not_done if error.acted is Acted.NO else books.told_wrongly
                known.add(mark)
            except TimeoutError:
                books.given_up.add(mark)
            else:
                books.succeeded.add(mark)

    with Front() as front, front.site(api.route, server_tls() if tls else None) as site:
        site.default = meet
        site.apps = dict.fromkeys(calls, sandbox.app)
        client = api.client(site.url, max_connections=at_once, read_timeout=0.05)
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(work(client, site))
        await client.aclose()
        # What is still on its way arrives at the server before the end of its connection.
        assert await until(lambda: site.open == 0)
        front.run(front.idle())
        done = Counter(mark for asked in site.acted for mark in marks if mark.encode() in asked.raw)
    assert done.total() == len(site.acted) == sandbox.log.acted()
    return books, done


def _balance(books: Books, done: Counter[str]) -> None:
    assert not books.told_wrongly
    told = books.succeeded | books.unknown | books.given_up
    assert max(done.values(), default=0) <= 1
    assert books.succeeded <= done.keys() <= told
    assert done.total() == len(books.succeeded) + len(done.keys() - books.succeeded)
    assert not books.not_done & done.keys()


@settings(max_examples=40, deadline=None)
@given(steps, meetings, st.booleans(), st.integers(1, 4))
@pytest.mark.parametrize("api", ["spikon", "daktela"])
def test_sent_is_acted_plus_unknown(
    api: str, script: list[Step], met: list[str | None], tls: bool, at_once: int
) -> None:
    """For every call that acts anew each time, under any sequence of faults:

    - one that succeeded was carried out exactly once;
    - one that ended in an error with `acted` NO was not carried out;
    - one that ended in `OutcomeUnknown`, or was given up by its caller, was carried out once at
      most;
    - none was carried out twice, and nothing was carried out of which the caller did not know that
      it was, or that it may have been.

    So the calls sent are those acted on, as the caller knows, plus those whose outcome is unknown;
    and the server carried out as many as succeeded, and those of the unknown that it got to.
    """

    async def run() -> tuple[Books, Counter[str]]:
        if api == "spikon":
            return await _play(SPIKON, SPIKON_CALLS, script, met, tls=tls, at_once=at_once)
        return await _play(DAKTELA, DAKTELA_CALLS, script, met, tls=tls, at_once=at_once)

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        books, done = runner.run(run())
    _balance(books, done)
