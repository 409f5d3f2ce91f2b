from __future__ import annotations

import asyncio
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from wfe_core.models import LifecycleKind
from wfe_core.ports import InstanceRecord
from wfe_core.telemetry import Telemetry

STEP: Any = SimpleNamespace(key="fulfil/pack")
DEFINITION: Any = SimpleNamespace(id="order", version=2)


def record(**changes: Any) -> InstanceRecord:
    """An instance."""
    row = InstanceRecord("i", "order", 2, "f", "runnable", 1_000_000, "i")
    for name, value in changes.items():
        setattr(row, name, value)
    return row


class Listener:
    """An SDK in memory."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider(metric_readers=[self.reader])

    @property
    def spans(self) -> list[ReadableSpan]:
        """The spans that have ended."""
        return list(self.exporter.get_finished_spans())

    def points(self, name: str) -> dict[tuple[Any, ...], Any]:
        """The points of a metric, by the values of their attributes."""
        data = self.reader.get_metrics_data()
        return {
            tuple((point.attributes or {}).values()): getattr(point, "value", None) or point
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        }


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    """An SDK that the program has installed."""
    listener = Listener()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: listener.tracers)
    monkeypatch.setattr(metrics, "get_meter_provider", lambda: listener.meters)
    return listener


def test_without_an_sdk_nothing_is_told() -> None:
    """When no SDK is installed the silent one is given, all of whose calls do nothing."""
    telemetry = Telemetry.create()
    assert type(telemetry) is Telemetry
    assert not telemetry.active
    assert telemetry.on_batch is None
    assert telemetry.instance_trace(DEFINITION) is None
    telemetry.instance_started(record())
    telemetry.instance_ended(record())
    telemetry.happened(record(), [])
    with telemetry.step(record(), STEP, 1):
        assert not trace.get_current_span().get_span_context().is_valid


def test_without_an_sdk_not_even_the_api_is_imported() -> None:
    """A program that doesn't use OpenTelemetry does not pay for its import."""
    program = (
        "import sys; from wfe_core.telemetry import Telemetry; "
        "print(Telemetry.create().active, 'opentelemetry' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_a_trace_begins_under_the_caller_and_is_stored(listener: Listener) -> None:
    """The start of an instance is a span under the caller's; its W3C traceparent is what is stored."""
    telemetry = Telemetry.create()
    assert telemetry.active
    with listener.tracers.get_tracer("caller").start_as_current_span("request") as caller:
        traceparent = telemetry.instance_trace(DEFINITION)
    start = listener.spans[0]
    assert start.name == "start order"
    assert start.parent == caller.get_span_context()
    context = start.get_span_context()
    assert context is not None
    assert traceparent == f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def test_steps_go_on_with_the_stored_trace(listener: Listener) -> None:
    """An attempt's span belongs to the stored trace, not to whatever runs around it; inside it is current."""
    telemetry = Telemetry.create()
    row = record(trace=f"00-{7:032x}-{9:016x}-01")
    with (
        listener.tracers.get_tracer("other").start_as_current_span("unrelated") as around,
        telemetry.step(row, STEP, 3),
    ):
        inner = trace.get_current_span()
        assert inner is not around
    assert trace.get_current_span().get_span_context().is_valid is False
    span = listener.spans[0]
    assert (span.name, span.kind) == ("step fulfil/pack", SpanKind.INTERNAL)
    assert span.context is not None
    assert span.parent is not None
    assert (span.context.trace_id, span.parent.span_id) == (7, 9)
    assert dict(span.attributes or {}) == {
        "wfe.definition.id": "order",
        "wfe.definition.version": 2,
        "wfe.instance.id": "i",
        "wfe.step.key": "fulfil/pack",
        "wfe.step.attempt": 3,
        "wfe.outcome": "completed",
    }
    (duration,) = listener.points("wfe.step.duration").items()
    assert duration[0] == ("order", "fulfil/pack", "completed")
    assert duration[1].count == 1


@pytest.mark.parametrize(
    ("error", "outcome", "status"),
    [
        (LookupError("no box"), "failed", StatusCode.ERROR),
        (asyncio.CancelledError(), "cancelled", StatusCode.UNSET),
    ],
)
def test_how_an_attempt_ended(
    listener: Listener, error: BaseException, outcome: str, status: StatusCode
) -> None:
    """A failure is recorded with its exception; a cancellation is no error."""
    telemetry = Telemetry.create()
    with pytest.raises(type(error)), telemetry.step(record(), STEP, 1):
        raise error
    (span,) = listener.spans
    assert span.parent is None
    assert (span.attributes or {})["wfe.outcome"] == outcome
    assert span.status.status_code is status
    assert len(span.events) == (outcome == "failed")
    assert ("order", "fulfil/pack", outcome) in listener.points("wfe.step.duration")


def test_instances_are_counted_and_their_run_is_told(listener: Listener) -> None:
    """Starts and ends are counted; the whole run is a span from the stored start to the stored end."""
    telemetry = Telemetry.create()
    row = record(trace=f"00-{7:032x}-{9:016x}-01")
    telemetry.instance_started(row)
    row.status = "failed"
    row.ended = 5_000_000
    telemetry.instance_ended(row)
    telemetry.instance_ended(record(status="complete"))
    run, other = listener.spans
    assert run.name == "run order"
    assert (run.start_time, run.end_time) == (1_000_000_000, 5_000_000_000)
    assert run.status.status_code is StatusCode.ERROR
    assert other.status.status_code is StatusCode.UNSET
    assert listener.points("wfe.instances.started") == {("order",): 1}
    assert listener.points("wfe.instances.ended") == {("order", "failed"): 1, ("order", "complete"): 1}


def test_steps_are_counted_by_what_became_of_them(listener: Listener) -> None:
    """The lifecycle entries of a commit are counted by outcome; what tells no outcome is not."""
    telemetry = Telemetry.create()
    entries = [
        (LifecycleKind.WORKFLOW_STARTED, 1, None, None, None, None),
        (LifecycleKind.STEP_STARTED, 1, "a", 1, 1, None),
        (LifecycleKind.STEP_COMPLETED, 1, "a", 1, 1, None),
        ("step.retrying", 1, "b", 2, 1, {"in": 1}),
        ("step.failed", 1, None, 2, 2, None),
    ]
    telemetry.happened(record(), entries)
    telemetry.happened(record(), entries[2:3])
    assert listener.points("wfe.steps") == {
        ("order", "a", "completed"): 2,
        ("order", "b", "retried"): 1,
        ("order", "", "failed"): 1,
    }


def test_the_size_of_commits_is_told(listener: Listener) -> None:
    """Each commit's size goes into a histogram."""
    telemetry = Telemetry.create()
    assert telemetry.on_batch is not None
    telemetry.on_batch(3)
    telemetry.on_batch(5)
    point = listener.points("wfe.commit.batch_size")[()]
    assert (point.count, point.sum) == (2, 8)


def test_traces_alone_or_metrics_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Either kind of provider may be installed without the other."""
    listener = Listener()
    with monkeypatch.context() as patch:
        patch.setattr(trace, "get_tracer_provider", lambda: listener.tracers)
        traces = Telemetry.create()
    assert traces.active
    assert traces.on_batch is None
    traces.instance_started(record())
    with traces.step(record(), STEP, 1):
        pass
    assert len(listener.spans) == 1
    with monkeypatch.context() as patch:
        patch.setattr(metrics, "get_meter_provider", lambda: listener.meters)
        counts = Telemetry.create()
    assert counts.instance_trace(DEFINITION) is None
    counts.instance_started(record())
    with counts.step(record(), STEP, 1):
        pass
    assert len(listener.spans) == 1
    assert listener.points("wfe.instances.started") == {("order",): 1}


@pytest.mark.parametrize("variable", ["OTEL_PYTHON_TRACER_PROVIDER", "OTEL_PYTHON_METER_PROVIDER"])
def test_a_program_that_has_not_imported_the_api(
    listener: Listener, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """While nobody has imported the API it isn't asked, unless the environment names a provider."""
    # The modules stay where `from opentelemetry import trace` finds them; only the table forgets them.
    monkeypatch.delitem(sys.modules, "opentelemetry.trace")
    monkeypatch.delitem(sys.modules, "opentelemetry.metrics")
    assert not Telemetry.create().active
    monkeypatch.setenv(variable, "sdk")
    assert Telemetry.create().active
