# ruff: noqa: S101, PLR2004 - shipped tests: they assert, and expected values are literals
"""The laws of events: whatever the order of publishing and subscribing, each arrives once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from wfe_core.ports import Checkpoint, InboxMessage, PersistenceProvider, Providers, Subscription
from wfe_core.testing.conformance.backend import Backend, Suite
from wfe_core.testing.conformance.make import (
    DAY,
    HOST,
    MINUTE,
    NOW,
    OTHER,
    PAID,
    Holder,
    begin,
    begin_idle,
    begin_many,
    event,
    ids,
    instance,
    take,
)


def names(messages: list[InboxMessage]) -> list[str | None]:
    """Ids of the events, in the order in which waits take them: by effective instant, then by seq."""
    return [m.event_id for m in sorted(messages, key=lambda m: (m.effective, m.seq)) if m.kind == "event"]


class EventSuite(Suite):
    """Matching and delivery."""

    async def test_late_and_early_events_arrive(self, store: PersistenceProvider) -> None:
        """It does not matter whether the event or the subscription comes first."""
        await store.publish([event("early")], now=NOW)
        holder = await begin(store, "i")
        outcome = await holder.commit(subscriptions=[PAID])
        assert outcome.inbox_seq == 1
        assert await store.publish([event("late")], now=NOW) == {"i": HOST}
        assert names(await holder.inbox()) == ["early", "late"]
        assert (await store.heads(["i"]))["i"].inbox_seq == 2

    async def test_a_start_can_subscribe(self, store: PersistenceProvider) -> None:
        """Events that are stored already arrive with the commit that creates the subscriber."""
        await store.publish([event("early")], now=NOW)
        holder = await begin(store, "i", parts={"subscriptions": [PAID]})
        idle = await begin_idle(store, "idle", parts={"subscriptions": [PAID]})
        assert names(await holder.inbox()) == names(await idle.inbox()) == ["early"]
        assert ids(await take(store, session=OTHER)) == ["idle"]

    async def test_an_event_arrives_whole(self, store: PersistenceProvider) -> None:
        """Payload, name, key and effective instant come as they were published."""
        subscription = Subscription("bezahlt ✓", "Größe/1", as_of=0)
        holder = await begin(store, "i", parts={"subscriptions": [subscription]})
        sent = event("é", name="bezahlt ✓", key="Größe/1", payload='{"a": 1.0}', effective=NOW + 1)
        await store.publish([sent], now=NOW)
        expected = InboxMessage(1, "event", sent.payload, NOW + 1, "é", "bezahlt ✓", "Größe/1")
        assert await holder.inbox() == [expected]

    async def test_name_and_key_must_match(self, store: PersistenceProvider) -> None:
        """Another name, another key, another case: no delivery."""
        holder = await begin(store, "i", parts={"subscriptions": [PAID]})
        others = [
            event("1", name="Paid"),
            event("2", key="o-2"),
            event("3", key=""),
            event("4", name="o-1", key="paid"),
        ]
        assert await store.publish(others, now=NOW) == {}
        assert await holder.inbox() == []
        assert names(await (await begin(store, "j", parts={"subscriptions": [PAID]})).inbox()) == []

    async def test_events_from_before_as_of_do_not_match(self, store: PersistenceProvider) -> None:
        """`effective >= as_of`, to the microsecond, for early and for late events."""
        subscription = Subscription("paid", "o-1", as_of=NOW)
        early = await begin(store, "early", parts={"subscriptions": [subscription]})
        await store.publish([event("before", effective=NOW - 1), event("at", effective=NOW)], now=NOW)
        late = await begin(store, "late", parts={"subscriptions": [subscription]})
        assert names(await early.inbox()) == names(await late.inbox()) == ["at"]

    async def test_everybody_who_subscribes_gets_it(self, store: PersistenceProvider) -> None:
        """An event is a broadcast: each instance gets it, and its owner is named."""
        await begin(store, "one", parts={"subscriptions": [PAID]})
        await begin(store, "two", owner=OTHER, parts={"subscriptions": [PAID]})
        await begin_idle(store, "three", parts={"subscriptions": [PAID]})
        await begin(store, "four")
        assert await store.publish([event("e")], now=NOW) == {"one": HOST, "two": OTHER, "three": None}
        assert ids(await take(store, session="s")) == ["three"]

    async def test_an_event_id_counts_once(self, store: PersistenceProvider) -> None:
        """A second event with the same id is ignored, whatever it says."""
        holder = await begin(store, "i", parts={"subscriptions": [PAID]})
        await store.publish([event("e"), event("e", payload='"again"')], now=NOW)
        assert await store.publish([event("e", payload='"and again"', effective=NOW + 9)], now=NOW) == {}
        assert [m.payload for m in await holder.inbox()] == ['"e"']

    async def test_an_instance_gets_an_event_once(self, store: PersistenceProvider) -> None:
        """Not again by a further subscription, and not again after it was consumed."""
        holder = await begin(store, "i", parts={"subscriptions": [Subscription("paid", "o-1", as_of=NOW)]})
        await store.publish([event("old", effective=NOW - 9), event("new")], now=NOW)
        assert names(await holder.inbox()) == ["new"]
        await holder.commit(subscriptions=[PAID])
        assert names(await holder.inbox()) == ["old", "new"]
        await holder.commit(consumed=[m.seq for m in await holder.inbox()])
        await holder.commit(drop_subscriptions=True)
        await holder.commit(subscriptions=[PAID])
        await store.publish([event("new")], now=NOW)
        assert await holder.inbox() == []

    async def test_a_subscription_reaches_back_only(self, store: PersistenceProvider) -> None:
        """A second subscription widens the first when it begins earlier, and changes nothing otherwise."""
        holder = await begin(store, "i", parts={"subscriptions": [Subscription("paid", "o-1", as_of=NOW)]})
        await holder.commit(subscriptions=[Subscription("paid", "o-1", as_of=NOW + MINUTE)])
        await store.publish([event("a", effective=NOW), event("b", effective=NOW - 5)], now=NOW)
        assert names(await holder.inbox()) == ["a"]
        await holder.commit(subscriptions=[Subscription("paid", "o-1", as_of=NOW - 5)])
        assert names(await holder.inbox()) == ["b", "a"]
        await store.publish([event("c", effective=NOW - 5), event("d", effective=NOW - 6)], now=NOW)
        assert names(await holder.inbox()) == ["b", "c", "a"]

    async def test_subscriptions_stand_until_dropped(self, store: PersistenceProvider) -> None:
        """They survive releases and take-overs, and end with `drop_subscriptions`."""
        holder = await begin(
            store, "i", parts={"subscriptions": [PAID, Subscription("left", "o-1", as_of=0)]}
        )
        await holder.release(NOW)
        [taken] = await take(store, session=OTHER)
        holder = Holder(store, taken.instance)
        assert await store.publish([event("1"), event("2", name="left")], now=NOW) == {"i": OTHER}
        await holder.commit(drop_subscriptions=True)
        assert await store.publish([event("3"), event("4", name="left")], now=NOW) == {}
        assert names(await holder.inbox()) == ["1", "2"]

    async def test_a_release_that_subscribes_loses_no_early_event(self, store: PersistenceProvider) -> None:
        """Subscribing and going to sleep in one checkpoint: the lease is kept, or the instance is due."""
        await store.publish([event("early")], now=NOW)
        holder = await begin(store, "i")
        outcome = await holder.release(subscriptions=[PAID])
        assert outcome.inbox_seq == 1
        assert outcome.released == (ids(await take(store, session=OTHER)) == ["i"])
        assert names(await holder.inbox()) == ["early"]

    async def test_a_child_that_subscribes_and_sleeps_loses_no_early_event(
        self, store: PersistenceProvider
    ) -> None:
        """Its parent's outcome tells whether its lease was given back, what came, or that it was there."""
        await store.publish([event("early")], now=NOW)
        await begin(store, "old", owner=OTHER)
        holder = await begin(store, "i")

        def child(id_: str, *wanted: Subscription, children: Sequence[Checkpoint] = ()) -> Checkpoint:
            record = instance(id_, parent_id="i", root_id="i")
            return Checkpoint(record, create=True, subscriptions=wanted, release=True, children=children)

        other = Subscription("other", "o-1", as_of=0)
        below = [child("below", PAID)]
        outcome = await holder.commit(
            children=[child("a", PAID), child("b", other, children=below), child("old")]
        )
        told = outcome.children or {}
        heads = await store.heads(["a", "b", "below"])
        for id_, inbox_seq in (("a", 1), ("b", 0), ("below", 1)):
            assert (told[id_].status, told[id_].inbox_seq) == ("committed", inbox_seq)
            assert told[id_].released == (heads[id_].owner is None)
        assert told["old"].status == "exists"
        # Whichever way a store does it, somebody has the event.
        for record in (child("a", PAID).instance, below[0].instance):
            assert names(await Holder(store, record).inbox()) == ["early"]

    async def test_a_refused_checkpoint_subscribes_to_nothing(self, store: PersistenceProvider) -> None:
        """A stale holder leaves no subscription behind."""
        holder = await begin(store, "i")
        holder.record.revision += 3
        assert (await holder.commit(subscriptions=[PAID])).status == "stale"
        assert await store.publish([event("e")], now=NOW) == {}


