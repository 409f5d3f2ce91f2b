"""`ProcessExecutor`: types of steps that run a process: a clean environment, a supervisor, adoption."""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field
from typing_extensions import TypeVar

from wfe_core.errors import StepError
from wfe_yaml.executors.base import StepResult
from wfe_yaml.executors.configs import Config, Fixed, Seconds
from wfe_yaml.executors.environment import base_environment, check_variable
from wfe_yaml.executors.executor import Executor, StepAttempt
from wfe_yaml.executors.stepping import ProcessPolicy, ProcessStep, identity_variables
from wfe_yaml.expressions.holes import has_holes
from wfe_yaml.expressions.shell.arguments import check_arguments, check_input
from wfe_yaml.expressions.templates import Template
from wfe_yaml.source.nodes import Mapping, Scalar, Sequence
from wfe_yaml.source.problems import Problems

if TYPE_CHECKING:
    from pathlib import Path

    from wfe_yaml.executors.base import StepPlan
    from wfe_yaml.executors.configs import ConfigTemplate
    from wfe_yaml.executors.processes import Identity, ProcessResult, ProcessSpec

ERROR_FILE = "error"
"""The file in which the loader of a script says what went wrong with it."""
VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class ProcessConfig(Config):
    """What all types of steps need that run a process."""

    env: dict[VariableName, str] = Field(default={}, description="Environment variables.")
    working_dir: str = Field(
        default=".", description="The folder it runs in; counted from the folder of the file."
    )
    timeout: Seconds | None = Field(default=None, description="How long one attempt may take.")
    on_orphan: Annotated[Literal["adopt", "kill", "fail"], Fixed("it is known before anything runs")] = Field(
        default="adopt", description="What is done with its process when it outlived its runner."
    )


ProcessConfigT = TypeVar("ProcessConfigT", bound=ProcessConfig)


class ProcessExecutor(Executor[ProcessConfigT]):
    """A type of step that runs a process: give its `spec`, and its `policy` where that is special."""

    resumes: ClassVar[bool] = True

    @abstractmethod
    def spec(self, config: ProcessConfigT, attempt: StepAttempt, identity: Identity) -> ProcessSpec:
        """Describe the process of an attempt.

        Raises:
            StepError: something that it needs is not there.
        """

    def policy(self, config: ProcessConfigT, attempt: StepAttempt) -> ProcessPolicy:
        """Give how the process is treated, and how its failures are explained."""
        del attempt
        return ProcessPolicy(on_orphan=config.on_orphan, timeout=config.timeout)

    async def run(self, config: ProcessConfigT, attempt: StepAttempt) -> StepResult:
        """Take up what an earlier attempt left, or run the process.

        Raises:
            StepError: it failed.
        """
        step = ProcessStep(attempt.plan, attempt.call, self.policy(config, attempt))
        return await step.run(lambda: self.spec(config, attempt, step.identity))

    def check(self, config: ConfigTemplate[ProcessConfigT], plan: StepPlan, problems: Problems) -> None:
        """Variables of wfe, and those by which values would become code, cannot be set."""
        check_environment(config, plan, problems)
        check_command(config, problems)


def check_environment(config: ConfigTemplate[Any], plan: StepPlan, problems: Problems) -> None:
    """Refuse variables of wfe, and those by which values would become code."""
    for name, template in plan.env.items():
        check_variable(name, template.scalar.location, problems, constant=template.constant)
    env = config.node.get("env")
    for name, entry in env.entries.items() if isinstance(env, Mapping) else ():
        value = entry.value
        constant = not isinstance(value, Scalar) or not has_holes(value.text)
        check_variable(name, value.location, problems, constant=constant)


def check_command(config: ConfigTemplate[Any], problems: Problems) -> None:
    """Refuse expressions in `command`, behind `entrypoint`, and in `stdin` that a shell there would run."""
    command = config.node.get("command")
    parts = [config.node.get("entrypoint"), *(command.items if isinstance(command, Sequence) else ())]
    # What is wrong with the expressions themselves has been told.
    texts = [Template.read(part, Problems()) for part in parts if isinstance(part, Scalar)]
    stdin = config.node.get("stdin")
    told = Template.read(stdin, Problems()) if isinstance(stdin, Scalar) else None
    check_arguments(texts, told, problems)
    run = config.node.get("run")
    if isinstance(run, Scalar) and not run.text.startswith("#!"):
        check_input(Template.read(run, Problems()), told, problems, bash=False)


def environment(config: ProcessConfig, attempt: StepAttempt, identity: Identity) -> dict[str, str]:
    """Give the whole environment of a process: a clean one, with what is declared.

    Raises:
        StepError: a value cannot stand in an environment.
    """
    found = base_environment(attempt.plan.tools)
    found.update(attempt.variables())
    found.update(config.env)
    for name, value in found.items():
        if "\0" in value:
            raise StepError(f"the variable {name} contains the character NUL", retryable=False)
    found.update(identity_variables(identity, attempt.ctx.step_key))
    return found


def told_error(result: ProcessResult) -> dict[str, Any] | None:
    """Give what the loader of a script wrote down of its error; None when it had nothing to say."""
    try:
        told: dict[str, Any] = json.loads(result.collected.get(ERROR_FILE, b""))
    except ValueError:
        return None
    return told


def script_place(attempt: StepAttempt, line: int) -> str:
    """Name a line of an inline script as its author knows it."""
    place = attempt.place("script")
    if place is None or place.source.text[place.start : place.start + 1] != "|":
        return f"at line {line} of the script"
    # The lines of a literal block follow its opening line.
    return f"at {place.file}:{place.line + line} (line {line} of the script)"


def existing_file(attempt: StepAttempt, text: str) -> Path:
    """Give the path of a file of the config.

    Raises:
        StepError: it is not there.
    """
    path = attempt.path(text).absolute()
    if "\0" in text or not path.is_file():
        raise StepError(f"the file {str(path)!r} is not there", retryable=False)
    return path


def script_name(attempt: StepAttempt, suffix: str) -> str:
    """Name a script by its step: the name shows up in messages of what runs it."""
    return (re.sub(r"[^A-Za-z0-9._-]+", "-", attempt.plan.name).strip(".-")[:60] or "script") + suffix
