"""Scripts of steps with a pydantic config: expressions in `run` become private variables, never code."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wfe_yaml.errors import Code
from wfe_yaml.executors.configs import ConfigT, ConfigTemplate
from wfe_yaml.executors.executor import ConfiguredProgram, Executor
from wfe_yaml.expressions.holes import has_holes
from wfe_yaml.expressions.shell.contexts import USE_ENV
from wfe_yaml.expressions.shell.placement import Script, place
from wfe_yaml.expressions.templates import Template
from wfe_yaml.model.kinds import structure
from wfe_yaml.source.nodes import Entry, Mapping, Scalar

if TYPE_CHECKING:
    from wfe_yaml.executors.base import Program, StepPlan
    from wfe_yaml.expressions.templates import Expression
    from wfe_yaml.source.problems import Problems


class _PlacingProgram(ConfiguredProgram[ConfigT]):
    """A step whose script has expressions of its own."""

    def __init__(
        self, executor: Executor[ConfigT], config: ConfigTemplate[ConfigT], plan: StepPlan, script: Script
    ) -> None:
        super().__init__(executor, config, plan, {})
        self._script = script

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Those of the config and of the script."""
        return (*super().expressions, *(placed.expression for placed in self._script.placed))


class PlacingExecutor(Executor[ConfigT]):
    """A type whose config has a script `run`, for `sh` or for the program after its `#!`.

    Where a type has another base, too, this one comes first.
    """

    def __init__(self) -> None:
        self._placed: Script | None = None
        """The script of a file, its expressions replaced by private variables."""

    def compile(self, config: ConfigTemplate[ConfigT], plan: StepPlan, problems: Problems) -> Program | None:
        """Place the expressions of the script, so that no value becomes code."""
        if not _has_expressions(config):
            return super().compile(config, plan, problems)
        before = len(problems)
        self.check(config, plan, problems)
        found = _place(config, problems)
        if found is None or len(problems) > before:
            return None
        given, self._placed = found
        return _PlacingProgram(self, given, plan, self._placed)


def _has_expressions(config: ConfigTemplate[ConfigT]) -> bool:
    """Whether the script of a config has any."""
    node = config.node.get("run")
    return isinstance(node, Scalar) and has_holes(node.text)


def _place(
    config: ConfigTemplate[ConfigT], problems: Problems
) -> tuple[ConfigTemplate[ConfigT], Script] | None:
    """Replace the expressions of a script for `sh` by private variables; None when the problems say why not.

    Gives the config with the script as it is then, and what stands for what in it.
    """
    node = config.node.get("run")
    assert isinstance(node, Scalar)  # noqa: S101 - see `_has_expressions`
    template = Template.read(node, problems)
    if node.text.startswith("#!"):
        for expression in template.expressions:
            message = "an expression cannot stand in a script of another program: it could become code"
            problems.add(Code.PLACEMENT, message, expression.location, USE_ENV)
        return None
    script = place(template, problems, arrays=False)
    if script is None:
        return None
    # From here on the script is a text like any other, and what is in it is no expression any more.
    text = Scalar(node.source, node.start, node.end, node.weight, script.text, "")
    here = config.node
    entries = {**here.entries, "run": Entry(here.entries["run"].key, text)}
    given = Mapping(here.source, here.start, here.end, here.weight, entries)
    before = len(problems)
    values = structure(given, problems)
    return None if len(problems) > before else (replace(config, node=given, structure=values), script)
