"""Sweeping up what a killed runner left behind: processes that carry the mark of a step in their environment.

A mark is inherited by everything a step starts, also by what left its session; only a process that cleared
its environment escapes. Where the system does not show environments (outside of Linux) nothing is swept.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

MARK = "WFE_MARK"
"""The variable that marks the processes of one step of one run."""
_LOOK = 0.02
"""Seconds between two looks at what was told to end."""


def sweep(mark: str, *, grace: float) -> int:
    """End the processes with this mark: SIGTERM, `grace` seconds, SIGKILL; gives how many. Blocks."""
    found = _marked(mark)
    number = len(found)
    if not found:
        return 0
    _signal(found, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while (found := _marked(mark)) and time.monotonic() < deadline:
        time.sleep(_LOOK)
    while found:
        _signal(found, signal.SIGKILL)
        time.sleep(_LOOK)
        found = _marked(mark)
    return number


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _marked(mark: str) -> list[int]:
    """Find the processes of this user that carry a mark; zombies have no environment any more."""
    if sys.platform != "linux":
        return []
    wanted = f"{MARK}={mark}".encode()
    found: list[int] = []
    with os.scandir("/proc") as entries:
        for entry in entries:
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                with contextlib.suppress(OSError):
                    if wanted in Path(entry.path, "environ").read_bytes().split(b"\0"):
                        found.append(int(entry.name))
    return found
