"""Records and their forms (call scripts)."""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from attrs import field, frozen

from _telephony_core.converter import Record, Wire, find_rows, read_text
from _telephony_core.documents import Plain

from .paging import Page
from .shapes import as_map, as_text, lifted


class RecordAction(StrEnum):
    """What is to happen to a record. ExportData, CopyRecords, UpdateRecord.

    FREE: it waits to be called. LOADED (also 2 and 3): an agent has its form open. SAVING: the form
    is about to be saved. DONE: saved and finished. NEXT_CALL: planned for later.
    """

    FREE = "0"
    LOADED = "1"
    LOADED_2 = "2"
    LOADED_3 = "3"
    SAVING = "4"
    DONE = "5"
    NEXT_CALL = "6"


@frozen(kw_only=True)
class RecordChanges(Record):
    """What a call changed in a record. CallScriptClose, CallScriptOpened, CreateRecord.

    The document shows both as false, and does not describe them.

    Attributes:
        fields: whether values of the form changed.
        snapshots: whether snapshots were made.
    """

    fields: bool = False
    snapshots: Annotated[bool, Wire("record_snapshots")] = False

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Take the changes themselves for the fact that there are some."""
        return {
            name: bool(item) if isinstance(item, dict | list) else item
            for name, item in as_map(plain).items()
        }


@frozen(kw_only=True)
class CallRecordForm(Record):
    """A record: a number to be called, with its form. CallScriptClose, CreateRecord, GetRecords.

    Attributes:
        id: its id.
        user_id: the id of the agent whose it is; None if it is anybody's.
        queue_id: the id of the queue or campaign.
        name: its unique name.
        title: its title.
        number: the phone number.
        next_call_at: when it is to be called next.
        status_id: the id of its status.
        action: what is to happen to it. The sample of UpdateRecord shows the name of the action
            of the API here; such a value stays the text that was sent.
        call_id: the id of the call that it belongs to.
        edited_at: when it was edited last.
        created_at: when it was made.
        deleted: whether it was deleted.
        changes: what the call changed in it, where the answer tells that.
        fields: the values of its form by the id of the item; empty where the answer has none.
    """

    id: Annotated[str, Wire("record")]
    user_id: Annotated[str | None, Wire("user")] = None
    queue_id: Annotated[str | None, Wire("queue")] = None
    name: str = ""
    title: str = ""
    number: str = ""
    next_call_at: Annotated[datetime | None, Wire("nextcall")] = None
    status_id: Annotated[str | None, Wire("status")] = None
    action: RecordAction | str = ""
    call_id: str | None = None
    edited_at: Annotated[datetime | None, Wire("edited")] = None
    created_at: Annotated[datetime | None, Wire("created")] = None
    deleted: bool = False
    changes: RecordChanges | None = None
    fields: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Take the empty map that PHP writes as a list."""
        return lifted(plain, "fields")


@frozen(kw_only=True)
class RecordPage(Page[CallRecordForm]):
    """A page of records. GetRecords, Formuláře."""

    rows: Annotated[tuple[CallRecordForm, ...], Wire("data")] = ()


@frozen(kw_only=True)
class SavedRecord(Record):
    """A record that was made or changed. CreateRecord and UpdateRecord, Formuláře.

    Attributes:
        count: how many records that were.
        record: the record as it is now.
    """

    count: int = 0
    record: CallRecordForm | None = None


