"""`Watchdog`: logs where an event loop hangs."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback
from contextlib import AbstractContextManager
from typing import Self

logger: logging.Logger = logging.getLogger("wfe.host.watchdog")

_GRACE = 0.05
"""Seconds that are given to a process which was itself stopped for a while."""


class Watchdog(AbstractContextManager["Watchdog"]):
    """Asks the loop for a sign of life from a daemon thread, twice a second.

    When none comes for `threshold` seconds, the stack of the loop's thread is logged, once for each time it
    hangs: what blocks there is most likely a step that should be a plain `def`, for which there are threads.

    Args:
        loop: the loop of the running thread.
        threshold: seconds without a sign of life.
        interval: seconds from one answer to the next question.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, *, threshold: float = 1.0, interval: float = 0.5
    ) -> None:
        self._loop = loop
        self._threshold = threshold
        self._interval = interval
        self._stop = threading.Event()
        self._watched = 0

    def __enter__(self) -> Self:
        """Begin to watch; on the thread of the loop."""
        self._watched = threading.get_ident()
        threading.Thread(target=self._watch, name="wfe-watchdog", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no more. Does not wait for the thread, which ends at once."""
        self._stop.set()

    def _watch(self) -> None:
        while not self._stop.wait(self._interval):
            asked = time.monotonic()
            alive = threading.Event()
            try:
                self._loop.call_soon_threadsafe(alive.set)
            except RuntimeError:
                return  # the loop is closed
            if alive.wait(self._threshold) or alive.wait(_GRACE) or self._stop.is_set():
                continue
            self._report()
            while not alive.wait(self._interval):
                if self._stop.is_set() or self._loop.is_closed():
                    return
            logger.warning("the event loop was blocked for %.1f s", time.monotonic() - asked)

    def _report(self) -> None:
        # The only way to another thread's stack, documented in spite of its name.
        frame = sys._current_frames().get(self._watched)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        stack = "".join(traceback.format_stack(frame)) if frame is not None else "(its thread has ended)"
        logger.warning(
            "the event loop has been blocked for over %.1f s; a step that blocks should be a plain def, "
            "which runs in a thread. It is here:\n%s",
            self._threshold,
            stack,
        )
