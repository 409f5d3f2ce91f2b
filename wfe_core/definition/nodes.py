"""The nodes of a definition: an immutable tree of steps and containers, linked in sequences.

The builder (or the YAML compiler) makes nodes and hands the root sequence to `WorkflowDefinition`, which
links them (keys, parents, successors, inherited policies) and freezes the picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from wfe_core.policies import NO_RETRY, ErrorBehavior, RetryPolicy
from wfe_core.steps.binding import UNBOUND, Binding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wfe_core.steps.selectors import ResultMapper, Selector
    from wfe_core.steps.spec import StepSpec


@dataclass(slots=True, eq=False)
class Sequence:
    """Nodes that run one after the other."""

    nodes: list[Node] = field(default_factory=list["Node"])
    owner: Node | None = field(default=None, repr=False)
    """The node this is a body or the compensation of; None for the main line."""
    number: int = 0
    """Position among the owner's bodies; -1 for its compensation."""
    part: str = ""
    """What this body adds to the keys of its nodes; nothing when the nodes' names are enough."""
    label: str = ""
    """What people call this body: `then`, a case, the name of a dag node. Only for showing."""

    @property
    def first(self) -> Node | None:
        """Where it begins."""
        return self.nodes[0] if self.nodes else None


@dataclass(slots=True, eq=False, kw_only=True)
class Node:
    """One step or container. The fields up to `priority` are given; those below are set by linking."""

    kind: ClassVar[str] = "node"
    container: ClassVar[bool] = False

    name: str
    """Unique within its sequence's container; `/` and `~` are not allowed in names given by users."""
    named: bool = False
    """The user gave the name, so it must be unique; otherwise linking makes it so by a number."""
    bodies: list[Sequence] = field(default_factory=list[Sequence])
    compensation: Sequence | None = None
    retry_given: RetryPolicy | None = None
    on_error_given: ErrorBehavior | None = None
    timeout: int | None = None
    """Microseconds: bounds an attempt of a step (linking puts the body's own here when nothing else is
    given), or a container from its entry (wall time)."""
    only_if: Selector | None = None
    cancel_when: Selector | None = None
    proceed: bool = False
    """Whether the sequence goes on after `cancel_when` struck."""
    output: str | Callable[[Any, Any], Mapping[str, Any]] | ResultMapper | None = None
    """Where the result goes: a data field, or what gives outputs: a function of (result, data), a mapper."""
    status_field: str = ""
    """The data field (see `status_slot`) that tells how an activation without a result of its own ended:
    `{"status": "complete"}` of a container (a loop has `items`, their number, too) or a delay, `skipped`,
    `compensated`, or `failed` with the `error` and its `details`, of whatever the failure went through. A
    guard leaves what completed to its body. For front ends whose data is a plain dict."""
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    priority: int = 0
    description: str = ""
    keep_output: bool = False
    """Some `output_of` refers to this step: its output is kept in the data under the hidden key
    `output_slot(node.key, scope.indices)`."""

    key: str = ""
    parent: Node | None = field(default=None, repr=False)
    sequence: Sequence = field(default_factory=Sequence, repr=False)
    next: Node | None = field(default=None, repr=False)
    retry: RetryPolicy = NO_RETRY
    """The policy in force, inherited or given."""
    on_error: ErrorBehavior = ErrorBehavior.FAIL
    """The behaviour in force, inherited or given."""
    saga: SagaNode | None = field(default=None, repr=False)
    """The innermost enclosing saga (not beyond a background branch or a compensation), else None."""
    undoable: tuple[Node, ...] = field(default=(), repr=False)
    """All enclosing containers, sagas included, that have a compensation of their own, innermost first (not
    beyond a background branch or a compensation)."""
    collects: bool = False
    """It is the last node of the body of a `for_each` that collects outputs."""


@dataclass(slots=True, eq=False, kw_only=True)
class StepNode(Node):
    """Runs a body. With `bodies`, those run once for each item of `ExecutionResult.branch`."""

    kind: ClassVar[str] = "step"
    spec: StepSpec
    inputs: dict[str, Selector] = field(default_factory=dict[str, "Selector"])
    binding: Binding = field(default=UNBOUND, repr=False)
    """How the parameters of the body are filled; set by linking."""


@dataclass(slots=True, eq=False, kw_only=True)
class DecideNode(Node):
    """Runs every body whose case equals the value, concurrently; `otherwise` when none does."""

    kind: ClassVar[str] = "decide"
    container: ClassVar[bool] = True
    value: Selector | None = None
    """None takes the outcome of the node before."""
    cases: list[Any] = field(default_factory=list[Any])
    """JSON values, one for each body but the `otherwise` one."""
    otherwise: int | None = None
    """Number of the body that runs when no case equals."""


@dataclass(slots=True, eq=False, kw_only=True)
class IfNode(Node):
    """Runs body 0 if the condition holds, else body 1 if there is one."""

    kind: ClassVar[str] = "if"
    container: ClassVar[bool] = True
    condition: Selector


@dataclass(slots=True, eq=False, kw_only=True)
class WhileNode(Node):
    """Runs body 0 as long as the condition holds, evaluated before each iteration."""

    kind: ClassVar[str] = "while"
    container: ClassVar[bool] = True
    condition: Selector
    max_iterations: int | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class ForEachNode(Node):
    """Runs body 0 for each item."""

    kind: ClassVar[str] = "for_each"
    container: ClassVar[bool] = True
    items: Selector
    max_parallel: int | None = None
    fail_fast: bool = True
    """Whether a failure stops what runs beside it; else it is held back until that has ended."""
    collect: str | None = None
    item_name: str | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class ParallelNode(Node):
    """Runs all bodies concurrently."""

    kind: ClassVar[str] = "parallel"
    container: ClassVar[bool] = True
    max_parallel: int | None = None
    fail_fast: bool = True


