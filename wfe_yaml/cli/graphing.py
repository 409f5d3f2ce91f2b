"""`wfe graph`: pictures of a workflow, and of a run with the states of its steps."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.cli.folding import rows
from wfe_yaml.cli.inputs import load_file
from wfe_yaml.cli.marks import is_unicode, mark, word
from wfe_yaml.cli.outline import outline_of, tree
from wfe_yaml.cli.stores import Store, find_run, view_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wfe_core.definition.definition import WorkflowDefinition
    from wfe_yaml.cli.view import RunView
    from wfe_yaml.loader import CompiledWorkflow

_COLOURS = {
    "complete": "#c8e6c9",
    "failed": "#ffcdd2",
    "running": "#bbdefb",
    "sleeping": "#fff9c4",
    "waiting": "#fff9c4",
    "skipped": "#eeeeee",
    "cancelled": "#ffe0b2",
    "compensating": "#ffe0b2",
    "compensated": "#ffe0b2",
}
"""What the states are painted with in pictures."""


async def draw(
    source: str,
    workflow: str | None,
    store_option: str | None,
    form: str,
    variables: Mapping[str, str] | None = None,
) -> int:
    """Print the picture of a file, or of a run; gives the exit code.

    Raises:
        YamlError: the file is wrong.
        CommandError: there is no such file and no such run.
    """
    if is_file(source):
        compiled = load_file(source, workflow=workflow, variables=variables)
        _print(compiled.definition, form, None, compiled)
        return Exit.COMPLETE
    if variables:
        hint = f"{source!r} is no file; a run has the variables it was started with"
        raise CommandError("--var is for a file", hint=hint)
    store = Store.of(store_option)
    if not store.exists():
        raise CommandError(f"there is no file {source!r}, and there are no runs here")
    async with store.open() as host:
        view = await view_of(host, await find_run(host, source))
    _print(view.definition, form, view, None)
    return Exit.COMPLETE


def is_file(source: str) -> bool:
    """Whether a word names a file, and not a run."""
    return Path(source).exists()


def _print(
    definition: WorkflowDefinition[Any], form: str, view: RunView | None, compiled: CompiledWorkflow | None
) -> None:
    states = {} if view is None else _states(view)
    if form == "mermaid":
        print(definition.to_mermaid(_painted(states)), end="")
    elif form == "dot":
        print(definition.to_dot(_painted(states)), end="")
    elif form == "json":
        told = definition.to_dict()
        if view is not None:
            told["run"], told["states"] = view.run_id, states
        print(json.dumps(told, ensure_ascii=False, indent=2))
    elif view is not None:
        _print_run(view)
    elif compiled is not None:
        print(definition.id)
        steps, _ = outline_of(compiled.models[definition.id])
        for lead, step in tree(steps, unicode=is_unicode(sys.stdout.encoding)):
            print(f"{lead}{step.name}  {step.type}" + (f"  {step.what}" if step.steps and step.what else ""))


def _print_run(view: RunView) -> None:
    print(f"{view.workflow}  (run {view.run_id})")
    for row in rows(view):
        indent = "  " * row.depth
        if row.step is None:
            print(indent + row.words)
        else:
            sign = mark(row.step.state, sys.stdout.encoding)
            print(f"{indent}{sign} {row.step.name}  {word(row.step.state)}")


def _states(view: RunView) -> dict[str, str]:
    """Give the state of each step of the definition; what is in a loop has the worst of its items."""
    order = ["failed", "running", "compensating", "sleeping", "waiting", "cancelled", "compensated"]
    order += ["pending", "complete", "skipped"]
    states: dict[str, str] = {}
    for step in view.rows():
        if step.item or step.key not in view.definition.steps:
            continue
        known = states.get(step.key)
        if known is None or order.index(step.state) < order.index(known):
            states[step.key] = step.state
    return states


def _painted(states: dict[str, str]) -> dict[str, str]:
    return {key: _COLOURS[state] for key, state in states.items() if state in _COLOURS}
