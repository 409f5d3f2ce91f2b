"""Redis QueueProvider: hints as messages, a channel for each topic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final, Self

from wfe_core.mailbox import Mailbox
from wfe_core.ports import Hint, QueueProvider
from wfe_redis.channel import Channel, Receive
from wfe_redis.server import Server

_SIZE: Final = 100_000
"""Hints that wait; when there are more, the host is told to sweep instead."""


class RedisQueue(QueueProvider):
    """Every host that listens to a topic hears of it. Hints for itself go straight to its mailbox.

    Hints are published, not kept in a list or stream: whoever was cut off sweeps the store anyway, nobody has
    to clean up after hosts that died, and a server whose memory is full still passes them on.

    Args:
        server: the server; its other providers share it.
        channel: what hears and sends, shared with the hub.
    """

    def __init__(self, server: Server, channel: Channel) -> None:
        self._server = server
        self._channel = channel
        self._mailbox: Mailbox[Hint] = Mailbox(_SIZE, server.clock)
        self._topics: frozenset[str] = frozenset()

    async def __aenter__(self) -> Self:
        """Connect."""
        await self._server.open()
        try:
            await self._channel.open(self._mailbox.overflow)
        except BaseException:
            await self._server.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop receiving."""
        await self._channel.close(self._mailbox.overflow)
        await self._server.close()

    async def listen(self, topics: Sequence[str]) -> None:
        """Listen to these topics instead of the ones before."""
        before, self._topics = self._topics, frozenset(topics)
        await self._channel.unhear(_place(topic) for topic in before - self._topics)
        await self._channel.hear({_place(topic): self._receiver(topic) for topic in self._topics - before})

    async def enqueue(self, hints: Sequence[Hint]) -> None:
        """Send hints; one for a session that listens here concerns nobody else."""
        there: dict[str, dict[str, None]] = defaultdict(dict)
        for hint in hints:
            if hint.topic in self._topics:
                self._mailbox.put([hint])
            if hint.topic not in self._topics or hint.shared:
                there[hint.topic][hint.instance_id] = None
        for topic, ids in there.items():
            self._channel.send(_place(topic), ids)

    async def dequeue(self, *, limit: int, wait: float) -> list[Hint] | None:
        """Wait for hints; None when some may have been missed."""
        if wait > 0:
            await self._mailbox.wait(wait)
        if self._mailbox.overflowed:
            self._mailbox.clear()
            return None
        return self._mailbox.take(limit)

    def _receiver(self, topic: str) -> Receive:
        def receive(ids: list[Any]) -> None:
            if not all(isinstance(id_, str) for id_ in ids):
                msg = "it names no instances"
                raise TypeError(msg)
            if topic in self._topics:
                self._mailbox.put([Hint(topic, id_) for id_ in ids])

        return receive


def _place(topic: str) -> str:
    return f"hint:{topic}"
