"""OpenTelemetry, through its API package alone, and only when the program has installed an SDK.

Spans: one when an instance is started, whose context is stored with the instance; one for each attempt of a
step, whose parent is that context (so the trace goes on in whatever process resumes the instance); and one
over the whole run when it has ended. None is open while an instance waits.

Counters: `wfe.instances.started`, `wfe.instances.ended` (by status), `wfe.steps` (by outcome: completed,
failed, retried, ...), counted when their commit is durable. Histograms: `wfe.step.duration` in seconds,
`wfe.commit.batch_size`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.metrics import Meter
    from opentelemetry.trace import Tracer

_SCOPE = "wfe"
_PER_MICRO = 1_000
"""OpenTelemetry counts nanoseconds."""


class TracedDefinition(Protocol):
    """What is told of a definition."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def version(self) -> int:
        """Its version."""
        ...


class TracedInstance(Protocol):
    """What is told of an instance; an `InstanceRecord` will do."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def definition_id(self) -> str:
        """The id of its definition."""
        ...

    @property
    def version(self) -> int:
        """The version of its definition."""
        ...

    @property
    def status(self) -> str:
        """Its status."""
        ...

    @property
    def created(self) -> int:
        """When it was started, in microseconds since the Unix epoch."""
        ...

    @property
    def ended(self) -> int | None:
        """When it ended."""
        ...

    @property
    def trace(self) -> str | None:
        """The W3C traceparent that was stored with it."""
        ...


class TracedStep(Protocol):
    """What is told of a step; a node of a definition will do."""

    @property
    def key(self) -> str:
        """Its step key."""
        ...


class Telemetry:
    """Tells OpenTelemetry what happens. This class itself tells nobody, at no cost.

    Attributes:
        active: whether anybody listens; while it is False no other call needs to be made.
        on_batch: told the size of each commit; None while nobody wants to know.
    """

    active: bool = False
    on_batch: Callable[[int], object] | None = None

    @staticmethod
    def create() -> Telemetry:
        """Give what tells the SDK that the program has installed, or the silent one if it has none."""
        # Whoever installs an SDK has imported the API, or asks for one through these variables.
        tracer = meter = None
        if "opentelemetry.trace" in sys.modules or "OTEL_PYTHON_TRACER_PROVIDER" in os.environ:
            from opentelemetry import trace  # noqa: PLC0415 - only when somebody listens

            provider = trace.get_tracer_provider()
            tracer = provider.get_tracer(_SCOPE) if _is_real(provider) else None
        if "opentelemetry.metrics" in sys.modules or "OTEL_PYTHON_METER_PROVIDER" in os.environ:
            from opentelemetry import metrics  # noqa: PLC0415 - as above

            meters = metrics.get_meter_provider()
            meter = meters.get_meter(_SCOPE) if _is_real(meters) else None
        return Telemetry() if tracer is None and meter is None else _Reporting(tracer, meter)

    def instance_trace(self, definition: TracedDefinition) -> str | None:
        """Begin the trace of an instance under the caller's span; gives the traceparent to store."""
        del definition
        return None

    def instance_started(self, record: TracedInstance) -> None:
        """Count an instance that was started, when it is stored."""
        del record

    def instance_ended(self, record: TracedInstance) -> None:
        """Count an instance that has ended, when that is stored, and tell its whole run."""
        del record

    def happened(self, record: TracedInstance, entries: Iterable[Sequence[Any]]) -> None:
        """Count what became of steps, from the lifecycle entries of a commit, when it is durable."""
        del record, entries

    def step(self, record: TracedInstance, step: TracedStep, attempt: int) -> AbstractContextManager[object]:
        """Measure an attempt of a step: what runs inside belongs to its span."""
        del record, step, attempt
        return nullcontext()


