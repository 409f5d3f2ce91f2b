# ruff: noqa: S101, PLR2004 - shipped tests: they assert, and expected values are literals
"""The laws of the feed of changes: nothing is missed, and a reader's place is durable."""

from __future__ import annotations

import asyncio

from wfe_core.ports import ChangeFeed, Content, InstanceQuery, PersistenceProvider, Providers
from wfe_core.testing.conformance.backend import Backend, Suite
from wfe_core.testing.conformance.make import NOW, begin, begin_idle, begin_many, instance, turns


async def followed(feed: ChangeFeed, after: int = 0, *, limit: int = 100) -> list[str]:
    """Name the instances that have changed, in order, with repetitions."""
    names: list[str] = []
    while True:
        changes = await feed.changes(after, limit=limit)
        assert changes is not None
        assert [change.seq for change in changes] == sorted({change.seq for change in changes})
        names += [change.instance_id for change in changes]
        if not changes:
            return names
        assert changes[0].seq > after
        after = changes[-1].seq


class ChangeSuite(Suite):
    """Following a store from outside."""

    async def test_every_checkpoint_is_a_change(self, store: PersistenceProvider) -> None:
        """With lifecycle entries or without, in the order of committing, children included."""
        assert await followed(store) == []
        holder = await begin(store, "i", parts={"happened": [("log", NOW, None, None, 0, {})]})
        await begin(store, "j")
        await holder.commit(data={"a": "1"})
        assert await followed(store) == await followed(store, limit=1) == ["i", "j", "i"]

    async def test_a_purge_is_a_change(self, store: PersistenceProvider) -> None:
        """It is told of each instance that goes, and then there is no content."""
        await begin(store, "p", owner=None, status="complete", ended=NOW)
        await begin(store, "p/1", owner=None, status="complete", ended=NOW, parent_id="p", root_id="p")
        after = await store.newest_change()
        await store.purge(InstanceQuery(), now=NOW)
        assert sorted(await followed(store, after)) == ["p", "p/1"]
        assert await store.contents(["p", "p/1"]) == {}

    async def test_what_was_not_written_is_no_change(self, store: PersistenceProvider) -> None:
        """A stale checkpoint leaves nothing behind."""
        holder = await begin(store, "i")
        after = await store.newest_change()
        holder.record.fence += 1
        assert (await holder.commit(data={"a": "1"})).status == "stale"
        assert await followed(store, after) == []

    async def test_following_begins_at_the_newest_change(self, store: PersistenceProvider) -> None:
        """Nothing before it is told again, everything after it is."""
        assert await followed(store, await store.newest_change()) == []
        await begin(store, "i")
        after = await store.newest_change()
        assert await followed(store, after) == []
        await begin(store, "j")
        assert await followed(store, after) == ["j"]

    async def test_a_reader_hears_of_what_was_forgotten(self, store: PersistenceProvider) -> None:
        """Who follows from before what was trimmed is told so; who follows from the newest goes on."""
        holder = await begin(store, "i")
        for _ in range(4):
            await holder.commit(happened=[("log", NOW, None, None, 0, {})])
        first = await store.changes(0, limit=1)
        assert first is not None
        newest = await store.newest_change()
        await store.trim_outbox(newest, limit=100)
        assert await store.changes(first[0].seq, limit=9) is None
        assert await store.newest_change() == newest
        assert await followed(store, newest) == []
        await begin(store, "j")
        assert await followed(store, newest) == ["j"]

    async def test_contents_are_current(self, store: PersistenceProvider) -> None:
        """The record as it is, with the data that counts now; who is missing is left out."""
        holder = await begin(store, "i", parts={"data": {"a": '"before"', "b": "1"}})
        await holder.commit(data={"a": '"after"'}, keep_history=True)
        other = await begin_idle(store, "j")
        assert await store.contents(["i", "j", "missing", "i"]) == {
            "i": Content(holder.record, {"a": '"after"', "b": "1"}),
            "j": Content(other.record, {}),
        }
        assert await store.contents([]) == {}

    async def test_many_contents_are_read_at_once(self, store: PersistenceProvider) -> None:
        """A page of an index is read in one call."""
        await begin_many(store, [instance(f"i{n}") for n in range(300)], data={"k": "1"})
        found = await store.contents([f"i{n}" for n in range(300)])
        assert {(name, content.data["k"]) for name, content in found.items()} == {
            (f"i{n}", "1") for n in range(300)
        }

    async def test_a_place_is_kept(self, host: Providers, backend: Backend) -> None:
        """Each reader has its own, and other hosts see it."""
        assert await host.store.cursor("a") is None
        assert await host.store.move_cursor("a", None, 7)
        assert await host.store.move_cursor("b", None, 2**62)
        async with backend.connect() as other:
            assert await other.store.cursor("a") == 7
            assert await other.store.cursor("b") == 2**62
            assert await other.store.cursor("c") is None

    async def test_a_place_is_moved_by_one_of_several(self, host: Providers, backend: Backend) -> None:
        """Only from where it is: of two readers under one name the slower one hears of the other."""
        store = host.store
        async with backend.connect() as other:
            assert sorted(
                await asyncio.gather(store.move_cursor("a", None, 1), other.store.move_cursor("a", None, 2))
            ) == [False, True]
            at = await store.cursor("a")
            assert await other.store.move_cursor("a", at, 10)
            assert not await store.move_cursor("a", at, 5)
            assert not await store.move_cursor("a", None, 5)
            assert await store.cursor("a") == 10
            assert await store.move_cursor("a", 10, 3)
            assert await other.store.cursor("a") == 3

    async def test_all_places_are_told(self, host: Providers, backend: Backend) -> None:
        """Those of readers on every host; one that is dropped is as if it had never been."""
        store = host.store
        assert await store.cursors() == {}
        for reader, place in (("a", 7), ("b %_ü", 2**62)):
            assert await store.move_cursor(reader, None, place)
        async with backend.connect() as other:
            assert await other.store.cursors() == {"a": 7, "b %_ü": 2**62}
            await other.store.drop_cursor("a")
            await other.store.drop_cursor("never")
        assert await store.cursors() == {"b %_ü": 2**62}
        assert await store.cursor("a") is None
        assert await store.move_cursor("a", None, 1)

    async def test_values_in_the_cache_are_no_places(self, host: Providers) -> None:
        """Whatever steps keep there, and for however long."""
        assert host.cache is not None
        await host.cache.cache_put("a", "7", expires=2**62)
        assert await host.store.cursors() == {}
        assert await host.store.cursor("a") is None

    async def test_a_follower_misses_nothing(self, host: Providers, backend: Backend) -> None:
        """While many commit, one that follows sees each change once, in whatever order they are written."""
        holders = [await begin(host.store, f"i{n}") for n in range(10)]
        after = await host.store.newest_change()
        seen: list[str] = []
        ended = asyncio.Event()

        async def write(n: int) -> None:
            for _ in range(5):
                assert (await holders[n].commit()).status == "committed"

        async with backend.connect() as other:

            async def follow(cursor: int) -> None:
                while True:
                    last_look = ended.is_set()
                    changes = await other.store.changes(cursor, limit=7)
                    assert changes is not None
                    seen.extend(change.instance_id for change in changes)
                    cursor = changes[-1].seq if changes else cursor
                    if last_look and not changes:
                        return
                    await turns(1)

            following = asyncio.ensure_future(follow(after))
            await asyncio.gather(*(write(n) for n in range(10)))
            ended.set()
            await following
        assert sorted(seen) == sorted(f"i{n}" for n in range(10) for _ in range(5))
