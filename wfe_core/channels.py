"""A queue and a lifecycle hub for servers with publish and subscribe; only the channel differs."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Self

from wfe_core.clock import Clock
from wfe_core.mailbox import Mailbox
from wfe_core.ports import Hint, LifecycleHub, OutboxRow, QueueProvider

Receive = Callable[[list[Any]], None]

_HINTS: Final = 100_000
"""Hints that wait; when there are more, the host is told to sweep instead."""
_ROWS: Final = 10_000
"""Rows that wait for one listener; more are dropped, as a hub may: the outbox in the store has them."""
_BATCH: Final = 256
_AGAIN: Final = 60_000_000
"""Microseconds after which a hub that sends asks again who listens: who was killed did not say goodbye."""
_TOPIC: Final = "lifecycle"
_ROLL: Final = "lifecycle-listeners"
_WHO, _HERE, _BYE = "who", "here", "bye"


class Channel(ABC):
    """What hears and sends by topic. Opened by the first of its users, closed by the last.

    Attributes:
        clock: on which its users wait.
    """

    clock: Clock

    @abstractmethod
    async def open(self, on_gap: Callable[[], None]) -> None:
        """Connect for one more user; `on_gap` is called when something may have been missed."""

    @abstractmethod
    async def close(self, on_gap: Callable[[], None]) -> None:
        """Leave; what was to be sent is sent."""

    @abstractmethod
    async def hear(self, receivers: Mapping[str, Receive]) -> None:
        """Call each with the items of the messages of its topic, from the return of this on.

        A receiver that raises gets no more of that message.
        """

    @abstractmethod
    async def unhear(self, topics: Iterable[str]) -> None:
        """Hear no more of topics."""

    @abstractmethod
    def send(self, topic: str, items: Iterable[Any]) -> None:
        """Send JSON values soon, together with what else is to be sent; some may be lost."""


class ChannelQueue(QueueProvider):
    """Every host that listens to a topic hears of it. Hints for itself go straight to its mailbox.

    Hints are published, not kept: whoever was cut off sweeps the store anyway, and nobody has to clean up
    after hosts that died.

    Args:
        channel: shared with the hub.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._mailbox: Mailbox[Hint] = Mailbox(_HINTS, channel.clock)
        self._topics: frozenset[str] = frozenset()
        self._heard: frozenset[str] = frozenset()
        """Those of which the channel knows: a call that is cancelled leaves the rest to the next one."""

    async def __aenter__(self) -> Self:
        """Connect."""
        await self._channel.open(self._mailbox.overflow)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop receiving."""
        await self._channel.close(self._mailbox.overflow)

    async def listen(self, topics: Sequence[str]) -> None:
        """Listen to these topics instead of the ones before."""
        wanted = self._topics = frozenset(topics)
        gone, self._heard = self._heard - wanted, self._heard & wanted
        await self._channel.unhear(_place(topic) for topic in gone)
        new = wanted - self._heard
        await self._channel.hear({_place(topic): self._receiver(topic) for topic in new})
        self._heard |= new

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


class ChannelHub(LifecycleHub):
    """Broadcasts only while somebody is known to listen: a message costs every commit something.

    Hubs ask who listens when they begin; who begins or ceases to listen says so.

    Args:
        channel: shared with the queue.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._id = secrets.token_hex(8)
        self._listeners: list[Mailbox[OutboxRow]] = []
        self._others: set[str] = set()
        """The hubs elsewhere that have listeners."""
        self._answered: set[str] = set()
        """Those that have said so since they were last asked."""
        self._asked = 0

    async def __aenter__(self) -> Self:
        """Connect and receive."""
        await self._channel.open(self._ask)
        try:
            await self._channel.hear({_ROLL: self._called})
        except BaseException:
            await self._channel.close(self._ask)
            raise
        self._ask()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop receiving."""
        try:
            await self._channel.unhear([_ROLL])
        finally:
            await self._channel.close(self._ask)

    @property
    def alone(self) -> bool:
        """Whether nobody else is known to listen."""
        return not self._others

    async def broadcast(self, rows: Sequence[OutboxRow]) -> None:
        """Send to all who listen elsewhere."""
        if self._others:
            if self._channel.clock.now() - self._asked > _AGAIN:
                self._others, self._answered = self._answered, set()
                self._inquire()
            self._channel.send(
                _TOPIC,
                ([self._id, r.seq, r.instance_id, r.definition_id, r.revision, r.entries] for r in rows),
            )

    async def listen(self) -> AsyncGenerator[OutboxRow, None]:
        """Receive what others broadcast from the first step on."""
        mailbox: Mailbox[OutboxRow] = Mailbox(_ROWS, self._channel.clock)
        self._listeners.append(mailbox)
        try:
            if len(self._listeners) == 1:
                await self._channel.hear({_TOPIC: self._receive})
                self._call(_HERE)
            while True:
                await mailbox.wait()
                mailbox.overflowed = False
                for row in mailbox.take(_BATCH):
                    yield row
        finally:
            self._listeners.remove(mailbox)
            if not self._listeners:
                self._call(_BYE)
                await self._channel.unhear([_TOPIC])

    def _receive(self, items: list[Any]) -> None:
        rows = [OutboxRow(*item[1:]) for item in items if item[0] != self._id]
        for listener in self._listeners:
            listener.put(rows)

    def _ask(self) -> None:
        """Begin anew to learn who listens: at the start, and when something may have been missed.

        Others may have asked while this hub was deaf, so it says of itself what they asked for.
        """
        self._others.clear()
        self._answered.clear()
        self._inquire()
        if self._listeners:
            self._call(_HERE)

    def _inquire(self) -> None:
        self._asked = self._channel.clock.now()
        self._call(_WHO)

    def _call(self, word: str) -> None:
        self._channel.send(_ROLL, [[self._id, word]])

    def _called(self, items: list[Any]) -> None:
        for who, word in items:
            if who == self._id:
                continue
            if word == _WHO and self._listeners:
                self._call(_HERE)
            elif word == _HERE:
                self._others.add(who)
                self._answered.add(who)
            elif word == _BYE:
                self._others.discard(who)
                self._answered.discard(who)
