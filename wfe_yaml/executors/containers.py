"""The engine of containers: its program, how it is called, and what its troubles mean."""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wfe_core.errors import StepError
from wfe_yaml.executors.environment import base_environment
from wfe_yaml.executors.masking import revealed
from wfe_yaml.executors.processes import Cleanup

if TYPE_CHECKING:
    from wfe_yaml.executors.base import Tools
    from wfe_yaml.executors.processes import Identity

LABEL = "wfe.run"
"""The label that all containers of a run have, with the name of the run."""
STORE = "wfe.store"
"""The label that tells the runs of one store from those of another."""
_WHOSE = f'{{{{.Id}}}} {{{{index .Config.Labels "{LABEL}"}}}}'
FOLDER = "/.wfe"
"""Where, in a container, the files of wfe are."""
VOLUME = re.compile(r"^(?P<source>[^:\x00]+):(?P<target>/[^:\x00]*)(?::(?P<options>[A-Za-z,]+))?$")
"""How a volume is written."""
_VOLUME_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]+$")
ENGINES = ("docker", "podman")
CID_FILE = "cid"
"""The file in which the engine writes the id of a container that it has created."""
OOM_FILE = "oom"
"""The file that is there when the kernel killed something in the container because of its memory."""
_OWN = re.compile(
    r"(DOCKER_|CONTAINER_|CONTAINERS_|BUILDAH_|PODMAN_|XDG_|LD_|OTEL_|GO(DEBUG|MAXPROCS|TRACEBACK|GC|MEMLIMIT)$)"
    r"|(HOME|PATH|TMPDIR|USER|SSH_AUTH_SOCK|(HTTPS?|NO|ALL)_PROXY)$",
    re.IGNORECASE,
)
"""Variables that the engine's program itself obeys: a container's must not become its own."""
_FOR_IT = re.compile(
    r"(DOCKER|CONTAINERS?|REGISTRY)_\w+|XDG_\w+|SSH_AUTH_SOCK|(HTTPS?|NO)_PROXY", re.IGNORECASE
)
_TAIL = 20
_PATIENCE = 60.0
"""Seconds that an engine may take for what is asked of it besides steps."""
_FAILED = 125
_MAYBE_FAILED = (126, 127)
_AWAY = re.compile(r"(docker|Error): .*(while trying to connect|cannot connect to|dial unix)", re.IGNORECASE)
"""How the programs of engines say that nobody is there to talk to."""
_RIGHTS = re.compile("permission denied while trying to connect|dial unix .*permission denied", re.IGNORECASE)
_SILENT = re.compile(
    "cannot connect to the docker daemon|error during connect|connection refused|"
    "unable to connect to podman|is the docker daemon running|failed to connect to the docker api",
    re.IGNORECASE,
)
_NO_IMAGE = re.compile(
    "no such image|pull access denied|manifest unknown|manifest for .* not found|image not known|"
    "repository .* not found|unable to find image|unauthorized|denied: requested access|"
    "invalid reference format|no such host|error response from daemon: get ",
    re.IGNORECASE,
)
_PORT = re.compile("port is already allocated|address already in use", re.IGNORECASE)
_MOUNT = re.compile("invalid mount|bind source path does not exist|mounts denied", re.IGNORECASE)
_NO_INIT = re.compile("container-init binary not found", re.IGNORECASE)
_NO_PROGRAM = re.compile(r"\(catatonit:\d+\): failed to exec pid1: (?P<why>.+)")
"""How the init of podman says what others say by the exit codes 126 and 127."""
_REMEDIES = {
    _NO_INIT: "podman misses the program that reaps processes in a container: install `catatonit`",
    _RIGHTS: "no permission to talk to the engine: add the user to the group of its socket "
    "(`sudo usermod -aG docker $USER`, then log in again), or use `engine: podman`",
    _SILENT: "the engine does not run: start it (`sudo systemctl start docker`, or Docker Desktop), "
    "or say where it is by DOCKER_HOST",
    _NO_IMAGE: "the image {image} cannot be had: check its name, `docker login` and the network, "
    "or build it first",
    _PORT: "a port of this machine is in use: choose another one, as in `15432:5432`",
    _MOUNT: "a folder cannot be mounted: the engine must see this machine's files",
}
"""What helps, by what an engine says."""


