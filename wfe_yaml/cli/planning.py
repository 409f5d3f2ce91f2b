"""`wfe plan`, and `wfe run --dry-run`: what a run would do, without running or storing anything."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from wfe_yaml.cli.exits import Exit
from wfe_yaml.cli.inputs import given_inputs, given_variables, load_file
from wfe_yaml.cli.marks import is_unicode
from wfe_yaml.cli.outline import outline_of, tree
from wfe_yaml.cli.words import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wfe_yaml.loader import CompiledWorkflow


def plan_file(
    file: Path,
    workflow: str | None,
    inputs: Sequence[str],
    inputs_file: Path | None,
    *,
    variables: Sequence[str] = (),
    as_json: bool,
) -> int:
    """Print the plan of a workflow file; gives the exit code.

    Raises:
        YamlError: the file or an input is wrong.
    """
    compiled = load_file(file, workflow=workflow, variables=given_variables(variables))
    given = given_inputs(compiled, inputs, inputs_file)
    if inputs or inputs_file is not None:
        # Whoever gives inputs wants to know whether a run would take them.
        compiled.start_data(given, root=file.absolute().parent)
    return show_plan(compiled, given, as_json=as_json)


def show_plan(compiled: CompiledWorkflow, given: dict[str, Any], *, as_json: bool = False) -> int:
    """Print the plan of a workflow with some inputs; gives the exit code."""
    model = compiled.models[compiled.definition.id]
    steps, hooks = outline_of(model)
    inputs = {name: _input(compiled, name, given) for name in compiled.inputs}
    if as_json:
        told = {
            "workflow": model.id,
            "description": model.description,
            "inputs": inputs,
            "steps": [step.to_dict() for step in steps],
            "hooks": {name: hook.to_dict() for name, hook in hooks.items()},
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return Exit.COMPLETE
    about = f": {model.description}" if model.description else ""
    print(f"{model.id}{about}")
    for name, each in inputs.items():
        value = shown(each["value"]) if "value" in each else "must be given"
        print(f"  input {name}: {each['type']} = {value} ({each['from']})")
    listed = list(tree(steps, unicode=is_unicode(sys.stdout.encoding)))
    width = max(len(lead) + len(step.name) for lead, step in listed)
    for lead, step in listed:
        print(f"{(lead + step.name).ljust(width)}  {step.line}".rstrip())
    for name, hook in hooks.items():
        print(f"({name})  {hook.line}".rstrip())
    return Exit.COMPLETE


def _input(compiled: CompiledWorkflow, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Say where the value of an input comes from."""
    model = compiled.inputs[name]
    told: dict[str, Any] = {"type": str(model.type), "description": model.description}
    if name in given:
        return told | {"value": given[name], "from": "given"}
    if model.default is not None:
        return told | {"value": model.type.from_node(model.default), "from": "default"}
    return told | ({"from": "required"} if model.required else {"value": None, "from": "optional"})
