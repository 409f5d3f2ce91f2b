"""A bounded mailbox on an event loop: handlers fill it, one or more tasks empty it."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

from wfe_core.clock import Clock

T = TypeVar("T")


class Mailbox(Generic[T]):
    """What has come and was not taken yet.

    Args:
        size: how much it holds; what comes on top is dropped, and `overflowed` says so.
        clock: on which `wait` waits.
    """

    def __init__(self, size: int, clock: Clock) -> None:
        self.overflowed: bool = False
        self._size = size
        self._clock = clock
        self._items: deque[T] = deque()
        self._waiters: list[asyncio.Event] = []

    def put(self, items: Iterable[T]) -> None:
        """Add items, and wake who waits."""
        for item in items:
            if len(self._items) < self._size:
                self._items.append(item)
            else:
                self.overflowed = True
        self._wake()

    def overflow(self) -> None:
        """Say that something was lost on the way."""
        self.overflowed = True
        self._wake()

    async def wait(self, seconds: float = math.inf) -> None:
        """Wait until there is something, for so many seconds at most."""
        if self._items or self.overflowed:
            return
        arrived = asyncio.Event()
        self._waiters.append(arrived)
        timer = None
        try:
            if seconds < math.inf:
                timer = self._clock.call_at(self._clock.now() + round(seconds * 1e6), arrived.set)
            await arrived.wait()
        finally:
            if timer is not None:
                timer.cancel()
            self._waiters.remove(arrived)

    def take(self, limit: int) -> list[T]:
        """Take out up to `limit` items, the oldest first."""
        return [self._items.popleft() for _ in range(min(limit, len(self._items)))]

    def clear(self) -> None:
        """Forget everything, an overflow too."""
        self._items.clear()
        self.overflowed = False

    def _wake(self) -> None:
        for waiter in self._waiters:
            waiter.set()