class EventTimeSuite(Suite):
    """Events of the past and the future, and their order."""

    @pytest.mark.parametrize("behind", [0, MINUTE, DAY], ids=["right", "a minute behind", "a day behind"])
    async def test_a_publisher_whose_clock_is_behind_is_heard(
        self, store: PersistenceProvider, behind: int
    ) -> None:
        """An event without an instant of its own counts from the store's time on, for waits of before too."""
        now = await store.now()
        wanted = Subscription("paid", "o-1", as_of=now)
        early = await begin(store, "early", parts={"subscriptions": [wanted]})
        told = event("e", effective=None, published=now - behind)
        assert await store.publish([told], now=now - behind) == {"early": HOST}
        late = await begin(store, "late", parts={"subscriptions": [wanted]})
        for holder in (early, late):
            [message] = await holder.inbox()
            assert message.event_id == "e"
            assert now <= message.effective <= await store.now()

    async def test_a_publisher_whose_clock_is_ahead_is_believed(self, store: PersistenceProvider) -> None:
        """What it has begun must not miss what it publishes: its own instant counts, if it is later."""
        ahead = await store.now() + MINUTE
        wanted = Subscription("paid", "o-1", as_of=ahead)
        holder = await begin(store, "i", parts={"subscriptions": [wanted]})
        assert await store.publish([event("e", effective=None)], now=ahead) == {"i": HOST}
        assert [message.effective for message in await holder.inbox()] == [ahead]

    async def test_events_of_one_call_can_differ(self, store: PersistenceProvider) -> None:
        """Those with an instant of their own keep it, beside those without."""
        now = await store.now()
        holder = await begin(store, "i", parts={"subscriptions": [PAID]})
        told = [
            event("then", effective=NOW - DAY),
            event("now", effective=None),
            event("x", effective=now + DAY),
        ]
        await store.publish(told, now=NOW - DAY)
        assert names(await holder.inbox()) == ["then", "now", "x"]

    async def test_equal_instants_of_the_store_keep_publishing_order(
        self, store: PersistenceProvider
    ) -> None:
        """However fine its clock is: in a batch and across calls, for waits of before and after."""
        late = await begin(store, "late", parts={"subscriptions": [PAID]})
        published = ["z", "m", "a", "y", "b"]
        await store.publish([event(name, effective=None) for name in published[:3]], now=NOW)
        await store.publish([event(name, effective=None) for name in published[3:]], now=NOW)
        early = await begin(store, "early", parts={"subscriptions": [PAID]})
        assert names(await late.inbox()) == names(await early.inbox()) == published

    async def test_a_future_event_wakes_at_its_time(self, store: PersistenceProvider) -> None:
        """Its row is there at once; an idle instance becomes due when the event takes effect, not before."""
        at = NOW + MINUTE + 1
        for name, due, expected in (("none", None, at), ("far", at + 9, at), ("near", at - 9, at - 9)):
            subscription = Subscription("paid", name, as_of=0)
            holder = await begin_idle(store, name, due, parts={"subscriptions": [subscription]})
            await store.publish([event(f"e-{name}", key=name, effective=at)], now=NOW)
            assert names(await holder.inbox()) == [f"e-{name}"]
            assert (await store.instances([name]))[name].next_due == expected
            assert await take(store, ids=(name,), now=expected - 1) == []
            assert ids(await take(store, ids=(name,), now=expected)) == [name]

    async def test_a_future_event_that_is_stored_wakes_at_its_time(self, store: PersistenceProvider) -> None:
        """The same when the subscription comes after the event."""
        at = NOW + MINUTE
        await store.publish([event("e", effective=at)], now=NOW)
        await begin_idle(store, "i", parts={"subscriptions": [PAID]})
        assert (await store.instances(["i"]))["i"].next_due == at
        assert await take(store, now=at - 1) == []
        assert ids(await take(store, now=at)) == ["i"]

    async def test_a_past_event_wakes_now(self, store: PersistenceProvider) -> None:
        """An effective instant that has passed makes nobody due in the past."""
        await begin_idle(store, "i", parts={"subscriptions": [PAID]})
        await store.publish([event("e", effective=NOW - DAY)], now=NOW)
        assert (await store.instances(["i"]))["i"].next_due == NOW

    async def test_equal_effective_times_keep_publishing_order(self, store: PersistenceProvider) -> None:
        """For late and for early events, within a batch and across calls, whatever their ids say."""
        late = await begin(store, "late", parts={"subscriptions": [PAID]})
        published = ["z", "m", "a", "y", "b"]
        await store.publish([event(name) for name in published[:3]], now=NOW)
        await store.publish([event(name) for name in published[3:]], now=NOW)
        early = await begin(store, "early", parts={"subscriptions": [PAID]})
        assert names(await late.inbox()) == published
        assert names(await early.inbox()) == published

    async def test_events_are_taken_in_effective_order(self, store: PersistenceProvider) -> None:
        """By effective instant, then by seq: the order in which a loop of waits sees them."""
        late = await begin(store, "late", parts={"subscriptions": [PAID]})
        effective = {"c": 3, "a": 1, "b2": 2, "b1": 2}
        for name, at in effective.items():
            await store.publish([event(name, effective=NOW + at)], now=NOW)
        early = await begin(store, "early", parts={"subscriptions": [PAID]})
        assert names(await late.inbox()) == names(await early.inbox()) == ["a", "b2", "b1", "c"]


