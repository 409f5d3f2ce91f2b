# ruff: noqa: S101 - shipped tests: they assert, and expected values are literals
"""The laws of a CacheStore: a value until its instant."""

from __future__ import annotations

import asyncio

import pytest

from wfe_core.ports import CacheStore, Providers
from wfe_core.testing.conformance.backend import Backend, Suite
from wfe_core.testing.conformance.make import NOW, SECOND


class CacheSuite(Suite):
    """Outputs of steps that declared a cache."""

    @pytest.fixture
    def cache(self, host: Providers) -> CacheStore:
        """The cache of the first host."""
        assert host.cache is not None
        return host.cache

    async def test_a_value_is_kept_until_its_instant(self, cache: CacheStore) -> None:
        """To the microsecond: there before, gone at the instant."""
        await cache.cache_put("k", '"ä"', expires=NOW + 1)
        assert await cache.cache_get("k", now=NOW) == '"ä"'
        assert await cache.cache_get("k", now=NOW + 1) is None

    async def test_an_unknown_key_gives_none(self, cache: CacheStore) -> None:
        """None means that the step has to run; a stored null is a value."""
        await cache.cache_put("k", "null", expires=NOW + SECOND)
        assert await cache.cache_get("other", now=NOW) is None
        assert await cache.cache_get("k", now=NOW) == "null"

    async def test_a_later_value_replaces_the_earlier(self, cache: CacheStore) -> None:
        """Value and instant both, also after the first has expired."""
        await cache.cache_put("k", "1", expires=NOW + 9 * SECOND)
        await cache.cache_put("k", "2", expires=NOW + SECOND)
        assert await cache.cache_get("k", now=NOW) == "2"
        assert await cache.cache_get("k", now=NOW + 2 * SECOND) is None
        await cache.cache_put("k", "3", expires=NOW + 9 * SECOND)
        assert await cache.cache_get("k", now=NOW + 2 * SECOND) == "3"

    async def test_hosts_share_the_cache(self, cache: CacheStore, backend: Backend) -> None:
        """What one host stored another finds, a megabyte too; racing writers are no error."""
        text = '"' + "注文💥" * 150_000 + '"'
        async with backend.connect() as other:
            assert other.cache is not None
            stores = [cache, other.cache] * 5
            await asyncio.gather(*(store.cache_put("k", text, expires=NOW + SECOND) for store in stores))
            assert await other.cache.cache_get("k", now=NOW) == text
