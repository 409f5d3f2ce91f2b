"""PostgreSQL EventStore and DefinitionStore: published events, the outbox, and definitions from text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Final

from wfe_core.ports import DefinitionStore, EventRecord, EventStore, OutboxRow
from wfe_postgres.database import Database, Session
from wfe_sql.generated import postgresql as sql

Woken = dict[str, str | None]
"""Instances that got something, and who owns them."""

_PART: Final = 1_000
"""Deliveries in one transaction."""
_EVENTS: Final = 500
"""Events in one transaction."""

_event_row = attrgetter("id", "name", "key", "payload", "effective", "published")


class PostgresEvents(EventStore):
    """Events are stored and committed first, then delivered.

    Without more, a publisher and a subscriber whose transactions are open at the same time see neither the
    other's event nor its subscription. So both lock the topic, subscribers together, publishers alone: the
    later one sees what the earlier one has committed.
    """

    _database: Database

    async def publish(self, events: Sequence[EventRecord], *, now: int) -> dict[str, str | None]:
        """Store events and put them into the inboxes of all who subscribe."""
        woken: Woken = {}
        rows = [_event_row(event) for event in events]
        for start in range(0, len(rows), _EVENTS):
            part = rows[start : start + _EVENTS]

            async def store(session: Session, part: list[tuple[object, ...]] = part) -> None:
                await session.run(sql.INSERT_EVENT, part, now=now, test_time=self._database.test_time)

            await self._database.write(store)
            woken.update(await self._deliver({row[0]: row[1:3] for row in part}, now))
        return woken

    async def sweep(self, *, retention_before: int, now: int) -> dict[str, str | None]:
        """Finish what dead publishers left, and forget old events; a look tells whether there is anything."""
        woken: Woken = {}
        [(undelivered, forgettable)] = await self._database.fetch(sql.SWEEPABLE, before=retention_before)
        while undelivered and (left := await self._database.fetch(sql.UNDELIVERED, limit=_EVENTS)):
            woken.update(await self._deliver({row[0]: tuple(row[1:3]) for row in left}, now))
        while forgettable and await self._database.write(
            lambda session: session.run(sql.FORGET_EVENTS, before=retention_before, limit=_PART)
        ):
            pass
        return woken

    async def outbox(self, after: int, *, limit: int) -> list[OutboxRow]:
        """Read what was committed, up to what an open transaction may still precede."""
        rows = await self._database.fetch(sql.READ_OUTBOX, after=after, limit=limit)
        return [OutboxRow(*row) for row in rows]

    async def trim_outbox(self, before: int, *, limit: int) -> int:
        """Forget what every reader has seen."""

        async def trim(session: Session) -> int:
            [(last, number)] = await session.fetch(sql.TRIM_PAGE, before=before, limit=limit)
            if last is None:
                return 0
            for statement in (sql.TRIM_OUTBOX, sql.HIDE_OUTBOX, sql.NOTE_TRIM):
                await session.run(statement, before=last)
            return int(number)

        return await self._database.write(trim)

    async def _deliver(self, topics: Mapping[str, tuple[str, str]], now: int) -> Woken:
        """Deliver stored events, a transaction for each thousand subscribers."""
        woken: Woken = {}
        for id_, topic in topics.items():
            after: str | None = ""
            while after is not None:

                async def deliver(
                    session: Session, topic: tuple[str, str] = topic, id_: str = id_, after: str = after
                ) -> tuple[Woken, str | None]:
                    await session.fetch(sql.LOCK_TOPICS, [topic])
                    return await _deliver_part(session, id_, after, now)

                found, after = await self._database.write(deliver)
                woken.update(found)
        return woken


class PostgresDefinitions(DefinitionStore):
    """Keeps definitions by fingerprint."""

    _database: Database

    async def put_definition(self, fingerprint: str, definition_id: str, version: int, source: str) -> None:
        """Store a definition, once."""
        row = (fingerprint, definition_id, version, source)
        await self._database.write(lambda session: session.run(sql.PUT_DEFINITION, [row]))

    async def get_definition(self, fingerprint: str) -> str | None:
        """Read a definition."""
        rows = await self._database.fetch(sql.GET_DEFINITION, fingerprint=fingerprint)
        return rows[0][0] if rows else None


async def _deliver_part(session: Session, id_: str, after: str, now: int) -> tuple[Woken, str | None]:
    """Deliver an event to its next subscribers; returns those woken, and where to go on."""
    rows = await session.fetch(sql.SUBSCRIBERS, event_id=id_, after=after, limit=_PART)
    targets = [row[0] for row in rows]
    woken: Woken = {}
    if targets:
        await session.fetch(sql.LOCK_WORKFLOWS, targets)
        await session.run(sql.DELIVER_EVENT, targets, event_id=id_)
        woken = {row[0]: row[1] for row in await session.fetch(sql.WOKEN, targets)}
        await session.run(sql.BUMP_INBOX, sorted(woken), now=now)
    if len(targets) == _PART:
        return woken, targets[-1]
    await session.run(sql.MARK_DELIVERED, [id_])
    return woken, None