@frozen(kw_only=True)
class DeletedRecord(Record):
    """How the deletion of a record ended. DeleteRecord, Formuláře.

    Attributes:
        count: how many records were deleted: the sample shows 1, undescribed.
    """

    count: int = 0

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Take the number that stands by itself."""
        return plain if isinstance(plain, dict) else {"count": plain}


@frozen(kw_only=True)
class PauseSwitch(Record):
    """Whether the agent's break was switched after a form was saved. CallScriptClose, Formuláře.

    Attributes:
        done: whether it was.
        error: why it was not, in Czech.
    """

    done: Annotated[bool, Wire("result")] = False
    error: str | None = None


@frozen(kw_only=True)
class ClosedCallScript(Record):
    """A form that was saved and closed. CallScriptClose, Formuláře.

    Attributes:
        record: the record as it is now.
        pause: whether the agent's break was switched. When it was not, the form is closed all
            the same.
    """

    record: CallRecordForm | None = None
    pause: Annotated[PauseSwitch, Wire("cc")] = PauseSwitch()


@frozen(kw_only=True)
class FormItemObject(Record):
    """What an item of a form stands for. CallScriptOpened shows it empty, undescribed.

    Attributes:
        field: not described.
        error: not described.
    """

    field: str | None = None
    error: str | None = None


@frozen(kw_only=True)
class FormItem(Record):
    """An item of an open form. CallScriptOpened, Formuláře.

    Attributes:
        id: its id.
        type: its kind, such as "text".
        name: its unique name.
        title: its title.
        description: what it is for.
        multiple: whether it can have several values.
        fieldset: the part of the form that it is in.
        pattern: what its values must look like.
        column: the column that it is in.
        deleted: whether it was deleted.
        required: whether it must be filled in.
        position: its place.
        free: not described.
        object: what it stands for.
        options: its options, as JSON text if they are no text; shown empty, undescribed.
        values: its values.
        edited_at: when it was edited last.
        edited_by: the id of the user who did that.
        version: the number of that edit.
    """

    id: Annotated[str, Wire("field")]
    type: str = ""
    name: str = ""
    title: str = ""
    description: str = ""
    multiple: bool = False
    fieldset: str | None = None
    pattern: str = ""
    column: Annotated[str | None, Wire("col")] = None
    deleted: bool = False
    required: bool = False
    position: int | None = None
    free: str | None = None
    object: FormItemObject | None = None
    options: str | None = None
    values: Annotated[tuple[str, ...], Wire("value")] = ()
    edited_at: Annotated[datetime | None, Wire("time")] = None
    edited_by: Annotated[str | None, Wire("user")] = None
    version: int | None = None

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Keep options of any shape as a text."""
        return as_text(plain, "options")


@frozen(kw_only=True)
class OpenCallScript(Record):
    """The form that an agent has open. CallScriptOpened, Formuláře.

    Attributes:
        record: the record that it belongs to; None when no form is open.
        items: the items of the form.
    """

    record: CallRecordForm | None = None
    items: Annotated[tuple[FormItem, ...], Wire("fields")] = ()


_CZECH_TIME = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)", re.ASCII)


@frozen(kw_only=True)
class ExportedItem(Record):
    """An item of an exported form. ExportData, Formuláře.

    Attributes:
        id: its id, such as "data_1".
        label: its title.
        value: its value.
    """

    id: str = ""
    label: str = ""
    value: str = ""


@frozen(kw_only=True)
class ExportedRecord(Record):
    """An exported record. ExportData, Formuláře.

    Attributes:
        id: its id.
        number: the phone number.
        edited_at: when it was edited last.
        next_call_at: when it is to be called next.
        created_at: when it was made.
        status: its status.
        action: what is to happen to it.
        action_title: what that is called, in Czech.
        call_id: the id of the call that it belongs to.
        recording: the recording of that call.
        agent_id: the id of the agent.
        agent_login: the agent's login.
        agent_name: the agent's name.
        items: the items of its form.
    """

    id: Annotated[str, Wire("sysdata_id")] = ""
    number: Annotated[str, Wire("sysdata_number")] = ""
    edited_at: Annotated[datetime | None, Wire("sysdata_date")] = None
    next_call_at: Annotated[datetime | None, Wire("sysdata_date_nextcall")] = None
    created_at: Annotated[datetime | None, Wire("sysdata_date_create")] = None
    status: Annotated[str | None, Wire("sysdata_callstatus")] = None
    action: Annotated[RecordAction | str, Wire("sysdata_action_number")] = ""
    action_title: Annotated[str, Wire("sysdata_action")] = ""
    call_id: Annotated[str | None, Wire("sysdata_asterisk_uniqueid")] = None
    recording: Annotated[str | None, Wire("sysdata_asterisk_recording")] = None
    agent_id: Annotated[str | None, Wire("sysdata_agent_id")] = None
    agent_login: Annotated[str, Wire("sysdata_agent_login")] = ""
    agent_name: Annotated[str, Wire("sysdata_agent_name")] = ""
    items: tuple[ExportedItem, ...] = ()

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Take the values out of their columns, and write Czech dates as the others."""
        columns = as_map(plain)
        fields: dict[str, Plain] = {
            name: _iso(_value(column))
            for name, column in columns.items()
            if name.startswith("sysdata_")
        }
        items: list[Plain] = [
            {"id": name, **column} if isinstance(column, dict) else {"id": name, "value": column}
            for name, column in columns.items()
            if not name.startswith("sysdata_")
        ]
        return {**fields, "items": items}


def _value(column: Plain) -> Plain:
    return column.get("value") if isinstance(column, dict) else column


def _iso(value: Plain) -> Plain:
    """Return DD.MM.YYYY HH:MM:SS as YYYY-MM-DD HH:MM:SS, and anything else as it is."""
    found = _CZECH_TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    return f"{found[3]}-{found[2]}-{found[1]} {found[4]}" if found else value


@frozen(kw_only=True)
class Export(Record):
    """All that ExportData answers with.

    A record is a map of maps here, which a map of records is too: the names of its columns tell
    the two apart.

    Attributes:
        records: the records.
    """

    records: tuple[ExportedRecord, ...] = ()

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Find the records, however they are wrapped."""
        return {"records": _exported(plain)}


