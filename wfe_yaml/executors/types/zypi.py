"""The type `zypi`: commands in Firecracker microVMs of their own, run by Zypi."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

import wfe_yaml
from wfe_core.errors import UndecidedStepError
from wfe_yaml.executors.base import ConfigModel, StepResult
from wfe_yaml.executors.configs import Config, Fixed, Seconds
from wfe_yaml.executors.environment import base_environment
from wfe_yaml.executors.executor import StepAttempt
from wfe_yaml.executors.placing import PlacingExecutor
from wfe_yaml.executors.processes import ProcessSpec
from wfe_yaml.executors.program import (
    ERROR_FILE,
    VariableName,
    check_command,
    check_environment,
    script_name,
    told_error,
)
from wfe_yaml.executors.stepping import (
    NOTE,
    OUTPUT_FILE,
    ProcessPolicy,
    ProcessStep,
    identity_variables,
)
from wfe_yaml.expressions.shell.values import prelude, private_values
from wfe_yaml.zypi import errors
from wfe_yaml.zypi.client import BOOT, address, find_url, shown
from wfe_yaml.zypi.protocol import DEFAULT_TIMEOUT, path_trouble

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wfe_yaml.executors.base import StepPlan
    from wfe_yaml.executors.configs import ConfigTemplate
    from wfe_yaml.executors.processes import Identity, ProcessResult
    from wfe_yaml.expressions.shell.placement import Script
    from wfe_yaml.source.problems import Problems

_BOOT = (
    "import sys; sys.path.extend(sys.argv.pop().split(':')); "
    "from importlib import import_module; import_module(sys.argv.pop(1)).main()"
)
_EXCHANGE = "wfe_yaml.executors.types.zypi_exchange"
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
_MOST = 255
_KINDS: dict[str, type[errors.ZypiError]] = {
    kind.__name__: kind
    for kind in (
        errors.ZypiError,
        errors.UnreachableError,
        errors.LostAnswerError,
        errors.RefusedError,
        errors.ImageNotFoundError,
        errors.SandboxTimeoutError,
    )
}


def _guest_path(path: str) -> str:
    trouble = path_trouble(path)
    if trouble is not None:
        raise ValueError(trouble)
    return path


def _address(url: str) -> str:
    try:
        return address(url)
    except errors.RefusedError as exc:
        raise ValueError(str(exc)) from None


ZypiAddress = Annotated[str, AfterValidator(_address)]
GuestPath = Annotated[str, AfterValidator(_guest_path)]


class ZypiConfig(Config):
    """What a zypi step needs."""

    image: str = Field(min_length=1, description="The image that the microVM is made of; Zypi must have it.")
    command: list[str] | None = Field(
        default=None, min_length=1, description="The program, by its path in the microVM, and its arguments."
    )
    run: str | None = Field(
        default=None,
        min_length=1,
        description="A script instead: run by `/bin/sh -e`, or by the program after its `#!`.",
    )
    url: ZypiAddress | None = Field(
        default=None,
        description="Where Zypi is: `WFE_ZYPI_URL` of the environment by default, else port 4000 of this "
        "machine.",
    )
    env: dict[VariableName, str] = Field(default={}, description="Environment variables in the microVM.")
    working_dir: str | None = Field(
        default=None, pattern=r"^/[^\x00]*$", description="A folder in the microVM, by its full path."
    )
    timeout: Seconds = Field(
        default=DEFAULT_TIMEOUT,
        le=86400,
        description="How long the command may take, rounded up to whole seconds.",
    )
    boot: Seconds = Field(
        default=BOOT, description="How long the microVM may take to start, on top of `timeout`."
    )
    memory_mb: int | None = Field(default=None, gt=0, description="Memory of the microVM, in MiB.")
    vcpus: int | None = Field(default=None, gt=0, description="Processors of the microVM.")
    files: dict[GuestPath, str] = Field(
        default={},
        description="Texts by the paths at which they stand in the microVM: below /tmp, /var/tmp, /var/log "
        "or /home.",
    )
    stdin: str | None = Field(default=None, description="What the command reads; nothing by default.")
    on_orphan: Annotated[Literal["adopt", "kill", "fail"], Fixed("it is known before anything runs")] = Field(
        default="adopt", description="What is done with a command that outlived its runner."
    )

    @model_validator(mode="after")
    def _one_command(self) -> Self:
        if (self.command is None) == (self.run is None):
            message = "a zypi step needs either 'command' or 'run'"
            raise ValueError(message)
        return self


class ZypiExecutor(PlacingExecutor[ZypiConfig]):
    """Runs a command in a Firecracker microVM of its own, which Zypi starts for it and ends with it.

    A process beside the run waits for the answer, so a runner that dies loses nothing. The output comes with
    the answer, not line by line.
    """

    name: ClassVar[str] = "zypi"
    elsewhere: ClassVar[bool] = True
    config: ClassVar[ConfigModel] = ZypiConfig
    resumes: ClassVar[bool] = True

    async def run(self, config: ZypiConfig, attempt: StepAttempt) -> StepResult:
        """Take up what an earlier attempt left, or send the command.

        Raises:
            ProcessFailedError: its exit code is not 0.
            StepTimeoutError: it took longer than its timeout.
            UndecidedStepError: nobody knows whether it ran, and it must not run twice.
            ZypiError: Zypi did not run it.
        """

        def explain(result: ProcessResult) -> str | None:
            return explained(result, attempt)

        policy = ProcessPolicy(on_orphan=config.on_orphan, grace=0, explain=explain)
        step = ProcessStep(attempt.plan, attempt.call, policy)

        def spec() -> ProcessSpec:
            return _spec(config, attempt, step.identity, self._placed)

        return await step.run(spec)

    def check(self, config: ConfigTemplate[ZypiConfig], plan: StepPlan, problems: Problems) -> None:
        """Variables of wfe, and those by which values would become code, cannot be set."""
        check_environment(config, plan, problems)
        check_command(config, problems)


def variables(env: Mapping[str, str], attempt: StepAttempt, identity: Identity) -> dict[str, str]:
    """Give the variables in a microVM: those that are declared, and none of this machine."""
    return {**attempt.variables(), **env, **identity_variables(identity, attempt.ctx.step_key)}


def announced(url: str | None, image: str, attempt: StepAttempt) -> str:
    """Find out where Zypi is, and say so.

    Raises:
        RefusedError: the environment has no address.
    """
    found = address(find_url(url, attempt.plan.tools.environ))
    attempt.emit(NOTE, f"[wfe: runs in a microVM of {image}, at {shown(found)}]")
    return found


def _spec(config: ZypiConfig, attempt: StepAttempt, identity: Identity, script: Script | None) -> ProcessSpec:
    """Describe the process that sends the command and waits for the answer."""
    private: Mapping[str, Any] = {"variables": {}, "files": {}, "paths": {}}
    run = config.run
    if script is not None:
        values = private_values(script.placed, attempt.call.names)
        texts = {name: raw.decode("utf-8", "surrogateescape") for name, raw in values.files.items()}
        private = {"variables": values.variables, "files": texts, "paths": values.paths}
        run = prelude(script.placed, bash=False) + (run or "")
    told = {
        "url": announced(config.url, config.image, attempt),
        "boot": config.boot,
        "image": config.image,
        "command": config.command,
        "run": run,
        "private": private,
        "name": script_name(attempt, ".sh"),
        "env": variables(config.env, attempt, identity),
        "working_dir": config.working_dir,
        "timeout": config.timeout,
        "memory_mb": config.memory_mb,
        "vcpus": config.vcpus,
        "files": config.files,
        "stdin": config.stdin,
        # A program can do without a shell around it, unless it may have something to hand back.
        "outputs": config.run is not None or bool(attempt.plan.outputs),
    }
    return exchange(_EXCHANGE, told, attempt, identity)


def exchange(program: str, told: Mapping[str, Any], attempt: StepAttempt, identity: Identity) -> ProcessSpec:
    """Describe a process that speaks with Zypi, and waits for its answer.

    Args:
        program: a module with a `main`. Its arguments are the file of the outputs, and that in which it says
            what became of the command.
        told: what it reads, as JSON.
        attempt: the attempt.
        identity: which one it is.
    """
    tools = attempt.plan.tools
    names = (*_PROXIES, *(name.lower() for name in _PROXIES))
    here = [str(Path(wfe_yaml.__file__).resolve().parents[1]), *(path for path in sys.path if path)]
    files = (f"{{dir}}/{OUTPUT_FILE}", f"{{dir}}/{ERROR_FILE}")
    return ProcessSpec(
        argv=[sys.executable, "-I", "-c", _BOOT, program, *files, os.pathsep.join(here)],
        env={
            **base_environment(tools, names=names),
            **identity_variables(identity, attempt.ctx.step_key),
        },
        cwd="/",
        files={OUTPUT_FILE: b"", ERROR_FILE: b""},
        collect=(OUTPUT_FILE, ERROR_FILE),
        identity=identity,
        secrets=attempt.secrets,
        stdin=json.dumps(told).encode(),
        grace=0,
    )


def explained(result: ProcessResult, attempt: StepAttempt) -> str | None:
    """Say why a command failed.

    Raises:
        UndecidedStepError: nobody knows whether it ran, and it must not run twice.
        ZypiError: it was not the command that failed.
    """
    told: dict[str, Any] | None = told_error(result)
    if told is None:
        told = {
            "kind": errors.LostAnswerError.__name__,
            "message": f"the process that waited for Zypi was ended (exit code {result.exit_code}): "
            "the command may have run",
            "said": "",
            "hint": "",
        }
    kind = _KINDS.get(told["kind"])
    if kind is None:
        return _odd_end(told["exit_code"]) or told["message"]
    # A timeout has no more to say than that.
    more = {} if kind is errors.SandboxTimeoutError else {"said": told["said"], "hint": told["hint"]}
    error = kind(told["message"], **more)
    if kind.ran is None and not attempt.plan.idempotent:
        message = (
            f"{error}; it is marked `idempotent: false`, so somebody must decide: wfe retry runs it again, "
            "wfe cancel gives up"
        )
        raise UndecidedStepError(message)
    error.retryable = kind.passing and attempt.retries(timeout=kind is errors.SandboxTimeoutError)
    raise error


def _odd_end(code: int) -> str | None:
    """Say what an exit code means that no process can have."""
    if code == -1:
        return "ended by a signal; Zypi does not tell which"
    return None if 0 <= code <= _MOST else f"Zypi tells the exit code {code:d}, which no command has"
