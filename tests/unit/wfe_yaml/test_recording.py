"""What the expressions of an attempt gave is recorded with it, and never a secret."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from wfe_core.errors import StepError
from wfe_yaml import YamlError, load_workflow_from_str
from wfe_yaml.compiler.recording import LONGEST
from wfe_yaml.expressions.evaluator import Compiled
from wfe_yaml.loader import load_closure, local_tools
from wfe_yaml.testing.running import RunningStep, run_step

if TYPE_CHECKING:
    from wfe_yaml.expressions.evaluator import Names

TOKEN = "hunter2hunter2"


async def _recorded(config: dict[str, Any], kind: str = "shell", **others: Any) -> list[dict[str, Any]]:
    """Give what was recorded of an attempt."""
    _, lines = await run_step(config, kind=kind, **others)
    return lines.evaluated


async def test_each_value_is_recorded_with_its_place() -> None:
    """Expressions of the script, the variables and the step's own inputs, as they were, with their types."""
    found = await _recorded(
        {"run": "true $<< inputs.n >> $<< inputs.up >>", "env": {"L": "$<< inputs.list | length >>"}},
        inputs={"n": 3, "list": ["a", None]},
        keys={"inputs": {"up": "$<< inputs.list | first | upper >>"}},
    )
    values = {each["expression"]: each["value"] for each in found}
    assert values == {
        "inputs.n": 3, "inputs.up": "A", "inputs.list | length": 2, "inputs.list | first | upper": "A",
    }  # fmt: skip
    assert all(each["at"].startswith("<text>:") for each in found)
    assert len(found) == len(values)


async def test_an_attempt_evaluates_each_expression_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where several ask for it: the digest of a cache, and the inputs that a step reads twice."""
    seen: list[str] = []
    evaluate = Compiled.evaluate

    def counted(self: Compiled, names: Names) -> Any:
        seen.append(self.code.strip())
        return evaluate(self, names)

    monkeypatch.setattr(Compiled, "evaluate", counted)
    await run_step(
        {"message": "$<< inputs.a >> $<< inputs.b >>"},
        kind="log",
        inputs={"n": 1},
        keys={"inputs": {"a": "$<< inputs.n + 1 >>", "b": "$<< inputs.n + 2 >>"}, "sources": ["none"]},
    )
    assert sorted(seen) == ["inputs.a", "inputs.b", "inputs.n + 1", "inputs.n + 2"]


async def test_what_comes_from_a_secret_is_recorded_by_its_name() -> None:
    """As it is, as a part, changed beyond recognition, or read through other names: only the name is kept."""
    found = await _recorded(
        {
            "run": "true $<< secrets.TOKEN >> $<< secrets.TOKEN | upper >> $<< inputs.mine >>",
            "env": {"B": "$<< (secrets.TOKEN ~ secrets.OTHER) | length >>", "N": "$<< inputs.n >>"},
        },
        inputs={"n": 1},
        secrets={"TOKEN": TOKEN, "OTHER": "correct-horse"},
        keys={"inputs": {"mine": "$<< inputs.n >>"}},
    )
    values = {each["expression"]: each["value"] for each in found}
    assert values == {
        "secrets.TOKEN": {"$secret": "TOKEN"},
        "secrets.TOKEN | upper": {"$secret": "TOKEN"},
        "(secrets.TOKEN ~ secrets.OTHER) | length": {"$secret": ["OTHER", "TOKEN"]},
        "inputs.n": 1,
        "inputs.mine": 1,
    }
    assert "hunter" not in json.dumps(found).casefold()


async def test_a_value_that_holds_a_secret_by_accident_is_masked() -> None:
    """Data that were stored otherwise (an event may hold a secret) are not repeated in the record."""
    found = await _recorded(
        {"run": "true $<< inputs.whole >> $<< inputs.part >> $<< inputs.deep | tojson >> $<< inputs.pin >>"},
        inputs={"whole": TOKEN, "part": f"x {TOKEN} y", "deep": {TOKEN: [TOKEN]}, "pin": 82649173},
        secrets={"TOKEN": TOKEN, "PIN": "82649173"},
    )
    assert [each["value"] for each in found] == [
        {"$secret": "TOKEN"}, "x *** y", '{"***":["***"]}', {"$secret": "PIN"},
    ]  # fmt: skip


async def test_long_values_are_cut() -> None:
    """The record of a value is bounded, and tells how long the value was."""
    (found,) = await _recorded({"run": "true $<< inputs.x >>"}, inputs={"x": "y" * 50_000})
    assert found["value"]["characters"] == 50_002
    assert found["value"]["$cut"] == '"' + "y" * (LONGEST - 1)


async def test_a_failed_attempt_is_recorded_too() -> None:
    """What was evaluated before a failure is there: it explains the failure."""
    step = RunningStep({"run": "exit $<< inputs.code >>"}, kind="shell", inputs={"code": 3})
    with pytest.raises(StepError):
        await step.run()
    assert [each["value"] for each in step.lines.evaluated] == [3]


FILE = """
vars: {region: hunter2hunter2}
workflow:
  id: w
  inputs: {ref: {type: string, default: hunter2hunter2}, list: {type: any, default: null}}
  secrets: [TOKEN]
  steps: [{name: s, run: 'true $<< vars.region >>', secrets: [TOKEN]}]
"""


@pytest.mark.parametrize("value", [TOKEN, [1, {"a": f"x{TOKEN}x"}], {f"{TOKEN}": 1}])
def test_inputs_and_variables_with_a_secret_are_refused(value: Any) -> None:
    """They would be stored as they are: the message names the secret, and never its value."""
    tools = replace(local_tools(), secrets={"TOKEN": TOKEN})
    compiled = load_workflow_from_str(FILE, tools=tools)
    with pytest.raises(YamlError, match="the input 'list' contains the secret 'TOKEN'") as caught:
        compiled.start_data({"list": value})
    assert TOKEN not in str(caught.value)
    with pytest.raises(YamlError, match="the variable 'region' contains the secret 'TOKEN'"):
        load_workflow_from_str(FILE, variables={"region": str(value)}, tools=tools)


def test_what_the_file_itself_says_is_no_secret() -> None:
    """Values of the file are there for all to read; a stored run loads whatever its variables are."""
    tools = replace(local_tools(), secrets={"TOKEN": TOKEN})
    compiled = load_workflow_from_str(FILE, tools=tools)
    assert compiled.start_data({})["inputs"]["ref"] == TOKEN
    load_closure(compiled.source.to_json(), workflow="w", tools=tools)
