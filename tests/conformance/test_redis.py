"""Locks, queue and hub on a cluster of Redis or Valkey; those on a server run with the other combinations."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.services.combinations import Combination
from wfe_core.testing import Backend, ManualClock, conformance

pytestmark = pytest.mark.redis

_CLUSTER = Combination("sqlite", locks="redis-cluster", queue="redis-cluster", hub="redis-cluster")


@pytest.fixture
async def backend(clock: ManualClock, tmp_path: Path) -> AsyncGenerator[Backend]:
    """The backend under test, empty."""
    async with _CLUSTER.make(clock, tmp_path) as made:
        yield made


class TestLocks(conformance.LockSuite):
    """Who lives."""


class TestQueue(conformance.QueueSuite):
    """Wake-up hints."""


class TestHub(conformance.HubSuite):
    """Lifecycle entries between processes."""
