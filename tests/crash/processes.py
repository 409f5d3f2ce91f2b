"""Starts, watches, kills and stops the processes of `program.py`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.crash.program import Options, read_log
from tests.waiting import PATIENCE
from wfe_core.errors import ProviderUnavailableError
from wfe_core.models import WorkflowInstance
from wfe_core.registry import open_providers
from wfe_host.config import HostConfig
from wfe_host.host import WorkflowHost
from wfe_sqlite.turns import WriterLock

ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Hosts:
    """The processes on one store, and their common log."""

    folder: Path
    store: str = ""
    """The store, if it is not a file in that folder."""
    beside: dict[str, Any] = field(default_factory=dict[str, Any])
    """As in `Options`."""
    module: str = "tests.crash.program"
    """What the processes run."""
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict[str, "subprocess.Popen[str]"])
    lives: int = 0

    @property
    def url(self) -> str:
        """The store."""
        return self.store or f"sqlite:///{self.folder}/wfe.db"

    @property
    def log(self) -> Path:
        """The log of side effects."""
        return self.folder / "effects.log"

    def start(
        self,
        config: dict[str, Any] | None = None,
        *,
        before: Sequence[str] = (),
        store: str = "",
        **options: Any,
    ) -> str:
        """Start a process and wait until its host is up; gives its name.

        Args:
            config: settings of the host.
            before: what stands before its command line.
            store: the URL by which it reaches the store, if it is another one than that of the rest.
            options: as in `Options`.

        No session of it expires while a test waits, unless the test wants that: what takes over a dead host's
        work must learn of its death in another way.
        """
        self.lives += 1
        name = f"host-{self.lives}"
        options["beside"] = self.beside
        options["config"] = {"session_ttl": "10m", **(config or {})}
        given = asdict(Options(store or self.url, str(self.log), name, **options))
        command = [*before, sys.executable, "-m", self.module, json.dumps(given)]
        self.running[name] = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.expect(name, "ready")
        return name

    def expect(self, name: str, word: str) -> None:
        """Wait until a process prints a word."""
        assert self.line(name) == word

    def line(self, name: str) -> str:
        """Wait for the next line that a process prints."""
        stdout = self.running[name].stdout
        assert stdout is not None
        return stdout.readline().strip()

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process."""
        os.kill(self.running[name].pid, number)

    def stop(self, name: str) -> None:
        """Stop a process (SIGSTOP), wherever it is."""
        self.send(name, signal.SIGSTOP)
        _, status = os.waitpid(self.running[name].pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), f"{name} has ended: {status}"

    def freeze(self, name: str) -> None:
        """Stop a process (SIGSTOP) at a moment at which it does not keep the others from writing.

        One that is stopped in the middle of a transaction holds the writers' lock until it goes on, and then
        no other host can renew its own session or take anything. That is how a file is shared, not what the
        tests are about: who can take the lock after the stop knows that the stopped process has not got it.
        """
        if self.store:
            # A server ends the transactions of those who stand still.
            self.stop(name)
            return
        folder = self.folder / "wfe.db.sessions"
        for _ in range(100):
            self.stop(name)
            lock = WriterLock(folder, patience=2)
            try:
                with lock:
                    return
            except ProviderUnavailableError:
                self.send(name, signal.SIGCONT)
            finally:
                lock.close()
        raise TimeoutError(f"{name} could not be stopped outside of its transactions")

    def wait(self, name: str) -> int:
        """Wait for the end of a process; gives its exit code."""
        process = self.running.pop(name)
        code = process.wait(PATIENCE)
        if process.stdout is not None:
            process.stdout.close()
        return code

    def kill(self, name: str) -> None:
        """Kill a process, and note its death where it belongs in the log.

        That is before anybody else can learn of it, and after the last thing that the process did: so it is
        stopped first.
        """
        self.stop(name)
        self.note_death(name)
        self.send(name, signal.SIGKILL)
        self.wait(name)

    def note_death(self, name: str) -> None:
        """Note that a process has died."""
        with self.log.open("a", encoding="utf-8") as log:
            log.write("\n" + json.dumps(["death", "", 0, 0, 0, name, time.monotonic(), ""]) + "\n")

    def begun(self, name: str, instance: str) -> list[int]:
        """The pointers of an instance that a host has begun."""
        entries = read_log(self.log)[0].entries if self.log.exists() else []
        return [
            e.place[1] for e in entries if e.kind == "begin" and e.host == name and e.place[0] == instance
        ]

    def ended(self, name: str | None = None) -> int:
        """How many steps have ended in a process, or in all of them."""
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        return sum(line.startswith('["end"') and (name is None or f'"{name}"' in line) for line in lines)

    def close(self) -> None:
        """Kill what still runs."""
        for name in list(self.running):
            self.send(name, signal.SIGCONT)
            self.send(name, signal.SIGKILL)
            self.wait(name)


async def look(url: str) -> list[WorkflowInstance]:
    """Read all instances of a store, as a client that runs nothing."""
    found: list[WorkflowInstance] = []
    async with WorkflowHost.connect(url, config=HostConfig(role="client")) as host:
        cursor: str | None = None
        while True:
            page = await host.instances(cursor=cursor, limit=500)
            found += page
            if page.cursor is None:
                return found
            cursor = page.cursor


async def last_expiry(url: str) -> float:
    """When the last of the sessions of a store expires, unless it is renewed, in seconds since 1970."""
    return max((await sessions(url)).values()) / 1e6


async def sessions(url: str) -> dict[str, int]:
    """When each of the sessions of a store expires, unless it is renewed."""
    providers = open_providers(url)
    async with providers.locks:
        return {session.id: session.expires for session in await providers.locks.sessions()}
