"""`Executor`: the base class of types of steps, built-in ones and those of others."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, cast

from wfe_core.errors import OutputError, StepError, UndecidedStepError
from wfe_yaml.executors.base import Program, StepPause, StepResult, StepType
from wfe_yaml.executors.configs import ConfigT
from wfe_yaml.executors.hiding import mask_error
from wfe_yaml.executors.masking import mask_text, revealed
from wfe_yaml.executors.outputs import Outputs
from wfe_yaml.expressions.values import deep_plain

if TYPE_CHECKING:
    from wfe_core.steps.context import StepContext
    from wfe_yaml.executors.base import StepCall, StepPlan
    from wfe_yaml.executors.configs import ConfigTemplate
    from wfe_yaml.expressions.templates import Expression
    from wfe_yaml.model.artifacts import ArtifactModel
    from wfe_yaml.source.nodes import Mapping as MappingNode
    from wfe_yaml.source.problems import Problems
    from wfe_yaml.source.text import Location


class StepAttempt:
    """One attempt of a step, as its executor sees it.

    Attributes:
        plan: what is known about the step: its name, declared outputs, retry policy.
        call: the attempt as the compiler hands it over.
    """

    def __init__(self, plan: StepPlan, call: StepCall, config: MappingNode | None = None) -> None:
        self.plan = plan
        self.call = call
        self._config = config

    @property
    def ctx(self) -> StepContext[Any]:
        """The engine's context: identity, `attempt`, `idempotency_key`, `heartbeat()`, `progress(…)`."""
        return self.call.ctx

    @property
    def secrets(self) -> Mapping[str, str]:
        """The secrets of the workflow by name: never log them; `emit` masks them."""
        return self.plan.tools.secrets

    def emit(self, stream: str, line: str) -> None:
        """Store and show a line; `stream` is `stdout`, `stderr` or a word of your own. Secrets are masked."""
        self.ctx.emit(stream, mask_text(line, self.secrets) if self.secrets else line)

    def data(self) -> dict[str, Any]:
        """Give what a script may see of the run: `inputs`, `steps` (outputs by name), `item`, `matrix`."""
        found: dict[str, Any] = deep_plain(self.call.names.root("data"))
        return found

    def variables(self) -> dict[str, str]:
        """Give the variables that the workflow declares, and those of the step's secrets."""
        return {name: template.text(self.call.names) for name, template in self.plan.env.items()}

    def path(self, text: str) -> Path:
        """Give a path of the config: relative ones count from the folder of the workflow file."""
        return Path(self.call.root, text)

    def place(self, key: str) -> Location | None:
        """Give where a key of the config stands in the file; None for a step that comes from no file."""
        node = None if self._config is None else self._config.get(key)
        return None if node is None else node.location

    def retries(self, *, timeout: bool = False) -> bool:
        """Whether `retry: {on: …}` lets a failure without an exit code be tried again."""
        retry = self.plan.retry
        return retry is None or retry.on is None or (timeout and retry.covers(None))


class Executor(StepType, Generic[ConfigT]):
    """A type of step: subclass it, say its `name` and its `config`, and write `run`.

    Register the class under the entry point `wfe.executors`, by the word after `type:`. One object is made
    for each step of a workflow; it may run any number of attempts, of any number of runs, at the same time,
    so it keeps nothing about them. The docstring of the class is what `wfe steps` says about the type, the
    descriptions of the fields of the model are what it says about the keys.
    """

    gives: ClassVar[frozenset[str]] = frozenset()
    """Outputs that every step of the type has, declared or not."""

    resumes: ClassVar[bool] = False
    """It finds out itself what became of an attempt whose host died, also for `idempotent: false`."""

    @abstractmethod
    async def run(
        self, config: ConfigT, attempt: StepAttempt
    ) -> Mapping[str, Any] | StepResult | StepPause | None:
        """Run one attempt and give the outputs, which are JSON; a `StepPause` runs it again later.

        It runs again with the same `attempt.ctx.idempotency_key` after a failure, or after a crash whose
        effects nobody knows. When it is cancelled it must have stopped all it started before it ends. It must
        not block the loop: `asyncio.to_thread` is for what does.

        Raises:
            StepError: it failed; `retryable` says whether trying again can help.
        """

    def check(self, config: ConfigTemplate[ConfigT], plan: StepPlan, problems: Problems) -> None:
        """Note what is wrong with a config beyond its model; called when the file is read."""

    def leaves(self, config: ConfigTemplate[ConfigT], problems: Problems) -> Mapping[str, ArtifactModel]:
        """Name the files that a step leaves for later ones because of its config: they become artifacts."""
        del config, problems
        return {}

    def reads(self, config: ConfigT, attempt: StepAttempt) -> Sequence[Path]:
        """Name the files and folders that make a step what it is, besides a `file`: its modules, say.

        A step with `cache` or `sources` runs again when one of them has changed.
        """
        del config, attempt
        return ()

    def compile(self, config: Any, plan: StepPlan, problems: Problems) -> Program | None:
        """Check the config; what runs it later evaluates its expressions for each attempt."""
        before = len(problems)
        self.check(config, plan, problems)
        artifacts = self.leaves(config, problems)
        return ConfiguredProgram(self, config, plan, artifacts) if len(problems) == before else None


