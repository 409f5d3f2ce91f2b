"""What one host is told wakes what waits on another: by a push, for between two sweeps nobody looks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.services.combinations import runtime_folder
from tests.services.postgres import postgres_or_skip
from tests.services.redis import fresh_prefix, redis_or_skip
from tests.waiting import PATIENCE
from wfe_core import StepContext, WorkflowBuilder, step
from wfe_host import HostConfig, WorkflowHost

pytestmark = [pytest.mark.postgres]

IDLE, HELD = 20, 5
"""Instances that nobody owns while they wait, and such that run another step meanwhile."""


@step
async def note(ctx: StepContext[Any]) -> dict[str, str]:
    """Leave a mark."""
    return {"noted": ctx.instance_id}


class Site:
    """A store and, perhaps, a Redis; hosts that never sweep."""

    def __init__(self, stack: AsyncExitStack, store: str, beside: dict[str, Any]) -> None:
        self.gate = asyncio.Event()
        self._stack = stack
        self._store = store
        self._beside = beside

        @step
        async def hold() -> None:
            await self.gate.wait()

        def wait(branch: Any) -> Any:
            return branch.wait_for("go", key="k").then(note)

        self.idle = wait(WorkflowBuilder("idle")).build()
        self.held = WorkflowBuilder("held").parallel(wait, lambda b: b.then(hold)).build()

    async def host(self, name: str, **config: Any) -> WorkflowHost:
        """Start a host that learns of nothing unless it is told."""
        usual = {"session_ttl": "1h", "poll_interval": "1h"}
        host = WorkflowHost.connect(
            self._store, config=HostConfig(name=name, **{**usual, **config}), **self._beside
        )
        return await self._stack.enter_async_context(host)


@pytest.fixture(params=["postgres", pytest.param("postgres+redis", marks=pytest.mark.redis)])
async def site(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    """Nobody is there yet."""
    server = postgres_or_skip()
    schema = server.lease()
    beside: dict[str, Any] = {}
    if request.param == "postgres+redis":
        beside = dict.fromkeys(("locks", "queue", "hub"), redis_or_skip().url(fresh_prefix()))
    with runtime_folder(tmp_path / "runtime"):
        async with AsyncExitStack() as stack:
            yield Site(stack, server.url(schema), beside)
    await server.give_back(schema)


@pytest.mark.parametrize(
    ("config", "knows"),
    [({}, True), ({}, False), ({"role": "client"}, False)],
    ids=["equal", "other", "client"],
)
async def test_an_event_wakes_waits_on_another_host(site: Site, config: dict[str, Any], knows: bool) -> None:
    """Whether the publisher could run them itself or not, and whether the other host owns them or nobody."""
    there, here = await site.host("there"), await site.host("here", **config)
    there.register(site.idle, site.held)
    handles = [await there.start("idle", {}) for _ in range(IDLE)]
    handles += [await there.start("held", {}) for _ in range(HELD)]
    if knows:
        here.register(site.idle, site.held)
    assert await here.publish_event("go", "k")
    # The mark tells that the wait is over; who runs what nobody owned is open.
    store = there.providers.store
    for handle in handles:
        async with asyncio.timeout(PATIENCE):
            while "noted" not in await store.data(handle.id):  # noqa: ASYNC110 - in the server
                await asyncio.sleep(0.01)
    owners = {one.owner for one in (await store.instances([one.id for one in handles[IDLE:]])).values()}
    assert owners == {there.runtime.session_id}
    site.gate.set()


@pytest.mark.parametrize("role", ["worker", "client"])
async def test_who_waits_for_a_result_learns_of_an_end_elsewhere(site: Site, role: str) -> None:
    """Also of one that came before the others knew that somebody listens, and without ever sweeping."""
    there, here = await site.host("there"), await site.host("here", role=role)
    quick = WorkflowBuilder("quick").then(note).build()
    there.register(quick, site.idle)
    for _ in range(IDLE):
        handle = await there.start(quick, {})
        assert await here.handle(handle.id).result(PATIENCE) == {"noted": handle.id}
    handles = [await there.start("idle", {}) for _ in range(IDLE)]
    waiting = [asyncio.ensure_future(here.handle(one.id).result(PATIENCE)) for one in handles]
    assert await there.publish_event("go", "k")
    assert await asyncio.gather(*waiting) == [{"noted": one.id} for one in handles]
