"""Servers that the tests start for themselves: what all of them share."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.waiting import PATIENCE

_UNPRIVILEGED = ("postgres", "nobody")


class UnavailableError(Exception):
    """A service can neither be found nor be started here; the text says what is missing."""


class LocalServer:
    """A server process of the tests' own, with a folder of its own, on a free port of this machine.

    Args:
        name: for messages and for the folder.
        argv: makes the command line from the folder and the port.
        unprivileged: run it as another user when the tests run as root.
    """

    def __init__(
        self, name: str, argv: Callable[[Path, int], Sequence[str]], *, unprivileged: bool = False
    ) -> None:
        self.name = name
        self.port = free_port()
        self.user = _other_user() if unprivileged and os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix=f"wfe-test-{name}-"))
        if self.user is not None:
            shutil.chown(self.folder, self.user, pwd.getpwnam(self.user).pw_gid)
        self._argv = argv
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process."""
        if self._process is None:
            raise UnavailableError(f"{self.name} does not run")
        return self._process.pid

    def start(self, ready: Callable[[], bool], *, patience: float = PATIENCE) -> None:
        """Start the process and wait until `ready` says that it can be used."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = self.popen(self._argv(self.folder, self.port), log.fileno())
        deadline = time.monotonic() + patience
        while not ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                tail = (self.folder / "server.log").read_text("utf-8", "replace")[-2_000:]
                raise UnavailableError(f"{self.name} did not start: {tail}")
            time.sleep(0.05)

    def popen(self, argv: Sequence[str], log: int) -> subprocess.Popen[bytes]:
        """Run a program as the server's user."""
        return subprocess.Popen(
            argv, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self.user
        )

    def signal(self, number: int) -> None:
        """Send a signal to the process."""
        if self._process is not None:
            self._process.send_signal(number)

    def wait(self) -> None:
        """Wait until the process has ended."""
        if self._process is not None:
            self._process.wait(PATIENCE)

    def destroy(self, stop: int) -> None:
        """End the process with a signal and remove the folder."""
        if self._process is not None and self._process.poll() is None:
            self.signal(stop)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port() -> int:
    """Find a port of the loopback interface that nobody uses.

    It is not one of those that the system gives to outgoing connections: such a one could be taken before the
    server listens, or while it is restarted. Nor is it drawn from a seed, which all workers have in common.
    """
    for _ in range(100):
        port = 15_000 + secrets.randbelow(15_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise UnavailableError("no port is free between 15000 and 30000")


def program(*names: str, folders: Sequence[Path] = ()) -> str:
    """Find a program on the PATH or in one of these folders.

    Raises:
        UnavailableError: it is not installed.
    """
    for name in names:
        found = shutil.which(name) or next((str(f / name) for f in folders if (f / name).exists()), None)
        if found:
            return found
    raise UnavailableError(f"{' or '.join(names)} is not installed")


def _other_user() -> str:
    for name in _UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise UnavailableError("there is no user other than root to run the server")
