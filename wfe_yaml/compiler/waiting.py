"""Steps that wait: for an event, a person, a length of time, another workflow; and background branches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wfe_core.definition.nodes import (
    ApprovalNode,
    DelayNode,
    ScheduleNode,
    SubWorkflowNode,
    WaitNode,
)
from wfe_core.errors import ConditionError, OutputError
from wfe_core.policies import NO_RETRY
from wfe_core.steps.selectors import Constant, ResultMapper, Selector
from wfe_yaml.compiler.containers import body_of
from wfe_yaml.compiler.names import declared_shape, result_shape
from wfe_yaml.errors import Code, YamlError
from wfe_yaml.expressions.shapes import SINGLE, UNKNOWN, Shape, check_expressions
from wfe_yaml.expressions.templates import ConditionSelector, TemplateSelector
from wfe_yaml.expressions.values import is_mapping, type_name
from wfe_yaml.model.inputs import checked_inputs
from wfe_yaml.source.nodes import Mapping as MappingNode
from wfe_yaml.source.problems import listing, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wfe_core.steps.context import StepContext
    from wfe_yaml.compiler.containers import Common, Container
    from wfe_yaml.compiler.names import Site
    from wfe_yaml.compiler.steps import StepCompiler
    from wfe_yaml.expressions.results import Place
    from wfe_yaml.expressions.scope import Scope
    from wfe_yaml.expressions.templates import Structure
    from wfe_yaml.model.inputs import InputModel, OutputModel
    from wfe_yaml.model.steps import StepModel
    from wfe_yaml.model.waits import ApprovalModel, WaitModel

Outputs = dict[str, Any]


class ResultRow(ResultMapper):
    """Makes the row of a step's result out of what the engine was given.

    Args:
        place: the step.
        pick: gives the outputs of a result.
        declared: the declared outputs, which are checked; None when the step declares none.
    """

    __slots__ = ("_declared", "_pick", "_place")

    def __init__(
        self,
        place: Place,
        pick: Callable[[Any], Outputs],
        declared: Mapping[str, OutputModel] | None = None,
    ) -> None:
        self._place = place
        self._pick = pick
        self._declared = declared

    def outputs(self, result: Any, view: StepContext[Any]) -> dict[str, Any]:
        """Give the row.

        Raises:
            OutputError: a declared output is missing or does not fit.
        """
        outputs = self._pick(result)
        for name, model in (self._declared or {}).items():
            trouble = model.trouble(outputs.get(name))
            if trouble is not None:
                raise OutputError(f"output {name!r} of the step {self._place.name!r}: {trouble}")
        row = {"status": "complete", "exit_code": None, "error": None, "outputs": outputs}
        return {self._place.slot(view.indices): row}


def _event_outputs(result: Any) -> Outputs:
    """The data of an event are the outputs; what is no mapping is the output `value`."""
    if is_mapping(result):
        return dict(result)
    return {} if result is None else {"value": result}


def _timeout(compiler: StepCompiler, step: StepModel, own: ApprovalModel | WaitModel) -> int | None:
    if own.timeout is not None and step.timeout is not None:
        message = f"'timeout' stands on the step and in its '{step.construct}'"
        compiler.problems.add(Code.CONFLICT, message, step.key_at("timeout"), "remove one of the two")
    return own.timeout if own.timeout is not None else step.timeout


def _wait_for(
    compiler: StepCompiler, step: StepModel, place: Place, site: Site, common: Common
) -> Container | None:
    wait = step.wait_for
    if wait is None:
        return None
    common["timeout"] = _timeout(compiler, step, wait)
    key: Selector = Constant("")
    if wait.key_ is not None:
        check_expressions(wait.key_.expressions, compiler.names(site), compiler.problems)
        key = TemplateSelector(wait.key_, compiler.scope(site).names)
    node = WaitNode(
        event=wait.event,
        event_key=key,
        output=ResultRow(place, _event_outputs, step.outputs),
        on_error_given=compiler.on_error(step, site),
        **common,
    )
    outputs = UNKNOWN if step.outputs is None else declared_shape(step.name, step.outputs)
    return node, result_shape(outputs)


def _approval(
    compiler: StepCompiler, step: StepModel, place: Place, site: Site, common: Common
) -> Container | None:
    approval = step.approval
    if approval is None:
        return None
    common["timeout"] = _timeout(compiler, step, approval)
    check_expressions(approval.prompt.expressions, compiler.names(site), compiler.problems)

    def pick(result: Any) -> Outputs:
        return {"by": result.get("by"), "comment": result.get("comment")}

    node = ApprovalNode(
        prompt=TemplateSelector(approval.prompt, compiler.scope(site).names),
        output=ResultRow(place, pick),
        on_error_given=compiler.on_error(step, site),
        **common,
    )
    known = Shape("output of an approval:", {"by": SINGLE, "comment": SINGLE})
    return node, result_shape(known)


def _delay(
    compiler: StepCompiler, step: StepModel, place: Place, site: Site, common: Common
) -> Container | None:
    del place
    common["timeout"] = None
    if step.given("timeout"):
        compiler.problems.add(Code.CONFLICT, "a delay has no timeout", step.key_at("timeout"))
    if step.delay is None:
        return None
    if isinstance(step.delay, int):
        return DelayNode(duration=step.delay, **common), result_shape()
    check_expressions(step.delay.expressions, compiler.names(site), compiler.problems)
    return DelayNode(until=_Pause(step.delay, compiler.scope(site).names), **common), result_shape()


class _Pause(TemplateSelector):
    """A duration that an expression gives: a text with a unit."""

    __slots__ = ()

    def evaluate(self, view: StepContext[Any]) -> str:
        """Evaluate against an instance.

        Raises:
            ConditionError: the value is no text.
        """
        value = super().evaluate(view)
        if isinstance(value, str):
            return value
        raise ConditionError(f"a delay is a duration such as 10s, not {type_name(value)} ({value!r})")


# ---------------------------------------------------------------- other workflows


def _workflow(
    compiler: StepCompiler, step: StepModel, place: Place, site: Site, common: Common
) -> Container | None:
    target = compiler.family.get(step.workflow or "")
    if target is None:
        if step.workflow is not None:
            hint = suggest(step.workflow, compiler.family) or f"there are: {listing(compiler.family)}"
            message = f"the file has no workflow {step.workflow!r}"
            compiler.problems.add(Code.UNKNOWN_NAME, message, step.at("workflow"), hint)
        return None
    compiler.calls.setdefault(target.id, step.at("workflow"))
    given = step.with_ or {}
    for value in given.values():
        check_expressions(value.expressions, compiler.names(site), compiler.problems)
    _check_with(compiler, step, target.inputs)
    node = SubWorkflowNode(
        workflow=target.id,
        version=target.version,
        input=_ChildInput(target.inputs, given, compiler.scope(site)),
        output=ResultRow(place, lambda data: dict(data.get("outputs") or {}), step.outputs),
        retry_given=step.attempts.policy() if step.attempts is not None else NO_RETRY,
        on_error_given=compiler.on_error(step, site),
        **common,
    )
    known = Shape(f"output of the workflow {target.id!r} called", dict.fromkeys(target.outputs, UNKNOWN))
    return node, result_shape(known)


def _check_with(compiler: StepCompiler, step: StepModel, inputs: Mapping[str, InputModel]) -> None:
    """Check what can be known before anything runs: names, what is missing, and constant values."""
    given, node = step.with_ or {}, step.node.get("with")
    keys = {word: entry.key for word, entry in node.entries.items()} if isinstance(node, MappingNode) else {}
    for name, value in given.items():
        model = inputs.get(name)
        if model is None:
            hint = suggest(name, inputs) or f"its inputs are: {listing(inputs)}"
            message = f"the workflow {step.workflow!r} has no input {name!r}"
            compiler.problems.add(Code.INPUT, message, keys.get(name, value.node).location, hint)
        elif not value.expressions:
            trouble = model.trouble(model.type.from_node(value.node))
            if trouble is not None:
                message = f"input {name!r} of {step.workflow!r}: {trouble}"
                compiler.problems.add(Code.INPUT, message, value.node.location)
    for name, model in inputs.items():
        if model.needed and name not in given:
            message = f"the input {name!r} of the workflow {step.workflow!r} is missing"
            compiler.problems.add(Code.INPUT, message, step.at("workflow"), "give it under `with:`")


class _ChildInput(Selector):
    """The data that a sub-workflow starts with: its inputs and nothing else of the parent."""

    __slots__ = ("_given", "_models", "_scope")

    def __init__(
        self, models: Mapping[str, InputModel], given: Mapping[str, Structure], scope: Scope
    ) -> None:
        self._models = models
        self._given = given
        self._scope = scope

    def evaluate(self, view: StepContext[Any]) -> dict[str, Any]:
        """Evaluate and check them.

        Raises:
            ConditionError: a value does not fit.
        """
        names = self._scope.names(view)
        values = {
            name: value.evaluate(names)
            if value.expressions
            else self._models[name].type.from_node(value.node)
            for name, value in self._given.items()
        }
        try:
            inputs = checked_inputs(self._models, values)
        except YamlError as exc:
            raise ConditionError("; ".join(problem.message for problem in exc.problems)) from None
        return {"inputs": inputs, "run": view.field("run") if view.has_field("run") else {}}


# ---------------------------------------------------------------- background


def _schedule(
    compiler: StepCompiler, step: StepModel, place: Place, site: Site, common: Common
) -> Container | None:
    plan = step.schedule
    common["timeout"] = None
    if step.given("timeout"):
        message = "a branch in the background has no timeout: give one to its steps"
        compiler.problems.add(Code.CONFLICT, message, step.key_at("timeout"))
    if plan is None:
        return None
    place.kind = "group"
    inside = replace(site, counting=True, saga=False)
    seen = site.seen.inside()
    body, shapes = body_of(compiler, step.steps or [], place, inside, seen=seen)
    until: Selector | None = None
    if plan.until is not None:
        # As the condition of a `while`, it sees what the run before has left.
        after = replace(inside, seen=seen)
        check_expressions(plan.until.expressions, compiler.names(after), compiler.problems)
        until = ConditionSelector(plan.until, compiler.scope(after).names)
    node = ScheduleNode(after=plan.after, every=plan.every, until=until, bodies=[body], **common)
    why = "runs in the background, so it may not have ended"
    return node, Shape("step", {}, dict.fromkeys(shapes, why))


WAITS: dict[str, Callable[[StepCompiler, StepModel, Place, Site, Common], Container | None]] = {
    "wait_for": _wait_for,
    "approval": _approval,
    "delay": _delay,
    "workflow": _workflow,
    "schedule": _schedule,
}
"""How each construct that waits is compiled, by its key."""
