"""A step of a workflow file, or a container of steps."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from wfe_core.errors import DefinitionError
from wfe_core.policies import ErrorBehavior
from wfe_yaml.errors import Code
from wfe_yaml.expressions.templates import Structure, Template
from wfe_yaml.model.artifacts import ArtifactModel, path_alone
from wfe_yaml.model.caching import GLOBS, CacheModel
from wfe_yaml.model.conditions import When
from wfe_yaml.model.constructs import BELONGS, CONSTRUCTS, RUNS, STEP, WITH_BODY, belongs, describe
from wfe_yaml.model.inputs import OutputModel, typed
from wfe_yaml.model.kinds import (
    Anything,
    Boolean,
    Choice,
    Integer,
    Items,
    ListOf,
    MapOf,
    Raw,
    Shorthand,
    Span,
    Text,
)
from wfe_yaml.model.matrix import Matrix, MatrixModel
from wfe_yaml.model.names import ENVIRONMENT_NAME, IDENTIFIER, STEP_NAME, TEMPLATES, VARIABLE
from wfe_yaml.model.records import Kind, Of, Record, key, keys_of, record
from wfe_yaml.model.retry import ErrorBehaviorModel, RetryModel, attempts
from wfe_yaml.model.services import ServiceModel
from wfe_yaml.model.waits import (
    ApprovalModel,
    Pause,
    ScheduleModel,
    WaitModel,
    event_alone,
    prompt_alone,
)
from wfe_yaml.source.nodes import Entry, Mapping, Node, Scalar, Sequence
from wfe_yaml.source.problems import Problems


class Steps(Kind["list[StepModel]"]):
    """A list of steps."""

    expected = "a list of steps"

    def __init__(self, *, dag: bool = False) -> None:
        self._dag = dag

    def read(self, node: Node, problems: Problems) -> list[StepModel] | None:
        """Read the steps; their names must differ."""
        steps = ListOf(Of(StepModel), what=self.expected, least=1).read(node, problems)
        check_names(steps or [], problems)
        for step in steps or []:
            if step.given("needs") and not self._dag:
                hint = "steps of a list run in order anyway; put them into a `dag:`"
                problems.add(Code.CONFLICT, "'needs' belongs to steps of a dag", step.key_at("needs"), hint)
        return steps


def check_names(steps: list[StepModel], problems: Problems) -> None:
    """Steps beside each other must have different names."""
    seen: dict[str, StepModel] = {}
    for step in steps:
        if step.name in seen:
            line = seen[step.name].at("name").line
            message = f"two steps here are named {step.name!r}"
            problems.add(Code.DUPLICATE_NAME, message, step.at("name"), f"the other one is in line {line}")
        seen.setdefault(step.name, step)


class Inline(Kind["list[StepModel]"]):
    """One step that needs no name, or a list of steps."""

    expected = "a step (without a name), or a list of steps"

    def __init__(self, name: str) -> None:
        self._name = name

    def read(self, node: Node, problems: Problems) -> list[StepModel] | None:
        """Read the steps."""
        if isinstance(node, Sequence):
            return Steps().read(node, problems)
        if not isinstance(node, Mapping):
            self.misfit(node, problems)
            return None
        if "name" not in node.entries:
            word = Scalar(node.source, node.start, node.end, 1, "name", "name")
            name = Scalar(node.source, node.start, node.end, 1, self._name, self._name)
            entries = {"name": Entry(word, name), **node.entries}
            node = Mapping(node.source, node.start, node.end, node.weight, entries)
        step = Of(StepModel).read(node, problems)
        return None if step is None else [step]


@record
class StepModel(Record):
    """A step, or a container of steps."""

    title: ClassVar[str] = "a step"
    extensible: ClassVar[bool] = True

    extends: list[str] | None = key(
        TEMPLATES, "The templates that it begins as a copy of: maps merge, the rest replaces, null deletes."
    )
    name: str = key(STEP_NAME, "What the step is called; unique among its neighbours.", required=True)
    description: str = key(Text(), "What it does, for people.", default="")
    type: str | None = key(Text(), "What runs it; `shell` when there is a `run`.")
    config: Node | None = key(Raw(), "What the type of step needs.")
    run: Node | None = key(Raw(), "Short for `config.run`: the commands of a shell step.")
    env: Node | None = key(Raw(), "Environment variables of the step.")
    working_dir: Node | None = key(Raw(), "The folder it runs in; counted from the folder of the file.")
    shell: Node | None = key(Raw(), "The shell that runs `run`.")
    secrets: list[str] | None = key(
        ListOf(ENVIRONMENT_NAME, what="a list of names of secrets"),
        "The secrets of the workflow that become variables of the step.",
    )
    timeout: int | None = key(Span(), "How long one attempt (or a container, from its start) may take.")
    retry: RetryModel | None = key(
        Shorthand(Of(RetryModel), attempts, "a number of attempts, or a mapping"), "Try again when it fails."
    )
    error_behavior: ErrorBehaviorModel | None = key(
        Of(ErrorBehaviorModel), "What happens when it fails, in one word; `retry` is the everyday form."
    )
    when: Template | Structure | None = key(When(), "The step is skipped unless this holds.")
    outputs: dict[str, OutputModel] | None = key(
        MapOf(
            VARIABLE,
            Shorthand(Of(OutputModel), typed(OutputModel), "a type, or a mapping"),
            what="a mapping from names to types",
        ),
        "The outputs that the step sets, with their types.",
    )
    inputs: dict[str, Structure] | None = key(
        MapOf(VARIABLE, Anything(), what="a mapping from names to values"),
        "Values of its own, which its expressions find beside the inputs of the workflow.",
    )
    artifacts: dict[str, ArtifactModel] | None = key(
        MapOf(
            VARIABLE,
            Shorthand(Of(ArtifactModel), path_alone, "a path, or a mapping"),
            what="a mapping from names to files",
        ),
        "Files that it leaves for later steps, which find them at `steps.NAME.artifacts.…`.",
    )
    services: dict[str, ServiceModel] | None = key(
        MapOf(VARIABLE, Of(ServiceModel), what="a mapping from names to services"),
        "Containers that are started before it, and stopped after it however it ended.",
    )
    idempotent: bool = key(
        Boolean(),
        "Whether it may run again when its runner died and nobody knows how far it came.",
        default=True,
    )
    continue_on_error: bool = key(Boolean(), "A failure of the step does not stop the run.", default=False)
    compensate: list[StepModel] | None = key(
        Inline("compensate"), "Undoes the step when the saga around it (or the step's own) is undone."
    )

    allow_raw: bool = key(
        Boolean(),
        "Inputs, outputs and the like, too, may become code in its `run`, by `raw(…)`.",
        default=False,
    )

    cache: CacheModel | None = key(Of(CacheModel), "The step is not run again while nothing has changed.")
    sources: list[str] | None = key(
        GLOBS,
        "Files and folders it reads: unless they (or its script, variables, inputs) change, it is not run. "
        "Its own `file`, local `modules`, and the module or package of a `call` count, too, but neither what "
        "these import nor what is installed.",
    )
    generates: list[str] | None = key(
        GLOBS, "Files and folders the step makes: when they are missing, it runs."
    )
    on_success: list[StepModel] | None = key(Inline("on_success"), "Runs when it has completed.")
    on_failure: list[StepModel] | None = key(
        Inline("on_failure"), "Runs when it has failed for good; it stays failed."
    )
    on_abort: list[StepModel] | None = key(Inline("on_abort"), "Runs when it is ended from outside.")
    ensure: list[StepModel] | None = key(Inline("ensure"), "Runs last, however it ended.")

    steps: list[StepModel] | None = key(Steps(), "Steps one after the other.")
    parallel: list[StepModel] | None = key(Steps(), "Steps all at once.")
    dag: list[StepModel] | None = key(
        Steps(dag=True), "Steps of which each begins when those it `needs` have ended."
    )
    needs: list[str] | None = key(
        ListOf(Text(), what="a list of names of steps"), "In a `dag`: the steps that must have ended before."
    )
    for_each: Structure | None = key(Items(), "A list: `steps` run once for each `item`.")
    while_: Template | Structure | None = key(When(), "`steps` run again and again while this holds.")
    max_iterations: int | None = key(Integer(1), "The `while` fails when it would go on after so many.")
    if_: Template | Structure | None = key(When(), "Runs the steps of `then` if this holds, else of `else`.")
    then: list[StepModel] | None = key(Steps(), "The steps when the condition of `if` holds.")
    else_: list[StepModel] | None = key(Steps(), "The steps when it does not.")
    saga: list[StepModel] | None = key(
        Steps(), "Steps one after the other; when one fails, those that completed are undone."
    )
    on_error: str | None = key(
        Choice("fail", "continue", "suspend"), "What comes when a saga has been undone; `fail` by default."
    )
    matrix: MatrixModel | None = key(
        Matrix(), "The step runs once for each combination of values, as `matrix.NAME`."
    )
    max_parallel: int | None = key(Integer(1), "How many run at once.")
    fail_fast: bool | None = key(
        Boolean(),
        "Whether a failure stops what runs beside it (true by default), or waits until that has ended.",
    )

    wait_for: WaitModel | None = key(
        Shorthand(Of(WaitModel), event_alone, "the name of an event, or a mapping"),
        "Waits for an event; its data are the outputs.",
    )
    delay: int | Template | None = key(Pause(), "Waits so long.")
    approval: ApprovalModel | None = key(
        Shorthand(Of(ApprovalModel), prompt_alone, "a question, or a mapping"),
        "Waits for a person; `by` and `comment` are the outputs.",
    )
    workflow: str | None = key(IDENTIFIER, "Runs another workflow of the file; its outputs are the outputs.")
    with_: dict[str, Structure] | None = key(
        MapOf(VARIABLE, Anything(), what="a mapping from names of inputs to values"),
        "The inputs of the `workflow`.",
    )
    schedule: ScheduleModel | None = key(
        Of(ScheduleModel), "Runs `steps` in the background, later or again and again."
    )

    @property
    def construct(self) -> str:
        """The key that says what it is; `step` for one that runs something."""
        return next((word for word in CONSTRUCTS if self.given(word)), STEP)

    @property
    def attempts(self) -> RetryModel | None:
        """When and how often it is tried again, however that was written."""
        return self.retry or (self.error_behavior.retry if self.error_behavior is not None else None)

    @property
    def on_failing(self) -> ErrorBehavior | None:
        """What happens when it has failed for good; None when the file does not say."""
        return self.error_behavior.on_error if self.error_behavior is not None else None

    @classmethod
    def hint(cls, name: str, node: Mapping) -> str | None:
        """Say so when a key belongs into the config of the step."""
        # Only a wrong file pays for the imports.
        from wfe_yaml.executors.configs import config_keys  # noqa: PLC0415
        from wfe_yaml.executors.registry import executors  # noqa: PLC0415

        kind = node.get("type")
        word = kind.text if isinstance(kind, Scalar) else "shell"
        with suppress(DefinitionError, KeyError):
            if name in config_keys(executors()[word].config):
                return f"it is a key of the config of a {word} step: write `config: {{{name}: …}}`"
        return None

    def check(self, problems: Problems) -> None:
        """A step does one thing, and has no keys of another construct."""
        doing = [word for word in (*CONSTRUCTS, *RUNS) if self.given(word)]
        construct = self.construct
        if construct in WITH_BODY and "steps" in doing:
            doing.remove("steps")
        elif construct in WITH_BODY and self._known():
            message = f"{construct!r} needs the key 'steps': what it runs"
            problems.add(Code.MISSING_KEY, message, self.key_at(construct))
        if construct != STEP and len(doing) > 1:
            message = f"{doing[0]!r} and {doing[1]!r} exclude each other in one step"
            inside = f"put it into a step of its own, under `steps:` of the {construct!r}"
            hint = inside if construct in WITH_BODY else "make two steps of it"
            problems.add(Code.CONFLICT, message, self.key_at(doing[1]), hint)
        elif not doing and not self.given("extends") and self._known():
            # An unknown key or template was told already, and is likely what the step was meant to do.
            hint = "give it `run:`, or `parallel:` or `steps:` with steps inside"
            problems.add(Code.MISSING_KEY, f"the step {self.name!r} does nothing", self.node.location, hint)
        self._check_keys(construct, problems)
        if construct == "if" and not self.given("then") and self._known():
            problems.add(Code.MISSING_KEY, "'if' needs the key 'then': a list of steps", self.key_at("if"))
        check_names([*(self.then or []), *(self.else_ or [])], problems)

    def _known(self) -> bool:
        return all(word in keys_of(StepModel) for word in self.node.entries)

    def _check_keys(self, construct: str, problems: Problems) -> None:
        for word, homes in BELONGS.items():
            if not self.given(word) or construct in homes or ("matrix" in homes and self.given("matrix")):
                continue
            message = f"{word!r} belongs to {belongs(word)}, not to {describe(construct)}"
            problems.add(Code.CONFLICT, message, self.key_at(word))
        if self.retry is not None and self.given("error_behavior"):
            message = "'retry' and 'error_behavior' exclude each other in one step"
            problems.add(Code.CONFLICT, message, self.key_at("error_behavior"), "keep `retry`")
        if self.matrix is None:
            return
        for word in ("max_parallel", "fail_fast"):
            if self.given(word) and getattr(self.matrix, word) is not None:
                message = f"{word!r} stands on the step and in its matrix"
                problems.add(Code.CONFLICT, message, self.key_at(word), "remove one of the two")
