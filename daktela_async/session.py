"""How Daktela is spoken to: the address, the token, the envelope, the files."""

from __future__ import annotations

import logging
import re
from collections.abc import Coroutine
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from attrs import evolve

from _telephony_core.attempts import Delivery, Reply
from _telephony_core.calls import Call
from _telephony_core.documents import Plain, parse_document
from _telephony_core.downloads import DownloadedFile, DownloadOptions
from _telephony_core.errors import ApiError, InvalidRequest
from _telephony_core.exchange import Request
from _telephony_core.redaction import HIDDEN, Redactor, Secret
from _telephony_core.session import ApiSession
from _telephony_core.settings import TransportSettings

from .errors import error_for
from .service import WireFormat
from .wire import (
    drop_no_dates,
    encode_cookies,
    encode_query,
    even,
    may_hold_no_dates,
    open_envelope,
)

if TYPE_CHECKING:
    import httpx

    from _telephony_core.json_rows import RowReader

T = TypeVar("T")

#: Where the token and other secrets travel.
TokenPlace = Literal["cookie", "query"]
#: The longest address that is sent, in bytes: web servers refuse a first line of 8 KiB and more.
LONGEST_URL = 8000

#: Rows in an answer of so many bytes, some forty of them, are worth a reader of their own.
_MANY_ROWS = 16 * 1024

logger = logging.getLogger("daktela_async")
# Whether anything of it shows is up to the application; else Python itself would print warnings.
logger.addHandler(logging.NullHandler())

#: The secrets of the call that the current task makes, such as a password that it sets.
_of_this_call: ContextVar[Redactor | None] = ContextVar("daktela_async_secrets", default=None)

