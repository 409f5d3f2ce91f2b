"""SQLite LifecycleHub: what was committed, as datagrams to the other processes on this machine."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from typing import Final, Self

from wfe_core.mailbox import Mailbox
from wfe_core.ports import LifecycleHub, OutboxRow
from wfe_sqlite.database import Database
from wfe_sqlite.post import ROWS

_SIZE: Final = 10_000
"""Rows that wait for one listener; more are dropped, as a hub may: the outbox in the store has them."""
_BATCH: Final = 256


class SqliteHub(LifecycleHub):
    """Broadcasts to the hubs of all other processes (and of other hosts in this one).

    Args:
        database: the file; its other providers share it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: list[Mailbox[OutboxRow]] = []

    async def __aenter__(self) -> Self:
        """Open the file and receive rows."""
        await self._database.open()
        try:
            (await self._database.join_post()).on(ROWS, self._receive)
        except BaseException:
            await self._database.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop receiving."""
        await self._database.leave_post()
        await self._database.close()

    @property
    def alone(self) -> bool:
        """Whether no other process is known."""
        post = self._database.post
        return post is None or post.alone

    async def broadcast(self, rows: Sequence[OutboxRow]) -> None:
        """Send to all who listen elsewhere."""
        post = self._database.post
        if post is None or post.alone:
            return
        for start in range(0, len(rows), _BATCH):
            part = rows[start : start + _BATCH]
            body = [[r.seq, r.instance_id, r.definition_id, r.revision, r.entries] for r in part]
            post.send(ROWS, json.dumps(body).encode())

    async def listen(self) -> AsyncGenerator[OutboxRow, None]:
        """Receive what others broadcast from the first step on."""
        mailbox: Mailbox[OutboxRow] = Mailbox(_SIZE, self._database.clock)
        self._listeners.append(mailbox)
        try:
            while True:
                await mailbox.wait()
                mailbox.overflowed = False
                for row in mailbox.take(_BATCH):
                    yield row
        finally:
            self._listeners.remove(mailbox)

    def _receive(self, body: bytes) -> None:
        if self._listeners:
            rows = [OutboxRow(*row) for row in json.loads(body)]
            for listener in self._listeners:
                listener.put(rows)
