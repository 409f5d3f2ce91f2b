"""The type `browser`: what a page shows, by a headless Chromium of this machine, a container or a microVM."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticKnownError

import wfe_yaml
from wfe_core.errors import StepError
from wfe_yaml.executors.base import ConfigModel
from wfe_yaml.executors.configs import Config, Fixed, Seconds, Size, conflict
from wfe_yaml.executors.container_ends import END_FILES, Ending, out_of_memory
from wfe_yaml.executors.container_troubles import Said
from wfe_yaml.executors.processes import ProcessSpec
from wfe_yaml.executors.program import (
    ERROR_FILE,
    ProcessConfig,
    ProcessExecutor,
    environment,
    told_error,
)
from wfe_yaml.executors.stepping import OUTPUT_FILE, ProcessPolicy
from wfe_yaml.executors.types.browser_container import in_container
from wfe_yaml.executors.types.browser_microvm import LONGEST, in_microvm
from wfe_yaml.executors.types.http import Status
from wfe_yaml.executors.types.zypi import ZypiAddress, explained
from wfe_yaml.model.artifacts import path_alone
from wfe_yaml.source.nodes import Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wfe_yaml.executors.configs import ConfigTemplate
    from wfe_yaml.executors.executor import StepAttempt
    from wfe_yaml.executors.processes import Identity, ProcessResult
    from wfe_yaml.model.artifacts import ArtifactModel
    from wfe_yaml.source.problems import Problems

_HOME = str(Path(wfe_yaml.__file__).resolve().parents[1])
_BOOT = (
    "import sys; sys.path.append(sys.argv.pop(1)); from wfe_yaml.executors.browsing.main import main; main()"
)
_NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("chromium-headless-shell", "headless_shell"),
)
_ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_WAYS = ("url", "html")
_PLACES = {
    "image": ("docker", "zypi"),
    **dict.fromkeys(("engine", "network", "pull"), ("docker",)),
    **dict.fromkeys(("vcpus", "boot", "zypi_url"), ("zypi",)),
}
"""Keys that are not for each place of the browser."""
_NAMED = {"docker": "in a container", "zypi": "in a microVM"}
Pixels = Annotated[int, Field(ge=1, le=8192)]


class BrowserWait(Config):
    """Something that has to be there."""

    selector: str = Field(min_length=1, description="A CSS selector: what it names has to be there.")


class BrowserConfig(ProcessConfig):
    """What a browser step needs."""

    url: str | None = Field(
        default=None, pattern=r"^(?i:https?)://[^/\s]", description="The address of the page: http or https."
    )
    html: str | None = Field(
        default=None,
        description="A page as text, instead of `url`; it can read no files and no other site. What an "
        "expression gives there is HTML.",
    )
    mode: Annotated[
        Literal["text", "dom", "screenshot"], Fixed("the outputs and artifacts of a step stand in the file")
    ] = Field(
        default="text",
        description="What is taken: the text that a person sees, the document after its scripts have run, or "
        "a picture (PNG).",
    )
    path: str | None = Field(
        default=None,
        min_length=1,
        description="The file that gets it; counted from the folder of the file. It is kept as an artifact "
        "that has the name of the mode. A screenshot needs it.",
    )
    wait: Literal["load", "idle"] | Seconds | BrowserWait = Field(
        default="load",
        description="When the page is ready: it is loaded, nothing was fetched for half a second (`idle`), "
        "so long after it is loaded, or `{selector: …}` names something.",
    )
    expect_status: Status | list[Status] = Field(
        default="2xx", description="The answers that are no failure: a status, `2xx` and the like, or a list."
    )
    width: Pixels = Field(default=1280, description="The width of the window, in pixels.")
    height: Pixels = Field(default=720, description="The height of the window, in pixels.")
    full_page: bool = Field(default=False, description="The screenshot shows the page in its full height.")
    timeout: Seconds | None = Field(
        default=30.0,
        description="How long one attempt may take; in a microVM in whole seconds, after its start.",
    )
    memory: Size | None = Field(
        default=None,
        description="Memory it may use; it is killed above that. A microVM has so much, 1g by default.",
    )
    sandbox: Annotated[bool, Fixed("what a page may do stands in the file")] | None = Field(
        default=None,
        description="Whether pages are shut in by the browser's own sandbox, which root and most containers "
        "cannot make; yes by default, but not in a container or a microVM, which shut them in themselves.",
    )
    browser: str | None = Field(
        default=None,
        min_length=1,
        description="The program, of this machine or of the image; a Chromium or Chrome by default.",
    )
    in_: Annotated[Literal["local", "docker", "zypi"], Fixed("where a step runs stands in the file")] = Field(
        default="local",
        alias="in",
        description="Where the browser runs: on this machine, in a container of Docker or podman, or in a "
        "microVM of Zypi.",
    )
    image: str | None = Field(
        default=None,
        validate_default=True,
        min_length=1,
        pattern=r"^[^-\s][^\s]*$",
        description="The image with the browser, which `in: docker` and `in: zypi` need; `sh` is in it, too, "
        "and for `in: zypi` python3, 3.8 or newer.",
    )
    engine: Annotated[Literal["docker", "podman"], Fixed("it is known before anything runs")] | None = Field(
        default=None, description="What runs the container; docker if it is there, else podman, by default."
    )
    network: str | None = Field(
        default=None,
        min_length=1,
        description="The container's network, `none`, `host`; by default that of the services around the "
        "step, or the engine's.",
    )
    pull: Literal["missing", "always", "never"] = Field(
        default="missing",
        description="When the image is fetched, for which the `timeout` must be long enough.",
    )
    vcpus: int | None = Field(default=None, gt=0, description="Processors of the microVM.")
    boot: Seconds | None = Field(
        default=None,
        description="How long the microVM may take to start, on top of `timeout`: 45s by default.",
    )
    zypi_url: ZypiAddress | None = Field(
        default=None,
        description="Where Zypi is: `WFE_ZYPI_URL` of the environment by default, else port 4000 of this "
        "machine.",
    )

    @field_validator(*_PLACES)
    @classmethod
    def _in_its_place(cls, value: object, info: ValidationInfo) -> object:
        # It is not there if it is wrong itself.
        place, key = info.data.get("in_"), str(info.field_name)
        if place is None:
            return value
        if key == "image" and place != "local" and value is None:
            raise PydanticKnownError("missing")
        # Defaults are not checked, but for that of the image.
        if value is not None and place not in _PLACES[key]:
            wanted = " or ".join(f"`in: {each}`" for each in _PLACES[key])
            where = "elsewhere" if len(_PLACES[key]) > 1 else _NAMED[_PLACES[key][0]]
            message = f"is for a browser {where}: say {wanted}, or leave it out"
            raise ValueError(message)
        return value

    @property
    def shut_in(self) -> bool:
        """Whether the browser makes its own sandbox."""
        return self.in_ == "local" if self.sandbox is None else self.sandbox

    @model_validator(mode="after")
    def _one_page(self) -> Self:
        given = [word for word in _WAYS if getattr(self, word) is not None]
        if len(given) != 1:
            message = f"a browser step needs either {' or '.join(map(repr, _WAYS))}"
            raise ValueError(message + (", not both" if given else ""))
        if self.mode == "screenshot" and self.path is None:
            message = "a screenshot needs 'path': the file that gets it"
            raise ValueError(message)
        if self.in_ != "local" and "working_dir" in self.model_fields_set:
            message = f"'working_dir' and 'in: {self.in_}' exclude each other: no folder from here is there"
            raise conflict("working_dir", message)
        if self.in_ == "zypi" and not 0 < (self.timeout or 0) <= LONGEST:
            message = "a browser in a microVM needs a 'timeout', of one day at most"
            raise conflict("timeout", message)
        return self


class BrowserExecutor(ProcessExecutor[BrowserConfig]):
    """Loads a page in a headless Chromium and takes its text, its document or a picture.

    Its outputs are `title`, `url` (where the page is in the end), `status` (null for `html`), and `text` or
    `dom`; with `path` these, and a screenshot, go to a file that becomes the artifact of that name. What the
    page writes to its console are lines of the step. Each attempt has a new profile, which does not stay.

    `in: docker` takes the browser of an image. Its container has no rights of root and sees nothing of this
    machine but a network, on which it finds the services around the step by their names; files are written
    here. It is gone when the step ends, however it does. `in: zypi` takes that of an image in a microVM, with
    python3; nothing but what it takes comes out of it, at its end. In all places the keys mean the same.
    """

    name: ClassVar[str] = "browser"
    # A default folder of steps means nothing to it: it may run elsewhere, and `path` counts from the file.
    elsewhere: ClassVar[bool] = True
    config: ClassVar[ConfigModel] = BrowserConfig
    gives: ClassVar[frozenset[str]] = frozenset({"title", "url", "status", "text", "dom"})

    def leaves(
        self, config: ConfigTemplate[BrowserConfig], problems: Problems
    ) -> Mapping[str, ArtifactModel]:
        """Give the file of `path`, by the mode."""
        path, mode = config.node.get("path"), config.node.get("mode")
        found = path_alone(path, problems) if isinstance(path, Scalar) else None
        name = mode.text if isinstance(mode, Scalar) else "text"
        return {} if found is None else {name: found}

    def policy(self, config: BrowserConfig, attempt: StepAttempt) -> ProcessPolicy:
        """It is killed at once: there is nothing that it had to bring to an end."""
        said = Said()
        if config.in_ == "zypi":
            # It ends by its timeout, and because of its memory, in the microVM, and Zypi tells of it.
            def told(result: ProcessResult) -> str | None:
                return explained(result, attempt)

            return ProcessPolicy(on_orphan=config.on_orphan, grace=0, explain=told)

        def explain(result: ProcessResult) -> str | None:
            return _explained(result, config, said)

        return ProcessPolicy(
            on_orphan=config.on_orphan,
            timeout=config.timeout,
            grace=0,
            memory=config.memory,
            explain=explain,
            heard=said.line,
        )

    def spec(self, config: BrowserConfig, attempt: StepAttempt, identity: Identity) -> ProcessSpec:
        """Describe the process.

        Raises:
            StepError: there is no browser, or it cannot be used.
        """
        wanted = _wanted(config, attempt)
        if config.in_ == "zypi":
            return in_microvm(wanted, config, attempt, identity, _NAMES)
        contained = config.in_ == "docker"
        files = ("{dir}", f"{{dir}}/{OUTPUT_FILE}", f"{{dir}}/{ERROR_FILE}")
        spec = ProcessSpec(
            argv=[sys.executable, "-I", "-S", "-c", _BOOT, _HOME, *files],
            env=environment(config, attempt, identity),
            cwd=str(attempt.path(config.working_dir).absolute()),
            files={OUTPUT_FILE: b"", ERROR_FILE: b""},
            collect=(OUTPUT_FILE, ERROR_FILE, *END_FILES),
            identity=identity,
            secrets=attempt.secrets,
            stdin=json.dumps(wanted).encode(),
            timeout=config.timeout,
            stop_signal=signal.SIGKILL,
            grace=0,
            memory=None if contained else config.memory,
        )
        return in_container(spec, config, attempt, identity, _NAMES) if contained else spec


def _wanted(config: BrowserConfig, attempt: StepAttempt) -> dict[str, Any]:
    """Give what the program of the step is told, wherever it runs.

    Raises:
        StepError: there is no browser, or it cannot be used.
    """
    expected = config.expect_status
    browser = {"docker": f"the browser of the image {config.image}", "zypi": None}
    if config.in_ == "local":
        browser["local"] = _program(config, attempt)
        if config.shut_in and os.geteuid() == 0:
            message = (
                "a browser has no sandbox when root runs it: run wfe as another user, or give the step "
                "`sandbox: false` if the pages are your own"
            )
            raise StepError(message, retryable=False)
    return {
        "browser": browser[config.in_],
        "url": config.url,
        "html": config.html,
        "mode": config.mode,
        "path": _place(config, attempt),
        "carried": config.in_ == "zypi",
        "wait": None if isinstance(config.wait, BrowserWait) else config.wait,
        "selector": config.wait.selector if isinstance(config.wait, BrowserWait) else None,
        "expect_status": expected if isinstance(expected, list) else [expected],
        "width": config.width,
        "height": config.height,
        "full_page": config.full_page,
        "sandbox": config.shut_in,
    }


def _program(config: BrowserConfig, attempt: StepAttempt) -> str:
    """Find the browser.

    Raises:
        StepError: there is none.
    """
    if config.browser is not None and "/" in config.browser:
        return str(attempt.path(config.browser).absolute())
    found = find_browser(attempt.plan.tools.environ.get("PATH"), config.browser)
    if found is None:
        missing = (
            "no Chromium or Chrome was found" if config.browser is None else f"{config.browser!r} is not"
        )
        message = f"{missing} on PATH: install one (Debian: apt install chromium), or name it with `browser:`"
        raise StepError(message, retryable=False)
    return found


def find_browser(path: str | None, name: str | None = None) -> str | None:
    """Give the browser of this machine, or the one of a name; None when there is none.

    Args:
        path: where to look, as in the variable PATH.
        name: the program; any Chromium or Chrome without it.
    """
    for each in _NAMES if name is None else (name,):
        found = shutil.which(each, path=path)
        if found is not None:
            return found
    return next((each for each in _ELSEWHERE if name is None and Path(each).is_file()), None)


def _place(config: BrowserConfig, attempt: StepAttempt) -> str | None:
    """Give the file of `path`.

    Raises:
        StepError: it would lie elsewhere than below the folder of the workflow file.
    """
    if config.path is None:
        return None
    path = PurePosixPath(config.path)
    if path.is_absolute() or ".." in path.parts or "\0" in config.path:
        message = f"'path' stays below the folder of the file, unlike {config.path!r}"
        raise StepError(message, retryable=False)
    return str(attempt.path(config.path).absolute())


def _explained(result: ProcessResult, config: BrowserConfig, said: Said) -> str | None:
    """Say what the program says, or what the engine's troubles mean."""
    if Ending.of(result).oom:
        return out_of_memory(config.memory, result.exit_code)
    why = None if config.image is None else said.reason(config.image, result.exit_code)
    told = told_error(result)
    return why or (None if told is None else str(told["message"]))
