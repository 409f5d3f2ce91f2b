"""The type `deno`: TypeScript and JavaScript with exactly the permissions that the file names."""

from __future__ import annotations

import json
import re
import shutil
import signal
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from wfe_core.errors import StepError
from wfe_yaml.executors.base import ConfigModel
from wfe_yaml.executors.configs import Config, Fixed, Size, conflict
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
    from collections.abc import Mapping, Sequence

    from wfe_yaml.executors.executor import StepAttempt
    from wfe_yaml.executors.processes import Identity, ProcessResult

_LOADER = Path(__file__).with_name("deno_loader.js")
_MODULES_FILE = "modules.json"
_MIB = 1 << 20
_LAST_PORT = 65535
_NO_FOLDER = "/dev/null/deno"
"""Where nothing can be kept; Deno then works without a cache."""
_REMOTE = re.compile(r"(https?|npm|jsr|node|data|blob):", re.IGNORECASE)
_OUT_OF_MEMORY = (128 + signal.SIGTRAP, 128 + signal.SIGABRT, 128 + signal.SIGILL)
"""How V8 ends when its heap is full."""
_STUCK = "Top-level await promise never resolved"
_FRAME = re.compile(r"(file://\S+?):(\d+):(\d+)\)?$", re.MULTILINE)
"""A line of a stack."""
# The lists are comma-separated, and an empty entry would stand for everything.
_HOST = re.compile(
    r"(?=.)(\[[0-9A-Fa-f:.]+\]|(\*\.)?[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?)?(:(?P<port>[0-9]{1,5}))?"
)


def _host(text: str) -> str:
    found = _HOST.fullmatch(text)
    if found is None or int(found["port"] or 0) > _LAST_PORT:
        hosts = "example.com, *.example.com, 10.0.0.1:443 or [::1]:80"
        message = f"expected a host such as {hosts}, found {text!r}"
        raise ValueError(message)
    return text


Host = Annotated[str, AfterValidator(_host)]
PathText = Annotated[str, Field(min_length=1, pattern=r"^[^\x00]+$")]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\*?$")]
ProgramName = Annotated[str, Field(min_length=1, pattern=r"^[^\x00,]+$")]


class DenoPermissions(Config):
    """What the script may do; everything else is denied."""

    net: list[Host] = Field(default=[], description="Hosts, or `host:port`, that it may connect to.")
    read: list[PathText] = Field(
        default=[], description="Files and folders that it may read; a symbolic link leads to its target."
    )
    write: list[PathText] = Field(default=[], description="Files and folders that it may write.")
    env: list[Variable] = Field(default=[], description="Variables that it may see; `AWS_*` for many.")
    run: bool | list[ProgramName] = Field(
        default=False, description="Programs that it may run, which no permission binds; true for any."
    )
    dynamic_import: bool = Field(
        default=False, description="It may import modules from elsewhere: https, jsr and npm."
    )


class DenoConfig(ProcessConfig):
    """What a deno step needs."""

    script: Annotated[str, Fixed("data come by Wfe.getData()")] | None = Field(
        default=None, min_length=1, description="The program, in TypeScript or JavaScript."
    )
    file: str | None = Field(
        default=None, description="A file with the program, instead of `script`; counted from the file."
    )
    permissions: Annotated[DenoPermissions, Fixed("what a script may do stands in the file")] = Field(
        default=DenoPermissions(), description="What the script may do; everything else is denied."
    )
    modules: Annotated[dict[str, PathText], Fixed("what a script imports stands in the file")] = Field(
        default={},
        description="Names that it may import: each a local file, a folder that ends in `/`, or an address.",
    )
    memory: Size = Field(default=512 * _MIB, description="Memory it may use; it is killed above that.")

    @model_validator(mode="after")
    def _one_program(self) -> Self:
        if self.script is not None and self.file is not None:
            raise conflict("file", "'script' and 'file' exclude each other")
        if self.script is None and self.file is None:
            message = "a deno step needs either 'script' or 'file': the program"
            raise ValueError(message)
        return self


