"""How SPIKON is spoken to: the key, the form, the faults, the files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode, urljoin
from zoneinfo import ZoneInfo

import anyio
from attrs import evolve

from _telephony_core.attempts import Delivery, Reply
from _telephony_core.calls import Call, Semantics
from _telephony_core.documents import Plain
from _telephony_core.downloads import DownloadedFile, DownloadOptions, DownloadProgress
from _telephony_core.exchange import Request
from _telephony_core.redaction import Secret
from _telephony_core.session import ApiSession
from _telephony_core.settings import TransportSettings, check_scheme, origin, split_url

from .errors import ApiError, SpikonApiError, error_for
from .service import WireFormat
from .wire import encode_form, find_faults, normalise

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

#: Seconds for a whole download unless the call says otherwise.
DOWNLOAD_TIMEOUT = 600.0
#: The header that carries the key where there is no form (4.7.5).
KEY_HEADER = "spikon-api-key"

logger = logging.getLogger("spikon_async")
# Whether anything of it shows is up to the application; else Python itself would print warnings.
logger.addHandler(logging.NullHandler())


class SpikonSession(ApiSession):
    """Carry out the calls of one SPIKON account."""

    def __init__(
        self,
        api_key: Secret,
        settings: TransportSettings,
        *,
        wire_format: WireFormat,
        timezone: ZoneInfo,
        http_client: httpx.AsyncClient | None,
    ) -> None:
        super().__init__(
            settings,
            secrets=(api_key,),
            timezone=timezone,
            logger=logger,
            http_client=http_client,
        )
        self._api_key = api_key
        self._wire_format = wire_format
        self._settings = settings
        self._base = settings.base_url.rstrip("/")

    def url(self, path: str, params: Mapping[str, str] | None = None) -> str:
        """Return the address of a method; the key is never part of it."""
        return f"{self._base}{path}{'?' + urlencode(params) if params else ''}"

    def hide(self, text: str) -> str:
        """Return a text of the service without secrets, for an error that quotes it."""
        return self._hide(text)

    def left_of(self, timeout: float | None) -> Callable[[], float]:
        """Return what tells how much is left of the time for several calls together.

        It is never quite nothing, so that the next call says that its time has passed.
        """
        end = anyio.current_time() + (self._settings.timeout if timeout is None else timeout)
        return lambda: max(end - anyio.current_time(), 0.001)

    async def save(
        self,
        url: str,
        path: Path,
        *,
        name: str,
        on_progress: Callable[[DownloadProgress], None] | None,
        timeout: float,
        suffix: Callable[[str], str] = lambda _content_type: "",
    ) -> DownloadedFile:
        """Save an audio file; the key goes along only to the configured origin, by header.

        How the link of a recording is authorised is not documented, so the key is offered the
        way tts/download wants it. A link of another origin is fetched without it.
        """
        url = urljoin(self._base, url)
        check_scheme(split_url(url), self._settings.allow_http)
        ours = origin(url) == origin(self._base)
        options = DownloadOptions(
            # No local variable holds the key: crash reporters send those along.
            credentials={KEY_HEADER: self._api_key.reveal()} if ours else {},
            on_progress=on_progress,
            accept=_is_audio,
            suffix=suffix,
        )
        delivery = Delivery(name=name, timeout=timeout)
        return await self.download(Request("GET", url), path, delivery, options)

    def _encode(self, call: Call[T]) -> Request:
        return Request(
            "POST",
            self.url(call.path),
            {"content-type": "application/x-www-form-urlencoded"},
            encode_form(call.params, self._api_key.reveal(), self._wire_format),
        )

    def _normalise(self, plain: Plain) -> Plain:
        return normalise(plain)

    def _fault(self, plain: Plain) -> SpikonApiError | None:
        faults = find_faults(plain)
        if not faults:
            return None
        # A server may quote what it was sent.
        return error_for(
            tuple(
                evolve(fault, text=self._redact(fault.text), desc=self._redact(fault.desc))
                for fault in faults
            )
        )

    def _place(self, fault: ApiError, reply: Reply, delivery: Delivery) -> None:
        super()._place(fault, reply, delivery)
        if delivery.semantics is Semantics.SAFE and isinstance(fault, SpikonApiError):
            fault.advice = fault.advice_for_reads or fault.default_advice


def _is_audio(content_type: str, start: bytes) -> bool:
    """Tell an audio file from what can come in its place: an error, a login page, nothing."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("audio/"):
        return bool(start)
    texts = ("text/", "application/json", "application/xml")
    return bool(start) and not kind.startswith(texts) and start.lstrip()[:1] not in b"{[<"