def _exported(plain: Plain) -> list[Plain]:
    if isinstance(plain, list):
        return plain
    columns = as_map(plain)
    if any(name.startswith("sysdata_") for name in columns):
        return [columns]
    return [record for item in columns.values() for record in _exported(item)]


@frozen(kw_only=True)
class RecordAttempts(Record):
    """How often a record was called. GetRecordAttempts, Formuláře.

    Attributes:
        answered: calls that were answered.
        unanswered: calls that were not.
        last_at: when the last one was.
    """

    answered: Annotated[int, Wire("count_answered")] = 0
    unanswered: Annotated[int, Wire("count_unanswered")] = 0
    last_at: Annotated[datetime | None, Wire("last_datetime")] = None


@frozen(kw_only=True)
class RecordSnapshot(Record):
    """A record as it was at some time. GetRecordSnapshots, Formuláře.

    Attributes:
        id: the id of the snapshot.
        record_id: the id of the record.
        user_id: the id of the agent whose it was.
        queue_id: the id of the queue or campaign.
        name: its unique name.
        title: its title.
        number: the phone number.
        next_call_at: when it was to be called next.
        status_id: the id of its status.
        action: what was to happen to it.
        call_id: the id of the call that it belonged to.
        created_at: when the snapshot was taken.
        created_by: the id of the user who changed it then.
        fields: the values of its form by the id of the item.
    """

    id: Annotated[str, Wire("record_snapshot")]
    record_id: Annotated[str, Wire("record")] = ""
    user_id: Annotated[str | None, Wire("user")] = None
    queue_id: Annotated[str | None, Wire("queue")] = None
    name: str = ""
    title: str = ""
    number: str = ""
    next_call_at: Annotated[datetime | None, Wire("nextcall")] = None
    status_id: Annotated[str | None, Wire("status")] = None
    action: RecordAction | str = ""
    call_id: str | None = None
    created_at: Annotated[datetime | None, Wire("created")] = None
    created_by: str | None = None
    fields: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Take the empty map that PHP writes as a list."""
        return lifted(plain, "fields")


@frozen(kw_only=True)
class SnapshotPage(Page[RecordSnapshot]):
    """The snapshots of a record. GetRecordSnapshots, Formuláře."""

    rows: Annotated[tuple[RecordSnapshot, ...], Wire("data")] = ()


@frozen(kw_only=True)
class CallStatus(Record):
    """A status that a record can be given. GetStatuses 3.8, Formuláře.

    Attributes:
        id: its id.
        code: its unique name.
        description: what it is called.
        deleted: whether it was deleted.
    """

    id: str
    code: str = ""
    description: str = ""
    deleted: bool = False


@frozen(kw_only=True)
class ContactItem(Record):
    """An item of the form of a contact that was found. SimpleSearchContact, Formuláře.

    Attributes:
        id: its id.
        type: its kind, such as "text" or "selectbox".
        label: its title.
        default: its default value; for a selectbox a JSON list of the choices.
        read_only: whether it cannot be changed.
        order: its place.
        value: its value.
    """

    id: str
    type: str = ""
    label: str = ""
    default: str = ""
    read_only: bool = False
    order: int | None = None
    value: str = ""


@frozen(kw_only=True)
class ContactRecord(Record):
    """The record of a contact that was found. SimpleSearchContact, Formuláře.

    Attributes:
        id: its id.
        number: the phone number.
        edited_at: when it was edited last.
        next_call_at: when it is to be called next.
        status_id: the id of its status.
        action: what is to happen to it.
        call_id: the id of the call that it belongs to.
        agent_id: the id of the agent.
    """

    id: str = ""
    number: str = ""
    edited_at: Annotated[datetime | None, Wire("date")] = None
    next_call_at: Annotated[datetime | None, Wire("date_nextcall")] = None
    status_id: Annotated[str | None, Wire("callstatus")] = None
    action: RecordAction | str = ""
    call_id: Annotated[str | None, Wire("asterisk_uniqueid")] = None
    agent_id: str | None = None


_COLUMNS = {
    "type": "type_field",
    "label": "label_field",
    "default": "default_value_field",
    "read_only": "ro_field",
    "order": "order_field",
    "value": "value_data",
}


@frozen(kw_only=True)
class FoundContact(Record):
    """A contact in a campaign, with its form. SimpleSearchContact, Formuláře.

    Attributes:
        list_id: `id_list`, which the document does not describe.
        possibility_id: `id_code_possibili`, which the document does not describe.
        campaign_name: the name of the campaign.
        campaign_number: its number.
        items: the items of the form.
        record: the record.
        error: `status_error`, which the document does not describe.
    """

    list_id: Annotated[str, Wire("id_list")] = ""
    possibility_id: Annotated[str, Wire("id_code_possibili")] = ""
    campaign_name: Annotated[str, Wire("name_campaign")] = ""
    campaign_number: Annotated[str, Wire("number_campaign")] = ""
    items: Annotated[tuple[ContactItem, ...], Wire("array_struct")] = ()
    record: Annotated[ContactRecord, Wire("sysdata_struct")] = ContactRecord()
    error: Annotated[str | None, Wire("status_error")] = None

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Make items of the lists that stand side by side, one for each property of the items."""
        if not isinstance(plain, dict):
            return plain
        columns = as_map(plain.get("array_struct"))
        lists = {name: _column(columns.get(wire)) for name, wire in _COLUMNS.items()}
        items: list[Plain] = [
            {
                "id": read_text(identifier),
                **{name: row[number] for name, row in lists.items() if number < len(row)},
            }
            for number, identifier in enumerate(_column(columns.get("id_field")))
        ]
        return {**plain, "array_struct": items}


