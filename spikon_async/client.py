"""The client for SPIKON: its settings and its resources."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Self

from _telephony_core import checks
from _telephony_core.client import Client
from _telephony_core.hooks import NO_HOOKS, Hooks
from _telephony_core.redaction import Secret
from _telephony_core.retries import RetryPolicy
from _telephony_core.settings import MAX_BODY, TransportSettings, time_zone

from .errors import InvalidRequest
from .service import BASE_URL, WARSAW, WireFormat

if TYPE_CHECKING:
    import ssl
    from collections.abc import Collection, Mapping
    from zoneinfo import ZoneInfo

    import httpx

    from .resources.account import AccountResource
    from .resources.call_center import CallCenterResource
    from .resources.call_lists import CallListResource
    from .resources.phone_books import PhoneBookResource
    from .resources.sms import SmsResource
    from .resources.tts import TtsResource
    from .session import SpikonSession  # noqa: F401  # the base class names it


class SpikonClient(Client["SpikonSession"]):
    """Talk to SPIKON as one account, on asyncio or trio.

    Make one client and share it: it is safe to use from many tasks at once. Use it with
    `async with`, or close it with `aclose`.

    Each resource is loaded when it is first used: one that you do not use costs nothing.
    """

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str = BASE_URL,
        wire_format: WireFormat | str = WireFormat.JSON,
        timezone: ZoneInfo | str = WARSAW,
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
            api_key: the key from the panel, "Ustawienia i dodatki" -> "API - ustawienia" (3.2).
            base_url: the address of the service, or of a sandbox.
            wire_format: the format of the answers, "json" or "xml"; the results are equal.
            timezone: the zone of the times in call histories, or its name.
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
        from .session import SpikonSession

        if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
            raise InvalidRequest(
                "api_key is empty or holds characters that no key has.",
                advice="Copy it from the panel (SPIKON 3.2).",
            )
        formats = tuple(WireFormat)
        session = SpikonSession(
            Secret(api_key),
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
            wire_format=WireFormat(checks.one_of("wire_format", wire_format, formats, "SPIKON 4")),
            timezone=time_zone(timezone),
            http_client=http_client,
        )
        super().__init__(session)
        self._shown = f"SpikonClient(base_url={base_url!r})"

    @cached_property
    def account(self) -> AccountResource:
        """Balance, phone accounts, dialling (4.2)."""
        from .resources.account import AccountResource

        return AccountResource(self._session)

    @cached_property
    def phone_books(self) -> PhoneBookResource:
        """Phone books and their entries (4.3)."""
        from .resources.phone_books import PhoneBookResource

        return PhoneBookResource(self._session)

    @cached_property
    def call_lists(self) -> CallListResource:
        """Call history and recordings (4.4)."""
        from .resources.call_lists import CallListResource

        return CallListResource(self._session)

    @cached_property
    def call_center(self) -> CallCenterResource:
        """Campaigns and agents (4.5)."""
        from .resources.call_center import CallCenterResource

        return CallCenterResource(self._session)

    @cached_property
    def sms(self) -> SmsResource:
        """SMS (4.6)."""
        from .resources.sms import SmsResource

        return SmsResource(self._session)

    @cached_property
    def tts(self) -> TtsResource:
        """Speech synthesis (4.7)."""
        from .resources.tts import TtsResource

        return TtsResource(self._session)

    def __repr__(self) -> str:
        return self._shown

    @classmethod
    def from_env(
        cls,
        environment: Mapping[str, str] | None = None,
        *,
        wire_format: WireFormat | str = WireFormat.JSON,
        timezone: ZoneInfo | str = WARSAW,
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
        """Make a client from `SPIKON_API_KEY` and, if it is set, `SPIKON_BASE_URL`.

        `environment` takes the place of the process's own variables. All else is as when a client
        is made with its key. An address of plain http:// that is not loopback must be in
        `allow_http`, wherever it comes from.
        """
        variables = os.environ if environment is None else environment
        api_key = variables.get("SPIKON_API_KEY", "")
        if not api_key:
            raise InvalidRequest(
                "the environment variable SPIKON_API_KEY is not set.",
                advice="Set it to the key from the panel (SPIKON 3.2).",
            )
        return cls(
            api_key,
            base_url=variables.get("SPIKON_BASE_URL", "") or BASE_URL,
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
