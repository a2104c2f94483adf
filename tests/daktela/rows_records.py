"""Chapter Formuláře."""

from daktela_async.models.common import Done
from daktela_async.models.records import (
    CallRecordForm,
    CallStatus,
    ClosedCallScript,
    ContactItem,
    ContactRecord,
    DeletedRecord,
    ExportedItem,
    ExportedRecord,
    FormItem,
    FormItemObject,
    FoundContact,
    OpenCallScript,
    PauseSwitch,
    RecordAction,
    RecordAttempts,
    RecordChanges,
    RecordPage,
    RecordSnapshot,
    RecordTimes,
    RecordUpdate,
    SavedRecord,
    SnapshotPage,
)
from tests.daktela.clock import at
from tests.daktela.helpers import Endpoint

_CALL_SCRIPT_CLOSE = '{"status":1,"error":null,"result":{"record":{"record":67,"user":"1","queue":"5","name":"record_5266716a6fa61","title":"226211245","number":"226211245","nextcall":null,"status":"4","action":5,"call_id":"1367484976.46040WS","edited":"2013-11-29 17:11:52","created":"2013-10-22 14:36:58","deleted":"0","changes":{"fields":false,"record_snapshots":false}},"cc":{"result":true,"error":null}}}'  # noqa: E501
_CALL_SCRIPT_CLOSE_2 = '{"status":1,"error":null,"result":{"record":{"record":68,"user":"1","queue":"5","name":"record_5266716a6fa61","title":"226211245","number":"226211245","nextcall":null,"status":"4","action":6,"call_id":"1367484976.46041WS","edited":"2013-11-29 19:11:52","created":"2013-10-22 15:36:58","deleted":"0","changes":{"fields":false,"record_snapshots":false}},"cc":{"result":true,"error":null}}}'  # noqa: E501
_CALL_SCRIPT_CLOSE_3 = r"""{"status":1,"error":null,"result":{"record":{"record":66,"user":"1","queue":"5","name":"record_5266716a6fa61","title":"226211245","number":"226211245","nextcall":null,"status":"4","action":5,"call_id":"1111","edited":"2013-11-29 18:45:40","created":"2013-10-22 14:36:58","deleted":"0","changes":{"fields":false,"record_snapshots":false}},"cc":{"result":false,"error":"Agent nen\u00ed p\u0159ihl\u00e1\u0161en do \u017e\u00e1dn\u00e9 z front, tedy nen\u00ed mo\u017en\u00e9 ho d\u00e1t na pauzu"}}}"""  # noqa: E501
_CALL_SCRIPT_OPENED = r"""{"status":1,"error":null,"result":{"record":{"record":"62","user":"3","queue":"3","name":"record_5284b0d39f93d","title":"Hovor 468008589","number":"468008589","nextcall":null,"status":"8","action":"4","call_id":"1385987312.20","edited":"2013-12-02 13:28:32","created":"2013-11-14 12:15:31","deleted":"0","changes":{"fields":false,"record_snapshots":false}},"fields":{"2":{"field":"2","type":"text","name":"field_5283f87c364f0","title":"P\u0159\u00edjmen\u00ed","description":"","multiple":"0","fieldset":null,"pattern":"","col":null,"deleted":"0","required":null,"position":null,"free":null,"object":{"field":null,"error":null},"options":null,"value":["Evropa 58"],"time":"2013-11-20 17:09:56","user":"3","version":"1"}}}}"""  # noqa: E501
_CALL_SCRIPT_OPENED_2 = '{"status":1,"error":null,"result":{"record":null}}'
_NULL = '{"status":1,"error":null,"result":null}'
_CREATE_RECORD = '{"status":1,"error":null,"result":{"count":1,"record":{"record":47,"user":null,"queue":"1","name":"record_53e8cf5a6ee77","title":"226211245","number":"226211245","nextcall":null,"status":null,"action":0,"call_id":null,"edited":null,"created":"2014-08-11 16:12:42","deleted":0,"changes":{"fields":false,"record_snapshots":false}}}}'  # noqa: E501
_CREATE_RECORD_2 = '{"status":1,"error":null,"result":{"count":0,"record":null}}'
_DELETE_RECORD = '{"status":1,"error":null,"result":1}'
_EXPORT_DATA = r"""{"status":1,"error":null,"result":[{"sysdata_number":{"label":"Tel.\u010d\u00edslo","value":"226211245","id":"sysdata_number"},"sysdata_date":{"label":"Datum","value":"28.08.2012 16:20:17","id":"sysdata_date"},"sysdata_date_nextcall":{"label":"Datum p\u0159\u00ed\u0161t\u00edho vol\u00e1n\u00ed","value":"28.08.2012 16:20:11","id":"sysdata_date_nextcall"},"sysdata_date_create":{"label":"Datum vytvo\u0159en\u00ed","value":"27.08.2012 11:13:52","id":"sysdata_date_create"},"sysdata_callstatus":{"label":"Stav hovoru","value":null,"id":"sysdata_callstatus"},"sysdata_action":{"label":"Akce s \u010d\u00edsly","value":"odlo\u017een\u00e1 na pozd\u011bji","id":"sysdata_action"},"sysdata_action_number":{"label":"Akce s \u010d\u00edsly \u010d\u00edslo","value":"6","id":"sysdata_action_number"},"sysdata_asterisk_uniqueid":{"label":"Unik\u00e1tn\u00ed \u010d\u00edslo hovoru","value":null,"id":"sysdata_asterisk_uniqueid"},"sysdata_asterisk_recording":{"label":"Nahr\u00e1vka hovoru","value":null,"id":"sysdata_asterisk_recording"},"sysdata_agent_id":{"label":"Agent ID","value":"1","id":"sysdata_agent_id"},"sysdata_agent_login":{"label":"Agent login","value":"admin","id":"sysdata_agent_login"},"sysdata_agent_name":{"label":"Jm\u00e9no agenta","value":"Administrator","id":"sysdata_agent_name"},"sysdata_id":{"label":"ID","value":"318","id":"sysdata_id"},"data_1":{"label":"Jm\u00e9no","value":"Michal","id":"data_1"},"data_4":{"label":"Adresa","value":"Nemcice","id":"data_4"},"data_5":{"label":"PS\u010c","value":"12345","id":"data_5"}}]}"""  # noqa: E501
_EMPTY = '{"status":1,"error":null,"result":[]}'
_GET_RECORD_ATTEMPTS = '{"status":1,"error":null,"result":{"count_answered":"3","count_unanswered":"1","last_datetime":"2014-04-17 13:45:13"}}'  # noqa: E501
_GET_RECORD_SNAPSHOTS = '{"status":1,"error":null,"result":{"data":[{"record_snapshot":"173","record":"51","user":null,"queue":"1","name":"record_53ea24732cd62","title":"800123456","number":"800123456","nextcall":null,"status":null,"action":"0","call_id":"","created":"2014-08-12 16:28:03","created_by":null,"fields":{"1":["42"]}}],"total":1}}'  # noqa: E501
_GET_RECORDS = '{"status":1,"error":null,"result":{"data":[{"record":"52","user":null,"queue":"1","name":"record_53eb81ff2bf56","title":"800123456","number":"800123456","nextcall":null,"status":null,"action":"0","call_id":"","edited":null,"created":"2014-08-13 17:19:27","deleted":"0","fields":{"1":["42"],"17":[]}},{"record":"53","user":null,"queue":"1","name":"record_53eb820b62d3f","title":"800123456","number":"800123456","nextcall":null,"status":null,"action":"0","call_id":"","edited":null,"created":"2014-08-13 17:19:39","deleted":"0","fields":{"1":["42"],"17":[]}},{"record":"54","user":null,"queue":"1","name":"record_53eb820c775ce","title":"800123456","number":"800123456","nextcall":null,"status":null,"action":"0","call_id":"","edited":null,"created":"2014-08-13 17:19:40","deleted":"0","fields":{"1":["42"],"17":[]}}],"total":"3"}}'  # noqa: E501
_GET_RECORDS_2 = '{"status":1,"error":null,"result":{"data":[],"total":"3"}}'
_GET_STATUSES = '{"status":1,"error":null,"result":{"4":{"code":"nechce_nabidku","id":"4","description":"Nechce slyset nabidku","deleted":"0"},"5":{"code":"nebere","id":"5","description":"Nebere","deleted":"0"},"7":{"code":"nevolat","id":"7","description":"Nema zajem s nami hovorit","deleted":"0"},"8":{"code":"nezajem","id":"8","description":"Nema zajem","deleted":"0"},"9":{"code":"objednavka","id":"9","description":"Objednavka","deleted":"0"},"12":{"code":"nema_cas","id":"12","description":"Volat pozdeji - nema cas","deleted":"0"},"14":{"code":"rozmysli_se","id":"14","description":"Volat pozdeji - rozmysli se","deleted":"0"},"15":{"code":"neopravnena_osoba","id":"15","description":"Volat pozdeji - neopravnena osoba","deleted":"0"},"16":{"code":"prevolavka","id":"16","description":"Prevolavka","deleted":"0"}}}'  # noqa: E501
_GET_STATUSES_2 = '{"status":1,"error":null,"result":{"code":"nechce_nabidku","id":"4","description":"Nechce slyset nabidku","deleted":"0"}}'  # noqa: E501
_SIMPLE_SEARCH_CONTACT = r"""{"status":1,"error":null,"result":[{"id_list":"3","name_campaign":"Outbounder","id_code_possibili":"3","number_campaign":"1002","array_struct":{"id_field":["1","6","2","7"],"type_field":["text","text","text","selectbox"],"label_field":["Jm\u00e9no","Email","P\u0159\u00edjmen\u00ed","Vyber"],"default_value_field":["","","","[\"ANO\",\"NE\"]"],"ro_field":[false,false,false,false],"order_field":["1","2","3","4"],"value_data":["Michal","noreply@daktela.com","Hajek","ANO"]},"sysdata_struct":{"id":"3","number":"2262112455","date":"2012-03-20 16:12:51","date_nextcall":null,"callstatus":"7","action":"5","asterisk_uniqueid":"1329393906.6650WS","agent_id":"3"},"status_error":null}]}"""  # noqa: E501
_UPDATE_RECORD = '{"status":1,"error":null,"result":{"count":1,"record":{"record":64,"user":null,"queue":"1","name":"record_53eca5880656f","title":"226211245","number":"226211246","nextcall":"2014-08-08 19:30:30","status":null,"action":"UpdateRecord","call_id":"","edited":"2014-08-14 14:05:00","created":"2014-08-14 14:03:20","deleted":"0","fields":{"3":["42"],"17":[]}}}}'  # noqa: E501

