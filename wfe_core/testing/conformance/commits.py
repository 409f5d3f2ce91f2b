# ruff: noqa: S101, PLR2004 - shipped tests: they assert, and expected values are literals
"""The laws of a checkpoint: what is written, what is refused, and that it counts as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from wfe_core.ports import (
    CHANGED,
    ActivityItem,
    Checkpoint,
    InstanceRecord,
    ItemChunk,
    Message,
    PersistenceProvider,
    PointerRecord,
)
from wfe_core.testing.conformance.backend import Suite
from wfe_core.testing.conformance.make import (
    FINGERPRINT,
    HOST,
    NOW,
    OTHER,
    PAID,
    UNSTORABLE,
    begin,
    instance,
    pointer,
    take,
)


class CheckpointSuite(Suite):
    """What a committed checkpoint has written."""

    async def test_every_column_of_an_instance_comes_back(self, store: PersistenceProvider) -> None:
        """All fields are kept exactly: instants to the microsecond, texts to the character."""
        written = InstanceRecord(
            id="o-1/3/1",
            definition_id="bestellung·注文",
            version=7,
            fingerprint=FINGERPRINT,
            status="failed",
            created=NOW + 1,
            root_id="o-1",
            digest="d1",
            reference="réf. 1",
            priority=-3,
            tags='{"team": "ä", "n": "1"}',
            parent_id="o-1",
            parent_pointer=3,
            owner=HOST,
            fence=1,
            revision=1,
            pointer_seq=12,
            next_due=NOW + 2,
            deadline=NOW + 3,
            ended=NOW + 4,
            error='{"type": "ValueError", "message": "naïve 💥"}',
            ending='{"status": "failed"}',
            trace="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        )
        await begin(store, "o-1")
        await store.commit([Checkpoint(replace(written), create=True)], now=NOW)
        assert await store.instances([written.id]) == {written.id: written}

    async def test_a_checkpoint_changes_no_more_of_an_instance_than_it_may(
        self, store: PersistenceProvider
    ) -> None:
        """Only `CHANGED` is taken from the holder's record, the rest stays as it was when it was created."""
        holder = await begin(store, "i")
        created = replace(holder.record)
        changed: dict[str, Any] = {
            "status": "failed",
            "pointer_seq": 4,
            "next_due": NOW + 2,
            "deadline": NOW + 3,
            "ended": NOW + 4,
            "error": '{"type": "E"}',
            "ending": "{}",
            "revision": 2,
        }
        assert {*changed} == {*CHANGED}
        holder.record = replace(
            created,
            **{**changed, "revision": 1},
            definition_id="another",
            version=9,
            fingerprint="another",
            created=1,
            root_id="another",
            digest="another",
            reference="another",
            priority=9,
            tags='{"another": "1"}',
            parent_id="another",
            parent_pointer=9,
            inbox_seq=9,
            trace="another",
        )
        assert (await holder.commit()).status == "committed"
        assert await store.instances(["i"]) == {"i": replace(created, **changed)}

    async def test_every_column_of_a_pointer_comes_back(self, store: PersistenceProvider) -> None:
        """All fields are kept exactly, the empty ones too."""
        full = PointerRecord(
            id=17,
            step="fulfil/each/päck",
            status="waiting",
            parent=3,
            scope="/2/3/",
            live=True,
            index=0,
            iteration=4,
            attempt=2,
            failures=1,
            run=5,
            crashes=1,
            created=NOW + 1,
            started=NOW + 2,
            ended=NOW + 3,
            due=NOW + 4,
            outcome='"yes"',
            output="null",
            state='{"n": 1.50, "t": "\\u00e9"}',
            error='{"type": "E"}',
            knows=9,
            undo=11,
        )
        empty = PointerRecord(id=18, step="s", status="pending")
        await begin(store, "i", parts={"pointers": [replace(empty), replace(full)]})
        assert await store.pointers("i") == [full, empty]

    async def test_a_start_with_a_lease_is_one_commit(self, store: PersistenceProvider) -> None:
        """An instance created with an owner is leased from the first moment on: nobody else can take it."""
        await begin(store, "i", next_due=NOW)
        head = (await store.heads(["i"]))["i"]
        assert (head.owner, head.fence, head.revision, head.status) == (HOST, 1, 1, "runnable")
        assert await take(store, session=OTHER) == []

    async def test_a_checkpoint_writes_what_it_names_and_nothing_else(
        self, store: PersistenceProvider
    ) -> None:
        """Changed pointers are replaced whole, changed keys are replaced, all others stay."""
        data = {"a": "1", "b": '{"x": 1}', "": "0"}
        holder = await begin(store, "i", parts={"pointers": [pointer(1), pointer(2)], "data": data})
        changed = pointer(2, status="complete", live=False, ended=NOW + 5, output='"box"')
        holder.record.pointer_seq = 3
        outcome = await holder.commit(pointers=[changed, pointer(3)], data={"b": "2", "ç": "3"})
        assert (outcome.status, outcome.released, outcome.error) == ("committed", False, None)
        assert await store.pointers("i") == [pointer(1), changed, pointer(3)]
        assert await store.data("i") == {"a": "1", "b": "2", "": "0", "ç": "3"}
        record = (await store.instances(["i"]))["i"]
        assert (record.revision, record.pointer_seq) == (2, 3)

    async def test_json_text_is_kept_as_text(self, store: PersistenceProvider) -> None:
        """A store does not understand values: order of keys, forms of numbers and blanks stay."""
        data = {"doc": '{"b":1, "a":1.0,"a":1e2, "big":12345678901234567890,  "z":"\\u0000\\ud83d"}'}
        await begin(store, "i", parts={"data": data})
        assert await store.data("i") == data

    async def test_the_end_of_an_instance_is_kept(self, store: PersistenceProvider) -> None:
        """Status, error and instant of the end are part of the checkpoint that ends it."""
        holder = await begin(store, "i")
        holder.record.status, holder.record.ended, holder.record.error = "failed", NOW + 9, '{"type":"E"}'
        await holder.release()
        assert (await store.instances(["i"]))["i"] == replace(holder.record, owner=None)

    async def test_the_inbox_counter_is_not_the_lease_holders(self, store: PersistenceProvider) -> None:
        """A checkpoint never takes `inbox_seq` back, whatever the holder's record says."""
        holder = await begin(store, "i")
        await store.post([Message("i", "resume", "{}")] * 3, now=NOW)
        assert holder.record.inbox_seq == 0
        await holder.commit()
        assert (await store.heads(["i"]))["i"].inbox_seq == 3

    async def test_the_callers_records_are_left_alone(self, store: PersistenceProvider) -> None:
        """The lease holder's own records are not changed by committing them, a release included."""
        holder = await begin(store, "i")
        checkpoint = holder.checkpoint(
            pointers=[pointer(1)], release=True, messages=[Message("i", "resume", "")]
        )
        before = (replace(checkpoint.instance), replace(checkpoint.pointers[0]))
        await store.commit([checkpoint], now=NOW)
        assert (checkpoint.instance, checkpoint.pointers[0]) == before

    async def test_items_of_a_loop_come_and_go(self, store: PersistenceProvider) -> None:
        """Chunks are kept per loop and number; `drop_items` removes those of that loop only."""
        chunks = [ItemChunk(1, 0, '["a"]'), ItemChunk(1, 1, '["ß"]'), ItemChunk(2, 0, "[0]")]
        holder = await begin(store, "i", parts={"items": chunks})
        assert [await store.chunk("i", chunk.pointer_id, chunk.number) for chunk in chunks] == chunks
        await holder.commit(drop_items=[1])
        found = [await store.chunk("i", chunk.pointer_id, chunk.number) for chunk in chunks]
        assert found == [None, None, chunks[2]]

    async def test_a_child_begins_with_its_parents_checkpoint(self, store: PersistenceProvider) -> None:
        """Children are written with all their parts, due at once when nobody owns them, grandchildren too."""
        below = Checkpoint(instance("i/1/1/1/1", owner=OTHER, parent_id="i/1/1", root_id="i"), create=True)
        child = Checkpoint(
            instance("i/1/1", owner=None, fence=0, parent_id="i", parent_pointer=1, root_id="i"),
            create=True,
            pointers=[pointer(1)],
            data={"k": '"v"'},
            children=[below],
        )
        holder = await begin(store, "i")
        assert (await holder.commit(children=[child])).status == "committed"
        assert (await store.heads(["i/1/1/1/1"]))["i/1/1/1/1"].owner == OTHER
        [taken] = await take(store, session=OTHER)
        assert (taken.instance.id, taken.instance.parent_id, taken.instance.parent_pointer) == (
            "i/1/1",
            "i",
            1,
        )
        assert (taken.instance.root_id, taken.instance.owner) == ("i", OTHER)
        assert (taken.pointers, taken.data) == ([pointer(1)], {"k": '"v"'})

    async def test_a_child_that_exists_is_left_as_it_is(self, store: PersistenceProvider) -> None:
        """When the parent's step runs again, its child goes on undisturbed."""
        child = await begin(store, "i/1/1", owner=OTHER, parts={"data": {"k": "1"}})
        holder = await begin(store, "i")
        again = Checkpoint(instance("i/1/1", owner=None), create=True, data={"k": "2"}, pointers=[pointer(9)])
        assert (await holder.commit(children=[again], data={"k": "3"})).status == "committed"
        assert (await store.instances(["i/1/1"]))["i/1/1"] == child.record
        assert await store.data("i/1/1") == {"k": "1"}
        assert await store.pointers("i/1/1") == []
        assert await store.data("i") == {"k": "3"}