# $1 the engine, $2 the container, $3 remove it (`rm`), or only stop it. What is being created when its
# creator is killed has no id yet, and comes into being a moment later.
_CLEAN_UP = r"""
if [ "${WFE_EXIT_CODE-}" = 137 ] && [ "${1##*/}" = docker ]; then
  now=$(date +%s)
  found=$("$1" events --since 1000h --until $((now + 1)) --filter "container=$2" --filter event=oom)
  [ -z "$found" ] || echo oom >"{dir}/oom"
fi
end() {
  if [ "$3" = rm ]; then out=$("$1" rm --force --volumes "$2" 2>&1); else out=$("$1" kill "$2" 2>&1); fi
  [ $? -ne 0 ] || return 0
  case $out in *[Nn]"o such container"* | *"no container with"* | *"is not running"*) return 0 ;; esac
  return 1
}
tries=0
until end "$@"; do
  [ -s "{dir}/cid" ] || exit 0
  tries=$((tries + 1)); [ "$tries" -lt 20 ] || exit 1
  sleep 1
done
if [ ! -s "{dir}/cid" ] && [ "${WFE_EXIT_CODE-}" != 125 ]; then sleep 1; end "$@"; fi
"""


class Engine:
    """The program of an engine, such as `docker`.

    Args:
        wanted: `docker` or `podman`; None for the first that is there.
        tools: the environment in which it is looked for, and which says where its daemon is.

    Raises:
        StepError: it is not installed.
    """

    def __init__(self, wanted: str | None, tools: Tools) -> None:
        path = tools.environ.get("PATH")
        names = ENGINES if wanted is None else (wanted,)
        found = {name: at for name in names if (at := shutil.which(name, path=path)) is not None}
        if not found:
            message = (
                f"{' and '.join(names)} {'are' if len(names) > 1 else 'is'} not on PATH: install Docker "
                "(https://docs.docker.com/engine/install) or podman"
            )
            raise StepError(message, retryable=False)
        self.name: str = next(iter(found))
        self.program: str = found[self.name]
        self.env: dict[str, str] = base_environment(
            tools, names=[name for name in tools.environ if _FOR_IT.fullmatch(name)]
        )
        """The environment of the program; it holds nothing of the step."""


class Variables:
    """The variables of a container: their values never stand in a command line.

    Attributes:
        flags: of `run` of the engine.
        env: what its program inherits, and passes on by name.
        file: for variables that would mean something to the program itself: the content of a file.

    Args:
        wanted: the variables.
        hidden: values of secrets by name: they must not get onto the disk.
        path: of that file, for the flags.

    Raises:
        StepError: one cannot be given to a container.
    """

    def __init__(self, wanted: Mapping[str, str], hidden: Mapping[str, str], path: str) -> None:
        self.flags: list[str] = []
        self.env: dict[str, str] = {}
        self.file: bytes = b""
        lines: list[str] = []
        for name, value in wanted.items():
            if "\0" in value:
                raise StepError(f"the variable {name} contains the character NUL", retryable=False)
            if not _OWN.match(name):
                self.flags += ["--env", name]
                self.env[name] = value
                continue
            trouble = None
            if "\n" in value:
                trouble = "has several lines"
            elif revealed(value, hidden) is not None:
                trouble = "holds a secret"
            if trouble is not None:
                message = (
                    f"the variable {name} {trouble}, and means something to the engine's own program: "
                    "give it another name, and set it in the container"
                )
                raise StepError(message, retryable=False)
            lines.append(f"{name}={value}\n")
        if lines:
            self.flags += ["--env-file", path]
            self.file = "".join(lines).encode("utf-8", "surrogateescape")


def container_name(run: str, step: str, attempt: int) -> str:
    """Name a container by its step, so that nobody else has the name."""
    words = [re.sub(r"[^A-Za-z0-9]+", "-", word).strip("-")[:32] for word in (run, step)]
    return "-".join(["wfe", *filter(None, words), str(attempt), secrets.token_hex(4)])


def labels(identity: Identity, step: str, realm: str) -> list[str]:
    """Give the flags for the labels by which the containers of a run, and of a store, are found."""
    told = {
        LABEL: identity.instance,
        STORE: store_label(realm),
        "wfe.step": step,
        "wfe.attempt": str(identity.attempt),
        "wfe.key": identity.key,
    }
    return [part for name, value in told.items() for part in ("--label", f"{name}={value}")]


def check_words(words: Sequence[str], hidden: Mapping[str, str]) -> None:
    """Refuse arguments of the engine that would show a secret.

    Raises:
        StepError: one would.
    """
    for word in words:
        secret = revealed(word, hidden)
        if secret is not None:
            message = f"the secret {secret} would stand in a command line, which anybody sees: use `env`"
            raise StepError(message, retryable=False)


def limits(memory: int | None) -> list[str]:
    """Give the flags for the memory that a container may use."""
    # Otherwise it could use as much again of the swap space.
    return [] if memory is None else ["--memory", str(memory), "--memory-swap", str(memory)]


