"""PostgreSQL PersistenceProvider: commits, claims, inboxes; the readers and the events are in their files."""

from __future__ import annotations

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
    Outlook,
    PersistenceProvider,
    SchemaInfo,
)
from wfe_postgres import claims, commits
from wfe_postgres.database import Database, Row, Session
from wfe_postgres.events import PostgresDefinitions, PostgresEvents
from wfe_sql.claiming import filters, listed
from wfe_sql.feeding import SqlFeed
from wfe_sql.generated import postgresql as sql
from wfe_sql.listing import given
from wfe_sql.packing import PURGED, Packed
from wfe_sql.reading import SqlReader
from wfe_sql.revisions import HEAD
from wfe_sql.rows import to_message

_PURGE: Final = (
    sql.PURGE_APPROVALS,
    sql.PURGE_WORKFLOW,
    sql.PURGE_POINTER,
    sql.PURGE_DATA,
    sql.PURGE_ITEM,
    sql.PURGE_SUBSCRIPTION,
    sql.PURGE_INBOX,
    sql.PURGE_ACTIVITY,
    sql.PURGE_LOG,
)


class PostgresStore(SqlReader, SqlFeed, PostgresEvents, PostgresDefinitions, PersistenceProvider):
    """The store. Records are read before the first `await`, so a caller may change them while it waits.

    Args:
        database: the database; its other providers share it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __aenter__(self) -> Self:
        """Connect and check the schema."""
        await self._database.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect, if no other provider uses the database."""
        await self._database.close()

    async def upgrade(self) -> SchemaInfo:
        """Make the tables, or migrate them; opening only makes them."""
        return await self._database.upgrade()

    async def _read(self, name: str, rows: Iterable[Any] | None = None, **given: Any) -> Sequence[Row]:
        return await self._database.fetch(getattr(sql, name), rows, **given)

    async def _change(self, name: str, rows: Sequence[Any] | None = None, **given: Any) -> int:
        return await self._database.write(lambda session: session.run(getattr(sql, name), rows, **given))

    async def _indexed(self) -> int:
        [(cursor, _)] = await self._database.fetch(sql.SEARCH_CURSOR)
        return int(cursor)

    @property
    def schema(self) -> SchemaInfo:
        """The schema: opening checks it, or fills an empty one."""
        return SchemaInfo(HEAD)

    async def now(self) -> int:
        """The store's time."""
        return await self._database.now()

    async def commit(self, checkpoints: Sequence[Checkpoint], *, now: int) -> list[CommitOutcome]:
        """Write checkpoints in one transaction, each as a whole or not at all."""
        if not checkpoints:
            return []
        packed = Packed.of(checkpoints, now)
        number = len(checkpoints)
        return await self._database.repeat(lambda session: commits.write(session, packed, number, now))

    async def claim(self, claim: Claim, *, session: str, limit: int, now: int) -> list[LoadedInstance]:
        """Take instances for a session and load them, in one transaction."""
        return await self._database.write(
            lambda connection: claims.take(connection, claim, session, limit, now)
        )

    async def heads(self, ids: Sequence[str]) -> dict[str, Head]:
        """Read the columns by which an unknown outcome is settled."""
        return {row[0]: Head(*row) for row in await self._database.fetch(sql.READ_HEADS, ids)}

    async def inbox(self, requests: Mapping[str, int]) -> dict[str, list[InboxMessage]]:
        """Read unconsumed messages."""
        found: dict[str, list[InboxMessage]] = {}
        for row in await self._database.fetch(sql.READ_INBOXES, requests.items()):
            found.setdefault(row[0], []).append(to_message(row[1:]))
        return found

    async def post(self, messages: Sequence[Message], *, now: int) -> dict[str, str | None]:
        """Append to inboxes."""
        rows = [
            (one.instance_id, place, one.kind, one.payload, one.dedupe) for place, one in enumerate(messages)
        ]
        if not rows:
            return {}
        return await self._database.write(lambda session: commits.post_and_tell(session, rows, now))

    async def next_due(self, claim: Claim) -> int | None:
        """Tell when the first unowned instance wants to be taken."""
        rows = await self._database.fetch(sql.NEXT_DUE, **filters(claim), ids=listed(claim.ids))
        return rows[0][0] if rows else None

    async def outlook(self, claim: Claim) -> Outlook:
        """Tell who owns instances, when the first unowned one is due, and the time, in one query."""
        ids, now = listed(claim.ids), self._database.test_time
        rows = await self._database.fetch(sql.OUTLOOK, **filters(claim), ids=ids, now=now)
        owners = {row[0] for row in rows if row[0] is not None}
        due: int | None = next((row[1] for row in rows if row[0] is None), None)
        return Outlook(owners, due, rows[0][2])

    async def purge(self, query: InstanceQuery, *, now: int) -> list[str]:
        """Delete ended instances with all that belongs to them."""
        del now
        query.check_for_purge()

        async def delete(session: Session) -> list[str]:
            found = await session.fetch(sql.FIND_ENDED, **given(query, limit=query.limit))
            if not found:
                return []
            tree = await session.fetch(sql.READ_TREE, [row[0] for row in found])
            doomed = sorted(row[0] for row in tree)
            for statement in _PURGE:
                await session.run(statement, doomed)
            await session.run(sql.DROP_WORDS, doomed)
            await session.run(sql.INSERT_OUTBOX, [(id_, *PURGED) for id_ in doomed])
            return doomed

        return await self._database.write(delete)
