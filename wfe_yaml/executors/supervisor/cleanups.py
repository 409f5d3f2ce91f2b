"""Ending what a process has started elsewhere, such as a container: by a program that knows how to."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
from pathlib import Path
from typing import Any

from wfe_yaml.executors.supervisor import files, survivors

HELD = "held"
"""The folder, in that of a run, that says what goes on until the run has ended."""
EXIT_CODE = "WFE_EXIT_CODE"
"""The variable that tells the program how the process ended, where that is known."""
_OWN_CODES = 125
"""Exit codes from here on may be those of whatever was between us and the program."""
_PATIENCE = 60.0
"""Seconds that such a program may take."""


class Cleaner:
    """The program of one step, while the supervisor waits for it.

    Args:
        wanted: what the request says: `argv`, `env`, `hold`, `always`.
        folder: the folder of the attempt.
        mark: the mark of the step, by which the program itself is found.
    """

    def __init__(self, wanted: dict[str, Any], folder: Path, mark: str) -> None:
        self._wanted = wanted
        self._folder = folder
        self._mark = mark
        self._deadline = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self.status: int | None = None
        """How it ended, once it has."""
        if wanted["hold"]:
            hold(folder, wanted)

    @property
    def holds(self) -> bool:
        """Whether what was started goes on until the run has ended, after an end that was good."""
        return bool(self._wanted["hold"])

    @property
    def pid(self) -> int | None:
        """The process, while it runs."""
        return None if self._process is None or self.status is not None else self._process.pid

    def needed(self, code: int, *, stopped: bool) -> bool:
        """Whether a process that ended so may have left something."""
        always: bool = self._wanted["always"]
        return always or stopped or code >= _OWN_CODES or (self.holds and code != 0)

    def turn(self, now: float, code: int) -> bool:
        """Start the program, or look after it; tells whether it has ended."""
        if self._process is None:
            self._deadline = now + _PATIENCE
            try:
                with survivors.marked(self._mark):
                    self._process = _started(self._wanted, self._folder, {EXIT_CODE: str(code)})
            except OSError:
                self.status = 127
        elif self.status is None and now >= self._deadline:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, 9)
        return self.status is not None

    def ended(self, status: int) -> None:
        """It has ended and was reaped; what it could not end is tried again at the end of the run."""
        self.status = status
        if status and not self.holds:
            hold(self._folder, self._wanted)
        if self._process is not None:
            self._process.returncode = status


def hold(folder: Path, wanted: dict[str, Any]) -> None:
    """Write down, in the folder of the run, what has to be ended with it."""
    held = folder.parent / HELD
    held.mkdir(mode=0o700, exist_ok=True)
    files.write_new(f"{held}/{secrets.token_hex(8)}", json.dumps({**wanted, "hold": False}).encode())


def clean_up(folder: Path) -> None:
    """End what an attempt whose supervisor was killed may have started elsewhere. This blocks."""
    told = files.read(folder, files.SPEC)
    if told is not None and told.get("cleanup") is not None:
        _run(told["cleanup"], folder)


def clean_held(run: Path) -> None:
    """End what was held until the end of a run. This blocks."""
    with contextlib.suppress(FileNotFoundError):
        for path in (run / HELD).iterdir():
            wanted = files.read(path.parent, path.name)
            if wanted is not None:
                _run(wanted, run)
            path.unlink(missing_ok=True)


def _run(wanted: dict[str, Any], folder: Path) -> None:
    with contextlib.suppress(OSError):
        process = _started(wanted, folder, {})
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()


def _started(wanted: dict[str, Any], folder: Path, more: dict[str, str]) -> subprocess.Popen[bytes]:
    work = f"{folder}/{files.WORK}"
    return subprocess.Popen(
        [argument.replace("{dir}", work) for argument in wanted["argv"]],
        env={**wanted["env"], **more},
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
