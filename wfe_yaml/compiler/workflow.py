"""The compiler: checks what only the whole file can tell and makes a definition of a workflow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from wfe_core.definition.definition import WorkflowDefinition
from wfe_core.definition.nodes import EndNode, Node, Sequence
from wfe_core.policies import NO_RETRY
from wfe_core.steps.selectors import Selector
from wfe_yaml.compiler.hooks import guard_workflow
from wfe_yaml.compiler.names import Seen, Site, type_shape
from wfe_yaml.compiler.secrets import with_secrets
from wfe_yaml.compiler.services import with_services
from wfe_yaml.compiler.steps import StepCompiler
from wfe_yaml.compiler.variables import variable_shape
from wfe_yaml.errors import Code
from wfe_yaml.executors.base import Served
from wfe_yaml.expressions.results import Place
from wfe_yaml.expressions.shapes import SINGLE, UNKNOWN, Shape, check_expressions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wfe_core.steps.context import StepContext
    from wfe_yaml.compiler.closure import Closure
    from wfe_yaml.executors.base import Tools
    from wfe_yaml.expressions.scope import Scope
    from wfe_yaml.expressions.templates import Structure
    from wfe_yaml.model.document import WorkflowModel
    from wfe_yaml.source.problems import Problems
    from wfe_yaml.source.text import Location

OUTPUTS = "outputs"
"""The data row (and the last step) that holds the outputs of the run."""


@dataclass(frozen=True, slots=True)
class CompiledFile:
    """The workflows of a file.

    Attributes:
        definitions: one for each workflow that is right, in the order of the file.
        calls: the workflows that each of them runs, by id.
    """

    definitions: tuple[WorkflowDefinition[dict[str, Any]], ...]
    calls: Mapping[str, Iterable[str]]

    def reached(self, id: str) -> list[str]:
        """Give the id of a workflow and of all that it runs, directly or not."""
        found = [id]
        for each in found:
            found += [called for called in self.calls.get(each, ()) if called not in found]
        return found


def compile_workflows(
    models: Iterable[WorkflowModel], closure: Closure, tools: Tools, problems: Problems
) -> CompiledFile:
    """Compile all workflows of a file; those with problems are left out."""
    family = {model.id: model for model in models}
    compilers = [
        WorkflowCompiler(model, family, closure, with_secrets(model, tools, problems), problems)
        for model in family.values()
    ]
    definitions = [compiler.compile() for compiler in compilers]
    calls = {compiler.id: compiler.calls for compiler in compilers}
    try:
        TopologicalSorter(calls).prepare()
    except CycleError as exc:
        circle: list[str] = list(reversed(exc.args[1]))
        message = f"the workflows run each other in a circle: {' runs '.join(map(repr, circle))}"
        problems.add(Code.CONFLICT, message, calls[circle[0]][circle[1]], "such a run would never end")
        return CompiledFile((), {})
    return CompiledFile(tuple(each for each in definitions if each is not None), calls)


class WorkflowCompiler:
    """Compiles one workflow of a file.

    Args:
        model: the workflow.
        family: all workflows of the file, by id.
        closure: the texts it comes from: they are its identity.
        tools: what executors work with.
        problems: where problems are noted.
    """

    def __init__(
        self,
        model: WorkflowModel,
        family: Mapping[str, WorkflowModel],
        closure: Closure,
        tools: Tools,
        problems: Problems,
    ) -> None:
        self._model = model
        self._closure = closure
        self._problems = problems
        workflow = {"id": model.id, "version": model.version, "description": model.description}
        self._shapes: dict[str, Shape] = {
            "inputs": Shape("input", {name: type_shape(item.type) for name, item in model.inputs.items()}),
            "env": UNKNOWN,
            "run": Shape("key", {"id": SINGLE, "attempt": SINGLE}),
            "workflow": Shape("key", dict.fromkeys(workflow, SINGLE)),
            "vars": variable_shape(closure.variables),
        }
        self._steps = StepCompiler(model, family, tools, workflow, self._shapes, problems, closure.variables)

    @property
    def id(self) -> str:
        """The id of the workflow."""
        return self._model.id

    @property
    def calls(self) -> dict[str, Location]:
        """The workflows that its steps run, and where they say so."""
        return self._steps.calls

    def compile(self) -> WorkflowDefinition[dict[str, Any]] | None:
        """Give the definition; None when there are problems."""
        model = self._model
        # They must mean the same everywhere, so they cannot depend on steps.
        hint = "variables of the workflow cannot depend on steps: put this one into the `env:` of a step"
        names = {**self._shapes, "steps": Shape("step to be seen here:", {}, hint=hint)}
        for template in model.env.values():
            check_expressions(template.expressions, names, self._problems)
        seen = Seen()
        # A step may be called as the workflow is; no name of a step ends so.
        place = Place(model.id, f"{model.id}~", kind="workflow")
        served = None if model.services is None else Served(place.key, 0)
        nodes = self._steps.sequence(model.steps, Site("", seen, services=served))
        nodes = guard_workflow(self._steps, model, nodes, place, UNKNOWN, Site("", seen, services=served))
        if served is not None:
            nodes = with_services(self._steps, model, nodes, place, Site("", Seen(), services=served))
        if model.outputs:
            nodes.append(self._outputs(Site("", seen)))
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

    def _outputs(self, site: Site) -> Node:
        names = self._steps.names(site)
        for value in self._model.outputs.values():
            check_expressions(value.expressions, names, self._problems)
        return EndNode(name=OUTPUTS, result=_OutputsSelector(self._model.outputs, self._steps.scope(site)))


class _OutputsSelector(Selector):
    """The outputs of the run, evaluated when all steps have ended."""

    def __init__(self, outputs: dict[str, Structure], scope: Scope) -> None:
        self._outputs = outputs
        self._scope = scope

    def evaluate(self, view: StepContext[Any]) -> dict[str, Any]:
        """Evaluate all of them."""
        names = self._scope.names(view)
        return {OUTPUTS: {name: value.evaluate(names) for name, value in self._outputs.items()}}
