"""The names of a running step: `inputs`, `steps`, `env`, `run`, `workflow`, looked up when they are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wfe_yaml.expressions.values import Missing
from wfe_yaml.source.problems import listing

if TYPE_CHECKING:
    from wfe_core.steps.context import StepContext
    from wfe_yaml.expressions.templates import Template

STEP_PREFIX = "steps/"
"""The result of the step with key `checks/unit` is the data row `steps/checks/unit`."""


@dataclass(slots=True)
class Place:
    """A step as others refer to it."""

    name: str
    key: str
    """Its key in the definition: the names of its containers and its own, joined by `/`."""
    children: dict[str, Place] = field(default_factory=dict[str, "Place"])
    container: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the expressions at one place can see.

    Attributes:
        steps: the steps that are sure to have ended, by the names they have here.
        workflow: what `workflow` gives.
        env: the variables of the workflow, on top of the environment of the process.
        environ: the environment of the process.
    """

    steps: Mapping[str, Place]
    workflow: Mapping[str, Any]
    env: Mapping[str, Template]
    environ: Mapping[str, str]

    def names(self, view: StepContext[Any]) -> RunNames:
        """Bind to what the engine shows of an instance."""
        return RunNames(self, view)


class RunNames:
    """The names at one place, for one evaluation."""

    __slots__ = ("_scope", "_view")

    def __init__(self, scope: Scope, view: StepContext[Any]) -> None:
        self._scope = scope
        self._view = view

    def root(self, name: str) -> Any:
        """Give the value of a first name, or `Missing`."""
        view = self._view
        if name == "inputs":
            return view.field("inputs") if view.has_field("inputs") else {}
        if name == "steps":
            return StepsView(self._scope.steps, view)
        if name == "env":
            return EnvironmentView(self._scope, self)
        if name == "run":
            return {"id": view.instance_id, "attempt": view.attempt}
        if name == "workflow":
            return self._scope.workflow
        return Missing(f"there is no name {name!r}")


class StepsView(Mapping[str, Any]):
    """The results of steps, each decoded when it is asked for."""

    def __init__(self, places: Mapping[str, Place], view: StepContext[Any]) -> None:
        self._places = places
        self._view = view

    def __getitem__(self, name: str) -> Any:
        """Give the result of a step, or the view of a container."""
        place = self._places[name]
        if place.container:
            return StepsView(place.children, self._view)
        key = STEP_PREFIX + place.key
        row: dict[str, Any] = self._view.field(key) if self._view.has_field(key) else {"status": "skipped"}
        return {**row, "outputs": OutputsView(name, row)}

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        return iter(self._places)

    def __len__(self) -> int:
        """Count the names."""
        return len(self._places)


class OutputsView(Mapping[str, Any]):
    """The outputs of a step; says why one is missing."""

    def __init__(self, step: str, row: Mapping[str, Any]) -> None:
        self._step = step
        self._status = row.get("status")
        self._outputs: Mapping[str, Any] = row.get("outputs") or {}

    def __getitem__(self, name: str) -> Any:
        """Give an output."""
        return self._outputs[name]

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        return iter(self._outputs)

    def __len__(self) -> int:
        """Count the outputs."""
        return len(self._outputs)

    def why_missing(self, name: str) -> str:
        """Say why an output is not there, and what can be done."""
        remedy = "; '| default(…)' gives a value for that case"
        if self._status == "skipped":
            return f"the step {self._step!r} was skipped, so it has no output {name!r}{remedy}"
        have = listing(self._outputs)
        return f"the step {self._step!r} has not set the output {name!r} (it set: {have}){remedy}"


class EnvironmentView(Mapping[str, Any]):
    """The environment variables of the workflow and of the process."""

    def __init__(self, scope: Scope, names: RunNames) -> None:
        self._scope = scope
        self._names = names

    def __getitem__(self, name: str) -> str:
        """Give a variable."""
        template = self._scope.env.get(name)
        return self._scope.environ[name] if template is None else template.text(self._names)

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        return iter({**self._scope.environ, **self._scope.env})

    def __len__(self) -> int:
        """Count the variables."""
        return len({**self._scope.environ, **self._scope.env})

    def why_missing(self, name: str) -> str:
        """Say what can be done."""
        return f"the environment has no variable {name!r}; '| default(…)' gives a value for that case"
