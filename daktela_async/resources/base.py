"""What the resources share: how a call is made of an action, a version and parameters."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Protocol, TypeVar
from urllib.parse import quote

from _telephony_core import checks
from _telephony_core.calls import Call, Semantics
from _telephony_core.session import Resource

from ..errors import InvalidRequest, NotFound
from ..session import DaktelaSession
from ..wire import PhpValue, php_params, shown_since, shown_until

T = TypeVar("T")

_VERSION = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}")


class DaktelaResource(Resource[DaktelaSession]):
    """Be the base of the classes that hold the actions of one chapter."""

    def _call(
        self,
        action: str,
        result: type[T],
        params: Mapping[str, PhpValue] | None = None,
        *,
        version: str,
        record_id: str | int | None = None,
        semantics: Semantics = Semantics.SAFE,
        check: str = "",
        secrets: Mapping[str, str | None] | None = None,
        held: bool = False,
    ) -> Call[T]:
        """Return the call of an action; `record_id` stands in the path, and None is left out.

        Whoever has `secrets` makes the call by itself and lets go of them before: a call shows
        none, but a local variable does in what a crash reporter sends.
        """
        return Call(
            call_path(version, action, record_id),
            result,
            php_params(params or {}, self._session.timezone),
            semantics,
            check,
            {name: value for name, value in (secrets or {}).items() if value is not None},
            held,
        )

    async def _ask(
        self,
        action: str,
        result: type[T],
        params: Mapping[str, PhpValue] | None = None,
        *,
        version: str,
        record_id: str | int | None = None,
        timeout: float | None = None,
    ) -> T:
        """Make a call that only reads."""
        call = self._call(action, result, params, version=version, record_id=record_id)
        return await self._send(call, timeout=timeout)

    async def _act(
        self,
        action: str,
        result: type[T],
        params: Mapping[str, PhpValue] | None = None,
        *,
        version: str,
        semantics: Semantics,
        check: str = "",
        record_id: str | int | None = None,
        timeout: float | None = None,
    ) -> T:
        """Make a call that acts."""
        call = self._call(
            action,
            result,
            params,
            version=version,
            record_id=record_id,
            semantics=semantics,
            check=check,
        )
        return await self._send(call, timeout=timeout)


def call_path(version: str, action: str, record_id: str | int | None = None) -> str:
    """Return the path of an action: version, action and, if there is one, id."""
    if not _VERSION.fullmatch(version):
        raise InvalidRequest(
            f"version is {version[:20]!r}; it must be like '3.0'.",
            advice="See the Daktela document.",
        )
    if record_id is None:
        return f"{version}/{action}"
    identifier = str(record_id)
    if not identifier.strip() or identifier in {".", ".."}:
        raise InvalidRequest(
            f"the id is {identifier!r}, which no path can hold.",
            call=f"GET {action}",
            advice="Take it from an answer.",
        )
    return f"{version}/{action}/{quote(identifier, safe='')}"


class Identified(Protocol):
    """Be something that the service knows by an id."""

    @property
    def id(self) -> str:
        """The id."""
        ...


IdentifiedT = TypeVar("IdentifiedT", bound=Identified)


def only(found: tuple[IdentifiedT, ...], wanted: str, action: str, what: str) -> IdentifiedT:
    """Return the one thing that was asked for by its id, or raise `NotFound`.

    What the service answers to an id that it does not know is not documented: an empty answer
    says that there is nothing, and so does one with something else. A row that does not tell
    its id is taken for the one that was asked for, if it is the only one.
    """
    for row in found:
        if row.id and _plain_id(row.id) == _plain_id(wanted):
            return row
    if len(found) == 1 and not found[0].id:
        return found[0]
    instead = f"has {len(found)} others" if found else "is empty"
    raise NotFound(
        f"the answer {instead}: there is no {what} with the id {wanted}.", call=f"GET {action}"
    )


def _plain_id(text: str) -> str:
    """Return an id as PHP reads it, to which "03" is 3."""
    stripped = text.strip()
    return stripped.lstrip("0") or "0" if stripped.isdecimal() else stripped


def exactly_one(action: str, **values: object) -> None:
    """Check that exactly one of several arguments is given, and says something."""
    given = [name for name, value in values.items() if value is not None]
    if len(given) != 1:
        raise InvalidRequest(
            f"exactly one of {', '.join(values)} must be given, not"
            f" {' and '.join(given) or 'none'}.",
            call=f"GET {action}",
            advice=f"See Daktela {action}.",
        )
    checks.text(given[0], str(values[given[0]]), f"Daktela {action}")


def listed(name: str, values: Iterable[str] | None, source: str) -> list[str] | None:
    """Return what a filter lets through as a list; one id by itself is one, and not its characters.

    None lets everything through, and so would an empty filter on the wire: whoever has come to
    look for nothing would be given everything.
    """
    if values is None:
        return None
    every = [values] if isinstance(values, str) else list(values)
    if not every:
        raise InvalidRequest(
            f"{name} is empty, which the service takes for no limit.",
            advice=f"Leave it out to ask for everything. See {source}.",
        )
    return [checks.text(name, value, source) for value in every]


def sought(name: str, value: str | None, source: str) -> str | None:
    """Return what a filter looks for; None looks for nothing in particular."""
    return None if value is None else checks.text(name, value, source)


def period(
    since: datetime, until: datetime, timezone: tzinfo, source: str
) -> tuple[datetime, datetime]:
    """Return a range of time as the service's clock shows it, in order.

    It reaches a little further where it begins or ends in the hour that comes twice.
    """
    first, last = shown_since(since, timezone), shown_until(until, timezone)
    if since.tzinfo and until.tzinfo:
        # In one zone Python compares what clocks show.
        reversed_ = until.astimezone(UTC) < since.astimezone(UTC)
    else:
        reversed_ = last < first
    if reversed_:
        raise InvalidRequest(
            f"the range ends ({until}) before it starts ({since}).", advice=f"See {source}."
        )
    return first, last


def open_period(
    since: datetime | None, until: datetime | None, timezone: tzinfo, source: str
) -> tuple[datetime | None, datetime | None]:
    """Return a range of time that may be open at its ends, as the service's clock shows it."""
    if since is not None and until is not None:
        return period(since, until, timezone, source)
    first = None if since is None else shown_since(since, timezone)
    return first, None if until is None else shown_until(until, timezone)
