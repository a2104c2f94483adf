"""The client for Daktela: its settings and its resources."""

from __future__ import annotations

import hashlib
import os
from functools import cached_property, partial
from typing import TYPE_CHECKING, Self, get_args, overload

from _telephony_core import checks
from _telephony_core.client import Client
from _telephony_core.hooks import NO_HOOKS, Hooks
from _telephony_core.redaction import Secret
from _telephony_core.retries import RetryPolicy
from _telephony_core.settings import MAX_BODY, TransportSettings, time_zone

from .errors import InvalidRequest
from .service import PRAGUE, WireFormat

if TYPE_CHECKING:
    import ssl
    from collections.abc import Collection, Mapping
    from zoneinfo import ZoneInfo

    import httpx

    from .resources.activities import ActivitiesResource
    from .resources.autodialer import AutodialerResource
    from .resources.calls import CallsResource
    from .resources.emails import EmailsResource
    from .resources.events import EventsResource
    from .resources.extensions import ExtensionsResource
    from .resources.pauses import PausesResource
    from .resources.queues import QueuesResource
    from .resources.realtime import RealtimeResource
    from .resources.records import RecordsResource
    from .resources.sms import SmsResource
    from .resources.sms_connect import SmsConnectResource
    from .resources.stats import StatsResource
    from .resources.users import UsersResource
    from .session import DaktelaSession, TokenPlace  # noqa: F401  # the base class names one

_SOURCE = "the head of the Daktela document"


def access_token(login: str, password: str) -> str:
    """Return the token of a user: the SHA-1 of login and password, one after the other."""
    # The document prescribes SHA-1; it is an identifier here and protects nothing.
    return hashlib.sha1(f"{login}{password}".encode(), usedforsecurity=False).hexdigest()


