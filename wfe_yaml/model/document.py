"""The models of a workflow file, from the file down to a step."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from wfe_core.policies import RetryPolicy
from wfe_yaml.errors import Code
from wfe_yaml.expressions.templates import Structure, Template
from wfe_yaml.expressions.values import is_list
from wfe_yaml.model.kinds import (
    Anything,
    Boolean,
    Choice,
    Condition,
    Integer,
    ListOf,
    MapOf,
    Name,
    Number,
    Raw,
    Shorthand,
    Span,
    Text,
    TextTemplate,
)
from wfe_yaml.model.records import Kind, Of, Record, key, keys_of, read_record, record
from wfe_yaml.model.types import STRING, Type, ValueType
from wfe_yaml.source.nodes import Mapping, Node, Scalar, Sequence
from wfe_yaml.source.problems import Problems

RESERVED_STEP_NAMES = frozenset({"outputs", "status", "exit_code", "error", "stdout", "stderr", "duration"})
"""They are attributes of steps in expressions."""
STEP_NAME = Name(
    "a name of a step (printable, without '/', '~' and blanks at the ends)",
    r"[^\s/~](?:[^/~\x00-\x1f\x7f]*[^\s/~])?",
    reserved=RESERVED_STEP_NAMES,
)
IDENTIFIER = Name("an identifier (letters, digits, '.', '_' and '-')", r"[A-Za-z0-9][A-Za-z0-9._-]*")
VARIABLE = Name(
    "a name (letters, digits, '_' and '-', beginning with a letter or '_')", r"[A-Za-z_][A-Za-z0-9_-]*"
)
ENVIRONMENT_NAME = Name("a name of an environment variable", r"[A-Za-z_][A-Za-z0-9_]*")

ENVIRONMENT = MapOf(ENVIRONMENT_NAME, TextTemplate(), what="a mapping from names of variables to texts")


@record
class InputModel(Record):
    """An input of a workflow."""

    title: ClassVar[str] = "an input"

    type: ValueType = key(Type(), "Its type.", default=STRING)
    default: Node | None = key(Raw(), "The value when none is given; without one the input must be given.")
    description: str = key(Text(), "What it is, for people.", default="")
    enum: list[Node] | None = key(ListOf(Raw(), what="a list of values", least=1), "The only values allowed.")
    pattern: str | None = key(Text(), "A regular expression that the whole text must match.")
    min: float | None = key(Number(), "The smallest number, or the least length of a text or list.")
    max: float | None = key(Number(), "The largest number, or the greatest length of a text or list.")

    @property
    def required(self) -> bool:
        """Whether a run must give it."""
        return self.default is None and not self.type.optional

    def check(self, problems: Problems) -> None:
        """The default must be a value that could be given."""
        if self.pattern is not None:
            try:
                re.compile(self.pattern)
            except (re.error, RecursionError, OverflowError) as exc:
                problems.add(Code.VALUE, f"the pattern is no regular expression: {exc}", self.at("pattern"))
                self.pattern = None
        if self.default is not None:
            trouble = self.trouble(self.type.from_node(self.default))
            if trouble is not None:
                problems.add(Code.TYPE, f"the default does not fit: {trouble}", self.default.location)

    def trouble(self, value: Any) -> str | None:
        """Say why a value is not allowed; None when it is."""
        wrong = self.type.trouble(value)
        if wrong is not None or value is None:
            return wrong
        if self.enum is not None:
            allowed = [self.type.from_node(node) for node in self.enum]
            if value not in allowed:
                return f"{value!r} is none of {', '.join(map(str, allowed))}"
        if self.pattern is not None and isinstance(value, str) and not re.fullmatch(self.pattern, value):
            return f"{value[:60]!r} does not match the pattern {self.pattern}"
        size, what = _size(value)
        if size is not None and self.min is not None and size < self.min:
            return f"{what} must be at least {self.min:g}, not {size}"
        if size is not None and self.max is not None and size > self.max:
            return f"{what} must be at most {self.max:g}, not {size}"
        return None


@record
class OutputModel(Record):
    """An output of a step."""

    title: ClassVar[str] = "an output"

    type: ValueType = key(Type(), "Its type.", default=STRING)
    description: str = key(Text(), "What it is, for people.", default="")


def _size(value: Any) -> tuple[float | None, str]:
    """Give what `min` and `max` bound, and what it is called."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value, "it"
    if isinstance(value, str) or is_list(value):
        return len(value), "its length"
    return None, ""


