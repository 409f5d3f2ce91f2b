"""How the full-text index follows the file, whoever writes to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from wfe_core.ports import Checkpoint, InstanceQuery, InstanceRecord, PersistenceProvider, Providers
from wfe_sqlite.database import Database

Connect = Callable[..., AbstractAsyncContextManager[Providers]]

NOW = 1_700_000_000_000_000


def created(name: str, **data: object) -> Checkpoint:
    """Begin an instance with data."""
    record = InstanceRecord(name, "order", 1, "f", "complete", NOW, name, ended=NOW, revision=1)
    return Checkpoint(record, create=True, data={key: json.dumps(value) for key, value in data.items()})


async def begin(store: PersistenceProvider, *checkpoints: Checkpoint) -> None:
    """Commit."""
    await store.commit(checkpoints, now=NOW)


async def found(host: Providers, text: str) -> list[str]:
    """Ids that a search gives."""
    assert host.search is not None
    page = await host.search.search(InstanceQuery(text=text))
    return sorted(instance.id for instance in page.instances)


async def refreshed(host: Providers, limit: int = 100) -> int:
    """Refresh until there is nothing to index; returns how many changes there were."""
    assert host.search is not None
    total = 0
    while number := await host.search.refresh(limit=limit):
        total += number
    return total


def database_of(providers: Providers) -> Database:
    """The database behind a bundle."""
    return providers.store._database  # type: ignore[attr-defined,no-any-return]


async def documents(host: Providers) -> int:
    """How many instances are indexed."""
    [(number,)] = await database_of(host).readers.fetch("SELECT count(*) FROM search_doc")
    return int(number)


async def test_a_store_without_searches_has_no_index(host: Providers) -> None:
    """The tables are made by the first search."""
    tables = "SELECT count(*) FROM sqlite_master WHERE name LIKE 'search%'"
    await begin(host.store, created("i", a="needle"))
    assert await database_of(host).readers.fetch(tables) == [(0,)]
    assert await found(host, "needle") == []
    assert await database_of(host).readers.fetch(tables) != [(0,)]
    assert (await refreshed(host), await found(host, "needle")) == (1, ["i"])


async def test_several_hosts_share_the_index(connect: Connect) -> None:
    """Each change is indexed by one of them, and found by all."""
    async with connect() as one, connect() as two:
        await begin(one.store, *(created(f"i{n}", a=f"word{n}") for n in range(20)))
        numbers = await asyncio.gather(refreshed(one, 3), refreshed(two, 4))
        assert sum(numbers) >= 20
        assert (await refreshed(one), await refreshed(two)) == (0, 0)
        assert await documents(one) == 20
        assert await found(two, "word7") == ["i7"]


async def test_the_index_survives_a_trimmed_outbox(host: Providers) -> None:
    """When rows were forgotten before they could be followed, revisions tell what is missing."""
    await begin(host.store, *(created(f"i{n}", a="early") for n in range(7)))
    assert await refreshed(host) == 7
    await begin(host.store, created("missed", a="early"), created("gone", a="early"))
    await host.store.trim_outbox(10**9, limit=100)
    assert (await refreshed(host, 1), await documents(host)) == (2, 9)
    await begin(host.store, created("late", a="early"))
    assert await refreshed(host) == 1
    assert len(await found(host, "early")) == 10


async def test_an_old_file_is_indexed_from_the_beginning(host: Providers) -> None:
    """The first refresh of a file with a past finds everything, also what the outbox has forgotten."""
    await begin(host.store, *(created(f"i{n}", a="old") for n in range(5)))
    await host.store.trim_outbox(3, limit=100)
    # Once in the look at everything, and the two whose changes are left once more.
    assert await refreshed(host, 2) == 7
    assert len(await found(host, "old")) == 5


async def test_purged_instances_leave_the_index(host: Providers) -> None:
    """Their words go in the same transaction."""
    assert host.search is not None
    await begin(host.store, *(created(f"i{n}", a="word") for n in range(4)))
    await host.store.purge(InstanceQuery(limit=1), now=NOW)
    await refreshed(host)
    assert await documents(host) == 3
    await host.store.purge(InstanceQuery(limit=2), now=NOW)
    assert (len(await found(host, "word")), await documents(host)) == (1, 1)


async def test_a_rebuild_forgets_what_is_not_there(host: Providers) -> None:
    """Whatever has gone wrong with the index, rebuilding it makes it right, in whole or in part."""
    assert host.search is not None
    await begin(host.store, *(created(f"i{n}", a="word") for n in range(3)))
    await refreshed(host)
    lost = "DELETE FROM workflow WHERE id = ?"
    await database_of(host).write(lambda connection: connection.execute(lost, ("i0",)).close())
    assert (await host.search.reindex(["i0", "i1"]), await documents(host)) == (1, 2)
    await database_of(host).write(lambda connection: connection.execute(lost, ("i1",)).close())
    assert (await host.search.reindex(), await documents(host)) == (1, 1)


async def test_words_are_those_of_every_store(host: Providers) -> None:
    """Letters, digits and underscores make words; keys of JSON objects are not searched."""
    value = {"key_only": ["snake_case", 12.5, True, None, {"deep": "Größe/42"}]}
    await begin(host.store, created("i", field_name=value))
    await refreshed(host)
    for text in ("snake_case", "snake*", "12", "5", "true", "grösse", "42", "42 SNAKE_CASE"):
        assert await found(host, text) == ["i"], text
    for text in ("snake", "case", "key_only", "field_name", "deep", "none"):
        assert await found(host, text) == [], text
