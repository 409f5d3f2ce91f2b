"""Locks, queue and hub on Redis or Valkey, beside a store in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import ClassVar

import pytest

from tests.services.redis import Redis, fresh_prefix, redis_or_skip
from tests.services.redis_groups import cluster_or_skip
from wfe_core.ports import Providers
from wfe_core.testing import ManualClock, conformance
from wfe_core.testing.conformance import Backend, UnsupportedError

pytestmark = pytest.mark.redis


class RedisBackend(Backend):
    """One prefix of a server for each test."""

    def __init__(self, clock: ManualClock, server: Redis) -> None:
        super().__init__(clock)
        self._memory = import_module("wfe_memory").MemoryBackend(clock)
        self._server = server
        self._url = server.url(fresh_prefix())

    def open(self) -> Providers:
        """Give one more bundle on the same prefix."""
        store: Providers = self._memory.providers()
        opened = import_module("wfe_redis").open_providers(self._url, clock=self.clock)
        return replace(store, locks=opened.locks, queue=opened.queue, hub=opened.hub)

    async def restart(self) -> None:
        """Kill the server and start it again, without its data."""
        if self._server.server is None:
            pytest.skip("the server belongs to somebody else: it is not restarted")
        await asyncio.to_thread(self._server.restart)


class ClusterBackend(RedisBackend):
    """One prefix of a cluster for each test."""

    gaps: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (name for name in vars(conformance.RestartSuite) if name.startswith("test_")),
        "the tests do not restart clusters",
    )

    async def restart(self) -> None:
        """Leave it as it is."""
        raise UnsupportedError


@pytest.fixture(params=["server", "cluster"])
def backend(request: pytest.FixtureRequest, clock: ManualClock) -> RedisBackend:
    """The backend under test, empty."""
    if request.param == "cluster":
        return ClusterBackend(clock, cluster_or_skip())
    return RedisBackend(clock, redis_or_skip())


class TestLocks(conformance.LockSuite):
    """Who lives."""


class TestQueue(conformance.QueueSuite):
    """Wake-up hints."""


class TestHub(conformance.HubSuite):
    """Lifecycle entries between processes."""


class TestRestarts(conformance.RestartSuite):
    """Locks, queue and hub of a server that restarts."""