@dataclass(slots=True, eq=False, kw_only=True)
class DagNode(Node):
    """Runs body n when the bodies `needs[n]` have ended."""

    kind: ClassVar[str] = "dag"
    container: ClassVar[bool] = True
    needs: list[tuple[int, ...]] = field(default_factory=list[tuple[int, ...]])
    max_parallel: int | None = None
    fail_fast: bool = True


@dataclass(slots=True, eq=False, kw_only=True)
class SagaNode(Node):
    """Runs body 0; when a step in it fails for good, what completed is undone."""

    kind: ClassVar[str] = "saga"
    container: ClassVar[bool] = True
    after_undo: ErrorBehavior = ErrorBehavior.FAIL
    """What comes when all is undone: fail, suspend, or continue."""
    again: RetryPolicy | None = None
    """Runs the saga again after an undo, as often as this allows."""
    implicit: bool = False
    """Made by `compensate_with` outside a saga, around one node (`bodies[0].first`): unless it was undone,
    its outcome and its output are that node's."""


@dataclass(slots=True, eq=False, kw_only=True)
class GuardNode(Node):
    """Runs body 0, then the hooks for how it ended: a durable `try` / `finally`.

    Bodies 1 to 4 are `on_success`, `on_failure`, `on_abort` and `ensure`; a hook that is not wanted is empty.

    - The body completes: `on_success`, `ensure`, then the guard completes with the outcome (and, where asked
      for, the output) of the body's last step. A failing `on_success` or `ensure` fails the guard.
    - The body fails for good, or the guard's `timeout` strikes: what is still open inside stops, `on_failure`
      and `ensure` run, then the failure goes outward as if the guard were not there; `on_error` given to the
      guard says otherwise (`continue`: what follows the guard goes on). The error tells of failing hooks too.
    - Something around it ends it (`cancel`, `cancel_when`, a timeout or a failure elsewhere, the undoing of a
      saga, a jump, `end_workflow`): `on_abort` and `ensure` run before that goes on. Failing hooks change
      nothing of it; the guard's pointer keeps their error.
    - A guard that is skipped (or whose only node is), or terminated with the instance, runs no hook;
      nor does the end of a host run one.
    - `retry` of a failed instance continues the body (or the hook that failed a good guard), and the hooks
      run again at the new end.

    Steps and selectors inside a hook find how the body ended in `ctx.guarded` (`wfe_core.models.Guarded`:
    `status` and `error`). What is inside takes its error behaviour over from around the guard, not from it.
    """

    kind: ClassVar[str] = "guard"
    container: ClassVar[bool] = True
    ensure_timeout: int = 300_000_000
    """Microseconds that `on_abort` may take, and `ensure` again; then the hook has failed."""
    implicit: bool = False
    """Transparent: what it is around has the names and keys as if it were not there. The guard's own key is
    that of the node (of several nodes, or a `whole` workflow: its name) with `~guard` after it, the keys of
    hooks are `KEY~guard/~ensure/...`."""
    whole: bool = False
    """It is around a whole workflow, whose name it has: the hooks also run when its only step was skipped,
    and what fails the instance from outside of it, such as its timeout, is a failure of the body."""


@dataclass(slots=True, eq=False, kw_only=True)
class WaitNode(Node):
    """Waits for an event; body 0, if any, runs when the timeout strikes."""

    kind: ClassVar[str] = "wait_for"
    event: str
    event_key: Selector
    as_of: Selector | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class ApprovalNode(Node):
    """Waits for a person to approve or reject."""

    kind: ClassVar[str] = "approval"
    prompt: Selector


@dataclass(slots=True, eq=False, kw_only=True)
class ActivityNode(Node):
    """Waits for an outside worker to do the work."""

    kind: ClassVar[str] = "activity"
    activity: str
    input: Selector


@dataclass(slots=True, eq=False, kw_only=True)
class DelayNode(Node):
    """Waits for a length of time (microseconds), or until a moment (an aware datetime)."""

    kind: ClassVar[str] = "delay"
    duration: int | None = None
    until: Selector | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class SubWorkflowNode(Node):
    """Runs another workflow and waits for it."""

    kind: ClassVar[str] = "sub_workflow"
    workflow: str
    version: int | None = None
    input: Selector


@dataclass(slots=True, eq=False, kw_only=True)
class GoToNode(Node):
    """Goes on at another node of this sequence or of an enclosing one."""

    kind: ClassVar[str] = "go_to"
    target_name: str
    target: Node | None = field(default=None, repr=False)
    """Set by linking."""


@dataclass(slots=True, eq=False, kw_only=True)
class EndNode(Node):
    """Ends the whole instance as complete."""

    kind: ClassVar[str] = "end_workflow"
    result: Selector | None = None
    """Outputs to merge into the data at the end."""


@dataclass(slots=True, eq=False, kw_only=True)
class ScheduleNode(Node):
    """Starts a background branch: body 0, once after `after`, or every `every` until `until` holds."""

    kind: ClassVar[str] = "schedule"
    after: int | None = None
    every: int | None = None
    until: Selector | None = None
