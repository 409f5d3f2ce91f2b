"""What is on its way through a server: a manual clock waits for it before it lets any time pass."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

Arrived = Callable[[], Awaitable[None]]


class Arrivals:
    """The receivers of a clock, and whether something was dispatched since they were last asked.

    Args:
        enter: says that the clock has to wait.
        leave: says that it need not any more.
    """

    def __init__(self, enter: Callable[[], None], leave: Callable[[], None]) -> None:
        self._enter = enter
        self._leave = leave
        self._lock = threading.Lock()
        self._dispatched = False
        self._receivers: list[Receiver] = []
        self._asking: set[asyncio.Future[None]] = set()

    def dispatched(self) -> None:
        """Note that something has left; from any thread."""
        self._dispatched = True

    def register(self, arrived: Arrived) -> Receiver:
        """Add a receiver that lives on the running loop."""
        receiver = Receiver(self, asyncio.get_running_loop(), arrived)
        with self._lock:
            self._receivers = [one for one in self._receivers if not one.loop.is_closed()]
            self._receivers.append(receiver)
        return receiver

    def forget(self, receiver: Receiver) -> None:
        """Ask a receiver no more."""
        with self._lock:
            self._receivers = [one for one in self._receivers if one is not receiver]

    def ask(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Let the clock wait for what was dispatched since the last time; False when that is nothing.

        Only the receivers of this loop are asked: nobody can tell when those of another one have their turn.
        """
        if not self._dispatched:
            return False
        self._dispatched = False
        receivers = [one for one in self._receivers if one.loop is loop]
        for receiver in receivers:
            self._enter()
            future = asyncio.ensure_future(receiver.arrived())
            self._asking.add(future)
            future.add_done_callback(self._answered)
        return bool(receivers)

    def _answered(self, future: asyncio.Future[None]) -> None:
        self._asking.discard(future)
        self._leave()


class Receiver:
    """One receiver; `cancel` ends its part."""

    __slots__ = ("_arrivals", "arrived", "loop")

    def __init__(self, arrivals: Arrivals, loop: asyncio.AbstractEventLoop, arrived: Arrived) -> None:
        self._arrivals = arrivals
        self.loop: asyncio.AbstractEventLoop = loop
        self.arrived: Arrived = arrived

    def cancel(self) -> None:
        """Forget the receiver."""
        self._arrivals.forget(self)
