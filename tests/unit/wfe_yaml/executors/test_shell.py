from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from wfe_core.definition.nodes import StepNode
from wfe_core.errors import ConditionError, OutputError, StepError, StepTimeoutError
from wfe_core.serialization import codec_for, dumps
from wfe_core.steps.context import NoScope, StepContext
from wfe_core.steps.results import ExecutionResult
from wfe_yaml import load_workflow_from_str
from wfe_yaml.compiler.recording import EVALUATED
from wfe_yaml.executors.base import ProcessFailedError, Tools
from wfe_yaml.executors.supervised import SupervisedProcesses


class Port:
    """Collects what a step emits."""

    cancelled = lease_lost = False
    log: Any = None

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def emit(self, stream: str, line: str) -> None:
        """Collect a line, unless it tells what an expression gave."""
        if stream != EVALUATED:
            self.lines.append((stream, line))

    def progress(self, percent: float, message: str) -> None:
        """Ignore."""

    def heartbeat(self) -> None:
        """Ignore."""

    async def drain(self) -> None:
        """Lines are taken at once."""

    async def stored(self) -> Mapping[tuple[int, str], int]:
        """Nothing is stored."""
        return {}


async def run_step(
    step: str,
    *,
    data: Mapping[str, Any] | None = None,
    head: str = "",
    attempt: int = 1,
    environ: Mapping[str, str] | None = None,
) -> tuple[Any, Port]:
    """Run the step `x` of a workflow, after a step `before`, once."""
    text = f"workflow:\n  id: w\n  inputs: {{v: any?}}\n{head}  steps:\n"
    text += "    - {name: before, run: 'true'}\n    - name: x\n"
    text += "".join(f"      {line}\n" for line in step.strip("\n").splitlines())
    tools = Tools(processes=SupervisedProcesses(), environ=dict(os.environ) if environ is None else environ)
    node = cast("StepNode", load_workflow_from_str(text, tools=tools).definition.steps["x"])
    whole = {"inputs": {"v": None}, "run": {"root": "/"}, **(data or {})}
    port = Port()
    ctx: StepContext[Any] = StepContext(
        codec=codec_for(dict),
        texts={key: dumps(value, key) for key, value in whole.items()},
        scope=NoScope(),
        instance_id="run-1",
        definition_id="w",
        version=1,
        step_key="x",
        pointer_id=7,
        attempt=attempt,
        failures=attempt - 1,
        port=port,
    )
    return await node.spec.invoke((ctx,), {}), port


async def test_a_step_gives_its_row() -> None:
    """The result of a step is one row: status, exit code, outputs and how long it took."""
    result, port = await run_step(
        'run: echo hi; echo "a=1" >> "$WFE_OUTPUT"; echo "##wfe[output b=2]"\noutputs: {a: int, b: string}'
    )
    row = result["steps/x"]
    assert 0 < row.pop("duration") < 60
    assert row == {
        "status": "complete", "exit_code": 0, "error": None, "outputs": {"a": 1, "b": "2"}
    }  # fmt: skip
    assert port.lines == [("stdout", "hi"), ("stdout", "##wfe[output b=2]")]


async def test_expressions_see_inputs_steps_and_the_run() -> None:
    """`inputs`, `steps`, `env`, `run` and `workflow` have the values of this moment."""
    data = {
        "inputs": {"v": [1, "b c"]},
        "steps/before": {"status": "complete", "exit_code": 0, "outputs": {"y": "z"}},
    }
    words = ("inputs.v", "steps.before.outputs.y", "steps.before.status", "run.id", "env.A", "workflow.id")
    step = "run: printf '%s|' " + " ".join(f"$<< {word} >>" for word in words)
    _, port = await run_step(step, data=data, head="  env: {A: 'a $<< inputs.v | length >>'}\n")
    assert port.lines == [("stdout", "1|b c|z|complete|run-1|a 2|w|")]


async def test_a_step_that_did_not_run_counts_as_skipped() -> None:
    """A step without a row was skipped: its status says so, its outputs are missing with the reason."""
    _, port = await run_step(
        "run: echo $<< steps.before.status >> $<< steps.before.outputs.y | default('none') >>"
    )
    assert port.lines == [("stdout", "skipped none")]
    with pytest.raises(ConditionError, match=r"<text>:7:.*was skipped.*default"):
        await run_step("run: echo $<< steps.before.outputs.y >>")


