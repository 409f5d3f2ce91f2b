# ruff: noqa: S101 - shipped tests: they assert, and expected values are literals
"""The laws of inboxes: nothing that was posted is lost, doubled or overtaken."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from wfe_core.ports import Checkpoint, Claim, CommitOutcome, Message, PersistenceProvider, Providers
from wfe_core.testing.conformance.backend import Backend, Suite
from wfe_core.testing.conformance.make import (
    HOST,
    MINUTE,
    NOW,
    OTHER,
    Holder,
    begin,
    begin_idle,
    ids,
    instance,
    take,
    tell,
)


class InboxSuite(Suite):
    """Posting, reading and consuming."""

    async def test_messages_are_numbered_as_they_came(self, store: PersistenceProvider) -> None:
        """Seqs rise by one from 1, within a batch and across calls, each instance on its own."""
        one, two = await begin(store, "one"), await begin(store, "two")
        await store.post([Message("one", "suspend", "a"), Message("two", "cancel", "b")], now=NOW)
        await store.post([Message("one", "resume", "ç")], now=NOW)
        messages = [(m.seq, m.kind, m.payload) for m in await one.inbox()]
        assert messages == [(1, "suspend", "a"), (2, "resume", "ç")]
        assert [(m.seq, m.kind, m.payload) for m in await two.inbox()] == [(1, "cancel", "b")]
        heads = await store.heads(["one", "two"])
        assert {head.id: head.inbox_seq for head in heads.values()} == {"one": 2, "two": 1}

    async def test_the_owner_is_told(self, store: PersistenceProvider) -> None:
        """`post` returns who has to be woken: the session, or None; a missing target is left out."""
        await begin(store, "owned")
        await begin_idle(store, "idle")
        targets = ("owned", "missing", "idle", "owned")
        owners = await store.post([Message(target, "resume", "{}") for target in targets], now=NOW)
        assert owners == {"owned": HOST, "idle": None}
        assert await store.post([], now=NOW) == {}

    async def test_only_newer_messages_are_read(self, store: PersistenceProvider) -> None:
        """Each request has a seq of its own; missing instances have no messages."""
        await begin(store, "one")
        await begin(store, "two")
        for n in range(3):
            await store.post([Message(target, "resume", str(n)) for target in ("one", "two")], now=NOW)
        found = await store.inbox({"one": 1, "two": 3, "missing": 0})
        assert [m.seq for m in found["one"]] == [2, 3]
        assert not found.get("two")
        assert not found.get("missing")

    async def test_a_message_makes_an_idle_instance_due(self, store: PersistenceProvider) -> None:
        """A target that nobody owns wants to be taken at once, whatever it waited for."""
        for name, due in (("timer", NOW + MINUTE), ("no-timer", None), ("due", NOW - MINUTE)):
            await begin_idle(store, name, due)
            await store.post([Message(name, "resume", "{}")], now=NOW)
        dues = {
            record.id: record.next_due
            for record in (await store.instances(["timer", "no-timer", "due"])).values()
        }
        assert dues == {"timer": NOW, "no-timer": NOW, "due": NOW - MINUTE}
        assert sorted(ids(await take(store))) == ["due", "no-timer", "timer"]

    async def test_a_message_does_not_take_the_lease(self, store: PersistenceProvider) -> None:
        """An owned target keeps all but its `inbox_seq`, and its holder goes on committing."""
        holder = await begin(store, "i", next_due=NOW + MINUTE)
        await tell(store, "i")
        assert await store.instances(["i"]) == {"i": replace(holder.record, inbox_seq=1)}
        assert await store.next_due(Claim()) is None
        assert (await holder.commit()).status == "committed"

    async def test_equal_dedupe_keys_are_stored_once(self, store: PersistenceProvider) -> None:
        """A message sent again under the same key does not come twice; other instances are not concerned."""
        one, two = await begin(store, "one"), await begin(store, "two")
        for target in ("one", "one", "two"):
            await tell(store, target, "1", dedupe="key")
        await tell(store, "one", "2", dedupe="other key")
        await store.post([Message("one", "resume", "3", dedupe="third")] * 2, now=NOW)
        assert [(m.seq, m.payload) for m in await one.inbox()] == [(1, "1"), (2, "2"), (3, "3")]
        assert [(m.seq, m.payload) for m in await two.inbox()] == [(1, "1")]

    async def test_without_a_dedupe_key_equal_messages_are_different(
        self, store: PersistenceProvider
    ) -> None:
        """Nothing but the key makes two messages one."""
        holder = await begin(store, "i")
        await store.post([Message("i", "resume", "{}")] * 3, now=NOW)
        assert [m.seq for m in await holder.inbox()] == [1, 2, 3]

    async def test_consumed_messages_are_gone(self, store: PersistenceProvider) -> None:
        """Consuming is part of a checkpoint: afterwards nobody reads the message again, the others stay."""
        holder = await begin(store, "i")
        await store.post([Message("i", "resume", str(n)) for n in range(4)], now=NOW)
        await holder.commit(consumed=[1, 3])
        assert [m.seq for m in await holder.inbox()] == [2, 4]
        await tell(store, "i")
        assert [m.seq for m in await holder.inbox()] == [2, 4, 5]

    async def test_a_refused_checkpoint_consumes_nothing(self, store: PersistenceProvider) -> None:
        """What a stale holder had read is still there for the new one."""
        old = await begin(store, "i")
        await tell(store, "i")
        [taken] = await take(store, session=OTHER, dead=frozenset({HOST}))
        assert (await old.commit(consumed=[1])).status == "stale"
        assert [m.seq for m in await Holder(store, taken.instance).inbox()] == [1]

    async def test_a_checkpoint_sends_its_messages(self, store: PersistenceProvider) -> None:
        """Messages of a checkpoint arrive with it, in its order, and wake targets that nobody owns."""
        sender, parent = await begin(store, "sender"), await begin_idle(store, "parent")
        texts = ("a", "b")
        await sender.commit(messages=[Message("parent", "child", text) for text in texts])
        assert [(m.kind, m.payload) for m in await parent.inbox()] == [("child", "a"), ("child", "b")]
        assert ids(await take(store)) == ["parent"]

    async def test_a_message_to_nobody_is_no_error(self, store: PersistenceProvider) -> None:
        """A parent that was purged does not keep its child from ending."""
        sender = await begin(store, "sender")
        assert (await sender.commit(messages=[Message("missing", "child", "{}")])).status == "committed"

    async def test_a_new_child_can_be_written_to(self, store: PersistenceProvider) -> None:
        """A message to a child that begins with the same checkpoint reaches it."""
        holder = await begin(store, "i")
        child = Checkpoint(instance("c", owner=None, fence=0, parent_id="i", root_id="i"), create=True)
        await holder.commit(children=[child], messages=[Message("c", "suspend", "{}")])
        [taken] = await take(store, ids=("c",))
        assert [m.kind for m in taken.inbox] == ["suspend"]


class InboxRaceSuite(Suite):
    """Writers of an inbox against each other and against its owner."""

    async def test_racing_writers_lose_nothing(self, host: Providers, backend: Backend) -> None:
        """Many writers through two hosts: every message arrives once, and the seqs have no gap."""
        holder = await begin(host.store, "i")
        async with backend.connect() as other:
            stores = [host.store, other.store] * 10
            posts = [
                store.post([Message("i", "resume", f"{n}-{m}") for m in range(5)], now=NOW)
                for n, store in enumerate(stores)
            ]
            await asyncio.gather(*posts)
        messages = await holder.inbox()
        assert [m.seq for m in messages] == list(range(1, 101))
        assert sorted(m.payload for m in messages) == sorted(f"{n}-{m}" for n in range(20) for m in range(5))
        for n in range(20):
            mine = [m.payload for m in messages if m.payload.startswith(f"{n}-")]
            assert mine == [f"{n}-{m}" for m in range(5)], "a batch keeps its order"

    async def test_a_release_never_loses_a_racing_message(self, host: Providers, backend: Backend) -> None:
        """Whoever wins: either the lease is kept, or the instance is due: no message lies unseen."""
        holders = [await begin(host.store, f"i{n:02}") for n in range(40)]
        async with backend.connect() as other:

            async def race(holder: Holder) -> CommitOutcome:
                post = other.store.post([Message(holder.id, "resume", "{}")], now=NOW)
                outcome, _ = await asyncio.gather(holder.release(), post)
                return outcome

            outcomes = await asyncio.gather(*(race(holder) for holder in holders))
            heads = await other.store.heads([holder.id for holder in holders])
            due = set(ids(await take(other.store, session=OTHER)))
        for holder, outcome in zip(holders, outcomes, strict=True):
            assert outcome.status == "committed"
            assert heads[holder.id].owner == (None if outcome.released else HOST)
            assert (holder.id in due) == outcome.released

    async def test_racing_checkpoints_of_one_holder_count_once(
        self, host: Providers, backend: Backend
    ) -> None:
        """Of several checkpoints with the same revision exactly one is committed, whichever way they come."""
        holder = await begin(host.store, "i")
        async with backend.connect() as other:
            rivals: list[Checkpoint] = []
            for n in range(10):
                holder.record.revision = 1
                rivals.append(holder.checkpoint(data={"winner": str(n)}))
            stores = [host.store, other.store] * 5
            calls = [store.commit([rival], now=NOW) for store, rival in zip(stores, rivals, strict=True)]
            statuses = [outcome.status for [outcome] in await asyncio.gather(*calls)]
        assert sorted(statuses) == ["committed"] + ["stale"] * 9
        assert await host.store.data("i") == {"winner": str(statuses.index("committed"))}

    async def test_racing_starts_of_one_id_count_once(self, host: Providers, backend: Backend) -> None:
        """Of several hosts that create the same id exactly one does; the others learn that it exists."""
        async with backend.connect() as other:
            stores = [host.store, other.store] * 5
            calls = [
                store.commit([Checkpoint(instance("i", owner=f"s{n}"), create=True)], now=NOW)
                for n, store in enumerate(stores)
            ]
            statuses = [outcome.status for [outcome] in await asyncio.gather(*calls)]
        assert sorted(statuses) == ["committed"] + ["exists"] * 9
        assert (await host.store.heads(["i"]))["i"].owner == f"s{statuses.index('committed')}"
