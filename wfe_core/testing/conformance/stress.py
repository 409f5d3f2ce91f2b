# ruff: noqa: S101, PLR2004 - shipped tests: they assert, and expected values are literals
"""The laws under load and trouble: size, many writers, calls cut off, servers that restart."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from wfe_core.errors import ProviderError
from wfe_core.ports import Checkpoint, Claim, ItemChunk, Message, PersistenceProvider, Providers
from wfe_core.testing.conformance.backend import Backend, Suite
from wfe_core.testing.conformance.make import (
    HOST,
    NOW,
    OTHER,
    PAID,
    Holder,
    begin,
    begin_idle,
    begin_many,
    cancel_after,
    event,
    ids,
    instance,
    pointer,
    take,
    turns,
)

MEGABYTE = '"' + "Zwölf Boxkämpfer 💥 jagen Viktor 注文 " * 20_000 + '"'
"""About a megabyte of JSON text, in characters of one to four bytes."""


class SizeSuite(Suite):
    """Large values and many rows."""

    async def test_a_megabyte_comes_back_whole(self, store: PersistenceProvider) -> None:
        """In the data, an output, a state, an item, a message, a child: everywhere."""
        child = Checkpoint(instance("c", parent_id="i", root_id="i"), create=True, data={"k": MEGABYTE})
        holder = await begin(
            store,
            "i",
            parts={
                "data": {"k": MEGABYTE},
                "pointers": [pointer(1, output=MEGABYTE, state=MEGABYTE)],
                "items": [ItemChunk(1, 0, MEGABYTE)],
                "messages": [Message("i", "child", MEGABYTE)],
                "children": [child],
            },
        )
        assert await store.data("i") == await store.data("c") == {"k": MEGABYTE}
        [found] = await store.pointers("i")
        assert found.output == found.state == MEGABYTE
        assert await store.chunk("i", 1, 0) == ItemChunk(1, 0, MEGABYTE)
        assert [m.payload for m in await holder.inbox()] == [MEGABYTE]

    async def test_ten_thousand_pointers_in_one_checkpoint(self, store: PersistenceProvider) -> None:
        """A checkpoint may be long; afterwards only the live ones are loaded."""
        pointers = [pointer(n, live=n % 1_000 == 0, scope="/1/", parent=1, index=n) for n in range(1, 10_001)]
        await begin_idle(store, "i", NOW, parts={"pointers": pointers})
        [taken] = await take(store)
        assert [p.id for p in taken.pointers] == [n * 1_000 for n in range(1, 11)]
        assert await store.pointers("i", limit=20_000) == pointers
        assert await store.pointers("i", after=9_998) == pointers[9_998:]

    async def test_a_batch_may_be_long(self, store: PersistenceProvider) -> None:
        """Thousands of checkpoints go into one call, and thousands of ids can be asked for."""
        records = [instance(f"i{n:04}") for n in range(3_000)]
        await begin_many(store, records, data={"k": "1"}, pointers=[pointer(1)])
        holders = [Holder(store, record) for record in records]
        checkpoints = [
            holder.checkpoint(data={"k": "2"}, pointers=[pointer(1), pointer(2)]) for holder in holders
        ]
        outcomes = await store.commit(checkpoints, now=NOW)
        assert {outcome.status for outcome in outcomes} == {"committed"}
        names = ids(records)
        assert {head.revision for head in (await store.heads(names)).values()} == {2}
        assert list(await store.instances(names)) == names
        await store.post([Message(name, "resume", "{}") for name in names], now=NOW)
        assert {len(found) for found in (await store.inbox(dict.fromkeys(names, 0))).values()} == {1}
        taken = await take(store, session=OTHER, ids=tuple(names), dead=frozenset({HOST}), limit=5_000)
        assert len(taken) == 3_000


class ConcurrencySuite(Suite):
    """Many calls at the same time, from several hosts."""

    async def test_writers_of_different_instances_do_not_meet(
        self, host: Providers, backend: Backend
    ) -> None:
        """Two hosts with twenty chains each: every commit counts, each instance ends as it was left."""
        async with backend.connect() as other:

            async def chain(store: PersistenceProvider, name: str) -> Holder:
                holder = await begin(store, name, owner=name, parts={"pointers": [pointer(1)]})
                for n in range(1, 9):
                    done = pointer(n, status="complete", live=False)
                    parts: dict[str, Any] = {"pointers": [done, pointer(n + 1)], "data": {"n": str(n)}}
                    assert (await holder.commit(**parts)).status == "committed"
                return holder

            chains = [
                chain(store, f"{who}-{n}")
                for who, store in (("a", host.store), ("b", other.store))
                for n in range(20)
            ]
            holders = await asyncio.gather(*chains)
            for holder in holders:
                assert (await other.store.instances([holder.id]))[holder.id] == holder.record
                assert await host.store.data(holder.id) == {"n": "8"}
                assert [p.live for p in await other.store.pointers(holder.id)] == [False] * 8 + [True]

    async def test_instances_that_write_to_each_other_do_not_block(
        self, host: Providers, backend: Backend
    ) -> None:
        """Checkpoints in opposite directions: nobody waits for ever, nothing is lost."""
        left, right = await begin(host.store, "left"), await begin(host.store, "right")
        async with backend.connect() as other:

            async def ping(store: PersistenceProvider, one: Holder, two: Holder) -> None:
                for _ in range(10):
                    assert (
                        await store.commit(
                            [one.checkpoint(messages=[Message(two.id, "resume", "{}")])], now=NOW
                        )
                    )[0].status == "committed"

            await asyncio.gather(ping(host.store, left, right), ping(other.store, right, left))
        heads = await host.store.heads(["left", "right"])
        assert {(head.revision, head.inbox_seq) for head in heads.values()} == {(11, 10)}

    async def test_readers_see_whole_checkpoints(self, host: Providers, backend: Backend) -> None:
        """A reader never sees half of a checkpoint, however it meets with the writer."""
        holder = await begin(host.store, "i", parts={"data": {"a": "0", "b": "0"}})
        async with backend.connect() as other:

            async def write() -> None:
                for n in range(1, 30):
                    await holder.commit(data={"a": str(n), "b": str(n)})

            async def read() -> None:
                while not writing.done():
                    data = await other.store.data("i")
                    assert data["a"] == data["b"]
                    await turns(1)

            writing = asyncio.ensure_future(write())
            await asyncio.gather(writing, read(), read())


class InterruptionSuite(Suite):
    """Calls that are cancelled, hosts that come back, servers that restart."""

    @pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 8, 20])
    async def test_a_cancelled_commit_took_place_or_did_not(
        self, store: PersistenceProvider, after: int
    ) -> None:
        """Its head tells which; sent again, it counts once, and it is always there as a whole."""
        holder = await begin(store, "i")
        checkpoint = holder.checkpoint(
            data={"k": "1"}, pointers=[pointer(1)], messages=[Message("i", "resume", "{}")]
        )
        await cancel_after(after, lambda: store.commit([checkpoint], now=NOW))
        [outcome] = await store.commit([checkpoint], now=NOW)
        assert outcome.status in {"committed", "stale"}
        head = (await store.heads(["i"]))["i"]
        assert (head.owner, head.fence, head.revision, head.inbox_seq) == (HOST, 1, 2, 1)
        assert (await store.data("i"), await store.pointers("i")) == ({"k": "1"}, [pointer(1)])
        assert (await holder.commit()).status == "committed"

    @pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 8, 20])
    async def test_a_cancelled_claim_loses_no_instance(self, store: PersistenceProvider, after: int) -> None:
        """What it may have taken belongs to its session, and goes on to others when that ends."""
        await begin_many(store, [instance(f"i{n}", owner=None, next_due=NOW) for n in range(5)])
        await cancel_after(after, lambda: take(store, session=OTHER))
        taken = await take(store, session=HOST, dead=frozenset({OTHER}))
        assert sorted(ids(taken)) == [f"i{n}" for n in range(5)]

    @pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 8, 20])
    async def test_a_cancelled_publication_can_be_repeated(
        self, store: PersistenceProvider, after: int
    ) -> None:
        """The same event or message sent again arrives once, whatever became of the first call."""
        holder = await begin(store, "i", parts={"subscriptions": [PAID]})
        message = Message("i", "resume", "{}", dedupe="key")
        await cancel_after(after, lambda: store.publish([event("e")], now=NOW))
        await cancel_after(after, lambda: store.post([message], now=NOW))
        await store.publish([event("e")], now=NOW)
        await store.post([message], now=NOW)
        await store.sweep(retention_before=0, now=NOW)
        assert sorted(m.kind for m in await holder.inbox()) == ["event", "resume"]

    @pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 8, 20])
    async def test_a_cancelled_publication_reaches_all_or_nobody(
        self, store: PersistenceProvider, after: int
    ) -> None:
        """Once a sweep has finished what was begun, all subscribers have it, early and late ones, or none."""
        holders = [await begin(store, f"i{n}", parts={"subscriptions": [PAID]}) for n in range(3)]
        await cancel_after(after, lambda: store.publish([event("e")], now=NOW))
        await store.sweep(retention_before=0, now=NOW)
        holders.append(await begin(store, "late", parts={"subscriptions": [PAID]}))
        assert len({len(await holder.inbox()) for holder in holders}) == 1

    @pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 8, 20])
    async def test_a_cancelled_subscription_misses_no_early_event(
        self, store: PersistenceProvider, after: int
    ) -> None:
        """Whenever the commit that subscribes was cut off: sent again and swept, the event is there once."""
        await store.publish([event("e")], now=NOW)
        holder = await begin(store, "i")
        checkpoint = holder.checkpoint(subscriptions=[PAID])
        await cancel_after(after, lambda: store.commit([checkpoint], now=NOW))
        await store.commit([checkpoint], now=NOW)
        await store.sweep(retention_before=0, now=NOW)
        assert [message.event_id for message in await holder.inbox()] == ["e"]

    async def test_cancelled_readers_leave_a_store_that_works(self, store: PersistenceProvider) -> None:
        """Calls cut off at any point do not use up or spoil connections."""
        await begin(store, "i", parts={"data": {"k": MEGABYTE}})
        for after in range(30):
            await cancel_after(after % 10, lambda: store.data("i"))
            await cancel_after(after % 7, lambda: store.pointers("i"))
        many = await asyncio.gather(*(store.data("i") for _ in range(10)))
        assert all(data == {"k": MEGABYTE} for data in many)

    async def test_what_was_committed_is_there_for_the_next_host(
        self, host: Providers, backend: Backend
    ) -> None:
        """After the providers of a host were closed, others find all it committed."""
        async with backend.connect() as first:
            holder = await begin(first.store, "i", parts={"data": {"k": "1"}, "subscriptions": [PAID]})
            await first.store.publish([event("e")], now=NOW)
        async with backend.connect() as second:
            assert (await second.store.data("i"), len(await second.store.inbox({"i": 0}))) == ({"k": "1"}, 1)
            assert (await Holder(second.store, holder.record).commit()).status == "committed"
        assert (await host.store.heads(["i"]))["i"].revision == 2

    async def test_what_was_committed_survives_a_restart(self, host: Providers, backend: Backend) -> None:
        """A server may restart while hosts are connected: calls fail as unavailable, then work again."""
        holder = await begin(host.store, "i", parts={"data": {"k": "1"}})
        await backend.restart()
        for _ in range(20):
            try:
                assert await host.store.data("i") == {"k": "1"}
                break
            except ProviderError:
                await backend.pass_time(100_000)
        assert (await holder.commit(data={"k": "2"})).status == "committed"
        assert await host.store.next_due(Claim()) is None
