"""Chapter SMSConnect."""

from decimal import Decimal

from daktela_async.models.common import Direction
from daktela_async.models.sms import SentGroup, SentSms, SmsBacklog, SmsText
from daktela_async.models.sms_connect import SmsConnectMessage, SmsConnectResult
from tests.daktela.clock import at
from tests.daktela.helpers import Endpoint

_GET_SMSCONNECT = '{"status":1,"error":null,"result":{"16":{"id":"16","message_id":"013000000009689Bulk_000000bc","billing_id":"987","direction":"OUT","result":"SENT","datetime":"2014-09-01 15:00:40","datetime_sent":"2014-09-01 15:00:41","datetime_delivered":null,"datetime_billed":null,"sender":null,"recipient":"00420123456789","price":"0.590","message":"Ahoj","sms_encoding":"UTF8","count_sms":"1","request_dlr":"0","attempts":"0","group_id":null}}}'  # noqa: E501
_EMPTY = '{"status":1,"error":null,"result":[]}'
_SEND_GROUP_SMSCONNECT = '{"status":1,"error":null,"result":{"2445":{"count_sms":0,"id":2445,"group_id":2445},"2446":{"count_sms":1,"id":2446,"group_id":2445},"2447":{"count_sms":1,"id":2447,"group_id":2445}}}'  # noqa: E501
_SEND_SMSCONNECT = '{"error":null,"status":1,"result":{"id":"2222"}}'
_STATUS_SMSCONNECT = '{"status":1,"error":null,"result":{"count_waiting":"3963"}}'

#: Made of others, or of several requests; they have tests of their own.
FLOWS = ("sms_connect.send_group", "sms_connect.wait_delivered", "sms_connect.send_and_wait")

ROWS = (
    Endpoint(
        variant="GetSMSConnect 4.1",
        name="sms_connect.list",
        call=lambda daktela: daktela.sms_connect.list(keyword="ahoj"),
        path="4.1/GetSMSConnect",
        query=(("keyword", "ahoj"),),
        body=_GET_SMSCONNECT,
        result=(
            SmsConnectMessage(
                id="16",
                message_id="013000000009689Bulk_000000bc",
                billing_id="987",
                direction=Direction.OUTGOING,
                result=SmsConnectResult.SENT,
                created_at=at(2014, 9, 1, 15, 0, 40),
                sent_at=at(2014, 9, 1, 15, 0, 41),
                recipient="00420123456789",
                price=Decimal("0.590"),
                text="Ahoj",
                encoding="UTF8",
                parts=1,
                attempts=0,
            ),
        ),
    ),
    Endpoint(
        variant="GetSMSConnect 4.1",
        name="sms_connect.list",
        call=lambda daktela: daktela.sms_connect.list(
            direction="out", account_codes="A", since=at(2014, 9, 1), until=at(2014, 9, 2)
        ),
        path="4.1/GetSMSConnect",
        query=(
            ("direction", "out"),
            ("datetime_from", "2014-09-01 00:00:00"),
            ("datetime_to", "2014-09-02 00:00:00"),
            ("accountcode[]", "A"),
        ),
        body=_EMPTY,
        result=(),
    ),
    Endpoint(
        variant="GetSMSConnect 4.1",
        name="sms_connect.get",
        call=lambda daktela: daktela.sms_connect.get("16"),
        path="4.1/GetSMSConnect/16",
        body=_GET_SMSCONNECT,
        result=SmsConnectMessage(
            id="16",
            message_id="013000000009689Bulk_000000bc",
            billing_id="987",
            direction=Direction.OUTGOING,
            result=SmsConnectResult.SENT,
            created_at=at(2014, 9, 1, 15, 0, 40),
            sent_at=at(2014, 9, 1, 15, 0, 41),
            recipient="00420123456789",
            price=Decimal("0.590"),
            text="Ahoj",
            encoding="UTF8",
            parts=1,
            attempts=0,
        ),
    ),
    Endpoint(
        variant="SendGroupSMSConnect 3.1",
        name="sms_connect.send_batch",
        call=lambda daktela: daktela.sms_connect.send_batch(
            [SmsText("123456789", "Ahoj1"), SmsText("987654321", "Ahoj2")]
        ),
        path="3.1/SendGroupSMSConnect",
        query=(
            ("number[0]", "123456789"),
            ("number[1]", "987654321"),
            ("message[0]", "Ahoj1"),
            ("message[1]", "Ahoj2"),
        ),
        body=_SEND_GROUP_SMSCONNECT,
        result=SentGroup(
            id="2445",
            messages=(
                SentSms(id="2446", parts=1, group_id="2445"),
                SentSms(id="2447", parts=1, group_id="2445"),
            ),
        ),
    ),
    Endpoint(
        variant="SendGroupSMSConnect 3.1",
        name="sms_connect.send_batch",
        call=lambda daktela: daktela.sms_connect.send_batch(
            [SmsText("123456789", "Ahoj")],
            confirmation=True,
            account_code="ID1",
            sender="Firma",
            priority=1,
            scheduled_at=at(2014, 9, 2),
        ),
        path="3.1/SendGroupSMSConnect",
        query=(
            ("number[0]", "123456789"),
            ("message[0]", "Ahoj"),
            ("confirmation", "yes"),
            ("accountcode", "ID1"),
            ("priority", "1"),
            ("datetime_scheduled", "2014-09-02 00:00:00"),
            ("sender", "Firma"),
        ),
        body=_EMPTY,
        result=SentGroup(),
    ),
    Endpoint(
        variant="SendSMSConnect 4.1",
        name="sms_connect.send",
        call=lambda daktela: daktela.sms_connect.send("+420123456789", "Ahoj"),
        path="4.1/SendSMSConnect",
        query=(("number", "+420123456789"), ("message", "Ahoj")),
        body=_SEND_SMSCONNECT,
        result=SentSms(id="2222"),
    ),
    Endpoint(
        variant="SendSMSConnect 4.1",
        name="sms_connect.send",
        call=lambda daktela: daktela.sms_connect.send(
            "+420123456789",
            "Ahoj",
            confirmation=True,
            priority=5,
            account_code="ID1",
            scheduled_at=at(2014, 9, 2),
            sender="Firma",
            unicode=True,
        ),
        path="4.1/SendSMSConnect",
        query=(
            ("number", "+420123456789"),
            ("message", "Ahoj"),
            ("confirmation", "yes"),
            ("priority", "5"),
            ("accountcode", "ID1"),
            ("datetime_scheduled", "2014-09-02 00:00:00"),
            ("sender", "Firma"),
            ("unicode", "yes"),
        ),
        body=_SEND_SMSCONNECT,
        result=SentSms(id="2222"),
    ),
    Endpoint(
        variant="StatusSMSConnect 4.1",
        name="sms_connect.backlog",
        call=lambda daktela: daktela.sms_connect.backlog(),
        path="4.1/StatusSMSConnect",
        body=_STATUS_SMSCONNECT,
        result=SmsBacklog(waiting=3963),
    ),
)
