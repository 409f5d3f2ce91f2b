"""A Docker daemon as on another machine: reached by TCP with TLS, and it does not see one of our folders."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest

from tests.services.certificates import certificates_or_skip
from tests.services.docker import IMAGE, packed_image
from tests.services.engines import Engine
from tests.services.local import UnavailableError, free_port, program
from tests.waiting import PATIENCE

_HIDE = 'mount -t tmpfs none "$1" && shift && exec "$@"'


class RemoteDocker(Engine):
    """The daemon, as a client finds it.

    Attributes:
        variables: those that choose it.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__("docker")
        self._folder = folder
        self.port = free_port()
        self.variables = {
            "DOCKER_HOST": f"tcp://127.0.0.1:{self.port}",
            "DOCKER_TLS_VERIFY": "1",
            "DOCKER_CERT_PATH": str(folder / "worker"),
        }

    @property
    def environ(self) -> Mapping[str, str]:
        """The variables with which a program finds it, among those of this process."""
        return {**os.environ, **self.variables}

    def context(self) -> dict[str, str]:
        """Make a context, as people have them for machines; gives the variables that choose it."""
        files = {"ca": "ca.pem", "cert": "cert.pem", "key": "key.pem"}
        parts = [f"{word}={self._folder / 'worker' / file}" for word, file in files.items()]
        config = {"DOCKER_CONFIG": str(self._folder / "config")}
        wanted = f"host={self.variables['DOCKER_HOST']},{','.join(parts)}"
        none = dict.fromkeys(self.variables, "")
        self("context", "create", "elsewhere", "--docker", wanted, environ={**config, **none})
        return {**config, "DOCKER_CONTEXT": "elsewhere"}

    def daemon(self) -> list[str]:
        """The command line that starts it."""
        place = self._folder / "daemon"
        return [
            program("dockerd"),
            *("--host", f"tcp://127.0.0.1:{self.port}", "--tlsverify"),
            *("--tlscacert", str(self._folder / "ca.crt"), "--tlscert", str(self._folder / "server.crt")),
            *("--tlskey", str(self._folder / "server.key"), "--data-root", str(place / "data")),
            *("--exec-root", str(place / "exec"), "--pidfile", str(place / "pid")),
            *("--storage-driver", "vfs", "--iptables=false", "--ip6tables=false", "--bridge=none"),
        ]


@contextlib.contextmanager
def remote_docker(folder: Path, hidden: Path) -> Generator[RemoteDocker]:
    """Start one in a folder, in a view of the file system in which another folder is empty; or skip."""
    try:
        found = RemoteDocker(certificates_or_skip(folder))
        unshare = program("unshare")
        for name in ("containerd", "runc"):
            program(name)
    except UnavailableError as exc:
        pytest.skip(f"no Docker: {exc}")
    if os.geteuid() != 0:
        pytest.skip("no Docker: dockerd has to be started by root")
    (folder / "worker").mkdir()
    for name, file in (("ca.pem", "ca.crt"), ("cert.pem", "worker.crt"), ("key.pem", "worker.key")):
        shutil.copy(folder / file, folder / "worker" / name)
    (folder / "daemon").mkdir()
    argv = [unshare, "--mount", "--", "sh", "-c", _HIDE, "sh", str(hidden), *found.daemon()]
    with (folder / "daemon.log").open("wb") as log:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(UnavailableError):
                found("version", "--format", "{{.Server.Version}}")
                break
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.skip(f"no Docker: {(folder / 'daemon.log').read_text('utf-8', 'replace')[-1_000:]}")
            time.sleep(0.05)
        found("import", "-", IMAGE, given=packed_image())
        yield found
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