class EventLoadSuite(Suite):
    """Many events, many subscribers, at the same time."""

    async def test_a_race_of_publishers_and_subscribers_loses_nothing(
        self, host: Providers, backend: Backend
    ) -> None:
        """Whoever comes first: each instance has each event exactly once."""
        holders = [await begin(host.store, f"i{n:02}") for n in range(25)]
        async with backend.connect() as other:
            publishing = [other.store.publish([event(f"e{n:02}")], now=NOW) for n in range(25)]
            subscribing = [holder.commit(subscriptions=[PAID]) for holder in holders]
            await asyncio.gather(
                *(call for pair in zip(subscribing, publishing, strict=True) for call in pair)
            )
        expected = [f"e{n:02}" for n in range(25)]
        for holder in holders:
            assert sorted(m.event_id or "" for m in await holder.inbox()) == expected

    async def test_an_event_reaches_thousands(self, store: PersistenceProvider) -> None:
        """All waiters of one event become due, and all are named."""
        waiting = [instance(f"i{n:04}", owner=None) for n in range(2_000)]
        await begin_many(store, waiting, subscriptions=[PAID])
        woken = await store.publish([event("e")], now=NOW)
        assert woken == dict.fromkeys(ids(waiting), None)
        assert len(await take(store, limit=3_000)) == 2_000

    async def test_a_large_payload_arrives_whole(self, store: PersistenceProvider) -> None:
        """A megabyte of unicode in an event comes out as it went in."""
        payload = '"' + "Ünïcödé 💥 " * 60_000 + '"'
        holder = await begin(store, "i", parts={"subscriptions": [PAID]})
        await store.publish([event("e", payload=payload)], now=NOW)
        [message] = await holder.inbox()
        assert message.payload == payload


