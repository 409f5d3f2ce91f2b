"""`ProcessStep`: what all steps that run a process have in common.

It looks for what became of an attempt whose runner died, shows the lines as they come, gathers the outputs,
and says what an end means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_core.errors import OutputError, StepError, StepTimeoutError, UndecidedStepError
from wfe_yaml.executors.base import ProcessFailedError, StepResult
from wfe_yaml.executors.hiding import mask_error
from wfe_yaml.executors.outputs import Outputs
from wfe_yaml.executors.processes import (
    Elsewhere,
    Fate,
    Identity,
    OnLine,
    ProcessResult,
    Watch,
    explain_exit,
)

if TYPE_CHECKING:
    from wfe_yaml.executors.base import StepCall, StepPlan
    from wfe_yaml.executors.processes import Earlier, ProcessSpec

OUTPUT_FILE = "output"
"""The file behind `$WFE_OUTPUT`."""
NOTE = "note"
"""The stream in which wfe itself speaks about a process."""
ON_ORPHAN = ("adopt", "kill", "fail")
"""What can be done with a process that outlived its runner."""


def _nothing_more(result: ProcessResult) -> None:
    """Nothing tells more than the exit code does."""
    del result


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessPolicy:
    """How the process of a step is treated.

    Attributes:
        on_orphan: what is done with one that outlived its runner: `adopt`, `kill` or `fail`.
        timeout: seconds, for the message; the supervisor keeps it.
        grace: seconds between the stop signal and SIGKILL.
        memory: bytes it may use, for the message.
        explain: says what made it fail, from the files that were collected; None when they do not tell. It
            may raise a `StepError` instead, for a failure that an exit code is too little for.
        heard: told of each line, also of those of an attempt that is taken up.
        gives: outputs besides those that the process has set, once it has ended well.
        elsewhere: knows what the process has started elsewhere, which outlives also its supervisor.
    """

    on_orphan: str = "adopt"
    timeout: float | None = None
    grace: float = 5.0
    memory: int | None = None
    explain: Callable[[ProcessResult], str | None] = _nothing_more
    heard: OnLine | None = None
    gives: Callable[[], Mapping[str, Any]] = dict[str, Any]
    elsewhere: Elsewhere | None = None


class ProcessStep:
    """One attempt of a step that runs a process.

    Args:
        plan: what the compiler knows about the step.
        call: the attempt.
        policy: how its process is treated.
    """

    def __init__(self, plan: StepPlan, call: StepCall, policy: ProcessPolicy) -> None:
        self._plan = plan
        self._call = call
        self._policy = policy
        self._outputs = Outputs(plan.outputs, secrets=plan.tools.secrets)
        self._wrong: OutputError | None = None
        self._skip: dict[str, int] = {}
        """Bytes of each stream that are stored already."""

    @property
    def identity(self) -> Identity:
        """Which attempt it is."""
        ctx = self._call.ctx
        return Identity(
            instance=ctx.instance_id,
            pointer=ctx.pointer_id,
            key=ctx.idempotency_key,
            attempt=ctx.attempt,
            failures=ctx.failures,
        )

    async def run(self, make: Callable[[], ProcessSpec]) -> StepResult:
        """Take up what an earlier attempt left, or run the process that `make` describes.

        Raises:
            ProcessFailedError: its exit code is not 0.
            StepTimeoutError: it took longer than its timeout.
            UndecidedStepError: an earlier attempt died with the machine, and the step must not run twice.
            StepError: the program or the folder is not there.
            OutputError: its outputs do not fit their declaration, or contain a secret.
        """
        try:
            result = await self._take_up()
            if result is None:
                result = await self._start(make())
            return self._judge(result)
        except StepError as exc:
            mask_error(exc, self._plan.tools.secrets)
            raise

    async def _start(self, spec: ProcessSpec) -> ProcessResult:
        try:
            return await self._plan.tools.processes.run(spec, self._watch())
        except OSError as exc:
            raise _not_started(exc, spec) from exc

    # ------------------------------------------------------------ what an earlier attempt left

    async def _take_up(self) -> ProcessResult | None:
        """Give the result of an attempt that outlived its runner; None when the step has to run."""
        ctx = self._call.ctx
        if not ctx.crashes:
            return None
        processes = self._plan.tools.processes
        elsewhere = self._policy.elsewhere
        earlier = await processes.earlier(self.identity)
        if earlier is None:
            if elsewhere is not None:
                await elsewhere.end(self.identity)
            self._again("nothing is left of it")
            return None
        known = f"attempt {earlier.identity.attempt}"
        why = earlier.why or "its process ended with its runner"
        adopting = self._policy.on_orphan == "adopt"
        if earlier.fate is Fate.ENDED or (earlier.fate is Fate.RUNNING and adopting):
            result = await self._adopt(earlier, known)
            if result is not None:
                return result
        left = False
        if elsewhere is not None:
            if earlier.fate is Fate.RUNNING and adopting and not earlier.stopping:
                result = await self._stay_with(elsewhere, earlier)
                if result is not None:
                    return result
            left = await elsewhere.end(self.identity)
        ran = await processes.give_up(earlier, grace=self._policy.grace) or left
        if earlier.fate is Fate.RUNNING and ran:
            why = f"the process of {known} outlived its runner, and was ended"
            if not adopting:
                why += f" (on_orphan: {self._policy.on_orphan})"
            if self._policy.on_orphan == "fail":
                message = "its runner died, and its process was ended because of `on_orphan: fail`"
                raise StepError(message, retryable=False)
        self._again(why)
        return None

    async def _adopt(self, earlier: Earlier, known: str) -> ProcessResult | None:
        """Stay with a process that goes on, or take its result; say which, and that it is no crash."""
        ctx = self._call.ctx
        goes_on = False

        def begun() -> None:
            nonlocal goes_on
            goes_on = True
            self._note(f"adopted: the process of {known} outlived its runner and goes on")
            ctx.heartbeat()

        await self._skip_stored(earlier.identity.attempt)
        result = await self._plan.tools.processes.take_up(earlier, self._watch(begun))
        # If it was gone all the same, the lines to come are those of another process.
        self._skip.clear()
        if result is not None and not goes_on:
            self._note(f"its result was taken: {known} ended while no runner was there")
            ctx.heartbeat()
        return result

    async def _stay_with(self, elsewhere: Elsewhere, earlier: Earlier) -> ProcessResult | None:
        """Stay with what an attempt has started elsewhere, whose supervisor was killed."""
        found = await elsewhere.take_up(self.identity)
        if found is None:
            return None
        attempt, spec = found
        await self._plan.tools.processes.let_go(earlier)
        await self._skip_stored(attempt)
        self._note(f"adopted: what attempt {attempt} has started outlived its runner and its supervisor")
        self._call.ctx.heartbeat()
        return await self._start(spec)

    async def _skip_stored(self, since: int) -> None:
        """What the journal has of the lines of an attempt, and of those after it, is not stored twice."""
        for (attempt, stream), size in (await self._call.ctx.stored()).items():
            if attempt >= since:
                self._skip[stream] = self._skip.get(stream, 0) + size

    def _again(self, why: str) -> None:
        if not self._plan.idempotent:
            message = (
                f"its runner died while it ran, and it is not known how far it came ({why}); it is marked "
                "`idempotent: false`, so somebody must decide: wfe retry runs it again, wfe cancel gives up"
            )
            raise UndecidedStepError(message)
        self._note(f"run again: {why}")

    # ------------------------------------------------------------ lines and outputs

    def _watch(self, begun: Callable[[], None] | None = None) -> Watch:
        ctx = self._call.ctx
        return Watch(self._line, urgent=lambda: ctx.lease_lost, drain=ctx.drain, begun=begun)

    def _line(self, stream: str, line: str) -> None:
        self._call.heard.line(stream, line)
        if self._policy.heard is not None:
            self._policy.heard(stream, line)
        skip = self._skip.get(stream, 0)
        if not skip:
            self._call.ctx.emit(stream, line)
        else:
            raw = line.encode("utf-8", "backslashreplace") + b"\n"
            self._skip[stream] = max(0, skip - len(raw))
            if skip < len(raw):
                # A very long line may have been stored in part.
                self._call.ctx.emit(stream, raw[skip:-1].decode("utf-8", "replace"))
        if stream == "stdout" and self._wrong is None:
            try:
                self._outputs.marker(line)
            except OutputError as exc:
                self._wrong = exc

    def _note(self, text: str) -> None:
        self._call.ctx.emit(NOTE, f"[wfe: {text}]")

    # ------------------------------------------------------------ what an end means

    def _why(self, result: ProcessResult) -> str:
        """Say why a process has failed."""
        code = f"exit code {result.exit_code}"
        if result.over_memory:
            limit = (self._policy.memory or 0) / (1 << 20)
            return f"killed, because it used more memory than its {limit:g} MiB ({code})"
        told = self._policy.explain(result)
        if told is not None:
            return f"{told} ({code})"
        explained = explain_exit(result.exit_code)
        return f"{code} ({explained})" if explained else code

    def _judge(self, result: ProcessResult) -> StepResult:
        retry = self._plan.retry
        if result.trouble is not None:
            self._note(result.trouble)
        if result.timed_out:
            again = retry is None or retry.covers(None)
            message = f"stopped after its timeout of {self._policy.timeout or 0:g} s"
            raise StepTimeoutError(message, retryable=again)
        wrong = self._wrong
        try:
            self._outputs.file(result.collected.get(OUTPUT_FILE, b""), masked=result.secrets.get(OUTPUT_FILE))
        except OutputError as exc:
            wrong = wrong or exc
        if result.exit_code != 0:
            message = self._why(result)
            raise ProcessFailedError(
                message,
                exit_code=result.exit_code,
                outputs=self._outputs.values,
                duration=round(result.duration, 6),
                retryable=retry is None or retry.covers(result.exit_code),
            )
        if wrong is not None:
            raise wrong
        self._outputs.take(self._policy.gives())
        return StepResult(
            outputs=self._outputs.values, exit_code=result.exit_code, duration=round(result.duration, 6)
        )


def identity_variables(identity: Identity, step: str) -> Mapping[str, Any]:
    """Give the variables that tell a process which step it is."""
    return {
        "WFE_RUN_ID": identity.instance,
        "WFE_STEP": step,
        "WFE_ATTEMPT": str(identity.attempt),
        "WFE_IDEMPOTENCY_KEY": identity.key,
    }


def _not_started(exc: OSError, spec: ProcessSpec) -> StepError:
    if not Path(spec.cwd).is_dir():
        return StepError(f"the folder {spec.cwd!r} is not there", retryable=False)
    return StepError(f"{spec.argv[0]} cannot be started: {exc.strerror or exc}", retryable=False)
