"""Port for full-text search over instances."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfe_core.ports.records import InstanceQuery, Page


class SearchProvider(AbstractAsyncContextManager["SearchProvider"], ABC):
    """Finds instances by text and filters; fed after commits, at most a second behind, rebuildable.

    What is searched: id, reference, definition id, status, tags, the error, and the text of all data values.
    """

    @abstractmethod
    async def search(self, query: InstanceQuery) -> Page:
        """Find instances; `query.text` means the same on every store (see `InstanceQuery`)."""

    @abstractmethod
    async def refresh(self, *, limit: int) -> int:
        """Index up to `limit` changes that were committed since the last call; returns how many it found."""

    @abstractmethod
    async def reindex(self, ids: Sequence[str] | None = None) -> int:
        """Build the index anew (or of these instances only); returns the number indexed."""
