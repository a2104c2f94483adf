"""Chapter SMS."""

from decimal import Decimal

from daktela_async.models.common import Direction, Done
from daktela_async.models.sms import (
    GroupSmsStatus,
    RemovedGroup,
    SentGroup,
    SentSms,
    SmsBacklog,
    SmsMessage,
    SmsResult,
    SmsSettings,
    SmsText,
)
from tests.daktela.clock import at, seconds
from tests.daktela.helpers import Endpoint

_GET_SMSSETTINGS = '{"status":1,"error":null,"result":{"settings":{"billing_id":"674","enabled_sms":"CONNECT","outgoing_price":"0.000","incoming_callback":null,"outgoing_callback":null,"incoming_email":null,"outgoing_email":null,"email_notification_allow":"in,out,confirmed","sending_rate_limit":"0","sending_rate_time":"0","allowed_hour_begin":"0","allowed_hour_end":"0","sending_rate_limit_admin":"1000","sending_rate_time_admin":"86400","lang":"cs_CZ","connect_sender":null},"sim":[]}}'  # noqa: E501
_GET_SMS = '{"status":1,"error":null,"result":[{"id":"7180","billing_id":"259","direction":"out","datetime":"2011-10-11 01:07:01","datetime_processed":"2011-10-10 23:07:26","number":"603927227","attempts":"0","count_sms":"1","from_client":"","message":"Ahoj toto je jen na ukazku","result":"error","confirmation_enable":"1","confirmed":"0","price":"0.000","gw_number":"1","slot_number":"1","port_number":"2","accountcode":null,"email":null},{"id":"7178","billing_id":"259","direction":"out","datetime":"2011-10-10 17:25:19","datetime_processed":"2011-10-10 15:27:03","number":"603927227","attempts":"0","count_sms":"1","from_client":"","message":"Ahoj,jak se mas?","result":"ok","confirmation_enable":"1","confirmed":"1","price":"3.500","gw_number":"1","slot_number":"1","port_number":"1","accountcode":null,"email":null}]}'  # noqa: E501
_EMPTY = '{"status":1,"error":null,"result":[]}'
_BLANK = '{"status":1,"error":null,"result":""}'
_REMOVE_GROUP_SMS = '{"status":1,"error":null,"result":{"count_removed":2}}'
_SEND_GROUP_SMS = '{"status":1,"error":null,"result":{"2445":{"count_sms":0,"id":2445,"group_id":2445},"2446":{"count_sms":1,"id":2446,"group_id":2445},"2447":{"count_sms":1,"id":2447,"group_id":2445}}}'  # noqa: E501
_SEND_GROUP_SMS_2 = '{"status":1,"error":null,"result":{"2445":{"count_sms":0,"id":2445,"group_id":2445},"2446":{"count_sms":1,"id":2446,"group_id":2445}}}'  # noqa: E501
_SEND_SMS = '{"error":null,"status":1,"result":{"count_sms":"1", "id":"2222"}}'
_DONE = '{"error":null,"status":1}'
_STATUS_GROUP_SMS = '{"status":1,"error":null,"result":{"11213":{"group_id":"11213","accountcode":"1","datetime_processed":"2012-04-14 02:43:39","datetime":"2012-04-14 02:43:33","count_total":"3","count_ok":"1","count_waiting":"2","count_error":"0"}}}'  # noqa: E501
_STATUS_SMS = '{"status":1,"error":null,"result":{"count_waiting":"3963","last_datetime_processed":"2013-08-06 16:35:26"}}'  # noqa: E501

#: Made of others, or of several requests; they have tests of their own.
FLOWS = (
    "sms.send_group",
    "sms.send_group_and_wait",
    "sms.wait_delivered",
    "sms.send_and_wait",
    "sms.wait_group",
)

