"""SQLite LockProvider: session rows, and lock files by which the operating system tells who has died."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, Self

from wfe_core.errors import ProviderError
from wfe_core.liveness import LockFiles
from wfe_core.ports import LockProvider, SessionInfo, SessionState
from wfe_sql.generated import sqlite as sql
from wfe_sqlite.database import Database
from wfe_sqlite.sql import Bulk, Listed, Row

_OPEN: Final = Bulk(sql.OPEN_SESSION)
_READ: Final = Listed(sql.READ_SESSIONS)
_BURY: Final = Listed(sql.BURY_SESSIONS)
_DELETE: Final = Listed(sql.DELETE_SESSIONS)
_KEPT: Final = 600_000_000
"""Microseconds for which the row of an ended session stays, so that all others have time to learn of it."""


class SqliteLocks(LockProvider):
    """A session is dead when it was closed, when its lock file is free, or when it was not renewed in time.

    The lock file is held by the process as long as it lives, whatever it does: a free one says at once that
    the process is gone. A process that is stopped holds its file, and is dead when its time is up. Once
    somebody was told that a session is dead, it stays dead.

    All of it goes through a connection of its own, which nothing else can hold up.

    Args:
        database: the file; its other providers share it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._opened: LockFiles | None = None

    async def __aenter__(self) -> Self:
        """Open the file."""
        await self._database.open()
        self._opened = LockFiles(self._database.folder)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the file. Sessions that are still open end here, as if the process had ended."""
        self._files.drop()
        await self._database.close()

    @property
    def _files(self) -> LockFiles:
        if self._opened is None:
            raise ProviderError("the store is not open: use it inside `async with`")
        return self._opened

    async def open_session(self, info: SessionInfo, *, ttl: int) -> int:
        """Begin or reopen a session; rows of sessions that ended long ago are cleared away."""
        database = self._database
        files = self._files

        def begin(connection: sqlite3.Connection) -> int:
            files.hold(info.id)
            now = database.now()
            kept = replace(info, expires=now + ttl)
            row = (kept.id, kept.host, kept.machine, kept.boot, kept.expires, kept.address, kept.metadata)
            _OPEN.run(connection, [row])
            self._bury(connection, [one[0] for one in connection.execute(sql.LIST_SESSIONS.sql)], now)
            self._clear(connection, now)
            return now

        return await database.keeper.run(begin)

    async def renew(self, session_id: str, *, ttl: int) -> int | None:
        """Prolong a session, even a late one, unless somebody has been told that it is dead."""
        database = self._database

        def prolong(connection: sqlite3.Connection) -> int | None:
            now = database.now()
            values = sql.RENEW_SESSION.values(id=session_id, expires=now + ttl)
            return now if connection.execute(sql.RENEW_SESSION.sql, values).rowcount else None

        return await database.keeper.run(prolong)

    async def close_session(self, session_id: str) -> None:
        """End a session."""
        database = self._database
        files = self._files

        def end(connection: sqlite3.Connection) -> None:
            values = sql.CLOSE_SESSION.values(id=session_id, now=database.now())
            connection.execute(sql.CLOSE_SESSION.sql, values)
            files.release(session_id)

        await database.keeper.run(end)

    async def states(self, ids: Sequence[str]) -> dict[str, SessionState]:
        """Tell who lives."""
        if not ids:
            return {}
        database = self._database

        def look(connection: sqlite3.Connection) -> tuple[dict[str, SessionState], list[str]]:
            return self._judge(_READ.fetch(connection, ids), database.now())

        found, dead = await database.keeper.run(look, transaction=False)
        if dead:
            # Written down before anybody acts on it: from now on it cannot be renewed.
            found = await database.keeper.run(lambda connection: self._bury(connection, ids, database.now()))
        return {session_id: found.get(session_id, "unknown") for session_id in ids}

    async def sessions(self) -> list[SessionInfo]:
        """List the sessions that have not been closed."""
        rows = await self._database.keeper.run(
            lambda connection: connection.execute(sql.LIST_SESSIONS.sql).fetchall(), transaction=False
        )
        return [_info(row) for row in rows]

    # ------------------------------------------------------------ in the thread

    def _judge(self, rows: Iterable[Row], now: int) -> tuple[dict[str, SessionState], list[str]]:
        """Tell the states, and which sessions have just been found dead."""
        states: dict[str, SessionState] = {}
        dead: list[str] = []
        for row in rows:
            info, gone = _info(row), row[-1]
            if gone is None and (info.expires <= now or not self._files.is_held(info.id)):
                dead.append(info.id)
            states[info.id] = "live" if gone is None and info.id not in dead else "dead"
        return states, dead

    def _bury(self, connection: sqlite3.Connection, ids: Sequence[str], now: int) -> dict[str, SessionState]:
        """Look again in a transaction, in which nobody can be renewed, and write down who is dead."""
        states, dead = self._judge(_READ.fetch(connection, ids), now)
        if dead:
            _BURY.run(connection, dead, now=now)
        return states

    def _clear(self, connection: sqlite3.Connection, now: int) -> None:
        """Remove ended sessions on which no instance hangs any more, and their lock files."""
        values = sql.LIST_GONE_SESSIONS.values(before=now - _KEPT)
        ended = [row[0] for row in connection.execute(sql.LIST_GONE_SESSIONS.sql, values)]
        if ended:
            _DELETE.run(connection, ended)
            for session_id in ended:
                self._files.release(session_id)


def _info(row: Row) -> SessionInfo:
    return SessionInfo(*row[:7])