class DenoExecutor(ProcessExecutor[DenoConfig]):
    """Runs TypeScript or JavaScript with Deno, in a sandbox with exactly the permissions that the file names.

    The script has `Wfe.getData(path)`, `Wfe.setOutput(name, value)` and `Wfe.log(…)`.
    """

    name: ClassVar[str] = "deno"
    config: ClassVar[ConfigModel] = DenoConfig

    def reads(self, config: DenoConfig, attempt: StepAttempt) -> Sequence[Path]:
        """Name the files of `modules`."""
        return [attempt.path(each) for each in _local(config)]

    def policy(self, config: DenoConfig, attempt: StepAttempt) -> ProcessPolicy:
        """A script is killed at once: it may be in a loop that hears no signal."""
        stuck = False

        def heard(stream: str, line: str) -> None:
            nonlocal stuck
            stuck = stuck or (stream == "stderr" and _STUCK in line)

        def explain(result: ProcessResult) -> str | None:
            told = _explained(result, config, attempt)
            return "the script awaits something that never comes" if told is None and stuck else told

        return ProcessPolicy(
            on_orphan=config.on_orphan,
            timeout=config.timeout,
            grace=0,
            memory=config.memory,
            explain=explain,
            heard=heard,
        )

    def spec(self, config: DenoConfig, attempt: StepAttempt, identity: Identity) -> ProcessSpec:
        """Describe the process.

        Raises:
            StepError: Deno or the script is not there.
        """
        # The supervisor puts the private folder in, and refuses one that is no single entry of a list.
        private = "{dir,}/"
        files = {OUTPUT_FILE: b"", ERROR_FILE: b""}
        name = script_name(attempt, ".ts")
        if config.script is not None:
            files[name] = config.script.encode("utf-8", "surrogateescape")
            readable, script = private + name, f"{{dir}}/{name}"
        else:
            path = existing_file(attempt, config.file or "")
            readable, script = _listed(path), str(path)
        allowed = config.permissions
        local = _local(config)
        reads = [readable, *_paths([*local, *allowed.read], attempt)]
        writes = [private + OUTPUT_FILE, private + ERROR_FILE, *_paths(allowed.write, attempt)]
        flags = [
            *_flags(allowed),
            f"--v8-flags=--max-old-space-size={max(16, config.memory // _MIB)}",
            f"--allow-read={','.join(reads)}",
            f"--allow-write={','.join(writes)}",
        ]
        if config.modules:
            files[_MODULES_FILE] = _import_map(config, attempt)
            flags.append(f"--import-map={{dir}}/{_MODULES_FILE}")
        files_of_wfe = [f"{{dir}}/{OUTPUT_FILE}", f"{{dir}}/{ERROR_FILE}"]
        deno = deno_binary(attempt.plan.tools.environ)
        own = {
            "NO_COLOR": "1",
            "DENO_NO_UPDATE_CHECK": "1",
            "DENO_NO_PACKAGE_JSON": "1",
            "DENO_DIR": _cache(attempt.plan.tools.environ),
        }
        return ProcessSpec(
            argv=[deno, "run", *flags, str(_LOADER), script, *files_of_wfe],
            env={**own, **environment(config, attempt, identity)},
            cwd=str(attempt.path(config.working_dir)),
            files=files,
            collect=(OUTPUT_FILE, ERROR_FILE),
            identity=identity,
            secrets=attempt.secrets,
            stdin=json.dumps(attempt.data()).encode(),
            timeout=config.timeout,
            stop_signal=signal.SIGKILL,
            grace=0,
            memory=config.memory,
        )


def _local(config: DenoConfig) -> list[str]:
    """Give the modules that are files of this machine."""
    return [each for each in config.modules.values() if not _REMOTE.match(each)]


