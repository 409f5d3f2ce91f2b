"""Starts the services of a step or a workflow, and waits until they are ready: a process of its own.

It is run by its path, with nothing but the standard library, and reads what to do as JSON from its standard
input: `executors/types/services.py` writes it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_ENGINE_FAILED = 125
_SHOWN = "30"
"""Lines of the log of a service that is not getting ready."""
_ALL = "5000"
"""Lines of a log that are looked through."""
_LISTENS = "0A"
"""TCP_LISTEN in /proc/net/tcp, see proc_net(5) and include/net/tcp_states.h of Linux."""
_ECHO = 0.2
"""Seconds in which a proxy with nobody behind it hangs up again."""


class TroubleError(Exception):
    """A service cannot be used."""

    def __init__(self, message: str, *, image: str = "", code: int = 1) -> None:
        super().__init__(message)
        self.image = image
        self.code = code


class Service:
    """A service that is being started.

    Args:
        engine: the program of the engine.
        told: what was told of it.
        folder: where its file of variables is, if it has one.
    """

    def __init__(self, engine: str, told: dict[str, Any], folder: str) -> None:
        self.name: str = told["name"]
        self._folder = folder
        self._engine = engine
        self._told = told
        self._container: str = told["container"]
        self._readiness: dict[str, Any] = told["readiness"] or {}

    def start(self) -> None:
        """Start its container; what the engine says goes to stderr."""
        done = subprocess.run(
            [self._engine, "run", "--detach", "--name", self._container, *self._told["argv"]],
            env={**os.environ, **self._told["env"]},
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            message = f"the service {self.name!r} cannot be started"
            raise TroubleError(message, image=self._told["image"], code=_ENGINE_FAILED)
        _say(f"{self.name}: started")

    def wait(self) -> None:
        """Wait until it is ready, and let it come back after a restart of the machine."""
        readiness = self._readiness
        deadline = time.monotonic() + readiness.get("timeout", 0.0)
        while True:
            state = self._state()
            if not state.get("Running"):
                self._show()
                code = state.get("ExitCode")
                raise TroubleError(
                    f"the service {self.name!r} ended with exit code {code} before it was ready"
                )
            if not readiness or self._ready(state):
                break
            if time.monotonic() >= deadline:
                self._show()
                message = f"the service {self.name!r} was not ready after {readiness['timeout']:g} s"
                raise TroubleError(f"{message}: {self._wanted()}")
            time.sleep(readiness["interval"])
        self._call("update", "--restart", "unless-stopped", self._container)
        _say(f"{self.name}: ready")

    def _wanted(self) -> str:
        readiness = self._readiness
        if readiness["port"]:
            return f"nobody listens on its port {readiness['port']}"
        if readiness["run"]:
            return f"{readiness['run']!r} fails in it"
        if readiness["log"]:
            return f"no line of its log has {readiness['log']!r}"
        return "its check of health does not succeed"

    def _ready(self, state: dict[str, Any]) -> bool:
        readiness = self._readiness
        if readiness["run"]:
            return self._call("exec", self._container, "sh", "-c", readiness["run"]).returncode == 0
        if readiness["port"]:
            return self._listens(int(readiness["port"]), state)
        if readiness["log"]:
            pattern = re.compile(readiness["log"])
            return any(pattern.search(line) for line in self._log(_ALL).splitlines())
        health: dict[str, Any] = state.get("Health") or state.get("Healthcheck") or {}
        if not health:
            raise TroubleError(
                f"the image of the service {self.name!r} has no check of health: use 'run' or 'port'"
            )
        return bool(health.get("Status") == "healthy")

    def _listens(self, port: int, state: dict[str, Any]) -> bool:
        """Whether somebody in the container listens on a port."""
        process = Path("/proc", str(state.get("Pid") or 0))
        with contextlib.suppress(OSError):
            # Elsewhere than on this machine, or in another namespace, the number is that of a stranger.
            if self._id() in (process / "cgroup").read_text():
                return any(port in _ports(process / "net" / table) for table in ("tcp", "tcp6"))
        published = self._call("port", self._container, f"{port}/tcp").stdout.decode().split()
        addresses = [
            (host.strip("[]"), int(at)) for host, _, at in (each.rpartition(":") for each in published)
        ]
        found = self._call("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}",
                           self._container)  # fmt: skip
        addresses += [(address, port) for address in found.stdout.decode().split()]
        return any(_answers(host, at) for host, at in addresses)

    def _id(self) -> str:
        return self._call("inspect", "--format", "{{.Id}}", self._container).stdout.decode().strip()

    def _state(self) -> dict[str, Any]:
        done = self._call("inspect", "--format", "{{json .State}}", self._container)
        if done.returncode:
            raise TroubleError(f"the service {self.name!r} is gone: {done.stderr.decode('utf-8', 'replace')}")
        state: dict[str, Any] = json.loads(done.stdout)
        return state

    def _log(self, lines: str) -> str:
        done = subprocess.run(
            [self._engine, "logs", "--tail", lines, self._container],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.stdout.decode("utf-8", "replace")

    def _show(self) -> None:
        for line in self._log(_SHOWN).splitlines():
            sys.stderr.write(f"{self.name}: {line}\n")

    def _call(self, *argv: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [self._engine, *argv], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _ports(table: Path) -> set[int]:
    """Give the ports on which somebody listens."""
    found: set[int] = set()
    for line in table.read_text().splitlines()[1:]:
        _, local, _, state, *_ = line.split()
        if state == _LISTENS:
            found.add(int(local.rpartition(":")[2], 16))
    return found


def _answers(host: str, port: int) -> bool:
    """Whether somebody is behind an address: a proxy with nobody behind it hangs up at once."""
    try:
        with socket.create_connection((host, port), timeout=1) as connection:
            connection.settimeout(_ECHO)
            return connection.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False


def _begin(told: dict[str, Any]) -> None:
    """Remove what an earlier start has left, and make the network."""
    engine: str = told["engine"]
    left = subprocess.run(
        [engine, "ps", "--all", "--quiet", "--filter", f"label={told['label']}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
    )
    if left.returncode:
        raise TroubleError("services need an engine", code=_ENGINE_FAILED)
    if ids := left.stdout.decode().split():
        subprocess.run([engine, "rm", "--force", "--volumes", *ids], stdout=subprocess.DEVNULL, check=False)
    known = subprocess.run(
        [engine, "network", "inspect", told["network"]],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if known.returncode:
        make = [engine, "network", "create", *told["labels"], told["network"]]
        if subprocess.run(make, stdout=subprocess.DEVNULL, check=False).returncode:
            raise TroubleError("the network of the services cannot be made", code=_ENGINE_FAILED)


def main() -> None:
    """Start all, then wait for all."""
    told: dict[str, Any] = json.load(sys.stdin)
    services = [Service(told["engine"], each, sys.argv[2]) for each in told["services"]]
    try:
        _begin(told)
        for service in services:
            service.start()
        for service in services:
            service.wait()
    except TroubleError as error:
        trouble = {"message": str(error), "image": error.image}
        Path(sys.argv[1]).write_text(json.dumps(trouble), "utf-8")
        sys.exit(error.code)


if __name__ == "__main__":
    main()
