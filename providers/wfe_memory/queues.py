"""In-memory QueueProvider: wake-up hints between the hosts of one process."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from wfe_core.mailbox import Mailbox
from wfe_core.ports import Hint, QueueProvider

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_core.clock import Clock

_SIZE = 100_000
"""Hints that wait for one host; when there are more, it is told to sweep instead."""


@dataclass(slots=True)
class Exchange:
    """Who listens to which topic, over all hosts on one backend."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    listeners: dict[str, list[Mailbox[Hint]]] = field(default_factory=dict[str, "list[Mailbox[Hint]]"])


class MemoryQueue(QueueProvider):
    """Gives each hint to every host that listens to its topic: who comes first takes the instance."""

    def __init__(self, exchange: Exchange, clock: Clock) -> None:
        self._exchange = exchange
        self._mailbox: Mailbox[Hint] = Mailbox(_SIZE, clock)
        self._topics: list[str] = []

    async def __aenter__(self) -> Self:
        """Connect: nothing to do before `listen`."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        await self.listen(())

    async def listen(self, topics: Sequence[str]) -> None:
        """Listen to these topics instead of the ones before."""
        with self._exchange.lock:
            listeners = self._exchange.listeners
            for topic in self._topics:
                listeners[topic].remove(self._mailbox)
                if not listeners[topic]:
                    del listeners[topic]
            self._topics = list(dict.fromkeys(topics))
            for topic in self._topics:
                listeners.setdefault(topic, []).append(self._mailbox)

    async def enqueue(self, hints: Sequence[Hint]) -> None:
        """Put hints into the mailboxes of all who listen."""
        with self._exchange.lock:
            for hint in hints:
                for mailbox in self._exchange.listeners.get(hint.topic, ()):
                    mailbox.put((hint,))

    async def dequeue(self, *, limit: int, wait: float) -> list[Hint] | None:
        """Wait for hints; None when so many came that some were dropped."""
        if wait > 0:
            await self._mailbox.wait(wait)
        if self._mailbox.overflowed:
            self._mailbox.clear()
            return None
        return self._mailbox.take(limit)
