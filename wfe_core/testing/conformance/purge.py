# ruff: noqa: S101, PLR2004 - shipped tests: they assert, and expected values are literals
"""The laws of forgetting instances: only ended ones, with all that belongs to them."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core.ports import (
    APPROVAL_EVENT,
    ActivityItem,
    Claim,
    InstanceQuery,
    ItemChunk,
    LogChunk,
    Message,
    PersistenceProvider,
    Providers,
    Subscription,
)
from wfe_core.testing.conformance.backend import Suite
from wfe_core.testing.conformance.make import (
    DAY,
    NOW,
    PAID,
    SECOND,
    begin,
    begin_idle,
    begin_many,
    event,
    instance,
    pointer,
    take,
    tell,
)

ALL = InstanceQuery()


def ended(**fields: Any) -> dict[str, Any]:
    """Give the fields of an instance that has ended."""
    return {"owner": None, "status": "complete", "ended": NOW, **fields}


class PurgeSuite(Suite):
    """What `purge` deletes and what it never deletes."""

    @pytest.mark.parametrize("status", ["complete", "failed", "cancelled", "terminated"])
    async def test_ended_instances_go(self, store: PersistenceProvider, status: str) -> None:
        """Every terminal status is an end; the ids deleted are returned, and then there are no more."""
        await begin(store, "i", **ended(status=status))
        assert await store.purge(ALL, now=NOW) == ["i"]
        assert await store.instances(["i"]) == {}
        assert await store.purge(ALL, now=NOW) == []

    @pytest.mark.parametrize("query", [InstanceQuery(text="x"), InstanceQuery(cursor="x")])
    async def test_what_no_purge_can_go_by_is_refused(
        self, store: PersistenceProvider, query: InstanceQuery
    ) -> None:
        """A search or a place in a list is never taken for "all": nothing is deleted."""
        await begin(store, "i", **ended())
        with pytest.raises(ValueError, match=r"a purge cannot go by (text|cursor)='x'"):
            await store.purge(query, now=NOW)
        assert (await store.instances(["i"])).keys() == {"i"}

    @pytest.mark.parametrize("status", ["runnable", "suspended"])
    async def test_open_instances_stay(self, store: PersistenceProvider, status: str) -> None:
        """What has not ended is never deleted, even when the query names its status."""
        await begin_idle(store, "i", status=status)
        assert await store.purge(InstanceQuery(statuses=frozenset({status})), now=NOW) == []
        assert (await store.instances(["i"])).keys() == {"i"}

    async def test_filters_choose(self, store: PersistenceProvider) -> None:
        """Only what matches every filter goes; `ended_before` leaves the instant itself out."""
        await begin(store, "old", **ended(ended=NOW - 1))
        await begin(store, "new", **ended())
        await begin(store, "other", **ended(ended=NOW - 1, definition_id="other"))
        query = InstanceQuery(definition_id="order", ended_before=NOW, statuses=frozenset({"complete"}))
        assert await store.purge(query, now=NOW) == ["old"]
        assert (await store.instances(["old", "new", "other"])).keys() == {"new", "other"}

    async def test_the_limit_is_kept(self, store: PersistenceProvider) -> None:
        """Each call deletes up to `limit`; an empty list tells that nothing is left."""
        await begin_many(store, [instance(f"i{n}", **ended()) for n in range(5)])
        batches = [await store.purge(InstanceQuery(limit=2), now=NOW) for _ in range(4)]
        assert [len(batch) for batch in batches] == [2, 2, 1, 0]
        assert sorted(name for batch in batches for name in batch) == [f"i{n}" for n in range(5)]

    async def test_children_go_with_their_parent(self, store: PersistenceProvider) -> None:
        """Ended descendants are deleted with it, whatever the query says about them."""
        await begin(store, "p", **ended())
        for name, parent in (("p/1", "p"), ("p/2", "p"), ("p/1/1", "p/1")):
            await begin(store, name, **ended(definition_id="child"), parent_id=parent, root_id="p")
        await begin(store, "q", **ended(), parent_id=None)
        assert sorted(await store.purge(InstanceQuery(root_id="p", definition_id="order"), now=NOW)) == [
            "p",
            "p/1",
            "p/1/1",
            "p/2",
        ]
        assert (await store.instances(["p", "p/1", "p/2", "p/1/1", "q"])).keys() == {"q"}

    async def test_children_of_an_open_parent_stay(self, store: PersistenceProvider) -> None:
        """Ended descendants of an instance that has not ended are kept, at any depth."""
        await begin_idle(store, "p")
        await begin(store, "p/1", **ended(), parent_id="p", root_id="p")
        await begin(store, "p/1/1", **ended(), parent_id="p/1", root_id="p")
        assert await store.purge(ALL, now=NOW) == []
        assert len(await store.instances(["p", "p/1", "p/1/1"])) == 3

    async def test_a_parent_waits_for_its_open_children(self, store: PersistenceProvider) -> None:
        """A child that has not ended is not deleted with its parent, nor made an orphan."""
        await begin(store, "p", **ended(status="terminated"))
        await begin_idle(store, "p/1", parent_id="p", root_id="p")
        await begin(store, "p/2", **ended(), parent_id="p", root_id="p")
        deleted = await store.purge(InstanceQuery(definition_id="order"), now=NOW)
        assert not {"p", "p/1"} & set(deleted)
        assert (await store.instances(["p", "p/1"])).keys() == {"p", "p/1"}

    async def test_all_that_belongs_to_an_instance_goes(self, host: Providers) -> None:
        """A new instance with the same id finds nothing of the old one."""
        store = host.store
        assert host.logs is not None
        assert host.activities is not None
        parts = {
            "pointers": [pointer(1, "each", state='{"next": 0}', undo=1)],
            "data": {"k": "1"},
            "items": [ItemChunk(1, 0, "[1]")],
            "subscriptions": [PAID],
            "activities": [ActivityItem("w", "ship", "i", 1, "{}", NOW)],
        }
        holder = await begin(store, "i", parts=parts)
        await tell(store, "i", dedupe="key")
        await store.publish([event("e")], now=NOW)
        await host.logs.append_logs([LogChunk("i", 1, 1, "log", NOW, "old\n")])
        holder.record.status, holder.record.ended = "complete", NOW
        assert (await holder.release(seen=9)).released
        assert await store.purge(ALL, now=NOW) == ["i"]

        assert await host.activities.claim_activity("ship", worker="w", lease=SECOND, now=NOW) is None
        assert await store.publish([event("e2")], now=NOW) == {}
        again = await begin(store, "i", parts={"subscriptions": [PAID]})
        assert await store.pointers("i") == []
        assert await store.data("i") == {}
        assert await store.chunk("i", 1, 0) is None
        assert await host.logs.logs("i") == []
        assert sorted(m.event_id or "" for m in await again.inbox()) == ["e", "e2"]
        await tell(store, "i", dedupe="key")
        assert len(await again.inbox()) == 3

    async def test_parts_that_went_before_are_not_missed(self, host: Providers) -> None:
        """Work items, subscriptions and children that are gone already do not hinder the purge."""
        store = host.store
        assert host.activities is not None
        work = [ActivityItem(name, name, "p", 1, "{}", NOW) for name in ("w", "ship")]
        holder = await begin(store, "p", parts={"activities": work, "subscriptions": [PAID]})
        claim = await host.activities.claim_activity("ship", worker="w", lease=SECOND, now=NOW)
        assert claim is not None
        assert await host.activities.finish_activity(claim.token, "{}", now=NOW)
        await begin(store, "p/1", **ended(definition_id="child"), parent_id="p", root_id="p")
        await holder.commit(drop_activities=["w"], drop_subscriptions=True)
        holder.record.status, holder.record.ended = "complete", NOW
        assert (await holder.release(seen=1)).released
        assert await store.purge(InstanceQuery(definition_id="child"), now=NOW) == ["p/1"]
        assert await store.purge(ALL, now=NOW) == ["p"]

    async def test_a_purged_instance_is_given_to_nobody(self, store: PersistenceProvider) -> None:
        """Not even one that was due, as a failed instance with a command in its inbox is."""
        await begin(store, "i", **ended(status="failed"))
        await tell(store, "i", kind="retry")
        await begin(store, "owned", **ended(status="failed", owner="dead"))
        assert sorted(await store.purge(ALL, now=NOW)) == ["i", "owned"]
        assert await store.next_due(Claim()) is None
        assert await take(store, dead=frozenset({"dead"})) == []
        assert await store.owners() == set()
        assert await store.post([Message("i", "retry", "{}")], now=NOW) == {}

    async def test_events_nobody_refers_to_any_more_can_go(self, store: PersistenceProvider) -> None:
        """An event is kept for the instance that got it, and no longer than that."""
        old = event("e", effective=NOW - DAY, published=NOW - DAY)
        await begin_idle(store, "i", status="complete", ended=NOW, parts={"subscriptions": [PAID]})
        await store.publish([old], now=NOW)
        await store.sweep(retention_before=NOW, now=NOW)
        await store.purge(ALL, now=NOW)
        await store.sweep(retention_before=NOW, now=NOW)
        late = await begin(store, "late", parts={"subscriptions": [PAID]})
        assert await late.inbox() == []

    async def test_approvals_go_with_their_instance(self, store: PersistenceProvider) -> None:
        """They name people and what these said; one that another instance has too stays for that."""
        for name, key in (("i", "i/ok"), ("a", "a/b/ok"), ("a/b", "a/b/ok")):
            subscription = Subscription(APPROVAL_EVENT, key, as_of=0)
            await begin(store, name, **ended(), parts={"subscriptions": [subscription]})
        for key in ("i/ok", "a/b/ok"):
            await store.publish([event(key, name=APPROVAL_EVENT, key=key)], now=NOW)
        await begin_idle(store, "a/b/1", parent_id="a/b", root_id="a/b")
        assert sorted(await store.purge(ALL, now=NOW)) == ["a", "i"]
        for name, key, expected in (("i", "i/ok", []), ("a", "a/b/ok", ["a/b/ok"])):
            again = await begin(
                store, name, parts={"subscriptions": [Subscription(APPROVAL_EVENT, key, as_of=0)]}
            )
            assert [message.event_id for message in await again.inbox()] == expected

    async def test_the_others_are_left_alone(self, store: PersistenceProvider) -> None:
        """Purging touches nothing of instances that stay."""
        await begin(store, "gone", **ended(), parts={"subscriptions": [PAID], "pointers": [pointer(1)]})
        stays = await begin(store, "stays", parts={"subscriptions": [PAID], "pointers": [pointer(1)]})
        await store.publish([event("e")], now=NOW)
        assert await store.purge(ALL, now=NOW) == ["gone"]
        assert [m.event_id for m in await stays.inbox()] == ["e"]
        assert await store.pointers("stays") == [pointer(1)]
        assert (await stays.commit()).status == "committed"
        assert await store.next_due(Claim()) is None
