"""Step bodies for the builder: `.then(http(url="https://…"))` runs what a step of `type: http` runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic

from pydantic import BaseModel, ValidationError
from typing_extensions import ParamSpec, TypeVar

from wfe_core.errors import DefinitionError
from wfe_core.serialization import explain, loads
from wfe_core.steps.decorator import StepBody
from wfe_core.steps.results import ExecutionResult
from wfe_yaml.executors.base import StepCall, StepPause, StepPlan, Tools
from wfe_yaml.executors.configs import ConfigError, ConfigT, fields_of
from wfe_yaml.executors.executor import Executor, StepAttempt, execute
from wfe_yaml.expressions.values import Missing

if TYPE_CHECKING:
    from wfe_core.steps.context import StepContext

P = ParamSpec("P")
C = TypeVar("C", bound=BaseModel)
R = TypeVar("R")


class ExecutorStep(StepBody[Any], Generic[ConfigT]):
    """A step of a workflow that is built in Python, run by an executor.

    Its result are the outputs, merged into the data as those of any step. `.input(key=…)` gives a key of the
    config a value that is known only when the step runs.

    Args:
        executor: what runs it.
        config: what it needs.
        tools: what executors work with; this machine's processes by default, which end with this process.
    """

    def __init__(
        self, executor: type[Executor[ConfigT]], config: ConfigT, *, tools: Tools | None = None
    ) -> None:
        self._executor = executor()
        self._config = config
        self._tools = tools

    async def run(self, ctx: StepContext[Any], **given: Any) -> object:
        """Run one attempt.

        Raises:
            StepError: it failed.
        """
        plan = StepPlan(
            name=ctx.step_key, env={}, outputs=None, retry=None, tools=self._tools or _default_tools()
        )
        call = StepCall(ctx=ctx, names=_DataNames(ctx), root=str(Path.cwd()))
        result = await execute(self._executor, self._with(given), StepAttempt(plan, call))
        if isinstance(result, StepPause):
            return ExecutionResult.sleep(result.seconds, state=result.state)
        return result.outputs

    def _with(self, given: Mapping[str, Any]) -> ConfigT:
        """Put what `.input(…)` gave into the config.

        Raises:
            ConfigError: it does not fit.
        """
        if not given:
            return self._config
        model = type(self._config)
        values = {field: getattr(self._config, field) for field in self._config.model_fields_set}
        fields = fields_of(model)
        try:
            return model.model_validate({**values, **{fields.get(key, key): given[key] for key in given}})
        except ValidationError as exc:
            raise ConfigError(explain(exc)) from None


def takes(config: Callable[P, C]) -> Callable[[Callable[[C], R]], Callable[P, R]]:
    """Let a function that wants a config take the keys of it instead.

    Args:
        config: the model.
    """

    def decorate(make: Callable[[C], R]) -> Callable[P, R]:
        @wraps(make)
        def made(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                given = config(*args, **kwargs)
            except ValidationError as exc:
                raise DefinitionError(f"{make.__name__}(…): {explain(exc)}") from None
            return make(given)

        return made

    return decorate


@cache
def _default_tools() -> Tools:
    """What all bodies share that were given no tools: one supervisor watches the processes of all."""
    from wfe_yaml.loader import local_tools  # noqa: PLC0415 - it imports the compiler, which knows executors

    return local_tools()


class _DataNames:
    """What a script may see of the run: the data are its inputs."""

    def __init__(self, ctx: StepContext[Any]) -> None:
        self._ctx = ctx

    def root(self, name: str) -> Any:
        """Give the value of a name, or `Missing`."""
        if name != "data":
            return Missing(f"there is no name {name!r}")
        ctx = self._ctx
        inputs = {key: loads(text) for key, text in ctx.texts().items()}
        return {"inputs": inputs, "steps": {}, "item": ctx.item, "matrix": None}