class RetentionSuite(Suite):
    """How long events are kept."""

    async def test_old_events_are_forgotten(self, store: PersistenceProvider) -> None:
        """An event that is older than the retention and that nobody has is gone for later subscribers."""
        old, recent = NOW - DAY, NOW - MINUTE
        events = [
            event("old", effective=old, published=old),
            event("recent", effective=recent, published=recent),
        ]
        await store.publish(events, now=NOW)
        assert await store.sweep(retention_before=NOW - MINUTE, now=NOW) == {}
        holder = await begin(store, "i", parts={"subscriptions": [PAID]})
        assert names(await holder.inbox()) == ["recent"]

    async def test_an_event_that_an_inbox_refers_to_is_kept(self, store: PersistenceProvider) -> None:
        """As long as an instance has it, consumed or not, the event stays: sent again it is still known."""
        old = event("e", effective=NOW - DAY, published=NOW - DAY)
        holder = await begin(store, "i", parts={"subscriptions": [PAID]})
        await store.publish([old], now=NOW)
        await store.sweep(retention_before=NOW, now=NOW)
        assert names(await holder.inbox()) == ["e"]
        await holder.commit(consumed=[1])
        await store.sweep(retention_before=NOW, now=NOW)
        late = await begin(store, "late", parts={"subscriptions": [PAID]})
        assert names(await late.inbox()) == ["e"]

    async def test_age_counts_from_the_publishing(self, store: PersistenceProvider) -> None:
        """To the microsecond, however long ago the event had taken effect."""
        for name, published in (("old", NOW - 1), ("recent", NOW)):
            await store.publish([event(name, effective=NOW - DAY, published=published)], now=NOW)
        await store.sweep(retention_before=NOW, now=NOW)
        holder = await begin(store, "i", parts={"subscriptions": [PAID]})
        assert names(await holder.inbox()) == ["recent"]

    async def test_an_event_of_the_future_is_kept(self, store: PersistenceProvider) -> None:
        """Its age counts from when it takes effect: whoever subscribes until then still gets it."""
        for name, effective in (("later", NOW + 60 * DAY), ("at the border", NOW), ("past", NOW - 1)):
            await store.publish([event(name, effective=effective, published=NOW - DAY)], now=NOW)
        await store.sweep(retention_before=NOW, now=NOW)
        holder = await begin(store, "i", parts={"subscriptions": [PAID]})
        assert set(names(await holder.inbox())) == {"at the border", "later"}

    async def test_a_sweep_of_nothing_finds_nothing(self, store: PersistenceProvider) -> None:
        """Delivered events are not delivered again by a sweep, and nobody is woken."""
        holder = await begin(store, "i", parts={"subscriptions": [PAID]})
        await store.publish([event("e")], now=NOW)
        for _ in range(2):
            assert await store.sweep(retention_before=0, now=NOW) == {}
        assert names(await holder.inbox()) == ["e"]
