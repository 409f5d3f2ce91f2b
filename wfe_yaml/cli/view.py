"""`RunView`: what is known of a run while it goes on, gathered from its lifecycle events."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from wfe_yaml.expressions.scope import STEP_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.models import ExecutionPointer, LifecycleEvent, WorkflowInstance

TAIL = 30
"""Lines of output kept of each step, for the summary of a failure."""
_STATUS = {
    "step.started": "running",
    "step.completed": "complete",
    "step.failed": "failed",
    "step.retrying": "sleeping",
    "step.sleeping": "sleeping",
    "step.waiting": "waiting",
    "step.skipped": "skipped",
    "step.cancelled": "cancelled",
    "step.compensated": "compensated",
}


@dataclass(slots=True)
class StepView:
    """A step as far as it is known."""

    key: str
    depth: int = 0
    container: bool = False
    status: str = "pending"
    attempt: int = 0
    started: datetime | None = None
    ended: datetime | None = None
    error: str | None = None
    tail: deque[str] = field(default_factory=lambda: deque[str](maxlen=TAIL))

    @property
    def name(self) -> str:
        """Its own name, without those of its containers."""
        return self.key.rpartition("/")[2]

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        if self.started is None or self.ended is None:
            return None
        return (self.ended - self.started).total_seconds()


class RunView:
    """A run: its steps in the order of the file.

    Args:
        run_id: the run.
        definition: gives the steps; what is only for the engine is left out.
    """

    OPEN: ClassVar = ("pending", "running", "sleeping", "waiting", "cancelled")
    """The statuses of steps that are yet to end."""

    def __init__(self, run_id: str, definition: WorkflowDefinition[Any]) -> None:
        self.run_id = run_id
        self.workflow = definition.id
        self.steps: dict[str, StepView] = {}
        self.missed = 0
        """Events that were lost because the terminal was too slow."""
        for key, node in definition.steps.items():
            if node.kind != "end_workflow":
                self.steps[key] = StepView(key, depth=key.count("/"), container=node.container)

    def load(self, pointers: Iterable[ExecutionPointer]) -> None:
        """Take over what the store knows of steps that ran before."""
        for pointer in pointers:
            step = self.steps.get(pointer.step_key)
            if step is None:
                continue
            step.status = str(pointer.status)
            if pointer.outcome == "failed":
                step.status = "failed"
            step.attempt = pointer.attempt
            step.started, step.ended = pointer.started_at, pointer.ended_at
            step.error = str(pointer.error) if pointer.error is not None else None

    def take(self, event: LifecycleEvent) -> StepView | None:
        """Take an event; gives the step it concerns, if it is one that is shown."""
        if event.kind == "lagged":
            self.missed += int(event.detail.get("missed", 0))
        if event.step_key is None:
            return None
        step = self.steps.get(event.step_key)
        if step is None:
            return None
        if event.kind == "log":
            step.tail.append(str(event.detail.get("line", "")))
            return step
        status = _STATUS.get(event.kind)
        if status is None:
            return step
        step.status = status
        step.attempt = event.attempt or step.attempt
        if event.kind == "step.started":
            step.started, step.ended, step.error = event.at, None, None
        else:
            step.ended = event.at
        if event.kind in ("step.failed", "step.retrying"):
            step.error = str(event.detail.get("message", ""))
        return step

    def failed(self) -> list[StepView]:
        """Give the steps that failed, containers excepted."""
        return [step for step in self.steps.values() if step.status == "failed" and not step.container]

    def count(self, *statuses: str) -> int:
        """Count the steps (not the containers) with one of these statuses."""
        return sum(1 for step in self.steps.values() if step.status in statuses and not step.container)


def data_of(run: WorkflowInstance) -> dict[str, Any]:
    """Give the data of a run."""
    data: dict[str, Any] = run.data or {}
    return data


def row_of(run: WorkflowInstance, key: str) -> dict[str, Any]:
    """Give the result of a step: its row of the data, empty when it has none."""
    row: dict[str, Any] = data_of(run).get(STEP_PREFIX + key) or {}
    return row


def outputs_of(run: WorkflowInstance) -> dict[str, Any]:
    """Give the outputs of a run."""
    outputs: dict[str, Any] = data_of(run).get("outputs") or {}
    return outputs


def duration(seconds: float | None) -> str:
    """Write a duration for people: `0.04s`, `3.2s`, `2m 05s`, `1h 02m`."""
    if seconds is None:
        return ""
    if seconds < 10:  # noqa: PLR2004
        return f"{seconds:.2f}s" if seconds < 1 else f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes}m {rest:02}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02}m"


def clean(line: str) -> str:
    """Make a line of output fit for one line of a terminal: what a progress bar drew last, no controls."""
    last = line.rstrip("\r").rpartition("\r")[2]
    return "".join(char if char.isprintable() or char in "\t\x1b" else "\ufffd" for char in last)