def _typed(model: type[Any]) -> Any:
    def expand(scalar: Scalar, problems: Problems) -> Any:
        found = Type().read(scalar, problems)
        empty = Mapping(scalar.source, scalar.start, scalar.end, 1)
        return None if found is None else model(node=empty, type=found)

    return expand


@record
class RetryModel(Record):
    """When and how often a failed step is tried again."""

    title: ClassVar[str] = "retry"

    max_attempts: int = key(Integer(1, 1000), "Attempts in all, the first included.", default=3)
    interval: int = key(Span(positive=False), "The pause after the first attempt.", default=1_000_000)
    backoff: float = key(Number(1), "The factor from one pause to the next.", default=2.0)
    max_interval: int = key(Span(positive=False), "The longest pause.", default=60_000_000)
    jitter: float = key(Number(0, 1), "The share of a pause that chance may add or take.", default=0.0)
    on: list[str] | None = key(
        ListOf(Text(), what="a list of exit codes and the word timeout", least=1),
        "Only these failures are tried again: exit codes, and `timeout`.",
        default=None,
    )

    def check(self, problems: Problems) -> None:
        """`on` takes exit codes and the word timeout."""
        nodes = self.node.get("on")
        for word, node in zip(
            self.on or [], nodes.items if isinstance(nodes, Sequence) else (), strict=False
        ):
            if word != "timeout" and not (word.isdecimal() and 1 <= int(word) <= 255):  # noqa: PLR2004
                message = f"expected an exit code from 1 to 255, or timeout, found {word!r}"
                problems.add(Code.VALUE, message, node.location)

    def policy(self) -> RetryPolicy:
        """Give the engine's policy; `on` is the business of the step, which knows its exit code."""
        return RetryPolicy(
            max_attempts=self.max_attempts,
            interval=self.interval / 1e6,
            backoff=self.backoff,
            max_interval=self.max_interval / 1e6,
            jitter=self.jitter,
        )

    def covers(self, exit_code: int | None) -> bool:
        """Whether a failure is tried again; None stands for a timeout."""
        return self.on is None or ("timeout" if exit_code is None else str(exit_code)) in self.on


def _attempts(scalar: Scalar, problems: Problems) -> RetryModel | None:
    number = Integer(1, 1000).read(scalar, problems)
    empty = Mapping(scalar.source, scalar.start, scalar.end, 1)
    return None if number is None else RetryModel(node=empty, max_attempts=number)


class _Steps(Kind["list[StepModel]"]):
    """A list of steps."""

    expected = "a list of steps"

    def read(self, node: Node, problems: Problems) -> list[StepModel] | None:
        """Read the steps; their names must differ."""
        steps = ListOf(Of(StepModel), what=self.expected, least=1).read(node, problems)
        seen: dict[str, StepModel] = {}
        for step in steps or []:
            if step.name in seen:
                line = seen[step.name].at("name").line
                message = f"two steps here are named {step.name!r}"
                problems.add(
                    Code.DUPLICATE_NAME, message, step.at("name"), f"the other one is in line {line}"
                )
            seen.setdefault(step.name, step)
        return steps


