"""One HTTP request and its answer, as bytes, whatever carries them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Any, Self

from attrs import define, field, frozen

from .bodies import ACCEPTED_ENCODING
from .version import __version__

#: What every request says of itself.
_HEADERS = {
    "accept": "*/*",
    "accept-encoding": ACCEPTED_ENCODING,
    "user-agent": f"spikon-daktela-async/{__version__}",
}


def without_query(url: str) -> str:
    """Return an address as it may be shown."""
    return url.partition("?")[0]


@frozen
class Request:
    """One HTTP request as bytes."""

    method: str
    url: str = field(repr=lambda url: repr(without_query(url)))
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    content: bytes = field(default=b"", repr=False)
    #: The query of the address must show nowhere: it holds secrets, or numbers of people.
    private: bool = False

    def all_headers(self) -> dict[str, str]:
        """Return the headers with those that every request has."""
        return {**_HEADERS, **self.headers}


@frozen
class Timeouts:
    """Say for how many seconds one attempt bears no connection, and then silence."""

    connect: float
    read: float


@define
class Attempt:
    """Follow one attempt, to know afterwards whether the server may have seen the request."""

    #: It waits for a free slot.
    queued: bool = True
    #: It is making a connection.
    connecting: bool = False
    #: It brought something that need not be fetched again.
    progressed: bool = False

    @property
    def reached(self) -> bool:
        """Tell whether the server may have received the request."""
        return not (self.queued or self.connecting)


class Answer(AsyncIterator[bytes], ABC):
    """One HTTP answer whose body is still to be read: iterate over it once, then close it.

    Attributes:
        status: the HTTP status.
        headers: the headers, their names in lower case; several of one name are joined by commas.
    """

    status: int
    headers: Mapping[str, str]

    def __aiter__(self) -> Self:
        return self

    @abstractmethod
    async def aclose(self) -> None:
        """Free what the answer holds: its connection, if the body was read to its end."""


class Carrier(ABC):
    """Carry requests to servers: own connections, or those of an httpx client."""

    @abstractmethod
    def send(
        self, request: Request, timeouts: Timeouts, attempt: Attempt
    ) -> Coroutine[Any, Any, Answer]:
        """Send a request and return its answer as soon as the head of it is there.

        Raise `ConnectionFailure`, or `Unwritable`.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """Close the connections that are not in use, and each other one after its answer."""


def joined_headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by their names, which are in lower case already."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers
