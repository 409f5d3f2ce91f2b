"""Waiting for what threads and processes do: for a condition, with more patience than any machine needs.

No test measures how fast a machine is. A condition that has come true ends the wait at once, so patience
costs nothing; it only decides how long a test that is about to fail takes to do so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds. The limit of pytest for a whole test (`timeout` in pyproject.toml) is longer."""


def eventually(condition: Callable[[], object], what: str = "it") -> None:
    """Wait until a condition holds, blocking this thread (and its event loop, if it has one)."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come about within {PATIENCE:g} s")
        time.sleep(0.005)


async def until(condition: Callable[[], object], what: str = "it") -> None:
    """Wait until a condition holds, while the event loop goes on."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come about within {PATIENCE:g} s")
        await asyncio.sleep(0.002)
