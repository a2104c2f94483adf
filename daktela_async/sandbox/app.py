"""The ASGI application: it judges a request, acts or holds it, and answers or fails as planned."""

from __future__ import annotations

import math
import threading

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from _telephony_core.sandbox.exchange import Exchange, Reply
from _telephony_core.sandbox.faults import FaultPlan
from _telephony_core.sandbox.request_log import RequestLog
from daktela_async.sandbox import recordings
from daktela_async.sandbox.action import (
    VERSIONS,
    Action,
    Held,
    NoResult,
    Recording,
    Result,
    checked,
    choose,
)
from daktela_async.sandbox.actions import ACTIONS
from daktela_async.sandbox.errors import NO_RECORDING, NO_USER, WRONG_TOKEN, Refusal
from daktela_async.sandbox.incoming import TOKEN, Incoming, Veil, read
from daktela_async.sandbox.render import Node, reply
from daktela_async.sandbox.settings import Settings
from daktela_async.sandbox.state import State
from daktela_async.sandbox.timeline import CLOSE_ENOUGH


class DaktelaApp:
    """The fake Daktela as an ASGI application."""

    def __init__(
        self,
        settings: Settings,
        state: State,
        log: RequestLog,
        faults: FaultPlan,
        lock: threading.RLock,
    ) -> None:
        self._settings = settings
        self._state = state
        self._log = log
        self._faults = faults
        self._lock = lock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            raise RuntimeError(f"the sandbox speaks HTTP only, not {scope['type']}")
        request = Request(scope, receive)
        try:
            await request.body()
        except ClientDisconnect:
            return  # it never arrived as a whole
        incoming = read(request)
        number = self._note(incoming)
        exchange = Exchange(
            scope,
            receive,
            send,
            act=lambda: self._act(incoming, number),
            error=lambda text: self._error(Refusal(str(text)), incoming),
            note=lambda status: self._log.note_status(number, status),
        )
        # A fault comes at once, without waiting for what a held request waits for.
        fault = self._faults.take(incoming.action)
        if fault is not None:
            self._log.note_fault(number, type(fault).__name__)
            await fault.apply(exchange)
        elif await self._hold(incoming, exchange):
            await exchange.send(exchange.act())

    def _note(self, incoming: Incoming) -> int:
        users = (user.token for user in self._state.users.present)
        veil = Veil((*self._settings.access_tokens, *users, *incoming.secrets()))
        return self._log.add(
            at=self._state.timeline.clock.now(),
            method=incoming.verb,
            path=veil.text(incoming.action or "/".join(incoming.path)),
            url=veil.text(incoming.url),
            params=veil.params(incoming),
            api_key_in=incoming.token_in,
            headers=veil.headers(incoming),
        )

    async def _hold(self, incoming: Incoming, exchange: Exchange) -> bool:
        """Wait as long as the request shall be held; return whether the caller is still there."""
        try:
            held = self._judge(incoming) if incoming.action == "RTUserState" else None
        except Refusal:
            return True
        if not isinstance(held, Held):
            return True
        deadline = self._state.timeline.now() + self._settings.hold_seconds
        there = True

        async def watch() -> None:
            nonlocal there
            await exchange.gone()
            there = False
            waiter.call()

        with self._state.room.place(held.user_id) as waiter:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(watch)
                while there and (seconds := self._seconds_to_wait(held, deadline)) > 0:
                    with anyio.move_on_after(seconds):
                        await waiter.called()
                tasks.cancel_scope.cancel()
        return there

    def _seconds_to_wait(self, held: Held, deadline: float) -> float:
        """Return how long nothing will happen by itself; 0 if the request is to be answered."""
        timeline = self._state.timeline
        with self._lock:
            self._state.catch_up()
            now = timeline.now()
            user = self._state.users.find_any(held.user_id)
            changed = self._state.operators.of(user).revision != held.revision
            if changed or now >= deadline - CLOSE_ENOUGH:
                return 0
            return max(min(deadline, timeline.next_due() or math.inf) - now, CLOSE_ENOUGH)

    def _act(self, incoming: Incoming, number: int) -> Reply:
        try:
            result = self._judge(incoming)
            if isinstance(result, Recording):
                answer = self._recording(result, incoming)
            else:
                answer = self._success(result, incoming)
        except Refusal as refusal:
            return self._error(refusal, incoming)
        self._log.note_acted(number)
        return answer

    def _judge(self, incoming: Incoming) -> Result:
        """Carry the request out."""
        if incoming.format not in ("json", "xml"):
            raise Refusal("Neznámý formát, možnosti jsou json a xml")
        if incoming.version not in VERSIONS:
            raise Refusal(f"Neznámá verze {incoming.version}")
        if incoming.verb not in ("GET", "HEAD"):
            raise Refusal(f"Metoda {incoming.verb} není podporována")
        query = {name: value for name, value in incoming.query.items() if name != TOKEN}
        if incoming.id is not None:
            query["id"] = incoming.id
        cookies = {name: value for name, value in incoming.cookies.items() if name != TOKEN}
        action = choose(ACTIONS, incoming.action, incoming.version, (*query, *cookies))
        with self._lock:
            self._state.catch_up()
            if action.needs_token or incoming.token:
                self._let_in(incoming, action)
            given = checked(action, query, cookies)
            given.token = incoming.token
            return action.handler(self._state, self._settings, given)

    def _let_in(self, incoming: Incoming, action: Action) -> None:
        known = incoming.token in self._settings.access_tokens
        if not known and self._state.users.with_token(incoming.token) is None:
            raise Refusal(NO_USER if action.name == "GetUser" else WRONG_TOKEN)

    def _recording(self, recording: Recording, incoming: Incoming) -> Reply:
        with self._lock:
            call = self._state.past_calls.find(recording.call_id)
            own = self._state.recordings.get(call.id)
        if not call.answered:
            raise Refusal(NO_RECORDING)
        return recordings.reply(call, own, incoming.headers, octets=recording.octets)

    def _success(self, result: Node | NoResult | Held, incoming: Incoming) -> Reply:
        if isinstance(result, NoResult):
            return reply({"error": None, "status": 1}, xml=incoming.format == "xml")
        node = result.answer if isinstance(result, Held) else result
        tree: dict[str, Node] = {"status": 1, "error": None, "result": node}
        return reply(tree, xml=incoming.format == "xml")

    def _error(self, refusal: Refusal, incoming: Incoming) -> Reply:
        shapes: dict[str, Node] = {
            "text": refusal.text,
            "list": [refusal.text],
            "map": {refusal.field or "message": refusal.text},
        }
        tree: dict[str, Node] = {"error": shapes[self._settings.error_shape], "status": 0}
        return reply(tree, xml=incoming.format == "xml")
