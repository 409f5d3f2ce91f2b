"""`StepCompiler`: makes nodes of steps; what the kinds of steps have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from wfe_core.definition.nodes import Node, StepNode
from wfe_core.policies import NO_RETRY, ErrorBehavior
from wfe_core.steps.spec import StepSpec
from wfe_yaml.compiler.body import StepRun
from wfe_yaml.compiler.containers import CONTAINERS
from wfe_yaml.compiler.names import Seen, Site, result_shape
from wfe_yaml.errors import Code
from wfe_yaml.executors.base import StepPlan
from wfe_yaml.executors.registry import LATER, executors
from wfe_yaml.expressions.scope import Place, Scope
from wfe_yaml.expressions.shapes import UNKNOWN, Shape, check_expressions
from wfe_yaml.expressions.templates import ConditionSelector
from wfe_yaml.model.records import keys_of, read_record
from wfe_yaml.source.nodes import Entry, Mapping
from wfe_yaml.source.problems import listing, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC

    from wfe_core.steps.selectors import Selector
    from wfe_yaml.executors.base import Program, Tools
    from wfe_yaml.model.document import WorkflowModel
    from wfe_yaml.model.steps import StepModel
    from wfe_yaml.source.problems import Problems

_DEEPEST = 20
_SHORTHANDS = ("run", "env", "working_dir", "shell", "timeout")
"""Keys of a step that stand for keys of its config."""
_DEFAULTS = ("shell", "timeout", "working_dir")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A step for the engine (None when it is wrong), and as other steps see it."""

    node: Node | None
    place: Place
    shape: Shape


class StepCompiler:
    """Compiles the steps of one workflow.

    Args:
        model: the workflow.
        tools: what executors work with.
        workflow: what the name `workflow` gives.
        shapes: the names that all places see, with what is known of them.
        problems: where problems are noted.
    """

    def __init__(
        self,
        model: WorkflowModel,
        tools: Tools,
        workflow: MappingABC[str, Any],
        shapes: MappingABC[str, Shape],
        problems: Problems,
    ) -> None:
        self._model = model
        self._tools = tools
        self._workflow = workflow
        self._shapes = shapes
        self.problems = problems

    def sequence(self, steps: list[StepModel], site: Site) -> list[Node]:
        """Compile steps one after the other; afterwards the site has seen them all."""
        seen = site.seen
        for step in steps:
            seen.hide(step.name, "runs later than this one")
        nodes: list[Node] = []
        for step in steps:
            seen.hide(step.name, "is this step itself, which has no result yet")
            compiled = self.step(step, site)
            if compiled.node is not None:
                nodes.append(compiled.node)
            seen.add(compiled.place, compiled.shape)
        return nodes

    def step(self, step: StepModel, site: Site) -> Compiled:
        """Compile a step or a container."""
        place = Place(step.name, site.prefix + step.name)
        condition: Selector | None = None
        if step.when is not None:
            check_expressions(step.when.expressions, self.names(site.seen), self.problems)
            condition = ConditionSelector(step.when, self.scope(site.seen).names)
        if step.container is None:
            return Compiled(self._leaf(step, place, site, condition), place, result_shape(step))
        place.container = True
        if site.depth >= _DEEPEST:
            message = f"steps are nested more than {_DEEPEST} levels deep"
            self.problems.add(Code.LIMIT, message, step.node.location)
            return Compiled(None, place, UNKNOWN)
        node, shape = CONTAINERS[step.container](self, step, place, site, condition)
        return Compiled(node, place, shape)

    # ------------------------------------------------------------ steps that run something

    def _leaf(self, step: StepModel, place: Place, site: Site, condition: Selector | None) -> Node | None:
        program = self._program(step, self.names(site.seen))
        if program is None:
            return None
        retry = step.retry.policy() if step.retry is not None else NO_RETRY
        body = StepRun(
            place.key,
            program,
            self.scope(site.seen),
            attempts=retry.max_attempts,
            continue_on_error=step.continue_on_error,
        )
        return StepNode(
            name=step.name,
            named=True,
            spec=StepSpec.of(body, f"step {place.key!r}", name=step.name, python=False),
            retry_given=retry,
            on_error_given=ErrorBehavior.FAIL,
            only_if=condition,
            description=step.description,
        )

    def _program(self, step: StepModel, shapes: dict[str, Shape]) -> Program | None:
        """Read the config with the model of the step's type, and compile it."""
        if not any(step.given(word) for word in ("run", "config", "type")):
            return None
        if step.config is not None and not isinstance(step.config, Mapping):
            message = f"expected the config of a step (a mapping), found {step.config.kind}"
            self.problems.add(Code.TYPE, message, step.config.location)
            return None
        kind = step.type or "shell"
        executor = executors().get(kind)
        if executor is None:
            later = kind in LATER
            hint = None if later else suggest(kind, executors()) or f"there are: {listing(executors())}"
            message = f"there is no type of step {kind!r}" + (" in this version of wfe" if later else "")
            self.problems.add(Code.UNAVAILABLE if later else Code.VALUE, message, step.at("type"), hint)
            return None
        if self._tools.allow is not None and kind not in self._tools.allow:
            message = f"steps of the type {kind!r} are not allowed on this host"
            self.problems.add(Code.FORBIDDEN, message, step.at("type"))
            return None
        config = read_record(executor.config, self._config(step, executor.config), self.problems)
        if config is None:
            return None
        plan = StepPlan(
            name=step.name,
            env=self._model.env,
            outputs=None if step.outputs is None else {n: item.type for n, item in step.outputs.items()},
            retry=step.retry,
            tools=self._tools,
        )
        program = executor().compile(config, plan, self.problems)
        if program is not None:
            check_expressions(program.expressions, shapes, self.problems)
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
                self.problems.add(Code.CONFLICT, message, entry.key.location, "remove one of the two")
            entries[name] = entry
        defaults, known = self._model.defaults, keys_of(cast("Any", model))
        for name in _DEFAULTS:
            entry = defaults.node.entries.get(name) if defaults is not None else None
            if entry is not None and name not in entries and name in known:
                entries[name] = entry
        node = given if isinstance(given, Mapping) else step.node
        return Mapping(node.source, node.start, node.end, node.weight, entries)

    # ------------------------------------------------------------ names

    def scope(self, seen: Seen) -> Scope:
        """Give where the expressions of a step get their values from."""
        return Scope(
            # Shared, not copied: a file of 2,000 steps would copy millions. What must not be used yet has
            # been refused by then.
            steps=seen.places,
            workflow=self._workflow,
            env=self._model.env,
            environ=self._tools.environ,
        )

    def names(self, seen: Seen) -> dict[str, Shape]:
        """Give the names that the expressions of a step may use."""
        steps = Shape("step", seen.shapes, seen.unreachable, "no step before this one is called so")
        return {**self._shapes, "steps": steps}
