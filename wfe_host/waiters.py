"""Who waits for the end of an instance, and what they are told."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from wfe_core.clock import Clock
    from wfe_core.ports import InstanceRecord


@dataclass(slots=True, frozen=True)
class Ended:
    """How an instance ended, or that it is suspended."""

    record: InstanceRecord
    data: Mapping[str, str]


class Look:
    """Wakes a task that looks for something, every `interval` microseconds, and as soon as it is told."""

    def __init__(self, clock: Clock, interval: int) -> None:
        self._news = asyncio.Event()
        self._tick = clock.call_every(interval, lambda _: self._news.set())

    def tell(self) -> None:
        """Look now."""
        self._news.set()

    async def wait(self) -> None:
        """Wait until it is time to look again."""
        await self._news.wait()
        self._news.clear()

    def close(self) -> None:
        """Look no more."""
        self._tick.cancel()


class Waiters:
    """Futures by instance id: one for each waiting caller, told once. And who looks for outside work."""

    def __init__(self) -> None:
        self.for_work: set[Look] = set()
        """Who looks for work items of activities."""
        self._waiting: dict[str, list[asyncio.Future[Ended | None]]] = {}

    @property
    def ids(self) -> Iterable[str]:
        """Instances somebody waits for."""
        return list(self._waiting)

    def has(self, instance_id: str) -> bool:
        """Whether somebody waits for this instance."""
        return instance_id in self._waiting

    @contextmanager
    def waiting(self, instance_id: str) -> Generator[asyncio.Future[Ended | None]]:
        """Wait: the future gives the end, or None when the store should be looked at."""
        future: asyncio.Future[Ended | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(instance_id, []).append(future)
        try:
            yield future
        finally:
            futures = self._waiting.get(instance_id)
            if futures is not None and future in futures:
                futures.remove(future)
                if not futures:
                    del self._waiting[instance_id]

    def tell_of_work(self) -> None:
        """This host offers a work item."""
        for look in self.for_work:
            look.tell()

    def tell(self, instance_id: str, ended: Ended | None) -> None:
        """Tell everybody who waits for this instance."""
        for future in self._waiting.pop(instance_id, ()):
            if not future.done():
                future.set_result(ended)