class _Reporting(Telemetry):
    """Tells an SDK."""

    active = True

    def __init__(self, tracer: Tracer | None, meter: Meter | None) -> None:
        from opentelemetry import metrics, trace  # noqa: PLC0415 - only when somebody listens

        self._tracer = tracer or trace.NoOpTracer()
        used = meter or metrics.NoOpMeter(_SCOPE)
        self._started = used.create_counter(
            "wfe.instances.started", unit="{instance}", description="Instances that were started"
        )
        self._ended = used.create_counter(
            "wfe.instances.ended", unit="{instance}", description="Instances that have ended, by status"
        )
        self._steps = used.create_counter(
            "wfe.steps", unit="{step}", description="What became of steps, by outcome"
        )
        self._duration = used.create_histogram(
            "wfe.step.duration", unit="s", description="How long attempts of steps took"
        )
        batch = used.create_histogram(
            "wfe.commit.batch_size", unit="{checkpoint}", description="Checkpoints in one commit"
        )
        self.on_batch = batch.record if meter is not None else None

    def instance_trace(self, definition: TracedDefinition) -> str | None:
        span = self._tracer.start_span(
            f"start {definition.id}",
            attributes={"wfe.definition.id": definition.id, "wfe.definition.version": definition.version},
        )
        span.end()
        context = span.get_span_context()
        if not context.is_valid:
            return None
        # https://www.w3.org/TR/trace-context/#traceparent-header-field-values
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def instance_started(self, record: TracedInstance) -> None:
        self._started.add(1, {"wfe.definition.id": record.definition_id})

    def instance_ended(self, record: TracedInstance) -> None:
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 - only when somebody listens

        self._ended.add(1, {"wfe.definition.id": record.definition_id, "wfe.status": str(record.status)})
        span = self._tracer.start_span(
            f"run {record.definition_id}",
            context=_context_of(record.trace),
            start_time=record.created * _PER_MICRO,
            attributes={**_attributes(record), "wfe.status": str(record.status)},
        )
        if record.status == "failed":
            span.set_status(StatusCode.ERROR)
        span.end(None if record.ended is None else record.ended * _PER_MICRO)

    def happened(self, record: TracedInstance, entries: Iterable[Sequence[Any]]) -> None:
        for kind, _, step_key, *_ in entries:
            if kind in _OUTCOMES:
                self._steps.add(
                    1,
                    {
                        "wfe.definition.id": record.definition_id,
                        "wfe.step.key": step_key or "",
                        "wfe.outcome": _OUTCOMES[kind],
                    },
                )

    @contextmanager
    def step(self, record: TracedInstance, step: TracedStep, attempt: int) -> Generator[object]:
        from opentelemetry import context as contexts  # noqa: PLC0415 - only when somebody listens
        from opentelemetry import trace  # noqa: PLC0415 - as above

        span = self._tracer.start_span(
            f"step {step.key}",
            context=_context_of(record.trace),
            attributes={**_attributes(record), "wfe.step.key": step.key, "wfe.step.attempt": attempt},
        )
        token = contexts.attach(trace.set_span_in_context(span))
        begin = time.perf_counter()
        outcome = "completed"
        try:
            yield span
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        except BaseException as exc:
            outcome = "failed"
            span.record_exception(exc)
            span.set_status(trace.StatusCode.ERROR, f"{type(exc).__name__}: {exc}")
            raise
        finally:
            contexts.detach(token)
            span.set_attribute("wfe.outcome", outcome)
            span.end()
            self._duration.record(
                time.perf_counter() - begin,
                {
                    "wfe.definition.id": record.definition_id,
                    "wfe.step.key": step.key,
                    "wfe.outcome": outcome,
                },
            )


_OUTCOMES = {
    "step.completed": "completed",
    "step.failed": "failed",
    "step.retrying": "retried",
    "step.skipped": "skipped",
    "step.cancelled": "cancelled",
    "step.compensated": "compensated",
}
"""The kinds of lifecycle entries that are counted."""


def _is_real(provider: object) -> bool:
    """Whether an SDK stands behind a provider, and not the API's own stand-in."""
    module = type(provider).__module__
    return not module.startswith(("opentelemetry.trace", "opentelemetry.metrics"))


def _context_of(traceparent: str | None) -> Context:
    """The context a span of the instance belongs to: the stored one, and nothing of the caller's."""
    from opentelemetry.context import Context  # noqa: PLC0415 - only when somebody listens
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - as above
        TraceContextTextMapPropagator,
    )

    if traceparent is None:
        return Context()
    return TraceContextTextMapPropagator().extract({"traceparent": traceparent}, Context())


def _attributes(record: TracedInstance) -> dict[str, str | int]:
    return {
        "wfe.definition.id": record.definition_id,
        "wfe.definition.version": record.version,
        "wfe.instance.id": record.id,
    }
