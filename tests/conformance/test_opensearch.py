"""Search in OpenSearch, beside the stores that it can follow: the same laws as for their own."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module

import pytest

from tests.services.opensearch.node import opensearch_or_skip
from tests.services.postgres import postgres_or_skip
from wfe_core.ports import Providers
from wfe_core.testing import ManualClock, conformance
from wfe_core.testing.conformance import Backend

pytestmark = [pytest.mark.opensearch, pytest.mark.timeout(300)]


def memory(clock: ManualClock) -> Callable[[], Providers]:
    """One memory that all hosts of a test share."""
    backend = import_module("wfe_memory").MemoryBackend(clock)
    opener: Callable[[], Providers] = backend.providers
    return opener


def postgres(clock: ManualClock) -> Callable[[], Providers]:
    """One schema that all hosts of a test share."""
    url = postgres_or_skip().url(f"t_{secrets.token_hex(8)}")
    return lambda: import_module("wfe_postgres").open_providers(url, clock=clock)


STORES = {"memory": memory, "postgres": postgres}


class SearchBackend(Backend):
    """A store with its search in an index that alone answers."""

    def __init__(self, clock: ManualClock, store: Callable[[], Providers], url: str) -> None:
        super().__init__(clock)
        self._store = store
        self._url = url

    def open(self) -> Providers:
        """Give one more bundle."""
        own = self._store()
        search = import_module("wfe_opensearch").open_providers(self._url, clock=self.clock).search
        search.follow(own)
        return replace(own, search=search)


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[Backend]:
    """The search under test, empty."""
    server, prefix = opensearch_or_skip(), f"t{secrets.token_hex(8)}"
    url = server.url(prefix, fallback="none", replicas="0")
    yield SearchBackend(clock, STORES[request.param](clock), url)
    server.forget(prefix)


class TestSearch(conformance.SearchSuite):
    """Full text and filters."""


class TestSearchIndex(conformance.SearchIndexSuite):
    """The index follows the store."""
