"""PostgreSQL CacheStore: outputs of steps that declared a cache."""

from __future__ import annotations

from wfe_core.ports import CacheStore
from wfe_postgres.database import Database, Session
from wfe_sql.generated import postgresql as sql


class PostgresCache(CacheStore):
    """Keeps values until they expire; those that have go with the next that comes.

    Args:
        database: the database, opened by its other providers.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cache_get(self, key: str, *, now: int) -> str | None:
        """Read a value that has not expired."""
        rows = await self._database.fetch(sql.CACHE_GET, key=key, now=now)
        return rows[0][0] if rows else None

    async def cache_put(self, key: str, value: str, *, expires: int) -> None:
        """Store a value until an instant."""

        async def put(session: Session) -> None:
            await session.run(sql.CACHE_TRIM, now=await self._database.time_of(session.connection))
            await session.run(sql.CACHE_PUT, [(key, value, expires)])

        await self._database.write(put)
