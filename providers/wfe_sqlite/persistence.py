"""SQLite PersistenceProvider: commits, claims, inboxes; the readers and the events are in their files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Self

from wfe_core.ports import (
    Checkpoint,
    Claim,
    CommitOutcome,
    Head,
    InboxMessage,
    InstanceQuery,
    LoadedInstance,
    Message,
    PersistenceProvider,
    SchemaInfo,
)
from wfe_sql.claiming import filters, listed
from wfe_sql.feeding import SqlFeed
from wfe_sql.generated import sqlite as sql
from wfe_sql.packing import Packed
from wfe_sql.reading import SqlReader
from wfe_sql.rows import to_message
from wfe_sqlite import claims, commits, purging, words
from wfe_sqlite.database import Database
from wfe_sqlite.events import SqliteDefinitions, SqliteEvents
from wfe_sqlite.sql import Bulk, Listed, Row

_HEADS: Final = Listed(sql.READ_HEADS)
_INBOXES: Final = Listed(sql.READ_INBOXES)


class SqliteStore(SqlReader, SqlFeed, SqliteEvents, SqliteDefinitions, PersistenceProvider):
    """The store. Records are read before the first `await`, so a caller may change them while it waits.

    Args:
        database: the file; its other providers share it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __aenter__(self) -> Self:
        """Open the file and check its schema."""
        await self._database.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the file, if no other provider uses it."""
        await self._database.close()

    async def _read(self, name: str, rows: Iterable[Any] | None = None, **given: Any) -> list[Row]:
        return await self._database.readers.run(name, rows, **given)

    async def _change(self, name: str, rows: Sequence[Row] | None = None, **given: Any) -> int:
        statement = getattr(sql, name)

        def change(connection: sqlite3.Connection) -> int:
            if rows is not None:
                return Bulk(statement).run(connection, rows, **given)
            return connection.execute(statement.sql, statement.values(**given)).rowcount

        return await self._database.write(change, low=True)

    async def _indexed(self) -> int:
        readers = self._database.readers
        if not await readers.fetch(words.HAVE_TABLES):
            return 0
        [(cursor,)] = await readers.fetch(words.CURSOR)
        return int(cursor)

    @property
    def schema(self) -> SchemaInfo | None:
        """The schema of the open file."""
        return self._database.schema

    async def now(self) -> int:
        """The store's time."""
        return self._database.now()

    async def commit(self, checkpoints: Sequence[Checkpoint], *, now: int) -> list[CommitOutcome]:
        """Write checkpoints in one transaction, each as a whole or not at all."""
        if not checkpoints:
            return []
        packed = Packed.of(checkpoints, now)
        number = len(checkpoints)
        return await self._database.write(lambda connection: commits.write(connection, packed, number, now))

    async def claim(self, claim: Claim, *, session: str, limit: int, now: int) -> list[LoadedInstance]:
        """Take instances for a session and load them, in one transaction."""
        return await self._database.write(
            lambda connection: claims.take(connection, claim, session, limit, now)
        )

    async def heads(self, ids: Sequence[str]) -> dict[str, Head]:
        """Read the columns by which an unknown outcome is settled."""
        rows = await self._database.readers.fetch(_HEADS.sql, _HEADS.values(ids))
        return {row[0]: Head(*row) for row in rows}

    async def inbox(self, requests: Mapping[str, int]) -> dict[str, list[InboxMessage]]:
        """Read unconsumed messages."""
        found: dict[str, list[InboxMessage]] = {}
        for row in await self._database.readers.fetch(_INBOXES.sql, _INBOXES.values(requests.items())):
            found.setdefault(row[0], []).append(to_message(row[1:]))
        return found

    async def post(self, messages: Sequence[Message], *, now: int) -> dict[str, str | None]:
        """Append to inboxes."""
        rows = [
            (one.instance_id, place, one.kind, one.payload, one.dedupe) for place, one in enumerate(messages)
        ]
        if not rows:
            return {}
        return await self._database.write(lambda connection: commits.post_and_tell(connection, rows, now))

    async def next_due(self, claim: Claim) -> int | None:
        """Tell when the first unowned instance wants to be taken."""
        values = sql.NEXT_DUE.values(**filters(claim), ids=listed(claim.ids))
        rows = await self._database.readers.fetch(sql.NEXT_DUE.sql, values)
        return rows[0][0] if rows else None

    async def purge(self, query: InstanceQuery, *, now: int) -> list[str]:
        """Delete ended instances with all that belongs to them."""
        del now
        query.check_for_purge()

        def delete(connection: sqlite3.Connection) -> list[str]:
            gone = purging.purge(connection, query)
            words.forget(connection, gone)
            return gone

        return await self._database.write(delete)
