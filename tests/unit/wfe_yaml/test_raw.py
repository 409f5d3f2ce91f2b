from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from wfe_core.errors import WorkflowFailedError
from wfe_host import WorkflowHost
from wfe_yaml import YamlError, load_workflow_from_str
from wfe_yaml.executors.base import Tools
from wfe_yaml.executors.supervised import SupervisedProcesses
from wfe_yaml.expressions.results import STEP_PREFIX

HEAD = "vars: {flags: '-n $X', n: 3}\nworkflow:\n  id: w\n  inputs: {v: string}\n  steps:\n"


async def run(steps: str, value: str, folder: Path) -> Any:
    """Run a file; gives the outputs of its last step, `s`."""
    tools = Tools(processes=SupervisedProcesses(), environ={"PATH": os.environ["PATH"]})
    loaded = load_workflow_from_str(HEAD + steps, tools=tools)
    async with WorkflowHost.connect("memory://") as host:
        host.register(loaded.definition)
        handle = await host.start("w", {"inputs": {"v": value}, "run": {"root": str(folder)}})
        data = await handle.result("60s")
    await tools.processes.close()
    return data[f"{STEP_PREFIX}s"]["outputs"]


def step(script: str, more: str = "") -> str:
    """Write one step."""
    lines = "".join(f"        {line}\n" for line in script.splitlines())
    return f"    - name: s\n{more}      run: |\n{lines}"


ALLOWED = "      allow_raw: true\n"


async def test_what_is_from_the_file_becomes_text(tmp_path: Path) -> None:
    """Variables, facts of the workflow and literals are put in as they are, and mean what they mean there."""
    script = "X=one\necho \"o=$(printf '%s' $<< raw(vars.flags) >> $<< raw('$X') >>)$<< raw(vars.n + 1) >>\""
    assert await run(step(script + ' >> "$WFE_OUTPUT"'), "", tmp_path) == {"o": "-noneone4"}


async def test_values_from_elsewhere_become_text_where_the_step_allows_it(tmp_path: Path) -> None:
    """An input is code then; expressions beside it are placed by what the script is with it."""
    script = 'echo "o=$(printf \'%s,\' $<< raw(inputs.v) >>)" >> "$WFE_OUTPUT"'
    assert await run(step(script, ALLOWED), "$(echo a b) '$c'", tmp_path) == {"o": "a,b,$c,"}
    quoted = '$<< raw(inputs.v) >>$<< inputs.v | length >>\'\necho "o=$x" >> "$WFE_OUTPUT"'
    assert await run(step(quoted, ALLOWED), "x='", tmp_path) == {"o": "3"}


async def test_a_raw_value_cannot_make_a_place_where_another_value_is_code(tmp_path: Path) -> None:
    """What the raw text makes of the script is looked at before a shell is started."""
    script = "$<< raw(inputs.v) >> $<< inputs.v >>"
    for value in ("eval", "bash -c", "echo $((", "cat <<'E'\n"):
        with pytest.raises(WorkflowFailedError, match=r"error\[E03\d\]"):
            await run(step(script, ALLOWED), value, tmp_path)


def test_a_raw_value_with_nul_is_refused() -> None:
    """No script can hold NUL."""
    with pytest.raises(YamlError, match="NUL"):
        load_workflow_from_str(HEAD + step("echo $<< raw(vars.flags) >>"), variables={"flags": "a\0b"})


@pytest.mark.parametrize(
    "code",
    ["inputs.v", "env.HOME", "run.id", "steps.before.outputs.x", "data.inputs.v", "vars.flags ~ inputs.v"],
)
def test_values_from_elsewhere_are_refused_where_it_is_not_allowed(code: str) -> None:
    """Inputs, outputs, the environment, the run: none of them is from the file."""
    text = "    - {name: before, run: ls}\n" + step(f"echo $<< raw({code}) >>")
    with pytest.raises(YamlError, match="not from the file") as caught:
        load_workflow_from_str(HEAD + text)
    assert "allow_raw: true" in str(caught.value.problems[0].hint)


def test_items_and_cells_are_refused_where_it_is_not_allowed() -> None:
    """So are the values of loops and of a matrix."""
    for around in ("      matrix: {a: [1]}\n", ""):
        text = step(f"echo $<< raw({'matrix.a' if around else 'item'}) >>", around)
        if not around:
            text = "    - name: l\n      for_each: [1]\n      steps:\n" + text.replace("    ", "        ")
        with pytest.raises(YamlError, match="not from the file"):
            load_workflow_from_str(HEAD + text)


@pytest.mark.parametrize("allow", ["", ALLOWED])
@pytest.mark.parametrize("code", ["secrets.TOKEN", "secrets['TOKEN'] ~ vars.n", "inputs.v ~ secrets.TOKEN"])
def test_secrets_never_become_text(code: str, allow: str) -> None:
    """Not even where the step allows raw values."""
    text = HEAD + step(f"echo $<< raw({code}) >>", allow)
    with pytest.raises(YamlError, match="a secret never becomes text"):
        load_workflow_from_str(text.replace("  steps:", "  secrets: [TOKEN]\n  steps:"))


def test_an_unknown_variable_is_told() -> None:
    """What cannot be put in when the file is read is an error of the file."""
    with pytest.raises(YamlError, match="nope"):
        load_workflow_from_str(HEAD + step("echo $<< raw(vars.nope) >>"))
