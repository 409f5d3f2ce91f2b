"""The folder of one attempt of a step: what was meant to run, its output, its result."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

SPEC = "spec.json"
"""What was about to be started; written before the start."""
RESULT = "result.json"
"""How it ended; written at once or not at all."""
LOG = "log"
"""Its output, masked and bounded, in frames."""
LEADER = "leader.json"
"""The id of the process, where it has started something elsewhere that outlives it."""
STOPPING = "stopping.json"
"""It is there once the process has been told to end, and says whether somebody asked for that."""
WORK = "work"
"""The private folder of the process: its script, the file of its outputs."""


def create(folder: Path, spec: dict[str, Any], files: dict[str, bytes], mode: int = 0o700) -> None:
    """Make the folder, with what is about to run and the files it needs, which get the mode.

    Raises:
        OSError: the file system refuses.
    """
    # Paths as plain texts: this is done for every step, and objects would cost more than the system calls.
    os.mkdir(folder, 0o700)  # noqa: PTH102
    work = f"{folder}/{WORK}"
    os.mkdir(work, 0o700)  # noqa: PTH102
    for name, content in files.items():
        write_new(f"{work}/{name}", content, mode)
    write_new(f"{folder}/{SPEC}", json.dumps(spec).encode())


def write_new(path: str, content: bytes, mode: int = 0o700) -> None:
    """Write a file that must not be there yet; by default only its owner may read or run it."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700)
    try:
        if mode & 0o077:
            # Whatever the umask says: the folder around it is closed.
            os.fchmod(handle, mode)
        write_all(handle, content)
    finally:
        os.close(handle)


def write_all(handle: int, content: bytes) -> None:
    """Write all of it."""
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]


def write_result(folder: Path, result: dict[str, Any], *, lasting: bool) -> None:
    """Write the result so that it is there as a whole or not at all.

    Args:
        folder: of the attempt.
        result: how it ended.
        lasting: it shall be there also after a loss of power.
    """
    place = f"{folder}/{RESULT}"
    new = f"{place}.new"
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        write_all(handle, json.dumps(result).encode())
        if lasting:
            os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(new, place)  # noqa: PTH105 - see create


def read(folder: Path, name: str) -> dict[str, Any] | None:
    """Read a JSON object of the folder; None when it is not there or was cut short by a crash."""
    try:
        found: dict[str, Any] = json.loads((folder / name).read_bytes())
    except (OSError, ValueError):
        return None
    return found


def remove(folder: Path) -> None:
    """Remove the folder and all it holds."""
    shutil.rmtree(folder, ignore_errors=True)
