"""OpenSearch for the tests: the server that WFE_TEST_OPENSEARCH names, or a real node of their own.

The node is made of the published jars, without Docker: Maven copies them once into a cache outside of the
repository (`python -m tests.services.opensearch.node` does just that), and `TestNode.java` starts them. All
workers of a test run share one node, each test with a prefix of its own.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from functools import cache
from pathlib import Path
from typing import IO, Any

import pytest

from tests.services.local import LocalServer, UnavailableError, program

HERE = Path(__file__).parent
_PATIENCE = 240.0
"""Seconds that a node may take to start: nothing is measured by it."""
_FETCHING = 900.0
_JAVA = 17
_OPTIONS = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")


class OpenSearch:
    """A server on which each test has a prefix of its own.

    Attributes:
        base: its URL, without options.
    """

    def __init__(self, base: str) -> None:
        self.base = base

    def url(self, prefix: str, **options: str) -> str:
        """Give the URL of the indexes with a prefix."""
        more = "".join(f"&{name}={value}" for name, value in options.items())
        return f"{self.base}?prefix={prefix}{more}"

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Ask the server itself; gives the answer, also of an error."""
        request = urllib.request.Request(
            self.base.removeprefix("opensearch+") + path,
            None if body is None else json.dumps(body).encode(),
            {"content-type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as exc:
            return json.load(exc)

    def forget(self, prefix: str) -> None:
        """Delete everything with a prefix."""
        self.ask("DELETE", f"/{prefix}-*")
        self.ask("DELETE", f"/_index_template/{prefix}-*")


class OwnNode:
    """A node for one test, which may stop it and start it again with what it stored."""

    def __init__(self) -> None:
        self.server = LocalServer("opensearch", command)
        # Held as long as this object lives: without it the node would end at once.
        self._users = _hold(self.server.folder)

    @property
    def base(self) -> str:
        """Its URL, without options."""
        return f"opensearch+http://127.0.0.1:{self.server.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        said = self.server.folder / "port"
        said.unlink(missing_ok=True)
        self.server.start(said.exists, patience=_PATIENCE)

    def stop(self, how: int = signal.SIGKILL) -> None:
        """Stop it, by default as a crash does."""
        self.server.signal(how)
        self.server.wait()

    def lose_data(self) -> None:
        """Let the disk of a stopped node be a new one."""
        shutil.rmtree(self.server.folder / "home")

    def destroy(self) -> None:
        """End it and forget what it stored."""
        self.server.destroy(signal.SIGKILL)
        self._users.close()


def command(folder: Path, port: int) -> list[str]:
    """Give the command line that starts a node in a folder, on a port (0: any).

    Raises:
        UnavailableError: Java or the jars are not there.
    """
    return [
        program("java"),
        *_OPTIONS,
        "-cp",
        f"{jars()}/*",
        str(HERE / "TestNode.java"),
        str(folder),
        str(port),
    ]


@cache
def opensearch() -> OpenSearch:
    """Find the server, or start the node that all workers of this test run share.

    Raises:
        UnavailableError: there is none.
    """
    given = os.environ.get("WFE_TEST_OPENSEARCH")
    if given:
        return OpenSearch(given.partition("?")[0].rstrip("/"))
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"{os.getpid()}"
    folder = Path(tempfile.gettempdir()) / f"wfe-test-opensearch-{run}"
    argv = command(folder, 0)
    _HELD.append(_hold(folder))
    with (folder / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (folder / "port").exists():
            _start(argv, folder)
    return OpenSearch(f"opensearch+http://127.0.0.1:{(folder / 'port').read_text()}")


def opensearch_or_skip() -> OpenSearch:
    """Find or start the server, or skip the test that needs it."""
    try:
        return opensearch()
    except UnavailableError as exc:
        pytest.skip(f"no OpenSearch: {exc}")


def own_node_or_skip() -> OwnNode:
    """Make a node of the test's own, not started yet, or skip the test that needs it."""
    try:
        command(Path(), 0)
    except UnavailableError as exc:
        pytest.skip(f"no OpenSearch: {exc}")
    return OwnNode()


_HELD: list[IO[str] | subprocess.Popen[bytes]] = []
"""Closing the file would give back the lock that keeps the shared node alive, which outlives this process."""


def _hold(folder: Path) -> IO[str]:
    """Tell the node in a folder that somebody uses it, until this process ends."""
    while True:
        folder.mkdir(exist_ok=True)
        users = (folder / "users").open("w+")
        # Waits while a node that nobody used any more ends; it takes the folder with it.
        fcntl.lockf(users, fcntl.LOCK_SH)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(users.fileno()), (folder / "users").stat()):
                return users
        users.close()


def _start(argv: list[str], folder: Path) -> None:
    with (folder / "server.log").open("ab") as log:
        # A session of its own: it ends with the last of those who use it, not with the first.
        process = subprocess.Popen(
            argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    _HELD.append(process)
    deadline = time.monotonic() + _PATIENCE
    while not (folder / "port").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            tail = (folder / "server.log").read_text("utf-8", "replace")[-2_000:]
            raise UnavailableError(f"the OpenSearch node did not start: {tail}")
        time.sleep(0.05)


@cache
def jars() -> Path:
    """Find the folder of the jars, after copying them there when they are missing.

    Raises:
        UnavailableError: Maven or Java is missing, or the jars cannot be fetched.
    """
    _check_java()
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wfe-tests"
    pom = HERE / "pom.xml"
    folder = base / f"opensearch-{hashlib.sha256(pom.read_bytes()).hexdigest()[:12]}"
    if folder.exists():
        return folder
    base.mkdir(parents=True, exist_ok=True)
    with (base / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not folder.exists():
            _fetch(pom, folder)
    return folder


def _fetch(pom: Path, folder: Path) -> None:
    """Let Maven copy the jars; the folder appears only when all of them are there."""
    maven = program("mvn")
    with tempfile.TemporaryDirectory(dir=folder.parent) as draft:
        lib = Path(draft) / "lib"
        argv = [maven, "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={lib}"]
        try:
            made = subprocess.run(argv, capture_output=True, check=False, timeout=_FETCHING)
        except subprocess.TimeoutExpired:
            raise UnavailableError(f"Maven did not fetch the jars within {_FETCHING:g} s") from None
        if made.returncode:
            said = (made.stdout + made.stderr).decode("utf-8", "replace")
            raise UnavailableError(f"Maven could not fetch the jars: {said[-1_000:]}")
        with contextlib.suppress(FileExistsError):
            lib.rename(folder)


def _check_java() -> None:
    # javac comes with the compiler that runs TestNode.java.
    javac = program("javac")
    said = subprocess.run([javac, "-version"], capture_output=True, text=True, check=False, timeout=_PATIENCE)
    number = (said.stdout + said.stderr).partition(" ")[2].partition(".")[0].strip()
    if not number.isdecimal() or int(number) < _JAVA:
        raise UnavailableError(f"Java {_JAVA} or newer is needed, not {number or 'an unknown one'}")


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{jars()}\n")
    except UnavailableError as exc:
        sys.exit(f"no OpenSearch for the tests: {exc}")