def deno_binary(environ: Mapping[str, str]) -> str:
    """Give the program: that of the extra, or the one on the PATH.

    Raises:
        StepError: there is none.
    """
    try:
        found: str = import_module("deno").find_deno_bin()
        return found
    except (ImportError, OSError, AttributeError):
        path = shutil.which("deno", path=environ.get("PATH"))
    if path is None:
        message = "deno was not found: install it with  pip install 'wfe[deno]', or put it on PATH"
        raise StepError(message, retryable=False)
    return path


def _cache(environ: Mapping[str, str]) -> str:
    """Give the folder of Deno's cache: one in which scripts can keep nothing.

    Without any permission a script has `localStorage` and `caches`, which last, and which scripts of one main
    module share: so all deno steps of a user. Deno makes their folder when they are used, and fails where a
    file has its name.
    """
    try:
        cache = environ.get("XDG_CACHE_HOME") or Path(environ["HOME"], ".cache")
        folder = Path(cache, "wfe", "deno").absolute()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "location_data").touch()
    except (KeyError, OSError):
        return _NO_FOLDER
    return str(folder)


def _flags(permissions: DenoPermissions) -> list[str]:
    """Give the flags of the permissions, those of paths excepted; Deno denies what no flag allows."""
    flags = ["--quiet", "--no-prompt", "--no-config", "--no-lock", "--node-modules-dir=none"]
    # Without these, modules of some well-known hosts could be imported without any permission.
    flags += ["--allow-import"] if permissions.dynamic_import else ["--no-remote", "--no-npm"]
    if permissions.net:
        flags.append(f"--allow-net={','.join(permissions.net)}")
    if permissions.env:
        flags.append(f"--allow-env={','.join(permissions.env)}")
    if permissions.run is True:
        flags.append("--allow-run")
    elif permissions.run:
        flags.append(f"--allow-run={','.join(permissions.run)}")
    return flags


def _paths(given: list[str], attempt: StepAttempt) -> list[str]:
    return [_listed(attempt.path(each).absolute()) for each in given]


def _listed(path: Path) -> str:
    """Give a path as an entry of a list of Deno, which knows no way to write a comma.

    Raises:
        StepError: the path has one: it would stand for two other paths.
    """
    if "," in str(path):
        message = f"Deno takes no permission for a path with a comma: rename {str(path)!r}"
        raise StepError(message, retryable=False)
    return str(path)


def _import_map(config: DenoConfig, attempt: StepAttempt) -> bytes:
    """Write the names that the script may import; see https://html.spec.whatwg.org/#import-maps."""
    imports: dict[str, str] = {}
    for name, target in config.modules.items():
        if _REMOTE.match(target):
            imports[name] = target
        else:
            imports[name] = attempt.path(target).absolute().as_uri() + ("/" if target.endswith("/") else "")
    return json.dumps({"imports": imports}).encode()


def _explained(result: ProcessResult, config: DenoConfig, attempt: StepAttempt) -> str | None:
    """Say what the script has thrown, and where."""
    told = told_error(result)
    if told is None:
        out_of_memory = f"out of memory: the script may use {config.memory / _MIB:g} MiB"
        return out_of_memory if result.exit_code in _OUT_OF_MEMORY else None
    message = ": ".join(part for part in (told["name"], told["message"]) if part)
    # What cannot be imported says in its message where that was asked for; the loader is no news to anybody.
    message, _, asked = message.partition("\n    at ")
    for at in _FRAME.finditer(f"{asked}\n{told['stack']}"):
        if at[1] != _LOADER.as_uri():
            return f"{message}, {_where(at[1], int(at[2]), int(at[3]), config, attempt)}"
    return message


def _where(url: str, line: int, column: int, config: DenoConfig, attempt: StepAttempt) -> str:
    """Name a place in the script as its author knows it."""
    if config.script is None or not url.endswith("/" + script_name(attempt, ".ts")):
        return f"at {url.removeprefix('file://')}:{line}:{column}"
    return script_place(attempt, line)
