"""SMS through SMSConnect; what is sent and the settings are in `sms`."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from attrs import frozen

from _telephony_core.converter import Record, Wire
from _telephony_core.documents import Plain

from .common import Direction


class SmsConnectResult(StrEnum):
    """What became of an SMS. GetSMSConnect, SMSConnect.

    NEW: it waits. SENT: it went out. DELIVERED, NOT_DELIVERED (no such number, blocked) and EXPIRED
    (not read for days) need a delivery report. ERROR: an internal error. FORBIDDEN: sending was
    stopped.
    """

    NEW = "NEW"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    NOT_DELIVERED = "NOTDELIVERED"
    EXPIRED = "EXPIRED"
    ERROR = "ERROR"
    FORBIDDEN = "FORBIDDEN"


#: The results after which nothing more happens, for the worse.
FAILED_RESULTS = frozenset(
    {
        SmsConnectResult.NOT_DELIVERED,
        SmsConnectResult.EXPIRED,
        SmsConnectResult.ERROR,
        SmsConnectResult.FORBIDDEN,
    }
)


@frozen(kw_only=True)
class SmsConnectMessage(Record):
    """An SMS of SMSConnect. GetSMSConnect, SMSConnect.

    Attributes:
        id: its id.
        message_id: its id at the operator.
        billing_id: the account that is charged.
        direction: which way it went.
        result: what became of it.
        created_at: when it was ordered, or came.
        sent_at: when it was sent.
        delivered_at: when it was delivered.
        not_delivered_at: when it failed or expired.
        billed_at: when it was charged.
        sender: the sender's name.
        recipient: the recipient's number.
        price: its price.
        text: the text.
        encoding: the encoding of the text.
        parts: how many SMS it takes.
        confirmation_requested: whether a delivery report was asked for.
        attempts: attempts at sending it.
        group_id: the id of its group, if it was sent in one.
        account_code: what it was marked with; the sample does not have it.
    """

    id: str
    message_id: str = ""
    billing_id: str = ""
    direction: Direction | str = ""
    result: SmsConnectResult | str = ""
    created_at: Annotated[datetime | None, Wire("datetime")] = None
    sent_at: Annotated[datetime | None, Wire("datetime_sent")] = None
    delivered_at: Annotated[datetime | None, Wire("datetime_delivered")] = None
    not_delivered_at: Annotated[datetime | None, Wire("datetime_notdelivered")] = None
    billed_at: Annotated[datetime | None, Wire("datetime_billed")] = None
    sender: str | None = None
    recipient: str = ""
    price: Decimal | None = None
    text: Annotated[str, Wire("message")] = ""
    encoding: Annotated[str, Wire("sms_encoding")] = ""
    parts: Annotated[int | None, Wire("count_sms")] = None
    confirmation_requested: Annotated[bool, Wire("request_dlr")] = False
    attempts: int | None = None
    group_id: str | None = None
    account_code: Annotated[str | None, Wire("accountcode")] = None

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Take OUT for out: the parameter and the answer differ."""
        if isinstance(plain, dict) and isinstance(direction := plain.get("direction"), str):
            return {**plain, "direction": direction.lower()}
        return plain
