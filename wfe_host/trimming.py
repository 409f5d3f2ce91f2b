"""`Trimmer`: forgets what no reader of the outbox needs any more, once an hour, for all hosts of a store."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from wfe_core.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wfe_host.runtime import Runtime

logger: logging.Logger = logging.getLogger("wfe.host")

TURN: Final = "outbox:turn"
"""When the outbox was trimmed last; whoever moves this has the turn."""
_MARK: Final = "outbox:mark:"
"""Before an instant: up to where the outbox reached then. Its rows tell no time."""
_HOUR: Final = 3_600_000_000
_LEAST: Final = 60_000_000
"""Microseconds between two turns at least, however short the retention."""
_PAGE: Final = 1_000
"""Rows in one transaction: no checkpoint waits for more."""


class Trimmer:
    """Asks at each sweep of the host whether it is time; the work goes on beside the sweeps.

    Each turn marks how far the outbox reaches, and forgets up to the mark of the turn before what all readers
    have passed, and up to the newest mark that is older than the retention whatever they have. So a commit
    pays nothing for it, no row needs a time, and a host that follows for the first time has an hour to say
    where it is. The marks and the turn are places in the feed, kept beside those of readers.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._retention = runtime.config.outbox_retention_us
        self._interval = min(_HOUR, max(self._retention, _LEAST))
        self._next = 0
        self._task: asyncio.Task[None] | None = None

    def look(self) -> None:
        """Begin a turn, if it is time and none is under way here."""
        now = self._runtime.clock.now()
        if now >= self._next and (self._task is None or self._task.done()):
            self._next = now + self._interval
            self._task = self._runtime.spawn(self._work(now), "wfe-trim")

    async def _work(self, now: int) -> None:
        clock = self._runtime.clock
        clock.enter()
        try:
            await self._take_turn(now)
        except ProviderError as exc:
            logger.warning("the outbox could not be trimmed: %s; the next turn does it", exc)
        finally:
            clock.leave()

    async def _take_turn(self, now: int) -> None:
        """Trim, unless another host has within the interval; of several that try at once one does."""
        store = self._runtime.store
        last = await store.cursor(TURN)
        if last is not None and 0 <= now - last < self._interval:
            self._next = last + self._interval
            return
        if not await store.move_cursor(TURN, last, now):
            return
        places = await store.cursors()
        places.pop(TURN, None)
        marks = {int(name[len(_MARK) :]): places.pop(name) for name in list(places) if name.startswith(_MARK)}
        await store.move_cursor(f"{_MARK}{now}", marks.get(now), await store.newest_change())
        upto = _forgettable(marks, places.values(), now - self._retention)
        while upto and await store.trim_outbox(upto, limit=_PAGE) == _PAGE:
            pass
        # The newest of the old ones is known to have been trimmed to, as are those before it.
        for instant in marks:
            if instant <= now - self._retention:
                await store.drop_cursor(f"{_MARK}{instant}")


def _forgettable(marks: Mapping[int, int], readers: Iterable[int], before: int) -> int:
    """Up to which change nobody needs any: what is old, and what all readers have passed who can go on."""
    if not marks:
        return 0
    old = max((place for instant, place in marks.items() if instant <= before), default=0)
    following = [place for place in readers if place >= old]
    return max(old, min([marks[max(marks)], *following]))
