"""The models of a workflow file and of the workflows in it."""

from __future__ import annotations

from typing import ClassVar

from wfe_yaml.errors import Code
from wfe_yaml.expressions.templates import Structure, Template
from wfe_yaml.model.inputs import InputModel, typed
from wfe_yaml.model.kinds import Anything, Choice, Integer, ListOf, MapOf, Raw, Shorthand, Span, Text
from wfe_yaml.model.names import ENVIRONMENT, IDENTIFIER, VARIABLE
from wfe_yaml.model.records import Of, Record, key, read_record, record
from wfe_yaml.model.steps import StepModel, Steps
from wfe_yaml.source.nodes import Mapping, Node
from wfe_yaml.source.problems import Problems


@record
class DefaultsModel(Record):
    """What steps have when they do not say otherwise."""

    title: ClassVar[str] = "defaults"
    later: ClassVar[frozenset[str]] = frozenset({"retry"})

    shell: Node | None = key(Raw(), "The shell that runs `run`.")
    timeout: Node | None = key(Raw(), "How long one attempt may take.")
    working_dir: Node | None = key(Raw(), "The folder steps run in; counted from the folder of the file.")


@record
class WorkflowModel(Record):
    """A workflow."""

    title: ClassVar[str] = "a workflow"
    later: ClassVar[frozenset[str]] = frozenset({
        "secrets", "ensure", "on_success", "on_failure", "on_abort", "services",
        "templates", "vars", "artifacts", "cache",
    })  # fmt: skip

    id: str = key(IDENTIFIER, "What the workflow is called.", required=True)
    version: int = key(Integer(1), "A label that sub-workflows can ask for.", default=1)
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
    env: dict[str, Template] = key(ENVIRONMENT, "Environment variables of all steps.", default=dict)
    defaults: DefaultsModel | None = key(Of(DefaultsModel), "What steps have when they do not say otherwise.")
    timeout: int | None = key(Span(), "How long a run may take, from its start.")
    max_parallel: int | None = key(
        Integer(1), "How many branches of a container run at once, unless it says so itself."
    )
    on_error: str = key(
        Choice("stop", "continue"), "Whether the failure of a step stops the run.", default="stop"
    )
    steps: list[StepModel] = key(Steps(), "The steps, one after the other.", required=True)


@record
class FileModel(Record):
    """A workflow file."""

    title: ClassVar[str] = "a workflow file"
    later: ClassVar[frozenset[str]] = frozenset({"include", "templates"})

    workflow: WorkflowModel | None = key(Of(WorkflowModel), "The workflow.")
    workflows: list[WorkflowModel] | None = key(
        ListOf(Of(WorkflowModel), what="a list of workflows", least=1),
        "Several workflows; the first is the entry.",
    )

    def all(self) -> list[WorkflowModel]:
        """The workflows of the file, the entry first."""
        return self.workflows or ([self.workflow] if self.workflow is not None else [])

    def check(self, problems: Problems) -> None:
        """One of the two keys, and ids that differ."""
        if self.given("workflow") and self.given("workflows"):
            message = "'workflow' and 'workflows' exclude each other"
            problems.add(Code.CONFLICT, message, self.key_at("workflows"))
        elif not self.given("workflow") and not self.given("workflows"):
            hint = "begin the file with `workflow:` and indent the rest below it"
            problems.add(Code.MISSING_KEY, "the file has no workflow", self.node.location, hint)
        seen: set[str] = set()
        for workflow in self.all():
            if workflow.id in seen:
                message = f"two workflows have the id {workflow.id!r}"
                problems.add(Code.DUPLICATE_NAME, message, workflow.at("id"))
            seen.add(workflow.id)


def read_document(node: Node, problems: Problems) -> FileModel | None:
    """Read the root of a document; None when it is unusable (a problem says why)."""
    if not isinstance(node, Mapping):
        hint = "begin the file with `workflow:`"
        problems.add(
            Code.TYPE, f"expected a workflow file (a mapping), found {node.kind}", node.location, hint
        )
        return None
    return read_record(FileModel, node, problems)
