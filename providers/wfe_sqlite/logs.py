"""SQLite LogStore: the lines that steps write, behind everything else that is to be written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wfe_core.ports import LogChunk, LogStore
from wfe_sql.generated import sqlite as sql
from wfe_sqlite.database import Database
from wfe_sqlite.sql import Bulk

_INSERT: Final = Bulk(sql.INSERT_LOG)


class SqliteLogs(LogStore):
    """Chunks of an instance that is gone are dropped.

    Args:
        database: the file, opened by its other providers.
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
            await self._database.write(lambda connection: _INSERT.run(connection, rows), low=True)

    async def logs(
        self, instance_id: str, *, pointer_id: int | None = None, after: int = 0, limit: int = 1_000
    ) -> list[LogChunk]:
        """Read chunks by seq."""
        values = sql.READ_LOGS.values(
            instance_id=instance_id, pointer_id=pointer_id, after=after, limit=limit
        )
        rows = await self._database.readers.fetch(sql.READ_LOGS.sql, values)
        return [LogChunk(*row) for row in rows]
