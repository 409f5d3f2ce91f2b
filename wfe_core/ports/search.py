"""Port for full-text search over instances."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wfe_core.ports.providers import Providers
    from wfe_core.ports.records import InstanceQuery, Page


class SearchProvider(AbstractAsyncContextManager["SearchProvider"], ABC):
    """Finds instances by text and filters; fed after commits, at most a second behind, rebuildable.

    What is searched: id, reference, definition id, status, tags, the error, and the text of all data values.
    """

    def follow(self, providers: Providers) -> None:
        """Learn what to search, before being entered: the providers of a host, with the store's own search.

        Called for a search that lives outside of the store. It may use `providers.search` in its place while
        it cannot answer itself; entering that one is its own business then.
        """

    def changed(self) -> None:
        """Hear that something was committed or purged through this host: a hint, as cheap as can be."""

    @property
    def trouble(self) -> str | None:
        """Why the index does not follow the store at the moment; None when it does."""
        return None

    @abstractmethod
    async def search(self, query: InstanceQuery) -> Page:
        """Find instances; `query.text` means the same on every store (see `InstanceQuery`).

        Raises:
            ValueError: the text has more words than any index bears.
        """

    @abstractmethod
    async def refresh(self, *, limit: int) -> int:
        """Index up to `limit` changes that were committed since the last call; returns how many it found."""

    @abstractmethod
    async def reindex(
        self, ids: Sequence[str] | None = None, *, progress: Callable[[int], object] | None = None
    ) -> int:
        """Build the index anew (or of these instances only); returns the number indexed.

        Searches go on meanwhile. `progress` is told now and then how many have been indexed.
        """
