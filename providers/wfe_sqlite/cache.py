"""SQLite CacheStore: outputs of steps that declared a cache."""

from __future__ import annotations

import sqlite3
from typing import Final

from wfe_core.ports import CacheStore
from wfe_sql.generated import sqlite as sql
from wfe_sqlite.database import Database
from wfe_sqlite.sql import Bulk

_PUT: Final = Bulk(sql.CACHE_PUT)


class SqliteCache(CacheStore):
    """Keeps values until they expire; those that have go with the next that comes.

    Args:
        database: the file, opened by its other providers.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cache_get(self, key: str, *, now: int) -> str | None:
        """Read a value that has not expired."""
        values = sql.CACHE_GET.values(key=key, now=now)
        rows = await self._database.readers.fetch(sql.CACHE_GET.sql, values)
        return rows[0][0] if rows else None

    async def cache_put(self, key: str, value: str, *, expires: int) -> None:
        """Store a value until an instant."""
        now = self._database.now()

        def put(connection: sqlite3.Connection) -> None:
            connection.execute(sql.CACHE_TRIM.sql, sql.CACHE_TRIM.values(now=now))
            _PUT.run(connection, [(key, value, expires)])

        await self._database.write(put)
