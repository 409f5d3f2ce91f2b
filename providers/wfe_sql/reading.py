"""InstanceReader of the SQL stores: looks at instances without a lease."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from wfe_core.ports import InstanceQuery, InstanceReader, InstanceRecord, ItemChunk, Page, PointerRecord
from wfe_sql import listing
from wfe_sql.rows import to_instance, to_pointer


class SqlReader(InstanceReader):
    """Reads through whatever connections the store keeps for that."""

    @abstractmethod
    async def _read(
        self, name: str, rows: Iterable[Any] | None = None, **given: Any
    ) -> Sequence[Sequence[Any]]:
        """Run one of the generated statements, named as in its module."""

    async def instances(self, ids: Sequence[str]) -> dict[str, InstanceRecord]:
        """Read instances by id."""
        return {row[0]: to_instance(row) for row in await self._read("READ_WORKFLOWS", ids)}

    async def owners(self) -> set[str]:
        """Name the sessions that own something."""
        return {row[0] for row in await self._read("READ_OWNERS")}

    async def find(self, query: InstanceQuery) -> Page:
        """List instances by filter, newest first."""
        return listing.page(await self._read(listing.choose(query), **listing.given(query)), query)

    async def data(self, instance_id: str, *, revision: int | None = None) -> dict[str, str]:
        """Read the data, current or as of a revision."""
        name = "READ_DATA" if revision is None else "READ_DATA_AS_OF"
        return {row[0]: row[1] for row in await self._read(name, instance_id=instance_id, revision=revision)}

    async def pointers(self, instance_id: str, *, after: int = 0, limit: int = 1_000) -> list[PointerRecord]:
        """Read pointers by id."""
        rows = await self._read("READ_POINTERS", instance_id=instance_id, after=after, limit=limit)
        return [to_pointer(row) for row in rows]

    async def undo_page(self, instance_id: str, scopes: Sequence[str], *, limit: int) -> list[PointerRecord]:
        """Read what is to be undone, the last completed first."""
        rows = await self._read("READ_UNDO", scopes, instance_id=instance_id, limit=limit)
        return [to_pointer(row) for row in rows]

    async def chunk(self, instance_id: str, pointer_id: int, number: int) -> ItemChunk | None:
        """Read one chunk of a loop's items."""
        rows = await self._read("READ_CHUNK", instance_id=instance_id, pointer_id=pointer_id, number=number)
        return ItemChunk(pointer_id, number, rows[0][0]) if rows else None

    async def outputs(
        self, instance_id: str, parent: int, step: str, *, after: int, limit: int
    ) -> list[tuple[int, str | None]]:
        """Read the outputs of one step of a loop's body, by index."""
        rows = await self._read(
            "READ_OUTPUTS", instance_id=instance_id, parent=parent, step=step, after=after, limit=limit
        )
        return [(row[0], row[1]) for row in rows]
