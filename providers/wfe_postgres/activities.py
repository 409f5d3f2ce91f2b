"""PostgreSQL ActivityStore: work items for outside workers, under leases."""

from __future__ import annotations

from wfe_core.ports import ActivityClaim, ActivityStore
from wfe_postgres.commits import post_and_tell
from wfe_postgres.database import Database, Session
from wfe_sql.generated import postgresql as sql
from wfe_sql.leases import claimed, read_token


class PostgresActivities(ActivityStore):
    """A token is the item's id and the number of its lease, so that old ones grow stale.

    Args:
        database: the database, opened by its other providers.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim_activity(self, name: str, *, worker: str, lease: int, now: int) -> ActivityClaim | None:
        """Lease the oldest free item of that name; workers that ask at the same time get different ones."""
        if not await self._database.fetch(sql.FREE_ACTIVITY, name=name, now=now):
            # Workers ask again and again: looking costs the writers nothing.
            return None
        expires = now + lease

        async def take(session: Session) -> ActivityClaim | None:
            rows = await session.fetch(sql.LOCK_FREE_ACTIVITY, name=name, now=now)
            if not rows:
                return None
            await session.run(sql.LEASE_ACTIVITY, id=rows[0][0], expires=expires, worker=worker)
            return claimed(rows[0], name=name, expires=expires)

        return await self._database.write(take)

    async def heartbeat_activity(self, token: str, *, lease: int, now: int) -> bool:
        """Prolong a lease that still holds."""
        id_, number = read_token(token)
        changed = await self._database.write(
            lambda session: session.run(
                sql.PROLONG_ACTIVITY, id=id_, leases=number, now=now, expires=now + lease
            )
        )
        return changed == 1

    async def finish_activity(self, token: str, payload: str, *, now: int) -> tuple[str, str | None] | None:
        """End an item and tell its instance."""
        id_, number = read_token(token)

        async def finish(session: Session) -> tuple[str, str | None] | None:
            rows = await session.fetch(sql.LEASED_ACTIVITY, id=id_, leases=number, now=now)
            if not rows:
                return None
            instance_id: str = rows[0][0]
            # The instance first, as everybody does: then whoever ended the item meanwhile is seen.
            owners = await post_and_tell(session, [(instance_id, 0, "activity", payload, None)], now)
            if not await session.run(sql.END_LEASED_ACTIVITY, id=id_, leases=number, now=now):
                raise _EndedError
            return (instance_id, owners[instance_id]) if owners else None

        try:
            return await self._database.write(finish)
        except _EndedError:
            return None


class _EndedError(Exception):
    """Somebody else ended the item in this very moment: nothing of the transaction is kept."""
