"""Chapter Události, Aktivity, Autodialer, Emaily."""

from daktela_async.models.autodialer import CheckStatus, NumberCheck
from daktela_async.models.common import Direction, Done
from daktela_async.models.emails import CreatedEmail, Email, EmailActivity
from daktela_async.models.events import CreatedEvent
from tests.daktela.clock import at
from tests.daktela.helpers import Endpoint

_CREATE_EVENT = '{"status":1,"error":null,"result":[{"number":"226211245","message":"Ahoj","foo":{"bar":"examplevalue"}}]}'  # noqa: E501
_EMPTY = '{"status":1,"error":null,"result":[]}'
_BLANK = '{"status":1,"error":null,"result":""}'
_CHECK_NUMBER = '{"status":1,"error":null,"result":{"number":"777888999","time":"2014-02-11 16:10:47","status":"1"}}'  # noqa: E501
_GET_STATUSES = '{"status":1,"error":null,"result":[{"status":"1","name":"Volany ucastnik je docasne nedostupny","code":"2"},{"status":"2","name":"Schranka","code":"2"},{"status":"3","name":"Nedostupny","code":"2"}]}'  # noqa: E501
# As the document has it: the text begins with two line breaks, which no JSON text can hold, and
# lacks the tag that it ends with.
_EMAIL_CREATE = r"""{"status":1,"error":null,"result":{"email":{"email":15,"queue":"10","user":null,"contact":null,"name":"email_530f2641060a1","title":"Muj predmet","address":"osoba@email.cz","direction":"in","wait_time":null,"duration":null,"answered":null,"text":"

Dlouhy text emailu<\/p>","options":null,"time":"2014-02-27 12:49:21"},"activity":{"activity":244,"ticket":5,"name":"ticket_530f264109f1c","title":"Muj predmet","action":null,"type":"EMAIL","item":15,"queue":"10","user":null,"contact":null,"status":null,"priority":"20","options":null,"time":"2014-02-27 12:49:21","time_wait":null,"time_open":null,"time_close":null}}}"""  # noqa: E501

ROWS = (
    Endpoint(
        variant="CreateEvent 3.8",
        name="events.create",
        call=lambda daktela: daktela.events.create(
            "Custom_SendSMS",
            params={"number": "226211245", "message": "Ahoj", "foo": {"bar": "examplevalue"}},
        ),
        path="3.8/CreateEvent",
        query=(
            ("event", "Custom_SendSMS"),
            ("params[number]", "226211245"),
            ("params[message]", "Ahoj"),
            ("params[foo][bar]", "examplevalue"),
        ),
        body=_CREATE_EVENT,
        result=(
            CreatedEvent(
                params={
                    "number": "226211245",
                    "message": "Ahoj",
                    "foo[bar]": "examplevalue",
                }
            ),
        ),
    ),
    Endpoint(
        variant="CreateEvent 3.8",
        name="events.create",
        call=lambda daktela: daktela.events.create("Custom_X", time="tomorrow noon"),
        path="3.8/CreateEvent",
        query=(("event", "Custom_X"), ("time", "tomorrow noon")),
        body=_EMPTY,
        result=(),
    ),
    Endpoint(
        variant="CreateEvent 3.8",
        name="events.create",
        call=lambda daktela: daktela.events.create("Custom_X", time=at(2012, 9, 1, 12)),
        path="3.8/CreateEvent",
        query=(("event", "Custom_X"), ("time", "2012-09-01 12:00:00")),
        body=_EMPTY,
        result=(),
    ),
    Endpoint(
        variant="ActivityClose 4.0",
        name="activities.close",
        call=lambda daktela: daktela.activities.close("activity_123", "objednavka"),
        path="4.0/ActivityClose",
        query=(("activity", "activity_123"), ("status", "objednavka")),
        body=_BLANK,
        result=Done(),
    ),
    Endpoint(
        variant="ActivityUpdate 4.0",
        name="activities.update",
        call=lambda daktela: daktela.activities.update(
            ["activity_100", "activity_200"], "objednavka"
        ),
        path="4.0/ActivityUpdate",
        query=(
            ("activities[]", "activity_100"),
            ("activities[]", "activity_200"),
            ("status", "objednavka"),
        ),
        body=_BLANK,
        result=Done(),
    ),
    Endpoint(
        variant="CheckNumber 4.0",
        name="autodialer.check_number",
        call=lambda daktela: daktela.autodialer.check_number("777888999"),
        path="4.0/CheckNumber",
        query=(("number", "777888999"),),
        body=_CHECK_NUMBER,
        result=NumberCheck(
            number="777888999", checked_at=at(2014, 2, 11, 16, 10, 47), status_id="1"
        ),
    ),
    Endpoint(
        variant="GetStatuses 4.0",
        name="autodialer.statuses",
        call=lambda daktela: daktela.autodialer.statuses(),
        path="4.0/GetStatuses",
        body=_GET_STATUSES,
        result=(
            CheckStatus(id="1", name="Volany ucastnik je docasne nedostupny", code="2"),
            CheckStatus(id="2", name="Schranka", code="2"),
            CheckStatus(id="3", name="Nedostupny", code="2"),
        ),
    ),
    Endpoint(
        variant="EmailCreate 4.1",
        name="emails.create",
        call=lambda daktela: daktela.emails.create(
            "2000", subject="Muj predmet", sender="osoba@email.cz", body="Dlouhy text emailu"
        ),
        path="4.1/EmailCreate",
        query=(
            ("queue", "2000"),
            ("subject", "Muj predmet"),
            ("from", "osoba@email.cz"),
            ("body", "Dlouhy text emailu"),
        ),
        body=_EMAIL_CREATE,
        result=CreatedEmail(
            email=Email(
                id="15",
                queue_id="10",
                name="email_530f2641060a1",
                subject="Muj predmet",
                address="osoba@email.cz",
                direction=Direction.INCOMING,
                text="Dlouhy text emailu</p>",
                created_at=at(2014, 2, 27, 12, 49, 21),
            ),
            activity=EmailActivity(
                id="244",
                ticket_id="5",
                name="ticket_530f264109f1c",
                title="Muj predmet",
                type="EMAIL",
                item_id="15",
                queue_id="10",
                priority=20,
                created_at=at(2014, 2, 27, 12, 49, 21),
            ),
        ),
    ),
    Endpoint(
        variant="EmailCreate 4.1",
        name="emails.create",
        call=lambda daktela: daktela.emails.create(
            "2000",
            subject="Muj predmet",
            sender="osoba@email.cz",
            body="Dlouhy text emailu",
            user="hajek",
            name="email_1",
        ),
        path="4.1/EmailCreate",
        query=(
            ("queue", "2000"),
            ("subject", "Muj predmet"),
            ("from", "osoba@email.cz"),
            ("body", "Dlouhy text emailu"),
            ("user", "hajek"),
            ("name", "email_1"),
        ),
        body=_EMAIL_CREATE,
        result=CreatedEmail(
            email=Email(
                id="15",
                queue_id="10",
                name="email_530f2641060a1",
                subject="Muj predmet",
                address="osoba@email.cz",
                direction=Direction.INCOMING,
                text="Dlouhy text emailu</p>",
                created_at=at(2014, 2, 27, 12, 49, 21),
            ),
            activity=EmailActivity(
                id="244",
                ticket_id="5",
                name="ticket_530f264109f1c",
                title="Muj predmet",
                type="EMAIL",
                item_id="15",
                queue_id="10",
                priority=20,
                created_at=at(2014, 2, 27, 12, 49, 21),
            ),
        ),
    ),
)
