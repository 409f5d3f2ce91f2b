"""The type `docker`: a program in a container, through the command line of Docker or podman."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import AfterValidator, Field, field_validator, model_validator

from wfe_core.errors import OutputError
from wfe_yaml.executors.base import ConfigModel, Heard
from wfe_yaml.executors.configs import Fixed, Grace, Size, conflict
from wfe_yaml.executors.container_adoption import LeftContainers, Wanted
from wfe_yaml.executors.container_ends import END_FILES, Ending, clean_up_after, out_of_memory
from wfe_yaml.executors.container_troubles import Said
from wfe_yaml.executors.containers import (
    CID_FILE,
    FOLDER,
    Engine,
    Variables,
    check_words,
    container_name,
    labels,
    limits,
    volume,
)
from wfe_yaml.executors.executor import StepAttempt
from wfe_yaml.executors.placing import PlacingExecutor
from wfe_yaml.executors.processes import ProcessSpec
from wfe_yaml.executors.program import ProcessConfig, ProcessExecutor
from wfe_yaml.executors.stepping import OUTPUT_FILE, ProcessPolicy, identity_variables
from wfe_yaml.executors.types.services import network_of
from wfe_yaml.expressions.shell.values import prelude, private_values
from wfe_yaml.model.containers import image_trouble, target_of, volume_trouble

if TYPE_CHECKING:
    from wfe_yaml.executors.processes import Identity, ProcessResult

_SCRIPT = "script"
_ENV = "env"


def _form(trouble: Callable[[str], str | None]) -> AfterValidator:
    """Check a text by what says why it is not of its form."""

    def check(value: str) -> str:
        told = trouble(value)
        if told is not None:
            raise ValueError(told)
        return value

    return AfterValidator(check)


def _folder_trouble(text: str) -> str | None:
    fits = text == "" or (text.startswith("/") and "\0" not in text)
    return None if fits else f"expected a whole path in the container such as /src, found {text[:60]!r}"


_Image = Annotated[str, _form(image_trouble)]
_Volume = Annotated[str, _form(volume_trouble)]
_Inside = Annotated[str, _form(_folder_trouble)]


class DockerConfig(ProcessConfig):
    """What a docker step needs."""

    image: _Image = Field(description="The image.")
    command: list[str] | None = Field(
        default=None, description="The program and its arguments; what the image says by default."
    )
    run: str | None = Field(
        default=None,
        min_length=1,
        description="A script instead: run by `sh -e` in the container, or by the program after its `#!`.",
    )
    entrypoint: str | None = Field(
        default=None, description='The program instead of the image\'s; "" for none.'
    )
    volumes: list[_Volume] = Field(
        default=[],
        description="Folders, files and named volumes in it: `./data:/data:ro`; counted from the file.",
    )
    working_dir: _Inside = Field(
        default="", description="The folder in the container; the image's by default."
    )
    user: str | None = Field(default=None, min_length=1, description="Who runs it, as in `1000:1000`.")
    network: str | None = Field(
        default=None,
        min_length=1,
        description="A network, `none`, `host`; by default that of the services around it, or the engine's.",
    )
    cpus: float | None = Field(
        default=None, gt=0, allow_inf_nan=False, description="Processors it may use, as in 0.5."
    )
    memory: Size | None = Field(default=None, description="Memory it may use; it is killed above that.")
    pull: Literal["missing", "always", "never"] = Field(
        default="missing", description="When the image is fetched; the progress shows on stderr."
    )
    platform: str | None = Field(default=None, min_length=1, description="As in `linux/arm64`.")
    stdin: Any = Field(default=None, description="What it reads: a text, or any other value as JSON.")
    output: Literal["text", "json", "lines"] | None = Field(
        default=None,
        description="What its stdout gives: the output `text`, the outputs of a JSON object, or `lines`.",
    )
    detached: bool = Field(
        default=False, description="Leave it running until the run ends; the output `container` is its id."
    )
    remove: bool = Field(
        default=True, description="Remove the container at its end; false leaves it, stopped."
    )
    engine: Annotated[Literal["docker", "podman"], Fixed("it is known before anything runs")] | None = Field(
        default=None, description="What runs containers; docker if it is there, else podman, by default."
    )
    grace: Grace = Field(default=5.0, description="The time between SIGTERM and SIGKILL.")

    @field_validator("volumes")
    @classmethod
    def _apart(cls, value: list[str]) -> list[str]:
        targets = [target_of(each) for each in value]
        for target in targets:
            if targets.count(target) > 1:
                message = f"two of them are at {str(target)!r}"
                raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for one, other in (
            ("run", "command"),
            ("run", "entrypoint"),
            ("detached", "stdin"),
            ("detached", "output"),
        ):
            if getattr(self, one) and getattr(self, other) is not None:
                raise conflict(other, f"{one!r} and {other!r} exclude each other")
        return self


@dataclass(slots=True)
class _Heard:
    """What the lines of a container told."""

    said: Said
    stdout: Heard

    def line(self, stream: str, text: str) -> None:
        self.said.line(stream, text)
        self.stdout.line(stream, text)


class DockerExecutor(PlacingExecutor[DockerConfig], ProcessExecutor[DockerConfig]):
    """Runs a program in a container, with Docker or podman; their command must be on PATH.

    The script or the program writes outputs to the file `$WFE_OUTPUT`, as in a shell step. Only the variables
    that are declared are there. The container is stopped, and gone, when the step ends, however it does.
    """

    name: ClassVar[str] = "docker"
    elsewhere: ClassVar[bool] = True
    config: ClassVar[ConfigModel] = DockerConfig

    def policy(self, config: DockerConfig, attempt: StepAttempt) -> ProcessPolicy:
        """The engine's own failures are told by what it says."""
        heard = _Heard(Said(), Heard(("stdout",)))

        def explain(result: ProcessResult) -> str | None:
            return _explained(result, config, heard.said)

        def gives() -> Mapping[str, Any]:
            return _given(config, heard.stdout, attempt)

        def wanted() -> Wanted:
            return Wanted(
                engine=config.engine,
                cwd=str(attempt.path(".").absolute()),
                timeout=config.timeout,
                grace=config.grace,
                remove=config.remove,
                take=not config.detached,
            )

        return ProcessPolicy(
            on_orphan=config.on_orphan,
            timeout=config.timeout,
            grace=config.grace,
            explain=explain,
            heard=heard.line,
            gives=gives,
            elsewhere=LeftContainers(attempt.plan.tools, wanted, attempt.secrets),
        )

    def spec(self, config: DockerConfig, attempt: StepAttempt, identity: Identity) -> ProcessSpec:
        """Describe the process: the program of the engine, which stays with the container.

        Raises:
            StepError: there is no engine, a folder is not there, or a secret would be seen.
        """
        engine = Engine(config.engine, attempt.plan.tools)
        name = container_name(identity.run, attempt.plan.name, identity.attempt)
        files, wanted = self._inside(config, attempt, identity)
        variables = Variables(wanted, attempt.secrets, f"{{dir}}/{_ENV}")
        network = config.network or network_of(attempt.call, attempt.plan)
        words = [*_options(config, attempt, network), *_image(config)]
        check_words(words, attempt.secrets)
        mounts = [part for file in files for part in ("--mount", _mount(file))]
        stdin = _stdin(config)
        argv = [
            engine.program,
            "run",
            "--name",
            name,
            *labels(identity, attempt.ctx.step_key, attempt.plan.tools.processes.realm),
            "--cidfile",
            f"{{dir}}/{CID_FILE}",
            *([] if stdin is None else ["--interactive"]),
            *mounts,
            *variables.flags,
            *words,
        ]
        if variables.file:
            files = {**files, _ENV: variables.file}
        return ProcessSpec(
            argv=argv,
            env={**engine.env, **variables.env},
            cwd=str(attempt.path(".").absolute()),
            files=files,
            # Whoever the program in the container is, it may write its outputs.
            mode=0o777,
            verbatim=len(words),
            collect=(OUTPUT_FILE, *END_FILES),
            identity=identity,
            secrets=attempt.secrets,
            stdin=stdin,
            timeout=config.timeout,
            grace=config.grace,
            cleanup=clean_up_after(engine, name, remove=config.remove, hold=config.detached),
        )

    def _inside(
        self, config: DockerConfig, attempt: StepAttempt, identity: Identity
    ) -> tuple[dict[str, bytes], dict[str, str]]:
        """Give the files of the container, by name, and its variables."""
        files = {OUTPUT_FILE: b""}
        wanted = {**attempt.variables(), **config.env, **identity_variables(identity, attempt.ctx.step_key)}
        wanted["WFE_OUTPUT"] = f"{FOLDER}/{OUTPUT_FILE}"
        script = config.run or ""
        if self._placed is not None:
            values = private_values(self._placed.placed, attempt.call.names)
            files.update(values.files)
            wanted.update(values.variables)
            wanted.update({name: f"{FOLDER}/{file}" for name, file in values.paths.items()})
            script = prelude(self._placed.placed, bash=False) + script
        if script:
            files[_SCRIPT] = script.encode("utf-8", "surrogateescape")
        return files, wanted


