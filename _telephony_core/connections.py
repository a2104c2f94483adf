"""The connections that requests go over: our own, or those of an httpx client handed in.

Ours do without httpx's `AsyncClient`. What that would add is not wanted here: it stores cookies,
and it logs every URL with its query, which may hold a token. Through a proxy, httpx's own transport
makes the connections.
"""

import ssl
from functools import cache
from urllib.request import getproxies, proxy_bypass

import httpx

from .pool import ConnectionPool
from .settings import TransportSettings, is_loopback

#: Seconds for which an idle connection is kept. Longer saves little, and the risk grows that the
#: server closes it just as a request is sent, so that the outcome is unknown.
KEEPALIVE = 5.0


class Connections:
    """Send httpx requests and keep the connections for the next ones."""

    def __init__(self, settings: TransportSettings, http_client: httpx.AsyncClient | None) -> None:
        self._settings = settings
        self._client = http_client
        self._pool: ConnectionPool | None = None
        self._transports: dict[str, httpx.AsyncHTTPTransport] = {}
        self._proxies: dict[tuple[str, str], str | None] = {}

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Return the answer with its body still to be read; its owner closes it."""
        if self._client is not None:
            return await self._client.send(request, stream=True, follow_redirects=False)
        target = (request.url.scheme, request.url.host)
        if target[0] not in {"http", "https"}:
            raise httpx.UnsupportedProtocol(f"{target[0]}:// is neither http:// nor https://")
        if target not in self._proxies:
            self._proxies[target] = self._settings.proxy or environment_proxy(*target)
        proxy = self._proxies[target]
        if proxy is not None:
            return await self._by_proxy(proxy).handle_async_request(request)
        if self._pool is None:
            self._pool = ConnectionPool(
                self._tls, most_idle=self._settings.max_connections, keepalive=KEEPALIVE
            )
        return await self._pool.send(request)

    async def aclose(self) -> None:
        """Close our own connections; a client that was handed in stays open."""
        if self._pool is not None:
            await self._pool.aclose()
        while self._transports:
            _, transport = self._transports.popitem()
            await transport.aclose()

    @property
    def _tls(self) -> ssl.SSLContext:
        return self._settings.verify or _tls_settings()

    def _by_proxy(self, proxy: str) -> httpx.AsyncHTTPTransport:
        if proxy not in self._transports:
            self._transports[proxy] = httpx.AsyncHTTPTransport(
                verify=self._tls,
                proxy=proxy,
                # The number of connections is bounded by the queue before them.
                limits=httpx.Limits(
                    max_connections=None,
                    max_keepalive_connections=self._settings.max_connections,
                    keepalive_expiry=KEEPALIVE,
                ),
            )
        return self._transports[proxy]


def environment_proxy(scheme: str, host: str) -> str | None:
    """Return the proxy that the environment names for a host; never one for this machine."""
    if is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"


@cache
def _tls_settings() -> ssl.SSLContext:
    """Make the default TLS settings once: reading the authorities takes tens of milliseconds."""
    return httpx.create_ssl_context()
