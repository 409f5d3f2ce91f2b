"""In-memory SearchProvider: looks into the tables themselves, so it is never behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from wfe_core.ports import SearchProvider
from wfe_core.words import terms, words
from wfe_memory.filters import matches, page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wfe_core.ports import InstanceQuery, Page
    from wfe_memory.tables import InstanceRow, Tables


class MemorySearch(SearchProvider):
    """Full text without an index: each search reads every instance that passes the filters.

    The words of an instance are remembered until its next revision.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def __aenter__(self) -> Self:
        """Connect: nothing to do."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close: nothing to do."""

    async def search(self, query: InstanceQuery) -> Page:
        """Find instances that pass the filters and contain every term of the text."""
        wanted = terms(query.text)
        with self._tables.lock:
            rows = [row for row in self._tables.rows.values() if matches(row, query)]
            return page([row for row in rows if _contains(_words(row), wanted)], query)

    async def refresh(self, *, limit: int) -> int:
        """Index what has changed: nothing to do."""
        del limit
        return 0

    async def reindex(
        self, ids: Sequence[str] | None = None, *, progress: Callable[[int], object] | None = None
    ) -> int:
        """Forget remembered words; returns how many instances there are to look into."""
        del progress
        with self._tables.lock:
            rows = self._tables.rows
            chosen = [rows[known] for known in (rows if ids is None else ids) if known in rows]
            for row in chosen:
                row.words = None
            return len(chosen)


def _words(row: InstanceRow) -> frozenset[str]:
    """The words of an instance, case-folded."""
    if row.words is None or row.words[0] != row.record.revision:
        record = row.record
        plain = (record.id, record.reference or "", record.definition_id, record.status)
        values = (history[-1][1] for history in row.data.values())
        row.words = (record.revision, frozenset(words(plain, (record.tags, record.error, *values))))
    return row.words[1]


def _contains(tokens: frozenset[str], wanted: list[tuple[str, bool]]) -> bool:
    return all(
        any(token.startswith(word) for token in tokens) if prefix else word in tokens
        for word, prefix in wanted
    )
