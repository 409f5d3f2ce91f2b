"""What a host shows of instances and pointers: statuses and read-only views."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class WorkflowStatus(StrEnum):
    """Where an instance is in its life."""

    RUNNABLE = "runnable"
    SUSPENDED = "suspended"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"

    @property
    def terminal(self) -> bool:
        """Whether the instance has ended (a failed one can still be retried)."""
        return self in _TERMINAL


_TERMINAL = frozenset(
    {WorkflowStatus.COMPLETE, WorkflowStatus.FAILED, WorkflowStatus.CANCELLED, WorkflowStatus.TERMINATED}
)


class PointerStatus(StrEnum):
    """Where an execution pointer is in its life."""

    PENDING = "pending"
    """Ready to run, held back by a limit, a suspension or a recovery."""
    RUNNING = "running"
    """Its body runs, or (a container) something inside it is open."""
    SLEEPING = "sleeping"
    """Waits for a timer: a retry, a delay, a sleep."""
    WAITING = "waiting"
    """Waits for an event, an activity, an approval or a child."""
    COMPLETE = "complete"
    SKIPPED = "skipped"
    FAILED = "failed"
    COMPENSATING = "compensating"
    """Its compensation runs, or (a saga) it is being undone."""
    COMPENSATED = "compensated"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """An error as it is stored: it outlives the process that raised it."""

    type: str
    message: str
    step_key: str | None = None
    traceback: str | None = None
    retryable: bool = True
    details: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    """What the error was given to be stored with it (`StepError(..., details=...)`)."""

    def __str__(self) -> str:
        """Give the type and the message."""
        return f"{self.type}: {self.message}"


@dataclass(frozen=True, slots=True)
class Guarded:
    """How the body of a guard ended, for its hooks: `ctx.guarded`."""

    status: PointerStatus
    """`complete`, `failed` or `cancelled`."""
    error: ErrorInfo | None = None
    """What failed: its `type`, `message` and `step_key`; None unless the status is `failed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowInstance:
    """A read-only view of an instance at one moment."""

    id: str
    definition_id: str
    version: int
    fingerprint: str
    status: WorkflowStatus
    data: Any
    """Typed as the data model when the definition is registered here, else a dict."""
    data_problem: str | None = None
    """Why `data` is a dict although the definition is registered here: it does not fit the data model."""
    error: ErrorInfo | None = None
    reference: str | None = None
    priority: int = 0
    tags: dict[str, str] = field(default_factory=dict[str, str])
    revision: int = 0
    owner: str | None = None
    fence: int = 0
    parent_id: str | None = None
    root_id: str | None = None
    created_at: datetime | None = None
    ended_at: datetime | None = None
    next_due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledStep:
    """A step of a new instance that is not run there: what became of it is known, from another instance.

    Attributes:
        status: `complete` or `skipped`.
        outcome: what a following `decide()` sees.
        output: the output of its pointer. What it gave to the data belongs into the start data.
    """

    status: Literal["complete", "skipped"] = "complete"
    outcome: Any = None
    output: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionPointer:
    """A read-only view of one activation of a step."""

    instance_id: str
    id: int
    step_key: str
    status: PointerStatus
    parent_id: int | None = None
    scope: tuple[int, ...] = ()
    index: int | None = None
    iteration: int = 0
    attempt: int = 0
    run: int = 0
    crashes: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    due: datetime | None = None
    outcome: Any = None
    output: Any = None
    state: Any = None
    error: ErrorInfo | None = None


class LifecycleKind(StrEnum):
    """What a lifecycle event tells."""

    WORKFLOW_STARTED = "workflow.started"
    WORKFLOW_COMPLETED = "workflow.completed"
    WORKFLOW_FAILED = "workflow.failed"
    WORKFLOW_SUSPENDED = "workflow.suspended"
    WORKFLOW_RESUMED = "workflow.resumed"
    WORKFLOW_RETRIED = "workflow.retried"
    WORKFLOW_CANCELLED = "workflow.cancelled"
    WORKFLOW_TERMINATED = "workflow.terminated"
    STEP_STARTED = "step.started"
    STEP_COMPLETED = "step.completed"
    STEP_FAILED = "step.failed"
    STEP_RETRYING = "step.retrying"
    STEP_SLEEPING = "step.sleeping"
    STEP_WAITING = "step.waiting"
    STEP_SKIPPED = "step.skipped"
    STEP_CANCELLED = "step.cancelled"
    STEP_COMPENSATED = "step.compensated"
    LOG = "log"
    PROGRESS = "progress"
    LAGGED = "lagged"
    """The subscriber was too slow: `detail["missed"]` events were dropped before this marker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleEvent:
    """Something that happened to an instance, published after the commit that made it true."""

    kind: LifecycleKind
    instance_id: str
    definition_id: str
    revision: int
    at: datetime
    step_key: str | None = None
    pointer_id: int | None = None
    attempt: int | None = None
    detail: dict[str, Any] = field(default_factory=dict[str, Any])
