"""Both APIs as the matrix of faults sees them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from starlette.types import ASGIApp

from _telephony_core.retries import RetryPolicy
from _telephony_core.sandbox.request_log import RequestLog
from daktela_async import DaktelaClient, access_token
from daktela_async.sandbox import Sandbox as DaktelaSandbox
from spikon_async import SpikonClient
from spikon_async.sandbox import Sandbox as SpikonSandbox
from tests.faults import daktela_actions, spikon_actions
from tests.faults.actions import Action
from tests.faults.authority import client_tls
from tests.faults.faults import MAX_BODY
from tests.faults.promises import ATTEMPTS

#: Repeats without waiting.
AT_ONCE = RetryPolicy(attempts=ATTEMPTS, first_delay=0, longest_delay=0)


class AnySandbox(Protocol):
    """What both sandboxes have."""

    @property
    def log(self) -> RequestLog:
        """The requests that came."""
        ...

    @property
    def app(self) -> ASGIApp:
        """The application that answers."""
        ...


class AnyClient(Protocol):
    """What both clients have."""

    async def aclose(self) -> None:
        """Close the connections."""
        ...


ClientT = TypeVar("ClientT", bound=AnyClient)
SandboxT = TypeVar("SandboxT", bound=AnySandbox)


class Api(ABC, Generic[ClientT, SandboxT]):
    """One of the two APIs."""

    name: str
    actions: tuple[Action[ClientT, SandboxT], ...]
    new_sandbox: Callable[[], SandboxT]
    #: The route of `probe`, and a good answer to it in both formats.
    probed: str
    json: bytes
    xml: bytes
    #: What must show nowhere, whatever is called; a telephone number, in no log.
    secrets: tuple[str, ...]
    number: str

    @abstractmethod
    def client(
        self,
        url: str,
        *,
        wire_format: str = "json",
        max_connections: int = 1,
        read_timeout: float = 20.0,
        timeout: float = 20.0,
        max_body: int = MAX_BODY,
    ) -> ClientT:
        """Return a client of the service at an address."""

    @abstractmethod
    async def probe(self, client: ClientT) -> object:
        """Make a call that would fail on a broken connection, because it is not repeated."""

    @abstractmethod
    def route(self, path: str) -> str:
        """Return the route of the action that a path is for."""


class SpikonApi(Api[SpikonClient, SpikonSandbox]):
    name = "spikon"
    actions = spikon_actions.ACTIONS
    new_sandbox = staticmethod(spikon_actions.new_sandbox)
    probed = "sms/send"
    json = b'{"sms": {"state": "OK", "ids": [1]}}'
    xml = b"<sms><state>OK</state><ids type='array'><id type='integer'>1</id></ids></sms>"
    secrets = (spikon_actions.KEY,)
    number = "600987654"

    def client(
        self,
        url: str,
        *,
        wire_format: str = "json",
        max_connections: int = 1,
        read_timeout: float = 20.0,
        timeout: float = 20.0,
        max_body: int = MAX_BODY,
    ) -> SpikonClient:
        return SpikonClient(
            spikon_actions.KEY,
            base_url=url,
            wire_format=wire_format,
            retry=AT_ONCE,
            max_connections=max_connections,
            read_timeout=read_timeout,
            timeout=timeout,
            max_body=max_body,
            verify=client_tls(),
        )

    async def probe(self, client: SpikonClient) -> object:
        return await client.sms.send(self.number, "Próba", sender="SMS", timeout=20)

    def route(self, path: str) -> str:
        return path.removeprefix("/api/")


class DaktelaApi(Api[DaktelaClient, DaktelaSandbox]):
    name = "daktela"
    actions = daktela_actions.ACTIONS
    new_sandbox = staticmethod(daktela_actions.new_sandbox)
    probed = "SendSMS 3.1"
    json = b'{"status": 1, "error": null, "result": {"count_sms": "1", "id": "2222"}}'
    xml = b"<r><status>1</status><result><count_sms>1</count_sms><id>2222</id></result></r>"
    number = "602987654"
    secrets = (
        daktela_actions.PASSWORD,
        access_token(daktela_actions.LOGIN, daktela_actions.PASSWORD),
    )

    def client(
        self,
        url: str,
        *,
        wire_format: str = "json",
        max_connections: int = 1,
        read_timeout: float = 20.0,
        timeout: float = 20.0,
        max_body: int = MAX_BODY,
    ) -> DaktelaClient:
        return DaktelaClient(
            url,
            login=daktela_actions.LOGIN,
            password=daktela_actions.PASSWORD,
            wire_format=wire_format,
            retry=AT_ONCE,
            max_connections=max_connections,
            read_timeout=read_timeout,
            timeout=timeout,
            max_body=max_body,
            verify=client_tls(),
        )

    async def probe(self, client: DaktelaClient) -> object:
        return await client.sms.send(self.number, "Zkouška", timeout=20)

    def route(self, path: str) -> str:
        _, _, version, action, *_ = path.split("/")
        return f"{action} {version}"


SPIKON, DAKTELA = SpikonApi(), DaktelaApi()
