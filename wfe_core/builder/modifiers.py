"""`Modifiers`: what can be said of the last step or container of a chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from wfe_core.builder.draft import Draft
from wfe_core.builder.typing import D, Marked, OfData, OfDataAndContext, Output, Plain
from wfe_core.definition.nodes import (
    ActivityNode,
    ApprovalNode,
    DecideNode,
    DelayNode,
    EndNode,
    ForEachNode,
    GoToNode,
    Node,
    SagaNode,
    ScheduleNode,
    StepNode,
    SubWorkflowNode,
    WaitNode,
)
from wfe_core.policies import Duration, ErrorBehavior, ErrorBehaviorLike, RetryPolicy
from wfe_core.steps.decorator import check_name

if TYPE_CHECKING:
    from wfe_core.builder.branch import Branch

N = TypeVar("N", bound=Node)
_WITH_RESULT = StepNode | WaitNode | ApprovalNode | ActivityNode | SubWorkflowNode


class Modifiers(Generic[D]):
    """Changes what was added last. Each method gives the builder back, so that the chain goes on."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def name(self, name: str) -> Self:
        """Name the last step or container; its key is made of names, so a name outlives edits elsewhere."""
        node = self._last(".name(...)", Node)
        if node is not None:
            problem = check_name(name)
            if problem is None:
                node.name, node.named = name, True
            else:
                self._draft.note(".name(...)", problem)
                node.name = node.name or "lambda"
        return self

    @overload
    def input(self, **values: Plain | OfData[D, object]) -> Self: ...
    @overload
    def input(self, **values: OfDataAndContext[D, object]) -> Self: ...
    def input(self, **values: Any) -> Self:
        """Fill parameters of the last step: by a value, a function of the data, or `output_of(...)`."""
        node = self._last(".input(...)", StepNode)
        if node is not None:
            for name, value in values.items():
                node.inputs[name] = self._draft.selector(value, f".input({name}=...)")
        return self

    def output(self, to: Output[D]) -> Self:
        """Say where the last result goes: a data field, or `fn(result, data)` that gives outputs."""
        node = self._last(".output(...)", _WITH_RESULT)
        if node is not None:
            node.output = output_of_call(self._draft, to, ".output(...)")
        return self

    def retry(self, policy: RetryPolicy) -> Self:
        """Repeat failed attempts of the last step; on a container, of every step inside it."""
        node = self._last(".retry(...)", Node, but=(GoToNode, EndNode, DelayNode))
        if node is not None:
            node.retry_given = self._draft.policy(policy, ".retry(...)")
        return self

    def on_error(self, behavior: ErrorBehaviorLike) -> Self:
        """Say what happens when the last step has failed for good; on a saga, when it has been undone."""
        call = f".on_error({behavior!s})"
        node = self._last(call, Node, but=(GoToNode, EndNode))
        chosen = self._draft.behavior(behavior, call)
        if isinstance(node, SagaNode) and chosen is not None:
            set_after_undo(self._draft, node, chosen, call)
        elif node is not None:
            node.on_error_given = chosen
        return self

    def timeout(self, duration: Duration) -> Self:
        """Bound one attempt of the last step; a container from its entry on."""
        node = self._last(".timeout(...)", Node, but=(GoToNode, EndNode, DelayNode, ScheduleNode))
        if node is not None:
            node.timeout = self._draft.duration(duration, f".timeout({duration!r})")
        return self

    def compensate_with(self, undo: Callable[[Branch[D]], object] | Marked) -> Self:
        """Undo the last step by a step or a branch when its saga fails. Without a saga it gets its own."""
        call = ".compensate_with(...)"
        node = self._last(call, Node)
        if node is not None:
            if node.compensation is not None:
                self._draft.note(call, "it has a compensation already; put several steps into one branch")
            node.compensation = self._draft.step_or_branch(undo, call)
        return self

    @overload
    def cancel_when(self, cond: OfData[D, object], proceed: bool = False) -> Self: ...
    @overload
    def cancel_when(self, cond: OfDataAndContext[D, object], proceed: bool = False) -> Self: ...
    def cancel_when(self, cond: Any, proceed: bool = False) -> Self:
        """Cancel the last step or container as soon as a condition holds.

        Args:
            cond: looked at after every checkpoint of the instance.
            proceed: go on with what follows; otherwise the enclosing sequence ends there.
        """
        node = self._last(".cancel_when(...)", Node, but=(GoToNode, EndNode))
        if node is not None:
            node.cancel_when = self._draft.selector(cond, ".cancel_when(...)")
            node.proceed = proceed
        return self

    @overload
    def only_if(self, cond: OfData[D, object]) -> Self: ...
    @overload
    def only_if(self, cond: OfDataAndContext[D, object]) -> Self: ...
    def only_if(self, cond: Any) -> Self:
        """Skip the last step or container unless a condition holds when it is reached."""
        node = self._last(".only_if(...)", Node)
        if node is not None:
            node.only_if = self._draft.selector(cond, ".only_if(...)")
        return self

    def collect(self, field: str) -> Self:
        """Put the outputs of a loop's body, in the order of the items, into a data field."""
        remedy = "only a .for_each(...) collects; put .collect(...) right after it"
        node = self._draft.last_of(ForEachNode, f".collect({field!r})", remedy)
        if node is not None:
            node.collect = field
        return self

    def config(self, **values: Any) -> Self:
        """Give the last step JSON values that it finds in `ctx.config`."""
        node = self._last(".config(...)", Node)
        if node is not None:
            node.config.update(self._draft.json(values, ".config(...)") or {})
        return self

    def priority(self, priority: int) -> Self:
        """Let the last step start before ready steps of lower priority; 0 is usual."""
        node = self._last(".priority(...)", Node)
        if node is not None and isinstance(priority, int):
            node.priority = priority
        elif node is not None:
            self._draft.note(".priority(...)", f"{priority!r} must be a whole number")
        return self

    def when(self, value: Plain, branch: Callable[[Branch[D]], object]) -> Self:
        """Add a branch to the `.decide(...)` before: it runs when the value is equal as JSON."""
        call = f".when({value!r}, ...)"
        remedy = "there is no .decide(...) right before it"
        node = self._draft.last_of(DecideNode, call, remedy)
        if node is not None:
            node.bodies.append(self._draft.body(branch, call))
            node.cases.append(self._draft.json(value, call))
        return self

    def otherwise(self, branch: Callable[[Branch[D]], object]) -> Self:
        """Add the branch that runs when no `.when(...)` of the `.decide(...)` before is equal."""
        call = ".otherwise(...)"
        node = self._draft.last_of(DecideNode, call, "there is no .decide(...) right before it")
        if node is not None and node.otherwise is not None:
            self._draft.note(call, "the .decide(...) has one already; keep one of them")
        elif node is not None:
            node.otherwise = len(node.bodies)
            node.bodies.append(self._draft.body(branch, call))
        return self

    def body(self, body: Callable[[Branch[D]], object]) -> Self:
        """Give the last step what runs for each item of the `ExecutionResult.branch(items)` it returns."""
        node = self._last(".body(...)", StepNode)
        if node is not None:
            node.bodies = [self._draft.body(body, ".body(...)")]
        return self

    def _last(self, call: str, kind: type[N] | Any, *, but: tuple[type[Node], ...] = ()) -> N | Any:
        node = self._draft.last
        if node is None:
            self._draft.note(call, "there is no step before it; put it after the step it is for")
        elif not isinstance(node, kind) or isinstance(node, but):
            self._draft.note(
                call, f"it means nothing for a {node.kind}; put it right after the step it is for"
            )
        else:
            return node
        return None


def set_after_undo(draft: Draft, saga: SagaNode, behavior: ErrorBehavior, call: str) -> None:
    """Say what comes when a saga has been undone."""
    if behavior is ErrorBehavior.COMPENSATE:
        draft.note(
            call, "a saga is undone already when this is asked; choose 'fail', 'continue' or 'suspend'"
        )
    saga.after_undo = behavior


def output_of_call(draft: Draft, to: Any, call: str) -> Any:
    """Check where a result is to go."""
    if to is not None and not isinstance(to, str) and not callable(to):
        draft.note(call, f"{to!r} is neither the name of a data field nor a function of (result, data)")
        return None
    return to
