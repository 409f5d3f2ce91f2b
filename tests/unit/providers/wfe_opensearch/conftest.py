"""A store in memory with its search in OpenSearch, behind a proxy that can fail."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from tests.services.opensearch.node import OpenSearch, opensearch_or_skip
from tests.services.opensearch.proxy import Proxy, turn
from wfe_core.ports import InstanceQuery, Providers
from wfe_core.testing import ManualClock
from wfe_core.testing.conformance.make import begin_idle
from wfe_opensearch import OpenSearchSearch, open_providers

_PATIENCE = 1_000


class Cluster:
    """The cluster of a test, as its hosts see it.

    Attributes:
        server: the real one.
        proxy: what hosts speak to.
        prefix: of all indexes of the test.
        clock: the time of the test.
    """

    def __init__(self, server: OpenSearch, proxy: Proxy, clock: ManualClock) -> None:
        self.server = server
        self.proxy = proxy
        self.prefix = f"t{secrets.token_hex(8)}"
        self.clock = clock
        self._memory = import_module("wfe_memory").MemoryBackend(clock)

    @property
    def alias(self) -> str:
        """What is searched."""
        return f"{self.prefix}-instances"

    @asynccontextmanager
    async def host(self, options: str = "fallback=none", account: str = "") -> AsyncGenerator[Providers]:
        """The providers of a host, entered; by default no other search answers in the place of this one."""
        own: Providers = self._memory.providers()
        url = f"opensearch+http://{account}127.0.0.1:{self.proxy.port}?prefix={self.prefix}&replicas=0&{options}"
        search = open_providers(url, clock=self.clock).search
        search.follow(own)
        async with search:
            yield replace(own, search=search)

    def indexed(self) -> set[str]:
        """The ids that the index has, whoever put them there."""
        self.server.ask("POST", f"/{self.alias}/_refresh")
        found = self.server.ask("POST", f"/{self.alias}/_search", {"size": 1_000})
        return {hit["_source"]["id"] for hit in found.get("hits", {}).get("hits", ())}

    def settings(self, **settings: Any) -> None:
        """Change settings of the index."""
        answer = self.server.ask("PUT", f"/{self.alias}/_settings", {"index": settings})
        assert answer.get("acknowledged"), answer

    async def until_indexed(self, expected: set[str]) -> None:
        """Let time pass until the index has these instances and no others, by itself."""
        for _ in range(_PATIENCE):
            if await asyncio.to_thread(self.indexed) == expected:
                return
            await self.clock.advance(5)
            await turn()
        pytest.fail(f"the index has {self.indexed()}, not {expected}")


@pytest.fixture
async def cluster(clock: ManualClock, server: OpenSearch) -> AsyncIterator[Cluster]:
    """An empty one."""
    async with Proxy(server.base.removeprefix("opensearch+")) as proxy:
        made = Cluster(server, proxy, clock)
        yield made
        await asyncio.to_thread(server.forget, made.prefix)


@pytest.fixture
def server() -> OpenSearch:
    """The node that all tests share."""
    return opensearch_or_skip()


@pytest.fixture
def clock() -> ManualClock:
    """The time of the test."""
    return ManualClock()


async def fill(providers: Providers, *names: str, **fields: Any) -> None:
    """Make instances, each with its own name and the word needle in its data."""
    for name in names:
        await begin_idle(providers.store, name, parts={"data": {"k": '"needle"'}}, **fields)
    if providers.search is not None:
        providers.search.changed()


async def find(providers: Providers, text: str = "needle", **query: Any) -> list[str]:
    """Search as a host does."""
    search = providers.search
    assert search is not None
    while await search.refresh(limit=100) >= 100:
        pass
    page = await search.search(InstanceQuery(text=text, **query))
    return sorted(record.id for record in page.instances)


def search_of(providers: Providers) -> OpenSearchSearch:
    """The search of a host."""
    assert isinstance(providers.search, OpenSearchSearch)
    return providers.search
