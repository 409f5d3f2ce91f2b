"""Locks, queue and hub on a cluster of Redis, and on Valkey; Redis alone is in the other combinations."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.services.combinations import Combination
from wfe_core.testing import Backend, ManualClock, conformance

pytestmark = pytest.mark.redis


@pytest.fixture(params=["redis-cluster", "valkey"])
async def backend(
    request: pytest.FixtureRequest, clock: ManualClock, tmp_path: Path
) -> AsyncGenerator[Backend]:
    """The backend under test, empty."""
    beside = dict.fromkeys(("locks", "queue", "hub"), request.param)
    async with Combination("sqlite", **beside).make(clock, tmp_path) as made:
        yield made


class TestLocks(conformance.LockSuite):
    """Who lives."""


class TestQueue(conformance.QueueSuite):
    """Wake-up hints."""


class TestHub(conformance.HubSuite):
    """Lifecycle entries between processes."""