def out_of_memory(memory: int | None) -> str:
    """Say that the kernel killed something in a container, which may use so much memory."""
    limit = "" if memory is None else f", more than its {memory / (1 << 20):g} MiB"
    return f"out of memory: the kernel killed it, because it used too much{limit}"


def store_label(realm: str) -> str:
    """Give what the label of a store says."""
    return hashlib.sha256(realm.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def remove_left(tools: Tools, gone: Callable[[str], bool]) -> int:
    """Remove the containers that runs of a store have left; gives their number. This blocks.

    An engine that does not answer is left alone: there may be none on this machine that ever ran any.

    Args:
        tools: say which store it is, and where engines are looked for.
        gone: whether nothing of the run of a name is to stay.
    """
    number = 0
    wanted = f"label={STORE}={store_label(tools.processes.realm)}"
    for name in ENGINES:
        try:
            engine = Engine(name, tools)
        except StepError:
            continue
        ids = _answer(engine, "ps", "--all", "--quiet", "--no-trunc", "--filter", wanted).split()
        if not ids:
            continue
        told = _answer(engine, "inspect", "--format", _WHOSE, *ids)
        lines = [line.partition(" ") for line in told.splitlines()]
        doomed = [id_ for id_, _, run in lines if gone(run.partition("/")[0])]
        if doomed:
            number += len(_answer(engine, "rm", "--force", "--volumes", *doomed).split())
    return number


def _answer(engine: Engine, *argv: str) -> str:
    """Give what the program of an engine prints, which is nothing when it fails or takes too long."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            [engine.program, *argv],
            env=engine.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        return done.stdout
    return ""


def clean_up_after(
    engine: Engine, name: str, *, remove: bool = True, hold: bool = False, always: bool = False
) -> Cleanup:
    """Give what ends a container, wherever it stands, and says whether its memory was the reason."""
    how = "rm" if remove else "kill"
    return Cleanup(
        argv=("/bin/sh", "-c", _CLEAN_UP, "sh", engine.program, name, how),
        env=engine.env,
        hold=hold,
        always=always,
    )


def volume(text: str, root: Path) -> str:
    """Give a volume as the engine takes it: with a whole path.

    Args:
        text: as it is written: a folder, a file or a name, where it is in the container, and options.
        root: where relative paths count from.

    Raises:
        StepError: it is none, or the folder is not there: Docker would make one, which belongs to root.
    """
    found = VOLUME.match(text)
    if found is None:
        raise StepError(f"expected a volume such as ./data:/data:ro, found {text!r}", retryable=False)
    if _VOLUME_NAME.match(found["source"]):
        return text
    path = Path(root, found["source"]).absolute()
    if not path.exists():
        raise StepError(f"the volume {text!r} needs {str(path)!r}, which is not there", retryable=False)
    if ":" in str(path):
        raise StepError(f"Docker mounts no path with a colon: rename {str(path)!r}", retryable=False)
    return str(path) + text[len(found["source"]) :]


class Said:
    """What an engine said last, for the reason of a failure."""

    def __init__(self) -> None:
        self._tail: list[str] = []

    def line(self, stream: str, text: str) -> None:
        """Take a line."""
        if stream == "stderr":
            self._tail = [*self._tail[1 - _TAIL :], text]

    def reason(self, image: str, code: int) -> str | None:
        """Say why the engine could not run a container, and what helps; None when that was not so.

        Args:
            image: the image.
            code: the exit code of its program, for which 126 and 127 may come from the container as well.
        """
        if code == _FAILED:
            return explain_trouble(self._tail, image)
        found = _NO_PROGRAM.search(self._tail[-1]) if self._tail and code == 1 else None
        if found is not None:
            return f"the program cannot be run in the container: {found['why']}"
        away = [line for line in self._tail[-4:] if _AWAY.match(line)]
        return explain_trouble(away, image) if away and code in _MAYBE_FAILED else None


def explain_trouble(lines: Sequence[str], image: str) -> str | None:
    """Say what the last lines of an engine mean, with a remedy."""
    text = "\n".join(lines)
    told = next(
        (line for line in reversed(lines) if re.search(r"error|denied|cannot", line, re.IGNORECASE)), ""
    )
    told = re.sub(r"^\s*(docker|podman)?:?\s*", "", told, flags=re.IGNORECASE).strip().rstrip(".")
    for pattern, remedy in _REMEDIES.items():
        if pattern.search(text):
            return remedy.format(image=repr(image)) + (f" ({told})" if told else "")
    return f"the engine could not run the container: {told}" if told else None
