"""SQLite QueueProvider: hints as datagrams, and a look at the file as the net below."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from typing import Final, Self

from wfe_core.errors import ProviderError
from wfe_core.mailbox import Mailbox
from wfe_core.ports import Hint, QueueProvider
from wfe_sqlite.database import Database
from wfe_sqlite.post import HINTS, SWEEP

_SIZE: Final = 100_000
"""Hints that wait; when there are more, the host is told to sweep instead."""
_LOOK: Final = 0.5
"""Real seconds between looks at the file while a host waits for hints."""


class SqliteQueue(QueueProvider):
    """Hints within the process go straight to its mailbox, those for others through their sockets.

    While somebody waits, `PRAGMA data_version` tells twice a second whether another process has written to
    the file; then `dequeue` says so, and the host sweeps. So hints that were lost cost half a second.

    Args:
        database: the file; its other providers share it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mailbox: Mailbox[Hint] = Mailbox(_SIZE, database.clock)
        self._topics: frozenset[str] = frozenset()
        self._waiting = 0
        self._timer: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None
        self._seen: tuple[int | None, int | None] = (None, None)

    async def __aenter__(self) -> Self:
        """Open the file and receive hints."""
        await self._database.open()
        try:
            post = await self._database.join_post()
            post.on(HINTS, self._receive)
            post.on(SWEEP, lambda _: self._mailbox.overflow())
            self._seen = await self._versions()
        except BaseException:
            await self._database.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop receiving."""
        if self._timer is not None:
            self._timer.cancel()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await self._database.leave_post()
        await self._database.close()

    async def listen(self, topics: Sequence[str]) -> None:
        """Listen to these topics instead of the ones before."""
        self._topics = frozenset(topics)

    async def enqueue(self, hints: Sequence[Hint]) -> None:
        """Send hints; one for a session that listens here concerns nobody else."""
        here = [hint for hint in hints if hint.topic in self._topics]
        if here:
            self._mailbox.put(here)
        post = self._database.post
        if post is None or post.alone:
            return
        there = [[h.topic, h.instance_id] for h in hints if h.topic not in self._topics or h.shared]
        if there:
            post.send(HINTS, json.dumps(there).encode())

    async def dequeue(self, *, limit: int, wait: float) -> list[Hint] | None:
        """Wait for hints; None when another process has written, or when hints were dropped."""
        if wait > 0:
            self._waiting += 1
            self._look_soon()
            try:
                await self._mailbox.wait(wait)
            finally:
                self._waiting -= 1
        if self._mailbox.overflowed:
            self._mailbox.clear()
            return None
        return self._mailbox.take(limit)

    def _receive(self, body: bytes) -> None:
        hints = (Hint(topic, instance_id) for topic, instance_id in json.loads(body))
        self._mailbox.put([hint for hint in hints if hint.topic in self._topics])

    def _look_soon(self) -> None:
        if self._timer is None and self._looking is None:
            # Real time, not the clock's: it is about other processes, whom a test clock does not move.
            self._timer = asyncio.get_running_loop().call_later(_LOOK, self._look)

    def _look(self) -> None:
        self._timer = None
        self._looking = asyncio.get_running_loop().create_task(self._compare(), name="wfe-data-version")

    async def _compare(self) -> None:
        try:
            before, self._seen = self._seen, await self._versions()
            # A connection's own commits do not change what it sees. Each of our two sees those of the other,
            # so a third one has written only when both see something new (the second may not be open yet).
            main, keeper = (old != new for old, new in zip(before, self._seen, strict=True))
            if main and (keeper or self._seen[1] is None):
                self._mailbox.overflow()
        except ProviderError:
            self._mailbox.overflow()
        finally:
            self._looking = None
            if self._waiting:
                self._look_soon()

    async def _versions(self) -> tuple[int | None, int | None]:
        main = await self._database.writer.run(_version, transaction=False)
        keeper = self._database.keeper
        return main, await keeper.run(_version, transaction=False) if keeper.connected else None


def _version(connection: sqlite3.Connection) -> int:
    row: tuple[int] = connection.execute("PRAGMA data_version").fetchone()
    return row[0]
