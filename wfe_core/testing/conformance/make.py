# ruff: noqa: S101 - what the suites take for granted is asserted
"""How the suites make instances and play the part of a lease holder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from dataclasses import replace
from typing import Any, Final

from wfe_core.ports import (
    Checkpoint,
    Claim,
    CommitOutcome,
    EventRecord,
    InboxMessage,
    InstanceRecord,
    LoadedInstance,
    Message,
    PersistenceProvider,
    PointerRecord,
    Subscription,
)
from wfe_core.ports.records import MessageKind

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
DAY: Final = 86_400 * SECOND
NOW: Final = 1_704_067_200_123_457
"""When the tests take place: an instant that needs all its microseconds."""
HOST: Final = "session-a"
"""The session that holds the leases unless a test says otherwise."""
OTHER: Final = "session-b"
FINGERPRINT: Final = "f00d" * 16
UNSTORABLE: Final = '"half of a pair: \ud83d"'
"""Half of a surrogate pair has no UTF-8 form: every store has to refuse it."""


def instance(instance_id: str, **fields: Any) -> InstanceRecord:
    """Make an instance at its first revision, owned by `HOST` unless `owner` says otherwise."""
    given: dict[str, Any] = {
        "definition_id": "order",
        "version": 1,
        "fingerprint": FINGERPRINT,
        "status": "runnable",
        "created": NOW,
        "root_id": instance_id,
        "owner": HOST,
        "fence": 1,
        "revision": 1,
    }
    given.update(fields)
    return InstanceRecord(id=instance_id, **given)


def pointer(pointer_id: int, step: str = "pack", status: str = "running", **fields: Any) -> PointerRecord:
    """Make a pointer."""
    fields.setdefault("created", NOW)
    return PointerRecord(pointer_id, step, status, **fields)


def event(event_id: str, **fields: Any) -> EventRecord:
    """Make an event `paid` with the key `o-1`, effective and published now."""
    given: dict[str, Any] = {
        "name": "paid",
        "key": "o-1",
        "payload": f'"{event_id}"',
        "effective": NOW,
        "published": NOW,
    }
    given.update(fields)
    return EventRecord(id=event_id, **given)


PAID: Final = Subscription("paid", "o-1", as_of=0)
"""Wants every event that `event` makes."""


class Holder:
    """Holds the lease of an instance, as a host does: keeps the record and raises the revision."""

    def __init__(self, store: PersistenceProvider, record: InstanceRecord) -> None:
        self.store = store
        self.record = record

    @property
    def id(self) -> str:
        """The id of the instance."""
        return self.record.id

    def checkpoint(self, **parts: Any) -> Checkpoint:
        """Make the next checkpoint."""
        self.record.revision += 1
        return Checkpoint(replace(self.record), **parts)

    async def commit(self, *, now: int = NOW, **parts: Any) -> CommitOutcome:
        """Commit the next checkpoint alone."""
        [outcome] = await self.store.commit([self.checkpoint(**parts)], now=now)
        return outcome

    async def release(
        self, due: int | None = None, *, seen: int = 0, now: int = NOW, **parts: Any
    ) -> CommitOutcome:
        """Commit the next checkpoint and give the lease back, to be taken again at `due`."""
        self.record.next_due = due
        return await self.commit(now=now, release=True, inbox_seen=seen, **parts)

    async def inbox(self) -> list[InboxMessage]:
        """Read what has not been consumed."""
        return (await self.store.inbox({self.id: 0})).get(self.id, [])


async def begin(
    store: PersistenceProvider, instance_id: str, *, parts: dict[str, Any] | None = None, **fields: Any
) -> Holder:
    """Create an instance with these fields and these parts of a checkpoint."""
    record = instance(instance_id, **fields)
    [outcome] = await store.commit([Checkpoint(replace(record), create=True, **(parts or {}))], now=NOW)
    assert outcome.status == "committed", outcome
    return Holder(store, record)


async def begin_idle(
    store: PersistenceProvider,
    instance_id: str,
    due: int | None = None,
    *,
    parts: dict[str, Any] | None = None,
    **fields: Any,
) -> Holder:
    """Create an instance that nobody owns."""
    return await begin(store, instance_id, parts=parts, owner=None, fence=0, next_due=due, **fields)


async def begin_many(store: PersistenceProvider, records: list[InstanceRecord], **parts: Any) -> None:
    """Create instances in one batch, each with these parts of a checkpoint."""
    outcomes = await store.commit([Checkpoint(record, create=True, **parts) for record in records], now=NOW)
    assert {outcome.status for outcome in outcomes} <= {"committed"}


async def take(
    store: PersistenceProvider, *, session: str = HOST, limit: int = 100, now: int = NOW, **claim: Any
) -> list[LoadedInstance]:
    """Claim instances."""
    return await store.claim(Claim(**claim), session=session, limit=limit, now=now)


async def tell(
    store: PersistenceProvider,
    instance_id: str,
    payload: str = "{}",
    *,
    kind: MessageKind = "resume",
    dedupe: str | None = None,
) -> None:
    """Post a message, by default that the instance is to be resumed."""
    await store.post([Message(instance_id, kind, payload, dedupe)], now=NOW)


def ids(found: list[LoadedInstance] | list[InstanceRecord]) -> list[str]:
    """The ids of instances, in the order given."""
    return [item.instance.id if isinstance(item, LoadedInstance) else item.id for item in found]


class _Turn:
    """Awaiting it lets the event loop make one turn."""

    def __await__(self) -> Generator[None, None, None]:
        yield


async def turns(number: int) -> None:
    """Let the event loop make so many turns."""
    for _ in range(number):
        await _Turn()


async def cancel_after(number: int, call: Callable[[], Coroutine[Any, Any, object]]) -> bool:
    """Begin a call and cancel it after so many turns of the loop; returns whether it had ended by then."""
    task = asyncio.ensure_future(call())
    await turns(number)
    ended = task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return ended
