# ruff: noqa: S101, PLR2004 - shipped tests: they assert, and expected values are literals
"""The laws of reading without a lease: instances, lists, pointers, outputs."""

from __future__ import annotations

from typing import Any

import pytest

from wfe_core.ports import InstanceQuery, PersistenceProvider, PointerRecord
from wfe_core.testing.conformance.backend import Suite
from wfe_core.testing.conformance.make import (
    NOW,
    SECOND,
    Holder,
    begin,
    begin_idle,
    begin_many,
    ids,
    instance,
    pointer,
    take,
)


def ended(pointer_id: int, step: str = "pack", status: str = "complete", **fields: Any) -> PointerRecord:
    """Make a pointer that ended inside of the loop with the pointer 1, unless the fields say otherwise."""
    given: dict[str, Any] = {"parent": 1, "scope": "/1/", "live": False}
    given.update(fields)
    return pointer(pointer_id, step, status, **given)


class ReaderSuite(Suite):
    """Reading one instance and what belongs to it."""

    async def test_missing_ids_are_left_out(self, store: PersistenceProvider) -> None:
        """Unknown instances, and parts of unknown instances, are absent; that is no error."""
        holder = await begin(store, "i")
        assert await store.instances(["missing", "i", "i"]) == {"i": holder.record}
        assert await store.instances([]) == {}
        assert await store.pointers("missing") == []
        assert await store.chunk("missing", 1, 0) is None
        assert await store.chunk("i", 1, 0) is None
        assert await store.undo_page("missing", ["/"], limit=9) == []
        assert await store.outputs("missing", 1, "pack", after=-1, limit=9) == []

    async def test_owners_are_those_who_own_something(self, store: PersistenceProvider) -> None:
        """Sessions that own an instance, living or not; who gave everything back is not among them."""
        assert await store.owners() == set()
        holders = [await begin(store, f"i{n}", owner=f"s{n % 3}") for n in range(6)]
        await begin_idle(store, "idle", NOW)
        assert await store.owners() == {"s0", "s1", "s2"}
        await holders[0].release()
        assert await store.owners() == {"s0", "s1", "s2"}
        await holders[3].release()
        assert await store.owners() == {"s1", "s2"}
        await take(store, session="s9")
        assert await store.owners() == {"s1", "s2", "s9"}

    async def test_pointers_come_by_id_in_pages(self, store: PersistenceProvider) -> None:
        """Live and ended ones, those above `after`, no more than `limit`."""
        pointers = [
            pointer(n, live=bool(n % 3), status="complete" if n % 2 else "running") for n in range(1, 26)
        ]
        await begin(store, "i", parts={"pointers": pointers[::-1]})
        assert await store.pointers("i") == pointers
        assert await store.pointers("i", after=4, limit=3) == pointers[4:7]
        assert await store.pointers("i", after=24) == pointers[24:]
        assert await store.pointers("i", after=25) == []

    async def test_undoing_begins_with_the_highest(self, store: PersistenceProvider) -> None:
        """Only pointers with `undo`, whose scope begins with one of those given, the highest `undo` first."""
        scopes = {11: "/1/", 12: "/1/5/", 13: "/10/", 14: "/2/1/", 15: "/1/", 16: "/3/", 17: "/"}
        undo = {11: 4, 12: 9, 13: 8, 14: 7, 15: None, 16: 5, 17: 6}
        pointers = [
            pointer(n, scope=scope, undo=undo[n], live=False, status="complete")
            for n, scope in scopes.items()
        ]
        holder = await begin(store, "i", parts={"pointers": pointers})

        async def page(*wanted: str, limit: int = 99) -> list[int]:
            return [p.id for p in await store.undo_page("i", wanted, limit=limit)]

        assert await page("/1/") == [12, 11]
        assert await page("/1/", "/2/") == [12, 14, 11]
        assert await page("/") == [12, 13, 14, 17, 16, 11]
        assert await page("/", limit=2) == [12, 13]
        assert await page("/9/") == await page() == []
        assert (await store.undo_page("i", ["/3/"], limit=1))[0] == pointers[5]
        await holder.commit(pointers=[pointer(12, scope="/1/5/", undo=None, live=False)])
        assert await page("/1/") == [11]

    async def test_scopes_are_compared_as_text(self, store: PersistenceProvider) -> None:
        """Nothing in a scope is a wildcard."""
        await begin(store, "i", parts={"pointers": [pointer(1, scope="/1/2/", undo=1)]})
        for pattern in ("/_/", "%", "/%/", "/*/", "/?/", "/1_2/"):
            assert await store.undo_page("i", [pattern], limit=9) == [], pattern

    async def test_outputs_come_by_index(self, store: PersistenceProvider) -> None:
        """Completed pointers of the step directly inside, by index, in pages, with empty outputs too."""
        pointers = [ended(100 - n, index=n, output=None if n == 3 else f'"{n}"') for n in range(6)]
        pointers += [
            ended(201, status="failed", index=6),
            ended(202, status="running", live=True, index=7),
            ended(203, "other", index=8, output="8"),
            ended(204, index=9, output="9", parent=2, scope="/2/"),
            ended(205, index=9, output="9", parent=100, scope="/1/100/"),
        ]
        await begin(store, "i", parts={"pointers": pointers})
        expected = [(n, None if n == 3 else f'"{n}"') for n in range(6)]
        assert await store.outputs("i", 1, "pack", after=-1, limit=99) == expected
        assert await store.outputs("i", 1, "pack", after=1, limit=3) == expected[2:5]
        assert await store.outputs("i", 1, "pack", after=5, limit=3) == []
        assert await store.outputs("i", 1, "missing", after=-1, limit=3) == []

    async def test_the_last_visit_counts(self, store: PersistenceProvider) -> None:
        """A step that was visited again for an item (`go_to`) gives its last completed output."""
        pointers = [
            ended(2, index=0, output='"first"'),
            ended(3, index=1, output='"only"'),
            ended(4, index=0, output='"second"'),
            ended(5, index=0, output='"last"'),
            ended(6, status="failed", index=1, output='"failed"'),
        ]
        await begin(store, "i", parts={"pointers": pointers})
        assert await store.outputs("i", 1, "pack", after=-1, limit=9) == [(0, '"last"'), (1, '"only"')]
        assert await store.outputs("i", 1, "pack", after=-1, limit=1) == [(0, '"last"')]


