"""Everything that is done to a call on its way, each with the effect that it has."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import Enum
from functools import cache
from urllib.parse import quote

from attrs import evolve, frozen

from _telephony_core.sandbox.faults import packed_blanks
from tests.faults.front import Answer, Exchange, Play
from tests.faults.promises import Effect

JSON = "application/json; charset=utf-8"
XML = "application/xml; charset=utf-8"
#: A cookie that nobody asked for.
COOKIE = "sandbox-session=0123456789abcdef"

#: `max_body=` of the clients; what is deep is smaller than that.
MAX_BODY = 1024 * 1024
#: The same where an answer is too large: sooner reached, and a thousand times as much would come.
SMALL_BODY = 64 * 1024
_HUGE = 100 * MAX_BODY
#: What a bomb may cost at most: what is read of it, as bytes and as text, what is under way in the
#: connection, and the server's own part, which lives in the same process.
_BOUND = 8 * MAX_BODY
_BLANKS = b" " * 65_536
_DEPTH = 100_000


class Where(Enum):
    """How far a request comes."""

    #: The connection is refused.
    NOWHERE = 1
    #: The connection is reset when it was made.
    TO_THE_DOOR = 2
    #: The server has all of it.
    THERE = 3


@frozen(kw_only=True)
class Fault:
    """One way in which a call can go wrong."""

    name: str
    #: What it does to the call. Where it depends on chance, all that are right.
    effects: tuple[Effect, ...]
    #: The same behind TLS, where that makes a difference.
    effects_with_tls: tuple[Effect, ...] = ()
    #: What it does to a download, where that makes a difference.
    effect_on_file: Effect | None = None
    play: Play | None = None
    #: A redirect with this status, to another address.
    redirects: int = 0
    where: Where = Where.THERE
    #: The server carries the call out before.
    acts: bool = False
    #: It takes time to be noticed.
    waits: bool = False
    #: The seconds of Retry-After.
    retry_after: float | None = None
    #: A file that is shorter than it was, with nothing that tells so.
    shortens: bool = False
    #: It would fill the memory if it could; so many bytes may be used at most.
    memory: int = 0
    #: `max_body=` of the client that meets it.
    max_body: int = MAX_BODY
    #: Worth playing to a client that asks for XML too, or to that one alone.
    xml: bool = False
    json: bool = True


# Answers that are cut or never come.


async def _reset_before_acting(exchange: Exchange) -> None:
    exchange.reset()


async def _reset_after_acting(exchange: Exchange) -> None:
    await exchange.act()
    exchange.reset()


async def _closed_after_acting(exchange: Exchange) -> None:
    await exchange.act()
    exchange.close()


async def _cut_head(exchange: Exchange) -> None:
    answer = await exchange.act()
    exchange.write(answer.wire()[:40])
    exchange.close()


async def _cut_body(exchange: Exchange) -> None:
    answer = await exchange.act()
    exchange.write(_halved(answer))
    exchange.close()


def _halved(answer: Answer) -> bytes:
    wire = answer.wire()
    return wire[: len(wire) - (len(answer.body) + 1) // 2]


async def _cut_chunks(exchange: Exchange) -> None:
    answer = await exchange.act()
    head, _, _ = answer.wire().partition(b"Content-Length")
    body = answer.body
    exchange.write(
        head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body[: len(body) // 2]
    )
    exchange.close()


async def _too_long(exchange: Exchange) -> None:
    """Promise five bytes that never come."""
    answer = await exchange.act()
    exchange.write(answer.wire(length=len(answer.body) + 5))
    await exchange.gone()


async def _too_short(exchange: Exchange) -> None:
    """Send five bytes that were not promised: whoever goes on reading takes them for an answer."""
    answer = await exchange.act()
    exchange.write(answer.wire(length=max(len(answer.body) - 5, 0)))


async def _silence(exchange: Exchange) -> None:
    await exchange.act()
    await exchange.gone()


async def _drip(exchange: Exchange) -> None:
    """Send a byte now and then: never silent for long, and never done."""
    answer = await exchange.act()
    padded = evolve(answer, body=answer.body + b" " * 10_000).wire()
    for place in range(len(padded)):
        if exchange.is_gone:
            return
        exchange.write(padded[place : place + 1])
        await asyncio.sleep(0.02)


# Statuses.


def _status(
    status: int, *, retry_after: Callable[[], str] | None = None, acts: bool = False
) -> Play:
    async def play(exchange: Exchange) -> None:
        if acts:
            await exchange.act()
        headers = () if retry_after is None else (("Retry-After", retry_after()),)
        exchange.send(Answer(_page(exchange), "text/html; charset=utf-8", status, headers))

    return play


def _in(seconds: float) -> Callable[[], str]:
    return lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


# Bodies. Those that can quote the request, with all that is secret in it.


def _page(exchange: Exchange) -> bytes:
    """Return a page that repeats the request, as a debugging proxy does, in its own spelling."""
    raw = exchange.asked.raw.decode()
    return f"<!DOCTYPE html>\n<html><pre>{raw}\n{html.escape(raw)}\n{quote(raw)}</pre>".encode()


def _body(
    make: Callable[[Exchange, Answer], Answer],
) -> Play:
    """Carry the call out, and answer with something else."""

    async def play(exchange: Exchange) -> None:
        answer = await exchange.act()
        exchange.send(make(exchange, answer))

    return play


def _html_page(exchange: Exchange, _: Answer) -> Answer:
    return Answer(_page(exchange), "text/html; charset=utf-8")


def _quoting(before: bytes, after: bytes = b"", content_type: str = JSON) -> Play:
    return _body(
        lambda exchange, _: Answer(before + exchange.asked.raw[:4000] + after, content_type)
    )


def _cut_document(_: Exchange, answer: Answer) -> Answer:
    if answer.content_type.startswith("audio/"):
        return Answer(b'{"status": 1, "resu')
    return evolve(answer, body=answer.body[: (len(answer.body) + 1) // 2])


def _claiming(content_type: str) -> Play:
    return _body(lambda _, answer: Answer(_text_of(answer), content_type))


def _encoded(encoding: str) -> Play:
    return _body(
        lambda _, answer: evolve(answer, headers=(*answer.headers, ("Content-Encoding", encoding)))
    )


def _text_of(answer: Answer) -> bytes:
    return b"{}" if answer.content_type.startswith("audio/") else answer.body


def _given(body: Callable[[], bytes], content_type: str = JSON, encoding: str = "") -> Play:
    headers = (("Content-Encoding", encoding),) if encoding else ()
    return _body(lambda _exchange, _answer: Answer(body(), content_type, headers=headers))


_POLISH = "zażółć gęślą jaźń ".encode("iso-8859-2")
_ENTITIES = b"".join(
    b'<!ENTITY e%d "%s">' % (level, b"&e%d;" % (level - 1) * 10) for level in range(1, 10)
)
_LAUGHS = (
    b'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY e0 "ha">' + _ENTITIES + b"]>\n<x>&e9;</x>\n"
)


@cache
def _deep_json() -> bytes:
    return b'{"":' * _DEPTH + b"1" + b"}" * _DEPTH


@cache
def _deep_xml() -> bytes:
    return b"<x>" * _DEPTH + b"</x>" * _DEPTH


@cache
def _gzip_bomb() -> bytes:
    return packed_blanks(_HUGE)


async def _endless(exchange: Exchange) -> None:
    """Send a hundred megabytes, as long as somebody takes them."""
    await exchange.act()
    exchange.write(Answer(b"").wire(length=_HUGE))
    for _ in range(_HUGE // len(_BLANKS)):
        await exchange.writable()
        if exchange.is_gone:
            return
        exchange.write(_BLANKS)


async def _endless_chunks(exchange: Exchange) -> None:
    """Send chunks for ever, as long as somebody takes them."""
    await exchange.act()
    head, _, _ = Answer(b"").wire().partition(b"Content-Length")
    exchange.write(head + b"Transfer-Encoding: chunked\r\n\r\n")
    while not exchange.is_gone:
        exchange.write(b"%x\r\n" % len(_BLANKS) + _BLANKS + b"\r\n")
        await exchange.writable()


def redirect(fault: Fault, elsewhere: str, *, quoting: bool) -> Play:
    """Send the client to another address, and perhaps put the request into it."""

    async def play(exchange: Exchange) -> None:
        if fault.acts:
            await exchange.act()
        quoted = quote(exchange.asked.raw[:2000]) if quoting else ""
        location = f"{elsewhere}/file?{quoted}"
        exchange.send(Answer(b"", "text/html", fault.redirects, (("Location", location),)))

    return play


def _with_cookie(_: Exchange, answer: Answer) -> Answer:
    return evolve(
        answer, headers=(*answer.headers, ("Set-Cookie", f"{COOKIE}; Path=/; Max-Age=1000"))
    )


def _fault(
    name: str,
    effect: Effect,
    play: Play | None = None,
    *,
    acts: bool = True,
    file: Effect | None = None,
    waits: bool = False,
    retry_after: float | None = None,
    memory: int = 0,
    max_body: int = MAX_BODY,
    xml: bool = False,
    json: bool = True,
    redirects: int = 0,
    shortens: bool = False,
) -> Fault:
    return Fault(
        name=name,
        effects=(effect,),
        effect_on_file=file,
        play=play,
        acts=acts,
        waits=waits,
        retry_after=retry_after,
        memory=memory,
        max_body=max_body,
        xml=xml,
        json=json,
        redirects=redirects,
        shortens=shortens,
    )


FAULTS: tuple[Fault, ...] = (
    # Connections.
    Fault(name="refused", effects=(Effect.NOT_SENT,), where=Where.NOWHERE),
    Fault(
        name="reset before sending",
        # Without TLS it can happen before or after the first bytes went out.
        effects=(Effect.NOT_SENT, Effect.LOST),
        effects_with_tls=(Effect.NOT_SENT,),
        where=Where.TO_THE_DOOR,
    ),
    _fault("reset before the action", Effect.LOST, _reset_before_acting, acts=False),
    _fault("reset after the action", Effect.LOST, _reset_after_acting),
    _fault("closed after the action", Effect.LOST, _closed_after_acting),
    _fault("silence", Effect.LOST, _silence, waits=True),
    _fault("slow drip", Effect.TOO_LATE, _drip, waits=True),
    # Framing. A download goes on where it was cut.
    _fault("cut head", Effect.LOST, _cut_head),
    _fault("cut body", Effect.LOST, _cut_body, file=Effect.NONE, xml=True),
    _fault("cut chunks", Effect.LOST, _cut_chunks, file=Effect.NONE),
    _fault("length too long", Effect.LOST, _too_long, file=Effect.NONE, waits=True),
    # Of a file nobody can tell that something is missing.
    _fault("length too short", Effect.UNREADABLE, _too_short, file=Effect.NONE, xml=True,
           shortens=True),
    # Statuses.
    _fault("429, again in 0 s", Effect.BUSY, _status(429, retry_after=lambda: "0"), acts=False,
           retry_after=0),
    _fault("429, again by a date", Effect.BUSY, _status(429, retry_after=_in(0)), acts=False,
           retry_after=0),
    _fault("429, again in an hour", Effect.BUSY_FOR_LONG,
           _status(429, retry_after=lambda: "3600"), acts=False, retry_after=3600),
    _fault("503, again in an hour, by a date", Effect.DOWN_FOR_LONG,
           _status(503, retry_after=_in(3600)), acts=False, retry_after=3600),
    _fault("500", Effect.BROKEN, _status(500, acts=True)),
    _fault("502", Effect.DOWN, _status(502), acts=False),
    _fault("503", Effect.DOWN, _status(503), acts=False),
    _fault("504", Effect.DOWN, _status(504, acts=True)),
    # Bodies.
    _fault("HTML page", Effect.UNREADABLE, _body(_html_page), xml=True),
    _fault("cut document", Effect.UNREADABLE, _body(_cut_document), xml=True),
    _fault("JSON in no UTF-8", Effect.UNREADABLE,
           _quoting(b'{"status": 1, "result": "' + _POLISH, b'"}')),
    _fault("XML in no UTF-8", Effect.UNREADABLE,
           _quoting(b"<x><status>1</status><result>" + _POLISH, b"</result></x>", XML),
           json=False, xml=True),
    _fault("unknown charset", Effect.UNREADABLE, _claiming("application/json; charset=x-klingon")),
    _fault("unknown XML encoding", Effect.UNREADABLE,
           _quoting(b'<?xml version="1.0" encoding="x-klingon"?><x>', b"</x>", XML),
           json=False, xml=True),
    _fault("unknown content encoding", Effect.UNREADABLE, _encoded("br")),
    _fault("false gzip", Effect.UNREADABLE, _encoded("gzip")),
    # Bombs.
    _fault("XML entity bomb", Effect.UNREADABLE, _given(lambda: _LAUGHS, XML), memory=_BOUND,
           xml=True),
    _fault("deep JSON", Effect.UNREADABLE, _given(_deep_json), memory=_BOUND),
    _fault("deep XML", Effect.UNREADABLE, _given(_deep_xml, XML), memory=_BOUND,
           xml=True),
    _fault("body over the limit", Effect.UNREADABLE, _endless, memory=_BOUND,
           max_body=SMALL_BODY),
    _fault("chunks over the limit", Effect.UNREADABLE, _endless_chunks, memory=_BOUND,
           max_body=SMALL_BODY),
    _fault("gzip bomb", Effect.UNREADABLE, _given(_gzip_bomb, JSON, "gzip"), memory=_BOUND,
           max_body=SMALL_BODY),
    # What a server wants of a browser.
    _fault("found elsewhere", Effect.DONE_ELSEWHERE, file=Effect.NONE, redirects=302),
    _fault("moved elsewhere", Effect.ELSEWHERE, acts=False, file=Effect.NONE, redirects=308),
    _fault("Set-Cookie", Effect.NONE, _body(_with_cookie), xml=True),
)  # fmt: skip
