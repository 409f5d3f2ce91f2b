"""`StepCompiler`: makes nodes of steps; what the kinds of steps have in common."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from wfe_core.definition.linking import UNDO
from wfe_core.definition.nodes import Node, Sequence, StepNode
from wfe_core.errors import DefinitionError
from wfe_core.policies import NO_RETRY, ErrorBehavior
from wfe_core.steps.spec import StepSpec
from wfe_yaml.compiler.body import StepRun
from wfe_yaml.compiler.caching import CachedProgram, Recipe, passed_environment, script_file
from wfe_yaml.compiler.containers import CONTAINERS, ITSELF
from wfe_yaml.compiler.hooks import guard, hook_bodies, hooked
from wfe_yaml.compiler.keeping import ArtifactKeeper
from wfe_yaml.compiler.loops import LOOPS, cells
from wfe_yaml.compiler.names import Site, around, declared_shape, kept_shapes, result_shape
from wfe_yaml.compiler.services import with_services
from wfe_yaml.compiler.waiting import WAITS
from wfe_yaml.errors import Code
from wfe_yaml.executors.base import Served, StepPlan
from wfe_yaml.executors.configs import config_keys, read_any
from wfe_yaml.executors.registry import BUILT_IN, executors, fault
from wfe_yaml.expressions.results import STEP_PREFIX, Place
from wfe_yaml.expressions.scope import Scope, Variable
from wfe_yaml.expressions.shapes import SINGLE, UNKNOWN, Shape, check_expressions
from wfe_yaml.expressions.templates import ConditionSelector, Template
from wfe_yaml.model.constructs import STEP
from wfe_yaml.source.nodes import Entry, Mapping, Scalar, plain_value
from wfe_yaml.source.nodes import Sequence as ListOfNodes
from wfe_yaml.source.problems import listing, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC

    from wfe_core.steps.selectors import Selector
    from wfe_yaml.compiler.containers import Common, Container
    from wfe_yaml.executors.base import Program, StepType, Tools
    from wfe_yaml.expressions.templates import Structure
    from wfe_yaml.model.document import WorkflowModel
    from wfe_yaml.model.steps import StepModel
    from wfe_yaml.source.problems import Problems
    from wfe_yaml.source.text import Location

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

    @property
    def nodes(self) -> list[Node]:
        """The node, if there is one."""
        return [self.node] if self.node is not None else []


class StepCompiler:
    """Compiles the steps of one workflow.

    Args:
        model: the workflow.
        family: all workflows of the file, by id.
        tools: what executors work with.
        workflow: what the name `workflow` gives.
        shapes: the names that all places see, with what is known of them.
        problems: where problems are noted.
        variables: what the name `vars` gives.
    """

    def __init__(
        self,
        model: WorkflowModel,
        family: MappingABC[str, WorkflowModel],
        tools: Tools,
        workflow: MappingABC[str, Any],
        shapes: MappingABC[str, Shape],
        problems: Problems,
        variables: MappingABC[str, Any],
    ) -> None:
        self._model = model
        self._env = {name: Variable(name, template) for name, template in model.env.items()}
        self.family = family
        self._tools = tools
        self._workflow = workflow
        self._shapes = shapes
        self.problems = problems
        self.calls: dict[str, Location] = {}
        """The other workflows that steps run, and where the first of them says so."""
        self._variables = variables
        hint = f"declare it under `secrets:` of the workflow {model.id!r}"
        self._secrets = Shape("secret", dict.fromkeys(model.secrets, SINGLE), hint=hint)

    def sequence(self, steps: list[StepModel], site: Site) -> list[Node]:
        """Compile steps one after the other; afterwards the site has seen them all."""
        seen = site.seen
        for step in steps:
            seen.hide(step.name, "runs later than this one")
        nodes: list[Node] = []
        for step in steps:
            seen.hide(step.name, ITSELF)
            compiled = self.step(step, site)
            nodes.extend(compiled.nodes)
            seen.add(compiled.place, compiled.shape)
        return nodes

    def step(self, step: StepModel, site: Site) -> Compiled:
        """Compile a step or a container."""
        place = Place(step.name, site.prefix + step.name, len(site.loops))
        if step.services is not None:
            site = replace(site, services=Served(place.key, len(site.loops)))
        common: Common = {
            "name": step.name,
            "named": True,
            "only_if": None if step.when is None else self.condition(step.when, site),
            "description": step.description,
            "status_field": STEP_PREFIX + place.key,
        }
        if site.depth > _DEEPEST:
            message = f"steps are nested more than {_DEEPEST} levels deep"
            self.problems.add(Code.LIMIT, message, step.node.location)
            return Compiled(None, place, UNKNOWN)
        if step.matrix is not None:
            node, shape = cells(self, step, step.matrix, place, site, common)
            return self._around(step, node, place, shape, site)
        if step.construct != STEP:
            common["timeout"] = step.timeout
        made = ROOMS[step.construct](self, step, place, site, common)
        if made is None:
            # There is no definition then; what is wrong with the steps that belong to it is told as well.
            self._compensation(step, place, UNKNOWN, site)
            hook_bodies(self, step, place, UNKNOWN, site)
            return Compiled(None, place, UNKNOWN)
        node, shape = made
        if step.compensate is not None:
            node.compensation = self._compensation(step, place, shape, site)
        return self._around(step, node, place, shape, site)

    def _around(self, step: StepModel, node: Node, place: Place, shape: Shape, site: Site) -> Compiled:
        """Put the hooks of a step around its node, and its services around these."""
        node = guard(self, step, node, place, shape, site)
        if step.services is not None:
            (node,) = with_services(self, step, [node], place, site)
        return Compiled(node, place, shape)

    def _compensation(self, step: StepModel, place: Place, shape: Shape, site: Site) -> Sequence:
        """Compile what undoes a step: it sees the result of that step, too.

        It sees the data as they were when the step ended, so its own steps do not see each other.
        """
        seen = site.seen.inside()
        seen.add(place, shape)
        if site.cell_of is not None:
            seen.add(place, shape, site.cell_of)
        for one in step.compensate or []:
            seen.hide(one.name, "is part of a compensation, which sees the data as of the step it undoes")
        prefix = f"{place.key}/{UNDO}/"
        nodes: list[Node] = []
        for one in step.compensate or []:
            inside = replace(site.below(place, seen.inside()), prefix=prefix, saga=False)
            nodes.extend(self.step(one, inside).nodes)
        return Sequence(nodes)

    # ------------------------------------------------------------ steps that run something

    def leaf(self, step: StepModel, place: Place, site: Site, common: Common) -> Container | None:
        """Compile a step that runs something."""
        scope, names = self.local(step, site)
        program = self._program(step, place, names, site)
        if program is None:
            return None
        keeper: ArtifactKeeper | None = None
        artifacts = {**program.artifacts, **(step.artifacts or {})}
        if artifacts:
            keeper = ArtifactKeeper(artifacts, self._tools)
            check_expressions(keeper.expressions, names, self.problems)
            place.artifacts = self._tools.artifacts
        retry = step.attempts.policy() if step.attempts is not None else NO_RETRY
        # With hooks a failure goes to them first; what comes then is their guard's business.
        continues = self.continues(step, site) and not hooked(step)
        body = StepRun(
            place,
            program,
            scope,
            declared=step.outputs or {},
            clock=self._tools.clock,
            attempts=retry.max_attempts,
            continue_on_error=continues,
            artifacts=keeper,
        )
        node = StepNode(
            spec=StepSpec.of(body, f"step {place.key!r}", name=step.name, python=False),
            retry_given=retry,
            on_error_given=None if continues else self.on_error(step, site),
            **common,
        )
        outputs = UNKNOWN if step.outputs is None else declared_shape(step.name, step.outputs)
        return node, result_shape(outputs, kept_shapes(place, artifacts))

    def _program(self, step: StepModel, place: Place, shapes: dict[str, Shape], site: Site) -> Program | None:
        """Read the config with the model of the step's type, and compile it."""
        if not any(step.given(word) for word in ("run", "config", "type")):
            return None
        if step.config is not None and not isinstance(step.config, Mapping):
            message = f"expected the config of a step (a mapping), found {step.config.kind}"
            self.problems.add(Code.TYPE, message, step.config.location)
            return None
        kind = step.type or "shell"
        executor = self._type(kind, step)
        if executor is None:
            return None
        if self._tools.allow is not None and kind not in self._tools.allow:
            message = f"steps of the type {kind!r} are not allowed on this host"
            self.problems.add(Code.FORBIDDEN, message, step.at("type"))
            return None
        plan = StepPlan(
            name=step.name,
            env={**self._env, **self._secret_variables(step)},
            outputs=None if step.outputs is None else {n: item.type for n, item in step.outputs.items()},
            retry=step.attempts,
            tools=self._tools,
            idempotent=step.idempotent,
            constants={"vars": self._variables, "workflow": self._workflow},
            allow_raw=step.allow_raw,
            services=site.services,
        )
        try:
            config = read_any(executor.config, self._config(step, executor), self.problems)
            program = None if config is None else executor().compile(config, plan, self.problems)
        except Exception as exc:
            if kind in BUILT_IN or kind in self._tools.types:
                raise
            # A fault of somebody else's package is none of wfe's.
            self.problems.add(Code.UNAVAILABLE, fault(kind, exc), step.at("type"))
            return None
        if config is not None and program is not None and (step.cache or step.sources or step.generates):
            program = CachedProgram(program, self._recipe(step, place, program, plan, config.node))
        if program is not None:
            check_expressions(program.expressions, {**shapes, "secrets": self._secrets}, self.problems)
        return program

    def _type(self, kind: str, step: StepModel) -> type[StepType] | None:
        """Find a type of step; None when there is none, or the package that has it does not work."""
        try:
            found = self._tools.types.get(kind) or executors().get(kind)
        except DefinitionError as exc:
            self.problems.add(Code.UNAVAILABLE, str(exc), step.at("type"))
            return None
        if found is None:
            known = [*executors(), *self._tools.types]
            hint = suggest(kind, known) or f"there are: {listing(known)}"
            self.problems.add(Code.VALUE, f"there is no type of step {kind!r}", step.at("type"), hint)
        return found

    def _recipe(
        self, step: StepModel, place: Place, program: Program, plan: StepPlan, config: Mapping
    ) -> Recipe:
        """Gather what a step is made of: what is in the file, and what its expressions give."""
        defaults = self._model.defaults.node if self._model.defaults is not None else None
        env = {name: template.scalar.text for name, template in plan.env.items()}
        parts = [plain_value(step.node), None if defaults is None else plain_value(defaults), env]
        inside = [expression for template in plan.env.values() for expression in template.expressions]
        return Recipe(
            step=step,
            text=json.dumps(parts, sort_keys=True, ensure_ascii=False),
            expressions=(*program.expressions, *inside),
            workflow=self._model.id,
            place=place,
            clock=self._tools.clock,
            secrets=self._tools.secrets,
            file=script_file(config, self.problems),
            environ=passed_environment(config, self._tools),
        )

    def _secret_variables(self, step: StepModel) -> dict[str, Template]:
        """Give the variables of the secrets that a step asks for: `secrets: [NAME]`."""
        found: dict[str, Template] = {}
        node = step.node.get("secrets")
        places = node.items if isinstance(node, ListOfNodes) else ()
        for name, place in zip(step.secrets or [], places, strict=False):
            if name not in self._model.secrets:
                hint = suggest(name, self._model.secrets) or self._secrets.hint
                self.problems.add(Code.UNKNOWN_NAME, f"there is no secret {name!r}", place.location, hint)
                continue
            text = f"$<< secrets.{name} >>"
            scalar = Scalar(place.source, place.start, place.end, 1, text, text)
            found[name] = Template.read(scalar, self.problems)
        return found

    def _config(self, step: StepModel, kind: type[StepType]) -> Mapping:
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
        defaults, known = self._model.defaults, config_keys(kind.config)
        for name in _DEFAULTS:
            if name == "working_dir" and kind.elsewhere:
                continue
            entry = defaults.node.entries.get(name) if defaults is not None else None
            if entry is not None and name not in entries and name in known:
                entries[name] = entry
        node = given if isinstance(given, Mapping) else step.node
        return Mapping(node.source, node.start, node.end, node.weight, entries)

    # ------------------------------------------------------------ what all kinds need

    def condition(self, value: Template | Structure, site: Site) -> Selector:
        """Compile a condition at a place."""
        check_expressions(value.expressions, self.names(site), self.problems)
        return ConditionSelector(value, self.scope(site).names)

    def continues(self, step: StepModel, site: Site) -> bool:
        """Whether a failure of the step does not stop the run; a saga is undone unless the step says so."""
        if site.held:
            return False
        if step.given("continue_on_error"):
            return step.continue_on_error
        return self._model.on_error == "continue" and not site.saga

    def on_error(self, step: StepModel, site: Site) -> ErrorBehavior | None:
        """Give what happens when a step has failed for good; None leaves it to what is around."""
        behavior = step.on_failing
        if behavior is ErrorBehavior.COMPENSATE and not site.saga and step.compensate is None:
            message = "there is no saga around this step that could be undone"
            where = step.at("error_behavior")
            self.problems.add(
                Code.CONFLICT, message, where, "put it into a `saga:`, or give it `compensate:`"
            )
        return ErrorBehavior.CONTINUE if self.continues(step, site) and not hooked(step) else behavior

    def limit(self, step: StepModel) -> int | None:
        """Give how many branches of a container run at once; None for no limit."""
        return step.max_parallel or self._model.max_parallel

    def scope(self, site: Site) -> Scope:
        """Give where the expressions of a step get their values from."""
        return Scope(
            # Shared, not copied: a file of 2,000 steps would copy millions. What must not be used yet has
            # been refused by then.
            steps=site.seen.places,
            workflow=self._workflow,
            env=self._env,
            environ=self._tools.environ,
            loops=site.loops,
            counting=site.counting,
            matrix=site.matrix,
            variables=self._variables,
            secrets=self._tools.secrets,
            hook=site.hook,
        )

    def local(self, step: StepModel, site: Site) -> tuple[Scope, dict[str, Shape]]:
        """Give what a step sees that has inputs of its own: they go before those of the workflow."""
        scope, names = self.scope(site), self.names(site)
        if step.inputs is None:
            return scope, names
        for value in step.inputs.values():
            check_expressions(value.expressions, names, self.problems)
        known = {**(names["inputs"].keys or {}), **dict.fromkeys(step.inputs, UNKNOWN)}
        return replace(scope, inputs=step.inputs), {**names, "inputs": replace(names["inputs"], keys=known)}

    def names(self, site: Site) -> dict[str, Shape]:
        """Give the names that the expressions of a step may use."""
        seen = site.seen
        steps = Shape("step", seen.shapes, seen.unreachable, "no step before this one is called so")
        return {**self._shapes, **around(site), "steps": steps}


def _leaf(
    compiler: StepCompiler, step: StepModel, place: Place, site: Site, common: Common
) -> Container | None:
    return compiler.leaf(step, place, site, common)


ROOMS: dict[str, Callable[[StepCompiler, StepModel, Place, Site, Common], Container | None]] = {
    STEP: _leaf,
    **CONTAINERS,
    **LOOPS,
    **WAITS,
}
"""How each construct is compiled, by its key."""
