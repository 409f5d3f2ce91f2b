"""`StepRun`: the engine's step body for every step of a file; its result is one small row of the data."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from wfe_core.errors import OutputError, StepError, UndecidedStepError
from wfe_core.steps.decorator import StepBody
from wfe_core.steps.results import ExecutionResult
from wfe_yaml.compiler.recording import EVALUATED, Record
from wfe_yaml.executors.base import Heard, ProcessFailedError, StepCall, StepPause, StepResult
from wfe_yaml.executors.hiding import mask_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wfe_core.clock import Clock
    from wfe_core.steps.context import StepContext
    from wfe_yaml.compiler.keeping import ArtifactKeeper
    from wfe_yaml.executors.base import Program
    from wfe_yaml.expressions.results import Place
    from wfe_yaml.expressions.scope import Scope
    from wfe_yaml.model.inputs import OutputModel

FAILED = "failed"
"""The outcome of a step that failed under `continue_on_error`."""
CONTINUED = "continued"
"""The stream that tells the error of such a step."""
REUSE = "wfe"
"""The stream that tells why a step was run, or was not, where something kept could have been taken."""
UNSHOWN = frozenset({CONTINUED, EVALUATED})
"""The streams that are not what a step wrote."""

MOST_WITH_ERROR = 1 << 17
"""Bytes of each stream that are kept with an error: an error is stored twice, and stays small."""


class StepRun(StepBody[Any]):
    """Runs the program of one step.

    Args:
        place: the step.
        program: what to run.
        scope: the names its expressions see.
        declared: its declared outputs, which have bounds besides their types.
        clock: tells how long it took.
        attempts: how many attempts its policy allows.
        continue_on_error: the last failure becomes a result with the status `failed`.
        artifacts: keeps the files that it leaves, if it leaves any.
    """

    def __init__(
        self,
        place: Place,
        program: Program,
        scope: Scope,
        *,
        declared: Mapping[str, OutputModel],
        clock: Clock,
        attempts: int,
        continue_on_error: bool,
        artifacts: ArtifactKeeper | None = None,
    ) -> None:
        self._place = place
        self._program = program
        self._scope = scope
        self._declared = declared
        self._clock = clock
        self._attempts = attempts
        self._continue = continue_on_error
        self._artifacts = artifacts
        self._reads = any(
            "artifacts" in path.parts for item in program.expressions for path in item.compiled.paths
        )

    async def run(self, ctx: StepContext[Any]) -> Any:
        """Run one attempt."""
        root = str(ctx.field("run")["root"]) if ctx.has_field("run") else "."
        heard = Heard(self._place.streams)
        record = Record(self._scope.secrets, lambda line: ctx.emit(EVALUATED, line))
        call = StepCall(ctx=ctx, names=self._scope.recorded(ctx, record), root=root, heard=heard)
        slot = self._place.slot(ctx.indices)
        begun = self._clock.now()
        try:
            if self._reads:
                await asyncio.to_thread(self._open_artifacts, call)
            result = await self._program.run(call)
            if isinstance(result, StepPause):
                return ExecutionResult.sleep(result.seconds, state=result.state)
            self._check(result)
            kept = await self._keep(call, needed=True)
        except UndecidedStepError:
            raise
        except StepError as exc:
            mask_error(exc, self._scope.secrets)
            await self._keep_of_failed(call, exc)
            exc.details = {
                **self._timed(_known_duration(exc), begun),
                **exc.details,
                **_heard_of_failed(call),
            }
            if self._continue and (not exc.retryable or ctx.failures + 1 >= self._attempts):
                ctx.emit(CONTINUED, str(exc))
                row = _failed_row(exc)
                return ExecutionResult.next(outcome=FAILED, output={slot: row, **self._streams(call)})
            raise
        return {slot: {**self._timed(_row(result), begun), **kept}, **self._streams(call)}

    def _streams(self, call: StepCall) -> dict[str, Any]:
        """Give what the step wrote, in rows of its own: hardly anybody reads them."""
        kept = call.heard.kept()
        return {self._place.stream_slot(name, call.ctx.indices): text for name, text in kept.items()}

    def _open_artifacts(self, call: StepCall) -> None:
        """Verify the artifacts that the step reads, off the event loop: large files take their time."""
        for item in self._program.expressions:
            if any("artifacts" in path.parts for path in item.compiled.paths):
                item.evaluate(call.names)

    async def _keep(self, call: StepCall, *, needed: bool) -> dict[str, Any]:
        """Keep the artifacts of the step."""
        if self._artifacts is None:
            return {}
        return {"artifacts": await asyncio.to_thread(self._artifacts.keep, call, needed=needed)}

    async def _keep_of_failed(self, call: StepCall, exc: StepError) -> None:
        """Keep what is there of the artifacts of a step that failed: reports are wanted most then."""
        try:
            kept = await self._keep(call, needed=False)
        except StepError as trouble:
            mask_error(trouble, self._scope.secrets)
            call.ctx.emit(CONTINUED, f"its artifacts cannot be kept: {trouble}")
            return
        if kept.get("artifacts"):
            exc.details = {**exc.details, **kept}

    def _check(self, result: StepResult) -> None:
        """Hold the outputs against the bounds of their declaration; executors have seen to their types."""
        for name, model in self._declared.items():
            trouble = model.trouble(result.outputs[name]) if name in result.outputs else None
            if trouble is not None:
                raise OutputError(f"output {name!r}: {trouble}")

    def _timed(self, row: dict[str, Any], begun: int) -> dict[str, Any]:
        """Add the seconds that the attempt took; a process that was adopted knows better when it began."""
        return {"duration": (self._clock.now() - begun) / 1e6, **row}


def _row(result: StepResult) -> dict[str, Any]:
    row = {"status": "complete", "exit_code": result.exit_code, "error": None, "outputs": result.outputs}
    return row if result.duration is None else {**row, "duration": result.duration}


def _known_duration(exc: StepError) -> dict[str, Any]:
    known = exc.duration if isinstance(exc, ProcessFailedError) else None
    return {} if known is None else {"duration": known}


_OF_FAILED = ("exit_code", "outputs", "duration", "artifacts")


def _failed_row(exc: StepError) -> dict[str, Any]:
    kept = {name: exc.details[name] for name in _OF_FAILED if name in exc.details}
    return {"exit_code": None, "outputs": {}, **kept, "status": FAILED, "error": str(exc)}


def _heard_of_failed(call: StepCall) -> dict[str, Any]:
    """What a failed step wrote goes with its error, as long as it is not much: its hooks may ask for it."""
    kept = call.heard.kept(MOST_WITH_ERROR)
    return {"streams": kept} if kept else {}