#: Made of others, or of several requests; they have tests of their own.
FLOWS = ("records.iter",)

ROWS = (
    Endpoint(
        variant="CallScriptClose 4.0",
        name="records.close_script",
        call=lambda daktela: daktela.records.close_script(
            call_id="1367484976.46040WS", status="objednavka"
        ),
        path="4.0/CallScriptClose",
        query=(("call_id", "1367484976.46040WS"), ("status", "objednavka")),
        body=_CALL_SCRIPT_CLOSE,
        result=ClosedCallScript(
            record=CallRecordForm(
                id="67",
                user_id="1",
                queue_id="5",
                name="record_5266716a6fa61",
                title="226211245",
                number="226211245",
                status_id="4",
                action=RecordAction.DONE,
                call_id="1367484976.46040WS",
                edited_at=at(2013, 11, 29, 17, 11, 52),
                created_at=at(2013, 10, 22, 14, 36, 58),
                changes=RecordChanges(),
            ),
            pause=PauseSwitch(done=True),
        ),
    ),
    Endpoint(
        variant="CallScriptClose 4.0",
        name="records.close_script",
        call=lambda daktela: daktela.records.close_script(
            call_id="1367484976.4601WS",
            status="zavolat_pozdeji_rozmysli",
            next_call_at=at(2013, 12, 1, 18),
            pause="obed",
            fields={"field_poznamka": "Nabidku slysel"},
        ),
        path="4.0/CallScriptClose",
        query=(
            ("call_id", "1367484976.4601WS"),
            ("status", "zavolat_pozdeji_rozmysli"),
            ("nextcall", "2013-12-01 18:00:00"),
            ("fields[field_poznamka]", "Nabidku slysel"),
            ("pause", "obed"),
        ),
        body=_CALL_SCRIPT_CLOSE_2,
        result=ClosedCallScript(
            record=CallRecordForm(
                id="68",
                user_id="1",
                queue_id="5",
                name="record_5266716a6fa61",
                title="226211245",
                number="226211245",
                status_id="4",
                action=RecordAction.NEXT_CALL,
                call_id="1367484976.46041WS",
                edited_at=at(2013, 11, 29, 19, 11, 52),
                created_at=at(2013, 10, 22, 15, 36, 58),
                changes=RecordChanges(),
            ),
            pause=PauseSwitch(done=True),
        ),
    ),
    Endpoint(
        variant="CallScriptClose 4.0",
        name="records.close_script",
        call=lambda daktela: daktela.records.close_script(
            call_id="1367484976.46040WS", status="objednavka", pause="pause_20"
        ),
        path="4.0/CallScriptClose",
        query=(("call_id", "1367484976.46040WS"), ("status", "objednavka"), ("pause", "pause_20")),
        body=_CALL_SCRIPT_CLOSE_3,
        result=ClosedCallScript(
            record=CallRecordForm(
                id="66",
                user_id="1",
                queue_id="5",
                name="record_5266716a6fa61",
                title="226211245",
                number="226211245",
                status_id="4",
                action=RecordAction.DONE,
                call_id="1111",
                edited_at=at(2013, 11, 29, 18, 45, 40),
                created_at=at(2013, 10, 22, 14, 36, 58),
                changes=RecordChanges(),
            ),
            pause=PauseSwitch(
                error="Agent není přihlášen do žádné z front, tedy není možné ho dát na pauzu"
            ),
        ),
    ),
    Endpoint(
        variant="CallScriptClose 4.0",
        name="records.close_script",
        call=lambda daktela: daktela.records.close_script(
            record_id="67", number="226211246", user=""
        ),
        path="4.0/CallScriptClose",
        query=(("record", "67"), ("number", "226211246"), ("user", "")),
        body=_CALL_SCRIPT_CLOSE,
        result=ClosedCallScript(
            record=CallRecordForm(
                id="67",
                user_id="1",
                queue_id="5",
                name="record_5266716a6fa61",
                title="226211245",
                number="226211245",
                status_id="4",
                action=RecordAction.DONE,
                call_id="1367484976.46040WS",
                edited_at=at(2013, 11, 29, 17, 11, 52),
                created_at=at(2013, 10, 22, 14, 36, 58),
                changes=RecordChanges(),
            ),
            pause=PauseSwitch(done=True),
        ),
    ),
    Endpoint(
        variant="CallScriptOpened 4.0",
        name="records.open_script",
        call=lambda daktela: daktela.records.open_script("daktelatester"),
        path="4.0/CallScriptOpened",
        query=(("user", "daktelatester"),),
        body=_CALL_SCRIPT_OPENED,
        result=OpenCallScript(
            record=CallRecordForm(
                id="62",
                user_id="3",
                queue_id="3",
                name="record_5284b0d39f93d",
                title="Hovor 468008589",
                number="468008589",
                status_id="8",
                action=RecordAction.SAVING,
                call_id="1385987312.20",
                edited_at=at(2013, 12, 2, 13, 28, 32),
                created_at=at(2013, 11, 14, 12, 15, 31),
                changes=RecordChanges(),
            ),
            items=(
                FormItem(
                    id="2",
                    type="text",
                    name="field_5283f87c364f0",
                    title="Příjmení",
                    object=FormItemObject(),
                    values=("Evropa 58",),
                    edited_at=at(2013, 11, 20, 17, 9, 56),
                    edited_by="3",
                    version=1,
                ),
            ),
        ),
    ),
    Endpoint(
        variant="CallScriptOpened 4.0",
        name="records.open_script",
        call=lambda daktela: daktela.records.open_script("daktelatester"),
        path="4.0/CallScriptOpened",
        query=(("user", "daktelatester"),),
        body=_CALL_SCRIPT_OPENED_2,
        result=OpenCallScript(),
    ),
    Endpoint(
        variant="CopyRecords 3.3",
        name="records.copy",
        call=lambda daktela: daktela.records.copy(record_id="9", to_queue="2003"),
        path="3.3/CopyRecords",
        query=(("id", "9"), ("dst_queue", "2003")),
        body=_NULL,
        result=Done(),
    ),
    Endpoint(
        variant="CopyRecords 3.3",
        name="records.copy",
        call=lambda daktela: daktela.records.copy(
            from_queue="2003",
            to_queue="2009",
            times=RecordTimes(
                edited_since=at(2013, 1, 11), edited_until=at(2013, 1, 16, 23, 59, 59)
            ),
            update=RecordUpdate(user_id="", action=RecordAction.FREE),
            touch=False,
        ),
        path="3.3/CopyRecords",
        query=(
            ("src_queue", "2003"),
            ("dst_queue", "2009"),
            ("search_datetime_modify_from", "2013-01-11 00:00:00"),
            ("search_datetime_modify_to", "2013-01-16 23:59:59"),
            ("update_action", "0"),
            ("update_agent", ""),
            ("update_datetime_modify", "no"),
        ),
        body=_NULL,
        result=Done(),
    ),
    Endpoint(
        variant="CreateRecord 4.1",
        name="records.create",
        call=lambda daktela: daktela.records.create(
            "2003", "226211245", fields={"3": "Tohle je importovano pres API"}
        ),
        path="4.1/CreateRecord",
        query=(
            ("queue", "2003"),
            ("phonenumber", "226211245"),
            ("fields[3]", "Tohle je importovano pres API"),
        ),
        body=_CREATE_RECORD,
        result=SavedRecord(
            count=1,
            record=CallRecordForm(
                id="47",
                queue_id="1",
                name="record_53e8cf5a6ee77",
                title="226211245",
                number="226211245",
                action=RecordAction.FREE,
                created_at=at(2014, 8, 11, 16, 12, 42),
                changes=RecordChanges(),
            ),
        ),
    ),
    Endpoint(
        variant="CreateRecord 4.1",
        name="records.create",
        call=lambda daktela: daktela.records.create(
            "2003", "226211245", fields={"3": ["a", "b"]}, user_id="4", next_call_at=at(2014, 8, 12)
        ),
        path="4.1/CreateRecord",
        query=(
            ("queue", "2003"),
            ("phonenumber", "226211245"),
            ("fields[3][]", "a"),
            ("fields[3][]", "b"),
            ("user", "4"),
            ("nextcall", "2014-08-12 00:00:00"),
        ),
        body=_CREATE_RECORD_2,
        result=SavedRecord(),
    ),
    Endpoint(
        variant="DeleteRecord 4.1",
        name="records.delete",
        call=lambda daktela: daktela.records.delete("64"),
        path="4.1/DeleteRecord",
        query=(("record", "64"),),
        body=_DELETE_RECORD,
        result=DeletedRecord(count=1),
    ),
    Endpoint(
        variant="ExportData 3.8",
        name="records.export",
        call=lambda daktela: daktela.records.export("2003", user_ids=["1", "2"]),
        path="3.8/ExportData",
        query=(("queue", "2003"), ("agents[]", "1"), ("agents[]", "2")),
        body=_EXPORT_DATA,
        result=(
            ExportedRecord(
                id="318",
                number="226211245",
                edited_at=at(2012, 8, 28, 16, 20, 17),
                next_call_at=at(2012, 8, 28, 16, 20, 11),
                created_at=at(2012, 8, 27, 11, 13, 52),
                action=RecordAction.NEXT_CALL,
                action_title="odložená na později",
                agent_id="1",
                agent_login="admin",
                agent_name="Administrator",
                items=(
                    ExportedItem(id="data_1", label="Jméno", value="Michal"),
                    ExportedItem(id="data_4", label="Adresa", value="Nemcice"),
                    ExportedItem(id="data_5", label="PSČ", value="12345"),
                ),
            ),
        ),
    ),
    Endpoint(
        variant="ExportData 3.8",
        name="records.export",
        call=lambda daktela: daktela.records.export(
            "2003",
            times=RecordTimes(
                next_call_since=at(2012, 8, 1),
                next_call_until=at(2012, 8, 2),
                created_since=at(2012, 8, 3),
                created_until=at(2012, 8, 4),
            ),
            actions=[RecordAction.FREE, "6"],
            status_ids=["4"],
            number="226211245",
        ),
        path="3.8/ExportData",
        query=(
            ("queue", "2003"),
            ("datetime_nextcall_from", "2012-08-01 00:00:00"),
            ("datetime_nextcall_to", "2012-08-02 00:00:00"),
            ("datetime_created_from", "2012-08-03 00:00:00"),
            ("datetime_created_to", "2012-08-04 00:00:00"),
            ("actions[]", "0"),
            ("actions[]", "6"),
            ("callstatuses[]", "4"),
            ("phonenumber", "226211245"),
        ),
        body=_EMPTY,
        result=(),
    ),
    Endpoint(
        variant="GetRecordAttempts 4.1",
        name="records.attempts",
        call=lambda daktela: daktela.records.attempts("5"),
        path="4.1/GetRecordAttempts",
        query=(("record", "5"),),
        body=_GET_RECORD_ATTEMPTS,
        result=RecordAttempts(answered=3, unanswered=1, last_at=at(2014, 4, 17, 13, 45, 13)),
    ),
    Endpoint(
        variant="GetRecordSnapshots 4.1",
        name="records.snapshots",
        call=lambda daktela: daktela.records.snapshots("51"),
        path="4.1/GetRecordSnapshots",
        query=(("record", "51"),),
        body=_GET_RECORD_SNAPSHOTS,
        result=SnapshotPage(
            total=1,
            rows=(
                RecordSnapshot(
                    id="173",
                    record_id="51",
                    queue_id="1",
                    name="record_53ea24732cd62",
                    title="800123456",
                    number="800123456",
                    action=RecordAction.FREE,
                    created_at=at(2014, 8, 12, 16, 28, 3),
                    fields={
                        "1": ("42",),
                    },
                ),
            ),
        ),
    ),
    Endpoint(
        variant="GetRecords 4.1",
        name="records.list",
        call=lambda daktela: daktela.records.list(),
        path="4.1/GetRecords",
        body=_GET_RECORDS,
        result=RecordPage(
            total=3,
            rows=(
                CallRecordForm(
                    id="52",
                    queue_id="1",
                    name="record_53eb81ff2bf56",
                    title="800123456",
                    number="800123456",
                    action=RecordAction.FREE,
                    created_at=at(2014, 8, 13, 17, 19, 27),
                    fields={
                        "1": ("42",),
                        "17": (),
                    },
                ),
                CallRecordForm(
                    id="53",
                    queue_id="1",
                    name="record_53eb820b62d3f",
                    title="800123456",
                    number="800123456",
                    action=RecordAction.FREE,
                    created_at=at(2014, 8, 13, 17, 19, 39),
                    fields={
                        "1": ("42",),
                        "17": (),
                    },
                ),
                CallRecordForm(
                    id="54",
                    queue_id="1",
                    name="record_53eb820c775ce",
                    title="800123456",
                    number="800123456",
                    action=RecordAction.FREE,
                    created_at=at(2014, 8, 13, 17, 19, 40),
                    fields={
                        "1": ("42",),
                        "17": (),
                    },
                ),
            ),
        ),
    ),
    Endpoint(
        variant="GetRecords 4.1",
        name="records.list",
        call=lambda daktela: daktela.records.list(
            query="800",
            filter={"field": "number", "value": ["1", "2"]},
            sort="created",
            skip=3,
            take=10,
        ),
        path="4.1/GetRecords",
        query=(
            ("q", "800"),
            ("filter[field]", "number"),
            ("filter[value][]", "1"),
            ("filter[value][]", "2"),
            ("sort", "created"),
            ("skip", "3"),
            ("take", "10"),
        ),
        body=_GET_RECORDS_2,
        result=RecordPage(total=3, skip=3),
    ),
    Endpoint(
        variant="GetStatuses 3.8",
        name="records.statuses",
        call=lambda daktela: daktela.records.statuses(),
        path="3.8/GetStatuses",
        body=_GET_STATUSES,
        result=(
            CallStatus(id="4", code="nechce_nabidku", description="Nechce slyset nabidku"),
            CallStatus(id="5", code="nebere", description="Nebere"),
            CallStatus(id="7", code="nevolat", description="Nema zajem s nami hovorit"),
            CallStatus(id="8", code="nezajem", description="Nema zajem"),
            CallStatus(id="9", code="objednavka", description="Objednavka"),
            CallStatus(id="12", code="nema_cas", description="Volat pozdeji - nema cas"),
            CallStatus(id="14", code="rozmysli_se", description="Volat pozdeji - rozmysli se"),
            CallStatus(
                id="15", code="neopravnena_osoba", description="Volat pozdeji - neopravnena osoba"
            ),
            CallStatus(id="16", code="prevolavka", description="Prevolavka"),
        ),
    ),
    Endpoint(
        variant="GetStatuses 3.8",
        name="records.statuses",
        call=lambda daktela: daktela.records.statuses(status_id="4", queue="2003"),
        path="3.8/GetStatuses/4",
        query=(("queue", "2003"),),
        body=_GET_STATUSES_2,
        result=(CallStatus(id="4", code="nechce_nabidku", description="Nechce slyset nabidku"),),
    ),
    Endpoint(
        variant="MoveRecords 3.3",
        name="records.move",
        call=lambda daktela: daktela.records.move(record_id="9", to_queue="2003"),
        path="3.3/MoveRecords",
        query=(("id", "9"), ("dst_queue", "2003")),
        body=_NULL,
        result=Done(),
    ),
    Endpoint(
        variant="MoveRecords 3.3",
        name="records.move",
        call=lambda daktela: daktela.records.move(
            from_queue="2003",
            to_queue="2009",
            times=RecordTimes(
                edited_since=at(2013, 1, 11), edited_until=at(2013, 1, 16, 23, 59, 59)
            ),
            update=RecordUpdate(user_id="", action=RecordAction.FREE),
        ),
        path="3.3/MoveRecords",
        query=(
            ("src_queue", "2003"),
            ("dst_queue", "2009"),
            ("search_datetime_modify_from", "2013-01-11 00:00:00"),
            ("search_datetime_modify_to", "2013-01-16 23:59:59"),
            ("update_action", "0"),
            ("update_agent", ""),
        ),
        body=_NULL,
        result=Done(),
    ),
    Endpoint(
        variant="MoveRecords 3.3",
        name="records.move",
        call=lambda daktela: daktela.records.move(
            record_id="9",
            to_queue="2003",
            update=RecordUpdate(
                action=RecordAction.NEXT_CALL, status_id="8", next_call_at=at(2013, 2, 1)
            ),
        ),
        path="3.3/MoveRecords",
        query=(
            ("id", "9"),
            ("dst_queue", "2003"),
            ("update_action", "6"),
            ("update_callstatus", "8"),
            ("update_datetime_nextcall", "2013-02-01 00:00:00"),
        ),
        body=_NULL,
        result=Done(),
    ),
    Endpoint(
        variant="SimpleSearchContact 3.2",
        name="records.search_contacts",
        call=lambda daktela: daktela.records.search_contacts("226211245", queues=["1002", "1000"]),
        path="3.2/SimpleSearchContact",
        query=(("phonenumber", "226211245"), ("queues[]", "1002"), ("queues[]", "1000")),
        body=_SIMPLE_SEARCH_CONTACT,
        result=(
            FoundContact(
                list_id="3",
                possibility_id="3",
                campaign_name="Outbounder",
                campaign_number="1002",
                items=(
                    ContactItem(id="1", type="text", label="Jméno", order=1, value="Michal"),
                    ContactItem(
                        id="6", type="text", label="Email", order=2, value="noreply@daktela.com"
                    ),
                    ContactItem(id="2", type="text", label="Příjmení", order=3, value="Hajek"),
                    ContactItem(
                        id="7",
                        type="selectbox",
                        label="Vyber",
                        default='["ANO","NE"]',
                        order=4,
                        value="ANO",
                    ),
                ),
                record=ContactRecord(
                    id="3",
                    number="2262112455",
                    edited_at=at(2012, 3, 20, 16, 12, 51),
                    status_id="7",
                    action=RecordAction.DONE,
                    call_id="1329393906.6650WS",
                    agent_id="3",
                ),
            ),
        ),
    ),
    Endpoint(
        variant="UpdateRecord 4.1",
        name="records.update",
        call=lambda daktela: daktela.records.update(
            "64", queue_id="1", number="226211246", fields={"3": "42"}
        ),
        path="4.1/UpdateRecord",
        query=(("record", "64"), ("queue", "1"), ("phonenumber", "226211246"), ("fields[3]", "42")),
        body=_UPDATE_RECORD,
        result=SavedRecord(
            count=1,
            record=CallRecordForm(
                id="64",
                queue_id="1",
                name="record_53eca5880656f",
                title="226211245",
                number="226211246",
                next_call_at=at(2014, 8, 8, 19, 30, 30),
                action="UpdateRecord",
                edited_at=at(2014, 8, 14, 14, 5, 0),
                created_at=at(2014, 8, 14, 14, 3, 20),
                fields={
                    "3": ("42",),
                    "17": (),
                },
            ),
        ),
    ),
    Endpoint(
        variant="UpdateRecord 4.1",
        name="records.update",
        call=lambda daktela: daktela.records.update(
            "64",
            user_id="",
            status_id="",
            action=RecordAction.NEXT_CALL,
            next_call_at=at(2014, 8, 8, 19, 30, 30),
        ),
        path="4.1/UpdateRecord",
        query=(
            ("record", "64"),
            ("user", ""),
            ("status", ""),
            ("action", "6"),
            ("nextcall", "2014-08-08 19:30:30"),
        ),
        body=_UPDATE_RECORD,
        result=SavedRecord(
            count=1,
            record=CallRecordForm(
                id="64",
                queue_id="1",
                name="record_53eca5880656f",
                title="226211245",
                number="226211246",
                next_call_at=at(2014, 8, 8, 19, 30, 30),
                action="UpdateRecord",
                edited_at=at(2014, 8, 14, 14, 5, 0),
                created_at=at(2014, 8, 14, 14, 3, 20),
                fields={
                    "3": ("42",),
                    "17": (),
                },
            ),
        ),
    ),
)
