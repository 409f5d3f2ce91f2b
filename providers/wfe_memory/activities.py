"""In-memory ActivityStore: work items for outside workers, under leases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfe_core.ports import ActivityClaim, ActivityStore, Message

if TYPE_CHECKING:
    from wfe_memory.tables import ActivityRow, Tables


class MemoryActivities(ActivityStore):
    """A lease is a token that counts up with each claim of its item, so that old tokens grow stale."""

    _tables: Tables

    async def claim_activity(self, name: str, *, worker: str, lease: int, now: int) -> ActivityClaim | None:
        """Lease the oldest free item of that name."""
        del worker
        with self._tables.lock:
            free = [
                row
                for row in self._tables.activities.values()
                if row.item.name == name and (row.token is None or row.expires <= now)
            ]
            if not free:
                return None
            # `min` takes the first of several: items of one instant go in the order of making.
            row = min(free, key=lambda row: row.item.created)
            row.leases += 1
            row.token = f"{row.item.id}#{row.leases}"
            row.expires = now + lease
            item = row.item
            return ActivityClaim(
                id=item.id,
                token=row.token,
                name=item.name,
                instance_id=item.instance_id,
                pointer_id=item.pointer_id,
                input=item.input,
                expires=row.expires,
            )

    async def heartbeat_activity(self, token: str, *, lease: int, now: int) -> bool:
        """Prolong a lease that still holds."""
        with self._tables.lock:
            row = self._leased(token, now)
            if row is None:
                return False
            row.expires = now + lease
            return True

    async def finish_activity(self, token: str, payload: str, *, now: int) -> tuple[str, str | None] | None:
        """End an item and tell its instance."""
        tables = self._tables
        with tables.lock:
            row = self._leased(token, now)
            if row is None:
                return None
            item = row.item
            instance = tables.rows[item.instance_id]
            del tables.activities[item.id]
            instance.activities.discard(item.id)
            tables.post(instance, Message(item.instance_id, "activity", payload), now)
            return item.instance_id, instance.record.owner

    def _leased(self, token: str, now: int) -> ActivityRow | None:
        """The item that this token leases at the moment."""
        row = self._tables.activities.get(token.rpartition("#")[0])
        return row if row is not None and row.token == token and now < row.expires else None
