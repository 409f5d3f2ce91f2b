"""PostgreSQL QueueProvider: hints as notifications, a channel for each topic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final, Self

from wfe_core.mailbox import Mailbox
from wfe_core.ports import Hint, QueueProvider
from wfe_postgres.channel import Channel
from wfe_postgres.database import Database

_SIZE: Final = 100_000
"""Hints that wait; when there are more, the host is told to sweep instead."""


class PostgresQueue(QueueProvider):
    """A host listens on the channels of its topics. Those for itself go straight to its mailbox.

    Args:
        database: the database; its other providers share it.
        channel: what hears and sends, shared with the hub.
    """

    def __init__(self, database: Database, channel: Channel) -> None:
        self._database = database
        self._channel = channel
        self._mailbox: Mailbox[Hint] = Mailbox(_SIZE, database.clock)
        self._topics: frozenset[str] = frozenset()

    async def __aenter__(self) -> Self:
        """Connect."""
        await self._database.open()
        try:
            await self._channel.open(self._mailbox.overflow)
        except BaseException:
            await self._database.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop receiving."""
        await self._channel.close(self._mailbox.overflow)
        await self._database.close()

    async def listen(self, topics: Sequence[str]) -> None:
        """Listen to these topics instead of the ones before."""
        before, self._topics = self._topics, frozenset(topics)
        for topic in before - self._topics:
            await self._channel.unhear(topic)
        for topic in self._topics - before:
            await self._channel.hear(topic, self._receiver(topic))

    async def enqueue(self, hints: Sequence[Hint]) -> None:
        """Send hints; one for a session that listens here concerns nobody else."""
        there: dict[str, list[str]] = defaultdict(list)
        for hint in hints:
            if hint.topic in self._topics:
                self._mailbox.put([hint])
            if hint.topic not in self._topics or hint.shared:
                there[hint.topic].append(hint.instance_id)
        for topic, ids in there.items():
            self._channel.send(topic, dict.fromkeys(ids))

    async def dequeue(self, *, limit: int, wait: float) -> list[Hint] | None:
        """Wait for hints; None when some may have been missed."""
        if wait > 0:
            await self._mailbox.wait(wait)
        if self._mailbox.overflowed:
            self._mailbox.clear()
            return None
        return self._mailbox.take(limit)

    def _receiver(self, topic: str) -> Any:
        def receive(ids: list[str]) -> None:
            if topic in self._topics:
                self._mailbox.put([Hint(topic, id_) for id_ in ids])

        return receive