class DataHistorySuite(Suite):
    """Which values of the data can be read later."""

    async def test_data_can_be_read_as_of_a_revision(self, store: PersistenceProvider) -> None:
        """While a saga is open, each revision shows the data as it was right after that revision."""
        holder = await begin(store, "i", parts={"data": {"a": "1", "b": "1"}})
        await holder.commit(data={"a": "2"}, keep_history=True)
        await holder.commit(keep_history=True)
        await holder.commit(data={"a": "4", "c": "4"}, keep_history=True)
        seen = [await store.data("i", revision=revision) for revision in (1, 2, 3, 4, 9)]
        after_four = {"a": "4", "b": "1", "c": "4"}
        assert seen == [{"a": "1", "b": "1"}, *[{"a": "2", "b": "1"}] * 2, after_four, after_four]
        assert await store.data("i") == after_four

    async def test_a_lease_holder_gets_the_current_data_only(self, store: PersistenceProvider) -> None:
        """Superseded values are not loaded when the instance is taken."""
        holder = await begin(store, "i", parts={"data": {"a": "1"}})
        await holder.commit(data={"a": "2"}, keep_history=True)
        await holder.release(NOW)
        [taken] = await take(store)
        assert taken.data == {"a": "2"}

    async def test_dropping_the_history_keeps_the_current_data(self, store: PersistenceProvider) -> None:
        """After the outermost saga superseded values can go; what is current stays, and can be changed."""
        holder = await begin(store, "i", parts={"data": {"a": "1", "b": "1"}})
        await holder.commit(data={"a": "2"}, keep_history=True)
        await holder.commit(data={"a": "3"}, keep_history=True, drop_history=True)
        assert await store.data("i") == {"a": "3", "b": "1"}
        await holder.commit(data={"b": "4"})
        assert await store.data("i") == {"a": "3", "b": "4"}

    async def test_a_second_saga_has_its_own_history(self, store: PersistenceProvider) -> None:
        """After a drop, keeping begins anew with what was current then."""
        holder = await begin(store, "i", parts={"data": {"a": "1"}})
        await holder.commit(data={"a": "2"}, keep_history=True)
        await holder.commit(drop_history=True)
        await holder.commit(data={"a": "4"}, keep_history=True)
        assert await store.data("i", revision=3) == {"a": "2"}
        assert await store.data("i", revision=4) == {"a": "4"}

    async def test_dropping_the_history_ends_all_undoing(self, store: PersistenceProvider) -> None:
        """After the last saga no pointer has a place in the order of undoing; all else of them stays."""
        done = pointer(1, status="complete", live=False, output="1", undo=7)
        holder = await begin(store, "i", parts={"pointers": [done, pointer(2)]})
        await begin(store, "other", parts={"pointers": [pointer(1, undo=1)]})
        await holder.commit(pointers=[pointer(3, undo=8)], keep_history=True)
        await holder.commit(drop_history=True, pointers=[pointer(2, status="complete", live=False, undo=9)])
        found = await store.pointers("i")
        ended = pointer(2, status="complete", live=False)
        assert found == [replace(done, undo=None), ended, pointer(3)]
        assert await store.undo_page("i", ["/"], limit=9) == []
        assert [p.undo for p in await store.undo_page("other", ["/"], limit=9)] == [1]
        await holder.commit(pointers=[pointer(4, undo=1)], keep_history=True)
        assert [p.id for p in await store.undo_page("i", ["/"], limit=9)] == [4]

    async def test_missing_instances_have_no_data(self, store: PersistenceProvider) -> None:
        """Reading the data of an unknown instance gives nothing, at any revision."""
        assert await store.data("missing") == {}
        assert await store.data("missing", revision=1) == {}


