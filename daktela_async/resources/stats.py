"""Chapter Statistiky: what was. What is at this moment is in `realtime`."""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import overload

from attrs import evolve

from _telephony_core import checks

from ..errors import InvalidRequest
from ..models.calls import Disposition
from ..models.paging import Page, PagesUpdate
from ..models.stats import (
    CallCenterCall,
    CallDetailRecord,
    CallPage,
    LastCall,
    NumberLastCall,
    PausePage,
    PausePeriod,
    QueuePeriod,
    QueuePeriodPage,
    RecordedDirection,
    RepeatedCalls,
    SessionPage,
    SessionPeriod,
    TraceEntry,
    TraceFilter,
)
from ..pages import (
    CONCURRENCY,
    MOST_ROWS,
    Paging,
    fetching,
    iterate_pages,
    iterate_windows,
    page_bounds,
)
from ..wire import PhpValue, true_false
from .base import DaktelaResource, exactly_one, listed, period, sought


class StatsResource(DaktelaResource):
    """Statistics of calls and agents. Times without a zone are in the client's.

    Nothing says which of the two hours the service means when the clock is put back: a range that
    begins or ends in them by a time with a zone is asked for with both. `started_at` and its kin
    of what comes then are in the first of the two.

    Lists come by pages; the `iter_` methods fetch them whole. `start` is how many rows to pass
    over, to go on after an error that says so; `timeout` bounds each request.
    """

    # Calls.

    async def call_details(
        self,
        since: datetime,
        until: datetime,
        *,
        extensions: Iterable[str] | None = None,
        account_codes: Iterable[str] | None = None,
        direction: RecordedDirection | str | None = None,
        destination_types: Iterable[str] | None = None,
        disposition: Disposition | str | None = None,
        source_channels: Iterable[str] | None = None,
        destination_channels: Iterable[str] | None = None,
        least_price: Decimal | None = None,
        with_price: bool | None = None,
        version: str = "3.5",
        timeout: float | None = None,
    ) -> tuple[CallDetailRecord, ...]:
        """List call detail records with their prices. Daktela CDR, chapter Statistiky.

        Args:
            since: from when.
            until: to when.
            extensions: the extensions that took part.
            account_codes: the account codes.
            direction: in, out or local.
            destination_types: the kinds of destination, as the module of call overviews has them.
            disposition: ANSWERED for answered calls alone.
            source_channels: the channels that the calls came from, such as "SIP/gsm".
            destination_channels: the channels that they went to.
            least_price: only dearer calls, in the currency of the price list.
            with_price: whether the price is wanted.
            version: the version of the action.
            timeout: seconds for the whole call of the API.
        """
        source = "Daktela CDR"
        first, last = period(since, until, self._session.timezone, source)
        if direction is not None:
            checks.one_of("direction", direction, RecordedDirection, source)
        return await self._ask(
            "CDR",
            tuple[CallDetailRecord, ...],
            {
                "datetime_from": first,
                "datetime_to": last,
                "real_extens": listed("extensions", extensions, source),
                "accountcodes": listed("account_codes", account_codes, source),
                "direction": direction,
                "destinations": listed("destination_types", destination_types, source),
                "disposition": sought("disposition", disposition, source),
                "src_channels": listed("source_channels", source_channels, source),
                "dst_channels": listed("destination_channels", destination_channels, source),
                "min_price_call": least_price,
                "billing": true_false(with_price),
            },
            version=version,
            timeout=timeout,
        )

    async def calls(
        self,
        since: datetime,
        until: datetime,
        *,
        number: str | None = None,
        queues: Iterable[str] | None = None,
        did: str | None = None,
        status_id: str | None = None,
        answered: bool | None = None,
        call_id: str | None = None,
        users: Iterable[str] | None = None,
        skip: int = 0,
        take: int = 100,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> Page[CallCenterCall]:
        """Return a page of the calls of the call centre. Daktela StatsCalls, chapter Statistiky.

        The service gives at most 1000 rows and refuses more; `iter_calls` fetches any number.
        `queues` and `users` are ids, `status_id` is that of a call status, `did` is the number
        that was called from outside.
        """
        source = "Daktela StatsCalls"
        first, last = period(since, until, self._session.timezone, source)
        page = await self._ask(
            "StatsCalls",
            CallPage,
            {
                "datetime_from": first,
                "datetime_to": last,
                "phonenumber": sought("number", number, source),
                "queues": listed("queues", queues, source),
                "did": sought("did", did, source),
                "callstatus": sought("status_id", status_id, source),
                "answered": true_false(answered),
                "id_call": sought("call_id", call_id, source),
                "users": listed("users", users, source),
                **page_bounds(skip, take),
            },
            version=version,
            timeout=timeout,
        )
        return evolve(page, skip=skip)

    def iter_calls(
        self,
        since: datetime,
        until: datetime,
        *,
        number: str | None = None,
        queues: Iterable[str] | None = None,
        did: str | None = None,
        status_id: str | None = None,
        answered: bool | None = None,
        call_id: str | None = None,
        users: Iterable[str] | None = None,
        start: int = 0,
        page_size: int = MOST_ROWS,
        concurrency: int = CONCURRENCY,
        on_update: Callable[[PagesUpdate], None] | None = None,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> AsyncGenerator[CallCenterCall, None]:
        """Yield all calls between two times, each once. Daktela StatsCalls, chapter Statistiky.

        The latest calls come first. A time that the service refuses as too long, because it holds
        more than 1000 calls, is split. The filters are those of `calls`.
        """
        source = "Daktela StatsCalls"
        first, last = period(since, until, self._session.timezone, source)
        ask = partial(
            self.calls,
            number=sought("number", number, source),
            queues=listed("queues", queues, source),
            did=sought("did", did, source),
            status_id=sought("status_id", status_id, source),
            answered=answered,
            call_id=sought("call_id", call_id, source),
            users=listed("users", users, source),
            version=version,
            timeout=timeout,
        )
        return iterate_windows(
            fetching(ask),
            first,
            last,
            lambda call: call.id,
            Paging(
                start=start,
                page_size=page_size,
                concurrency=concurrency,
                on_update=on_update,
                call="GET StatsCalls",
            ),
        )

    async def repeated_calls(
        self,
        since: datetime,
        until: datetime,
        *,
        number: str | None = None,
        queues: Iterable[str] | None = None,
        more_than: int | None = None,
        version: str = "3.9",
        timeout: float | None = None,
    ) -> tuple[RepeatedCalls, ...]:
        """List the numbers that were called or called repeatedly. Daktela StatsCallsRepeated.

        Chapter Statistiky. `more_than` leaves out numbers with no more calls than that; `queues`
        are ids.
        """
        source = "Daktela StatsCallsRepeated"
        first, last = period(since, until, self._session.timezone, source)
        return await self._ask(
            "StatsCallsRepeated",
            tuple[RepeatedCalls, ...],
            {
                "datetime_from": first,
                "datetime_to": last,
                "queues": listed("queues", queues, source),
                "phonenumber": sought("number", number, source),
                "count": more_than,
            },
            version=version,
            timeout=timeout,
        )

    async def last_call_of_number(
        self,
        number: str,
        *,
        within: timedelta | None = None,
        answered: bool | None = None,
        queue_ids: Iterable[str] | None = None,
        queue_numbers: Iterable[str] | None = None,
        version: str = "3.9",
        timeout: float | None = None,
    ) -> NumberLastCall | None:
        """Return the last call of a phone number, None without one. Daktela LastCallNumber.

        Chapter Statistiky. `within` is how far to look back, a day unless given.
        """
        source = "Daktela LastCallNumber"
        if within is not None and within < timedelta(seconds=1):
            raise InvalidRequest(
                f"within is {within}; it must be at least a second.",
                advice=f"See {source}.",
            )
        found = await self._ask(
            "LastCallNumber",
            tuple[NumberLastCall, ...],
            {
                "phonenumber": checks.text("number", number, source),
                "interval": within,
                "answered": true_false(answered),
                "queues": listed("queue_ids", queue_ids, source),
                "queues_number": listed("queue_numbers", queue_numbers, source),
            },
            version=version,
            timeout=timeout,
        )
        return found[0] if found else None

    @overload
    async def last_call(
        self, *, extension: str, version: str = ..., timeout: float | None = ...
    ) -> LastCall | None: ...

    @overload
    async def last_call(
        self, *, user: str, version: str = ..., timeout: float | None = ...
    ) -> LastCall | None: ...

    async def last_call(
        self,
        *,
        extension: str | None = None,
        user: str | None = None,
        version: str = "3.9",
        timeout: float | None = None,
    ) -> LastCall | None:
        """Return the call that goes on, or else the last one, None without any. Daktela LastCall.

        Chapter Statistiky. Of an extension, or of an agent by the login.
        """
        exactly_one("LastCall", extension=extension, user=user)
        found = await self._ask(
            "LastCall",
            tuple[LastCall, ...],
            {"extension": extension, "user": user},
            version=version,
            timeout=timeout,
        )
        return found[0] if found else None

    # Agents.

    async def trace(
        self,
        user: str,
        since: datetime,
        until: datetime,
        *,
        actions: TraceFilter | str = TraceFilter.ALL,
        version: str = "3.5",
        timeout: float | None = None,
    ) -> tuple[TraceEntry, ...]:
        """List what an agent did, by time. Daktela StatsTrace, chapter Statistiky.

        `user` is the agent's login; `actions` leaves only calls, pauses, queues or logins.
        """
        source = "Daktela StatsTrace"
        first, last = period(since, until, self._session.timezone, source)
        return await self._ask(
            "StatsTrace",
            tuple[TraceEntry, ...],
            {
                "datetime_from": first,
                "datetime_to": last,
                "user": checks.text("user", user, source),
                "trace": checks.one_of("actions", actions, TraceFilter, source),
            },
            version=version,
            timeout=timeout,
        )

    async def user_pauses(
        self,
        since: datetime,
        until: datetime,
        *,
        users: Iterable[str] | None = None,
        pauses: Iterable[str] | None = None,
        skip: int = 0,
        take: int = 100,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> Page[PausePeriod]:
        """Return a page of the breaks of agents. Daktela StatsUsersPauses, chapter Statistiky.

        `users` and `pauses` are ids; `take` is at most 1000.
        """
        filters = {"users": users, "pauses": pauses}
        page = await self._ask(
            "StatsUsersPauses",
            PausePage,
            self._between("StatsUsersPauses", since, until, filters, skip, take),
            version=version,
            timeout=timeout,
        )
        return evolve(page, skip=skip)

    def iter_user_pauses(
        self,
        since: datetime,
        until: datetime,
        *,
        users: Iterable[str] | None = None,
        pauses: Iterable[str] | None = None,
        start: int = 0,
        page_size: int = MOST_ROWS,
        concurrency: int = CONCURRENCY,
        on_update: Callable[[PagesUpdate], None] | None = None,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> AsyncGenerator[PausePeriod, None]:
        """Yield all breaks of agents, each once. Daktela StatsUsersPauses, chapter Statistiky."""
        source = "Daktela StatsUsersPauses"
        first, last = period(since, until, self._session.timezone, source)
        ask = partial(
            self.user_pauses,
            users=listed("users", users, source),
            pauses=listed("pauses", pauses, source),
            version=version,
            timeout=timeout,
        )
        return iterate_pages(
            partial(fetching(ask), first, last),
            lambda row: row.id or (row.user_id, row.pause_id, row.started_at),
            Paging(
                start=start,
                page_size=page_size,
                concurrency=concurrency,
                on_update=on_update,
                call="GET StatsUsersPauses",
            ),
        )

    async def user_queues(
        self,
        since: datetime,
        until: datetime,
        *,
        users: Iterable[str] | None = None,
        skip: int = 0,
        take: int = 100,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> Page[QueuePeriod]:
        """Return a page of the times in queues of agents. Daktela StatsUsersQueues, Statistiky.

        `users` are ids; `take` is at most 1000.
        """
        page = await self._ask(
            "StatsUsersQueues",
            QueuePeriodPage,
            self._between("StatsUsersQueues", since, until, {"users": users}, skip, take),
            version=version,
            timeout=timeout,
        )
        return evolve(page, skip=skip)

    def iter_user_queues(
        self,
        since: datetime,
        until: datetime,
        *,
        users: Iterable[str] | None = None,
        start: int = 0,
        page_size: int = MOST_ROWS,
        concurrency: int = CONCURRENCY,
        on_update: Callable[[PagesUpdate], None] | None = None,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> AsyncGenerator[QueuePeriod, None]:
        """Yield all times in queues of agents, each once. Daktela StatsUsersQueues, Statistiky."""
        source = "Daktela StatsUsersQueues"
        first, last = period(since, until, self._session.timezone, source)
        ask = partial(
            self.user_queues,
            users=listed("users", users, source),
            version=version,
            timeout=timeout,
        )
        return iterate_pages(
            partial(fetching(ask), first, last),
            # The end of a period that goes on moves with every answer, so it tells nothing.
            lambda row: (row.user_id, row.queue_id, row.started_at),
            Paging(
                start=start,
                page_size=page_size,
                concurrency=concurrency,
                on_update=on_update,
                call="GET StatsUsersQueues",
            ),
        )

    async def user_sessions(
        self,
        since: datetime,
        until: datetime,
        *,
        users: Iterable[str] | None = None,
        skip: int = 0,
        take: int = 100,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> Page[SessionPeriod]:
        """Return a page of the sessions of agents. Daktela StatsUsersSessions, Statistiky.

        `users` are ids; `take` is at most 1000.
        """
        page = await self._ask(
            "StatsUsersSessions",
            SessionPage,
            self._between("StatsUsersSessions", since, until, {"users": users}, skip, take),
            version=version,
            timeout=timeout,
        )
        return evolve(page, skip=skip)

    def iter_user_sessions(
        self,
        since: datetime,
        until: datetime,
        *,
        users: Iterable[str] | None = None,
        start: int = 0,
        page_size: int = MOST_ROWS,
        concurrency: int = CONCURRENCY,
        on_update: Callable[[PagesUpdate], None] | None = None,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> AsyncGenerator[SessionPeriod, None]:
        """Yield all sessions of agents, each once. Daktela StatsUsersSessions, Statistiky."""
        source = "Daktela StatsUsersSessions"
        first, last = period(since, until, self._session.timezone, source)
        ask = partial(
            self.user_sessions,
            users=listed("users", users, source),
            version=version,
            timeout=timeout,
        )
        return iterate_pages(
            partial(fetching(ask), first, last),
            lambda row: row.id or (row.user_id, row.started_at),
            Paging(
                start=start,
                page_size=page_size,
                concurrency=concurrency,
                on_update=on_update,
                call="GET StatsUsersSessions",
            ),
        )

    def _between(
        self,
        action: str,
        since: datetime,
        until: datetime,
        filters: Mapping[str, Iterable[str] | None],
        skip: int,
        take: int,
    ) -> dict[str, PhpValue]:
        source = f"Daktela {action}"
        params = {name: listed(name, values, source) for name, values in filters.items()}
        first, last = period(since, until, self._session.timezone, source)
        return {
            "datetime_from": first,
            "datetime_to": last,
            **params,
            **page_bounds(skip, take),
        }
