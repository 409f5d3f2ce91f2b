"""In-memory InstanceReader: looks at instances without a lease."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from wfe_core.models import PointerStatus
from wfe_core.ports import InstanceReader, ItemChunk
from wfe_memory.filters import matches, page
from wfe_memory.tables import copy_instance, copy_pointer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_core.ports import InstanceQuery, InstanceRecord, Page, PointerRecord
    from wfe_memory.tables import Tables


class MemoryReader(InstanceReader):
    """Reads copies, so that a reader cannot change what is stored."""

    _tables: Tables

    async def instances(self, ids: Sequence[str]) -> dict[str, InstanceRecord]:
        """Read instances by id."""
        rows = self._tables.rows
        with self._tables.lock:
            return {known: copy_instance(rows[known].record) for known in ids if known in rows}

    async def owners(self) -> set[str]:
        """Name the sessions that own something."""
        with self._tables.lock:
            return set(self._tables.owned)

    async def find(self, query: InstanceQuery) -> Page:
        """List instances by filter, newest first."""
        with self._tables.lock:
            return page([row for row in self._tables.rows.values() if matches(row, query)], query)

    async def data(self, instance_id: str, *, revision: int | None = None) -> dict[str, str]:
        """Read the data, current or as of a revision."""
        with self._tables.lock:
            row = self._tables.rows.get(instance_id)
            if row is None:
                return {}
            found: dict[str, str] = {}
            for key, values in row.data.items():
                # Oldest first: the last one that is old enough stays.
                found.update((key, text) for at, text in values if revision is None or at <= revision)
            return found

    async def pointers(self, instance_id: str, *, after: int = 0, limit: int = 1_000) -> list[PointerRecord]:
        """Read pointers by id."""
        with self._tables.lock:
            row = self._tables.rows.get(instance_id)
            if row is None:
                return []
            ids = heapq.nsmallest(limit, (pointer_id for pointer_id in row.pointers if pointer_id > after))
            return [copy_pointer(row.pointers[pointer_id]) for pointer_id in ids]

    async def undo_page(self, instance_id: str, scopes: Sequence[str], *, limit: int) -> list[PointerRecord]:
        """Read what is to be undone, the last completed first."""
        prefixes = tuple(scopes)
        with self._tables.lock:
            row = self._tables.rows.get(instance_id)
            if row is None:
                return []
            pointers = (row.pointers[pointer_id] for pointer_id in row.undoable)
            inside = (pointer for pointer in pointers if pointer.scope.startswith(prefixes))
            return [copy_pointer(p) for p in heapq.nlargest(limit, inside, key=lambda p: p.undo or 0)]

    async def chunk(self, instance_id: str, pointer_id: int, number: int) -> ItemChunk | None:
        """Read one chunk of a loop's items."""
        with self._tables.lock:
            row = self._tables.rows.get(instance_id)
            values = None if row is None else row.items.get(pointer_id, {}).get(number)
            return None if values is None else ItemChunk(pointer_id, number, values)

    async def outputs(
        self, instance_id: str, parent: int, step: str, *, after: int, limit: int
    ) -> list[tuple[int, str | None]]:
        """Read the outputs of one step of a loop's body, by index."""
        with self._tables.lock:
            row = self._tables.rows.get(instance_id)
            if row is None:
                return []
            latest: dict[int, int] = {}
            for pointer_id in row.inside.get(parent, ()):
                pointer = row.pointers[pointer_id]
                index = -1 if pointer.index is None else pointer.index
                if index > after and pointer.step == step and pointer.status == PointerStatus.COMPLETE:
                    latest[index] = max(pointer_id, latest.get(index, 0))
            return [(index, row.pointers[latest[index]].output) for index in heapq.nsmallest(limit, latest)]
