"""The `shell` executor: scripts for bash and sh, with expressions placed so that no value becomes code."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from wfe_core.errors import ConditionError, OutputError, StepError, StepTimeoutError
from wfe_yaml.errors import Code
from wfe_yaml.executors.base import Executor, ProcessFailedError, Program, StepResult
from wfe_yaml.executors.outputs import Outputs
from wfe_yaml.executors.processes import ProcessResult, ProcessSpec, explain_exit
from wfe_yaml.expressions.shell.placement import place
from wfe_yaml.expressions.shell.rules import forbidden_variable
from wfe_yaml.expressions.shell.values import prelude, private_values
from wfe_yaml.model.kinds import Boolean, Choice, Script, Span, TextTemplate
from wfe_yaml.model.names import ENVIRONMENT
from wfe_yaml.model.records import Record, key, record

if TYPE_CHECKING:
    from wfe_yaml.executors.base import StepCall, StepPlan
    from wfe_yaml.expressions.shell.placement import Script as Placement
    from wfe_yaml.expressions.templates import Expression, Template
    from wfe_yaml.source.problems import Problems

_SHELLS = {
    "bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail"),
    "sh": ("sh", "-e"),
}
_CLEAN = ("PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "TERM", "CI")
"""What steps see of the environment, besides LC_*, unless `inherit_env` is true."""
_OUTPUT_FILE = "output"


@record
class ShellConfig(Record):
    """What a shell step needs."""

    title: ClassVar[str] = "the config of a shell step"
    later: ClassVar[frozenset[str]] = frozenset({"file", "stdin", "tty", "stop_signal", "pass_env"})

    run: Template = key(Script(), "The commands.", required=True)
    shell: str = key(Choice(*_SHELLS), "The shell that runs them.", default="bash")
    env: dict[str, Template] = key(ENVIRONMENT, "Environment variables.", default=dict)
    working_dir: Template | None = key(
        TextTemplate(), "The folder it runs in; counted from the folder of the file."
    )
    timeout: int | None = key(Span(), "How long one attempt may take.")
    grace: int = key(Span(positive=False), "The time between SIGTERM and SIGKILL.", default=5_000_000)
    inherit_env: bool = key(Boolean(), "Give the step the whole environment of wfe.", default=False)


class ShellExecutor(Executor):
    """Runs scripts with bash or sh."""

    name: ClassVar[str] = "shell"
    config: ClassVar[type[Record]] = ShellConfig

    def compile(self, config: ShellConfig, plan: StepPlan, problems: Problems) -> Program | None:
        """Place the expressions of the script and check the variables."""
        env = {**plan.env, **config.env}
        for name, template in env.items():
            _check_variable(name, template, problems)
        script = place(config.run, problems, arrays=config.shell == "bash")
        return None if script is None else ShellProgram(config, plan, env, script)


def _check_variable(name: str, template: Template, problems: Problems) -> None:
    if name.startswith(("WFE_", "__WFE")):
        message = f"the variable {name} belongs to wfe"
        problems.add(Code.VALUE, message, template.scalar.location, "choose another name")
    elif not template.constant and forbidden_variable(name):
        message = f"{name} changes how programs run, so an expression cannot set it"
        problems.add(Code.FORBIDDEN, message, template.scalar.location)


class ShellProgram(Program):
    """A compiled shell step."""

    def __init__(
        self, config: ShellConfig, plan: StepPlan, env: Mapping[str, Template], script: Placement
    ) -> None:
        self._config = config
        self._plan = plan
        self._env = env
        self._script = script
        self._shell = _SHELLS[config.shell]
        # The name shows up in the shell's own messages: `build.sh: line 3: …`.
        self._file = re.sub(r"[^A-Za-z0-9._-]+", "-", plan.name).strip(".-")[:60] + ".sh"
        bash = config.shell == "bash"
        self._text = prelude(script.placed, bash=bash) + script.text

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """All expressions of the step: of its own variables, its folder and its script."""
        config = self._config
        folder = config.working_dir.expressions if config.working_dir is not None else ()
        env = tuple(expression for template in config.env.values() for expression in template.expressions)
        return (*env, *folder, *(placed.expression for placed in self._script.placed))

    async def run(self, call: StepCall) -> StepResult:
        """Run the script once.

        Raises:
            ProcessFailedError: its exit code is not 0.
            StepTimeoutError: it took longer than its timeout.
            StepError: the shell or the folder is not there.
            OutputError: its outputs do not fit their declaration.
        """
        outputs = Outputs(self._plan.outputs)
        trouble: list[OutputError] = []

        def on_line(stream: str, line: str) -> None:
            call.ctx.emit(stream, line)
            if stream == "stdout":
                try:
                    outputs.marker(line)
                except OutputError as exc:
                    trouble.append(exc)

        spec = self._spec(call)
        try:
            result = await self._plan.tools.processes.run(spec, on_line)
        except OSError as exc:
            raise _not_started(exc, spec) from exc
        self._judge(result, outputs, trouble)
        return StepResult(outputs=outputs.values, exit_code=result.exit_code)

    def _judge(self, result: ProcessResult, outputs: Outputs, trouble: list[OutputError]) -> None:
        retry = self._plan.retry
        if result.timed_out:
            seconds = (self._config.timeout or 0) / 1e6
            again = retry is None or retry.covers(None)
            raise StepTimeoutError(f"stopped after its timeout of {seconds:g} s", retryable=again)
        wrong = trouble[0] if trouble else None
        try:
            outputs.file(result.collected.get(_OUTPUT_FILE, b""))
        except OutputError as exc:
            wrong = wrong or exc
        if result.exit_code != 0:
            explained = explain_exit(result.exit_code)
            message = f"exit code {result.exit_code}" + (f" ({explained})" if explained else "")
            again = retry is None or retry.covers(result.exit_code)
            raise ProcessFailedError(
                message, exit_code=result.exit_code, outputs=outputs.values, retryable=again
            )
        if wrong is not None:
            raise wrong

    def _spec(self, call: StepCall) -> ProcessSpec:
        """Evaluate everything, once, in the order of the file."""
        config = self._config
        env = self._base_environment()
        for name, template in self._env.items():
            env[name] = _no_nul(template.text(call.names), template)
        values = private_values(self._script.placed, call.names)
        ctx = call.ctx
        env.update(values.variables)
        env.update(
            WFE_RUN_ID=ctx.instance_id,
            WFE_STEP=ctx.step_key,
            WFE_ATTEMPT=str(ctx.attempt),
            WFE_IDEMPOTENCY_KEY=ctx.idempotency_key,
        )
        folder = config.working_dir.text(call.names) if config.working_dir is not None else "."
        return ProcessSpec(
            argv=[*self._shell, f"{{dir}}/{self._file}"],
            env=env,
            cwd=str(Path(call.root, folder)),
            files={
                self._file: self._text.encode("utf-8", "surrogateescape"),
                _OUTPUT_FILE: b"",
                **values.files,
            },
            paths={"WFE_OUTPUT": _OUTPUT_FILE, **values.paths},
            collect=(_OUTPUT_FILE,),
            mark=f"{self._plan.tools.realm}:{ctx.idempotency_key}",
            again=ctx.attempt > 1,
            timeout=None if config.timeout is None else config.timeout / 1e6,
            grace=config.grace / 1e6,
        )

    def _base_environment(self) -> dict[str, str]:
        environ = self._plan.tools.environ
        if self._config.inherit_env:
            return {name: value for name, value in environ.items() if not name.startswith(("WFE_", "__WFE"))}
        clean = {name: environ[name] for name in _CLEAN if name in environ}
        clean.update({name: value for name, value in environ.items() if name.startswith("LC_")})
        clean.setdefault("PATH", os.defpath)
        return clean


def _no_nul(text: str, template: Template) -> str:
    if "\0" in text:
        raise ConditionError(f"{template.scalar.location}: the value contains the character NUL")
    return text


def _not_started(exc: OSError, spec: ProcessSpec) -> StepError:
    if not Path(spec.cwd).is_dir():
        return StepError(f"the folder {spec.cwd!r} is not there", retryable=False)
    return StepError(f"{spec.argv[0]} cannot be started: {exc.strerror or exc}", retryable=False)
