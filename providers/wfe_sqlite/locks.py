"""SQLite LockProvider: session rows, and lock files by which the operating system tells who has died."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

from wfe_core.errors import ProviderError
from wfe_core.ports import LockProvider, SessionInfo, SessionState
from wfe_sql.generated import sqlite as sql
from wfe_sqlite.database import Database
from wfe_sqlite.sql import Bulk, Listed, Row

_OPEN: Final = Bulk(sql.OPEN_SESSION)
_READ: Final = Listed(sql.READ_SESSIONS)
_BURY: Final = Listed(sql.BURY_SESSIONS)
_DELETE: Final = Listed(sql.DELETE_SESSIONS)
_TRIES: Final = 1_000
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
        self._held: dict[str, int] = {}
        """Descriptors of the lock files of sessions opened here."""

    async def __aenter__(self) -> Self:
        """Open the file."""
        await self._database.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the file. Sessions that are still open end here, as if the process had ended."""
        while self._held:
            os.close(self._held.popitem()[1])
        await self._database.close()

    async def open_session(self, info: SessionInfo, *, ttl: int) -> int:
        """Begin or reopen a session; rows of sessions that ended long ago are cleared away."""
        database = self._database
        folder = database.folder

        def begin(connection: sqlite3.Connection) -> int:
            self._hold(info.id, folder)
            now = database.now()
            kept = replace(info, expires=now + ttl)
            row = (kept.id, kept.host, kept.machine, kept.boot, kept.expires, kept.address, kept.metadata)
            _OPEN.run(connection, [row])
            self._bury(connection, [one[0] for one in connection.execute(sql.LIST_SESSIONS.sql)], now)
            self._clear(connection, folder, now)
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
        folder = database.folder

        def end(connection: sqlite3.Connection) -> None:
            values = sql.CLOSE_SESSION.values(id=session_id, now=database.now())
            connection.execute(sql.CLOSE_SESSION.sql, values)
            descriptor = self._held.pop(session_id, None)
            if descriptor is not None:
                os.close(descriptor)
            _lock_file(folder, session_id).unlink(missing_ok=True)

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

    def _hold(self, session_id: str, folder: Path) -> None:
        """Lock the session's file for as long as this process lives."""
        if session_id in self._held:
            return
        descriptor = os.open(_lock_file(folder, session_id), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        for _ in range(_TRIES):
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._held[session_id] = descriptor
                return
            # Somebody looks at this very moment whether the file is free.
            time.sleep(0.001)
        os.close(descriptor)
        raise ProviderError(f"session {session_id!r} is held by another process that is still alive")

    def _judge(self, rows: Iterable[Row], now: int) -> tuple[dict[str, SessionState], list[str]]:
        """Tell the states, and which sessions have just been found dead."""
        states: dict[str, SessionState] = {}
        dead: list[str] = []
        for row in rows:
            info, gone = _info(row), row[-1]
            if gone is None and (info.expires <= now or not self._is_held(info.id)):
                dead.append(info.id)
            states[info.id] = "live" if gone is None and info.id not in dead else "dead"
        return states, dead

    def _bury(self, connection: sqlite3.Connection, ids: Sequence[str], now: int) -> dict[str, SessionState]:
        """Look again in a transaction, in which nobody can be renewed, and write down who is dead."""
        states, dead = self._judge(_READ.fetch(connection, ids), now)
        if dead:
            _BURY.run(connection, dead, now=now)
        return states

    def _clear(self, connection: sqlite3.Connection, folder: Path, now: int) -> None:
        """Remove ended sessions on which no instance hangs any more, and their lock files."""
        values = sql.LIST_GONE_SESSIONS.values(before=now - _KEPT)
        ended = [row[0] for row in connection.execute(sql.LIST_GONE_SESSIONS.sql, values)]
        if ended:
            _DELETE.run(connection, ended)
            for session_id in ended:
                _lock_file(folder, session_id).unlink(missing_ok=True)

    def _is_held(self, session_id: str) -> bool:
        """Whether the process of a session lives, as the operating system says."""
        if session_id in self._held:
            return True
        try:
            descriptor = os.open(_lock_file(self._database.folder, session_id), os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            # Shared: two who look at the same time must not take each other for the holder.
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False


def _info(row: Row) -> SessionInfo:
    return SessionInfo(*row[:7])


def _lock_file(folder: Path, session_id: str) -> Path:
    """Name the lock file of a session; ids that make no good file name are hashed."""
    if not re.fullmatch(r"[\w-]{1,64}", session_id, re.ASCII):
        session_id = hashlib.sha256(session_id.encode()).hexdigest()
    return folder / f"{session_id}.lock"
