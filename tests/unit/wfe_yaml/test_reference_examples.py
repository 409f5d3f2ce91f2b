"""Every example of the reference page is valid where it stands, and every key has one."""

from __future__ import annotations

import textwrap
from typing import Any, ClassVar, cast

import pytest

from wfe_yaml import load_workflow_from_str
from wfe_yaml.examples import CONFIGS, RECORDS, Example
from wfe_yaml.executors.base import ConfigModel, Program, StepPlan, StepType
from wfe_yaml.executors.describing import described
from wfe_yaml.executors.registry import executors
from wfe_yaml.loader import local_tools
from wfe_yaml.model.kinds import MapOf
from wfe_yaml.model.names import VARIABLE
from wfe_yaml.model.records import Of, Record, key, keys_of, record
from wfe_yaml.model.services import ServiceModel
from wfe_yaml.reference import reference
from wfe_yaml.schema import records
from wfe_yaml.source.problems import Problems

HEAD = """\
templates: {tested: {timeout: 10m}, team: {version: 2}}
workflow:
  id: w
  inputs: {ref: string, publish: bool, targets: list<string>}
  secrets: [REGISTRY_TOKEN]
"""
FILES = {
    "shared/templates.yaml": "templates: {shared: {timeout: 1m}}\n",
    "part.yaml": "workflow: {id: part, inputs: {count: int?}, steps: [{name: y, run: make}]}\n",
}
INSIDE = {
    "service": "services:\n  db:",
    "readiness": "services:\n  db:\n    image: postgres\n    readiness:",
    "retry": "run: make\nretry:",
    "errorbehavior": "run: make\nerror_behavior:",
    "output": "run: make\noutputs:\n  o:",
    "artifact": "run: make\nartifacts:\n  a:",
    "cache": "run: make\ncache:",
    "wait": "wait_for:",
    "approval": "approval:",
    "schedule": "steps: [{name: a, run: make}]\nschedule:",
    "shell": "config:",
}
"""What stands around the keys of a record that is part of a step."""


@record
class ServicesConfig(Record):
    """What the type `services` is given."""

    start: dict[str, ServiceModel] | None = key(MapOf(VARIABLE, Of(ServiceModel), what="services"), "Start.")
    stop: dict[str, ServiceModel] | None = key(MapOf(VARIABLE, Of(ServiceModel), what="services"), "Stop.")


class Services(StepType):
    """Takes the place of what runs services: the examples are read, and never run."""

    name: ClassVar[str] = "services"
    config: ClassVar[ConfigModel] = ServicesConfig

    def compile(self, config: Any, plan: StepPlan, problems: Problems) -> Program | None:
        """Read everything, and have nothing to run."""
        del config, plan, problems
        return None


def _file(record: str, example: Example) -> str:
    lines = "\n".join(filter(None, (example.shown, example.beside)))
    if record == "file":
        return lines
    if record == "workflow":
        return f"templates: {{team: {{timeout: 1h}}}}\nworkflow:\n{textwrap.indent(lines, '  ')}\n"
    if record == "input":
        body = textwrap.indent(lines, "      ")
        return f"workflow:\n  id: w\n  inputs:\n    x:\n{body}\n  steps: [{{name: a, run: make}}]\n"
    if record == "defaults":
        body = textwrap.indent(lines, "    ")
        return f"workflow:\n  id: w\n  defaults:\n{body}\n  steps: [{{name: a, run: make}}]\n"
    if record != "step":
        around = INSIDE.get(record, f"type: {record}\nconfig:")
        depth = len(around.splitlines()[-1]) - len(around.splitlines()[-1].lstrip()) + 2
        lines = f"{around}\n{textwrap.indent(lines, ' ' * depth)}"
    if record in ("service", "readiness"):
        lines = f"run: make\n{lines}"
    name = "" if lines.startswith("name: ") else "name: s\n"
    run = "\nrun: make" if lines.startswith("name: ") else ""
    if example.shown.startswith("needs:"):
        inner = textwrap.indent(
            f"- {{name: before, run: make}}\n- name: s\n{textwrap.indent(lines, '  ')}", "  "
        )
        lines, name = f"dag:\n{inner}", "name: d\n"
    body = textwrap.indent(textwrap.indent(f"{name}{lines}{run}", "  "), "    ")
    return f"include: part.yaml\n{HEAD}  steps:\n    -{body[5:]}\n"


def _cases() -> list[Any]:
    tables = {**RECORDS, **CONFIGS}
    return [
        pytest.param(record, example, id=f"{record}.{word}")
        for record, examples in tables.items()
        for word, example in examples.items()
    ]


@pytest.mark.parametrize(("record", "example"), _cases())
def test_an_example_is_valid_where_it_stands(record: str, example: Example) -> None:
    """The key in its mapping, in a file that is complete around it, loads without an error."""
    tools = local_tools(types={"services": Services})
    load_workflow_from_str(_file(record, example), files=FILES, tools=tools)


def test_every_key_has_an_example_on_the_page() -> None:
    """Each key of each record, and of the config of each type that has examples; no example without a key."""
    page = reference()
    assert RECORDS.keys() == records().keys()
    for name, model in records().items():
        assert RECORDS[name].keys() == keys_of(cast("Any", model)).keys(), name
    for kind, examples in CONFIGS.items():
        assert examples.keys() == {each.key for each in described(executors()[kind].config)}, kind
    for examples in (*RECORDS.values(), *CONFIGS.values()):
        for word, example in examples.items():
            assert example.shown.startswith(f"{word}: ")
            assert f"`{example.shown}`".replace("|", "\\|") in page
