"""SQLite EventStore and DefinitionStore: published events, the outbox, and definitions from text."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from wfe_core.ports import DefinitionStore, EventRecord, EventStore, OutboxRow
from wfe_sql.generated import sqlite as sql
from wfe_sqlite.database import Database
from wfe_sqlite.sql import Bulk, Listed

Woken = dict[str, str | None]
"""Instances that got something, and who owns them."""

_PART: Final = 1_000
"""Deliveries in one transaction: more would keep checkpoints waiting."""
_EVENTS: Final = 500
"""Events in one transaction."""

_INSERT: Final = Bulk(sql.INSERT_EVENT)
_COUNT: Final = Listed(sql.COUNT_DELIVERIES)
_DELIVER: Final = Listed(sql.DELIVER_EVENTS)
_DELIVER_ONE: Final = Listed(sql.DELIVER_EVENT)
_WOKEN_BY: Final = Listed(sql.WOKEN_BY_EVENTS)
_WOKEN: Final = Listed(sql.WOKEN)
_BUMP: Final = Listed(sql.BUMP_INBOX)
_DELIVERED: Final = Listed(sql.MARK_DELIVERED)
_DEFINITION: Final = Bulk(sql.PUT_DEFINITION)
_event_row = attrgetter("id", "name", "key", "payload", "effective", "published")


class SqliteEvents(EventStore):
    """Events are stored first; whoever delivers them does it in parts, and marks them at the end.

    Subscribing and publishing meet in the one writer of the file: a subscriber sees every event that is
    stored, delivered or not, and an event that is delivered finds every subscriber that came before.
    """

    _database: Database

    async def publish(self, events: Sequence[EventRecord], *, now: int) -> dict[str, str | None]:
        """Store events and put them into the inboxes of all who subscribe."""
        woken: Woken = {}
        rows = [_event_row(event) for event in events]
        for start in range(0, len(rows), _EVENTS):
            part = rows[start : start + _EVENTS]
            ids = list(dict.fromkeys(row[0] for row in part))

            def store(
                connection: sqlite3.Connection, part: list[tuple[object, ...]] = part, ids: list[str] = ids
            ) -> Woken | None:
                _INSERT.run(connection, part, publishing=max(now, self._database.now()))
                return _deliver_few(connection, ids, now)

            found = await self._database.write(store)
            woken.update(await self._deliver(ids, now) if found is None else found)
        return woken

    async def sweep(self, *, retention_before: int, now: int) -> dict[str, str | None]:
        """Finish what dead publishers left, and forget old events; a look tells whether there is anything."""
        woken: Woken = {}
        readers = self._database.readers
        left = sql.UNDELIVERED.values(limit=_EVENTS)
        while ids := [row[0] for row in await readers.fetch(sql.UNDELIVERED.sql, left)]:
            woken.update(await self._deliver(ids, now))
        old = sql.FORGETTABLE.values(before=retention_before, limit=1)
        values = sql.FORGET_EVENTS.values(before=retention_before, limit=_PART)
        while await readers.fetch(sql.FORGETTABLE.sql, old):
            await self._database.write(lambda c: c.execute(sql.FORGET_EVENTS.sql, values).close(), low=True)
        return woken

    async def outbox(self, after: int, *, limit: int) -> list[OutboxRow]:
        """Read what was committed, in the order of committing."""
        values = sql.READ_OUTBOX.values(after=after, limit=limit)
        return [OutboxRow(*row) for row in await self._database.readers.fetch(sql.READ_OUTBOX.sql, values)]

    async def trim_outbox(self, before: int, *, limit: int) -> int:
        """Forget what every reader has seen."""

        def trim(connection: sqlite3.Connection) -> int:
            values = sql.TRIM_PAGE.values(before=before, limit=limit)
            [(last, number)] = connection.execute(sql.TRIM_PAGE.sql, values).fetchall()
            if last is None:
                return 0
            # The newest row stays, without its entries: its seq must not be given again.
            for statement in (sql.TRIM_OUTBOX, sql.HIDE_OUTBOX, sql.NOTE_TRIM):
                connection.execute(statement.sql, statement.values(before=last)).close()
            return int(number)

        return await self._database.write(trim, low=True)

    async def _deliver(self, ids: Sequence[str], now: int) -> Woken:
        """Deliver stored events one by one, a transaction for each thousand subscribers."""
        woken: Woken = {}
        for id_ in ids:
            after: str | None = ""
            while after is not None:

                def deliver(
                    connection: sqlite3.Connection, id_: str = id_, after: str = after
                ) -> tuple[Woken, str | None]:
                    return _deliver_part(connection, id_, after, now)

                found, after = await self._database.write(deliver)
                woken.update(found)
        return woken


class SqliteDefinitions(DefinitionStore):
    """Keeps definitions by fingerprint."""

    _database: Database

    async def put_definition(self, fingerprint: str, definition_id: str, version: int, source: str) -> None:
        """Store a definition, once."""
        row = (fingerprint, definition_id, version, source)
        await self._database.write(lambda connection: _DEFINITION.run(connection, [row]))

    async def get_definition(self, fingerprint: str) -> str | None:
        """Read a definition."""
        values = sql.GET_DEFINITION.values(fingerprint=fingerprint)
        rows = await self._database.readers.fetch(sql.GET_DEFINITION.sql, values)
        return rows[0][0] if rows else None


def _deliver_few(connection: sqlite3.Connection, ids: Sequence[str], now: int) -> Woken | None:
    """Deliver these events at once; None when there are too many subscribers for one transaction."""
    [(wanted,)] = _COUNT.fetch(connection, ids, limit=_PART + 1)
    if wanted > _PART:
        return None
    woken: Woken = {}
    if wanted:
        _DELIVER.run(connection, ids)
        woken = dict(_WOKEN_BY.fetch(connection, ids))
        _BUMP.run(connection, woken, now=now)
    _DELIVERED.run(connection, ids)
    return woken


def _deliver_part(connection: sqlite3.Connection, id_: str, after: str, now: int) -> tuple[Woken, str | None]:
    """Deliver an event to its next subscribers; returns those woken, and where to go on."""
    values = sql.SUBSCRIBERS.values(event_id=id_, after=after, limit=_PART)
    targets: list[str] = [row[0] for row in connection.execute(sql.SUBSCRIBERS.sql, values)]
    woken: Woken = {}
    if targets:
        _DELIVER_ONE.run(connection, targets, event_id=id_)
        woken = dict(_WOKEN.fetch(connection, targets))
        _BUMP.run(connection, woken, now=now)
    if len(targets) == _PART:
        return woken, targets[-1]
    _DELIVERED.run(connection, [id_])
    return woken, None
