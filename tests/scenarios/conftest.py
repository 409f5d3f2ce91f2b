"""What the scenarios share: steps that write down what they do."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from wfe_core import RetryPolicy, StepContext, StepError, step

ONCE = RetryPolicy(max_attempts=1)


class Recorder:
    """Makes steps; each writes its name to `log` when it begins.

    Attributes:
        log: what began, in order; compensations and failures are steps like others.
        cancelled: names of steps that were cancelled while they ran.
    """

    def __init__(self) -> None:
        self.log: list[str] = []
        self.cancelled: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}
        self._blocks: dict[str, threading.Event] = {}

    def step(self, name: str, out: Any = None, **options: Any) -> Any:
        """Make a step that returns `out`, or what `out(ctx)` gives."""

        async def body(ctx: StepContext[Any]) -> Any:
            self.log.append(name)
            return out(ctx) if callable(out) else out

        return step(name=name, **options)(body)

    def item(self, name: str, **options: Any) -> Any:
        """Make a step that writes down its name and its item, and returns the item."""

        async def body(ctx: StepContext[Any]) -> Any:
            self.log.append(f"{name}:{ctx.item}")
            return ctx.item

        return step(name=name, **options)(body)

    def fails(self, name: str, times: int = 1_000_000, *, retryable: bool = True, **options: Any) -> Any:
        """Make a step that fails so many times, then returns nothing. It is tried once unless told."""
        left = times

        async def body(ctx: StepContext[Any]) -> Any:
            nonlocal left
            self.log.append(name)
            if left:
                left -= 1
                raise StepError(f"{name} failed", retryable=retryable)

        options.setdefault("retry", ONCE)
        return step(name=name, **options)(body)

    def gate(self, name: str, out: Any = None, **options: Any) -> Any:
        """Make a step that waits until `open(name)`."""

        async def body(ctx: StepContext[Any]) -> Any:
            self.log.append(name)
            try:
                await self._gate(name).wait()
            except asyncio.CancelledError:
                self.cancelled.append(name)
                raise
            return out

        return step(name=name, **options)(body)

    def open(self, name: str) -> None:
        """Let the step go on, now and whenever it comes here again."""
        self._gate(name).set()

    def close(self, name: str) -> None:
        """Let the step wait again."""
        self._gate(name).clear()

    def blocks(self, name: str, **options: Any) -> Any:
        """Make a plain step that blocks its thread until `unblock(name)`."""
        event = self._blocks.setdefault(name, threading.Event())

        def body(ctx: StepContext[Any]) -> None:
            self.log.append(name)
            event.wait(600)

        return step(name=name, **options)(body)

    def unblock(self, name: str) -> None:
        """Let the thread go on."""
        self._blocks[name].set()

    def release(self) -> None:
        """Let everything go on that still waits."""
        for event in self._blocks.values():
            event.set()

    def _gate(self, name: str) -> asyncio.Event:
        return self._gates.setdefault(name, asyncio.Event())


@pytest.fixture
def rec() -> Any:
    """A fresh recorder."""
    recorder = Recorder()
    yield recorder
    recorder.release()
