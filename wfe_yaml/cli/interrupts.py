"""`Interrupts`: Ctrl-C and SIGTERM stop the steps with their grace and leave the run resumable."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any

from wfe_core.middleware import Middleware
from wfe_yaml.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Callable

    from wfe_core.middleware import CallNext
    from wfe_core.steps.context import StepContext

_EXITS = {
    signal.SIGINT: Exit.INTERRUPTED,
    signal.SIGTERM: Exit.TERMINATED,
    signal.SIGHUP: Exit.HUNG_UP,
}


class Interrupts(Middleware):
    """Wraps every step, so that a signal can stop the steps without failing them.

    A step that was stopped (or is about to begin) waits until the host stops and takes it for interrupted:
    its pointer goes back to pending, and `resume` runs it again.

    Args:
        on_signal: told of each signal, with its number of times.
    """

    def __init__(self, on_signal: Callable[[int], None]) -> None:
        self.came: asyncio.Event = asyncio.Event()
        """Set by the first signal."""
        self.exit: Exit = Exit.INTERRUPTED
        """The exit code for it."""
        self._on_signal = on_signal
        self._times = 0
        self._running: set[asyncio.Task[Any]] = set()

    async def step(self, ctx: StepContext[Any], call_next: CallNext) -> Any:
        """Run a step in a task that a signal can stop."""
        if self.came.is_set():
            await self._stay()
        task = asyncio.ensure_future(call_next(ctx))
        self._running.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if self.came.is_set() and (current is None or not current.cancelling()):
                await self._stay()
            raise
        finally:
            self._running.discard(task)

    def install(self) -> None:
        """Handle the signals of this process."""
        loop = asyncio.get_running_loop()
        for number, code in _EXITS.items():
            loop.add_signal_handler(number, self._signal, code)

    def remove(self) -> None:
        """Give the signals back."""
        loop = asyncio.get_running_loop()
        for number in _EXITS:
            loop.remove_signal_handler(number)

    def interrupt(self, code: Exit) -> None:
        """Stop the steps for another reason than a signal, in the same way."""
        self._signal(code)

    async def stopped(self) -> None:
        """Wait until every running step has been stopped."""
        while running := [task for task in self._running if not task.done()]:
            await asyncio.wait(running)

    def _signal(self, code: Exit) -> None:
        if code is Exit.HUNG_UP and self.came.is_set():
            # The end of a terminal is told by its signal and by its silence: that is once.
            return
        self._times += 1
        if self._times == 1:
            self.exit = code
            self.came.set()
        self._on_signal(self._times)
        # The first time with grace; a step that is cancelled again is killed.
        for task in self._running:
            task.cancel()

    async def _stay(self) -> None:
        await asyncio.get_running_loop().create_future()
