"""The engine of containers: its program, and how it is called."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wfe_core.errors import StepError
from wfe_yaml.executors.environment import base_environment
from wfe_yaml.executors.masking import revealed
from wfe_yaml.model.containers import OURS, VOLUME, volume_trouble

if TYPE_CHECKING:
    from wfe_yaml.executors.base import Tools
    from wfe_yaml.executors.processes import Identity

LABEL = "wfe.run"
"""The label that all containers of a run have, with the name of the run."""
STORE = "wfe.store"
"""The label that tells the runs of one store from those of another."""
KEY = "wfe.key"
"""The label that all containers of an activation of a step have, with its idempotency key."""
ATTEMPT = "wfe.attempt"
"""The label that tells the attempt."""
FAILURES = "wfe.failures"
"""The label that tells how many attempts had failed before."""
FOLDER = str(OURS)
"""Where, in a container, the files of wfe are."""
_VOLUME_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]+$")
ENGINES = ("docker", "podman")
CID_FILE = "cid"
"""The file in which the engine writes the id of a container that it has created."""
_OWN = re.compile(
    r"(_?CONTAINERS?_|DOCKER_|REGISTRY_|BUILDAH_|PODMAN_|STORAGE_|XDG_|LD_|OTEL_|SSL_CERT_|LISTEN_|SSH_)"
    r"|(HOME|PATH|TMPDIR|USER|NOTIFY_SOCKET|DBUS_SESSION_BUS_ADDRESS|(HTTPS?|NO|ALL)_PROXY"
    r"|GO(DEBUG|MAXPROCS|TRACEBACK|GC|MEMLIMIT))$",
    re.IGNORECASE,
)
"""Variables that the engine's program itself obeys: a container's must not become its own."""
_FOR_IT = re.compile(
    r"(DOCKER|CONTAINERS?|REGISTRY)_\w+|XDG_\w+|SSH_AUTH_SOCK|(HTTPS?|NO)_PROXY", re.IGNORECASE
)
_CREDENTIALS = re.compile("AUTH|PASS|TOKEN|SECRET|KEY", re.IGNORECASE)


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
        given = [name for name in tools.environ if _FOR_IT.fullmatch(name) and name not in tools.secrets]
        self.env: dict[str, str] = base_environment(tools, names=given)
        """The environment of the program; it holds nothing of the step."""
        self.lasting: dict[str, str] = {
            name: value
            for name, value in self.env.items()
            if not (name in given and _CREDENTIALS.search(name)) and revealed(value, tools.secrets) is None
        }
        """What of it may be written to the disk."""


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
        ATTEMPT: str(identity.attempt),
        FAILURES: str(identity.failures),
        KEY: identity.key,
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


def store_label(realm: str) -> str:
    """Give what the label of a store says."""
    return hashlib.sha256(realm.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def volume(text: str, root: Path, tools: Tools) -> str:
    """Give a volume as the engine takes it: with a whole path.

    Args:
        text: as it is written: a folder, a file or a name, where it is in the container, and options.
        root: where relative paths count from.
        tools: say where `~` is.

    Raises:
        StepError: it is none, or the folder is not there: Docker would make one, which belongs to root.
    """
    trouble = volume_trouble(text)
    found = VOLUME.fullmatch(text)
    if trouble is not None or found is None:
        raise StepError(trouble or text, retryable=False)
    source = found["source"]
    if _VOLUME_NAME.match(source):
        return text
    home = tools.environ.get("HOME", "")
    whole = home + source[1:] if home and (source == "~" or source.startswith("~/")) else source
    path = Path(root, whole).absolute()
    if not path.exists():
        raise StepError(f"the volume {text!r} needs {str(path)!r}, which is not there", retryable=False)
    if ":" in str(path):
        raise StepError(f"Docker mounts no path with a colon: rename {str(path)!r}", retryable=False)
    return str(path) + text[len(source) :]
