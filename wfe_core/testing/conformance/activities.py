# ruff: noqa: S101, PLR2004 - shipped tests: they assert, and expected values are literals
"""The laws of an ActivityStore: work items under leases, each done once."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from wfe_core.ports import ActivityItem, ActivityStore, Providers
from wfe_core.testing.conformance.backend import Backend, Suite
from wfe_core.testing.conformance.make import HOST, NOW, SECOND, Holder, begin, begin_idle, ids, take

LEASE = 30 * SECOND


def item(item_id: str, **fields: int | str) -> ActivityItem:
    """Make a work item `ship` of the instance `i`."""
    given = {"name": "ship", "instance_id": "i", "pointer_id": 1, "input": "{}", "created": NOW, **fields}
    return ActivityItem(id=item_id, **given)  # type: ignore[arg-type]


class ActivitySuite(Suite):
    """Work for outside workers."""

    @pytest.fixture
    async def holder(self, host: Providers) -> Holder:
        """Holds the instance `i`."""
        return await begin(host.store, "i")

    @pytest.fixture
    def activities(self, host: Providers) -> ActivityStore:
        """The activity store of the first host."""
        assert host.activities is not None
        return host.activities

    async def test_an_item_is_handed_out_whole_and_once(
        self, activities: ActivityStore, holder: Holder
    ) -> None:
        """The claim tells all of the item, its token and until when; nobody else gets it meanwhile."""
        text = '"' + "ä💥" * 1_000 + '"'
        await holder.commit(activities=[item("w", name="versenden ✓", pointer_id=7, input=text)])
        claim = await activities.claim_activity("versenden ✓", worker="anna", lease=LEASE, now=NOW)
        assert claim is not None
        assert (claim.id, claim.name, claim.instance_id, claim.pointer_id) == ("w", "versenden ✓", "i", 7)
        assert (claim.input, claim.expires, bool(claim.token)) == (text, NOW + LEASE, True)
        assert await activities.claim_activity("versenden ✓", worker="bert", lease=LEASE, now=NOW) is None

    async def test_only_items_of_that_name(self, activities: ActivityStore, holder: Holder) -> None:
        """Another name, or nothing to do at all, gives None."""
        await holder.commit(activities=[item("w")])
        assert await activities.claim_activity("Ship", worker="w", lease=LEASE, now=NOW) is None
        assert await activities.claim_activity("missing", worker="w", lease=LEASE, now=NOW) is None

    async def test_the_oldest_goes_first(self, activities: ActivityStore, holder: Holder) -> None:
        """By the instant of creation, whatever the ids say."""
        items = [item("b", created=NOW + 1), item("c", created=NOW), item("a", created=NOW + 2)]
        await holder.commit(activities=items)
        claims = [await activities.claim_activity("ship", worker="w", lease=LEASE, now=NOW) for _ in range(4)]
        assert [claim and claim.id for claim in claims] == ["c", "b", "a", None]

    async def test_a_result_reaches_the_instance(
        self, host: Providers, activities: ActivityStore, holder: Holder
    ) -> None:
        """Finishing puts the result into the inbox and names the owner; the item is gone."""
        await holder.commit(activities=[item("w")])
        claim = await activities.claim_activity("ship", worker="w", lease=LEASE, now=NOW)
        assert claim is not None
        payload = '{"result": "ß"}'
        assert await activities.finish_activity(claim.token, payload, now=NOW + 1) == ("i", HOST)
        assert [(m.seq, m.kind, m.payload) for m in await holder.inbox()] == [(1, "activity", payload)]
        assert (await host.store.heads(["i"]))["i"].inbox_seq == 1
        assert await activities.claim_activity("ship", worker="w", lease=LEASE, now=NOW + 2 * LEASE) is None

    async def test_a_result_wakes_an_idle_instance(self, host: Providers, activities: ActivityStore) -> None:
        """An instance that nobody owns is due at once; the owner told is None."""
        await begin_idle(host.store, "i", parts={"activities": [item("w")]})
        claim = await activities.claim_activity("ship", worker="w", lease=LEASE, now=NOW)
        assert claim is not None
        assert await activities.finish_activity(claim.token, "{}", now=NOW) == ("i", None)
        assert ids(await take(host.store)) == ["i"]

    async def test_a_token_is_used_up(self, activities: ActivityStore, holder: Holder) -> None:
        """A second result, or a heartbeat after the result, is refused; so is a token nobody gave."""
        await holder.commit(activities=[item("w")])
        claim = await activities.claim_activity("ship", worker="w", lease=LEASE, now=NOW)
        assert claim is not None
        await activities.finish_activity(claim.token, "1", now=NOW)
        assert await activities.finish_activity(claim.token, "2", now=NOW) is None
        assert not await activities.heartbeat_activity(claim.token, lease=LEASE, now=NOW)
        for token in ("", "w", "made up", claim.token + "0"):
            assert await activities.finish_activity(token, "3", now=NOW) is None
            assert not await activities.heartbeat_activity(token, lease=LEASE, now=NOW)
        assert [m.payload for m in await holder.inbox()] == ["1"]

    async def test_an_expired_item_goes_to_the_next(self, activities: ActivityStore, holder: Holder) -> None:
        """After its lease the item is free again with a new token, and the old token is stale."""
        await holder.commit(activities=[item("w")])
        old = await activities.claim_activity("ship", worker="anna", lease=LEASE, now=NOW)
        assert old is not None
        assert (
            await activities.claim_activity("ship", worker="bert", lease=LEASE, now=NOW + LEASE - 1) is None
        )
        new = await activities.claim_activity("ship", worker="bert", lease=LEASE, now=NOW + LEASE + 1)
        assert new is not None
        assert (new.id, new.token == old.token) == ("w", False)
        now = NOW + LEASE + 2
        assert not await activities.heartbeat_activity(old.token, lease=LEASE, now=now)
        assert await activities.finish_activity(old.token, "old", now=now) is None
        assert await activities.finish_activity(new.token, "new", now=now) == ("i", HOST)
        assert [m.payload for m in await holder.inbox()] == ["new"]

    async def test_a_token_is_stale_once_its_lease_has_expired(
        self, activities: ActivityStore, holder: Holder
    ) -> None:
        """Even when nobody else has taken the item yet."""
        await holder.commit(activities=[item("w")])
        claim = await activities.claim_activity("ship", worker="w", lease=LEASE, now=NOW)
        assert claim is not None
        late = NOW + LEASE + 1
        assert not await activities.heartbeat_activity(claim.token, lease=LEASE, now=late)
        assert await activities.finish_activity(claim.token, "{}", now=late) is None
        assert await holder.inbox() == []

    async def test_a_heartbeat_prolongs_the_lease(self, activities: ActivityStore, holder: Holder) -> None:
        """Each is good for another lease from then on."""
        await holder.commit(activities=[item("w")])
        claim = await activities.claim_activity("ship", worker="w", lease=LEASE, now=NOW)
        assert claim is not None
        for n in range(1, 5):
            assert await activities.heartbeat_activity(claim.token, lease=LEASE, now=NOW + n * (LEASE - 1))
        late = NOW + 5 * (LEASE - 1)
        assert await activities.claim_activity("ship", worker="other", lease=LEASE, now=late) is None
        assert await activities.finish_activity(claim.token, "{}", now=late) == ("i", HOST)

    async def test_an_item_nobody_waits_for_is_gone(self, activities: ActivityStore, holder: Holder) -> None:
        """A dropped item is not handed out, and who has it learns that from the stale token."""
        await holder.commit(activities=[item("free", created=NOW + 1), item("leased")])
        claim = await activities.claim_activity("ship", worker="w", lease=LEASE, now=NOW)
        assert claim is not None
        assert claim.id == "leased"
        await holder.commit(drop_activities=["free", "leased", "missing"])
        assert await activities.claim_activity("ship", worker="w", lease=LEASE, now=NOW + 2 * LEASE) is None
        assert not await activities.heartbeat_activity(claim.token, lease=LEASE, now=NOW)
        assert await activities.finish_activity(claim.token, "{}", now=NOW) is None
        assert await holder.inbox() == []

    async def test_a_refused_checkpoint_makes_no_work(
        self, activities: ActivityStore, holder: Holder
    ) -> None:
        """Items come and go with their checkpoint only."""
        holder.record.revision += 1
        assert (await holder.commit(activities=[item("w")])).status == "stale"
        assert await activities.claim_activity("ship", worker="w", lease=LEASE, now=NOW) is None

    async def test_racing_workers_never_share_an_item(
        self, activities: ActivityStore, holder: Holder, backend: Backend
    ) -> None:
        """Whatever many workers ask for at the same time, each item goes to one of them."""
        await holder.commit(activities=[item(f"w{n}") for n in range(20)])
        async with backend.connect() as other:
            assert other.activities is not None
            stores = [activities, other.activities] * 15
            calls = [
                s.claim_activity("ship", worker=f"w{n}", lease=LEASE, now=NOW) for n, s in enumerate(stores)
            ]
            claims = [claim for claim in await asyncio.gather(*calls) if claim is not None]
            while claim := await activities.claim_activity("ship", worker="last", lease=LEASE, now=NOW):
                claims.append(claim)
        assert Counter(claim.id for claim in claims) == {f"w{n}": 1 for n in range(20)}
        assert len({claim.token for claim in claims}) == 20
