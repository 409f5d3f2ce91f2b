"""Delivery in parts: many subscribers, and publishers that die."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from wfe_core.ports import (
    Checkpoint,
    EventRecord,
    InstanceRecord,
    PersistenceProvider,
    Providers,
    Subscription,
)
from wfe_sqlite import events
from wfe_sqlite.database import Database

NOW = 1_700_000_000_000_000
PAID = Subscription("paid", "o-1", as_of=0)


def event(id: str, **more: object) -> EventRecord:
    """An event that `PAID` wants."""
    given: dict[str, object] = {
        "name": "paid",
        "key": "o-1",
        "payload": "{}",
        "effective": NOW,
        "published": NOW,
    }
    return EventRecord(id=id, **{**given, **more})  # type: ignore[arg-type]


async def begin(store: PersistenceProvider, number: int, prefix: str = "i") -> list[str]:
    """Create instances that subscribe, the even ones owned."""
    names = [f"{prefix}{n:04}" for n in range(number)]
    records = [
        InstanceRecord(name, "order", 1, "f", "runnable", NOW, name, owner=None if n % 2 else "s", revision=1)
        for n, name in enumerate(names)
    ]
    await store.commit([Checkpoint(r, create=True, subscriptions=[PAID]) for r in records], now=NOW)
    return names


def database_of(providers: Providers) -> Database:
    """The database behind a bundle."""
    found: Database = providers.store._database  # type: ignore[attr-defined]
    return found


async def undelivered(host: Providers) -> list[str]:
    """Ids of the events whose delivery has not ended."""
    return [
        row[0] for row in await database_of(host).readers.fetch("SELECT id FROM event WHERE NOT fanned_out")
    ]


async def delivered(host: Providers) -> int:
    """How many inbox rows there are."""
    [(number,)] = await database_of(host).readers.fetch("SELECT count(*) FROM inbox")
    return int(number)


async def test_many_subscribers_are_served_in_parts(host: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two parts others can write; at the end everybody has each event once."""
    monkeypatch.setattr(events, "_PART", 10)
    names = await begin(host.store, 95)
    transactions = 0
    write = Database.write

    async def counted(self: Database, *args: object, **options: object) -> object:
        nonlocal transactions
        transactions += 1
        return await write(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Database, "write", counted)
    woken = await host.store.publish([event("e1"), event("e2", effective=NOW - 1)], now=NOW)
    assert woken == {name: None if n % 2 else "s" for n, name in enumerate(names)}
    # One that stores them, and ten for each: 95 subscribers, 10 at a time.
    assert transactions == 21
    inboxes = await host.store.inbox(dict.fromkeys(names, 0))
    assert all([m.event_id for m in inboxes[name]] == ["e1", "e2"] for name in names)
    assert await undelivered(host) == []


async def test_a_sweep_finishes_what_a_dead_publisher_began(
    host: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is left out and nobody served twice, whatever had been delivered already."""
    monkeypatch.setattr(events, "_PART", 10)
    names = await begin(host.store, 35)
    write, left = Database.write, 3

    async def dying(self: Database, *args: object, **options: object) -> object:
        nonlocal left
        left -= 1
        if left < 0:
            raise ConnectionError("kill -9")
        return await write(self, *args, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", dying)
        with pytest.raises(ConnectionError):
            await host.store.publish([event("e")], now=NOW)
    assert (await undelivered(host), await delivered(host)) == (["e"], 20)
    woken = await host.store.sweep(retention_before=0, now=NOW)
    assert woken.keys() == {*names[20:]}
    assert (await undelivered(host), await delivered(host)) == ([], 35)
    assert await host.store.sweep(retention_before=0, now=NOW) == {}


async def test_subscribing_while_an_event_is_delivered(
    host: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes between two parts gets the event by its own commit, before or behind the place reached."""
    monkeypatch.setattr(events, "_PART", 10)
    await begin(host.store, 25)
    write, parts = Database.write, 0

    async def interrupted(self: Database, *args: object, **options: object) -> object:
        nonlocal parts
        parts += 1
        if parts == 3:
            monkeypatch.setattr(Database, "write", write)
            await begin(host.store, 3, prefix="a")
            await begin(host.store, 3, prefix="z")
        return await write(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Database, "write", interrupted)
    await host.store.publish([event("e")], now=NOW)
    assert await delivered(host) == 31
    inboxes = await host.store.inbox({"a0000": 0, "z0002": 0, "i0024": 0})
    assert {name: len(found) for name, found in inboxes.items()} == {"a0000": 1, "z0002": 1, "i0024": 1}


async def test_many_events_go_in_parts(host: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part is stored and delivered by itself; all are there in the end."""
    monkeypatch.setattr(events, "_EVENTS", 4)
    [name] = await begin(host.store, 1)
    await host.store.publish([event(f"e{n}") for n in range(10)], now=NOW)
    found = (await host.store.inbox({name: 0}))[name]
    assert [m.event_id for m in found] == [f"e{n}" for n in range(10)]
    assert await host.store.publish([], now=NOW) == {}


async def test_old_events_go_in_parts(host: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are; those that an inbox refers to stay."""
    monkeypatch.setattr(events, "_PART", 10)
    await host.store.publish(
        [event(f"e{n:02}", published=NOW - 9, effective=NOW - 9, name="other") for n in range(35)], now=NOW
    )
    await begin(host.store, 1)
    await host.store.publish([event("kept", published=NOW - 9)], now=NOW)
    await host.store.sweep(retention_before=NOW, now=NOW)
    assert await database_of(host).readers.fetch("SELECT id FROM event") == [("kept",)]


async def test_a_cancelled_publication_leaves_the_rest_to_the_sweep(
    host: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off between two parts, the event is stored, and its delivery goes on."""
    monkeypatch.setattr(events, "_PART", 5)
    await begin(host.store, 30)
    call = asyncio.ensure_future(host.store.publish([event("e")], now=NOW))
    while not await undelivered(host):
        await asyncio.wait((call,), timeout=0)
    call.cancel()
    with suppress(asyncio.CancelledError):
        await call
    await host.store.sweep(retention_before=0, now=NOW)
    assert (await undelivered(host), await delivered(host)) == ([], 30)
