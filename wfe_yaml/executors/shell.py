"""The `shell` executor: scripts and programs, with expressions placed so that no value becomes code."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from wfe_core.errors import ConditionError, StepError
from wfe_yaml.errors import Code
from wfe_yaml.executors.base import ConfigModel, Program, StepType
from wfe_yaml.executors.environment import base_environment, check_variable
from wfe_yaml.executors.processes import ProcessSpec
from wfe_yaml.executors.shells import Shell, ShellKind, bash
from wfe_yaml.executors.stepping import (
    ON_ORPHAN,
    OUTPUT_FILE,
    ProcessPolicy,
    ProcessStep,
    identity_variables,
)
from wfe_yaml.expressions.shell.arguments import check_arguments, check_input
from wfe_yaml.expressions.shell.contexts import USE_ENV
from wfe_yaml.expressions.shell.placement import Script as Placement
from wfe_yaml.expressions.shell.placement import place
from wfe_yaml.expressions.shell.raw import paste_constants, place_with_raw, raw_expressions
from wfe_yaml.expressions.shell.values import prelude, private_values
from wfe_yaml.model.kinds import Boolean, Choice, ListOf, Script, Span, TextTemplate
from wfe_yaml.model.names import ENVIRONMENT, ENVIRONMENT_NAME
from wfe_yaml.model.records import Record, key, record

if TYPE_CHECKING:
    from wfe_yaml.executors.base import StepCall, StepPlan, StepResult
    from wfe_yaml.executors.processes import Identity
    from wfe_yaml.expressions.templates import Expression, Template
    from wfe_yaml.source.problems import Problems

_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGKILL")


@record
class ShellConfig(Record):
    """What a shell step needs."""

    title: ClassVar[str] = "the config of a shell step"

    run: Template | None = key(Script(), "The commands.")
    file: Template | None = key(
        TextTemplate(), "A file with the commands, instead of `run`; counted from the folder of the file."
    )
    shell: Shell = key(
        ShellKind(), "What runs them: bash, sh, python, node, `program {0}`, or `{argv: […]}`.", default=bash
    )
    env: dict[str, Template] = key(ENVIRONMENT, "Environment variables.", default=dict)
    pass_env: list[str] = key(
        ListOf(ENVIRONMENT_NAME, what="a list of names of variables"),
        "Variables that it sees of the environment of wfe.",
        default=list,
    )
    inherit_env: bool = key(Boolean(), "Give the step the whole environment of wfe.", default=False)
    working_dir: Template | None = key(
        TextTemplate(), "The folder it runs in; counted from the folder of the file."
    )
    stdin: Template | None = key(TextTemplate(), "What it reads; nothing by default.")
    tty: bool = key(Boolean(), "Give it a terminal.", default=False)
    timeout: int | None = key(Span(), "How long one attempt may take.")
    stop_signal: str = key(Choice(*_SIGNALS), "What asks it to end.", default="SIGTERM")
    grace: int = key(Span(positive=False), "The time between that signal and SIGKILL.", default=5_000_000)
    on_orphan: str = key(
        Choice(*ON_ORPHAN), "What is done with its process when it outlived its runner.", default="adopt"
    )

    def check(self, problems: Problems) -> None:
        """There is one thing to run."""
        given = [word for word in ("run", "file") if self.given(word)]
        if self.shell.argv:
            if given:
                message = f"`shell: {{argv: …}}` runs a program without a shell, so {given[0]!r} has no use"
                problems.add(Code.CONFLICT, message, self.key_at(given[0]))
        elif not given:
            message = f"{self.title} needs the key 'run' (or 'file'): the commands"
            problems.add(Code.MISSING_KEY, message, self.node.location)
        elif len(given) > 1:
            message = "'run' and 'file' exclude each other"
            problems.add(Code.CONFLICT, message, self.key_at("file"), "remove one of the two")
        if self.tty and self.stdin is not None:
            message = "'tty' and 'stdin' exclude each other: a terminal is what the step reads from"
            problems.add(Code.CONFLICT, message, self.key_at("stdin"))


class ShellExecutor(StepType):
    """Runs scripts with bash, sh, or another program."""

    name: ClassVar[str] = "shell"
    config: ClassVar[ConfigModel] = ShellConfig

    def compile(self, config: ShellConfig, plan: StepPlan, problems: Problems) -> Program | None:
        """Place the expressions of the script and check the variables."""
        env = {**plan.env, **config.env}
        for name, template in env.items():
            check_variable(name, template.scalar.location, problems, constant=template.constant)
        before = len(problems)
        check_arguments(config.shell.argv, config.stdin, problems)
        if config.run is not None and config.shell.places:
            check_input(config.run, config.stdin, problems, bash=_has_arrays(config.shell))
        if len(problems) > before:
            return None
        script = _placed(config, plan, problems)
        return None if script is None else ShellProgram(config, plan, env, script)


def _placed(config: ShellConfig, plan: StepPlan, problems: Problems) -> Placement | Template | None:
    """Give the script as the shell gets it; a template when raw values are known only when it runs."""
    if config.run is None:
        return Placement("", ())
    shell = config.shell
    if shell.places:
        before = len(problems)
        run = paste_constants(config.run, plan.constants, problems, allow=plan.allow_raw)
        if len(problems) > before:
            return None
        return run if raw_expressions(run) else place(run, problems, arrays=_has_arrays(shell))
    for expression in config.run.expressions:
        message = f"an expression cannot stand in a script for {shell.name}: its value could become code"
        problems.add(Code.PLACEMENT, message, expression.location, USE_ENV)
    return Placement("".join(map(str, config.run.parts)), ()) if config.run.constant else None


def _has_arrays(shell: Shell) -> bool:
    return shell.name == "bash"


class ShellProgram(Program):
    """A compiled shell step."""

    def __init__(
        self,
        config: ShellConfig,
        plan: StepPlan,
        env: Mapping[str, Template],
        script: Placement | Template,
    ) -> None:
        self._config = config
        self._plan = plan
        self._env = env
        self._script = script
        # The name shows up in the shell's own messages: `build.sh: line 3: …`.
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", plan.name).strip(".-")[:60]
        self._file = name + config.shell.suffix

    def _placement(self, call: StepCall) -> Placement:
        script = self._script
        if isinstance(script, Placement):
            return script
        return place_with_raw(script, call.names, arrays=_has_arrays(self._config.shell))

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """All expressions of the step: of its own variables, its folder, its files and its script."""
        config = self._config
        texts = [*config.env.values(), *config.shell.argv, config.working_dir, config.stdin, config.file]
        inside = (expression for text in texts if text is not None for expression in text.expressions)
        raw = () if config.run is None else raw_expressions(config.run)
        if isinstance(self._script, Placement):
            return (*inside, *raw, *(placed.expression for placed in self._script.placed))
        return (*inside, *raw, *(each for each in self._script.expressions if not each.compiled.raw))

    async def run(self, call: StepCall) -> StepResult:
        """Run the script once.

        Raises:
            ProcessFailedError: its exit code is not 0.
            StepTimeoutError: it took longer than its timeout.
            StepError: the shell or the folder is not there.
            OutputError: its outputs do not fit their declaration.
        """
        config = self._config
        policy = ProcessPolicy(
            on_orphan=config.on_orphan,
            timeout=None if config.timeout is None else config.timeout / 1e6,
            grace=config.grace / 1e6,
        )
        step = ProcessStep(self._plan, call, policy)
        return await step.run(lambda: self._spec(call, step.identity, policy))

    def _spec(self, call: StepCall, identity: Identity, policy: ProcessPolicy) -> ProcessSpec:
        """Evaluate everything, once, in the order of the file."""
        config = self._config
        env = base_environment(self._plan.tools, inherit=config.inherit_env, names=config.pass_env)
        for name, template in self._env.items():
            env[name] = _no_nul(template.text(call.names), template)
        script = self._placement(call)
        values = private_values(script.placed, call.names)
        env.update(values.variables)
        env.update(identity_variables(identity, call.ctx.step_key))
        folder = config.working_dir.text(call.names) if config.working_dir is not None else "."
        files = {OUTPUT_FILE: b"", **values.files}
        if config.run is not None:
            text = prelude(script.placed, bash=_has_arrays(config.shell)) + script.text
            files[self._file] = text.encode("utf-8", "surrogateescape")
        stdin = None if config.stdin is None else config.stdin.text(call.names)
        return ProcessSpec(
            argv=self._argv(call),
            env=env,
            cwd=str(Path(call.root, folder)),
            files=files,
            paths={"WFE_OUTPUT": OUTPUT_FILE, **values.paths},
            collect=(OUTPUT_FILE,),
            identity=identity,
            secrets=self._plan.tools.secrets,
            stdin=None if stdin is None else stdin.encode("utf-8", "surrogateescape"),
            tty=config.tty,
            timeout=policy.timeout,
            stop_signal=signal.Signals[config.stop_signal],
            grace=policy.grace,
        )

    def _argv(self, call: StepCall) -> list[str]:
        """Give the program and its arguments.

        Raises:
            StepError: the file with the commands is not there.
        """
        config = self._config
        if config.shell.argv:
            return [_no_nul(argument.text(call.names), argument) for argument in config.shell.argv]
        script = f"{{dir}}/{self._file}"
        if config.file is not None:
            script = str(Path(call.root, _no_nul(config.file.text(call.names), config.file)))
            if not Path(script).is_file():
                raise StepError(f"the file {script!r} is not there", retryable=False)
        return config.shell.command(script)


def _no_nul(text: str, template: Template) -> str:
    if "\0" in text:
        raise ConditionError(f"{template.scalar.location}: the value contains the character NUL")
    return text
