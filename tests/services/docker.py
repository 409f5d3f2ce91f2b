"""A Docker daemon for the tests: the one that WFE_TEST_DOCKER names, or their own, shared by all workers.

The workers of a run share one: whoever comes first starts it, and it ends when all of them have.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import secrets
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.services.engines import Engine
from tests.services.local import UnavailableError, program
from tests.waiting import PATIENCE

IMAGE = "wfe-test:1"


class Docker(Engine):
    """A daemon.

    Attributes:
        host: what `DOCKER_HOST` has to be.
    """

    def __init__(self, host: str) -> None:
        super().__init__("docker")
        self.host = host

    @property
    def environ(self) -> dict[str, str]:
        """The variables with which a program finds it."""
        return {**_outside(), "DOCKER_HOST": self.host}

    @property
    def info(self) -> Mapping[str, Any]:
        """What it says of itself."""
        told: dict[str, Any] = json.loads(self("info", "--format", "{{json .}}"))
        return told


def _outside() -> dict[str, str]:
    """The environment without what would lead a client elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("DOCKER_", "WFE_"))}


@cache
def docker() -> Docker:
    """Find or start the daemon; an own one ends with the last process that uses it.

    Raises:
        UnavailableError: there is none, and none can be started.
    """
    given = os.environ.get("WFE_TEST_DOCKER")
    if given:
        found = Docker(given)
        found("version")
        _make_image(found)
        return found
    for name in ("docker", "dockerd", "containerd", "runc", "busybox"):
        program(name)
    if os.geteuid() != 0:
        raise UnavailableError("dockerd has to be started by root; name a running one in WFE_TEST_DOCKER")
    return _House(Path(tempfile.gettempdir(), f"wfe-test-docker-{_run_id()}")).enter()


def docker_or_skip() -> Docker:
    """Find or start the daemon, or skip the test that needs it."""
    try:
        return docker()
    except UnavailableError as exc:
        pytest.skip(f"no Docker: {exc}")


def _run_id() -> str:
    """Name this run of the tests, the same in all of its workers."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", f"{os.getpid()}-{secrets.token_hex(4)}")[:24]


class _House:
    """The folder of the daemon, shared by the workers of a run.

    A guard is the daemon's parent. It ends the daemon when nobody is present any more, whatever became of the
    workers: who is present holds a lock, which the kernel takes from the dead.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._presence: int | None = None

    def enter(self) -> Docker:
        """Start the daemon, or find that of another worker; it is there as long as this process."""
        with self._alone():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._presence = os.open(self._folder / "present", os.O_RDWR | os.O_CREAT)
            fcntl.flock(self._presence, fcntl.LOCK_SH)
            found = Docker(f"unix://{self._folder}/docker.sock")
            if not (self._folder / "ready").exists():
                self._start(found)
                _make_image(found)
                (self._folder / "ready").touch()
            return found

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        handle = os.open(f"{self._folder}.lock", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _start(self, found: Docker) -> None:
        guard = subprocess.Popen(
            [sys.executable, "-c", "from tests.services.docker import guard; guard()", str(self._folder)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_outside(),
            # Ctrl-C in a terminal is for the tests: the guard has to stay until they have ended.
            start_new_session=True,
        )
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(UnavailableError):
                found("version", "--format", "{{.Server.Version}}")
                # Nobody waits for it; while we live we are its parent.
                threading.Thread(target=guard.wait, daemon=True).start()
                return
            if guard.poll() is not None or time.monotonic() > deadline:
                log = self._folder / "server.log"
                tail = log.read_text("utf-8", "replace")[-2_000:] if log.exists() else "it left no log"
                raise UnavailableError(f"dockerd did not start: {tail}")
            time.sleep(0.05)

    def keep(self) -> None:
        """Run the daemon until nobody is present."""
        argv = [
            program("dockerd"),
            *("--host", f"unix://{self._folder}/docker.sock"),
            *("--data-root", str(self._folder / "data")),
            *("--exec-root", str(self._folder / "exec")),
            *("--pidfile", str(self._folder / "pid")),
            *("--iptables=false", "--ip6tables=false", "--bridge=none"),
        ]
        with (self._folder / "server.log").open("ab") as log:
            daemon = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        presence = os.open(self._folder / "present", os.O_RDWR)
        while daemon.poll() is None:
            fcntl.flock(presence, fcntl.LOCK_EX)
            fcntl.flock(presence, fcntl.LOCK_UN)
            with self._alone(), contextlib.suppress(BlockingIOError):
                # Somebody may have come meanwhile.
                fcntl.flock(presence, fcntl.LOCK_EX | fcntl.LOCK_NB)
                daemon.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    daemon.wait(30)
                daemon.kill()
                daemon.wait()
                self._remove()
                return

    def _remove(self) -> None:
        """Remove the folder; what is mounted there would keep it."""
        lines = Path("/proc/self/mountinfo").read_text("utf-8").splitlines()
        for mounted in reversed([line.split()[4] for line in lines]):
            if mounted.startswith(f"{self._folder}/"):
                subprocess.run(["umount", "--lazy", mounted], capture_output=True, check=False)
        shutil.rmtree(self._folder, ignore_errors=True)
        Path(f"{self._folder}.lock").unlink(missing_ok=True)


def guard() -> None:
    """Be the guard of a daemon: `python -c … FOLDER`."""
    _House(Path(sys.argv[1])).keep()


def _make_image(found: Docker) -> None:
    """Make the image of the tests."""
    if not found("images", "--quiet", IMAGE):
        found("import", "-", IMAGE, given=packed_image())


def packed_image() -> bytes:
    """Give the file system of the image, from the static busybox of this machine.

    Raises:
        UnavailableError: there is none.
    """
    busybox = Path(program("busybox"))
    if b"/ld-linux" in busybox.read_bytes():
        raise UnavailableError("busybox needs libraries: install busybox-static")
    names = subprocess.run(
        [str(busybox), "--list"], capture_output=True, text=True, check=True
    ).stdout.split()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for folder in ("bin", "etc", "tmp", "work"):
            made = tarfile.TarInfo(folder)
            made.type, made.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            archive.addfile(made)
        archive.add(busybox, "bin/busybox")
        for name in set(names) - {"busybox"}:
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            archive.addfile(link)
        users = b"root:x:0:0:root:/:/bin/sh\nguest:x:1234:1234:guest:/work:/bin/sh\n"
        passwd = tarfile.TarInfo("etc/passwd")
        passwd.size = len(users)
        archive.addfile(passwd, io.BytesIO(users))
    return packed.getvalue()
