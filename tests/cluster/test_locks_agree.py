"""Hosts of one store that would not arbitrate with each other: the second one is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.services.combinations import runtime_folder
from tests.services.postgres import postgres_or_skip
from tests.services.redis import fresh_prefix, redis_or_skip
from wfe_core import LocksConflictError, WorkflowBuilder, step
from wfe_host import HostConfig, WorkflowHost, change_locks
from wfe_yaml.cli.purging import use_other_locks
from wfe_yaml.cli.stores import Store

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

OWN = "the store's own locks"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[str]:
    """The URL of an empty schema."""
    server = postgres_or_skip()
    schema = server.lease()
    with runtime_folder(tmp_path / "runtime"):
        yield server.url(schema)
    await server.give_back(schema)


async def test_a_host_with_other_locks_is_refused(store: str) -> None:
    """Without Redis, or with another prefix: the error names both and the remedy; clients may come."""
    redis = redis_or_skip()
    ours, other = (redis.url(prefix) for prefix in ("ours", "other"))
    async with WorkflowHost.connect(store, locks=ours):
        async with WorkflowHost.connect(store, locks=ours) as second:
            assert await second.health()
        for locks, named in ((None, OWN), (other, "the locks on Redis with prefix 'other'")):
            with pytest.raises(LocksConflictError, match="give all hosts the same locks=") as caught:
                await WorkflowHost.connect(store, locks=locks).start_up()
            assert caught.value.noted == "the locks on Redis with prefix 'ours'"
            assert caught.value.used == named
        async with WorkflowHost.connect(store, config=HostConfig(role="client")) as client:
            assert not list(await client.instances())


async def test_of_hosts_that_start_together_one_kind_wins(store: str) -> None:
    """Never two: who comes second by a hair is refused as well."""
    locks = [None, redis_or_skip().url(fresh_prefix())] * 3
    hosts = [WorkflowHost.connect(store, locks=one) for one in locks]
    found: list[Any] = await asyncio.gather(*(host.start_up() for host in hosts), return_exceptions=True)
    up = {host.providers.locks.name for host, one in zip(hosts, found, strict=True) if one is None}
    assert len(up) == 1
    assert [type(one) for one in found if one is not None] == [LocksConflictError] * 3
    for host, one in zip(hosts, found, strict=True):
        if one is None:
            await host.stop()


async def test_the_locks_are_changed_when_nothing_is_held(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`wfe db locks` says what was before; it refuses while a session owns an instance."""
    gate = asyncio.Event()

    @step
    async def hold() -> None:
        await gate.wait()

    definition = WorkflowBuilder("held").then(hold).build()
    redis = redis_or_skip().url(fresh_prefix())
    asked = Store.of(store, locks=redis)
    async with WorkflowHost.connect(store) as host:
        host.register(definition)
        handle = await host.start(definition, {})
        with pytest.raises(LocksConflictError, match="instances are still held under the former"):
            await use_other_locks(asked)
        gate.set()
        await handle.result()
    assert await use_other_locks(asked) == 0
    assert f"(before: {OWN})" in capsys.readouterr().out
    async with WorkflowHost.connect(store, locks=redis) as host:
        with pytest.raises(LocksConflictError):
            await WorkflowHost.connect(store).start_up()
        # Once more is no change.
        assert "Redis" in await change_locks(host.providers.store, host.providers.locks)