@record
class StepModel(Record):
    """A step, or a container of steps."""

    title: ClassVar[str] = "a step"
    later: ClassVar[frozenset[str]] = frozenset({
        "inputs", "secrets", "error_behavior", "on_success", "on_failure", "on_abort", "ensure", "compensate",
        "idempotent", "cache", "sources", "generates", "artifacts", "services", "dag", "needs", "for_each",
        "matrix", "fail_fast", "while", "if", "then", "else", "saga", "wait_for", "delay", "approval",
        "workflow", "with", "schedule", "extends", "pass_env", "success", "allow_raw",
    })  # fmt: skip

    name: str = key(STEP_NAME, "What the step is called; unique among its neighbours.", required=True)
    description: str = key(Text(), "What it does, for people.", default="")
    type: str | None = key(Text(), "What runs it; `shell` when there is a `run`.")
    config: Node | None = key(Raw(), "What the type of step needs.")
    run: Node | None = key(Raw(), "Short for `config.run`: the commands of a shell step.")
    env: Node | None = key(Raw(), "Environment variables of the step.")
    working_dir: Node | None = key(Raw(), "The folder it runs in; counted from the folder of the file.")
    shell: Node | None = key(Raw(), "The shell that runs `run`.")
    timeout: int | None = key(Span(), "How long one attempt (or a container, from its start) may take.")
    retry: RetryModel | None = key(
        Shorthand(Of(RetryModel), _attempts, "a number of attempts, or a mapping"), "Try again when it fails."
    )
    when: Template | None = key(Condition(), "The step is skipped unless this holds.")
    outputs: dict[str, OutputModel] | None = key(
        MapOf(
            VARIABLE,
            Shorthand(Of(OutputModel), _typed(OutputModel), "a type, or a mapping"),
            what="a mapping from names to types",
        ),
        "The outputs that the step sets, with their types.",
    )
    continue_on_error: bool = key(Boolean(), "A failure of the step does not stop the run.", default=False)
    steps: list[StepModel] | None = key(_Steps(), "Steps one after the other.")
    parallel: list[StepModel] | None = key(_Steps(), "Steps all at once.")
    max_parallel: int | None = key(Integer(1), "How many of `parallel` run at once.")

    @property
    def children(self) -> list[StepModel]:
        """The steps inside, if it is a container."""
        return self.steps or self.parallel or []

    @property
    def container(self) -> str | None:
        """The key that makes it a container, if it is one."""
        return next((word for word in CONTAINERS if self.given(word)), None)

    def check(self, problems: Problems) -> None:
        """A step does one thing, and a container has no keys of a step."""
        doing = [word for word in (*CONTAINERS, "run", "config", "type") if self.given(word)]
        containers = [word for word in doing if word in CONTAINERS]
        if len(containers) > 1 or (containers and len(doing) > 1):
            other = next(word for word in doing if word != containers[0])
            message = f"{containers[0]!r} and {other!r} exclude each other in one step"
            problems.add(Code.CONFLICT, message, self.key_at(other), "make two steps of it")
        elif not doing and all(word in keys_of(StepModel) for word in self.node.entries):
            # An unknown key was told already, and is likely what the step was meant to do.
            hint = "give it `run:`, or `parallel:` or `steps:` with steps inside"
            problems.add(Code.MISSING_KEY, f"the step {self.name!r} does nothing", self.node.location, hint)
        if containers:
            for word in ("env", "working_dir", "shell", "outputs", "retry", "continue_on_error"):
                if self.given(word):
                    message = f"{word!r} belongs to a step that runs something, not to a container"
                    problems.add(Code.CONFLICT, message, self.key_at(word))
        if self.given("max_parallel") and not self.given("parallel"):
            problems.add(Code.CONFLICT, "'max_parallel' needs 'parallel'", self.key_at("max_parallel"))


CONTAINERS = ("parallel", "steps")


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
        "secrets", "ensure", "on_success", "on_failure", "on_abort", "services", "max_parallel", "on_error",
        "templates", "vars", "artifacts", "cache",
    })  # fmt: skip

    id: str = key(IDENTIFIER, "What the workflow is called.", required=True)
    version: int = key(Integer(1), "A label that sub-workflows can ask for.", default=1)
    description: str = key(Text(), "What it does, for people.", default="")
    inputs: dict[str, InputModel] = key(
        MapOf(
            VARIABLE,
            Shorthand(Of(InputModel), _typed(InputModel), "a type, or a mapping"),
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
    steps: list[StepModel] = key(_Steps(), "The steps, one after the other.", required=True)


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


__all__ = [
    "Choice",
    "DefaultsModel",
    "FileModel",
    "InputModel",
    "OutputModel",
    "RetryModel",
    "StepModel",
    "WorkflowModel",
    "read_document",
]
