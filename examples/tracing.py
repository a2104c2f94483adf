"""Trace and count calls with OpenTelemetry: what was asked, how often, and how it ended.

Without credentials it runs against the built-in sandbox, where calls meet trouble: a server that
is overloaded, an answer that is lost, a refusal, a field that no document names.

    python examples/tracing.py

With SPIKON_API_KEY set it asks the real service a few harmless questions. Either way, spans and
figures are printed here and sent nowhere: `printed` is the place for exporters of your own.

`CallTelemetry` is what to take into an application. It serves clients of both packages, on asyncio
and on trio, and no attribute holds a key, a number or a text.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager
from io import TextIOWrapper

from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    ConsoleMetricExporter,
    DataPointT,
    MetricsData,
    NumberDataPoint,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context

from spikon_async import (
    AttemptOutcome,
    Drift,
    Hooks,
    OutcomeUnknown,
    RequestEvent,
    ResponseEvent,
    ResultEvent,
    RetryEvent,
    SpikonApiError,
    SpikonClient,
    TelephonyError,
)

logger = logging.getLogger("tracing")

#: What SPIKON answers where a list is empty or a job is not done: nothing to be alarmed by.
EXPECTED = frozenset({"NoElementsFound", "NotReady"})


class CallTelemetry:
    """Make spans and figures of what the hooks of clients tell.

    Each call is a span, below the one that is current where the call is made; and in it each
    attempt is one. Hooks run in the task that makes the call, so that calls under way at the same
    time find their own parents; the number of the call says to which span an attempt belongs.

    Names and numbers alone are told. The texts of errors are not: they may quote what a server
    sent, and a server may send back what it was sent.
    """

    def __init__(self, tracer: Tracer, meter: Meter) -> None:
        self._tracer = tracer
        self._duration = meter.create_histogram(
            "telephony.call.duration", unit="s", description="Time of whole calls, with repetitions"
        )
        self._attempts = meter.create_counter(
            "telephony.call.attempts", unit="{attempt}", description="Attempts at calls"
        )
        #: The spans of calls under way and of their latest attempts, by the number of the call.
        self._calls: dict[int, Span] = {}
        self._latest: dict[int, Span] = {}

    def hooks(self) -> Hooks:
        """Return what a client takes as `hooks=`."""
        return Hooks(
            on_request=self._begin_attempt,
            on_response=self._end_attempt,
            on_retry=self._note_retry,
            on_result=self._end_call,
            on_drift=self._warn_of_drift,
        )

    def _begin_attempt(self, event: RequestEvent) -> None:
        call = self._calls.get(event.call_id)
        if call is None:
            call = self._calls[event.call_id] = self._begin_call(event)
        self._latest[event.call_id] = self._tracer.start_span(
            event.call,
            set_span_in_context(call),
            SpanKind.CLIENT,
            {"telephony.attempt": event.attempt, "http.request.method": event.call.split()[0]},
        )

    def _end_attempt(self, event: ResponseEvent) -> None:
        span = self._latest.pop(event.call_id)
        span.set_attribute("telephony.outcome", event.outcome.value)
        failed = event.outcome is not AttemptOutcome.ANSWERED
        if event.status is not None:
            span.set_attribute("http.response.status_code", event.status)
            failed = event.status >= 400
        if failed:
            span.set_attribute("error.type", str(event.status or event.outcome))
            span.set_status(StatusCode.ERROR)
        span.end()
        self._attempts.add(
            1, {"telephony.call": event.call, "telephony.outcome": event.outcome.value}
        )

    def _note_retry(self, event: RetryEvent) -> None:
        self._calls[event.call_id].add_event(
            "retry",
            {"telephony.attempt": event.attempt, "telephony.retry_delay": round(event.delay, 3)},
        )

    def _end_call(self, event: ResultEvent) -> None:
        # A call that was refused before its first attempt has no span yet.
        span = self._calls.pop(event.call_id, None) or self._begin_call(event)
        if event.error:
            span.set_attribute("error.type", event.error)
            if event.error not in EXPECTED:
                span.set_status(StatusCode.ERROR)
        if event.acted is not None:
            span.set_attribute("telephony.acted", event.acted.value)
        span.end()
        error = {"error.type": event.error} if event.error else {}
        self._duration.record(event.seconds, {"telephony.call": event.call, **error})

    def _begin_call(self, event: RequestEvent | ResultEvent) -> Span:
        attributes = {"telephony.call": event.call, "telephony.semantics": event.semantics.value}
        return self._tracer.start_span(event.call, attributes=attributes)

    def _warn_of_drift(self, drift: Drift) -> None:
        logger.warning("%s: is there a new version of the API?", drift)


# Shown on the console.


@contextmanager
def printed() -> Generator[tuple[Tracer, Meter], None, None]:
    """Print spans and figures in batches, as they would be sent to a collector."""
    resource = Resource.create({"service.name": "spikon-tracing-example"})
    spans = TracerProvider(resource=resource, shutdown_on_exit=False)
    # In an application: OTLPSpanExporter() and OTLPMetricExporter().
    spans.add_span_processor(
        BatchSpanProcessor(ConsoleSpanExporter(out=sys.stdout, formatter=span_line))
    )
    exporter = ConsoleMetricExporter(out=sys.stdout, formatter=figures)
    metrics = MeterProvider(
        [PeriodicExportingMetricReader(exporter)], resource, shutdown_on_exit=False
    )
    try:
        yield spans.get_tracer("spikon_async"), metrics.get_meter("spikon_async")
    finally:
        spans.shutdown()
        metrics.shutdown()


def span_line(span: ReadableSpan) -> str:
    """Return a span as one line: its id and its parent's, what it was, how it ended."""
    parent = f"{span.parent.span_id:016x}"[:4] if span.parent else "    "
    attributes = span.attributes or {}
    attempt = attributes.get("telephony.attempt")
    name = f"{span.name}, attempt {attempt}" if attempt else span.name
    ended = [str(attributes[key]) for key in OF_ATTEMPTS if key in attributes] or [
        *(f"retry in {(event.attributes or {}).get(DELAY)!s} s" for event in span.events),
        *(str(attributes[key]) for key in OF_CALLS if key in attributes),
    ]
    milliseconds = ((span.end_time or 0) - (span.start_time or 0)) / 1e6
    place = f"{span.context.span_id:016x}"[:4] if span.context else "    "
    return f"{parent} > {place}  {milliseconds:7.1f} ms  {name:<42} {', '.join(ended)}\n"