class DaktelaClient(Client["DaktelaSession"]):
    """Talk to a Daktela call centre as one user, on asyncio or trio.

    Make one client and share it: it is safe to use from many tasks at once. Use it with
    `async with`, or close it with `aclose`.

    Each resource is loaded when it is first used: one that you do not use costs nothing.
    """

    @overload
    def __init__(
        self,
        server: str,
        *,
        access_token: str,
        token_in: TokenPlace = ...,
        wire_format: WireFormat | str = ...,
        timezone: ZoneInfo | str = ...,
        timeout: float = ...,
        connect_timeout: float = ...,
        read_timeout: float = ...,
        retry: RetryPolicy | None = ...,
        max_connections: int = ...,
        max_body: int = ...,
        verify: ssl.SSLContext | None = ...,
        proxy: str | None = ...,
        allow_http: Collection[str] = ...,
        hooks: Hooks = ...,
        http_client: httpx.AsyncClient | None = ...,
    ) -> None: ...

    @overload
    def __init__(
        self,
        server: str,
        *,
        login: str,
        password: str,
        token_in: TokenPlace = ...,
        wire_format: WireFormat | str = ...,
        timezone: ZoneInfo | str = ...,
        timeout: float = ...,
        connect_timeout: float = ...,
        read_timeout: float = ...,
        retry: RetryPolicy | None = ...,
        max_connections: int = ...,
        max_body: int = ...,
        verify: ssl.SSLContext | None = ...,
        proxy: str | None = ...,
        allow_http: Collection[str] = ...,
        hooks: Hooks = ...,
        http_client: httpx.AsyncClient | None = ...,
    ) -> None: ...

    def __init__(
        self,
        server: str,
        *,
        access_token: str = "",
        login: str = "",
        password: str = "",
        token_in: TokenPlace = "cookie",  # noqa: S107  # where it travels, not what it is
        wire_format: WireFormat | str = WireFormat.JSON,
        timezone: ZoneInfo | str = PRAGUE,
        timeout: float = 60.0,
        connect_timeout: float = 10.0,
        read_timeout: float = 30.0,
        retry: RetryPolicy | None = None,
        max_connections: int = 20,
        max_body: int = MAX_BODY,
        verify: ssl.SSLContext | None = None,
        proxy: str | None = None,
        allow_http: Collection[str] = (),
        hooks: Hooks = NO_HOOKS,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        """Make a client; nothing is sent yet.

        Args:
            server: the name of the call centre, "myvu.daktela.com", or the address of a sandbox.
            access_token: the token; else give login and password, from which it is made.
            login: the login of the user in whose name all calls are made.
            password: the user's password; it is never sent itself.
            token_in: where the token and other secrets travel: "cookie", or "query", which web
                servers and proxies write into their logs.
            wire_format: the format of the answers, "json" or "xml"; the results are equal.
            timezone: the zone of all times, or its name.
            timeout: seconds for a whole call, repetitions included, unless the call says otherwise.
            connect_timeout: seconds for making one connection.
            read_timeout: seconds of silence after which one attempt is given up.
            retry: what is repeated, and when; `RetryPolicy(attempts=1)` repeats nothing.
            max_connections: requests under way at once; more of them queue fairly.
            max_body: bytes of the largest answer that is read into memory.
            verify: TLS settings, for an authority of your own.
            proxy: the URL of a proxy; taken from the environment unless given.
            allow_http: hosts to which plain http:// may go, beside loopback.
            hooks: who hears of attempts, repetitions and undocumented fields, for metrics.
            http_client: an httpx client to send with; it stays yours, and is not closed. respx
                and other mocks of httpx hear only what is sent by one.
        """
        # With it come httpx and cattrs, which an import of the package does without.
        from .session import DaktelaSession, TokenPlace

        token = _token(access_token, login, password)
        checks.one_of("token_in", token_in, get_args(TokenPlace), _SOURCE)
        base_url = server if "://" in server else f"https://{server}"
        session = DaktelaSession(
            Secret(token),
            TransportSettings(
                base_url=base_url,
                timeout=timeout,
                connect_timeout=connect_timeout,
                read_timeout=read_timeout,
                retry=RetryPolicy() if retry is None else retry,
                max_connections=max_connections,
                max_body=max_body,
                verify=verify,
                proxy=proxy,
                allow_http=allow_http,
                hooks=hooks,
            ),
            secrets=(Secret(password),),
            token_in=token_in,
            wire_format=WireFormat(
                checks.one_of("wire_format", wire_format, tuple(WireFormat), _SOURCE)
            ),
            timezone=time_zone(timezone),
            http_client=http_client,
        )
        super().__init__(session)
        self._shown = f"DaktelaClient({server!r})"

    @cached_property
    def queues(self) -> QueuesResource:
        """Queues and the agents in them (Fronty)."""
        from .resources.queues import QueuesResource

        return QueuesResource(self._session)

    @cached_property
    def users(self) -> UsersResource:
        """Users and their login (Operátoři)."""
        from .resources.users import UsersResource

        return UsersResource(self._session)

    @cached_property
    def calls(self) -> CallsResource:
        """Calls made, steered, looked up and downloaded (Hovory)."""
        from .resources.calls import CallsResource

        return CallsResource(self._session)

    @cached_property
    def extensions(self) -> ExtensionsResource:
        """Extensions and what they do (Linky)."""
        from .resources.extensions import ExtensionsResource

        return ExtensionsResource(self._session)

    @cached_property
    def pauses(self) -> PausesResource:
        """Pauses and the agents in them (Pauzy)."""
        from .resources.pauses import PausesResource

        return PausesResource(self._session)

    @cached_property
    def stats(self) -> StatsResource:
        """Calls and agents as they were (Statistiky)."""
        from .resources.stats import StatsResource

        return StatsResource(self._session)

    @cached_property
    def realtime(self) -> RealtimeResource:
        """Calls and agents at this moment (Statistiky)."""
        from .resources.realtime import RealtimeResource

        return RealtimeResource(self._session)

    @cached_property
    def sms(self) -> SmsResource:
        """SMS through the hosted gateway, and its settings (SMS)."""
        from .resources.sms import SmsResource

        return SmsResource(self._session)

    @cached_property
    def sms_connect(self) -> SmsConnectResource:
        """SMS straight through an operator (SMSConnect)."""
        from .resources.sms_connect import SmsConnectResource

        return SmsConnectResource(self._session)

    @cached_property
    def records(self) -> RecordsResource:
        """Records of campaigns and their forms (Formuláře)."""
        from .resources.records import RecordsResource

        return RecordsResource(self._session)

    @cached_property
    def events(self) -> EventsResource:
        """Events for the notification centre (Události)."""
        from .resources.events import EventsResource

        return EventsResource(self._session)

    @cached_property
    def activities(self) -> ActivitiesResource:
        """Activities of the agents (Aktivity)."""
        from .resources.activities import ActivitiesResource

        return ActivitiesResource(self._session)

    @cached_property
    def autodialer(self) -> AutodialerResource:
        """Numbers checked (Autodialer)."""
        from .resources.autodialer import AutodialerResource

        return AutodialerResource(self._session)

    @cached_property
    def emails(self) -> EmailsResource:
        """E-mails put into a queue (Emaily)."""
        from .resources.emails import EmailsResource

        return EmailsResource(self._session)

    def __repr__(self) -> str:
        return self._shown

    @classmethod
    def from_env(
        cls,
        environment: Mapping[str, str] | None = None,
        *,
        token_in: TokenPlace = "cookie",  # noqa: S107  # where it travels, not what it is
        wire_format: WireFormat | str = WireFormat.JSON,
        timezone: ZoneInfo | str = PRAGUE,
        timeout: float = 60.0,
        connect_timeout: float = 10.0,
        read_timeout: float = 30.0,
        retry: RetryPolicy | None = None,
        max_connections: int = 20,
        max_body: int = MAX_BODY,
        verify: ssl.SSLContext | None = None,
        proxy: str | None = None,
        allow_http: Collection[str] = (),
        hooks: Hooks = NO_HOOKS,
        http_client: httpx.AsyncClient | None = None,
    ) -> Self:
        """Make a client from environment variables.

        `DAKTELA_SERVER`, and either `DAKTELA_ACCESS_TOKEN` or `DAKTELA_LOGIN` with
        `DAKTELA_PASSWORD`. `environment` takes the place of the process's own variables. All else
        is as when a client is made with its token. A server at plain http:// that is not loopback
        must be in `allow_http`, wherever it comes from.
        """
        variables = os.environ if environment is None else environment
        server = variables.get("DAKTELA_SERVER", "")
        if not server:
            raise InvalidRequest(
                "the environment variable DAKTELA_SERVER is not set.",
                advice='Set it to the name of the call centre, like "myvu.daktela.com".',
            )
        make = partial(
            cls,
            server,
            token_in=token_in,
            wire_format=wire_format,
            timezone=timezone,
            timeout=timeout,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            retry=retry,
            max_connections=max_connections,
            max_body=max_body,
            verify=verify,
            proxy=proxy,
            allow_http=allow_http,
            hooks=hooks,
            http_client=http_client,
        )
        token = variables.get("DAKTELA_ACCESS_TOKEN", "")
        if token:
            return make(access_token=token)
        login = variables.get("DAKTELA_LOGIN", "")
        password = variables.get("DAKTELA_PASSWORD", "")
        if not (login and password):
            raise InvalidRequest(
                "neither DAKTELA_ACCESS_TOKEN nor DAKTELA_LOGIN with DAKTELA_PASSWORD is set.",
                advice=f"See {_SOURCE}.",
            )
        return make(login=login, password=password)


def _token(token: str, login: str, password: str) -> str:
    if bool(token) == bool(login or password) or bool(login) != bool(password):
        raise InvalidRequest(
            "either access_token= or login= and password= must be given.", advice=f"See {_SOURCE}."
        )
    token = token or access_token(login, password)
    if not token.isascii() or not token.isprintable() or " " in token:
        raise InvalidRequest(
            "access_token holds characters that no token has.",
            advice="It is made with daktela_async.access_token(login, password).",
        )
    return token
