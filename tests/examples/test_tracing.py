"""Calls become spans and figures: with every attempt, with how it ended, and without a secret."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricsData, NumberDataPoint
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from daktela_async import DaktelaClient
from daktela_async.sandbox import Sandbox as DaktelaSandbox
from examples.tracing import UNDOCUMENTED, CallTelemetry
from spikon_async import RetryPolicy, SpikonClient, TelephonyError
from spikon_async.sandbox import Sandbox, faults
from tests.examples.test_examples import ROOT, run

pytestmark = pytest.mark.anyio

NUMBER, TEXT, KEY = "600100299", "Wizyta jutro o 9:00", "k3y-that-nobody-may-see"
#: What a proxy may do: answer with what it was sent.
ECHO = f"<html><h1>Bad gateway</h1>key={KEY}&to={NUMBER}&message={TEXT}</html>".encode()


class Seen:
    """Gather what telemetry makes of calls."""

    def __init__(self) -> None:
        self.spans = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        traces = TracerProvider(shutdown_on_exit=False)
        traces.add_span_processor(SimpleSpanProcessor(self.spans))
        meters = MeterProvider([self._reader], shutdown_on_exit=False)
        self.tracer = traces.get_tracer("test")
        self.hooks = CallTelemetry(self.tracer, meters.get_meter("test")).hooks()

    def client(self, sandbox: Sandbox) -> SpikonClient:
        """Return a client that needs no socket and repeats without delay."""
        return SpikonClient(
            sandbox.api_key,
            base_url=sandbox.url,
            http_client=sandbox.http_client(),
            retry=RetryPolicy(attempts=11, first_delay=0),
            hooks=self.hooks,
        )

    def below(self, parent: ReadableSpan | None) -> list[ReadableSpan]:
        """Return the spans right below another one, or below none, in their order."""
        wanted = parent.context.span_id if parent and parent.context else None
        found = [
            span
            for span in self.spans.get_finished_spans()
            if (span.parent.span_id if span.parent else None) == wanted
        ]
        return sorted(found, key=lambda span: span.start_time or 0)

    @property
    def call(self) -> ReadableSpan:
        """The only call that was made."""
        [call] = self.below(None)
        return call

    @property
    def metrics(self) -> MetricsData:
        found = self._reader.get_metrics_data()
        assert found
        return found

    def figure(self, name: str) -> dict[tuple[object, ...], float]:
        """Return the points of a figure by their attributes; of a histogram, the counts."""
        [of_resource] = self.metrics.resource_metrics
        return {
            tuple((point.attributes or {}).values()): (
                point.value if isinstance(point, NumberDataPoint) else point.count
            )
            for metric in of_resource.scope_metrics[0].metrics
            if metric.name == name
            for point in metric.data.data_points
        }

    @property
    def everything(self) -> str:
        """All that would leave the process."""
        spans = "".join(span.to_json() for span in self.spans.get_finished_spans())
        return spans + self.metrics.to_json()


def of(span: ReadableSpan, *names: str) -> list[object]:
    """Return attributes of a span."""
    return [(span.attributes or {}).get(name) for name in names]


OUTCOME, STATUS, ERROR = "telephony.outcome", "http.response.status_code", "error.type"
ACTED = "telephony.acted"


async def test_attempts_are_spans_in_the_span_of_their_call() -> None:
    seen, sandbox = Seen(), Sandbox()
    sandbox.faults.add("balance/show", faults.Status(503), times=2)
    async with seen.client(sandbox) as spikon:
        await spikon.account.balance()
    call = seen.call
    assert (call.name, call.kind) == ("POST /api/balance/show", SpanKind.INTERNAL)
    assert of(call, "telephony.call", "telephony.semantics") == ["POST /api/balance/show", "safe"]
    assert of(call, ERROR, ACTED) == [None, None]
    assert call.status.status_code is StatusCode.UNSET
    assert [(event.name, dict(event.attributes or {})) for event in call.events] == [
        ("retry", {"telephony.attempt": attempt, "telephony.retry_delay": 0.0})
        for attempt in (1, 2)
    ]
    attempts = seen.below(call)
    assert [of(span, "telephony.attempt", OUTCOME, STATUS, ERROR) for span in attempts] == [
        [1, "answered", 503, "503"],
        [2, "answered", 503, "503"],
        [3, "answered", 200, None],
    ]
    assert {span.kind for span in attempts} == {SpanKind.CLIENT}
    assert [span.status.status_code for span in attempts] == [
        StatusCode.ERROR,
        StatusCode.ERROR,
        StatusCode.UNSET,
    ]
    assert seen.figure("telephony.call.attempts") == {("POST /api/balance/show", "answered"): 3}
    assert seen.figure("telephony.call.duration") == {("POST /api/balance/show",): 1}


async def test_an_unknown_outcome_is_seen() -> None:
    seen, sandbox = Seen(), Sandbox()
    sandbox.faults.add("sms/send", faults.LostReply(after_acting=True))
    async with seen.client(sandbox) as spikon:
        with pytest.raises(TelephonyError):
            await spikon.sms.send(NUMBER, TEXT, sender="INFO")
    assert of(seen.call, ERROR, ACTED) == ["OutcomeUnknown", "maybe"]
    assert seen.call.status.status_code is StatusCode.ERROR
    [attempt] = seen.below(seen.call)
    assert of(attempt, OUTCOME, STATUS, ERROR) == ["lost", None, "lost"]
    ended = ("POST /api/sms/send", "OutcomeUnknown")
    assert seen.figure("telephony.call.duration") == {ended: 1}


@pytest.mark.parametrize(
    ("code", "error", "status"),
    [(-11, "Forbidden", StatusCode.ERROR), (-8, "NoElementsFound", StatusCode.UNSET)],
)
async def test_a_refusal_is_seen(code: int, error: str, status: StatusCode) -> None:
    seen, sandbox = Seen(), Sandbox()
    sandbox.faults.add("cc_monitor/show", faults.ApiError(code))
    async with seen.client(sandbox) as spikon:
        with pytest.raises(TelephonyError):
            await spikon.call_center.monitor("1")
    assert of(seen.call, ERROR, ACTED) == [error, "no"]
    assert seen.call.status.status_code is status
    [attempt] = seen.below(seen.call)
    assert of(attempt, OUTCOME, STATUS, ERROR) == ["answered", 200, None]


async def test_a_call_that_never_began_is_seen() -> None:
    seen = Seen()
    async with seen.client(Sandbox()) as spikon:
        with pytest.raises(TelephonyError):
            await spikon.account.balance(timeout=-1)
    assert of(seen.call, ERROR, ACTED) == ["InvalidRequest", "no"]
    assert seen.below(seen.call) == []


async def test_a_call_that_is_given_up_is_seen() -> None:
    seen, sandbox = Seen(), Sandbox()
    sandbox.faults.add("balance/show", faults.Late(60))
    async with seen.client(sandbox) as spikon:
        with anyio.move_on_after(0.05):
            await spikon.account.balance()
    [error, acted] = of(seen.call, ERROR, ACTED)
    assert error in {"CancelledError", "Cancelled"}
    assert acted is None
    [attempt] = seen.below(seen.call)
    assert of(attempt, OUTCOME, ERROR) == ["given up", "given up"]


async def test_calls_at_the_same_time_find_their_own_parents() -> None:
    seen, sandbox = Seen(), Sandbox()
    sandbox.faults.add("*", faults.Status(503), times=10)
    async with seen.client(sandbox) as spikon:

        async def work(name: str, ask: Callable[[], Awaitable[object]]) -> None:
            with seen.tracer.start_as_current_span(name):
                await ask()

        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(work, "POST /api/balance/show", spikon.account.balance)
                group.start_soon(work, "POST /api/phone_book/list", spikon.phone_books.list)
    works = seen.below(None)
    assert len(works) == 20
    for span in works:
        [call] = seen.below(span)
        assert call.name == span.name
        numbers = [of(attempt, "telephony.attempt") for attempt in seen.below(call)]
        assert numbers == [[number] for number in range(1, len(numbers) + 1)]
        assert len(call.events) == len(numbers) - 1
    assert sum(seen.figure("telephony.call.attempts").values()) == 30


async def test_nothing_that_was_said_is_seen() -> None:
    seen, sandbox = Seen(), Sandbox(api_key=KEY)
    sandbox.faults.add("*", faults.HtmlPage(502, ECHO, after_acting=True))
    sandbox.faults.add("*", faults.Malformed(ECHO))
    sandbox.faults.add("*", faults.Redirect(f"https://elsewhere.example/?key={KEY}&to={NUMBER}"))
    sandbox.faults.add("*", faults.LostReply(after_acting=True))
    sandbox.faults.add("*", faults.CutBody())
    daktela_sandbox = DaktelaSandbox(access_token=KEY)
    for what in (faults.ApiError(f"{NUMBER} is busy: {TEXT}"), faults.Malformed(ECHO)):
        daktela_sandbox.faults.add("CreateCall", what)
    async with (
        seen.client(sandbox) as spikon,
        DaktelaClient(
            daktela_sandbox.url,
            access_token=KEY,
            http_client=daktela_sandbox.http_client(),
            hooks=seen.hooks,
        ) as daktela,
    ):
        for _ in range(6):
            with suppress(TelephonyError):
                await spikon.sms.send(NUMBER, TEXT, sender="INFO")
            with suppress(TelephonyError):
                await daktela.calls.create_for_user("novak", NUMBER, agent_text=TEXT)
    assert len(seen.below(None)) == 12
    assert {"POST /api/sms/send", "GET CreateCall"} == {span.name for span in seen.below(None)}
    secrets = (KEY, NUMBER, TEXT, TEXT.split()[0], "novak", "elsewhere")
    assert [secret for secret in secrets if secret in seen.everything] == []


async def test_drift_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    sandbox = Sandbox()
    sandbox.faults.add("phone_book/list", faults.Malformed(UNDOCUMENTED), times=2)
    async with Seen().client(sandbox) as spikon:
        for _ in range(2):
            await spikon.phone_books.list()
    [record] = [record for record in caplog.records if record.name == "tracing"]
    assert record.levelno == logging.WARNING
    assert "PhoneBook has an undocumented field 'colour'" in record.getMessage()


def test_the_example_shows_all_that() -> None:
    shown = run("examples/tracing.py")
    for pattern in (
        r"WARNING tracing: PhoneBook has an undocumented field 'colour'",
        r"balance/show, attempt 1 +answered, 503\n",
        r"balance/show, attempt 2 +answered, 200\n",
        r"balance/show +retry in [0-9.]+ s\n",
        r"sms/send, attempt 1 +lost\n",
        r"sms/send +OutcomeUnknown, maybe\n",
        r"sms/send +Forbidden, no\n",
        r"telephony\.call\.attempts +POST /api/balance/show, answered +2\n",
        r"telephony\.call\.duration +POST /api/sms/send, OutcomeUnknown +1 calls",
        r"The end\.",
    ):
        assert re.search(pattern, shown), pattern
    assert "600100200" not in shown
    assert "Wizyta" not in shown


async def test_the_log_of_the_readme(caplog: pytest.LogCaptureFixture) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    section = readme.partition("\n## Observability\n")[2].partition("\n## ")[0]
    [code] = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)  # noqa: S102  # it is ours
    sandbox = Sandbox()
    sandbox.faults.add("sms/send", faults.LostReply(after_acting=True))
    hooks = names["hooks"]
    client = SpikonClient(
        sandbox.api_key,
        base_url=sandbox.url,
        http_client=sandbox.http_client(),
        hooks=hooks,  # type: ignore[arg-type]  # what the README says
    )
    with caplog.at_level(logging.INFO, "calls"):
        async with client:
            with pytest.raises(TelephonyError):
                await client.sms.send(NUMBER, TEXT, sender="INFO")
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == "calls"]
    assert [line["event"] for line in lines] == ["ResponseEvent", "ResultEvent"]
    assert lines[0]["outcome"] == "lost"
    assert (lines[1]["error"], lines[1]["acted"]) == ("OutcomeUnknown", "maybe")
