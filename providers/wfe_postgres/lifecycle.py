"""PostgreSQL LifecycleHub: what was committed, as notifications, while anybody listens."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final, Self

from wfe_core.mailbox import Mailbox
from wfe_core.ports import LifecycleHub, OutboxRow
from wfe_postgres.channel import Channel
from wfe_postgres.database import Database

_SIZE: Final = 10_000
"""Rows that wait for one listener; more are dropped, as a hub may: the outbox in the store has them."""
_BATCH: Final = 256
_ROWS: Final = "lifecycle"
_ROLL: Final = "lifecycle-listeners"
_WHO, _HERE, _BYE = "who", "here", "bye"


class PostgresHub(LifecycleHub):
    """Broadcasts only while somebody is known to listen: a notification costs every commit something.

    Hubs ask who listens when they begin; who begins or ceases to listen says so.

    Args:
        database: the database; its other providers share it.
        channel: what hears and sends, shared with the queue.
    """

    def __init__(self, database: Database, channel: Channel) -> None:
        self._database = database
        self._channel = channel
        self._id = secrets.token_hex(8)
        self._listeners: list[Mailbox[OutboxRow]] = []
        self._others: set[str] = set()
        """The hubs elsewhere that have listeners."""

    async def __aenter__(self) -> Self:
        """Connect and receive."""
        await self._database.open()
        try:
            await self._channel.open(self._ask)
        except BaseException:
            await self._database.close()
            raise
        await self._channel.hear(_ROLL, self._called)
        self._ask()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop receiving."""
        await self._channel.unhear(_ROLL)
        await self._channel.close(self._ask)
        await self._database.close()

    @property
    def alone(self) -> bool:
        """Whether nobody else is known to listen."""
        return not self._others

    async def broadcast(self, rows: Sequence[OutboxRow]) -> None:
        """Send to all who listen elsewhere."""
        if self._others:
            self._channel.send(
                _ROWS,
                ([self._id, r.seq, r.instance_id, r.definition_id, r.revision, r.entries] for r in rows),
            )

    async def listen(self) -> AsyncGenerator[OutboxRow, None]:
        """Receive what others broadcast from the first step on."""
        mailbox: Mailbox[OutboxRow] = Mailbox(_SIZE, self._database.clock)
        self._listeners.append(mailbox)
        if len(self._listeners) == 1:
            await self._channel.hear(_ROWS, self._receive)
            self._call(_HERE)
        try:
            while True:
                await mailbox.wait()
                mailbox.overflowed = False
                for row in mailbox.take(_BATCH):
                    yield row
        finally:
            self._listeners.remove(mailbox)
            if not self._listeners:
                self._call(_BYE)
                await self._channel.unhear(_ROWS)

    def _receive(self, items: list[Any]) -> None:
        rows = [OutboxRow(*item[1:]) for item in items if item[0] != self._id]
        for listener in self._listeners:
            listener.put(rows)

    def _ask(self) -> None:
        """Begin anew to learn who listens: at the start, and when something may have been missed.

        Others may have asked while this hub was deaf, so it says of itself what they asked for.
        """
        self._others.clear()
        self._call(_WHO)
        if self._listeners:
            self._call(_HERE)

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
            elif word == _BYE:
                self._others.discard(who)
