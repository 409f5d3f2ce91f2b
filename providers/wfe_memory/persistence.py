"""In-memory PersistenceProvider: commits, claims, inboxes; the readers and the events are in their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from wfe_core.clock import time_on_this_machine
from wfe_core.ports import Head, PersistenceProvider
from wfe_memory.activities import MemoryActivities
from wfe_memory.cache import MemoryCache
from wfe_memory.commits import commit_one
from wfe_memory.events import MemoryDefinitions, MemoryEvents
from wfe_memory.feeding import MemoryFeed
from wfe_memory.filters import purge
from wfe_memory.loading import earliest, take
from wfe_memory.logs import MemoryLogs
from wfe_memory.reading import MemoryReader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wfe_core.clock import Clock
    from wfe_core.ports import (
        Checkpoint,
        Claim,
        CommitOutcome,
        InboxMessage,
        InstanceQuery,
        LoadedInstance,
        Message,
    )
    from wfe_memory.tables import Tables


class MemoryStore(
    MemoryReader,
    MemoryEvents,
    MemoryDefinitions,
    MemoryFeed,
    MemoryLogs,
    MemoryActivities,
    MemoryCache,
    PersistenceProvider,
):
    """The store, with the optional stores for logs, activities and the cache.

    No method awaits anything, and each holds the tables' lock: a call takes place at once and as a whole.
    Records are copied on the way in and on the way out, so that nobody shares what can change.

    Args:
        tables: what is stored; several stores may work on the same tables, one per host.
        clock: the host's; `now` tells its time if it is a test's.
    """

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._now = time_on_this_machine(clock)

    async def __aenter__(self) -> Self:
        """Connect: nothing to do."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close: the tables stay, for the other hosts."""

    async def now(self) -> int:
        """The store's time."""
        return self._now()

    async def commit(self, checkpoints: Sequence[Checkpoint], *, now: int) -> list[CommitOutcome]:
        """Write checkpoints, each as a whole or not at all."""
        with self._tables.lock:
            return [commit_one(self._tables, checkpoint, now) for checkpoint in checkpoints]

    async def claim(self, claim: Claim, *, session: str, limit: int, now: int) -> list[LoadedInstance]:
        """Take instances for a session and load them."""
        with self._tables.lock:
            return take(self._tables, claim, session, limit, now)

    async def heads(self, ids: Sequence[str]) -> dict[str, Head]:
        """Read the columns by which an unknown outcome is settled."""
        rows = self._tables.rows
        with self._tables.lock:
            records = [rows[instance_id].record for instance_id in ids if instance_id in rows]
            return {r.id: Head(r.id, r.owner, r.fence, r.revision, r.inbox_seq, r.status) for r in records}

    async def inbox(self, requests: Mapping[str, int]) -> dict[str, list[InboxMessage]]:
        """Read unconsumed messages."""
        rows = self._tables.rows
        with self._tables.lock:
            return {
                instance_id: [message for seq, message in rows[instance_id].inbox.items() if seq > after]
                for instance_id, after in requests.items()
                if instance_id in rows
            }

    async def post(self, messages: Sequence[Message], *, now: int) -> dict[str, str | None]:
        """Append to inboxes."""
        owners: dict[str, str | None] = {}
        with self._tables.lock:
            for message in messages:
                row = self._tables.rows.get(message.instance_id)
                if row is not None:
                    self._tables.post(row, message, now)
                    owners[message.instance_id] = row.record.owner
        return owners

    async def next_due(self, claim: Claim) -> int | None:
        """Tell when the first unowned instance wants to be taken."""
        with self._tables.lock:
            return earliest(self._tables, claim)

    async def purge(self, query: InstanceQuery, *, now: int) -> list[str]:
        """Delete ended instances with all that belongs to them."""
        del now
        query.check_for_purge()
        with self._tables.lock:
            return purge(self._tables, query)
