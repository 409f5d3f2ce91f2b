"""SQLite InstanceReader: looks at instances without a lease."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wfe_core.ports import InstanceQuery, InstanceReader, InstanceRecord, ItemChunk, Page, PointerRecord
from wfe_sql.generated import sqlite as sql
from wfe_sql.rows import to_instance, to_pointer
from wfe_sqlite import listing
from wfe_sqlite.database import Database
from wfe_sqlite.sql import Listed

_WORKFLOWS: Final = Listed(sql.READ_WORKFLOWS)
_UNDO: Final = Listed(sql.READ_UNDO)


class SqliteReader(InstanceReader):
    """Reads through the reader connections, while the writer goes on."""

    _database: Database

    async def instances(self, ids: Sequence[str]) -> dict[str, InstanceRecord]:
        """Read instances by id."""
        rows = await self._database.readers.fetch(_WORKFLOWS.sql, _WORKFLOWS.values(ids))
        return {row[0]: to_instance(row) for row in rows}

    async def owners(self) -> set[str]:
        """Name the sessions that own something."""
        return {row[0] for row in await self._database.readers.fetch(sql.READ_OWNERS.sql)}

    async def find(self, query: InstanceQuery) -> Page:
        """List instances by filter, newest first."""
        statement = listing.choose(query)
        rows = await self._database.readers.fetch(statement.sql, listing.values(statement, query))
        return listing.page(rows, query)

    async def data(self, instance_id: str, *, revision: int | None = None) -> dict[str, str]:
        """Read the data, current or as of a revision."""
        statement = sql.READ_DATA if revision is None else sql.READ_DATA_AS_OF
        values = statement.values(instance_id=instance_id, revision=revision)
        return {key: value for key, value in await self._database.readers.fetch(statement.sql, values)}  # noqa: C416 - rows are untyped tuples

    async def pointers(self, instance_id: str, *, after: int = 0, limit: int = 1_000) -> list[PointerRecord]:
        """Read pointers by id."""
        values = sql.READ_POINTERS.values(instance_id=instance_id, after=after, limit=limit)
        return [to_pointer(row) for row in await self._database.readers.fetch(sql.READ_POINTERS.sql, values)]

    async def undo_page(self, instance_id: str, scopes: Sequence[str], *, limit: int) -> list[PointerRecord]:
        """Read what is to be undone, the last completed first."""
        values = _UNDO.values(scopes, instance_id=instance_id, limit=limit)
        return [to_pointer(row) for row in await self._database.readers.fetch(_UNDO.sql, values)]

    async def chunk(self, instance_id: str, pointer_id: int, number: int) -> ItemChunk | None:
        """Read one chunk of a loop's items."""
        values = sql.READ_CHUNK.values(instance_id=instance_id, pointer_id=pointer_id, number=number)
        rows = await self._database.readers.fetch(sql.READ_CHUNK.sql, values)
        return ItemChunk(pointer_id, number, rows[0][0]) if rows else None

    async def outputs(
        self, instance_id: str, parent: int, step: str, *, after: int, limit: int
    ) -> list[tuple[int, str | None]]:
        """Read the outputs of one step of a loop's body, by index."""
        values = sql.READ_OUTPUTS.values(
            instance_id=instance_id, parent=parent, step=step, after=after, limit=limit
        )
        rows = await self._database.readers.fetch(sql.READ_OUTPUTS.sql, values)
        return [(index, output) for index, output in rows]
