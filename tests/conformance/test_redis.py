"""Locks, queue and hub on Redis or Valkey, beside a store in memory."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from importlib import import_module

import pytest

from tests.services.redis import fresh_prefix, redis_or_skip
from wfe_core.ports import Providers
from wfe_core.testing import ManualClock, conformance
from wfe_core.testing.conformance import Backend

pytestmark = pytest.mark.redis


class RedisBackend(Backend):
    """One prefix for each test."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self._memory = import_module("wfe_memory").MemoryBackend(clock)
        self._server = redis_or_skip()
        self._url = self._server.url(fresh_prefix())

    def open(self) -> Providers:
        """Give one more bundle on the same prefix."""
        store: Providers = self._memory.providers()
        opened = import_module("wfe_redis").open_providers(self._url, clock=self.clock)
        return replace(store, locks=opened.locks, queue=opened.queue, hub=opened.hub)

    async def restart(self) -> None:
        """Kill the server and start it again, without its data."""
        await asyncio.to_thread(self._server.restart)


@pytest.fixture
def backend(clock: ManualClock) -> RedisBackend:
    """The backend under test, empty."""
    return RedisBackend(clock)


class TestLocks(conformance.LockSuite):
    """Who lives."""


class TestQueue(conformance.QueueSuite):
    """Wake-up hints."""


class TestHub(conformance.HubSuite):
    """Lifecycle entries between processes."""


class TestRestarts(conformance.RestartSuite):
    """Locks, queue and hub of a server that restarts."""
