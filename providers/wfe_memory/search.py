"""In-memory SearchProvider: looks into the tables themselves, so it is never behind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self, cast

from wfe_core.ports import SearchProvider
from wfe_core.serialization import loads
from wfe_memory.filters import matches, page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wfe_core.ports import InstanceQuery, Page
    from wfe_memory.tables import InstanceRow, Tables

_WORD = re.compile(r"\w+")
_TERM = re.compile(r"(\w+)(\*?)")


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
        terms = [(word.casefold(), bool(star)) for word, star in _TERM.findall(query.text or "")]
        with self._tables.lock:
            rows = [row for row in self._tables.rows.values() if matches(row, query)]
            return page([row for row in rows if _contains(_words(row), terms)], query)

    async def refresh(self, *, limit: int) -> int:
        """Index what has changed: nothing to do."""
        del limit
        return 0

    async def reindex(self, ids: Sequence[str] | None = None) -> int:
        """Forget remembered words; returns how many instances there are to look into."""
        with self._tables.lock:
            rows = self._tables.rows
            chosen = [rows[known] for known in (rows if ids is None else ids) if known in rows]
            for row in chosen:
                row.words = None
            return len(chosen)


def _words(row: InstanceRow) -> frozenset[str]:
    """The words of an instance, case-folded."""
    if row.words is None or row.words[0] != row.record.revision:
        words = frozenset(word.casefold() for text in _texts(row) for word in _WORD.findall(text))
        row.words = (row.record.revision, words)
    return row.words[1]


def _contains(tokens: frozenset[str], terms: list[tuple[str, bool]]) -> bool:
    return all(
        any(token.startswith(word) for token in tokens) if prefix else word in tokens
        for word, prefix in terms
    )


def _texts(row: InstanceRow) -> Iterator[str]:
    """What is searched, as the port says."""
    record = row.record
    yield from (record.id, record.reference or "", record.definition_id, record.status)
    yield from _leaves(loads(record.tags))
    yield from _leaves(loads(record.error or "null"))
    for values in row.data.values():
        yield from _leaves(loads(values[-1][1]))


def _leaves(value: object) -> Iterator[str]:
    """The texts of the strings and numbers inside a JSON value."""
    if isinstance(value, dict):
        for item in cast("dict[str, object]", value).values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _leaves(item)
    elif value is not None:
        yield str(value)