async def test_the_environment_is_clean_and_named() -> None:
    """Steps see the few variables of the list, what is declared, and wfe's own; no more."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": "/h",
        "LC_ALL": "C",
        "SECRET": "s",
        "BASH_ENV": "/x",
        "WFE_OLD": "1",
    }
    step = "run: env | sort\nenv: {D: $<< inputs.v >>, E: 1.10}"
    _, port = await run_step(step, data={"inputs": {"v": "d"}}, environ=environ)
    found = dict(line.split("=", 1) for _, line in port.lines)
    for name in ("_", "SHLVL", "PWD", "WFE_OUTPUT", "WFE_MARK", "PATH"):
        found.pop(name, None)
    assert found == {
        "HOME": "/h", "LC_ALL": "C", "D": "d", "E": "1.10", "WFE_RUN_ID": "run-1", "WFE_STEP": "x",
        "WFE_ATTEMPT": "1", "WFE_IDEMPOTENCY_KEY": "run-1/7/0",
    }  # fmt: skip
    _, port = await run_step(
        "config: {run: 'echo $SECRET$WFE_OLD', inherit_env: true}", environ={**environ, "BASH_ENV": ""}
    )
    assert port.lines == [("stdout", "s")]


async def test_a_whole_environment_holds_no_secrets() -> None:
    """`inherit_env` passes a declared secret on only to the step that names it under `secrets`."""
    environ = {**os.environ, "TOKEN": "hush-hush", "OTHER": "o"}
    head = "  secrets: [TOKEN]\n"
    step = "config: {run: 'echo ${TOKEN-none} ${#TOKEN} $OTHER', inherit_env: true}"
    _, port = await run_step(step, head=head, environ=environ)
    assert port.lines == [("stdout", "none 0 o")]
    _, port = await run_step(f"{step}\nsecrets: [TOKEN]", head=head, environ=environ)
    assert port.lines == [("stdout", "*** 9 o")]


async def test_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    """`working_dir` is relative to the root of the run; a folder that is missing is told by name."""
    (tmp_path / "sub").mkdir()
    data = {"run": {"root": str(tmp_path)}, "inputs": {"v": "sub"}}
    _, port = await run_step("run: pwd\nworking_dir: $<< inputs.v >>", data=data)
    assert port.lines == [("stdout", str(tmp_path / "sub"))]
    with pytest.raises(StepError, match=r"folder .*nowhere.* is not there") as caught:
        await run_step("run: pwd\nworking_dir: nowhere", data=data)
    assert not caught.value.retryable


async def test_failure_names_and_explains_the_exit_code() -> None:
    """A non-zero exit code fails the step; the message explains the code; bash runs with -e and pipefail."""
    with pytest.raises(ProcessFailedError, match=r"exit code 127 \(a command was not found") as caught:
        await run_step("run: nosuchcommand; echo no")
    assert (caught.value.exit_code, caught.value.retryable) == (127, True)
    with pytest.raises(ProcessFailedError, match=r"exit code 141 .*yes \| head"):
        await run_step("run: yes | head -n 1")
    with pytest.raises(ProcessFailedError, match=r"exit code 3$"):
        await run_step("run: (exit 3) | true")


async def test_only_listed_failures_are_tried_again() -> None:
    """`retry.on` decides by exit code and timeout whether a failure can be retried."""
    for step, retryable in (
        ("run: exit 5\nretry: {on: [5]}", True),
        ("run: exit 6\nretry: {on: [5]}", False),
        ("run: exit 6\nretry: 4", True),
    ):
        with pytest.raises(ProcessFailedError) as caught:
            await run_step(step)
        assert caught.value.retryable is retryable
    for on, retryable in (("timeout", True), ("5", False)):
        with pytest.raises(StepTimeoutError, match=r"after its timeout of 0\.1 s") as late:
            await run_step(f"run: sleep 9\ntimeout: 100ms\nretry: {{on: [{on}]}}")
        assert late.value.retryable is retryable


async def test_continue_on_error_makes_the_last_failure_a_result() -> None:
    """Earlier attempts still fail, so that they are retried; the last one gives a row with status failed."""
    step = "run: echo 'a=1' >> $WFE_OUTPUT; exit 4\ncontinue_on_error: true\nretry: 2"
    with pytest.raises(ProcessFailedError):
        await run_step(step, attempt=1)
    result, _ = await run_step(step, attempt=2)
    assert isinstance(result, ExecutionResult)
    assert result.outcome == "failed"
    row = result.output["steps/x"]
    assert 0 < row.pop("duration") < 60
    assert row == {
        "status": "failed", "exit_code": 4, "error": "exit code 4", "outputs": {"a": "1"}
    }  # fmt: skip


async def test_wrong_outputs_fail_the_step() -> None:
    """An output that is not declared or does not fit fails a step that succeeded otherwise."""
    with pytest.raises(OutputError, match="did you mean 'image'"):
        await run_step("run: echo imgae=x >> $WFE_OUTPUT\noutputs: {image: string}")
    with pytest.raises(OutputError, match="expected int"):
        await run_step("run: echo '##wfe[output n=x]'\noutputs: {n: int}")


async def test_sh_runs_scripts_too() -> None:
    """`shell: sh` runs POSIX sh with -e; values come in the same way."""
    _, port = await run_step(
        'run: echo "$<< inputs.v >>"; false; echo no\nshell: sh\ncontinue_on_error: true',
        data={"inputs": {"v": "$(x) `y`"}},
    )
    assert port.lines == [("stdout", "$(x) `y`"), ("continued", "exit code 1")]


async def test_long_values_travel_by_file() -> None:
    """A value that no variable can hold reaches the script all the same."""
    _, port = await run_step("run: v=$<< inputs.v >>; echo ${#v}", data={"inputs": {"v": "x" * 900_000}})
    assert port.lines == [("stdout", "900000")]


async def test_messages_of_the_shell_name_the_step_and_its_line() -> None:
    """The script file is called after the step, so that bash's own messages lead to the place."""
    with pytest.raises(ProcessFailedError):
        await run_step("run: |\n  echo $<< inputs.v >>\n  nosuchcommand")
    _, port = await run_step("run: |\n  echo $<< inputs.v >>\n  nosuchcommand || true")
    assert any("x.sh: line 2: nosuchcommand" in line for _, line in port.lines)
