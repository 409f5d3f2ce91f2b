# ruff: noqa: S101, PLR2004 - shipped tests: they assert, and expected values are literals
"""The laws of taking instances: who gets which, in what order, and what is loaded."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from wfe_core.ports import (
    CHUNK,
    Checkpoint,
    Claim,
    ItemChunk,
    LoadedInstance,
    Message,
    PersistenceProvider,
    Providers,
)
from wfe_core.testing.conformance.backend import Backend, Suite
from wfe_core.testing.conformance.make import (
    FINGERPRINT,
    HOST,
    MINUTE,
    NOW,
    OTHER,
    PAID,
    SECOND,
    Holder,
    begin,
    begin_idle,
    begin_many,
    event,
    ids,
    instance,
    pointer,
    take,
    tell,
)


class ClaimSuite(Suite):
    """Which instances are given to a session."""

    async def test_a_due_instance_is_given_once(self, store: PersistenceProvider) -> None:
        """Taking makes the session the owner and raises the fence; nobody else gets the instance."""
        await begin_idle(store, "i", NOW)
        [taken] = await take(store, session=OTHER)
        assert (taken.instance.id, taken.instance.owner, taken.instance.fence) == ("i", OTHER, 1)
        assert not taken.crashed
        head = (await store.heads(["i"]))["i"]
        assert (head.owner, head.fence, head.revision) == (OTHER, 1, 1)
        assert await take(store, session=HOST) == []
        assert await take(store, session=OTHER) == []

    async def test_times_are_kept_to_the_microsecond(self, store: PersistenceProvider) -> None:
        """An instance can be taken at its instant, and not one microsecond earlier."""
        due = NOW + MINUTE + 1
        await begin_idle(store, "i", due)
        assert await store.next_due(Claim()) == due
        assert await take(store, now=due - 1) == []
        assert ids(await take(store, now=due)) == ["i"]

    async def test_without_a_time_nothing_is_given(self, store: PersistenceProvider) -> None:
        """An instance without `next_due` waits for its inbox."""
        await begin_idle(store, "i", None)
        assert await take(store, now=NOW + 10**9) == []
        assert await store.next_due(Claim()) is None

    async def test_the_outlook_is_who_owns_what_comes_next_and_the_time(
        self, store: PersistenceProvider
    ) -> None:
        """One look tells the same as the three questions, also of a claim with filters."""

        async def looks(owners: set[str], due: int | None, claim: Claim) -> None:
            before = await store.now()
            seen = await store.outlook(claim)
            assert (seen.owners, seen.next_due) == (owners, due)
            assert before <= seen.now <= await store.now()

        await looks(set(), None, Claim())
        await begin(store, "held", owner=HOST)
        await looks({HOST}, None, Claim())
        await begin_idle(store, "later", NOW + MINUTE)
        await begin_idle(store, "soon", NOW + SECOND)
        await begin(store, "other", owner=OTHER)
        await looks({HOST, OTHER}, NOW + SECOND, Claim())
        await looks({HOST, OTHER}, NOW + MINUTE, Claim(ids=("later",)))
        await looks({HOST, OTHER}, None, Claim(fingerprints=frozenset({"unknown"})))

    async def test_who_lives_keeps_what_it_owns(self, store: PersistenceProvider) -> None:
        """Instances of a session that is not named as dead are never given away, due or not."""
        await begin(store, "i", next_due=NOW - 1)
        assert await take(store, session=OTHER, dead=frozenset({"somebody-else"})) == []
        assert await store.next_due(Claim(dead=frozenset({HOST}))) is None

    async def test_the_dead_are_inherited_from(self, store: PersistenceProvider) -> None:
        """Instances of a dead session are given at once, whatever they waited for, as crashed."""
        await begin(store, "no-timer")
        await begin(store, "later", next_due=NOW + MINUTE)
        await begin(store, "alive", owner="session-c")
        await begin_idle(store, "idle", NOW)
        taken = await take(store, session=OTHER, dead=frozenset({HOST, "nobody"}))
        assert {item.instance.id: item.crashed for item in taken} == {
            "no-timer": True,
            "later": True,
            "idle": False,
        }
        assert {item.instance.owner for item in taken} == {OTHER}

    async def test_a_take_over_continues_from_the_last_commit(self, store: PersistenceProvider) -> None:
        """What the dead host committed is there, what it was refused is not."""
        holder = await begin(store, "i", parts={"pointers": [pointer(1)], "data": {"k": "1"}})
        done = pointer(1, status="complete", live=False)
        await holder.commit(pointers=[done, pointer(2)], data={"k": "2"})
        holder.record.revision += 5
        await holder.commit(pointers=[pointer(3)], data={"k": "3"})
        [taken] = await take(store, session=OTHER, dead=frozenset({HOST}))
        assert (taken.instance.revision, taken.pointers, taken.data) == (2, [pointer(2)], {"k": "2"})

    async def test_the_limit_is_kept(self, store: PersistenceProvider) -> None:
        """No more than `limit` are given at once, and the rest next time."""
        await begin_many(store, [instance(f"i{n}", owner=None, next_due=NOW) for n in range(5)])
        batches = [ids(await take(store, limit=2)) for _ in range(4)]
        assert [len(batch) for batch in batches] == [2, 2, 1, 0]
        assert sorted(name for batch in batches for name in batch) == [f"i{n}" for n in range(5)]

    async def test_racing_hosts_never_share_an_instance(self, host: Providers, backend: Backend) -> None:
        """Whatever many hosts ask for at the same time, each instance is given to exactly one of them."""
        async with backend.connect() as two:
            await begin_many(host.store, [instance(f"i{n}", owner=None, next_due=NOW) for n in range(60)])
            stores = [host.store, two.store] * 6
            asked = [take(store, session=f"s{n}", limit=10) for n, store in enumerate(stores)]
            taken = [item for batch in await asyncio.gather(*asked) for item in batch]
            while more := await take(host.store, session="last", limit=100):
                taken += more
            heads = await two.store.heads(ids(taken))
        assert Counter(Counter(ids(taken)).values()) == {1: 60}
        assert {head.id: head.owner for head in heads.values()} == {
            i.instance.id: i.instance.owner for i in taken
        }
        assert {item.instance.fence for item in taken} == {2}


class ClaimFilterSuite(Suite):
    """Filters, statuses and order of claims."""

    @pytest.fixture
    async def zoo(self, store: PersistenceProvider) -> PersistenceProvider:
        """Instances of several definitions and trees, all due, the last two owned by a dead session."""
        idle = {"owner": None, "fence": 0, "next_due": NOW - MINUTE}
        await begin_many(
            store,
            [
                instance("a", **idle),
                instance("a/1", **idle, root_id="a", parent_id="a", definition_id="item", fingerprint="f2"),
                instance("b", **idle, version=2, fingerprint="f3"),
                instance("c", **idle, version=2),
                instance("d", owner="dead"),
                instance("e", owner="dead", fingerprint="f3", root_id="a"),
            ],
        )
        return store

    @pytest.mark.parametrize(
        ("claim", "expected"),
        [
            ({}, "a a/1 b c"),
            ({"fingerprints": frozenset({FINGERPRINT})}, "a c"),
            ({"fingerprints": frozenset({"f2", "f3"})}, "a/1 b"),
            ({"fingerprints": frozenset[str]()}, ""),
            ({"definitions": frozenset({("order", 2), ("item", 2)})}, "b c"),
            ({"definitions": frozenset[tuple[str, int]]()}, ""),
            ({"ids": ("b", "missing", "a", "d", "a")}, "a b"),
            ({"ids": ()}, ""),
            ({"roots": frozenset({"a", "c"})}, "a a/1 c"),
            ({"roots": frozenset[str]()}, ""),
            ({"dead": frozenset({"dead"})}, "a a/1 b c d e"),
            ({"dead": frozenset({"dead"}), "fingerprints": frozenset({"f3"})}, "b e"),
            ({"dead": frozenset({"dead"}), "roots": frozenset({"a"})}, "a a/1 e"),
            ({"dead": frozenset({"dead"}), "ids": ("d", "c"), "definitions": frozenset({("order", 1)})}, "d"),
            ({"roots": frozenset({"a"}), "fingerprints": frozenset({"f3"})}, ""),
        ],
    )
    async def test_every_filter_given_must_hold(
        self, zoo: PersistenceProvider, claim: dict[str, Any], expected: str
    ) -> None:
        """Filters narrow what is given, alone and together; an empty one lets nothing through."""
        assert sorted(ids(await take(zoo, session="s", **claim))) == expected.split()

    async def test_next_due_is_the_earliest_that_fits(self, store: PersistenceProvider) -> None:
        """The same filters hold; owned instances do not count, due ones in the past do."""
        await begin_idle(store, "soon", NOW + 5, fingerprint="f2")
        await begin_idle(store, "later", NOW + 9)
        await begin(store, "owned", next_due=NOW + 1)
        wanted = {
            Claim(): NOW + 5,
            Claim(fingerprints=frozenset({FINGERPRINT})): NOW + 9,
            Claim(definitions=frozenset({("order", 1)})): NOW + 5,
            Claim(roots=frozenset({"later"})): NOW + 9,
            Claim(ids=("later", "owned")): NOW + 9,
            Claim(fingerprints=frozenset({"other"})): None,
            Claim(ids=()): None,
        }
        assert {claim: await store.next_due(claim) for claim in wanted} == wanted
        await take(store, now=NOW + 5)
        assert await store.next_due(Claim()) == NOW + 9

    @pytest.mark.parametrize(
        ("status", "given"),
        [
            ("runnable", True),
            ("suspended", True),
            ("failed", True),
            ("complete", False),
            ("cancelled", False),
            ("terminated", False),
        ],
    )
    async def test_a_message_wakes_what_can_still_do_something(
        self, store: PersistenceProvider, status: str, given: bool
    ) -> None:
        """Suspended instances take commands and failed ones are retried; those that are over stay alone."""
        await begin_idle(store, "i", status=status)
        await tell(store, "i", kind="retry")
        assert bool(await store.next_due(Claim())) == given
        assert ids(await take(store)) == (["i"] if given else [])

    async def test_priority_comes_first_then_the_longest_due(self, store: PersistenceProvider) -> None:
        """Higher priority goes first; among equals, who has been due for longer."""
        dues = {"low": (-1, 3), "first": (5, 1), "old": (0, 2), "new": (0, 1), "second": (5, 0)}
        records = [
            instance(name, owner=None, priority=priority, next_due=NOW - seconds * SECOND)
            for name, (priority, seconds) in dues.items()
        ]
        await begin_many(store, records)
        order = [ids(await take(store, limit=1))[0] for _ in records]
        assert order == ["first", "second", "old", "new", "low"]

    async def test_a_batch_takes_the_best(self, store: PersistenceProvider) -> None:
        """With a limit, those of the highest rank are among the ones given."""
        records = [instance(f"i{n:02}", owner=None, priority=n % 7, next_due=NOW) for n in range(21)]
        await begin_many(store, records)
        taken = await take(store, limit=6)
        assert sorted(item.instance.priority for item in taken) == [5, 5, 5, 6, 6, 6]

    async def test_waiting_raises_the_rank(self, store: PersistenceProvider) -> None:
        """Each minute of waiting is worth a point, so that nothing waits for ever behind what is urgent."""
        await begin_idle(store, "patient", NOW - 3 * MINUTE, priority=0)
        await begin_idle(store, "urgent", NOW, priority=2)
        await begin_idle(store, "very urgent", NOW, priority=4)
        order = [ids(await take(store, limit=1))[0] for _ in range(3)]
        assert order == ["very urgent", "patient", "urgent"]


class LoadSuite(Suite):
    """What a new lease holder is given."""

    async def test_it_gets_the_live_pointers_by_id(self, store: PersistenceProvider) -> None:
        """Ended pointers stay history; the live ones come whole and in order."""
        live = [pointer(n, status="waiting", due=NOW + n, state=f'{{"n":{n}}}') for n in (1, 30, 4, 200)]
        ended = [pointer(n, status="complete", live=False) for n in (2, 3, 100)]
        await begin_idle(store, "i", NOW, parts={"pointers": [*live, *ended]})
        [taken] = await take(store)
        assert taken.pointers == sorted(live, key=lambda p: p.id)

    async def test_it_gets_the_whole_instance(self, store: PersistenceProvider) -> None:
        """The record comes as stored, with the new owner and fence; the data whole."""
        await begin_idle(
            store,
            "i",
            NOW,
            priority=3,
            tags='{"a":"b"}',
            reference="r",
            pointer_seq=9,
            trace="t",
            parts={"data": {"a": "1", "ü": '"x"'}},
        )
        stored = (await store.instances(["i"]))["i"]
        [taken] = await take(store, session=OTHER)
        assert taken.instance == replace(stored, owner=OTHER, fence=1)
        assert taken.data == {"a": "1", "ü": '"x"'}
        assert (await store.instances(["i"]))["i"] == taken.instance

    async def test_it_gets_the_unconsumed_messages(self, store: PersistenceProvider) -> None:
        """Messages and events come by seq; what was consumed does not come again."""
        holder = await begin(store, "i", parts={"subscriptions": [PAID]})
        await tell(store, "i", "1", kind="suspend")
        await store.publish([event("e")], now=NOW)
        await tell(store, "i", "2", kind="resume")
        await holder.release(NOW, consumed=[1], seen=3)
        [taken] = await take(store)
        assert [(m.seq, m.kind, m.event_id) for m in taken.inbox] == [(2, "event", "e"), (3, "resume", None)]
        assert taken.instance.inbox_seq == 3

    async def test_it_knows_whether_there_are_subscriptions(self, store: PersistenceProvider) -> None:
        """The flag tells whether the instance has standing subscriptions."""
        await begin_idle(store, "with", NOW, parts={"subscriptions": [PAID]})
        await begin_idle(store, "without", NOW)
        assert {i.instance.id: i.subscribed for i in await take(store)} == {"with": True, "without": False}
        [taken] = await take(store, ids=("with",), dead=frozenset({HOST}))
        holder = Holder(store, taken.instance)
        await holder.release(NOW, drop_subscriptions=True)
        [taken] = await take(store, ids=("with",))
        assert not taken.subscribed

    async def test_it_gets_the_chunks_that_live_loops_need(self, store: PersistenceProvider) -> None:
        """Of each live loop: the chunk of the next item and those of the items being worked on, no others."""
        loop = pointer(1, "each", state=f'{{"total": {9 * CHUNK}, "next": {5 * CHUNK}}}')
        outer = pointer(2, "outer", state='{"next": 1}')
        over = pointer(3, "over", status="complete", live=False, state='{"next": 0}')
        inside = [
            pointer(11, parent=1, scope="/1/", index=0),
            pointer(12, parent=1, scope="/1/", index=CHUNK - 1),
            pointer(13, parent=1, scope="/1/", index=3 * CHUNK),
            pointer(14, parent=1, scope="/1/", index=4 * CHUNK, status="complete", live=False),
            pointer(15, parent=13, scope="/1/13/", index=7 * CHUNK),
            pointer(16, parent=3, scope="/3/", index=0, live=False),
        ]
        chunks = [ItemChunk(1, number, f"[{number}]") for number in range(9)]
        chunks += [ItemChunk(2, 0, '["outer"]'), ItemChunk(3, 0, '["over"]')]
        parts = {"pointers": [loop, outer, over, *inside], "items": chunks}
        await begin_idle(store, "i", NOW, parts=parts)
        [taken] = await take(store)
        found = sorted((chunk.pointer_id, chunk.number) for chunk in taken.chunks)
        assert found == [(1, 0), (1, 3), (1, 5), (2, 0)]
        assert all(chunk in chunks for chunk in taken.chunks)

    async def test_a_loop_at_its_end_needs_no_next_chunk(self, store: PersistenceProvider) -> None:
        """`next` behind the last item asks for nothing that is not there."""
        state = f'{{"next": {2 * CHUNK}}}'
        chunks = [ItemChunk(1, 0, "[0]"), ItemChunk(1, 1, "[1]")]
        inside = pointer(2, parent=1, scope="/1/", index=2 * CHUNK - 1)
        await begin_idle(
            store, "i", NOW, parts={"pointers": [pointer(1, "each", state=state), inside], "items": chunks}
        )
        [taken] = await take(store)
        assert taken.chunks == [chunks[1]]

    async def test_many_are_loaded_at_once_without_mixing(self, store: PersistenceProvider) -> None:
        """A batch of instances comes with each one's own pointers, data and messages."""

        def created(n: int) -> Checkpoint:
            parts: dict[str, Any] = {"pointers": [pointer(n + 1), pointer(n + 2)], "data": {"n": str(n)}}
            return Checkpoint(instance(f"i{n:03}", owner=None, next_due=NOW), create=True, **parts)

        await store.commit([created(n) for n in range(100)], now=NOW)
        await store.post([Message(f"i{n:03}", "resume", str(n)) for n in range(100)], now=NOW)

        def seen(taken: LoadedInstance) -> tuple[list[int], dict[str, str], list[str]]:
            return [p.id for p in taken.pointers], taken.data, [m.payload for m in taken.inbox]

        taken = await take(store, limit=1_000)
        expected = {f"i{n:03}": ([n + 1, n + 2], {"n": str(n)}, [str(n)]) for n in range(100)}
        assert {item.instance.id: seen(item) for item in taken} == expected
