"""The webhook: Daktela tells of a call, and is answered with the caller's name."""

from __future__ import annotations

import logging
from secrets import compare_digest

import anyio
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from daktela_async.webhooks import (
    CallArrived,
    CallHook,
    CallHookEvent,
    WebhookNotUnderstood,
    crm_reply,
    dialplan_line,
    parse,
)

from .board import Board
from .customers import Customers
from .incoming import IncomingCalls

PATH = "/webhooks/daktela"
#: Seconds for the CRM: a caller hears nothing until the hook is answered.
CRM_WITHIN = 2.0
#: Characters of a name, so that it fits into the reply in any alphabet.
_LONGEST_NAME = 200

logger = logging.getLogger("wallboard")


class Hooks:
    """Be the endpoint at /webhooks/daktela/<secret>; without a secret there is none."""

    def __init__(self, secret: str, customers: Customers, board: Board) -> None:
        self._secret = secret.encode()
        self._customers = customers
        self._board = board
        self._calls = IncomingCalls()

    async def endpoint(self, request: Request) -> Response:
        """Answer a hook; what comes here is a stranger's until the secret shows otherwise."""
        given = str(request.path_params["secret"]).encode()
        if not self._secret or not compare_digest(given, self._secret):
            return PlainTextResponse("Not Found", 404)
        try:
            # The query as it came: a framework's decoding would make a blank of a number's `+`.
            event = parse(request.url.query)
        except WebhookNotUnderstood as error:
            return PlainTextResponse(str(error), 400)
        name = ""
        if isinstance(event, CallArrived):
            name = await self._name_of(event.caller)
            self._calls.arrived(event, name, self._board.now())
            self._show()
        elif isinstance(event, CallHookEvent):
            agent = self._board.agent_at(event.line or "")
            if self._calls.went_on(event, agent, self._board.now()):
                self._show()
        return Response(crm_reply({"NAME": name}), media_type="application/json")

    def _show(self) -> None:
        self._board.show_incoming(self._calls.shown, self._calls.names)

    async def _name_of(self, number: str | None) -> str:
        if not number:
            return ""
        try:
            with anyio.fail_after(CRM_WITHIN):
                return (await self._customers.name_of(number) or "")[:_LONGEST_NAME]
        except Exception:
            # Whatever is wrong with the CRM: the call must go on.
            logger.exception("the CRM gave no name")
            return ""


def dialplan(public_url: str, secret: str) -> str:
    """Return the lines to paste into Daktela's settings, each under the name of its field."""
    url = f"{public_url.rstrip('/')}{PATH}/{secret}"
    return "\n".join(f"{hook.name}:\n  {dialplan_line(hook, url)}" for hook in CallHook)
