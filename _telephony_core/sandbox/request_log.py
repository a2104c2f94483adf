"""What arrived at the fake server, and what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import overload

import attrs

HIDDEN = "***"


@attrs.frozen(kw_only=True)
class RequestRecord:
    """One request as the server saw it, without the API key or token.

    ``acted`` says that the method was carried out; ``status`` is None while the answer is
    outstanding and stays None if the connection was dropped; ``fault`` names the fault applied.
    """

    number: int
    at: float
    method: str
    path: str
    url: str
    params: dict[str, str]
    api_key_in: str | None
    headers: dict[str, str]
    acted: bool = False
    status: int | None = None
    fault: str | None = None

    @property
    def token_in(self) -> str | None:
        """Where the token came, in the words of an API that calls its key a token."""
        return self.api_key_in


def visible_headers(
    headers: Iterable[tuple[str, str]], secret_names: Iterable[str]
) -> dict[str, str]:
    """Return the headers with lower-case names and the secret ones' values hidden."""
    secret = {name.lower() for name in secret_names}
    return {name.lower(): HIDDEN if name.lower() in secret else value for name, value in headers}


def _as_given(path: str) -> str:
    return path


class RequestLog:
    """All requests in the order of their arrival; safe to read from any thread.

    ``name_of`` turns what a test writes ("/api/sms/send") into the name in the records
    ("sms/send").
    """

    def __init__(self, name_of: Callable[[str], str] = _as_given) -> None:
        self._name_of = name_of
        self._records: dict[int, RequestRecord] = {}
        self._arrived = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[RequestRecord]:
        with self._lock:
            return iter(tuple(self._records.values()))

    @overload
    def __getitem__(self, index: int) -> RequestRecord: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[RequestRecord, ...]: ...
    def __getitem__(self, index: int | slice) -> RequestRecord | tuple[RequestRecord, ...]:
        return tuple(self)[index]

    def __repr__(self) -> str:
        return f"<RequestLog of {len(self)} requests>"

    def of(self, path: str = "*") -> tuple[RequestRecord, ...]:
        """Return the requests for one method, or all of them."""
        name = self._name_of(path)
        return tuple(record for record in self if path == "*" or record.path == name)

    def count(self, path: str = "*") -> int:
        """Return how many requests for the method arrived."""
        return len(self.of(path))

    def acted(self, path: str = "*") -> int:
        """Return how many requests for the method were carried out."""
        return sum(record.acted for record in self.of(path))

    def clear(self) -> None:
        """Forget everything so far; the numbers go on."""
        with self._lock:
            self._records.clear()

    def add(
        self,
        *,
        at: float,
        method: str,
        path: str,
        url: str,
        params: Mapping[str, str],
        api_key_in: str | None,
        headers: Mapping[str, str],
    ) -> int:
        """Note a request that has arrived and return its number."""
        with self._lock:
            self._arrived += 1
            self._records[self._arrived] = RequestRecord(
                number=self._arrived,
                at=at,
                method=method,
                path=path,
                url=url,
                params=dict(params),
                api_key_in=api_key_in,
                headers=dict(headers),
            )
            return self._arrived

    def note_acted(self, number: int) -> None:
        """Note that the request was carried out."""
        self._change(number, lambda record: attrs.evolve(record, acted=True))

    def note_fault(self, number: int, fault: str) -> None:
        """Note which fault the request met."""
        self._change(number, lambda record: attrs.evolve(record, fault=fault))

    def note_status(self, number: int, status: int | None) -> None:
        """Note how the request was answered; None if the connection ended first."""
        self._change(number, lambda record: attrs.evolve(record, status=status))

    def _change(self, number: int, change: Callable[[RequestRecord], RequestRecord]) -> None:
        with self._lock:
            record = self._records.get(number)
            if record is not None:  # it may have been cleared away meanwhile
                self._records[number] = change(record)