class RejectionSuite(Suite):
    """Values that a store cannot hold: refused as a whole, and nobody else notices."""

    @pytest.mark.parametrize(
        "part",
        ["data", "key", "output", "state", "item", "message", "activity", "child", "subscription", "error"],
    )
    async def test_a_value_that_cannot_be_stored_rejects_the_whole_checkpoint(
        self, store: PersistenceProvider, part: str
    ) -> None:
        """Wherever the value sits: nothing is written, the error says something, and the host can go on."""
        cases: dict[str, dict[str, Any]] = {
            "data": {"data": {"k": UNSTORABLE}},
            "key": {"data": {UNSTORABLE: "1"}},
            "output": {"pointers": [pointer(8), pointer(9, output=UNSTORABLE)]},
            "state": {"pointers": [pointer(9, state=UNSTORABLE)]},
            "item": {"items": [ItemChunk(1, 0, UNSTORABLE)]},
            "message": {"messages": [Message("other", "resume", UNSTORABLE)]},
            "activity": {"activities": [ActivityItem("a", "ship", "i", 1, UNSTORABLE, NOW)]},
            "child": {"children": [Checkpoint(instance("c2"), create=True, data={"k": UNSTORABLE})]},
            "subscription": {"subscriptions": [replace(PAID, key=UNSTORABLE)]},
            "error": {},
        }
        other = await begin(store, "other")
        holder = await begin(store, "i", parts={"pointers": [pointer(1)], "data": {"k": "1"}})
        before = replace(holder.record)
        good: dict[str, Any] = {
            "pointers": [pointer(1, status="complete", live=False)],
            "messages": [Message("other", "resume", "{}")],
            "children": [Checkpoint(instance("c1"), create=True)],
            "happened": [("step.completed", NOW, "pack", 1, 1, {})],
        }
        checkpoint = holder.checkpoint(**{**good, **cases[part]})
        if part == "error":
            checkpoint.instance.error = UNSTORABLE
        sibling = other.checkpoint(data={"k": "2"})
        outcomes = await store.commit([checkpoint, sibling], now=NOW)
        assert [outcome.status for outcome in outcomes] == ["rejected", "committed"]
        assert outcomes[0].error

        assert (await store.instances(["i", "c1", "c2"])) == {"i": before}
        assert (await store.pointers("i"), await store.data("i")) == ([pointer(1)], {"k": "1"})
        assert (await other.inbox(), await store.data("other")) == ([], {"k": "2"})
        assert await store.outbox(0, limit=10) == []
        holder.record = before
        assert (await holder.commit(data={"k": "3"})).status == "committed"

    async def test_a_rejected_start_leaves_the_id_free(self, store: PersistenceProvider) -> None:
        """An instance whose first values cannot be stored does not exist."""
        for data, status in (({"k": UNSTORABLE}, "rejected"), ({"k": "1"}, "committed")):
            [outcome] = await store.commit([Checkpoint(instance("i"), create=True, data=data)], now=NOW)
            assert outcome.status == status

    async def test_nul_is_stored_exactly_or_rejected(self, store: PersistenceProvider) -> None:
        """A raw NUL, which some databases cannot hold, is never cut off in silence."""
        text = '"before\0after"'
        [outcome] = await store.commit([Checkpoint(instance("i"), create=True, data={"k": text})], now=NOW)
        assert outcome.status in {"committed", "rejected"}
        assert await store.data("i") == ({"k": text} if outcome.status == "committed" else {})