ROWS = (
    Endpoint(
        variant="GetSMSSettings 3.1",
        name="sms.settings",
        call=lambda daktela: daktela.sms.settings(),
        path="3.1/GetSMSSettings",
        body=_GET_SMSSETTINGS,
        result=SmsSettings(
            billing_id="674",
            gateway="CONNECT",
            outgoing_price=Decimal("0.000"),
            notified_by_email=(
                "in",
                "out",
                "confirmed",
            ),
            administrative_rate_limit=1000,
            administrative_rate_time=seconds(86400),
            language="cs_CZ",
        ),
    ),
    Endpoint(
        variant="GetSMS 3.1",
        name="sms.list",
        call=lambda daktela: daktela.sms.list(keyword="ahoj"),
        path="3.1/GetSMS",
        query=(("keyword", "ahoj"),),
        body=_GET_SMS,
        result=(
            SmsMessage(
                id="7180",
                billing_id="259",
                direction=Direction.OUTGOING,
                created_at=at(2011, 10, 11, 1, 7, 1),
                processed_at=at(2011, 10, 10, 23, 7, 26),
                number="603927227",
                attempts=0,
                parts=1,
                text="Ahoj toto je jen na ukazku",
                result=SmsResult.ERROR,
                confirmation_requested=True,
                price=Decimal("0.000"),
                gateway="1",
                slot="1",
                port="2",
            ),
            SmsMessage(
                id="7178",
                billing_id="259",
                direction=Direction.OUTGOING,
                created_at=at(2011, 10, 10, 17, 25, 19),
                processed_at=at(2011, 10, 10, 15, 27, 3),
                number="603927227",
                attempts=0,
                parts=1,
                text="Ahoj,jak se mas?",
                result=SmsResult.OK,
                confirmation_requested=True,
                confirmed=True,
                price=Decimal("3.500"),
                gateway="1",
                slot="1",
                port="1",
            ),
        ),
    ),
    Endpoint(
        variant="GetSMS 3.1",
        name="sms.list",
        call=lambda daktela: daktela.sms.list(
            direction="in",
            account_codes=["A", "B"],
            email="a@b.cz",
            gateway="1",
            slot="2",
            port="3",
            since=at(2011, 10, 1),
            until=at(2011, 10, 2),
        ),
        path="3.1/GetSMS",
        query=(
            ("direction", "in"),
            ("accountcode[]", "A"),
            ("accountcode[]", "B"),
            ("email", "a@b.cz"),
            ("gw", "1"),
            ("slot", "2"),
            ("port", "3"),
            ("datetime_from", "2011-10-01 00:00:00"),
            ("datetime_to", "2011-10-02 00:00:00"),
        ),
        body=_EMPTY,
        result=(),
    ),
    Endpoint(
        variant="GetSMS 3.1",
        name="sms.get",
        call=lambda daktela: daktela.sms.get("7178"),
        path="3.1/GetSMS/7178",
        body=_GET_SMS,
        result=SmsMessage(
            id="7178",
            billing_id="259",
            direction=Direction.OUTGOING,
            created_at=at(2011, 10, 10, 17, 25, 19),
            processed_at=at(2011, 10, 10, 15, 27, 3),
            number="603927227",
            attempts=0,
            parts=1,
            text="Ahoj,jak se mas?",
            result=SmsResult.OK,
            confirmation_requested=True,
            confirmed=True,
            price=Decimal("3.500"),
            gateway="1",
            slot="1",
            port="1",
        ),
    ),
    Endpoint(
        variant="GetSMS 3.1",
        name="sms.get",
        call=lambda daktela: daktela.sms.get("1"),
        path="3.1/GetSMS/1",
        body=_BLANK,
        result=None,
    ),
    Endpoint(
        variant="RemoveGroupSMS 3.1",
        name="sms.remove_group",
        call=lambda daktela: daktela.sms.remove_group("1234"),
        path="3.1/RemoveGroupSMS/1234",
        body=_REMOVE_GROUP_SMS,
        result=RemovedGroup(removed=2),
    ),
    Endpoint(
        variant="SendGroupSMS 3.1",
        name="sms.send_batch",
        call=lambda daktela: daktela.sms.send_batch(
            [SmsText("123456789", "Ahoj1"), SmsText("987654321", "Ahoj2")]
        ),
        path="3.1/SendGroupSMS",
        query=(
            ("number[0]", "123456789"),
            ("number[1]", "987654321"),
            ("message[0]", "Ahoj1"),
            ("message[1]", "Ahoj2"),
        ),
        body=_SEND_GROUP_SMS,
        result=SentGroup(
            id="2445",
            messages=(
                SentSms(id="2446", parts=1, group_id="2445"),
                SentSms(id="2447", parts=1, group_id="2445"),
            ),
        ),
    ),
    Endpoint(
        variant="SendGroupSMS 3.1",
        name="sms.send_batch",
        call=lambda daktela: daktela.sms.send_batch(
            [SmsText("123456789", "Čau")],
            confirmation=True,
            unicode=True,
            email="a@b.cz",
            account_code="ID1",
            priority=20,
            scheduled_at=at(2012, 5, 1, 8),
        ),
        path="3.1/SendGroupSMS",
        query=(
            ("number[0]", "123456789"),
            ("message[0]", "Čau"),
            ("confirmation", "yes"),
            ("unicode", "yes"),
            ("email", "a@b.cz"),
            ("accountcode", "ID1"),
            ("priority", "20"),
            ("datetime_scheduled", "2012-05-01 08:00:00"),
        ),
        body=_SEND_GROUP_SMS_2,
        result=SentGroup(id="2445", messages=(SentSms(id="2446", parts=1, group_id="2445"),)),
    ),
    Endpoint(
        variant="SendSMS 3.1",
        name="sms.send",
        call=lambda daktela: daktela.sms.send("123456789", "Ahoj"),
        path="3.1/SendSMS",
        query=(("number", "123456789"), ("message", "Ahoj")),
        body=_SEND_SMS,
        result=SentSms(id="2222", parts=1),
    ),
    Endpoint(
        variant="SendSMS 3.1",
        name="sms.send",
        call=lambda daktela: daktela.sms.send(
            "123456789", "Ahoj", confirmation=True, account_code="ID12345"
        ),
        path="3.1/SendSMS",
        query=(
            ("number", "123456789"),
            ("message", "Ahoj"),
            ("confirmation", "yes"),
            ("accountcode", "ID12345"),
        ),
        body=_SEND_SMS,
        result=SentSms(id="2222", parts=1),
    ),
    Endpoint(
        variant="SendSMS 3.1",
        name="sms.send",
        call=lambda daktela: daktela.sms.send(
            "123456789",
            "Ahoj",
            confirmation=False,
            unicode=True,
            email="a@b.cz",
            gateway="1",
            slot="2",
            port="3",
            priority=0,
            scheduled_at=at(2012, 5, 1, 8),
        ),
        path="3.1/SendSMS",
        query=(
            ("number", "123456789"),
            ("message", "Ahoj"),
            ("confirmation", "no"),
            ("unicode", "yes"),
            ("email", "a@b.cz"),
            ("gw", "1"),
            ("slot", "2"),
            ("port", "3"),
            ("priority", "0"),
            ("datetime_scheduled", "2012-05-01 08:00:00"),
        ),
        body=_SEND_SMS,
        result=SentSms(id="2222", parts=1),
    ),
    Endpoint(
        variant="SetSMSSettings 3.1",
        name="sms.change_settings",
        call=lambda daktela: daktela.sms.change_settings(
            incoming_callback="http://MojeVU.daktela.com/CRM/sms"
        ),
        path="3.1/SetSMSSettings",
        cookies={"incoming_callback": "http://MojeVU.daktela.com/CRM/sms"},
        body=_DONE,
        result=Done(),
    ),
    Endpoint(
        variant="SetSMSSettings 3.1",
        name="sms.change_settings",
        call=lambda daktela: daktela.sms.change_settings(
            incoming_callback="http://MojeVU.daktela.com/CRM/sms?own_number=$number&own_text=$message&own_id=$id&own_direction=$direction"
        ),
        path="3.1/SetSMSSettings",
        cookies={
            "incoming_callback": "http://MojeVU.daktela.com/CRM/sms?own_number=$number&own_text=$message&own_id=$id&own_direction=$direction"
        },
        body=_DONE,
        result=Done(),
    ),
    Endpoint(
        variant="SetSMSSettings 3.1",
        name="sms.change_settings",
        call=lambda daktela: daktela.sms.change_settings(allowed_from_hour=8, allowed_to_hour=16),
        path="3.1/SetSMSSettings",
        query=(("allowed_hour_begin", "8"), ("allowed_hour_end", "16")),
        body=_DONE,
        result=Done(),
    ),
    Endpoint(
        variant="SetSMSSettings 3.1",
        name="sms.change_settings",
        call=lambda daktela: daktela.sms.change_settings(
            outgoing_callback="https://login:heslo@pbx.in:8080/path",
            incoming_email="a@b.cz",
            outgoing_email="",
            sending_rate_limit=10,
            sending_rate_time=seconds(3600),
        ),
        path="3.1/SetSMSSettings",
        query=(
            ("incoming_email", "a@b.cz"),
            ("outgoing_email", ""),
            ("sending_rate_limit", "10"),
            ("sending_rate_time", "3600"),
        ),
        cookies={"outgoing_callback": "https://login:heslo@pbx.in:8080/path"},
        body=_DONE,
        result=Done(),
    ),
    Endpoint(
        variant="StatusGroupSMS 3.1",
        name="sms.group_status",
        call=lambda daktela: daktela.sms.group_status(waiting=True),
        path="3.1/StatusGroupSMS",
        query=(("waiting", "true"),),
        body=_STATUS_GROUP_SMS,
        result=(
            GroupSmsStatus(
                id="11213",
                account_code="1",
                created_at=at(2012, 4, 14, 2, 43, 33),
                processed_at=at(2012, 4, 14, 2, 43, 39),
                total=3,
                sent=1,
                waiting=2,
            ),
        ),
    ),
    Endpoint(
        variant="StatusGroupSMS 3.1",
        name="sms.group_status",
        call=lambda daktela: daktela.sms.group_status(group_id="11213"),
        path="3.1/StatusGroupSMS/11213",
        body=_STATUS_GROUP_SMS,
        result=(
            GroupSmsStatus(
                id="11213",
                account_code="1",
                created_at=at(2012, 4, 14, 2, 43, 33),
                processed_at=at(2012, 4, 14, 2, 43, 39),
                total=3,
                sent=1,
                waiting=2,
            ),
        ),
    ),
    Endpoint(
        variant="StatusSMS 3.1",
        name="sms.backlog",
        call=lambda daktela: daktela.sms.backlog(),
        path="3.1/StatusSMS",
        body=_STATUS_SMS,
        result=SmsBacklog(waiting=3963, last_sent_at=at(2013, 8, 6, 16, 35, 26)),
    ),
)
