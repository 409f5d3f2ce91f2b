# ruff: noqa: S101, PLR2004 - shipped tests: they assert, and expected values are literals
"""The laws of the lease: who may write, who may not, and how it is given back."""

from __future__ import annotations

import pytest

from wfe_core.ports import (
    Checkpoint,
    Claim,
    Message,
    PersistenceProvider,
)
from wfe_core.testing.conformance.backend import Suite
from wfe_core.testing.conformance.make import (
    HOST,
    MINUTE,
    NOW,
    OTHER,
    SECOND,
    UNSTORABLE,
    Holder,
    begin,
    begin_idle,
    ids,
    instance,
    pointer,
    take,
)


class FencingSuite(Suite):
    """Who may not write, and that nobody else is hurt by it."""

    async def test_an_empty_batch_is_fine(self, store: PersistenceProvider) -> None:
        """No checkpoints, no outcomes."""
        assert await store.commit([], now=NOW) == []

    async def test_an_id_is_given_once(self, store: PersistenceProvider) -> None:
        """Creating a taken id is answered with `exists` and changes nothing."""
        first = await begin(store, "i", parts={"data": {"k": "1"}})
        again = Checkpoint(instance("i", owner=OTHER, priority=9), create=True, data={"k": "2"})
        [outcome] = await store.commit([again], now=NOW)
        assert outcome.status == "exists"
        assert (await store.instances(["i"]))["i"] == first.record
        assert await store.data("i") == {"k": "1"}

    async def test_a_revision_is_accepted_once(self, store: PersistenceProvider) -> None:
        """The same checkpoint sent again is stale, and the head tells that it had been committed."""
        holder = await begin(store, "i")
        checkpoint = holder.checkpoint(data={"n": "1"}, messages=[Message("i", "resume", "{}")])
        [first] = await store.commit([checkpoint], now=NOW)
        [second] = await store.commit([checkpoint], now=NOW)
        assert (first.status, second.status) == ("committed", "stale")
        assert (second.owner, second.fence) == (HOST, 1)
        head = (await store.heads(["i"]))["i"]
        assert (head.revision, head.inbox_seq) == (2, 1)

    @pytest.mark.parametrize("step", [-1, 0, 2, 100])
    async def test_revisions_follow_one_another(self, store: PersistenceProvider, step: int) -> None:
        """Only the revision after the stored one is accepted: neither an old one nor one from the future."""
        holder = await begin(store, "i")
        await holder.commit()
        holder.record.revision += step - 1
        assert (await holder.commit(data={"k": "1"})).status == "stale"
        assert await store.data("i") == {}

    async def test_who_lost_the_lease_cannot_write(self, store: PersistenceProvider) -> None:
        """After a take-over the old token is refused with the new owner's, the new one is accepted."""
        old = await begin(store, "i", parts={"data": {"k": "1"}})
        [taken] = await take(store, session=OTHER, dead=frozenset({HOST}))
        outcome = await old.commit(
            data={"k": "2"}, pointers=[pointer(1)], messages=[Message("i", "resume", "")]
        )
        assert (outcome.status, outcome.owner, outcome.fence) == ("stale", OTHER, 2)
        assert (await store.data("i"), await store.pointers("i"), await old.inbox()) == ({"k": "1"}, [], [])
        new = Holder(store, taken.instance)
        assert (await new.commit(data={"k": "3"})).status == "committed"

    async def test_the_fence_counts_not_the_name(self, store: PersistenceProvider) -> None:
        """A session that took its own instance again is fenced off from what it held before."""
        old = await begin(store, "i")
        [taken] = await take(store, session=HOST, dead=frozenset({HOST}))
        assert (taken.instance.owner, taken.instance.fence) == (HOST, 2)
        outcome = await old.commit()
        assert (outcome.status, outcome.owner, outcome.fence) == ("stale", HOST, 2)
        assert (await Holder(store, taken.instance).commit()).status == "committed"

    async def test_who_gave_the_lease_back_cannot_write(self, store: PersistenceProvider) -> None:
        """Nobody writes to an instance that nobody owns."""
        holder = await begin(store, "i")
        assert (await holder.release()).released
        outcome = await holder.commit(data={"k": "1"})
        assert (outcome.status, outcome.owner) == ("stale", None)
        idle = await begin_idle(store, "idle")
        assert (await idle.commit()).status == "stale"

    async def test_a_missing_instance_is_stale(self, store: PersistenceProvider) -> None:
        """A checkpoint for an instance that was purged is refused and does not bring it back."""
        outcome = await Holder(store, instance("missing")).commit(data={"k": "1"})
        assert (outcome.status, outcome.owner, outcome.fence) == ("stale", None, 0)
        assert await store.instances(["missing"]) == {}

    async def test_the_fence_only_grows(self, store: PersistenceProvider) -> None:
        """Each taking raises the fence by one, also after leases that were given back."""
        holder = await begin(store, "i")
        for fence in range(2, 6):
            await holder.release(NOW)
            [taken] = await take(store, session=HOST if fence % 2 else OTHER)
            assert taken.instance.fence == fence
            holder = Holder(store, taken.instance)
        assert (await store.heads(["i"]))["i"].fence == 5

    async def test_refused_checkpoints_harm_no_sibling(self, store: PersistenceProvider) -> None:
        """In a batch each checkpoint has its own fate, and the outcomes come in the batch's order."""
        good, lost = await begin(store, "b-good"), await begin(store, "c-lost")
        await take(store, session=OTHER, ids=("c-lost",), dead=frozenset({HOST}))
        batch = [
            lost.checkpoint(data={"k": "1"}),
            Checkpoint(instance("d-new"), create=True),
            Holder(store, instance("missing")).checkpoint(),
            Checkpoint(instance("a-bad"), create=True, data={"k": UNSTORABLE}),
            good.checkpoint(data={"k": "1"}),
            Checkpoint(instance("c-lost"), create=True),
        ]
        outcomes = await store.commit(batch[:5], now=NOW)
        assert [o.status for o in outcomes] == ["stale", "committed", "stale", "rejected", "committed"]
        assert [o.status for o in await store.commit(batch[5:], now=NOW)] == ["exists"]
        assert (await store.instances([c.instance.id for c in batch])).keys() == {"b-good", "c-lost", "d-new"}
        assert (await store.data("b-good"), await store.data("c-lost")) == ({"k": "1"}, {})

    async def test_heads_leave_missing_ids_out(self, store: PersistenceProvider) -> None:
        """The head of an unknown instance is absent; asking twice for one is no error."""
        await begin(store, "i")
        assert (await store.heads(["missing", "i", "i"])).keys() == {"i"}
        assert await store.heads([]) == {}


