"""PostgreSQL LockProvider: session rows, and lock files by which the operating system tells who has died."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final, Self, TypeVar

from wfe_core.errors import ProviderError
from wfe_core.liveness import LockFiles, shared_folder
from wfe_core.ports import LockProvider, SessionInfo, SessionState
from wfe_postgres.database import DRIVER_ERRORS, Database, Session
from wfe_postgres.failures import is_unreachable, translate
from wfe_sql.generated import postgresql as sql

T = TypeVar("T")

_GOODBYE: Final = 1.0
"""Seconds for which the server may take its leave."""
_KEPT: Final = 600_000_000
"""Microseconds for which the row of an ended session stays, so that all others have time to learn of it."""


class PostgresLocks(LockProvider):
    """A session is dead when it was closed, when it was not renewed in time, or when its lock file is free.

    Lock files tell only those who see the same folder of the same machine; for all others the server's time
    decides. Once somebody was told that a session is dead, it stays dead.

    Args:
        database: the database; its other providers share it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._files = LockFiles(shared_folder(), private=True)
        self._connections: dict[asyncio.AbstractEventLoop, Any] = {}
        """Those outside of the pool, by their loop: renewals are made on a thread of their own."""

    async def __aenter__(self) -> Self:
        """Connect."""
        await self._database.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect. Sessions that are still open end here, as if the process had ended."""
        self._files.drop()
        try:
            await self.end_renewals()
        finally:
            await self._database.close()

    async def open_session(self, info: SessionInfo, *, ttl: int) -> int:
        """Begin or reopen a session; rows of sessions that ended long ago are cleared away."""
        await asyncio.to_thread(self._files.hold, info.id)
        row = (info.id, info.host, info.machine, info.boot, 0, info.address, info.metadata)

        async def begin(session: Session) -> int:
            now = await self._database.time_of(session.connection)
            await session.run(sql.OPEN_SESSION, [(*row[:4], now + ttl, *row[5:])])
            ended = await session.fetch(sql.LIST_GONE_SESSIONS, before=now - _KEPT)
            if ended:
                await session.run(sql.DELETE_SESSIONS, [one[0] for one in ended])
            return now

        return await self._database.write(begin)

    async def renew(self, session_id: str, *, ttl: int) -> int | None:
        """Prolong a session, even a late one, unless somebody has been told that it is dead."""

        async def prolong(session: Session) -> int | None:
            now = self._database.test_time
            renewed = await session.fetch(sql.RENEW_SESSION_NOW, id=session_id, ttl=ttl, now=now)
            return renewed[0][0] if renewed else None

        return await self._alone(prolong)

    async def end_renewals(self) -> None:
        """Close the connection that renewals on the running loop have used."""
        connection = self._connections.pop(asyncio.get_running_loop(), None)
        if connection is not None:
            with contextlib.suppress(*DRIVER_ERRORS):
                # It waits for the end of the socket, which the end of the loop would leave open.
                await connection.close(timeout=_GOODBYE)

    async def close_session(self, session_id: str) -> None:
        """End a session."""

        async def end(session: Session) -> None:
            now = await self._database.time_of(session.connection)
            await session.run(sql.CLOSE_SESSION, id=session_id, now=now)

        await self._database.write(end)
        await asyncio.to_thread(self._files.release, session_id)

    async def states(self, ids: Sequence[str]) -> dict[str, SessionState]:
        """Tell who lives; a look is enough unless somebody has died, which is written down."""
        if not ids:
            return {}
        rows = await self._database.fetch(sql.LOOK_AT_SESSIONS, ids, now=self._database.test_time)
        gone = {id_ for id_, _, gone, _ in rows if gone is not None}
        fallen = [id_ for id_, ends, _, now in rows if id_ not in gone and self._has_died(id_, ends, now)]
        if fallen:
            gone |= await self._database.write(partial(self._bury, fallen))
        found: dict[str, SessionState] = {row[0]: "dead" if row[0] in gone else "live" for row in rows}
        return {session_id: found.get(session_id, "unknown") for session_id in ids}

    async def sessions(self) -> list[SessionInfo]:
        """List the sessions that have not been closed."""
        return [SessionInfo(*row[:7]) for row in await self._database.fetch(sql.LIST_SESSIONS)]

    async def _bury(self, fallen: Sequence[str], session: Session) -> set[str]:
        """Of sessions that looked dead, give those that are: from now on they cannot be renewed."""
        rows = await session.fetch(sql.LOCK_SESSIONS, sorted(fallen))
        now = await self._database.time_of(session.connection)
        ended = [row[0] for row in rows if row[-1] is None and self._has_died(row[0], row[4], now)]
        if ended:
            # Before anybody acts on it.
            await session.run(sql.BURY_SESSIONS, ended, now=now)
        return {row[0] for row in rows if row[-1] is not None}.union(ended)

    def _has_died(self, session_id: str, expires: int, now: int) -> bool:
        return expires <= now or self._files.is_held(session_id) is False

    async def _alone(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Do some work on a connection of this loop's own, which nothing else can hold up."""
        self._database.clock.enter()
        try:
            connection = await self._connection()
            try:
                return await work(Session(connection))
            except DRIVER_ERRORS as exc:
                if is_unreachable(exc):
                    connection.terminate()
                raise translate(exc, self._database.location) from exc
            except asyncio.CancelledError:
                # The server may wait for the rest of a statement; nobody will send it.
                connection.terminate()
                raise
        finally:
            self._database.clock.leave()

    async def _connection(self) -> Any:
        """Give the connection of the running loop."""
        loop = asyncio.get_running_loop()
        connection = self._connections.get(loop)
        if connection is None or connection.is_closed():
            self._forget_closed_loops()
            connection = self._connections[loop] = await self._database.own_connection()
        return connection

    def _forget_closed_loops(self) -> None:
        for loop in [loop for loop in self._connections if loop.is_closed()]:
            with contextlib.suppress(RuntimeError, ProviderError):
                self._connections.pop(loop).terminate()
