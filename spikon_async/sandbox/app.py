"""The ASGI application: it judges a request, acts, and answers or fails as planned."""

from __future__ import annotations

import threading

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from _telephony_core.sandbox.byte_ranges import file_reply
from _telephony_core.sandbox.exchange import Exchange, Reply
from _telephony_core.sandbox.faults import HTML, FaultPlan
from _telephony_core.sandbox.request_log import RequestLog
from spikon_async.sandbox.errors import Refusal, error_tree, wrong_value
from spikon_async.sandbox.incoming import Incoming, Veil, read
from spikon_async.sandbox.methods import METHODS, RECORDING, method_name
from spikon_async.sandbox.parameters import Parameter, an_id, checked, one_of
from spikon_async.sandbox.render import Answer, reply
from spikon_async.sandbox.settings import Settings
from spikon_async.sandbox.state import State

_FORMAT = Parameter("api_format", one_of("0", "1"), required=False)

_LOGIN_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>SPIKON - Logowanie</title></head>"
    b'<body><form method="post" action="/login"><input name="login">'
    b'<input name="password" type="password"></form></body></html>\n'
)
_NO_PAGE = b"<!DOCTYPE html>\n<html><head><title>404</title></head><body>404</body></html>\n"


class SpikonApp:
    """The fake SPIKON as an ASGI application."""

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
        try:
            incoming = await read(Request(scope, receive))
        except ClientDisconnect:
            return  # it never arrived as a whole
        name = method_name(incoming.path)
        veil = Veil(self._settings.api_keys)
        number = self._log.add(
            at=self._state.clock.now(),
            method=incoming.verb,
            path=veil.text(name),
            url=veil.text(incoming.url),
            params=veil.params(incoming),
            api_key_in=incoming.key_in,
            headers=veil.headers(incoming),
        )
        exchange = Exchange(
            scope,
            receive,
            send,
            act=lambda: self._act(incoming, number),
            error=lambda code: self._error(Refusal(int(code)), incoming),
            note=lambda status: self._log.note_status(number, status),
        )
        fault = self._faults.take(name)
        if fault is None:
            await exchange.send(exchange.act())
        else:
            self._log.note_fault(number, type(fault).__name__)
            await fault.apply(exchange)

    def _act(self, incoming: Incoming, number: int) -> Reply:
        try:
            with self._lock:
                answer = self._judge(incoming)
        except Refusal as refusal:
            return self._error(refusal, incoming)
        if not isinstance(answer, Reply):
            answer = reply(answer, xml=incoming.wants_xml)
        if answer.content_type != HTML:
            self._log.note_acted(number)
        return answer

    def _error(self, refusal: Refusal, incoming: Incoming) -> Reply:
        return reply(
            Answer(error_tree(refusal)),
            xml=incoming.wants_xml,
            status=self._settings.error_status,
        )

    def _judge(self, incoming: Incoming) -> Answer | Reply:
        if incoming.path == f"/{RECORDING}" and incoming.verb in ("GET", "HEAD"):
            return self._recording(incoming)
        method = METHODS.get(incoming.path.removeprefix("/api/"))
        if method is None or not incoming.path.startswith("/api/") or incoming.verb != method.verb:
            raise Refusal(-1)
        if incoming.form is None:
            raise Refusal(-12)
        self._let_in(incoming, incoming.header_key if method.verb == "GET" else incoming.form_key)
        misplaced = incoming.form if method.verb == "GET" else incoming.query
        for name in misplaced:
            raise wrong_value(name, f"not in the {'body' if method.verb == 'GET' else 'query'}")
        if incoming.repeated is not None:
            raise wrong_value(incoming.repeated, "given more than once")
        given = checked((*method.parameters, _FORMAT), incoming.sent)
        return method.handler(self._state, self._settings, given)

    def _let_in(self, incoming: Incoming, key: str) -> None:
        """Check the key, the switch and the address, in the order of the error codes."""
        if not key:
            raise Refusal(-2)
        if key not in self._settings.api_keys:
            raise Refusal(-3)
        if not self._settings.enabled:
            raise Refusal(-4)
        allowed = self._settings.allowed_ips
        if allowed is not None and incoming.client not in allowed:
            raise Refusal(-5)

    def _recording(self, incoming: Incoming) -> Reply:
        """Answer a recording's link; without the key in the header the panel wants a login.

        How such a link is authorised isn't documented.
        """
        if incoming.header_key not in self._settings.api_keys:
            return Reply(_LOGIN_PAGE, HTML)
        call_id = incoming.query.get("id", "")
        found = None if an_id(call_id) else self._state.calls.recording(int(call_id))
        if found is None:
            return Reply(_NO_PAGE, HTML, 404)
        name, sound = found
        return file_reply(sound, "audio/mpeg", name, incoming.headers)
