"""`RunView`: what is known of a run while it goes on, gathered from its lifecycle events."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from wfe_yaml.compiler.body import CONTINUED, FAILED
from wfe_yaml.expressions.scope import STEP_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.models import ExecutionPointer, LifecycleEvent, WorkflowInstance

_WRAPPED = re.compile(r"step '[^']*': \w+ threw ConditionError: (.*) \([^()]*\.py:\d+\)", re.DOTALL)
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
    continued: bool = False
    """It failed, and the run went on all the same."""
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
        self.workflow: str = definition.id
        self.steps: dict[str, StepView] = {}
        self.missed: int = 0
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
            step.continued = pointer.outcome == FAILED
            step.attempt = pointer.attempt
            step.started, step.ended = pointer.started_at, pointer.ended_at
            if step.continued:
                step.status = "failed"
                rows: dict[str, dict[str, Any]] = pointer.output or {}
                step.error = str(rows.get(STEP_PREFIX + step.key, {}).get("error"))
            else:
                step.error = readable(pointer.error.message) if pointer.error is not None else None

    def take(self, event: LifecycleEvent) -> StepView | None:
        """Take an event; gives the step it concerns, if it is one that is shown."""
        if event.kind == "lagged":
            self.missed += int(event.detail.get("missed", 0))
        if event.step_key is None:
            return None
        step = self.steps.get(event.step_key)
        if step is None:
            return None
        if event.kind == "log" and event.detail.get("stream") == CONTINUED:
            step.continued, step.error = True, str(event.detail.get("line", ""))
            return step
        if event.kind == "log":
            step.tail.append(str(event.detail.get("line", "")))
            return step
        status = _STATUS.get(event.kind)
        if status is None:
            return step
        step.status = "failed" if step.continued and event.kind == "step.completed" else status
        step.attempt = event.attempt or step.attempt
        if event.kind == "step.started":
            step.started, step.ended, step.error, step.continued = event.at, None, None, False
        else:
            step.ended = event.at
        if event.kind in ("step.failed", "step.retrying"):
            step.error = readable(str(event.detail.get("message", "")))
        return step

    def failed(self) -> list[StepView]:
        """Give the steps that failed and ended the run; containers excepted."""
        steps = self.steps.values()
        return [
            step for step in steps if step.status == "failed" and not step.container and not step.continued
        ]

    def count(self, *statuses: str) -> int:
        """Count the steps (not the containers) with one of these statuses, or all of them."""
        leaves = [step for step in self.steps.values() if not step.container]
        return sum(1 for step in leaves if not statuses or step.status in statuses)


def readable(message: str) -> str:
    """Take off what the engine puts around the message of a condition: it has its own place in the file."""
    match = _WRAPPED.fullmatch(message)
    return match[1] if match else message


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
