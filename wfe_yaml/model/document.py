"""The models of a workflow file and of the workflows in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeGuard

from wfe_yaml.errors import Code
from wfe_yaml.expressions.templates import Structure, Template
from wfe_yaml.model.inputs import InputModel, typed
from wfe_yaml.model.kinds import (
    Anything,
    Choice,
    Constant,
    FilePath,
    Integer,
    ListOf,
    MapOf,
    OneOrMany,
    Raw,
    Shorthand,
    Span,
    Text,
)
from wfe_yaml.model.names import ENVIRONMENT, ENVIRONMENT_NAME, IDENTIFIER, TEMPLATES, VARIABLE
from wfe_yaml.model.records import FREE_PREFIXES, Of, Record, key, read_record, record
from wfe_yaml.model.services import ServiceModel
from wfe_yaml.model.steps import Inline, StepModel, Steps
from wfe_yaml.source.nodes import Mapping as MappingNode
from wfe_yaml.source.nodes import Node
from wfe_yaml.source.problems import Problems
from wfe_yaml.source.templates import Reading


@record
class DefaultsModel(Record):
    """What steps have when they do not say otherwise."""

    title: ClassVar[str] = "defaults"

    shell: Node | None = key(Raw(), "The shell that runs `run`.")
    timeout: Node | None = key(Raw(), "How long one attempt may take.")
    working_dir: Node | None = key(
        Raw(),
        "The folder steps run in; counted from the folder of the file. Not for containers and microVMs, "
        "which have folders of their own.",
    )


@record
class WorkflowModel(Record):
    """A workflow."""

    title: ClassVar[str] = "a workflow"
    extensible: ClassVar[bool] = True

    extends: list[str] | None = key(
        TEMPLATES, "The templates that it begins as a copy of: maps merge, the rest replaces, null deletes."
    )

    id: str = key(IDENTIFIER, "What the workflow is called.", required=True)
    version: int = key(
        Integer(1), "A label: `workflow.version`, and what `sub_workflow` in Python can ask for.", default=1
    )
    description: str = key(Text(), "What it does, for people.", default="")
    inputs: dict[str, InputModel] = key(
        MapOf(
            VARIABLE,
            Shorthand(Of(InputModel), typed(InputModel), "a type, or a mapping"),
            what="a mapping from names to types",
        ),
        "What a run can or must be given.",
        default=dict,
    )
    outputs: dict[str, Structure] = key(
        MapOf(VARIABLE, Anything(), what="a mapping from names to values"),
        "What a run gives in the end.",
        default=dict,
    )
    secrets: list[str] = key(
        ListOf(ENVIRONMENT_NAME, what="a list of names of secrets"),
        "Secrets that it needs: from the environment or a file, never stored, masked wherever they show up.",
        default=list,
    )
    env: dict[str, Template] = key(ENVIRONMENT, "Environment variables of all steps.", default=dict)
    defaults: DefaultsModel | None = key(Of(DefaultsModel), "What steps have when they do not say otherwise.")
    services: dict[str, ServiceModel] | None = key(
        MapOf(VARIABLE, Of(ServiceModel), what="a mapping from names to services"),
        "Containers that are started before the steps, and stopped after them however they ended.",
    )
    timeout: int | None = key(Span(), "How long a run may take, from its start.")
    max_parallel: int | None = key(
        Integer(1), "How many branches of a container run at once, unless it says so itself."
    )
    on_error: str = key(
        Choice("stop", "continue"), "Whether the failure of a step stops the run.", default="stop"
    )
    on_success: list[StepModel] | None = key(Inline("on_success"), "Runs when all steps have ended well.")
    on_failure: list[StepModel] | None = key(Inline("on_failure"), "Runs when the run fails.")
    on_abort: list[StepModel] | None = key(Inline("on_abort"), "Runs when the run is cancelled.")
    ensure: list[StepModel] | None = key(Inline("ensure"), "Runs last, however the run ends.")
    steps: list[StepModel] = key(Steps(), "The steps, one after the other.", required=True)


@record
class FileModel(Record):
    """A workflow file."""

    title: ClassVar[str] = "a workflow file"

    include: list[str] | None = key(
        OneOrMany(FilePath(), what="a list of files"),
        "Files whose workflows, templates and variables are part of this one; paths count from here.",
    )
    vars: dict[str, Node] = key(
        MapOf(VARIABLE, Constant(), what="a mapping from names to values"),
        "Constants for expressions, which `--var` can replace; null is a value that must be given.",
        default=dict,
    )
    templates: Node | None = key(Raw(), "Mappings that steps and workflows can begin as a copy of.")
    workflow: WorkflowModel | None = key(Of(WorkflowModel), "The workflow.")
    workflows: list[WorkflowModel] | None = key(
        ListOf(Of(WorkflowModel), what="a list of workflows", least=1),
        "Several workflows; the first is the entry.",
    )

    def all(self) -> list[WorkflowModel]:
        """The workflows of the file, the entry first."""
        return self.workflows or ([self.workflow] if self.workflow is not None else [])

    def check(self, problems: Problems) -> None:
        """Only one of the two keys."""
        if self.given("workflow") and self.given("workflows"):
            message = "'workflow' and 'workflows' exclude each other"
            hint = "put all of them under 'workflows'; the first is what a run begins with"
            problems.add(Code.CONFLICT, message, self.key_at("workflows"), hint)


@dataclass(frozen=True, slots=True)
class Document:
    """A workflow file with all that it includes.

    Attributes:
        workflows: the entry first, then in the order of the files.
        variables: the values of `vars`; those of the including file go before those of an included one.
    """

    workflows: tuple[WorkflowModel, ...]
    variables: Mapping[str, Node]


def read_document(roots: Sequence[Node], reading: Reading) -> Document:
    """Read a file and what it includes; what is wrong becomes problems.

    Args:
        roots: the root of the file itself, then those of the included ones.
        reading: where problems are noted; it gets the templates.
    """
    maps = [root for root in roots if _is_file(root, reading)]
    _define_templates(maps, reading)
    files = [found for root in maps if (found := read_record(FileModel, root, reading)) is not None]
    workflows = [workflow for file in files for workflow in file.all()]
    if maps and not any(key in root.entries for root in maps for key in ("workflow", "workflows")):
        hint = "begin the file with `workflow:` and indent the rest below it"
        reading.add(Code.MISSING_KEY, "the file has no workflow", maps[0].location, hint)
    seen: dict[str, WorkflowModel] = {}
    for workflow in workflows:
        if workflow.id in seen:
            hint = f"the other one is at {seen[workflow.id].at('id')}"
            message = f"two workflows have the id {workflow.id!r}"
            reading.add(Code.DUPLICATE_NAME, message, workflow.at("id"), hint)
        seen.setdefault(workflow.id, workflow)
    variables: dict[str, Node] = {}
    for file in files:
        variables = {**file.vars, **variables}
    return Document(tuple(seen.values()), variables)


def _is_file(root: Node, problems: Problems) -> TypeGuard[MappingNode]:
    if isinstance(root, MappingNode):
        return True
    hint = "begin the file with `workflow:`"
    problems.add(Code.TYPE, f"expected a workflow file (a mapping), found {root.kind}", root.location, hint)
    return False


def _define_templates(roots: Sequence[MappingNode], reading: Reading) -> None:
    for root in roots:
        templates = root.get("templates")
        if isinstance(templates, MappingNode):
            for name, entry in templates.entries.items():
                if not name.startswith(FREE_PREFIXES):
                    reading.define(name, entry)
        elif templates is not None:
            message = f"expected a mapping from names to templates, found {templates.kind}"
            reading.add(Code.TYPE, message, templates.location)
    reading.close()
