"""ChangeFeed of the SQL stores: the outbox, and places in it that are kept beside the cache."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, Final

from wfe_core.ports import Change, ChangeFeed, Content
from wfe_sql.rows import to_instance

_FOR_EVER: Final = 2**63 - 1
_PREFIX: Final = "cursor:"
_OWN_SEARCH: Final = "search"


class SqlFeed(ChangeFeed):
    """Follows the outbox, in which every checkpoint and every purge leaves a row."""

    @abstractmethod
    async def _read(
        self, name: str, rows: Iterable[Any] | None = None, **given: Any
    ) -> Sequence[Sequence[Any]]:
        """Run one of the generated statements, named as in its module."""

    @abstractmethod
    async def _change(self, name: str, rows: Sequence[Any] | None = None, **given: Any) -> int:
        """Run one of them in a transaction of its own; returns the number of rows that were changed."""

    @abstractmethod
    async def _indexed(self) -> int:
        """How far the store's own search has come; 0 when it has not begun."""

    async def changes(self, after: int, *, limit: int) -> list[Change] | None:
        """Read what has changed; None when the outbox does not reach back so far."""
        rows = await self._read("READ_CHANGES", after=after, limit=limit)
        # Looked at last: nothing can be forgotten between the two.
        [(trimmed, _)] = await self._read("CHANGE_BOUNDS")
        return None if trimmed > after else [Change(seq, id_) for seq, id_ in rows]

    async def newest_change(self) -> int:
        """Tell the newest change that no open transaction can precede."""
        [(_, newest)] = await self._read("CHANGE_BOUNDS")
        return int(newest)

    async def contents(self, ids: Sequence[str]) -> dict[str, Content]:
        """Read instances, then their data: what is committed in between makes a change of its own."""
        records = await self._read("READ_WORKFLOWS", ids)
        found = {row[0]: Content(to_instance(row), {}) for row in records}
        for id_, key, value in await self._read("LOAD_DATA", list(found)):
            found[id_].data[key] = value
        return found

    async def cursor(self, reader: str) -> int | None:
        """Read the place of a reader."""
        rows = await self._read("CACHE_GET", key=_key(reader), now=0)
        return int(rows[0][0]) if rows else None

    async def move_cursor(self, reader: str, before: int | None, after: int) -> bool:
        """Move the place of a reader, unless somebody else has."""
        if before is None:
            return bool(await self._change("PUT_CURSOR", [(_key(reader), str(after), _FOR_EVER)]))
        return bool(await self._change("MOVE_READER", key=_key(reader), before=str(before), after=str(after)))

    async def cursors(self) -> dict[str, int]:
        """Read the places of all readers."""
        found = {key.removeprefix(_PREFIX): int(value) for key, value in await self._read("READ_CURSORS")}
        indexed = await self._indexed()
        return {**found, _OWN_SEARCH: indexed} if indexed else found

    async def drop_cursor(self, reader: str) -> None:
        """Forget the place of a reader."""
        await self._change("DROP_CURSOR", key=_key(reader))


def _key(reader: str) -> str:
    return f"{_PREFIX}{reader}"
