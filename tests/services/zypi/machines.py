"""Where the test server runs a command: a plain subprocess, or a microVM (`tests.services.zypi.microvm`)."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_GUEST_FOLDERS = ("/tmp/", "/var/tmp/", "/var/log/", "/home/")


class GuestError(Exception):
    """What the agent in a guest answers when it does not run a command."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def missing(program: str) -> GuestError:
    """Make the error for a program that is not there: a path is not looked for in the folders of PATH."""
    if "/" in program:
        return GuestError(-32000, f"fork/exec {program}: no such file or directory")
    return GuestError(-32000, f'exec: "{program}": executable file not found in $PATH')


@dataclass(frozen=True)
class Command:
    """What is to be run, as `POST /exec` says it."""

    cmd: list[str]
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    workdir: str | None = None
    timeout: int = 60
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    memory_mb: int = 256
    vcpus: int = 1

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Command:
        """Take what belongs to it out of a request."""
        names = cls.__dataclass_fields__
        return cls(**{name: value for name, value in told.items() if name in names and value is not None})


@dataclass(frozen=True)
class Outcome:
    """What became of it."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False


class Machine(ABC):
    """Runs commands."""

    @abstractmethod
    async def run(self, command: Command) -> Outcome:
        """Run one to its end; when it is cancelled nothing of it goes on.

        Raises:
            GuestError: there is no such program.
        """


class PlainMachine(Machine):
    """A subprocess. The folders of the guest lie in one of its own; their paths are replaced in all texts.

    Args:
        shared: a folder that commands find at `$SHARED`, as no real guest does: by it a test sees them run.
        path: where programs are looked for.
    """

    def __init__(self, shared: Path | None = None, path: str = os.defpath) -> None:
        self._shared = {} if shared is None else {"SHARED": str(shared)}
        self._path = path

    async def run(self, command: Command) -> Outcome:
        """Run it; see `Machine.run`."""
        root = await asyncio.to_thread(tempfile.mkdtemp, prefix="wfe-guest-")
        try:
            return await self._run(command, root)
        finally:
            await asyncio.to_thread(shutil.rmtree, root, ignore_errors=True)

    async def _run(self, command: Command, root: str) -> Outcome:
        def inside(text: str) -> str:
            return re.sub("|".join(_GUEST_FOLDERS), lambda found: root + found[0], text)

        await asyncio.to_thread(_prepare, root, {inside(p): inside(t) for p, t in command.files.items()})
        program, *arguments = map(inside, command.cmd)
        env = {"PATH": self._path, "HOME": root, **self._shared}
        env.update({name: inside(value) for name, value in command.env.items()})
        found = shutil.which(program, path=env["PATH"])
        if found is None:
            raise missing(program)
        cwd = root if command.workdir is None else inside(f"{command.workdir}/")
        starting = asyncio.create_subprocess_exec(
            found, *arguments, env=env, cwd=cwd, start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        process = await _started(asyncio.ensure_future(starting))
        talking = asyncio.ensure_future(process.communicate())
        try:
            await asyncio.wait([talking], timeout=command.timeout)
            timed_out = not talking.done()
        finally:
            # Whatever of its group is left ends with the machine.
            _kill(process.pid)
            await asyncio.wait([talking])
        out, err = talking.result()
        code = process.returncode or 0
        out, err = (text.replace(root.encode(), b"") for text in (out, err))
        return Outcome(-1 if code < 0 else code, out, err, timed_out=timed_out)


async def _started(starting: asyncio.Future[asyncio.subprocess.Process]) -> asyncio.subprocess.Process:
    """Wait until a process has started.

    Shielded: in Python before 3.13 a start that is cancelled halfway waits forever, for pipes that nobody
    connects any more.
    """
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        process = await starting
        _kill(process.pid)
        await process.communicate()
        raise


def _prepare(root: str, files: Mapping[str, str]) -> None:
    for folder in _GUEST_FOLDERS:
        Path(root + folder).mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, "utf-8")


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
