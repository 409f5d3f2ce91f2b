from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import Any, cast

import pytest

from tests.waiting import until
from wfe_yaml.cli.interrupts import Interrupts

CTX = cast("Any", None)


async def stop(task: asyncio.Task[Any]) -> None:
    """Cancel a task as the host does at its end, and wait for it."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_without_a_signal_steps_just_run() -> None:
    """Values and errors pass through; a cancellation by the host reaches the step."""
    interrupts = Interrupts(lambda _: None)

    async def good(_: Any = None) -> int:
        return 5

    async def bad(_: Any = None) -> int:
        raise ValueError("no")

    ended: list[str] = []

    async def long(_: Any = None) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    assert await interrupts.step(CTX, good) == 5
    with pytest.raises(ValueError, match="no"):
        await interrupts.step(CTX, bad)
    task = asyncio.create_task(interrupts.step(CTX, long))
    await asyncio.wait([task], timeout=0.01)
    await stop(task)
    assert ended == ["cancelled"]


async def test_a_signal_stops_steps_without_ending_them() -> None:
    """The step is cancelled, but for the host it still runs until the host stops: so it is not failed."""
    times: list[int] = []
    interrupts = Interrupts(times.append)
    interrupts.install()
    events: list[str] = []

    async def stubborn(_: Any = None) -> None:
        for _n in range(2):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                events.append("cancelled")
        raise asyncio.CancelledError

    running = asyncio.create_task(interrupts.step(CTX, stubborn))
    await asyncio.wait([running], timeout=0.01)
    os.kill(os.getpid(), signal.SIGTERM)
    await interrupts.came.wait()
    late = asyncio.create_task(interrupts.step(CTX, stubborn))
    await until(lambda: events)
    assert events == ["cancelled"]
    os.kill(os.getpid(), signal.SIGINT)
    await interrupts.stopped()
    interrupts.remove()
    assert events == ["cancelled", "cancelled"]
    assert not running.done()
    assert not late.done()
    assert times == [1, 2]
    assert interrupts.exit == 143
    await stop(running)
    await stop(late)
