# ruff: noqa: S101, PLR2004 - shipped tests: they assert, and expected values are literals
"""The laws of the outbox: what happened, in order, for every reader."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from wfe_core.ports import Checkpoint, PersistenceProvider, Providers
from wfe_core.testing.conformance.backend import Backend, Suite
from wfe_core.testing.conformance.make import NOW, begin, instance, turns


def entry(kind: str, step: str | None = None, **detail: Any) -> tuple[Any, ...]:
    """A lifecycle entry as a checkpoint carries it."""
    return (kind, NOW, step, 1 if step else None, 1 if step else None, detail)


class OutboxSuite(Suite):
    """Lifecycle entries: written with the checkpoint, read in order."""

    async def test_entries_come_out_as_they_went_in(self, store: PersistenceProvider) -> None:
        """One row per checkpoint, with its revision and its entries in order, as JSON."""
        started = entry("workflow.started")
        entries = [
            entry("step.completed", "päck", outcome="ja", n=1.5, deep={"a": [None, True]}),
            entry("log"),
        ]
        holder = await begin(store, "i", parts={"happened": [started]})
        await holder.commit(happened=entries)
        rows = await store.outbox(0, limit=10)
        described = [(row.instance_id, row.definition_id, row.revision) for row in rows]
        assert described == [("i", "order", 1), ("i", "order", 2)]
        assert [json.loads(row.entries) for row in rows] == json.loads(json.dumps([[started], entries]))

    async def test_rows_are_read_after_a_cursor(self, store: PersistenceProvider) -> None:
        """Seqs rise; a reader goes on after the last one it saw, in pages."""
        holder = await begin(store, "i")
        for n in range(7):
            await holder.commit(happened=[entry("log", n=n)])
        seen: list[int] = []
        cursor, pages = 0, 0
        while rows := await store.outbox(cursor, limit=3):
            assert all(cursor < row.seq for row in rows)
            assert [row.seq for row in rows] == sorted({row.seq for row in rows})
            seen += [row.revision for row in rows]
            cursor = rows[-1].seq
            pages += 1
        assert (seen, pages) == ([2, 3, 4, 5, 6, 7, 8], 3)

    async def test_nothing_happened_nothing_written(self, store: PersistenceProvider) -> None:
        """A checkpoint without entries leaves no row; neither does one that was refused."""
        holder = await begin(store, "i")
        await holder.commit()
        holder.record.revision += 1
        assert (await holder.commit(happened=[entry("log")])).status == "stale"
        again = Checkpoint(instance("i"), create=True, happened=[entry("workflow.started")])
        assert [o.status for o in await store.commit([again], now=NOW)] == ["exists"]
        assert await store.outbox(0, limit=10) == []

    async def test_children_have_entries_of_their_own(self, store: PersistenceProvider) -> None:
        """A child that begins with its parent's checkpoint is told of, and only then."""
        child = Checkpoint(
            instance("c", parent_id="i", root_id="i"), create=True, happened=[entry("workflow.started")]
        )
        holder = await begin(store, "i")
        for _ in range(2):
            await holder.commit(children=[child], happened=[entry("step.waiting", "sub")])
        rows = await store.outbox(0, limit=10)
        assert sorted((row.instance_id, row.revision) for row in rows) == [("c", 1), ("i", 2), ("i", 3)]

    async def test_trimmed_rows_are_gone(self, store: PersistenceProvider) -> None:
        """Up to and including the seq; later rows stay, and seqs are not given again."""
        holder = await begin(store, "i")
        for n in range(4):
            await holder.commit(happened=[entry("log", n=n)])
        rows = await store.outbox(0, limit=10)
        await store.trim_outbox(rows[1].seq, limit=100)
        assert await store.outbox(0, limit=10) == rows[2:]
        await store.trim_outbox(rows[3].seq, limit=100)
        assert await store.outbox(0, limit=10) == []
        await holder.commit(happened=[entry("log")])
        [last] = await store.outbox(rows[3].seq, limit=10)
        assert last.seq > rows[3].seq

    async def test_rows_are_trimmed_in_pages(self, store: PersistenceProvider) -> None:
        """The oldest first, up to so many a call, which tells how many; then there is nothing to do."""
        assert await store.trim_outbox(10, limit=10) == 0
        holder = await begin(store, "i")
        for n in range(6):
            await holder.commit(happened=[entry("log", n=n)])
        changes = await store.changes(0, limit=10)
        assert changes is not None
        rows = await store.outbox(0, limit=10)
        assert [await store.trim_outbox(rows[3].seq, limit=2) for _ in range(4)] == [2, 2, 1, 0]
        assert await store.outbox(0, limit=10) == rows[4:]
        assert await store.changes(changes[4].seq, limit=10) == changes[5:]
        assert await store.trim_outbox(rows[5].seq, limit=10) == 2
        assert await store.trim_outbox(rows[5].seq, limit=10) == 0

    async def test_each_page_is_told_of(self, store: PersistenceProvider) -> None:
        """A reader hears that it has missed something when that is gone, and not before."""
        holder = await begin(store, "i")
        for n in range(5):
            await holder.commit(happened=[entry("log", n=n)])
        changes = await store.changes(0, limit=10)
        assert changes is not None
        places = [change.seq for change in changes]
        for n, place in enumerate(places):
            assert await store.trim_outbox(places[-1], limit=1) == 1
            assert await store.changes(place, limit=10) == changes[n + 1 :]
            assert await store.changes(place - 1, limit=10) is None

    async def test_what_comes_later_is_never_forgotten_ahead(self, store: PersistenceProvider) -> None:
        """Trimming beyond the newest row forgets what there is, and no more."""
        holder = await begin(store, "i")
        newest = await store.newest_change()
        assert await store.trim_outbox(newest + 10**9, limit=10) == 1
        await holder.commit(happened=[entry("log")])
        changes = await store.changes(newest, limit=10)
        assert changes is not None
        assert [change.instance_id for change in changes] == ["i"]
        [row] = await store.outbox(newest, limit=10)
        assert row.revision == 2

    async def test_hosts_that_trim_at_once_harm_nothing(self, host: Providers, backend: Backend) -> None:
        """While others commit, too: what is up to the place goes, and what is after it stays."""
        store = host.store
        holder = await begin(store, "i")
        for n in range(20):
            await holder.commit(happened=[entry("log", n=n)])
        place = await store.newest_change()
        async with backend.connect() as other:

            async def trim(one: PersistenceProvider) -> None:
                while await one.trim_outbox(place, limit=3) == 3:
                    pass

            async def write() -> None:
                for n in range(5):
                    await holder.commit(happened=[entry("log", n=n)])

            await asyncio.gather(trim(store), write(), trim(other.store))
        assert [row.revision for row in await store.outbox(0, limit=100)] == [22, 23, 24, 25, 26]
        assert len(await store.changes(place, limit=100) or ()) == 5

    async def test_a_reader_with_a_cursor_misses_nothing(self, host: Providers, backend: Backend) -> None:
        """While many commit, a reader with a cursor sees each row once, each instance's in order."""
        holders = [await begin(host.store, f"i{n}") for n in range(10)]
        seen: list[tuple[str, int]] = []
        ended = asyncio.Event()
        async with backend.connect() as other:

            async def write(n: int) -> None:
                for _ in range(5):
                    await holders[n].commit(happened=[entry("log")])

            async def read() -> None:
                cursor = 0
                while True:
                    last_look = ended.is_set()
                    rows = await other.store.outbox(cursor, limit=7)
                    seen.extend((row.instance_id, row.revision) for row in rows)
                    cursor = rows[-1].seq if rows else cursor
                    if last_look and not rows:
                        return
                    await turns(1)

            reading = asyncio.ensure_future(read())
            await asyncio.gather(*(write(n) for n in range(10)))
            ended.set()
            await reading
        assert sorted(seen) == [(f"i{n}", revision) for n in range(10) for revision in range(2, 7)]
        for n in range(10):
            revisions = [revision for name, revision in seen if name == f"i{n}"]
            assert revisions == sorted(revisions)
