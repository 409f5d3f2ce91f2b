"""A bounded mailbox that any thread may fill and a task empties: queues and hubs are made of it."""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wfe_core.clock import Clock

T = TypeVar("T")
_Waiter = tuple[asyncio.AbstractEventLoop, asyncio.Event]


class Mailbox(Generic[T]):
    """What was sent and not taken yet.

    Args:
        size: how much it holds; what comes on top is dropped, and `overflowed` says so.
        clock: on which `wait` waits.
    """

    def __init__(self, size: int, clock: Clock) -> None:
        self.overflowed: bool = False
        self._size = size
        self._clock = clock
        self._items: deque[T] = deque()
        self._lock = threading.Lock()
        self._waiters: list[_Waiter] = []

    def put(self, items: Iterable[T]) -> None:
        """Add items, and wake who waits; from any thread."""
        with self._lock:
            for item in items:
                if len(self._items) < self._size:
                    self._items.append(item)
                else:
                    self.overflowed = True
            waiters = list(self._waiters)
        _wake(waiters)

    def overflow(self) -> None:
        """Say that something was lost on the way; from any thread."""
        with self._lock:
            self.overflowed = True
            waiters = list(self._waiters)
        _wake(waiters)

    async def wait(self, seconds: float = math.inf) -> None:
        """Wait until there is something, for so many seconds at most."""
        arrived = asyncio.Event()
        waiter = (asyncio.get_running_loop(), arrived)
        with self._lock:
            if self._items or self.overflowed:
                return
            self._waiters.append(waiter)
        timer = None
        try:
            if seconds < math.inf:
                timer = self._clock.call_at(self._clock.now() + round(seconds * 1e6), arrived.set)
            await arrived.wait()
        finally:
            if timer is not None:
                timer.cancel()
            with self._lock:
                self._waiters.remove(waiter)

    def take(self, limit: int) -> list[T]:
        """Take out up to `limit` items, the oldest first."""
        with self._lock:
            return [self._items.popleft() for _ in range(min(limit, len(self._items)))]

    def clear(self) -> None:
        """Forget everything, an overflow too."""
        with self._lock:
            self._items.clear()
            self.overflowed = False


def _wake(waiters: Iterable[_Waiter]) -> None:
    for loop, event in waiters:
        with contextlib.suppress(RuntimeError):  # its loop was closed: nobody waits there any more
            loop.call_soon_threadsafe(event.set)
