"""`StepRun`: the engine's step body for every step of a file; its result is one small row of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfe_core.errors import StepError
from wfe_core.steps.decorator import StepBody
from wfe_core.steps.results import ExecutionResult
from wfe_yaml.executors.base import ProcessFailedError, StepCall, StepResult

if TYPE_CHECKING:
    from wfe_core.steps.context import StepContext
    from wfe_yaml.executors.base import Program
    from wfe_yaml.expressions.results import Place
    from wfe_yaml.expressions.scope import Scope

FAILED = "failed"
"""The outcome of a step that failed under `continue_on_error`."""
CONTINUED = "continued"
"""The stream that tells the error of such a step."""


class StepRun(StepBody[Any]):
    """Runs the program of one step.

    Args:
        place: the step.
        program: what to run.
        scope: the names its expressions see.
        attempts: how many attempts its policy allows.
        continue_on_error: the last failure becomes a result with the status `failed`.
    """

    def __init__(
        self, place: Place, program: Program, scope: Scope, *, attempts: int, continue_on_error: bool
    ) -> None:
        self._place = place
        self._program = program
        self._scope = scope
        self._attempts = attempts
        self._continue = continue_on_error

    async def run(self, ctx: StepContext[Any]) -> Any:
        """Run one attempt."""
        root = str(ctx.field("run")["root"]) if ctx.has_field("run") else "."
        call = StepCall(ctx=ctx, names=self._scope.names(ctx), root=root)
        slot = self._place.slot(ctx.indices)
        try:
            result = await self._program.run(call)
        except StepError as exc:
            if self._continue and (not exc.retryable or ctx.attempt >= self._attempts):
                ctx.emit(CONTINUED, str(exc))
                return ExecutionResult.next(outcome=FAILED, output={slot: _failed_row(exc)})
            raise
        return {slot: _row(result)}


def _row(result: StepResult) -> dict[str, Any]:
    return {"status": "complete", "exit_code": result.exit_code, "error": None, "outputs": result.outputs}


def _failed_row(exc: StepError) -> dict[str, Any]:
    row: dict[str, Any] = {"status": FAILED, "exit_code": None, "error": str(exc), "outputs": {}}
    if isinstance(exc, ProcessFailedError):
        row.update(exit_code=exc.exit_code, outputs=exc.outputs)
    return row
