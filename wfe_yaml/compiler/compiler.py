"""The compiler: checks what only the whole file can tell and makes the nodes of the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.definition.nodes import EndNode, Node, ParallelNode, Sequence, StepNode
from wfe_core.policies import NO_RETRY, ErrorBehavior
from wfe_core.steps.selectors import Selector
from wfe_core.steps.spec import StepSpec
from wfe_yaml.compiler.body import StepRun
from wfe_yaml.errors import Code
from wfe_yaml.executors.base import StepPlan, Tools
from wfe_yaml.executors.registry import LATER, executors
from wfe_yaml.expressions.scope import Place, Scope
from wfe_yaml.expressions.shapes import SINGLE, UNKNOWN, Shape, check_expressions
from wfe_yaml.expressions.templates import ConditionSelector
from wfe_yaml.model.records import keys_of, read_record
from wfe_yaml.model.types import ValueType
from wfe_yaml.source.nodes import Entry, Mapping
from wfe_yaml.source.problems import listing, suggest

if TYPE_CHECKING:
    from wfe_core.steps.context import StepContext
    from wfe_yaml.compiler.closure import Closure
    from wfe_yaml.executors.base import Program
    from wfe_yaml.expressions.templates import Structure
    from wfe_yaml.model.document import StepModel, WorkflowModel
    from wfe_yaml.source.problems import Problems

_DEEPEST = 20
_SHORTHANDS = ("run", "env", "working_dir", "shell", "timeout")
"""Keys of a step that stand for keys of its config."""
_DEFAULTS = ("shell", "timeout", "working_dir")
OUTPUTS = "outputs"
"""The data row (and the last step) that holds the outputs of the run."""


@dataclass(slots=True)
class Seen:
    """The steps that an expression may refer to, and those it may not, with the reason."""

    places: dict[str, Place] = field(default_factory=dict[str, Place])
    shapes: dict[str, Shape] = field(default_factory=dict[str, Shape])
    unreachable: dict[str, str] = field(default_factory=dict[str, str])

    def inside(self) -> Seen:
        """Give a copy for the steps of a container, which see what is outside of it."""
        return Seen(dict(self.places), dict(self.shapes), dict(self.unreachable))

    def add(self, place: Place, shape: Shape) -> None:
        """Make a step that has ended visible; an inner name hides an outer one."""
        self.places[place.name] = place
        self.shapes[place.name] = shape
        self.unreachable.pop(place.name, None)

    def hide(self, name: str, why: str) -> None:
        """Make a step known, but not to be used."""
        self.unreachable[name] = why
        self.places.pop(name, None)
        self.shapes.pop(name, None)


class WorkflowCompiler:
    """Compiles one workflow of a file.

    Args:
        model: the workflow.
        closure: the texts it comes from: they are its identity.
        tools: what executors work with.
        problems: where problems are noted.
    """

    def __init__(self, model: WorkflowModel, closure: Closure, tools: Tools, problems: Problems) -> None:
        self._model = model
        self._closure = closure
        self._tools = tools
        self._problems = problems
        self._workflow = {"id": model.id, "version": model.version, "description": model.description}
        self._shapes: dict[str, Shape] = {
            "inputs": Shape("input", {name: _input_shape(item.type) for name, item in model.inputs.items()}),
            "env": UNKNOWN,
            "run": Shape("key", {"id": SINGLE, "attempt": SINGLE}),
            "workflow": Shape("key", dict.fromkeys(self._workflow, SINGLE)),
        }

    def compile(self) -> WorkflowDefinition[dict[str, Any]] | None:
        """Give the definition; None when there are problems."""
        model = self._model
        # They must mean the same everywhere, so they cannot depend on steps.
        hint = "variables of the workflow cannot depend on steps: put this one into the `env:` of a step"
        names = {**self._shapes, "steps": Shape("step to be seen here:", {}, hint=hint)}
        for template in model.env.values():
            check_expressions(template.expressions, names, self._problems)
        seen = Seen()
        nodes = self._sequence(model.steps, "", seen, 1)
        if model.outputs:
            nodes.append(self._outputs(seen))
        if self._problems:
            return None
        return WorkflowDefinition[dict[str, Any]](
            model.id,
            Sequence(nodes),
            version=model.version,
            data=dict[str, Any],
            retry=NO_RETRY,
            timeout=model.timeout,
            description=model.description,
            fingerprint=self._closure.fingerprint(model.id),
        )

    # ------------------------------------------------------------ steps

    def _sequence(self, steps: list[StepModel], prefix: str, seen: Seen, depth: int) -> list[Node]:
        """Compile steps one after the other; afterwards `seen` has them all."""
        for step in steps:
            seen.hide(step.name, "runs later than this one")
        nodes: list[Node] = []
        for step in steps:
            seen.hide(step.name, "is this step itself, which has no result yet")
            node, place, shape = self._step(step, prefix, seen, depth)
            if node is not None:
                nodes.append(node)
            seen.add(place, shape)
        return nodes

    def _step(self, step: StepModel, prefix: str, seen: Seen, depth: int) -> tuple[Node | None, Place, Shape]:
        place = Place(step.name, prefix + step.name)
        scope = self._scope(seen)
        shapes = self._names(seen)
        condition: Selector | None = None
        if step.when is not None:
            check_expressions(step.when.expressions, shapes, self._problems)
            condition = ConditionSelector(step.when, scope.names)
        if step.container is not None:
            return self._container(step, place, seen, condition, depth)
        program = self._program(step, shapes)
        shape = _step_shape(step)
        if program is None:
            return None, place, shape
        retry = step.retry.policy() if step.retry is not None else NO_RETRY
        body = StepRun(
            place.key,
            program,
            scope,
            attempts=retry.max_attempts,
            continue_on_error=step.continue_on_error,
        )
        node = StepNode(
            name=step.name,
            named=True,
            spec=StepSpec.of(body, f"step {place.key!r}", name=step.name, python=False),
            retry_given=retry,
            on_error_given=ErrorBehavior.FAIL,
            only_if=condition,
            description=step.description,
        )
        return node, place, shape

    def _container(
        self, step: StepModel, place: Place, seen: Seen, condition: Selector | None, depth: int
    ) -> tuple[Node | None, Place, Shape]:
        """Compile `steps:` (one body) or `parallel:` (one body for each step)."""
        place.container = True
        if depth >= _DEEPEST:
            message = f"steps are nested more than {_DEEPEST} levels deep"
            self._problems.add(Code.LIMIT, message, step.node.location)
            return None, place, UNKNOWN
        shapes: dict[str, Shape] = {}
        bodies: list[Sequence] = []
        prefix = place.key + "/"
        inside = seen.inside()
        if step.steps is not None:
            bodies.append(Sequence(self._sequence(step.steps, prefix, inside, depth + 1)))
            for child in step.steps:
                place.children[child.name] = inside.places[child.name]
                shapes[child.name] = inside.shapes[child.name]
        else:
            for child in step.children:
                inside.hide(child.name, "runs at the same time")
            for child in step.children:
                own = inside.inside()
                own.hide(child.name, "is this step itself, which has no result yet")
                node, child_place, shapes[child.name] = self._step(child, prefix, own, depth + 1)
                place.children[child.name] = child_place
                bodies.append(Sequence([node] if node is not None else []))
        node = ParallelNode(
            name=step.name,
            named=True,
            bodies=bodies,
            max_parallel=step.max_parallel,
            timeout=step.timeout,
            only_if=condition,
            description=step.description,
        )
        return node, place, Shape("step", shapes)

    def _program(self, step: StepModel, shapes: dict[str, Shape]) -> Program | None:
        """Read the config with the model of the step's type, and compile it."""
        if not any(step.given(word) for word in ("run", "config", "type")):
            return None
        if step.config is not None and not isinstance(step.config, Mapping):
            message = f"expected the config of a step (a mapping), found {step.config.kind}"
            self._problems.add(Code.TYPE, message, step.config.location)
            return None
        kind = step.type or "shell"
        executor = executors().get(kind)
        if executor is None:
            later = kind in LATER
            hint = None if later else suggest(kind, executors()) or f"there are: {listing(executors())}"
            message = f"there is no type of step {kind!r}" + (" in this version of wfe" if later else "")
            self._problems.add(Code.UNAVAILABLE if later else Code.VALUE, message, step.at("type"), hint)
            return None
        config = read_record(executor.config, self._config(step, executor.config), self._problems)
        if config is None:
            return None
        plan = StepPlan(
            name=step.name,
            env=self._model.env,
            outputs=None if step.outputs is None else {n: item.type for n, item in step.outputs.items()},
            retry=step.retry,
            tools=self._tools,
        )
        program = executor().compile(config, plan, self._problems)
        if program is not None:
            check_expressions(program.expressions, shapes, self._problems)
        return program

    def _config(self, step: StepModel, model: type[Any]) -> Mapping:
        """Put the shorthand keys of the step, and the defaults, into its config."""
        given = step.config
        entries: dict[str, Entry] = {}
        if isinstance(given, Mapping):
            entries.update(given.entries)
        for name in _SHORTHANDS:
            entry = step.node.entries.get(name)
            if entry is None:
                continue
            if name in entries:
                message = f"{name!r} stands on the step and in its config"
                self._problems.add(Code.CONFLICT, message, entry.key.location, "remove one of the two")
            entries[name] = entry
        defaults, known = self._model.defaults, keys_of(cast("Any", model))
        for name in _DEFAULTS:
            entry = defaults.node.entries.get(name) if defaults is not None else None
            if entry is not None and name not in entries and name in known:
                entries[name] = entry
        node = given if isinstance(given, Mapping) else step.node
        return Mapping(node.source, node.start, node.end, node.weight, entries)

    # ------------------------------------------------------------ names

    def _scope(self, seen: Seen) -> Scope:
        return Scope(
            # Shared, not copied: a file of 2,000 steps would copy millions. What must not be used yet has
            # been refused by then.
            steps=seen.places,
            workflow=self._workflow,
            env=self._model.env,
            environ=self._tools.environ,
        )

    def _names(self, seen: Seen) -> dict[str, Shape]:
        steps = Shape("step", seen.shapes, seen.unreachable, "no step before this one is called so")
        return {**self._shapes, "steps": steps}

    def _outputs(self, seen: Seen) -> Node:
        for value in self._model.outputs.values():
            check_expressions(value.expressions, self._names(seen), self._problems)
        return EndNode(name=OUTPUTS, result=_OutputsSelector(self._model.outputs, self._scope(seen)))


class _OutputsSelector(Selector):
    """The outputs of the run, evaluated when all steps have ended."""

    def __init__(self, outputs: dict[str, Structure], scope: Scope) -> None:
        self._outputs = outputs
        self._scope = scope

    def evaluate(self, view: StepContext[Any]) -> dict[str, Any]:
        """Evaluate all of them."""
        names = self._scope.names(view)
        return {OUTPUTS: {name: value.evaluate(names) for name, value in self._outputs.items()}}


def _input_shape(kind: ValueType) -> Shape:
    return SINGLE if kind.base in ("string", "int", "number", "bool") else UNKNOWN


def _step_shape(step: StepModel) -> Shape:
    outputs = UNKNOWN
    if step.outputs is not None:
        known = {name: _input_shape(item.type) for name, item in step.outputs.items()}
        hint = f"declare it under `outputs:` of the step {step.name!r}"
        outputs = Shape(f"output of the step {step.name!r} called", known, hint=hint)
    return Shape(
        "key of a step's result",
        {"outputs": outputs, "status": SINGLE, "exit_code": SINGLE, "error": SINGLE},
    )