def _column(plain: Plain) -> list[Plain]:
    """Return a list that may have come as a map numbered with gaps."""
    return list(plain.values()) if isinstance(plain, dict) else find_rows(plain, records=False)


# What is asked for.


@frozen(kw_only=True)
class RecordTimes:
    """Say which records are meant, by time. ExportData, CopyRecords, MoveRecords.

    What is None is no limit. Times without a zone are in the client's.

    Attributes:
        edited_since: edited last at this time or later.
        edited_until: edited last at this time or earlier.
        next_call_since: to be called at this time or later.
        next_call_until: to be called at this time or earlier.
        created_since: made at this time or later.
        created_until: made at this time or earlier.
    """

    edited_since: datetime | None = None
    edited_until: datetime | None = None
    next_call_since: datetime | None = None
    next_call_until: datetime | None = None
    created_since: datetime | None = None
    created_until: datetime | None = None


@frozen(kw_only=True)
class RecordUpdate:
    """Say what is to change in records that are copied or moved. CopyRecords, MoveRecords.

    What is None stays as it is; an empty text releases the status or the agent.

    Attributes:
        action: FREE, DONE, or NEXT_CALL, for which `next_call_at` should be given.
        status_id: the id of the call status.
        user_id: the id of the agent.
        next_call_at: when to call.
    """

    action: RecordAction | str | None = None
    status_id: str | None = None
    user_id: str | None = None
    next_call_at: datetime | None = None
