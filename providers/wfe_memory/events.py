"""In-memory EventStore and DefinitionStore: published events, the outbox, and definitions from text."""

from __future__ import annotations

from bisect import bisect_right
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING

from wfe_core.ports import DefinitionStore, EventStore
from wfe_memory.tables import EventRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wfe_core.ports import EventRecord, OutboxRow
    from wfe_memory.tables import Tables


class MemoryEvents(EventStore):
    """Publishing stores and delivers in one step here, so a sweep finds nothing undelivered."""

    _tables: Tables
    _now: Callable[[], int]

    async def publish(self, events: Sequence[EventRecord], *, now: int) -> dict[str, str | None]:
        """Store events and put them into the inboxes of all who subscribe."""
        tables = self._tables
        woken: dict[str, str | None] = {}
        with tables.lock:
            for event in events:
                if event.id in tables.events:
                    continue
                topic = (event.name, event.key)
                effective = max(now, self._now()) if event.effective is None else event.effective
                stored = tables.events[event.id] = EventRow(event, effective)
                tables.topics.setdefault(topic, []).append(stored)
                for instance_id in tables.subscribers.get(topic, ()):
                    row = tables.rows[instance_id]
                    if effective >= row.subscriptions[topic] and tables.deliver(row, stored, now):
                        woken[instance_id] = row.record.owner
        return woken

    async def sweep(self, *, retention_before: int, now: int) -> dict[str, str | None]:
        """Forget old events that no inbox refers to."""
        del now
        tables = self._tables
        with tables.lock:
            for stored in list(tables.events.values()):
                event = stored.event
                age_from = max(event.published, stored.effective)
                if age_from < retention_before and not tables.references[event.id]:
                    tables.forget(stored)
        return {}

    async def outbox(self, after: int, *, limit: int) -> list[OutboxRow]:
        """Read what was committed, in the order of committing."""
        with self._tables.lock:
            rows = self._tables.outbox
            start = bisect_right(rows, after, key=attrgetter("seq"))
            told = (rows[n] for n in range(start, len(rows)) if rows[n].entries)
            return list(islice(told, limit))

    async def trim_outbox(self, before: int, *, limit: int) -> int:
        """Forget what every reader has seen."""
        tables = self._tables
        with tables.lock:
            number = min(bisect_right(tables.outbox, before, key=attrgetter("seq")), limit)
            if number:
                tables.outbox_trimmed = tables.outbox[number - 1].seq
                del tables.outbox[:number]
            return number


class MemoryDefinitions(DefinitionStore):
    """Keeps definitions by fingerprint."""

    _tables: Tables

    async def put_definition(self, fingerprint: str, definition_id: str, version: int, source: str) -> None:
        """Store a definition, once."""
        del definition_id, version
        with self._tables.lock:
            self._tables.definitions.setdefault(fingerprint, source)

    async def get_definition(self, fingerprint: str) -> str | None:
        """Read a definition."""
        with self._tables.lock:
            return self._tables.definitions.get(fingerprint)