def _options(config: DockerConfig, attempt: StepAttempt, network: str | None) -> list[str]:
    """Give the flags that come from the config."""
    flags = ["--init"]
    flags += ["--detach"] if config.detached else []
    flags += ["--pull", config.pull] if config.pull != "missing" else []
    for word, value in (
        ("workdir", config.working_dir or None),
        ("user", config.user),
        ("network", network),
        ("cpus", None if config.cpus is None else f"{config.cpus:g}"),
        ("platform", config.platform),
    ):
        flags += [] if value is None else [f"--{word}", str(value)]
    flags += limits(config.memory)
    for each in config.volumes:
        flags += ["--volume", volume(each, Path(attempt.call.root), attempt.plan.tools)]
    return flags


def _image(config: DockerConfig) -> list[str]:
    """Give the image, and what runs in it."""
    if config.run is not None:
        script = f"{FOLDER}/{_SCRIPT}"
        if config.run.startswith("#!"):
            return ["--entrypoint", script, config.image]
        return ["--entrypoint", "sh", config.image, "-e", script]
    entrypoint = [] if config.entrypoint is None else ["--entrypoint", config.entrypoint]
    return [*entrypoint, config.image, *(config.command or [])]


def _mount(file: str) -> str:
    written = "" if file == OUTPUT_FILE else ",readonly"
    return f"type=bind,source={{dir,}}/{file},target={PurePosixPath(FOLDER, file)}{written}"


