"""A step of a workflow file, or a container of steps."""

from __future__ import annotations

from typing import ClassVar

from wfe_yaml.errors import Code
from wfe_yaml.expressions.templates import Template
from wfe_yaml.model.inputs import OutputModel, typed
from wfe_yaml.model.kinds import Boolean, Condition, Integer, ListOf, MapOf, Raw, Shorthand, Span, Text
from wfe_yaml.model.names import STEP_NAME, VARIABLE
from wfe_yaml.model.records import Kind, Of, Record, key, keys_of, record
from wfe_yaml.model.retry import RetryModel, attempts
from wfe_yaml.source.nodes import Node
from wfe_yaml.source.problems import Problems


class Steps(Kind["list[StepModel]"]):
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
        Shorthand(Of(RetryModel), attempts, "a number of attempts, or a mapping"), "Try again when it fails."
    )
    when: Template | None = key(Condition(), "The step is skipped unless this holds.")
    outputs: dict[str, OutputModel] | None = key(
        MapOf(
            VARIABLE,
            Shorthand(Of(OutputModel), typed(OutputModel), "a type, or a mapping"),
            what="a mapping from names to types",
        ),
        "The outputs that the step sets, with their types.",
    )
    continue_on_error: bool = key(Boolean(), "A failure of the step does not stop the run.", default=False)
    steps: list[StepModel] | None = key(Steps(), "Steps one after the other.")
    parallel: list[StepModel] | None = key(Steps(), "Steps all at once.")
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
