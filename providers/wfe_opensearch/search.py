"""OpenSearch SearchProvider: an index beside the store that follows its outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Self

from wfe_core.clock import Clock
from wfe_core.errors import ProviderError, ProviderUnavailableError
from wfe_core.ports import InstanceQuery, Page, Providers, SearchProvider
from wfe_core.words import terms
from wfe_opensearch.failures import MISSING, BusyError, RefusedError
from wfe_opensearch.feeding import Feed
from wfe_opensearch.finding import Finder
from wfe_opensearch.following import Follower
from wfe_opensearch.indexes import Indexes
from wfe_opensearch.location import Location
from wfe_opensearch.server import Server
from wfe_opensearch.writing import Writer

logger: logging.Logger = logging.getLogger("wfe.opensearch")

_PART = 1_000


class OpenSearchSearch(SearchProvider):
    """While the cluster cannot answer, or has not caught up, the store's own search does, and hosts go on.

    Args:
        where: the cluster.
        clock: what pauses go by.
    """

    def __init__(self, where: Location, clock: Clock) -> None:
        self._where = where
        self._clock = clock
        self._server = Server(where, clock)
        self._indexes = Indexes(self._server)
        self._trouble: str | None = None
        self._feed: Feed | None = None
        self._finder: Finder | None = None
        self._instead: SearchProvider | None = None
        self._follower: Follower | None = None

    def follow(self, providers: Providers) -> None:
        """Index this store; its own search answers when the cluster does not."""
        store = providers.store
        writer = Writer(self._server, store, self._clock)
        feed = self._feed = Feed(self._server, self._indexes, writer, store)
        self._finder = Finder(self._server, store)
        self._instead = providers.search if self._where.fallback else None
        self._follower = Follower(self._advance, lambda: feed.place, self._clock)

    @property
    def trouble(self) -> str | None:
        """Why the index does not follow the store at the moment."""
        return self._trouble

    async def __aenter__(self) -> Self:
        """Get ready. The cluster is not asked for anything: a host starts without it, too."""
        if self._feed is None or self._follower is None:
            raise ProviderError(
                f"the search on {self._where} knows no store: give it as search= beside the URL of one"
            )
        await self._server.open()
        try:
            if self._instead is not None:
                await self._instead.__aenter__()
        except BaseException:
            await self._server.close()
            raise
        self._follower.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Index the last changes, and close."""
        try:
            if self._follower is not None:
                await self._follower.stop()
        finally:
            try:
                if self._instead is not None:
                    await self._instead.__aexit__(None, None, None)
            finally:
                await self._server.close()

    def changed(self) -> None:
        """Index what was committed, soon."""
        if self._follower is not None:
            self._follower.changed()

    async def search(self, query: InstanceQuery) -> Page:
        """Find instances that pass the filters and contain every term of the text."""
        terms(query.text)
        if self._trouble is None:
            try:
                return await self._page(query)
            except ProviderError as exc:
                self._fail(exc)
                if self._instead is None:
                    raise
        if self._instead is None:
            raise ProviderUnavailableError(f"the search is behind the store: {self._trouble}")
        while await self._instead.refresh(limit=_PART) == _PART:
            pass
        return await self._instead.search(query)

    async def refresh(self, *, limit: int) -> int:
        """Index what has changed since the last call, by whomever."""
        if self._trouble is not None and self._instead is not None:
            # The follower tries again, in growing pauses: nobody who searches waits for a cluster that hangs.
            return await self._instead.refresh(limit=limit)
        try:
            found = await self._advance(limit)
            if found < limit:
                await self._fed().show()
        except ProviderError:
            if self._instead is None:
                raise
            return await self._instead.refresh(limit=limit)
        if not self._fed().complete and self._instead is not None:
            # A large store is indexed in the background; nobody waits for that.
            self.changed()
            return await self._instead.refresh(limit=limit)
        return found

    async def reindex(
        self, ids: Sequence[str] | None = None, *, progress: Callable[[int], object] | None = None
    ) -> int:
        """Build the index anew beside the old one and switch to it, or index some instances again."""
        if ids is not None:
            return await self._fed().again(list(ids))
        return await self._fed().rebuild(progress)

    async def _advance(self, limit: int) -> int:
        """Feed the index, and notice when that goes wrong and when it goes well again."""
        try:
            found = await self._fed().advance(limit)
        except ProviderError as exc:
            self._fail(exc)
            raise
        if self._trouble is not None:
            logger.info("the search index on %s is fed again", self._where)
        self._trouble = None
        return found

    async def _page(self, query: InstanceQuery) -> Page:
        feed = self._fed()
        try:
            return await self._found().page(query, await self._checked())
        except (RefusedError, BusyError) as exc:
            # An index that is being removed may have no shards before it has no name.
            if isinstance(exc, RefusedError) and exc.status != MISSING:
                raise
        # Another index has taken its place: what this one had shown must be shown by that one, too.
        while await self._advance(_PART) == _PART and feed.complete:
            pass
        await feed.show()
        return await self._found().page(query, await self._checked())

    async def _checked(self) -> str:
        """Give the name of the index, which has seen every instance.

        Raises:
            ProviderUnavailableError: it has not, yet.
        """
        feed = self._fed()
        if not feed.complete:
            await self._advance(_PART)
        if not feed.complete or feed.name is None:
            self.changed()
            raise ProviderUnavailableError(f"the index on {self._where} is still being built")
        return feed.name

    def _fail(self, error: ProviderError) -> None:
        if self._trouble is None:
            answers = "no search is possible" if self._instead is None else "the store's own search answers"
            logger.warning("the search index is not fed: %s; %s until it is, by itself", error, answers)
        self._trouble = str(error)
        self.changed()

    def _fed(self) -> Feed:
        if self._feed is None:
            raise ProviderError(f"the search on {self._where} knows no store: call follow(providers) first")
        return self._feed

    def _found(self) -> Finder:
        if self._finder is None:
            raise ProviderError(f"the search on {self._where} knows no store: call follow(providers) first")
        return self._finder