class ConfiguredProgram(Program, Generic[ConfigT]):
    """A step of a type with a pydantic config."""

    def __init__(
        self,
        executor: Executor[ConfigT],
        config: ConfigTemplate[ConfigT],
        plan: StepPlan,
        artifacts: Mapping[str, ArtifactModel],
    ) -> None:
        self._executor = executor
        self._config = config
        self._plan = plan
        self._artifacts = artifacts

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Those of the config."""
        return self._config.expressions

    @property
    def artifacts(self) -> Mapping[str, ArtifactModel]:
        """Those that the config names."""
        return self._artifacts

    def reads(self, call: StepCall) -> Sequence[Path]:
        """Those that the executor names."""
        try:
            config = self._config.evaluate(call.names)
            return self._executor.reads(config, StepAttempt(self._plan, call, self._config.node))
        except Exception as exc:
            mask_error(exc, self._plan.tools.secrets)
            raise

    async def run(self, call: StepCall) -> StepResult | StepPause:
        """Evaluate the config, once, run the executor and check what it gives.

        Raises:
            UndecidedStepError: nobody knows whether an earlier attempt did it, and it must not be done twice.
            StepError: the attempt failed, or its outputs do not fit; secrets in its message are masked.
        """
        if call.ctx.crashes and not self._plan.idempotent and not self._executor.resumes:
            message = (
                "its runner died while it ran, and it is not known how far it came; it is marked "
                "`idempotent: false`, so somebody must decide: wfe retry runs it again, wfe cancel gives up"
            )
            raise UndecidedStepError(message)
        try:
            config = self._config.evaluate(call.names)
            return await execute(self._executor, config, StepAttempt(self._plan, call, self._config.node))
        except SystemExit as exc:
            # It would end the host, with all other runs.
            message = f"the code of the type {self._executor.name!r} has called sys.exit({exc.code!r})"
            raise StepError(mask_text(message, self._plan.tools.secrets), retryable=False) from None
        except Exception as exc:
            secrets = self._plan.tools.secrets
            mask_error(exc, secrets)
            if revealed(str(exc), secrets) is not None:
                # An error makes its text of what it likes.
                told = mask_text(f"{type(exc).__name__}: {exc}", secrets)
                raise StepError(told, retryable=False) from None
            raise


async def execute(
    executor: Executor[ConfigT], config: ConfigT, attempt: StepAttempt
) -> StepResult | StepPause:
    """Run an executor and check its outputs.

    Raises:
        StepError: the attempt failed, or its outputs do not fit.
    """
    result: object = await executor.run(config, attempt)
    if isinstance(result, StepPause):
        return result
    outputs = Outputs(attempt.plan.outputs, secrets=attempt.secrets)
    whole = result if isinstance(result, StepResult) else StepResult()
    given = whole.outputs if isinstance(result, StepResult) else result or {}
    if not isinstance(given, Mapping):
        message = f"the type {executor.name!r} gives a {type(given).__name__}: outputs are a mapping by name"
        raise OutputError(message)
    given = cast("Mapping[str, Any]", given)
    declared = given.keys() if attempt.plan.outputs is None else attempt.plan.outputs.keys()
    # What every step of the type gives need not be declared; a step that declares outputs chooses among it.
    outputs.take(
        {name: value for name, value in given.items() if name in declared or name not in executor.gives}
    )
    return replace(whole, outputs=outputs.values)
