"""A host's clock follows the store's: from the start on, and for as long as the host runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.waiting import until
from wfe_core.clock import SystemClock
from wfe_core.errors import ProviderUnavailableError
from wfe_host import HostConfig, WorkflowHost

HOUR, MINUTE = 3_600_000_000, 60_000_000


def shows(clock: SystemClock, expected: Callable[[], int]) -> bool:
    """Whether the clock shows the expected time, more or less, and begins nothing later than that."""
    return -MINUTE < clock.now() - expected() < MINUTE and clock.earliest() <= expected()


async def test_the_clock_follows_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start, and at each sweep; the sessions' server may show what it likes."""
    truth, clock = SystemClock().now, SystemClock()
    host = WorkflowHost.connect("memory://", clock=clock, config=HostConfig(poll_interval="20ms"))
    ahead = [HOUR]

    def store_time() -> int:
        return truth() + ahead[-1]

    async def now() -> int:
        return store_time()

    async def confused(*_: object, ttl: int) -> int:
        return ttl

    monkeypatch.setattr(host.providers.store, "now", now)
    for name in ("open_session", "renew"):
        monkeypatch.setattr(host.providers.locks, name, confused)
    async with host:
        assert shows(clock, store_time)
        for other in (3 * HOUR, -HOUR):
            ahead.append(other)
            assert not shows(clock, store_time)
            await until(lambda: shows(clock, store_time), "the sweep that sets the clock")


async def test_a_host_without_a_store_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written with a time that is only a guess."""
    host = WorkflowHost.connect("memory://")

    async def now() -> int:
        raise ProviderUnavailableError("no route")

    monkeypatch.setattr(host.providers.store, "now", now)
    with pytest.raises(ProviderUnavailableError, match="no route"):
        await host.start_up()