class ReleaseSuite(Suite):
    """Giving a lease back: a compare-and-set on the inbox."""

    async def test_a_release_makes_the_instance_free_at_its_time(self, store: PersistenceProvider) -> None:
        """After a release the instance has no owner and can be taken from `next_due` on, not before."""
        holder = await begin(store, "i")
        due = NOW + MINUTE + 1
        outcome = await holder.release(due, data={"k": "1"})
        assert (outcome.status, outcome.released, outcome.inbox_seq) == ("committed", True, 0)
        head = (await store.heads(["i"]))["i"]
        assert (head.owner, head.fence, head.revision) == (None, 1, 2)
        assert await store.next_due(Claim()) == due
        assert await take(store, now=due - 1) == []
        [taken] = await take(store, now=due)
        assert (taken.data, taken.instance.next_due) == ({"k": "1"}, due)

    async def test_without_a_time_only_a_message_wakes_it(self, store: PersistenceProvider) -> None:
        """An instance released without `next_due` sleeps until something comes into its inbox."""
        holder = await begin(store, "i")
        await holder.release(None)
        assert await take(store, now=NOW + 10 * MINUTE) == []
        assert await store.next_due(Claim()) is None
        await store.post([Message("i", "resume", "{}")], now=NOW + SECOND)
        assert ids(await take(store, now=NOW + SECOND)) == ["i"]

    async def test_an_unseen_message_keeps_the_lease(self, store: PersistenceProvider) -> None:
        """If the inbox has moved past what the host saw, all else is written and the lease is kept."""
        holder = await begin(store, "i")
        await store.post([Message("i", "suspend", "{}")], now=NOW)
        outcome = await holder.release(NOW, data={"k": "1"}, pointers=[pointer(1)])
        assert (outcome.status, outcome.released, outcome.inbox_seq) == ("committed", False, 1)
        head = (await store.heads(["i"]))["i"]
        assert (head.owner, head.revision) == (HOST, 2)
        assert (await store.data("i"), await store.pointers("i")) == ({"k": "1"}, [pointer(1)])
        assert await take(store, session=OTHER) == []
        outcome = await holder.release(consumed=[1], seen=1)
        assert (outcome.released, outcome.inbox_seq) == (True, 1)

    async def test_a_seen_message_does_not_hinder(self, store: PersistenceProvider) -> None:
        """What the host has seen, consumed or not, does not keep the lease."""
        holder = await begin(store, "i")
        await store.post([Message("i", "suspend", "{}")] * 2, now=NOW)
        assert (await holder.release(seen=2, consumed=[1])).released
        assert [message.seq for message in await holder.inbox()] == [2]

    async def test_a_message_to_oneself_keeps_the_lease(self, store: PersistenceProvider) -> None:
        """A message in the very checkpoint that releases counts as unseen, or wakes the instance."""
        holder = await begin(store, "i")
        outcome = await holder.release(messages=[Message("i", "resume", "{}")])
        assert outcome.inbox_seq == 1
        assert outcome.released == bool(await take(store))

    async def test_a_commit_without_release_keeps_the_lease(self, store: PersistenceProvider) -> None:
        """`next_due` alone frees nothing."""
        holder = await begin(store, "i")
        holder.record.next_due = NOW - 1
        outcome = await holder.commit()
        assert not outcome.released
        assert await take(store, session=OTHER) == []
