"""In-memory LogStore: the lines that steps write, kept with their instance."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

from wfe_core.ports import LogStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_core.ports import LogChunk
    from wfe_memory.tables import Tables


class MemoryLogs(LogStore):
    """Keeps chunks in the order in which they came; those of an instance that is gone are dropped."""

    _tables: Tables

    async def append_logs(self, chunks: Sequence[LogChunk]) -> None:
        """Append chunks and number them."""
        tables = self._tables
        with tables.lock:
            for chunk in chunks:
                row = tables.rows.get(chunk.instance_id)
                if row is not None:
                    tables.log_seq += 1
                    row.logs.append(replace(chunk, seq=tables.log_seq))

    async def logs(
        self, instance_id: str, *, pointer_id: int | None = None, after: int = 0, limit: int = 1_000
    ) -> list[LogChunk]:
        """Read chunks by seq."""
        with self._tables.lock:
            row = self._tables.rows.get(instance_id)
            if row is None:
                return []
            later = row.logs[bisect_right(row.logs, after, key=attrgetter("seq")) :]
            return [chunk for chunk in later if pointer_id is None or chunk.pointer_id == pointer_id][:limit]
