"""`RunView`: what is known of a run while it goes on, gathered from its lifecycle events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from wfe_core.definition.nodes import SagaNode
from wfe_core.policies import ErrorBehavior
from wfe_core.ports import CHUNK
from wfe_yaml.cli.steps import StepView, row_for
from wfe_yaml.cli.values import slot_of
from wfe_yaml.compiler.body import CONTINUED, FAILED, REUSE, UNSHOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_core.definition.nodes import Node, Sequence
    from wfe_core.models import ExecutionPointer, LifecycleEvent

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


_ENDS = frozenset({"workflow.completed", "workflow.failed", "workflow.cancelled", "workflow.terminated"})
_OVER = frozenset({"complete", "skipped"})


class RunView:
    """A run: its steps in the order of the file, the items of loops as they come.

    Args:
        run_id: the run.
        definition: gives the steps; what is only for the engine is left out.
        others: the definitions of the file, for sub-workflows.
    """

    OPEN: ClassVar = ("pending", "running", "sleeping", "waiting", "cancelled", "compensating")
    """The statuses of steps that are yet to end."""

    def __init__(
        self,
        run_id: str,
        definition: WorkflowDefinition[Any],
        others: Iterable[WorkflowDefinition[Any]] = (),
        *,
        inside: StepView | None = None,
        goes_on: bool = False,
    ) -> None:
        self.run_id: str = run_id
        self.workflow: str = definition.id
        self.missed: int = 0
        """Events that were lost because the terminal was too slow."""
        self.last_at: datetime | None = None
        """When the newest event happened."""
        self.children: dict[str, RunView] = {}
        """The runs of sub-workflows, by their ids."""
        self.definition: WorkflowDefinition[Any] = definition
        self._nodes = definition.steps
        self._others = {other.id: other for other in others}
        self.inside: StepView | None = inside
        """The step that runs it, of a sub-workflow."""
        self._whole_goes_on = goes_on
        self._fixed: dict[str, StepView] = {}
        """The rows that are not inside of an item, by key."""
        self._by_pointer: dict[int, StepView] = {}
        self._missing: list[tuple[StepView, int]] = []
        self._indices: dict[int, tuple[int, ...]] = {}
        self.roots: list[StepView] = self._make(definition.root, inside)
        if inside is not None:
            inside.children = self.roots

    # ------------------------------------------------------------ reading

    def rows(self) -> Iterator[StepView]:
        """Give all steps that are known, each before what is inside of it."""
        waiting = list(reversed(self.roots))
        while waiting:
            step = waiting.pop()
            if step.hook and step.status == "pending":
                # Whether it will be wanted is known at the end.
                continue
            yield step
            waiting.extend(reversed(step.inside()))

    def leaves(self) -> Iterator[StepView]:
        """Give the steps that do something, without what only holds others."""
        return (step for step in self.rows() if not step.container)

    def failed(self) -> list[StepView]:
        """Give the steps that failed and ended the run; containers excepted."""
        return [step for step in self.leaves() if step.status == "failed" and not step.continued]

    def count(self, *statuses: str) -> int:
        """Count the steps (not the containers) with one of these statuses, or all of them."""
        return sum(1 for step in self.leaves() if not statuses or step.status in statuses)

    def find(self, name: str) -> list[StepView]:
        """Give the steps that a person may mean: by label, else by key, else by the last part of it."""
        rows = list(self.rows())
        plain = [step for step in rows if not step.item]
        return (
            [step for step in rows if step.label == name]
            or [step for step in plain if step.key == name]
            or [step for step in plain if step.key.rpartition("/")[2] == name]
        )

    def step_of(self, pointer_id: int) -> StepView | None:
        """Give the step that a pointer belongs to, if it is one that is shown."""
        return self._by_pointer.get(pointer_id)

    def run_of(self, instance_id: str) -> RunView | None:
        """Give this run, or that of a sub-workflow in it, however deep; None for what is not known."""
        if instance_id == self.run_id:
            return self
        child = self._towards(instance_id)
        return None if child is None else child.run_of(instance_id)

    # ------------------------------------------------------------ taking

    def wants(self, event: LifecycleEvent) -> RunView | None:
        """Give the view that must see the pointers of its run before it can take this event, if any must."""
        if event.instance_id != self.run_id:
            child = self._towards(event.instance_id)
            return None if child is None else child.wants(event)
        known = event.pointer_id is None or event.pointer_id in self._by_pointer or event.step_key is None
        node = None if known else self._nodes.get(event.step_key or "")
        return self if node is not None and _loops_above(node) else None

    def place(self, pointers: Iterable[ExecutionPointer]) -> None:
        """Learn where pointers belong: in which item of which loop, in which iteration."""
        for pointer in pointers:
            node = self._nodes.get(pointer.step_key)
            if node is None or pointer.id in self._by_pointer:
                continue
            indices = self._indices_of(pointer)
            self._indices[pointer.id] = indices
            step = self._locate(node, indices)
            if step is not None:
                if pointer.iteration > step.iteration:
                    _next_iteration(step, pointer.iteration)
                self._by_pointer[pointer.id] = step
                if not _transparent(node):
                    step.pointer = pointer.id

    def missing(self) -> list[tuple[StepView, int]]:
        """Give, once, the loops and the numbers of their chunks whose items are yet to be read."""
        wanted, self._missing = self._missing, []
        return wanted

    def load(self, pointers: Iterable[ExecutionPointer]) -> None:
        """Take over what the store knows of steps that ran before."""
        listed = list(pointers)
        self.place(listed)
        for pointer in listed:
            step = self._by_pointer.get(pointer.id)
            node = self._nodes.get(pointer.step_key)
            if step is None or node is None or step.item or _undone(node) is not None:
                continue
            if _transparent(node):
                error = None if pointer.error is None else pointer.error.message
                self._end_guarded(step, node, str(pointer.status), error)
                continue
            if node.kind == "sub_workflow":
                for attempt in range(1, pointer.attempt + 1):
                    self._begin_child(step, f"{self.run_id}/{pointer.id}/{attempt}")
            step.status = str(pointer.status)
            if step.container and step.status in _OVER:
                step.close()
            step.continued = pointer.outcome == FAILED
            step.attempt = pointer.attempt
            step.started, step.ended = pointer.started_at, pointer.ended_at
            if step.status == "failed":
                self._pass_over(step, node)
                step.error = pointer.error.message if pointer.error is not None else None
            elif step.continued:
                step.status = "failed"
                rows: dict[str, dict[str, Any]] = pointer.output or {}
                step.error = str(rows.get(slot_of(step), {}).get("error"))
            else:
                step.error = pointer.error.message if pointer.error is not None else None

    def settle(self) -> None:
        """The run is over: what still seems to go on is not."""
        for step in reversed(list(self.rows())):
            if step.container and not step.item and step.status in ("running", "waiting"):
                inside = [each.state for each in step.inside()]
                step.status = "failed" if "failed" in inside else "cancelled"

    def take(self, event: LifecycleEvent) -> StepView | None:
        """Take an event; gives the step it concerns, if it is one that is shown."""
        self.last_at = event.at
        if event.instance_id != self.run_id:
            child = self._towards(event.instance_id)
            return None if child is None else child.take(event)
        if event.kind in _ENDS:
            self.settle()
        if event.kind == "lagged":
            self.missed += int(event.detail.get("missed", 0))
        node = self._nodes.get(event.step_key or "")
        if node is None:
            return None
        step = self._by_pointer.get(event.pointer_id or 0) or self._locate(node, ())
        if step is None:
            return None
        if event.pointer_id is not None:
            self._by_pointer[event.pointer_id] = step
            if not _transparent(node):
                step.pointer = event.pointer_id
        if _transparent(node):
            self._end_guarded(step, node, _STATUS.get(event.kind, ""), event.detail.get("message"))
            return step if event.kind == "step.skipped" else None
        if event.kind == "log":
            _take_line(step, event)
        elif _undone(node) is not None:
            _take_undo(step, event)
        elif (status := _STATUS.get(event.kind)) is not None:
            self._take_status(step, event, status)
            if event.kind == "step.failed":
                self._pass_over(step, node)
        return step

    def _pass_over(self, step: StepView, node: Node) -> None:
        """Note whether the run goes on after a failure: what is inside and never began is skipped then."""
        step.continued = self._goes_on(node)
        if step.continued:
            step.close()

    def _end_guarded(self, step: StepView, guard: Node, status: str, error: str | None) -> None:
        """Take the end of a guard: it skips the step it is around, or tells that this has failed for good."""
        if status == "skipped":
            step.status = status
            step.close()
        elif status == "failed" and step.status != "complete":
            step.status, step.error = status, step.error or error
            self._pass_over(step, guard)

    def _goes_on(self, node: Node) -> bool:
        """Whether the run goes on after a failure of a node, by its policy or that of something around it."""
        each: Node | None = node
        while each is not None:
            if each.on_error is ErrorBehavior.CONTINUE:
                return True
            if isinstance(each, SagaNode) and each.after_undo is ErrorBehavior.CONTINUE and each is not node:
                return True
            each = each.parent
        return self._whole_goes_on

    def _take_status(self, step: StepView, event: LifecycleEvent, status: str) -> None:
        step.status = "failed" if step.continued and event.kind == "step.completed" else status
        step.attempt = event.attempt or step.attempt
        if event.kind == "step.started":
            step.started, step.ended, step.error, step.continued = event.at, None, None, False
            step.waits = ""
        else:
            step.ended = event.at
        if step.container and status in _OVER:
            step.close()
        if event.kind in ("step.failed", "step.retrying"):
            step.error = str(event.detail.get("message", ""))
        if event.kind == "step.waiting":
            step.waits = _waits(event.detail)
            child = event.detail.get("child")
            if child is not None:
                self._begin_child(step, str(child))

    def _begin_child(self, step: StepView, run_id: str) -> None:
        node = self._nodes[step.key]
        definition = self._others.get(str(getattr(node, "workflow", "")))
        if definition is not None and run_id not in self.children:
            step.container = True
            self.children[run_id] = RunView(
                run_id, definition, self._others.values(), inside=step, goes_on=self._goes_on(node)
            )

    def _towards(self, instance_id: str) -> RunView | None:
        """Give the run directly below this one that is an instance, or that has it inside.

        The id of a child is that of its parent, a pointer and an attempt.
        """
        below = instance_id.removeprefix(f"{self.run_id}/").split("/", 2)
        return self.children.get("/".join((self.run_id, *below[:2])))

    # ------------------------------------------------------------ places

    def _make(self, sequence: Sequence, parent: StepView | None, *, fixed: bool = True) -> list[StepView]:
        """Make the rows of a sequence, without those that are only for the engine."""
        made: list[StepView] = []
        for node in sequence.nodes:
            if node.kind == "end_workflow":
                continue
            if _transparent(node):
                for body in node.bodies:
                    made.extend(self._make(body, parent, fixed=fixed))
                continue
            step = row_for(node, parent, run=self.run_id, workflow=self.workflow)
            made.append(step)
            if fixed:
                self._fixed[node.key] = step
            if not step.loop:
                step.children = [each for body in node.bodies for each in self._make(body, step, fixed=fixed)]
        return made

    def _indices_of(self, pointer: ExecutionPointer) -> tuple[int, ...]:
        """Give the positions in the loops around a pointer, outermost first."""
        outer: tuple[int, ...] = ()
        for enclosing in reversed(pointer.scope):
            if enclosing in self._indices:
                outer = self._indices[enclosing]
                break
        return outer if pointer.index is None else (*outer, pointer.index)

    def _locate(self, node: Node, indices: tuple[int, ...]) -> StepView | None:
        """Find the row of a node in given items of the loops around it; makes the rows of new items."""
        owner = _undone(node)
        if owner is not None:
            return self._locate(owner, indices)
        if _transparent(node):
            guarded = _guarded(node)
            return None if guarded is None else self._locate(guarded, indices)
        if node.key in self._fixed:
            return self._fixed[node.key]
        path: list[Node] = [node]
        while path[-1].parent is not None:
            path.append(path[-1].parent)
        rows, step, left = self.roots, None, list(indices)
        for each in reversed(path):
            if _transparent(each):
                continue
            step = next((row for row in rows if row.key == each.key), None)
            if step is None:
                return None
            if step.loop and each is not node:
                if not left:
                    return step
                step = self._item(step, each, left.pop(0))
            rows = step.children
        return step

    def _item(self, loop: StepView, node: Node, index: int) -> StepView:
        """Give the row of an item, made when it is seen first."""
        item = loop.items.get(index)
        if item is None:
            item = loop.items[index] = loop.make_item(index)
            number, position = divmod(index, CHUNK)
            if number not in loop.chunks:
                loop.chunks[number] = []
                self._missing.append((loop, number))
            item.value = loop.value_at(number, position)
            item.children = [each for body in node.bodies for each in self._make(body, item, fixed=False)]
        return item


def _transparent(node: Node) -> bool:
    """Whether a node is only there for the engine, and its one step stands for it."""
    return bool(getattr(node, "implicit", False))


def _guarded(guard: Node) -> Node | None:
    """Give the node whose row stands for a guard, too; None for a guard around a whole workflow."""
    alone = not getattr(guard, "whole", False) or bool(guard.status_field)
    return guard.bodies[0].nodes[-1] if alone and guard.bodies[0].nodes else None


def _loops_above(node: Node) -> bool:
    """Whether one step of the definition may stand for many activations."""
    owner = _undone(node)
    if owner is not None:
        return _loops_above(owner)
    parent = node.parent
    while parent is not None:
        if parent.kind in ("for_each", "while", "step"):
            return True
        parent = parent.parent
    return False


def _undone(node: Node) -> Node | None:
    """Give the node that this one is (part of) the compensation of, if it is."""
    inner: Node | None = node
    while inner is not None:
        if inner.sequence.number < 0:
            return inner.sequence.owner
        inner = inner.parent
    return None


def _next_iteration(step: StepView, iteration: int) -> None:
    """A `while` goes round once more: what is inside begins anew."""
    siblings = step.parent.children if step.parent is not None else [step]
    for sibling in siblings:
        sibling.iteration = iteration
        sibling.reset()


def _take_line(step: StepView, event: LifecycleEvent) -> None:
    line = str(event.detail.get("line", ""))
    if event.detail.get("stream") == CONTINUED:
        step.continued, step.error = True, line
    elif event.detail.get("stream") == REUSE:
        step.remark = line
    elif event.detail.get("stream") not in UNSHOWN:
        step.keep(line)


def _take_undo(step: StepView, event: LifecycleEvent) -> None:
    """Take what happened to the compensation of a step."""
    if event.kind == "step.started":
        step.status = "compensating"
    elif event.kind == "step.failed":
        step.status = "failed"
        step.error = f"could not be undone: {event.detail.get('message', '')}"
    step.ended = event.at


def _waits(detail: dict[str, Any]) -> str:
    """Say what a step waits for."""
    if "event" in detail:
        name, key = str(detail["event"]), str(detail.get("key", ""))
        return "an approval" if name.startswith("wfe.") else f"the event {name} {key}".rstrip()
    if "activity" in detail:
        return f"a worker for {detail['activity']}"
    return f"the workflow {detail['definition']}" if "definition" in detail else ""
