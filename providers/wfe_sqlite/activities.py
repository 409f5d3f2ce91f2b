"""SQLite ActivityStore: work items for outside workers, under leases."""

from __future__ import annotations

import sqlite3

from wfe_core.ports import ActivityClaim, ActivityStore
from wfe_sql.generated import sqlite as sql
from wfe_sql.leases import claimed, read_token
from wfe_sqlite.commits import post_and_tell
from wfe_sqlite.database import Database


class SqliteActivities(ActivityStore):
    """A token is the item's id and the number of its lease, so that old ones grow stale.

    Args:
        database: the file, opened by its other providers.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim_activity(self, name: str, *, worker: str, lease: int, now: int) -> ActivityClaim | None:
        """Lease the oldest free item of that name."""
        free = sql.FREE_ACTIVITY.values(name=name, now=now)
        if not await self._database.readers.fetch(sql.FREE_ACTIVITY.sql, free):
            # Workers ask again and again: looking costs the writers nothing.
            return None
        expires = now + lease

        def take(connection: sqlite3.Connection) -> ActivityClaim | None:
            row = connection.execute(sql.FREE_ACTIVITY.sql, free).fetchone()
            if row is None:
                return None
            values = sql.LEASE_ACTIVITY.values(id=row[0], expires=expires, worker=worker)
            connection.execute(sql.LEASE_ACTIVITY.sql, values)
            return claimed(row, name=name, expires=expires)

        return await self._database.write(take)

    async def heartbeat_activity(self, token: str, *, lease: int, now: int) -> bool:
        """Prolong a lease that still holds."""
        id_, number = read_token(token)
        values = sql.PROLONG_ACTIVITY.values(id=id_, leases=number, now=now, expires=now + lease)
        return await self._database.write(
            lambda connection: connection.execute(sql.PROLONG_ACTIVITY.sql, values).rowcount == 1
        )

    async def finish_activity(self, token: str, payload: str, *, now: int) -> tuple[str, str | None] | None:
        """End an item and tell its instance."""
        id_, number = read_token(token)
        leased = sql.LEASED_ACTIVITY.values(id=id_, leases=number, now=now)

        def finish(connection: sqlite3.Connection) -> tuple[str, str | None] | None:
            row: tuple[str] | None = connection.execute(sql.LEASED_ACTIVITY.sql, leased).fetchone()
            if row is None:
                return None
            connection.execute(sql.END_ACTIVITY.sql, sql.END_ACTIVITY.values(id=id_))
            owners = post_and_tell(connection, [(row[0], 0, "activity", payload, None)], now)
            return (row[0], owners[row[0]]) if owners else None

        return await self._database.write(finish)