class FindSuite(Suite):
    """Lists of instances."""

    @pytest.fixture
    async def shelf(self, store: PersistenceProvider) -> PersistenceProvider:
        """Five instances, `a` the newest, that differ in all that can be filtered."""
        tags = '{"team": "blue", "n": "1"}'
        parts = {"data": {"n": "1", "s": '"ä"'}}
        await begin(store, "a", created=NOW + 4, tags=tags, parts=parts)
        await begin(store, "b", created=NOW + 3, status="suspended", reference="r-1", definition_id="other")
        await begin(store, "c", created=NOW + 2, version=2, reference="R-1", tags='{"team": "red"}')
        await begin(store, "d", created=NOW + 1, parent_id="a", root_id="a", parts={"data": {"n": "1.0"}})
        await begin(
            store, "e", created=NOW, status="complete", ended=NOW + SECOND, parts={"data": {"n": "2"}}
        )
        return store

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({}, "abcde"),
            ({"statuses": frozenset({"suspended", "complete"})}, "be"),
            ({"statuses": frozenset[str]()}, ""),
            ({"definition_id": "order"}, "acde"),
            ({"definition_id": "Order"}, ""),
            ({"version": 2}, "c"),
            ({"definition_id": "order", "version": 1}, "ade"),
            ({"reference": "r-1"}, "b"),
            ({"reference": ""}, ""),
            ({"root_id": "a"}, "ad"),
            ({"parent_id": "a"}, "d"),
            ({"tags": (("team", "blue"),)}, "a"),
            ({"tags": (("team", "blue"), ("n", "1"))}, "a"),
            ({"tags": (("team", "red"), ("n", "1"))}, ""),
            ({"tags": (("te%m", "blue"),)}, ""),
            ({"data": (("n", "1"),)}, "a"),
            ({"data": (("n", "1"), ("s", '"ä"'))}, "a"),
            ({"data": (("n", "1"), ("s", '"Ä"'))}, ""),
            ({"data": (("missing", "null"),)}, ""),
            ({"created_after": NOW + 2}, "ab"),
            ({"created_before": NOW + 2}, "de"),
            ({"created_after": NOW, "created_before": NOW + 4}, "bcd"),
            ({"ended_before": NOW + SECOND + 1}, "e"),
            ({"ended_before": NOW + SECOND}, ""),
            ({"text": "ignored here"}, "abcde"),
        ],
    )
    async def test_every_filter_given_must_hold(
        self, shelf: PersistenceProvider, query: dict[str, object], expected: str
    ) -> None:
        """Filters narrow the list, alone and together; `after` and `before` leave the instant itself out."""
        page = await shelf.find(InstanceQuery(**query))  # type: ignore[arg-type]
        assert "".join(ids(page.instances)) == expected
        assert page.cursor is None

    async def test_whole_records_are_listed(self, store: PersistenceProvider) -> None:
        """A list shows what `instances` shows."""
        holder = await begin(store, "i", tags='{"a": "b"}', reference="r", priority=3, trace="t")
        assert (await store.find(InstanceQuery())).instances == [holder.record]

    async def test_data_filters_see_the_current_values(self, store: PersistenceProvider) -> None:
        """Superseded values are not found, also while an open saga keeps them."""
        holder = await begin(store, "i", parts={"data": {"k": "1"}})
        await holder.commit(data={"k": "2"}, keep_history=True)
        assert (await store.find(InstanceQuery(data=(("k", "1"),)))).instances == []
        assert ids((await store.find(InstanceQuery(data=(("k", "2"),)))).instances) == ["i"]

    @pytest.mark.parametrize("limit", [1, 3, 4, 12, 13])
    async def test_pages_join_without_gap_or_overlap(self, store: PersistenceProvider, limit: int) -> None:
        """Newest first; the cursor goes on where the page ended, and is None at the end."""
        await begin_many(store, [instance(f"i{n:02}", created=NOW + n // 4) for n in range(12)])
        seen: list[str] = []
        cursor: str | None = None
        for _ in range(20):
            page = await store.find(InstanceQuery(limit=limit, cursor=cursor))
            assert 0 < len(page.instances) <= limit, "no page is empty, not even the last"
            seen += ids(page.instances)
            cursor = page.cursor
            if cursor is None:
                break
        else:
            pytest.fail("the pages do not end")
        assert sorted(seen) == [f"i{n:02}" for n in range(12)]
        assert [int(i[1:]) // 4 for i in seen] == [2] * 4 + [1] * 4 + [0] * 4

    async def test_a_page_is_not_disturbed_by_newcomers(self, store: PersistenceProvider) -> None:
        """Instances that start while somebody pages appear in no later page and shift nothing."""
        await begin_many(store, [instance(f"i{n}", created=NOW + n) for n in range(4)])
        first = await store.find(InstanceQuery(limit=2))
        await begin(store, "new", created=NOW + 99)
        second = await store.find(InstanceQuery(limit=2, cursor=first.cursor))
        assert ids(first.instances) + ids(second.instances) == ["i3", "i2", "i1", "i0"]

    async def test_filters_hold_on_every_page(self, store: PersistenceProvider) -> None:
        """A cursor is used with the same filters."""
        await begin_many(store, [instance(f"i{n}", created=NOW + n, version=n % 2) for n in range(6)])
        first = await store.find(InstanceQuery(version=1, limit=2))
        second = await store.find(InstanceQuery(version=1, limit=2, cursor=first.cursor))
        assert ids(first.instances) + ids(second.instances) == ["i5", "i3", "i1"]
        assert second.cursor is None

    async def test_text_from_outside_is_only_text(self, store: PersistenceProvider) -> None:
        """Quotes and wildcards in ids, keys and filters mean themselves."""
        name = "o'; DROP TABLE workflow; --\"%_\\"
        holder: Holder = await begin_idle(
            store, name, definition_id=name, reference=name, parts={"data": {name: "1"}}
        )
        query = InstanceQuery(definition_id=name, reference=name, data=((name, "1"),))
        assert ids((await store.find(query)).instances) == [holder.id]
        assert (await store.find(InstanceQuery(reference="%"))).instances == []
