"""PostgreSQL SearchProvider: a tsvector index that follows the outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Self

from wfe_core.ports import InstanceQuery, Page, SearchProvider
from wfe_core.words import terms
from wfe_postgres.database import Database, Row, Session
from wfe_sql import listing
from wfe_sql.generated import postgresql as sql
from wfe_sql.words import Document, documents

_PART: Final = 100
"""Instances indexed in one transaction."""
_MOST: Final = 900_000
"""Bytes of words of an instance that are found: a tsvector has less than 1 MiB."""


class PostgresSearch(SearchProvider):
    """Every commit leaves a row in the outbox; a cursor in the store tells how far the index has come.

    Args:
        database: the database; its other providers share it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __aenter__(self) -> Self:
        """Connect."""
        await self._database.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""
        await self._database.close()

    async def search(self, query: InstanceQuery) -> Page:
        """Find instances that pass the filters and contain every term of the text."""
        wanted = terms(query.text)
        given = listing.given(query)
        if wanted:
            # A word has neither quotes nor backslashes, so nothing in it has a meaning for tsquery.
            match = " & ".join(f"'{word}'{':*' if star else ''}" for word, star in wanted)
            rows = await self._database.fetch(sql.FIND_MATCHING, match=match, **given)
        else:
            rows = await self._database.fetch(getattr(sql, listing.choose(query)), **given)
        return listing.page(rows, replace(query, text=None))

    async def refresh(self, *, limit: int) -> int:
        """Index what has changed since the last call, by whomever."""
        [(cursor, unread)] = await self._database.fetch(sql.SEARCH_CURSOR)
        changes: Sequence[Row] = ()
        if unread <= cursor:
            changes = await self._database.fetch(sql.READ_CHANGES, after=cursor, limit=limit)
        if changes:
            # Looked at again: some may have been forgotten between the two.
            [(_, unread)] = await self._database.fetch(sql.SEARCH_CURSOR)
        if unread > cursor:
            return await self._catch_up(cursor, unread, limit)
        if changes:
            ids = list(dict.fromkeys(row[1] for row in changes))
            await self._index(ids, cursor=cursor, upto=changes[-1][0])
        return len(changes)

    async def reindex(
        self, ids: Sequence[str] | None = None, *, progress: Callable[[int], object] | None = None
    ) -> int:
        """Build the index anew, for all or for some."""
        if ids is not None:
            return await self._index(list(dict.fromkeys(ids)))
        await self._database.write(lambda session: session.run(sql.DROP_GONE_WORDS))
        number, after = 0, ""
        while rows := await self._database.fetch(sql.EVERYTHING, after=after, limit=_PART):
            number += await self._index([row[0] for row in rows])
            after = rows[-1][0]
            if progress is not None:
                progress(number)
        return number

    async def _catch_up(self, cursor: int, upto: int, limit: int) -> int:
        """Compare revisions: rows of the outbox were forgotten before they could be followed."""
        rows = await self._database.fetch(sql.UNINDEXED, limit=limit)
        if rows:
            await self._index([row[0] for row in rows])
        if len(rows) == limit:
            return limit

        async def skip(session: Session) -> None:
            await session.run(sql.DROP_GONE_WORDS)
            await session.run(sql.MOVE_CURSOR, before=cursor, after=upto)

        await self._database.write(skip)
        return len(rows)

    async def _index(self, ids: Sequence[str], *, cursor: int = 0, upto: int | None = None) -> int:
        """Write the documents of these instances, and move the cursor if nobody else has."""
        records = await self._database.fetch(sql.READ_WORKFLOWS, ids)
        data = await self._database.fetch(sql.LOAD_DATA, ids)
        clock = self._database.clock
        clock.enter()
        try:
            found = await asyncio.to_thread(documents, records, data)
        finally:
            clock.leave()

        async def write(session: Session) -> None:
            if upto is not None and not await session.run(sql.MOVE_CURSOR, before=cursor, after=upto):
                return
            await session.run(sql.PUT_WORDS, sorted(map(_cut, found)))
            await session.run(sql.DROP_WORDS, sorted(set(ids).difference(document[0] for document in found)))

        await self._database.write(write)
        return len(found)


def _cut(document: Document) -> Document:
    """Keep what a tsvector can hold."""
    id_, revision, words = document
    if len(words) * 4 <= _MOST:
        return document
    kept: list[str] = []
    size = 0
    for word in words.split(" "):
        size += len(word.encode()) + 1
        if size > _MOST:
            break
        kept.append(word)
    return id_, revision, " ".join(kept)
