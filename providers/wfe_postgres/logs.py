"""PostgreSQL LogStore: the lines that steps write."""

from __future__ import annotations

from collections.abc import Sequence

from wfe_core.ports import LogChunk, LogStore
from wfe_postgres.database import Database
from wfe_sql.generated import postgresql as sql


class PostgresLogs(LogStore):
    """Chunks of an instance that is gone are dropped.

    Args:
        database: the database, opened by its other providers.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append_logs(self, chunks: Sequence[LogChunk]) -> None:
        """Append chunks and number them."""
        rows = [
            (c.instance_id, c.pointer_id, c.attempt, c.stream, c.at, c.text, place)
            for place, c in enumerate(chunks)
        ]
        if rows:
            await self._database.write(lambda session: session.run(sql.INSERT_LOG, rows))

    async def logs(
        self, instance_id: str, *, pointer_id: int | None = None, after: int = 0, limit: int = 1_000
    ) -> list[LogChunk]:
        """Read chunks by seq."""
        rows = await self._database.fetch(
            sql.READ_LOGS, instance_id=instance_id, pointer_id=pointer_id, after=after, limit=limit
        )
        return [LogChunk(*row) for row in rows]
