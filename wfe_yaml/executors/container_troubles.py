"""What the engines of containers say when they cannot do something, what it means, and what helps."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TAIL = 20
_FAILED = 125
_CANNOT = (126, 127)
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
_CUT = re.compile("error waiting for container|unexpected EOF|connection reset by peer", re.IGNORECASE)
_PORT = re.compile("port is already allocated|address already in use", re.IGNORECASE)
_MOUNT = re.compile("invalid mount|bind source path does not exist|mounts denied", re.IGNORECASE)
_LOGGED = re.compile(r'^time="[^"]*" level=\w+ msg="(?P<message>.*)"$')
"""How the programs of engines write what goes wrong in them."""
_NO_INIT = re.compile("container-init binary not found", re.IGNORECASE)
_NO_PROGRAM = re.compile(
    r"\(catatonit:\d+\): failed to exec pid1: (?P<podman>.+)"
    r"|^\[FATAL tini \(\d+\)\] exec (?P<docker>.+ failed: .+)"
)
"""How the inits of podman, whose exit code is 1, and of Docker say that there is no such program."""
_REMEDIES = {
    _NO_INIT: "podman misses the program that reaps processes in a container: install `catatonit`",
    _RIGHTS: "no permission to talk to the engine: add the user to the group of its socket "
    "(`sudo usermod -aG docker $USER`, then log in again), or use `engine: podman`",
    _SILENT: "the engine does not run: start it (`sudo systemctl start docker`, or Docker Desktop), "
    "or say where it is by DOCKER_HOST",
    _CUT: "the engine ended while the container ran, or the connection to it did: when it is back, "
    "`wfe retry` runs the step again",
    _NO_IMAGE: "the image {image} cannot be had: check its name, `docker login` and the network, "
    "or build it first",
    _PORT: "a port of this machine is in use: choose another one, as in `15432:5432`",
    _MOUNT: "a folder cannot be mounted: the engine must see this machine's files",
}
"""What helps, by what an engine says."""


class Said:
    """What an engine said last, for the reason of a failure."""

    def __init__(self) -> None:
        self._tail: list[str] = []

    def line(self, stream: str, text: str) -> None:
        """Take a line."""
        if stream == "stderr":
            self._tail = [*self._tail[1 - _TAIL :], text]

    def reason(self, image: str, code: int, *, own: bool | None = None) -> str | None:
        """Say why the engine could not run a container, and what helps; None when that was not so.

        Args:
            image: the image.
            code: the exit code of its program.
            own: whether the engine knows it as that of the program in the container; None when nobody knows.
        """
        found = _NO_PROGRAM.search(self._tail[-1]) if self._tail and code in (1, *_CANNOT) else None
        if found is not None:
            return f"the program cannot be run in the container: {found['podman'] or found['docker']}"
        if own or (own is None and code not in (_FAILED, *_CANNOT)):
            return None
        if code == _FAILED or own is not None:
            return explain_trouble(self._tail, image)
        away = [line for line in self._tail[-4:] if _AWAY.match(line)]
        return explain_trouble(away, image) if away else None


def explain_trouble(lines: Sequence[str], image: str) -> str | None:
    """Say what the last lines of an engine mean, with a remedy."""
    text = "\n".join(lines)
    told = next(
        (line for line in reversed(lines) if re.search(r"error|denied|cannot|invalid", line, re.IGNORECASE)),
        "",
    )
    logged = _LOGGED.search(told)
    told = told if logged is None else logged["message"]
    told = re.sub(r"^\s*(docker|podman)?:?\s*", "", told, flags=re.IGNORECASE).strip().rstrip(".")
    for pattern, remedy in _REMEDIES.items():
        if pattern.search(text):
            return remedy.format(image=repr(image)) + (f" ({told})" if told else "")
    return f"the engine could not run the container: {told}" if told else None
