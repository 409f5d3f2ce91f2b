"""SQLite SearchProvider: an FTS5 index that follows the outbox."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Self

from wfe_core.ports import InstanceQuery, Page, SearchProvider
from wfe_core.words import terms
from wfe_sql import listing
from wfe_sql.generated import sqlite as sql
from wfe_sql.words import documents
from wfe_sqlite import words
from wfe_sqlite.database import Database
from wfe_sqlite.sql import Listed, with_rows

_PART: Final = 100
"""Instances indexed in one transaction."""

_MATCHING: Final = with_rows(
    "id",
    "SELECT d.instance_id FROM search_text AS s JOIN search_doc AS d ON d.rowid = s.rowid"
    " WHERE search_text MATCH ?",
    sql.FIND_AMONG,
)
_MOVE: Final = "UPDATE search_cursor SET seq = ? WHERE seq = ?"
_UNINDEXED: Final = (
    "SELECT w.id FROM workflow AS w LEFT JOIN search_doc AS d ON d.instance_id = w.id"
    " WHERE d.revision IS NULL OR d.revision <> w.revision LIMIT ?"
)
_WORKFLOWS: Final = Listed(sql.READ_WORKFLOWS)
_DATA: Final = Listed(sql.LOAD_DATA)
_EVERYTHING: Final = "SELECT id FROM workflow WHERE id > ? ORDER BY id LIMIT ?"


class SqliteSearch(SearchProvider):
    """Every commit leaves a row in the outbox; a cursor in the file tells how far the index has come.

    Indexing yields to checkpoints, and its words are found outside of both the loop and the writer.

    Args:
        database: the file; its other providers share it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ready = False

    async def __aenter__(self) -> Self:
        """Open the file."""
        await self._database.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the file."""
        self._ready = False
        await self._database.close()

    async def search(self, query: InstanceQuery) -> Page:
        """Find instances that pass the filters and contain every term of the text."""
        wanted = terms(query.text)
        if wanted:
            await self._prepare()
            # In quotes nothing has a meaning for FTS5; a word has no quotes.
            match = " ".join(f'"{word}"{" *" if star else ""}' for word, star in wanted)
            values = (match, *sql.FIND_AMONG.values(**listing.given(query)))
            rows = await self._database.readers.fetch(_MATCHING, values)
        else:
            rows = await self._database.readers.run(listing.choose(query), **listing.given(query))
        return listing.page(rows, replace(query, text=None))

    async def refresh(self, *, limit: int) -> int:
        """Index what has changed since the last call, by whomever."""
        await self._prepare()
        readers = self._database.readers
        [(cursor,)] = await readers.fetch(words.CURSOR)
        changes = await readers.run("READ_CHANGES", after=cursor, limit=limit)
        # Looked at last: nothing can be forgotten between the two.
        [(trimmed, _)] = await readers.run("CHANGE_BOUNDS")
        if trimmed > cursor:
            return await self._catch_up(cursor, trimmed, limit)
        if changes:
            ids = list(dict.fromkeys(row[1] for row in changes))
            await self._index(ids, cursor=cursor, upto=changes[-1][0])
        return len(changes)

    async def reindex(
        self, ids: Sequence[str] | None = None, *, progress: Callable[[int], object] | None = None
    ) -> int:
        """Build the index anew, for all or for some."""
        await self._prepare()
        if ids is not None:
            return await self._index(list(dict.fromkeys(ids)))
        await self._database.write(words.forget_gone, low=True)
        number, after = 0, ""
        while rows := await self._database.readers.fetch(_EVERYTHING, (after, _PART)):
            number += await self._index([row[0] for row in rows])
            after = rows[-1][0]
            if progress is not None:
                progress(number)
        return number

    async def _prepare(self) -> None:
        """Make the tables of the index, which a store without searches does not need."""
        if not self._ready:
            if not await self._database.readers.fetch(words.HAVE_TABLES):
                await self._database.write(words.make_tables)
            self._ready = True

    async def _catch_up(self, cursor: int, trimmed: int, limit: int) -> int:
        """Compare revisions: rows of the outbox were forgotten before they could be followed."""
        rows = await self._database.readers.fetch(_UNINDEXED, (limit,))
        if rows:
            await self._index([row[0] for row in rows])
        if len(rows) == limit:
            return limit

        def skip(connection: sqlite3.Connection) -> None:
            words.forget_gone(connection)
            connection.execute(_MOVE, (trimmed, cursor))

        await self._database.write(skip, low=True)
        return len(rows)

    async def _index(self, ids: Sequence[str], *, cursor: int = 0, upto: int | None = None) -> int:
        """Write the documents of these instances, and move the cursor if nobody else has."""
        readers = self._database.readers
        records = await readers.fetch(_WORKFLOWS.sql, _WORKFLOWS.values(ids))
        data = await readers.fetch(_DATA.sql, _DATA.values(ids))
        clock = self._database.clock
        clock.enter()
        try:
            found = await asyncio.to_thread(documents, records, data)
        finally:
            clock.leave()

        def write(connection: sqlite3.Connection) -> None:
            if upto is not None:
                moved = connection.execute(_MOVE, (upto, cursor))
                if not moved.rowcount:
                    return
            for document in found:
                words.replace(connection, *document)
            for id_ in set(ids).difference(document[0] for document in found):
                words.remove(connection, id_)

        await self._database.write(write, low=True)
        return len(found)
