"""The names of a running step: `inputs`, `steps`, `item`, `env`, `run`, …, looked up when they are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from wfe_yaml.expressions.recording import RecordedNames
from wfe_yaml.expressions.results import EndedView, GroupView, OutputsOnly
from wfe_yaml.expressions.templates import Template
from wfe_yaml.expressions.values import Missing

if TYPE_CHECKING:
    from wfe_core.steps.context import StepContext
    from wfe_yaml.expressions.evaluator import Names
    from wfe_yaml.expressions.recording import Recorder
    from wfe_yaml.expressions.results import Place
    from wfe_yaml.expressions.templates import Structure


@dataclass(frozen=True, slots=True)
class Hooked:
    """What a hook belongs to."""

    place: Place

    def view(self, view: StepContext[Any]) -> EndedView:
        """Give what the name `step` stands for: how it ended."""
        slot = self.place.slot(view.indices)
        row: dict[str, Any] = view.field(slot) if view.has_field(slot) else {}
        ended = view.guarded
        error = ended.error if ended is not None else None
        status = None if ended is None else str(ended.status)
        if status == "complete":
            status = row.get("status", status)  # a saga that was undone has ended well, and says so
        told = row if error is None else {**error.details, "error": error.message}
        own: dict[str, Any] = {"outputs": {}, "error": None, "exit_code": None, **told, "status": status}
        return EndedView(self.place, view, view.indices, own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the expressions at one place can see.

    Attributes:
        steps: the steps that are sure to have ended, by the names they have here.
        workflow: what `workflow` gives.
        env: the variables of the workflow, on top of the environment of the process.
        environ: the environment of the process.
        loops: the names of the `for_each` around the place, outermost first.
        counting: `index` counts the runs of a `while` or a `schedule`, not the items of a loop.
        matrix: the cell of the matrix around the place.
        variables: the constants of the file, which `vars` gives.
        secrets: the secrets of the workflow.
        hook: what the hook belongs to that the place is in.
        inputs: inputs of the step itself, which go before those of the workflow.
    """

    steps: Mapping[str, Place]
    workflow: Mapping[str, Any]
    env: Mapping[str, Template]
    environ: Mapping[str, str]
    loops: tuple[str, ...] = ()
    counting: bool = False
    matrix: Mapping[str, Any] | None = None
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])
    hook: Hooked | None = None
    inputs: Mapping[str, Structure] = field(default_factory=dict[str, "Structure"])

    def names(self, view: StepContext[Any]) -> RunNames:
        """Bind to what the engine shows of an instance."""
        return RunNames(self, view)

    def recorded(self, view: StepContext[Any], recorder: Recorder) -> RunNames:
        """Bind to what the engine shows of an instance, and let what expressions give be recorded."""
        return RunNames(self, view, recorder)


class Variable(Template):
    """The value of a variable of the workflow: in it, the variable's own name means that of the process.

    So `PATH: $<< env.PATH >>:/opt/bin` adds to what there is, and variables that name each other end.
    """

    __slots__ = ("name",)

    def __init__(self, name: str, template: Template) -> None:
        super().__init__(template.scalar, template.parts)
        self.name: str = name

    def text(self, names: Names) -> str:
        """Compute the value as text."""
        if self.constant or not isinstance(names, RunNames):
            return super().text(names)
        names.open.add(self.name)
        try:
            return super().text(names)
        finally:
            names.open.discard(self.name)


class RunNames(RecordedNames):
    """The names at one place, for one evaluation, or for those of one attempt."""

    __slots__ = ("_scope", "_view")

    def __init__(self, scope: Scope, view: StepContext[Any], recorder: Recorder | None = None) -> None:
        super().__init__(recorder)
        self._scope = scope
        self._view = view

    def root(self, name: str) -> Any:
        """Give the value of a first name, or `Missing`."""
        scope, view = self._scope, self._view
        if name == "inputs":
            return self._inputs()
        if name == "steps":
            return GroupView(scope.steps, view, view.indices)
        if name == "env":
            return EnvironmentView(scope, self)
        if name == "run":
            return {"id": view.instance_id, "attempt": view.attempt}
        if name == "workflow":
            return scope.workflow
        if name == "vars":
            return scope.variables
        if name == "secrets":
            return SecretsView(scope.secrets, self.recorder)
        return self._around(name)

    def _inputs(self) -> Any:
        """Give the inputs of the workflow, and on top of them those of the step."""
        given: dict[str, Any] = self._view.field("inputs") if self._view.has_field("inputs") else {}
        if not self._scope.inputs:
            return given
        around = RunNames(replace(self._scope, inputs={}), self._view, self.recorder)
        return {**given, **{name: value.evaluate(around) for name, value in self._scope.inputs.items()}}

    def _around(self, name: str) -> Any:
        """Give what the constructs around the place know."""
        scope, view = self._scope, self._view
        if name == "item" and scope.loops:
            return view.items[scope.loops[-1]]
        if name == "items":
            return {loop: view.items[loop] for loop in scope.loops}
        if name == "index" and scope.counting:
            return view.iteration
        if name == "index" and scope.loops:
            return view.index
        if name == "matrix" and scope.matrix is not None:
            return scope.matrix
        if name == "step" and scope.hook is not None:
            return scope.hook.view(view)
        if name == "data":
            return MappingProxyType(
                {
                    "inputs": self.root("inputs"),
                    "steps": OutputsOnly(scope.steps, view, view.indices),
                    "item": view.items[scope.loops[-1]] if scope.loops else None,
                    "matrix": scope.matrix,
                }
            )
        return Missing(f"there is no name {name!r}")


class SecretsView(Mapping[str, Any]):
    """The secrets of the workflow; says how to give one that is missing."""

    def __init__(self, secrets: Mapping[str, str], recorder: Recorder | None = None) -> None:
        self._secrets = secrets
        self._recorder = recorder

    def __getitem__(self, name: str) -> str:
        """Give a secret."""
        value = self._secrets[name]
        if self._recorder is not None:
            self._recorder.reads(name)
        return value

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        return iter(self._secrets)

    def __len__(self) -> int:
        """Count the secrets."""
        return len(self._secrets)

    def why_missing(self, name: str) -> str:
        """Say what can be done."""
        return f"the secret {name!r} is not given; set the variable {name} or use  --secret-file"


class EnvironmentView(Mapping[str, Any]):
    """The environment variables of the workflow and of the process."""

    def __init__(self, scope: Scope, names: RunNames) -> None:
        self._scope = scope
        self._names = names

    def __getitem__(self, name: str) -> str:
        """Give a variable."""
        template = self._scope.env.get(name)
        if name in self._scope.secrets:
            raise KeyError(name)
        if template is None or name in self._names.open:
            return self._scope.environ[name]
        return template.text(self._names)

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        return iter(self._names_there())

    def __len__(self) -> int:
        """Count the variables."""
        return len(self._names_there())

    def _names_there(self) -> list[str]:
        return [
            name for name in {**self._scope.environ, **self._scope.env} if name not in self._scope.secrets
        ]

    def why_missing(self, name: str) -> str:
        """Say what can be done."""
        if name in self._scope.secrets:
            return f"{name!r} is a secret: write secrets.{name}, in the `run` or `env` of a step"
        return f"the environment has no variable {name!r}; '| default(…)' gives a value for that case"