def _stdin(config: DockerConfig) -> bytes | None:
    if config.stdin is None:
        return None
    text = config.stdin if isinstance(config.stdin, str) else json.dumps(config.stdin, ensure_ascii=False)
    return text.encode("utf-8", "surrogateescape")


def _explained(result: ProcessResult, config: DockerConfig, said: Said) -> str | None:
    """Say why it failed, where the exit code is not the program's own."""
    ending = Ending.of(result)
    if ending.oom:
        return out_of_memory(config.memory, result.exit_code)
    return said.reason(config.image, result.exit_code, own=ending.own)


def _given(config: DockerConfig, stdout: Heard, attempt: StepAttempt) -> Mapping[str, Any]:
    """Give the outputs that the mode of its output makes.

    Raises:
        OutputError: it wrote too much, or no JSON.
    """
    if config.output is None and not config.detached:
        return {}
    text = stdout.kept()["stdout"]
    if isinstance(text, int):
        raise OutputError(f"it wrote {text:,} bytes to stdout, too much for an output: write a file instead")
    found: dict[str, Any]
    if config.detached:
        found = {"container": text.strip()}
    elif config.output == "lines":
        # Other characters than the line feed, at which `splitlines` cuts, are part of a line.
        found = {"lines": text.split("\n") if text else []}
    elif config.output == "text":
        found = {"text": text}
    else:
        try:
            value = json.loads(text)
        except ValueError as exc:
            raise OutputError(f"`output: json`, but what it wrote to stdout is none: {exc}") from None
        found = cast("dict[str, Any]", value) if isinstance(value, dict) else {"result": value}
    declared = attempt.plan.outputs
    return found if declared is None else {name: found[name] for name in found if name in declared}
