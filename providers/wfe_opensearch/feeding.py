"""How the index follows the store: changes in order, a durable place, a complete build where that is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_core.ports import InstanceQuery, PersistenceProvider
from wfe_opensearch.indexes import Index, Indexes
from wfe_opensearch.server import Server
from wfe_opensearch.writing import Writer

_PAGE: Final = 500


@dataclass(slots=True)
class _Build:
    """A look at all instances that is under way, for an index whose place is not known."""

    index: Index
    before: int | None
    """The place that is too far back, if there is one."""
    start: int
    """The place from which the index follows once all instances have been seen."""
    cursor: str | None = None
    """The place in the list of instances."""


class Feed:
    """Brings the index up to date. The place is kept in the store, under a name that only this index has.

    So an index that was lost, emptied or replaced has no place, and is built from the store. Whoever dies
    between writing documents and moving the place leaves changes to be indexed twice, which does no harm.

    Args:
        server: the connection.
        indexes: what is behind the alias.
        writer: writes documents.
        store: what is followed.
    """

    def __init__(self, server: Server, indexes: Indexes, writer: Writer, store: PersistenceProvider) -> None:
        self._server = server
        self._indexes = indexes
        self._writer = writer
        self._store = store
        self._turn = asyncio.Lock()
        self._building: _Build | None = None
        self.place: tuple[str, int | str | None] | None = None
        """Which index has come how far; while it is built, in the list of instances."""
        self._shown: tuple[str, int | str | None] | None = None
        self.name: str | None = None
        """The index that was last brought up to date."""
        self.complete: bool = False
        """Whether the index, when it was last looked at, had seen every instance."""

    async def advance(self, limit: int) -> int:
        """Index up to `limit` changes; returns how many there were.

        Raises:
            ProviderError: the cluster or the store failed; the place has not moved past what was written.
        """
        # One request at a time: whoever feeds waits for the server, and nothing piles up here.
        async with self._turn:
            index = await self._indexes.current()
            self.name = index.name
            number = 0
            while number < limit:
                found = await self._step(index, limit - number)
                if not found:
                    break
                number += found
            return number

    async def show(self) -> None:
        """Let searches see all that has been indexed, by whomever."""
        if self.place != self._shown:
            place = self.place
            await self._indexes.show(self._indexes.alias)
            self._shown = place

    async def _step(self, index: Index, limit: int) -> int:
        store, room = self._store, min(limit, self._writer.room)
        cursor = await store.cursor(index.reader)
        changes = None if cursor is None else await store.changes(cursor, limit=room)
        if changes is None or cursor is None:
            return await self._build(index, cursor, room)
        self.complete, self._building = True, None
        self.place = index.uuid, cursor
        if changes:
            await self._writer.write([change.instance_id for change in changes], index.target)
            await store.move_cursor(index.reader, cursor, changes[-1].seq)
            self.place = index.uuid, changes[-1].seq
        return len(changes)

    async def _build(self, index: Index, before: int | None, room: int) -> int:
        """Index the next instances of all; after the last one the index has a place."""
        self.complete = False
        building = self._building
        if building is None or (building.index, building.before) != (index, before):
            building = _Build(index, before, await self._store.newest_change())
            await self._hold(index, building.start)
            self._building = building
        page = await self._store.find(InstanceQuery(limit=room, cursor=building.cursor))
        number = len(page.instances)
        await self._writer.write([record.id for record in page.instances], index.target)
        building.cursor = page.cursor
        self.place = index.uuid, page.cursor
        if page.cursor is None:
            if before is not None:
                await self._drop_gone(index)
            await self._store.move_cursor(index.reader, before, building.start)
            await self._store.drop_cursor(_held(index, building.start))
            self.complete, self._building = True, None
            self.place = index.uuid, building.start
        return number

    async def _drop_gone(self, index: Index) -> None:
        """Delete the documents of instances that were purged, unheard."""
        await self._indexes.show(index.target)
        async for ids in self._indexed(index):
            there = await self._store.instances(ids)
            await self._writer.write([id_ for id_ in ids if id_ not in there], index.target)

    async def _indexed(self, index: Index) -> AsyncIterator[list[str]]:
        """Go through the ids of all documents."""
        body: dict[str, Any] = {
            "size": _PAGE,
            "_source": False,
            "sort": [{"created": "desc"}, {"id": "desc"}],
            "query": {"match_all": {}},
        }
        while hits := (await self._server.call("POST", f"/{index.target}/_search", body))["hits"]["hits"]:
            yield [hit["sort"][1] for hit in hits]
            body["search_after"] = hits[-1]["sort"]

    async def again(self, ids: list[str]) -> int:
        """Index some instances anew; returns how many of them there are."""
        async with self._turn:
            index = await self._indexes.current()
            number = await self._writer.write(ids, index.target, again=True)
            await self._indexes.show(index.target)
            return number

    async def rebuild(self, progress: Callable[[int], object] | None) -> int:
        """Build an index beside the one that is searched and fed meanwhile, and put it in its place.

        Raises:
            ProviderUnavailableError: the cluster failed, or another one was built at the same time.
        """
        store, writer = self._store, self._writer
        fresh = await self._indexes.fresh()
        start = place = await store.newest_change()
        await self._hold(fresh, start)
        number, query = 0, InstanceQuery(limit=_PAGE)
        while True:
            page = await store.find(query)
            number += await writer.write([record.id for record in page.instances], fresh.target)
            if progress is not None:
                progress(number)
            if page.cursor is None:
                break
            query = InstanceQuery(limit=_PAGE, cursor=page.cursor)
        # What happened meanwhile; what still happens is left to those who feed it.
        while changes := await self._changes(place):
            await writer.write([change.instance_id for change in changes], fresh.target)
            place = changes[-1].seq
            if len(changes) < _PAGE:
                break
        await self._indexes.show(fresh.target)
        if not await store.move_cursor(fresh.reader, None, place):
            raise ProviderError(f"the new index {fresh.name} has a place already; build another one")
        await store.drop_cursor(_held(fresh, start))
        await self._indexes.switch(fresh)
        self._shown = None
        return number

    async def _hold(self, index: Index, place: int) -> None:
        """Let hosts forget no change from here on before the index has a place of its own."""
        await self._store.move_cursor(_held(index, place), None, place)

    async def _changes(self, place: int) -> list[Any]:
        changes = await self._store.changes(place, limit=_PAGE)
        if changes is None:
            raise ProviderUnavailableError("the outbox was trimmed while the index was built; build it again")
        return changes


def _held(index: Index, place: int) -> str:
    """Name a place that is held while an index is built; several may build it from several places."""
    return f"{index.reader}:from:{place}"
