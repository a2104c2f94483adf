"""Chapter Fronty."""

from datetime import timedelta

from daktela_async.models.common import Direction, Done
from daktela_async.models.queues import Queue
from tests.daktela.helpers import Endpoint

_QUEUE = r"""{"status":1,"error":null,"result":{"queue":"3","name":"1002","title":"Outbounder","description":"","direction":"out","outboundcid":"","wrapuptime":"0","outbounder":"1","form":"0","missed":null,"options":"{\"type\":\"outbounder\",\"wrapuptime\":\"\",\"lajdaktime\":\"\",\"qa_form\":\"\",\"missed\":\"\",\"maxwait\":\"\",\"maxlength\":\"\",\"threshold_time\":\"\",\"threshold_users\":\"\",\"threshold_calls\":\"\",\"callback_callstart\":\"http:\\\/\\\/\",\"callback_callanswer\":\"http:\\\/\\\/\",\"callback_callend\":\"http:\\\/\\\/\",\"outboundcid\":\"\",\"allowed_time\":\"10:00-18:00|mon-fri|*|*\"}","deleted":"0","user":"1","penalty":"0","login":"manual"}}"""  # noqa: E501
#: How the document writes a list of things: a map keyed by their ids.
_QUEUES = r"""{"status":1,"error":null,"result":{"3":{"queue":"3","name":"1002","title":"Outbounder","description":"","direction":"out","outboundcid":"","wrapuptime":"15","outbounder":"1","form":"0","missed":null,"options":"","deleted":"0"},"7":{"queue":"7","name":"2000","title":"Support","description":"","direction":"in","outboundcid":"","wrapuptime":null,"outbounder":null,"form":"0","missed":null,"options":[],"deleted":"1"}}}"""  # noqa: E501

ROWS = (
    Endpoint(
        variant="CreateQueue 3.0",
        name="queues.save",
        call=lambda daktela: daktela.queues.save(
            "12345678", "Support", Direction.OUTGOING, outbounder=True
        ),
        path="3.0/CreateQueue",
        query=(
            ("number", "12345678"),
            ("title", "Support"),
            ("direction", "out"),
            ("outbounder", "true"),
        ),
        body='{"status":1,"error":null,"result":null}',
        result=Done(),
    ),
    Endpoint(
        variant="CreateQueue 3.0",
        name="queues.save",
        call=lambda daktela: daktela.queues.save(
            "5001",
            "Podpora & servis",
            "in",
            queue_id="12",
            caller_id="226211245",
            description="Příchozí",
            wrap_up_time=timedelta(minutes=1, seconds=30),
            version="3.1",
        ),
        path="3.1/CreateQueue/12",
        query=(
            ("number", "5001"),
            ("title", "Podpora & servis"),
            ("direction", "in"),
            ("outboundcid", "226211245"),
            ("description", "Příchozí"),
            ("wrapuptime", "90"),
        ),
        body='{"status":1,"error":null,"result":null}',
        result=Done(),
    ),
    Endpoint(
        variant="GetQueues 3.0",
        name="queues.list",
        call=lambda daktela: daktela.queues.list(),
        path="3.0/GetQueues",
        body=_QUEUES,
        result=(
            Queue(
                id="3",
                number="1002",
                title="Outbounder",
                direction=Direction.OUTGOING,
                wrap_up_time=timedelta(seconds=15),
                outbounder=True,
                form_id="0",
            ),
            Queue(
                id="7",
                number="2000",
                title="Support",
                direction=Direction.INCOMING,
                form_id="0",
                deleted=True,
            ),
        ),
    ),
    Endpoint(
        variant="GetQueues 3.0",
        name="queues.get",
        call=lambda daktela: daktela.queues.get("3"),
        path="3.0/GetQueues/3",
        body=_QUEUE,
        result=Queue(
            id="3",
            number="1002",
            title="Outbounder",
            direction=Direction.OUTGOING,
            wrap_up_time=timedelta(0),
            outbounder=True,
            form_id="0",
            options=(
                r'{"type":"outbounder","wrapuptime":"","lajdaktime":"","qa_form":"","missed":"",'
                r'"maxwait":"","maxlength":"","threshold_time":"","threshold_users":"",'
                r'"threshold_calls":"","callback_callstart":"http:\/\/",'
                r'"callback_callanswer":"http:\/\/","callback_callend":"http:\/\/",'
                r'"outboundcid":"","allowed_time":"10:00-18:00|mon-fri|*|*"}'
            ),
            user_id="1",
            penalty=0,
            login="manual",
        ),
    ),
    Endpoint(
        variant="LoginQueue 3.0",
        name="queues.login",
        call=lambda daktela: daktela.queues.login("michalhajek", "5001", priority=0),
        path="3.0/LoginQueue",
        query=(("user", "michalhajek"), ("queue", "5001"), ("priority", "0")),
        body='{"error":null,"status":1}',
        result=Done(),
    ),
    Endpoint(
        variant="LoginQueue 3.0",
        name="queues.login",
        call=lambda daktela: daktela.queues.login("michalhajek", "5001", extension="200"),
        path="3.0/LoginQueue",
        query=(("user", "michalhajek"), ("queue", "5001"), ("extension", "200")),
        body='{"error":null,"status":1}',
        result=Done(),
    ),
    Endpoint(
        variant="LogoutQueue 3.0",
        name="queues.logout",
        call=lambda daktela: daktela.queues.logout("michalhajek", "5001"),
        path="3.0/LogoutQueue",
        query=(("user", "michalhajek"), ("queue", "5001")),
        body='{"error":null,"status":1}',
        result=Done(),
    ),
)
