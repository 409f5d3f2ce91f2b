"""In-memory ChangeFeed: the outbox, and how far its readers have come."""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING

from wfe_core.ports import Change, ChangeFeed, Content
from wfe_memory.tables import copy_instance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_memory.tables import Tables


class MemoryFeed(ChangeFeed):
    """Follows the outbox, in which every checkpoint and every purge leaves a row."""

    _tables: Tables

    async def changes(self, after: int, *, limit: int) -> list[Change] | None:
        """Read what has changed; None when the outbox does not reach back so far."""
        with self._tables.lock:
            if self._tables.outbox_trimmed > after:
                return None
            rows = self._tables.outbox
            start = bisect_right(rows, after, key=attrgetter("seq"))
            return [Change(row.seq, row.instance_id) for row in rows[start : start + limit]]

    async def newest_change(self) -> int:
        """Tell the newest change."""
        with self._tables.lock:
            return self._tables.outbox_seq

    async def contents(self, ids: Sequence[str]) -> dict[str, Content]:
        """Read instances and their data."""
        with self._tables.lock:
            rows = {id_: self._tables.rows[id_] for id_ in ids if id_ in self._tables.rows}
            return {
                id_: Content(
                    copy_instance(row.record), {key: history[-1][1] for key, history in row.data.items()}
                )
                for id_, row in rows.items()
            }

    async def cursor(self, reader: str) -> int | None:
        """Read the place of a reader."""
        with self._tables.lock:
            return self._tables.cursors.get(reader)

    async def move_cursor(self, reader: str, before: int | None, after: int) -> bool:
        """Move the place of a reader, unless somebody else has."""
        with self._tables.lock:
            if self._tables.cursors.get(reader) != before:
                return False
            self._tables.cursors[reader] = after
            return True

    async def cursors(self) -> dict[str, int]:
        """Read the places of all readers; the search has none, for it looks into the tables."""
        with self._tables.lock:
            return dict(self._tables.cursors)

    async def drop_cursor(self, reader: str) -> None:
        """Forget the place of a reader."""
        with self._tables.lock:
            self._tables.cursors.pop(reader, None)
