from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from wfe_yaml import Executor, YamlError, load_workflow_from_str
from wfe_yaml.compiler import steps
from wfe_yaml.executors.base import Program, StepCall, StepPlan, StepResult
from wfe_yaml.executors.shell import ShellExecutor
from wfe_yaml.expressions.templates import Expression, Template
from wfe_yaml.model.kinds import TextTemplate
from wfe_yaml.model.records import Record, key, record

if TYPE_CHECKING:
    from wfe_yaml.source.problems import Problems


@record
class GreetConfig(Record):
    """What the step type of this test needs."""

    title: ClassVar[str] = "the config of a greet step"

    who: Template = key(TextTemplate(), "Whom to greet.", required=True)


class GreetProgram(Program):
    """A compiled greeting."""

    def __init__(self, config: GreetConfig) -> None:
        self._config = config

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """All expressions."""
        return self._config.who.expressions

    async def run(self, call: StepCall) -> StepResult:
        """Greet."""
        return StepResult(outputs={"text": f"hello {self._config.who.text(call.names)}"})


class GreetExecutor(Executor):
    """A user's own type of step."""

    name: ClassVar[str] = "greet"
    config: ClassVar[type[Record]] = GreetConfig

    def compile(self, config: Any, plan: StepPlan, problems: Problems) -> Program | None:
        """Compile."""
        del plan, problems
        return GreetProgram(config)


@pytest.fixture(autouse=True)
def _greet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "executors", lambda: {"shell": ShellExecutor, "greet": GreetExecutor})


def load(step: str) -> Any:
    """Load a workflow with one step."""
    return load_workflow_from_str(f"workflow: {{id: w, inputs: {{a: string}}, steps: [{step}]}}")


def test_a_type_of_step_brings_its_own_config() -> None:
    """Keys, kinds and required keys come from the executor's model; expressions in it are checked."""
    assert load("{name: s, type: greet, config: {who: $<< inputs.a >>}}").definition.steps["s"]
    for step, message in (
        ("{name: s, type: greet, config: {}}", "needs the key 'who'"),
        ("{name: s, type: greet, config: {who: a, whom: b}}", "unknown key 'whom'"),
        ("{name: s, type: greet, config: {who: $<< inputs.b >>}}", "there is no input 'b'"),
        ("{name: s, type: greet, config: {who: a}, shell: bash}", "unknown key 'shell'"),
    ):
        with pytest.raises(YamlError, match=message):
            load(step)
