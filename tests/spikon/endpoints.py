"""The 30 methods, a row each: the call, what goes out, the documented answers, what comes back.

The bodies are copied from the document, version 1.3. Where its JSON and XML samples say different
things (another id, another count), the row has a result for each.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from attrs import field, frozen

from spikon_async import (
    ActionState,
    ActionStatus,
    Agent,
    CallRecord,
    CallState,
    Campaign,
    CampaignFigures,
    CampaignMember,
    CampaignMonitor,
    Deleted,
    DeletionState,
    Direction,
    Gender,
    InitiatedCall,
    InitiationState,
    Language,
    MemberState,
    PhoneAccount,
    PhoneBook,
    PhoneBookEntry,
    RegistrationState,
    Report,
    ReportState,
    Sender,
    SendingState,
    SentSms,
    SmsState,
    SmsStatus,
    Speech,
    SpeechPrice,
    SpeechState,
    SpikonClient,
    Voice,
)

WARSAW = ZoneInfo("Europe/Warsaw")


@frozen(kw_only=True)
class Endpoint:
    """One method of the document and how the client has it."""

    section: str
    #: Resource and method, as "account.balance".
    name: str
    path: str
    call: Callable[[SpikonClient], Coroutine[Any, Any, object]]
    #: The fields of the form, but for the key and the format, which are the same for all.
    form: dict[str, str] = field(factory=dict[str, str])
    json: str
    xml: str
    result: object
    #: What the XML sample says, where it says something else than the JSON sample.
    xml_result: object = None


ENDPOINTS = (
    Endpoint(
        section="4.2.1",
        name="account.balance",
        path="/api/balance/show",
        call=lambda spikon: spikon.account.balance(),
        form={"sign": "1"},
        json="""\
{"account": {
 "balance": "123,45"
}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<account>
  <balance>123,45</balance>
</account>
""",
        result=Decimal("123.45"),
    ),
    Endpoint(
        section="4.2.2",
        name="account.phone_accounts",
        path="/api/phone_account/list",
        call=lambda spikon: spikon.account.phone_accounts(),
        json="""\
{"phone-accounts": {
 "count": "1",
 "phone-account-1": {
  "id": "1",
  "number": "123456789",
  "internal": "-",
  "login": "12345678",
  "description": "Brak",
  "state": "1",
  "recording": "0"
 }
}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<phone-accounts>
  <count>1</count>
  <phone-account-1>
    <id>1</id>
    <number>123456789</number>
    <internal>-</internal>
    <login>12345678</login>
    <description>Brak</description>
    <state>1</state>
    <recording>0</recording>
  </phone-account-1>
</phone-accounts>
""",
        result=(
            PhoneAccount(
                id="1",
                number="123456789",
                internal_number=None,
                login="12345678",
                description="Brak",
                state=RegistrationState.REGISTERED,
                recording=False,
            ),
        ),
    ),
    Endpoint(
        section="4.2.3",
        name="account.initiate_call",
        path="/api/call/initiate",
        call=lambda spikon: spikon.account.initiate_call("17", "+48 22 123-45-67"),
        form={"phone_account_id": "17", "destination_number": "+48 22 123-45-67"},
        json="""\
{"call": {
 "state": "initiated"
}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<call>
  <state>initiated</state>
</call>
""",
        result=InitiatedCall(state=InitiationState.INITIATED),
    ),
    Endpoint(
        section="4.3.1",
        name="phone_books.list",
        path="/api/phone_book/list",
        call=lambda spikon: spikon.phone_books.list(),
        json="""\
{"phone-books": {
 "count": "2",
 "phone-book-1": {
  "id": "0",
  "name": "Książka główna"
 },
 "phone-book-2": {
  "id": "1",
  "name": "Testowa"
 }
}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<phone-books>
  <count>2</count>
  <phone-book-1>
    <id>0</id>
    <name>Książka główna</name>
  </phone-book-1>
  <phone-book-2>
    <id>1</id>
    <name>Testowa</name>
  </phone-book-2>
</phone-books>
""",
        result=(PhoneBook(id="0", name="Książka główna"), PhoneBook(id="1", name="Testowa")),
    ),
    Endpoint(
        section="4.3.2",
        name="phone_books.show",
        path="/api/phone_book/show",
        call=lambda spikon: spikon.phone_books.show("0"),
        form={"phone_book_id": "0"},
        json="""\
{"phone-book-elements": {
 "count": "1",
 "phone-book-element-1": {
  "name": "Jan Kowalski",
  "number": "123456789"
 }
}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<phone-book-elements>
  <count>1</count>
  <phone-book-element-1>
    <name>Jan Kowalski</name>
    <number>123456789</number>
  </phone-book-element-1>
</phone-book-elements>
""",
        result=(PhoneBookEntry(id=None, name="Jan Kowalski", number="123456789"),),
    ),
    Endpoint(
        section="4.3.3",
        name="phone_books.add",
        path="/api/phone_book/add",
        call=lambda spikon: spikon.phone_books.add("Żółte & białe"),
        form={"phone_book_name": "Żółte & białe"},
        json="""\
{"phone-books": {
 "phone_book": {
  "id": "1",
  "name": "Testowa"
 }
}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<phone-books>
  <phone-book>
    <id>1</id>
    <name>Testowa</name>
  </phone-book>
</phone-books>
""",
        result=PhoneBook(id="1", name="Testowa"),
    ),
    Endpoint(
        section="4.3.4",
        name="phone_books.delete",
        path="/api/phone_book/delete",
        call=lambda spikon: spikon.phone_books.delete("1"),
        form={"phone_book_id": "1"},
        json="""\
{"phone-books": {
 "phone_book": {
  "id": "1",
  "state": "deleted"
 }
}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<phone-books>
  <phone-book>
    <id>1</id>
    <state>deleted</state>
  </phone-book>
</phone-books>
""",
        result=Deleted(id="1", state=DeletionState.DELETED),
    ),
    Endpoint(
        section="4.3.5",
        name="phone_books.add_entry",
        path="/api/phone_book_element/add",
        call=lambda spikon: spikon.phone_books.add_entry("3", "Jan Kowalski", "123456789"),
        form={
            "phone_book_id": "3",
            "phone_book_element_name": "Jan Kowalski",
            "phone_book_element_number": "123456789",
        },
        json="""\
{"phone-book-elements": {
 "phone_book_element": {
  "id": "1",
  "name": "Jan Kowalski",
  "number": "123456789"
 }
}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<phone-book-elements>
  <phone-book-element>
    <id>1</id>
    <name>Jan Kowalski</name>
    <number>123456789</number>
  </phone-book-element>
</phone-book-elements>
""",
        result=PhoneBookEntry(id="1", name="Jan Kowalski", number="123456789"),
    ),
    Endpoint(
        section="4.3.6",
        name="phone_books.delete_entry",
        path="/api/phone_book_element/delete",
        call=lambda spikon: spikon.phone_books.delete_entry("1"),
        form={"phone_book_element_id": "1"},
        json="""\
{"phone-book-elements": {
 "phone_book_element": {
  "id": "1",
  "state": "deleted"
 }
}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<phone-book-elements>
  <phone-book-element>
    <id>1</id>
    <state>deleted</state>
  </phone-book-element>
</phone-book-elements>
""",
        result=Deleted(id="1", state=DeletionState.DELETED),
    ),
    Endpoint(
        section="4.4.1",
        name="call_lists.order",
        path="/api/call_list/order",
        call=lambda spikon: spikon.call_lists.order(
            date(2014, 8, 1),
            date(2014, 8, 31),
            direction=Direction.OUTGOING,
            with_recordings_only=True,
            number="123456789",
        ),
        form={
            "dir": "1",
            "date_start": "2014-08-01",
            "date_end": "2014-08-31",
            "with_records_only": "1",
            "number": "123456789",
        },
        json="""\
{"call_list": {
 "call_list_id": "1"
}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<call-list>
  <call-list-id>1</call-list-id>
</call-list>
""",
        result="1",
    ),
    Endpoint(
        section="4.4.2",
        name="call_lists.list",
        path="/api/call_list/list",
        call=lambda spikon: spikon.call_lists.list(),
        json="""\
{"call-lists": {
 "count": "2",
 "call-list-1": {
  "id": "1",
  "generated": "0"
 },
 "call-list-2": {
  "id": "2",
  "generated": "1"
 }
}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<call-lists>
  <count>2</count>
  <call-list-1>
    <id>2</id>
    <generated>0</generated>
  </call-list-1>
  <call-list-2>
    <id>2</id>
    <generated>1</generated>
  </call-list-2>
</call-lists>
""",
        result=(
            Report(id="1", state=ReportState.WAITING),
            Report(id="2", state=ReportState.READY),
        ),
        # The XML sample has one id twice.
        xml_result=(
            Report(id="2", state=ReportState.WAITING),
            Report(id="2", state=ReportState.READY),
        ),
    ),
    Endpoint(
        section="4.4.3",
        name="call_lists.show",
        path="/api/call_list/show",
        call=lambda spikon: spikon.call_lists.show("2"),
        form={"call_list_id": "2"},
        json="""\
{"call-lists": {
 "count": "2",
 "call-list-1": {
  "date": "2014-08-20 10:46:54",
  "src": "123456789",
  "dst": "12345678",
  "duration": "123",
  "state": "Odebrane",
  "file":
"https://panel.spikon.pl/channels/lists/call/get_playback_file?id=123456"
 },
 "call-list-2": {
  "date": "2014-08-20 09:39:32",
  "src": "87654321",
  "dst": "987654321",
  "duration": "321",
  "state": "Odebrane",
  "file": ""
 }
}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<call-lists>
  <count>2</count>
  <call-list-1>
    <date>2014-08-20 10:46:54</date>
    <src>123456789</src>
    <dst>12345678</dst>
    <duration>123</duration>
    <state>Odebrane</state>
<file>https://panel.spikon.pl/channels/lists/call/get_playback_file?id=123456</file>
  </call-list-1>
  <call-list-2>
    <date>2014-08-20 09:39:32</date>
    <src>87654321</src>
    <dst>987654321</dst>
     <duration>321</duration>
    <state>Odebrane</state>
    <file></file>
  </call-list-2>
</call-lists>
""",
        result=(
            CallRecord(
                started_at=datetime(2014, 8, 20, 10, 46, 54, tzinfo=WARSAW),
                source="123456789",
                destination="12345678",
                duration=timedelta(seconds=123),
                state=CallState.ANSWERED,
                file="https://panel.spikon.pl/channels/lists/call/get_playback_file?id=123456",
            ),
            CallRecord(
                started_at=datetime(2014, 8, 20, 9, 39, 32, tzinfo=WARSAW),
                source="87654321",
                destination="987654321",
                duration=timedelta(seconds=321),
                state=CallState.ANSWERED,
                file="",
            ),
        ),
    ),
    Endpoint(
        section="4.5.1",
        name="call_center.campaigns",
        path="/api/cc_campaigns/list",
        call=lambda spikon: spikon.call_center.campaigns(),
        json="""\
{"cc-campaigns":{
 "count":"2",
 "cc-campaign-1":{
  "id":"1","name":"Windykacja"
 },
 "cc-campaign-2":{
  "id":"2","name":"Infolinia"
 }
}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<cc-campaigns>
  <count>2</count>
  <cc-campaign-1>
    <id>1</id>
    <name>Windykacja</name>
  </cc-campaign-1>
  <cc-campaign-2>
    <id>2</id>
    <name>Infolinia</name>
  </cc-campaign-2>
</cc-campaigns>
""",
        result=(Campaign(id="1", name="Windykacja"), Campaign(id="2", name="Infolinia")),
    ),
    Endpoint(
        section="4.5.2",
        name="call_center.agents",
        path="/api/cc_agent/list",
        call=lambda spikon: spikon.call_center.agents(),
        json="""\
{"cc-agents": {
 "count": "2",
 "cc-agent-1": {
  "id": "1",
  "name": "Jan Kowalski",
  "sip": "0000000",
  "ddi": "220000000",
  "in_campains": [1,2],
  "out_campains": [1],
  "default_out_campain": 1
 },
 "cc-agent-2": {
  "id": "2",
  "name": "Janina Kowalska",
  "sip": "0000001",
  "ddi": "220000001",
  "in_campains": [3,4],
  "out_campains": [4],
  "default_out_campain": 3
 }
}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<cc-agents>
  <count>9</count>
  <cc-agent-1>
    <id>1</id>
    <name>Jan Kowalski</name>
    <sip>0000000</sip>
    <ddi>220000000</ddi>
    <in-campains type="array">
      <in-campain type="integer">1</in-campain>
      <in-campain type="integer">2</in-campain>
    </in-campains>
    <out-campains type="array">
      <out-campain type="integer">1</out-campain>
    </out-campains>
    <default-out-campain type="integer">1</default-out-campain>
  </cc-agent-1>
   <cc-agent-2>
    <id>2</id>
    <name>Janina Kowalska</name>
    <sip>0000001</sip>
    <ddi>220000001</ddi>
    <in-campains type="array">
      <in-campain type="integer">3</in-campain>
      <in-campain type="integer">4</in-campain>
    </in-campains>
    <out-campains type="array">
      <out-campain type="integer">4</out-campain>
    </out-campains>
    <default-out-campain type="integer">3</default-out-campain>
  </cc-agent-2>
</cc-agents>
""",
        result=(
            Agent(
                id="1",
                name="Jan Kowalski",
                sip_login="0000000",
                public_number="220000000",
                incoming_campaigns=("1", "2"),
                outgoing_campaigns=("1",),
                default_outgoing_campaign="1",
            ),
            Agent(
                id="2",
                name="Janina Kowalska",
                sip_login="0000001",
                public_number="220000001",
                incoming_campaigns=("3", "4"),
                outgoing_campaigns=("4",),
                default_outgoing_campaign="3",
            ),
        ),
    ),
    Endpoint(
        section="4.5.3",
        name="call_center.add_to_incoming",
        path="/api/cc_in_campaign/add_agent",
        call=lambda spikon: spikon.call_center.add_to_incoming("7", "9"),
        form={"agent_id": "7", "campaign_id": "9"},
        json="""\
{"add_agent_status":"OK"}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<add-agent>
  <status>OK</status>
</add-agent>
""",
        result=ActionStatus(status=ActionState.OK),
    ),
    Endpoint(
        section="4.5.4",
        name="call_center.remove_from_incoming",
        path="/api/cc_in_campaign/remove_agent",
        call=lambda spikon: spikon.call_center.remove_from_incoming("7", "9"),
        form={"agent_id": "7", "campaign_id": "9"},
        json="""\
{"remove_agent":{"status":"OK"}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<remove-agent>
  <status>OK</status>
</remove-agent>
""",
        result=ActionStatus(status=ActionState.OK),
    ),
    Endpoint(
        section="4.5.5",
        name="call_center.add_to_outgoing",
        path="/api/cc_out_campaign/add_agent",
        call=lambda spikon: spikon.call_center.add_to_outgoing("7", "9"),
        form={"agent_id": "7", "campaign_id": "9"},
        json="""\
{"add_agent_status":"OK"}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<add-agent>
  <status>OK</status>
</add-agent>
""",
        result=ActionStatus(status=ActionState.OK),
    ),
    Endpoint(
        section="4.5.6",
        name="call_center.remove_from_outgoing",
        path="/api/cc_out_campaign/remove_agent",
        call=lambda spikon: spikon.call_center.remove_from_outgoing("7", "9"),
        form={"agent_id": "7", "campaign_id": "9"},
        json="""\
{"remove_agent":{"status":"OK"}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<remove-agent>
  <status>OK</status>
</remove-agent>
""",
        result=ActionStatus(status=ActionState.OK),
    ),
    Endpoint(
        section="4.5.7",
        name="call_center.set_default_outgoing",
        path="/api/cc_out_campaign/set_default",
        call=lambda spikon: spikon.call_center.set_default_outgoing("7", "9"),
        form={"agent_id": "7", "campaign_id": "9"},
        json="""\
{"out_campaign_set_default":{"status":"OK"}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<out-campaign-set-default>
  <status>OK</status>
</out-campaign-set-default>
""",
        result=ActionStatus(status=ActionState.OK),
    ),
    Endpoint(
        section="4.5.8",
        name="call_center.monitor",
        path="/api/cc_monitor/show",
        call=lambda spikon: spikon.call_center.monitor("9"),
        form={"cc_campaign_id": "9"},
        json="""\
{"cc-monitor":{
 "basic-data":{
  "free-members":2,
  "busy-members":0,
  "calls-waiting":0,
  "answered":0,
  "unanswered":4,
  "in-queue":0,
  "average-waiting-time":"00:00",
  "max-waiting":20,
  "average-call-time":"00:00",
  "measured-sla":"01:00",
  "sla":0
 },
 "campaign-members":{
  "cc-campain-member-1":{
   "login":"1234567",
   "description":"Janina Kowalska",
   "state":"Wolny",
   "answered":"0",
   "last-call":"Brak danych",
   "pause":"Tak",
   "skill":"1"
  },
  "cc-campain-member-2":{
   "login":"2345678",
   "description":"Adam Nowacki",
   "state":"Wolny",
   "answered":"0",
   "last-call":"Brak danych",
   "pause":"Nie",
   "skill":"1"
  }
 },
 "waiting-calls":{}
}}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<cc-monitor>
  <basic-data>
    <free-members type="integer">2</free-members>
    <busy-members type="integer">0</busy-members>
    <calls-waiting type="integer">0</calls-waiting>
    <answered type="integer">0</answered>
    <unanswered type="integer">4</unanswered>
    <in-queue type="integer">0</in-queue>
    <average-waiting-time>00:00</average-waiting-time>
    <max-waiting type="integer">20</max-waiting>
    <average-call-time>00:00</average-call-time>
    <measured-sla>01:00</measured-sla>
    <sla type="integer">0</sla>
  </basic-data>
  <campaign-members>
    <cc-campain-member-1>
      <login>1234567</login>
      <description>Janina Kowalska</description>
      <state>Wolny</state>
      <answered>0</answered>
      <last-call>Brak danych</last-call>
      <pause>Tak</pause>
      <skill>1</skill>
    </cc-campain-member-1>
    <cc-campain-member-2>
      <login>2345678</login>
      <description>Adam Nowacki</description>
      <state>Wolny</state>
      <answered>0</answered>
      <last-call>Brak danych</last-call>
      <pause>Nie</pause>
      <skill>1</skill>
    </cc-campain-member-2>
  </campaign-members>
  <waiting-calls>
  </waiting-calls>
</cc-monitor>
""",
        result=CampaignMonitor(
            figures=CampaignFigures(
                free_members=2,
                busy_members=0,
                calls_waiting=0,
                answered=0,
                unanswered=4,
                in_queue=0,
                average_waiting_time=timedelta(0),
                max_waiting=20,
                average_call_time=timedelta(0),
                measured_sla=timedelta(minutes=1),
                sla=Decimal(0),
            ),
            members=(
                CampaignMember(
                    login="1234567",
                    description="Janina Kowalska",
                    state=MemberState.FREE,
                    answered=0,
                    last_call="Brak danych",
                    paused=True,
                    skill="1",
                ),
                CampaignMember(
                    login="2345678",
                    description="Adam Nowacki",
                    state=MemberState.FREE,
                    answered=0,
                    last_call="Brak danych",
                    paused=False,
                    skill="1",
                ),
            ),
            waiting_calls=(),
        ),
    ),
    Endpoint(
        section="4.6.1",
        name="sms.send",
        path="/api/sms/send",
        call=lambda spikon: spikon.sms.send(
            "600123456", "Zażółć gęślą jaźń = 100% + 5 & więcej\n€", sender=Sender.TWO_WAY
        ),
        form={
            "from": "2way",
            "to": "600123456",
            "message": "Zażółć gęślą jaźń = 100% + 5 & więcej\n€",
        },
        json="""\
{
  "sms": {
    "state": "OK",
    "ids": [12]
  }
}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<sms>
  <state> OK </state>
  <ids type="array">
    <id type="integer">13</id>
  </ids>
</sms>
""",
        result=SentSms(state=SendingState.OK, ids=("12",)),
        xml_result=SentSms(state=SendingState.OK, ids=("13",)),
    ),
    Endpoint(
        section="4.6.2",
        name="sms.state",
        path="/api/sms/state",
        call=lambda spikon: spikon.sms.state("12"),
        form={"id": "12"},
        json="""\
{
  "sms": {
    "state": 1
  }
}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<sms>
  <state type="integer">1</state>
</sms>
""",
        result=SmsStatus(state=SmsState.IN_PROGRESS, error=""),
    ),
    Endpoint(
        section="4.7.1",
        name="tts.languages",
        path="/api/tts/language_list",
        call=lambda spikon: spikon.tts.languages(),
        # The sample is no JSON: `"languages": [` is missing after the count. The XML sample and
        # the list of fields have it; here it is put in.
        json="""\
{
  "tts": {
    "count": "28", "languages": [
    {
      "language": "en-US",
      "description": "Angielski (Amerykański)"
    }, {
      "language": "pl-PL",
      "description": "Polski"
    }]
  }
}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<tts>
  <count>28</count>
  <languages type="array">
    <language>
      <language>en-US</language>
      <description>Angielski (Amerykański)</description>
    </language>
    <language>
      <language>pl-PL</language>
      <description>Polski</description>
    </language>
  </languages>
</tts>
""",
        result=(
            Language(code="en-US", description="Angielski (Amerykański)"),
            Language(code="pl-PL", description="Polski"),
        ),
    ),
    Endpoint(
        section="4.7.2",
        name="tts.voices",
        path="/api/tts/voice_list",
        call=lambda spikon: spikon.tts.voices("pl-PL"),
        form={"language": "pl-PL"},
        json="""\
{
  "tts": {
    "count": "4",
    "voices": [{
      "name": "Ewa",
      "gender": "F"
    }, {
      "name": "Jacek",
      "gender": "M"
    }]
  }
}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<tts>
  <count>4</count>
  <voices type="array">
    <voice>
      <name>Ewa</name>
      <gender>F</gender>
    </voice>
    <voice>
      <name>Jacek</name>
      <gender>M</gender>
    </voice>
  </voices>
</tts>
""",
        result=(Voice(name="Ewa", gender=Gender.FEMALE), Voice(name="Jacek", gender=Gender.MALE)),
    ),
    Endpoint(
        section="4.7.3",
        name="tts.generate",
        path="/api/tts/generate",
        call=lambda spikon: spikon.tts.generate("Dzień dobry!", voice="Ewa", name="Powitanie"),
        form={"voice": "Ewa", "name": "Powitanie", "text": "Dzień dobry!"},
        json="""\
{
  "tts": {
    "tts_id": "1"
  }
}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<tts>
  <tts-id>1</tts-id>
</tts>
""",
        result="1",
    ),
    Endpoint(
        section="4.7.4",
        name="tts.list",
        path="/api/tts/list",
        call=lambda spikon: spikon.tts.list(),
        json="""\
{
  "tts ": {
    "count": "2",
    "tts- 1": {
      "id": "1",
      "name": "Zapowiedź 1",
      "generated": "1"
    },
    "tts- 2": {
      "id": "2",
      "name": "Zapowiedź 2",
      "generated": "0"
    }
  }
}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<tts>
  <count>2</count>
  <tts-1>
    <id>1</id>
    <name>Zapowiedź 1</name>
    <generated>1</generated>
  </tts-1>
  <tts-2>
    <id>2</id>
    <name>Zapowiedź 2</name>
    <generated>0</generated>
  </tts-2>
</tts>
""",
        result=(
            Speech(id="1", name="Zapowiedź 1", state=SpeechState.READY),
            Speech(id="2", name="Zapowiedź 2", state=SpeechState.WAITING),
        ),
    ),
    Endpoint(
        section="4.7.6",
        name="tts.delete",
        path="/api/tts/delete",
        call=lambda spikon: spikon.tts.delete("1"),
        form={"tts_id": "1"},
        json="""\
{
  "tts ": {
    "id": "1",
    "state": "deleted"
  }
}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<tts>
  <id>1</id>
  <state>deleted</state>
</tts>
""",
        result=Deleted(id="1", state=DeletionState.DELETED),
    ),
    Endpoint(
        section="4.7.7",
        name="tts.price",
        path="/api/tts/price",
        call=lambda spikon: spikon.tts.price("Dzień dobry!", voice="Ewa"),
        form={"voice": "Ewa", "text": "Dzień dobry!"},
        json="""\
{
  "tts": {
    "cost_net": "9.0",
    "cost_gross": "11.07"
  }
}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<tts>
  <cost-net>9.0</cost-net>
  <cost-gross>11.07</cost-gross>
</tts>
""",
        result=SpeechPrice(net=Decimal("9.0"), gross=Decimal("11.07")),
    ),
    Endpoint(
        section="4.7.8",
        name="tts.status",
        path="/api/tts/status",
        call=lambda spikon: spikon.tts.status("70"),
        form={"tts_id": "70"},
        json="""\
{
  "tts": {
    "id": "70",
    "generated": "1"
  }
}
""",
        xml="""\
<?xml version="1.0" encoding="UTF-8"?>
<tts>
  <id>70</id>
  <generated>1</generated>
</tts>
""",
        result=Speech(id="70", name="", state=SpeechState.READY),
    ),
)

#: The one method that is no form and answers with a file (4.7.5); its tests stand by themselves.
DOWNLOAD = "tts.download"
DOWNLOAD_PATH = "/api/tts/download"

#: What is made of the methods and is no method itself: tested as flows and as recordings.
FLOWS = frozenset(
    {
        "call_lists.collect",
        "call_lists.download_recording",
        "call_lists.download_recordings",
        "call_lists.fetch",
        "call_lists.order_range",
        "call_lists.stream",
        "call_lists.wait",
        "sms.send_and_wait",
        "sms.wait_delivered",
        "tts.collect",
        "tts.synthesize",
        "tts.wait",
    }
)

#: The 30 methods, in the order of the document.
DOCUMENTED = (
    "/api/balance/show",
    "/api/phone_account/list",
    "/api/call/initiate",
    "/api/phone_book/list",
    "/api/phone_book/show",
    "/api/phone_book/add",
    "/api/phone_book/delete",
    "/api/phone_book_element/add",
    "/api/phone_book_element/delete",
    "/api/call_list/order",
    "/api/call_list/list",
    "/api/call_list/show",
    "/api/cc_campaigns/list",
    "/api/cc_agent/list",
    "/api/cc_in_campaign/add_agent",
    "/api/cc_in_campaign/remove_agent",
    "/api/cc_out_campaign/add_agent",
    "/api/cc_out_campaign/remove_agent",
    "/api/cc_out_campaign/set_default",
    "/api/cc_monitor/show",
    "/api/sms/send",
    "/api/sms/state",
    "/api/tts/language_list",
    "/api/tts/voice_list",
    "/api/tts/generate",
    "/api/tts/list",
    "/api/tts/download",
    "/api/tts/delete",
    "/api/tts/price",
    "/api/tts/status",
)
