"""Which connections a request goes over: our own, a proxy's, or those of an httpx client."""

from __future__ import annotations

import os
import ssl
from collections.abc import Coroutine
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from .exchange import Answer, Attempt, Carrier, Request, Timeouts
from .pool import ConnectionPool
from .settings import TransportSettings, is_loopback

if TYPE_CHECKING:
    import httpx

#: Seconds for which an idle connection is kept. Longer saves little, and the risk grows that the
#: server closes it just as a request is sent, so that the outcome is unknown.
KEEPALIVE = 5.0


class Connections(Carrier):
    """Carry each request by what its address and the settings ask for."""

    def __init__(self, settings: TransportSettings, http_client: httpx.AsyncClient | None) -> None:
        self._settings = settings
        self._client: Carrier | None = None
        if http_client is not None:
            from .by_httpx import HttpxCarrier

            self._client = HttpxCarrier(http_client)
        self._pool = ConnectionPool(
            self._tls, most_idle=settings.max_connections, keepalive=KEEPALIVE
        )
        self._by_proxy: dict[str, Carrier] = {}
        #: What carries requests to a place: its scheme, host and port.
        self._carriers: dict[str, Carrier] = {}

    def send(
        self, request: Request, timeouts: Timeouts, attempt: Attempt
    ) -> Coroutine[Any, Any, Answer]:
        """Return the answer with its body still to be read; its owner closes it."""
        if self._client is not None:
            return self._client.send(request, timeouts, attempt)
        place = "/".join(request.url.split("/", 3)[:3])
        carrier = self._carriers.get(place)
        if carrier is None:
            carrier = self._carriers[place] = self._choose(place)
        return carrier.send(request, timeouts, attempt)

    async def aclose(self) -> None:
        """Close our own connections; a client that was handed in stays open."""
        await self._pool.aclose()
        while self._by_proxy:
            _, carrier = self._by_proxy.popitem()
            await carrier.aclose()

    def _choose(self, place: str) -> Carrier:
        parts = urlsplit(place)
        proxy = self._settings.proxy or environment_proxy(parts.scheme, parts.hostname or "")
        if proxy is None:
            return self._pool
        if proxy not in self._by_proxy:
            from .by_httpx import proxied

            self._by_proxy[proxy] = proxied(
                proxy, self._tls(), self._settings.max_connections, KEEPALIVE
            )
        return self._by_proxy[proxy]

    def _tls(self) -> ssl.SSLContext:
        context = self._settings.verify or default_tls()
        context.set_alpn_protocols(["http/1.1"])
        return context


def environment_proxy(scheme: str, host: str) -> str | None:
    """Return the proxy that the environment names for a host; never one for this machine."""
    if is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"


@cache
def default_tls() -> ssl.SSLContext:
    """Make the default TLS settings once: reading the authorities takes tens of milliseconds."""
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file or folder:
        return ssl.create_default_context(cafile=file, capath=folder)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())
