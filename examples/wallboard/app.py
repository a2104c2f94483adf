"""The web application: routes, and the one client that lives as long as it does."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import anyio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from daktela_async import DaktelaClient

from .board import Board
from .customers import Customers
from .dialing import Dialler, NoOrder, Order
from .events import EventStream
from .feed import Feed
from .hooks import PATH, Hooks
from .hub import Hub
from .security import Password, SecurityHeaders, from_our_page
from .settings import Settings

#: What makes the client, for as long as a block lasts: `DaktelaClient.from_env`, say.
Connect = Callable[[], AbstractAsyncContextManager[DaktelaClient]]

_STATIC = Path(__file__).parent / "static"
#: Bytes of an order; more is none.
_LONGEST_ORDER = 2000


class Wallboard:
    """Put the parts together; `app` is the ASGI application.

    It is one process: what is shown lives in its memory, and every further process would watch
    all agents again.
    """

    def __init__(self, settings: Settings, connect: Connect, customers: Customers) -> None:
        self._connect = connect
        self._board = Board(settings.server)
        self._dialler = Dialler(self._board)
        self.hub = Hub(self._board)
        hooks = Hooks(settings.webhook_secret, customers, self._board)
        self.app = Starlette(
            routes=[
                Route("/", _page),
                Route("/events", EventStream(self.hub), methods=["GET"]),
                Route("/calls", self._dial, methods=["POST"]),
                Route(f"{PATH}/{{secret}}", hooks.endpoint),
                Mount("/static", StaticFiles(directory=_STATIC)),
            ],
            middleware=[
                Middleware(SecurityHeaders),
                Middleware(TrustedHostMiddleware, allowed_hosts=settings.allowed_hosts),
                *_password(settings),
            ],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncGenerator[None]:
        async with (
            self._connect() as daktela,
            self._dialler.using(daktela),
            anyio.create_task_group() as group,
        ):
            group.start_soon(Feed(daktela, self._board).run)
            yield
            group.cancel_scope.cancel()

    async def _dial(self, request: Request) -> Response:
        if not from_our_page(request):
            return JSONResponse({"message": "Calls are made from the page itself."}, 403)
        try:
            order = Order.read(await _json(request))
            return JSONResponse(await self._dialler.dial(order))
        except NoOrder as error:
            return JSONResponse({"message": str(error)}, 400)


async def _page(_: Request) -> Response:
    return FileResponse(_STATIC / "index.html")


async def _json(request: Request) -> object:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_ORDER:
            raise NoOrder("This is no order.")
    try:
        data: object = json.loads(body)
    except (ValueError, RecursionError):
        raise NoOrder("This is no order.") from None
    return data


def _password(settings: Settings) -> list[Middleware]:
    if not settings.password:
        return []
    return [Middleware(Password, password=settings.password, free=PATH)]