#: Fields that are secrets wherever they stand. GetUsers answers with the passwords of all users, a
#: recording's hash opens it to anybody, and the address of a callback may hold a password.
_NAME = "(?:password|recording_hash|access_token|(?:incoming|outgoing)_callback)"
#: A quote of JSON that stands in a text of JSON, or on an HTML page.
_QUOTE = r"(?:\\{1,8}[\"']|&quot;|&\#0*3[49];)"
#: A value of JSON, up to its end or that of the text. Escapes may be escaped once more.
_VALUE = r"""(?:"(?:[^"\\]|\\++.)*"?|'(?:[^'\\]|\\++.)*'?|(?!null\b|None\b)[^"'\s,}\])]+)"""
_SECRET_FIELDS = re.compile(
    rf"""
    # JSON, and what Python shows of it.
    (?P<key>["']{_NAME}["']\s*:\s*) {_VALUE}
    | (?P<quoted>(?P<quote>{_QUOTE}){_NAME}(?P=quote)\s*:\s*)
      (?:(?P=quote).*?(?:(?<!\\)(?P=quote)|\Z)|\d+)
    # XML.
    | (?P<tag><{_NAME}\b[^<>]{{0,200}}>) (?:<!\[CDATA\[.*?(?:\]\]>|\Z)|[^<])*
    # An address, as it is or in another one, and attributes.
    | (?P<parameter>(?:\b|(?<=%[0-9A-F]{{2}})){_NAME}(?:=|%3D)) (?:"[^"]*"?|'[^']*'?|[^&\s"'<>]*)
    # What PHP shows by print_r and var_dump.
    | (?P<php>\[["']?{_NAME}["']?(?::\w{{1,99}})?\]\s*=>\s*(?:string\(\d+\)\s*)?)
      (?:"[^"]*"?|[^\n]+)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


class _DaktelaRedactor(Redactor):
    """Hide the account's secrets, those of the current call, and secret fields of answers."""

    def __call__(self, text: str) -> str:
        text = super().__call__(text)
        call = _of_this_call.get()
        if call is not None:
            text = call(text)
        return _SECRET_FIELDS.sub(lambda found: f"{found[found.lastgroup or 0]}{HIDDEN}", text)


class DaktelaSession(ApiSession):
    """Carry out the calls of one Daktela account."""

    def __init__(
        self,
        access_token: Secret,
        settings: TransportSettings,
        *,
        secrets: tuple[Secret, ...] = (),
        token_in: TokenPlace,
        wire_format: WireFormat,
        timezone: ZoneInfo,
        http_client: httpx.AsyncClient | None,
    ) -> None:
        super().__init__(
            settings,
            secrets=(),
            timezone=timezone,
            logger=logger,
            http_client=http_client,
        )
        self._redact = _DaktelaRedactor((access_token, *secrets))
        self.timezone = timezone
        self._access_token = access_token
        self._in_query = token_in == "query"  # noqa: S105  # where it travels, not what it is
        self._wire_format = wire_format
        self._base = settings.base_url.rstrip("/")

    def send(
        self, call: Call[T], *, timeout: float | None = None, read_timeout: float | None = None
    ) -> Coroutine[Any, Any, T]:
        """Carry out one call; its own secrets show in no error that it may end in."""
        sending = super().send(call, timeout=timeout, read_timeout=read_timeout)
        return _hiding(_redactor(call), sending) if call.secrets else sending

    async def save(
        self, call: Call[T], path: Path, options: DownloadOptions, *, timeout: float
    ) -> DownloadedFile:
        """Carry out a call whose answer is a file.

        Its own secrets travel in the address, where GetRecording's sample has the hash, with no
        token beside it: such an address opens by itself, in a browser too. What the head of the
        document says of cookies, it says of optional parameters; a server that looked for the hash
        in the address alone would give no recording at all.
        """
        request = self._encode(call, in_address=True)
        delivery = Delivery(name=self._name(request, call), timeout=timeout)
        # As credentials, the cookies stay behind when a redirect leaves the service.
        options = evolve(options, credentials=request.headers)
        request = evolve(request, headers={})
        return await _hiding(_redactor(call), self.download(request, path, delivery, options))

    def address(self, call: Call[T], *, in_address: bool = False) -> str:
        """Return the whole address of a call; it holds secrets if they travel in the query.

        `in_address` says that those of the call itself do.
        """
        secrets = self._secrets(call) if self._in_query else call.secrets if in_address else {}
        query = encode_query({**secrets, **call.params})
        return f"{self._base}/api/{call.path}/{self._wire_format.value}{'?' * bool(query)}{query}"

    def _secrets(self, call: Call[T]) -> dict[str, str]:
        return {"access_token": self._access_token.reveal(), **call.secrets}

    def _encode(self, call: Call[T], *, in_address: bool = False) -> Request:
        # The document lets the token and all parameters travel as cookies. The secret ones do,
        # so that no log of an address on the way holds them.
        url = self.address(call, in_address=in_address)
        size = len(url)
        if size > LONGEST_URL:
            del url  # crash reporters send local variables along
            raise InvalidRequest(
                f"the address would have {size} bytes; at most {LONGEST_URL} are sent, because"
                " servers refuse longer ones.",
                call=_name(call),
                advice="Split the call into several, or shorten its texts.",
            )
        cookies = self._secrets(evolve(call, secrets={}) if in_address else call)
        headers = {} if self._in_query else {"cookie": encode_cookies(cookies)}
        return Request("GET", url, headers, private=True)

    def _name(self, request: Request, call: Call[T]) -> str:
        return _name(call)

    def _row_reader(self, model: type[T], reply: Reply) -> RowReader | None:
        if len(reply.body) < _MANY_ROWS or may_hold_no_dates(reply.body):
            return None
        return self._converter.row_reader(model, "result")

    def _parse(self, reply: Reply, rows: RowReader | None) -> Plain:
        content_type = reply.headers.get("content-type", "")
        read_json = rows.read if rows else None
        plain = parse_document(reply.body, content_type, attributes=True, read_json=read_json)
        return drop_no_dates(plain) if may_hold_no_dates(reply.body) else plain

    def _normalise(self, plain: Plain) -> Plain:
        return even(plain)

    def _fault(self, plain: Plain) -> ApiError | None:
        envelope = open_envelope(plain)
        if envelope.ok:
            return None
        # A server may quote what it was sent.
        return error_for(tuple(self._redact(text) for text in envelope.errors))

    def _decode(self, reply: Reply, delivery: Delivery, rows: RowReader | None = None) -> Plain:
        return open_envelope(super()._decode(reply, delivery, rows)).result


def _name(call: Call[T]) -> str:
    return f"GET {call.path.split('/')[1]}"


def _redactor(call: Call[T]) -> Redactor:
    return Redactor(map(Secret, call.secrets.values()))


async def _hiding(secrets: Redactor, carried: Coroutine[Any, Any, T]) -> T:
    """Carry out a call whose secrets are hidden meanwhile."""
    before = _of_this_call.set(secrets)
    try:
        return await carried
    finally:
        _of_this_call.reset(before)
