"""A node that dies and comes back, with what it stored or without."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module

import pytest

from tests.services.opensearch.node import OpenSearch, OwnNode, own_node_or_skip
from tests.unit.providers.wfe_opensearch.conftest import fill, find
from wfe_core.testing import ManualClock
from wfe_opensearch import OpenSearchSearch, open_providers

pytestmark = [pytest.mark.signals, pytest.mark.opensearch, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def node() -> Iterator[OwnNode]:
    """A node that the test may kill."""
    made = own_node_or_skip()
    made.start()
    yield made
    made.destroy()


async def test_a_killed_node_comes_back(node: OwnNode, clock: ManualClock) -> None:
    """What was indexed is there, what was not is indexed then; and all of it again when the disk was lost."""
    own = import_module("wfe_memory").MemoryBackend(clock).providers()
    search = open_providers(f"{node.base}?replicas=0&timeout=60s", clock=clock).search
    search.follow(own)
    async with search:
        host = replace(own, search=search)
        await fill(host, "a")
        assert await find(host) == ["a"]
        assert search.trouble is None
        await asyncio.to_thread(node.stop)
        await fill(host, "b")
        assert await find(host) == ["a", "b"]
        assert "cannot be reached" in str(search.trouble)
        await asyncio.to_thread(node.start)
        await healed(search, clock)
        assert await find(host) == ["a", "b"]
        assert await counted(node) == 2
        await asyncio.to_thread(node.stop)
        await fill(host, "c")
        assert await find(host) == ["a", "b", "c"]
        await asyncio.to_thread(node.lose_data)
        await asyncio.to_thread(node.start)
        await healed(search, clock)
        assert await find(host) == ["a", "b", "c"]
        assert await counted(node) == 3


async def healed(search: OpenSearchSearch, clock: ManualClock) -> None:
    """Let time pass until the index is fed again."""
    while search.trouble is not None:
        await clock.advance(30)


async def counted(node: OwnNode) -> int:
    """How many documents there are."""
    answer = await asyncio.to_thread(OpenSearch(node.base).ask, "GET", "/wfe-instances/_count")
    count: int = answer["count"]
    return count
