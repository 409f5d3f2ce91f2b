"""The type `python`: a script, a file or a function, in a process of its own."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from wfe_core.errors import StepError
from wfe_yaml.executors.base import ConfigModel
from wfe_yaml.executors.configs import Fixed, Grace, Size, conflict
from wfe_yaml.executors.processes import ProcessSpec
from wfe_yaml.executors.program import (
    ERROR_FILE,
    ProcessConfig,
    ProcessExecutor,
    environment,
    existing_file,
    script_name,
    script_place,
    told_error,
)
from wfe_yaml.executors.stepping import OUTPUT_FILE, ProcessPolicy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_yaml.executors.executor import StepAttempt
    from wfe_yaml.executors.processes import Identity, ProcessResult

_HOME = str(Path(__file__).parent)
_BOOT = "import sys; sys.path[0] = sys.argv.pop(1); from python_loader import main; main()"
"""Imported, the loader is compiled once and for all."""
_WAYS = ("script", "file", "call")
_NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
Parameter = Annotated[str, Field(pattern=r"^[^\W\d]\w*$")]


class PythonConfig(ProcessConfig):
    """What a python step needs."""

    script: Annotated[str, Fixed("values come by `with:` or Wfe.get_data()")] | None = Field(
        default=None, min_length=1, description="The program."
    )
    file: str | None = Field(default=None, description="A file with the program, instead of `script`.")
    call: Annotated[str, Fixed("what is called stands in the file")] | None = Field(
        default=None,
        pattern=rf"^{_NAME}:{_NAME}$",
        description="A function, `module:function`, that is called with the values of `with`.",
    )
    with_: dict[Parameter, Any] = Field(
        default={}, alias="with", description="Arguments of the function, or variables of the script: JSON."
    )
    python: str | None = Field(
        default=None,
        min_length=1,
        description="The interpreter, of Python 3.7 or newer; the one that runs wfe by default.",
    )
    memory: Size | None = Field(default=None, description="Memory it may use; it is killed above that.")
    grace: Grace = Field(default=5.0, description="The time between SIGTERM and SIGKILL.")

    @model_validator(mode="after")
    def _one_program(self) -> Self:
        given = [word for word in _WAYS if getattr(self, word) is not None]
        if len(given) > 1:
            raise conflict(given[1], f"{' and '.join(map(repr, given))} exclude each other")
        if not given:
            message = f"a python step needs one of {', '.join(_WAYS)}"
            raise ValueError(message)
        return self


class PythonExecutor(ProcessExecutor[PythonConfig]):
    """Runs Python in a process of its own, with a clean environment.

    A script has `Wfe.get_data(path)`, `Wfe.set_output(name, value)` and `Wfe.log(…)`; the values of `with`
    are variables of it. What a function gives are the outputs: a mapping by name, anything else as `result`.
    """

    name: ClassVar[str] = "python"
    config: ClassVar[ConfigModel] = PythonConfig

    def reads(self, config: PythonConfig, attempt: StepAttempt) -> Sequence[Path]:
        """Name the file of the module of `call`, or all modules of its package, if they lie in its folder."""
        if config.call is None:
            return ()
        outermost = config.call.partition(":")[0].partition(".")[0]
        place = attempt.path(config.working_dir) / outermost
        return sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]

    def policy(self, config: PythonConfig, attempt: StepAttempt) -> ProcessPolicy:
        """Failures are explained by the exception."""

        def explain(result: ProcessResult) -> str | None:
            return _explained(result, config, attempt)

        return ProcessPolicy(
            on_orphan=config.on_orphan,
            timeout=config.timeout,
            grace=config.grace,
            memory=config.memory,
            explain=explain,
        )

    def spec(self, config: PythonConfig, attempt: StepAttempt, identity: Identity) -> ProcessSpec:
        """Describe the process.

        Raises:
            StepError: the interpreter or the file is not there.
        """
        files = {OUTPUT_FILE: b"", ERROR_FILE: b""}
        cwd = str(attempt.path(config.working_dir).absolute())
        how, folder = "script", cwd
        if config.call is not None:
            how, target = "call", config.call
        elif config.file is not None:
            path = existing_file(attempt, config.file)
            target, folder = str(path), str(path.parent)
        else:
            name = script_name(attempt, ".py")
            files[name] = (config.script or "").encode("utf-8", "surrogateescape")
            target = f"{{dir}}/{name}"
        written = [f"{{dir}}/{OUTPUT_FILE}", f"{{dir}}/{ERROR_FILE}"]
        given = json.dumps(config.with_) + "\n" + json.dumps(attempt.data())
        return ProcessSpec(
            # Unbuffered, so that its lines are shown when they are printed.
            argv=[_interpreter(config, attempt), "-u", "-c", _BOOT, _HOME, how, target, folder, *written],
            env=environment(config, attempt, identity),
            cwd=cwd,
            files=files,
            collect=(OUTPUT_FILE, ERROR_FILE),
            identity=identity,
            secrets=attempt.secrets,
            stdin=given.encode(),
            timeout=config.timeout,
            grace=config.grace,
            memory=config.memory,
        )


def _interpreter(config: PythonConfig, attempt: StepAttempt) -> str:
    if config.python is None:
        return sys.executable
    if "/" in config.python:
        return str(attempt.path(config.python).absolute())
    found = shutil.which(config.python, path=attempt.plan.tools.environ.get("PATH"))
    if found is None:
        raise StepError(f"the interpreter {config.python!r} is not on PATH", retryable=False)
    return found


def _explained(result: ProcessResult, config: PythonConfig, attempt: StepAttempt) -> str | None:
    """Say what was raised, and where."""
    told = told_error(result)
    if told is None:
        return None
    message = ": ".join(part for part in (told["name"], told["message"]) if part)
    file, line = told.get("file"), told.get("line")
    if not isinstance(file, str) or not isinstance(line, int):
        return message
    own = config.script is not None and file.endswith("/" + script_name(attempt, ".py"))
    return f"{message}, {script_place(attempt, line) if own else f'at {file}:{line}'}"