DELAY = "telephony.retry_delay"
OF_ATTEMPTS = ("telephony.outcome", "http.response.status_code")
OF_CALLS = ("error.type", "telephony.acted")


def figures(metrics: MetricsData) -> str:
    """Return the figures as lines: the name, the attributes, the value."""
    return "".join(
        f"{metric.name}  {_attributes(point):<44} {_value(point)}\n"
        for of_resource in metrics.resource_metrics
        for of_scope in of_resource.scope_metrics
        for metric in of_scope.metrics
        for point in metric.data.data_points
    )


def _attributes(point: DataPointT) -> str:
    return ", ".join(str(value) for value in (point.attributes or {}).values())


def _value(point: DataPointT) -> str:
    if isinstance(point, NumberDataPoint):
        return str(point.value)
    return f"{point.count} calls, {point.sum / point.count:.3f} s on average"


# An application to look at.


async def morning_check(spikon: SpikonClient, tracer: Tracer) -> None:
    """Ask a few questions at the same time, below one span of the application's own."""
    with tracer.start_as_current_span("morning check"):
        balance, accounts, books = await asyncio.gather(
            spikon.account.balance(), spikon.account.phone_accounts(), spikon.phone_books.list()
        )
    print(f"{balance} PLN, {len(accounts)} phone accounts, {len(books)} phone books.")


async def remind(spikon: SpikonClient, tracer: Tracer, number: str, text: str) -> None:
    """Send one SMS."""
    with tracer.start_as_current_span("remind"):
        try:
            await spikon.sms.send(number, text, sender="INFO")
        except OutcomeUnknown as error:
            print(f"The SMS may be on its way. {error.advice}")
        except SpikonApiError as error:
            print(f"The SMS was refused: {error.what}")


async def run() -> None:
    """Look at the real service, or at a sandbox in which something goes wrong."""
    async with AsyncExitStack() as stack:
        tracer, meter = stack.enter_context(printed())
        hooks = CallTelemetry(tracer, meter).hooks()
        if os.environ.get("SPIKON_API_KEY"):
            print("The calls of a morning at the real SPIKON")
            client = await stack.enter_async_context(SpikonClient.from_env(hooks=hooks))
            await morning_check(client, tracer)
            return
        # Imported here: the sandbox needs the extra of that name, the real service does not.
        from spikon_async.sandbox import Sandbox, faults

        sandbox = await stack.enter_async_context(Sandbox.serve())
        client = await stack.enter_async_context(
            SpikonClient(sandbox.api_key, base_url=sandbox.url, hooks=hooks)
        )
        print(f"The calls of a bad morning, in a sandbox on this machine ({sandbox.url})")
        sandbox.faults.add("balance/show", faults.Status(503))
        sandbox.faults.add("phone_book/list", faults.Malformed(UNDOCUMENTED))
        sandbox.faults.add("sms/send", faults.LostReply(after_acting=True))
        sandbox.faults.add("sms/send", faults.ApiError(-11))
        await morning_check(client, tracer)
        for _ in range(2):
            await remind(client, tracer, "600100200", "Wizyta jutro o 9:00")
    print("The end.")


#: An answer with a field that no document names.
UNDOCUMENTED = b'{"phone-books": {"phone_book": {"id": "0", "name": "Main", "colour": "red"}}}'


def main() -> int:
    """Run the example; 0 when all went well, 1 with the reason when it did not."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets a question mark, not a crash.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(run())
    except TelephonyError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
