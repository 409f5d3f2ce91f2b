"""The task that feeds the index behind the commits of a host."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from wfe_core.clock import Clock, TimerHandle
from wfe_core.errors import ProviderError

logger: logging.Logger = logging.getLogger("wfe.opensearch")

_GATHER: Final = 1_000_000
"""Microseconds after a commit in which more may come."""
_LONGEST: Final = 30_000_000
"""The longest pause after failures, and between looks for what hosts that died have left."""
_PART: Final = 1_000
_FLUSH: Final = 5.0
"""Seconds that a host which stops waits for its last changes to be indexed; the next one finds them, too."""


class Follower:
    """Feeds a second after commits, without a look at the store when nothing happens.

    Args:
        feed: indexes up to so many changes and tells how many there were.
        place: how far that has come.
        clock: what pauses go by.
    """

    def __init__(
        self, feed: Callable[[int], Awaitable[int]], place: Callable[[], object], clock: Clock
    ) -> None:
        self._feed = feed
        self._place = place
        self._clock = clock
        self._wanted = False
        self._pause = _GATHER
        self._timer: TimerHandle | None = None
        self._look: TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to follow."""
        self._look = self._clock.call_every(_LONGEST, lambda _: self.changed())
        self.changed()
        # A command that only looks leaves before that.
        self._wanted = False

    def changed(self) -> None:
        """Something was committed."""
        self._wanted = True
        if self._look is not None and self._timer is None and self._task is None:
            self._timer = self._clock.call_at(self._clock.now() + self._pause, self._fire)

    async def stop(self) -> None:
        """Feed what is left, if that can be done soon, and end."""
        for timer in (self._timer, self._look):
            if timer is not None:
                timer.cancel()
        self._timer = self._look = None
        task = self._task
        try:
            async with asyncio.timeout(_FLUSH):
                if task is not None:
                    await asyncio.wait([task])
                if self._wanted:
                    await self._run()
        except TimeoutError:
            logger.warning("the last changes are not indexed yet: the next host will do it")
        finally:
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def _fire(self) -> None:
        self._timer = None
        # Not inside the span or the settings of whoever committed.
        context = contextvars.Context()
        self._task = asyncio.get_running_loop().create_task(self._run(), name="wfe-search", context=context)
        self._task.add_done_callback(self._ended)

    def _ended(self, _: asyncio.Task[None]) -> None:
        self._task = None
        if self._wanted:
            self.changed()

    async def _run(self) -> None:
        place = self._place()
        try:
            while True:
                self._wanted = False
                if await self._feed(_PART) < _PART:
                    break
            self._pause = _GATHER
        except ProviderError:
            # Whoever asked for it has said so already.
            self._fail(place)
        except Exception:
            logger.exception("the search index is not fed; trying again")
            self._fail(place)

    def _fail(self, place: object) -> None:
        """Come back, after the longer a pause the longer nothing has moved."""
        self._wanted = True
        self._pause = _GATHER if self._place() != place else min(self._pause * 2, _LONGEST)
