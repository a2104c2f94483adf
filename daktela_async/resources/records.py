"""Chapter Formuláře: records of campaigns, and their forms (call scripts)."""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import overload

from attrs import evolve

from _telephony_core import checks
from _telephony_core.calls import Semantics

from ..errors import InvalidRequest
from ..models.common import Done
from ..models.paging import Page, PagesUpdate
from ..models.records import (
    CallRecordForm,
    CallStatus,
    ClosedCallScript,
    DeletedRecord,
    Export,
    ExportedRecord,
    FoundContact,
    OpenCallScript,
    RecordAction,
    RecordAttempts,
    RecordPage,
    RecordSnapshot,
    RecordTimes,
    RecordUpdate,
    SavedRecord,
    SnapshotPage,
)
from ..pages import CONCURRENCY, MOST_ROWS, Paging, iterate_pages, page_bounds
from ..wire import PhpValue, local_time, yes_no
from .base import DaktelaResource, exactly_one, listed, open_period, sought

#: What a record can be set to (CopyRecords, MoveRecords, UpdateRecord).
_SETTABLE = (RecordAction.FREE, RecordAction.DONE, RecordAction.NEXT_CALL)
_EVERY_TIME = RecordTimes()
_AS_IT_IS = RecordUpdate()


class RecordsResource(DaktelaResource):
    """Records: numbers to be called, with a form. Times without a zone are in the client's."""

    # Forms.

    @overload
    async def close_script(
        self,
        *,
        record_id: str,
        status: str | None = ...,
        number: str | None = ...,
        next_call_at: datetime | None = ...,
        user: str | None = ...,
        fields: Mapping[str, str | Sequence[str]] | None = ...,
        pause: str | None = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> ClosedCallScript: ...

    @overload
    async def close_script(
        self,
        *,
        call_id: str,
        status: str | None = ...,
        number: str | None = ...,
        next_call_at: datetime | None = ...,
        user: str | None = ...,
        fields: Mapping[str, str | Sequence[str]] | None = ...,
        pause: str | None = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> ClosedCallScript: ...

    async def close_script(
        self,
        *,
        record_id: str | None = None,
        call_id: str | None = None,
        status: str | None = None,
        number: str | None = None,
        next_call_at: datetime | None = None,
        user: str | None = None,
        fields: Mapping[str, str | Sequence[str]] | None = None,
        pause: str | None = None,
        version: str = "4.0",
        timeout: float | None = None,
    ) -> ClosedCallScript:
        """Save and close the form that an agent has open. Daktela CallScriptClose, Formuláře.

        It takes the agent off the wrap-up pause too, which a repetition would do to a later pause:
        so it is never repeated, and a lost answer raises `OutcomeUnknown`. `pause` in the result
        tells whether that worked; the form is closed all the same.

        Args:
            record_id: the id of the record, or
            call_id: the id of the call that it belongs to.
            status: the unique name of a status; needed when the record is called first.
            number: another phone number.
            next_call_at: when to call next.
            user: the login of the agent who is to have it; empty for anybody.
            fields: values by the unique names of the items.
            pause: the unique name of the pause that the agent is to have then.
            version: the version of the action.
            timeout: seconds for the whole call of the API.
        """
        exactly_one("CallScriptClose", record_id=record_id, call_id=call_id)
        return await self._act(
            "CallScriptClose",
            ClosedCallScript,
            {
                "record": record_id,
                "call_id": call_id,
                "status": status,
                "number": number,
                "nextcall": next_call_at,
                "user": user,
                "fields": fields,
                "pause": pause,
            },
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check="Look with records.open_script() whether the form is still open.",
            timeout=timeout,
        )

    async def open_script(
        self, user: str, *, version: str = "4.0", timeout: float | None = None
    ) -> OpenCallScript:
        """Return the form that an agent has open. Daktela CallScriptOpened, chapter Formuláře.

        `user` is the agent's login; `record` of the result is None when no form is open. An open
        form keeps an agent from ending the pause and from logging out.
        """
        return await self._ask(
            "CallScriptOpened",
            OpenCallScript,
            {"user": checks.text("user", user, "Daktela CallScriptOpened")},
            version=version,
            timeout=timeout,
        )

    # Copied and moved.

    @overload
    async def copy(
        self,
        *,
        record_id: str,
        to_queue: str,
        update: RecordUpdate = ...,
        touch: bool | None = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    @overload
    async def copy(
        self,
        *,
        from_queue: str,
        to_queue: str,
        times: RecordTimes = ...,
        update: RecordUpdate = ...,
        touch: bool | None = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    async def copy(
        self,
        *,
        record_id: str | None = None,
        from_queue: str | None = None,
        to_queue: str,
        times: RecordTimes = _EVERY_TIME,
        update: RecordUpdate = _AS_IT_IS,
        touch: bool | None = None,
        version: str = "3.3",
        timeout: float | None = None,
    ) -> Done:
        """Copy a record, or all of a campaign that fit. Daktela CopyRecords, chapter Formuláře.

        Queues are numbers. `touch` says whether the copies count as edited now. A repetition would
        copy again: a lost answer raises `OutcomeUnknown`.
        """
        return await self._act(
            "CopyRecords",
            Done,
            {
                **self._transfer("CopyRecords", record_id, from_queue, to_queue, times, update),
                "update_datetime_modify": yes_no(touch),
            },
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check="Look with records.export() what is in the other campaign.",
            timeout=timeout,
        )

    @overload
    async def move(
        self,
        *,
        record_id: str,
        to_queue: str,
        update: RecordUpdate = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    @overload
    async def move(
        self,
        *,
        from_queue: str,
        to_queue: str,
        times: RecordTimes = ...,
        update: RecordUpdate = ...,
        version: str = ...,
        timeout: float | None = ...,
    ) -> Done: ...

    async def move(
        self,
        *,
        record_id: str | None = None,
        from_queue: str | None = None,
        to_queue: str,
        times: RecordTimes = _EVERY_TIME,
        update: RecordUpdate = _AS_IT_IS,
        version: str = "3.3",
        timeout: float | None = None,
    ) -> Done:
        """Move a record, or all of a campaign that fit. Daktela MoveRecords, chapter Formuláře.

        Queues are numbers. One record that is moved twice is where it should be. A campaign is
        another matter: a repetition would also move what came to fit in the meantime, and the
        answer has no count to notice that by. So it is not repeated, and a lost answer raises
        `OutcomeUnknown`.
        """
        params = self._transfer("MoveRecords", record_id, from_queue, to_queue, times, update)
        return await self._act(
            "MoveRecords",
            Done,
            params,
            version=version,
            semantics=Semantics.NON_IDEMPOTENT if record_id is None else Semantics.IDEMPOTENT,
            check="Look with records.export() what is left in the first campaign.",
            timeout=timeout,
        )

    # One by one.

    async def create(
        self,
        queue: str,
        number: str,
        *,
        fields: Mapping[str, str | Sequence[str]] | None = None,
        user_id: str | None = None,
        next_call_at: datetime | None = None,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> SavedRecord:
        """Put a record into an outbounder campaign. Daktela CreateRecord, chapter Formuláře.

        Args:
            queue: the campaign: its id says the description, its number shows the sample.
            number: the phone number.
            fields: values by the ids of the items; items left out become empty.
            user_id: the id of the only agent who is to call it.
            next_call_at: when to call, at the earliest.
            version: the version of the action.
            timeout: seconds for the whole call of the API.
        """
        source = "Daktela CreateRecord"
        return await self._act(
            "CreateRecord",
            SavedRecord,
            {
                "queue": checks.text("queue", queue, source),
                "phonenumber": checks.text("number", number, source),
                "fields": fields,
                "user": user_id,
                "nextcall": next_call_at,
            },
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check="Look for the number with records.search_contacts() before creating it again.",
            timeout=timeout,
        )

    async def update(
        self,
        record_id: str,
        *,
        queue_id: str | None = None,
        number: str | None = None,
        fields: Mapping[str, str | Sequence[str]] | None = None,
        user_id: str | None = None,
        status_id: str | None = None,
        action: RecordAction | str | None = None,
        next_call_at: datetime | None = None,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> SavedRecord:
        """Change a record. Daktela UpdateRecord, chapter Formuláře.

        What is None stays as it is.

        Args:
            record_id: its id.
            queue_id: the id of another queue.
            number: another phone number.
            fields: values by the ids of the items; items left out become empty.
            user_id: the id of the agent; empty for anybody.
            status_id: the id of its status; empty for none.
            action: FREE, DONE or NEXT_CALL.
            next_call_at: when to call.
            version: the version of the action.
            timeout: seconds for the whole call of the API.
        """
        source = "Daktela UpdateRecord"
        if action is not None:
            checks.one_of("action", action, _SETTABLE, source)
        return await self._act(
            "UpdateRecord",
            SavedRecord,
            {
                "record": checks.text("record_id", record_id, source),
                "queue": queue_id,
                "phonenumber": number,
                "fields": fields,
                "user": user_id,
                "status": status_id,
                "action": action,
                "nextcall": next_call_at,
            },
            version=version,
            semantics=Semantics.IDEMPOTENT,
            timeout=timeout,
        )

    async def delete(
        self, record_id: str, *, version: str = "4.1", timeout: float | None = None
    ) -> DeletedRecord:
        """Delete a record by its id. Daktela DeleteRecord, chapter Formuláře.

        Deleting twice is as good as once. How the service words that there is no such record is
        not documented: an error whose `repeated` is true may mean that an attempt before it, whose
        answer was lost, deleted the record.
        """
        return await self._act(
            "DeleteRecord",
            DeletedRecord,
            {"record": checks.text("record_id", record_id, "Daktela DeleteRecord")},
            version=version,
            semantics=Semantics.IDEMPOTENT,
            timeout=timeout,
        )

    # Read.

    async def export(
        self,
        queue: str,
        *,
        times: RecordTimes = _EVERY_TIME,
        actions: Iterable[RecordAction | str] | None = None,
        status_ids: Iterable[str] | None = None,
        user_ids: Iterable[str] | None = None,
        number: str | None = None,
        version: str = "3.8",
        timeout: float | None = None,
    ) -> tuple[ExportedRecord, ...]:
        """Export the records of a queue with their forms. Daktela ExportData, chapter Formuláře.

        `queue` is its number; what is None is no limit.
        """
        source = "Daktela ExportData"
        wanted = listed("actions", actions, source)
        for action in wanted or ():
            checks.one_of("actions", action, RecordAction, source)
        export = await self._ask(
            "ExportData",
            Export,
            {
                "queue": checks.text("queue", queue, source),
                **self._times(times, "", source),
                "actions": wanted,
                "callstatuses": listed("status_ids", status_ids, source),
                "agents": listed("user_ids", user_ids, source),
                "phonenumber": sought("number", number, source),
            },
            version=version,
            timeout=timeout,
        )
        return export.records

    async def attempts(
        self, record_id: str, *, version: str = "4.1", timeout: float | None = None
    ) -> RecordAttempts:
        """Count how often a record was called. Daktela GetRecordAttempts, chapter Formuláře."""
        return await self._ask(
            "GetRecordAttempts",
            RecordAttempts,
            {"record": checks.text("record_id", record_id, "Daktela GetRecordAttempts")},
            version=version,
            timeout=timeout,
        )

    async def snapshots(
        self, record_id: str, *, version: str = "4.1", timeout: float | None = None
    ) -> Page[RecordSnapshot]:
        """Return the snapshots of a record. Daktela GetRecordSnapshots, chapter Formuláře.

        The answer has a total, though the action has no parameters for pages.
        """
        return await self._ask(
            "GetRecordSnapshots",
            SnapshotPage,
            {"record": checks.text("record_id", record_id, "Daktela GetRecordSnapshots")},
            version=version,
            timeout=timeout,
        )

    async def list(
        self,
        *,
        query: str | None = None,
        filter: PhpValue = None,  # noqa: A002  # the document's own word
        sort: PhpValue = None,
        skip: int | None = None,
        take: int | None = None,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> Page[CallRecordForm]:
        """Return a page of records. Daktela GetRecords, chapter Formuláře.

        `query` is looked for in all texts. `filter` and `sort` have no documented syntax: they are
        sent as they are, nested ones the way PHP reads them. `take` is at most 1000.
        """
        bounds = page_bounds(skip or 0, MOST_ROWS if take is None else take)
        page = await self._ask(
            "GetRecords",
            RecordPage,
            {
                "q": sought("query", query, "Daktela GetRecords"),
                "filter": filter,
                "sort": sort,
                "skip": None if skip is None else bounds["skip"],
                "take": None if take is None else bounds["take"],
            },
            version=version,
            timeout=timeout,
        )
        return evolve(page, skip=bounds["skip"])

    def iter(
        self,
        *,
        query: str | None = None,
        filter: PhpValue = None,  # noqa: A002  # the document's own word
        sort: PhpValue = None,
        start: int = 0,
        page_size: int = MOST_ROWS,
        concurrency: int = CONCURRENCY,
        on_update: Callable[[PagesUpdate], None] | None = None,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> AsyncGenerator[CallRecordForm, None]:
        """Yield all records, each once. Daktela GetRecords, chapter Formuláře.

        Pages of `page_size` rows are fetched, `concurrency` at a time. `start` is how many rows to
        pass over, to go on after an error that says so; `timeout` bounds each request.
        """
        sought("query", query, "Daktela GetRecords")

        async def fetch(skip: int, take: int) -> Page[CallRecordForm]:
            return await self.list(
                query=query,
                filter=filter,
                sort=sort,
                skip=skip,
                take=take,
                version=version,
                timeout=timeout,
            )

        return iterate_pages(
            fetch,
            lambda record: record.id,
            Paging(
                start=start,
                page_size=page_size,
                concurrency=concurrency,
                on_update=on_update,
                call="GET GetRecords",
            ),
        )

    async def statuses(
        self,
        *,
        status_id: str | None = None,
        queue: str | None = None,
        version: str = "3.8",
        timeout: float | None = None,
    ) -> tuple[CallStatus, ...]:
        """List the statuses that records can have. Daktela GetStatuses 3.8, chapter Formuláře.

        All of them, the one with an id, or those of a queue, which is named by its name. What the
        autodialer's checks can find is another action of the same name: `autodialer.statuses`.
        """
        return await self._ask(
            "GetStatuses",
            tuple[CallStatus, ...],
            {"queue": sought("queue", queue, "Daktela GetStatuses")},
            record_id=status_id,
            version=version,
            timeout=timeout,
        )

    async def search_contacts(
        self,
        number: str,
        *,
        queues: Iterable[str] | None = None,
        version: str = "3.2",
        timeout: float | None = None,
    ) -> tuple[FoundContact, ...]:
        """Find the contacts with a number, with their forms. Daktela SimpleSearchContact.

        Chapter Formuláře. `queues` are the numbers of the campaigns to look in.
        """
        source = "Daktela SimpleSearchContact"
        return await self._ask(
            "SimpleSearchContact",
            tuple[FoundContact, ...],
            {
                "phonenumber": checks.text("number", number, source),
                "queues": listed("queues", queues, source),
            },
            version=version,
            timeout=timeout,
        )

    # What the above are made of.

    def _transfer(
        self,
        action: str,
        record_id: str | None,
        from_queue: str | None,
        to_queue: str,
        times: RecordTimes,
        update: RecordUpdate,
    ) -> dict[str, PhpValue]:
        source = f"Daktela {action}"
        exactly_one(action, record_id=record_id, from_queue=from_queue)
        if record_id is not None and times != _EVERY_TIME:
            raise InvalidRequest(
                "times choose among the records of from_queue; with record_id there is one.",
                advice=f"See {source}.",
            )
        if update.action is not None:
            checks.one_of("update.action", update.action, _SETTABLE, source)
        return {
            "id": record_id,
            "src_queue": from_queue,
            "dst_queue": checks.text("to_queue", to_queue, source),
            **self._times(times, "search_", source, acts=True),
            "update_action": update.action,
            "update_callstatus": update.status_id,
            "update_agent": update.user_id,
            "update_datetime_nextcall": update.next_call_at,
        }

    def _times(
        self, times: RecordTimes, prefix: str, source: str, *, acts: bool = False
    ) -> dict[str, PhpValue]:
        params: dict[str, PhpValue] = {}
        zone = self._session.timezone
        for name, since, until in (
            ("modify", times.edited_since, times.edited_until),
            ("nextcall", times.next_call_since, times.next_call_until),
            ("created", times.created_since, times.created_until),
        ):
            first, last = open_period(since, until, zone, source)
            shown = (since and local_time(since, zone), until and local_time(until, zone))
            if acts and (first, last) != shown:
                # A list may be longer than asked for. What is done to records may not reach
                # further.
                raise InvalidRequest(
                    f"the range of {name} ({since} to {until}) begins or ends in the hour that"
                    " comes twice, and the service cannot be told in which of them.",
                    advice="Choose another time, or one without a zone, as the clock shows it.",
                )
            params[f"{prefix}datetime_{name}_from"] = first
            params[f"{prefix}datetime_{name}_to"] = last
        return params
